"""The value of a formula as a quotient of two lines in one count, by algebra on its nodes.

``(a + b x) / (c + d x)`` is solved exactly: an inequality for it is one for a line on each side
of the place where the denominator is zero. Divisors are judged as printed: ``G / F * F`` has no
value where F is 0, though F cancels (DESIGN §5.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from kpiformula.arithmetic import IrrationalError, UndefinedError, program
from kpiformula.feasibility.whole_counts import ALL, WholeCounts, where_positive
from kpiformula.nodes import Binary, Call, Name, Negative, Node, names, text


class UnsolvableError(ArithmeticError):
    """The missing count cannot be worked out from a value; the message says why."""


class Line(NamedTuple):
    """``start + slope * x`` for a count x."""

    start: Fraction
    slope: Fraction = Fraction(0)

    def at(self, count: int | Fraction) -> Fraction:
        """Return its value for a count."""
        return self.start + self.slope * count

    def times(self, number: Fraction) -> Line:
        """Return all of it multiplied by a number."""
        return Line(self.start * number, self.slope * number)

    def plus(self, other: Line) -> Line:
        """Return the sum of two lines."""
        return Line(self.start + other.start, self.slope + other.slope)

    def multiple_of(self, other: Line) -> Fraction | None:
        """Return what the other is multiplied by to give this one; ``None`` where nothing does."""
        if self.start * other.slope != self.slope * other.start or not any(other):
            return None
        return self.slope / other.slope if other.slope else self.start / other.start


_ONE = Line(Fraction(1))


@dataclass(frozen=True, slots=True)
class Quotient:
    """``above / below`` for a count, both lines; ``gaps`` are where a printed divisor is zero.

    Where they have a line in common it is cancelled, and a constant ``below`` is 1.
    """

    above: Line
    below: Line = _ONE
    gaps: frozenset[Fraction] = frozenset()

    @property
    def constant(self) -> Fraction | None:
        """Its value where that is the same for every count."""
        return self.above.start if self.above.slope == self.below.slope == 0 else None

    @property
    def trend(self) -> Fraction:
        """Above zero where the value rises with the count, below zero where it falls."""
        return self.above.slope * self.below.start - self.above.start * self.below.slope

    @property
    def pole(self) -> Fraction | None:
        """Where the denominator is zero, so that the value jumps; ``None`` where it never is."""
        return -self.below.start / self.below.slope if self.below.slope else None

    @property
    def limit(self) -> Fraction | None:
        """The value that it nears as the count grows; ``None`` where it grows without end."""
        if self.below.slope:
            return self.above.slope / self.below.slope
        return self.constant

    @property
    def defined(self) -> WholeCounts:
        """The counts for which it has a value."""
        return ALL.without(self.gaps)

    def at(self, count: int | Fraction) -> Fraction:
        """Return the value for a count; raises ZeroDivisionError where it has none."""
        if count in self.gaps:
            raise ZeroDivisionError(f"no value for {count}")
        return self.above.at(count) / self.below.at(count)

    def at_least(self, bound: Fraction, *, reached: bool = True) -> WholeCounts:
        """Return the counts whose value is at least a bound, or above it unless it counts."""
        return self._beyond(bound, 1, reached)

    def at_most(self, bound: Fraction, *, reached: bool = True) -> WholeCounts:
        """Return the counts whose value is at most a bound, or below it unless it counts."""
        return self._beyond(bound, -1, reached)

    def _beyond(self, bound: Fraction, side: int, reached: bool) -> WholeCounts:
        found = WholeCounts()
        for sign in (Fraction(1), Fraction(-1)):
            below = where_positive(*self.below.times(sign), or_zero=False)
            rest = self.above.plus(self.below.times(-bound)).times(sign * side)
            found |= below & where_positive(*rest, or_zero=reached)
        return found.without(self.gaps)

    def __neg__(self) -> Quotient:
        return replace(self, above=self.above.times(Fraction(-1)))

    def __add__(self, other: Quotient) -> Quotient:
        gaps = self.gaps | other.gaps
        ratio = other.below.multiple_of(self.below)
        if ratio is not None:
            return _reduced(self.above.times(ratio).plus(other.above), other.below, gaps)
        rational, plain = (self, other) if self.below.slope else (other, self)
        if plain.constant is None:
            raise UnsolvableError
        above = rational.above.plus(rational.below.times(plain.constant))
        return _reduced(above, rational.below, gaps)

    def __sub__(self, other: Quotient) -> Quotient:
        return self + -other

    def __mul__(self, other: Quotient) -> Quotient:
        gaps = self.gaps | other.gaps
        first = _reduced(self.above, other.below, gaps)
        second = _reduced(other.above, self.below, gaps)
        if first.constant == 0 or second.constant == 0:
            return Quotient(Line(Fraction(0)), gaps=gaps)
        above = _product(first.above, second.above)
        return _reduced(above, _product(first.below, second.below), gaps)

    def inverse(self) -> Quotient:
        """Return one divided by it; raises ZeroDivisionError where it is zero for every count."""
        if self.constant == 0:
            raise ZeroDivisionError
        zero = {-self.above.start / self.above.slope} if self.above.slope else frozenset()
        return _reduced(self.below, self.above, self.gaps | zero)


def _product(one: Line, other: Line) -> Line:
    if one.slope and other.slope:
        raise UnsolvableError
    return one.times(other.start) if one.slope else other.times(one.start)


def _reduced(above: Line, below: Line, gaps: frozenset[Fraction]) -> Quotient:
    ratio = above.multiple_of(below)
    if ratio is not None:
        return Quotient(Line(ratio), gaps=gaps)
    if below.slope == 0:
        return Quotient(above.times(1 / below.start), gaps=gaps)
    return Quotient(above, below, gaps)


def quotient_in(node: Node, unknown: Set[str], counts: Mapping[str, Fraction]) -> Quotient:
    """Return a node as a quotient of lines in one count, which ``unknown`` names stand for.

    Raises:
        UnsolvableError: where it is none: a power, a root, a minimum or two unlike denominators.
        UndefinedError: where a divisor is zero whatever the count.
    """
    try:
        return _quotient(node, unknown, counts)
    except UnsolvableError as problem:
        name = next(each for each in names(node) if each in unknown)
        reason = f"{name} stands in a power, in a function, or with unlike divisors"
        raise UnsolvableError(str(problem) or reason) from None


def _quotient(node: Node, unknown: Set[str], counts: Mapping[str, Fraction]) -> Quotient:
    used = names(node)
    if unknown.isdisjoint(used):
        return Quotient(Line(value_of(node, [counts[name] for name in used])))
    match node:
        case Name():
            return Quotient(Line(Fraction(0), Fraction(1)))
        case Negative(operand):
            return -_quotient(operand, unknown, counts)
        case Call("sum" | "mean" as function, arguments):
            total = Quotient(Line(Fraction(0)))
            for argument in arguments:
                total += _quotient(argument, unknown, counts)
            share = Fraction(1, len(arguments) if function == "mean" else 1)
            return total * Quotient(Line(share))
        case Binary("+" | "-" | "*" | "/" as operator, left, right):
            one, other = (_quotient(side, unknown, counts) for side in (left, right))
            match operator:
                case "+":
                    return one + other
                case "-":
                    return one - other
                case "*":
                    return one * other
                case _:
                    return one * _inverse(other, right)
    raise UnsolvableError


def _inverse(divisor: Quotient, printed: Node) -> Quotient:
    try:
        return divisor.inverse()
    except ZeroDivisionError:
        raise UndefinedError(f"the denominator {text(printed)} is 0") from None


def value_of(node: Node, counts: list[Fraction]) -> Fraction:
    """Return the value of a node for the counts of its names.

    Raises:
        UnsolvableError: where it holds a root that is no ratio.
        UndefinedError: where a divisor is zero.
    """
    try:
        return Fraction(*program(node)([count.as_integer_ratio() for count in counts]))
    except IrrationalError:
        raise UnsolvableError(f"{text(node)} holds a root that is no ratio") from None
