"""Workbooks of reported figures: what each kind of cell means, and what is refused, by address."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from kpiformula import load
from kpiformula.diagnostics import InputError, Severity
from kpiformula.tables import ReportedRow, ReportedTable, parse_reported
from kpiformula.tables.number_formats import (
    NothingShownError,
    UnreadFormatError,
    number_shown,
    shown,
)
from kpiformula.tables.sheet_grid import column_letters

HEAD = ("code", "year", "reported", "G", "F")
ROW = ("1.1", 2025, "0,4", 35, 8525)
KTU = load("ktu-programme-2024-2029")

Change = Callable[[Any], None]


def book(
    rows: Sequence[Sequence[object]],
    formats: Mapping[str, str] | None = None,
    change: Change | None = None,
    *,
    head: Sequence[str] = HEAD,
    sheet: str = "Goal 1",
) -> bytes:
    """A workbook as openpyxl writes it; formulas have no values in it."""
    made = openpyxl.Workbook()
    made.active.title = sheet
    for line in (head, *rows):
        made.active.append(line)
    for address, number_format in (formats or {}).items():
        made.active[address].number_format = number_format
    if change is not None:
        change(made)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def read(data: bytes, **options: Any) -> ReportedTable:
    return parse_reported(data, "figures.xlsx", **options)


def row(cells: Sequence[object] = ROW, formats: Mapping[str, str] | None = None,
        change: Change | None = None) -> ReportedRow:  # fmt: skip
    (only,) = read(book([cells], formats, change)).rows
    return only


def codes(found: ReportedRow) -> list[str]:
    return [finding.code for finding in found.findings]


def refusal(data: bytes, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        read(data, **options)
    return caught.value


def repacked(change: Callable[[str, str], str], data: bytes | None = None) -> bytes:
    """A workbook with the text of its parts changed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data or book([ROW]))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name).decode()))
    return stream.getvalue()


def as_excel_writes(data: bytes) -> bytes:
    """Return a workbook with all 17 digits of a number that was calculated, as Excel keeps them."""
    return repacked(lambda _, text: text.replace("<v>0.3</v>", "<v>0.30000000000000004</v>"), data)


def with_cell(column: str, value: object) -> list[object]:
    cells = list(ROW)
    cells[HEAD.index(column)] = value
    return cells


# --- the same rows as from CSV ------------------------------------------------------------------


def test_a_workbook_and_a_csv_make_the_same_rows() -> None:
    lines = [("1.10", "2025", "0,4", "өңірлік", "35", "8 525"), ("1.2", "2026", "", "", "-", "7")]
    head = ("code", "year", "reported", "category", "G", "F")
    text = "\n".join(";".join(line) for line in (head, *lines))
    from_csv = parse_reported(text.encode())
    from_excel = read(book(lines, head=head))
    assert from_excel.rows == from_csv.rows
    assert from_excel.columns == from_csv.columns
    assert (from_excel.delimiter, from_excel.decimal) == ("", ",")


