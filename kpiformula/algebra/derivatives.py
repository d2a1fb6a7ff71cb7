"""Exact derivatives of formulas at given counts, by SymPy."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import sympy

from kpiformula.algebra.expressions import expression
from kpiformula.nodes import Call, Node, names, walk

_BENT = frozenset({"min", "max", "abs", "round"})
"""Functions that have no derivative somewhere."""


def derivative(node: Node, name: str, counts: Mapping[str, Fraction]) -> Fraction | None:
    """Return by how much the value changes for each one of a count, at the counts given.

    ``None`` where it has no derivative there, where that is no ratio, or where the formula holds
    a minimum, maximum, absolute value or rounding.

    Raises:
        LimitError: KF906 where SymPy would not end.
    """
    if any(isinstance(part, Call) and part.function in _BENT for part in walk(node)):
        return None
    symbols = {each: sympy.Symbol(each, real=True) for each in names(node)}
    slope = sympy.diff(expression(node, symbols), symbols[name])
    values = {symbols[each]: sympy.Rational(*counts[each].as_integer_ratio()) for each in symbols}
    found = slope.xreplace(values)
    return Fraction(int(found.p), int(found.q)) if isinstance(found, sympy.Rational) else None
