"""KF517: worked examples give one definition two values."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from kpiformula.diagnostics import Span
from kpiformula.intervals import value_text
from kpiformula.linting.cells import printed_formula
from kpiformula.linting.examples import counts
from kpiformula.linting.rule import WARNING, Explanation, Found, SetRule
from kpiformula.linting.wording import normal
from kpiformula.methodology import Indicator, Methodology


class _Count(NamedTuple):
    row: Indicator
    symbol: str
    definition: str
    value: Fraction
    span: Span


def _find(methodology: Methodology) -> Iterator[tuple[Indicator, Found]]:
    seen: dict[str, _Count] = {}
    for row in methodology.values():
        for count in _given(row):
            first = seen.setdefault(normal(count.definition), count)
            if first.row is not row and first.value != count.value:
                yield row, _found(first, count)


def _given(row: Indicator) -> Iterator[_Count]:
    formula = printed_formula(row)
    for example in formula.examples if formula is not None else ():
        given = counts(formula, example) if formula is not None else None
        for name, value in (given or {}).items():
            definition = formula.symbols[name].definition if formula is not None else None
            if definition:
                yield _Count(row, name, definition, value, example.span)


def _found(first: _Count, count: _Count) -> Found:
    values = value_text(count.value), value_text(first.value)
    return Found(
        f"{count.symbol} ({count.definition}) is {values[0]} in this example and {values[1]} in "
        f"that of {first.row.code}",
        "cell",
        count.span,
        f"the cell of {first.row.code} ({first.row.cell_source or first.row.source}) has "
        f"{first.symbol} = {values[1]}",
        "take one count for both, or say in each legend of which date it is",
    )


RULE = SetRule(
    Explanation(
        "KF517", WARNING, "same definition with two values",
        "The worked examples of two rows put different numbers for what they define alike.",
        "One of them is wrong, or the definition leaves out what tells the two counts apart.",
        "F – all students: 35/8525 in one row, 37/9486 in another",
        "Use one count throughout, or add the date or the group to the definition.",
    ),
    _find,
)  # fmt: skip
