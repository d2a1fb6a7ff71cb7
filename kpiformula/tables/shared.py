"""Counts that the indicators of a year share: read once, given to each row that needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from kpiformula.counts import Count
from kpiformula.diagnostics import Diagnostic, InputError, warning
from kpiformula.mapping import Table
from kpiformula.methodology import Indicator, Methodology
from kpiformula.nodes import number_text
from kpiformula.tables.grid import Grid, error_at, tidy
from kpiformula.tables.layouts import (
    Reader,
    Shared,
    SharedCount,
    as_count,
    head_findings,
    named,
    read_year,
    refused,
)
from kpiformula.tables.numbers import DecimalMarks
from kpiformula.tables.reported import MISSING, ReportedRow

MethodologyOf = Callable[[str | None], Methodology | None]
"""Returns the methodology that a row names, or the one for rows that name none."""


def year_columns(head: Sequence[str]) -> Mapping[int, int]:
    """Return the columns that are headed by a year, by year."""
    years = ((read_year(tidy(cell)), index) for index, cell in enumerate(head))
    return {year: index for year, index in years if year is not None}


def is_shared(head: Sequence[str]) -> bool:
    """Return whether a head is that of counts by input and year."""
    return "input" in named(head, ("input",)) and bool(year_columns(head))


def read_shared(grid: Grid, marks: DecimalMarks) -> Shared:
    """Return the counts of a sheet that has a row for each input and a column for each year.

    Raises:
        InputError: KF524 a column is named twice; KF526 two rows for one input.
    """
    columns = named(grid.head, ("input",))
    twice = list(head_findings(grid, columns, ("input",)))
    if twice:
        raise InputError(*twice)
    reader = Reader(grid, columns, marks)
    shared: Shared = {}
    lines: dict[str, str] = {}
    for row in grid.rows:
        index = columns.index("input")
        name = grid.cell(row, index, "text", "input").text if index < grid.width(row) else ""
        if not name:
            continue
        before = lines.setdefault(name, grid.line_name(row))
        if before != grid.line_name(row):
            message = f"`{name}` stands also on {before}"
            raise InputError(error_at("KF526", message, grid.place(row, index)))
        misfits = tuple(grid.misfits(row, columns))
        for year, at in year_columns(grid.head).items():
            if at < grid.width(row):
                shared[year, name] = _shared_count(reader, row, at, name, misfits)
    return shared


def _shared_count(
    reader: Reader, row: int, index: int, name: str, misfits: tuple[Diagnostic, ...]
) -> SharedCount:
    cell = reader.grid.cell(row, index, "count", name)
    findings, place = (*misfits, *cell.findings), reader.grid.place(row, index)
    if refused(cell) or (cell.number is None and cell.text in MISSING):
        return SharedCount(None, place, findings)
    number = reader.number(row, index, cell, name)
    if isinstance(number, Diagnostic):
        return SharedCount(None, place, (*findings, number))
    return SharedCount(as_count(number, cell), place, findings)


def distributed(
    rows: Sequence[ReportedRow], shared: Shared, methodology_of: MethodologyOf
) -> Iterator[ReportedRow]:
    """Yield the rows, each with the shared counts of its year that its indicator needs."""
    for row in rows:
        methodology = methodology_of(row.methodology)
        if row.year is None or methodology is None or row.code not in methodology:
            yield row
        else:
            yield _with_shared(row, row.year, methodology[row.code], shared)


def _with_shared(row: ReportedRow, year: int, indicator: Indicator, shared: Shared) -> ReportedRow:
    counts = dict(row.counts)
    findings = list(row.findings)
    for name in inputs_of(indicator):
        count = shared.get((year, name))
        if count is None:
            continue
        findings += count.findings
        own = counts.setdefault(name, count.count)
        if own is None:
            del counts[name]
        elif count.count is not None and own != count.count:
            message = f"`{name}` is given two values: {_shown(own)} and {_shown(count.count)}"
            findings.append(error_at("KF503", message, count.place))
    return replace(row, counts=Table(counts), findings=tuple(findings))


def inputs_of(indicator: Indicator) -> tuple[str, ...]:
    """Return the inputs that an indicator may need, each once."""
    own = [indicator.input.id] if indicator.input is not None else []
    return tuple(dict.fromkeys([*own, *(symbol.input for symbol in indicator.symbols.values())]))


def unknown_inputs(shared: Shared, methodology: Methodology) -> Iterator[Diagnostic]:
    """Yield a finding on each shared count that is filled in and that no methodology knows."""
    told: set[str] = set()
    for (_, name), count in shared.items():
        if name not in methodology.inputs and name not in told and count.count is not None:
            told.add(name)
            message = f"{methodology.id} has no input {name[:60]!r}; its counts are not used"
            yield warning("KF566", message, count.place.span, count.place.source)


def _shown(count: Count) -> str:
    return str(count) if isinstance(count, str) or count is None else number_text(Fraction(count))
