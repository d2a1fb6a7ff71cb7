"""Nodes to SymPy: exact expressions for algebra, and the proof that two formulas are one.

The only room that knows SymPy. Expressions are built node by node; no text reaches SymPy but the
names of symbols, which are plain identifiers there (``s0``, ``s1`` …) while it calculates.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import sympy

from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number, names


def expression(node: Node, symbols: Mapping[str, sympy.Symbol] | None = None) -> sympy.Expr:
    """Return a node as an exact SymPy expression.

    ``symbols`` gives the SymPy symbol of each name; by default one of the same name, real.
    """
    if symbols is None:
        symbols = {name: sympy.Symbol(name, real=True) for name in names(node)}
    return _expression(node, symbols)


def equivalent(left: Node, right: Node) -> bool:
    """Return whether algebra proves two nodes equal wherever both are defined."""
    used = dict.fromkeys([*names(left), *names(right)])
    symbols = {name: sympy.Symbol(f"s{i}", real=True) for i, name in enumerate(used)}
    difference = _expression(left, symbols) - _expression(right, symbols)
    return bool(sympy.simplify(sympy.cancel(sympy.together(difference))) == 0)


def _expression(node: Node, symbols: Mapping[str, sympy.Symbol]) -> sympy.Expr:
    match node:
        case Number(value=value):
            return _number(value)
        case Name(name=name):
            return symbols[name]
        case Negative(operand=operand):
            return -_expression(operand, symbols)
        case Binary(operator=operator, left=left, right=right):
            return _binary(operator, _expression(left, symbols), _expression(right, symbols))
        case Call(function=function, arguments=arguments):
            return _call(function, [_expression(a, symbols) for a in arguments])


def _number(value: Fraction) -> sympy.Expr:
    return sympy.Rational(value.numerator, value.denominator)


def _binary(operator: str, left: sympy.Expr, right: sympy.Expr) -> sympy.Expr:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case _:
            return left**right


def _call(function: str, arguments: list[sympy.Expr]) -> sympy.Expr:
    match function:
        case "sqrt":
            return sympy.sqrt(arguments[0])
        case "min":
            return sympy.Min(*arguments)
        case "max":
            return sympy.Max(*arguments)
        case "abs":
            return sympy.Abs(arguments[0])
        case "sum":
            return sympy.Add(*arguments)
        case "mean":
            return sympy.Add(*arguments) / len(arguments)
        case _:
            return _rounded(*arguments)


def _rounded(value: sympy.Expr, *given: sympy.Expr) -> sympy.Expr:
    """Round half away from zero, as spreadsheets do."""
    decimals = given[0] if given else sympy.Integer(0)
    scale = sympy.Integer(10) ** decimals
    half = sympy.Rational(1, 2)
    return sympy.sign(value) * sympy.floor(sympy.Abs(value) * scale + half) / scale
