"""Sets of whole counts as a few ranges, however many counts they hold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

_End = int | None


@dataclass(frozen=True, slots=True)
class WholeCounts:
    """Whole numbers, zero or more, as ranges in ascending order; iterating yields the numbers.

    A range is its first and its last number; the last range may go on without end (``None``).
    Ranges neither overlap nor touch, so that equal sets are equal. ``len`` of a set without end,
    or of more than fit a machine word, raises OverflowError, as for a ``range``.
    """

    ranges: tuple[tuple[int, _End], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __iter__(self) -> Iterator[int]:
        for first, last in self.ranges:
            yield from count(first) if last is None else range(first, last + 1)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int | Fraction) and any(
            number >= first and (last is None or number <= last) for first, last in self.ranges
        ) and Fraction(number).denominator == 1  # fmt: skip

    def __len__(self) -> int:
        if self.size is None:
            raise OverflowError("the counts go on without end")
        return self.size

    @property
    def size(self) -> int | None:
        """How many there are; ``None`` where they go on without end."""
        total = 0
        for first, last in self.ranges:
            if last is None:
                return None
            total += last - first + 1
        return total

    @property
    def first(self) -> int | None:
        """The least one; ``None`` where there is none."""
        return self.ranges[0][0] if self.ranges else None

    @property
    def last(self) -> int | None:
        """The greatest one; ``None`` where there is none, or they go on without end."""
        return self.ranges[-1][1] if self.ranges else None

    @property
    def endless(self) -> bool:
        """Whether they go on without end."""
        return bool(self.ranges) and self.ranges[-1][1] is None

    def range_of(self, number: int) -> tuple[int, int | None] | None:
        """Return the range that holds a number, ``None`` where none does."""
        for first, last in self.ranges:
            if number >= first and (last is None or number <= last):
                return first, last
        return None

    def __and__(self, other: WholeCounts) -> WholeCounts:
        """Return the numbers in both."""
        common = (
            (max(first, start), _least(last, end))
            for first, last in self.ranges
            for start, end in other.ranges
        )
        return _joined(common)

    def __or__(self, other: WholeCounts) -> WholeCounts:
        """Return the numbers in one or the other."""
        return _joined((*self.ranges, *other.ranges))

    def without(self, numbers: Iterable[Fraction]) -> WholeCounts:
        """Return these numbers without some; those that are not whole are none of them."""
        kept = self
        for number in numbers:
            if number.denominator == 1 and number >= 0:
                whole = number.numerator
                kept &= from_to(0, whole - 1) | from_to(whole + 1, None)
        return kept

    def __str__(self) -> str:
        return " or ".join(_range_text(*each) for each in self.ranges) or "none"


def from_to(first: int, last: int | None) -> WholeCounts:
    """Return the whole numbers from one to another, both among them; none below zero."""
    return _joined([(first, last)])


ALL = WholeCounts(((0, None),))
"""Every whole number, zero or more."""


def where_positive(start: Fraction, slope: Fraction, *, or_zero: bool) -> WholeCounts:
    """Return the whole numbers x, zero or more, for which ``start + slope * x`` is above zero."""
    if slope == 0:
        return ALL if start > 0 or (or_zero and start == 0) else WholeCounts()
    root = -start / slope
    if slope > 0:
        return from_to(math.ceil(root) if or_zero else math.floor(root) + 1, None)
    return from_to(0, math.floor(root) if or_zero else math.ceil(root) - 1)


def _joined(ranges: Iterable[tuple[int, _End]]) -> WholeCounts:
    """Return ranges in order, cut at zero, those that overlap or touch made one."""
    kept: list[tuple[int, _End]] = []
    whole = ((max(0, first), last) for first, last in ranges)
    for first, last in sorted(
        (each for each in whole if each[1] is None or each[0] <= each[1]), key=lambda each: each[0]
    ):
        if kept and (kept[-1][1] is None or first <= kept[-1][1] + 1):
            before, end = kept.pop()
            kept.append((before, None if end is None or last is None else max(end, last)))
        else:
            kept.append((first, last))
    return WholeCounts(tuple(kept))


def _least(one: _End, other: _End) -> _End:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _range_text(first: int, last: _End) -> str:
    if last is None:
        return f"{first} or more"
    if last <= first + 1:
        return f"{first} or {last}" if last > first else str(first)
    return f"{first} to {last}"
