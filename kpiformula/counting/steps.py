"""The steps of a count: its criteria in printed order, and what each means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kpiformula.counting.ledger import StepKind
from kpiformula.criteria.meaning import Contrary, Meaning, every, meaning_of
from kpiformula.criteria.selection import Criterion, Selection
from kpiformula.criteria.syntax import All, Condition, Reference, conjuncts
from kpiformula.diagnostics import CriterionError, error
from kpiformula.methodology import Indicator


@dataclass(frozen=True, slots=True)
class Planned:
    """A criterion of a count, with what it means: whose, of which indicator."""

    kind: StepKind
    symbol: str
    code: str
    criterion: Criterion
    meaning: Meaning


def planned(indicator: Indicator, symbol: str, year: int) -> tuple[Planned, ...]:
    """Return the criteria of a count in printed order, those of the count around it first.

    A rule that begins with a reference becomes the criteria of the row that it refers to, and
    what the rule adds to them.

    Raises:
        CriterionError: KF601 to KF607 for a rule that means nothing.
    """
    selection = indicator.counts[symbol]
    before = planned(indicator, selection.within, year) if selection.within is not None else ()
    return (*before, *_of(selection, indicator.code, year, ()))


def _of(selection: Selection, code: str, year: int, open: tuple[str, ...]) -> Iterator[Planned]:
    kinds: tuple[tuple[StepKind, tuple[Criterion, ...]], ...] = (
        ("include", selection.where),
        ("exclude", selection.excluding),
    )
    for kind, criteria in kinds:
        for criterion in criteria:
            rest = criterion.condition
            first, *others = conjuncts(rest)
            if kind == "include" and isinstance(first, Reference):
                referred = _referred(selection, first, criterion, (*open, code))
                yield from _of(referred, first.code, year, (*open, code))
                if not others:
                    continue
                rest = All(tuple(others)) if len(others) > 1 else others[0]
            meaning = _meaning(rest, selection, criterion, code, year, open)
            yield Planned(kind, selection.symbol, code, criterion, meaning)


def _meaning(
    condition: Condition,
    selection: Selection,
    criterion: Criterion,
    code: str,
    year: int,
    open: tuple[str, ...],
) -> Meaning:
    def referred(reference: Reference) -> Meaning:
        found = _referred(selection, reference, criterion, (*open, code))
        return membership(_of(found, reference.code, year, (*open, code)))

    return meaning_of(condition, selection.population, year, referred, criterion.rule)


def _referred(
    selection: Selection, reference: Reference, criterion: Criterion, open: tuple[str, ...]
) -> Selection:
    found = selection.references.get(reference.code)
    if found is None or reference.code in open:
        message = f"{reference.code} has no criteria for {selection.symbol} to refer to"
        raise CriterionError(error("KF607", message, reference.span, criterion.rule))
    return found


def membership(steps: Iterable[Planned]) -> Meaning:
    """Return what it means to pass all steps."""
    return every(*(s.meaning if s.kind == "include" else Contrary(s.meaning) for s in steps))
