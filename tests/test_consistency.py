"""A reported set against itself."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from kpiformula import InputError, Methodology, MethodologyError, load, verify, verify_set
from kpiformula.consistency import Contradictions, Entry, contradictions
from kpiformula.reported import read_figure
from kpiformula.verification import Verdict

KTU = load("ktu-programme-2024-2029")


def entry(code: str, year: int, figure: str | None, **counts: int) -> Entry:
    values = {name: Fraction(count) for name, count in counts.items()}
    return Entry(KTU[code], year, read_figure(figure), values)


def codes(*entries: Entry) -> list[str]:
    against = contradictions(entries)
    return [finding.code for finding in (*against.found, *against.notes)]


def test_the_document_s_examples_rest_on_two_numbers_of_students() -> None:
    one = entry("2.3.3", 2025, "0,4", G=35, F=8525)
    other = entry("3.2.1", 2025, "0,4", G=37, F=9486)
    (finding,) = contradictions([one, other]).found
    assert finding.code == "KF535"
    assert finding.message == "students_total is 9486 in 3.2.1 (2025) and 8525 in 2.3.3 (2025)"
    assert codes(one, entry("3.2.1", 2026, "0,4", G=37, F=9486)) == []
    assert codes(one, entry("3.2.1", 2025, "0,4", G=37, F=8525)) == []


def total() -> tuple[str, tuple[str, ...]]:
    row = next(row for row in KTU.values() if row.sum_of)
    return row.code, row.sum_of


def test_parts_that_add_up_within_their_rounding_are_left_alone() -> None:
    code, parts = total()
    figures = [entry(part, 2025, "10,4") for part in parts]
    added = Fraction(104, 10) * len(parts)
    assert codes(entry(code, 2025, str(round(added))), *figures) == []
    assert codes(entry(code, 2025, str(round(added) + 2)), *figures) == ["KF536"]


def test_parts_are_not_judged_unless_all_are_reported() -> None:
    code, parts = total()
    assert codes(entry(code, 2025, "100"), entry(parts[0], 2025, "10")) == []


def test_some_of_the_parts_may_be_less_than_the_total_but_not_more() -> None:
    row = next(row for row in KTU.values() if row.includes)
    parts = [entry(part, 2028, "40") for part in row.includes]
    assert codes(entry(row.code, 2028, "1000"), *parts) == []
    assert codes(entry(row.code, 2028, "100"), *parts) == ["KF536"]


def test_one_quantity_reported_twice() -> None:
    row = next(row for row in KTU.values() if row.same_as)
    other = row.same_as or ""
    assert codes(entry(row.code, 2025, "10"), entry(other, 2025, "10,4")) == []
    assert codes(entry(row.code, 2025, "10"), entry(other, 2025, "12")) == ["KF537"]


def test_a_jump_is_pointed_at() -> None:
    assert codes(entry("2.3.3", 2024, "4,1"), entry("2.3.3", 2025, "41")) == ["KF538"]
    assert codes(entry("2.3.3", 2024, "41"), entry("2.3.3", 2025, "4,1")) == ["KF538"]
    assert codes(entry("2.3.3", 2024, "4,2"), entry("2.3.3", 2025, "41")) == []
    assert codes(entry("2.3.3", 2024, "0"), entry("2.3.3", 2025, "41")) == []


def test_a_whole_set() -> None:
    reported = {
        "2.3.3": {2025: "0,4", 2026: "0,9"},
        "4.2.3": {2025: "45,3"},
        "1.1.1": {2025: "8525", 2026: None},
        "2.1.4": {2025: "5"},
    }
    inputs = {
        2025: {
            "students_total": 8525,
            "students_university_funded_mobility": 35,
            "learners_higher_education": 8525,
        },
        2026: {"students_total": 8600, "students_university_funded_mobility": 35},
    }
    found = verify_set(KTU, reported, inputs)
    assert found["2.3.3", 2025].verdict is Verdict.ROUNDED
    assert found["2.3.3", 2026].verdict is Verdict.MISMATCH
    assert found["1.1.1", 2025].verdict is Verdict.EXACT
    assert found["4.2.3", 2025].verdict is Verdict.NOT_EVALUATED
    assert [why.code for why in found.reasons.values()] == ["KF410"]
    assert len(found) + len(found.reasons) == sum(map(len, reported.values()))
    assert found.summary.startswith("6 figures reported: ")
    assert "not verified 1" in found.summary


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(InputError, match="KF530"):
        verify_set(KTU, {"9.9.9": {2025: "1"}}, {})


# --- one call -------------------------------------------------------------------------------------


def test_verify_takes_a_whole_methodology() -> None:
    reported: dict[str, Any] = {"2.3.3": {2025: ("0,4", "0,41"), 2035: "0,4"}}
    counts = {"students_total": "8,5 мың", "students_university_funded_mobility": "35"}
    inputs: dict[int, Any] = {2025: counts, 2035: counts}
    found = verify(KTU, reported, inputs, category="national")
    assert found == verify_set(KTU, reported, inputs, category="national")
    assert found == verify(KTU, reported=reported, inputs=inputs, category="national")
    assert [each.verdict for each in found.values()] == [Verdict.ROUNDED] * 2
    assert found["2.3.3", 2025].findings == ()
    assert [each.code for each in found["2.3.3", 2035].findings] == ["KF547"]
    assert "outside the planned years, 2024-2029" in found["2.3.3", 2035].findings[0].message


# --- complements ----------------------------------------------------------------------------------

HEAD = """\
id: made-up
name: {en: Made up}
language: en
source: {file: made-up.txt, title: Made up}
years: [2025, 2026]
parts: [goal-1]
categories: []
inputs:
  employed: {name: {en: Graduates in work}, unit: graduate}
  idle: {name: {en: Graduates not in work}, unit: graduate}
  graduates: {name: {en: Graduates}, unit: graduate}
