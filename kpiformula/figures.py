"""Planned figures as documents print them, and what they mean.

A target is mostly a number, but also a dash, a place in a ranking (``851+``, ``топ-20``), a ratio
(``1:6``) or two figures in one cell (``99,5/0,5``). What cannot be read for certain keeps its
printed text and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from kpiformula.amounts import ZEROS, scale_of, scaled
from kpiformula.diagnostics import InputError
from kpiformula.text import BLANKS, PrintedNumber, clean, printed_number


class TargetKind(StrEnum):
    """What a printed figure is.

    ``none`` is a dash or an empty cell: nothing is planned. ``band`` is a range, as rankings
    print it: ``401-500``, or ``851+`` without an upper end. ``top`` is a place among the first:
    ``топ-20``. ``pair`` is two figures that are not divided. ``unread`` is anything else.
    """

    NONE = "none"
    NUMBER = "number"
    BAND = "band"
    TOP = "top"
    RATIO = "ratio"
    PAIR = "pair"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Target:
    """A planned figure as printed, in the unit of its indicator, and what it means.

    ``terms`` are the numbers it holds, in printed order: the one of a number or a ``top``, one or
    both ends of a band, both sides of a ratio or a pair.
    """

    printed: str
    kind: TargetKind = TargetKind.UNREAD
    terms: tuple[PrintedNumber, ...] = ()

    @property
    def value(self) -> Fraction | None:
        """The value that an indicator is compared with: of a number, or of a ratio (``1:6``)."""
        match self.kind:
            case TargetKind.NUMBER:
                return self.terms[0].value
            case TargetKind.RATIO:
                return self.terms[0].value / self.terms[1].value
            case _:
                return None

    @property
    def decimals(self) -> int | None:
        """The decimals of a number; below zero where a word stands for its zeros (``196 мың``)."""
        return self.terms[0].decimals if self.kind is TargetKind.NUMBER else None

    @property
    def low(self) -> Fraction | None:
        """The least value of a band, or of the places of a ``top``, which begin with the first."""
        match self.kind:
            case TargetKind.BAND:
                return self.terms[0].value
            case TargetKind.TOP:
                return Fraction(1)
            case _:
                return None

    @property
    def high(self) -> Fraction | None:
        """The greatest value of a band or a ``top``; ``None`` where a band has no upper end."""
        match self.kind, self.terms:
            case (TargetKind.TOP, (last,)) | (TargetKind.BAND, (_, last)):
                return last.value
            case _:
                return None

    def __str__(self) -> str:
        shown = [_number_text(term) for term in self.terms]
        match self.kind:
            case TargetKind.NONE:
                return "-"
            case TargetKind.TOP:
                return f"top {shown[0]}"
            case TargetKind.BAND if len(shown) == 1:
                return f"{shown[0]}+"
            case TargetKind.BAND:
                return "-".join(shown)
            case TargetKind.RATIO:
                return ":".join(shown)
            case TargetKind.PAIR:
                return "/".join(shown)
            case TargetKind.NUMBER:
                return shown[0]
            case _:
                return self.printed


@lru_cache(maxsize=4096)
def read_target(printed: str, unit: str = "", *, decimal_comma: bool = False) -> Target:
    """Read a planned figure as documents print it; nothing is refused.

    A stray space behind the decimal mark is passed over (``0, 2`` is 0,2), and so is the mark of
    a footnote (``45*``). Words for thousands and more are read (``196 мың`` is 196 000), unless
    the unit already counts in these.

    Args:
        printed: the figure, alone in its cell.
        unit: the name of its unit in ``grammars/units.txt``.
        decimal_comma: whether the document is written in a language where a comma only ever
            stands before decimals, so that ``377,993`` is no thousands.
    """
    plain = " ".join(clean(printed).text.split()).casefold()
    if decimal_comma and "." not in plain:
        plain = plain.replace(",", ".")
    if plain in BLANKS:
        return Target(printed, TargetKind.NONE)
    number = _number(plain, unit)
    if number is not None:
        return Target(printed, TargetKind.NUMBER, (number,))
    return next(_composed(printed, plain), Target(printed))


# --- what is composed of several numbers ---------------------------------------------------------

_NUMBER = r"(\d[\d ,.]*)"
_SHAPES = (
    (TargetKind.TOP, re.compile(rf"(?:топ|top|үздік)[ -]?{_NUMBER}", re.ASCII)),
    (TargetKind.BAND, re.compile(rf"{_NUMBER}\+", re.ASCII)),
    (TargetKind.BAND, re.compile(rf"{_NUMBER}[-\u2012-\u2014]{_NUMBER}", re.ASCII)),
    (TargetKind.RATIO, re.compile(rf"{_NUMBER}:{_NUMBER}", re.ASCII)),
    (TargetKind.PAIR, re.compile(rf"{_NUMBER}/{_NUMBER}", re.ASCII)),
)


def _composed(printed: str, plain: str) -> Iterator[Target]:
    tight = re.sub(r" ?([-+:/\u2012-\u2014]) ?", r"\1", plain)
    for kind, shape in _SHAPES:
        match = shape.fullmatch(tight)
        numbers = [_plain_number(each) for each in match.groups()] if match else []
        terms = tuple(number for number in numbers if number is not None)
        if terms and len(terms) == len(numbers) and _makes_sense(kind, terms):
            yield Target(printed, kind, terms)


def _makes_sense(kind: TargetKind, terms: tuple[PrintedNumber, ...]) -> bool:
    values = [term.value for term in terms]
    match kind:
        case TargetKind.TOP:
            return values[0] >= 1 and values[0].denominator == 1
        case TargetKind.BAND:
            return len(values) == 1 or values[0] < values[1]
        case TargetKind.RATIO:
            return values[1] != 0
        case _:
            return True


# --- numbers -------------------------------------------------------------------------------------

_FOOTNOTE = re.compile(r" ?(?:[*†‡]+|[¹²³⁰⁴-⁹]+)\)?$")
_STRAY_SPACE = re.compile(r"(?<=\d)([,.]) (?=\d+$)", re.ASCII)
_WORDS = {"нөлдік": 0, "нөл": 0, "нулевой": 0, "ноль": 0, "zero": 0}


def _number(plain: str, unit: str) -> PrintedNumber | None:
    if plain in _WORDS:
        return PrintedNumber(Fraction(_WORDS[plain]), 0)
    figure, _, word = plain.rpartition(" ")
    scale = scale_of(word)
    if scale is None:
        return _plain_number(plain)
    number = _plain_number(figure)
    if number is None or number.percent:
        return None
    return scaled(number, 0 if unit.startswith(f"{scale}_") else ZEROS[scale])


def _plain_number(figure: str) -> PrintedNumber | None:
    try:
        return printed_number(_STRAY_SPACE.sub(r"\1", _FOOTNOTE.sub("", figure)))
    except InputError:
        return None


def _number_text(number: PrintedNumber) -> str:
    """Return a number with its decimals, as :func:`read_target` reads it."""
    scale, zeros = next(
        ((f" {word}", zeros) for word, zeros in ZEROS.items()
         if number.decimals < 0 <= number.decimals + zeros),
        ("", 0),
    )  # fmt: skip
    decimals = number.decimals + zeros
    digits = str(abs(number.value) * Fraction(10) ** number.decimals).rjust(decimals + 1, "0")
    point = len(digits) - decimals
    shown = f"{digits[:point]}.{digits[point:]}" if decimals else digits
    return f"{'-' if number.value < 0 else ''}{shown}{scale}{' %' if number.percent else ''}"
