"""KF428: a place in a ranking is planned, and no direction is printed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kpiformula.figures import TargetKind
from kpiformula.linting.movement import movement
from kpiformula.linting.rule import INFO, Explanation, Found, RowRule
from kpiformula.linting.series import levels, shown
from kpiformula.linting.wording import listed, words
from kpiformula.methodology import Indicator

SAYS_ITSELF = (TargetKind.TOP, TargetKind.NONE)
"""``топ-20`` means the 20th place or better."""


def _find(row: Indicator) -> Iterator[Found]:
    if row.kind == "rank" and not row.direction_printed:
        unsaid = [year for year, figure in row.targets.items() if figure.kind not in SAYS_ITSELF]
        if unsaid and not _improves(row, unsaid):
            message = f"{_places(row, unsaid)}, and no direction is printed{_taken(row)}"
            yield Found(message, f"targets/{unsaid[0]}", cause=_name(row, unsaid),
                        help="print which is better, such as 'place 65 or better'")  # fmt: skip


def _improves(row: Indicator, years: list[int]) -> bool:
    """Return whether the name calls the change from the first to the last place an improvement."""
    _, printed = next(iter(row.name.items()))
    return _change(row, years) != 0 and any(
        word in listed("improvement") for word in words(printed)
    )


def _places(row: Indicator, years: list[int]) -> str:
    start, end = (shown(row.targets[year]) for year in (years[0], years[-1]))
    if start == end:
        return f"the place is {start}"
    change = _change(row, years)
    moves = {1: "rises from", -1: "falls from", 0: "goes from"}[(change > 0) - (change < 0)]
    return f"the number of the place {moves} {start} to {end}"


def _change(row: Indicator, years: list[int]) -> Fraction:
    known = levels({year: row.targets[year] for year in years})
    return known[max(known)] - known[min(known)] if known else Fraction()


def _name(row: Indicator, years: list[int]) -> str | None:
    """Return what the name says where the numbers of the places go the other way."""
    said, change = movement(row), _change(row, years)
    if said is None or change * {"rise": 1, "fall": -1}[said.means] >= 0:
        return None
    return f"the name says {said.word!r}: of the standing, not of the number"


def _taken(row: Indicator) -> str:
    read = {"at_least": "a greater", "at_most": "a smaller"}.get(row.direction or "")
    return f"; {read} number is read as better" if read else ""


RULE = RowRule(
    Explanation(
        "KF428", INFO, "rank without direction",
        "A place in a ranking is planned as a number, and neither a direction nor a word such as "
        "'improve' says whether a smaller number is better.",
        "The first place is the best one, but in scores and in places counted from below more is "
        "better; a check that takes the wrong side turns every verdict round.",
        "place in the ranking: 73, 70, 65",
        "Print the direction: place 65 or better.",
    ),
    _find,
)  # fmt: skip
