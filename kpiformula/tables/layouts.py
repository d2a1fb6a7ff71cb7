"""The layouts of a table, and the rows of reported figures that each makes of its cells.

Wide: one row is one indicator in one year, with a column for each count. Long: one row is one
count, or the figure ``reported``, of an indicator in a year; where it names no code it is a count
that all indicators of the year share. A sheet of shared counts has a row for each input and a
column for each year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kpiformula.counts import Count
from kpiformula.diagnostics import Diagnostic, InputError
from kpiformula.intervals import Figure
from kpiformula.mapping import Table
from kpiformula.tables.grid import Cell, Grid, Place, Role, error_at, tidy
from kpiformula.tables.numbers import DecimalMarks
from kpiformula.tables.reported import CLAIMS, LONG, MISSING, TEXTS, WIDE, ReportedRow
from kpiformula.text import PrintedNumber

_YEAR = re.compile(r"(\d{4})\s*(?:г\.?|год|ж\.?|жыл)?", re.ASCII)
_ROLES: Mapping[str, Role] = {
    "code": "code",
    "year": "year",
    "reported": "figure",
    "category": "text",
    "methodology": "text",
}
_NUMBERS = ("figure", "count")
REPORTED = "reported"
"""What stands in the column ``input`` of the long layout beside a reported figure."""


@dataclass(frozen=True, slots=True)
class SharedCount:
    """A count of a year that all indicators share, and what is wrong with its cell."""

    count: Count
    place: Place
    findings: tuple[Diagnostic, ...] = ()


Shared = dict[tuple[int, str], SharedCount]
"""Shared counts by year and input."""


def named(head: Sequence[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return the names of columns; those that are known are read in any case."""
    names = (" ".join(tidy(cell).split()) for cell in head)
    known = set(known)
    return tuple(name.casefold() if name.casefold() in known else name for name in names)


def is_read(name: str) -> bool:
    """Return whether a column is read: one whose heading stands in brackets is a remark."""
    return bool(name) and not (name.startswith("(") and name.endswith(")"))


def is_long(head: Sequence[str]) -> bool:
    """Return whether a head is that of the long layout."""
    found = named(head, (*WIDE, *LONG, *TEXTS))
    return REPORTED not in found and {"input", "value"} <= set(found)


def matched(head: Sequence[str]) -> int:
    """Return how many of the columns that a layout needs a head names."""
    wide, claims = (set(each) & set(named(head, each)) for each in (WIDE, CLAIMS))
    long = set(LONG) & set(named(head, LONG)) if is_long(head) else ()
    return max(len(wide), len(long), len(claims))


def figure_places(columns: Sequence[str]) -> list[int]:
    """Return where figures and counts stand."""
    if "input" in columns and REPORTED not in columns:
        return [columns.index("value")]
    return [i for i, n in enumerate(columns) if is_read(n) and _ROLES.get(n, "count") in _NUMBERS]


def read_year(text: str) -> int | None:
    """Return a year of four digits, with or without the word for it."""
    year = _YEAR.fullmatch(text)
    return int(year[1]) if year else None


def head_findings(
    grid: Grid, columns: Sequence[str], needed: Sequence[str]
) -> Iterator[Diagnostic]:
    """Yield columns that are missing, and those that are named twice."""
    missing = [name for name in needed if name not in columns]
    if missing:
        message = f"no column {', '.join(f'`{name}`' for name in missing)}"
        advice = f"the first row names the columns {', '.join(needed)} and those of counts"
        yield error_at("KF523", message, grid.place(None), help=advice)
    for index, name in enumerate(columns):
        first = columns.index(name)
        if name and first < index:
            one, other = grid.column_name(first), grid.column_name(index)
            message = f"the column `{name}` is named twice: columns {one} and {other}"
            yield error_at("KF524", message, grid.place(None, index))


