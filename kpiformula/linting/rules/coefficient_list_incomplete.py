"""KF206: the cases of a coefficient leave a type of university, or a number, without a value."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from kpiformula.diagnostics import Span
from kpiformula.formula import Coefficient, CoefficientCase, Condition, Formula
from kpiformula.linting.cells import printed_formula
from kpiformula.linting.printed_words import place
from kpiformula.linting.rule import WARNING, Explanation, Found, SetRule
from kpiformula.linting.wording import listed, words
from kpiformula.methodology import Indicator, Methodology
from kpiformula.nodes import number_text


def _find(methodology: Methodology) -> Iterator[tuple[Indicator, Found]]:
    for row in methodology.values():
        formula = printed_formula(row)
        for coefficient in formula.coefficients.values() if formula is not None else ():
            if formula is not None and coefficient.cases:
                for found in _in_list(formula, coefficient, methodology.categories):
                    yield row, found


def _in_list(
    formula: Formula, coefficient: Coefficient, categories: tuple[str, ...]
) -> Iterator[Found]:
    cases = coefficient.cases
    named = [case.category for case in cases]
    missing = [category for category in categories if category not in named]
    if missing and None not in named:
        yield Found(
            f"{coefficient.name} has no value for {' and '.join(missing)}",
            "cell",
            _span(formula, cases[-1]),
            f"the cell lists {_listed(cases)}",
            f"print the value of {coefficient.name} for every type of university",
        )
    for category in dict.fromkeys(name for name in named if name is not None):
        of_category = tuple(case for case in cases if case.category == category)
        found = _unsettled(formula, coefficient, of_category) or _unsaid(formula, of_category)
        if found is not None:
            yield found


def _unsettled(
    formula: Formula, coefficient: Coefficient, cases: tuple[CoefficientCase, ...]
) -> Found | None:
    """Return the first count at which no case holds, or several with different values.

    Cases without a condition that are named differently are told apart by their names.
    """
    if len({" ".join(words(case.label)) for case in cases if case.condition is None}) > 1:
        return None
    bounds = {case.condition.value for case in cases if case.condition is not None}
    for where, count in _counts(sorted(bounds)):
        values = _values(cases, count)
        if len(values) != 1:
            number = "no value" if not values else "two values"
            return Found(
                f"{coefficient.name} has {number} for {cases[0].category}{where}",
                "cell",
                _span(formula, cases[-1]),
                f"the cell lists {_listed(cases)}",
                "print one value for every count",
            )
    return None


def _values(cases: tuple[CoefficientCase, ...], count: Fraction) -> set[Fraction]:
    """Return the values for a count; a case whose condition holds goes before one without."""
    holding = {case.value for case in cases if case.condition and _holds(case.condition, count)}
    return holding or {case.value for case in cases if case.condition is None}


def _holds(condition: Condition, count: Fraction) -> bool:
    compare = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
    return bool(compare[condition.operator](count, condition.value))


def _counts(bounds: list[Fraction]) -> Iterator[tuple[str, Fraction]]:
    """Yield the bounds of conditions and a count between any two, with words for each."""
    if not bounds:
        yield "", Fraction(0)
        return
    for bound in bounds:
        yield f" at exactly {number_text(bound)}", bound
    yield f" below {number_text(bounds[0])}", bounds[0] - 1
    for low, high in pairwise(bounds):
        yield f" between {number_text(low)} and {number_text(high)}", (low + high) / 2
    yield f" above {number_text(bounds[-1])}", bounds[-1] + 1


def _unsaid(formula: Formula, cases: tuple[CoefficientCase, ...]) -> Found | None:
    """Return the case whose bound does not say whether the number itself is inside."""
    for case in cases:
        if case.condition is None or not listed("up_to").keys() & set(words(case.label)):
            continue
        bound = number_text(case.condition.value)
        for other in cases:
            if other.condition is None and other.value != case.value and bound not in other.label:
                return Found(
                    f"at exactly {bound} the value may be {number_text(case.value)} or "
                    f"{number_text(other.value)}: {case.label!r} does not say whether "
                    f"{bound} is inside",
                    "cell",
                    _span(formula, case),
                    f"the cell lists {_listed(cases)}",
                    f"print 'fewer than {bound}', or '{bound} and fewer'",
                )
    return None


def _span(formula: Formula, case: CoefficientCase) -> Span | None:
    return place(formula.printed, case.label)


def _listed(cases: tuple[CoefficientCase, ...]) -> str:
    return "; ".join(f"{case.label} – {number_text(case.value)}" for case in cases)


RULE = SetRule(
    Explanation(
        "KF206", WARNING, "coefficient list incomplete",
        "A list of coefficients has no value for a type of university or for some count, or two.",
        "For that university, or for exactly that count, nobody can compute the figure.",
        "K – coefficient: regional – 1; regional, up to 3000 students – 0,7",
        "K – coefficient: regional – 1; regional, fewer than 3000 students – 0,7",
    ),
    _find,
)  # fmt: skip
