"""KF412: the legend counts what the name of another row says."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kpiformula.formula import Symbol
from kpiformula.linting.cells import definition_span, operands, printed_formula
from kpiformula.linting.rule import WARNING, Explanation, Found, SetRule
from kpiformula.linting.wording import subject
from kpiformula.methodology import Indicator, Methodology

_LEAST = 2
"""Words of the other name, none of them in the row's own, that the legend must have."""

_OWN = Fraction(1, 5)
"""Of the words that only the row's own name has, the part that the legend may have."""


def strangers(methodology: Methodology) -> Iterator[tuple[Indicator, Indicator, Symbol]]:
    """Yield each row whose legend counts what another row is named for, with that row and symbol.

    The definition must hold every word by which the other name tells what it counts, at least two
    of them foreign to the row's own name, and at most a fifth of what only the own name has.
    """
    for row in methodology.values():
        for symbol in _counted(row):
            other = next((o for o in methodology.values() if _told_of(symbol, row, o)), None)
            if other is not None:
                yield row, other, symbol
                break


def _counted(row: Indicator) -> tuple[Symbol, ...]:
    """Return what is counted: the operands above the line, or the only operand."""
    formula = printed_formula(row)
    if formula is None:
        return ()
    if formula.numerator is None:
        return operands(formula) if len(operands(formula)) == 1 else ()
    return operands(formula, formula.numerator)


def _told_of(symbol: Symbol, row: Indicator, other: Indicator) -> bool:
    if other is row or other.same_as == row.code or row.same_as == other.code:
        return False
    defined = subject(symbol.definition or "")
    return any(
        _is_of(defined, subject(row.name[language]), subject(other.name[language]))
        for language in row.name
        if language in other.name
    )


def _is_of(defined: frozenset[str], own: frozenset[str], foreign: frozenset[str]) -> bool:
    missing = own - foreign
    if not (foreign <= defined and len(foreign - own) >= _LEAST and missing):
        return False
    return len(missing & defined) <= _OWN * len(missing)


def _find(methodology: Methodology) -> Iterator[tuple[Indicator, Found]]:
    for row, other, symbol in strangers(methodology):
        formula = printed_formula(row)
        if formula is not None:
            name = next(iter(other.name.values()))
            yield (
                row,
                Found(
                    f"the cell defines what {other.code} is named for, not this row",
                    "cell",
                    definition_span(formula, symbol),
                    f"{other.code} ({other.source}) is named: {name}",
                    "define here what the name of this row speaks of",
                ),
            )


RULE = SetRule(
    Explanation(
        "KF412", WARNING, "formula of another row",
        "The definitions are those of another row's name and do not fit the row's own.",
        "Whoever follows the cell reports another indicator under this name.",
        "Programmes taught in English: H = G / F, where G – staff trained abroad",
        "Define the counts that the name of the row speaks of.",
    ),
    _find,
)  # fmt: skip
