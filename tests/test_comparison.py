"""Methodologies against one another: what is matched, what differs, who is ahead."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import kpiformula as kf
from kpiformula import Differences, Indicator, Methodology, available, compare, diff, disagreements
from kpiformula.cli import app
from kpiformula.cli.comparing import shown
from kpiformula.crosswalk import Crosswalk, Member, SharedQuantity
from kpiformula.figures import Target, read_target
from kpiformula.mapping import Table
from kpiformula.methodology import Baseline, Phrase, Place
from kpiformula.units import conversion

ROOT = Path(__file__).parent.parent
DIRECTIONS, KTU = "ktu-directions-2024-2029", "ktu-programme-2024-2029"
NATIONAL, METU = "national-concept-2023-2029", "metu-programme-2023-2029"

BASE = kf.load(KTU)
POOL = [BASE[code] for code in ("1.1.1", "1.2.1", "1.2.3", "1.4.1", "2.3.1", "3.4.2", "4.2.3")]


def of(*rows: Indicator, id: str = "a", **changed: Any) -> Methodology:
    table = Table({row.code: row for row in rows})
    return replace(BASE, id=id, indicators=table, **changed)


def figures(**printed: str) -> Table[int, Target]:
    return Table({int(year[1:]): read_target(text) for year, text in printed.items()})


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def crosswalk(*members: Member) -> Crosswalk:
    return Crosswalk((SharedQuantity("shared", Table({"en": "Shared"}), members),), Table({}))


def shape(found: Differences, *, backwards: bool = False) -> object:
    """Return everything that has a mirror image, or that image."""
    turn, sign = (-1 if backwards else 1), (-1 if backwards else 1)
    both = slice(None, None, turn)
    rows = {
        (
            (row.old.code, row.new.code)[both],
            (row.by, row.same, row.formula.verdict, (row.formula.old, row.formula.new)[both]),
            frozenset((p.what, (p.old, p.new)[both]) for p in row.properties),
            frozenset(
                (t.year, (t.old, t.new)[both], t.difference and sign * t.difference, t.unit)
                for t in row.targets
            ),
        )
        for row in found.rows
    }
    only = ({i.code for i in found.added}, {i.code for i in found.removed})[both]
    years = (set(found.years_added), set(found.years_removed))[both]
    return rows, only, years, bool(found)


@st.composite
def methodologies(draw: st.DrawFn, id: str) -> Methodology:
    rows = []
    for row in draw(st.lists(st.sampled_from(POOL), unique=True)):
        changed = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "code": st.sampled_from([row.code, "9.9"]),
                    "name": st.sampled_from([row.name, POOL[0].name, Table({"kk": "Басқа"})]),
                    "unit": st.sampled_from(["percent", "1", "student", "thousand_tenge", "tenge"]),
                    "printed_unit": st.sampled_from(["%", "% ", "адам"]),
                    "direction": st.sampled_from(["at_least", "at_most", None]),
                    "symbols": st.just(Table({})),
                    "targets": st.dictionaries(
                        st.sampled_from([2024, 2025, 2030]),
                        st.sampled_from(["", "-", "5", "5,0", "7 000", "851+", "851 +", "топ-20"]),
                    ).map(lambda f: figures(**{f"y{year}": text for year, text in f.items()})),
                },
            )
        )
        rows.append(replace(row, **changed))
    return of(*rows, id=id, years=draw(st.sampled_from([(2024, 2025), (2025, 2030)])))


@given(methodologies(id="a"), methodologies(id="a"), methodologies(id="b"))
def test_differences_have_a_mirror_image(
    a: Methodology, again: Methodology, b: Methodology
) -> None:
    for old, new in ((a, again), (a, b)):
        assert shape(diff(old, new)) == shape(diff(new, old), backwards=True)


@given(methodologies(id="a"))
def test_nothing_differs_from_itself(methodology: Methodology) -> None:
    for other in (methodology, replace(methodology), replace(methodology, id="b")):
        found = diff(methodology, other)
        assert not found, str(found)
        assert len(found.rows) == len(methodology)


@given(methodologies(id="a"), methodologies(id="b"))
def test_no_row_is_lost(a: Methodology, b: Methodology) -> None:
    found = diff(a, b)
    assert sorted([*(r.old.code for r in found.rows), *(r.code for r in found.removed)]) == sorted(
        a
    )
    assert sorted([*(r.new.code for r in found.rows), *(r.code for r in found.added)]) == sorted(b)


@pytest.mark.parametrize(("one", "other"), list(permutations(available(), 2)))
def test_shipped_differences_have_a_mirror_image(one: str, other: str) -> None:
    a, b = kf.load(one), kf.load(other)
    assert shape(diff(a, b)) == shape(diff(b, a), backwards=True)
    assert len(diff(a, b).rows) + len(diff(a, b).removed) == len(a)


# --- what is matched -----------------------------------------------------------------------------

ROW = BASE["2.3.1"]
OTHER = replace(BASE["1.2.1"], code="2.3.1")


def test_codes_of_two_documents_coincide_by_chance() -> None:
    found = diff(of(ROW), of(OTHER, id="b"))
    assert not found.rows
    assert ([r.code for r in found.added], [r.code for r in found.removed]) == (["2.3.1"],) * 2


def test_codes_of_one_document_are_the_same_row() -> None:
    for found in (diff(of(ROW), of(OTHER)), diff(of(ROW), of(OTHER, id="b"), same_codes=True)):
        (row,) = found.renamed
        assert row.by == "code"
        assert (found.added, found.removed) == ((), ())


def test_rows_are_matched_by_name_without_capitals_marks_and_look_alikes() -> None:
    printed = ROW.name["kk"].upper().replace(" ", " – ").replace("С", "C").replace("ТТ", "Т\u00adТ")
    name = Table({"kk": printed})
    found = diff(of(ROW), of(replace(ROW, code="7", name=name), id="b"))
    (row,) = found.rows
    assert row.by == "name"
    assert [p.what for p in row.properties] == ["code"]
    assert not found.renamed


def test_of_rows_of_one_name_those_of_one_unit_belong_together() -> None:
    rows = [replace(ROW, code=code, unit=unit) for code, unit in (("1", "tenge"), ("2", "percent"))]
    others = [replace(row, code=f"{row.code}0") for row in reversed(rows)]
    found = diff(of(*rows), of(*others, id="b"))
    assert [(r.old.code, r.new.code) for r in found.rows] == [("1", "10"), ("2", "20")]


def test_the_crosswalk_comes_before_names() -> None:
    known = crosswalk(Member("a", "2.3.1", "exact"), Member("b", "7", "exact"))
    moved = replace(OTHER, code="7")
    found = diff(of(ROW), of(moved, ROW, id="b"), crosswalk=known)
    assert [(r.new.code, r.by) for r in found.rows] == [("7", "crosswalk")]
    assert [r.code for r in found.added] == ["2.3.1"]


def test_near_rows_are_not_compared_by_figures() -> None:
    known = crosswalk(Member("a", "2.3.1", "near", "Fewer."), Member("b", "7", "exact"))
    found = diff(of(ROW), of(replace(OTHER, code="7"), id="b"), crosswalk=known)
    (row,) = found.rows
    assert (row.same, row.remark, row.targets) == ("near", "2.3.1: Fewer.", ())
    assert row.changed
    assert "not compared: 2.3.1: Fewer." in str(found)


def test_a_row_of_the_crosswalk_may_be_missing() -> None:
    known = crosswalk(Member("a", "2.3.1", "exact"), Member("b", "7", "exact"))
    assert not diff(of(ROW), of(OTHER, id="b"), crosswalk=known).rows
    assert not compare(of(ROW), of(OTHER, id="b"), crosswalk=known).quantities


# --- what differs --------------------------------------------------------------------------------


def only_row(old: Indicator, new: Indicator, **options: Any) -> kf.MatchedRow:
    (row,) = diff(of(old), of(new), **options).rows
    return row


@pytest.mark.parametrize(
    ("changed", "what", "new"),
    [
        ({"unit": "student"}, "unit", "student"),
        ({"printed_unit": "адам"}, "printed unit", "адам"),
        ({"basis": "unstated"}, "basis", "unstated"),
        ({"kind": "ratio"}, "kind", "ratio"),
        ({"direction": None}, "direction", "none"),
        ({"baseline": Baseline(2021, read_target("2,1"))}, "baseline", "2021: 2,1"),
        ({"include": (Phrase("all", Place("f", 1, 1)),)}, "criteria", "include: all"),
    ],
)
def test_a_property_that_is_told_otherwise(changed: dict[str, Any], what: str, new: str) -> None:
    row = only_row(ROW, replace(ROW, **changed))
    (found,) = (p for p in row.properties if p.what == what)
    assert found.new == new
    assert row.changed


def test_a_full_stop_is_no_other_unit() -> None:
    assert not diff(
        of(replace(ROW, printed_unit="мың тг")), of(replace(ROW, printed_unit="мың тг."))
    )


def test_targets_that_moved() -> None:
    old = replace(ROW, targets=figures(y2024="5", y2025="-", y2026="2,50", y2027="851+"))
    new = replace(ROW, targets=figures(y2024="5,0", y2025="3", y2026="2,75", y2027="801+"))
    assert [
        (t.year, t.old and t.old.printed, t.new and t.new.printed, t.difference, t.unit)
        for t in only_row(old, new).targets
    ] == [
        (2025, None, "3", None, None),
        (2026, "2,50", "2,75", Fraction(1, 4), "percent"),
        (2027, "851+", "801+", None, None),
    ]


def test_targets_are_compared_across_units() -> None:
    old = replace(ROW, unit="thousand_tenge", targets=figures(y2024="5 000", y2025="6 000"))
    new = replace(ROW, unit="million_tenge", targets=figures(y2024="5", y2025="7"))
    for a, b, sign in ((old, new, 1), (new, old, -1)):
        (moved,) = only_row(a, b).targets
        assert (moved.year, moved.difference, moved.unit) == (2025, sign * 1000, "thousand_tenge")
    (moved,) = only_row(replace(old, unit="student"), new).targets[1:]
    assert moved.difference is None


def test_only_years_of_both_are_compared() -> None:
    old, new = of(ROW, years=(2024, 2025)), of(replace(ROW, targets=Table({})), years=(2025, 2026))
    found = diff(old, new)
    assert (found.years_added, found.years_removed) == ((2026,), (2024,))
    assert [t.year for t in found.rows[0].targets] == [2025]
    assert "years added: 2026" in str(found)


def formula_of(formula: str, **inputs: str) -> Indicator:
    symbols = {name: kf.SymbolInput(key, "student") for name, key in inputs.items()}
    return replace(ROW, basis="name", name_formula=formula, symbols=Table(symbols))


QUOTIENT = formula_of("H = G / F * 100", G="some", F="all")


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (formula_of("H = 100 * a / b", a="some", b="all"), "same"),
        (formula_of("H = G / F * 100", F="some", G="all"), "changed"),
        (formula_of("H = G / F", G="some", F="all"), "changed"),
        (formula_of("H = G / F * 100", G="some", F="every"), "unknown"),
        (formula_of("H = G / F *", G="some", F="all"), "unknown"),
        (replace(ROW, basis="unstated", name_formula=None, reason="?"), "unknown"),
    ],
)
def test_formulas_are_compared_over_their_inputs(row: Indicator, verdict: str) -> None:
    found = diff(of(QUOTIENT), of(row, id="b")).rows[0]
    assert found.formula.verdict == verdict
    assert (found.formula.reason is not None) == (verdict == "unknown")


def test_in_one_document_another_input_is_another_formula() -> None:
    row = formula_of("H = G / F * 100", G="some", F="every")
    assert only_row(QUOTIENT, row).formula.verdict == "changed"
    counted = BASE["1.1.1"]
    another = replace(counted, input=BASE["1.1.2"].input)
    assert only_row(counted, another).formula.verdict == "changed"
    assert diff(of(counted), of(another, id="b")).rows[0].formula.verdict == "absent"


def test_other_values_of_a_coefficient_are_another_formula() -> None:
    row = replace(BASE["1.3.1"], erratum=None)
    changed = replace(row, cell=(row.cell or "").replace("1,5", "1,6"))
    assert only_row(row, replace(row)).formula.verdict == "same"
    assert only_row(row, changed).formula.verdict == "changed"


def test_what_is_not_readable_is_the_same_where_the_text_is() -> None:
    row = formula_of("H = G / F *", G="some", F="all")
    assert only_row(row, replace(row)).formula.verdict == "same"


# --- who is ahead --------------------------------------------------------------------------------

SHARED = crosswalk(Member("a", "2.3.1", "exact"), Member("b", "2.3.1", "exact"))


def compared(one: Indicator, other: Indicator) -> kf.ComparedQuantity:
    (found,) = compare(of(one), of(other, id="b"), crosswalk=SHARED).quantities
    return found


@pytest.mark.parametrize(
    ("direction", "standings"),
    [("at_least", ["behind", "level", "ahead"]), ("at_most", ["ahead", "level", "behind"])],
)
def test_the_direction_says_which_way_is_better(direction: Any, standings: list[str]) -> None:
    one = replace(ROW, direction=direction, targets=figures(y2024="4", y2025="5,0", y2026="5,1"))
    other = replace(one, targets=figures(y2024="5", y2025="5", y2026="5", y2027="5"))
    found = compared(one, other)
    assert [str(y.standing) for y in found.years] == [*standings, "None"]
    assert [y.difference for y in found.years] == [-1, 0, Fraction(1, 10), None]
    assert found.behind == (2024 if direction == "at_least" else 2026,)
    assert compared(replace(one, direction=None), other).behind == found.behind


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ({"unit": "student"}, {}, "student and percent measure different things"),
        ({"direction": "at_most"}, {}, "the directions are opposite"),
        ({"direction": None}, {"direction": None}, "no direction is known"),
        ({"targets": figures(y2024="топ-20")}, {}, "in no year do both rows print a plain number"),
    ],
)
def test_what_is_not_compared_says_why(
    one: dict[str, Any], other: dict[str, Any], reason: str
) -> None:
    found = compared(replace(ROW, **one), replace(ROW, **other))
    assert found.reason == reason
    assert all(year.standing is None for year in found.years)


def test_figures_are_compared_in_the_unit_of_the_target() -> None:
    one = replace(ROW, unit="thousand_tenge", targets=figures(y2024="4 500"))
    other = replace(ROW, unit="million_tenge", targets=figures(y2024="5"))
    assert compared(one, other).years[0].difference == -500


def test_the_university_against_the_concept() -> None:
    """Read off the documents: lines 2209-2273 of the concept, annex 2 of the programme."""
    found = compare(BASE, kf.load(NATIONAL))
    assert {each.quantity.id: each.behind for each in found.compared} == {
        "graduates-employed-in-first-year": (),
        "foreign-students": (2024, 2025, 2026, 2027, 2028, 2029),
        "learners-in-public-activity": (),
        "web-of-science-to-scopus": (2025, 2026, 2027, 2028, 2029),
        "business-share-of-research-expenditure": (2025, 2026, 2027, 2028, 2029),
    }


# --- disagreements -------------------------------------------------------------------------------


def test_documents_of_one_university_disagree() -> None:
    found = disagreements(kf.load(DIRECTIONS))
    (slip,) = (each for each in found if each.indicator.code == "4.5.1")
    assert (slip.methodology, slip.other.code, slip.year) == (KTU, "4.6.7", 2024)
    assert (slip.target.printed, slip.other_target.printed) == ("5000", "500")
    assert (slip.difference, slip.same_issuer) == (4500, True)
    assert not any(each.same_issuer for each in found if each.methodology != KTU)


def test_disagreements_are_mutual_and_only_of_exact_rows() -> None:
    loaded = [kf.load(each) for each in available()]
    both = {
        (m.id, each.indicator.code, each.methodology, each.other.code, each.year)
        for m in loaded
        for each in disagreements(m)
    }
    assert both == {(there, code, here, own, year) for here, own, there, code, year in both}
    near = {(m.methodology, m.code) for q in kf.load_crosswalk().quantities
            for m in q.members if m.same == "near"}  # fmt: skip
    assert not near & {(here, own) for here, own, *_ in both}


def test_a_methodology_of_ones_own_disagrees_with_what_is_given() -> None:
    one = replace(ROW, targets=figures(y2024="4", y2025="-"))
    other = replace(ROW, targets=figures(y2024="5", y2025="6"))
    (found,) = disagreements(of(one), [of(other, id="b")], crosswalk=SHARED)
    assert (found.year, found.difference, found.same_issuer) == (2024, -1, False)


# --- shown ---------------------------------------------------------------------------------------


def test_what_is_found_pickles_and_compares_by_meaning() -> None:
    found = diff(BASE, kf.load(DIRECTIONS))
    assert pickle.loads(pickle.dumps(found)) == found == diff(BASE, kf.load(DIRECTIONS))
    against = compare(BASE, kf.load(NATIONAL))
    assert pickle.loads(pickle.dumps(against)) == against


def test_notebooks_show_the_text_escaped() -> None:
    row = replace(ROW, name=Table({"kk": "<b>", "en": "<b>"}))
    found = diff(of(ROW), of(row, id="b"))
    assert "&lt;b&gt;" in found._repr_html_()
    assert "<b>" not in found._repr_html_()
    assert "against" in compare(BASE, kf.load(NATIONAL))._repr_html_()


def test_the_exit_code_says_whether_anything_differs() -> None:
    assert run("diff", KTU, KTU).exit_code == 0
    assert run("diff", DIRECTIONS, KTU).exit_code == 1
    assert run("compare", KTU, NATIONAL).exit_code == 1
    assert run("compare", "astmu-strategy-2022-2026", NATIONAL).exit_code == 0
    assert run("diff", KTU, "nothing").exit_code == 3
    assert run("diff", KTU, DIRECTIONS, "--crosswalk", "nothing").exit_code == 3


def test_differences_as_json() -> None:
    found = json.loads(run("diff", DIRECTIONS, KTU, "--format", "json").stdout)
    (row,) = (each for each in found["changed"] if each["old"] == "4.5.1")
    assert (row["new"], row["same"], row["quantity"]) == (
        "4.6.7",
        "exact",
        "pay-for-digital-resources",
    )
    assert row["targets"] == [
        {"year": 2024, "old": "5000", "new": "500", "difference": "-4500", "unit": "thousand_tenge"}
    ]
    assert len(found["added"]) + found["matched"] == len(BASE)


def test_a_comparison_as_json() -> None:
    found = json.loads(run("compare", METU, NATIONAL, "--format", "json").stdout)
    (row,) = (e for e in found["quantities"] if e["quantity"] == "graduates-employed-in-first-year")
    assert row["years"][0] == {
        "year": 2023, "target": "60", "benchmark": "72", "difference": "-12", "standing": "behind",
    }  # fmt: skip


def test_names_do_not_steer_the_terminal() -> None:
    row = replace(ROW, code="9", name=Table({"kk": "\x1b[31mқызыл", "en": "\x1b[31mred"}))
    assert "\x1b" not in "".join(shown(diff(of(), of(row)), "text"))


@pytest.mark.parametrize(
    ("a", "b", "ratio"),
    [
        ("million_tenge", "thousand_tenge", 1000),
        ("percent", "1", Fraction(1, 100)),
        ("student", "person", 1),
        ("project", "count", 1),
        ("thousand_tenge/student", "tenge/person", 1000),
        ("student", "teacher", None),
        ("tenge", "us_dollar", None),
        ("nothing", "tenge", None),
    ],
)
def test_conversions(a: str, b: str, ratio: Fraction | int | None) -> None:
    assert conversion(a, b) == ratio
    assert conversion(b, a) == (1 / Fraction(ratio) if ratio is not None else None)


# --- the documentation ---------------------------------------------------------------------------

OUTCOMES = {
    "ktu-directions-to-programme": ("diff", DIRECTIONS, KTU),
    "ktu-against-concept": ("compare", KTU, NATIONAL),
    "metu-against-concept": ("compare", METU, NATIONAL),
    "astmu-against-concept": ("compare", "astmu-strategy-2022-2026", NATIONAL),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_shown_outcomes_are_fresh(name: str) -> None:
    """To renew: ``kpiformula COMMAND … > docs/comparisons/NAME.txt``, as the page says."""
    outcome = (ROOT / "docs" / "comparisons" / f"{name}.txt").read_text(encoding="utf-8")
    assert run(*OUTCOMES[name]).stdout == outcome


def test_the_page_quotes_the_outcomes() -> None:
    page = (ROOT / "docs" / "comparing-documents.md").read_text(encoding="utf-8")
    files = (ROOT / "docs" / "comparisons").glob("*.txt")
    outcomes = "".join(path.read_text(encoding="utf-8") for path in files)
    quoted = page.split("```text\n")[1:]
    assert len(quoted) >= 4
    assert all(each.split("```")[0] in outcomes for each in quoted)
    for name, arguments in OUTCOMES.items():
        assert f"kpiformula {' '.join(arguments)} > docs/comparisons/{name}.txt" in page
