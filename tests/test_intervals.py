"""Exact intervals, what a printed figure may stand for, and rounding."""

import decimal
import math
import pickle
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpiformula import InputError
from kpiformula.intervals import (
    MODES,
    TIE_RULES,
    Figure,
    Interval,
    approximation,
    excess_digits,
    point,
    round_decimal,
    round_exact,
    unround,
    value_text,
)

DECIMAL_MODES = {
    "half_up": decimal.ROUND_HALF_UP,
    "half_down": decimal.ROUND_HALF_DOWN,
    "half_even": decimal.ROUND_HALF_EVEN,
    "truncate": decimal.ROUND_DOWN,
    "ceiling": decimal.ROUND_CEILING,
    "floor": decimal.ROUND_FLOOR,
}

QUARTERS = st.integers(-12, 12).map(lambda n: Fraction(n, 4))


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high = sorted((draw(QUARTERS), draw(QUARTERS)))
    if low == high:
        return point(low)
    return Interval(low, high, draw(st.booleans()), draw(st.booleans()))


def figure(printed: str, decimals: int | None = None) -> Figure:
    given_decimals = len(printed.partition(".")[2])
    return Figure(Fraction(printed), given_decimals if decimals is None else decimals, printed)


def interval(text: str) -> Interval:
    low, high = text[1:-1].split(", ")
    return Interval(Fraction(low), Fraction(high), text[0] == "[", text[-1] == "]")


def grid(i: Interval) -> list[Fraction]:
    """Return points of an interval, its closed ends among them."""
    steps = [i.low + Fraction(n, 8) * i.width for n in range(9)]
    return [value for value in steps if value in i]


@pytest.mark.parametrize(
    ("printed", "mode", "stands_for"),
    [
        ("0.4", "nearest", "[0.35, 0.45]"),
        ("0.40", "nearest", "[0.395, 0.405]"),
        ("-0.4", "nearest", "[-0.45, -0.35]"),
        ("0.4", "half_up", "[0.35, 0.45)"),
        ("-0.4", "half_up", "(-0.45, -0.35]"),
        ("0.0", "half_up", "(-0.05, 0.05)"),
        ("0.4", "half_down", "(0.35, 0.45]"),
        ("-0.4", "half_down", "[-0.45, -0.35)"),
        ("0.0", "half_down", "[-0.05, 0.05]"),
        ("0.4", "half_even", "[0.35, 0.45]"),
        ("0.5", "half_even", "(0.45, 0.55)"),
        ("-0.5", "half_even", "(-0.55, -0.45)"),
        ("0.0", "half_even", "[-0.05, 0.05]"),
        ("377", "truncate", "[377, 378)"),
        ("-377", "truncate", "(-378, -377]"),
        ("0", "truncate", "(-1, 1)"),
        ("0.4", "ceiling", "(0.3, 0.4]"),
        ("-0.4", "ceiling", "(-0.5, -0.4]"),
        ("0.4", "floor", "[0.4, 0.5)"),
        ("-0.4", "floor", "[-0.4, -0.3)"),
    ],
)
def test_what_a_figure_stands_for(printed: str, mode: str, stands_for: str) -> None:
    assert str(unround(figure(printed), mode)) == stands_for
    assert unround(figure(printed), mode) == interval(stands_for)


def test_decimals_may_be_negative() -> None:
    """EDGAR Filer Manual 6.5.12: 500 to the hundred and 550 to the ten are consistent."""
    hundred = unround(figure("500", -2), "nearest")
    ten = unround(figure("550", -1), "nearest")
    assert (str(hundred), str(ten)) == ("[450, 550]", "[545, 555]")
    assert str(hundred.intersection(ten)) == "[545, 550]"


def test_truncated_figures_take_part_with_their_open_ends() -> None:
    """XBRL Calculations 1.1: 4 - 4 contradicts a total of -1 where figures are cut off."""
    four = unround(figure("4"), "truncate")
    total = unround(figure("-1"), "truncate")
    assert (str(four - four), str(total)) == ("(-1, 1)", "(-2, -1]")
    assert not (four - four).overlaps(total)


@pytest.mark.parametrize(
    ("value", "decimals", "excess"),
    [("1234.5678", 1, "0.0678"), ("1234", -1, "4"), ("-1234", -1, "-4"), ("1230", -1, "0")],
)
def test_excess_digits(value: str, decimals: int, excess: str) -> None:
    """The first two are Arelle's own tests of excess digits."""
    assert excess_digits(Fraction(value), decimals) == Fraction(excess)


def test_a_figure_has_no_excess_digits() -> None:
    with pytest.raises(InputError, match=r"0\.0678 is left over") as raised:
        figure("1234.5678", 1)
    assert raised.value.code == "KF510"


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("-0.5", -1), ("-0.1", 0), ("0.5", 1), ("-1.5", -2), ("1.49", 1), ("2.5", 3)],
)
def test_halves_go_away_from_zero(value: str, rounded: int) -> None:
    """The first three are Catala's, for amounts of money."""
    assert round_exact(Fraction(value), 0, "half_up") == rounded


@given(
    st.integers(-(10**6), 10**6), st.integers(0, 4), st.integers(-2, 4),
    st.sampled_from(sorted(DECIMAL_MODES)),
)  # fmt: skip
def test_rounding_is_that_of_the_decimal_module(n: int, d: int, decimals: int, mode: str) -> None:
    value = Decimal(n).scaleb(-d)
    expected = value.quantize(Decimal(1).scaleb(-decimals), DECIMAL_MODES[mode])
    assert round_exact(Fraction(value), decimals, mode) == Fraction(expected)
    unsigned_zero = abs(expected) if expected == 0 else expected
    assert str(round_decimal(Fraction(value), decimals, mode)) == str(unsigned_zero)


