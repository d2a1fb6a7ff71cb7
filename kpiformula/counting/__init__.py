"""Counts derived from records: criteria applied to frames, with a ledger that reconciles.

A cell that is missing makes a record undecided where its criteria depend on it, never in or out;
the count is then an interval. Persons are counted once, by the key of their population.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from kpiformula.arithmetic import UndefinedError
from kpiformula.counting.ledger import Ledger, Ledgers, Step, Which
from kpiformula.counting.masks import Masks, Passing
from kpiformula.counting.measuring import measured
from kpiformula.counting.records import MAX_NAMED, Records
from kpiformula.counting.steps import Planned, planned
from kpiformula.criteria.meaning import columns
from kpiformula.criteria.selection import Selection
from kpiformula.diagnostics import CriterionError, Diagnostic, error, info, warning
from kpiformula.intervals import Interval, point
from kpiformula.mapping import Table
from kpiformula.methodology import Indicator, Phrase
from kpiformula.nodes import Name, names
from kpiformula.ranges import values_over

__all__ = ["Counted", "Ledger", "Step", "Which", "count"]

RecordCount = int | Fraction | Interval
"""A count from records: an interval while records are undecided."""


@dataclass(frozen=True)
class Counted(Mapping[str, RecordCount]):
    """The counts of an indicator in a year, by symbol, as ``evaluate`` and ``verify`` take them.

    ``ledgers`` say how each came about. ``findings`` are what the text leaves undecided (KF640,
    info), records whose cells are missing (KF630, warning), counts that cannot be told (KF631,
    KF632), and a numerator outside its denominator (KF633). A count that cannot be told is not
    among the keys. ``share`` holds the values of a part over its whole where undecided records
    leave them open: fewer than their two intervals allow, as one record counts in both.
    """

    indicator: Indicator
    year: int
    counts: Mapping[str, RecordCount]
    ledgers: Mapping[str, Ledger]
    findings: tuple[Diagnostic, ...] = ()
    share: Interval | None = None
    _unexcluded: Mapping[str, _Unexcluded] = field(default_factory=Table, compare=False, repr=False)

    def __getitem__(self, symbol: str) -> RecordCount:
        return self.counts[symbol]

    def __iter__(self) -> Iterator[str]:
        return iter(self.counts)

    def __len__(self) -> int:
        return len(self.counts)

    @cached_property
    def value_range(self) -> Interval | None:
        """The values that the formula can have, where undecided records leave its counts open.

        ``None`` where all counts are exact, or one cannot be told, or the value is undefined, or
        the document does not state the calculation.
        """
        exact = all(not isinstance(each, Interval) for each in self.counts.values())
        if exact or self.indicator.basis == "unstated":
            return None
        formula = self.indicator.reading
        if self.share is not None and formula.factor is not None:
            return self.share * point(formula.factor)
        node = formula.node
        box = {s: c if isinstance(c, Interval) else point(Fraction(c)) for s, c in self.items()}
        if not box.keys() >= set(names(node)):
            return None
        try:
            return values_over(node, box)
        except UndefinedError:
            return None

    @cached_property
    def without_exclusions(self) -> tuple[tuple[str, Mapping[str, Fraction]], ...]:
        """What the counts would be if exclusions were not removed: in words, and by symbol.

        First none of them, then each one alone. Empty without the records behind the counts, and
        where an undecided record leaves a count open.
        """
        codes = {s.criterion.cites for u in self._unexcluded.values() for s in u.exclusions}
        every = [("no exclusion is removed", frozenset(codes))] if codes else []
        alone = [(f"{cites} is not removed", frozenset({cites})) for cites in sorted(codes)]
        made = [
            (words, {symbol: u.count(kept) for symbol, u in self._unexcluded.items()})
            for words, kept in (every if len(alone) == 1 else [*every, *alone])
        ]
        return tuple(
            (words, Table({symbol: n for symbol, n in counts.items() if n is not None}))
            for words, counts in made
            if None not in counts.values()
        )

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_unexcluded": Table()}

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)

    def lines(self) -> Iterator[str]:
        """Yield the ledgers as lines of text, that of a whole before that of its part."""
        for symbol, ledger in self.ledgers.items():
            around = self.indicator.counts[symbol].within
            yield from ledger.lines(self.ledgers[around] if around is not None else None)

    def __str__(self) -> str:
        return "\n".join([*self.lines(), *map(str, self.findings)])


@dataclass(frozen=True)
class _Unexcluded:
    """A count of which some exclusions may be left out."""

    records: Records
    steps: tuple[Planned, ...]

    @property
    def exclusions(self) -> tuple[Planned, ...]:
        return tuple(step for step in self.steps if step.kind == "exclude")

    def count(self, kept: Collection[str]) -> Fraction | None:
        """Return how many would be counted if those were not removed whom these texts exclude.

        ``None`` while records are undecided.
        """
        left = [s for s in self.steps if s.kind == "include" or s.criterion.cites not in kept]
        (passing,) = Masks(self.records, left).passing()
        return None if passing.undecided else Fraction(passing.sure)


def count(
    indicator: Indicator,
    records: object,
    *,
    year: int,
    ignoring: Collection[str] = (),
) -> Counted:
    """Derive the counts of an indicator from records, by its criteria.

    Args:
        indicator: one whose ``counts`` say how they are taken from records.
        records: a frame of pandas, Polars, PyArrow, DuckDB or Spark, with a column for each field
            of the population that the criteria look at and its key; or a mapping of the ids of
            populations to such frames.
        year: the reporting year.
        ignoring: columns that the data dictionary need not know.

    Raises:
        CriterionError: KF601 to KF607 a rule that cannot be read or means nothing; KF608 an
            indicator without criteria; KF626 a population without records; KF620 to KF625, KF628
            records that do not fit the data dictionary (see
            :class:`kpiformula.counting.records.Records`); KF627 records of one key that differ in
            what is added up.
    """
    if not indicator.counts:
        message = f"{indicator.code} has no criteria for its counts"
        raise CriterionError(error("KF608", message))
    return _Counting(indicator, records, year, frozenset(ignoring)).counted()


class _Counting:
    def __init__(
        self, indicator: Indicator, records: object, year: int, ignoring: frozenset[str]
    ) -> None:
        self._indicator, self._year, self._ignoring = indicator, year, ignoring
        self._steps = {symbol: planned(indicator, symbol, year) for symbol in indicator.counts}
        self._records = self._by_population(records)
        self._masks: dict[str, Masks] = {}
        self._passing: dict[str, Passing] = {}

    def _by_population(self, records: object) -> Mapping[str, Records]:
        needed = {s.population.id: s.population for s in self._indicator.counts.values()}
        given = records if isinstance(records, Mapping) else None
        if given is None:
            if len(needed) > 1:
                message = f"{self._indicator.code} counts {' and '.join(needed)}"
                advice = "give a mapping of population to frame"
                raise CriterionError(error("KF626", message, help=advice))
            given = dict.fromkeys(needed, records)
        for name in needed:
            if name not in given:
                message = f"{self._indicator.code} counts {name}, of which no records are given"
                raise CriterionError(error("KF626", message))
        return {
            name: Records(given[name], population, self._columns(name), self._ignoring)
            for name, population in needed.items()
        }

    def _columns(self, population: str) -> frozenset[str]:
        wanted: set[str] = set()
        for symbol, selection in self._indicator.counts.items():
            if selection.population.id == population:
                for step in self._steps[symbol]:
                    wanted |= columns(step.meaning)
                measure = selection.measure
                wanted |= {name for name in (measure.field, measure.per) if name is not None}
        return frozenset(wanted)

    def counted(self) -> Counted:
        counts: dict[str, RecordCount] = {}
        findings: list[Diagnostic] = []
        self._mask()
        for symbol, masks in self._masks.items():
            selection, passing = self._indicator.counts[symbol], self._passing[symbol]
            found = measured(selection, masks, passing, self._unit(symbol))
            findings += [*found.findings, *self._undecided(symbol, selection, passing)]
            if found.count is not None:
                counts[symbol] = found.count
        findings += self._outside()
        order = self._indicator.counts
        unexcluded = {
            symbol: _Unexcluded(self._records[selection.population.id], self._steps[symbol])
            for symbol, selection in order.items()
            if selection.measure.kind == "records"
        }
        return Counted(
            self._indicator,
            self._year,
            Table({symbol: counts[symbol] for symbol in order if symbol in counts}),
            self._ledgers(),
            tuple(findings),
            self._share(),
            Table(unexcluded),
        )

    def _share(self) -> Interval | None:
        """Return the values of a part over its whole where they stay open.

        The least is where none belongs to the part who need not, and all to the whole who may
        without belonging to the part; the greatest is where all belong to the part who may, and
        none to the whole who need not.
        """
        pair = self._part_and_whole()
        if pair is None or not any(self._passing[symbol].undecided for symbol in pair):
            return None
        part = self._passing[pair[0]]
        fewest, most = self._masks[pair[1]].fewest_and_most_beside(self._masks[pair[0]])
        if not fewest:
            return None
        greatest = Fraction(part.may, fewest)
        return Interval(Fraction(part.sure, most) if most else greatest, greatest)

    def _part_and_whole(self) -> tuple[str, str] | None:
        """Return the counts of a quotient that is a part over the whole around it."""
        if self._indicator.basis == "unstated":
            return None
        match self._indicator.reading.numerator, self._indicator.reading.denominator:
            case Name(part), Name(whole) if part in self._masks and whole in self._masks:
                counts = self._indicator.counts[part], self._indicator.counts[whole]
                counted = all(each.measure.kind == "records" for each in counts)
                if counts[0].within == whole and counted:
                    return part, whole
        return None

    def _mask(self) -> None:
        """Hold the records against each count; those within others are counted along with them."""
        families: dict[str, list[str]] = {}
        for symbol, (*around, selection) in self._inner_last():
            outer = self._masks[around[-1].symbol] if around else None
            records = self._records[selection.population.id]
            self._masks[symbol] = Masks(records, self._steps[symbol], outer)
            families.setdefault(around[0].symbol if around else symbol, []).append(symbol)
        for whole, *inner in families.values():
            passing = self._masks[whole].passing([self._masks[symbol] for symbol in inner])
            self._passing |= zip((whole, *inner), passing, strict=True)

    def _inner_last(self) -> list[tuple[str, list[Selection]]]:
        """Return each selection behind those that it is within, the outermost first."""
        lines = {symbol: self._line(each) for symbol, each in self._indicator.counts.items()}
        return sorted(lines.items(), key=lambda line: len(line[1]))

    def _line(self, selection: Selection) -> list[Selection]:
        around = selection.within
        before = self._line(self._indicator.counts[around]) if around is not None else []
        return [*before, selection]

    def _unit(self, symbol: str) -> str:
        row = self._indicator
        if symbol in row.symbols:
            return row.symbols[symbol].unit
        assert row.input is not None
        return row.input.unit

    def _ledgers(self) -> Mapping[str, Ledger]:
        """Return the ledgers; they are told when asked for, while the records stay what they are.

        What a database reads anew may have changed by then, so its ledgers are told at once.
        """
        ledgers = Ledgers({symbol: partial(self._ledger, symbol) for symbol in self._masks})
        anew = any(records.reads_anew for records in self._records.values())
        return Table(ledgers) if anew else ledgers

    def _ledger(self, symbol: str) -> Ledger:
        selection, masks = self._indicator.counts[symbol], self._masks[symbol]
        numbers = masks.numbers()
        steps = tuple(
            Step(
                kind=step.kind,
                symbol=step.symbol,
                code=step.code,
                criterion=step.criterion,
                removed=before.may - here.may,
                kept=here.sure,
                undecided=here.undecided,
                also_met=here.also,
                phrase=self._phrase(step),
            )
            for step, before, here in zip(self._steps[symbol], numbers, numbers[1:], strict=False)
        )
        evidence = tuple(self._indicator.evidence[index] for index in selection.evidence)
        return Ledger(
            symbol, selection.population.id, numbers[0].sure, steps, evidence, masks.members
        )

    def _phrase(self, step: Planned) -> Phrase | None:
        """Return the printed criterion that a step of this indicator cites."""
        name, _, index = step.criterion.cites.partition("/")
        if step.code != self._indicator.code or name not in ("include", "exclude"):
            return None
        phrases: tuple[Phrase, ...] = getattr(self._indicator, name)
        return phrases[int(index)] if int(index) < len(phrases) else None

    def _undecided(
        self, symbol: str, selection: Selection, passing: Passing
    ) -> Iterator[Diagnostic]:
        if passing.undecided:
            message = (
                f"{symbol}: {passing.undecided} {selection.population.id} are undecided, as "
                f"cells are missing: it is {passing.sure} to {passing.may}"
            )
            yield warning("KF630", message)
        for question in selection.undecided:
            message = f"{symbol}: the text leaves open: {question.text.text}"
            yield info("KF640", message, help=f"{question.cites}: «{question.quote}»")

    def _outside(self) -> Iterator[Diagnostic]:
        """Yield a finding where the part of a share is not inside the whole."""
        row = self._indicator
        whole = [symbol for symbol in row.counts if symbol in _below(row)]
        around = {row.counts[symbol].population.id for symbol in whole}
        for symbol, selection in row.counts.items():
            apart = symbol not in whole and selection.within not in whole
            if not apart or around != {selection.population.id}:
                continue
            inside = set[object]().union(*(self._masks[each].kept() for each in whole))
            outside = self._masks[symbol].kept() - inside
            if outside:
                named = ", ".join(sorted(map(str, outside))[:MAX_NAMED])
                message = f"{len(outside)} of {symbol} are not in {' or '.join(whole)}: {named}"
                yield warning("KF633", message)


def _below(row: Indicator) -> frozenset[str]:
    """Return the symbols that make up the whole of a share."""
    if row.kind != "share" or row.basis == "unstated" or row.reading.denominator is None:
        return frozenset()
    return frozenset(names(row.reading.denominator))
