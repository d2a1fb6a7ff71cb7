"""KF411: the formula of another row, with the same operands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from kpiformula.diagnostics import LimitError
from kpiformula.formula import Formula
from kpiformula.linting.cells import formula_span, operands, printed_formula
from kpiformula.linting.rule import WARNING, Explanation, Found, SetRule
from kpiformula.linting.rules.formula_of_another_row import strangers
from kpiformula.linting.wording import normal, subject
from kpiformula.methodology import Indicator, Methodology
from kpiformula.nodes import Name, Node, substitute


class _Row(NamedTuple):
    """A row that calculates; its operands by what the legend says and by the input they are."""

    row: Indicator
    formula: Formula
    definitions: Mapping[str, Node]
    inputs: Mapping[str, Node]


def _find(methodology: Methodology) -> Iterator[tuple[Indicator, Found]]:
    told = {frozenset((row.code, other.code)) for row, other, _ in strangers(methodology)}
    for first, copy in combinations(_calculating(methodology), 2):
        if {first.row.code, copy.row.code} in told or _one_indicator(first.row, copy.row):
            continue
        if _equal(first, copy, first.definitions, copy.definitions):
            yield copy.row, _found(first, copy, "definitions")
        elif _equal(first, copy, first.inputs, copy.inputs):
            yield copy.row, _found(first, copy, "counts")


def _calculating(methodology: Methodology) -> Iterator[_Row]:
    for row in methodology.values():
        formula = printed_formula(row)
        if formula is not None and len(counted := operands(formula)) > 1:
            texts = {symbol.name: normal(symbol.definition or "") for symbol in counted}
            inputs = {s.name: row.symbols[s.name].input for s in counted if s.name in row.symbols}
            yield _Row(row, formula, _named(formula, texts), _named(formula, inputs))


def _named(formula: Formula, texts: Mapping[str, str]) -> Mapping[str, Node]:
    """Return the operands under other names; nothing if one of them has none."""
    complete = all(texts.get(symbol.name) for symbol in operands(formula))
    return {name: Name(text) for name, text in texts.items()} if complete else {}


def _one_indicator(first: Indicator, row: Indicator) -> bool:
    """Return whether two rows print one indicator: then they share its formula by right."""
    named = any(subject(first.name[k]) == subject(row.name[k]) for k in first.name if k in row.name)
    return named or first.code == row.same_as or row.code == first.same_as


def _equal(first: _Row, copy: _Row, one: Mapping[str, Node], other: Mapping[str, Node]) -> bool:
    """Return whether two quotients, or two formulas, are proved equal under these names."""
    if not one or set(one.values()) != set(other.values()):
        return False
    pairs = [(first.formula.node, copy.formula.node)]
    above = first.formula.numerator, copy.formula.numerator
    below = first.formula.denominator, copy.formula.denominator
    if above[0] and above[1] and below[0] and below[1]:
        pairs = [(above[0], above[1]), (below[0], below[1])]
    try:
        return all(_bare(a, one).equivalent(_bare(b, other)) for a, b in pairs)
    except LimitError:
        return False


def _bare(node: Node, named: Mapping[str, Node]) -> Formula:
    return Formula("", substitute(node, named), None, {})


def _found(first: _Row, copy: _Row, same: str) -> Found:
    defined = "; ".join(s.definition or s.name for s in operands(first.formula))
    return Found(
        f"the formula is that of {first.row.code}, with the same {same}, under another name",
        "cell",
        formula_span(copy.formula),
        f"{first.row.code} ({first.row.source}) calculates with: {defined}",
        "define what is counted for the name of this row",
    )


RULE = SetRule(
    Explanation(
        "KF411", WARNING, "copied formula",
        "Two rows with different names calculate the same from the same counts.",
        "One of the two reports what the other reports, whatever their names promise.",
        "Satisfied with the hostel: satisfied / all; satisfied with the library: satisfied / all",
        "Name in each legend what is counted for that row.",
    ),
    _find,
)  # fmt: skip
