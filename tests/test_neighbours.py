"""What lay beside a figure in its set, and was taken instead."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kpiformula import load, verify
from kpiformula.cause import Cause, Kind
from kpiformula.cli import app
from kpiformula.intervals import Interval
from kpiformula.neighbours import (
    YEARS_EACH_WAY,
    Neighbour,
    beside,
    counts_by_input,
    nearest_years,
)
from kpiformula.reported import read_figure
from kpiformula.verification import Verdict

KTU = load("ktu-programme-2024-2029")
MOBILE, TOTAL, FOREIGN = "students_university_funded_mobility", "students_total", "students_foreign"
COUNTS: dict[int, Any] = {
    2024: {MOBILE: "2517", TOTAL: "8107", FOREIGN: "1193"},
    2025: {MOBILE: "3391", TOTAL: "8525", FOREIGN: "1621"},
    2026: {MOBILE: "4409", TOTAL: "9286", FOREIGN: "2003"},
}


def printed(part: int, whole: int) -> str:
    return f"{Decimal(100 * part) / whole:.4f}"


def first(reported: dict[str, dict[int, Any]], code: str = "2.3.3", year: int = 2025) -> Cause:
    found = verify(KTU, reported, COUNTS)[code, year]
    assert found.verdict is Verdict.MISMATCH
    return found.causes[0]


@pytest.mark.parametrize(
    ("part", "whole", "kind", "words"),
    [
        (2517, 8525, Kind.OTHER_YEAR, "G is the count of 2024"),
        (3391, 8107, Kind.OTHER_YEAR, "F is the count of 2024"),
        (3391, 9286, Kind.OTHER_YEAR, "F is the count of 2026"),
        (1621, 8525, Kind.OTHER_ROW, "G is students_foreign of 2.3.1"),
        (2517, 8107, Kind.OTHER_FIGURE, "the figure of 2024 is reported"),
    ],
)
def test_a_set(part: int, whole: int, kind: Kind, words: str) -> None:
    reported = {
        "2.3.3": {2024: printed(2517, 8107), 2025: printed(part, whole)},
        "2.3.1": {2025: printed(1621, 8525)},
    }
    cause = (
        first(reported) if kind is not Kind.OTHER_ROW else first({**reported, "2.3.1": {2025: "1"}})
    )
    assert (cause.kind, cause.sentence) == (kind, words)
    assert not cause.proves_little


def test_the_figure_of_another_row() -> None:
    reported = {"2.3.3": {2025: printed(1621, 8525)}, "2.3.1": {2025: printed(1621, 8525)}}
    found = verify(KTU, reported, COUNTS)["2.3.3", 2025].causes
    assert "the figure of 2.3.1 is reported" in {cause.sentence for cause in found}


TABLE = """code;year;reported;G;F
2.3.3;2024;{then};2517;8107
2.3.3;2025;{now};3391;8525
3.2.1;2025;{other};1193;{total}
"""


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (2517, 8525, "G is the count of 2024"),
        (3391, 8107, "F is the count of 2024"),
        (2517, 8107, "the figure of 2024 is reported"),
    ],
)
def test_a_table(part: int, whole: int, words: str) -> None:
    table = TABLE.format(then=printed(2517, 8107), now=printed(part, whole), other="1",
                         total=8525)  # fmt: skip
    asked = ["verify", "-", "--methodology", KTU.id]
    told = CliRunner().invoke(app, asked, input=table).stdout
    assert f"likely cause: {words}" in told.splitlines()[2]


def test_an_input_that_another_row_counts_differently() -> None:
    """3.2.1 takes another number of all students of the year."""
    table = TABLE.replace("2.3.3;2024;{then};2517;8107\n", "")
    told = CliRunner().invoke(
        app, ["verify", "-", "--methodology", KTU.id],
        input=table.format(now=printed(3391, 8107), other=printed(1193, 8107), total=8107),
    ).stdout  # fmt: skip
    assert "likely cause: F is as 3.2.1 counts it" in told.splitlines()[1]


def test_right_figures_ask_for_nothing_beside() -> None:
    def never() -> Any:
        raise AssertionError

    from kpiformula.checking import verify as verify_figure

    counts = {"G": 35, "F": 8525}
    assert verify_figure(KTU["2.3.3"], counts, "0,4", beside=never).agrees
    with pytest.raises(AssertionError):
        verify_figure(KTU["2.3.3"], counts, "0,7", beside=never)


@given(st.integers(2000, 2040), st.lists(st.integers(2000, 2040), unique=True).map(sorted))
def test_the_years_around_a_year(year: int, years: list[int]) -> None:
    found = nearest_years(year, years)
    assert year not in found
    for way in (-1, 1):
        there = sorted((other - year) * way for other in years if (other - year) * way > 0)
        assert [(o - year) * way for o in found if (o - year) * way > 0] == there[:YEARS_EACH_WAY]


def test_counts_are_taken_where_they_are_plain_numbers() -> None:
    given_: dict[str, object] = {
        "G": "35", TOTAL: Decimal(8525), "x": "more than 5", "y": None, "z": 1.5,
        "i": Interval(Fraction(1), Fraction(2)),
    }  # fmt: skip
    assert counts_by_input(KTU["2.3.3"], given_) == {MOBILE: 35, TOTAL: 8525}


def test_only_counts_and_figures_in_the_same_unit_are_mixed_up() -> None:
    row = KTU["2.3.3"]
    assert row.unit == "percent"
    money = next(each for each in KTU.values() if each.unit == "thousand_tenge" and each.input)
    assert money.input is not None
    other = Neighbour(money, 2025, read_figure("5"), {money.input.id: Fraction(5)})
    found = beside(row, (), (other,))
    assert found.figures == ()
    assert set(found.counts) >= {"G", "F"}
    assert not any(found.counts.values())


def test_a_value_is_looked_at_once() -> None:
    row = KTU["2.3.3"]
    same = [Neighbour(row, year, read_figure("1"), {MOBILE: Fraction(7)}) for year in (2023, 2024)]
    found = beside(row, same, ())
    assert len(found.counts["G"]) == len(found.figures) == 1
