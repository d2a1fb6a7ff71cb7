"""Nodes to algebra: exact SymPy expressions, and the decision whether two formulas are one."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from kpiformula.nodes import Node, children, walk

APPLY: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
"""What the signs between two operands do, powers aside."""

_Made = TypeVar("_Made")


def folded(node: Node, step: Callable[[Node, list[_Made]], _Made]) -> _Made:
    """Return what ``step`` makes of a node and of what it made of the nodes directly below."""
    made: list[_Made] = []
    for part in reversed(tuple(walk(node))):
        made.append(step(part, [made.pop() for _ in children(part)]))
    return made[0]


def half_up(value: Fraction, decimals: Fraction = Fraction(0)) -> Fraction:
    """Round half away from zero, as spreadsheets do."""
    scale: int = 10 ** int(decimals)
    rounded = math.floor(abs(value) * scale + Fraction(1, 2))
    return Fraction(rounded if value > 0 else -rounded, scale)