def test_a_row_says_where_it_stands() -> None:
    found = row()
    assert (found.line, found.place) == (2, "figures.xlsx:Goal 1!A2")
    assert parse_reported(b"code;year;reported\n1;2025;1\n", "f.csv").rows[0].place == "f.csv:2"


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "number_format", "printed", "value"),
    [
        (0.346, "0.0%", "34.6%", "34.6"),
        (0.346, "0%", "35%", "35"),
        (0.346, "0.00%", "34.60%", "34.60"),
        (0.4106, "0.00%", "41.06%", "41.06"),
        (0.345, "0%", "35%", "35"),
        (-0.345, "0%", "-35%", "-35"),
        (34.6, '0.0" %"', "34.6%", "34.6"),
        (34.6, "0.0\\%", "34.6%", "34.6"),
        (1.005, "0.00", "1.01", "1.01"),
        (2.5, "0", "3", "3"),
        (1234.5, "#,##0.00", "1234.50", "1234.50"),
        (1234.5, "# ##0.0_-", "1234.5", "1234.5"),
        (-5, "0.00;[Red]-0.00", "-5.00", "-5.00"),
        (-5, "0.00_);(0.00)", "-5.00", "-5.00"),
        (12.5, "0.0##", "12.5", "12.5"),
        (12.525, "[$-419]0.0##", "12.525", "12.525"),
        (35, "General", "35", "35"),
        (35.0, "General", "35", "35"),
        (0.4, "General", "0.4", "0.4"),
        (35, "0.00", "35.00", "35.00"),
        (7159, "#,##0", "7159", "7159"),
        (9367017, '#,##0.00" ₸"', "9367017.00", "9367017.00"),
    ],
)
def test_a_figure_is_what_its_cell_shows(
    held: float, number_format: str, printed: str, value: str
) -> None:
    found = row(with_cell("reported", held), {"C2": number_format})
    assert codes(found) == []
    assert found.reported is not None
    assert (found.reported.printed, found.reported.value) == (printed, Fraction(value))
    assert found.reported.decimals == max(0, -int(Decimal(value).as_tuple().exponent))


@pytest.mark.parametrize(
    ("held", "number_format", "code"),
    [
        (0.41055718475073316, "General", "KF557"),
        (1 / 3, "General", "KF557"),
        (12.5, "# ?/?", "KF558"),
        (12.5, "0.0E+00", "KF558"),
        (12500, "0,", "KF558"),
        (12.5, "[>100]0;0.0", "KF558"),
        (-5, "0.00;0.00", "KF558"),
        (0.5, "0%%", "KF558"),
        (12.5, ";;;", "KF555"),
        (0, '0;-0;"-"', "KF558"),
        (12345678901234567890, "0", "KF557"),
    ],
)
def test_a_figure_whose_decimals_are_not_certain_is_refused(
    held: float, number_format: str, code: str
) -> None:
    found = row(with_cell("reported", held), {"C2": number_format})
    assert codes(found) == [code]
    assert found.reported is None
    assert found.findings[0].location == "figures.xlsx:Goal 1!C2"


@pytest.mark.parametrize(
    ("held", "number_format", "count", "told"),
    [
        (35.0, "General", 35, []),
        (35.0, "0.00", 35, []),
        (12.5, "General", Fraction(25, 2), []),
        (12.5, "0", Fraction(25, 2), ["KF559"]),
        (9367017.55, "#,##0.00", Fraction(936701755, 100), []),
        (-3, "0", -3, []),
        (0, '0;-0;"-"', 0, []),
        (1.5, "# ?/?", Fraction(3, 2), []),
        (999999999999999, "0", 999999999999999, []),
    ],
)
def test_a_count_is_what_its_cell_holds(
    held: float, number_format: str, count: Fraction, told: list[str]
) -> None:
    found = row(with_cell("G", held), {"D2": number_format})
    assert found.counts["G"] == count
    assert codes(found) == told
    assert {finding.severity for finding in found.findings} <= {Severity.INFO}


def blurred(number_format: str) -> ReportedRow:
    data = book([with_cell("G", 0.3)], {"D2": number_format})
    (only,) = read(as_excel_writes(data)).rows
    return only


def test_what_is_used_of_a_blurred_count_is_said() -> None:
    assert blurred("0.0").counts["G"] == blurred("0.00").counts["G"] == Fraction(3, 10)
    (finding,) = blurred("0.0").findings
    assert str(finding) == (
        "figures.xlsx:Goal 1!D2: info KF559: `G`: the cell holds 0.30000000000000004; 0.3, which "
        "it shows, is used"
    )
    (finding,) = row(with_cell("G", 12.5), {"D2": "0"}).findings
    assert "the cell shows 13; 12.5, which it holds, is used" in finding.message


def test_a_blurred_count_without_a_format_is_refused() -> None:
    assert codes(blurred("General")) == ["KF557"]
    assert "holds 0.30000000000000004 and no format says" in blurred("General").findings[0].message


