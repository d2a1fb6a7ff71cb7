"""Tables of reported figures as spreadsheets save them: CSV and TSV, read without a guess.

One row is one indicator in one year: ``code``, ``year``, ``reported``, optionally ``category``
and ``methodology``, and any number of columns of counts, each named by a symbol of the formula or
by an input. Empty cells and dashes are missing figures; what is no number (``#DIV/0!``, ``NaN``)
is a finding, never a missing figure and never zero.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from os import PathLike, fspath

from kpiformula.diagnostics import Diagnostic, InputError, Source, Span, error, info
from kpiformula.evaluation import BLANKS, Count
from kpiformula.intervals import Figure
from kpiformula.mapping import Table
from kpiformula.tables.delimited import (
    DELIMITERS,
    Record,
    cell_span,
    decoded,
    file_bytes,
    line_span,
    records,
    require,
)
from kpiformula.tables.numbers import DecimalMarks
from kpiformula.text import clean

REQUIRED = ("code", "year", "reported")
NAMED = (*REQUIRED, "category", "methodology")
"""Columns that are no counts; their names are read in any case, those of counts as they stand."""

MISSING = BLANKS | {"…", "..."}
"""What stands in a table where there is no figure."""


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A reported figure and the counts behind it.

    ``counts`` holds the cells that are filled, by column; a missing count is not among them.
    With a finding of severity ``error`` the row cannot be verified. ``span`` is its first line.
    """

    line: int
    code: str
    year: int | None
    reported: Figure | None
    counts: Mapping[str, Count] = field(default_factory=Table)
    category: str | None = None
    methodology: str | None = None
    findings: tuple[Diagnostic, ...] = ()
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True)
class ReportedTable:
    """The rows of a file in their order; rows without any content are left out.

    ``decimal`` is the decimal mark of the whole file, empty where no cell shows one or cells
    disagree; an ambiguous cell such as ``1,234`` is then a finding.
    """

    source: Source = field(repr=False)
    delimiter: str
    decimal: str
    columns: tuple[str, ...]
    rows: tuple[ReportedRow, ...]


def read_reported(
    path: str | PathLike[str],
    *,
    encoding: str = "utf-8",
    decimal: str | None = None,
    delimiter: str | None = None,
) -> ReportedTable:
    """Read a CSV or TSV file of reported figures; see :func:`parse_reported`.

    Raises:
        InputError: KF520 where the file cannot be opened, and what ``parse_reported`` raises.
    """
    name = fspath(path)
    data = file_bytes(name)
    return parse_reported(data, name, encoding=encoding, decimal=decimal, delimiter=delimiter)


def parse_reported(
    data: bytes,
    name: str = "<table>",
    *,
    encoding: str = "utf-8",
    decimal: str | None = None,
    delimiter: str | None = None,
) -> ReportedTable:
    """Read the bytes of a table of reported figures.

    Args:
        data: the content of the file; a byte order mark of UTF-8 is allowed.
        name: what stands for the file in findings.
        encoding: ``utf-8``, ``cp1251`` or ``kz1048``.
        decimal: ``,`` or ``.``; without it, the mark that the cells of the whole file show.
        delimiter: comma, semicolon or tab; without it, the one that the first row shows.

    Returns:
        The rows, each with its own findings: KF504, KF505, KF905 a cell that is no number, or
        ambiguous, or too long; KF525 a row that does not fit; KF526 two rows for one figure;
        KF527 code or year missing; KF529 (info) an invisible character.

    Raises:
        InputError: KF521 another encoding; KF522 an encoding, mark or delimiter that is not
            known; KF523 a column is missing; KF524 a column is named twice; KF525 quotes that
            do not close; KF528 no rows.
    """
    require("decimal mark", decimal, (None, ",", "."))
    require("delimiter", delimiter, (None, *DELIMITERS))
    source = decoded(data, name, encoding)
    delimiter = delimiter or max(DELIMITERS, key=lambda each: _required_columns(source, each))
    return _Reader(source, delimiter, decimal).table()


def _required_columns(source: Source, delimiter: str) -> int:
    """Return how many of the required columns the first row names under a delimiter."""
    try:
        head = next(records(source, delimiter), Record((), 0))
    except InputError:
        return 0
    return len(set(REQUIRED).intersection(_columns(head)))


def _columns(head: Record) -> tuple[str, ...]:
    names = (" ".join(_tidy(cell).split()) for cell in head.cells)
    return tuple(name.casefold() if name.casefold() in NAMED else name for name in names)


def _tidy(cell: str) -> str:
    """Return a cell without invisible characters and without spaces around it."""
    return (cell if cell.isascii() else clean(cell).text).strip()


_YEAR = re.compile(r"(\d{4})\s*(?:г\.?|год|ж\.?|жыл)?", re.ASCII)


