"""Which whole counts could stand behind a figure, when one count is missing.

Solved by algebra on the nodes: where the value is ``start + slope * count``, an interval of
values is an interval of counts, whatever its size. Counts are whole and not negative; in a share
the numerator is not above the denominator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from kpiformula.arithmetic import IrrationalError, UndefinedError, program
from kpiformula.evaluation import Result, Subject
from kpiformula.formula import Formula
from kpiformula.intervals import Interval, point
from kpiformula.nodes import Binary, Call, Name, Negative, Node, names, text

MEASURED_UNITS = frozenset(
    {"tenge", "thousand_tenge", "million_tenge", "billion_tenge", "percent", "point", "1"}
)
"""Units of amounts that need not be whole; a quotient of units is another. Others are counted."""


class UnsolvableError(ArithmeticError):
    """The missing count cannot be worked out from a value; the message says why."""


@dataclass(frozen=True, slots=True)
class UnknownCount:
    """One missing whole count: the value of the formula is ``start + slope * count``.

    ``bounds`` are the counts that keep the numerator of a share within its denominator.
    """

    name: str
    start: Fraction
    slope: Fraction
    bounds: range | None

    def whole_counts(self, interval: Interval) -> range:
        """Return the whole counts, zero or more, whose value lies in an interval.

        Raises:
            UnsolvableError: where every count has the same value and nothing bounds them.
        """
        if self.slope != 0:
            solved = (interval - point(self.start)) / point(self.slope)
            return _common(solved.whole_numbers(), self.bounds)
        if self.start not in interval:
            return range(0)
        if self.bounds is None:
            raise UnsolvableError(f"the value does not depend on {self.name}")
        return self.bounds


def unknown_count(subject: Subject, result: Result) -> UnknownCount:
    """Return how the value of a formula changes with the one count that is missing.

    Raises:
        UnsolvableError: where not exactly one count is missing, it is an amount that need not be
            whole, or the value does not change evenly with it.
        UndefinedError: where a divisor is zero whatever the count.
    """
    if len(result.missing) != 1:
        missing = ", ".join(result.missing) or "none"
        raise UnsolvableError(f"exactly one count must be missing, not: {missing}")
    (name,) = result.missing
    unit = _unit(subject, result.formula, name)
    if unit is not None and ("/" in unit or unit in MEASURED_UNITS):
        raise UnsolvableError(f"{name} is an amount ({unit}), not a whole count")
    start, slope = _line(result.formula.node, name, result.counts)
    is_share = not isinstance(subject, Formula) and subject.kind == "share"
    return UnknownCount(name, start, slope, _bounds(result, name) if is_share else None)


def _unit(subject: Subject, formula: Formula, name: str) -> str | None:
    symbol = subject.symbols.get(name) or formula.symbols.get(name)
    return symbol.unit if symbol is not None else None


def _bounds(result: Result, name: str) -> range | None:
    numerator, denominator = result.formula.numerator, result.formula.denominator
    if numerator is None or denominator is None:
        return None
    whole, _ = _line(denominator, name, result.counts)
    part, slope = _line(numerator, name, result.counts)
    if slope == 0:
        return None
    if whole < 0:
        return range(0)
    inside = Interval(Fraction(0), whole) - point(part)
    return _common((inside / point(slope)).whole_numbers(), None)


def _common(counts: range, bounds: range | None) -> range:
    first, stop = max(0, counts.start), counts.stop
    if bounds is not None:
        first, stop = max(first, bounds.start), min(stop, bounds.stop)
    return range(first, max(first, stop))


def _line(node: Node, unknown: str, counts: Mapping[str, Fraction]) -> tuple[Fraction, Fraction]:
    """Return the value of a node where the unknown is 0, and its change with each one more."""
    used = names(node)
    if unknown not in used:
        return _value(node, [counts[name] for name in used]), Fraction(0)
    match node:
        case Name():
            return Fraction(0), Fraction(1)
        case Negative(operand):
            start, slope = _line(operand, unknown, counts)
            return -start, -slope
        case Call("sum" | "mean" as function, arguments):
            lines = [_line(argument, unknown, counts) for argument in arguments]
            share = Fraction(1, len(lines) if function == "mean" else 1)
            return share * sum(start for start, _ in lines), share * sum(
                slope for _, slope in lines
            )
        case Binary("+" | "-" as operator, left, right):
            (a, b), (c, d) = (_line(side, unknown, counts) for side in (left, right))
            return (a + c, b + d) if operator == "+" else (a - c, b - d)
        case Binary("*" | "/" as operator, left, right):
            (a, b), (c, d) = (_line(side, unknown, counts) for side in (left, right))
            if operator == "*" and (b == 0 or d == 0):
                return a * c, a * d + b * c
            if operator == "/" and d == 0:
                if c == 0:
                    raise UndefinedError(f"the denominator {text(right)} is 0")
                return a / c, b / c
    raise UnsolvableError(f"the value does not change evenly with {unknown}")


def _value(node: Node, counts: list[Fraction]) -> Fraction:
    try:
        return Fraction(*program(node)([count.as_integer_ratio() for count in counts]))
    except IrrationalError:
        raise UnsolvableError(f"{text(node)} holds a root that is no ratio") from None
