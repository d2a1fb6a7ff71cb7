"""KF424: a share is planned above 100 per cent."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.series import all_figures, key_of, numbers, told
from kpiformula.methodology import Indicator
from kpiformula.units import PERCENT

WHOLE = 100


def _find(row: Indicator) -> Iterator[Found]:
    if row.kind != "share" or row.unit != PERCENT:
        return
    figures = all_figures(row)
    beyond = [year for year, value in numbers(figures).items() if value > WHOLE]
    if beyond:
        yield Found(
            f"a share is above 100 %: {told(figures, beyond)}", key_of(row, beyond[0]),
            help="print at most 100, or name the figure as a ratio or a growth",
        )  # fmt: skip


RULE = RowRule(
    Explanation(
        "KF424", WARNING, "share above 100",
        "A share, whose numerator is a part of its denominator, is planned above 100 per cent.",
        "No count of graduates among graduates can reach it, whatever is done.",
        "share of graduates in employment, %: 96, 99, 102",
        "Correct the figure; where it can pass 100, call it a ratio or a growth.",
    ),
    _find,
)  # fmt: skip
