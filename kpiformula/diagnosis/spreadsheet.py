"""What a spreadsheet makes of a formula: the same steps in binary floating point.

The one place where floats are used on purpose: to recognise a figure that only they explain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number


def cut_off_in_binary(
    node: Node, counts: Mapping[str, Fraction], decimals: int
) -> tuple[float, Fraction] | None:
    """Return the binary value and what is left of it when cut off; ``None`` where it has none."""
    try:
        value = _binary(node, counts)
        return value, Fraction(math.trunc(value * 10**decimals)) / Fraction(10) ** decimals
    except (ArithmeticError, ValueError):
        return None


def _binary(node: Node, counts: Mapping[str, Fraction]) -> float:
    match node:
        case Number(value):
            return float(value)
        case Name(name):
            return float(counts[name])
        case Negative(operand):
            return -_binary(operand, counts)
        case Binary(operator, left, right):
            a, b = _binary(left, counts), _binary(right, counts)
            match operator:
                case "+":
                    return a + b
                case "-":
                    return a - b
                case "*":
                    return a * b
                case "/":
                    return a / b
                case _:
                    return float(a**b)
        case Call(function, arguments):
            return _called(function, [_binary(argument, counts) for argument in arguments])


def _called(function: str, values: list[float]) -> float:
    match function:
        case "sum":
            return sum(values)
        case "mean":
            return sum(values) / len(values)
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "abs":
            return abs(values[0])
        case "sqrt":
            return math.sqrt(values[0])
        case _:
            return float(round(values[0], int(values[1]) if len(values) > 1 else 0))
