"""Figures checked in full: rounded counts, causes, and what an error does to a target."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpiformula import InputError, TargetEffect, Verdict, load, parse, verify
from kpiformula.cause import Kind
from kpiformula.intervals import Figure, Interval, round_exact
from kpiformula.rough_counts import read_rough_count

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
        verify(SHARE, {"G": 1, "F": 2}, "50", inputs="about")  # type: ignore[call-overload]


# --- counts with words ---------------------------------------------------------------------------


def interval(text: str, unit: str | None = None) -> str:
    rough = read_rough_count("G", text, unit)
    return "none" if rough is None else str(rough.interval)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("5,6 мың", "[5550, 5650]"),
        ("5,60 мың", "[5595, 5605]"),
        ("1,2 млн.", "[1150000, 1250000]"),
        ("196 тыс", "[195500, 196500]"),
        ("около 500", "[450, 550]"),
        ("шамамен 525", "[524.5, 525.5]"),
        ("500-ге жуық", "[450, 550]"),
        ("about 5,0 thousand", "[4950, 5050]"),
        ("≈ 40", "[35, 45]"),
        ("менее 500", "[0, 500)"),
        ("500-ден аз", "[0, 500)"),
        ("не более 500", "[0, 500]"),
        ("500-ге дейін", "[0, 500]"),
        ("at most 0", "[0, 0]"),
        ("500", "none"),
        ("9 367 017,00", "none"),
        ("-", "none"),
    ],
)
def test_words_make_a_count_an_interval(printed: str, expected: str) -> None:
    assert interval(printed) == expected


@pytest.mark.parametrize("printed", [
    "500-ден астам", "более 500", "свыше 500", "Более  чем 500", "more than 500", "> 500", ">500",
])  # fmt: skip
def test_more_than_has_no_end_but_that_of_counts(printed: str) -> None:
    rough = read_rough_count("G", printed)
    assert rough is not None
    assert rough.interval == Interval(Fraction(500), Fraction(10**30), False, True)
    assert rough.printed == 500


@pytest.mark.parametrize("printed", ["at least 40", "кемінде 40", "40-тан кем емес", "не менее 40",
                                     "≥40", "40+", "40 and more"])  # fmt: skip
def test_at_least_holds_its_number(printed: str) -> None:
    if printed == "40 and more":
        assert read_rough_count("G", printed) is None
    else:
        assert interval(printed).startswith("[40, 1000")


def test_a_bound_may_have_a_scale() -> None:
    assert interval("5,6 мыңнан астам").startswith("(5600, ")
    assert interval("более 1,2 млн").startswith("(1200000, ")
    assert interval("1,2 млн-нан астам").startswith("(1200000, ")


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("несколько 500", "KF504"),
        ("5,6 дюжины", "KF504"),
        ("более многих", "KF504"),
        ("500-ден", "KF504"),
        ("около 500 и более", "KF504"),
        ("1,234 млн", "KF505"),
        ("about 40 %", "KF501"),
        ("less than " + "9" * 31, "KF905"),
        ("9" * 30 + " млн", "KF905"),
    ],
)
def test_what_is_not_known_is_refused(printed: str, code: str) -> None:
    with pytest.raises(InputError, match=code) as refused:
        verify(SHARE, {"G": printed, "F": 10**6}, "50")
    assert refused.value.diagnostics[0].message.startswith("G: ")


def test_a_scale_that_the_unit_has_already_is_not_applied_twice() -> None:
    assert interval("5,6 мың", "thousand_tenge") == "[5.55, 5.65]"
    with pytest.raises(InputError, match="KF505"):
        interval("5,6 мың", "million_tenge")
    assert interval("около 40 %", "percent") == "[35, 45]"


@given(st.integers(1, 10**6), st.integers(0, 3), st.sampled_from(["мың", "млн", "млрд"]))
def test_a_scale_word_shifts_the_decimals(digits: int, places: int, word: str) -> None:
    """What prints as a figure in thousands is what prints as its digits, shifted."""
    whole, part = divmod(digits, 10**places)
    printed = f"{whole},{part:0{places}d}" if places else str(whole)
    if places == 3 and 0 < whole < 1000:
        return
    rough = read_rough_count("G", f"{printed} {word}")
    size = {"мың": 10**3, "млн": 10**6, "млрд": 10**9}[word]
    assert rough is not None
    assert rough.printed == Fraction(digits, 10**places) * size
    assert rough.interval.width == Fraction(size, 10**places)
    assert rough.printed - rough.interval.low == rough.interval.high - rough.printed


@given(st.integers(1, 400), st.integers(1, 40), st.integers(1, 200))
def test_a_bounded_count_agrees_if_some_count_does(bound: int, g: int, figure: int) -> None:
    """Against the counts that print as the figure: 100·g/F in [figure ± 1/2]."""
    low = Fraction(100 * g) / (figure + Fraction(1, 2))
    high = Fraction(100 * g) / (figure - Fraction(1, 2))
    more = verify(SHARE, {"G": g, "F": f"more than {bound}"}, str(figure))
    assert more.agrees is (high > bound)
    assert more.causes == ()
    if low > bound:
        assert more.agrees is True


def test_what_has_no_end_is_shown_without_one() -> None:
    more = verify(SHARE, {"G": "более 100", "F": 200}, "60").message
    assert "the value lies in (50, ∞) and reaches" in more
    assert "lies in (0, 50) and" in verify(SHARE, {"G": 100, "F": "> 200"}, "40").message
    assert "lies in (-∞, 86)" in verify(DIFFERENCE, {"A": 100, "B": "> 20"}, "40").message


def test_words_are_read_for_inputs_too() -> None:
    row = KTU["2.3.3"]
    counts: dict[str, Any] = {
        "students_university_funded_mobility": 35,
        "students_total": "8,5 мың",
    }
    found = verify(row, counts, "0,4", year=2025)
    assert (found.verdict, found.findings) == (Verdict.ROUNDED, ())
    assert found.over is not None
    assert found.over.low == Fraction(3500, 8550)


# --- figures printed twice ------------------------------------------------------------------------


def test_prints_of_one_figure_are_intersected() -> None:
    found = verify(SHARE, {"G": 4066, "F": 10000}, ("40,7", "40,66"))
    assert (found.verdict, found.agrees) == (Verdict.EXACT, True)
    assert str(found.interval) == "[40.655, 40.665]"
    assert [str(figure) for figure in found.figures] == ["40,66", "40,7"]
    narrow = verify(SHARE, {"G": 40648, "F": 100000}, ["40,7", "40,65"])
    assert (narrow.verdict, narrow.agrees) == (Verdict.MISMATCH, False)
    assert verify(SHARE, {"G": 40648, "F": 100000}, "40,65").agrees is True
    assert "40,65 and 40,7 stand" in narrow.message


def test_prints_that_contradict_each_other_are_a_mismatch() -> None:
    found = verify(SHARE, {"G": 407, "F": 1000}, ("40,7", "40,5"), year=2025)
    assert (found.verdict, found.agrees, found.interval) == (Verdict.MISMATCH, False, None)
    assert found.message.startswith("40,7 and 40,5 contradict each other")
    assert found.causes == ()
    cut = verify(SHARE, {"G": 3799, "F": 10000}, ("37", "37,99"))
    assert (cut.verdict, cut.agrees) == (Verdict.TRUNCATED, False)
    missing = verify(SHARE, {"F": 1000}, ("40,7", "40,5"))
    assert missing.verdict is Verdict.MISMATCH
    rough = verify(SHARE, {"G": 407, "F": 1000}, ("40,7", "40,5"), inputs="rounded")
    assert rough.agrees is False
    assert verify(SHARE, {"G": 45, "F": 10000}, ("0,4", "0,5")).verdict is Verdict.MISMATCH


def test_a_tie_between_prints_names_the_rule() -> None:
    found = verify(SHARE, {"G": 4065, "F": 10000}, ("40,7", "40,65"))
    assert (found.verdict, found.tie_rules) == (Verdict.TIE_RULE, ("half_up",))


@given(st.integers(0, 2000), st.integers(1, 2000), st.integers(0, 4), st.integers(0, 4))
def test_all_prints_of_one_value_agree(g: int, f: int, one: int, two: int) -> None:
    """Figures rounded from one value by one rule never contradict it; one print is as none."""
    value = Fraction(g * 100, f)
    prints = [Figure(round_exact(value, d, "half_up"), d, f"print {d}") for d in (one, two)]
    both = verify(SHARE, {"G": g, "F": f}, prints)
    assert both.agrees is True
    assert both.verdict in (Verdict.EXACT, Verdict.ROUNDED, Verdict.TIE_RULE)
    alone = verify(SHARE, {"G": g, "F": f}, prints[0])
    assert verify(SHARE, {"G": g, "F": f}, (prints[0], prints[0], "-")) == alone


# --- findings on counts ---------------------------------------------------------------------------


def findings(code: str, counts: dict[str, Any], year: int | None = None) -> list[str]:
    found = verify(KTU[code], counts, "40", year=year)
    return [finding.code for finding in found.findings]


@given(st.fractions(-100, 100, max_denominator=4))
def test_what_is_counted_is_whole_and_not_below_zero(count: Fraction) -> None:
    assert KTU["2.3.3"].symbols["G"].unit == "student"
    expected = ["KF545"] if count < 0 else ["KF546"] if count.denominator > 1 else []
    assert findings("2.3.3", {"G": count, "F": 8525}) == expected


def test_rough_counts_are_doubted_only_where_none_is_possible() -> None:
    assert findings("2.3.3", {"G": "12,5 мың", "F": 85250}) == []
    assert findings("2.3.3", {"G": "about 12", "F": 8525}) == []
    assert findings("2.3.3", {"G": "less than -3", "F": 8525}) == ["KF545"]
    assert findings("2.3.3", {"G": "35,0", "F": 8525}) == []


def test_money_and_averages_may_have_parts() -> None:
    money = next(r for r in KTU.values() if any("tenge" in s.unit for s in r.symbols.values()))
    counts: dict[str, Any] = dict.fromkeys(money.symbols, "1,5")
    counted = {s.unit for s in money.symbols.values() if "tenge" not in s.unit}
    assert findings(money.code, counts).count("KF546") <= len(counted)
    row = KTU["2.3.3"]
    fte = replace(row.symbols["G"], input="students_full_time_fte")
    averaged = replace(row, symbols={**row.symbols, "G": fte})
    assert verify(averaged, {"G": "12,5", "F": 8525}, "0,1").findings == ()
    below = verify(averaged, {"G": "-12,5", "F": 8525}, "0,1").findings
    assert [each.code for each in below] == ["KF545"]


@given(st.integers(0, 50), st.integers(1, 50))
def test_a_part_is_within_its_whole(part: int, whole: int) -> None:
    row = KTU["4.1.1"]
    assert row.kind == "share"
    assert findings("4.1.1", {"G": part, "F": whole}) == (["KF548"] if part > whole else [])


def test_a_year_of_another_plan_is_a_finding() -> None:
    assert findings("4.1.1", {"G": 64, "F": 105}, 2035) == ["KF547"]
    assert findings("4.1.1", {"G": 64, "F": 105}, 2025) == []
    assert verify(KTU["4.1.1"], {"G": 64, "F": 105}, "61", year=2035).target_effect is None


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
