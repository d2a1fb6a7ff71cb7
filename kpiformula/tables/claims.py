"""The layout of claims: each row is a figure with its own formula and inputs.

``formula``, ``inputs`` (``G=1120; F=6913``, as printed) and ``reported`` must be there; ``id``,
``inputs_rounded`` (yes or no) and ``unit`` may be. Other columns are remarks. No methodology and no
year is needed: the row says all that its figure is checked against.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kpiformula.counts import Count
from kpiformula.diagnostics import Diagnostic, InputError
from kpiformula.intervals import Figure
from kpiformula.mapping import Table
from kpiformula.tables.grid import Cell, Grid, Role, error_at
from kpiformula.tables.layouts import Reader, as_count, named, refused
from kpiformula.tables.numbers import DecimalMarks
from kpiformula.tables.reported import CLAIM_TEXTS, CLAIMS, MISSING, WIDE, ReportedRow

_ANSWERS = {"": None, "yes": True, "no": False}


def is_claims(head: Sequence[str]) -> bool:
    """Return whether a head is that of the layout of claims."""
    found = set(named(head, (*CLAIMS, *WIDE)))
    return set(CLAIMS) <= found and not set(WIDE) <= found


def claim_columns(head: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns, those of remarks in brackets: they are not read."""
    known = (*CLAIMS, *CLAIM_TEXTS)
    return tuple(
        name if name in known or not name or name.startswith("(") else f"({name})"
        for name in named(head, known)
    )


def claim_figures(grid: Grid, columns: Sequence[str]) -> Iterator[str]:
    """Yield the texts of figures and inputs, by which the decimal mark is told."""
    yield from grid.figures([columns.index("reported")])
    for cell in grid.figures([columns.index("inputs")]):
        for _, _, number in _parts(cell):
            yield number


def _parts(cell: str) -> Iterator[tuple[str, str, str]]:
    """Yield what stands between semicolons: name, equals sign, number."""
    for part in cell.split(";"):
        if part.strip():
            name, sign, number = part.partition("=")
            yield name.strip(), sign, number.strip()


class ClaimsReader(Reader):
    """Reads the layout of claims."""

    roles: Mapping[str, Role] = {
        **dict.fromkeys(("formula", "inputs", *CLAIM_TEXTS), "text"),
        "id": "code",
        "reported": "figure",
    }

    def __init__(self, grid: Grid, columns: Sequence[str], marks: DecimalMarks) -> None:
        super().__init__(grid, columns, marks)
        self._at = {name: index for index, name in enumerate(columns) if name}

    def rows(self) -> Iterator[ReportedRow]:
        """Yield one row for each row of the grid."""
        return map(self._row, self.grid.rows)

    def _row(self, row: int) -> ReportedRow:
        findings = list(self.misfits(row))
        texts = self.texts(row, findings)
        if not texts.get("formula"):
            findings.append(error_at("KF573", "the row has no formula", self.grid.place(row)))
        rounded = _ANSWERS.get(texts.get("inputs_rounded", "").casefold())
        if rounded is None and texts.get("inputs_rounded"):
            findings.append(self._bad("KF572", row, "inputs_rounded", "is neither yes nor no",
                                      texts["inputs_rounded"]))  # fmt: skip
        place = self.grid.place(row)
        return ReportedRow(
            line=self.grid.line(row),
            code=texts.get("id", ""),
            year=None,
            reported=self._reported(row, findings),
            counts=Table(self._inputs(row, texts.get("inputs", ""), findings)),
            formula=texts.get("formula") or None,
            inputs_rounded=bool(rounded),
            unit=texts.get("unit") or None,
            findings=tuple(findings),
            span=place.span,
            source=place.source,
        )

    def _reported(self, row: int, findings: list[Diagnostic]) -> Figure | None:
        index = self._at["reported"]
        if index >= self.grid.width(row):
            return None
        cell = self.grid.cell(row, index, "figure", "reported")
        findings += cell.findings
        if refused(cell) or (cell.number is None and cell.text in MISSING):
            return None
        number = self.number(row, index, cell, "reported")
        if isinstance(number, Diagnostic):
            findings.append(number)
            return None
        return Figure(number.value, number.decimals, cell.text)

    def _inputs(self, row: int, cell: str, findings: list[Diagnostic]) -> dict[str, Count]:
        counts: dict[str, Count] = {}
        named_before: set[str] = set()
        for name, sign, printed in _parts(cell):
            if not name or not sign:
                findings.append(self._bad("KF570", row, "inputs", "is not written NAME=NUMBER",
                                          f"{name}{sign}{printed}"))  # fmt: skip
                continue
            if name in named_before:
                findings.append(self._bad("KF571", row, "inputs", "is given twice", name))
                continue
            named_before.add(name)
            if printed in MISSING:
                continue
            try:
                counts[name] = as_count(self.marks.read(printed), Cell(printed))
            except InputError as unread:
                place = self.grid.place(row, self._at["inputs"])
                found = unread.diagnostics[0]
                message = f"`inputs`, {name}: {found.message}"
                findings.append(
                    replace(found, message=message, span=place.span, source=place.source)
                )
        return counts

    def _bad(self, code: str, row: int, column: str, problem: str, text: str) -> Diagnostic:
        advice = {
            "KF570": "separate inputs by semicolons: G=1120; F=6913",
            "KF571": "name each input once",
            "KF572": "write yes, no, or nothing",
        }[code]
        message = f"`{column}`: {text[:60]!r} {problem}"
        return error_at(code, message, self.grid.place(row, self._at[column]), help=advice)
