"""What a syntax tree is made of: its figures, the name of a scale in front, what it claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from kpiformula.diagnostics import Span
from kpiformula.grammar import Branch, Mark
from kpiformula.thresholds.figures import Figure, figure
from kpiformula.thresholds.marking import MarkedText

Operator = Literal[">=", ">", "<=", "<", "=", "last", "first"]
Inclusive = Literal["said", "unsaid"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A bound as printed: what it is on, how it bounds, the number, its unit and its place.

    ``operator`` is a comparison, or ``last`` and ``first`` for windows of so many periods back
    from the reporting year or behind an event. ``inclusive`` tells whether the words settle that
    the number itself is inside or outside; where they do not, an upper bound is ``<``. ``of`` is
    the top of a scale that is named: 60 points of 100.
    """

    quantity: str | None
    operator: Operator
    inclusive: Inclusive
    value: Fraction
    unit: str | None
    of: Fraction | None
    printed: str
    span: Span


class NotMeant(Exception):
    """The grammar reads a run of marks, but no writer means that by it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed, before it has a place; ``quantity`` are the marks that name its subject."""

    operator: Operator
    inclusive: Inclusive
    value: Fraction
    unit: str | None
    quantity: tuple[Mark, ...] = ()
    of: Fraction | None = None


Meaning = tuple[list[Claim], tuple[Mark, ...]]
"""What is claimed, and the marks that print it."""


def threshold(claim: Claim, kept: tuple[Mark, ...], text: MarkedText) -> Threshold:
    """Return a claim as a threshold; ``kept`` are the marks that print it."""
    span = text.span(kept[0].start, kept[-1].end)
    quantity = None
    if claim.quantity:
        named = text.span(claim.quantity[0].start, claim.quantity[-1].end)
        quantity = text.printed[named.start : named.end]
    printed = text.printed[span.start : span.end]
    return Threshold(
        quantity, claim.operator, claim.inclusive, claim.value, claim.unit, claim.of, printed, span
    )


TIME = frozenset({"year", "month", "week", "day", "hour", "academic_hour"})
"""Units of time."""

MEASURES = TIME | {"fte", "credit", "point", "percent", "level", "rank", "percentile", "times"}
"""Units in which something is measured; the others count things."""

# --- what a tree is made of --------------------------------------------------------------------

FIGURES = ("plain", "plain_from", "plain_to", "measure", "measure_from", "measure_to", "often")


class Parts:
    """The parts of a branch by their rules and kinds."""

    def __init__(self, branch: Branch, text: MarkedText) -> None:
        self.text = text
        self.all = tuple(leaves(branch))
        self.branches = [part for part in branch.children if isinstance(part, Branch)]
        self.marks = [part for part in branch.children if isinstance(part, Mark)]
        self.kinds = {mark.kind for mark in self.marks}
        self._english = any(m.kind.startswith("LIMIT_") and m.text[0].isascii() for m in self.all)

    def named(self, *rules: str) -> list[Branch]:
        """Return the branches of some rules."""
        return [branch for branch in self.branches if branch.rule in rules]

    def figures(self) -> list[Figure]:
        """Return the numbers, in printed order."""
        return [self.figure(branch) for branch in self.named(*FIGURES)]

    def figure(self, branch: Branch) -> Figure:
        """Return the number of a branch."""
        return figure(tuple(leaves(branch)), self.text.entries, english=self._english)

    def inner(self, branch: Branch) -> Parts:
        """Return the parts of a branch below this one."""
        return Parts(branch, self.text)

    def meaning(self, mark: Mark) -> str:
        """Return the meaning that the row of a word gives it."""
        return self.text.entries[mark.start].meaning

    def unit_behind(self) -> str | None:
        """Return the unit that stands behind the words of a bound."""
        found = self.named("unit")
        return self.meaning(next(leaves(found[0]))) if found else None

    def without(self, *dropped: Branch | Mark) -> tuple[Mark, ...]:
        """Return the marks but those of some parts."""
        marks = {
            m for part in dropped for m in ([part] if isinstance(part, Mark) else leaves(part))
        }
        return tuple(mark for mark in self.all if mark not in marks)


def leaves(branch: Branch) -> Iterator[Mark]:
    """Yield the marks of a branch in printed order; branches are nested a few levels at most."""
    for part in branch.children:
        if isinstance(part, Branch):
            yield from leaves(part)
        else:
            yield part


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before a number: the name of a scale, or a word that gives the unit."""

    branch: Branch
    quantity: tuple[Mark, ...]
    unit: str | None
    named: bool = False


def head_of(parts: Parts) -> Head | None:
    """Return what stands before the number of a bound, if anything does."""
    found = parts.named("head")
    if not found:
        return None
    branch = found[0]
    first = branch.children[0]
    if isinstance(first, Branch):
        return Head(branch, tuple(leaves(first)), own_unit(first, parts), named=True)
    if first.kind == "LEADER":
        return Head(branch, (), parts.meaning(first))
    return Head(branch, (first,), None)


def own_unit(name: Branch, parts: Parts) -> str | None:
    """Return the unit of a named scale, if it has one."""
    unit = parts.meaning(next(leaves(name)))
    return None if unit == "none" else unit


OPEN = frozenset({None, "point", "percent", "level"})
"""Units that leave open what is bounded; others say it, and need no quantity."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Of what a claim is: its unit, its quantity, and the marks that print it."""

    unit: str | None
    quantity: tuple[Mark, ...]
    kept: tuple[Mark, ...]


def subject_of(parts: Parts, unit: str | None) -> Subject:
    """Return the subject of figures with a unit of their own, or ``None``."""
    head = head_of(parts)
    if head is None:
        return Subject(unit, (), parts.all)
    if head.quantity and unit == "level":
        unit = None
    if head.named and unit not in OPEN | TIME:
        raise NotMeant
    own = unit or head.unit
    quantity = head.quantity if own in OPEN else ()
    in_front = parts.all[0] == next(leaves(head.branch))
    says_nothing = not quantity and (unit is not None or bool(head.quantity))
    return Subject(
        own, quantity, parts.without(head.branch) if in_front and says_nothing else parts.all
    )
