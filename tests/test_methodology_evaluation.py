"""One set of counts for a whole methodology: what is computed, what is not, and why."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpiformula import InputError, MethodologyResult, available, evaluate, load, parse
from kpiformula.mapping import Table
from kpiformula.methodology import Methodology

KTU = "ktu-programme-2024-2029"
WEIGHTED = "1.3.1"  # as printed, the one row whose coefficient depends on the category

COUNTS = {
    "students_total": 8525,
    "students_university_funded_mobility": 35,
    "learners_higher_education": "9 286",
}

shipped = cache(load)


@pytest.fixture(scope="module")
def ktu() -> Methodology:
    return shipped(KTU)


def all_ones(methodology: Methodology) -> dict[str, int]:
    return dict.fromkeys(methodology.inputs, 1)


def refusal(call: Callable[[], object]) -> InputError:
    with pytest.raises(InputError) as raised:
        call()
    return raised.value


def accounts(result: MethodologyResult) -> list[str]:
    return [*result.computed, *result.undefined, *result.not_evaluated, *result.reasons]


# --- what comes back -----------------------------------------------------------------------------


def test_one_count_serves_every_row_that_uses_it(ktu: Methodology) -> None:
    result = evaluate(ktu, COUNTS, year=2025)
    assert result["2.3.3"].value == Fraction(140, 341)
    assert result["2.3.3"] == evaluate(ktu["2.3.3"], {"G": 35, "F": 8525})
    assert result["1.1.1"].value == 9286
    assert result["2.3.1"].counts["F"] == 8525


def test_each_row_is_evaluated_as_if_alone(ktu: Methodology) -> None:
    counts = {name: number for number, name in enumerate(ktu.inputs, start=1)}
    result = evaluate(ktu, counts, category="research")
    for code, row in ktu.items():
        if code in result:
            own = {name: counts[symbol.input] for name, symbol in row.symbols.items()}
            if row.input is not None:
                own[row.input.id] = counts[row.input.id]
            assert result[code] == evaluate(row, own, category="research"), code


@pytest.mark.parametrize("name", available())
@pytest.mark.parametrize("count", [0, 1, None])
def test_the_accounts_add_up(name: str, count: int | None) -> None:
    methodology = shipped(name)
    result = evaluate(methodology, dict.fromkeys(methodology.inputs, count))
    assert sorted(accounts(result)) == sorted(methodology)
    assert len(accounts(result)) == len(methodology)
    assert [row.indicator.code for row in result.rows] == list(methodology)
    assert list(result) == [code for code in methodology if code in result]
    assert list(result.reasons) == [code for code in methodology if code in result.reasons]
    unstated = [code for code, row in methodology.items() if row.basis == "unstated"]
    assert [c for c, reason in result.reasons.items() if reason.code == "KF410"] == unstated
    assert str(len(methodology)) in result.summary


@given(data=st.data())
def test_any_counts_leave_no_row_out(data: st.DataObject) -> None:
    methodology = shipped("national-concept-2023-2029")
    counts = st.none() | st.integers(-9, 9) | st.sampled_from(["1,5", "-", "x", "5 %", "1,234"])
    given_counts = data.draw(
        st.dictionaries(st.sampled_from(sorted(methodology.inputs)), counts, max_size=12)
    )
    result = evaluate(methodology, given_counts)
    assert sorted(accounts(result)) == sorted(methodology)


def test_a_missing_count_is_no_error(ktu: Methodology) -> None:
    result = evaluate(ktu, {"students_total": 8525})
    assert result["2.3.3"].status == "not_evaluated"
    assert "students_university_funded_mobility" in str(result["2.3.3"].reason)
    assert "students_total" not in str(result["2.3.3"].reason)
    assert evaluate(ktu, {"students_total": "-"}) == evaluate(ktu, {})


def test_a_symbol_without_an_input_stays_missing(ktu: Methodology) -> None:
    result = evaluate(ktu, all_ones(ktu), category="regional")
    assert result.not_evaluated == ("1.4.1",)
    assert result["1.4.1"].missing == ("S", "M")


def test_a_zero_denominator_is_undefined(ktu: Methodology) -> None:
    result = evaluate(ktu, dict.fromkeys(COUNTS, 0))
    assert "2.3.3" in result.undefined
    assert result["1.1.1"].value == 0


def test_the_printed_formulas_may_be_asked_for(ktu: Methodology) -> None:
    counts = {"publications_scopus": 117, "publications_web_of_science": 53}
    assert evaluate(ktu, counts)["4.2.3"].value == Fraction(5300, 117)
    assert evaluate(ktu, counts, as_printed=True)["4.2.3"].value == Fraction(11700, 53)


# --- reasons -------------------------------------------------------------------------------------


def test_a_row_that_needs_a_category_says_so_and_the_others_go_on(ktu: Methodology) -> None:
    without = evaluate(ktu, all_ones(ktu), as_printed=True)
    assert without.reasons[WEIGHTED].code == "KF506"
    assert "regional" in str(without.reasons[WEIGHTED])
    open_case = evaluate(ktu, all_ones(ktu), category="regional", as_printed=True)
    assert open_case.reasons[WEIGHTED].code == "KF507"
    with_one = evaluate(ktu, all_ones(ktu), category="research", as_printed=True)
    assert WEIGHTED in with_one.computed
    assert set(with_one) - set(without) == {WEIGHTED}


def test_an_unknown_category_concerns_the_rows_that_have_one(ktu: Methodology) -> None:
    result = evaluate(ktu, all_ones(ktu), category="nationl", as_printed=True)
    assert result.reasons[WEIGHTED].code == "KF506"
    assert len(result.computed) > 100


def test_a_cell_that_cannot_be_read_is_a_reason(ktu: Methodology) -> None:
    broken = replace(ktu["2.3.3"], cell="H = G / × 100")
    own = replace(ktu, indicators=Table({**ktu.indicators, "2.3.3": broken}))
    result = evaluate(own, all_ones(own), category="regional")
    assert result.reasons["2.3.3"].code == "KF113"
    assert result.reasons["2.3.3"].location.startswith("methodologies/")
    assert len(accounts(result)) == len(ktu)


@pytest.mark.parametrize(
    ("count", "code"), [("x", "KF504"), ("1,234", "KF505"), ("9" * 31, "KF905"), (10**31, "KF905")]
)
def test_a_bad_count_stops_only_the_rows_that_use_it(
    ktu: Methodology, count: str | int, code: str
) -> None:
    good = evaluate(ktu, all_ones(ktu), category="regional")
    result = evaluate(
        ktu, all_ones(ktu) | {"students_university_funded_mobility": count}, category="regional"
    )
    stopped = set(good) - set(result)
    assert "2.3.3" in stopped
    assert {result.reasons[row].code for row in stopped} == {code}
    assert all(
        "students_university_funded_mobility" in result.reasons[row].message for row in stopped
    )
    assert all(result[row] == good[row] for row in result)


def test_a_percentage_is_no_count(ktu: Methodology) -> None:
    result = evaluate(ktu, {"students_total": "5 %", "students_university_funded_mobility": 1})
    assert result.reasons["2.3.3"].code == "KF501"


def test_a_bad_count_that_no_row_uses_is_raised(ktu: Methodology) -> None:
    spare = replace(ktu.inputs["students_total"], id="spare")
    own = replace(ktu, inputs=Table({**ktu.inputs, "spare": spare}))
    assert evaluate(own, {"spare": 5}) == evaluate(own, {})
    assert refusal(lambda: evaluate(own, {"spare": "x"})).code == "KF504"


# --- what is refused at once ---------------------------------------------------------------------


@pytest.mark.parametrize("count", [0.5, float("nan"), True, [1], Decimal("NaN"), b"5"])
def test_a_count_of_a_kind_that_is_never_valid(ktu: Methodology, count: object) -> None:
    refused = refusal(lambda: evaluate(ktu, {"students_total": count}))  # type: ignore[dict-item]
    assert refused.code == "KF501"
    assert "students_total" in str(refused)


def test_an_unknown_input_names_the_nearest(ktu: Methodology) -> None:
    refused = refusal(lambda: evaluate(ktu, {"studens_total": 1}))
    assert refused.code == "KF502"
    assert "did you mean students_total" in str(refused)


def test_letters_are_no_inputs(ktu: Methodology) -> None:
    refused = refusal(lambda: evaluate(ktu, {"G": 35, "F": 8525}))
    assert [finding.code for finding in refused.diagnostics] == ["KF502", "KF502"]
    assert "not by the letters of one formula" in str(refused)


def test_all_refusals_come_at_once(ktu: Methodology) -> None:
    refused = refusal(lambda: evaluate(ktu, {"students_total": 0.5, "nope": 1, "G": 2}))
    assert [finding.code for finding in refused.diagnostics] == ["KF501", "KF502", "KF502"]


def test_the_year_is_one_of_the_methodology(ktu: Methodology) -> None:
    refused = refusal(lambda: evaluate(ktu, {}, year=2035))
    assert refused.code == "KF533"
    assert "2024, 2025" in str(refused)
    for subject in (ktu["2.3.3"], parse("H = G / F")):
        alone = partial(evaluate, subject, {"G": 1, "F": 2}, year=2025)
        assert refusal(alone).code == "KF533"


# --- how it shows itself -------------------------------------------------------------------------


def test_targets_stand_beside_the_values(ktu: Methodology) -> None:
    result = evaluate(ktu, COUNTS, year=2025)
    assert result.targets["2.3.3"] == ktu["2.3.3"].targets[2025]
    lines = str(result).splitlines()
    assert lines[0] == f"{KTU}, 2025"
    assert lines[-1] == result.summary
    cells = [line.split() for line in lines]
    assert ["2.3.3", "0.4", "140/341", "≈", "0.4106", "percent"] in cells
    assert ["14", "801+", "not", "evaluated:", "rank_qs_world", "is", "missing"] in cells
    assert any(line[:1] == ["5"] and "KF410:" in line for line in cells)
    assert evaluate(ktu, {}).targets == {}


def test_a_notebook_shows_every_row(ktu: Methodology) -> None:
    shown = evaluate(ktu, COUNTS, year=2025, category="regional")._repr_html_()
    assert shown.count("<tr>") == len(ktu) + 1
    for part in (KTU, "9286 student", "KF410", "801+", "184 rows"):
        assert part in shown


def test_results_are_frozen_compare_by_meaning_and_pickle(ktu: Methodology) -> None:
    result = evaluate(ktu, {"students_total": 8525}, year=2025)
    with pytest.raises(FrozenInstanceError):
        result.year = 2026  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(result)) == result
    assert result == evaluate(ktu, {"students_total": "8 525"}, year=2025)
    assert result != evaluate(ktu, {"students_total": 8525}, year=2026)
    assert hash(result) == hash(evaluate(ktu, {"students_total": Decimal(8525)}, year=2025))
    assert repr(result).startswith(f"<MethodologyResult {KTU}, 2025: 184 rows: ")
