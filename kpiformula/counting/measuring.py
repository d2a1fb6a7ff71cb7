"""What is counted of the records that pass: how many there are, or what they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from kpiformula.counting.masks import Masks, Passing
from kpiformula.counting.records import MAX_NAMED, Records
from kpiformula.criteria.dictionary import Population
from kpiformula.criteria.selection import Measure, Selection
from kpiformula.diagnostics import CriterionError, Diagnostic, error, warning
from kpiformula.intervals import Interval
from kpiformula.units import conversion


@dataclass(frozen=True, slots=True)
class Measured:
    """A count: exact, or an interval while records are undecided; ``None`` with a finding."""

    count: int | Fraction | Interval | None
    findings: tuple[Diagnostic, ...] = ()


def measured(selection: Selection, masks: Masks, passing: Passing, unit: str) -> Measured:
    """Return the count of a selection, in the unit of its symbol.

    Raises:
        CriterionError: KF627 where records of one key differ in what is added up.
    """
    population = selection.population
    if selection.measure.kind == "records":
        count = _range(Fraction(passing.sure), Fraction(passing.may))
        return _in_unit(count, population.unit, unit, selection)
    fields = [name for name in (selection.measure.field, selection.measure.per) if name]
    rows = _once_a_key(masks, population, fields)
    found = _added_up(selection.measure, rows, population)
    if found.count is None:
        return found
    own = "/".join(population.fields[name].unit or "1" for name in fields)
    return _in_unit(found.count, own, unit, selection)


def _in_unit(
    count: int | Fraction | Interval, own: str, unit: str, selection: Selection
) -> Measured:
    scale = conversion(own, unit)
    if scale is None:
        message = f"{selection.symbol} is counted in {own}, its formula takes {unit}"
        return Measured(None, (error("KF604", message),))
    if isinstance(count, Interval):
        return Measured(Interval(count.low * scale, count.high * scale))
    value = Fraction(count) * scale
    return Measured(int(value) if value.denominator == 1 else value)


def _range(low: Fraction, high: Fraction) -> Fraction | Interval:
    return low if low == high else Interval(low, high)


@dataclass(frozen=True, slots=True)
class _Row:
    """What one key adds: its numbers, and whether it surely passes."""

    key: object
    passes: bool
    numbers: tuple[Fraction | None, ...]


def _once_a_key(masks: Masks, population: Population, fields: list[str]) -> list[_Row]:
    """Return the numbers of each key, which all its records must agree on."""
    found: dict[object, _Row] = {}
    differing: set[object] = set()
    for key, passes, cells in masks.cells(fields):
        numbers = tuple(map(partial(_number, masks.records), fields, cells))
        before = found.get(key)
        if before is not None and before.numbers != numbers:
            differing.add(key)
        found[key] = _Row(key, passes or (before is not None and before.passes), numbers)
    if differing:
        named = _named(differing)
        message = f"records of one {population.key} differ in {' and '.join(fields)}: {named}"
        raise CriterionError(error("KF627", f"{population.id}: {message}"))
    return list(found.values())


def _number(records: Records, name: str, cell: object) -> Fraction | None:
    value = records.value(name, cell)
    assert value is None or isinstance(value, Fraction)
    return value


def _added_up(measure: Measure, rows: list[_Row], population: Population) -> Measured:
    lacking = [row.key for row in rows if None in row.numbers]
    if lacking:
        what = " or ".join(name for name in (measure.field, measure.per) if name)
        records = "1 record" if len(lacking) == 1 else f"{len(lacking)} records"
        message = f"{what} is missing in {records} ({population.key} {_named(lacking)})"
        return Measured(None, (warning("KF631", f"{population.id}: {message}"),))
    if measure.kind == "sum":
        return Measured(_sum(rows))
    undecided = [row.key for row in rows if not row.passes]
    if undecided:
        message = f"whether {_named(undecided)} belong to it is undecided"
        return Measured(None, (warning("KF631", f"{population.id}: {message}"),))
    if measure.kind == "mean":
        return _mean(rows, population)
    if len(rows) != 1:
        many = f"{len(rows)} fit: {_named(row.key for row in rows)}" if rows else "none fits"
        return Measured(None, (warning("KF632", f"{population.id}: one record is wanted, {many}"),))
    return Measured(rows[0].numbers[0])


def _sum(rows: list[_Row]) -> Fraction | Interval:
    sure = sum((row.numbers[0] or Fraction(0) for row in rows if row.passes), Fraction(0))
    others = [row.numbers[0] or Fraction(0) for row in rows if not row.passes]
    low = sure + sum((n for n in others if n < 0), Fraction(0))
    return _range(low, sure + sum((n for n in others if n > 0), Fraction(0)))


def _mean(rows: list[_Row], population: Population) -> Measured:
    above = sum((row.numbers[0] or Fraction(0) for row in rows), Fraction(0))
    below = sum((row.numbers[1] or Fraction(0) for row in rows), Fraction(0))
    if not below:
        return Measured(None, (warning("KF632", f"{population.id}: a mean of nothing"),))
    return Measured(above / below)


def _named(keys: Iterable[object]) -> str:
    named = sorted(map(str, keys))
    return ", ".join(named[:MAX_NAMED]) + (", …" if len(named) > MAX_NAMED else "")
