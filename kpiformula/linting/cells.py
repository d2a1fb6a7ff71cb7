"""The formula that the calculation cell of a row prints, and where its parts stand there."""

from __future__ import annotations

from functools import reduce

from kpiformula.diagnostics import FormulaSyntaxError, InputError, Span
from kpiformula.formula import Formula, Symbol
from kpiformula.linting.printed_words import place
from kpiformula.methodology import Indicator
from kpiformula.nodes import Node, names


def printed_formula(row: Indicator) -> Formula | None:
    """Return the formula of a cell; ``None`` where none is printed or none can be read."""
    try:
        return row.formula
    except FormulaSyntaxError:
        return None


def evaluated_formula(row: Indicator) -> Formula | None:
    """Return the formula that is evaluated; ``None`` where there is none or it cannot be read."""
    try:
        return row.reading
    except (FormulaSyntaxError, InputError):
        return None


def operands(formula: Formula, node: Node | None = None) -> tuple[Symbol, ...]:
    """Return the symbols of a formula, or of a part of it, that stand for counts and amounts."""
    used = names(formula.node if node is None else node)
    return tuple(formula.symbols[name] for name in used if name not in formula.coefficients)


def formula_span(formula: Formula) -> Span:
    """Return where the operands of a formula stand in its cell."""
    return reduce(Span.cover, (symbol.span for symbol in operands(formula)))


def definition_span(formula: Formula, symbol: Symbol) -> Span:
    """Return where a cell defines a symbol, or where the symbol stands if that is not found."""
    return place(formula.printed, symbol.definition or "", symbol.span.start) or symbol.span
