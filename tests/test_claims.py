"""Claims: figures with a formula of their own, from the cell to the verdict and the report."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import jsonschema
import openpyxl
import printed_claims
import pytest
from typer.testing import CliRunner, Result

from kpiformula.checking import Precision
from kpiformula.cli import app
from kpiformula.diagnostics import InputError
from kpiformula.runs import Run, Verifier, likely_cause
from kpiformula.tables import ReportedRow, parse_reported
from kpiformula.tables.reported import ReportedTable

ROOT = Path(__file__).parent.parent
CLAIMS = "docs/examples/printed-claims.csv"
KTU = "ktu-programme-2024-2029"
HEAD = "id|formula|inputs|inputs_rounded|unit|reported|note\n".replace("|", "\t")


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def table(*rows: str, head: str = HEAD) -> ReportedTable:
    data = head + "".join(f"{row}\n".replace("|", "\t") for row in rows)
    return parse_reported(data.encode(), "claims.tsv")


def row(cells: str) -> ReportedRow:
    (only,) = table(cells).rows
    return only


def verified(*rows: str, inputs: Precision | None = None) -> Run:
    verifier = Verifier(table(*rows), None, category=None, rounding="nearest", as_printed=False,
                        inputs=inputs)  # fmt: skip
    return verifier.run(verifier.outcomes())


def command(*arguments: str, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(app, arguments, input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


# --- cells ---------------------------------------------------------------------------------------


def test_a_claim_is_read_as_printed() -> None:
    found = row("c1|H = G / F * 100|G=53 525 825,60; F = 580 ;|yes|%|79,5|remark")
    assert (found.code, found.year, found.formula) == ("c1", None, "H = G / F * 100")
    assert found.counts == {"G": Decimal("53525825.60"), "F": 580}
    assert str(found.counts["G"]) == "53525825.60"
    assert (found.inputs_rounded, found.unit, found.findings) == (True, "%", ())
    assert found.reported is not None
    assert (found.reported.value, found.reported.decimals) == (Fraction("79.5"), 1)


def test_only_three_columns_are_needed_and_their_case_is_free() -> None:
    (found,) = table("H = A|A=2|2", head="Formula\tINPUTS\treported\n").rows
    assert (found.code, found.counts, found.inputs_rounded, found.unit) == (
        "",
        {"A": 2},
        False,
        None,
    )


def test_a_table_with_codes_and_years_stays_wide() -> None:
    head = "code\tyear\treported\tformula\tinputs\n"
    (found,) = table("1.1|2025|1|2|3", head=head).rows
    assert (found.formula, found.counts) == (None, {"formula": 2, "inputs": 3})


@pytest.mark.parametrize(
    ("cells", "code", "words"),
    [
        ("c|H = G|G 35||%|1|", "KF570", "'G 35' is not written NAME=NUMBER"),
        ("c|H = G|=35||%|1|", "KF570", "'=35'"),
        ("c|H = G|G=35; G=36||%|1|", "KF571", "'G' is given twice"),
        ("c|H = G|G=abc||%|1|", "KF504", "`inputs`, G: not a number"),
        ("c|H = G|G=#DIV/0!||%|1|", "KF504", "`inputs`, G"),
        ("c|H = G|G=1,234||%|1|", "KF505", "`inputs`, G"),
        (f"c|H = G|G={'9' * 31}||%|1|", "KF905", "`inputs`, G"),
        ("c|H = G|G=1|maybe|%|1|", "KF572", "'maybe' is neither yes nor no"),
        ("c||G=1||%|1|", "KF573", "no formula"),
        ("c|H = G|G=1||%|NaN|", "KF504", "`reported`"),
        ("c|H = G|G=1||%", "KF525", "5 cells of 7"),
    ],
)
def test_a_bad_cell_refuses_its_row_and_says_where(cells: str, code: str, words: str) -> None:
    (outcome, other) = verified(cells, "d|H = A|A=1||%|1|").outcomes
    assert (outcome.verdict, other.verdict) == ("error", "exact")
    finding = outcome.findings[0]
    assert finding.code == code
    assert words in finding.message
    assert finding.source is not None
    assert finding.source.name == "claims.tsv"
    assert finding.position is not None
    line, column = finding.position
    assert line == 2
    if code in ("KF570", "KF571", "KF572"):
        assert column == {"KF572": 13}.get(code, 9)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="KF523"):
        table("H = A|A=1", head="formula\tinputs\n")


def test_an_id_stands_once() -> None:
    found = verified("c|H = A|A=1||%|1|", "c|H = A|A=2||%|2|")
    assert [each.findings[0].code for each in found.refused] == ["KF526", "KF526"]
    assert not verified("|H = A|A=1||%|1|", "|H = A|A=2||%|2|").refused


def test_the_decimal_mark_is_that_of_figures_and_inputs() -> None:
    found = table("a|H = A|A=377,993||%|377|", "b|H = B|B=0,5||%|1|")
    assert (found.decimal, found.rows[0].counts["A"]) == (",", Decimal("377.993"))


def test_claims_in_a_workbook() -> None:
    book, data = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for cells in (
        ("formula", "inputs", "reported", "note"),
        ("H = G / F * 100", "G=1; F=3", "33,3", 1),
    ):
        sheet.append(cells)
    sheet.column_dimensions["D"].hidden = True
    book.save(data)
    (found,) = parse_reported(data.getvalue(), "claims.xlsx").rows
    assert (found.formula, found.counts) == ("H = G / F * 100", {"G": 1, "F": 3})


# --- verdicts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ("c|H = A + B|A=1; B=2|no||3|", "exact"),
        ("c|H = G / F * 100|G=1; F=3|no||33,3|", "rounded"),
        ("c|H = G / F * 100|G=2; F=3|no||66,6|", "truncated"),
        ("c|H = A + B|A=1; B=2|no||5|", "mismatch"),
        ("c|H = A + B|A=1,4; B=1,4|no||2,9|", "mismatch"),
        ("c|H = A + B|A=1,4; B=1,4|yes||2,9|", "rounded"),
        ("c|H = A + B|A=1,40; B=1,40|yes||2,90|", "mismatch"),
        ("c|H = G / F|G=1; F=0|no||1|", "undefined"),
        ("c|H = A + B|A=–; B=–|no||1|", "not_evaluated"),
        ("c|H = A + B|A=1; B=2|no||–|", "not_evaluated"),
    ],
)
def test_a_claim_has_the_verdict_of_its_own_formula(cells: str, verdict: str) -> None:
    (outcome,) = verified(cells).outcomes
    assert outcome.verdict == verdict, outcome.note


@pytest.mark.parametrize("cells", ["c|H = = A|A=1|||1|", "c|H = A|Z=1|||1|"])
def test_a_formula_that_cannot_be_used_is_a_refused_row(cells: str) -> None:
    (outcome,) = verified(cells).refused
    (finding,) = outcome.findings
    assert finding.source is not None
    assert (finding.source.name, finding.position) == ("claims.tsv", (2, 1))


def test_what_is_asked_for_holds_for_all_rows() -> None:
    rows = ("a|H = A + B|A=1,4; B=1,4|yes||2,9|", "b|H = A + B|A=1,4; B=1,4|||2,9|")
    expected = {
        None: ["rounded", "mismatch"],
        "exact": ["mismatch"] * 2,
        "rounded": ["rounded"] * 2,
    }
    inputs: Precision | None
    for inputs in (None, "exact", "rounded"):
        assert [each.verdict for each in verified(*rows, inputs=inputs).outcomes] == expected[
            inputs
        ]


def test_the_note_names_the_likely_cause_only_if_it_proves_something() -> None:
    shown, hidden = verified("a|H = G / F * 100|G=35; F=8525|||0,0041|",
                             "b|H = A + B|A=4; B=2|||7|").outcomes  # fmt: skip
    assert shown.reading is not None
    assert hidden.reading is not None
    cause = likely_cause(shown.reading)
    assert cause is not None
    assert f", likely cause: {cause.sentence}" in shown.note
    assert all(each.proves_little for each in hidden.reading.causes)
    assert "likely cause" not in hidden.note


def test_inputs_of_a_wide_table_keep_their_decimals() -> None:
    rows = "code;year;reported;G;F\n2.3.3;2025;12,5;1,00;8,00\n2.3.3;2026;12,7;1,00;8,00\n"
    result = command("verify", "-", "--methodology", KTU, "--inputs", "rounded", stdin=rows)
    assert result.stdout.splitlines()[-1] == "2 rows read: rounded 1, mismatch 1"


# --- the claims of the documents -----------------------------------------------------------------


def test_the_claims_of_the_documents_are_verified_without_a_methodology(tmp_path: Path) -> None:
    files = [tmp_path / f"claims.{ending}" for ending in ("html", "json", "xlsx")]
    result = command("verify", CLAIMS, "--report", str(files[0]), "--report", str(files[1]),
                     "--workbook", str(files[2]))  # fmt: skip
    assert result.exit_code == 1
    assert result.stderr == ""
    _, *rows, summary = result.stdout.splitlines()
    counted = {
        verdict: int(number) for verdict, number in re.findall(r"(\w+) (\d+)(?:,|$)", summary)
    }
    assert sum(counted.values()) == len(rows) == 87
    assert [each.split()[1] for each in rows] == [f"c{index:03}" for index in range(1, 88)]
    written = json.loads(files[1].read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "kpiformula/report/run.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(written)
    assert (written["methodologies"], written["asked"]["inputs"]) == ([], None)
    assert written["rows"][0]["formula"] == "H = A + B + C"
    page = files[0].read_text(encoding="utf-8")
    assert "None" not in re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)
    assert "<code>H = A + B + C</code>" in page
    assert "formula of its row" in page
    assert "where the row says so" in page
    assert files[2].stat().st_size > 0


@pytest.mark.parametrize(
    ("options", "summary"),
    [
        ((), "exact 23, rounded 44, truncated 5, mismatch 15"),
        (("--inputs", "exact"), "exact 44, rounded 16, truncated 10, mismatch 17"),
        (("--inputs", "rounded"), "rounded 69, truncated 3, mismatch 15"),
    ],
)
def test_how_inputs_are_taken(options: tuple[str, ...], summary: str) -> None:
    result = command("verify", CLAIMS, *options)
    assert result.stdout.splitlines()[-1] == f"87 rows read: {summary}"


def test_the_page_on_the_claims_is_fresh() -> None:
    written = printed_claims.PAGE.read_text(encoding="utf-8")
    assert written == printed_claims.page(), "run: python -m tests.printed_claims"


def test_the_ten_figures_that_are_explained_are_wrong() -> None:
    wrong = {each.row.code for each in printed_claims.run("exact").outcomes if each.agrees is False}
    assert len(printed_claims.REASONS) == 10
    assert wrong >= set(printed_claims.REASONS)


# --- contradictions ------------------------------------------------------------------------------

SET = "code;year;reported;G;F\n2.3.3;2025;0,4;35;8525\n3.2.1;2025;0,4;37;9486\n"


def lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if "KF535" in line)


def test_contradictions_stand_before_the_summary_and_are_counted() -> None:
    result = command("verify", "-", "--methodology", KTU, stdin=SET)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "2 rows read: rounded 2; 1 contradiction"
    assert len(list(lines(result.stdout))) == 1
    assert result.stderr == ""


@pytest.mark.parametrize("form", ["json", "csv"])
def test_contradictions_stay_out_of_data(form: str) -> None:
    result = command("verify", "-", "--methodology", KTU, "--format", form, stdin=SET)
    assert result.exit_code == 1
    assert not list(lines(result.stdout))
    assert len(list(lines(result.stderr))) == 1
    assert result.stderr.splitlines()[-1].endswith("; 1 contradiction")


def test_without_contradictions_nothing_is_said() -> None:
    result = command("verify", "-", "--methodology", KTU, stdin=SET.replace("9486", "8525"))
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "2 rows read: rounded 2")


JUMP = "code;year;reported;G;F\n2.3.3;2024;0,4;35;8525\n2.3.3;2025;4,1;350;8525\n"


def test_a_note_is_shown_and_counted_apart_and_no_difference() -> None:
    result = command("verify", "-", "--methodology", KTU, stdin=JUMP)
    assert result.exit_code == 0
    assert "<stdin>:3:1: info KF538: 2.3.3 (2025) reports 4,1" in result.stdout
    summary = result.stdout.splitlines()[-1]
    assert summary == "2 rows read: rounded 2; 1 note"


BOTH = (
    "methodology;code;year;reported;bachelor_programmes_dual;bachelor_programmes_total\n"
    "ktu-programme-2024-2029;2.1.8;2025;12,5;10;80\n"
    "ktu-directions-2024-2029;2.1.2;2025;{};13;100\n"
)


def test_one_quantity_under_two_methodologies() -> None:
    told = command("verify", "-", stdin=BOTH.format("15")).stdout
    assert "<stdin>:3:1: warning KF549: dual-programmes: ktu-directions-2024-2029 2.1.2" in told
    assert told.splitlines()[-1].endswith("; 1 contradiction")
    assert "KF549" not in command("verify", "-", stdin=BOTH.format("13")).stdout
