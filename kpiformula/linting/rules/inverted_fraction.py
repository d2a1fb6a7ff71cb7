"""KF413: numerator and denominator swapped."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from kpiformula.formula import Example, Formula
from kpiformula.intervals import value_text
from kpiformula.linting.cells import definition_span, formula_span, printed_formula
from kpiformula.linting.examples import counts, value
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.series import all_figures
from kpiformula.linting.wording import subject
from kpiformula.methodology import Indicator
from kpiformula.nodes import Binary, Name, Number

_NEAR = Fraction(1, 10)
"""How far an example may lie from a figure of the row, as a part of it, to speak for it."""


class _Sides(NamedTuple):
    """The symbols above and below the line."""

    above: str
    below: str


def _find(row: Indicator) -> Iterator[Found]:
    formula = printed_formula(row)
    if formula is None:
        return
    match formula.node:
        case Binary("/", Number() as one, Binary("/", Name(above), Name(below))) if one.value == 1:
            yield _upside_down(formula, _Sides(above, below))
    match formula.numerator, formula.denominator:
        case Name(above), Name(below):
            sides = _Sides(above, below)
            yield from _against_words(row, formula, sides)
            for example in formula.examples:
                yield from _against_example(row, formula, sides, example)


def _upside_down(formula: Formula, sides: _Sides) -> Found:
    return Found(
        f"the quotient {sides.above} / {sides.below} stands below a 1, so that the value is "
        f"{sides.below} / {sides.above}",
        "cell",
        formula_span(formula),
        "; ".join(f"{name}: {formula.symbols[name].definition}" for name in sides),
        f"print {sides.below} / {sides.above}",
    )


def _against_words(row: Indicator, formula: Formula, sides: _Sides) -> Iterator[Found]:
    """Find a share whose denominator is a part of its numerator, the part that the name states."""
    above, below = (subject(formula.symbols[name].definition or "") for name in sides)
    named = any(below - above <= subject(name) for name in row.name.values())
    if row.kind == "share" and above and above < below and named:
        yield Found(
            f"{sides.below}, below the line, is the part of {sides.above} that the name speaks of",
            "cell",
            definition_span(formula, formula.symbols[sides.below]),
            help=f"divide {sides.below} by {sides.above}",
        )


def _against_example(
    row: Indicator, formula: Formula, sides: _Sides, example: Example
) -> Iterator[Found]:
    """Find an example whose counts give a figure of the row only the other way round."""
    given = None if example.node is not None else counts(formula, example)
    if given is None or formula.coefficients:
        return
    turned = {sides.above: given[sides.below], sides.below: given[sides.above]}
    printed, inverted = value(formula, given), value(formula, turned)
    known = {year: f.value for year, f in all_figures(row).items() if f.value}
    if printed is None or inverted is None or not known:
        return
    year = min(known, key=lambda year: (abs(known[year] - inverted), year))
    if _near(inverted, known[year]) and not any(_near(printed, f) for f in known.values()):
        yield Found(
            f"the example gives {value_text(printed)} by this formula, {value_text(inverted)} with "
            f"{sides.above} and {sides.below} swapped; the figure of {year} is "
            f"{value_text(known[year])}",
            "cell",
            example.span,
            f"{sides.above} = {value_text(given[sides.above])}, "
            f"{sides.below} = {value_text(given[sides.below])} by the words beside the numbers",
            f"divide {sides.below} by {sides.above}",
        )


def _near(value: Fraction, figure: Fraction) -> bool:
    return abs(value - figure) <= _NEAR * abs(figure)


RULE = RowRule(
    Explanation(
        "KF413", WARNING, "inverted fraction",
        "Numerator and denominator are swapped against the name or against the row's own example.",
        "The figure is the reciprocal of the one that is meant: 220,8 for 45,3.",
        "Share of foreign students: all students / foreign students",
        "Print what the name counts above the line, and what it is counted of below.",
    ),
    _find,
)  # fmt: skip
