"""What the documentation shows is true."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest

import kpiformula as kf
from kpiformula.figures import TargetKind, read_target
from kpiformula.methodology import Basis, Kind

ROOT = Path(__file__).parent.parent


def test_examples_of_the_readme_run() -> None:
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert results.attempted >= 8
    assert results.failed == 0


def test_examples_of_criteria_run() -> None:
    page = str(ROOT / "docs" / "criteria.md")
    results = doctest.testfile(page, module_relative=False, encoding="utf-8")
    assert results.attempted >= 10
    assert results.failed == 0


def test_every_terminal_of_the_word_tables_is_told() -> None:
    told = (ROOT / "grammars" / "README.md").read_text(encoding="utf-8")
    for table in sorted((ROOT / "grammars" / "words").glob("*.lark")):
        for line in table.read_text(encoding="utf-8").splitlines():
            name = line.partition(":")[0]
            if line and not line.startswith("//") and not name.startswith("CATEGORY_"):
                assert f"`{name}`" in told, f"{table.name}: {name}"


def test_a_language_is_one_file() -> None:
    from kpiformula.grammar import languages

    tables = sorted(path.stem for path in (ROOT / "grammars" / "words").glob("*.lark"))
    assert list(languages()) == tables
    assert kf.parse("H = G / F").language == ""


# --- methodology files ---------------------------------------------------------------------------

FILES_PAGE = (ROOT / "docs" / "methodology-files.md").read_text(encoding="utf-8")
CRITERIA_PAGE = (ROOT / "docs" / "criteria.md").read_text(encoding="utf-8")
ERRATA_PAGE = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")


@pytest.fixture
def example(tmp_path: Path) -> kf.Methodology:
    head, part = re.findall(r"```yaml\n(.*?)```", FILES_PAGE, re.DOTALL)
    (tmp_path / "methodology.yaml").write_text(head, encoding="utf-8")
    (tmp_path / "goal-1.yaml").write_text(part, encoding="utf-8")
    return kf.load(tmp_path)


def test_the_example_of_a_methodology_file_loads(example: kf.Methodology) -> None:
    assert [row.basis for row in example.values()] == list(get_args(Basis))
    used = {symbol.input for row in example.values() for symbol in row.symbols.values()}
    assert used | {row.input.id for row in example.values() if row.input} == set(example.inputs)
    counts = dict.fromkeys(example.inputs, 1)
    result = kf.evaluate(example, counts, year=2025)
    assert {code: reason.code for code, reason in result.reasons.items()} == {"18": "KF410"}
    assert len(result.computed) == 4


def keys(schema: dict[str, Any]) -> set[str]:
    """Return every key that a schema allows, entries within entries included."""
    objects = [schema, *schema["$defs"].values()]
    return {key for each in objects for key in each.get("properties", {})}


@pytest.mark.parametrize("file", ["methodology", "part", "populations"])
def test_every_key_of_a_methodology_file_is_told(file: Any) -> None:
    told = FILES_PAGE + CRITERIA_PAGE
    missing = [key for key in keys(kf.json_schema(file)) if f"`{key}`" not in told]
    assert missing == []


def test_the_example_of_criteria_counts(tmp_path: Path) -> None:
    head, part = re.findall(r"```yaml\n(.*?)```", FILES_PAGE, re.DOTALL)
    people, counts = re.findall(r"```yaml\n(.*?)```", CRITERIA_PAGE, re.DOTALL)
    row = part[part.index('  - code: "3.4.2"') : part.index('  - code: "6/7"')].rstrip()
    head = head.replace("parts:", "populations: [people]\nparts:")
    include = """
    include:
      - {text: "0,25 ставка және одан да көп жұмыс істейтін барлық қызметкерлер", lines: 1}
    exclude:
      - {text: "ӘБП", lines: 1}
    evidence:
      - {text: "тізім", lines: 1}
"""
    row = row[: row.index("    include:")].rstrip() + include
    row = row.replace("менеджмент пен", "45 жасқа дейінгі менеджмент пен")
    texts = {
        "methodology": head,
        "people": people,
        "goal-1": part[: part.index("indicators:")] + "indicators:\n" + row + counts,
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    row_of = kf.load(tmp_path)["3.4.2"]
    assert not [d for d in kf.lint(row_of) if d.code.startswith("KF6") and d.severity == "error"]
    records = pl.DataFrame({
        "person_id": ["1", "2", "3"], "category": ["teaching", "teaching", "administrative"],
        "fte": ["1", "0,1", "1"], "contract": ["", "12", ""], "age": ["45", "50", "30"],
    })  # fmt: skip
    assert dict(kf.count(row_of, records, year=2025)) == {"b": 2, "a": 1}


def test_every_basis_kind_and_figure_is_told() -> None:
    for word in (*get_args(Basis), *get_args(Kind), *TargetKind):
        assert f"`{word}`" in FILES_PAGE


def test_figures_mean_what_is_told() -> None:
    section = FILES_PAGE.split("## What a figure means")[1]
    rows = re.findall(r"^\| (`.*?) \| `(\w+)` \|", section, re.MULTILINE)
    told = [(figure, kind) for cell, kind in rows for figure in re.findall(r"`(.*?)`", cell)]
    assert len(told) > 12
    assert [(figure, read_target(figure).kind) for figure, _ in told] == told


def test_every_erratum_is_told() -> None:
    told = re.findall(r"^\| ([\w-]+) \| (\S+) \| `(.*?)` \| `(.*?)` \|", ERRATA_PAGE, re.MULTILINE)
    stated = [
        (name, row.code, row.formula, row.reading)
        for name in kf.available()
        for row in kf.load(name).values()
        if row.erratum is not None
    ]
    shown = [(name, code, *(str(f).split("= ")[-1] for f in both)) for name, code, *both in stated]
    assert sorted(told) == sorted(shown)
