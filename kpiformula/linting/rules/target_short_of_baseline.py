"""KF425: a target is worse than the baseline."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.figures import Target
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.series import levels, shown, told
from kpiformula.methodology import Indicator

FOOTNOTES = "*†‡¹²³⁰⁴⁵⁶⁷⁸⁹"
"""The marks of a footnote behind a figure (:func:`kpiformula.figures.read_target`)."""


def _find(row: Indicator) -> Iterator[Found]:
    if row.baseline is None or row.direction is None:
        return
    year, figure = row.baseline.year, row.baseline.figure
    sign, side = (1, "below") if row.direction == "at_least" else (-1, "above")
    reached = levels({year: figure}).get(year)
    if reached is None:
        return
    worse = [y for y, level in levels(row.targets).items() if sign * (level - reached) < 0]
    if worse and not _footnoted(row.targets[worse[0]]):
        lie = "lies" if len(worse) == 1 else "lie"
        yield Found(
            f"{told(row.targets, worse)} {lie} {side} the baseline, {told({year: figure}, [year])}",
            f"targets/{worse[0]}",
            help="print targets that hold what is reached, or the reason why a setback is expected",
        )  # fmt: skip


def _footnoted(figure: Target) -> bool:
    """Return whether a footnote stands at a figure: there the setback that begins is explained."""
    return shown(figure).removesuffix(")").endswith(tuple(FOOTNOTES))


RULE = RowRule(
    Explanation(
        "KF425", WARNING, "target short of the baseline",
        "A target that is a bound from below lies below the figure of the starting year, or one "
        "that is a bound from above lies above it.",
        "The plan is met by getting worse than the university already is.",
        "passed at the first attempt, at least: 2021 – 99,9; 2022 – 95; 2023 – 95,5",
        "Start from what is reached, or say why a setback is expected.",
    ),
    _find,
)  # fmt: skip
