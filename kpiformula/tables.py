"""Tables of reported figures as spreadsheets save them: CSV and TSV, read without a guess.

One row is one indicator in one year: ``code``, ``year``, ``reported``, optionally ``category``
and ``methodology``, and any number of columns of counts, each named by a symbol of the formula or
by an input. Empty cells and dashes are missing figures; what is no number (``#DIV/0!``, ``NaN``)
is a finding, never a missing figure and never zero.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from os import PathLike, fspath
from pathlib import Path

from kpiformula.diagnostics import Diagnostic, InputError, Source, Span, error, info
from kpiformula.evaluation import BLANKS, Count
from kpiformula.intervals import Figure
from kpiformula.mapping import Table
from kpiformula.text import SPACES, PrintedNumber, clean, printed_number

REQUIRED = ("code", "year", "reported")
OPTIONAL = ("category", "methodology")
"""Columns that are no counts; their names are read in any case, those of counts as they stand."""

DELIMITERS = (",", ";", "\t")
ENCODINGS = ("utf-8", "cp1251", "kz1048")
"""UTF-8 is expected; the others are read only when named."""

MISSING = BLANKS | {"…", "..."}
"""What stands in a table where there is no figure."""


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A reported figure and the counts behind it.

    ``counts`` holds the cells that are filled, by column; a missing count is not among them.
    With a finding of severity ``error`` the row cannot be verified.
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
    try:
        data = Path(path).read_bytes()
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        raise InputError(error("KF520", f"{name} cannot be read: {reason}")) from None
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
        encoding: one of :data:`ENCODINGS`.
        decimal: ``,`` or ``.``; without it, the mark that the cells of the whole file show.
        delimiter: one of :data:`DELIMITERS`; without it, the one that the first row shows.

    Returns:
        The rows, each with its own findings: KF504, KF505, KF905 a cell that is no number, or
        ambiguous, or too long; KF525 a row that does not fit; KF526 two rows for one figure;
        KF527 code or year missing; KF529 (info) an invisible character.

    Raises:
        InputError: KF521 another encoding; KF522 an encoding, mark or delimiter that is not
            known; KF523 a column is missing; KF524 a column is named twice; KF525 quotes that
            do not close; KF528 no rows.
    """
    _require("decimal mark", decimal, (None, ",", "."))
    _require("delimiter", delimiter, (None, *DELIMITERS))
    source = Source(_decoded(data, name, encoding), name)
    delimiters = (delimiter,) if delimiter else DELIMITERS
    heads = [(_known_columns(head), head) for head in (_head(source, d) for d in delimiters)]
    _, head = max(heads, key=lambda pair: pair[0])
    return _Reader(source, head, decimal).table()


def _require(what: str, given: str | None, known: tuple[str | None, ...]) -> None:
    if given not in known:
        listed = ", ".join(repr(each) for each in known if each)
        raise InputError(error("KF522", f"unknown {what}: {given!r}", help=f"one of {listed}"))


# --- bytes to records ----------------------------------------------------------------------------

