"""KF616: one text of a row says that a bound itself belongs, and another does not."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.methodology import Indicator
from kpiformula.nodes import number_text
from kpiformula.thresholds import Threshold, read_thresholds

_UPWARDS, _DOWNWARDS = (">=", ">"), ("<=", "<")


def _find(row: Indicator) -> Iterator[Found]:
    known: dict[tuple[object, ...], tuple[str, Threshold]] = {}
    for key in _keys(row):
        for threshold in read_thresholds(row.quoted(key).text):
            if threshold.operator not in (*_UPWARDS, *_DOWNWARDS):
                continue
            at, first = known.setdefault(_bound(threshold), (key, threshold))
            if at != key and _includes(first) is not _includes(threshold):
                yield _found(key, threshold, at, first)


def _keys(row: Indicator) -> Iterator[str]:
    """Yield the keys of the texts of a row, first those that the others are held against."""
    yield from (f"include/{index}" for index in range(len(row.include)))
    if row.cell is not None:
        yield "cell"
    yield f"name/{next(iter(row.name))}"


def _bound(threshold: Threshold) -> tuple[object, ...]:
    upwards = threshold.operator in _UPWARDS
    quantity = (threshold.quantity or "").casefold()
    return upwards, threshold.value, threshold.unit, quantity


def _includes(threshold: Threshold) -> bool | None:
    """Return whether the number itself belongs; ``None`` where the words leave it open."""
    if threshold.inclusive == "unsaid":
        return None
    return threshold.operator in (">=", "<=")


_SAID = {True: "is in", False: "is out", None: "may be in or out"}


def _found(key: str, threshold: Threshold, at: str, first: Threshold) -> Found:
    number = number_text(threshold.value)
    return Found(
        f"{number} {_SAID[_includes(threshold)]} here, and {_SAID[_includes(first)]} in `{at}`",
        key,
        threshold.span,
        f"there it reads: {' '.join(first.printed.split())}",
        "say the same everywhere, as in: up to 45 years, 45 included",
    )


RULE = RowRule(
    Explanation(
        "KF616", WARNING, "bound told in two ways",
        "Two texts of a row state one limit, and only one says whether the number itself belongs.",
        "Those who stand on the bound are counted by one text and perhaps not by the other.",
        "name: teachers up to 45 years; criterion: up to 45 years, 45 included",
        "State the bound in the same words everywhere.",
    ),
    _find,
)  # fmt: skip
