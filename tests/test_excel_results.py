"""Workbooks that are written: results that recompute, templates, files whole or not at all."""

from __future__ import annotations

import errno
import io
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import formualizer
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpiformula import available, load, parse
from kpiformula.diagnostics import InputError, KpiFormulaError, error
from kpiformula.intervals import MODES, Mode
from kpiformula.mapping import Table
from kpiformula.tables import ReportedRow, parse_reported
from kpiformula.tables.files import write_whole
from kpiformula.tables.live_formulas import CountCell, NoLiveFormulaError, quotient
from kpiformula.tables.results import ResultRow, results_workbook, write_results
from kpiformula.tables.templates import template_workbook, write_template
from kpiformula.verification import Verdict, verify
from tests import spreadsheets

HOSTILE = ("=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "+1", "\tx", "{=1}", "http://x.kz")


def result(text: str = "H = G / F * 100", figure: str | None = "0,4", rounding: Mode = "nearest",
           **counts: Any) -> ResultRow:  # fmt: skip
    found = verify(parse(text), counts, figure, rounding=rounding)
    return ResultRow(ReportedRow(2, "1.1", 2025, found.reported, Table(counts)), found)


def opened(rows: list[ResultRow], *, formulas: bool = False) -> Any:
    data = results_workbook(rows, rows_read=len(rows))
    return openpyxl.load_workbook(io.BytesIO(data), data_only=not formulas)


def cells(row: ResultRow, *, formulas: bool = False) -> dict[str, Any]:
    head, line = opened([row], formulas=formulas)["results"].iter_rows(values_only=True)
    return dict(zip(head, line, strict=True))


# --- results ------------------------------------------------------------------------------------


def test_a_row_of_results() -> None:
    found = cells(result(figure="0,5", G=35, F=8525))
    assert found["verdict"] == "mismatch"
    assert found["agrees"] == "no"
    assert found["reported"] == 0.5
    assert found["computed, exact"] == "140/341 ≈ 0.4106"
    assert found["stands for"] == "[0.45, 0.55]"
    assert found["difference"].startswith("+61/682")
    assert found["calculation"] == "35 / 8525 * 100"
    assert found["check (live)"] == "differs"
    assert found["rounded (live)"] == 0.4


def test_formulas_refer_to_the_counts_and_carry_our_values() -> None:
    row = result(G=35, F=8525)
    written = cells(row, formulas=True)
    assert written["numerator (live)"] == "=counts!$D$2*100"
    assert written["denominator (live)"] == "=counts!$D$3"
    assert written["computed (live)"].startswith("=IF(COUNT(counts!$D$2,counts!$D$3)<2,")
    counts = list(opened([row])["counts"].iter_rows(min_row=2, values_only=True))
    assert [line[2:4] for line in counts] == [("G", 35), ("F", 8525)]


def test_the_live_formulas_agree_in_another_engine() -> None:
    """``python -m tests.spreadsheets`` holds the same against LibreOffice, on 10 000 rows."""
    rows = list(spreadsheets.generated(800, seed=5))
    verdicts = Counter(each.verdict for each in rows)
    assert verdicts["tie_rule"] > 10
    assert {each.verification.rounding for each in rows if each.verification} == set(MODES)
    untrue, unchecked = spreadsheets.untrue(rows)
    assert untrue == []
    assert unchecked < 40
    blank = spreadsheets.without_own_values(rows)
    recalculated = formualizer.recalculate_xlsx_bytes(blank)["bytes"]
    assert spreadsheets.disagreements(rows, recalculated) == []


def test_a_changed_count_changes_value_and_check() -> None:
    book = opened([result(G=35, F=8525)], formulas=True)
    book["counts"]["D2"] = 85
    stream = io.BytesIO()
    book.save(stream)
    data = formualizer.recalculate_xlsx_bytes(stream.getvalue())["bytes"]
    (line,) = spreadsheets.lines_of(data)
    assert (line["check (live)"], line["rounded (live)"]) == ("differs", 1)


@pytest.mark.parametrize("mode", MODES)
def test_the_check_is_that_of_the_rounding_asked_for(mode: Mode) -> None:
    """75 / 800 × 100 = 9.375, midway between 9.37 and 9.38; both signs."""
    rows = [
        result(figure=sign + figure, rounding=mode, G=f"{sign}75", F=800)
        for sign in ("", "-")
        for figure in ("9.37", "9.38")
    ]
    assert spreadsheets.untrue(rows) == ([], 0)


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (result("H = G / F * F", "1", G=5, F=0), "undefined"),
        (result("H = G / (F / K)", "1", G=5, F=3, K=0), "undefined"),
        (result("H = G / F", "1", G=5), "missing"),
    ],
)
def test_what_cannot_be_computed_is_said_in_words(row: ResultRow, value: str) -> None:
    found = cells(row)
    assert (found["computed (live)"], found["check (live)"]) == (value, value)
    recalculated = formualizer.recalculate_xlsx_bytes(spreadsheets.without_own_values([row]))
    assert spreadsheets.disagreements([row], recalculated["bytes"]) == []


