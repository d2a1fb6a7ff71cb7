"""Thresholds: what quantified phrases of running text bound, in Kazakh, Russian and English.

    100-ден 60 және одан да көп балл      >= 60 point of 100
    45 жасқа дейінгі (45 жасты қоса алғанда)   <= 45 year, said to include 45
    за последние 3 года                   last 3 year

What can be read stands in ``grammars/threshold.lark``. ``vocabulary`` looks words up, ``marking``
cuts a text into marks, ``meaning`` tells what a syntax tree states; the runs of marks to be read
are found here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from kpiformula.diagnostics import LimitError, Source, Span, error
from kpiformula.grammar import Branch, Mark, Unreadable, read
from kpiformula.reading import MAX_CELL
from kpiformula.thresholds.marking import GRAMMAR, MarkedText, marked
from kpiformula.thresholds.meaning import BeginsLater, stated
from kpiformula.thresholds.parts import Threshold

__all__ = ["Threshold", "read_thresholds"]


def read_thresholds(text: str) -> tuple[Threshold, ...]:
    """Return the thresholds that a text states, in printed order.

    Each has a number, a unit of ``grammars/units.txt`` (or ``percent``, ``times``, ``study_year``,
    ``page``, ``country``, ``language``; ``None`` where the number has none), and its place in the
    text as given. Numbers that bound nothing – dates, codes, figures to be reached – are no
    thresholds; a text without any gives ``()``.

    Raises:
        LimitError: KF902, for a text of more than 20 000 characters.
    """
    if len(text) > MAX_CELL:
        message = f"a text of more than {MAX_CELL} characters"
        raise LimitError(error("KF902", message, Span(0, len(text)), Source(text, "<text>")))
    return tuple(_found(marked(text)))


_LONGEST = 32
"""Marks of the longest run that is tried."""


def _found(text: MarkedText) -> Iterator[Threshold]:
    index = 0
    while index < len(text.marks):
        length, thresholds = _at(text, index)
        yield from thresholds
        index += length


def _at(text: MarkedText, index: int) -> tuple[int, tuple[Threshold, ...]]:
    """Return the length of the longest run at a mark that states something, and what it states."""
    run = text.marks[index : index + _LONGEST]
    try:
        for length in range(_extent(run), 0, -1):
            tree = _read(run[:length])
            thresholds = None if tree is None else stated(tree, text)
            if thresholds is not None:
                return length, thresholds
    except BeginsLater:
        pass
    return 1, ()


def _read(run: tuple[Mark, ...]) -> Branch | None:
    if len(run) <= _OPENING and _opening(tuple(mark.kind for mark in run)) != "whole":
        return None
    try:
        return read(GRAMMAR, run, GRAMMAR)
    except Unreadable:
        return None


def _extent(run: tuple[Mark, ...]) -> int:
    """Return how many marks of a run a threshold may begin with."""
    for length in range(1, min(_OPENING, len(run)) + 1):
        if _opening(tuple(mark.kind for mark in run[:length])) == "neither":
            return length - 1
    try:
        read(GRAMMAR, run, GRAMMAR)
    except Unreadable as unreadable:
        return len(run) if unreadable.mark is None else run.index(unreadable.mark)
    return len(run)


_OPENING = 3
"""Marks whose kinds alone tell most runs that begin no threshold; looked up, not read again."""


@lru_cache(maxsize=16384)
def _opening(kinds: tuple[str, ...]) -> Literal["whole", "part", "neither"]:
    """Return whether marks of such kinds are a threshold, or may begin one."""
    try:
        read(GRAMMAR, [Mark(kind, kind, at, at + 1) for at, kind in enumerate(kinds)], GRAMMAR)
    except Unreadable as unreadable:
        return "part" if unreadable.mark is None else "neither"
    return "whole"
