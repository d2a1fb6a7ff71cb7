"""Files of records: one row a record, its cells as they stand, the dictionary says what they mean.

CSV and TSV are read as texts, so that codes keep their zeros; of a workbook a day becomes
``2025-12-31``, a truth value yes or no. Nothing hidden, merged or never calculated is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from os import PathLike, fspath

from kpiformula.diagnostics import Diagnostic, InputError, Source, error
from kpiformula.tables.delimited import DELIMITERS, decoded, file_bytes, records
from kpiformula.tables.grid import DelimitedGrid, tidy
from kpiformula.tables.sheet_grid import SheetGrid
from kpiformula.tables.workbook import RawCell, Sheet, looks_like_workbook, read_workbook

Columns = Mapping[str, Sequence[str]]
"""Cells by the name of their column."""


def read_records(
    path: str | PathLike[str], *, encoding: str = "utf-8", sheet: str | None = None
) -> Columns:
    """Return the columns of a CSV, TSV or Excel file of records.

    Raises:
        InputError: KF520 where the file cannot be opened; KF521, KF522 another encoding; KF524 a
            column is named twice; KF525 a row that does not fit; KF528 no rows; and of a workbook
            KF550, KF551, KF553 to KF555, KF561.
    """
    name = fspath(path)
    data = file_bytes(name)
    if looks_like_workbook(data):
        return _of_sheet(_chosen(read_workbook(data, name), sheet, name), name)
    source = decoded(data, name, encoding)
    delimiter = max(DELIMITERS, key=lambda each: len(next(records(source, each)).cells))
    return _of_text(DelimitedGrid(source, delimiter), source)


def _of_text(grid: DelimitedGrid, source: Source) -> Columns:
    names = _named([tidy(cell) for cell in grid.head], source)
    findings: list[Diagnostic] = []
    columns: dict[str, list[str]] = {name: [] for name in names}
    for row in grid.rows:
        findings += grid.misfits(row, names)
        for index, name in enumerate(names):
            if index < grid.width(row):
                columns[name].append(grid.cell(row, index, "text", name).text)
    return _whole(columns, findings, source)


def _chosen(sheets: Sequence[Sheet], wanted: str | None, name: str) -> Sheet:
    shown = [s for s in sheets if s.rows and (s.name == wanted if wanted else not s.hidden)]
    if len(shown) == 1:
        return shown[0]
    names = ", ".join(repr(sheet.name) for sheet in sheets)
    which = f"no sheet {wanted!r}" if wanted else f"{len(shown)} sheets with rows"
    raise InputError(error("KF561", f"{name} has {which}", help=f"name one of {names}"))


def _of_sheet(sheet: Sheet, file: str) -> Columns:
    grid = SheetGrid(file, sheet, 0)
    source = Source("", f"{file}:{sheet.name}")
    names = _named(list(grid.head), source)
    findings = list(grid.hidden_columns(names))
    columns: dict[str, list[str]] = {name: [] for name in names}
    for row in grid.rows:
        findings += grid.misfits(row, names)
        cells = sheet.rows[row + 1][1]
        for index, name in enumerate(names):
            cell = cells[index] if index < len(cells) else None
            read = grid.cell(row, index, "text", name)
            findings += (f for f in read.findings if f.code == "KF553")
            columns[name].append(_text(cell))
    return _whole(columns, findings, source)


def _text(cell: RawCell | None) -> str:
    match cell and cell.value:
        case None:
            return ""
        case bool() as truth:
            return "yes" if truth else "no"
        case datetime() as moment:
            whole = moment.hour == moment.minute == moment.second == 0
            return moment.date().isoformat() if whole else moment.isoformat()
        case date() as day:
            return day.isoformat()
        case float() as number if number.is_integer():
            return str(int(number))
        case other:
            return str(other).strip()


def _named(names: Sequence[str], source: Source) -> Sequence[str]:
    """Return the names of columns; empty ones at the end are left out."""
    filled = list(names)
    while filled and not filled[-1]:
        filled.pop()
    findings = list(_twice_or_empty(filled, source))
    if findings:
        raise InputError(*findings)
    return filled


def _twice_or_empty(names: Sequence[str], source: Source) -> Iterator[Diagnostic]:
    for index, name in enumerate(names):
        if not name:
            yield error("KF523", f"column {index + 1} has no name", None, source)
        elif name in names[:index]:
            places = f"columns {names.index(name) + 1} and {index + 1}"
            yield error("KF524", f"{places} are both named `{name}`", None, source)


def _whole(columns: Columns, findings: Sequence[Diagnostic], source: Source) -> Columns:
    if findings:
        raise InputError(*findings)
    if not columns or not all(columns.values()):
        raise InputError(error("KF528", "the table has no rows", None, source))
    return columns
