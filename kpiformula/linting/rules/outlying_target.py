"""KF423: one target breaks an otherwise steady trend."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.series import outliers
from kpiformula.methodology import Indicator


def _find(row: Indicator) -> Iterator[Found]:
    for outlier in outliers(row):
        yield Found(
            f"{outlier.odd}; {outlier.usual}", f"targets/{outlier.year}",
            help="compare it with its source; where it is meant, say what changes in that year",
        )  # fmt: skip


RULE = RowRule(
    Explanation(
        "KF423", WARNING, "outlying target",
        "One figure breaks an otherwise steady series: it is many times as large or as small as "
        "its neighbours, lies off the line between them, or one step is at least three times as "
        "large as every other.",
        "Often a digit was mistyped, or the figures before and after count different things.",
        "500 → 5000, 700, 900, 1 100, 1 300",
        "Correct the figure, or say beside it what changes in that year.",
    ),
    _find,
)  # fmt: skip
