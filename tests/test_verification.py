"""Reported figures: verdicts against plain integer oracles, feasible counts, messages."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from indicators import indicator

from kpiformula import InputError, Unread, Verification, feasible, parse, verify
from kpiformula.intervals import MODES, Figure
from kpiformula.reported import read_figure
from kpiformula.verification import Verdict
from kpiformula.verification import verify as verdict_on

SHARE = parse("H = G / F * 100")
MEAN = parse("H = S / N")
SYMBOLS = {"G": ("part", "student"), "F": ("whole", "student")}
WITH_COEFFICIENT = (
    "H = G / F * 100 * K, мұндағы: H - үлесі; G - саны; F - жалпы саны; "
    "К – зерттеу жоғары оқу орындары үшін коэффициент – 2; ұлттық – 1,5; педагогикалық - 0,5"
)
SHARE_INDICATOR = indicator("H = G / F * 100", SYMBOLS)


def code(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as raised:
        call()
    return raised.value.code


# --- verdicts against plain integers -----------------------------------------------------------


def oracle(units: int, top: int, whole: int) -> tuple[str, bool, tuple[str, ...]]:
    """Judge a figure of ``units`` of its last digit against top / whole of them; none negative."""
    low, high = (2 * units - 1) * whole, (2 * units + 1) * whole
    if top == units * whole:
        return "exact", True, ()
    if 2 * top in (low, high):
        rules = {
            "half_up": (2 * top + whole) // (2 * whole),
            "half_down": -((whole - 2 * top) // (2 * whole)),
            "half_even": units + units % 2 * (1 if 2 * top == high else -1),
        }
        return "tie_rule", True, tuple(rule for rule, given in rules.items() if given == units)
    if low < 2 * top < high:
        return "rounded", True, ()
    if units * whole <= top < (units + 1) * whole:
        return "truncated", False, ()
    return "mismatch", False, ()


@pytest.mark.parametrize("decimals", [0, 1])
def test_verdicts_are_those_of_integers_for_all_small_counts(decimals: int) -> None:
    scale = 10**decimals
    figures = [Figure(Fraction(n, scale), decimals, str(n)) for n in range(200 * 100 * scale + 3)]
    wrong = []
    for whole in range(1, 201):
        for part in range(201):
            top = 100 * scale * part
            counts = {"G": part, "F": whole}
            first = top // whole
            for units in range(max(0, first - 1), first + 2):
                got = verdict_on(SHARE, counts, figures[units])
                if (got.verdict, got.agrees, got.tie_rules) != oracle(units, top, whole):
                    wrong.append((part, whole, units, got))
    assert wrong == []


@given(
    st.integers(0, 300), st.integers(1, 300), st.integers(-2, 2), st.integers(0, 3),
    st.sampled_from(MODES), st.sampled_from([1, -1]),
)  # fmt: skip
def test_agreement_under_each_rounding(
    part: int, whole: int, step: int, decimals: int, mode: str, sign: int
) -> None:
    """Written with integers: units of the last digit against top / whole of them."""
    top, scale = sign * part * 100 * 10**decimals, 10**decimals
    units = top // whole + step
    got = verdict_on(
        SHARE, {"G": sign * part, "F": whole}, Decimal(units).scaleb(-decimals), rounding=mode
    )
    double, near = 2 * (top - units * whole), whole
    away = (top > 0) - (top < 0)
    agrees = {
        "nearest": abs(double) <= near,
        "half_up": abs(double) < near or (abs(double) == near and (double < 0) == (away > 0)),
        "half_down": abs(double) < near or (abs(double) == near and (double > 0) == (away > 0)),
        "half_even": abs(double) < near or (abs(double) == near and units % 2 == 0),
        "truncate": units == (abs(top) // whole) * away,
        "ceiling": units == -(-top // whole),
        "floor": units == top // whole,
    }[mode]
    assert got.agrees == agrees
    assert got.difference == Fraction(units, scale) - Fraction(sign * part * 100, whole)
    assert got.ulps == got.difference * scale
    if agrees:
        assert got.verdict in ("exact", "rounded", "tie_rule", "truncated")
        assert got.computed in got.interval  # type: ignore[operator]
    else:
        assert got.computed not in got.interval  # type: ignore[operator]


@pytest.mark.parametrize(
    ("reported", "rounding", "verdict", "agrees", "tie_rules"),
    [
        ("28,8", "nearest", "tie_rule", True, ("half_up", "half_even")),
        ("28,7", "nearest", "tie_rule", True, ("half_down",)),
        ("28,8", "half_up", "tie_rule", True, ("half_up", "half_even")),
        ("28,7", "half_up", "tie_rule", False, ("half_down",)),
        ("28,8", "half_down", "tie_rule", False, ("half_up", "half_even")),
        ("28,7", "half_down", "tie_rule", True, ("half_down",)),
        ("28,8", "half_even", "tie_rule", True, ("half_up", "half_even")),
        ("28,7", "half_even", "tie_rule", False, ("half_down",)),
        ("28,7", "truncate", "tie_rule", True, ("half_down",)),
        ("28,8", "truncate", "tie_rule", False, ("half_up", "half_even")),
        ("28,75", "nearest", "exact", True, ()),
        ("28,75", "truncate", "exact", True, ()),
        ("28.750", "half_even", "exact", True, ()),
        ("28", "nearest", "truncated", False, ()),
        ("28", "truncate", "truncated", True, ()),
        ("28", "floor", "truncated", True, ()),
        ("29", "nearest", "rounded", True, ()),
        ("29", "truncate", "rounded", False, ()),
        ("29", "ceiling", "rounded", True, ()),
        ("28,9", "nearest", "mismatch", False, ()),
    ],
)
def test_23_of_80_is_a_tie(
    reported: str, rounding: str, verdict: str, agrees: bool, tie_rules: tuple[str, ...]
) -> None:
    """Exactly 28.75 %: 28.7 is what ``round(23 / 80 * 100, 1)`` gives, and wrong under half up."""
    got = verify(SHARE, {"G": 23, "F": 80}, reported, rounding=rounding)  # type: ignore[arg-type]
    assert (got.verdict, got.agrees, got.tie_rules) == (verdict, agrees, tie_rules)


def test_a_figure_rounded_up_is_rounded_where_that_is_asked_for() -> None:
    got = verify(SHARE, {"G": 1, "F": 3}, "34", rounding="ceiling")
    assert (got.verdict, got.agrees) == ("rounded", True)
    assert verify(SHARE, {"G": 1, "F": 3}, "34").verdict == "mismatch"


def test_negative_ties_mirror_positive_ones() -> None:
    change = parse("H = (G - F) / 2")
    for reported, rules in (("-1", ("half_up",)), ("0", ("half_down", "half_even"))):
        got = verify(change, {"G": 1, "F": 2}, reported)
        assert (got.verdict, got.tie_rules) == ("tie_rule", rules)


def test_zero_under_truncation_stands_for_both_signs() -> None:
    for part in (9, -9):
        got = verify(SHARE, {"G": part, "F": 1000}, "0", rounding="truncate")
        assert (got.verdict, got.agrees) == ("truncated", True)
        assert str(got.interval) == "(-1, 1)"


# --- figures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reported", "value", "decimals"),
    [
        ("0,4", "0.4", 1),
        ("0,40", "0.4", 2),
        (" 0.41 %", "0.41", 2),
        ("7 159", "7159", 0),
        ("-3,5", "-3.5", 1),
        (12, "12", 0),
        (Decimal("12.0"), "12", 1),
        (Decimal("5E+2"), "500", -2),
        (Fraction(3, 8), "0.375", 3),
        (Fraction(12), "12", 0),
    ],
)
def test_decimals_are_those_of_the_printed_figure(
    reported: str | int | Decimal | Fraction, value: str, decimals: int
) -> None:
    figure = read_figure(reported)
    assert figure is not None
    assert (figure.value, figure.decimals) == (Fraction(value), decimals)
    assert read_figure(figure) is figure


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        (0.4, "KF513"),
        (True, "KF513"),
        (Decimal("NaN"), "KF513"),
        (Decimal("Infinity"), "KF513"),
        (b"0,4", "KF513"),
        (Fraction(1, 3), "KF510"),
        ("about 5", "KF504"),
        ("1:6", "KF504"),
        ("1,234", "KF505"),
        ("1" * 31, "KF905"),
        (10**31, "KF905"),
        (Decimal("1e999999999"), "KF905"),
        (Decimal("1e-999999999"), "KF905"),
    ],
)
def test_figures_that_are_refused(reported: object, expected: str) -> None:
    assert code(lambda: verify(SHARE, {"G": 1, "F": 3}, reported)) == expected  # type: ignore[arg-type]


def test_roundings_and_inputs_that_are_refused() -> None:
    counts = {"G": 1, "F": 3}
    assert code(lambda: verify(SHARE, counts, "33", inputs="about")) == "KF508"  # type: ignore[arg-type]
    assert code(lambda: verify(SHARE, counts, "33", rounding="up")) == "KF509"  # type: ignore[arg-type]


@pytest.mark.parametrize("blank", [None, "", " – "])
def test_no_figure_is_no_agreement(blank: str | None) -> None:
    got = verify(SHARE, {"G": 1, "F": 4}, blank)
    assert (got.verdict, got.agrees, got.interval, got.difference, got.ulps) == (
        "not_evaluated", None, None, None, None,
    )  # fmt: skip
    assert got.computed == 25
    assert got.message == "no figure is reported; computed: 25"


# --- without a value ---------------------------------------------------------------------------


def test_a_zero_denominator_is_undefined() -> None:
    got = verify(parse("H = G / F * F"), {"G": 1, "F": 0}, "1")
    assert (got.verdict, got.agrees, got.computed) == ("undefined", None, None)
    assert got.message == "undefined: the denominator F is 0"


def test_a_missing_denominator_is_not_evaluated() -> None:
    assert verify(SHARE, {}, "1").message == "not evaluated: G, F are missing"
    got = verify(SHARE, {"F": 0}, "1")
    assert (got.verdict, got.agrees, got.feasible) == ("not_evaluated", None, None)
    assert got.message == "not evaluated: G is missing"


def test_a_missing_denominator_is_solved_for() -> None:
    got = verify(SHARE, {"G": 5}, "71")
    assert (got.verdict, got.agrees, list(got.feasible or ())) == ("not_evaluated", None, [7])
    assert got.message.endswith("needs 7")
    assert verify(SHARE, {"G": 5}, "98").verdict == "infeasible"
    got = verify(SHARE, {"G": 1}, "1")
    assert got.verdict == "untestable"
    assert got.message == (
        "any figure would pass: F is missing, and one F more or less changes the value by no more "
        "than the last digit of 1; whole counts exist for [0.5, 1.5], for which 1 stands"
    )


def test_a_missing_numerator_leaves_the_counts_that_could_be() -> None:
    got = verify(SHARE_INDICATOR, {"F": 80}, "28,8")
    assert (got.verdict, got.agrees, list(got.feasible or ())) == ("not_evaluated", None, [23])
    assert got.message == (
        "not evaluated: G (part) is missing; 28,8 stands for [28.75, 28.85] and needs 23"
    )
    shifted = verify(parse("H = G * 1.5 - 0.75"), {}, "0", rounding="truncate")
    assert shifted.message.endswith("stands for (-1, 1) and needs 0 or 1")


def test_a_figure_no_count_gives_is_infeasible() -> None:
    for reported in ("100,3", "-0,3", "34,7"):
        assert verify(SHARE_INDICATOR, {"F": 437}, reported).verdict == "infeasible"
    got = verify(SHARE_INDICATOR, {"F": 43}, "71")
    assert (got.verdict, got.agrees) == ("infeasible", False)
    assert got.message == "no whole G gives a value in [70.5, 71.5], for which 71 stands"


def test_a_figure_any_count_gives_is_untestable() -> None:
    got = verify(SHARE_INDICATOR, {"F": 1800}, "71,3")
    assert (got.verdict, got.agrees) == ("untestable", None)
    assert "any figure would pass" in got.message
    assert verify(SHARE_INDICATOR, {"F": 1000}, "71,3").verdict == "untestable"
    assert verify(SHARE_INDICATOR, {"F": 999}, "71,3").verdict == "not_evaluated"
    assert verify(SHARE_INDICATOR, {"F": 1800}, "100,1").verdict == "infeasible"


def test_amounts_are_not_whole_counts() -> None:
    for unit in ("thousand_tenge", "percent", "publication/teacher"):
        subject = indicator("H = G / F * 100", {"G": ("part", unit), "F": ("whole", unit)})
        assert verify(subject, {"F": 43}, "71").verdict == "not_evaluated"
        assert code(lambda s=subject: feasible(s, {"F": 43}, "71")) == "KF514"  # type: ignore[misc]
    money = {n: replace(s, unit="tenge") for n, s in SHARE.symbols.items()}
    assert code(lambda: feasible(replace(SHARE, symbols=money), {"F": 43}, "71")) == "KF514"


# --- feasible counts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reported", "n", "whole"),
    [
        ("5.19", 28, []),
        ("5.19", 32, [166]),
        ("5.19", 40, []),
        ("5.27", 43, []),
        ("2.84", 32, [91]),  # 16 persons, two items each
    ],
)
def test_means_of_whole_numbers(reported: str, n: int, whole: list[int]) -> None:
    """The tests of GRIM in scrutiny (Brown and Heathers, 2017)."""
    assert list(feasible(MEAN, {"N": n}, reported)) == whole


def test_means_of_28_whole_numbers_from_519_to_530() -> None:
    reported = [f"5.{hundredths}" for hundredths in range(19, 31)]
    possible = [figure for figure in reported if feasible(MEAN, {"N": 28}, figure)]
    assert possible == ["5.21", "5.25", "5.29"]


@pytest.mark.parametrize(
    ("reported", "n", "whole"),
    [
        ("71%", 43, []),
        ("32.5%", 438, []),
        ("35.6%", 455, [162]),
        ("21.7%", 501, []),
        ("39.3%", 516, [203]),
    ],
)
def test_percentages_of_whole_numbers(reported: str, n: int, whole: list[int]) -> None:
    """The tests of GRIM for percentages in scrutiny."""
    assert list(feasible(SHARE, {"F": n}, reported)) == whole
    assert list(feasible(SHARE_INDICATOR, {"F": n}, reported)) == whole


@pytest.mark.parametrize(
    ("n", "coefficient", "possible"),
    [
        (40, "1", 41), (438, "1", 439), (1800, "1", 1001),
        (438, "2", 220), (438, "1.5", 293), (438, "0.5", 439),
    ],
)  # fmt: skip
def test_how_many_figures_are_possible(n: int, coefficient: str, possible: int) -> None:
    """Of the 1001 figures from 0.0 to 100.0; a coefficient widens the steps between them."""
    subject = indicator(WITH_COEFFICIENT, SYMBOLS)
    counts = {"F": n, "K": coefficient}
    figures = [Decimal(tenths).scaleb(-1) for tenths in range(1001)]
    assert sum(bool(feasible(subject, counts, figure)) for figure in figures) == possible


@pytest.mark.parametrize("decimals", [0, 1])
def test_feasible_counts_are_those_found_by_trying(decimals: int) -> None:
    scale = 10**decimals
    for whole in range(1, 40, 4):
        tried: dict[int, list[int]] = {}
        for part in range(whole + 1):
            top = 100 * scale * part
            low = -((whole - 2 * top) // (2 * whole))
            for units in range(low, (2 * top + whole) // (2 * whole) + 1):
                tried.setdefault(units, []).append(part)
        for units in range(-2, 101 * scale):
            figure = Figure(Fraction(units, scale), decimals, str(units))
            found = list(feasible(SHARE_INDICATOR, {"F": whole}, figure))
            assert found == tried.get(units, []), (whole, units)


@pytest.mark.parametrize(
    ("text", "counts", "reported", "whole"),
    [
        ("H = G - F", {"F": 3}, "2", [5]),
        ("H = F - G", {"F": 3}, "2", [1]),
        ("H = F - G", {"F": 3}, "4", []),
        ("H = (G + S) / F * 100", {"S": 2, "F": 7}, "57", [2]),
        ("H = sum(G; S) / mean(F; F)", {"S": 2, "F": 4}, "1", [0, 1, 2, 3, 4]),
        ("H = mean(G; S; S) * 2 / (0 - 1) + 9", {"S": 0}, "7", [3]),
        ("H = -G + 5", {}, "3", [2]),
        ("H = -(G - 5)", {}, "3", [2]),
        ("H = 3 * (G / 2) - G", {}, "4", [7, 8, 9]),
        ("H = G / sqrt(F)", {"F": 4}, "3", [5, 6, 7]),
        ("H = G * max(F; 2) ^ 2", {"F": 1}, "8", [2]),
    ],
)
def test_formulas_are_solved_by_algebra(
    text: str, counts: dict[str, int], reported: str, whole: list[int]
) -> None:
    assert list(feasible(parse(text), counts, reported)) == whole


def test_a_numerator_is_within_its_denominator() -> None:
    subject = indicator("H = (F - G) / F * 100", SYMBOLS)
    assert list(feasible(subject, {"F": 80}, "100")) == [0]
    assert list(feasible(subject, {"F": 80}, "0")) == [80]
    doubled = indicator("H = (G + G) / F", SYMBOLS)
    assert list(feasible(doubled, {"F": 80}, "1", rounding="floor")) == [40]
    assert list(feasible(SHARE_INDICATOR, {"F": -80}, "0")) == []
    assert list(feasible(SHARE_INDICATOR, {"F": "0,5"}, "0")) == [0]


def test_a_share_that_is_no_plain_quotient_has_no_upper_bound() -> None:
    total = indicator("H = G + F", SYMBOLS)
    assert list(feasible(total, {"F": 2}, "5")) == [3]
    cancelled = indicator("H = G / (F + G - G) * 100", SYMBOLS)
    assert list(feasible(cancelled, {"F": 4}, "150")) == []
    constant = indicator("H = (F + G - G) / F * 100", SYMBOLS)
    every = feasible(constant, {"F": 4}, "100")
    assert (every.ranges, every.untestable) == (((0, None),), "the value does not depend on G")
    assert list(feasible(constant, {"F": 4}, "99")) == []


def test_the_cost_does_not_depend_on_the_number_of_counts() -> None:
    counts = feasible(SHARE, {"F": 10**30}, "50")
    assert (counts.first, counts.last) == (495 * 10**27, 505 * 10**27)


@pytest.mark.parametrize(
    ("text", "counts", "message"),
    [
        ("H = G / F", {}, "not: G, F"),
        ("H = G / F", {"G": 1, "F": 2}, "not: none"),
        ("H = G / F", {"F": 0}, "the denominator F is 0"),
        ("H = G * G", {}, "G stands in a power, in a function, or with unlike divisors"),
        ("H = G ^ 2", {}, "G stands in a power, in a function, or with unlike divisors"),
        ("H = max(G; F)", {"F": 1}, "G stands in a power, in a function, or with unlike divisors"),
        ("H = G + sqrt(F)", {"F": 2}, "sqrt(F) holds a root"),
    ],
)
def test_what_cannot_be_solved_says_why(text: str, counts: dict[str, int], message: str) -> None:
    with pytest.raises(InputError) as raised:
        feasible(parse(text), counts, "0")
    assert raised.value.code == "KF514"
    assert message in str(raised.value)


def test_a_value_that_no_count_changes() -> None:
    subject = indicator(WITH_COEFFICIENT, SYMBOLS)
    assert list(feasible(subject, {"F": 3, "K": 0}, "0")) == [0, 1, 2, 3]
    assert list(feasible(subject, {"F": 3, "K": 0}, "1")) == []
    assert verify(subject, {"F": 3, "K": 0}, "0").verdict == "untestable"
    assert verify(subject, {"F": 3, "K": 0}, "1").verdict == "infeasible"


def test_a_figure_is_needed_to_ask_for_counts() -> None:
    assert code(lambda: feasible(SHARE, {"F": 3}, "-")) == "KF513"


def test_feasible_counts_under_another_rounding() -> None:
    assert list(feasible(SHARE, {"F": 80}, "28,7")) == [23]
    assert list(feasible(SHARE, {"F": 80}, "28,7", rounding="half_up")) == []


# --- roots -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reported", "rounding", "verdict", "agrees"),
    [
        ("1,4", "nearest", "rounded", True),
        ("1,41421356", "half_even", "rounded", True),
        ("1,414213562373095048801688724", "nearest", "rounded", True),
        ("1.415", "nearest", "mismatch", False),
        ("1.415", "ceiling", "rounded", True),
        ("1", "truncate", "rounded", True),
        ("1,4143", "nearest", "mismatch", False),
        ("1,41421356237", "floor", "rounded", True),
        ("1,41421", "truncate", "rounded", True),
    ],
)
def test_a_root_is_judged_by_its_enclosure(
    reported: str, rounding: str, verdict: str, agrees: bool
) -> None:
    got = verify(parse("H = sqrt(G)"), {"G": 2}, reported, rounding=rounding)  # type: ignore[arg-type]
    assert (got.verdict, got.agrees, got.computed, got.difference) == (verdict, agrees, None, None)


def test_a_root_cut_off() -> None:
    got = verify(parse("H = sqrt(G)"), {"G": 3}, "1,7320508075")
    assert (got.verdict, got.agrees) == ("truncated", False)
    assert verify(parse("H = sqrt(G)"), {"G": 3}, "1,8").message == (
        "the computed value ≈ 1.7321 lies outside [1.75, 1.85], for which 1,8 stands: "
        "the figure differs"
    )


def test_an_enclosure_over_an_end_is_untestable() -> None:
    got = verify(parse("H = sqrt(G) * sqrt(G) / 4"), {"G": 2}, "1")
    assert (got.verdict, got.agrees) == ("untestable", None)
    assert got.message == (
        "the computed value ≈ 0.5000 is too near to an end to tell: [0.5, 1.5], for which 1 stands"
    )


# --- messages and results ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reported", "rounding", "message"),
    [
        (
            "28,75",
            "nearest",
            (
                "the computed value 28.75 is 28,75 itself; "
                "it lies in [28.745, 28.755], for which 28,75 stands"
            ),
        ),
        (
            "29",
            "nearest",
            "the computed value 28.75 rounds to 29: it lies in [28.5, 29.5], for which 29 stands",
        ),
        (
            "29",
            "truncate",
            (
                "the computed value 28.75 rounds to 29: "
                "it lies outside [29, 30), for which 29 stands under truncate"
            ),
        ),
        (
            "28,8",
            "nearest",
            (
                "the computed value 28.75 lies midway between two figures and is 28,8 under "
                "half_up and half_even only: it lies in [28.75, 28.85], for which 28,8 stands"
            ),
        ),
        (
            "28",
            "nearest",
            (
                "the computed value 28.75 is 28 only if cut off ([28, 29)): "
                "it lies outside [27.5, 28.5], for which 28 stands"
            ),
        ),
        (
            "30,0",
            "nearest",
            (
                "the computed value 28.75 lies outside [29.95, 30.05], for which 30,0 stands: "
                "reported too high by 1.25, 12.5 of the last digit"
            ),
        ),
        (
            "20",
            "nearest",
            (
                "the computed value 28.75 lies outside [19.5, 20.5], for which 20 stands: "
                "reported too low by 8.75, 8.75 of the last digit"
            ),
        ),
    ],
)
def test_messages_state_the_interval_and_the_exact_value(
    reported: str, rounding: str, message: str
) -> None:
    got = verify(SHARE, {"G": 23, "F": 80}, reported, rounding=rounding)  # type: ignore[arg-type]
    assert got.message == message


def test_unread_text_is_told() -> None:
    unread = replace(SHARE, unread=(Unread("but at most 75 points"),))
    message = verify(unread, {"G": 23, "F": 80}, "29").message
    assert message.endswith("for which 29 stands; part of the cell is not read")


def test_the_documents_own_example() -> None:
    got = verify(SHARE_INDICATOR, {"G": 35, "F": 8525}, "0,4")
    assert got.message == (
        "the computed value 140/341 ≈ 0.4106 rounds to 0,4: "
        "it lies in [0.35, 0.45], for which 0,4 stands"
    )
    assert verify(SHARE_INDICATOR, {"G": 35, "F": 8525}, "0,40").verdict is Verdict.MISMATCH


def test_an_erratum_is_left_out_where_the_printed_formula_is_asked_for() -> None:
    subject = indicator("H = G / F", SYMBOLS, erratum="H = G / F * 100")
    assert verify(subject, {"G": 1, "F": 4}, "25").verdict == "exact"
    assert verify(subject, {"G": 1, "F": 4}, "25", as_printed=True).verdict == "mismatch"


def test_verifications_compare_by_meaning_and_pickle() -> None:
    one: Verification = verify(SHARE_INDICATOR, {"F": 80}, "28,8")
    assert one == verify(SHARE_INDICATOR, {"whole": 80}, "28.8")
    assert pickle.loads(pickle.dumps(one)) == one
    assert len({one, verify(SHARE_INDICATOR, {"F": 80}, "28,8")}) == 1
