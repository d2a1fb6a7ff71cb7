"""KF516: a worked example whose value is none of the figures of its row."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kpiformula.figures import Target
from kpiformula.formula import Example
from kpiformula.intervals import round_exact, value_text
from kpiformula.linting.cells import printed_formula
from kpiformula.linting.examples import counts
from kpiformula.linting.rule import INFO, Explanation, Found, RowRule
from kpiformula.linting.series import all_figures, shown
from kpiformula.methodology import Indicator


def _find(row: Indicator) -> Iterator[Found]:
    formula = printed_formula(row)
    for example in formula.examples if formula is not None else ():
        if formula is not None and example.value is not None and counts(formula, example):
            yield from _compared(row, example, example.value)


def _compared(row: Indicator, example: Example, value: Fraction) -> Iterator[Found]:
    printed = {year: f for year, f in all_figures(row).items() if f.value is not None}
    known = {year: f.value for year, f in printed.items() if f.value is not None}
    if not known or min(known.values()) <= value <= max(known.values()):
        return
    if not any(_rounds_to(value, figure) for figure in printed.values()):
        year = min(known, key=lambda year: (abs(known[year] - value), year))
        yield Found(
            f"the example gives {value_text(value)}, beyond every figure of the row; the nearest "
            f"is {shown(printed[year])} of {year}",
            "cell",
            example.span,
            help="say which year the counts are of, or take those of a year with a target",
        )


def _rounds_to(value: Fraction, figure: Target) -> bool:
    if figure.value is None or figure.decimals is None:
        return False
    return round_exact(value, figure.decimals, "half_up") == figure.value


RULE = RowRule(
    Explanation(
        "KF516", INFO, "worked example matches no target",
        "The example gives a figure below or above every one that the row prints.",
        "It cannot be told which year the example is of, and whether the targets follow from it.",
        "For example 30/60 × 100; targets: 55, 60, 65",
        "Calculate the example with the counts of a year that the row prints a figure for.",
    ),
    _find,
)  # fmt: skip
