"""Values of formulas by fractions alone: an oracle that shares no arithmetic with the library.

An irrational root lies between two fractions, and so does all that is computed from it. Comparing
and rounding are decided by these ends, with ever more digits. What no digits decide stays open:
``round(sqrt(G) * sqrt(G) / 4)`` for G = 2 is a tie, of which the ends only say "0 or 1".
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor, isqrt

from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number

Ends = tuple[Fraction, Fraction]
"""The least and the greatest that a value can be; the same twice where it is known exactly."""

NARROW = Fraction(1, 10**50)
"""How far the ends lie apart at most, unless they stay open."""

_DIGITS = (90, 600, 6000)


class NoValueError(ArithmeticError):
    """A divisor is zero or a root negative, or no digits tell it from that."""


class _OpenError(ArithmeticError):
    """More digits may tell whether a divisor is zero or a root negative."""


def exact(node: Node, counts: Mapping[str, int | Fraction]) -> Fraction | None:
    """The value where it is known exactly; ``None`` where it lies between ends.

    Raises:
        NoValueError: where there is none.
    """
    low, high = ends(node, counts)
    return low if low == high else None


def ends(node: Node, counts: Mapping[str, int | Fraction]) -> Ends:
    """The ends between which a value lies.

    Raises:
        NoValueError: where there is no value, or nothing tells whether there is one.
    """
    found = None
    for digits in _DIGITS:
        try:
            found = _ends(node, counts, digits)
        except _OpenError:
            continue
        if found[1] - found[0] < NARROW:
            break
    if found is None:
        raise NoValueError
    return found


def _ends(node: Node, counts: Mapping[str, int | Fraction], digits: int) -> Ends:
    match node:
        case Number(value=value):
            return value, value
        case Name(name=name):
            return Fraction(counts[name]), Fraction(counts[name])
        case Negative(operand=operand):
            below = (operand,)
        case Binary(left=left, right=right):
            below = (left, right)
        case Call(arguments=arguments):
            below = arguments
    parts = [_ends(part, counts, digits) for part in below]
    match node:
        case Negative():
            low, high = _less((Fraction(0), Fraction(0)), parts[0])
        case Binary(operator=operator):
            low, high = _joined(operator, *parts)
        case Call(function=function):
            low, high = _called(function, parts, digits)
    if low == high:
        return low, high
    scale = 10**digits  # cut off outwards, for digits would add up from one root to the next
    return Fraction(floor(low * scale), scale), Fraction(-floor(-high * scale), scale)


def _less(one: Ends, other: Ends) -> Ends:
    return one[0] - other[1], one[1] - other[0]


def _total(parts: list[Ends]) -> Ends:
    return sum((low for low, _ in parts), Fraction(0)), sum((h for _, h in parts), Fraction(0))


def _joined(operator: str, one: Ends, other: Ends) -> Ends:
    match operator:
        case "+":
            return _total([one, other])
        case "-":
            return _less(one, other)
        case "*":
            products = [a * b for a in one for b in other]
            return min(products), max(products)
        case "/":
            if one_sided := _inverse(other):
                return _joined("*", one, one_sided)
            raise NoValueError if other == (0, 0) else _OpenError
        case _:
            exponent = int(other[0])
            low, high = sorted(end**exponent for end in one)
            across = one[0] < 0 < one[1] and exponent and exponent % 2 == 0
            return Fraction(0) if across else low, high


def _inverse(divisor: Ends) -> Ends | None:
    low, high = divisor
    return None if low <= 0 <= high else (1 / high, 1 / low)


def _called(function: str, parts: list[Ends], digits: int) -> Ends:
    low, high = parts[0]
    match function:
        case "min":
            return min(low for low, _ in parts), min(high for _, high in parts)
        case "max":
            return max(low for low, _ in parts), max(high for _, high in parts)
        case "sum":
            return _total(parts)
        case "mean":
            return _joined("/", _total(parts), (Fraction(len(parts)), Fraction(len(parts))))
        case "abs":
            return max(low, -high, Fraction(0)), max(-low, high)
        case "round":
            decimals = int(parts[1][0]) if len(parts) > 1 else 0
            return _rounded(low, decimals), _rounded(high, decimals)
    if low < 0:
        raise NoValueError if high < 0 else _OpenError
    return _root(low, digits)[0], _root(high, digits)[1]


def _rounded(value: Fraction, decimals: int) -> Fraction:
    scale = 10**decimals
    cut = int(abs(value) * scale + Fraction(1, 2))
    return Fraction(cut if value > 0 else -cut, scale)


def _root(square: Fraction, digits: int) -> Ends:
    above, below = square.as_integer_ratio()
    root = Fraction(isqrt(above), isqrt(below))
    if root**2 == square:
        return root, root
    scale = 10**digits
    cut = Fraction(isqrt(above * scale**2 // below), scale)
    return cut, cut + Fraction(1, scale)
