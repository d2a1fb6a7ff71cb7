"""KF204: a definition of the legend, or a criterion, ends in the middle."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpiformula.diagnostics import Span
from kpiformula.formula import Formula, Symbol
from kpiformula.linting.cells import printed_formula
from kpiformula.linting.printed_words import place
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.wording import listed, words
from kpiformula.methodology import Indicator

_BEHIND = re.compile(r"(?P<signs>[^\w;]*)(?:(?P<word>[^\W\d_]+)[^\w;]*)?(?:;|\Z)")
"""What follows the words read of a definition: signs, perhaps a word, and the end of the entry."""

_LEFT_OPEN = re.compile(r"[-–—,:&/]\s*\Z")
_BRACKETS = {"(": ")", "[": "]", "«": "»", "“": "”"}


def _find(row: Indicator) -> Iterator[Found]:
    formula = printed_formula(row)
    if formula is not None:
        for symbol in formula.symbols.values():
            cut = _cut_definition(formula, symbol)
            if cut is not None:
                span, ending = cut
                message = f"the definition of {symbol.name} ends in the middle, {ending}"
                advice = f"print the whole definition of {symbol.name}"
                yield Found(message, "cell", span, help=advice)
    for key in ("include", "exclude", "evidence"):
        for index, phrase in enumerate(getattr(row, key)):
            opened = _opened(phrase.text, Span(0, len(phrase.text)))
            if opened is not None:
                message = f"a bracket is opened with {phrase.text[opened.start]!r} and never closed"
                advice = "print the text to its end, and close the bracket"
                yield Found(message, f"{key}/{index}", opened, help=advice)


def _cut_definition(formula: Formula, symbol: Symbol) -> tuple[Span, str] | None:
    """Return where a definition breaks off, and how, in words."""
    span = _printed_definition(formula, symbol)
    if span is None:
        return None
    text, unfinished = formula.printed, listed("unfinished")
    last = (words(symbol.definition or "") or ("",))[-1]
    behind = _BEHIND.match(text, span.end)
    if behind is not None:
        word = behind["word"] or last
        if word in unfinished:
            return Span(span.start, behind.end()), f"with {word!r}"
        if not behind["word"] and _LEFT_OPEN.match(behind["signs"].strip()):
            return Span(span.start, behind.end()), f"with {behind['signs'].strip()!r}"
    opened = _opened(text, span)
    return None if opened is None else (Span(opened.start, span.end), "in a bracket")


def _printed_definition(formula: Formula, symbol: Symbol) -> Span | None:
    """Return where the words of a definition stand; ``None`` for operands told in words."""
    if symbol.definition is None or place(symbol.printed, symbol.definition) is not None:
        return None
    entry = place(formula.printed, f"{symbol.name} {symbol.definition}")
    return None if entry is None else place(formula.printed, symbol.definition, entry.start + 1)


def _opened(text: str, span: Span) -> Span | None:
    """Return the first bracket that a part of a text opens and nothing in or behind it closes."""
    waiting: list[int] = []
    for index in range(span.start, _end_of_signs(text, span.end)):
        if text[index] in _BRACKETS and index < span.end:
            waiting.append(index)
        closed = [opened for opened in waiting if _BRACKETS[text[opened]] == text[index]]
        if closed:
            waiting.remove(closed[-1])
    return Span(waiting[0], waiting[0] + 1) if waiting else None


def _end_of_signs(text: str, start: int) -> int:
    return next((i for i in range(start, len(text)) if text[i].isalnum()), len(text))


RULE = RowRule(
    Explanation(
        "KF204", WARNING, "legend cut off",
        "A definition of the legend, or a criterion, breaks off: at a hyphen, a comma, a "
        "conjunction, or in a bracket that is opened and never closed.",
        "The missing words would say what else is counted, or what is not.",
        "H = G / F × 100, where G – teachers with a degree and; F – all teachers",
        "H = G / F × 100, where G – teachers with a degree and a certificate; F – all teachers",
    ),
    _find,
)  # fmt: skip
