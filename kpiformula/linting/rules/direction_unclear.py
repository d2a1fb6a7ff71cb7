"""KF427: no direction is printed, and neither name nor figures show one."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kpiformula.linting.movement import movement
from kpiformula.linting.rule import INFO, Explanation, Found, RowRule
from kpiformula.linting.series import numbers, shown
from kpiformula.methodology import Indicator
from kpiformula.units import PERCENT

FEWEST = 3
"""Figures that could show a direction."""

WHOLE = 100

HELP = "print 'at least' or 'at most' beside the unit"


def _find(row: Indicator) -> Iterator[Found]:
    values = numbers(row.targets)
    if row.direction_printed or row.kind == "rank" or len(values) < FEWEST:
        return
    first, last = min(values), max(values)
    said, change = movement(row), values[last] - values[first]
    start, end = (shown(row.targets[year]) for year in (first, last))
    if said is None and len(set(values.values())) == 1 and not _clear(row, values[first]):
        message = f"each figure from {first} to {last} is {start}, and no direction is printed"
        yield Found(message + _taken(row), f"targets/{first}", help=HELP)
    elif said is not None and change * {"rise": 1, "fall": -1}[said.means] < 0:
        moves = "rise" if change > 0 else "fall"
        message = f"the name says {said.word!r}, the figures {moves} from {start} to {end}"
        message += ", and no direction is printed"
        yield Found(message + _taken(row), said.key, said.span, help=HELP)


def _clear(row: Indicator, level: Fraction) -> bool:
    """Return whether a level leaves one direction only: none, all, or one thing that is there."""
    return (
        level == 0
        or (level == WHOLE and row.unit == PERCENT)
        or (level == 1 and row.kind == "count")
    )


def _taken(row: Indicator) -> str:
    bound = {"at_least": "at least", "at_most": "at most"}.get(row.direction or "")
    return f"; it is read as {bound!r}" if bound else ""


RULE = RowRule(
    Explanation(
        "KF427", INFO, "direction unclear",
        "No direction is printed, and the figures do not show one: they never move, or they move "
        "the other way than the name says.",
        "Whether more or less than planned is a success is left to the reader.",
        "money for inspections: 600, 600, 600",
        "Print the direction: at least 600, or at most 600.",
    ),
    _find,
)  # fmt: skip
