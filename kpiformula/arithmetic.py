"""Formulas as exact arithmetic: programs over pairs of integers, and enclosures of roots.

A :data:`Ratio` is a numerator and a positive denominator, not reduced; a program passes such
pairs from node to node, so that one ``Fraction`` is made at the end and none between. Division by
zero is judged at each node as printed: ``G / F * F`` is undefined where F is 0 (DESIGN §5.3). A
root that is no ratio is enclosed in an exact interval instead; no float takes part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from operator import itemgetter

from kpiformula.diagnostics import LimitError, error
from kpiformula.intervals import Interval, point, round_exact, round_ratio
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number, names, text, walk

Ratio = tuple[int, int]
"""A numerator and a positive denominator, not necessarily reduced."""

Program = Callable[[Sequence[Ratio]], Ratio]
"""Takes the values of the names of a formula, in printed order, each once."""

MAX_POWER = 6
MAX_DEGREE = 1000
"""How many factors a formula may multiply out to (KF906): powers of powers grow without bound."""

MAX_DECIMALS = 30
"""The most decimals that a formula may round to (KF905)."""

ENCLOSURE_WIDTH = Fraction(1, 10**40)
"""A value with a root is enclosed at least this narrowly."""

_ROOT_PLACES = tuple(60 * 2**step for step in range(11))
"""Decimals to which roots are taken in turn, until a value is enclosed narrowly enough."""


class UndefinedError(ArithmeticError):
    """A formula has no value for these counts; the message names the printed part."""


class IrrationalError(ArithmeticError):
    """A value holds a root that is no ratio; :func:`enclose` takes over."""


class _CoarseError(ArithmeticError):
    """An enclosure is too wide to tell which side of zero a value lies on."""


@lru_cache(maxsize=4096)
def program(node: Node) -> Program:
    """Compile a formula once into a function of the values of its names.

    The function raises UndefinedError and IrrationalError.

    Raises:
        LimitError: KF906 for a power that is not a whole number 0…6 or powers of powers beyond
            :data:`MAX_DEGREE`, KF905 for rounding beyond :data:`MAX_DECIMALS`.
    """
    if _degree(node) > MAX_DEGREE:
        raise LimitError(
            error("KF906", f"the powers multiply out to more than {MAX_DEGREE} factors", node.span)
        )
    return _compile(node, {name: place for place, name in enumerate(names(node))})


def _degree(node: Node) -> int:
    match node:
        case Binary("^", left, right):
            return _degree(left) * max(1, _exponent(right))
        case Binary(_, left, right):
            return _degree(left) + _degree(right)
        case Negative(operand):
            return _degree(operand)
        case Call(_, arguments):
            return sum(map(_degree, arguments))
        case _:
            return 1


def _exponent(node: Node) -> int:
    if isinstance(node, Number) and node.value in range(MAX_POWER + 1):
        return int(node.value)
    raise LimitError(
        error("KF906", f"a power must be a whole number from 0 to {MAX_POWER}: {text(node)}",
              node.span)
    )  # fmt: skip


def _decimals(arguments: tuple[Node, ...]) -> int:
    match arguments:
        case [_]:
            return 0
        case [_, Number(value)] if value in range(MAX_DECIMALS + 1):
            return int(value)
    raise LimitError(
        error("KF905", f"rounding takes a whole number of decimals up to {MAX_DECIMALS}",
              arguments[-1].span)
    )  # fmt: skip


# --- programs ----------------------------------------------------------------------------------


def _compile(node: Node, places: Mapping[str, int]) -> Program:
    match node:
        case Number(value):
            constant = value.as_integer_ratio()
            return lambda _: constant
        case Name(name):
            return itemgetter(places[name])
        case Negative(operand):
            return _negative(_compile(operand, places))
        case Binary("^", left, right):
            return _power(_compile(left, places), _exponent(right))
        case Binary("+", left, right):
            return _sum((_compile(left, places), _compile(right, places)))
        case Binary("-", left, right):
            return _difference(_compile(left, places), _compile(right, places))
        case Binary():
            return _chain(node, places)
        case Call(function, arguments):
            compiled = tuple(_compile(argument, places) for argument in arguments)
            match function:
                case "sum":
                    return _sum(compiled)
                case "mean":
                    return _mean(compiled)
                case "min" | "max":
                    return _extreme(compiled, 1 if function == "max" else -1)
                case "abs":
                    return _absolute(compiled[0])
                case "round":
                    return _rounded(compiled[0], _decimals(arguments))
                case _:
                    return _root(compiled[0], node)


def _negative(operand: Program) -> Program:
    def run(values: Sequence[Ratio]) -> Ratio:
        a, b = operand(values)
        return -a, b

    return run


def _chain(node: Node, places: Mapping[str, int]) -> Program:
    """Compile operands multiplied and divided in turn; each divisor is judged by itself."""
    factors: list[Program] = []
    divisors: list[tuple[Program, Node]] = []
    constant = Fraction(1)
    while isinstance(node, Binary) and node.operator in ("*", "/"):
        operand = node.right
        if isinstance(operand, Number) and operand.value != 0:
            constant *= operand.value if node.operator == "*" else 1 / operand.value
        elif node.operator == "*":
            factors.append(_compile(operand, places))
        else:
            divisors.append((_compile(operand, places), operand))
        node = node.left
    factors.append(_compile(node, places))
    start = constant.as_integer_ratio()

    def run(values: Sequence[Ratio]) -> Ratio:
        a, b = start
        for factor in factors:
            c, d = factor(values)
            a *= c
            b *= d
        for divisor, printed in divisors:
            c, d = divisor(values)
            if c == 0:
                raise UndefinedError(f"the denominator {text(printed)} is 0")
            a *= d
            b *= c
        return (a, b) if b > 0 else (-a, -b)

    return run


def _difference(left: Program, right: Program) -> Program:
    def run(values: Sequence[Ratio]) -> Ratio:
        a, b = left(values)
        c, d = right(values)
        return a * d - c * b, b * d

    return run


def _sum(terms: tuple[Program, ...]) -> Program:
    def run(values: Sequence[Ratio]) -> Ratio:
        a, b = 0, 1
        for term in terms:
            c, d = term(values)
            a, b = (a + c, b) if b == d else (a * d + c * b, b * d)
        return a, b

    return run


def _mean(terms: tuple[Program, ...]) -> Program:
    total, number = _sum(terms), len(terms)

    def run(values: Sequence[Ratio]) -> Ratio:
        a, b = total(values)
        return a, b * number

    return run


def _extreme(terms: tuple[Program, ...], sign: int) -> Program:
    def run(values: Sequence[Ratio]) -> Ratio:
        a, b = terms[0](values)
        for term in terms[1:]:
            c, d = term(values)
            if sign * (c * b - a * d) > 0:
                a, b = c, d
        return a, b

    return run


def _absolute(operand: Program) -> Program:
    def run(values: Sequence[Ratio]) -> Ratio:
        a, b = operand(values)
        return abs(a), b

    return run


def _power(base: Program, exponent: int) -> Program:
    def run(values: Sequence[Ratio]) -> Ratio:
        a, b = base(values)
        return a**exponent, b**exponent

    return run


def _rounded(operand: Program, decimals: int) -> Program:
    share: int = 10**decimals

    def run(values: Sequence[Ratio]) -> Ratio:
        return round_ratio(*operand(values), decimals, "half_up"), share

    return run


def _root(operand: Program, node: Node) -> Program:
    def run(values: Sequence[Ratio]) -> Ratio:
        a, b = operand(values)
        if a < 0:
            raise UndefinedError(f"{text(node)} is the root of a negative number")
        common = math.gcd(a, b)
        a, b = a // common, b // common
        root, share = math.isqrt(a), math.isqrt(b)
        if root * root != a or share * share != b:
            raise IrrationalError
        return root, share

    return run


# --- enclosures --------------------------------------------------------------------------------


def enclose(node: Node, values: Mapping[str, Fraction]) -> Interval:
    """Return an exact interval that holds the value of a formula with roots.

    It is at most :data:`ENCLOSURE_WIDTH` wide, except where a rounding inside the formula falls
    on a value that cannot be told from a tie.

    Raises:
        UndefinedError: where a divisor is zero or a root negative, or cannot be told from it; or
            where the value is too large to be enclosed so narrowly.
    """
    problem = ""
    enclosure = None
    points = {name: point(value) for name, value in values.items()}
    for places in _ROOT_PLACES:
        try:
            enclosure = _enclosed(node, points, 10**places)
        except _CoarseError as coarse:
            problem = str(coarse)
            continue
        if enclosure.width <= ENCLOSURE_WIDTH:
            break
    if enclosure is None:
        raise UndefinedError(problem)
    if enclosure.width > ENCLOSURE_WIDTH and not _rounds(node):
        raise UndefinedError("the value is too large to be told from its neighbours")
    return enclosure


def _rounds(node: Node) -> bool:
    return any(isinstance(part, Call) and part.function == "round" for part in walk(node))


def enclose_range(node: Node, values: Mapping[str, Interval]) -> Interval:
    """Return an interval that holds every value of a formula over intervals of its names.

    Where a name stands in the formula once, and no rounding does, it holds no other values.

    Raises:
        UndefinedError: where a divisor may be zero or a root negative.
    """
    try:
        return _enclosed(node, values, 10 ** _ROOT_PLACES[0])
    except _CoarseError as coarse:
        raise UndefinedError(str(coarse)) from None


def _enclosed(node: Node, values: Mapping[str, Interval], scale: int) -> Interval:
    match node:
        case Number(value):
            return point(value)
        case Name(name):
            return values[name]
        case Negative(operand):
            return -_enclosed(operand, values, scale)
        case Binary("^", left, right):
            return _cut(_powered(_enclosed(left, values, scale), _exponent(right)), scale)
        case Binary(operator, left, right):
            a, b = _enclosed(left, values, scale), _enclosed(right, values, scale)
            match operator:
                case "+":
                    return a + b
                case "-":
                    return a - b
                case "*":
                    return _cut(a * b, scale)
                case _:
                    return _cut(_divided(a, b, right), scale)
        case Call(function, arguments):
            inner = [_enclosed(argument, values, scale) for argument in arguments]
            return _called(node, function, inner, scale)


def _cut(interval: Interval, scale: int) -> Interval:
    """Widen an interval to ends with fewer digits, where products have made them long."""
    low, high = interval.low, interval.high
    longest = max(low.denominator, high.denominator)
    if interval.width == 0 or longest <= scale * scale:
        return interval
    grid = scale * scale
    return Interval(Fraction(math.floor(low * grid), grid), Fraction(math.ceil(high * grid), grid))


def _powered(base: Interval, exponent: int) -> Interval:
    """Return the powers of the numbers of an interval; an even power is never below zero."""
    low, high = base.low**exponent, base.high**exponent
    if exponent % 2 and exponent > 0:
        return Interval(low, high, base.low_closed, base.high_closed)
    if exponent == 0:
        return point(Fraction(1))
    ends = sorted([(low, base.low_closed), (high, base.high_closed)])
    least, reached = (Fraction(0), True) if base.low <= 0 <= base.high else ends[0]
    greatest = ends[1][0]
    closed = any(end == (greatest, True) for end in ends)
    return Interval(least, greatest, reached, closed)


def _divided(dividend: Interval, divisor: Interval, printed: Node) -> Interval:
    if divisor == point(Fraction(0)):
        raise UndefinedError(f"the denominator {text(printed)} is 0")
    if divisor.low <= 0 <= divisor.high:
        raise _CoarseError(f"the denominator {text(printed)} cannot be told from 0")
    return dividend / divisor


def _called(node: Call, function: str, inner: list[Interval], scale: int) -> Interval:
    first = inner[0]
    match function:
        case "sum" | "mean":
            total = reduce(Interval.__add__, inner)
            return total / point(Fraction(len(inner))) if function == "mean" else total
        case "max":
            return Interval(max(i.low for i in inner), max(i.high for i in inner))
        case "min":
            return Interval(min(i.low for i in inner), min(i.high for i in inner))
        case "abs":
            ends = sorted((abs(first.low), abs(first.high)))
            return Interval(Fraction(0) if 0 in first else ends[0], ends[1])
        case "round":
            decimals = _decimals(node.arguments)
            return Interval(
                round_exact(first.low, decimals, "half_up"),
                round_exact(first.high, decimals, "half_up"),
            )
        case _:
            return _root_enclosed(first, node, scale)


def _root_enclosed(inner: Interval, node: Node, scale: int) -> Interval:
    if inner.high < 0:
        raise UndefinedError(f"{text(node)} is the root of a negative number")
    if inner.low < 0:
        raise _CoarseError(f"{text(node)} cannot be told from the root of a negative number")
    low = _root_below(inner.low, scale)
    if low * low == inner.low == inner.high:
        return point(low)
    return Interval(low, _root_below(inner.high, scale) + Fraction(1, scale))


def _root_below(value: Fraction, scale: int) -> Fraction:
    """Return the greatest multiple of 1/scale that is not above the root; exact for a square."""
    a, b = value.as_integer_ratio()
    root, share = math.isqrt(a), math.isqrt(b)
    if root * root == a and share * share == b:
        return Fraction(root, share)
    return Fraction(math.isqrt(a * scale * scale // b), scale)
