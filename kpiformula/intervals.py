"""Exact intervals with open and closed ends, and what a printed figure may stand for.

A figure printed with *d* decimals has a last digit worth u = 10^-d; *d* may be negative (500
printed to the hundred has d = -2). What it stands for depends on how it was rounded; the ends of
each interval follow XBRL Calculations 1.1 (nearest, truncation) and, for the named tie rules, the
rules themselves. "Up" at a tie is away from zero, as in spreadsheets, so figures below zero
mirror those above. Everything is a ``Fraction``: no float, no tolerance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from fractions import Fraction
from typing import Literal, get_args

from kpiformula.diagnostics import Diagnostic, InputError, error
from kpiformula.nodes import number_text

Rounding = Literal["half_up", "half_down", "half_even", "truncate", "ceiling", "floor"]
"""A rule that gives every number one rounded value."""

Mode = Literal["nearest", "half_up", "half_down", "half_even", "truncate", "ceiling", "floor"]
"""How a figure was rounded: a :data:`Rounding`, or to the nearest under any of the tie rules."""

MODES: tuple[Mode, ...] = get_args(Mode)
TIE_RULES: tuple[Rounding, ...] = ("half_up", "half_down", "half_even")
"""The rules that differ only where a number lies midway between two figures."""

_SHOWN_BITS = 200
_UNBOUNDED = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers between two exact ends; a closed end belongs to it, an open one does not.

    Raises:
        InputError: KF511 if no number lies in it.
    """

    low: Fraction
    high: Fraction
    low_closed: bool = True
    high_closed: bool = True

    def __post_init__(self) -> None:
        if self.low > self.high or (
            self.low == self.high and not (self.low_closed and self.high_closed)
        ):
            raise InputError(error("KF511", f"no number lies in {self}"))

    @property
    def width(self) -> Fraction:
        """The distance between the ends."""
        return self.high - self.low

    def __contains__(self, value: Fraction | int) -> bool:
        above = value > self.low or (self.low_closed and value == self.low)
        return above and (value < self.high or (self.high_closed and value == self.high))

    def intersection(self, other: Interval) -> Interval | None:
        """Return the numbers in both, or ``None`` where there are none."""
        low, low_open = max((self.low, not self.low_closed), (other.low, not other.low_closed))
        high, high_closed = min((self.high, self.high_closed), (other.high, other.high_closed))
        if low > high or (low == high and (low_open or not high_closed)):
            return None
        return Interval(low, high, not low_open, high_closed)

    def overlaps(self, other: Interval) -> bool:
        """Return whether some number is in both; touching ends count only if both are closed."""
        return self.intersection(other) is not None

    def covers(self, other: Interval) -> bool:
        """Return whether every number of ``other`` is in this interval."""
        return self.intersection(other) == other

    def whole_numbers(self) -> range:
        """Return the whole numbers in it; the cost does not depend on how many there are."""
        first = math.ceil(self.low) if self.low_closed else math.floor(self.low) + 1
        last = math.floor(self.high) if self.high_closed else math.ceil(self.high) - 1
        return range(first, last + 1)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low, self.high_closed, self.low_closed)

    def __add__(self, other: Interval) -> Interval:
        return Interval(
            self.low + other.low,
            self.high + other.high,
            self.low_closed and other.low_closed,
            self.high_closed and other.high_closed,
        )

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        corners = [
            (a * b, (x and y) or (x and a == 0) or (y and b == 0))
            for a, x in ((self.low, self.low_closed), (self.high, self.high_closed))
            for b, y in ((other.low, other.low_closed), (other.high, other.high_closed))
        ]
        low, low_open = min((product, not closed) for product, closed in corners)
        high, high_closed = max(corners)
        return Interval(low, high, not low_open, high_closed)

    def __truediv__(self, other: Interval) -> Interval:
        """Divide; raises ZeroDivisionError where the divisor reaches or touches zero."""
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError(f"{other} reaches zero")
        return self * Interval(1 / other.high, 1 / other.low, other.high_closed, other.low_closed)

    def __str__(self) -> str:
        opening = "[" if self.low_closed else "("
        closing = "]" if self.high_closed else ")"
        return f"{opening}{_exact_text(self.low)}, {_exact_text(self.high)}{closing}"