def test_a_blurred_figure_is_what_its_cell_shows() -> None:
    data = book([with_cell("reported", 0.3)], {"C2": "0.0%"})
    assert str(read(as_excel_writes(data)).rows[0].reported) == "30.0%"
    assert str(read(as_excel_writes(book([with_cell("reported", 0.3)]))).rows[0].reported) == "0.3"


@pytest.mark.parametrize("held", [1e15, 1.2345678901234567e19, 2**0.5])
def test_a_count_with_more_digits_than_are_meant_is_refused(held: float) -> None:
    assert codes(row(with_cell("G", held))) == ["KF557"]


def test_a_percentage_for_a_count_is_left_to_the_judge_of_units() -> None:
    assert row(with_cell("G", 0.35), {"D2": "0%"}).counts["G"] == "35%"


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.booleans())
def test_what_is_typed_with_its_decimals_is_shown(
    digits: int, decimals: int, of_hundred: bool
) -> None:
    number_format = ("0." + "0" * decimals if decimals else "0") + "%" * of_hundred
    held = digits / 10 ** (decimals + 2 * of_hundred)
    found = shown(held, number_format)
    assert found is not None
    assert (found.value, found.decimals) == (Fraction(digits, 10**decimals), decimals)
    assert number_shown(found).endswith("%") == of_hundred


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12),
       st.text("0#?.,%;-_\"\\[]$ E/@", max_size=12))  # fmt: skip
def test_a_number_format_is_read_or_refused(held: float, number_format: str) -> None:
    with suppress(UnreadFormatError, NothingShownError):
        found = shown(held, number_format)
        assert found is None or found.value * 10**found.decimals % 1 == 0


# --- cells that are no numbers ------------------------------------------------------------------


@pytest.mark.parametrize("value", [date(2025, 10, 1), time(12, 30), True, False])
@pytest.mark.parametrize("column", ["code", "year", "reported", "G"])
def test_dates_and_truth_values_are_refused(value: object, column: str) -> None:
    found = row(with_cell(column, value))
    assert "KF552" in codes(found)
    finding = next(f for f in found.findings if f.code == "KF552")
    assert finding.location == f"figures.xlsx:Goal 1!{'ABCD'[HEAD.index(column)]}2"


def test_a_code_that_became_a_date_is_explained() -> None:
    finding = row(with_cell("code", date(2025, 10, 1))).findings[0]
    assert "a code such as 1.10 becomes a date" in str(finding)


@pytest.mark.parametrize("value", ["#REF!", "#DIV/0!", "#N/A", "#VALUE!", "NaN", "about 40"])
@pytest.mark.parametrize("column", ["reported", "G"])
def test_errors_of_a_spreadsheet_are_neither_missing_nor_zero(value: str, column: str) -> None:
    found = row(with_cell(column, value))
    assert codes(found) == ["KF504"]
    assert value in found.findings[0].message
    assert found.findings[0].location.endswith("!C2" if column == "reported" else "!D2")


@pytest.mark.parametrize("value", [None, "", "-", "–", "…", " "])
def test_a_missing_figure_is_missing(value: object) -> None:
    found = row(with_cell("reported", value))
    assert (found.reported, codes(found)) == (None, [])
    assert dict(row(with_cell("G", value)).counts) == {"F": 8525}


@pytest.mark.parametrize("column", ["code", "year", "reported", "G"])
def test_a_formula_without_a_value_is_not_missing(column: str) -> None:
    found = row(with_cell(column, "=D2/E2"))
    finding = next(f for f in found.findings if f.code == "KF553")
    assert finding.location == f"figures.xlsx:Goal 1!{'ABCD'[HEAD.index(column)]}2"


