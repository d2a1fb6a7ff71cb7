"""How a count is taken from records: of which population, by which criteria, what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from kpiformula.criteria.dictionary import Population
from kpiformula.criteria.syntax import Condition
from kpiformula.diagnostics import Source
from kpiformula.mapping import Table


@dataclass(frozen=True)
class Criterion:
    """A printed criterion as a rule, and the phrase that it formalises.

    ``cites`` is the key of the printed text of the row (``cell``, ``include/0``, ``exclude/1``),
    ``quote`` the part of it that the rule formalises, as printed.
    """

    rule: Source
    cites: str
    quote: str

    @cached_property
    def condition(self) -> Condition:
        """The rule, read.

        Raises:
            CriterionError: KF601 where it cannot be read.
        """
        from kpiformula.criteria.reading import read_condition  # the grammar is slow to load

        return read_condition(self.rule.text, self.rule)


@dataclass(frozen=True, slots=True)
class Question:
    """What the printed text leaves undecided, as the question to ask, and where it does so."""

    text: Source
    cites: str
    quote: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted of the records that meet the criteria.

    ``records``: each once, by the key of the population; ``sum``: a field added up; ``mean``: a
    field added up over another (pay per position); ``only``: the field of the one record there is.
    """

    kind: Literal["records", "sum", "mean", "only"] = "records"
    field: str | None = None
    per: str | None = None


@dataclass(frozen=True)
class Selection:
    """The records that one count of an indicator is made of.

    ``within`` is the symbol whose records they are among: a numerator inside its denominator.
    ``where`` are criteria of inclusion, ``excluding`` those of exclusion, each in printed order;
    ``evidence`` are the places, from 0, of the confirming documents of the row for this count.
    ``references`` are the selections of other indicators that rules refer to, by code.
    """

    symbol: str
    population: Population
    within: str | None = None
    where: tuple[Criterion, ...] = ()
    excluding: tuple[Criterion, ...] = ()
    undecided: tuple[Question, ...] = ()
    measure: Measure = Measure()
    evidence: tuple[int, ...] = ()
    references: Mapping[str, Selection] = field(default_factory=Table, repr=False)
