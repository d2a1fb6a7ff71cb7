"""The one count that is missing, or sought: its value as algebra, and which counts it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from kpiformula.evaluation import Subject
from kpiformula.feasibility.quotients import Quotient, UnsolvableError, quotient_in
from kpiformula.feasibility.whole_counts import ALL, WholeCounts
from kpiformula.formula import Formula
from kpiformula.intervals import Figure, Interval
from kpiformula.nodes import names
from kpiformula.results import Result

MEASURED_UNITS = frozenset(
    {"tenge", "thousand_tenge", "million_tenge", "billion_tenge", "percent", "point", "1"}
)
"""Units of amounts that need not be whole; a quotient of units is another. Others are counted."""

Names = tuple[str, ...]
"""The names in a formula that stand for one count; several where they share an input."""


@dataclass(frozen=True, slots=True)
class FeasibleCounts(WholeCounts):
    """The whole values of a missing count that print as a figure; empty where none does.

    ``untestable`` says why any figure would pass, ``None`` where the figure says something.
    """

    symbol: str = ""
    untestable: str | None = None

    def __str__(self) -> str:
        remark = f" (untestable: {self.untestable})" if self.untestable else ""
        return f"{self.symbol}: {WholeCounts.__str__(self)}{remark}"

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)


@dataclass(frozen=True, slots=True)
class UnknownCount:
    """A whole count that is not known, the value of the formula by it, and what it may be.

    ``possible`` are the counts for which there is a value and, in a share, for which the
    numerator is within the denominator.
    """

    names: Names
    value: Quotient
    possible: WholeCounts

    @property
    def name(self) -> str:
        """Its name in the formula; the first in printed order where there are several."""
        return self.names[0]

    def counts_within(self, interval: Interval) -> WholeCounts:
        """Return the counts whose value lies in an interval."""
        return (
            self.possible
            & self.value.at_least(interval.low, reached=interval.low_closed)
            & self.value.at_most(interval.high, reached=interval.high_closed)
        )

    def feasible(self, figure: Figure, interval: Interval) -> FeasibleCounts:
        """Return the counts that print as a figure, which stands for an interval of values."""
        counts = self.counts_within(interval)
        reason = self._untestable(counts, figure) if counts else None
        return FeasibleCounts(counts.ranges, self.name, reason)

    def _untestable(self, counts: WholeCounts, figure: Figure) -> str | None:
        if self.value.constant is not None:
            return f"the value does not depend on {self.name}"
        steps = self._steps_beside(counts)
        if not steps or max(steps) > figure.last_digit:
            return None
        return (
            f"one {self.name} more or less changes the value by no more than the last digit "
            f"of {figure}"
        )

    def _steps_beside(self, counts: WholeCounts) -> list[Fraction]:
        """Return how far the value moves from the ends of the counts to the counts beside them."""
        if not self.value.below.slope:
            return [abs(self.value.above.slope)]
        beside = [(first, first - 1) for first, _ in counts.ranges]
        beside += [(last, last + 1) for _, last in counts.ranges if last is not None]
        return [
            abs(self.value.at(end) - self.value.at(other))
            for end, other in beside
            if other in self.possible
        ]


def unknown_count(
    subject: Subject, formula: Formula, unknown: Names, counts: Mapping[str, Fraction]
) -> UnknownCount:
    """Return what is known of a count when all others are given.

    Raises:
        UnsolvableError: where the value is no quotient of lines in it.
        UndefinedError: where a divisor is zero whatever the count.
    """
    value = quotient_in(formula.node, frozenset(unknown), counts)
    possible = value.defined
    if is_share(subject):
        possible &= _within_share(formula, unknown, counts)
    return UnknownCount(unknown, value, possible)


def missing_count(subject: Subject, result: Result) -> UnknownCount:
    """Return the one count that a result lacks.

    Raises:
        UnsolvableError: where not exactly one is missing, it is an amount that need not be
            whole, or it cannot be solved for.
        UndefinedError: where a divisor is zero whatever the count.
    """
    missing = missing_names(subject, result)
    if len(missing) != 1:
        shown = ", ".join(result.missing) or "none"
        raise UnsolvableError(f"exactly one count must be missing, not: {shown}")
    require_counted(subject, result.formula, missing[0])
    return unknown_count(subject, result.formula, missing[0], result.counts)


def missing_names(subject: Subject, result: Result) -> tuple[Names, ...]:
    """Return the names of the counts that a result lacks; those of one input stand together."""
    return same_counts(subject, result.missing)


def same_counts(subject: Subject, used: tuple[str, ...]) -> tuple[Names, ...]:
    """Return names in groups that stand for one count each, in printed order."""
    groups: dict[str, Names] = {}
    for name in used:
        count = name
        if not isinstance(subject, Formula) and name in subject.symbols:
            count = subject.symbols[name].input
        groups[count] = (*groups.get(count, ()), name)
    return tuple(groups.values())


def require_counted(subject: Subject, formula: Formula, unknown: Names) -> None:
    """Check that a count is a whole number of something.

    Raises:
        UnsolvableError: where its unit is one of :data:`MEASURED_UNITS` or a quotient.
    """
    symbol = subject.symbols.get(unknown[0]) or formula.symbols.get(unknown[0])
    unit = symbol.unit if symbol is not None else None
    if unit is not None and ("/" in unit or unit in MEASURED_UNITS):
        raise UnsolvableError(f"{unknown[0]} is an amount ({unit}), not a whole count")


def is_share(subject: Subject) -> bool:
    """Return whether the numerator of a subject is part of its denominator."""
    return not isinstance(subject, Formula) and subject.kind == "share"


def _within_share(formula: Formula, unknown: Names, counts: Mapping[str, Fraction]) -> WholeCounts:
    """Return the counts that keep the numerator between zero and the denominator."""
    part, whole = formula.numerator, formula.denominator
    if part is None or whole is None or not {*unknown} & {*names(part), *names(whole)}:
        return ALL
    above, below = (quotient_in(side, frozenset(unknown), counts) for side in (part, whole))
    return above.at_least(Fraction(0)) & (below - above).at_least(Fraction(0))