class Reader:
    """Reads the cells of one grid, each as its column is for; one without a role is a count."""

    roles: Mapping[str, Role] = _ROLES

    def __init__(self, grid: Grid, columns: Sequence[str], marks: DecimalMarks) -> None:
        self.grid, self.columns, self.marks = grid, tuple(columns), marks
        self._names = [name if is_read(name) else "" for name in columns]
        roles = [
            (i, name, self.roles.get(name, "count")) for i, name in enumerate(self._names) if name
        ]
        self.text_columns = [each for each in roles if each[2] not in _NUMBERS]
        self.number_columns = [each for each in roles if each[2] in _NUMBERS]
        self._unnamed = [i for i, name in enumerate(columns) if not name]

    def number(self, row: int, index: int, cell: Cell, name: str) -> PrintedNumber | Diagnostic:
        """Return the number of a cell, or what is wrong with it."""
        try:
            return cell.number or self.marks.read(cell.text)
        except InputError as unread:
            place = self.grid.place(row, index)
            found = unread.diagnostics[0]
            message = f"`{name}`: {found.message}"
            return replace(found, message=message, span=place.span, source=place.source)

    def texts(self, row: int, findings: list[Diagnostic]) -> dict[str, str]:
        """Return the cells that are neither figures nor counts, by column."""
        texts, width = {}, self.grid.width(row)
        for index, name, role in self.text_columns:
            if index < width:
                cell = self.grid.cell(row, index, role, name)
                findings += cell.findings
                texts[name] = cell.text
        return texts

    def misfits(self, row: int) -> Iterator[Diagnostic]:
        """Yield what is wrong with a row as a whole, and the cells that stand under no column."""
        yield from self.grid.misfits(row, self._names)
        width = self.grid.width(row)
        for index in (*self._unnamed, *range(len(self.columns), width)):
            if index < width and self.grid.filled(row, index):
                column = self.grid.column_name(index)
                message = f"cell {column} stands under no column"
                advice = "a decimal comma needs quotes, or another delimiter than the comma"
                yield error_at("KF525", message, self.grid.place(row, index), help=advice)

    def without_code_or_year(self, row: int, texts: Mapping[str, str]) -> Iterator[Diagnostic]:
        """Yield a finding where a row does not say what it is about."""
        if not texts.get("code"):
            yield error_at("KF527", "the row has no code", self.grid.place(row))
        elif read_year(texts.get("year", "")) is None:
            message = f"the year {texts.get('year', '')!r} is not four digits"
            yield error_at("KF527", message, self.grid.place(row))


def as_count(number: PrintedNumber, cell: Cell) -> Count:
    """Return a count with its decimals; a percentage stays as shown, for the judge of units."""
    if number.percent:
        return cell.text
    if not number.decimals:
        return number.value.numerator if number.value.denominator == 1 else number.value
    units = number.value * 10**number.decimals
    if units.denominator != 1:
        return number.value
    digits = tuple(map(int, str(abs(units.numerator))))
    return Decimal((int(units < 0), digits, -number.decimals))


# --- wide ----------------------------------------------------------------------------------------


class WideReader(Reader):
    """Reads the wide layout."""

    def rows(self) -> Iterator[ReportedRow]:
        """Yield one row for each row of the grid."""
        return map(self._row, self.grid.rows)

    def _row(self, row: int) -> ReportedRow:
        findings = list(self.misfits(row))
        texts = self.texts(row, findings)
        counts: dict[str, Count] = {}
        reported: Figure | None = None
        width = self.grid.width(row)
        for index, name, role in self.number_columns:
            if index >= width:
                continue
            cell = self.grid.cell(row, index, role, name)
            findings += cell.findings
            if refused(cell) or (cell.number is None and cell.text in MISSING):
                continue
            number = self.number(row, index, cell, name)
            if isinstance(number, Diagnostic):
                findings.append(number)
            elif role == "figure":
                reported = Figure(number.value, number.decimals, cell.text)
            else:
                counts[name] = as_count(number, cell)
        findings += self.without_code_or_year(row, texts)
        place = self.grid.place(row)
        return ReportedRow(
            line=self.grid.line(row),
            code=texts.get("code", ""),
            year=read_year(texts.get("year", "")),
            reported=reported,
            counts=Table(counts),
            category=texts.get("category") or None,
            methodology=texts.get("methodology") or None,
            findings=tuple(findings),
            span=place.span,
            source=place.source,
        )


def refused(cell: Cell) -> bool:
    """Return whether a cell has a finding of severity ``error``."""
    return bool(cell.findings) and any(f.severity == "error" for f in cell.findings)


# --- long ----------------------------------------------------------------------------------------


