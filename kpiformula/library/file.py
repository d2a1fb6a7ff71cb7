"""A file of a methodology as it is read, and what files have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from kpiformula.datafile import Written
from kpiformula.diagnostics import Source
from kpiformula.schema import HeadFile, IndicatorEntry, PartFile, PhraseEntry, PopulationFile

Keys = tuple[str | int, ...]
"""The way to a value in a file: keys and places in lists."""

M = TypeVar("M", HeadFile, PartFile, PopulationFile)


@dataclass
class File(Generic[M]):
    """A file as read; ``content`` is ``None`` where the schema refuses it."""

    source: Source
    written: Written
    content: M | None = None


def phrases(entry: IndicatorEntry) -> Iterator[tuple[str, list[PhraseEntry]]]:
    """Yield the phrases that a row prints, by key: criteria and confirming documents."""
    yield "include", entry.include
    yield "exclude", entry.exclude
    yield "evidence", entry.evidence


def first_and_last(lines: str) -> tuple[int, int]:
    """Return the first and the last line of lines such as ``2040-2074``."""
    first, _, last = lines.partition("-")
    return int(first), int(last or first)
