"""A table of reported figures against a methodology: one outcome a row, none lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from itertools import islice

from kpiformula.cause import ONE_DIGIT, Cause
from kpiformula.checking import Given, Precision, verify
from kpiformula.consistency import Contradictions, Entry, contradictions
from kpiformula.counting import Counted, count
from kpiformula.diagnosis import Beside
from kpiformula.diagnostics import Diagnostic, InputError, KpiFormulaError, Severity, error
from kpiformula.evaluation import Subject
from kpiformula.figures import Target
from kpiformula.intervals import Mode, value_text
from kpiformula.library import available, load_once
from kpiformula.mapping import Table
from kpiformula.methodology import Indicator, Methodology
from kpiformula.neighbours import MOST_ROWS, Neighbour, beside, counts_by_input, nearest_years
from kpiformula.reading import parse
from kpiformula.schema import nearest
from kpiformula.tables.reported import ReportedRow, ReportedTable
from kpiformula.verification import Verdict, Verification

UNREADABLE = "error"
"""What stands for a verdict where a row cannot be verified at all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What verifying a row came to.

    ``printed`` is the verification by the printed formula, where an erratum corrects it and the
    value is another; ``findings`` say why there is no ``reading``, or no verification by the
    printed formula. ``indicator`` and ``methodology`` (its id) are of a row that was found; a row
    with a formula of its own has neither. ``counted`` is how records gave its counts.
    """

    row: ReportedRow
    reading: Verification | None
    printed: Verification | None = None
    findings: tuple[Diagnostic, ...] = ()
    indicator: Indicator | None = None
    methodology: str | None = None
    counted: Counted | None = None

    @property
    def target(self) -> Target | None:
        """The planned figure of the row's year, where one is printed."""
        if self.indicator is None or self.row.year is None:
            return None
        return self.indicator.targets.get(self.row.year)

    @property
    def verdict(self) -> str:
        """The verdict, or ``error``."""
        return str(self.reading.verdict) if self.reading else UNREADABLE

    @property
    def counts(self) -> Mapping[str, Fraction] | None:
        """The values of the indicator's symbols, where the row was verified against one."""
        if self.reading is None or self.indicator is None:
            return None
        return self.reading.result.counts

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
    if verification.over is not None:
        note += ", inputs taken as rounded"
    if verification.tie_rules:
        note += f", right only under {' and '.join(verification.tie_rules)}"
    elif verification.verdict is Verdict.TRUNCATED:
        note += ", right only if cut off"
    elif not verification.agrees and difference is not None:
        note += f", too {'high' if difference > 0 else 'low'} by {value_text(abs(difference))}"
    cause = None if with_value else likely_cause(verification)
    if cause:
        # A digit can be wrong in so many ways that it is never more than possible.
        note += f", {'possible' if cause.kind in ONE_DIGIT else 'likely'} cause: {cause.sentence}"
    if verification.result.tainted:
        note += "; part of the cell is not read"
    return "; ".join([note, *map(_finding_note, verification.findings)])


def likely_cause(verification: Verification) -> Cause | None:
    """Return the best cause of a mismatch that chance does not explain as well."""
    if verification.verdict is not Verdict.MISMATCH:
        return None
    return next((cause for cause in verification.causes if not cause.proves_little), None)


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


_parsed = lru_cache(maxsize=1000)(parse)
"""Tables of claims print the same formula over and over."""


