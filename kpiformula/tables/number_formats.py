"""The number that a cell of a spreadsheet shows, told from the number it holds and its format.

A spreadsheet holds binary numbers and shows decimal ones. What is shown is worked out as
spreadsheets do: from the first 15 digits, halves away from zero. What a format may say is bounded;
one that says more (a fraction, an exponent, a condition) is refused, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache

from kpiformula.intervals import round_decimal
from kpiformula.text import PrintedNumber

GENERAL = "General"
SPREADSHEET_DIGITS = 15
"""How many digits a spreadsheet keeps of a number."""

GENERAL_DIGITS = 10
"""How many digits a cell without a format shows in full, whatever the width of its column."""

_FIFTEEN = Context(prec=SPREADSHEET_DIGITS, rounding=ROUND_HALF_UP)


class UnreadFormatError(ValueError):
    """A number format says more than decimals, thousands and a percent sign."""


class NothingShownError(ValueError):
    """A number format hides the number."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What one section of a number format shows.

    ``least`` decimals are always shown, up to ``most`` if they are not zero. ``percents`` is how
    many percent signs multiply by 100; ``signed`` whether the section shows the sign itself.
    """

    least: int
    most: int
    percents: int
    percent_shown: bool
    signed: bool


def decimal_of(number: int | float) -> Decimal:
    """Return the shortest decimal number that is this binary one: 0.1 for the float 0.1."""
    return Decimal(repr(number))


def digits_of(number: Decimal) -> int:
    """Return how many digits a number has, zeros at either end left out."""
    return len("".join(map(str, number.as_tuple().digits)).strip("0"))


def shown(number: int | float, number_format: str) -> PrintedNumber | None:
    """Return the number that a cell shows; ``None`` where no format states its decimals.

    Raises:
        UnreadFormatError: for a format that says more than how a number is written.
        NothingShownError: for a format that hides the number.
    """
    kept = _FIFTEEN.plus(decimal_of(number))
    if number_format in (GENERAL, "@", ""):
        return _in_general(kept) if digits_of(kept) <= GENERAL_DIGITS else None
    how = _section(number_format, (kept > 0) - (kept < 0))
    if kept < 0 and not how.signed:
        raise UnreadFormatError
    value = Fraction(kept) * 100**how.percents
    decimals = how.least
    while decimals < how.most and _rounded(value, decimals) != _rounded(value, how.most):
        decimals += 1
    return PrintedNumber(_rounded(value, decimals), decimals, how.percent_shown)


def _in_general(kept: Decimal) -> PrintedNumber:
    value = Fraction(kept)
    exponent = kept.normalize().as_tuple().exponent
    return PrintedNumber(value, max(0, -exponent) if isinstance(exponent, int) else 0)


def _rounded(value: Fraction, decimals: int) -> Fraction:
    return Fraction(round_decimal(value, decimals, "half_up"))


def number_shown(number: PrintedNumber) -> str:
    """Return a number as its cell shows it, with a decimal point and no grouping."""
    text = f"{round_decimal(number.value, number.decimals, 'half_up'):f}"
    return f"{text}%" if number.percent else text


# --- formats -------------------------------------------------------------------------------------

_SECTIONS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].|;|[^;]', re.DOTALL)
_NOT_SHOWN = re.compile(r"[_*].", re.DOTALL)
_COLOURS = "black|blue|cyan|green|magenta|red|white|yellow"
_BRACKETED = re.compile(rf"\[(?:\$[^\]]*|{_COLOURS}|color\s*\d+)\]", re.IGNORECASE)
_DIGITS = re.compile(r"(?P<whole>[#0?,]*[#0?])?(?:\.(?P<decimals>[#0?]*))?(?P<thousands>,*)")
_PLAIN = frozenset("+-()$€₸₽ \u00a0")


@lru_cache(maxsize=256)
def _section(number_format: str, sign: int) -> NumberFormat:
    """Return the section of a format that shows numbers of a sign."""
    sections: list[list[str]] = [[]]
    for token in _SECTIONS.findall(number_format):
        if token == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    if sign < 0 and len(sections) > 1:
        return _read_section(sections[1], own_sign=True)
    if sign == 0 and len(sections) > 2:
        return _read_section(sections[2], own_sign=False)
    return _read_section(sections[0], own_sign=False)


def _read_section(tokens: list[str], *, own_sign: bool) -> NumberFormat:
    """Return what a section shows; ``own_sign`` where it shows the sign only if it is written."""
    written, literal = "", ""
    for token in tokens:
        if token.startswith(('"', "\\")):
            literal += token.strip('"').removeprefix("\\")
        elif token.startswith("["):
            if not _BRACKETED.fullmatch(token):
                raise UnreadFormatError
        elif not _NOT_SHOWN.fullmatch(token):
            written += token
    if written.strip() == "" and literal.strip() == "":
        raise NothingShownError
    bare = "".join(char for char in written if char not in _PLAIN)
    percents = bare.count("%")
    bare = bare.replace("%", "")
    if bare == GENERAL:
        raise UnreadFormatError
    pattern = _DIGITS.fullmatch(bare)
    if not bare or pattern is None or pattern["thousands"] or percents > 1:
        raise UnreadFormatError
    decimals = pattern["decimals"] or ""
    return NumberFormat(
        least=len(decimals.rstrip("#?")),
        most=len(decimals),
        percents=percents,
        percent_shown=bool(percents) or "%" in literal,
        signed=not own_sign or bool({"-", "("} & set(written + literal)),
    )
