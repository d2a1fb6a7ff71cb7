"""The criteria by which counts are taken from records, as the rules of the linter see them.

Rules that cannot be read, or that mean nothing, are findings of their own; the others are judged
without them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kpiformula.counting.steps import Planned, planned
from kpiformula.criteria.meaning import Contrary, Meaning
from kpiformula.criteria.selection import Selection
from kpiformula.diagnostics import CriterionError, Diagnostic
from kpiformula.methodology import Indicator

_SAMPLE_YEAR = 2025
"""A reporting year for rows without targets: rules are compared as they stand in one year."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A step of a count: the key of its rule in the row, ``None`` where another row prints it."""

    at: str | None
    step: Planned

    @property
    def passes(self) -> Meaning:
        """What those who pass the step meet."""
        return self.step.meaning if self.step.kind == "include" else Contrary(self.step.meaning)


def steps_of(row: Indicator, symbol: str) -> tuple[Placed, ...]:
    """Return the steps of a count; none where a rule of it cannot be read."""
    try:
        found = planned(row, symbol, max(row.targets, default=_SAMPLE_YEAR))
    except CriterionError:
        return ()
    return tuple(Placed(_key(row, step), step) for step in found)


def _key(row: Indicator, step: Planned) -> str | None:
    if step.code != row.code:
        return None
    selection = row.counts[step.symbol]
    for name, criteria in (("where", selection.where), ("except", selection.excluding)):
        if step.criterion in criteria:
            return f"counts/{step.symbol}/{name}/{criteria.index(step.criterion)}"
    return None


def own_steps(row: Indicator, symbol: str) -> Iterator[tuple[tuple[Placed, ...], Placed, str]]:
    """Yield each step that a count itself adds, with those before it and its key."""
    steps = steps_of(row, symbol)
    for index, placed in enumerate(steps):
        if placed.at is not None and placed.step.symbol == symbol:
            yield steps[:index], placed, placed.at


def first_key(selection: Selection) -> str:
    """Return the key of a rule of a selection, for what is said of it as a whole."""
    name = "where" if selection.where else "except"
    return f"counts/{selection.symbol}/{name}/0"


def unreadable(row: Indicator) -> Iterator[Diagnostic]:
    """Yield the findings on rules that cannot be read, or mean nothing for their records."""
    told: set[tuple[str, str]] = set()
    for symbol in row.counts:
        try:
            planned(row, symbol, max(row.targets, default=_SAMPLE_YEAR))
        except CriterionError as refused:
            for finding in refused.diagnostics:
                if (finding.code, finding.location) not in told:
                    told.add((finding.code, finding.location))
                    yield finding
