"""Tables of reported figures as spreadsheets save them, CSV and Excel, read without a guess.

One row is one indicator in one year: ``code``, ``year``, ``reported``, optionally ``category`` and
``methodology``, and any number of columns of counts, each named by a symbol of the formula or by
an input. In the long layout (``code``, ``year``, ``input``, ``value``) each count has a row of its
own; a workbook may give counts that all indicators share on a sheet ``inputs``. A row of claims
(``formula``, ``inputs``, ``reported``) carries its own formula and needs no methodology. Empty
cells and dashes are missing figures; what is no number (``#DIV/0!``, ``NaN``) is a finding, never
a missing figure and never zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike, fspath

from kpiformula.diagnostics import Diagnostic, InputError, Source, error
from kpiformula.library import available, load_once
from kpiformula.methodology import Methodology
from kpiformula.tables.claims import ClaimsReader, claim_columns, claim_figures, is_claims
from kpiformula.tables.delimited import DELIMITERS, decoded, file_bytes, require
from kpiformula.tables.grid import DelimitedGrid, Grid, head_cells
from kpiformula.tables.layouts import (
    LongReader,
    Shared,
    WideReader,
    figure_places,
    head_findings,
    is_long,
    matched,
    named,
    without_doubles,
)
from kpiformula.tables.numbers import DecimalMarks
from kpiformula.tables.reported import (
    CLAIMS,
    LONG,
    MISSING,
    TEXTS,
    WIDE,
    ReportedRow,
    ReportedTable,
)
from kpiformula.tables.shared import (
    distributed,
    is_shared,
    read_shared,
    unknown_inputs,
    year_columns,
)
from kpiformula.tables.workbook import looks_like_workbook

__all__ = ["MISSING", "ReportedRow", "ReportedTable", "parse_reported", "read_reported"]


def read_reported(
    path: str | PathLike[str],
    *,
    encoding: str = "utf-8",
    decimal: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    methodology: Methodology | None = None,
) -> ReportedTable:
    """Read a CSV, TSV or Excel file of reported figures; see :func:`parse_reported`.

    Raises:
        InputError: KF520 where the file cannot be opened, and what ``parse_reported`` raises.
    """
    name = fspath(path)
    return parse_reported(file_bytes(name), name, encoding=encoding, decimal=decimal,
                          delimiter=delimiter, sheet=sheet, methodology=methodology)  # fmt: skip


def parse_reported(
    data: bytes,
    name: str = "<table>",
    *,
    encoding: str = "utf-8",
    decimal: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    methodology: Methodology | None = None,
) -> ReportedTable:
    """Read the bytes of a table of reported figures; those of a workbook tell themselves.

    Args:
        data: the content of the file; a byte order mark of UTF-8 is allowed.
        name: what stands for the file in findings.
        encoding: ``utf-8``, ``cp1251`` or ``kz1048``.
        decimal: ``,`` or ``.``; without it, the mark that the cells of the whole file show.
            The numbers of a workbook need none, its texts do.
        delimiter: comma, semicolon or tab; without it, the one that the first row shows.
        sheet: the one sheet of a workbook to read; without it, all that are not hidden and have
            the columns.
        methodology: that of rows that name none; shared counts are given to its indicators.

    Returns:
        The rows, each with its own findings: KF504, KF505, KF905 a cell that is no number, or
        ambiguous, or too long; KF503 two values for one count; KF525 a row that does not fit;
        KF526 two rows for one figure; KF527 code or year missing; KF529 (info) an invisible
        character; KF570 to KF573 a bad claim;
        and of a workbook KF552 to KF559 and KF565, as ``docs/tables.md`` says.

    Raises:
        InputError: KF521 another encoding; KF522 an encoding, mark or delimiter that is not
            known; KF523 a column is missing; KF524 a column is named twice; KF525 quotes that
            do not close; KF528 no rows; KF550, KF551, KF555, KF561, KF562 for workbooks.
    """
    require("decimal mark", decimal, (None, ",", "."))
    require("delimiter", delimiter, (None, *DELIMITERS))
    grids: list[Grid]
    if looks_like_workbook(data):
        from kpiformula.tables.excel import grids_of

        delimiter, source = "", Source("", name)
        grids, findings = grids_of(data, name, sheet)
    else:
        if sheet is not None:
            raise InputError(error("KF561", f"{name} is no workbook and has no sheets"))
        source = decoded(data, name, encoding)
        delimiter = delimiter or max(DELIMITERS, key=lambda each: _columns_named(source, each))
        grids, findings = [DelimitedGrid(source, delimiter)], []
    return _Tables(source, grids, decimal, methodology).table(delimiter, findings)


def _columns_named(source: Source, delimiter: str) -> int:
    """Return how many of the columns of a layout the first row names under a delimiter."""
    try:
        return matched(head_cells(source, delimiter))
    except InputError:
        return 0


class _Tables:
    """Reads the grids of one file, all under one decimal mark."""

    def __init__(
        self,
        source: Source,
        grids: Sequence[Grid],
        decimal: str | None,
        methodology: Methodology | None,
    ) -> None:
        self._source, self._methodology = source, methodology
        self._shared_grids = [grid for grid in grids if is_shared(grid.head)]
        self._grids = [grid for grid in grids if not is_shared(grid.head)]
        self._columns = [_columns(grid) for grid in self._grids]
        if not any(grid.rows for grid in self._grids):
            raise InputError(error("KF528", "the table has no rows", None, source))
        self._marks = DecimalMarks(decimal, self._figures())
        self._loaded: dict[str, Methodology] = {}

    def _figures(self) -> Iterator[str]:
        for grid, columns in zip(self._grids, self._columns, strict=True):
            if is_claims(grid.head):
                yield from claim_figures(grid, columns)
            else:
                yield from grid.figures(figure_places(columns))
        for grid in self._shared_grids:
            yield from grid.figures(list(year_columns(grid.head).values()))

    def table(self, delimiter: str, findings: Sequence[Diagnostic]) -> ReportedTable:
        """Return the rows of all grids, with the counts that they share."""
        rows: list[ReportedRow] = []
        shared: Shared = {}
        for grid, columns in zip(self._grids, self._columns, strict=True):
            if is_claims(grid.head):
                rows += ClaimsReader(grid, columns, self._marks).rows()
            elif is_long(grid.head):
                reader = LongReader(grid, columns, self._marks)
                rows += reader.rows()
                shared |= reader.shared
            else:
                rows += WideReader(grid, columns, self._marks).rows()
        for grid in self._shared_grids:
            shared |= read_shared(grid, self._marks)
        if shared:
            rows = list(distributed(rows, shared, self._methodology_of))
            findings = [*findings, *self._unknown(rows, shared)]
        names = tuple(dict.fromkeys(name for each in self._columns for name in each))
        return ReportedTable(
            self._source, delimiter, self._marks.mark, names, without_doubles(rows), tuple(findings)
        )

    def _unknown(self, rows: Sequence[ReportedRow], shared: Shared) -> Iterator[Diagnostic]:
        used = {self._methodology_of(row.methodology) for row in rows} - {None}
        if len(used) == 1:
            (only,) = used
            yield from unknown_inputs(shared, only) if only else ()

    def _methodology_of(self, name: str | None) -> Methodology | None:
        """Return the methodology that a row names; only shipped ones by a row's wish."""
        if name is None or (self._methodology is not None and name == self._methodology.id):
            return self._methodology
        if name not in self._loaded and name in available():
            self._loaded[name] = load_once(name)
        return self._loaded.get(name)


def _columns(grid: Grid) -> tuple[str, ...]:
    """Return the names of the columns of a grid.

    Raises:
        InputError: KF523 where one is missing; KF524 where one is named twice.
    """
    layout: tuple[str, ...]
    if is_claims(grid.head):
        layout, columns = CLAIMS, claim_columns(grid.head)
    else:
        layout = LONG if is_long(grid.head) else WIDE
        columns = named(grid.head, (*layout, *TEXTS))
    findings = list(head_findings(grid, columns, layout))
    if findings:
        raise InputError(*findings)
    return columns
