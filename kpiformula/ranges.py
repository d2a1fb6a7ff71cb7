"""Formulas over intervals of counts: which values they can take, and whether one is reached.

A count printed rounded stands for an interval. Interval arithmetic gives an interval that holds
every value; values at the corners of the box of counts are reached for certain, and so is, where
the formula is continuous, everything between them. What these leave open is decided on smaller
boxes, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

from kpiformula.arithmetic import IrrationalError, UndefinedError, enclose_range, program
from kpiformula.intervals import Interval
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number, names, walk

Box = Mapping[str, Interval]
"""An interval for each name of a formula."""

MAX_BOXES = 256
"""Boxes that are looked at before a question is left open."""

MAX_CORNERS = 64


def values_over(node: Node, box: Box) -> Interval:
    """Return an interval that holds every value of a formula over a box.

    Raises:
        UndefinedError: where a divisor may be zero or a root negative.
    """
    return enclose_range(node, box)


def reaches(node: Node, box: Box, wanted: Interval) -> bool | None:
    """Return whether some counts of a box give a value in an interval; ``None`` if it stays open.

    Raises:
        UndefinedError: where a divisor may be zero or a root negative for some of the counts.
    """
    if _each_once(node):
        return values_over(node, box).overlaps(wanted)
    continuous = not any(isinstance(part, Call) and part.function == "round" for part in walk(node))
    boxes: list[Box] = [{name: box[name] for name in names(node)}]
    for looked_at, small in enumerate(boxes, 1):
        if not values_over(node, small).overlaps(wanted):
            continue
        found = sorted(_attained(node, small))
        between = continuous and found and Interval(found[0], found[-1]).overlaps(wanted)
        if between or any(value in wanted for value in found):
            return True
        halves = _halves(small)
        if not halves or looked_at >= MAX_BOXES:
            return None
        boxes.extend(halves)
    return False


def _each_once(node: Node) -> bool:
    """Whether each name stands once among plain signs: the range holds no other values then."""
    parts = list(walk(node))
    plain = all(
        isinstance(part, Name | Number | Negative)
        or (isinstance(part, Binary) and part.operator != "^")
        for part in parts
    )
    return plain and sum(isinstance(part, Name) for part in parts) == len(names(node))


def _attained(node: Node, box: Box) -> Iterator[Fraction]:
    """Yield values that counts of the box give: at its closed corners and in its middle."""
    run = program(node)
    ends = [dict.fromkeys(_inside(interval)) for interval in box.values()]
    for _, corner in zip(range(MAX_CORNERS), product(*ends), strict=False):
        try:
            yield Fraction(*run([value.as_integer_ratio() for value in corner]))
        except (IrrationalError, UndefinedError):
            continue


def _inside(interval: Interval) -> Iterator[Fraction]:
    if interval.low_closed:
        yield interval.low
    if interval.high_closed:
        yield interval.high
    yield (interval.low + interval.high) / 2


def _halves(box: Box) -> list[Box]:
    """Cut a box in two through its widest interval, compared with its size."""
    name = max(box, key=lambda n: box[n].width / (1 + abs(box[n].low)), default=None)
    if name is None or not box[name].width:
        return []
    whole = box[name]
    middle = (whole.low + whole.high) / 2
    lower = Interval(whole.low, middle, whole.low_closed, True)
    upper = Interval(middle, whole.high, True, whole.high_closed)
    return [{**box, name: lower}, {**box, name: upper}]
