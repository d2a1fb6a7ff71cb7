"""A table of reported figures against a methodology: one outcome a row, none lost."""

from __future__ import annotations

import io
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TextIO

from kpiformula.diagnostics import Diagnostic, InputError, KpiFormulaError, Severity, error
from kpiformula.intervals import Mode, value_text
from kpiformula.library import available, load
from kpiformula.methodology import Indicator, Methodology
from kpiformula.schema import nearest
from kpiformula.tables import ReportedRow, ReportedTable
from kpiformula.verification import Verdict, Verification, verify

UNREADABLE = "error"
"""What stands for a verdict where a row cannot be verified at all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What verifying a row came to.

    ``printed`` is the verification by the printed formula, where an erratum corrects it and the
    value is another; ``findings`` say why there is no ``reading``, or no verification by the
    printed formula.
    """

    row: ReportedRow
    reading: Verification | None
    printed: Verification | None = None
    findings: tuple[Diagnostic, ...] = ()

    @property
    def verdict(self) -> str:
        """The verdict, or ``error``."""
        return str(self.reading.verdict) if self.reading else UNREADABLE

    @property
    def agrees(self) -> bool | None:
        """Whether the figure is right; ``None`` where that cannot be told."""
        return self.reading.agrees if self.reading else None

    @property
    def note(self) -> str:
        """The calculation and how the figure stands to it, or why nothing is verified."""
        problems = "; ".join(map(_finding_note, self.findings))
        if self.reading is None:
            return problems
        if self.printed is None:
            unverified = f"; the printed formula is not evaluated: {problems}" if problems else ""
            return _note(self.reading) + unverified
        return (
            f"{_note(self.reading)}; by the printed formula {self.printed.result.formula}: "
            f"{self.printed.verdict}, {_note(self.printed, with_value=True)}"
        )


def _finding_note(finding: Diagnostic) -> str:
    return f"{finding.code}: {finding.message}{f' ({finding.help})' if finding.help else ''}"


def _note(verification: Verification, *, with_value: bool = False) -> str:
    figure, difference = verification.reported, verification.difference
    if figure is None or verification.agrees is None or verification.result.value is None:
        return verification.message
    calculation = verification.result.steps[1]
    if with_value:
        calculation += f" = {computed_text(verification)}"
    if verification.agrees:
        note = f"{calculation} is consistent with {figure.printed}"
    else:
        note = f"{calculation} contradicts {figure.printed}"
    if verification.tie_rules:
        note += f", right only under {' and '.join(verification.tie_rules)}"
    elif verification.verdict is Verdict.TRUNCATED:
        note += ", right only if cut off"
    elif not verification.agrees and difference is not None:
        note += f", too {'high' if difference > 0 else 'low'} by {value_text(abs(difference))}"
    return note + ("; part of the cell is not read" if verification.result.tainted else "")


def computed_text(verification: Verification) -> str:
    """Return the computed value, or why there is none."""
    return verification.result.steps[2].removeprefix("= ")


def indicator_of(methodology: Methodology, code: str) -> Indicator:
    """Return the indicator of a code.

    Raises:
        InputError: KF530 if the methodology has none.
    """
    if code not in methodology:
        near = get_close_matches(code, methodology)
        advice = (
            f"did you mean {' or '.join(near)}?" if near else "list the methodology for its codes"
        )
        message = f"{methodology.id} has no indicator {code[:60]!r}"
        raise InputError(error("KF530", message, help=advice))
    return methodology[code]


# --- rows to outcomes ----------------------------------------------------------------------------


