"""The least or greatest whole count whose printed value meets a target, by algebra.

The printed values that meet a target are those from its own interval on: a figure printed 0,6
under half up stands for 0,55 and more. So a target is one bound on the exact value, and the bound
is solved for the count (room ``feasibility``), however large it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import get_args

from kpiformula.arithmetic import UndefinedError
from kpiformula.counts import Count
from kpiformula.diagnostics import InputError, error
from kpiformula.evaluation import Subject, evaluate
from kpiformula.feasibility.quotients import UnsolvableError
from kpiformula.feasibility.unknown import (
    Names,
    UnknownCount,
    missing_names,
    same_counts,
    unknown_count,
)
from kpiformula.feasibility.whole_counts import WholeCounts
from kpiformula.figures import Target, TargetKind
from kpiformula.formula import Formula
from kpiformula.intervals import Figure, Rounding, round_decimal, unround, value_text
from kpiformula.methodology import Direction
from kpiformula.nodes import names
from kpiformula.reported import Reported, require_figure
from kpiformula.results import Result


@dataclass(frozen=True, slots=True)
class TriedCount:
    """A count, the exact value that it gives, and the value as printed."""

    count: int
    value: Fraction
    printed: Decimal

    def __str__(self) -> str:
        return f"{self.count} gives {value_text(self.value)}, printed {self.printed}"


@dataclass(frozen=True)
class Goal:
    """What a target asks of one count, all others given.

    ``counts`` are all whole counts whose printed value meets the target. ``needed`` is the
    count at which it begins to be met, or up to which it is met; ``next_fails`` is the proof:
    the count next to it, whose printed value fails (``None`` where no such count is possible).
    ``reason`` says why no count meets the target. ``present`` is the count as it stands.
    """

    symbol: str
    direction: Direction
    target: Figure
    rounding: Rounding
    counts: WholeCounts = field(repr=False)
    possible: WholeCounts = field(repr=False)
    more_is_better: bool | None
    needed: TriedCount | None = None
    next_fails: TriedCount | None = None
    present: int | None = None
    reason: str | None = None

    @property
    def reachable(self) -> bool:
        """Whether some count meets the target."""
        return bool(self.counts)

    @property
    def meets_now(self) -> bool | None:
        """Whether the present count meets the target; ``None`` where none is given."""
        return None if self.present is None else self.present in self.counts

    @property
    def nearest(self) -> int | None:
        """The count that meets the target and is nearest to the present one."""
        if self.present is None or not self.counts:
            return None
        present = self.present
        ends = (
            max(first, present if last is None else min(last, present))
            for first, last in self.counts.ranges
        )
        return min(ends, key=lambda count: abs(count - present))

    @property
    def lacking(self) -> int | None:
        """By how many the present count must change to meet the target: 0 where it does.

        ``None`` where no count is given, or none meets the target.
        """
        if self.present is None or self.nearest is None:
            return None
        return abs(self.nearest - self.present)

    @property
    def spare(self) -> int | None:
        """By how many the present count may worsen before it fails.

        ``None`` where it fails now, is not given, or cannot fail that way.
        """
        if self.present is None or self.more_is_better is None:
            return None
        met = self.counts.range_of(self.present)
        if met is None:
            return None
        first, last = met
        if self.more_is_better:
            return self.present - first if first != self.possible.first else None
        return None if last is None or last == self.possible.last else last - self.present

    @property
    def message(self) -> str:
        """The count needed, its proof, and how the present count stands to it."""
        wanted = f"{self.direction.replace('_', ' ')} {self.target} ({self.rounding})"
        if self.reason is not None:
            return f"{wanted}: impossible, {self.reason}"
        parts = [f"{wanted}: met with {self.symbol} {self.counts}"]
        if self.needed is not None and self._one_sided:
            side = "least" if self.more_is_better else "most"
            parts = [
                f"{wanted}: {self.symbol} must be at {side} {self.needed.count}: {self.needed}"
            ]
            parts += [str(self.next_fails)] if self.next_fails else []
        return "; ".join([*parts, *self._present_told()])

    @property
    def _one_sided(self) -> bool:
        """Whether all counts beyond the one needed meet the target; no jump lies among them."""
        if len(self.counts.ranges) != 1:
            return False
        if self.more_is_better:
            return self.counts.last == self.possible.last
        return self.counts.first == self.possible.first

    def _present_told(self) -> list[str]:
        if self.present is None or self.nearest is None:
            return []
        if self.lacking:
            word = "more" if self.nearest > self.present else "fewer"
            return [f"now {self.present}: {self.lacking} {word} needed"]
        if self.spare is None:
            return [f"now {self.present}"]
        change = "lost" if self.more_is_better else "added"
        return [f"now {self.present}: {self.spare} may be {change}"]

    def __str__(self) -> str:
        return self.message

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)


def goal_seek(
    subject: Subject,
    counts: Mapping[str, Count],
    *,
    at_least: Reported = None,
    at_most: Reported = None,
    year: int | None = None,
    symbol: str | None = None,
    category: str | None = None,
    rounding: Rounding = "half_up",
) -> Goal:
    """Return the whole count that a target asks for, and how much may be lost before it fails.

    The value is compared as printed, with the decimals of the target. The count is found by
    algebra: the cost does not depend on its size. Counts are not negative, and the numerator of a
    share is not above its denominator; an amount, such as money, is sought in whole units.

    Args:
        subject: an indicator or a formula.
        counts: all counts but the one sought; it may be among them as its present value.
        at_least: the target, as printed, that the value must reach.
        at_most: the target, as printed, that the value must not exceed.
        year: of an indicator, in place of these: its target and direction in that year.
        symbol: the name or the input of the count sought; without it, the one that is missing.
        category: the category a coefficient is chosen by.
        rounding: how the value is printed.

    Returns:
        The goal; where no count meets the target, ``reason`` says why.

    Raises:
        InputError: KF540 where not one of ``at_least``, ``at_most`` and ``year`` is given; KF541
            where the year has no target to be sought; KF514 where it is not settled which count
            is sought, or it cannot be solved for; KF509 for another ``rounding``; and what
            ``evaluate`` raises.
    """
    if rounding not in get_args(Rounding):
        known = f"one of {', '.join(get_args(Rounding))}"
        raise InputError(error("KF509", f"unknown rounding: {rounding!r}", help=known))
    target, direction = _wanted(subject, at_least, at_most, year)
    result = evaluate(subject, counts, category=category)
    try:
        sought = _sought(subject, result, symbol)
        unknown = unknown_count(subject, result.formula, sought, result.counts)
    except (UnsolvableError, UndefinedError) as problem:
        raise InputError(error("KF514", str(problem))) from None
    return _goal(unknown, target, direction, rounding, _present(result, sought))


def _wanted(
    subject: Subject, at_least: Reported, at_most: Reported, year: int | None
) -> tuple[Figure, Direction]:
    if sum(each is not None for each in (at_least, at_most, year)) != 1:
        raise InputError(error("KF540", "give one of at_least, at_most and year"))
    if at_least is not None:
        return require_figure(at_least), "at_least"
    if at_most is not None:
        return require_figure(at_most), "at_most"
    if isinstance(subject, Formula) or year is None:
        raise InputError(error("KF541", "a formula has no targets by year"))
    figure = _sought_figure(subject.targets.get(year))
    if figure is None or subject.direction is None:
        target = subject.targets.get(year)
        shown = f"the target {target.printed!r} is no single figure" if target else "no target"
        missing = shown if subject.direction else "no direction is known"
        raise InputError(error("KF541", f"{subject.code} in {year}: {missing}"))
    return figure, subject.direction


def _sought_figure(target: Target | None) -> Figure | None:
    """Return the figure that a value is held against: of a ``top``, its last place."""
    if target is None or target.kind not in (TargetKind.NUMBER, TargetKind.TOP):
        return None
    (term,) = target.terms
    return Figure(term.value, term.decimals, str(target))


def _sought(subject: Subject, result: Result, symbol: str | None) -> Names:
    missing = missing_names(subject, result)
    if symbol is None:
        if len(missing) != 1:
            shown = ", ".join(result.missing) or "none"
            raise UnsolvableError(f"name the count to seek; missing are: {shown}")
        return missing[0]
    used = tuple(
        name for name in names(result.formula.node) if name not in result.formula.coefficients
    )
    inputs = {} if isinstance(subject, Formula) else subject.symbols
    for each in same_counts(subject, used):
        if symbol in each or any(n in inputs and inputs[n].input == symbol for n in each):
            others = [other[0] for other in missing if other != each]
            if others:
                raise UnsolvableError(f"besides {symbol}, {', '.join(others)} must be given")
            _require_settled(result.formula, (symbol, *each))
            return each
    raise UnsolvableError(f"the formula has no count {symbol!r}: {result.formula}")


def _require_settled(formula: Formula, sought: Names) -> None:
    for coefficient in formula.coefficients.values():
        if any(case.condition and case.condition.of in sought for case in coefficient.cases):
            raise UnsolvableError(f"{coefficient.name} itself depends on {sought[0]}")


def _present(result: Result, sought: Names) -> int | None:
    count = result.counts.get(sought[0])
    if count is None:
        return None
    if count.denominator != 1:
        message = f"the present {sought[0]} is no whole count: {value_text(count)}"
        raise InputError(error("KF514", message))
    return count.numerator


def _goal(
    unknown: UnknownCount,
    target: Figure,
    direction: Direction,
    rounding: Rounding,
    present: int | None,
) -> Goal:
    value, bounds = unknown.value, unround(target, rounding)
    if direction == "at_least":
        met = value.at_least(bounds.low, reached=bounds.low_closed)
    else:
        met = value.at_most(bounds.high, reached=bounds.high_closed)
    counts = met & unknown.possible
    rising = value.trend if direction == "at_least" else -value.trend
    better = rising > 0 if rising else None
    reason = None if counts else _obstacle(unknown, target, direction, rounding, better)

    def tried(count: int | None) -> TriedCount | None:
        if count is None or count not in unknown.possible:
            return None
        exact = value.at(count)
        return TriedCount(count, exact, round_decimal(exact, target.decimals, rounding))

    edge = counts.first if better else counts.last
    needed = None if counts == unknown.possible else tried(edge)
    beyond = tried(needed.count - 1 if better else needed.count + 1) if needed else None
    return Goal(
        symbol=unknown.name,
        direction=direction,
        target=target,
        rounding=rounding,
        counts=counts,
        possible=unknown.possible,
        more_is_better=better,
        needed=needed,
        next_fails=beyond,
        present=present,
        reason=reason,
    )


def _obstacle(
    unknown: UnknownCount,
    target: Figure,
    direction: Direction,
    rounding: Rounding,
    better: bool | None,
) -> str:
    """Return why no count meets a target."""
    name, value, possible = unknown.name, unknown.value, unknown.possible
    if not possible:
        return f"no whole {name} keeps the numerator between 0 and the denominator"
    if value.constant is not None:
        return f"the value is {value_text(value.constant)} whatever {name}"
    if value.pole is not None and value.pole > 0:
        return f"no whole {name} gives such a value"
    best = possible.last if better else possible.first
    if best is not None:
        exact = value.at(best)
        printed = round_decimal(exact, target.decimals, rounding)
        return f"even {name} = {best} gives {value_text(exact)}, printed {printed}"
    side = "below" if direction == "at_least" else "above"
    limit = value_text(value.limit) if value.limit is not None else str(target)
    return f"however large {name}, the value stays {side} {limit}"
