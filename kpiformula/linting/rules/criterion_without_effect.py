"""KF613: a criterion that never takes anyone out."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.criteria.algebra import satisfiable
from kpiformula.criteria.meaning import Contrary, every
from kpiformula.linting.rule import INFO, Explanation, Found, RowRule
from kpiformula.linting.selections import own_steps
from kpiformula.methodology import Indicator


def _find(row: Indicator) -> Iterator[Found]:
    for symbol, selection in row.counts.items():
        for before, placed, at in own_steps(row, symbol):
            taken_out = [*(each.passes for each in before), Contrary(placed.passes)]
            if not satisfiable(every(*taken_out), selection.population):
                if not satisfiable(every(*(p.passes for p in before)), selection.population):
                    break
                yield Found(f"the criterion never changes {symbol}: {_WHY[placed.step.kind]}", at)


_WHY = {
    "include": "all who are left before it meet it",
    "exclude": "all whom it takes out are out before",
}


RULE = RowRule(
    Explanation(
        "KF613", INFO, "criterion without effect",
        "A criterion repeats what others of the same count ask already.",
        "Nothing is lost; but a text that seems to exclude someone may be meant to exclude others.",
        "where: exam_admitted; except: not exam_admitted",
        "Check whom the text means to leave out; if it only repeats, nothing is to be done.",
    ),
    _find,
)  # fmt: skip
