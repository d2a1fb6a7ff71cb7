"""KF307: a coefficient makes a share exceed 100."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kpiformula.formula import Coefficient, CoefficientCase, Formula
from kpiformula.linting.cells import printed_formula
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.wording import listed, words
from kpiformula.methodology import Indicator
from kpiformula.nodes import Binary, Name, Node, number_text
from kpiformula.units import unit_of

_SHARE = Fraction(80)
"""A share in per cent, high but usual, by which the defect is shown."""


def _find(row: Indicator) -> Iterator[Found]:
    formula = printed_formula(row)
    if formula is None or not _is_share(row, formula):
        return
    multiplied = _multiplied(formula.node)
    for coefficient in formula.coefficients.values():
        highest = max(coefficient.cases, key=lambda case: case.value, default=None)
        if highest is not None and highest.value > 1 and coefficient.name in multiplied:
            yield _found(formula, coefficient, highest)


def _is_share(row: Indicator, formula: Formula) -> bool:
    """Whether a formula yields a part of a whole in per cent before its coefficients."""
    if formula.numerator is None or formula.denominator is None or formula.factor != 100:
        return False
    units = {name: symbol.unit for name, symbol in row.symbols.items()}
    above, below = unit_of(formula.numerator, units), unit_of(formula.denominator, units)
    if above is None or above != below:
        return False
    return row.kind == "share" or _result_is_share(formula)


def _result_is_share(formula: Formula) -> bool:
    definition = (formula.result.definition if formula.result is not None else None) or ""
    return any(listed("measures").get(word) == "share" for word in words(definition))


def _multiplied(node: Node) -> frozenset[str]:
    """Return the names by which a product is multiplied."""
    match node:
        case Name(name=name):
            return frozenset({name})
        case Binary(operator="*", left=left, right=right):
            return _multiplied(left) | _multiplied(right)
        case Binary(operator="/", left=left):
            return _multiplied(left)
    return frozenset()


def _found(formula: Formula, coefficient: Coefficient, highest: CoefficientCase) -> Found:
    name, value = coefficient.name, number_text(highest.value)
    share = _SHARE if _SHARE * highest.value > 100 else Fraction(100)
    shown, printed = number_text(share), number_text(share * highest.value)
    return Found(
        f"{name} is up to {value}: a share of {shown} % would print as {printed} %",
        "cell",
        formula.symbols[name].span,
        f"{name} is {value} for {highest.label!r}",
        "weigh a score or an amount with the coefficient, or bound the result at 100",
    )


RULE = RowRule(
    Explanation(
        "KF307", WARNING, "coefficient on a share",
        "A share in per cent is multiplied by a coefficient that may be greater than 1.",
        "The figure can exceed 100, so it is no share, and universities cannot be compared by it.",
        "H = G / F × 100 × K, where K – coefficient: research – 2; 80 % prints as 160",
        "Leave the share as it is; set the target of each type of university instead.",
    ),
    _find,
)  # fmt: skip
