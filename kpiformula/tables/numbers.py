"""Figures under the decimal mark of a table, which its cells show or its reader states.

``0,4`` shows a decimal comma and ``1.234,5`` too; ``1,234`` shows nothing: it is read as decimals
only where other cells of the table show a decimal comma and none a decimal point, or where the
mark is stated. Grouped thousands with a mark are believed only if they cannot be decimals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kpiformula.diagnostics import InputError, error
from kpiformula.text import SPACES, PrintedNumber, printed_number

_OTHER = {",": ".", ".": ","}
_SIGN = "[+\\-\u2212\u2013]?"
_TAIL = rf"[{SPACES}]*%?"
_FIGURE = re.compile(rf"{_SIGN}[{SPACES}\d.,'’]+%?", re.ASCII)


def _grouped(mark: str) -> re.Pattern[str]:
    """Thousands grouped by the other mark."""
    own, other = re.escape(mark), re.escape(_OTHER[mark])
    return re.compile(rf"{_SIGN}\d{{1,3}}(?:{other}\d{{3}})+(?:{own}\d+)?{_TAIL}", re.ASCII)


def _unmistakable(mark: str) -> re.Pattern[str]:
    """Both marks, or the other mark twice, or decimals that are no group of thousands."""
    own, other = re.escape(mark), re.escape(_OTHER[mark])
    both = rf"\d{{1,3}}(?:{other}\d{{3}})+{own}\d+"
    twice = rf"\d{{1,3}}(?:{other}\d{{3}}){{2,}}"
    decimals = rf"(?![1-9]\d{{0,2}}{own}\d{{3}}(?!\d))\d[\d{SPACES}'’]*{own}\d+"
    return re.compile(rf"{_SIGN}(?:{both}|{twice}|{decimals}){_TAIL}", re.ASCII)


_GROUPED = {mark: _grouped(mark) for mark in _OTHER}
_UNMISTAKABLE = {mark: _unmistakable(mark) for mark in _OTHER}


def _shown_mark(figure: str) -> str | None:
    return next((mark for mark in _OTHER if _UNMISTAKABLE[mark].fullmatch(figure)), None)


class DecimalMarks:
    """The decimal mark of a table: the one stated, or those that its figures show."""

    def __init__(self, stated: str | None, figures: Iterable[str]) -> None:
        self._stated = stated
        self._shown = {stated} if stated else {_shown_mark(figure) for figure in figures} - {None}

    @property
    def mark(self) -> str:
        """The one mark, or nothing where there is none, or both are shown."""
        return next(iter(self._shown)) or "" if len(self._shown) == 1 else ""

    def read(self, figure: str) -> PrintedNumber:
        """Read a figure.

        Raises:
            InputError: KF504 for what is no number under the mark stated; KF505 for one mark
                with three digits behind it, where that leaves a doubt; KF905.
        """
        if not _FIGURE.fullmatch(figure):
            return printed_number(figure)
        mark = self._mark_of(figure)
        other = _OTHER[mark]
        if other in figure and not _GROUPED[mark].fullmatch(figure):
            raise InputError(
                error("KF504", f"not a number with a decimal {mark!r}: {figure!r}",
                      help=f"{other!r} may only stand before groups of three digits")
            )  # fmt: skip
        try:
            return printed_number(figure.replace(other, "").replace(mark, "."))
        except InputError:
            return printed_number(figure)  # refused as well, in the words of what is printed

    def _mark_of(self, figure: str) -> str:
        mark = self._stated or _shown_mark(figure)
        if mark is not None:
            return mark
        mark = "," if "," in figure else "."
        doubtful = self._shown != {","} if mark == "," else "," in self._shown
        if doubtful and _GROUPED[_OTHER[mark]].fullmatch(figure):
            raise InputError(
                error("KF505", f"{figure!r} may be thousands or decimals",
                      help="group thousands by a space, or state the decimal mark of the table")
            )  # fmt: skip
        return mark