def test_a_formula_with_a_value_is_its_value() -> None:
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream)
    sheet = made.add_worksheet("Goal 1")
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, ("1.1", 2025))
    sheet.write_formula(1, 2, "=D2/E2", made.add_format({"num_format": "0.0%"}), 0.346)
    sheet.write_formula(1, 3, "=5+30", None, 35)
    sheet.write_formula(1, 4, '=""', None, "?")
    made.close()
    empty = repacked(lambda _, text: text.replace("<v>?</v>", "<v></v>"), stream.getvalue())
    (found,) = read(empty).rows
    assert codes(found) == []
    assert str(found.reported) == "34.6%"
    assert dict(found.counts) == {"G": 35}


# --- codes and years ----------------------------------------------------------------------------


def test_codes_stay_text() -> None:
    assert row(with_cell("code", "1.10")).code == "1.10"
    assert row(with_cell("code", "007")).code == "007"


@pytest.mark.parametrize("number_format", ["General", "0.00", "# ?/?"])
def test_a_code_with_decimals_typed_as_a_number_is_refused(number_format: str) -> None:
    found = row(with_cell("code", 1.1), {"A2": number_format})
    assert codes(found) == ["KF556"]
    assert found.code == ("1.10" if number_format == "0.00" else "1.1")
    assert found.findings[0].location == "figures.xlsx:Goal 1!A2"


def test_a_whole_code_typed_as_a_number_is_kept_and_said() -> None:
    found = row(with_cell("code", 7))
    assert (found.code, codes(found)) == ("7", ["KF565"])
    assert found.findings[0].severity is Severity.INFO


@pytest.mark.parametrize(
    ("year", "read_as"),
    [(2025, 2025), (2025.0, 2025), ("2025 ж.", 2025), (25, None), (2025.5, None)],
)
def test_years(year: object, read_as: int | None) -> None:
    found = row(with_cell("year", year))
    assert found.year == read_as
    assert codes(found) == ([] if read_as else ["KF527"])


# --- merged and hidden --------------------------------------------------------------------------


def test_merged_cells_are_said_and_not_used() -> None:
    def merge(made: Any) -> None:
        made.active.merge_cells("E2:E3")

    table = read(book([ROW, (*ROW[:1], 2026, *ROW[2:])], None, merge))
    assert [codes(each) for each in table.rows] == [["KF554"], ["KF554"]]
    assert [each.findings[0].location for each in table.rows] == [
        "figures.xlsx:Goal 1!E2",
        "figures.xlsx:Goal 1!E3",
    ]


def test_a_merged_title_above_the_head_is_no_matter() -> None:
    def title(made: Any) -> None:
        made.active.insert_rows(1, 2)
        made.active["A1"] = "Figures of the year"
        made.active.merge_cells("A1:E1")

    table = read(book([ROW], None, title))
    assert [codes(each) for each in table.rows] == [[]]
    assert table.rows[0].line == 4
    assert [finding.code for finding in table.findings] == ["KF560"]


@pytest.mark.parametrize("how", ['hidden="1"', 'ht="0" customHeight="1"'])
def test_a_hidden_row_is_refused_not_lost(how: str) -> None:
    data = book([ROW, (*ROW[:1], 2026, *ROW[2:])])
    table = read(repacked(lambda _, text: text.replace('<row r="3"', f'<row r="3" {how}'), data))
    assert [codes(each) for each in table.rows] == [[], ["KF555"]]


@pytest.mark.parametrize("column", ["A", "C", "E"])
def test_a_hidden_column_is_refused(column: str) -> None:
    def hide(made: Any) -> None:
        made.active.column_dimensions[column].hidden = True

    refused = refusal(book([ROW], None, hide))
    assert refused.code == "KF555"
    assert refused.diagnostics[0].location == f"figures.xlsx:Goal 1!{column}1"


def test_a_hidden_column_that_is_not_read_may_stay() -> None:
    def hide(made: Any) -> None:
        made.active["F1"] = "(note)"
        made.active["F2"] = "no count"
        made.active.column_dimensions["F"].hidden = True

    assert codes(row(change=hide)) == []


