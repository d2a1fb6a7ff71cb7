"""A whole reported set against itself: figures and counts that cannot all be right.

Each figure may agree with its counts, and the set still contradict itself: one input with two
values, parts that do not add up to their total, one quantity reported twice, a jump from one year
to the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial, reduce
from itertools import islice, pairwise
from typing import Any, overload

from kpiformula.checking import Given, Precision, require_precision
from kpiformula.checking import verify as verify_figure
from kpiformula.crosswalk import Crosswalk, SharedQuantity, load_crosswalk
from kpiformula.diagnosis import Beside
from kpiformula.diagnostics import (
    Diagnostic,
    InputError,
    KpiFormulaError,
    Severity,
    Source,
    Span,
    error,
    info,
    warning,
)
from kpiformula.evaluation import Subject
from kpiformula.intervals import Figure, Interval, Mode, point, unround
from kpiformula.mapping import Table
from kpiformula.methodology import Indicator, Methodology
from kpiformula.neighbours import MOST_ROWS, Neighbour, beside, counts_by_input, nearest_years
from kpiformula.nodes import number_text
from kpiformula.reported import Printed, read_figures
from kpiformula.units import conversion
from kpiformula.verification import Verdict, Verification

JUMP = 10
"""How many times a figure must be that of the year before to be pointed at."""


_WHOLE = 100
"""What two complements in per cent add up to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One reported figure: its row, its year, and the values of the symbols behind it.

    ``source`` and ``span`` are where it was given, if it was read from a file; ``methodology`` is
    the id of that of the indicator.
    """

    indicator: Indicator
    year: int | None
    figure: Figure | None
    counts: Mapping[str, Fraction]
    source: Source | None = None
    span: Span | None = None
    methodology: str = ""

    def __str__(self) -> str:
        return f"{self.indicator.code} ({self.year})" if self.year else self.indicator.code


@dataclass(frozen=True, slots=True)
class Contradictions:
    """What cannot all be right in a reported set, and, as ``notes``, what is only worth a look."""

    found: tuple[Diagnostic, ...] = ()
    notes: tuple[Diagnostic, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.found or self.notes)

    def __str__(self) -> str:
        """Return how many there are of each: ``2 contradictions, 1 note``; empty for none."""
        counted = ((self.found, "contradiction"), (self.notes, "note"))
        return ", ".join(
            f"{len(each)} {what}{'' if len(each) == 1 else 's'}" for each, what in counted if each
        )


def contradictions(
    entries: Iterable[Entry], *, crosswalk: Crosswalk | None = None
) -> Contradictions:
    """Return what cannot all be right in a set of reported figures of one institution.

    Within a methodology: KF535 an input with two values in one year, KF536 parts that do not add
    up to the total, or are more than it, KF537 one quantity reported with two figures, KF539
    complements that do not add up to 100, and as a note KF538 a figure ten times that of the year
    before, or a tenth of it. Between methodologies: KF549 one quantity, as ``crosswalk`` says (the
    shipped one by default), reported with two figures. Printed figures are taken as rounded.
    """
    by_methodology: dict[str, list[Entry]] = {}
    for entry in entries:
        by_methodology.setdefault(entry.methodology, []).append(entry)
    found = [each for own in by_methodology.values() for each in _within(own)]
    if len(by_methodology) > 1:
        found += _between(by_methodology, crosswalk or load_crosswalk())
    notes = tuple(each for each in found if each.severity is Severity.INFO)
    return Contradictions(tuple(each for each in found if each not in notes), notes)


def _within(entries: Sequence[Entry]) -> tuple[Diagnostic, ...]:
    return (
        *_two_values(entries),
        *_totals(entries),
        *_reported_twice(entries),
        *_jumps(entries),
        *_complements(entries),
    )


def _two_values(entries: Iterable[Entry]) -> Iterator[Diagnostic]:
    first: dict[tuple[str, int | None], tuple[Entry, Fraction]] = {}
    for entry in entries:
        for name, value in entry.counts.items():
            used = entry.indicator.inputs.get(name)
            if used is None:
                continue
            before, known = first.setdefault((used, entry.year), (entry, value))
            if known != value:
                two = f"{number_text(value)} in {entry} and {number_text(known)} in {before}"
                yield warning("KF535", f"{used} is {two}", entry.span, entry.source)


def _totals(entries: Iterable[Entry]) -> Iterator[Diagnostic]:
    given = _by_code(entries)
    for (code, year), total in given.items():
        for codes, all_parts in (
            (total.indicator.sum_of, True),
            (total.indicator.includes, False),
        ):
            parts = [given[part, year] for part in codes if (part, year) in given]
            if not codes or len(parts) != len(codes) or total.figure is None:
                continue
            added = reduce(Interval.__add__, map(_stands_for, parts))
            printed = _stands_for(total)
            if added.overlaps(printed) if all_parts else added.low <= printed.high:
                continue
            figures = " + ".join(str(part.figure) for part in parts)
            relation = "do not add up to" if all_parts else "are more than"
            message = f"the parts of {code} {relation} {total.figure}: {figures} in {added}"
            yield warning("KF536", message, total.span, total.source)


def _reported_twice(entries: Iterable[Entry]) -> Iterator[Diagnostic]:
    given = _by_code(entries)
    for (_, year), entry in given.items():
        other = given.get((entry.indicator.same_as or "", year))
        if other is not None and not _stands_for(entry).overlaps(_stands_for(other)):
            message = f"{entry} reports {entry.figure} for what {other} reports as {other.figure}"
            yield warning("KF537", message, entry.span, entry.source)


def _complements(entries: Iterable[Entry]) -> Iterator[Diagnostic]:
    given = _by_code(entries)
    told: set[frozenset[str | int | None]] = set()
    for (code, year), entry in given.items():
        other = given.get((entry.indicator.complement_of or "", year))
        if other is None or (pair := frozenset({code, other.indicator.code, year})) in told:
            continue
        told.add(pair)
        added = _stands_for(entry) + _stands_for(other)
        if _WHOLE not in added:
            message = (
                f"{entry} reports {entry.figure} and {other}, the rest of the same whole, "
                f"{other.figure}: together {added}, not 100"
            )
            yield warning("KF539", message, entry.span, entry.source)


def _jumps(entries: Iterable[Entry]) -> Iterator[Diagnostic]:
    by_row: dict[str, list[Entry]] = {}
    for (code, year), entry in _by_code(entries).items():
        if year is not None:
            by_row.setdefault(code, []).append(entry)
    for series in by_row.values():
        for before, after in pairwise(sorted(series, key=lambda entry: entry.year or 0)):
            small, large = sorted(abs(_value(entry)) for entry in (before, after))
            if small and large >= JUMP * small:
                message = f"{after} reports {after.figure}, {before} {before.figure}"
                yield info("KF538", message, after.span, after.source)


def _between(
    by_methodology: Mapping[str, Sequence[Entry]], crosswalk: Crosswalk
) -> Iterator[Diagnostic]:
    """Yield the figures for one quantity and year that exclude each other."""
    before: dict[tuple[str, int | None], list[Entry]] = {}
    for methodology, entries in by_methodology.items():
        for (code, year), entry in _by_code(entries).items():
            quantity = crosswalk.quantity(methodology, code)
            if quantity is None or not quantity.is_exactly(methodology):
                continue
            others = before.setdefault((quantity.id, year), [])
            yield from (
                _excluding(quantity, entry, other, crosswalk)
                for other in others
                if _exclude(entry, other)
            )
            others.append(entry)


def _exclude(entry: Entry, other: Entry) -> bool:
    """Return whether two figures for one quantity cannot both be right, in one unit."""
    ratio = conversion(other.indicator.unit, entry.indicator.unit)
    if ratio is None:
        return False
    return not _stands_for(entry).overlaps(_stands_for(other) * point(ratio))


def _excluding(
    quantity: SharedQuantity, entry: Entry, other: Entry, crosswalk: Crosswalk
) -> Diagnostic:
    message = f"{quantity.id}: {_under(entry)}, and {_under(other)}"
    if crosswalk.same_issuer(entry.methodology, other.methodology):
        return warning("KF549", message, entry.span, entry.source)
    advice = "where they are of two institutions, give each a table of its own"
    return warning("KF549", message, entry.span, entry.source, help=advice)


def _under(entry: Entry) -> str:
    return f"{entry.methodology} {entry} reports {entry.figure} ({entry.indicator.unit})"


def _by_code(entries: Iterable[Entry]) -> dict[tuple[str, int | None], Entry]:
    return {(e.indicator.code, e.year): e for e in entries if e.figure is not None}


def _stands_for(entry: Entry) -> Interval:
    assert entry.figure is not None
    return unround(entry.figure, "nearest")


def _value(entry: Entry) -> Fraction:
    assert entry.figure is not None
    return entry.figure.value


# --- a whole set ---------------------------------------------------------------------------------

ReportedSet = Mapping[str, Mapping[int, Printed]]
"""Reported figures by code and year."""


@dataclass(frozen=True)
class SetVerification(Mapping[tuple[str, int], Verification]):
    """The verdicts on a reported set, by code and year.

    ``reasons`` are of the figures that could not be verified, ``contradictions`` what cannot all
    be right, ``notes`` what is only worth a look. Figures reported = verdicts + reasons.
    """

    verifications: Mapping[tuple[str, int], Verification]
    reasons: Mapping[tuple[str, int], Diagnostic]
    contradictions: tuple[Diagnostic, ...]
    notes: tuple[Diagnostic, ...] = ()

    def __getitem__(self, key: tuple[str, int]) -> Verification:
        return self.verifications[key]

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self.verifications)

    def __len__(self) -> int:
        return len(self.verifications)

    @property
    def summary(self) -> str:
        """How many figures were reported, and what became of them."""
        counted = Counter(each.verdict for each in self.values())
        parts = [f"{verdict} {counted[verdict]}" for verdict in Verdict if counted[verdict]]
        parts += [f"not verified {len(self.reasons)}"] if self.reasons else []
        reported = len(self) + len(self.reasons)
        against = Contradictions(self.contradictions, self.notes)
        verdicts = f"{reported} figures reported: {', '.join(parts) or 'none'}"
        return f"{verdicts}; {against}" if against else verdicts

    def __str__(self) -> str:
        lines = [f"{code} {year}: {each.message}" for (code, year), each in self.items()]
        lines += [f"{code} {year}: {why}" for (code, year), why in self.reasons.items()]
        return "\n".join([*lines, *map(str, (*self.contradictions, *self.notes)), self.summary])


def verify_set(
    methodology: Methodology,
    reported: ReportedSet,
    inputs: Mapping[int, Mapping[str, Given]],
    *,
    category: str | None = None,
    rounding: Mode = "nearest",
    counts_are: Precision = "exact",
    as_printed: bool = False,
) -> SetVerification:
    """Check a whole set of reported figures of one methodology.

    ``inputs`` are the counts of each year, by the names of the methodology's inputs. Figures and
    counts are given as for one figure (:func:`verify`); ``counts_are`` says how all counts are
    taken: ``exact``, or ``rounded``, each as all numbers that print as it (what a single figure
    calls ``inputs``). A year outside those of the methodology is a finding of its figures (KF547).

    Raises:
        InputError: KF508 for other ``counts_are``; KF530 a code that the methodology does not
            have. What is wrong with one figure only is its reason in the outcome.
    """
    require_precision("counts_are", counts_are)
    verified: dict[tuple[str, int], Verification] = {}
    reasons: dict[tuple[str, int], Diagnostic] = {}
    entries: list[Entry] = []
    for code, figures in reported.items():
        if code not in methodology:
            raise InputError(error("KF530", f"{methodology.id} has no indicator {code[:60]!r}"))
        row = methodology[code]
        for year, figure in figures.items():
            known = inputs.get(year, {})
            counts = {name: known[used] for name, used in row.inputs.items() if used in known}
            try:
                found = verify_figure(row, counts, figure, year=year, category=category,
                                      rounding=rounding, inputs=counts_are, as_printed=as_printed,
                                      years=methodology.years,
                                      beside=partial(_beside, methodology, reported, inputs,
                                                     row, year))  # fmt: skip
            except KpiFormulaError as refused:
                reasons[code, year] = refused.diagnostics[0]
                continue
            verified[code, year] = found
            entries.append(Entry(row, year, found.reported, found.result.counts))
    against = contradictions(entries)
    return SetVerification(Table(verified), Table(reasons), against.found, against.notes)


def _beside(
    methodology: Methodology,
    reported: ReportedSet,
    inputs: Mapping[int, Mapping[str, Given]],
    row: Indicator,
    year: int,
) -> Beside:
    """Return what lay beside a figure in its set."""

    def neighbour(other: Indicator, its_year: int) -> Neighbour:
        figure = reported.get(other.code, {}).get(its_year)
        return Neighbour(other, its_year, _plain_figure(figure),
                         counts_by_input(other, inputs.get(its_year, {})))  # fmt: skip

    years = nearest_years(year, sorted({*inputs, *reported[row.code]}))
    codes = (code for code in reported if year in reported[code] and code != row.code)
    rows = (methodology[code] for code in codes if code in methodology)
    return beside(
        row,
        [neighbour(row, each) for each in years],
        [neighbour(each, year) for each in islice(rows, MOST_ROWS)],
    )


def _plain_figure(reported: Printed) -> Figure | None:
    try:
        return next(iter(read_figures(reported)), None)
    except InputError:
        return None


@overload
def verify(
    subject: Subject,
    counts: Mapping[str, Given],
    reported: Printed,
    *,
    year: int | None = None,
    category: str | None = None,
    rounding: Mode = "nearest",
    inputs: Precision = "exact",
    as_printed: bool = False,
    years: Collection[int] = (),
) -> Verification: ...


@overload
def verify(
    subject: Methodology,
    reported: ReportedSet,
    inputs: Mapping[int, Mapping[str, Given]],
    *,
    category: str | None = None,
    rounding: Mode = "nearest",
    counts_are: Precision = "exact",
    as_printed: bool = False,
) -> SetVerification: ...


def verify(
    subject: Subject | Methodology, *given: Any, **asked: Any
) -> Verification | SetVerification:
    """Check a reported figure against its counts, or a whole reported set of a methodology.

    ``verify(indicator, counts, reported)`` is one figure, of an indicator or a formula:
    see :func:`kpiformula.checking.verify`. ``verify(methodology, reported, inputs)`` is a set,
    figures by code and year and counts by year and input: see :func:`verify_set`.

    Raises:
        InputError: as these two.
    """
    if isinstance(subject, Methodology):
        return verify_set(subject, *given, **asked)
    return verify_figure(subject, *given, **asked)