class _Reader:
    """Reads the rows of one table."""

    def __init__(self, source: Source, delimiter: str, decimal: str | None) -> None:
        self.source, self.delimiter = source, delimiter
        found = list(records(source, delimiter))
        head, self.records = (found[0], found[1:]) if found else (Record((), 0), [])
        self.columns = _columns(head)
        findings = list(self._of_head(head))
        if findings:
            raise InputError(*findings)
        if not self.records:
            raise InputError(error("KF528", "the table has no rows", None, source))
        self.decimal = DecimalMarks(decimal, self._figures())

    def _of_head(self, head: Record) -> Iterator[Diagnostic]:
        missing = [name for name in REQUIRED if name not in self.columns]
        if missing:
            message = f"no column {', '.join(f'`{name}`' for name in missing)}"
            advice = f"the first row names the columns {', '.join(REQUIRED)} and those of counts"
            yield error("KF523", message, line_span(self.source, head.start), self.source,
                        help=advice)  # fmt: skip
        for index, name in enumerate(self.columns):
            first = self.columns.index(name)
            if name and first < index:
                message = f"the column `{name}` is named twice: columns {first + 1} and {index + 1}"
                yield error("KF524", message, self._span(head, index), self.source)

    def _figures(self) -> Iterator[str]:
        places = [i for i, n in enumerate(self.columns) if n == "reported" or n not in NAMED]
        for record in self.records:
            for index in places:
                if index < len(record.cells):
                    yield _tidy(record.cells[index])

    def _span(self, record: Record, index: int) -> Span:
        return cell_span(self.source, record, index)

    def table(self) -> ReportedTable:
        rows = self._without_doubles([self._row(record) for record in self.records])
        return ReportedTable(
            self.source, self.delimiter, self.decimal.mark, self.columns, tuple(rows)
        )

    def _row(self, record: Record) -> ReportedRow:
        findings = list(self._width(record))
        texts: dict[str, str] = {}
        counts: dict[str, Count] = {}
        reported: Figure | None = None
        for index, (name, cell) in enumerate(zip(self.columns, record.cells, strict=False)):
            shown = _tidy(cell)
            if not cell.isascii() and any(unicodedata.category(char) == "Cf" for char in cell):
                message = f"`{name}`: an invisible character is left out"
                findings.append(info("KF529", message, self._span(record, index), self.source))
            if name in NAMED and name != "reported":
                texts[name] = shown
            elif name and shown not in MISSING:
                try:
                    number = self.decimal.read(shown)
                except InputError as unread:
                    findings += self._unread(unread, name, self._span(record, index))
                    continue
                if name == "reported":
                    reported = Figure(number.value, number.decimals, shown)
                else:
                    whole = number.value.denominator == 1
                    value = number.value.numerator if whole else number.value
                    counts[name] = shown if number.percent else value
        year = _YEAR.fullmatch(texts["year"]) if "year" in texts else None
        span = line_span(self.source, record.start)
        if not texts.get("code") or year is None:
            of_year = f"the year {texts.get('year', '')!r} is not four digits"
            message = of_year if texts.get("code") else "the row has no code"
            findings.append(error("KF527", message, span, self.source))
        return ReportedRow(
            line=self.source.position(record.start)[0],
            code=texts.get("code", ""),
            year=int(year[1]) if year else None,
            reported=reported,
            counts=Table(counts),
            category=texts.get("category") or None,
            methodology=texts.get("methodology") or None,
            findings=tuple(findings),
            span=span,
        )

    def _unread(self, unread: InputError, name: str, span: Span) -> Iterator[Diagnostic]:
        for found in unread.diagnostics:
            message = f"`{name}`: {found.message}"
            yield replace(found, message=message, span=span, source=self.source)

    def _width(self, record: Record) -> Iterator[Diagnostic]:
        if len(record.cells) < len(self.columns):
            message = f"the row has {len(record.cells)} cells of {len(self.columns)}"
            yield error("KF525", message, line_span(self.source, record.start), self.source)
        for index, cell in enumerate(record.cells):
            if cell.strip() and not "".join(self.columns[index : index + 1]):
                message = f"cell {index + 1} stands under no column"
                advice = "a decimal comma needs quotes, or another delimiter than the comma"
                yield error("KF525", message, self._span(record, index), self.source, help=advice)

    def _without_doubles(self, rows: list[ReportedRow]) -> list[ReportedRow]:
        """Return the rows, with a finding on each that has the code and year of another."""
        places: dict[tuple[str | None, str, int | None], list[int]] = {}
        for index, row in enumerate(rows):
            if row.code and row.year is not None:
                places.setdefault((row.methodology, row.code, row.year), []).append(index)
        for found in places.values():
            for index in found if len(found) > 1 else ():
                row = rows[index]
                other = rows[found[1] if index == found[0] else found[0]]
                message = f"{row.code} in {row.year} stands also on line {other.line}"
                double = error("KF526", message, row.span, self.source)
                rows[index] = replace(row, findings=(*row.findings, double))
        return rows
