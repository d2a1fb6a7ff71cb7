"""KF431: another document of the institution prints the indicator with other targets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from kpiformula.benchmarking import Disagreement, disagreements
from kpiformula.linting.rule import WARNING, Explanation, Found, SetRule
from kpiformula.methodology import Indicator, Methodology


def _find(methodology: Methodology) -> Iterator[tuple[Indicator, Found]]:
    own = (each for each in disagreements(methodology) if each.same_issuer)
    for _, group in groupby(own, key=lambda d: (d.indicator.code, d.methodology, d.other.code)):
        yield _found(list(group))


def _found(years: list[Disagreement]) -> tuple[Indicator, Found]:
    first = years[0]
    unit, other_unit = _units(first.indicator, first.other)
    here = ", ".join(f"{each.year}: {each.target.printed}{unit}" for each in years)
    there = ", ".join(f"{each.year}: {each.other_target.printed}{other_unit}" for each in years)
    return first.indicator, Found(
        f"the institution plans two figures for one indicator: here {here}",
        f"targets/{first.year}",
        cause=f"{first.methodology} {first.other.code} prints {there}",
        help="state which document is in force, or print the same figure in both",
    )


def _units(row: Indicator, other: Indicator) -> tuple[str, str]:
    """Return the printed units of two rows, to stand behind their figures, where they differ."""
    one, two = (" ".join(each.printed_unit.split()) for each in (row, other))
    return (f" {one}", f" {two}") if row.unit != other.unit and one and one != two else ("", "")


RULE = SetRule(
    Explanation(
        "KF431", WARNING, "another document differs",
        "Two documents of one institution print the same indicator with different targets.",
        "The indicator can be met by one document and missed by the other in the same year.",
        "Strategy: 2025 – 3,5 %; programme: 2025 – 5 %",
        "Repeal the older figure where the newer one is approved.",
    ),
    _find,
)  # fmt: skip
