"""Slips of the pen in one printed number: a digit, two digits, the decimal mark, the scale."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kpiformula.intervals import Figure, decimal_places
from kpiformula.nodes import number_text

SCALES = (
    (Fraction(1000), "thousand times too small"),
    (Fraction(1, 1000), "thousand times too large"),
    (Fraction(1_000_000), "a million times too small"),
    (Fraction(1, 1_000_000), "a million times too large"),
)


def one_digit_off(value: Fraction, decimals: int) -> Iterator[Fraction]:
    """Yield the numbers that differ from a printed one in a single digit."""
    digits = _digits(value, decimals)
    for place, digit in enumerate(digits):
        for other in "0123456789":
            if other != digit and (other != "0" or not _leads(digits, place, decimals)):
                yield _number(digits[:place] + other + digits[place + 1 :], value, decimals)


def transposed(value: Fraction, decimals: int) -> Iterator[Fraction]:
    """Yield the numbers in which two neighbouring digits of a printed one have changed places."""
    digits = _digits(value, decimals)
    for place in range(len(digits) - 1):
        one, two = digits[place], digits[place + 1]
        if one != two and (two != "0" or not _leads(digits, place, decimals)):
            yield _number(digits[:place] + two + one + digits[place + 2 :], value, decimals)


def mark_slipped(figure: Figure) -> Iterator[Figure]:
    """Yield the figures with the same digits and the decimal mark one or two places off."""
    for places in (1, -1, 2, -2):
        moved = figure.value * Fraction(10) ** places
        if moved != figure.value:
            yield as_figure(moved, figure.decimals - places)


def as_figure(value: Fraction, decimals: int) -> Figure:
    """Return a number as a printed figure."""
    return Figure(value, decimals, number_text(value))


def decimals_of(value: Fraction) -> int | None:
    """Return how many decimals a count shows, ``None`` where it is no decimal number."""
    return decimal_places(value)


def _digits(value: Fraction, decimals: int) -> str:
    units = abs(value) * Fraction(10) ** decimals
    return str(units.numerator).rjust(max(0, decimals) + 1, "0")


def _leads(digits: str, place: int, decimals: int) -> bool:
    """Whether a zero at this place would not be printed: before other digits of a whole part."""
    return place == 0 and len(digits) - max(0, decimals) > 1


def _number(digits: str, like: Fraction, decimals: int) -> Fraction:
    sign = -1 if like < 0 else 1
    return sign * int(digits) / Fraction(10) ** decimals