class Verifier:
    """Verifies rows; methodologies are loaded once, and only shipped ones by a row's wish.

    ``inputs`` says for all rows how counts are taken; without it each row says so itself, and
    they are exact where it says nothing. ``records`` are frames by population, or one frame: a row
    without counts of its own has those that they give; ``ignoring`` are columns of theirs that the
    data dictionary need not know.
    """

    def __init__(
        self,
        table: ReportedTable,
        methodology: Methodology | None,
        *,
        category: str | None,
        rounding: Mode,
        as_printed: bool,
        inputs: Precision | None = None,
        records: object = None,
        ignoring: Collection[str] = (),
    ) -> None:
        self._records, self._ignoring = records, ignoring
        self._inputs: Precision | None = inputs
        self._table, self._default = table, methodology
        self._loaded = {methodology.id: methodology} if methodology else {}
        self._category, self._rounding, self._as_printed = category, rounding, as_printed

    def run(self, outcomes: Iterable[Outcome]) -> Run:
        """Return the run that came to these outcomes.

        Raises:
            KpiFormulaError: KF532 where they are not as many as the rows.
        """
        return Run(
            self._table,
            tuple(outcomes),
            Table(self._loaded),
            self._rounding,
            self._category,
            self._as_printed,
            self._inputs,
        )

    def outcomes(self, start: int = 0, stop: int | None = None) -> Iterator[Outcome]:
        """Yield the outcome of each row, in the order of the table, or of some rows."""
        return map(self._outcome, islice(self._table.rows, start, stop))

    def entry(self, row: ReportedRow, counts: Mapping[str, Fraction]) -> Entry:
        """Return what a row is held against others by; ``counts`` are those of its outcome.

        Raises:
            KpiFormulaError: KF409, KF530 where the row names no indicator.
        """
        methodology = self._methodology(row)
        indicator = indicator_of(methodology, row.code)
        return Entry(indicator, row.year, row.reported, counts, row.source, row.span,
                     methodology.id)  # fmt: skip

    def _outcome(self, row: ReportedRow) -> Outcome:
        errors = tuple(f for f in row.findings if f.severity is Severity.ERROR)
        if errors:
            return Outcome(row, None, findings=errors)
        if row.formula is not None:
            return self._claim(row, row.formula)
        try:
            methodology = self._methodology(row)
            indicator = indicator_of(methodology, row.code)
        except KpiFormulaError as refused:
            return Outcome(row, None, findings=self._placed(row, refused))
        found = partial(Outcome, row, indicator=indicator, methodology=methodology.id)
        try:
            counts = self._counts(indicator, row)
            if isinstance(counts, Counted):
                found = partial(found, counted=counts)
            reading = self._verify(indicator, row, counts, self._as_printed, methodology)
        except KpiFormulaError as refused:
            return found(None, findings=self._placed(row, refused))
        if indicator.erratum is None or self._as_printed:
            return found(reading)
        try:
            printed = self._verify(indicator, row, counts, True, methodology)
        except KpiFormulaError as refused:
            return found(reading, findings=self._placed(row, refused))
        same = (printed.verdict, printed.computed) == (reading.verdict, reading.computed)
        return found(reading, None if same else printed)

    def _claim(self, row: ReportedRow, formula: str) -> Outcome:
        """Return the outcome of a row that is checked against its own formula."""
        try:
            return Outcome(row, self._verify(_parsed(formula), row, row.counts, as_printed=False))
        except KpiFormulaError as refused:
            return Outcome(row, None, findings=self._placed(row, refused))

    def _placed(self, row: ReportedRow, refused: KpiFormulaError) -> tuple[Diagnostic, ...]:
        """Return the findings of an error, those without a file placed on the row."""
        return tuple(
            replace(finding, source=row.source, span=row.span)
            if finding.source is None or finding.source.name.startswith("<")
            else finding
            for finding in refused.diagnostics
        )

    def _verify(
        self,
        subject: Subject,
        row: ReportedRow,
        counts: Mapping[str, Given],
        as_printed: bool,
        methodology: Methodology | None = None,
    ) -> Verification:
        found = verify(
            subject,
            counts,
            row.reported,
            year=row.year,
            category=row.category or self._category,
            rounding=self._rounding,
            inputs=self._inputs or ("rounded" if row.inputs_rounded else "exact"),
            as_printed=as_printed,
            years=methodology.years if methodology else (),
            beside=partial(self._beside, row, subject, methodology) if methodology else Beside,
        )
        if not isinstance(counts, Counted):
            return found
        told = (f for f in counts.findings if f.severity is not Severity.INFO)
        return replace(found, findings=(*found.findings, *told))

    def _counts(self, indicator: Indicator, row: ReportedRow) -> Mapping[str, Given]:
        """Return the counts of a row: its own, or else those that records give.

        Raises:
            CriterionError: as :func:`kpiformula.count` does.
        """
        if self._records is None or row.counts or row.year is None or not indicator.counts:
            return row.counts
        return count(indicator, self._records, year=row.year, ignoring=self._ignoring)

    def _beside(self, row: ReportedRow, indicator: Subject, methodology: Methodology) -> Beside:
        """Return what lay beside a row in the table, of the same methodology."""
        if row.year is None or not isinstance(indicator, Indicator):
            return Beside()
        series = self._by_code[row.methodology, row.code]
        years = (series[year] for year in nearest_years(row.year, sorted(series)))
        rows = (each for each in self._by_year[row.methodology, row.year] if each is not row)
        return beside(
            indicator,
            [_neighbour(indicator, each) for each in years],
            [_neighbour(methodology[each.code], each)
             for each in islice(rows, MOST_ROWS) if each.code in methodology],
        )  # fmt: skip

    @cached_property
    def _by_code(self) -> Mapping[tuple[str | None, str], Mapping[int, ReportedRow]]:
        found: dict[tuple[str | None, str], dict[int, ReportedRow]] = {}
        for row in self._table.rows:
            if row.year is not None:
                found.setdefault((row.methodology, row.code), {})[row.year] = row
        return found

    @cached_property
    def _by_year(self) -> Mapping[tuple[str | None, int], Sequence[ReportedRow]]:
        found: dict[tuple[str | None, int], list[ReportedRow]] = {}
        for row in self._table.rows:
            if row.year is not None:
                found.setdefault((row.methodology, row.year), []).append(row)
        return found

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
            self._loaded[name] = load_once(name)
        return self._loaded[name]


