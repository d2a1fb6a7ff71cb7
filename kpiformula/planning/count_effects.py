"""What one more of each count does to a value: exactly, and by the derivative."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from kpiformula.arithmetic import UndefinedError
from kpiformula.comparison import signed
from kpiformula.counts import Count
from kpiformula.diagnostics import InputError, error
from kpiformula.evaluation import Subject, evaluate
from kpiformula.feasibility.quotients import UnsolvableError, value_of
from kpiformula.feasibility.unknown import Names, same_counts
from kpiformula.formula import Formula
from kpiformula.intervals import round_decimal
from kpiformula.mapping import Table
from kpiformula.results import Result


@dataclass(frozen=True, slots=True)
class CountEffect:
    """What one more of a count does to the value, all else unchanged, in the unit of the value.

    ``one_more`` is the exact difference, ``derivative`` the exact slope at the counts given;
    either is ``None`` where it does not exist or is no ratio. ``definition`` is what is counted.
    """

    symbol: str
    definition: str | None
    unit: str | None
    count: Fraction
    one_more: Fraction | None
    derivative: Fraction | None

    def rounded(self, decimals: int) -> Decimal | None:
        """Return the difference of one more, rounded half up."""
        return None if self.one_more is None else round_decimal(self.one_more, decimals, "half_up")


@dataclass(frozen=True, repr=False)
class Sensitivity(Mapping[str, CountEffect]):
    """What one more of each count does to a value: a mapping of name to :class:`CountEffect`.

    Several names of one input change together and stand under the first of them.
    """

    result: Result = field(repr=False)
    effects: Mapping[str, CountEffect]

    def __getitem__(self, symbol: str) -> CountEffect:
        return self.effects[symbol]

    def __iter__(self) -> Iterator[str]:
        return iter(self.effects)

    def __len__(self) -> int:
        return len(self.effects)

    def __str__(self) -> str:
        unit = "percentage points" if self.result.unit == "percent" else self.result.unit or ""
        return "\n".join(_told(each, unit) for each in self.values())

    def __repr__(self) -> str:
        return f"<Sensitivity of {self.result}: {', '.join(self)}>"

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)


def sensitivity(
    subject: Subject, counts: Mapping[str, Count], *, category: str | None = None
) -> Sensitivity:
    """Return what one more of each count does to the value: one more graduate, +0.23 points.

    Coefficients that are chosen by category stay as they are.

    Args:
        subject: an indicator or a formula.
        counts: all counts, as for :func:`kpiformula.evaluation.evaluate`.
        category: the category a coefficient is chosen by.

    Raises:
        InputError: KF543 where a count is missing or there is no value; and what ``evaluate``
            raises.
        LimitError: KF906 where the derivative would take endlessly.
    """
    result = evaluate(subject, counts, category=category)
    if result.reason is not None:
        raise InputError(error("KF543", f"there is no value to change: {result.reason}"))
    formula = result.formula
    used = tuple(name for name in result.counts if name not in formula.coefficients)
    effects = (_effect(subject, result, names) for names in same_counts(subject, used))
    return Sensitivity(result, Table({each.symbol: each for each in effects}))


def _effect(subject: Subject, result: Result, names: Names) -> CountEffect:
    from kpiformula.algebra.derivatives import derivative

    name, node = names[0], result.formula.node
    symbol = result.formula.symbols.get(name)
    slopes = [derivative(node, each, result.counts) for each in names]
    known = [slope for slope in slopes if slope is not None]
    more = {**result.counts} | {each: result.counts[each] + 1 for each in names}
    try:
        one_more = value_of(node, list(more.values())) - value_of(node, [*result.counts.values()])
    except (UndefinedError, UnsolvableError):
        one_more = None
    own = None if isinstance(subject, Formula) else subject.symbols.get(name)
    return CountEffect(
        symbol=name,
        definition=symbol.definition if symbol is not None else None,
        unit=own.unit if own is not None else symbol.unit if symbol is not None else None,
        count=result.counts[name],
        one_more=one_more,
        derivative=sum(known, Fraction(0)) if len(known) == len(slopes) else None,
    )


def _told(effect: CountEffect, unit: str) -> str:
    what = f"{effect.symbol} ({effect.definition})" if effect.definition else effect.symbol
    if effect.one_more is None:
        return f"one more {what}: no exact value"
    slope = "" if effect.derivative is None else f"; derivative {signed(effect.derivative)}"
    return f"one more {what}: {signed(effect.one_more)} {unit}".rstrip() + slope
