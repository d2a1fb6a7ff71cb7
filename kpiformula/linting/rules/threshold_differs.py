"""KF432: a limit in the name or the criteria is another one than in the calculation cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kpiformula.intervals import value_text
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.methodology import Indicator
from kpiformula.thresholds import Threshold, read_thresholds

_Subject = tuple[str, str | None]
"""What a limit is on: a named quantity, or which way it bounds, and its unit."""

_WINDOWS = ("last", "first")
"""What is excluded may lie on another side of another bound, but in no other years."""

_WAYS = {">=": "at least", ">": "at least", "<=": "at most", "<": "at most"}


def _find(row: Indicator) -> Iterator[Found]:
    reference: dict[_Subject, tuple[str, Threshold]] = {}
    for key in _keys(row):
        for subject, limit in _single(row.quoted(key).text).items():
            if key.startswith("exclude") and limit.operator not in _WINDOWS:
                continue
            at, first = reference.setdefault(subject, (key, limit))
            if first.value != limit.value:
                yield _found(key, limit, at, first)


def _keys(row: Indicator) -> Iterator[str]:
    """Yield the keys of the texts of a row, first those that the others are held against."""
    if row.cell is not None:
        yield "cell"
    yield f"name/{next(iter(row.name))}"
    for name, phrases in (("include", row.include), ("exclude", row.exclude)):
        yield from (f"{name}/{index}" for index in range(len(phrases)))


def _single(text: str) -> Mapping[_Subject, Threshold]:
    """Return the limits of a text, without those for which it states several numbers."""
    found: dict[_Subject, list[Threshold]] = {}
    for limit in read_thresholds(text):
        found.setdefault(_subject(limit), []).append(limit)
    return {s: limits[0] for s, limits in found.items() if len({e.value for e in limits}) == 1}


def _subject(limit: Threshold) -> _Subject:
    if limit.quantity:
        return " ".join(limit.quantity.casefold().split()), None
    return _WAYS.get(limit.operator, limit.operator), limit.unit


def _found(key: str, limit: Threshold, at: str, first: Threshold) -> Found:
    return Found(
        f"the limit is {value_text(limit.value)} here and {value_text(first.value)} in the "
        f"{_PLACES[at.partition('/')[0]]}",
        key,
        limit.span,
        f"there it reads: {' '.join(first.printed.split())}",
        "state one limit in name, formula and criteria",
    )


_PLACES = {
    "cell": "calculation cell",
    "name": "name",
    "include": "criteria of inclusion",
    "exclude": "criteria of exclusion",
}


RULE = RowRule(
    Explanation(
        "KF432", WARNING, "threshold differs",
        "Name, calculation cell and criteria state different numbers for the same limit.",
        "Whoever is counted by one text is left out by the other.",
        "Formula: at least 75 points; criterion: certificates of at least 60 points",
        "State the limit once, and refer to it elsewhere.",
    ),
    _find,
)  # fmt: skip
