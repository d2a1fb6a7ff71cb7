"""KF612: criteria that nobody can meet."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.criteria.algebra import satisfiable
from kpiformula.criteria.meaning import every
from kpiformula.linting.rule import ERROR, Explanation, Found, RowRule
from kpiformula.linting.selections import own_steps
from kpiformula.methodology import Indicator


def _find(row: Indicator) -> Iterator[Found]:
    for symbol, selection in row.counts.items():
        for before, placed, at in own_steps(row, symbol):
            passed = [each.passes for each in before]
            if satisfiable(every(*passed, placed.passes), selection.population):
                continue
            if satisfiable(every(*passed), selection.population):
                message = f"nobody is left in {symbol}: none can pass this and what is asked before"
                yield Found(message, at)
            break


RULE = RowRule(
    Explanation(
        "KF612", ERROR, "nobody can be counted",
        "The criteria of a count contradict one another, or its exclusions take out everyone.",
        "The count is zero whatever the records say.",
        "where: age <= 45 years; where: age >= 46 years",
        "Look at the criterion where nobody is left: one of them is not what the text means.",
    ),
    _find,
)  # fmt: skip
