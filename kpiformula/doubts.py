"""What is doubtful about the counts behind a figure, though the figure can be computed from them.

A verdict says whether a figure follows from its counts; here the counts themselves are looked at:
people and projects below zero or in parts, a numerator above the denominator of a share, a year
of which the methodology says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache

from kpiformula.amounts import words
from kpiformula.arithmetic import UndefinedError
from kpiformula.diagnostics import Diagnostic, warning
from kpiformula.formula import Formula
from kpiformula.intervals import Interval
from kpiformula.methodology import Indicator
from kpiformula.nodes import Node, names, text
from kpiformula.ranges import values_over
from kpiformula.units import definitions


def doubts(
    row: Indicator, formula: Formula, counts: Mapping[str, Interval]
) -> Iterator[Diagnostic]:
    """Yield what cannot be about the counts of an indicator: KF545, KF546, KF548.

    ``counts`` are those that are known, by the names of the formula.
    """
    for name, values in counts.items():
        whole = _whole_number_in(values)
        negative = not values.high_closed if values.high == 0 else values.high < 0
        if whole and not negative:
            continue
        unit = _unit(row, name)
        if unit is None or not _is_counted(unit):
            continue
        what = f"{name} ({row.inputs.get(name, name)}) is {_shown(values)}"
        if negative:
            yield warning("KF545", f"{what}: no number of {unit} is below zero")
        elif not _is_average(row, formula, name):
            yield warning("KF546", f"{what}: a number of {unit} is whole")
    if row.kind == "share":
        yield from _over_the_whole(formula, counts)


def outside_years(year: int, years: Collection[int]) -> Iterator[Diagnostic]:
    """Yield KF547 for a year before the first or behind the last of those that are planned."""
    if years and not min(years) <= year <= max(years):
        yield warning("KF547", f"{year} is outside the planned years, {min(years)}-{max(years)}")


def _whole_number_in(values: Interval) -> bool:
    if values.low == values.high:
        return values.low.denominator == 1
    return bool(values.whole_numbers())


def _shown(values: Interval) -> str:
    return str(values).strip("[]").split(",")[0] if values.low == values.high else f"in {values}"


def _unit(row: Indicator, name: str) -> str | None:
    if name in row.symbols:
        return row.symbols[name].unit
    return row.input.unit if row.input is not None and row.input.id == name else None


@cache
def _is_counted(unit: str) -> bool:
    return definitions().is_kind(unit, "count")


def _is_average(row: Indicator, formula: Formula, name: str) -> bool:
    symbol = formula.symbols.get(name)
    said = f"{row.inputs.get(name, '')} {symbol.definition if symbol else ''}".casefold()
    said = said.replace("_", " ").replace("\n", " ")
    return any(f" {word}" in f" {said}" for word in words("averages"))


def _over_the_whole(formula: Formula, counts: Mapping[str, Interval]) -> Iterator[Diagnostic]:
    above, below = formula.numerator, formula.denominator
    if above is None or below is None:
        return
    part, whole = _values(above, counts), _values(below, counts)
    if part is None or whole is None or part.low < whole.high or part.overlaps(whole):
        return
    message = (
        f"the part {text(above)} is {_shown(part)}, more than the whole {text(below)}, "
        f"which is {_shown(whole)}"
    )
    yield warning("KF548", message)


def _values(node: Node, counts: Mapping[str, Interval]) -> Interval | None:
    if not counts.keys() >= set(names(node)):
        return None
    try:
        return values_over(node, counts)
    except UndefinedError:
        return None
