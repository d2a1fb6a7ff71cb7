"""Which sheets of a workbook are read: those with the columns of a layout that are not hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from kpiformula.diagnostics import Diagnostic, InputError, Source, error, info
from kpiformula.tables.claims import claim_columns, is_claims
from kpiformula.tables.grid import Grid, error_at
from kpiformula.tables.layouts import is_read, matched, named
from kpiformula.tables.reported import LONG, TEXTS, WIDE
from kpiformula.tables.shared import is_shared
from kpiformula.tables.sheet_grid import SheetGrid
from kpiformula.tables.workbook import Sheet, read_workbook

_TITLES = 20
"""How many rows with content may stand above the head of a sheet."""


def grids_of(data: bytes, file: str, wanted: str | None) -> tuple[list[Grid], list[Diagnostic]]:
    """Return the sheets that are read, and what is to be said of the others.

    Raises:
        InputError: KF523 where no sheet has the columns; KF555 where one of them is hidden;
            KF561 for a sheet that is not there; and what ``read_workbook`` raises.
    """
    sheets = read_workbook(data, file)
    if wanted is not None:
        sheets = (_chosen(sheets, wanted, file),)
    grids: list[Grid] = []
    findings: list[Diagnostic] = []
    for sheet in sheets:
        if sheet.hidden and wanted is None:
            findings.append(_passed_over(file, sheet, "it is hidden"))
            continue
        head = _head_row(sheet)
        if head is None:
            findings.append(_passed_over(file, sheet, "it has no row that names the columns"))
            continue
        grid = SheetGrid(file, sheet, head)
        findings += _titles(grid, head, file)
        _refuse_hidden_columns(grid)
        grids.append(grid)
    if all(is_shared(grid.head) for grid in grids):
        raise InputError(_no_columns(file, sheets))
    return grids, findings


def _chosen(sheets: Sequence[Sheet], wanted: str, file: str) -> Sheet:
    for sheet in sheets:
        if sheet.name.casefold().strip() == wanted.casefold().strip():
            return sheet
    names = [sheet.name for sheet in sheets]
    near = get_close_matches(wanted, names)
    known = f"it has {', '.join(map(repr, names))}"
    advice = f"did you mean {near[0]!r}? {known}" if near else known
    message = f"the workbook has no sheet {wanted[:60]!r}"
    raise InputError(error("KF561", message, None, Source("", file), help=advice))


def _head_row(sheet: Sheet) -> int | None:
    """Return which of the rows with content names the columns of a layout."""
    for index in range(min(_TITLES, len(sheet.rows))):
        head = SheetGrid("", sheet, index).head
        if matched(head) >= len(WIDE) or is_shared(head):
            return index
    return None


def _no_columns(file: str, sheets: Sequence[Sheet]) -> Diagnostic:
    message = f"no sheet has the columns {', '.join(f'`{name}`' for name in WIDE)}"
    best = max(
        ((sheet, index) for sheet in sheets for index in range(min(_TITLES, len(sheet.rows)))),
        key=lambda each: matched(SheetGrid("", *each).head),
        default=None,
    )
    advice = f"one row names the columns {', '.join(WIDE)} and those of counts"
    if best is None:
        return error("KF523", message, None, Source("", file), help=advice)
    return error_at("KF523", message, SheetGrid(file, *best).place(None), help=advice)


def _passed_over(file: str, sheet: Sheet, why: str) -> Diagnostic:
    return info("KF560", f"the sheet {sheet.name!r} is passed over: {why}", None, Source("", file))


def _titles(grid: SheetGrid, above: int, file: str) -> Iterator[Diagnostic]:
    if above:
        message = f"{grid.name!r}: the columns are named in row {grid.head_number}, what stands "
        message += "above is passed over"
        yield info("KF560", message, None, Source("", file))


def _refuse_hidden_columns(grid: SheetGrid) -> None:
    names = named(grid.head, (*WIDE, *LONG, *TEXTS))
    names = claim_columns(grid.head) if is_claims(grid.head) else names
    columns = [name if is_read(name) else "" for name in names]
    hidden = list(grid.hidden_columns(columns))
    if hidden:
        raise InputError(*hidden)
