"""KF515: a worked example that does not follow the formula."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.linting.cells import printed_formula
from kpiformula.linting.examples import comparable, counts
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.methodology import Indicator


def _find(row: Indicator) -> Iterator[Found]:
    formula = printed_formula(row)
    for example in formula.examples if formula is not None else ():
        if formula is not None and comparable(formula, example) and not counts(formula, example):
            yield Found(
                f"the example is not calculated by {formula}",
                "cell",
                example.span,
                help="calculate the example as the formula says, or correct the formula",
            )


RULE = RowRule(
    Explanation(
        "KF515", WARNING, "worked example contradicts the formula",
        "The numbers of the example are not combined as the formula says, whichever is which.",
        "Readers follow the example; then the formula is not what they calculate.",
        "H = G / F × 100, for example 12/340",
        "Make formula and example say the same.",
    ),
    _find,
)  # fmt: skip
