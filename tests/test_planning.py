"""Progress against targets, the count a target asks for, and what one more does."""

from __future__ import annotations

import doctest
import inspect
import json
import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from indicators import indicator
from typer.testing import CliRunner

import kpiformula
from kpiformula import (
    Coefficient,
    CoefficientCase,
    Condition,
    Indicator,
    InputError,
    Methodology,
    ProgressStatus,
    evaluate,
    explain,
    goal_seek,
    load,
    parse,
    progress,
    sensitivity,
)
from kpiformula.cli import app
from kpiformula.figures import read_target
from kpiformula.intervals import Rounding, round_decimal
from kpiformula.mapping import Table
from kpiformula.methodology import Baseline, Direction, Document

KTU = "ktu-programme-2024-2029"
SHARE = parse("H = G / F * 100")
SYMBOLS = {"G": ("part", "student"), "F": ("whole", "student")}
SHARE_INDICATOR = indicator("H = G / F * 100", SYMBOLS)
TRIED = 60

roundings = st.sampled_from(get_args(Rounding))


def code(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as raised:
        call()
    return raised.value.code


# --- goal seek -----------------------------------------------------------------------------------


def meets(value: Fraction, target: Decimal, decimals: int, direction: str, mode: Rounding) -> bool:
    printed = round_decimal(value, decimals, mode)
    return printed >= target if direction == "at_least" else printed <= target


FORMULAS = (
    "H = X / F * 100", "H = G / X * 100", "H = (X - G) / X * 100", "H = 100 - G / X * 100",
    "H = X / (X + F) * 100", "H = F - X", "H = -G / X", "H = G / (F / X)", "H = G / X * X",
    "H = G / (X - 5)", "H = (X - 3) / (2 * X - 9)",
)  # fmt: skip


@given(
    st.sampled_from(FORMULAS), st.integers(-12, 40), st.integers(-12, 40).filter(bool),
    st.integers(-400, 400), st.sampled_from([0, 1]), roundings,
    st.sampled_from(get_args(Direction)),
)  # fmt: skip
def test_a_goal_is_that_found_by_trying(
    text: str, part: int, whole: int, units: int, decimals: int, mode: Rounding, direction: str
) -> None:
    formula = parse(text)
    target = Decimal(units).scaleb(-decimals)
    known = {name: n for name, n in (("G", part), ("F", whole)) if name in formula.symbols}
    if not any(evaluate(formula, {**known, "X": x}).value is not None for x in range(TRIED)):
        return
    goal = goal_seek(formula, known, rounding=mode, **{direction: target})  # type: ignore[arg-type]
    values = {x: evaluate(formula, {**known, "X": x}).value for x in range(TRIED)}
    defined = {x: value for x, value in values.items() if value is not None}
    expected = {x for x, v in defined.items() if meets(v, target, decimals, direction, mode)}
    assert {x for x in range(TRIED) if x in goal.counts} == expected
    assert goal.reachable == (goal.reason is None)
    if goal.needed is not None:
        assert goal.needed.count in goal.counts
        assert meets(goal.needed.value, target, decimals, direction, mode)
        edge = goal.counts.first if goal.more_is_better else goal.counts.last
        assert goal.needed.count == edge
    if goal.next_fails is not None and goal.needed is not None:
        assert abs(goal.next_fails.count - goal.needed.count) == 1
        assert not meets(goal.next_fails.value, target, decimals, direction, mode)
    assert str(goal)


@given(
    st.integers(1, 50), st.integers(0, 50), st.integers(0, 1100), roundings,
    st.sampled_from(get_args(Direction)),
)  # fmt: skip
def test_what_may_be_lost_is_what_is_found_by_losing(
    whole: int, present: int, units: int, mode: Rounding, direction: str
) -> None:
    present = min(present, whole)
    target = Decimal(units).scaleb(-1)
    goal = goal_seek(
        SHARE_INDICATOR, {"G": present, "F": whole}, symbol="G", rounding=mode,
        **{direction: target},  # type: ignore[arg-type]
    )  # fmt: skip

    def good(count: int) -> bool:
        return meets(Fraction(100 * count, whole), target, 1, direction, mode)

    worse = range(present, -1, -1) if direction == "at_least" else range(present, whole + 1)
    assert goal.meets_now == good(present)
    if good(present):
        fails = next((count for count in worse if not good(count)), None)
        assert goal.spare == (None if fails is None else abs(fails - present) - 1)
        assert goal.lacking == 0
    else:
        assert goal.spare is None
        better = range(present, whole + 1) if direction == "at_least" else range(present, -1, -1)
        reached = next((count for count in better if good(count)), None)
        assert goal.lacking == (None if reached is None else abs(reached - present))


def test_the_least_number_of_students() -> None:
    row = load(KTU)["2.3.3"]
    goal = goal_seek(row, {"F": 8525}, at_least="0,6")
    assert (goal.needed and goal.needed.count, goal.needed and goal.needed.printed) == (
        47, Decimal("0.6"),
    )  # fmt: skip
    assert goal.message == (
        "at least 0,6 (half_up): G must be at least 47: 47 gives 188/341 ≈ 0.5513, printed 0.6; "
        "46 gives 184/341 ≈ 0.5396, printed 0.5"
    )
    now = goal_seek(row, {"G": 70, "F": 8525}, year=2027, symbol="G")
    assert (now.direction, str(now.target), now.spare, now.lacking) == ("at_least", "0.8", 6, 0)
    assert now.message.endswith("now 70: 6 may be lost")
    by_input = goal_seek(row, {"G": 60, "F": 8525}, year=2027, symbol=row.symbols["G"].input)
    assert (by_input.symbol, by_input.lacking) == ("G", 4)
    assert by_input.message.endswith("now 60: 4 more needed")
    assert pickle.loads(pickle.dumps(now)) == now
    assert "70" in now._repr_html_()


def test_the_greatest_denominator() -> None:
    goal = goal_seek(SHARE, {"G": 35, "F": 8525}, at_least="0,4", symbol="F")
    assert (goal.needed and goal.needed.count, goal.spare) == (10_000, 1475)
    assert goal.message.endswith("now 8525: 1475 may be added")
    less = goal_seek(SHARE, {"G": 35, "F": 12_000}, at_least="0,4", symbol="F")
    assert less.message.endswith("now 12000: 2000 fewer needed")


@pytest.mark.parametrize(
    ("subject", "counts", "wanted", "reason"),
    [
        (SHARE_INDICATOR, {"F": 80}, {"at_least": "120"}, "even G = 80 gives 100, printed 100"),
        (SHARE_INDICATOR, {"F": -1}, {"at_least": "1"}, "no whole G keeps the numerator between"),
        (SHARE, {"F": 80}, {"at_most": "-1"}, "even G = 0 gives 0, printed 0"),
        (parse("H = X / (X + 3) * 100"), {}, {"at_least": "101"}, "stays below 100"),
        (parse("H = 3 / X"), {}, {"at_most": "-1"}, "stays above 0"),
        (parse("H = G * F"), {"F": 0}, {"at_least": "1"}, "the value is 0 whatever G"),
        (parse("H = 1 / (X - 9)"), {}, {"at_least": "3"}, "no whole X gives such a value"),
    ],
)
def test_what_is_impossible_says_why(
    subject: Indicator, counts: dict[str, int], wanted: dict[str, str], reason: str
) -> None:
    goal = goal_seek(subject, counts, **wanted)  # type: ignore[arg-type]
    assert not goal.reachable
    assert reason in (goal.reason or "")
    assert "impossible" in str(goal)


def test_what_is_always_met() -> None:
    goal = goal_seek(SHARE_INDICATOR, {"F": 80, "G": 3}, at_least="0", symbol="G")
    assert (goal.needed, goal.spare, goal.lacking, goal.meets_now) == (None, None, 0, True)
    assert str(goal) == "at least 0 (half_up): met with G 0 to 80; now 3"


def test_a_target_met_on_one_side_of_a_jump_only() -> None:
    goal = goal_seek(parse("H = 12 / (X - 9)"), {"X": 20}, at_least="4", symbol="X")
    assert goal.counts.ranges == ((10, 12),)
    assert str(goal) == "at least 4 (half_up): met with X 10 to 12; now 20: 8 fewer needed"
    below = goal_seek(parse("H = 12 / (X - 9)"), {"X": 2}, at_least="4", symbol="X")
    assert (below.lacking, below.spare, below.meets_now) == (8, None, False)


def test_the_size_of_counts_costs_nothing() -> None:
    goal = goal_seek(SHARE, {"F": 10**29}, at_least="33,3")
    assert goal.needed is not None
    assert goal.needed.count == 3325 * 10**25


def test_goals_that_are_refused() -> None:
    row = load(KTU)["2.3.3"]
    assert code(lambda: goal_seek(SHARE, {"F": 3})) == "KF540"
    assert code(lambda: goal_seek(SHARE, {"F": 3}, at_least="1", at_most="2")) == "KF540"
    assert code(lambda: goal_seek(SHARE, {"F": 3}, year=2025)) == "KF541"
    assert code(lambda: goal_seek(row, {"F": 3}, year=1999)) == "KF541"
    assert code(lambda: goal_seek(row, {"F": 3}, year=2024)) == "KF541"
    assert code(lambda: goal_seek(SHARE, {}, at_least="1")) == "KF514"
    assert code(lambda: goal_seek(SHARE, {"F": 3}, at_least="1", symbol="F")) == "KF514"
    assert code(lambda: goal_seek(SHARE, {"F": 3}, at_least="1", symbol="Q")) == "KF514"
    half = {"F": 3, "G": "0,5"}
    assert code(lambda: goal_seek(SHARE, half, at_least="1", symbol="G")) == "KF514"
    assert code(lambda: goal_seek(parse("H = G ^ 2"), {}, at_least="1")) == "KF514"
    assert code(lambda: goal_seek(SHARE, {"F": 0}, at_least="1")) == "KF514"
    nearest: Rounding = "nearest"  # type: ignore[assignment]
    assert code(lambda: goal_seek(SHARE, {"F": 3}, at_least="1", rounding=nearest)) == "KF509"
    assert code(lambda: goal_seek(SHARE, {"F": 3}, at_least=0.5)) == "KF513"  # type: ignore[arg-type]
    without = replace(with_targets({2025: "5"}), direction=None)
    assert code(lambda: goal_seek(without, {"F": 3}, year=2025)) == "KF541"


def test_a_coefficient_that_depends_on_the_count_sought() -> None:
    small = CoefficientCase(
        "regional", Fraction(1, 2), "regional", Condition("<", Fraction(3000), "F")
    )
    large = CoefficientCase(
        "regional", Fraction(1), "regional", Condition(">=", Fraction(3000), "F")
    )
    formula = replace(
        parse("H = G / F * 100 * K"),
        coefficients=Table({"K": Coefficient("K", None, (small, large))}),
    )
    counts = {"G": 40, "F": 2000}
    goal = goal_seek(formula, counts, at_least="2,0", symbol="G", category="regional")
    assert (goal.needed and goal.needed.count) == 78
    with pytest.raises(InputError, match="K itself depends on F") as raised:
        goal_seek(formula, counts, at_least="2,0", symbol="F", category="regional")
    assert raised.value.code == "KF514"


# --- sensitivity ---------------------------------------------------------------------------------


def test_one_more_graduate() -> None:
    found = sensitivity(SHARE_INDICATOR, {"G": 101, "F": 438})
    assert found["G"].one_more == found["G"].derivative == Fraction(100, 438)
    assert found["G"].rounded(2) == Decimal("0.23")
    assert found["F"].one_more == Fraction(10100, 439) - Fraction(10100, 438)
    assert found["F"].derivative == Fraction(-10100, 438**2)
    assert str(found).startswith("one more G")
    assert "+50/219 ≈ 0.2283 percentage points; derivative +50/219" in str(found)
    assert (list(found), len(found)) == (["G", "F"], 2)
    assert pickle.loads(pickle.dumps(found)) == found


counts = st.integers(-9, 9).map(Fraction) | st.fractions(-9, 9, max_denominator=7)


@given(
    st.sampled_from([
        ("H = A / B * 100", lambda a, b: (100 / b, -100 * a / b**2)),
        ("H = (A - B) / (A + B)", lambda a, b: (2 * b / (a + b) ** 2, -2 * a / (a + b) ** 2)),
        ("H = A ^ 3 * B", lambda a, b: (3 * a**2 * b, a**3)),
        ("H = A / B * B", lambda a, b: (Fraction(1), Fraction(0))),  # noqa: ARG005
        ("H = mean(A; B; 2) - B", lambda a, b: (Fraction(1, 3), Fraction(-2, 3))),  # noqa: ARG005
    ]),
    counts, counts,
)  # fmt: skip
def test_derivatives_are_those_of_the_rules(
    case: tuple[str, Callable[[Fraction, Fraction], tuple[Fraction, Fraction]]],
    a: Fraction,
    b: Fraction,
) -> None:
    formula = parse(case[0])
    given_counts = {"A": a, "B": b}
    value = evaluate(formula, given_counts).value
    if value is None:
        assert code(lambda: sensitivity(formula, given_counts)) == "KF543"
        return
    found = sensitivity(formula, given_counts)
    for name, slope in zip("AB", case[1](a, b), strict=True):
        more = evaluate(formula, {**given_counts, name: given_counts[name] + 1}).value
        assert found[name].derivative == slope
        assert found[name].one_more == (None if more is None else more - value)


def test_roots_and_bends() -> None:
    root = sensitivity(parse("H = sqrt(A)"), {"A": 4})["A"]
    assert (root.one_more, root.derivative, root.rounded(1)) == (None, Fraction(1, 4), None)
    assert "no exact value" in str(sensitivity(parse("H = sqrt(A)"), {"A": 4}))
    assert sensitivity(parse("H = sqrt(A)"), {"A": 2})["A"].derivative is None
    bent = sensitivity(parse("H = max(A; B)"), {"A": 4, "B": 4})
    assert (bent["A"].one_more, bent["A"].derivative) == (1, None)


def test_an_input_under_two_letters_changes_as_one() -> None:
    subject = indicator(
        "H = G / F + S / N", {"G": ("part", "student"), "F": ("whole", "student"),
                              "S": ("points", "student"), "N": ("whole", "student")},
        unit="student", kind="ratio",
    )  # fmt: skip
    found = sensitivity(subject, {"part": 3, "points": 4, "whole": 5})
    assert list(found) == ["G", "F", "S"]
    assert found["F"].derivative == Fraction(-7, 25)
    assert found["F"].one_more == Fraction(7, 6) - Fraction(7, 5)


def test_coefficients_stay_as_they_are() -> None:
    formula = parse("H = G / F * 100 * K, where G – a; F – b; K – coefficient: national – 1,5")
    found = sensitivity(formula, {"G": 1, "F": 4}, category="national")
    assert (list(found), found["G"].one_more) == (["G", "F"], Fraction(75, 2))


def test_a_missing_count_has_no_effect_to_tell() -> None:
    assert code(lambda: sensitivity(SHARE, {"F": 3})) == "KF543"
    assert code(lambda: sensitivity(SHARE, {"G": 1, "F": 0})) == "KF543"


# --- progress ------------------------------------------------------------------------------------


def with_targets(
    targets: dict[int, str],
    *,
    direction: Direction = "at_least",
    baseline: tuple[int, str] | None = None,
    row_code: str = "1.1",
) -> Indicator:
    return replace(
        SHARE_INDICATOR,
        code=row_code,
        direction=direction,
        targets=Table({year: read_target(t, decimal_comma=True) for year, t in targets.items()}),
        baseline=None if baseline is None else Baseline(baseline[0], read_target(baseline[1])),
    )


def of(*rows: Indicator) -> Methodology:
    return Methodology(
        id="test", name=Table({"en": "test"}), language="kk", source=Document("document.txt", "t"),
        years=tuple(range(2021, 2027)), categories=(), parts=(), inputs=Table({}),
        indicators=Table({row.code: row for row in rows}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("target", "direction", "reported", "status", "difference"),
    [
        ("0,6", "at_least", "0,6", "met", "0"),
        ("0,6", "at_least", "0,60", "met", "0"),
        ("0,6", "at_least", "0,58", "missed", "-0.02"),
        ("0,6", "at_least", "1", "met", "0.4"),
        ("0,6", "at_most", "0,6", "met", "0"),
        ("0,6", "at_most", "0,64", "missed", "0.04"),
        ("0,6", "at_least", Decimal("0.7"), "met", "0.1"),
        ("5", "at_least", Fraction(21, 4), "met", "0.25"),
        ("5", "at_least", 4, "missed", "-1"),
        ("5", "at_least", "-", "not reported", None),
        ("5", "at_least", None, "not reported", None),
        ("-", "at_least", "5", "no target", None),
        ("топ-20", "at_most", "20", "met", "0"),
        ("топ-20", "at_most", "23", "missed", "3"),
        ("топ-20", "at_most", "топ-10", "met", None),
        ("топ-20", "at_most", "топ-30", "not comparable", None),
        ("топ-20", "at_least", "20", "not comparable", None),
        ("401-500", "at_most", "401-500", "met", None),
        ("401-500", "at_most", "351-400", "met", None),
        ("401-500", "at_most", "501-550", "missed", None),
        ("401-500", "at_most", "451-550", "not comparable", None),
        ("401-500", "at_most", "501+", "missed", None),
        ("401-500", "at_most", "450+", "not comparable", None),
        ("851+", "at_most", "900", "met", None),
        ("851+", "at_most", "901+", "met", None),
        ("10-15", "at_least", "12", "met", None),
        ("10-15", "at_least", "9", "missed", None),
        ("1:5", "at_least", "1:6", "missed", "-1/30"),
        ("1:5", "at_least", "1:4", "met", "1/20"),
        ("1:5", "at_least", "0,2", "not comparable", None),
        ("99,5/0,5", "at_least", "99,5/0,5", "not comparable", None),
        ("5", "at_least", "#DIV/0!", "not comparable", None),
    ],
)
def test_a_figure_against_a_target(
    target: str, direction: Direction, reported: object, status: str, difference: str | None
) -> None:
    found = progress(
        of(with_targets({2023: target}, direction=direction)),
        {"1.1": {2023: reported}},  # type: ignore[dict-item]
    )
    (row,) = found.rows
    assert (row.status, row.difference) == (
        status, None if difference is None else Fraction(difference),
    )  # fmt: skip
    assert (row.reason is not None) == (status == "not comparable")
    assert row.on_track is None
    assert str(found)


def test_a_missed_target_that_rounding_would_meet() -> None:
    found = progress(of(with_targets({2023: "0,6"})), {"1.1": "0,58"}, year=2023)
    assert found.rows[0].rounds_to_target
    assert found.rows[0].remark == "with the decimals of the target it would be printed 0.6"
    lower = progress(of(with_targets({2023: "0,6"})), {"1.1": "0,54"}, year=2023)
    assert not lower.rows[0].rounds_to_target
    assert str(found).endswith("figures are compared as printed")


@pytest.mark.parametrize(
    ("year", "path"),
    [(2021, "10"), (2022, "12"), (2023, "14"), (2024, "16"), (2025, "18"), (2026, "20")],
)
def test_the_straight_path_from_the_baseline(year: int, path: str) -> None:
    row = with_targets({2023: "11", 2024: "-", 2026: "20"}, baseline=(2021, "10"))
    for reported, on_track in ((path, True), (str(int(path) - 1), False)):
        (found,) = progress(of(row), {"1.1": {year: reported}}).rows
        assert (found.path, found.on_track) == (Fraction(path), on_track)
    fewer = replace(row, direction="at_most")
    (found,) = progress(of(fewer), {"1.1": {year: str(int(path) + 1)}}).rows
    assert found.on_track is False


def test_without_a_baseline_the_path_begins_with_the_first_target() -> None:
    row = with_targets({2023: "11", 2026: "14"}, baseline=(2021, "топ-5"))
    first, before = progress(of(row), {"1.1": {2024: "12", 2022: "12"}}).rows[::-1]
    assert (first.path, first.on_track, first.remark) == (
        12, True, "on track by the straight path (12)",
    )  # fmt: skip
    assert (before.path, before.on_track) == (None, None)
    ratio = with_targets({2023: "1:6", 2025: "1:4"})
    assert progress(of(ratio), {"1.1": {2024: "1:5"}}).rows[0].path == Fraction(5, 24)


def test_a_row_without_direction_is_not_compared() -> None:
    row = replace(with_targets({2023: "11", 2024: "12"}), direction=None)
    (found,) = progress(of(row), {"1.1": {2023: "11"}}).rows
    assert (found.status, found.reason, found.on_track) == (
        "not comparable", "no direction is known", None,
    )  # fmt: skip


@given(st.dictionaries(
    st.sampled_from([(c, y) for c in ("1", "2", "3", "4") for y in (2022, 2023)]),
    st.sampled_from(["5", "7,5", "-", "топ-5", "1:2", "x", "401-500"]),
))  # fmt: skip
def test_the_summary_adds_up(reported: dict[tuple[str, int], str]) -> None:
    methodology = of(
        with_targets({2022: "6", 2023: "7"}, row_code="1"),
        with_targets({2022: "топ-9"}, direction="at_most", row_code="2"),
        with_targets({2022: "1:3", 2023: "-"}, row_code="3"),
        with_targets({}, row_code="4"),
    )
    figures: dict[str, dict[int, str]] = {}
    for (row_code, year), figure in reported.items():
        figures.setdefault(row_code, {})[year] = figure
    found = progress(methodology, figures)
    assert len(found.rows) == len(reported) == sum(found.counts.values())
    assert {(row.indicator.code, row.year) for row in found.rows} == set(reported)
    shown = re.findall(r"[a-z] (\d+)(?=[,;]|$)", found.summary.partition(";")[0])
    assert sum(map(int, shown)) == len(reported)
    for status in ProgressStatus:
        assert len(found.with_status(status)) == found.counts[status]
    assert len(found.met) + len(found.missed) <= len(found.rows)


def test_all_that_is_wrong_is_told_at_once() -> None:
    methodology = of(with_targets({2023: "5"}))
    with pytest.raises(InputError) as raised:
        progress(methodology, {"1.1": {1999: "5", 2023: 0.5}, "1.7": {2023: "5"}, "9": "4"})  # type: ignore[dict-item]
    assert sorted(d.code for d in raised.value.diagnostics) == ["KF513", "KF530", "KF533", "KF542"]
    assert "did you mean 1.1?" in str(raised.value)


def test_progress_of_a_shipped_methodology() -> None:
    methodology = load(KTU)
    every = {
        row.code: {year: target.printed for year, target in row.targets.items()}
        for row in methodology.values()
    }
    found = progress(methodology, every)
    assert not found.missed
    assert len(found.rows) == sum(len(row.targets) for row in methodology.values())
    assert found.counts[ProgressStatus.NOT_COMPARABLE] == 0
    assert "<pre>" in found._repr_html_()
    assert repr(found).startswith("<Progress of ktu")
    assert pickle.loads(pickle.dumps(found)) == found


# --- the command line ----------------------------------------------------------------------------


def run(*arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["plan", *arguments], input=stdin)
    return result.exit_code, result.stdout, result.stderr


def test_plan_seeks_a_count() -> None:
    status, out, _ = run(KTU, "2.3.3", "G=35", "F=8525", "--symbol", "G", "--year", "2027")
    assert status == 1
    assert out.splitlines()[0].endswith("now 35: 29 more needed")
    assert out.splitlines()[1].startswith("one more G")
    status, out, _ = run(KTU, "2.3.3", "F=8525", "--at-least", "0,6", "--format", "json")
    data = json.loads(out)
    assert (status, data["needed"]["count"], data["next_fails"]["printed"]) == (0, 47, "0.5")
    assert data["effects"] == {}
    status, out, _ = run(KTU, "2.3.3", "F=10", "--at-least", "101", "--format", "json")
    assert (status, json.loads(out)["needed"]) == (1, None)


def test_plan_shows_progress() -> None:
    table = "code;year;reported\n2.3.3;2025;0,4\n2.3.3;2026;0,58\n"
    status, out, _ = run(KTU, "--reported", "-", stdin=table)
    assert status == 1
    assert "2 figures: met 1, missed 1" in out
    status, out, err = run(
        KTU, "--reported", "-", "--format", "json",
        stdin="code;year;reported\n2.3.3;2025;0,4\n2.3.3;2026;x\n",
    )  # fmt: skip
    assert (status, json.loads(out)["status"]) == (1, "met")
    assert "KF504" in err


def test_plan_is_told_what_is_meant() -> None:
    assert run(KTU)[0] == 2
    assert run(KTU, "2.3.3", "--reported", "-", stdin="")[0] == 2
    assert run(KTU, "2.3.3", "F=1", "F=2", "--at-least", "1")[0] == 2
    assert run(KTU, "2.3.3", "F=1")[0] == 3


# --- codes and documentation ---------------------------------------------------------------------


def test_codes_raised_here_are_explained() -> None:
    package = Path(inspect.getfile(kpiformula)).parent
    raised = {
        found
        for room in ("planning", "feasibility")
        for path in (package / room).rglob("*.py")
        for found in re.findall(r'"(KF\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert {"KF514", "KF540", "KF541", "KF542", "KF543"} <= raised
    for each in raised:
        assert explain(each).code == each


def test_examples_of_the_page_run() -> None:
    page = Path(__file__).parent.parent / "docs" / "planning.md"
    results = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert results.attempted >= 15
    assert results.failed == 0