def test_hidden_sheets_and_sheets_without_columns_are_passed_over_and_said() -> None:
    def more(made: Any) -> None:
        made.create_sheet("notes").append(["nothing here"])
        hidden = made.create_sheet("old")
        hidden.append(HEAD)
        hidden.append(ROW)
        hidden.sheet_state = "hidden"

    table = read(book([ROW], None, more))
    assert len(table.rows) == 1
    assert [f.message for f in table.findings] == [
        "the sheet 'notes' is passed over: it has no row that names the columns",
        "the sheet 'old' is passed over: it is hidden",
    ]
    assert read(book([ROW], None, more), sheet="OLD").rows[0].place == "figures.xlsx:old!A2"


# --- sheets -------------------------------------------------------------------------------------


def test_all_sheets_with_the_columns_are_read() -> None:
    def more(made: Any) -> None:
        other = made.create_sheet("Goal 2")
        other.append(HEAD)
        other.append(("1.1", 2025, "0,5", 35, 8525))
        other.append(("2.1", 2025, "0,5", 35, 8525))

    table = read(book([ROW], None, more))
    assert [each.code for each in table.rows] == ["1.1", "1.1", "2.1"]
    assert [codes(each) for each in table.rows] == [["KF526"], ["KF526"], []]
    assert "stands also on figures.xlsx:Goal 2!A2" in table.rows[0].findings[0].message
    assert [each.code for each in read(book([ROW], None, more), sheet="goal 2").rows] == [
        "1.1",
        "2.1",
    ]


def test_a_sheet_that_is_not_there() -> None:
    refused = refusal(book([ROW]), sheet="Goal")
    assert refused.code == "KF561"
    assert "did you mean 'Goal 1'?" in str(refused)
    with pytest.raises(InputError, match="KF561"):
        parse_reported(b"code;year;reported\n1;2025;1\n", sheet="Goal 1")


def test_columns_that_are_missing_or_named_twice() -> None:
    refused = refusal(book([("1.1", 2025)], head=("code", "year")))
    assert (refused.code, refused.diagnostics[0].location) == ("KF523", "figures.xlsx:Goal 1!A1")
    refused = refusal(book([(*ROW, 1)], head=(*HEAD, "G")))
    assert refused.code == "KF524"
    assert "columns D and F" in str(refused)
    assert refusal(book([])).code == "KF528"


def test_a_value_under_a_column_without_a_name() -> None:
    found = row((*ROW, 7))
    assert codes(found) == ["KF525"]
    assert found.findings[0].location == "figures.xlsx:Goal 1!F2"


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_letters_of_columns(index: int, letters: str) -> None:
    assert column_letters(index) == letters


# --- layouts ------------------------------------------------------------------------------------

LONG = "code;year;input;value\n1.1;2025;reported;0,4\n1.1;2025;G;35\n1.1;2025;F;8525\n"


def test_the_long_layout_makes_the_same_row() -> None:
    (wide,) = parse_reported(b"code;year;reported;G;F\n1.1;2025;0,4;35;8525\n").rows
    (found,) = parse_reported(LONG.encode()).rows
    assert found == wide
    lines = [line.split(";") for line in LONG.splitlines()]
    (from_excel,) = read(book(lines[1:], head=lines[0])).rows
    assert from_excel == wide


def test_the_long_layout_keeps_what_is_wrong_with_its_row() -> None:
    table = parse_reported((LONG + "1.1;2025;G;36\n1.1;25;G;1\n;2025;;1\n1.2;2025;F;x\n").encode())
    assert [codes(each) for each in table.rows] == [
        ["KF526"],
        ["KF527"],
        ["KF527", "KF527"],
        ["KF504"],
    ]
    assert table.rows[0].findings[0].location == "<table>:5:1"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_counts_that_all_rows_share(kind: str) -> None:
    lines = ["code;year;input;value", "2.3.3;2025;reported;0,4", "2.3.3;2026;reported;0,4",
             ";2025;students_total;8525", ";2025;no_such_input;1"]  # fmt: skip
    cells = [line.split(";") for line in lines]
    data = "\n".join(lines).encode() if kind == "csv" else book(cells[1:], head=cells[0])
    table = read(data, methodology=KTU)
    name = KTU["2.3.3"].symbols["F"].input
    assert name == "students_total"
    assert [dict(each.counts) for each in table.rows] == [{name: 8525}, {}]
    (unknown,) = table.findings
    assert (unknown.code, unknown.severity) == ("KF566", Severity.WARNING)


