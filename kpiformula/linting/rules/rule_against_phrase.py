"""KF611: a rule states another limit than the phrase that it formalises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kpiformula.criteria.meaning import singular
from kpiformula.criteria.selection import Criterion, Selection
from kpiformula.criteria.syntax import (
    All,
    Any,
    Comparison,
    Condition,
    Flag,
    Moment,
    Not,
    OneOf,
    Quantity,
    Value,
    Window,
    Word,
)
from kpiformula.diagnostics import CriterionError
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.methodology import Indicator
from kpiformula.nodes import number_text
from kpiformula.thresholds import Threshold, read_thresholds
from kpiformula.units import conversion


@dataclass(frozen=True, slots=True)
class _Limit:
    """A number that a rule states; ``last`` are windows of years."""

    operator: str
    value: Fraction
    unit: str | None
    without_reporting_year: bool = False

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        without = " without the reporting year" if self.without_reporting_year else ""
        return f"{self.operator} {number_text(self.value)}{unit}{without}"


def _find(row: Indicator) -> Iterator[Found]:
    for symbol, selection in row.counts.items():
        everywhere = [limit for each in _criteria(selection) for limit in _limits(each, selection)]
        for name, criteria in (("where", selection.where), ("except", selection.excluding)):
            for index, criterion in enumerate(criteria):
                own = list(_limits(criterion, selection))
                for threshold in read_thresholds(criterion.quote):
                    problem = _problem(threshold, own, everywhere, excluding=name == "except")
                    if problem is not None:
                        yield Found(problem, f"counts/{symbol}/{name}/{index}",
                                    cause=f"the phrase reads: {threshold.printed}")  # fmt: skip


def _criteria(selection: Selection) -> tuple[Criterion, ...]:
    return (*selection.where, *selection.excluding)


def _problem(
    threshold: Threshold, own: Sequence[_Limit], everywhere: Sequence[_Limit], *, excluding: bool
) -> str | None:
    """Return how a phrase and its rule disagree; ``None`` where they do not, as far as is seen."""
    alike = [limit for limit in own if _ratio(threshold, limit) is not None]
    same = [limit for limit in alike if _same_value(threshold, limit)]
    if same:
        if any(_agrees(threshold, limit, excluding=excluding) for limit in same):
            return None
        return f"the rule says {same[0]}, the phrase {_told(threshold)}"
    if not alike or any(_same_value(threshold, limit) for limit in everywhere):
        return None
    return f"the rule says {alike[0]}, the phrase {_told(threshold)}"


def _told(threshold: Threshold) -> str:
    unit = f" {threshold.unit}" if threshold.unit else ""
    included = threshold.operator == "last" and threshold.inclusive == "said"
    with_ = " with the reporting year" if included else ""
    return f"{threshold.operator} {number_text(threshold.value)}{unit}{with_}"


def _ratio(threshold: Threshold, limit: _Limit) -> Fraction | None:
    """Return how many units of the rule one of the phrase is; ``None`` for other quantities."""
    if threshold.unit is None or limit.unit is None:
        return Fraction(1)
    if threshold.unit in _NO_UNITS or limit.unit == threshold.unit:
        return Fraction(1) if limit.unit == threshold.unit else None
    return conversion(threshold.unit, limit.unit)


_NO_UNITS = frozenset({"times", "study_year", "page", "country", "language"})
"""What phrases count and no unit of the library stands for."""


def _same_value(threshold: Threshold, limit: _Limit) -> bool:
    ratio = _ratio(threshold, limit)
    return ratio is not None and threshold.value * ratio == limit.value


_UNSAID: dict[str, set[str]] = {
    "<": {"<", "<="},
    "<=": {"<", "<="},
    ">=": {">", ">="},
    ">": {">", ">="},
}
"""What a rule may say where the words leave open whether the number itself belongs."""

_CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


def _agrees(threshold: Threshold, limit: _Limit, *, excluding: bool) -> bool:
    if threshold.operator in ("last", "first"):
        settled = threshold.operator == "last" and threshold.inclusive == "said"
        return not (settled and limit.without_reporting_year)
    allowed: set[str] = {threshold.operator}
    if threshold.inclusive == "unsaid":
        allowed = _UNSAID.get(threshold.operator, allowed)
    if threshold.operator == "=":
        # A level that is named, as in "TOEFL – 525", is one to be reached.
        allowed = {"=", ">="}
    return limit.operator in allowed or (excluding and _CONTRARY.get(limit.operator) in allowed)


# --- the numbers of a rule -----------------------------------------------------------------------


def _limits(criterion: Criterion, selection: Selection) -> Iterator[_Limit]:
    try:
        yield from _of(criterion.condition, selection, negated=False, open_names=())
    except CriterionError:
        return


def _of(
    condition: Condition, selection: Selection, *, negated: bool, open_names: tuple[str, ...]
) -> Iterator[_Limit]:
    match condition:
        case Not(inner):
            yield from _of(inner, selection, negated=not negated, open_names=open_names)
        case All(parts) | Any(parts):
            for part in parts:
                yield from _of(part, selection, negated=negated, open_names=open_names)
        case Flag(name) if name in selection.population.definitions and name not in open_names:
            named = selection.population.definitions[name].condition
            yield from _of(named, selection, negated=negated, open_names=(*open_names, name))
        case Window(_, years, before):
            yield _Limit("last", years.value if years else Fraction(1), "year", before)
        case Comparison(_, operator, value):
            number = _number(value)
            if number is not None:
                said = _CONTRARY[operator] if negated else operator
                yield _Limit(said, number.value, singular(number) or None)
        case OneOf(_, values):
            numbers = [number for number in map(_number, values) if number is not None]
            yield from (_Limit("=", n.value, singular(n) or None) for n in numbers)


def _number(value: Value) -> Quantity | None:
    if isinstance(value, Quantity):
        return value
    return value.shift if isinstance(value, Moment | Word) else None


RULE = RowRule(
    Explanation(
        "KF611", WARNING, "rule against its phrase",
        "A formal criterion has another number or another bound than the printed words it quotes.",
        "Whoever stands on the bound is counted by the text and not by the rule, or the other way.",
        "rule: points > 60 points, quote: «60 points and more»",
        "points >= 60 points",
    ),
    _find,
)  # fmt: skip
