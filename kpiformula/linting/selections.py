"""The criteria by which counts are taken from records, as the rules of the linter see them.

Rules that cannot be read, or that mean nothing, are findings of their own; the others are judged
without them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kpiformula.counting.steps import Planned, planned
from kpiformula.criteria.algebra import counter_example
from kpiformula.criteria.meaning import Contrary, Meaning, every
from kpiformula.criteria.selection import Selection
from kpiformula.diagnostics import CriterionError, Diagnostic
from kpiformula.linting.cells import evaluated_formula
from kpiformula.methodology import Indicator
from kpiformula.nodes import Node, names

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


def part_and_whole(row: Indicator) -> tuple[Selection, Selection] | None:
    """Return the counts above and below the line of a share, where records give them both."""
    formula = evaluated_formula(row) if row.kind == "share" and row.counts else None
    if formula is None:
        return None
    parts, wholes = (_selections(row, node) for node in (formula.numerator, formula.denominator))
    return (parts[0], wholes[0]) if len(parts) == len(wholes) == 1 else None


def _selections(row: Indicator, node: Node | None) -> list[Selection]:
    used = () if node is None else names(node)
    return [row.counts[name] for name in used if name in row.counts]


def why_outside(row: Indicator, part: Selection, whole: Selection) -> str | None:
    """Return why a part may lie outside its whole; ``None`` where it is proved that it cannot."""
    if part.within == whole.symbol:
        return None
    if part.population != whole.population:
        return (
            f"{part.symbol} is counted from {part.population.id} and {whole.symbol} from "
            f"{whole.population.id}: nothing puts the one inside the other"
        )
    inner, outer = (
        every(*(placed.passes for placed in steps_of(row, each.symbol))) for each in (part, whole)
    )
    example = counter_example(inner, outer, part.population)
    if example is None:
        return None
    record = ", ".join(f"{column} = {cell}" for column, cell in example.items())
    return f"a record may count in {part.symbol} and not in {whole.symbol}: {record}"


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
