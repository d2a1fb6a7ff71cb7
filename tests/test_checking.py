"""Figures checked in full: rounded counts, causes, and what an error does to a target."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpiformula import InputError, TargetEffect, Verdict, load, parse, verify
from kpiformula.cause import Kind
from kpiformula.intervals import Interval, round_exact

SHARE = parse("H = G / F × 100")
KTU = load("ktu-programme-2024-2029")
DIFFERENCE = parse("H = A - B × 0,7")


# --- counts that are rounded ----------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 400))
def test_a_figure_is_right_if_some_true_counts_print_so(g: int, f: int, tenths: int) -> None:
    """Against a walk over a fine grid of true counts, with a margin for what lies between."""
    figure = Fraction(tenths, 10)
    found = verify(SHARE, {"G": g, "F": f}, f"{tenths // 10},{tenths % 10}", inputs="rounded")
    low = (g - Fraction(1, 2)) / (f + Fraction(1, 2)) * 100
    high = (g + Fraction(1, 2)) / (f - Fraction(1, 2)) * 100
    reached = low <= figure + Fraction(1, 20) and figure - Fraction(1, 20) <= high
    assert found.agrees is reached
    assert found.over == Interval(low, high)
    assert (found.verdict is Verdict.ROUNDED) is reached


@given(st.integers(1, 9), st.integers(1, 9), st.integers(-90, 90))
def test_a_weight_below_zero_turns_the_ends_around(a: int, b: int, tenths: int) -> None:
    """The case that other validators get wrong: rounding of a subtracted count."""
    figure = Fraction(tenths, 10)
    printed = f"{'-' if tenths < 0 else ''}{abs(tenths) // 10},{abs(tenths) % 10}"
    found = verify(DIFFERENCE, {"A": a, "B": b}, printed, inputs="rounded")
    half, weight = Fraction(1, 2), Fraction(7, 10)
    low, high = a - half - (b + half) * weight, a + half - (b - half) * weight
    assert found.agrees is (low <= figure + Fraction(1, 20) and figure - Fraction(1, 20) <= high)


def test_decimals_of_a_count_come_from_its_print() -> None:
    wide = verify(SHARE, {"G": "5,6", "F": "10"}, "58", inputs="rounded")
    narrow = verify(SHARE, {"G": "5,6", "F": "10,00"}, "58", inputs="rounded")
    assert wide.agrees is True
    assert narrow.agrees is False


def test_a_count_known_roughly_is_an_interval() -> None:
    more = Interval(Fraction(500), Fraction(10**9), False, True)
    assert verify(SHARE, {"G": 100, "F": more}, "20").agrees is True
    assert verify(SHARE, {"G": 100, "F": more}, "25").agrees is False


def test_a_divisor_that_may_be_zero_is_undefined() -> None:
    found = verify(SHARE, {"G": 1, "F": Interval(Fraction(0), Fraction(2))}, "60")
    assert (found.verdict, found.agrees) == (Verdict.UNDEFINED, None)


def test_rounded_counts_tell_cut_off_figures_too() -> None:
    found = verify(SHARE, {"G": "37,9900", "F": "100,0000"}, "37", inputs="rounded")
    assert found.verdict is Verdict.TRUNCATED
    assert "cut off" in found.message


def test_other_inputs_are_refused() -> None:
    with pytest.raises(InputError, match="KF508"):
        verify(SHARE, {"G": 1, "F": 2}, "50", inputs="about")  # type: ignore[arg-type]


# --- causes ---------------------------------------------------------------------------------------


def test_a_wrong_figure_has_its_cause() -> None:
    found = verify(KTU["2.3.3"], {"G": 35, "F": 8525}, "41")
    assert found.verdict is Verdict.MISMATCH
    assert {cause.kind for cause in found.causes} & {Kind.MARK_SLIPPED}
    assert all(cause.value is not None for cause in found.causes)


def test_a_planned_figure_that_is_reported_is_named() -> None:
    row = KTU["4.1.1"]
    found = verify(row, {"G": 64, "F": 105}, row.targets[2025].printed, year=2025)
    assert Kind.PLANNED in {cause.kind for cause in found.causes}


def test_a_right_figure_has_none() -> None:
    assert verify(KTU["2.3.3"], {"G": 35, "F": 8525}, "0,4").causes == ()
    assert verify(SHARE, {"G": 2, "F": 3}, "66", rounding="truncate").causes == ()


# --- targets --------------------------------------------------------------------------------------


@given(st.integers(0, 100), st.integers(0, 100))
def test_what_an_error_does_to_the_target(real: int, claimed: int) -> None:
    row = KTU["4.1.1"]
    target = row.targets[2025].value
    found = verify(row, {"G": real, "F": 100}, str(claimed), year=2025)
    if real == claimed:
        assert found.target_effect is TargetEffect.NONE
    else:
        met, said = real >= target, claimed >= target
        expected = {
            (True, False): TargetEffect.NOT_MET_TO_MET,
            (False, True): TargetEffect.MET_TO_NOT_MET,
        }.get((met, said), TargetEffect.NONE)
        assert found.target_effect is expected


def test_rounded_counts_may_leave_it_open() -> None:
    row = KTU["4.1.1"]
    found = verify(row, {"G": "63", "F": "100"}, "80", year=2025, inputs="rounded")
    assert found.agrees is False
    assert found.target_effect is TargetEffect.UNDECIDED


def test_without_a_year_or_a_target_nothing_is_said() -> None:
    assert verify(KTU["2.3.3"], {"G": 35, "F": 8525}, "41").target_effect is None
    assert verify(SHARE, {"G": 1, "F": 2}, "51", year=2025).target_effect is None


def test_the_relative_error_is_exact() -> None:
    assert verify(SHARE, {"G": 1, "F": 2}, "55").relative_error == Fraction(1, 10)
    assert verify(SHARE, {"G": 0, "F": 2}, "55").relative_error is None


def test_every_small_figure_agrees_with_a_walk_over_counts() -> None:
    """All figures of two digits over small rounded counts, against values at many true counts."""
    steps = [Fraction(i, 8) for i in range(-4, 5)]
    for g, f in product(range(1, 6), range(2, 6)):
        values = {(g + a) / (f + b) * 100 for a in steps for b in steps}
        printed = {int(round_exact(value, 0, "half_up")) for value in values}
        for figure in printed:
            found = verify(SHARE, {"G": str(g), "F": str(f)}, str(figure), inputs="rounded")
            assert found.agrees is True
