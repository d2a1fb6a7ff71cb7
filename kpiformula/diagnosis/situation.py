"""A wrong figure with what lay beside it, and the mistakes that are tried on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from kpiformula.cause import Kind
from kpiformula.formula import Formula
from kpiformula.intervals import Figure, value_text
from kpiformula.nodes import Node, Number, names, substitute, text


@dataclass(frozen=True, slots=True)
class OtherCount:
    """A count that may have been taken instead: of another year, of another row …"""

    kind: Kind
    words: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class OtherFigure:
    """A figure that may have been reported instead: the planned one, another row's."""

    kind: Kind
    words: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Recount:
    """Counts that may have been taken together instead, by name of the formula."""

    kind: Kind
    words: str
    counts: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Beside:
    """What may have been taken instead: counts, by name of the formula, and figures.

    ``recounts`` are counts that go together: the same records, counted in another way.
    """

    counts: Mapping[str, tuple[OtherCount, ...]] = field(default_factory=dict)
    figures: tuple[OtherFigure, ...] = ()
    recounts: tuple[Recount, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """A figure that the counts do not give, and what lay beside them.

    ``counts`` are by name of the formula, coefficients among them; ``others`` are counts that may
    have been taken instead, by name, ``recounts`` several of them together; ``figures`` are figures
    that may have been reported instead.
    """

    formula: Formula
    counts: Mapping[str, Fraction]
    figure: Figure
    percent: bool
    others: Mapping[str, tuple[OtherCount, ...]] = field(default_factory=dict)
    figures: tuple[OtherFigure, ...] = ()
    recounts: tuple[Recount, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspect:
    """A mistake to be tried: the formula, the counts and the figure as they would then be."""

    kind: Kind
    sentence: str
    node: Node
    counts: Mapping[str, Fraction]
    figure: Figure

    def proof(self, value: Fraction) -> str:
        """Return the calculation with the counts in place, and its value."""
        numbers = {name: Number(self.counts[name]) for name in names(self.node)}
        return f"{text(substitute(self.node, numbers))} = {value_text(value)}"
