"""KF430: one figure is printed at two places with two values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from kpiformula.figures import Target, TargetKind
from kpiformula.linting.rule import WARNING, Explanation, Found, SetRule
from kpiformula.linting.series import all_figures, key_of, told
from kpiformula.methodology import Indicator, Methodology

Figures = Mapping[int, Target]

NOTHING = (TargetKind.NONE, TargetKind.UNREAD)
"""What is no figure, or none that can be compared."""

HELP = "print the same value at both places, or say what the other one stands for"


def _find(methodology: Methodology) -> Iterator[tuple[Indicator, Found]]:
    for row in methodology.values():
        figures = all_figures(row)
        for index, also in enumerate(row.also_printed):
            yield from ((row, f) for f in _other_values(row, also.figures, str(also.source)))
            more = [year for year in _known(also.figures) if year in methodology.years
                    and year not in _known(figures)]  # fmt: skip
            if more:
                message = f"only {also.source} prints {told(also.figures, more)}"
                yield row, Found(message, f"also_printed/{index}/{more[0]}", help=HELP)
        other = methodology.get(row.same_as or "")
        if other is not None and other.unit == row.unit:
            place = f"{other.code} ({other.figures_source or other.source})"
            yield from ((row, f) for f in _other_values(row, all_figures(other), place))


def _other_values(row: Indicator, others: Figures, place: str) -> Iterator[Found]:
    figures = all_figures(row)
    years = [
        y for y, other in sorted(others.items()) if y in figures and _differ(figures[y], other)
    ]
    if years:
        yield Found(
            f"the same figure is printed twice, with two values: here {told(figures, years)}",
            key_of(row, years[0]), cause=f"{place} prints {told(others, years)}", help=HELP,
        )  # fmt: skip


def _known(figures: Figures) -> list[int]:
    return [year for year, figure in sorted(figures.items()) if figure.kind not in NOTHING]


def _differ(one: Target, other: Target) -> bool:
    """Return whether two figures differ by more than the rounding of the coarser one."""
    if one.kind is not other.kind or one.kind in NOTHING:
        return False
    pairs = list(zip(one.terms, other.terms, strict=False))
    return len(one.terms) != len(other.terms) or any(
        2 * abs(a.value - b.value) > Fraction(10) ** -min(a.decimals, b.decimals) for a, b in pairs
    )


RULE = SetRule(
    Explanation(
        "KF430", WARNING, "printed twice with two values",
        "A document prints the figure of a year at two places, and they are not the same, not "
        "even rounded; or only one of the two places prints it.",
        "Both are in force, and a result may meet one and miss the other.",
        "2026: 36 % in the section on aims, 37 % in the annex",
        "Print the same value at both places, or say what the other one stands for.",
    ),
    _find,
)  # fmt: skip
