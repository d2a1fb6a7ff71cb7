"""An interpreter of criteria that shares nothing with the library but the syntax of conditions.

It walks the records one by one, in three-valued logic: ``True``, ``False``, ``None`` for unknown.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from kpiformula.counting.ledger import Step
from kpiformula.criteria import syntax
from kpiformula.criteria.dictionary import Population
from kpiformula.criteria.selection import Selection
from kpiformula.methodology import Indicator

Row = Mapping[str, Any]
Truth = bool | None

DAYS = {"day": 1, "days": 1, "week": 7, "weeks": 7}
MONTHS = {"month": 1, "months": 1, "year": 12, "years": 12}


def negated(truth: Truth) -> Truth:
    return None if truth is None else not truth


def all_of(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    return False if False in found else None if None in found else True


def any_of(truths: Iterable[Truth]) -> Truth:
    return negated(all_of(negated(each) for each in truths))


def holds(condition: syntax.Condition, row: Row, of: Selection, year: int) -> Truth:
    population = of.population
    match condition:
        case syntax.Not(inner):
            return negated(holds(inner, row, of, year))
        case syntax.All(parts):
            return all_of(holds(each, row, of, year) for each in parts)
        case syntax.Any(parts):
            return any_of(holds(each, row, of, year) for each in parts)
        case syntax.Reference(code):
            referred = of.references[code]
            return belongs(row, referred, year)
        case syntax.Flag(name) if name in population.definitions:
            return holds(population.definitions[name].condition, row, of, year)
        case syntax.Known(name):
            column = name + "_from" if population.fields[name].type == "period" else name
            return row[column] is not None
    return _test(condition, row, population, year)


def _test(test: Any, row: Row, population: Population, year: int) -> Truth:
    field = population.fields[test.name]
    absent: Truth = False if field.empty == "none" else None
    if field.type == "period":
        first = last = _day(test.moment, year) if isinstance(test, syntax.Covers) else None
        if first is None:
            first, last = date(year, 1, 1), date(year, 12, 31)
        begins, ends = row[test.name + "_from"], row[test.name + "_to"]
        return all_of(
            (absent if begins is None else begins <= last, True if ends is None else ends >= first)
        )
    cell = row[test.name]
    if cell is None:
        return absent
    match test:
        case syntax.Flag():
            return bool(cell)
        case syntax.OneOf(values=values):
            return any(_equal(cell, value, year) for value in values)
        case syntax.Window(years=years, before=before):
            last_year = year - before
            first_year = last_year - (int(years.value) if years else 1) + 1
            there = cell.year if isinstance(cell, date) else int(cell)
            return first_year <= there <= last_year
        case syntax.Comparison(operator=sign, value=value):
            if isinstance(value, syntax.Word) and value.name in population.fields:
                other = row[value.name]
                if other is None:
                    return None
                if isinstance(cell, date):
                    day, moved = _ordered(cell, other, value)
                    return _compare(day, sign, moved)
                return _compare(Fraction(str(cell)), sign, _moved(other, value))
            return _compare_with(cell, sign, value, field.unit, year)
    raise AssertionError(test)


def _equal(cell: Any, value: syntax.Value, year: int) -> bool:
    if isinstance(value, syntax.Word):
        return bool(cell == value.name)
    if isinstance(value, syntax.Text):
        return bool(cell == value.text)
    return bool(_compare_with(cell, "=", value, None, year))


def _compare_with(cell: Any, sign: str, value: Any, unit: str | None, year: int) -> bool:
    if isinstance(value, syntax.Word | syntax.Text):
        return _equal(cell, value, year) is (sign == "=")
    if isinstance(value, syntax.Quantity):
        return _compare(Fraction(str(cell)), sign, _in_unit(value, unit))
    if isinstance(cell, date):
        if value.anchor == "reporting_year":
            within = cell.year == year
            return {"=": within, "!=": not within, "<": cell.year < year, "<=": cell.year <= year,
                    ">": cell.year > year, ">=": cell.year >= year}[sign]  # fmt: skip
        return _compare(cell, sign, _day(value, year))
    moved = year + (0 if value.shift is None else (-1 if value.back else 1) * value.shift.value)
    return _compare(Fraction(cell), sign, Fraction(moved))


def _in_unit(value: syntax.Quantity, unit: str | None) -> Fraction:
    written = value.unit or ""
    for scale in (DAYS, MONTHS):
        if written in scale and unit in scale:
            return value.value * scale[written] / scale[unit]
    return value.value


def _compare(left: Any, sign: str, right: Any) -> bool:
    return {"=": left == right, "!=": left != right, "<": left < right, "<=": left <= right,
            ">": left > right, ">=": left >= right}[sign]  # fmt: skip


def _day(moment: syntax.Moment, year: int) -> date:
    fixed = {"reporting_year_start": date(year, 1, 1), "reporting_year_end": date(year, 12, 31)}
    day = fixed.get(moment.anchor) or date.fromisoformat(moment.anchor)
    return day if moment.shift is None else _shifted(day, moment.shift, moment.back)


def _moved(cell: Any, word: syntax.Word) -> Fraction:
    shift = Fraction(0) if word.shift is None else word.shift.value
    return Fraction(str(cell)) + (-1 if word.back else 1) * shift


def _ordered(day: date, other: date, word: syntax.Word) -> tuple[Any, Any]:
    """Return two days as what can be compared, the other moved; no calendar ends."""
    if word.shift is None:
        return day, other
    by = int(word.shift.value) * (-1 if word.back else 1)
    if word.shift.unit in DAYS:
        return day.toordinal(), other.toordinal() + by * DAYS[word.shift.unit]
    months = other.year * 12 + other.month - 1 + by * MONTHS[word.shift.unit or ""]
    year, month = months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return (day.year, day.month, day.day), (year, month, min(other.day, last))


def _shifted(day: date, by: syntax.Quantity, back: bool) -> date:
    sign = -1 if back else 1
    if by.unit in DAYS:
        return day + timedelta(days=sign * int(by.value) * DAYS[by.unit])
    months = day.year * 12 + day.month - 1 + sign * int(by.value) * MONTHS[by.unit or ""]
    found = date(months // 12, months % 12 + 1, 1)
    next_month = date(found.year + found.month // 12, found.month % 12 + 1, 1)
    return min(found.replace(day=1) + timedelta(days=day.day - 1), next_month - timedelta(days=1))


def belongs(row: Row, selection: Selection, year: int) -> Truth:
    """Return whether a record meets the criteria of a selection itself."""
    included = [holds(c.condition, row, selection, year) for c in selection.where]
    excluded = [holds(c.condition, row, selection, year) for c in selection.excluding]
    return all_of([*included, *map(negated, excluded)])


def counted(
    indicator: Indicator, symbol: str, rows: Sequence[Row], year: int
) -> tuple[set[str], set[str]]:
    """Return the keys that surely belong to a count, and those that may."""
    selection = indicator.counts[symbol]
    chain = [selection]
    while chain[-1].within is not None:
        chain.append(indicator.counts[chain[-1].within])
    key = selection.population.key
    truths = [(row[key], all_of(belongs(row, each, year) for each in chain)) for row in rows]
    sure = {of for of, truth in truths if truth is True}
    return sure, {of for of, truth in truths if truth is not False}


# --- ledgers -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Keys:
    """The keys at a step of a ledger."""

    removed: set[str]
    kept: set[str]
    undecided: set[str]
    also_met: set[str]


def ledger(
    indicator: Indicator, steps: Sequence[Step], rows: Sequence[Row], key: str, year: int
) -> list[Keys]:
    """Return whom each step of a ledger takes out and leaves, row by row."""
    found = []
    may, sure = list(rows), list(rows)
    begun = may
    for place, step in enumerate(steps):
        before = steps[place - 1]
        if place == 0 or (before.kind, before.symbol) != (step.kind, step.symbol):
            begun = may
        truths = {id(row): _passes(indicator, step, row, year) for row in rows}
        left = [row for row in may if truths[id(row)] is not False]
        sure = [row for row in sure if truths[id(row)] is True]
        out = [
            row
            for row in begun
            if not any(row is each for each in may) and truths[id(row)] is False
        ]
        also = _keys(out, key) - _keys(may, key) if step.kind == "exclude" else set()
        found.append(
            Keys(
                _keys(may, key) - _keys(left, key),
                _keys(sure, key),
                _keys(left, key) - _keys(sure, key),
                also,
            )
        )
        may = left
    return found


def _passes(indicator: Indicator, step: Step, row: Row, year: int) -> Truth:
    truth = holds(step.criterion.condition, row, indicator.counts[step.symbol], year)
    return truth if step.kind == "include" else negated(truth)


def _keys(rows: Iterable[Row], key: str) -> set[str]:
    return {row[key] for row in rows}
