"""Counting from the command line: records in files, ledgers, figures against records."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner, Result

import kpiformula as kf
from kpiformula.cli import app
from kpiformula.cli.criteria import criteria_lines
from kpiformula.counting.backends import frame_of_texts
from kpiformula.counting.steps import planned
from kpiformula.criteria.meaning import columns
from kpiformula.diagnostics import InputError
from kpiformula.methodology import Indicator
from kpiformula.tables.record_files import read_records
from tests import example_records

ROOT = Path(__file__).parent.parent
FOLDER = example_records.FOLDER
ASTMU = "astmu-strategy-2022-2026"


@pytest.fixture(autouse=True)
def _among_the_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


# --- the example ---------------------------------------------------------------------------------


def test_the_records_are_those_that_are_generated() -> None:
    for name, content in example_records.files().items():
        assert FOLDER.joinpath(name).read_text(encoding="utf-8") == content


def commands() -> list[str]:
    page = FOLDER.joinpath("README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("command", commands())
def test_the_commands_of_the_example_run(command: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "kpiformula"
    assert run(*arguments).exit_code == (1 if arguments[0] == "verify" else 0)


def test_the_python_of_the_example_runs() -> None:
    page = FOLDER.joinpath("README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert "kf.verify" in code
    m = kf.load(ASTMU)
    graduates = pl.read_csv("graduates.csv", infer_schema=False)
    counted = kf.count(m["1.1/1"], graduates, year=2025)
    taken_out = counted.ledgers["b"].members(4)
    rows = {row["person_id"]: row for row in _rows("graduates.csv")}
    assert len(taken_out) == 13
    assert all("yes" in (rows[k]["on_academic_leave"], rows[k]["expelled"]) for k in taken_out)
    (cause,) = kf.verify(m["1.1/1"], counted, "92,1", year=2025).causes
    assert str(cause) == "no exclusion is removed: 186 / 202 * 100 = 9300/101 ≈ 92.0792"


def test_the_wrong_figure_of_the_example_is_explained() -> None:
    records = [f"{name}={name}.csv" for name in ("graduates", "staff", "learners", "learner_stays")]
    options = [word for each in records for word in ("--records", each)]
    result = run("verify", "reported.csv", *options, "--format", "json")
    first, second, third = map(json.loads, result.stdout.splitlines()[:3])
    assert [row["verdict"] for row in (first, second, third)] == ["mismatch", "rounded", "rounded"]
    assert first["causes"][0]["kind"] == "exclusions not removed"
    assert first["target_effect"] == "not met → met"


# --- counting ------------------------------------------------------------------------------------


def test_each_step_and_question_is_explained() -> None:
    lines = run("count", ASTMU, "1.1/1", "graduates.csv", "--year", "2025", "--explain").stdout
    assert "b: 260 graduates" in lines
    assert "a: of the 189 of b" in lines
    assert "- 13 that meet `on_academic_leave or expelled` = 189  [1.1/1 exclude/0: «" in lines
    assert "evidence: " in lines
    assert "KF640" in lines
    assert "98.4127 percent" in lines


def test_counts_as_data() -> None:
    result = run("count", ASTMU, "1.1/1", "graduates.csv", "--year", "2025", "--format", "json")
    data = json.loads(result.stdout)
    assert data["counts"] == {"b": "189", "a": "186"}
    for ledger in data["ledgers"]:
        removed = sum(step["removed"] for step in ledger["steps"])
        assert ledger["total"] == removed + ledger["kept"] + ledger["undecided"]


def test_missing_cells_leave_the_value_open(tmp_path: Path) -> None:
    rows = _rows("graduates.csv")
    unknown = [row for row in rows if row["exam_score"] and row["level"] == "bachelor"][:2]
    for row in unknown:
        row["exam_score"] = ""
    file = tmp_path / "graduates.csv"
    file.write_text(_csv(rows), encoding="utf-8")
    result = run("count", ASTMU, "1.1/1", str(file), "--year", "2025")
    assert result.exit_code == 1
    assert "b = 189\na = 184 to 186\n" in result.stdout
    assert "the value lies in [18400/189, 6200/63] percent" in result.stdout
    assert "KF630" in result.stdout


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(FOLDER.joinpath(name).read_text(encoding="utf-8"))))


def _csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("2.9/9", "graduates.csv"), "KF530"),
        (("1.3/3", "learners.csv"), "KF626"),
        (("1.3/3", "learners=learners.csv"), "KF626"),
        (("1.1/1", "staff.csv"), "KF620"),
        (("1.1/1", "nothing.csv"), "KF520"),
        (("1.1/1", "nothing.parquet"), "KF520"),
    ],
)
def test_what_cannot_be_counted_is_named(arguments: tuple[str, ...], code: str) -> None:
    result = run("count", ASTMU, *arguments, "--year", "2025")
    assert result.exit_code == 3
    assert code in result.stderr


def test_one_population_is_given_once() -> None:
    result = run("count", ASTMU, "1.1/1", "graduates=graduates.csv", "graduates=staff.csv",
                 "--year", "2025")  # fmt: skip
    assert result.exit_code == 2


def test_a_column_may_be_ignored(tmp_path: Path) -> None:
    file = tmp_path / "graduates.csv"
    frame = pl.read_csv("graduates.csv", infer_schema=False).with_columns(note=pl.lit("x"))
    frame.write_csv(file)
    arguments = ("count", ASTMU, "1.1/1", str(file), "--year", "2025")
    refused = run(*arguments)
    assert refused.exit_code == 3
    assert "`note`" in refused.stderr
    assert "b = 189" in run(*arguments, "--ignore", "note").stdout


def test_show_tells_the_criteria_and_the_columns() -> None:
    shown = run("show", ASTMU, "1.1/1").stdout
    assert "  a: of b, each person_id once" in shown
    assert "    + exam_score >= 60 points" in shown
    assert "graduates  exam_score" in shown
    data = json.loads(run("show", ASTMU, "1.1/1", "--format", "json").stdout)
    assert data["counts"]["a"]["within"] == "b"


@pytest.mark.parametrize("id", [ASTMU, "ktu-programme-2024-2029"])
def test_show_lists_the_columns_that_counting_looks_at(id: str) -> None:
    for row in kf.load(id).values():
        if not row.counts:
            continue
        shown = {line.split()[1] for line in criteria_lines(row) if line.startswith(names_of(row))}
        wanted = {selection.population.key for selection in row.counts.values()}
        for symbol, selection in row.counts.items():
            measure = selection.measure
            wanted |= {name for name in (measure.field, measure.per) if name is not None}
            for step in planned(row, symbol, 2025):
                wanted |= columns(step.meaning)
        assert wanted <= shown, row.code


def names_of(row: Indicator) -> tuple[str, ...]:
    """Return how the lines begin that list the columns of a row."""
    return tuple(f"  {selection.population.id}  " for selection in row.counts.values())


def test_a_row_that_states_no_calculation_is_counted_and_not_computed(tmp_path: Path) -> None:
    file = tmp_path / "graduates.csv"
    file.write_text(
        "person_id,graduated,in_employment\na,2025-06-30,2025-09-01\nb,2025-06-30,\n"
        "c,2025-06-30,2026-07-01\nd,,2025-09-01\n",
        encoding="utf-8",
    )
    arguments = ["count", "ktu-programme-2024-2029", "1.2.1", str(file), "--year", "2025"]
    result = run(*arguments)
    assert "part = 1 to 2" in result.stdout
    assert "1.2.1 cannot be computed from this: The name says the share" in result.stdout
    assert "KF630" in result.stdout
    assert result.exit_code == 1
    data = json.loads(run(*arguments, "--format", "json").stdout)
    assert data["counts"] == {"part": {"low": "1", "high": "2"}}
    file.write_text(
        "person_id,graduated,in_employment\na,2025-06-30,2025-09-01\n", encoding="utf-8"
    )
    assert run(*arguments).exit_code == 0


# --- files of records ----------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["parquet", "xlsx", "tsv", "cp1251.csv"])
def test_other_files_give_the_same_counts(ending: str, tmp_path: Path) -> None:
    frame = pl.read_csv("graduates.csv", infer_schema=False)
    file = tmp_path / f"graduates.{ending}"
    options: tuple[str, ...] = ()
    match ending:
        case "parquet":
            frame.write_parquet(file)
        case "xlsx":
            _workbook(frame, file)
        case "tsv":
            frame.write_csv(file, separator="\t")
        case _:
            file.write_bytes(frame.write_csv().encode("cp1251"))
            options = ("--encoding", "cp1251")
    result = run("count", ASTMU, "1.1/1", str(file), "--year", "2025", *options)
    assert "b = 189\na = 186\n" in result.stdout


def _workbook(frame: pl.DataFrame, file: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(frame.columns)
    for row in frame.iter_rows(named=True):
        sheet.append([_typed(name, cell) for name, cell in row.items()])
    book.save(file)


def _typed(name: str, cell: str) -> Any:
    if name in ("exam_year", "exam_attempt", "exam_score") and cell:
        return int(cell)
    return {"yes": True, "no": False}.get(cell, cell or None)


def test_cells_of_a_workbook_become_texts(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["code", "day", "moment", "number", "truth", "text", None])
    sheet.append(["007", date(2025, 3, 4), datetime(2025, 3, 4, 12, 30), 12.5, True, " x ", None])
    sheet.append([7, None, None, 12.0, False, None, None])
    book.save(tmp_path / "records.xlsx")
    assert read_records(tmp_path / "records.xlsx") == {
        "code": ["007", "7"],
        "day": ["2025-03-04", ""],
        "moment": ["2025-03-04T12:30:00", ""],
        "number": ["12.5", "12"],
        "truth": ["yes", "no"],
        "text": ["x", ""],
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a,a\n1,2\n", "KF524"),
        ("a,,b\n1,2,3\n", "KF523"),
        ("a,b\n", "KF528"),
        ("a,b\n1\n", "KF525"),
        ('a,b\n"1,2\n', "KF525"),
    ],
)
def test_a_file_of_records_that_does_not_fit_is_refused(
    text: str, code: str, tmp_path: Path
) -> None:
    file = tmp_path / "records.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=code):
        read_records(file)


def test_a_sheet_must_be_chosen_among_several(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("one", "two"):
        sheet = book.create_sheet(name)
        sheet.append(["a"])
        sheet.append([name])
    book.save(tmp_path / "records.xlsx")
    with pytest.raises(InputError, match="KF561"):
        read_records(tmp_path / "records.xlsx")
    assert read_records(tmp_path / "records.xlsx", sheet="two") == {"a": ["two"]}


def test_counting_files_needs_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpiformula.counting.backends.find_spec", lambda _name: None)
    with pytest.raises(kf.CriterionError, match="KF634"):
        frame_of_texts({"a": ["1"]})