_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def _decoded(data: bytes, name: str, encoding: str) -> str:
    """Return the text of a file, its lines ended by a line feed."""
    try:
        known = codecs.lookup(encoding).name.replace("_", "").replace("utf-8-sig", "utf-8")
    except LookupError:
        known = encoding
    _require("encoding", known, ENCODINGS)
    where = Source("", name)
    for mark, other in _MARKS.items():
        if data.startswith(mark):
            message = f"not UTF-8 at byte 0: the byte order mark of {other}"
            raise InputError(error("KF521", message, None, where, help="save it as 'CSV UTF-8'"))
    if b"\0" in data:
        message = f"not text at byte {data.index(0)}: a zero byte, as in UTF-16"
        raise InputError(error("KF521", message, None, where, help="save it as 'CSV UTF-8'"))
    try:
        text = data.decode("utf-8-sig" if known == "utf-8" else known)
    except UnicodeDecodeError as failure:
        message = f"not {known} at byte {failure.start}: 0x{data[failure.start]:02x}"
        advice = "save it as 'CSV UTF-8', or name the encoding if it is cp1251 or kz1048"
        raise InputError(error("KF521", message, None, where, help=advice)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class _Record:
    """The cells of a row as they stand, and where the row begins in the text."""

    cells: tuple[str, ...]
    start: int


def _records(source: Source, delimiter: str) -> Iterator[_Record]:
    """Yield the rows that have any content."""
    stream = io.StringIO(source.text, newline="")
    rows = csv.reader(stream, delimiter=delimiter, strict=True, skipinitialspace=True)
    start = 0
    while True:
        try:
            cells = next(rows, None)
        except csv.Error as failure:
            message = f"the row cannot be read: {failure}"
            advice = "a quote inside a quoted cell is doubled, and each quote is closed"
            place = _line_span(source, start)
            raise InputError(error("KF525", message, place, source, help=advice)) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield _Record(tuple(cells), start)
        start = stream.tell()


def _line_span(source: Source, start: int) -> Span:
    line, _ = source.line_at(start)
    return Span(start, start + max(1, len(line)))


def _cell_span(source: Source, delimiter: str, record: _Record, index: int) -> Span:
    """Return the place of a cell, counted along the cells before it."""
    text, start, end = source.text, record.start, record.start
    for cell in record.cells[: index + 1]:
        start = end
        while text[start : start + 1] == " " and delimiter != " ":
            start += 1
        quoted = text[start : start + 1] == '"'
        end = start + len('"' + cell.replace('"', '""') + '"' if quoted else cell) + 1
    return Span(start, max(start + 1, end - 1))


@dataclass(frozen=True, slots=True)
class _Head:
    """The first row under one delimiter, with the name of each column."""

    delimiter: str
    record: _Record
    columns: tuple[str, ...]


def _head(source: Source, delimiter: str) -> _Head:
    first = next(_records(source, delimiter), _Record((), 0))
    names = (" ".join(clean(cell).text.split()) for cell in first.cells)
    columns = tuple(n.casefold() if n.casefold() in REQUIRED + OPTIONAL else n for n in names)
    return _Head(delimiter, first, columns)


def _known_columns(head: _Head) -> int:
    return sum(name in head.columns for name in REQUIRED)


# --- records to rows -----------------------------------------------------------------------------

_YEAR = re.compile(r"(\d{4})\s*(?:г\.?|год|ж\.?|жыл)?", re.ASCII)


class _Reader:
    """Reads the records of one file under its head."""

    def __init__(self, source: Source, head: _Head, decimal: str | None) -> None:
        self.source, self.head = source, head
        self._require_columns()
        self.records = [r for r in _records(source, head.delimiter) if r != head.record]
        if not self.records:
            raise InputError(error("KF528", "the table has no rows", None, source))
        self.given = decimal is not None
        self.shown = {decimal} if decimal else set(self._shown_marks())

    def _require_columns(self) -> None:
        columns, findings = self.head.columns, []
        place = _line_span(self.source, self.head.record.start)
        missing = [name for name in REQUIRED if name not in columns]
        if missing:
            message = f"no column {', '.join(f'`{name}`' for name in missing)}"
            advice = f"the first row names the columns {', '.join(REQUIRED)} and those of counts"
            findings.append(error("KF523", message, place, self.source, help=advice))
        for index, name in enumerate(columns):
            if name and name in columns[:index]:
                message = (
                    f"the column `{name}` is named twice: "
                    f"columns {columns.index(name) + 1} and {index + 1}"
                )
                span = self._span(self.head.record, index)
                findings.append(error("KF524", message, span, self.source))
        if findings:
            raise InputError(*findings)

    def _span(self, record: _Record, index: int) -> Span:
        return _cell_span(self.source, self.head.delimiter, record, index)

    def _shown_marks(self) -> Iterator[str]:
        """Yield the decimal mark of each cell of figures that leaves no doubt about it."""
        numbers = [
            index
            for index, name in enumerate(self.head.columns)
            if name == "reported" or name not in REQUIRED + OPTIONAL
        ]
        for record in self.records:
            for index in numbers:
                if index < len(record.cells):
                    yield from _mark(clean(record.cells[index]).text.strip())

    def table(self) -> ReportedTable:
        rows = self._without_doubles([self._row(record) for record in self.records])
        decimal = next(iter(self.shown)) if len(self.shown) == 1 else ""
        head = self.head
        return ReportedTable(self.source, head.delimiter, decimal, head.columns, tuple(rows))

    def _row(self, record: _Record) -> ReportedRow:
        findings: list[Diagnostic] = []
        texts: dict[str, str] = {}
        figures: dict[str, Figure] = {}
        counts: dict[str, Count] = {}
        findings += self._width(record)
        for index, (name, cell) in enumerate(zip(self.head.columns, record.cells, strict=False)):
            cleaned = clean(cell).text
            if len(cleaned) < len(cell):
                message = f"`{name}`: an invisible character is left out"
                findings.append(info("KF529", message, self._span(record, index), self.source))
            shown = cleaned.strip()
            if name in REQUIRED + OPTIONAL and name != "reported":
                texts[name] = shown
            elif name and shown not in MISSING:
                try:
                    number = self._number(shown)
                except InputError as unread:
                    span = self._span(record, index)
                    findings += (
                        replace(d, message=f"`{name}`: {d.message}", span=span, source=self.source)
                        for d in unread.diagnostics
                    )
                    continue
                if name == "reported":
                    figures[name] = Figure(number.value, number.decimals, shown)
                else:
                    counts[name] = _count(number, shown)
        year = _YEAR.fullmatch(texts.get("year", ""))
        code = texts.get("code", "")
        span = _line_span(self.source, record.start)
        if not code or year is None:
            message = f"year {texts.get('year', '')!r} is not four digits" if code else "no code"
            findings.append(error("KF527", message, span, self.source))
        return ReportedRow(
            line=self.source.position(record.start)[0],
            code=code,
            year=int(year[1]) if year else None,
            reported=figures.get("reported"),
            counts=Table(counts),
            category=texts.get("category") or None,
            methodology=texts.get("methodology") or None,
            findings=tuple(findings),
            span=span,
        )

    def _width(self, record: _Record) -> Iterator[Diagnostic]:
        columns, cells = self.head.columns, record.cells
        place = _line_span(self.source, record.start)
        if len(cells) < len(columns):
            message = f"the row has {len(cells)} cells of {len(columns)}"
            yield error("KF525", message, place, self.source)
        for index, cell in enumerate(cells):
            if cell.strip() and not "".join(columns[index : index + 1]):
                message = f"cell {index + 1} stands under no column"
                advice = "a decimal comma needs quotes, or another delimiter than the comma"
                yield error("KF525", message, self._span(record, index), self.source, help=advice)

    def _without_doubles(self, rows: list[ReportedRow]) -> list[ReportedRow]:
        """Return the rows, with a finding on each that has the code and year of another."""
        places: dict[tuple[str | None, str, int | None], list[int]] = {}
        for index, row in enumerate(rows):
            places.setdefault((row.methodology, row.code, row.year), []).append(index)
        for (_, code, year), found in places.items():
            if len(found) > 1 and code and year is not None:
                lines = [str(rows[index].line) for index in found]
                shown = f"{', '.join(lines[:-1])} and {lines[-1]}"
                for index in found:
                    row = rows[index]
                    double = error("KF526", f"{code} in {year} stands on lines {shown}", row.span,
                                   self.source)  # fmt: skip
                    rows[index] = replace(row, findings=(*row.findings, double))
        return rows

    # --- numbers ---------------------------------------------------------------------------------

    def _number(self, shown: str) -> PrintedNumber:
        """Read a figure under the decimal mark of the file."""
        if not _FIGURES.fullmatch(shown):
            return printed_number(shown)
        own = next(iter(_mark(shown)), None)
        if self.given:
            mark = next(iter(self.shown))
            if own not in (None, mark):
                raise _no_number(shown, f"the decimal mark of the table is {mark!r}")
        elif own is not None:
            mark = own
        elif "," in shown:
            mark = "," if self.shown == {","} else _ambiguous(shown)
        elif "." in shown:
            mark = "." if "," not in self.shown else _ambiguous(shown)
        else:
            mark = "."
        other = _OTHER[mark]
        if other in shown and not _GROUPED[mark].fullmatch(shown):
            raise _no_number(shown, f"{other!r} does not stand before groups of three digits")
        return printed_number(shown.replace(other, "").replace(mark, "."))


_OTHER = {",": ".", ".": ","}
_FIGURES = re.compile(rf"[+\-\u2212\u2013]?[{SPACES}\d.,'’]+%?", re.ASCII)
_TAIL = rf"[{SPACES}]*%?"


def _grouped(mark: str) -> re.Pattern[str]:
    """A number with thousands grouped by the other mark."""
    other = re.escape(_OTHER[mark])
    return re.compile(
        rf"[+\-\u2212\u2013]?\d{{1,3}}(?:{other}\d{{3}})+(?:{re.escape(mark)}\d+)?{_TAIL}", re.ASCII
    )


def _unmistakable(mark: str) -> re.Pattern[str]:
    """A number that shows its decimal mark: by two marks, or by a part that is no thousand."""
    own, other = re.escape(mark), re.escape(_OTHER[mark])
    return re.compile(
        rf"[+\-\u2212\u2013]?(?:\d{{1,3}}(?:{other}\d{{3}})+{own}\d+|\d{{1,3}}(?:{other}\d{{3}}){{2,}}"
        rf"|(?![1-9]\d{{0,2}}{own}\d{{3}}(?!\d))\d[\d{SPACES}'’]*{own}\d+){_TAIL}",
        re.ASCII,
    )


_GROUPED = {mark: _grouped(mark) for mark in _OTHER}
_UNMISTAKABLE = {mark: _unmistakable(mark) for mark in _OTHER}


def _mark(shown: str) -> list[str]:
    """Return the decimal mark of a figure, if it leaves no doubt."""
    return [mark for mark in _OTHER if _UNMISTAKABLE[mark].fullmatch(shown)]


def _ambiguous(shown: str) -> str:
    raise InputError(
        error("KF505", f"{shown!r} may be thousands or decimals",
              help="write thousands with a space, or state the decimal mark of the table")
    )  # fmt: skip


def _no_number(shown: str, reason: str) -> InputError:
    return InputError(error("KF504", f"not a number: {shown!r}; {reason}"))


def _count(number: PrintedNumber, shown: str) -> Count:
    """Return a count for :func:`kpiformula.evaluation.evaluate`, which judges a percent sign."""
    if number.percent:
        return shown
    return number.value.numerator if number.value.denominator == 1 else number.value
