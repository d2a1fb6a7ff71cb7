"""Findings on methodologies, and the table that explains every code."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from kpiformula import available, load
from kpiformula.diagnostics import FormulaSyntaxError, InputError, Severity
from kpiformula.linting import Explanation, by_row, explain, explanations, lint, on_row
from kpiformula.linting.codes import CODES
from kpiformula.linting.rules import rules
from kpiformula.mapping import Table
from kpiformula.methodology import Erratum, Indicator, Methodology, Position
from kpiformula.reading import parse
from tests.findings_explained import PAGE, page

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "kpiformula"


@pytest.fixture(scope="module")
def ktu() -> Methodology:
    return load("ktu-programme-2024-2029")


def codes(indicator: Indicator) -> list[str]:
    return [finding.code for finding in lint(indicator)]


# --- findings ------------------------------------------------------------------------------------


def test_a_formula_has_the_findings_of_its_reading() -> None:
    formula = parse("H = f ÷ g × 100, where F - graduates; G - staff")
    assert {d.code for d in lint(formula)} == {"KF102"}
    assert lint(parse("H = G / F * 100")) == ()


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("KF301", ["1.3.1"]),
        ("KF302", ["2.1.8", "2.1.9", "2.1.10", "2.1.11", "2.2.5", "4.1.5", "4.7.1"]),
        ("KF303", ["4.2.1", "4.2.2", "4.3.1"]),
        ("KF304", ["4.1.5", "4.1.6", "4.1.16"]),
        ("KF306", []),
        ("KF201", ["1.4.1", "4.2.1", "4.2.2", "4.3.1", "4.5.4", "4.5.5"]),
        ("KF202", ["4.6.2"]),
        ("KF105", ["4.1.16"]),
        ("KF106", ["4.1.12"]),
    ],
)
def test_the_shipped_formulas_have_these_defects_and_no_others(
    ktu: Methodology, code: str, rows: list[str]
) -> None:
    assert [i.code for i in ktu.values() if code in codes(i)] == rows


def test_every_shipped_cell_and_erratum_can_be_read(ktu: Methodology) -> None:
    assert not [d for d in lint(ktu) if d.code in {"KF100", "KF114"}]


def test_a_finding_that_an_erratum_answers_is_still_listed(ktu: Methodology) -> None:
    answered = [(i, code) for i in ktu.values() if i.erratum for code in i.erratum.answers]
    assert len(answered) > 10
    assert all(code in codes(indicator) for indicator, code in answered)


def test_a_methodology_has_the_findings_of_its_indicators_in_order(ktu: Methodology) -> None:
    found = list(by_row(ktu))
    assert [row.code for row, _ in found] == list(ktu)
    assert lint(ktu) == tuple(d for _, findings in found for d in findings)
    for row, findings in found:
        assert findings[: len(lint(row))] == lint(row)


def test_findings_point_into_the_methodology_file(ktu: Methodology) -> None:
    root = ROOT / "methodologies"
    for finding in lint(ktu):
        file, line, column = finding.location.removeprefix("methodologies/").rsplit(":", 2)
        text = (root / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert finding.source is not None
        assert finding.span is not None
        shown = finding.source.text[finding.span.start : finding.span.end].split("\n")[0]
        assert text[int(column) - 1 :].startswith(shown), finding


@pytest.mark.parametrize("code", ["1.3.1", "3.4.4", "4.2.3"])
def test_the_findings_on_one_row_are_those_among_all(ktu: Methodology, code: str) -> None:
    assert on_row(ktu, code) == next(found for row, found in by_row(ktu) if row.code == code)


def test_a_cell_that_cannot_be_read_is_an_error_among_the_findings(ktu: Methodology) -> None:
    broken = replace(ktu["2.3.3"], cell="H = G / × 100", counts=Table())
    with pytest.raises(FormulaSyntaxError):
        assert broken.formula
    (finding,) = lint(broken)
    assert (finding.code, finding.severity) == ("KF113", Severity.ERROR)
    assert finding.location.startswith("methodologies/ktu-programme-2024-2029/goal-2.yaml:")


def test_the_formula_of_an_erratum_is_judged_too(ktu: Methodology) -> None:
    row = ktu["2.3.3"]
    places = {**row.places, "erratum/formula": Position("mine.yaml", 7, 3)}
    unread = replace(row, erratum=Erratum("G /", "for a test", ()), places=places)
    assert [d.code for d in lint(unread) if d.location == "mine.yaml:7:5"] == ["KF113"]
    wrong = replace(row, erratum=Erratum("G / F", "for a test", ()), places=places)
    assert [d.code for d in lint(wrong) if d.location.startswith("mine.yaml:7")] == ["KF302"]


# --- explanations --------------------------------------------------------------------------------


def raised() -> set[str]:
    """Return every code that stands alone as a text anywhere in the package."""
    table = PACKAGE / "linting" / "codes"
    files = (p for p in PACKAGE.rglob("*.py") if p.parent != table)
    trees = (ast.parse(p.read_text("utf-8")) for p in files)
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch("KF[0-9]{3}", node.value)
    }


def test_every_code_is_explained_once_and_every_explained_code_is_raised() -> None:
    listed = [row[0] for row in CODES]
    assert listed == sorted(set(listed))
    by_rules = [rule.means.code for rule in rules()]
    assert len(by_rules) == len(set(by_rules))
    assert not set(by_rules) & set(listed)
    assert {*listed, *by_rules} == raised()


@pytest.mark.parametrize("means", explanations().values(), ids=lambda means: means.code)
def test_an_explanation_says_something(means: Explanation) -> None:
    texts = (means.name, means.what, means.why, means.example, means.instead)
    assert all(text.strip() == text and text for text in texts)
    assert not any("\n" in text or "  " in text for text in texts if text != means.example)
    assert means.what[-1] == means.why[-1] == "."
    assert not means.name[0].isupper()
    assert means.name[-1] != "."
    assert means.example != means.instead
    assert re.fullmatch("KF[1-9][0-9]{2}", means.code)
    assert explain(means.code) is means
    assert all(text in str(means) for text in (means.code, str(means.severity), *texts))


@pytest.mark.parametrize("field", ["code", "name", "what", "example"])
def test_no_two_explanations_say_the_same(field: str) -> None:
    said = [getattr(means, field).casefold() for means in explanations().values()]
    assert len(set(said)) == len(said)


def test_the_page_of_explanations_is_fresh() -> None:
    shown = PAGE.read_text(encoding="utf-8")
    assert shown == page(explanations().values()), "run python -m tests.findings_explained"


@pytest.mark.parametrize("row", [row for row in CODES if row[0] < "KF3"], ids=lambda row: row[0])
def test_the_example_of_a_text_finding_is_one(row: tuple[str, ...]) -> None:
    code, example = row[0], row[5]
    try:
        found = {d.code for d in parse(example).diagnostics}
    except FormulaSyntaxError as refused:
        found = {refused.code}
    assert code in found


def test_small_letters_will_do() -> None:
    assert explain(" kf201 ") == explain("KF201")


@pytest.mark.parametrize(("code", "near"), [("KF999", "KF901"), ("KF20", "KF201"), ("", "KF1")])
def test_a_code_without_explanation(code: str, near: str) -> None:
    with pytest.raises(InputError, match="KF531") as caught:
        explain(code)
    assert near in str(caught.value)


def test_findings_have_the_severity_that_is_explained() -> None:
    found = {d.code: d.severity for name in available() for d in lint(load(name))}
    cases = ROOT / "tests" / "cases"
    for path in (*cases.glob("made/*.yaml"), *cases.glob("printed/*.yaml")):
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        parts = case.get("cell_repeat", [(case.get("cell"), 1)])
        try:
            found |= {d.code: d.severity for d in lint(parse("".join(t * n for t, n in parts)))}
        except FormulaSyntaxError as refused:
            found |= {d.code: d.severity for d in refused.diagnostics}
    assert len(found) > 25
    assert {code: explain(code).severity for code in found} == found
