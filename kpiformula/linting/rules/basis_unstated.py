"""KF429: how the figure is computed is not stated."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.linting.rule import INFO, Explanation, Found, RowRule
from kpiformula.methodology import Indicator


def _find(row: Indicator) -> Iterator[Found]:
    if row.basis == "unstated":
        yield Found(
            "the row does not state how its figure is computed", f"name/{next(iter(row.name))}",
            cause=row.reason, help="print the formula: what is divided by what, or what is counted",
        )  # fmt: skip


RULE = RowRule(
    Explanation(
        "KF429", INFO, "basis unstated",
        "Neither the cell nor the name states what is counted, or what is divided by what.",
        "It can be reported and compared with its target, but nobody can check it from counts.",
        "level of conditions for inclusive education, %",
        "Print the formula, or the list of what is counted.",
    ),
    _find,
)  # fmt: skip