"""
ROW = """\
  - code: "CODE"
    name: {en: Share}
    printed_unit: "%"
    unit: percent
    kind: share
    basis: printed
    targets: {2025: "60", 2026: "61"}
    complement_of: "OTHER"
    source: {line: 1, cell: 1}
    cell: H = G / F × 100, where G – PART; F – graduates
    symbols:
      G: {input: INPUT, unit: graduate}
      F: {input: graduates, unit: graduate}
"""


def rows(*named: tuple[str, str, str]) -> str:
    text = "part: goal-1\nname: {en: Goal 1}\nindicators:\n"
    for code, other, used in named:
        row = ROW.replace("CODE", code).replace("OTHER", other)
        text += row.replace("INPUT", used).replace("PART", used)
    return text


@pytest.fixture
def made_up(tmp_path: Path) -> Methodology:
    (tmp_path / "methodology.yaml").write_text(HEAD, encoding="utf-8")
    part = rows(("1", "2", "employed"), ("2", "1", "idle"))
    (tmp_path / "goal-1.yaml").write_text(part, encoding="utf-8")
    return load(tmp_path)


def test_complements_make_up_the_whole(made_up: Methodology) -> None:
    for tenths in range(1001):
        one = f"{tenths // 10},{tenths % 10}"
        for rest in (990 - tenths, 999 - tenths, 1000 - tenths, 1001 - tenths, 1002 - tenths):
            if rest < 0:
                continue
            entries = [
                Entry(made_up["1"], 2025, read_figure(one), {}),
                Entry(made_up["2"], 2025, read_figure(f"{rest // 10},{rest % 10}"), {}),
            ]
            expected = [] if abs(tenths + rest - 1000) <= 1 else ["KF539"]
            assert [found.code for found in contradictions(entries).found] == expected
    other_year = Entry(made_up["2"], 2026, read_figure("10"), {})
    assert (
        contradictions([Entry(made_up["1"], 2025, read_figure("60"), {}), other_year])
        == Contradictions()
    )


def test_complements_of_a_set(made_up: Methodology) -> None:
    reported: dict[str, Any] = {"1": {2025: "60"}, "2": {2025: "30"}}
    inputs: dict[int, Any] = {2025: {"employed": 60, "idle": 30, "graduates": 100}}
    (found,) = verify(made_up, reported, inputs).contradictions
    assert found.code == "KF539"
    assert "1 (2025) reports 60 and 2 (2025)" in found.message


def test_a_complement_is_another_share_of_the_methodology(tmp_path: Path) -> None:
    (tmp_path / "methodology.yaml").write_text(HEAD, encoding="utf-8")
    part = rows(("1", "9", "employed"), ("2", "1", "idle"))
    part = "ratio".join(part.rsplit("share", 1))
    (tmp_path / "goal-1.yaml").write_text(part, encoding="utf-8")
    with pytest.raises(MethodologyError) as refused:
        load(tmp_path)
    assert [found.code for found in refused.value.diagnostics] == ["KF406", "KF406"]


# --- several documents ---------------------------------------------------------------------------

DIRECTIONS = load("ktu-directions-2024-2029")
METU = load("metu-programme-2023-2029")


def of(methodology: Methodology, code: str, figure: str, year: int | None = 2025) -> Entry:
    return Entry(methodology[code], year, read_figure(figure), {}, methodology=methodology.id)


@pytest.mark.parametrize(
    ("one", "other", "exclude"),
    [
        # income from fundraising: thousand tenge in the programme, tenge in the directions
        (of(KTU, "3", "120"), of(DIRECTIONS, "group/1.1.3", "120000"), False),
        (of(KTU, "3", "120"), of(DIRECTIONS, "group/1.1.3", "120500"), False),
        (of(KTU, "3", "120"), of(DIRECTIONS, "group/1.1.3", "120501"), True),
        (of(KTU, "3", "120"), of(DIRECTIONS, "group/1.1.3", "120"), True),
        # dual programmes: both in per cent
        (of(KTU, "2.1.8", "12,5"), of(DIRECTIONS, "2.1.2", "13"), False),
        (of(KTU, "2.1.8", "12,4"), of(DIRECTIONS, "2.1.2", "13"), True),
        # another year, no year, a row that is only near, a row of its own
        (of(KTU, "2.1.8", "12,4"), of(DIRECTIONS, "2.1.2", "13", 2026), False),
        (of(KTU, "2.1.8", "12,4", None), of(DIRECTIONS, "2.1.2", "13", None), True),
        (of(KTU, "2.2.2", "12"), of(DIRECTIONS, "group/2.3", "80"), False),
        (of(KTU, "2.1.8", "12,4"), of(DIRECTIONS, "2.1.3", "13"), False),
    ],
)
def test_one_quantity_in_two_documents(one: Entry, other: Entry, exclude: bool) -> None:
    for pair in ((one, other), (other, one)):
        found = contradictions(pair)
        assert [each.code for each in found.found] == ["KF549"] * exclude
        assert all(each.help is None for each in found.found)
        assert found.notes == ()


def test_the_finding_names_both_figures_and_units() -> None:
    entries = [of(KTU, "3", "120"), of(DIRECTIONS, "group/1.1.3", "130000")]
    (found,) = contradictions(entries).found
    assert found.message == (
        "income-from-fundraising: ktu-directions-2024-2029 group/1.1.3 (2025) reports 130000 "
        "(tenge), and ktu-programme-2024-2029 3 (2025) reports 120 (thousand_tenge)"
    )


def test_each_pair_of_three_documents_is_compared() -> None:
    national = load("national-concept-2023-2029")
    entries = [of(KTU, "2.4.1", "20"), of(METU, "4/4", "22"), of(national, "6/8", "22")]
    found = contradictions(entries).found
    assert [each.code for each in found] == ["KF549"] * 2
    assert all(each.help and "two institutions" in each.help for each in found)
    assert all("ktu-programme-2024-2029 2.4.1" in each.message for each in found)


def test_inputs_of_two_methodologies_are_not_mixed() -> None:
    """Rows of two methodologies may have one code, and inputs of one name."""
    one, other = of(KTU, "1.1.1", "60"), of(DIRECTIONS, "1.1.1", "600")
    assert contradictions([one, other]) == Contradictions()


# --- notes ----------------------------------------------------------------------------------------


def test_a_jump_is_a_note() -> None:
    reported = {"2.3.3": {2024: "0,4", 2025: "4,1"}}
    counts = {"students_total": 8525}
    inputs: dict[int, Any] = {
        2024: {**counts, "students_university_funded_mobility": 35},
        2025: {**counts, "students_university_funded_mobility": 350},
    }
    found = verify(KTU, reported, inputs)
    assert found.contradictions == ()
    assert [each.code for each in found.notes] == ["KF538"]
    assert found.summary == "2 figures reported: rounded 2; 1 note"
    assert "info KF538" in str(found)


# --- counts that are rounded ----------------------------------------------------------------------


def test_the_counts_of_a_set_may_be_rounded() -> None:
    reported = {"2.3.3": {2025: "0,42"}}
    inputs: dict[int, Any] = {
        2025: {"students_total": "8525", "students_university_funded_mobility": "35"}
    }
    exact = verify(KTU, reported, inputs)
    rounded = verify(KTU, reported, inputs, counts_are="rounded")
    assert rounded == verify_set(KTU, reported, inputs, counts_are="rounded")
    assert exact["2.3.3", 2025].verdict is Verdict.MISMATCH
    assert rounded["2.3.3", 2025].verdict is Verdict.ROUNDED
    assert rounded["2.3.3", 2025].over is not None


def test_another_way_to_take_counts_is_refused() -> None:
    with pytest.raises(InputError, match="KF508: counts_are cannot be 'rough'"):
        verify(KTU, {}, {}, counts_are="rough")  # type: ignore[call-overload]


def test_the_year_is_judged_once() -> None:
    """By the years of the methodology where they are known, else by those of the row."""
    row = KTU["2.3.3"]
    counts = {"G": 35, "F": 8525}
    last = max(row.targets)
    for year, expected in ((last, []), (last + 1, ["KF547"])):
        codes_found = [each.code for each in verify(row, counts, "0,4", year=year).findings]
        assert codes_found == expected
    wider = verify(row, counts, "0,4", year=last + 1, years=(2020, last + 5))
    assert wider.findings == ()