def _neighbour(indicator: Indicator, row: ReportedRow) -> Neighbour:
    counts = counts_by_input(indicator, row.counts)
    return Neighbour(indicator, row.year or 0, row.reported, counts)


# --- accounts ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """All outcomes of a table, in its order, and how they were come by.

    ``methodologies`` are those that rows were held against, by id; ``rounding``, ``category`` and
    ``as_printed`` are what was asked for, and ``inputs``: how counts are taken, ``None`` where each
    row says so itself. Rows read = rows with a verdict + rows refused.

    Raises:
        KpiFormulaError: KF532 where the outcomes are not as many as the rows of the table.
    """

    table: ReportedTable
    outcomes: tuple[Outcome, ...]
    methodologies: Mapping[str, Methodology]
    rounding: Mode = "nearest"
    category: str | None = None
    as_printed: bool = False
    inputs: Precision | None = None

    def __post_init__(self) -> None:
        require_all_rows(len(self.table.rows), len(self.outcomes))

    @property
    def verified(self) -> tuple[Outcome, ...]:
        """The rows with a verdict."""
        return tuple(each for each in self.outcomes if each.reading is not None)

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """The rows that cannot be verified; their findings say why."""
        return tuple(each for each in self.outcomes if each.reading is None)

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many rows have each verdict, those that none has among them."""
        counted = Counter(each.reading.verdict for each in self.outcomes if each.reading)
        return Table({verdict: counted[verdict] for verdict in Verdict})

    def agreeing(self, agrees: bool | None) -> int:
        """Return how many rows with a verdict agree, differ, or leave it open (``None``)."""
        return sum(each.agrees is agrees for each in self.verified)

    @cached_property
    def _against(self) -> Contradictions:
        return contradictions(
            Entry(each.indicator, each.row.year, each.row.reported, each.counts, each.row.source,
                  each.row.span, each.methodology or "")
            for each in self.outcomes
            if each.indicator is not None and each.counts is not None
        )  # fmt: skip

    @property
    def contradictions(self) -> tuple[Diagnostic, ...]:
        """What cannot all be right among the figures of the table."""
        return self._against.found

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """What is worth a look among the figures of the table, though all may be right."""
        return self._against.notes


def require_all_rows(rows_read: int, verdicts: int) -> None:
    """Hold the outcomes against the rows read.

    Raises:
        KpiFormulaError: KF532 where they are not as many.
    """
    if verdicts != rows_read:
        message = f"{rows_read} rows were read and {verdicts} verdicts given"
        raise KpiFormulaError(error("KF532", message))
