"""Bad inputs that tables must survive (B3 of the notes on libraries), as CSV and as a workbook.

Each is read in both kinds of files by the same path, and through the verdict where it is the
verdict that must not go wrong. Those of a single kind are in ``test_tables`` (encodings, quotes)
and ``test_excel`` (formats, hidden and merged cells, files that swell).
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_excel import book
from typer.testing import CliRunner

from kpiformula import load
from kpiformula.cli import app
from kpiformula.diagnostics import InputError
from kpiformula.methodology import Methodology
from kpiformula.runs import Outcome, Verifier
from kpiformula.tables import ReportedTable, parse_reported
from kpiformula.tables.delimited import guarded

KTU = load("ktu-programme-2024-2029")
HEAD = ("code", "year", "reported", "category", "G", "F")
CODE = "2.3.3"

Kind = Callable[[Sequence[Sequence[str]], Sequence[str]], bytes]


def as_csv(rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD) -> bytes:
    quoted = (
        ";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (head, *rows)
    )
    return "\n".join(quoted).encode()


def as_workbook(rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD) -> bytes:
    return book(rows, head=head)


@pytest.fixture(params=[as_csv, as_workbook], ids=["csv", "xlsx"])
def kind(request: pytest.FixtureRequest) -> Kind:
    made: Kind = request.param
    return made


def outcomes(table: ReportedTable, methodology: Methodology = KTU) -> list[Outcome]:
    verifier = Verifier(table, methodology, category=None, rounding="nearest", as_printed=False)
    return list(verifier.run(verifier.outcomes()).outcomes)


def outcome(kind: Kind, **cells: str) -> Outcome:
    line = {"code": CODE, "year": "2025", "reported": "0,4", "category": "", "G": "35", "F": "8525"}
    line |= cells
    (only,) = outcomes(parse_reported(kind([list(line.values())], list(line)), methodology=KTU))
    return only


def came_to(kind: Kind, **cells: str) -> str:
    """Return the verdict, or the code of the first finding where there is none."""
    found = outcome(kind, **cells)
    return found.verdict if found.reading else found.findings[0].code


@pytest.mark.parametrize("number", ["1e999999999", "9" * 31, "1" + "0" * 4000])
def test_1_numbers_beyond_bounds(kind: Kind, number: str) -> None:
    data = kind([[CODE, "2025", "0,4", "", number, "8525"]], HEAD)
    start = time.perf_counter()
    (row,) = parse_reported(data).rows
    assert time.perf_counter() - start < 0.5
    assert row.findings[0].code in ("KF504", "KF905")


@pytest.mark.parametrize("text", ["(" * 10_000 + "5" + ")" * 10_000, "-" * 5_000 + "5"])
def test_2_depth(kind: Kind, text: str) -> None:
    assert came_to(kind, G=text) == "KF504"
    assert came_to(kind, code=text) == "KF530"


def test_3_a_cell_of_ten_megabytes(kind: Kind) -> None:
    """A text cell of a workbook holds no more than 32 767 characters, but a file may claim so."""
    data = kind([[CODE, "2025", "0,4", "", "x" * 10_000_000, "8525"]], HEAD)
    tracemalloc.start()
    try:
        findings = parse_reported(data).rows[0].findings
    except InputError as refused:
        findings = refused.diagnostics
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300_000_000
    assert {finding.code for finding in findings} <= {"KF504", "KF525", "KF551"}
    assert len(str(findings[0])) < 1000


@pytest.mark.parametrize("numerator", ["0", "35"])
def test_4_a_zero_denominator_is_never_right(kind: Kind, numerator: str) -> None:
    found = outcome(kind, G=numerator, F="0")
    assert (found.verdict, found.agrees) == ("undefined", None)


@pytest.mark.parametrize("cell", ["NaN", "inf", "-inf", "#DIV/0!", "#N/A", "#REF!"])
def test_5_what_is_no_number_is_not_missing(kind: Kind, cell: str) -> None:
    assert came_to(kind, F=cell) == came_to(kind, reported=cell) == "KF504"


@pytest.mark.parametrize("cell", ["", "-", "—", "…"])
def test_5_what_is_missing_is_not_zero(kind: Kind, cell: str) -> None:
    found = outcome(kind, G=cell)
    assert found.reading is not None
    assert found.reading.result.missing == ("G",)
    assert came_to(kind, reported=cell) == "not_evaluated"


def test_6_a_whole_number_may_be_written_with_decimals(kind: Kind) -> None:
    assert came_to(kind, G="35,0") == came_to(kind, G="35") == "rounded"


def test_6_floats_of_a_workbook_are_whole_only_if_they_are() -> None:
    data = book([[CODE, 2025, "0,4", None, 35.0, 8525.0]], head=HEAD)
    assert dict(parse_reported(data).rows[0].counts) == {"G": 35, "F": 8525}


def test_7_a_share_above_hundred_has_its_value(kind: Kind) -> None:
    found = outcome(kind, G="120", F="100", reported="120")
    assert found.reading is not None
    assert found.reading.computed == 120


@pytest.mark.parametrize("letter", ["Ғ", "г", "Ф"])
def test_8_a_letter_of_another_alphabet_is_not_guessed(kind: Kind, letter: str) -> None:
    assert came_to(kind, **{letter: "1"}) == "KF502"


def test_9_invisible_characters_are_left_out_and_said(kind: Kind) -> None:
    data = kind([["2.\u00ad3.3\u200b", "2025", "0,4", "", "35", "8\u202f525"]], HEAD)
    (row,) = parse_reported(data).rows
    assert (row.code, row.counts["F"]) == (CODE, 8525)
    assert [finding.code for finding in row.findings] == ["KF529"]


def test_12_doubles_name_both_places(kind: Kind) -> None:
    line = [CODE, "2025", "0,4", "", "35", "8525"]
    table = parse_reported(kind([line, line], HEAD), "f")
    places = ("f:Goal 1!A3", "f:Goal 1!A2") if kind is as_workbook else ("line 3", "line 2")
    for row, other in zip(table.rows, places, strict=True):
        assert [f.code for f in row.findings] == ["KF526"]
        assert row.findings[0].message.endswith(f"stands also on {other}")
    with pytest.raises(InputError, match=r"KF524.*named twice"):
        parse_reported(kind([[*line, "1"]], [*HEAD, "G"]))


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\tx"])
def test_14_text_of_a_csv_is_no_formula_and_negative_numbers_stay(text: str) -> None:
    assert guarded(text) == f"'{text}"
    result = CliRunner().invoke(app, ["verify", "-", "--methodology", KTU.id, "--format", "csv"],
                                input=as_csv([[text, "2025", "-5,00", "", "1", "2"]]))  # fmt: skip
    (line,) = result.stdout.splitlines()[1:]
    assert f"'{text.strip()}" in line or text == "\tx"
    assert '"-5,00"' in line


@pytest.mark.parametrize("year", ["", "25", "2025-2026", "year"])
def test_15_a_year_that_is_missing_costs_that_row_alone(kind: Kind, year: str) -> None:
    lines = [[CODE, each, "0,4", "", "35", "8525"] for each in (year, "2025")]
    found = outcomes(parse_reported(kind(lines, HEAD)))
    assert [each.verdict for each in found] == ["error", "rounded"]
    assert found[0].findings[0].code == "KF527"


def test_15_a_count_of_another_year_is_not_taken(kind: Kind) -> None:
    head = ("code", "year", "input", "value")
    name = KTU[CODE].symbols["F"].input
    lines = [
        [CODE, "2025", "reported", "0,4"],
        [CODE, "2025", "G", "35"],
        ["", "2026", name, "8525"],
    ]
    (found,) = outcomes(parse_reported(kind(lines, head), methodology=KTU))
    assert found.reading is not None
    assert found.reading.result.missing == ("F",)


CELL = """Есептеу формуласы: H= G÷F ×100×К, мұндағы: H - үлесі; G - түлектер саны;
F - жалпы саны; К – коэффициент: ұлттық – 1,5; өңірлік – 2"""
CHOOSING = replace(
    KTU,
    indicators={**KTU.indicators, CODE: replace(KTU[CODE], cell=CELL, erratum=None)},
)


@pytest.mark.parametrize("category", ["ұлтық", "nationl", "", "1"])
def test_16_an_unknown_category_is_refused(kind: Kind, category: str) -> None:
    lines = [[CODE, each, "0,6", category, "35", "8525"] for each in ("2025", "2026")]
    lines[1][3] = "national"
    found = outcomes(parse_reported(kind(lines, HEAD)), CHOOSING)
    assert [each.verdict for each in found] == ["error", "rounded"]
    assert found[0].findings[0].code == "KF506"
    assert "national" in str(found[0].findings[0])


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [("7 159", 7159), ("7\u00a0159", 7159), ("7,159", "KF505"), ("7.159", "KF505"), ("1,5", 1.5),
     ("мың тг", "KF504"), ("0,5%", "0,5%")],
)  # fmt: skip
def test_17_numbers_are_read_or_refused(kind: Kind, cell: str, read_as: object) -> None:
    head = ("code", "year", "reported", "G")
    other = ["x", "2025", "-", "1.5" if cell == "7,159" else "1,5" if cell == "7.159" else "1"]
    row, _ = parse_reported(kind([[CODE, "2025", "-", cell], other], head)).rows
    assert (row.findings[0].code if row.findings else row.counts["G"]) == read_as


def test_18_counts_beyond_64_bits_do_not_wrap(kind: Kind) -> None:
    assert came_to(kind, G="18446744073710", F="1", reported="448384") == "mismatch"
    whole = "9" * 30
    assert came_to(kind, G=whole, F="1", reported=whole) != "rounded"
    assert came_to(kind, G=whole, F=whole, reported="100") == "exact"


@pytest.mark.parametrize(
    ("reported", "verdict"),
    [("9,38", "tie_rule"), ("9,37", "tie_rule"), ("9,3750", "exact"), ("9,4", "rounded"),
     ("9,3", "truncated"), ("9,36", "mismatch"), ("9", "rounded"), ("9,40", "mismatch")],
)  # fmt: skip
def test_19_ties_cut_figures_and_fewer_decimals(kind: Kind, reported: str, verdict: str) -> None:
    assert came_to(kind, G="75", F="800", reported=reported) == verdict


LINES = {
    "right": [CODE, "0,4", "35", "8525"],
    "wrong": [CODE, "0,5", "35", "8525"],
    "no number": [CODE, "0,4", "#REF!", "8525"],
    "missing": [CODE, "0,4", "", "8525"],
    "no figure": [CODE, "", "35", "8525"],
    "zero": [CODE, "0,4", "35", "0"],
    "no code": ["", "0,4", "35", "8525"],
    "unknown": ["9.9.9", "0,4", "35", "8525"],
    "ambiguous": [CODE, "0,4", "1,234", "8525"],
}


@given(st.lists(st.sampled_from(sorted(LINES)), min_size=1, max_size=30), st.booleans())
def test_25_no_row_is_lost_and_none_comes_twice(kinds: list[str], workbook: bool) -> None:
    lines = []
    for year, name in enumerate(kinds, start=1000):
        code, reported, g, f = LINES[name]
        lines.append([code, str(year), reported, "", g, f])
    make = as_workbook if workbook else as_csv
    found = outcomes(parse_reported(make(lines)))
    assert [each.row.line for each in found] == list(range(2, len(kinds) + 2))
    assert all(each.reading is not None or each.findings for each in found)


# --- interruptions (23), and the command line ----------------------------------------------------


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_23_an_interrupted_run_leaves_no_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, out = tmp_path / "t.xlsx", tmp_path / "out.xlsx"
    table.write_bytes(as_workbook([[CODE, "2025", "0,4", "", "35", "8525"]] * 3))
    out.write_bytes(b"before")

    def interrupt(*_: object) -> Outcome:
        raise KeyboardInterrupt

    monkeypatch.setattr(Verifier, "_outcome", interrupt)
    code, _, said = run("verify", str(table), "--methodology", KTU.id, "--workbook", str(out))
    assert code == 130
    assert "interrupted after 0 of 3 rows" in said
    assert out.read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.xlsx", "t.xlsx"]


def test_a_template_is_exported_filled_in_and_verified(tmp_path: Path) -> None:
    template, out = str(tmp_path / "t.xlsx"), str(tmp_path / "out.xlsx")
    code, said, _ = run("export", KTU.id, "--template", template, "--year", "2025")
    assert (code, said.split(":")[1].split()[0]) == (0, str(len(KTU)))
    code, said, notes = run("verify", template, "--workbook", out, "--methodology", KTU.id)
    assert code == 1
    assert said.splitlines()[-1].startswith(f"{len(KTU)} rows read: not_evaluated")
    assert f"{template}:goal-1!A2" in said
    assert "the sheet 'about' is passed over" in notes
    code, said, _ = run("verify", template, "--sheet", "goal-1", "--methodology", KTU.id)
    assert "goal-2" not in said
    assert run("verify", template, "--sheet", "goal-9", "--methodology", KTU.id)[0] == 3
    assert run("export", KTU.id, "--template", str(tmp_path / "no" / "t.xlsx"))[0] == 3
