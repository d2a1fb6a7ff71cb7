"""The figures of a row as a series: what they are by year, and which of them break the trend.

All arithmetic is exact; what is no figure, such as a dash or a level in words, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from kpiformula.figures import Target, TargetKind
from kpiformula.intervals import value_text
from kpiformula.methodology import Indicator

FEWEST = 5
"""Figures without which nothing is called a trend."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """The year of a figure that breaks a trend, what is odd about it, and what is usual."""

    year: int
    odd: str
    usual: str


def numbers(figures: Mapping[int, Target]) -> dict[int, Fraction]:
    """Return the figures that have one value, by year."""
    return {year: t.value for year, t in sorted(figures.items()) if t.value is not None}


def levels(figures: Mapping[int, Target]) -> dict[int, Fraction]:
    """Return by what figures of one series are compared, by year: their value, the first place
    of a band such as ``851+``, the last of ``топ-20``."""
    found = {}
    for year, figure in sorted(figures.items()):
        level = figure.high if figure.kind is TargetKind.TOP else figure.low
        level = figure.value if level is None else level
        if level is not None:
            found[year] = level
    return found


def all_figures(row: Indicator) -> dict[int, Target]:
    """Return the baseline of a row and its targets, by year."""
    start = {} if row.baseline is None else {row.baseline.year: row.baseline.figure}
    return start | dict(row.targets)


def key_of(row: Indicator, year: int) -> str:
    """Return the key (:meth:`Indicator.quoted`) of a figure of :func:`all_figures`."""
    return f"targets/{year}" if year in row.targets else "baseline"


def shown(figure: Target) -> str:
    """Return a figure as printed, on one line."""
    return " ".join(figure.printed.split())


def told(figures: Mapping[int, Target], years: Iterable[int]) -> str:
    """Return figures as printed with their years: ``10 in 2024, 12 in 2025 and 9 in 2026``."""
    return enumerated(f"{shown(figures[year])} in {year}" for year in years)


def enumerated(items: Iterable[str]) -> str:
    """Return items in a sentence: ``a``, ``a and b``, ``a, b and c``."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def last_digit(figure: Target) -> Fraction:
    """Return the value of one in the last digit of a figure: 1/10 of ``0,4``."""
    return Fraction(10) ** -(figure.decimals or 0)


def outliers(row: Indicator) -> tuple[Outlier, ...]:
    """Return the targets that break an otherwise steady trend.

    A figure is *far* off that is more than five times as large, or as small, as both its
    neighbours, which are alike. It is *apart* if it lies off the middle between them by more than
    half a step and by more than twice what the steps without it differ. A *jump* is a step at
    least three times as large as each other, and a quarter of the figure before it at least,
    where the others lead one way and differ by a factor of two at most.
    """
    values = numbers(row.targets)
    years = tuple(values)
    if len(years) < FEWEST or years[-1] - years[0] != len(years) - 1:
        return ()
    inner = range(1, len(years) - 1)
    for found in (_far, _apart):
        off = tuple(o for i in inner for o in found(row.targets, values, years[i]))
        if off:
            return off
    return tuple(_jump(row.targets, values))


def _far(
    figures: Mapping[int, Target], values: dict[int, Fraction], year: int
) -> Iterator[Outlier]:
    around = (year - 1, year + 1)
    low, high = sorted(values[each] for each in around)
    if 0 < high <= 2 * low and (values[year] > 5 * high or 5 * values[year] < low):
        odd = f"{told(figures, (year,))} stands between {told(figures, around)}"
        yield Outlier(year, odd, f"their middle is {value_text((low + high) / 2)}")


def _apart(
    figures: Mapping[int, Target], values: dict[int, Fraction], year: int
) -> Iterator[Outlier]:
    before, here, after = values[year - 1], values[year], values[year + 1]
    steps = [b - a for (one, a), (_, b) in pairwise(values.items()) if one not in (year - 1, year)]
    steps.append((after - before) / 2)
    off = abs(here - (before + after) / 2)
    steady = _one_way(steps) and off > 2 * (max(steps) - min(steps))
    if (
        steady
        and 2 * off > max(map(abs, steps))
        and off >= 5 * min(map(last_digit, figures.values()))
    ):
        middle = f"the middle between {told(figures, (year - 1, year + 1))}"
        yield Outlier(
            year,
            f"{told(figures, (year,))} lies {value_text(off)} off {middle}",
            f"without it each step is {_range(steps)}",
        )


def _jump(figures: Mapping[int, Target], values: dict[int, Fraction]) -> Iterator[Outlier]:
    steps = {year: values[year + 1] - values[year] for year in values if year + 1 in values}
    start = max(steps, key=lambda year: abs(steps[year]))
    others = [step for year, step in steps.items() if year != start]
    sizes = sorted(map(abs, others))
    steady = _one_way(others) and sizes[-1] <= 2 * sizes[0]
    size = abs(steps[start])
    if steady and size >= 3 * sizes[-1] and 4 * size >= abs(values[start]):
        yield Outlier(
            start if start == min(values) else start + 1,
            f"the step between {told(figures, (start, start + 1))} is {value_text(steps[start])}",
            f"each other step is {_range(others)}",
        )


def _one_way(steps: Iterable[Fraction]) -> bool:
    return len({(step > 0) - (step < 0) for step in steps} | {0}) == 2 and all(steps)


def _range(steps: Iterable[Fraction]) -> str:
    low, high = min(steps), max(steps)
    return value_text(low) if low == high else f"{value_text(low)} to {value_text(high)}"
