"""A reported set against itself."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kpiformula import InputError, load, verify_set
from kpiformula.consistency import Entry, contradictions
from kpiformula.verification import Verdict, read_figure

KTU = load("ktu-programme-2024-2029")


def entry(code: str, year: int, figure: str | None, **counts: int) -> Entry:
    values = {name: Fraction(count) for name, count in counts.items()}
    return Entry(KTU[code], year, read_figure(figure), values)


def codes(*entries: Entry) -> list[str]:
    return [finding.code for finding in contradictions(entries)]


def test_the_document_s_examples_rest_on_two_numbers_of_students() -> None:
    one = entry("2.3.3", 2025, "0,4", G=35, F=8525)
    other = entry("3.2.1", 2025, "0,4", G=37, F=9486)
    (finding,) = contradictions([one, other])
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