class LongReader(Reader):
    """Reads the long layout; the rows of one indicator and year become one."""

    roles = {**_ROLES, "input": "text"}  # noqa: RUF012

    def __init__(self, grid: Grid, columns: Sequence[str], marks: DecimalMarks) -> None:
        super().__init__(grid, columns, marks)
        self.shared: Shared = {}
        self._rows: dict[object, ReportedRow] = {}
        self._stands: dict[object, str] = {}
        for row in grid.rows:
            self._read(row)

    def rows(self) -> Iterator[ReportedRow]:
        """Yield one row for each indicator and year, in the order they begin."""
        return iter(self._rows.values())

    def _read(self, row: int) -> None:
        findings = list(self.misfits(row))
        texts = self.texts(row, findings)
        name, year = texts.get("input", ""), read_year(texts.get("year", ""))
        index = self.columns.index("value")
        value = self._value(row, index, name, findings) if index < self.grid.width(row) else None
        if not texts.get("code") and year is not None and name not in ("", REPORTED):
            self._share(row, (year, name), value, findings)
            return
        findings += self.without_code_or_year(row, texts)
        if not name:
            findings.append(error_at("KF527", "the row names no input", self.grid.place(row)))
        place = self.grid.place(row)
        key: object = (texts.get("methodology"), texts.get("code"), year)
        if year is None or not texts.get("code"):
            key = row
        first = ReportedRow(
            line=self.grid.line(row),
            code=texts.get("code", ""),
            year=year,
            reported=None,
            methodology=texts.get("methodology") or None,
            span=place.span,
            source=place.source,
        )
        so_far = self._rows.get(key, first)
        findings += self._contradictions(row, key, so_far, name, texts)
        self._rows[key] = _with(so_far, name, value, texts.get("category"), findings)

    def _value(
        self, row: int, index: int, name: str, findings: list[Diagnostic]
    ) -> tuple[PrintedNumber, Cell] | None:
        cell = self.grid.cell(row, index, "figure" if name == REPORTED else "count", "value")
        findings += cell.findings
        if refused(cell) or (cell.number is None and cell.text in MISSING):
            return None
        number = self.number(row, index, cell, name or "value")
        if isinstance(number, Diagnostic):
            findings.append(number)
            return None
        return number, cell

    def _contradictions(
        self, row: int, key: object, so_far: ReportedRow, name: str, texts: Mapping[str, str]
    ) -> Iterator[Diagnostic]:
        before = self._stands.setdefault((key, name), self.grid.line_name(row))
        if before != self.grid.line_name(row):
            message = f"`{name}` of {so_far.code} in {so_far.year} stands also on {before}"
            yield error_at("KF526", message, self.grid.place(row))
        category = texts.get("category")
        if category and so_far.category and category != so_far.category:
            message = f"{so_far.code} in {so_far.year} has two categories"
            yield error_at("KF526", message, self.grid.place(row))

    def _share(
        self,
        row: int,
        key: tuple[int, str],
        value: tuple[PrintedNumber, Cell] | None,
        findings: list[Diagnostic],
    ) -> None:
        before = self._stands.setdefault(key, self.grid.line_name(row))
        if before != self.grid.line_name(row):
            message = f"`{key[1]}` of {key[0]} stands also on {before}"
            findings.append(error_at("KF526", message, self.grid.place(row)))
        index = self.columns.index("value")
        count = as_count(*value) if value else None
        self.shared[key] = SharedCount(count, self.grid.place(row, index), tuple(findings))


def _with(
    row: ReportedRow,
    name: str,
    value: tuple[PrintedNumber, Cell] | None,
    category: str | None,
    findings: Sequence[Diagnostic],
) -> ReportedRow:
    """Return a row with one more count, or with the figure that is reported."""
    row = replace(row, category=row.category or category or None,
                  findings=(*row.findings, *findings))  # fmt: skip
    if value is None or not name:
        return row
    number, cell = value
    if name == REPORTED:
        return replace(row, reported=Figure(number.value, number.decimals, cell.text))
    return replace(row, counts=Table({**row.counts, name: as_count(number, cell)}))


# --- rows of one file ----------------------------------------------------------------------------


def without_doubles(rows: Sequence[ReportedRow]) -> tuple[ReportedRow, ...]:
    """Return the rows, with a finding on each that has the code and year of another."""
    found = list(rows)
    places: dict[tuple[str | None, str, int | None], list[int]] = {}
    for index, row in enumerate(found):
        if row.code and (row.year is not None or row.formula is not None):
            places.setdefault((row.methodology, row.code, row.year), []).append(index)
    for same in places.values():
        for index in same if len(same) > 1 else ():
            row, other = found[index], found[same[1] if index == same[0] else same[0]]
            spot = other.place if other.span is None else f"line {other.line}"
            year = "" if row.year is None else f" in {row.year}"
            message = f"{row.code}{year} stands also on {spot}"
            double = error_at("KF526", message, Place(row.source, row.span))
            found[index] = replace(row, findings=(*row.findings, double))
    return tuple(found)
