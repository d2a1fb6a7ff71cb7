"""KF422: the name says increase or decrease, and the targets never move."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.linting.movement import movement
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.series import numbers, shown
from kpiformula.methodology import Indicator

FEWEST = 3
"""Equal figures that make a series constant."""


def _find(row: Indicator) -> Iterator[Found]:
    said, values = movement(row), numbers(row.targets)
    if said is None or row.kind == "growth" or len(values) < FEWEST:
        return
    first, last = min(values), max(values)
    if len(set(values.values())) == 1:
        level = shown(row.targets[first])
        yield Found(
            f"the name says {said.word!r}, and every target from {first} to {last} is {level}",
            said.key, said.span,
            help=f"print figures that {said.means}, or a name that says the level is kept",
        )  # fmt: skip


RULE = RowRule(
    Explanation(
        "KF422", WARNING, "constant against the name",
        "The name says that something is to be increased or decreased, and all its targets are "
        "the same figure.",
        "Who keeps the level meets every target and has not done what the name says.",
        "increase the number of applications: 50, 50, 50, 50",
        "Let the figures move, or name what is meant: 'at least 50 applications a year'.",
    ),
    _find,
)  # fmt: skip
