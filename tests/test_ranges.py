"""Formulas over intervals of counts, against values taken one by one."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpiformula.arithmetic import UndefinedError, program
from kpiformula.intervals import Interval
from kpiformula.nodes import names
from kpiformula.ranges import reaches, values_over
from kpiformula.reading import parse

FORMULAS = (
    "H = G / F * 100",
    "H = (B - A) / A * 100",
    "H = G / (G + F)",
    "H = (A - B) * (A + B)",
    "H = A * A - A",
    "H = max(A, B) - min(A, B)",
    "H = abs(A - B)",
    "H = A * 0.3 + B * 0.7",
    "H = A - B * 0.7",
    "H = round(A / B)",
    "H = sqrt(A) / B",
)

SMALL = st.integers(-6, 6)
POSITIVE = st.integers(1, 9)


@st.composite
def intervals(draw: st.DrawFn, low: int = -6) -> Interval:
    start = Fraction(draw(st.integers(low, 6)), draw(st.integers(1, 3)))
    width = Fraction(draw(st.integers(1, 8)), draw(st.integers(1, 4)))
    return Interval(start, start + width, draw(st.booleans()), draw(st.booleans()))


def points(interval: Interval) -> list[Fraction]:
    steps = [interval.low + interval.width * i / 12 for i in range(13)]
    return [step for step in steps if step in interval]


@pytest.mark.parametrize("printed", FORMULAS)
@given(data=st.data())
def test_every_value_lies_in_the_range_and_is_reached(printed: str, data: st.DataObject) -> None:
    node = parse(printed).node
    box = {name: data.draw(intervals(1), name) for name in names(node)}
    wanted = data.draw(intervals(-20), "wanted")
    try:
        values = values_over(node, box)
        answer = reaches(node, box, wanted)
    except UndefinedError:
        return
    if "sqrt" in printed:
        _check_squares(box, values, wanted, answer)
        return
    run = program(node)
    for counts in product(*map(points, box.values())):
        value = Fraction(*run([count.as_integer_ratio() for count in counts]))
        assert value in values or value in (values.low, values.high)
        if value in wanted:
            assert answer is not False


def _check_squares(
    box: dict[str, Interval], values: Interval, wanted: Interval, answer: bool | None
) -> None:
    """Hold ``sqrt(A) / B`` against its ends by squares, which are rational."""
    for a, b in product(points(box["A"]), points(box["B"])):
        square = a / b**2
        assert max(values.low, 0) ** 2 <= square <= values.high**2
        if max(wanted.low, 0) ** 2 < square and wanted.high > 0 and square < wanted.high**2:
            assert answer is not False


@given(intervals(1), intervals(1), intervals(-9))
def test_where_each_name_stands_once_the_answer_is_exact(
    a: Interval, b: Interval, wanted: Interval
) -> None:
    """A weight below zero swaps the ends, which other validators forget."""
    low, high = a.low - b.high * 7 / 10, a.high - b.low * 7 / 10
    closed = (a.low_closed and b.high_closed, a.high_closed and b.low_closed)
    overlap = Interval(low, high, *closed).overlaps(wanted)
    assert reaches(parse("H = A - B * 0.7").node, {"A": a, "B": b}, wanted) is overlap


@given(intervals(1), intervals(1), intervals(-9))
def test_a_quotient_of_two_counts(g: Interval, f: Interval, wanted: Interval) -> None:
    low, high = g.low / f.high * 100, g.high / f.low * 100
    closed = (g.low_closed and f.high_closed, g.high_closed and f.low_closed)
    overlap = Interval(low, high, *closed).overlaps(wanted)
    assert reaches(parse("H = G / F * 100").node, {"G": g, "F": f}, wanted) is overlap


def test_a_name_printed_twice_is_decided_on_smaller_boxes() -> None:
    node = parse("H = G / (G + F) * 100").node
    box = {"G": Interval(Fraction(35), Fraction(45)), "F": Interval(Fraction(55), Fraction(65))}
    assert values_over(node, box).high == 50
    assert reaches(node, box, Interval(Fraction(45), Fraction(46))) is True
    assert reaches(node, box, Interval(Fraction(46), Fraction(49))) is False


def test_a_divisor_that_may_be_zero_is_undefined() -> None:
    box = {"G": Interval(Fraction(1), Fraction(2)), "F": Interval(Fraction(0), Fraction(1))}
    with pytest.raises(UndefinedError, match="denominator F"):
        reaches(parse("H = G / F").node, box, Interval(Fraction(1), Fraction(2)))


def test_open_ends_are_kept_apart_from_closed_ones() -> None:
    node = parse("H = A + B").node
    one = Interval(Fraction(1), Fraction(2), True, False)
    assert reaches(node, {"A": one, "B": one}, Interval(Fraction(4), Fraction(5))) is False
    closed = Interval(Fraction(1), Fraction(2))
    assert reaches(node, {"A": closed, "B": closed}, Interval(Fraction(4), Fraction(5))) is True
