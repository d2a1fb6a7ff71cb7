"""Nodes to exact SymPy expressions: the part that knows SymPy.

Expressions are built node by node; no text reaches SymPy but the names of symbols. SymPy
simplifies while it builds, and with functions in one another this takes it ever longer, so that
formulas beyond the ordinary are built as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sympy
import sympy.tensor.tensor  # the first sum would load it, and no formula is to run a module

from kpiformula.algebra import APPLY, folded
from kpiformula.diagnostics import LimitError, error
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number, names

MAX_BITS = 100_000
"""Binary digits that the numbers of a formula may multiply out to (KF906)."""

MAX_PARTS = 20_000
"""Parts of an expression, in which what is rounded stands twice (KF906)."""

_MAX_WORK = 60
"""How much of functions in functions SymPy simplifies: each counts as its depth to the third."""

_MAX_ROOTS = 5
_MAX_ROOT_BITS = 1_200
"""Roots in a function, which SymPy tries to cancel; numbers below a root, which it factors."""

_MAX_COMPARED = 12
"""Operands of a minimum or maximum that SymPy compares with one another."""


def expression(node: Node, symbols: Mapping[str, sympy.Symbol] | None = None) -> sympy.Expr:
    """Return a node as an exact SymPy expression.

    ``symbols`` gives the SymPy symbol of each name; by default one of the same name, real.

    Raises:
        LimitError: KF906 for powers of powers of numbers beyond :data:`MAX_BITS`, and for
            roundings in one another beyond :data:`MAX_PARTS`.
    """
    if symbols is None:
        symbols = {name: sympy.Symbol(name, real=True) for name in names(node)}
    size = folded(node, _size)
    if size.bits > MAX_BITS:
        message = f"the powers multiply out to numbers of more than {MAX_BITS} bits"
        raise LimitError(error("KF906", message, node.span))
    if size.parts > MAX_PARTS:
        raise LimitError(error("KF906", "roundings stand too deep in one another", node.span))
    simplify = size.work <= _MAX_WORK

    def step(part: Node, below: list[sympy.Expr]) -> sympy.Expr:
        match part:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Name(name):
                return symbols[name]
            case Negative():
                return -below[0]
            case Binary("^"):
                return below[0] ** below[1]
            case Binary(sign):
                return APPLY[sign](*below) if simplify else _joined(sign, *below)
            case Call(function):
                return _call(function, below)

    with sympy.evaluate(simplify):
        return folded(node, step)


class _Size(NamedTuple):
    """How large an expression is, and how much work it would be to simplify it.

    ``bits`` and ``parts`` are those it has at most, ``roots`` and ``depth`` of functions those in
    it.
    """

    bits: int = 0
    parts: int = 1
    roots: int = 0
    depth: int = 0
    work: int = 0


def _size(node: Node, below: list[_Size]) -> _Size:
    bits, parts, roots, depths, work = zip(*below, _Size(), strict=True)
    size = _Size(sum(bits), sum(parts), sum(roots), max(depths), sum(work))
    match node:
        case Number(value):
            return size._replace(bits=max(abs(value.numerator), value.denominator).bit_length())
        case Binary("^", _, Number(power)):
            return size._replace(bits=below[0].bits * max(1, int(power)))
        case Call(function) if function not in ("sum", "mean"):
            long = function == "sqrt" and size.bits > _MAX_ROOT_BITS
            ordinary = not long and size.roots <= _MAX_ROOTS and len(below) <= _MAX_COMPARED
            return size._replace(
                parts=size.parts * (2 if function == "round" else 1) + 9,
                roots=size.roots + (function == "sqrt"),
                depth=size.depth + 1,
                work=size.work + ((size.depth + 1) ** 3 if ordinary else _MAX_WORK + 1),
            )
        case _:
            return size


def _joined(sign: str, left: sympy.Expr, right: sympy.Expr) -> sympy.Expr:
    """Return a sum or product that is not nested in the one that it continues."""
    kind = sympy.Add if sign in "+-" else sympy.Mul
    last = -right if sign == "-" else right**-1 if sign == "/" else right
    return kind(*kind.make_args(left), *kind.make_args(last))


def _call(function: str, arguments: list[sympy.Expr]) -> sympy.Expr:
    match function:
        case "sqrt":
            return sympy.sqrt(arguments[0])
        case "min":
            return _extreme(sympy.Min, arguments)
        case "max":
            return _extreme(sympy.Max, arguments)
        case "abs":
            return sympy.Abs(arguments[0])
        case "sum":
            return sympy.Add(*arguments)
        case "mean":
            return sympy.Add(*arguments) / len(arguments)
        case _:
            return _rounded(*arguments)


def _extreme(kind: Any, arguments: list[sympy.Expr]) -> sympy.Expr:
    """Return a minimum or maximum of all operands, also of those of one among them."""
    return kind(*(part for a in arguments for part in (a.args if isinstance(a, kind) else [a])))


def _rounded(value: sympy.Expr, *given: sympy.Expr) -> sympy.Expr:
    """Round half away from zero, as spreadsheets do."""
    decimals = given[0] if given else sympy.Integer(0)
    scale = sympy.Integer(10) ** decimals
    half = sympy.Rational(1, 2)
    return sympy.sign(value) * sympy.floor(sympy.Abs(value) * scale + half) / scale
