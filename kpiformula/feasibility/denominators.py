"""Which denominators could stand behind a figure when the numerator is unknown too.

A quotient ``p / q`` of whole counts may be any fraction in an interval. The simplest fraction of
an interval is found by continued fractions (a walk down the Stern-Brocot tree that takes whole
runs at once); the others lie left and right of it, so that all come in the order of their
denominators, each after a few steps, whatever their size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count, islice, takewhile

from kpiformula.arithmetic import UndefinedError
from kpiformula.evaluation import Subject
from kpiformula.feasibility.quotients import UnsolvableError, value_of
from kpiformula.feasibility.unknown import Names, is_share, missing_names, require_counted
from kpiformula.feasibility.whole_counts import WholeCounts, from_to
from kpiformula.intervals import Interval, point
from kpiformula.nodes import Binary, Call, Name, Negative, Node, names, text, walk
from kpiformula.results import Result


@dataclass(frozen=True, slots=True)
class FeasibleDenominators:
    """The whole denominators, ascending, that give a figure with some whole numerator.

    They go on without end, unless there are none. ``ratios`` is where numerator / denominator
    must lie; from ``every_from`` on each denominator can give the figure, so that a figure tells
    nothing about a denominator as large as that (``None`` where only multiples of one can).
    """

    numerator: str
    denominator: str
    ratios: Interval | None

    def __bool__(self) -> bool:
        return self.ratios is not None

    def __iter__(self) -> Iterator[int]:
        return self.from_on(1)

    def __contains__(self, denominator: object) -> bool:
        return (
            isinstance(denominator, int) and denominator >= 1 and bool(self.numerators(denominator))
        )

    @property
    def every_from(self) -> int | None:
        """The denominator from which on a numerator is always found; it is a proven bound."""
        if self.ratios is None or self.ratios.width == 0:
            return None
        room = 1 / self.ratios.width
        either_closed = self.ratios.low_closed or self.ratios.high_closed
        return math.ceil(room) if either_closed else math.floor(room) + 1

    def numerators(self, denominator: int) -> WholeCounts:
        """Return the whole numerators that give the figure with a denominator above zero."""
        if self.ratios is None:
            return WholeCounts()
        whole = (self.ratios * point(Fraction(denominator))).whole_numbers()
        return from_to(whole.start, whole.stop - 1)

    def from_on(self, least: int) -> Iterator[int]:
        """Yield the denominators, ascending, that are not below a number."""
        if self.ratios is None:
            return
        every = self.every_from
        for denominator in _denominators(self.ratios) if every is None or least < every else ():
            if every is not None and denominator >= every:
                break
            if denominator >= least:
                yield denominator
        if every is not None:
            yield from count(max(every, least))

    def smallest(self, how_many: int) -> tuple[int, ...]:
        """Return the smallest denominators."""
        return tuple(islice(self, how_many))

    def up_to(self, greatest: int) -> tuple[int, ...]:
        """Return the denominators that are not above a number."""
        return tuple(takewhile(lambda each: each <= greatest, self))

    def __str__(self) -> str:
        if self.ratios is None:
            return f"{self.numerator} / {self.denominator}: none"
        shown = ", ".join(map(str, self.smallest(5)))
        every = f"; every one from {self.every_from}" if self.every_from is not None else ""
        return f"{self.numerator} / {self.denominator}: {self.denominator} = {shown}, …{every}"

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)


def missing_quotient(subject: Subject, result: Result, interval: Interval) -> FeasibleDenominators:
    """Return the denominators of a result that lacks numerator and denominator.

    Raises:
        UnsolvableError: where not exactly two counts are missing, they are no whole counts, or
            the value depends on more than their quotient.
        UndefinedError: where a divisor is zero.
    """
    missing = missing_names(subject, result)
    if len(missing) != 2:
        shown = ", ".join(result.missing) or "none"
        raise UnsolvableError(f"numerator and denominator must be missing, not: {shown}")
    for each in missing:
        require_counted(subject, result.formula, each)
    terms = _Terms(missing, result.counts).of(result.formula.node)
    start = terms.pop((0, 0), Fraction(0))
    match list(terms.items()):
        case [((1, -1), slope)]:
            part, whole = missing
        case [((-1, 1), slope)]:
            whole, part = missing
        case _:
            shown = " and ".join(each[0] for each in missing)
            raise UnsolvableError(f"the value depends on more than the quotient of {shown}")
    if any(
        isinstance(node, Binary) and node.operator == "/" and {*part} & {*names(node.right)}
        for node in walk(result.formula.node)
    ):
        raise UnsolvableError(f"{part[0]} is divided by as well as divided")
    solved = (interval - point(start)) / point(slope)
    return FeasibleDenominators(part[0], whole[0], _possible(solved, within_one=is_share(subject)))


def _possible(ratios: Interval, *, within_one: bool) -> Interval | None:
    """Return the part of an interval that quotients of counts reach; in a share, up to 1."""
    if within_one:
        return ratios.intersection(Interval(Fraction(0), Fraction(1)))
    if ratios.high < 0:
        return None
    return ratios.intersection(Interval(Fraction(0), ratios.high))


# --- fractions in an interval --------------------------------------------------------------------


def simplest(interval: Interval) -> Fraction:
    """Return the fraction of least denominator in an interval of numbers that are not negative."""
    whole = interval.whole_numbers()
    if whole:
        return Fraction(whole.start)
    floor = math.floor(interval.low)
    low, high = interval.low - floor, interval.high - floor
    if low == 0:
        least = math.ceil(1 / high) if interval.high_closed else math.floor(1 / high) + 1
        return floor + Fraction(1, least)
    turned = Interval(1 / high, 1 / low, interval.high_closed, interval.low_closed)
    return floor + 1 / simplest(turned)


def _denominators(ratios: Interval) -> Iterator[int]:
    """Yield the whole numbers q, ascending, for which some p / q lies in an interval.

    They are the multiples of the denominators of its fractions in lowest terms.
    """
    waiting: list[tuple[int, int, int]] = []
    parts: list[Interval] = []

    def add(part: Interval | None) -> None:
        if part is not None:
            fraction = simplest(part)
            heappush(waiting, (fraction.denominator, fraction.denominator, len(parts)))
            parts.append(part)

    add(ratios)
    last = 0
    while waiting:
        denominator, step, place = heappop(waiting)
        if denominator > last:
            yield denominator
            last = denominator
        if denominator == step:
            for side in _beside(parts[place], simplest(parts[place])):
                add(side)
        heappush(waiting, (denominator + step, step, place))


def _beside(interval: Interval, inner: Fraction) -> Iterator[Interval]:
    """Yield what an interval has below a number in it, and what it has above."""
    if interval.low < inner:
        yield Interval(interval.low, inner, interval.low_closed, False)
    if inner < interval.high:
        yield Interval(inner, interval.high, False, interval.high_closed)


# --- the value as terms in two counts ------------------------------------------------------------

_MAX_TERMS = 50

_Powers = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Terms:
    """Writes a formula as a sum of numbers times powers, below zero too, of two unknown counts."""

    unknown: tuple[Names, ...]
    counts: Mapping[str, Fraction]

    def of(self, node: Node) -> dict[_Powers, Fraction]:
        used = names(node)
        first, second = (not {*each}.isdisjoint(used) for each in self.unknown)
        if not (first or second):
            value = value_of(node, [self.counts[name] for name in used])
            return {(0, 0): value} if value else {}
        match node:
            case Name():
                return {(int(first), int(second)): Fraction(1)}
            case Negative(operand):
                return _scaled(self.of(operand), Fraction(-1))
            case Call("sum" | "mean" as function, arguments):
                total: dict[_Powers, Fraction] = {}
                for argument in arguments:
                    total = _added(total, self.of(argument))
                return _scaled(total, Fraction(1, len(arguments) if function == "mean" else 1))
            case Binary("+" | "-" as operator, left, right):
                other = _scaled(self.of(right), Fraction(1 if operator == "+" else -1))
                return _added(self.of(left), other)
            case Binary("*", left, right):
                return _multiplied(self.of(left), self.of(right))
            case Binary("/", left, right):
                return _divided(self.of(left), self.of(right), right)
        raise UnsolvableError(f"{text(node)} is no sum, product or quotient")


def _scaled(terms: dict[_Powers, Fraction], number: Fraction) -> dict[_Powers, Fraction]:
    return {powers: value * number for powers, value in terms.items()}


def _added(one: dict[_Powers, Fraction], other: dict[_Powers, Fraction]) -> dict[_Powers, Fraction]:
    total = {p: one.get(p, Fraction(0)) + other.get(p, Fraction(0)) for p in {**one, **other}}
    return {powers: value for powers, value in total.items() if value}


def _multiplied(
    one: dict[_Powers, Fraction], other: dict[_Powers, Fraction]
) -> dict[_Powers, Fraction]:
    if len(one) * len(other) > _MAX_TERMS:
        raise UnsolvableError(f"multiplied out, the formula has more than {_MAX_TERMS} terms")
    product: dict[_Powers, Fraction] = {}
    for (a, b), value in one.items():
        for (c, d), factor in other.items():
            product = _added(product, {(a + c, b + d): value * factor})
    return product


def _divided(
    terms: dict[_Powers, Fraction], divisor: dict[_Powers, Fraction], printed: Node
) -> dict[_Powers, Fraction]:
    match list(divisor.items()):
        case [((a, b), number)]:
            return _multiplied(terms, {(-a, -b): 1 / number})
        case []:
            raise UndefinedError(f"the denominator {text(printed)} is 0")
        case _:
            raise UnsolvableError(f"the denominator {text(printed)} is a sum with an unknown")
