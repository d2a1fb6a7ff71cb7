"""KF420: a year of a target series has no figure."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.figures import TargetKind
from kpiformula.linting.rule import WARNING, Explanation, Found, SetRule
from kpiformula.linting.series import enumerated, told
from kpiformula.methodology import Indicator, Methodology


def _find(methodology: Methodology) -> Iterator[tuple[Indicator, Found]]:
    for row in methodology.values():
        figures = [y for y, figure in row.targets.items() if figure.kind is not TargetKind.NONE]
        printed = [y for y, figure in row.targets.items() if figure.printed.strip()]
        missing = [y for y in methodology.years if y not in printed and y > min(figures, default=y)]
        if len(figures) > 1 and missing:
            last = max(year for year in printed if year < missing[0])
            yield row, Found(
                _message(missing), f"targets/{last}", cause=_elsewhere(row, missing),
                help="print a figure, or a dash where nothing is planned",
            )  # fmt: skip


def _message(missing: list[int]) -> str:
    years, them = enumerated(map(str, missing)), "it" if len(missing) == 1 else "them"
    return f"neither a figure nor a dash is printed for {years}, and the plan covers {them}"


def _elsewhere(row: Indicator, missing: list[int]) -> str | None:
    """Return what another place of the document prints for these years."""
    for also in row.also_printed:
        years = [year for year in missing if year in also.figures]
        if years:
            return f"{also.source} prints {told(also.figures, years)}"
    return None


RULE = SetRule(
    Explanation(
        "KF420", WARNING, "target missing for a year",
        "A series of targets has no figure and no dash for a year that the plan covers, between "
        "its figures or at its end.",
        "Nobody can tell whether nothing is planned, the last figure goes on, or one was lost.",
        "a plan for 2024 to 2028: 2024 – 60, 2025 – 70, 2027 – 80",
        "Print a figure for every year, and a dash where nothing is planned.",
    ),
    _find,
)  # fmt: skip