@given(
    st.integers(-60, 60).map(lambda n: Fraction(n, 20)) | st.fractions(-3, 3, max_denominator=80),
    st.integers(-1, 2),
    st.integers(0, 1),
)
def test_a_number_is_in_the_figure_it_is_rounded_to(value: Fraction, step: int, d: int) -> None:
    unit = Fraction(1, 10**d)
    printed = Figure((math.floor(value / unit) + step) * unit, d, "n")
    inside = {mode: value in unround(printed, mode) for mode in MODES}
    rounded = {mode: round_exact(value, d, mode) == printed.value for mode in DECIMAL_MODES}
    assert inside == rounded | {"nearest": any(rounded[rule] for rule in TIE_RULES)}


@given(intervals(), intervals())
def test_intersection_holds_what_both_hold(one: Interval, other: Interval) -> None:
    common = one.intersection(other)
    both = [value for value in grid(one) + grid(other) if value in one and value in other]
    assert [v for v in both if common is None or v not in common] == []
    assert one.overlaps(other) == (common is not None)
    if common is not None:
        assert one.covers(common)
        assert other.covers(common)
        assert all(value in one and value in other for value in grid(common))


@given(intervals(), intervals())
def test_a_covered_interval_lies_inside(one: Interval, other: Interval) -> None:
    ends_inside = other.low >= one.low and other.high <= one.high
    open_where_needed = (other.low > one.low or one.low_closed or not other.low_closed) and (
        other.high < one.high or one.high_closed or not other.high_closed
    )
    assert one.covers(other) == (ends_inside and open_where_needed)


@given(intervals(), intervals(), st.sampled_from("+-*/"))
@example(interval("[0, 1]"), interval("(1, 2)"), "*")
@example(interval("(1, 2)"), interval("[0, 1]"), "*")
@example(interval("[-1, 0]"), interval("(1, 2)"), "*")
@example(interval("(0, 1)"), interval("[0, 1]"), "*")
def test_arithmetic_keeps_the_ends_and_their_openness(
    one: Interval, other: Interval, operator: str
) -> None:
    apply = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
    }[operator]
    if operator == "/" and other.low <= 0 <= other.high:
        with pytest.raises(ZeroDivisionError):
            apply(one, other)
        return
    result = apply(one, other)
    reached = [apply(a, b) for a, b in product(grid(one), grid(other))]
    corners = [apply(a, b) for a, b in product((one.low, one.high), (other.low, other.high))]
    assert (result.low, result.high) == (min(corners), max(corners))
    assert all(value in result for value in reached)
    assert result.low_closed == (result.low in reached)
    assert result.high_closed == (result.high in reached)


@given(intervals())
def test_whole_numbers(one: Interval) -> None:
    assert list(one.whole_numbers()) == [n for n in range(-4, 5) if n in one]


@pytest.mark.parametrize("ends", ["(1, 1)", "[1, 1)", "(1, 1]", "[2, 1]"])
def test_an_interval_is_not_empty(ends: str) -> None:
    with pytest.raises(InputError) as raised:
        interval(ends)
    assert raised.value.code == "KF511"


def test_an_end_that_is_no_decimal_number() -> None:
    assert str(Interval(Fraction(1, 3), Fraction(2))) == "[1/3, 2]"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("12", "12"),
        ("28.75", "28.75"),
        ("210/341", "210/341 ≈ 0.6158"),
        ("-1/3", "-1/3 ≈ -0.3333"),
        ("1/3000", "1/3000 ≈ 0.0003333"),
        ("200000/3", "200000/3 ≈ 66666.6667"),
    ],
)
def test_exact_numbers_for_people(value: str, shown: str) -> None:
    assert value_text(Fraction(value)) == shown


def test_numbers_too_long_to_show_are_approximated() -> None:
    assert value_text(Fraction(10**5000 + 1, 10**5000 * 7)) == "≈ 0.1429"
    assert approximation(Fraction(1, 3 * 10**300)) == Decimal("3.333E-301")


@pytest.mark.parametrize(
    "use",
    [
        lambda: unround(figure("1"), "up"),
        lambda: round_exact(Fraction(1), 0, "nearest"),
        lambda: round_decimal(Fraction(1), 0, "bankers"),
    ],
)
def test_unknown_roundings(use: object) -> None:
    with pytest.raises(InputError, match="half_even") as raised:
        use()  # type: ignore[operator]
    assert raised.value.code == "KF509"


def test_figures_and_intervals_compare_by_meaning_and_pickle() -> None:
    assert Figure(Fraction(2, 5), 1, "0,4") == Figure(Fraction(2, 5), 1, "0.4")
    assert Figure(Fraction(2, 5), 1, "0,4") != Figure(Fraction(2, 5), 2, "0,40")
    for value in (figure("0.4"), unround(figure("0.4"), "half_up")):
        assert pickle.loads(pickle.dumps(value)) == value


def test_the_callers_decimal_context_has_no_influence() -> None:
    with decimal.localcontext(prec=2, Emax=5, Emin=-5):
        assert str(round_decimal(Fraction(10**12, 7), 3, "half_up")) == "142857142857.143"
        assert value_text(Fraction(10**12, 7)) == "1000000000000/7 ≈ 142857142857.1429"
