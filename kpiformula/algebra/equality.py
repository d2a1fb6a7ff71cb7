"""Whether two formulas are one, decided exactly and in bounded time, without SymPy.

Counts for which their values differ disprove it; the room ``products`` may prove it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from fractions import Fraction
from functools import partial
from itertools import cycle, islice, product

from kpiformula.algebra import APPLY, folded, half_up
from kpiformula.algebra.products import Forms, exponent_of
from kpiformula.diagnostics import LimitError, error
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number, names, walk

_PRIME = 2**127 - 1
"""Values of rational formulas are compared by their remainders, which stay short."""

_MAX_BITS = 4_000
_GRID = 2**256
"""Values of others are no longer than this; those with a root lie between two parts of a grid."""

_COUNTS = (
    (Fraction(2), Fraction(3), Fraction(5), Fraction(7), Fraction(11), Fraction(13), Fraction(17)),
    (Fraction(9), Fraction(1), Fraction(25), Fraction(16), Fraction(4)),
    (Fraction(1), Fraction(0), Fraction(-1)),
    (Fraction(-1, 2), Fraction(3, 2), Fraction(2), Fraction(-7), Fraction(1, 3)),
)
"""Counts with which they are compared: any; squares; such as stay small; ties and signs."""

_FAR = Fraction(10**9)
_MAX_STEPS = 60_000
"""Nodes evaluated with one count far from the others."""

_Ends = Sequence[Fraction | int]
"""A value: itself where it is known exactly, else what it lies between."""

_Step = Callable[[Node, list[_Ends]], _Ends]
"""What evaluates a node from the values of the nodes below, for given counts."""


def equivalent(left: Node, right: Node) -> bool:
    """Return whether two nodes are equal wherever both are defined.

    What is defined nowhere is equal to nothing. Both answers are exact: ``True`` is proved by
    algebra, ``False`` by counts for which the values differ, or by algebra.

    Raises:
        LimitError: KF906 where neither was possible: for formulas that are too long when
            multiplied out, and for some with roots, roundings, minima, maxima or absolute values.
    """
    parts = [*walk(left), *walk(right)]
    used = tuple(dict.fromkeys((*names(left), *names(right))))
    rational = not any(map(_is_function, parts))
    differ = partial(_differ, left, right)
    if any(map(differ, _remainders(used) if rational else _points(used))):
        return False
    try:
        proved = Forms().equal(left, right)
    except ZeroDivisionError:
        return False
    except OverflowError:
        proved = left == right or None
    if proved is not None:
        return proved
    shared = {*names(left)} & {*names(right)}
    if not rational and any(map(differ, _far_points(used, shared, _MAX_STEPS // len(parts)))):
        return False
    raise _undecided(rational)


def _is_function(node: Node) -> bool:
    return isinstance(node, Call) and node.function not in ("sum", "mean")


def _undecided(rational: bool) -> LimitError:
    long = "multiplied out, they are too long to compare"
    other = "nothing proves that their roots, roundings, minima, maxima and absolute values agree"
    return LimitError(
        error(
            "KF906",
            "it cannot be decided whether the formulas are equal: no counts were found for which "
            f"they differ, but {long if rational else other}",
            help="compare them part by part",
        )
    )


# --- values at points ----------------------------------------------------------------------------


def _differ(left: Node, right: Node, step: _Step) -> bool:
    """Return whether two nodes have values at a point, and surely other ones."""
    try:
        one, other = folded(left, step), folded(right, step)
    except ArithmeticError:
        return False
    return one[-1] < other[0] or other[-1] < one[0]


def _remainders(used: Sequence[str]) -> Iterator[_Step]:
    """Yield what evaluates rational nodes, as far as one can see from remainders."""
    for seed in range(4):
        drawn = random.Random(seed)
        yield partial(_remainder, {name: drawn.randrange(_PRIME) for name in used})


def _remainder(point: Mapping[str, int], node: Node, below: list[_Ends]) -> _Ends:
    match node:
        case Number(value):
            return (value.numerator * _inverse(value.denominator) % _PRIME,)
        case Name(name):
            return (point[name],)
        case Binary("/"):
            return (below[0][0] * _inverse(below[1][0]) % _PRIME,)
        case Binary("^", _, right):
            return (pow(int(below[0][0]), exponent_of(right), _PRIME),)
        case Binary(sign):
            return (APPLY[sign](below[0][0], below[1][0]) % _PRIME,)
        case Call(function):
            total = sum(value for (value,) in below)
            return (total * _inverse(len(below) if function == "mean" else 1) % _PRIME,)
        case _:
            return (-below[0][0] % _PRIME,)


def _inverse(value: Fraction | int) -> int:
    if value % _PRIME == 0:
        raise ZeroDivisionError
    return pow(int(value), -1, _PRIME)


def _points(used: Sequence[str]) -> Iterator[_Step]:
    """Yield what evaluates nodes exactly, or encloses their values."""
    for counts in _COUNTS:
        for stride in (1, 2, 0, 3):
            places = (place * stride + place // len(counts) + stride for place in range(len(used)))
            values = [counts[place % len(counts)] for place in places]
            yield partial(_enclosure, dict(zip(used, values, strict=True)))
    rising = [Fraction(4) ** place for place in range(len(used))]
    for values in (rising, rising[::-1]):
        yield partial(_enclosure, dict(zip(used, values, strict=True)))


def _far_points(used: Sequence[str], shared: Set[str], number: int) -> Iterator[_Step]:
    """Yield evaluations with one count far from the others, first one that only one node has.

    Otherwise a minimum, say, would only show its least operand.
    """
    near = dict(zip(used, cycle(_COUNTS[0]), strict=False))
    ordered = sorted(used, key=shared.__contains__)
    points = (near | {name: far} for name in ordered for far in (_FAR, -_FAR))
    return (partial(_enclosure, point) for point in islice(points, number))


def _enclosure(point: Mapping[str, Fraction], node: Node, below: list[_Ends]) -> _Ends:
    ends = _ends(point, node, below)
    low, high = min(ends), max(ends)
    if max(map(int.bit_length, (low.numerator, high.numerator, low.denominator))) > _MAX_BITS:
        raise OverflowError
    if low == high:
        return (low,)
    return Fraction(math.floor(low * _GRID), _GRID), Fraction(math.ceil(high * _GRID), _GRID)


def _ends(point: Mapping[str, Fraction], node: Node, below: list[_Ends]) -> _Ends:
    """Return numbers of which the least and the greatest enclose the value of a node."""
    match node:
        case Number(value):
            return (value,)
        case Name(name):
            return (point[name],)
        case Negative():
            return [-end for end in below[0]]
        case Binary("^", _, right):
            power = exponent_of(right)
            return [end**power for end in _turning(below[0], power)]
        case Binary(sign):
            if sign == "/" and below[1][0] <= 0 <= below[1][-1]:
                raise ZeroDivisionError
            return [APPLY[sign](a, b) for a, b in product(*below)]
        case Call("abs"):
            return [max(end, -end) for end in _turning(below[0], 2)]
        case Call("sqrt"):
            return _root_ends(below[0])
        case Call(function):
            lows_and_highs = [ends[0] for ends in below], [ends[-1] for ends in below]
            return [_RISING[function](*values) for values in lows_and_highs]


def _turning(ends: _Ends, power: int) -> _Ends:
    """Return where a power is least and greatest: even ones turn at zero."""
    return (*ends, Fraction(0)) if power % 2 == 0 and ends[0] < 0 < ends[-1] else ends


def _root_ends(ends: _Ends) -> _Ends:
    if ends[0] < 0:
        raise ArithmeticError("a root of what may be negative")
    above, below = ends[0].as_integer_ratio()
    root = Fraction(math.isqrt(above), math.isqrt(below))
    if len(ends) == 1 and root**2 == ends[0]:
        return (root,)
    low, high = (math.isqrt(math.floor(end * _GRID**2)) for end in (ends[0], ends[-1]))
    return Fraction(low, _GRID), Fraction(high + 1, _GRID)


_RISING: dict[str, Callable[..., Fraction]] = {
    "sum": lambda *values: sum(values, Fraction(0)),
    "mean": lambda *values: sum(values, Fraction(0)) / len(values),
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "round": half_up,
}
"""Functions that do not fall where their operands rise."""
