"""Counts that could stand behind a figure, against trying them all."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from indicators import indicator

from kpiformula import (
    Coefficient,
    CoefficientCase,
    Condition,
    InputError,
    WholeCounts,
    evaluate,
    feasible,
    feasible_cases,
    feasible_denominators,
    feasible_together,
    parse,
)
from kpiformula.feasibility.denominators import simplest
from kpiformula.feasibility.whole_counts import from_to, where_positive
from kpiformula.intervals import MODES, Interval, Mode, unround
from kpiformula.mapping import Table
from kpiformula.reported import read_figure

SHARE = parse("H = G / F * 100")
SYMBOLS = {"G": ("part", "student"), "F": ("whole", "student")}
SHARE_INDICATOR = indicator("H = G / F * 100", SYMBOLS)
WITH_COEFFICIENT = parse(
    "H = G / F * 100 * K, мұндағы: H - үлесі; G - саны; F - жалпы саны; "
    "К – зерттеу жоғары оқу орындары үшін коэффициент – 2; ұлттық – 1,5; педагогикалық - 0,5"
)
TRIED = 60

modes = st.sampled_from(MODES)
halves = st.integers(-40, 40).map(lambda n: Fraction(n, 2))


def code(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as raised:
        call()
    return raised.value.code


def interval_of(reported: str, mode: Mode = "nearest") -> Interval:
    figure = read_figure(reported)
    assert figure is not None
    return unround(figure, mode)


# --- sets of whole counts ------------------------------------------------------------------------

ranges = st.lists(
    st.tuples(st.integers(-3, 30), st.none() | st.integers(-3, 30)), max_size=4
)  # fmt: skip


def union(parts: list[tuple[int, int | None]]) -> WholeCounts:
    found = WholeCounts()
    for first, last in parts:
        found |= from_to(first, last)
    return found


def plain(parts: list[tuple[int, int | None]]) -> set[int]:
    return {
        n for n in range(TRIED) for a, b in parts if a <= n <= (TRIED if b is None else b)
    }  # fmt: skip


def upto(counts: WholeCounts) -> set[int]:
    return {n for n in range(TRIED) if n in counts}


@given(ranges, ranges, st.lists(halves, max_size=3))
def test_sets_of_counts_are_sets(
    one: list[tuple[int, int | None]], other: list[tuple[int, int | None]], gaps: list[Fraction]
) -> None:
    a, b = union(one), union(other)
    assert upto(a) == plain(one)
    assert upto(a & b) == plain(one) & plain(other)
    assert upto(a | b) == plain(one) | plain(other)
    assert upto(a.without(gaps)) == plain(one) - {int(g) for g in gaps if g.denominator == 1}
    assert (a == b) == (plain(one) == plain(other))
    assert list(islice(a, 5)) == sorted(plain(one))[:5]
    assert bool(a) == bool(plain(one))
    assert a.first == min(plain(one), default=None)
    if not a.endless:
        assert (len(a), a.last) == (len(plain(one)), max(plain(one), default=None))


@given(halves, halves, st.booleans())
def test_where_a_line_is_positive(start: Fraction, slope: Fraction, or_zero: bool) -> None:
    expected = {
        x for x in range(TRIED) if start + slope * x > 0 or (or_zero and start + slope * x == 0)
    }
    assert upto(where_positive(start, slope, or_zero=or_zero)) == expected


def test_sets_show_themselves() -> None:
    assert str(WholeCounts()) == "none"
    assert (
        str(union([(3, 3), (5, 6), (8, 12), (20, None)])) == "3 or 5 or 6 or 8 to 12 or 20 or more"
    )
    with pytest.raises(OverflowError):
        len(from_to(3, None))
    assert from_to(3, None).size is None
    assert Fraction(5, 2) not in from_to(0, 9)
    assert "5" not in from_to(0, 9)


# --- one count is missing ------------------------------------------------------------------------

FORMULAS = (
    "H = X / F * 100",
    "H = G / X * 100",
    "H = (X - G) / X * 100",
    "H = 100 - G / X * 100",
    "H = G / (X + F)",
    "H = X / (X + F) * 100",
    "H = G / (X - 5)",
    "H = (X - 3) / (2 * X - 9)",
    "H = G / X + F / X",
    "H = G / X + F / (2 * X)",
    "H = G / X * X",
    "H = (X - X) / F + G",
    "H = 0 / X",
    "H = G / (F / X)",
    "H = (X / (X + 1)) * ((X + 1) / F)",
    "H = mean(X; G) / sum(X; F)",
    "H = F - X",
    "H = -G / X",
    "H = X / (G - X)",
)


@given(
    st.sampled_from(FORMULAS), st.integers(-12, 40), st.integers(-12, 40).filter(bool),
    st.integers(-300, 300), st.sampled_from([0, 0, 1]), modes,
)  # fmt: skip
def test_a_missing_count_is_one_of_those_found_by_trying(
    text: str, part: int, whole: int, units: int, decimals: int, mode: Mode
) -> None:
    formula = parse(text)
    reported = Decimal(units).scaleb(-decimals)
    known = {name: n for name, n in (("G", part), ("F", whole)) if name in formula.symbols}
    interval = interval_of(str(reported), mode)
    values = [evaluate(formula, {**known, "X": x}).value for x in range(TRIED)]
    expected = {x for x, value in enumerate(values) if value is not None and value in interval}
    if any(value is not None for value in values):
        assert upto(feasible(formula, known, reported, rounding=mode)) == expected
    else:
        assert code(lambda: feasible(formula, known, reported, rounding=mode)) == "KF514"


@given(
    st.sampled_from(["H = G / F * 100", "H = (F - G) / F * 100", "H = 100 - G / F * 100"]),
    st.sampled_from("GF"), st.integers(0, 50), st.integers(0, 1000), modes,
)  # fmt: skip
def test_in_a_share_the_numerator_is_within_the_denominator(
    text: str, missing: str, known: int, units: int, mode: Mode
) -> None:
    subject = indicator(text, SYMBOLS)
    other = "F" if missing == "G" else "G"
    if other == "F" and known == 0:
        return
    reported = Decimal(units).scaleb(-1)
    found = feasible(subject, {other: known}, reported, rounding=mode)
    bounded = text != "H = 100 - G / F * 100"
    for x in range(TRIED):
        counts = {other: known, missing: x}
        value = evaluate(subject, counts).value
        inside = not bounded or counts["G"] <= counts["F"]
        expected = value is not None and inside and value in interval_of(str(reported), mode)
        assert (x in found) == expected, x


@pytest.mark.parametrize(
    ("coefficient", "counts"), [("1", []), ("2", []), ("1,5", [101]), ("0,5", [303])]
)
def test_a_figure_settles_the_coefficient(coefficient: str, counts: list[int]) -> None:
    found = feasible(WITH_COEFFICIENT, {"F": 438, "K": coefficient}, "34,6")
    assert list(found) == counts


def test_an_unknown_denominator_may_be_endless() -> None:
    found = feasible(SHARE, {"G": 5}, "0")
    assert (found.ranges, found.endless, found.size) == (((1000, None),), True, None)
    assert "changes the value by no more than the last digit of 0" in (found.untestable or "")
    assert feasible(SHARE, {"G": 0}, "0").untestable == "the value does not depend on F"
    assert feasible(SHARE, {"G": 5}, "71").untestable is None
    assert str(feasible(SHARE, {"G": 5}, "71")) == "F: 7"
    assert pickle.loads(pickle.dumps(found)) == found


def test_an_unknown_may_be_in_two_ranges() -> None:
    found = feasible(parse("H = 2 / ((X - 10) / (X + 0))"), {}, "0", rounding="truncate")
    assert found.ranges == ((1, 3),)  # 2 X / (X - 10): from -0 down to -1 at X = 10/3
    around = feasible(parse("H = (X - 3) / (2 * X - 9)"), {}, "0,6")
    assert 4 not in around


def test_an_input_under_two_letters_is_one_count() -> None:
    subject = indicator(
        "H = G / F * 100 + S / N", {"G": ("part", "student"), "F": ("whole", "student"),
                                    "S": ("points", "student"), "N": ("whole", "student")},
        kind="ratio",
    )  # fmt: skip
    found = feasible(subject, {"part": 3, "points": 100}, "80")
    assert list(found) == [5]
    assert evaluate(subject, {"part": 3, "points": 100, "whole": 5}).value == 80


def test_the_cost_does_not_depend_on_the_size() -> None:
    found = feasible(SHARE, {"G": 10**29}, "50")
    assert (found.first, found.last) == (10**32 // 505 + 1, 10**32 // 495)


# --- numerator and denominator are missing -------------------------------------------------------


@given(st.integers(0, 300), st.integers(1, 90), st.integers(0, 30), st.booleans(), st.booleans())
def test_the_simplest_fraction(low: int, scale: int, width: int, a: bool, b: bool) -> None:
    if width == 0:
        a = b = True
    interval = Interval(Fraction(low, scale), Fraction(low + width, scale), a, b)
    found = simplest(interval)
    assert found in interval
    for q in range(1, found.denominator):
        assert not (interval * Interval(Fraction(q), Fraction(q))).whole_numbers()


@given(st.integers(0, 1100), st.sampled_from([0, 1]), modes, st.booleans())
def test_denominators_are_those_found_by_trying(
    units: int, decimals: int, mode: Mode, share: bool
) -> None:
    subject = SHARE_INDICATOR if share else SHARE
    reported = Decimal(units).scaleb(-decimals)
    interval = interval_of(str(reported), mode)
    found = feasible_denominators(subject, {}, reported, rounding=mode)
    expected = []
    for q in range(1, 61):
        top = q if share else 1200 * q // 100 + 1
        parts = {p for p in range(top + 1) if Fraction(100 * p, q) in interval}
        assert {p for p in found.numerators(q) if p <= top} == parts
        assert (q in found) == bool(parts)
        expected += [q] if parts else []
    assert list(found.up_to(60)) == expected
    assert list(found.smallest(3))[: len(expected)] == expected[:3]
    if found.every_from is not None:
        assert all(q in found for q in range(found.every_from, found.every_from + 20))


def test_smallest_denominators() -> None:
    found = feasible_denominators(SHARE_INDICATOR, {}, "34,6")
    assert found.smallest(4) == (26, 52, 78, 81)
    assert found.every_from == 1000
    assert list(found.numerators(81)) == [28]
    assert str(found) == "G / F: F = 26, 52, 78, 81, 104, …; every one from 1000"
    assert not feasible_denominators(SHARE_INDICATOR, {}, "100,1")
    assert list(feasible_denominators(SHARE_INDICATOR, {}, "100,1")) == []
    half = feasible_denominators(SHARE_INDICATOR, {}, "100,5", rounding="half_up")
    assert str(half) == "G / F: none"
    exact = feasible_denominators(SHARE_INDICATOR, {}, "100", rounding="floor")
    assert (exact.every_from, exact.smallest(3)) == (None, (1, 2, 3))


def test_far_denominators_are_quick() -> None:
    found = feasible_denominators(SHARE, {}, "31,8309886183790671537767526745")
    first = found.smallest(1)[0]
    assert first > 10**12
    assert first in found
    assert list(islice(found.from_on(10**40), 2)) == [10**40, 10**40 + 1]


@pytest.mark.parametrize(
    ("text", "counts", "message"),
    [
        ("H = G / F * 100", {"F": 3}, "must be missing, not: G"),
        ("H = G / F + S", {}, "must be missing"),
        ("H = G * F", {}, "more than the quotient of G and F"),
        ("H = (G + S) / F", {"S": 2}, "more than the quotient"),
        ("H = G / (F + S)", {"S": 2}, "is a sum with an unknown"),
        ("H = G / F * S", {"S": 0}, "more than the quotient"),
        ("H = G / (F * S)", {"S": 0}, "the denominator F * S is 0"),
        ("H = max(G; F) / F", {}, "is no sum, product or quotient"),
        ("H = G * G / G / F", {}, "divided by as well as divided"),
    ],
)
def test_quotients_that_cannot_be_solved(text: str, counts: dict[str, int], message: str) -> None:
    with pytest.raises(InputError, match="KF514") as raised:
        feasible_denominators(parse(text), counts, "1")
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("text", "counts", "reported", "smallest"),
    [
        ("H = 100 - G / F * 100", {}, "65,4", (26, 52)),
        ("H = (G / F + S / 2) * 100", {"S": 1}, "84,6", (26, 52)),
        ("H = -G / F * 100", {}, "-34,6", (26, 52)),
        ("H = -G / F * 100", {}, "34,6", ()),
        ("H = mean(G; G) / sum(F) * 100", {}, "34,6", (26, 52)),
    ],
)
def test_values_that_depend_on_a_quotient(
    text: str, counts: dict[str, int], reported: str, smallest: tuple[int, ...]
) -> None:
    assert feasible_denominators(parse(text), counts, reported).smallest(2) == smallest


# --- figures that share a denominator ------------------------------------------------------------


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=3), modes)
def test_shared_denominators_are_those_found_by_trying(units: list[int], mode: Mode) -> None:
    figures = [Decimal(n).scaleb(-1) for n in units]
    found = feasible_together([(SHARE, {}, each) for each in figures], "F", rounding=mode)
    single = [feasible_denominators(SHARE, {}, each, rounding=mode) for each in figures]
    expected = [q for q in range(1, 200) if all(q in each for each in single)]
    assert list(found.up_to(199)) == expected


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60))
def test_a_shared_denominator_with_a_known_numerator(whole: int, part: int, other: int) -> None:
    known, unknown = (Decimal(round(Fraction(n * 1000, whole))).scaleb(-1) for n in (part, other))
    found = feasible_together([(SHARE, {"G": part}, known), (SHARE, {}, unknown)], "F")
    assert whole in found
    assert list(found.up_to(150)) == [
        q for q in feasible_denominators(SHARE, {}, unknown).up_to(150)
        if q in feasible(SHARE, {"G": part}, known)
    ]  # fmt: skip


def test_figures_that_share_nothing() -> None:
    claims = [(SHARE, {"G": 5}, "71"), (SHARE, {"G": 5}, "62,5")]
    found = feasible_together(claims, "F")
    assert (bool(found), list(found), str(found)) == (False, [], "F: none")
    one = feasible_together([(SHARE_INDICATOR, {"part": 5}, "62,5")], "whole")
    assert (list(one), one.smallest(1)) == ([8], (8,))
    impossible = [(SHARE_INDICATOR, {}, "34,6"), (SHARE_INDICATOR, {}, "101")]
    assert list(feasible_together(impossible, "F")) == []


def test_claims_that_are_refused() -> None:
    assert code(lambda: feasible_together([], "F")) == "KF514"
    assert code(lambda: feasible_together([(SHARE, {"F": 3}, "1")], "F")) == "KF514"
    assert code(lambda: feasible_together([(SHARE, {}, "1")], "G")) == "KF514"
    assert code(lambda: feasible_together([(SHARE, {}, "-")], "F")) == "KF513"


# --- the category is unknown ---------------------------------------------------------------------


def test_which_categories_could_stand_behind_a_figure() -> None:
    found = feasible_cases(WITH_COEFFICIENT, {"F": 438}, "34,6")
    assert [(c.category, c.possible, list(c.counts or ())) for c in found] == [
        ("research", False, []), ("national", True, [101]), ("pedagogical", True, [303]),
    ]  # fmt: skip
    settled = feasible_cases(WITH_COEFFICIENT, {"F": 438, "G": 101}, "34,6")
    assert [(c.category, c.possible) for c in settled] == [
        ("research", False), ("national", True), ("pedagogical", False),
    ]  # fmt: skip


def test_categories_that_cannot_be_told() -> None:
    assert code(lambda: feasible_cases(SHARE, {"F": 438}, "34,6")) == "KF514"
    assert code(lambda: feasible_cases(WITH_COEFFICIENT, {"Q": 1}, "34,6")) == "KF502"
    nothing = feasible_cases(WITH_COEFFICIENT, {}, "34,6")
    assert {c.possible for c in nothing} == {None}
    assert "exactly one count must be missing" in (nothing[0].reason or "")
    undefined = feasible_cases(WITH_COEFFICIENT, {"G": 1, "F": 0}, "34,6")
    assert undefined[0].reason == "undefined: the denominator F is 0"
    vague = feasible_cases(WITH_COEFFICIENT, {"F": 10**6}, "34,6")
    assert vague[0].possible
    assert "no more than the last digit" in (vague[0].reason or "")


def test_a_condition_leaves_out_a_case() -> None:
    small = CoefficientCase(
        "regional", Fraction(1, 2), "regional", Condition("<", Fraction(300), "F")
    )
    large = CoefficientCase(
        "regional", Fraction(3, 2), "regional", Condition(">=", Fraction(300), "F")
    )
    formula = replace(
        WITH_COEFFICIENT, coefficients=Table({"K": Coefficient("K", None, (small, large))})
    )
    found = feasible_cases(formula, {"F": 438}, "34,6")
    assert [(c.value, c.possible, c.reason) for c in found] == [
        (Fraction(1, 2), False, "another case applies to the counts"), (Fraction(3, 2), True, None),
    ]  # fmt: skip
    open_ = feasible_cases(formula, {"G": 101}, "34,6")
    assert [c.possible for c in open_] == [None, None]
    assert "K is not settled" in (open_[0].reason or "")
