"""Every cell of ``tests/cases/`` is read as its file says.

``printed/`` holds cells of the documents, transcribed with their line breaks; ``made/`` holds
cells of our own. One file a cell; the expectation is what a careful reader would say.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

import kpiformula as kf

CASES = Path(__file__).parent / "cases"
FILES = sorted(path for kind in ("printed", "made") for path in (CASES / kind).glob("*.yaml"))


def read_case(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    if "cell_repeat" in case:
        case["cell"] = "".join(text * int(times) for text, times in case["cell_repeat"])
    return {key: _null(value) for key, value in case.items()}


def _null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _null(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_null(inner) for inner in value]
    return None if value == "null" else value


ACCEPTED = [path for path in FILES if "refused" not in read_case(path)]
REFUSED = [path for path in FILES if "refused" in read_case(path)]


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_cell_is_read_as_a_careful_reader_would(path: Path) -> None:
    case = read_case(path)
    formula = kf.parse(case["cell"])
    assert str(formula) == case["formula"]
    assert (formula.result.definition if formula.result else None) == case["result"]
    assert {
        symbol.name: symbol.definition
        for symbol in formula.symbols.values()
        if symbol.role in ("numerator", "denominator", "operand")
    } == case["operands"]
    assert formula.factor == (Fraction(case["factor"]) if case["factor"] else None)
    assert {
        name: [_printed(item) for item in coefficient.cases]
        for name, coefficient in formula.coefficients.items()
    } == {name: list(map(_expected, cases)) for name, cases in case["coefficients"].items()}
    assert [example.printed for example in formula.examples] == case["examples"]
    assert sorted({finding.code for finding in formula.diagnostics}) == case["findings"]


def _printed(item: kf.CoefficientCase) -> tuple[str, Fraction, str | None, str | None]:
    condition = str(item.condition) if item.condition else None
    return item.label, item.value, item.category, condition


def _expected(item: dict[str, Any]) -> tuple[str, Fraction, str | None, str | None]:
    return item["label"], Fraction(item["value"]), item.get("category"), item.get("condition")


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_cell_without_a_readable_formula_is_refused_by_name(path: Path) -> None:
    case = read_case(path)
    with pytest.raises(kf.FormulaSyntaxError) as refusal:
        kf.parse(case["cell"])
    assert refusal.value.code == case["refused"]
    finding = refusal.value.diagnostics[0]
    assert finding.message
    assert finding.span is not None
    assert 0 <= finding.span.start <= finding.span.end <= len(case["cell"])


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_findings_point_into_the_printed_text(path: Path) -> None:
    cell = read_case(path)["cell"]
    for finding in kf.parse(cell).diagnostics:
        assert finding.span is not None
        assert 0 <= finding.span.start < finding.span.end <= len(cell)
        assert "^" in str(finding)


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_canonical_form_means_the_same(path: Path) -> None:
    formula = kf.parse(read_case(path)["cell"])
    again = kf.parse(str(formula)) if "/" in str(formula) or " " in str(formula) else None
    if again is not None:
        assert again.node == formula.node
        assert str(again) == str(formula)


def test_there_are_cases_enough() -> None:
    printed = [path for path in FILES if path.parent.name == "printed"]
    assert sum(path.name.startswith("ktu") for path in printed) == 47
    assert sum(path.name.startswith("astmu") for path in printed) == 38
    assert len(FILES) - len(printed) >= 120
    assert len(REFUSED) >= 30