def inputs_sheet(*lines: Sequence[object]) -> Change:
    def add(made: Any) -> None:
        sheet = made.create_sheet("inputs")
        for line in (("input", "(name)", 2025, "2026 ж."), *lines):
            sheet.append(line)

    return add


def test_a_sheet_of_inputs_gives_each_row_the_counts_of_its_year() -> None:
    lines = [("2.3.3", 2025, "0,4"), ("2.3.3", 2026, "0,4")]
    name = KTU["2.3.3"].symbols["F"].input
    add = inputs_sheet((name, "students", 8525, "8 600"), ("other", None, 1, 2))
    table = read(book(lines, None, add, head=HEAD[:3]), methodology=KTU)
    assert [dict(each.counts) for each in table.rows] == [{name: 8525}, {name: 8600}]


def test_what_is_wrong_with_a_shared_count_is_said_on_the_rows_that_need_it() -> None:
    lines = [("2.3.3", 2025, "0,4", 9), ("2.3.3", 2026, "0,4", None), ("1.1.1", 2025, "5", None)]
    name = KTU["2.3.3"].symbols["F"].input
    add = inputs_sheet((name, "students", 8525, "#REF!"))
    table = read(book(lines, None, add, head=(*HEAD[:3], name)), methodology=KTU)
    assert [codes(each) for each in table.rows] == [["KF503"], ["KF504"], []]
    assert [each.findings[0].location for each in table.rows[:2]] == [
        "figures.xlsx:inputs!C2",
        "figures.xlsx:inputs!D2",
    ]


def test_an_input_named_twice() -> None:
    add = inputs_sheet(("a", None, 1, 2), ("a", None, 1, 2))
    assert refusal(book([ROW], None, add)).code == "KF526"


# --- what strangers send ------------------------------------------------------------------------


@given(st.binary(max_size=200))
def test_any_bytes_are_a_workbook_or_a_declared_error(data: bytes) -> None:
    assert refusal(b"PK\x03\x04" + data).code == "KF550"
    assert refusal(b"\xd0\xcf\x11\xe0" + data).code == "KF550"


@given(st.integers(0, 4000), st.binary(min_size=1, max_size=4))
def test_a_damaged_workbook_is_read_or_refused(at: int, bytes_: bytes) -> None:
    good = book([ROW])
    at %= len(good)
    damaged = good[:at] + bytes_ + good[at + len(bytes_) :]
    assert came_to(damaged) in {"rows", "KF550", "KF551", "KF521", "KF523", "KF528"}


def came_to(data: bytes) -> str:
    try:
        return "rows" if parse_reported(data).rows else "nothing"
    except InputError as refused:
        return refused.code


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"])
def test_entities_are_refused(doctype: str, part: str) -> None:
    def plant(name: str, text: str) -> str:
        if name != part:
            return text
        at = text.index("?>") + 2 if text.startswith("<?xml") else 0
        return text[:at] + doctype + text[at:]

    assert refusal(repacked(plant)).code == "KF550"


def test_a_workbook_that_swells_is_refused_before_it_is_unpacked() -> None:
    def swell(name: str, text: str) -> str:
        return text + " " * 50_000_000 if name == "xl/worksheets/sheet1.xml" else text

    assert refusal(repacked(swell)).code == "KF551"


def test_a_size_that_is_only_claimed_costs_nothing() -> None:
    def claim(_: str, text: str) -> str:
        return text.replace('ref="A1:E2"', 'ref="A1:XFD1048576"')

    assert read(repacked(claim)).rows == (row(),)


def test_reading_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert "pip install 'kpiformula[excel]'" in str(refusal(b"PK\x03\x04"))
