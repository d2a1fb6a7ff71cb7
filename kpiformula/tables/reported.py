"""Reported figures and the counts behind them, as frozen rows; the names of their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpiformula.counts import Count
from kpiformula.diagnostics import Diagnostic, Source, Span
from kpiformula.intervals import Figure
from kpiformula.mapping import Table
from kpiformula.text import BLANKS

WIDE = ("code", "year", "reported")
"""Columns of the wide layout; the counts stand beside them, each under its own name."""

LONG = ("code", "year", "input", "value")
"""Columns of the long layout: one count, or the figure that is reported, in a row."""

TEXTS = ("category", "methodology")
"""Columns that may be there in both of these layouts."""

CLAIMS = ("formula", "inputs", "reported")
"""Columns of the layout of claims: each row is a figure with its own formula."""

CLAIM_TEXTS = ("id", "inputs_rounded", "unit")
"""Columns that may be there in the layout of claims; all others are remarks."""

MISSING = BLANKS | {"…", "..."}
"""What stands in a table where there is no figure."""


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A reported figure and the counts behind it.

    ``counts`` holds the cells that are filled, by column; a missing count is not among them.
    With a finding of severity ``error`` the row cannot be verified. ``line`` is its first line,
    or its row in a sheet; ``source`` and ``span`` say where it stands. A row with a ``formula`` is
    checked against that formula, not against an indicator; ``inputs_rounded`` says that each of its
    counts stands for all numbers that print as it, and ``unit`` is as the row prints it.
    """

    line: int
    code: str
    year: int | None
    reported: Figure | None
    counts: Mapping[str, Count] = field(default_factory=Table)
    category: str | None = None
    methodology: str | None = None
    formula: str | None = None
    inputs_rounded: bool = False
    unit: str | None = None
    findings: tuple[Diagnostic, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)
    source: Source = field(default=Source("", "<table>"), compare=False, repr=False)

    @property
    def place(self) -> str:
        """Where the row stands: ``figures.csv:2``, ``figures.xlsx:Goal 1!A2``."""
        return self.source.name if self.span is None else f"{self.source.name}:{self.line}"


@dataclass(frozen=True)
class ReportedTable:
    """The rows of a file in their order; rows without any content are left out.

    ``delimiter`` is empty for a workbook. ``decimal`` is the decimal mark of the whole file, empty
    where no cell shows one or cells disagree; an ambiguous cell such as ``1,234`` is then a
    finding. ``findings`` are those on the whole file, such as sheets that are passed over.
    """

    source: Source = field(repr=False)
    delimiter: str
    decimal: str
    columns: tuple[str, ...]
    rows: tuple[ReportedRow, ...]
    findings: tuple[Diagnostic, ...] = ()
