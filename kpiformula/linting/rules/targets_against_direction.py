"""KF421: targets go against the direction of their indicator."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.series import enumerated, levels, outliers, told
from kpiformula.methodology import Indicator


def _find(row: Indicator) -> Iterator[Found]:
    if row.direction is None:
        return
    sign, bound, moves, gives_way = _BOUNDS[row.direction]
    known = levels(row.targets)
    wrong = _wrong(known, sign)
    if wrong:
        outlying = {outlier.year for outlier in outliers(row)}
        wrong = _wrong({y: level for y, level in known.items() if y not in outlying}, sign)
    if wrong:
        origin = "printed" if row.direction_printed else "read"
        message = f"the figures are {origin} as {bound!r}, and {moves} {_steps(row, wrong)}"
        yield Found(
            message, f"targets/{wrong[0][1]}",
            help=f"print figures that do not {moves}, or say why a later year {gives_way}",
        )  # fmt: skip


_BOUNDS = {
    "at_least": (1, "at least", "fall", "asks for less"),
    "at_most": (-1, "at most", "rise", "allows more"),
}


def _wrong(known: dict[int, Fraction], sign: int) -> list[tuple[int, int]]:
    return [(a, b) for a, b in pairwise(known) if sign * (known[b] - known[a]) < 0]


def _steps(row: Indicator, years: list[tuple[int, int]]) -> str:
    return enumerated(
        f"from {told(row.targets, [a])} to {told(row.targets, [b])}" for a, b in years
    )


RULE = RowRule(
    Explanation(
        "KF421", WARNING, "targets against the direction",
        "Figures that are bounds from below fall from one year to the next, or bounds from above "
        "rise. A figure that stands out by itself (KF423) is left aside.",
        "A bound that gives way asks for less, or allows more: a worse result meets the plan.",
        "share of income from science, at least: 70, 60, 50",
        "Print figures that move towards the aim, or the direction that is meant.",
    ),
    _find,
)  # fmt: skip
