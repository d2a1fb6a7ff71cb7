"""KF614: nothing puts the numerator of a share inside its denominator."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.selections import first_key, part_and_whole, why_outside
from kpiformula.methodology import Indicator


def _find(row: Indicator) -> Iterator[Found]:
    pair = part_and_whole(row)
    if pair is None:
        return
    part, whole = pair
    outside = why_outside(row, part, whole)
    if outside is not None and (part.where or part.excluding):
        yield Found(outside, first_key(part))


RULE = RowRule(
    Explanation(
        "KF614", WARNING, "part not inside the whole",
        "By its criteria, the numerator of a share may count someone whom the denominator leaves "
        "out.",
        "The share can exceed 100 %, and is no share of that whole.",
        "teachers invited in the year, over teachers on the permanent staff at its end",
        "Count both among the same records, or print the figure as a ratio.",
    ),
    _find,
)  # fmt: skip
