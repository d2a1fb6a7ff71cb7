"""Tables of reported figures: what is read, what is refused, and where each finding points."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpiformula.diagnostics import InputError, Severity
from kpiformula.tables import ReportedRow, ReportedTable, parse_reported, read_reported
from kpiformula.tables.delimited import Record, cell_span, decoded, guarded, records

HEAD = "code;year;reported;G;F\n"
KAZAKH = "code;year;reported;category;G;F\n1.10;2025;0,4;өңірлік;35;8525\n"
RUSSIAN = "code;year;reported;category;G;F\n1.10;2025;0,4;региональный;35;8525\n"


def read(rows: str, head: str = HEAD, **options: str) -> ReportedTable:
    return parse_reported((head + rows).encode(), "figures.csv", **options)


def row(cells: str, head: str = HEAD, **options: str) -> ReportedRow:
    (only,) = read(cells + "\n", head, **options).rows
    return only


def refusal(data: str | bytes, **options: str) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_reported(data.encode() if isinstance(data, str) else data, "figures.csv", **options)
    return caught.value


def codes(found: ReportedRow) -> list[str]:
    return [finding.code for finding in found.findings]


# --- delimiters and heads -----------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_of_the_head(delimiter: str) -> None:
    text = 'code;year;reported;G;F\n1.10;2025;"0,4";35;8 525\n'.replace(";", delimiter)
    table = parse_reported(text.encode())
    assert table.delimiter == delimiter
    assert table.rows[0].counts == {"G": 35, "F": 8525}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_quoted_heads_do_not_mislead(delimiter: str) -> None:
    text = '"code";"year";"reported";"G, of F"\n"1.1";"2025";"0,4";"35"\n'.replace(";", delimiter)
    table = parse_reported(text.encode())
    assert (table.delimiter, table.columns[3]) == (delimiter, "G, of F")


def test_a_delimiter_may_be_stated() -> None:
    assert read("1.1;2025;1;2;3\n", delimiter=";").delimiter == ";"
    assert refusal(HEAD + "1.1;2025;1;2;3\n", delimiter=",").code == "KF523"
    assert refusal(HEAD, delimiter="|").code == "KF522"


def test_codes_stay_text() -> None:
    assert row("1.10;2025;1;2;3").code == "1.10"
    assert row("007;2025;1;2;3").code == "007"


def test_names_of_columns_are_read_in_any_case_but_those_of_counts() -> None:
    table = parse_reported(b"Code;YEAR;Reported;g\n1.1;2025;1;2\n")
    assert table.columns == ("code", "year", "reported", "g")


@pytest.mark.parametrize(
    "line_end", ["\n", "\r\n", "\r"], ids=["line-feed", "carriage-return-line-feed", "return"]
)
def test_line_ends(line_end: str) -> None:
    text = (HEAD + "1.1;2025;1;2;3\n\n;;;;\n1.2;2025;1;2;3\n").replace("\n", line_end)
    assert [(r.line, r.code) for r in parse_reported(text.encode()).rows] == [
        (2, "1.1"),
        (5, "1.2"),
    ]


def test_a_cell_of_several_lines_keeps_the_lines_behind_it_right() -> None:
    table = read('1.1;2025;1;2;3\n"1.\n2";2025;1;2;3\n1.3;2025;1;2;3\n')
    assert [r.line for r in table.rows] == [2, 3, 5]


def test_missing_columns_are_named() -> None:
    refused = refusal("code;G\n1.1;2\n")
    assert refused.code == "KF523"
    assert "`year`, `reported`" in str(refused)
    assert refusal("").code == "KF523"
    assert refusal("Table 1. Figures\n" + HEAD).code == "KF523"


def test_no_rows_is_an_error() -> None:
    assert refusal(HEAD).code == "KF528"
    assert refusal(HEAD + ";;;;\n\n").code == "KF528"


@pytest.mark.parametrize("head", ["code;year;reported;G;F;G", "code;year;reported;G;Code;F"])
def test_a_column_named_twice_names_both_places(head: str) -> None:
    columns = head.casefold().split(";")
    second = next(i for i, name in enumerate(columns) if name in columns[:i])
    first = columns.index(columns[second])
    refused = refusal(head + "\n1.1;2025;1;2;3;4\n")
    assert refused.code == "KF524"
    assert f"columns {first + 1} and {second + 1}" in str(refused)
    offset = len(";".join(head.split(";")[:second])) + 2
    assert refused.diagnostics[0].location == f"figures.csv:1:{offset}"


def test_both_rows_of_a_figure_name_each_other() -> None:
    table = read("1.1;2025;1;2;3\n1.1;2026;1;2;3\n 1.1 ;2025 ж.;1;2;3\n")
    assert [codes(r) for r in table.rows] == [["KF526"], [], ["KF526"]]
    first, _, last = (str(f) for r in table.rows for f in (r.findings or ("",)))
    assert first.startswith("figures.csv:2:1: error KF526: 1.1 in 2025 stands also on line 4")
    assert last.startswith("figures.csv:4:1: error KF526: 1.1 in 2025 stands also on line 2")


def test_rows_of_two_methodologies_are_two_figures() -> None:
    head = "methodology;" + HEAD
    table = read("one;1.1;2025;1;2;3\ntwo;1.1;2025;1;2;3\n", head)
    assert [codes(r) for r in table.rows] == [[], []]
    assert [r.methodology for r in table.rows] == ["one", "two"]


def test_many_rows_of_one_figure_do_not_list_one_another() -> None:
    table = read("1.1;2025;1;2;3\n" * 3000)
    assert all(len(f.message) < 60 for r in table.rows for f in r.findings)
    assert table.rows[0].findings[0].message.endswith("line 3")


# --- encodings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_with_and_without_mark(encoding: str) -> None:
    table = parse_reported(KAZAKH.encode(encoding))
    assert table.columns[0] == "code"
    assert table.rows[0].category == "өңірлік"


@pytest.mark.parametrize(
    ("encoding", "offset", "hint"),
    [
        ("utf-16", "at byte 0", "byte order mark of UTF-16"),
        ("utf-16-le", "at byte 1", "a zero byte"),
        ("utf-32", "at byte 0", "byte order mark of UTF-32"),
    ],
)
@pytest.mark.parametrize("stated", ["utf-8", "cp1251"])
def test_wide_encodings_are_refused(encoding: str, offset: str, hint: str, stated: str) -> None:
    refused = refusal(KAZAKH.encode(encoding), encoding=stated)
    assert refused.code == "KF521"
    assert offset in str(refused)
    assert hint in str(refused)
    assert "CSV UTF-8" in str(refused)


@pytest.mark.parametrize(("encoding", "text"), [("cp1251", RUSSIAN), ("kz1048", KAZAKH)])
def test_encodings_of_one_byte_are_read_only_when_named(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    refused = refusal(data)
    offset = text.index(text.splitlines()[1].split(";")[3])
    assert refused.code == "KF521"
    assert f"not utf-8 at byte {offset}: 0x{data[offset]:02x}" in str(refused)
    assert "name the encoding" in str(refused)
    table = parse_reported(data, encoding=encoding)
    assert table.rows == parse_reported(text.encode()).rows


def test_the_offset_counts_the_byte_order_mark() -> None:
    data = HEAD.encode("utf-8-sig") + b"\xff"
    assert f"at byte {len(data) - 1}: 0xff" in str(refusal(data))


def test_an_encoding_by_another_name() -> None:
    assert decoded(b"x", "t", "windows-1251").text == "x"
    for name in ("latin-1", "utf-7", "rot13", "no such", "a\0b"):
        assert refusal(HEAD, encoding=name).code == "KF522"


def test_invisible_characters_are_left_out_and_noted() -> None:
    found = row("1.\u00ad1\u200b;2025;0,4;8\u202f525;\ufeff9")
    assert (found.code, dict(found.counts)) == ("1.1", {"G": 8525, "F": 9})
    assert codes(found) == ["KF529", "KF529"]
    assert {f.severity for f in found.findings} == {Severity.INFO}


# --- figures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["", "-", "–", "—", " ", "…"])
def test_a_missing_figure_is_missing(cell: str) -> None:
    found = row(f"1.1;2025;{cell};{cell};3")
    assert (found.reported, dict(found.counts), codes(found)) == (None, {"F": 3}, [])


@pytest.mark.parametrize(
    "cell",
    ["NaN", "nan", "inf", "-inf", "#DIV/0!", "#N/A", "#REF!", "n/a", "1e5", "0x10", "=1+1",
     "=cmd|' /C calc'!A0", "@SUM(A1)", "2025-01-01", "1:6", "½", "٣", "12,34,5", "1.2.3", ".", ","],
)  # fmt: skip
@pytest.mark.parametrize("column", ["reported", "G"])
def test_what_is_no_number_is_neither_missing_nor_zero(cell: str, column: str) -> None:
    cells = {"reported": "1", "G": "2"} | {column: cell}
    found = row(f"1.1;2025;{cells['reported']};{cells['G']};3")
    (finding,) = found.findings
    assert (finding.code, finding.severity) == ("KF504", Severity.ERROR)
    assert finding.message.startswith(f"`{column}`: ")
    line = f"1.1;2025;{cells['reported']};{cells['G']};3"
    assert finding.location == f"figures.csv:2:{line.index(f';{cell};') + 2}"
    assert (found.reported is None) == (column == "reported")
    assert ("G" in found.counts) == (column != "G")


def figures(*cells: str, **options: str) -> list[Fraction | str]:
    """Return the value of each cell of one column, or the code of its finding."""
    rows = "".join(f'1.{i};2025;;"{cell}";3\n' for i, cell in enumerate(cells))
    return [
        r.findings[0].code if r.findings else Fraction(r.counts["G"])
        for r in read(rows, **options).rows
    ]


def test_a_comma_that_shows_decimals_settles_the_file() -> None:
    assert figures("0,4", "1,234") == [Fraction("0.4"), Fraction("1.234")]
    assert figures("12,5", "1.234", "1.234,5") == [Fraction("12.5"), "KF505", Fraction("1234.5")]
    assert read("1.1;2025;0,4;1;2\n").decimal == ","


def test_a_point_that_shows_decimals_leaves_a_comma_in_doubt() -> None:
    assert figures("0.4", "1.234", "1,234") == [Fraction("0.4"), Fraction("1.234"), "KF505"]
    assert figures("1,234.5", "1,234,567") == [Fraction("1234.5"), 1234567]
    assert read("1.1;2025;0.4;1;2\n").decimal == "."


def test_a_file_of_both_marks_is_read_cell_by_cell() -> None:
    found = figures("0,4", "0.5", "1,234", "1.234", "7 159,123")
    assert found == [Fraction("0.4"), Fraction("0.5"), "KF505", "KF505", Fraction("7159.123")]
    assert read("1.1;2025;0,4;0.4;2\n").decimal == ""


def test_nothing_is_guessed_where_no_cell_shows_the_mark() -> None:
    assert figures("1,234", "7 159", "35") == ["KF505", 7159, 35]
    assert read("1.1;2025;1;2;3\n").decimal == ""


def test_a_stated_mark_settles_everything() -> None:
    assert figures("1,234", "1.234", decimal=",") == [Fraction("1.234"), 1234]
    assert figures("1,234", "1.234", decimal=".") == [1234, Fraction("1.234")]
    assert figures("0.4", "12.34.56", decimal=",") == ["KF504", "KF504"]
    assert figures("0,4", "1,2,3", decimal=".") == ["KF504", "KF504"]
    assert refusal(HEAD, decimal=";").code == "KF522"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("-5,00", Fraction(-5)),
        ("\u22125,5", Fraction(-11, 2)),
        ("1 234 567,8", Fraction("1234567.8")),
        ("1\u00a0234,5", Fraction("1234.5")),
        ("1'234,5", Fraction("1234.5")),
    ],
)
def test_figures_as_documents_print_them(cell: str, value: Fraction) -> None:
    found = row(f'1.1;2025;"{cell}";1;2')
    assert found.reported is not None
    assert found.reported.value == value
    assert found.reported.printed == cell.replace("\u00a0", " ")


def test_decimals_and_the_printed_figure_are_kept() -> None:
    one, other = (row(f"1.1;2025;{cell};1;2").reported for cell in ("0,4", "0,40"))
    assert one is not None
    assert other is not None
    assert (one.decimals, one.printed, other.decimals) == (1, "0,4", 2)


def test_a_number_beyond_the_limit() -> None:
    assert codes(row(f"1.1;2025;1;{'9' * 31};2")) == ["KF905"]


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.sampled_from(",."))
def test_a_figure_reads_back_under_its_mark(digits: int, decimals: int, mark: str) -> None:
    value = Fraction(digits, 10**decimals)
    sign, size = "-" if digits < 0 else "", str(abs(digits)).rjust(decimals + 1, "0")
    shown = size[: len(size) - decimals] + (mark + size[len(size) - decimals :] if decimals else "")
    found = row(f'1.1;2025;"{sign}{shown}";1;2', decimal=mark)
    assert found.reported is not None
    assert (found.reported.value, found.reported.decimals) == (value, decimals)


# --- rows ---------------------------------------------------------------------------------------


def test_a_row_that_does_not_fit_is_kept_with_a_finding() -> None:
    table = read("1.1;2025;1;2\n1.2;2025;1;2;3;4\n1.3;2025;1;2;3;;\n1.4;2025;1;2;3\n")
    assert [codes(r) for r in table.rows] == [["KF525"], ["KF525"], [], []]
    assert table.rows[1].findings[0].location == "figures.csv:3:16"


def test_a_decimal_comma_without_quotes_is_pointed_at() -> None:
    text = "code,year,reported,G,F\n2.3.3,2025,0,4,35,8525\n"
    (found,) = parse_reported(text.encode()).rows
    assert codes(found) == ["KF525"]
    assert "a decimal comma needs quotes" in str(found.findings[0])


def test_a_value_under_a_column_without_a_name() -> None:
    assert codes(row("1.1;2025;1;2;3", "code;year;reported;G;\n")) == ["KF525"]
    assert codes(row("1.1;2025;1;2;", "code;year;reported;G;\n")) == []


def test_quotes_that_do_not_close() -> None:
    refused = refusal(HEAD + '1.1;2025;1;2;3\n1.2;2025;"1;2;3\n1.3;2025;1;2;3\n')
    assert refused.code == "KF525"
    assert refused.diagnostics[0].location == "figures.csv:3:1"


def test_a_cell_beyond_all_bounds_is_refused() -> None:
    assert refusal(HEAD + f"1.1;2025;1;2;{'9' * 200_000}\n").code == "KF525"


@pytest.mark.parametrize(
    ("year", "read_as"),
    [("2025", 2025), ("2025 г.", 2025), ("2025 ж.", 2025), ("2025 жыл", 2025), (" 2025", 2025),
     ("", None), ("25", None), ("2025-2026", None), ("2025.0", None), ("year", None)],
)  # fmt: skip
def test_years(year: str, read_as: int | None) -> None:
    found = row(f"1.1;{year};1;2;3")
    assert found.year == read_as
    assert codes(found) == ([] if read_as else ["KF527"])


def test_a_row_without_a_code() -> None:
    assert codes(row(";2025;1;2;3")) == ["KF527"]


def test_a_percent_sign_is_left_to_the_judge_of_units() -> None:
    found = row("1.1;2025;0,4 %;35 %;3")
    assert found.reported is not None
    assert found.reported.value == Fraction("0.4")
    assert found.counts["G"] == "35 %"


# --- files --------------------------------------------------------------------------------------


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(HEAD + "1.1;2025;x;2;3\n", encoding="utf-8")
    (found,) = read_reported(path).rows
    assert found.findings[0].location == f"{path}:2:10"


@pytest.mark.parametrize("name", ["no-such.csv", ".", "a\0b"])
def test_a_file_that_cannot_be_opened(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="KF520"):
        read_reported(str(tmp_path / name))


CELLS = st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=5), st.sampled_from(",;\t"))
def test_cells_and_their_places(table: list[list[str]], delimiter: str) -> None:
    """Whatever is written as CSV is read back, and each place is that of its cell."""
    written = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells] for cells in table]
    text = "\n".join(delimiter.join(cells) for cells in written)
    source = decoded(text.encode(), "t", "utf-8")
    found: list[Record] = list(records(source, delimiter))
    expected = [cells for cells in table if any(cell.strip() for cell in cells)]
    assert [list(record.cells) for record in found] == expected
    for record in found:
        for index, cell in enumerate(record.cells):
            span = cell_span(source, record, index)
            shown = source.text[span.start : span.end]
            assert shown == f'"{cell.replace(chr(34), chr(34) * 2)}"'


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_a_declared_error(data: bytes) -> None:
    declared = {"KF550", "KF521", "KF523", "KF524", "KF525", "KF528", "rows"}
    assert {came_to(data), came_to(HEAD.encode() + data)} <= declared


def came_to(data: bytes) -> str:
    try:
        return "rows" if parse_reported(data).rows else "nothing"
    except InputError as refused:
        return refused.code


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "+1", "\tx", "\rx"])
def test_text_for_a_cell_is_no_formula_of_a_spreadsheet(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert guarded("2.3.3") == "2.3.3"