class Verifier:
    """Verifies rows; methodologies are loaded once, and only shipped ones by a row's wish."""

    def __init__(
        self,
        table: ReportedTable,
        methodology: Methodology | None,
        *,
        category: str | None,
        rounding: Mode,
        as_printed: bool,
    ) -> None:
        self._table, self._default = table, methodology
        self._loaded = {methodology.id: methodology} if methodology else {}
        self._category, self._rounding, self._as_printed = category, rounding, as_printed

    def outcomes(self) -> Iterator[Outcome]:
        """Yield the outcome of each row, in the order of the table."""
        return map(self._outcome, self._table.rows)

    def _outcome(self, row: ReportedRow) -> Outcome:
        errors = tuple(f for f in row.findings if f.severity is Severity.ERROR)
        if errors:
            return Outcome(row, None, findings=errors)
        try:
            indicator = self._indicator(row)
            reading = self._verify(indicator, row, self._as_printed)
        except KpiFormulaError as refused:
            return Outcome(row, None, findings=self._placed(row, refused))
        if indicator.erratum is None or self._as_printed:
            return Outcome(row, reading)
        try:
            printed = self._verify(indicator, row, as_printed=True)
        except KpiFormulaError as refused:
            return Outcome(row, reading, findings=self._placed(row, refused))
        same = (printed.verdict, printed.computed) == (reading.verdict, reading.computed)
        return Outcome(row, reading, None if same else printed)

    def _placed(self, row: ReportedRow, refused: KpiFormulaError) -> tuple[Diagnostic, ...]:
        """Return the findings of an error, those without a file placed on the row."""
        return tuple(
            replace(finding, source=self._table.source, span=row.span)
            if finding.source is None or finding.source.name.startswith("<")
            else finding
            for finding in refused.diagnostics
        )

    def _verify(self, indicator: Indicator, row: ReportedRow, as_printed: bool) -> Verification:
        return verify(
            indicator,
            row.counts,
            row.reported,
            category=row.category or self._category,
            rounding=self._rounding,
            as_printed=as_printed,
        )

    def _indicator(self, row: ReportedRow) -> Indicator:
        return indicator_of(self._methodology(row), row.code)

    def _methodology(self, row: ReportedRow) -> Methodology:
        name = row.methodology
        if name is None and self._default is not None:
            return self._default
        if name not in self._loaded:
            if name not in available():
                message = (
                    f"no methodology {name!r} is shipped" if name else "no methodology is named"
                )
                raise InputError(error("KF409", message, help=nearest(name or "", available())))
            self._loaded[name] = load(name)
        return self._loaded[name]


# --- accounts ------------------------------------------------------------------------------------


class Tally:
    """Counts the verdicts, and holds them against the rows read."""

    def __init__(self) -> None:
        self._verdicts: Counter[str] = Counter()
        self.all_agree = True

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self._verdicts[outcome.verdict] += 1
        self.all_agree = self.all_agree and outcome.agrees is True

    @property
    def done(self) -> int:
        """How many outcomes were counted."""
        return self._verdicts.total()

    def summary(self, rows_read: int) -> str:
        """Return the number of rows and of each verdict.

        Raises:
            KpiFormulaError: KF532 where the verdicts do not add up to the rows read.
        """
        if self.done != rows_read:
            message = f"{rows_read} rows were read and {self.done} verdicts given"
            raise KpiFormulaError(error("KF532", message))
        order = (*Verdict, UNREADABLE)
        shown = ", ".join(f"{v} {self._verdicts[v]}" for v in order if self._verdicts[v])
        return f"{rows_read} {'row' if rows_read == 1 else 'rows'} read: {shown}"


class Progress:
    """A running count on a terminal, once work has taken longer than two seconds."""

    DELAY = 2.0
    PAUSE = 0.1

    def __init__(
        self, total: int, stream: TextIO, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total, self._stream, self._clock = total, stream, clock
        self._next = clock() + self.DELAY if stream.isatty() else None
        self._shown = False

    def step(self, done: int) -> None:
        """Show how many rows are done."""
        if self._next is not None and self._clock() >= self._next:
            self._next = self._clock() + self.PAUSE
            self._shown = True
            self._stream.write(f"\r{done} of {self._total} rows")
            self._stream.flush()

    def clear(self) -> None:
        """Wipe the count off the terminal."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def progress(total: int) -> Progress:
    """Return a count on standard error; rows that scroll by on a terminal are count enough."""
    return Progress(total, io.StringIO() if sys.stdout.isatty() else sys.stderr)