def point(value: Fraction) -> Interval:
    """Return the interval that holds one number."""
    return Interval(value, value)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as printed: its exact value, its decimals (negative: to tens, hundreds), its text.

    ``0,4`` and ``0,40`` differ in their decimals; ``0,4`` and ``0.4`` are equal.

    Raises:
        InputError: KF510 where the value has digits beyond its decimals.
    """

    value: Fraction
    decimals: int
    printed: str = field(compare=False)

    def __post_init__(self) -> None:
        if (self.value / self.last_digit).denominator != 1:
            excess = _exact_text(excess_digits(self.value, self.decimals))
            raise InputError(
                error("KF510", f"{self.printed} has digits beyond {self.decimals} decimals: "
                      f"{excess} is left over")
            )  # fmt: skip

    @property
    def last_digit(self) -> Fraction:
        """What one unit of the last printed digit is worth: 1/10 for one decimal."""
        return _unit(self.decimals)

    def __str__(self) -> str:
        return self.printed


def unround(figure: Figure, mode: Mode) -> Interval:
    """Return the numbers that print as this figure when rounded by ``mode``.

    ``nearest`` is closed at both ends, whatever the tie rule (XBRL Calculations 1.1; EDGAR Filer
    Manual 6.5.12); under ``truncate`` zero stands for everything nearer to it than one unit.

    Raises:
        InputError: KF509 for a mode not among :data:`MODES`.
    """
    value, unit = figure.value, figure.last_digit
    half = unit / 2
    match mode:
        case "nearest":
            return Interval(value - half, value + half)
        case "half_even":
            even = int(value / unit) % 2 == 0
            return Interval(value - half, value + half, even, even)
        case "half_up":
            return Interval(value - half, value + half, value > 0, value < 0)
        case "half_down":
            return Interval(value - half, value + half, value <= 0, value >= 0)
        case "truncate":
            low = value - unit if value <= 0 else value
            high = value + unit if value >= 0 else value
            return Interval(low, high, value > 0, value < 0)
        case "ceiling":
            return Interval(value - unit, value, False, True)
        case "floor":
            return Interval(value, value + unit, True, False)
        case _:
            raise InputError(_unknown_mode(mode, MODES))


def round_ratio(numerator: int, denominator: int, decimals: int, mode: Rounding) -> int:
    """Return a quotient of integers rounded, counted in units of the last digit kept.

    The denominator is positive. Halves go away from zero under ``half_up``, towards zero under
    ``half_down``, to the even digit under ``half_even``.

    Raises:
        InputError: KF509 for another mode; ``nearest`` does not say where a tie goes.
    """
    if decimals >= 0:
        numerator *= 10**decimals
    else:
        denominator *= 10**-decimals
    whole, rest = divmod(numerator, denominator)
    midway = 2 * rest - denominator
    match mode:
        case "half_up":
            return whole + (midway > 0 or (midway == 0 and numerator > 0))
        case "half_down":
            return whole + (midway > 0 or (midway == 0 and numerator < 0))
        case "half_even":
            return whole + (midway > 0 or (midway == 0 and whole % 2 == 1))
        case "truncate":
            return whole + (rest > 0 and numerator < 0)
        case "ceiling":
            return whole + (rest > 0)
        case "floor":
            return whole
        case _:
            raise InputError(_unknown_mode(mode, get_args(Rounding)))


def round_exact(value: Fraction, decimals: int, mode: Rounding) -> Fraction:
    """Return an exact number rounded to ``decimals`` (negative: to tens, hundreds …).

    Raises:
        InputError: KF509 for a mode that is no :data:`Rounding`.
    """
    return _unit(decimals) * round_ratio(*value.as_integer_ratio(), decimals, mode)


def round_decimal(value: Fraction, decimals: int, mode: Rounding) -> Decimal:
    """Return an exact number rounded, as a Decimal that keeps its decimals (``0.40``).

    The caller's decimal context has no influence.

    Raises:
        InputError: KF509 for a mode that is no :data:`Rounding`.
    """
    units = round_ratio(*value.as_integer_ratio(), decimals, mode)
    return Decimal(units).scaleb(-decimals, _UNBOUNDED)


def excess_digits(value: Fraction, decimals: int) -> Fraction:
    """Return what a number has beyond its decimals: 0.0678 of 1234.5678 at one decimal."""
    return value - round_exact(value, decimals, "truncate")


def decimal_places(value: Fraction) -> int | None:
    """Return how many decimals a number has, ``None`` where they do not end."""
    rest, places = value.denominator, 0
    for prime in (2, 5):
        times = 0
        while rest % prime == 0:
            rest //= prime
            times += 1
        places = max(places, times)
    return places if rest == 1 else None


def value_text(value: Fraction) -> str:
    """Return an exact number for people: ``12``, ``28.75``, ``210/341 ≈ 0.6158``."""
    numerator, denominator = value.as_integer_ratio()
    if max(numerator.bit_length(), denominator.bit_length()) > _SHOWN_BITS:
        return f"≈ {approximation(value)}"
    if decimal_places(value) is None:
        return f"{_exact_text(value)} ≈ {approximation(value)}"
    return _exact_text(value)


def approximation(value: Fraction) -> Decimal:
    """Return at least four decimals and four digits of a number."""
    size = (
        Context(prec=1, traps=[])
        .divide(Decimal(value.numerator), Decimal(value.denominator))
        .adjusted()
    )
    return round_decimal(value, max(4, 3 - size), "half_up")


def _exact_text(value: Fraction) -> str:
    ends = decimal_places(value) is not None
    return number_text(value) if ends else f"{value.numerator}/{value.denominator}"


def _unit(decimals: int) -> Fraction:
    return Fraction(1, 10**decimals) if decimals >= 0 else Fraction(10**-decimals)


def _unknown_mode(mode: object, known: tuple[str, ...]) -> Diagnostic:
    return error("KF509", f"unknown rounding: {mode!r}", help=f"one of {', '.join(known)}")
