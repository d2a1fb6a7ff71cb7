"""KF433: one indicator in two rows of the same table."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.linting.rule import WARNING, Explanation, Found, SetRule
from kpiformula.linting.wording import normal
from kpiformula.methodology import Indicator, Methodology


def _find(methodology: Methodology) -> Iterator[tuple[Indicator, Found]]:
    seen: dict[tuple[str, ...], Indicator] = {}
    for row in methodology.values():
        for said, key in _keys(row):
            first = seen.setdefault((row.part, row.unit, *key), row)
            if first is not row:
                yield row, _found(first, row, said)
                break


def _keys(row: Indicator) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what no other row of a table may share: the name, and the count that it reports."""
    name = next(iter(row.name.values()))
    yield "has the same name", ("name", normal(name))
    if row.input is not None:
        yield "reports the same count", ("input", row.input.id)


def _found(first: Indicator, row: Indicator, said: str) -> Found:
    alike = row.targets == first.targets
    return Found(
        f"{first.code} {said}, with {'the same' if alike else 'other'} targets",
        f"name/{next(iter(row.name))}",
        cause=f"{first.code} ({first.source}) is named: {next(iter(first.name.values()))}",
        help="keep one of the two rows",
    )


RULE = SetRule(
    Explanation(
        "KF433", WARNING, "duplicate row",
        "Two rows of one table have the same name or report the same count.",
        "One result is planned and credited twice, and the two sets of targets may part.",
        "2.1 Joint programmes: 7, 9, 11; 2.6 Number of joint programmes: 7, 9, 13",
        "Print the indicator once, and refer to that row elsewhere.",
    ),
    _find,
)  # fmt: skip
