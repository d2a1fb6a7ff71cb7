"""The value of a coefficient: by category, and by the condition a case may carry.

A category is given by its English key or by the printed label of a case. A coefficient is never
1 by default: what is not settled is an error that lists the known cases.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from kpiformula.diagnostics import InputError, error
from kpiformula.formula import Coefficient, CoefficientCase, Condition
from kpiformula.nodes import number_text

_COMPARE: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def chosen_value(
    coefficient: Coefficient, category: str | None, quantities: Mapping[str, Fraction]
) -> Fraction:
    """Return the value of a coefficient for a category.

    ``quantities`` are the counts given, by name; they decide the conditions of cases. A case
    whose condition holds goes before one without a condition. Where the quantity is not given,
    only the label of a case settles it.

    Raises:
        InputError: KF506 where the category is not given or has no case; KF507 where several
            cases remain, or none.
    """
    if category is None:
        raise InputError(
            error("KF506", f"{coefficient.name} depends on the category, and none is given",
                  help=_known(coefficient))
        )  # fmt: skip
    pool = _cases(coefficient, category)
    is_key = any(case.category == _folded(category) for case in pool)
    named = [] if is_key else [c for c in pool if _folded(c.label) == _folded(category)]
    conditions = [case.condition for case in pool if case.condition]
    unknown = [condition.of for condition in conditions if condition.of not in quantities]
    if unknown:
        remaining = named
        problem = f"its cases depend on {unknown[0]!r}, which is not given"
    else:
        holding = [c for c in pool if c.condition and _holds(c.condition, quantities)]
        remaining = holding or [case for case in pool if case.condition is None]
        remaining = [case for case in remaining if case in named] if named else remaining
        problem = "no case fits the counts given"
    values = {case.value for case in remaining}
    if len(values) == 1:
        return values.pop()
    raise InputError(
        error(
            "KF507",
            f"{coefficient.name} is not settled by the category {category!r}: "
            + ("several cases apply" if values else problem),
            help=(f"give a count for {unknown[0]!r}, or" if unknown else "give")
            + f" the label of one case: {', '.join(repr(case.label) for case in pool)}",
        )
    )


def settled_values(coefficient: Coefficient) -> Iterator[tuple[str, Fraction]]:
    """Yield the labels and categories that lead to one value whatever the counts, with it."""
    keys = {case.label for case in coefficient.cases}
    keys |= {case.category for case in coefficient.cases if case.category}
    for key in keys:
        pool = _cases(coefficient, key)
        if len({case.value for case in pool}) == 1 and not any(c.condition for c in pool):
            yield key, pool[0].value


def require_case(coefficient: Coefficient, category: str, value: Fraction) -> None:
    """Check that a value given for a coefficient is one of the category's.

    Raises:
        InputError: KF503 where it is not, KF506 where the category has no case.
    """
    values = dict.fromkeys(case.value for case in _cases(coefficient, category))
    if value not in values:
        printed = " or ".join(map(number_text, values))
        raise InputError(
            error("KF503", f"{coefficient.name} is given two values: {number_text(value)} among "
                  f"the counts, {printed} by the category {category!r}")
        )  # fmt: skip


def _cases(coefficient: Coefficient, category: str) -> list[CoefficientCase]:
    """Return the cases of a category, which the label of one of them may stand for."""
    wanted = _folded(category)
    named = [case for case in coefficient.cases if _folded(case.label) == wanted]
    keys = {wanted, *(case.category for case in named if case.category)}
    pool = [case for case in coefficient.cases if case in named or case.category in keys]
    if not pool:
        raise InputError(
            error("KF506", f"{coefficient.name} has no case for the category {category!r}",
                  help=_known(coefficient))
        )  # fmt: skip
    return pool


def _holds(condition: Condition, quantities: Mapping[str, Fraction]) -> bool:
    return _COMPARE[condition.operator](quantities[condition.of], condition.value)


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()


def _known(coefficient: Coefficient) -> str:
    return f"known are {', '.join(map(_shown, coefficient.cases))}"


def _shown(case: CoefficientCase) -> str:
    name = f"{case.category} ({case.label!r})" if case.category else repr(case.label)
    return f"{name} {number_text(case.value)}"