@pytest.mark.parametrize(
    "row",
    [
        result("H = sqrt(G) / F", "1.41", G=2, F=1),
        result("H = round(G / F; 1)", "0.3", G=1, F=3),
        result(figure="0", G="12345678901234567890", F=8525),
        result("H = G / F", "0.3", G=Fraction(1, 3), F=1),
    ],
)
def test_what_a_spreadsheet_cannot_recompute_is_no_formula(row: ResultRow) -> None:
    assert all(not str(v).startswith("=") for v in cells(row, formulas=True).values())
    assert cells(row)["verdict"] == row.verdict


def test_digits_that_a_spreadsheet_would_lose_stay_text() -> None:
    book = opened([result(figure="0", G="12345678901234567890", F=8525)])
    assert book["counts"]["D2"].value == "12345678901234567890"


def test_text_never_becomes_a_formula() -> None:
    good = result(G=35, F=8525)
    rows = [
        ResultRow(ReportedRow(1, text, 2025, good.row.reported, category=text, methodology=text),
                  good.verification, text, text)
        for text in HOSTILE
    ]  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(results_workbook(rows, rows_read=len(rows))))
    live = {
        "check (live)",
        "computed (live)",
        "rounded (live)",
        "numerator (live)",
        "denominator (live)",
    }
    head = [cell.value for cell in book["results"][1]]
    for line, text in zip(book["results"].iter_rows(min_row=2), HOSTILE, strict=True):
        by_name = dict(zip(head, line, strict=True))
        for name in ("code", "category", "methodology", "note", "indicator"):
            assert (by_name[name].value, by_name[name].data_type) == (text, "s")
            assert by_name[name].hyperlink is None
        assert {n for n, c in by_name.items() if c.data_type == "f"} == live


def test_negative_numbers_stay_numbers() -> None:
    found = cells(result("H = G - F", "-5,00", G=3, F=8))
    assert (found["reported"], found["computed (live)"]) == (-5, -5)


def test_a_text_beyond_a_cell_is_cut_and_shows_it() -> None:
    row = result(G=35, F=8525)
    note = cells(ResultRow(row.row, row.verification, "x" * 40_000))["note"]
    assert len(note) == 32_767
    assert note.endswith("x…")


# --- accounts -----------------------------------------------------------------------------------


def mixed() -> Iterator[ResultRow]:
    yield result(G=35, F=8525)
    yield result(figure="0,5", G=35, F=8525)
    yield result(G=35)
    yield result(G=35, F=0)
    yield result(figure=None, G=35, F=8525)
    yield ResultRow(
        ReportedRow(7, "", None, None, findings=(error("KF527", "no code"),)), None, "KF527"
    )


@given(st.lists(st.sampled_from(list(mixed())), max_size=12))
def test_the_summary_adds_up(rows: list[ResultRow]) -> None:
    summary = opened(rows)["summary"]
    counted = {line[0]: line[1] for line in summary.iter_rows(values_only=True) if line[0]}
    tally = Counter(each.verdict for each in rows)
    assert {verdict: counted[verdict] for verdict in (*Verdict, "error")} == {
        verdict: tally[verdict] for verdict in (*Verdict, "error")
    }
    assert counted["all verdicts"] == counted["rows read"] == len(rows)
    assert counted["they add up"] == "yes"
    assert opened(rows)["results"].max_row == len(rows) + 1


def test_rows_that_are_lost_are_an_error() -> None:
    with pytest.raises(KpiFormulaError, match="KF532"):
        results_workbook(list(mixed()), rows_read=7)


def test_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpiformula.tables.sheets_out.MAX_ROWS", 5)
    with pytest.raises(InputError, match="KF564"):
        results_workbook(list(mixed()), rows_read=6)


# --- quotients ----------------------------------------------------------------------------------

NUMBERS = st.fractions(-1000, 1000, max_denominator=1).map(Fraction) | st.integers(
    -10_000, 10_000
).map(lambda n: Fraction(n, 100))


@given(st.sampled_from(spreadsheets.FORMULAS), NUMBERS, NUMBERS, NUMBERS)
def test_a_quotient_of_whole_numbers_is_the_value(
    text: str, g: Fraction, f: Fraction, k: Fraction
) -> None:
    formula = parse(text)
    counts = {"G": g, "F": f, "K": k}
    places = {name: CountCell(name, value) for name, value in counts.items()}
    used = {name: counts[name] for name in counts if name in formula.symbols}
    found = verify(formula, used, None)
    parts = quotient(formula.node, places)
    zero = any(each.value == 0 for each in parts.divisors)
    assert zero == (found.computed is None)
    if not zero:
        assert Fraction(parts.numerator.value, parts.denominator.value) == found.computed


def test_a_formula_beyond_bounds_is_not_recomputed() -> None:
    node = parse("H = " + " + ".join(f"{i} / (G + {i})" for i in range(1, 40))).node
    with pytest.raises(NoLiveFormulaError):
        quotient(node, {"G": CountCell("counts!$D$2", Fraction(7))})


