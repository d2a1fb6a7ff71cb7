"""What lay beside a figure in the set it was reported in, and may have been taken instead.

Counts and figures of another year, of another row: copied into the wrong cell, they are mistakes
that no single figure shows (room ``diagnosis`` tries them).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from kpiformula.cause import Kind
from kpiformula.counts import read_count
from kpiformula.diagnosis.situation import Beside, OtherCount, OtherFigure
from kpiformula.diagnostics import InputError
from kpiformula.intervals import Figure
from kpiformula.mapping import Table
from kpiformula.methodology import Indicator

YEARS_EACH_WAY = 2
"""How many of the years before and behind are looked at."""

MOST_ROWS = 200
"""How many other rows of the year are looked at; chance fits among more."""


Other = TypeVar("Other", OtherCount, OtherFigure)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A row of the set: its indicator, its year, its figure, and its counts by input."""

    indicator: Indicator
    year: int
    figure: Figure | None
    counts: Mapping[str, Fraction]


def nearest_years(year: int, years: Sequence[int]) -> list[int]:
    """Return the years just before and just behind a year, of years in order, nearest first."""
    before = years[: bisect_left(years, year)][-YEARS_EACH_WAY:]
    behind = years[bisect_right(years, year) :][:YEARS_EACH_WAY]
    return sorted((*before, *behind), key=lambda other: abs(other - year))


def beside(
    indicator: Indicator, other_years: Iterable[Neighbour], other_rows: Iterable[Neighbour]
) -> Beside:
    """Return what may have been taken instead of the counts and the figure of a row.

    ``other_years`` are the same row in other years, ``other_rows`` other rows of the same year.
    Only counts in the same unit are mixed up, and only figures in the same unit.
    """
    years, rows = tuple(other_years), tuple(other_rows)
    counts = {
        name: tuple(_each_once(_counts(indicator, name, years, rows))) for name in indicator.inputs
    }
    return Beside(Table(counts), tuple(_each_once(_figures(indicator, years, rows))))


def _counts(
    indicator: Indicator, name: str, years: Iterable[Neighbour], rows: Iterable[Neighbour]
) -> Iterator[OtherCount]:
    used, unit = indicator.inputs[name], _unit(indicator, name)
    for row in years:
        if used in row.counts:
            yield OtherCount(Kind.OTHER_YEAR, f"the count of {row.year}", row.counts[used])
    for row in rows:
        for other, symbol in row.indicator.inputs.items():
            value = row.counts.get(symbol)
            if value is None:
                continue
            if symbol == used:
                words = f"as {row.indicator.code} counts it"
                yield OtherCount(Kind.OTHER_INPUT, words, value)
            elif unit is not None and _unit(row.indicator, other) == unit:
                words = f"{symbol} of {row.indicator.code}"
                yield OtherCount(Kind.OTHER_ROW, words, value)


def _figures(
    indicator: Indicator, years: Iterable[Neighbour], rows: Iterable[Neighbour]
) -> Iterator[OtherFigure]:
    for row in years:
        if row.figure is not None:
            yield OtherFigure(Kind.OTHER_FIGURE, f"the figure of {row.year}", row.figure.value)
    for row in rows:
        if row.figure is not None and row.indicator.unit == indicator.unit:
            words = f"the figure of {row.indicator.code}"
            yield OtherFigure(Kind.OTHER_FIGURE, words, row.figure.value)


def _each_once(found: Iterable[Other]) -> Iterator[Other]:
    """Yield each value of a kind once, in the words it comes in first."""
    seen: set[tuple[Kind, Fraction]] = set()
    for each in found:
        if (each.kind, each.value) not in seen:
            seen.add((each.kind, each.value))
            yield each


def _unit(indicator: Indicator, name: str) -> str | None:
    if name in indicator.symbols:
        return indicator.symbols[name].unit
    return indicator.input.unit if indicator.input is not None else None


def counts_by_input(indicator: Indicator, given: Mapping[str, object]) -> Mapping[str, Fraction]:
    """Return the counts of a row that are plain numbers, by input."""
    inputs = indicator.inputs
    read = ((inputs.get(key, key), _plain(count)) for key, count in given.items())
    return Table({name: value for name, value in read if value is not None})


def _plain(count: object) -> Fraction | None:
    try:
        ratio = read_count("", count)
    except InputError:
        return None
    return None if ratio is None else Fraction(*ratio)