# --- templates ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", available())
def test_a_template_asks_for_every_indicator_and_reads_back(name: str) -> None:
    methodology = load(name)
    table = parse_reported(template_workbook(methodology), "t.xlsx", methodology=methodology)
    asked = [(code, year) for code in methodology for year in methodology.years]
    assert sorted((row.code, row.year or 0) for row in table.rows) == sorted(asked)
    assert {row.methodology for row in table.rows} == {name}
    assert all(not row.findings and row.reported is None for row in table.rows)


def test_a_template_names_inputs_targets_units_and_evidence() -> None:
    methodology = load("astmu-strategy-2022-2026")
    book = openpyxl.load_workbook(io.BytesIO(template_workbook(methodology, years=[2025])))
    inputs = [cell.value for cell in book["inputs"]["A"]][1:]
    assert len(set(inputs)) == len(inputs)
    assert book["inputs"]["E1"].value == "2025"
    sheet = book["direction-1"]
    head = {cell.value: cell.column - 1 for cell in sheet[1]}
    first = [cell.value for cell in sheet[2]]
    row = methodology[first[head["code"]]]
    assert row.targets[2025].printed in first[head["(target)"]]
    assert first[head["(inputs needed)"]].splitlines() == [s.input for s in row.symbols.values()]
    assert first[head["(evidence to attach)"]].splitlines()[0] in row.evidence[0].text
    assert sheet.cell(2, head["reported"] + 1).number_format == "@"
    assert sheet.freeze_panes == "C2"


def test_a_template_that_is_filled_in_gives_the_same_verdicts() -> None:
    """``python -m tests.spreadsheets`` fills it in with LibreOffice."""
    methodology = load(spreadsheets.METHODOLOGY)
    template = template_workbook(methodology, years=[spreadsheets.YEAR], category="national")
    filled = spreadsheets.filling(methodology)
    book = openpyxl.load_workbook(io.BytesIO(template))
    for sheet, address, typed in spreadsheets.fills(template, filled):
        is_number = sheet == "inputs" or typed.isdigit()
        book[sheet][address] = (
            int(typed) if is_number and book[sheet][address].number_format != "@" else typed
        )
    stream = io.BytesIO()
    book.save(stream)
    found = spreadsheets.verdicts(methodology, stream.getvalue())
    assert found == spreadsheets.expected_verdicts(methodology, filled)
    assert len(set(found.values())) >= 5


def test_a_template_for_a_year_that_is_not_there() -> None:
    with pytest.raises(InputError, match="KF533"):
        template_workbook(load("ktu-programme-2024-2029"), years=[2035])


# --- files --------------------------------------------------------------------------------------


class FullDiskError(OSError):
    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("failure", [FullDiskError(), KeyboardInterrupt()])
@pytest.mark.parametrize(
    ("step", "there"),
    [
        *(
            (step, there)
            for step in ("write", "flush", "fsync", "replace")
            for there in (True, False)
        ),
        ("chmod", True),
    ],
)
def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, step: str, there: bool
) -> None:
    target = tmp_path / "out.xlsx"
    if there:
        target.write_bytes(b"before")

    def fail(*_: object) -> None:
        raise failure

    real = Path.open

    class Failing:
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            self._stream.close()

        def __getattr__(self, name: str) -> Any:
            return fail if name == step else getattr(self._stream, name)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", lambda *given: Failing(real(*given)))
        if step == "fsync":
            patched.setattr(os, "fsync", fail)
        if step in ("chmod", "replace"):
            patched.setattr(Path, step, fail)
        with pytest.raises((InputError, KeyboardInterrupt)) as caught:
            write_whole(target, b"after")
    if isinstance(caught.value, InputError):
        assert str(caught.value).startswith(f"error KF563: {target} cannot be written: No space")
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsx"] * there
    assert not there or target.read_bytes() == b"before"


def test_a_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    target, link = tmp_path / "out.xlsx", tmp_path / "link.xlsx"
    target.write_bytes(b"before")
    target.chmod(0o640)
    link.symlink_to(target)
    write_whole(link, b"after")
    assert link.is_symlink()
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"after", 0o640)


@pytest.mark.parametrize("name", ["no/such/folder.xlsx", ".", "a\0b"])
def test_a_file_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="KF563"):
        write_template(f"{tmp_path}/{name}", load("national-concept-2023-2029"))


def test_results_are_written_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_results(path, list(mixed()), rows_read=6)
    assert openpyxl.load_workbook(path).sheetnames == ["summary", "results", "counts"]


def test_writing_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(InputError, match="KF562"):
        results_workbook([], rows_read=0)


def test_a_workbook_holds_no_date_of_its_making() -> None:
    """So that the same results are the same bytes, whenever they are written."""
    made = zipfile.ZipFile(io.BytesIO(results_workbook(list(mixed()), rows_read=6)))
    assert {each.date_time[0] for each in made.infolist()} == {1980}
    dates = re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", made.read("docProps/core.xml").decode())
    assert set(dates) == {"1980-01-01T00:00:00Z"}
