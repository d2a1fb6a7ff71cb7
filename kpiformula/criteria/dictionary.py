"""The data dictionary: populations, their fields, and conditions with a name, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from kpiformula.criteria.syntax import Condition
from kpiformula.diagnostics import Source
from kpiformula.mapping import Table

FieldType = Literal["text", "flag", "category", "whole", "number", "year", "date", "period"]
"""What a field holds: a text, yes or no, one of a closed list, a whole number, a number, a
calendar year, a day, or two days from and to (the second empty while it goes on)."""

FROM, TO = "_from", "_to"
"""What the names of the two columns of a period end with."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: its type, its unit where it has one, its values where they are listed.

    ``name`` is by language, ``values`` the names by language of each allowed value. ``empty`` says
    what an empty cell stands for: ``unknown``, or ``none`` where there is nothing to be filled in
    (no contract, no certificate), so that no comparison is met.
    """

    id: str
    name: Mapping[str, str]
    type: FieldType
    unit: str | None = None
    values: Mapping[str, Mapping[str, str]] = field(default_factory=Table)
    empty: Literal["unknown", "none"] = "unknown"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a frame that hold it: two for a period."""
        if self.type == "period":
            return self.id + FROM, self.id + TO
        return (self.id,)


@dataclass(frozen=True)
class NamedCondition:
    """A condition with a name, as written: ``staff_member := fte >= 0.25 fte``."""

    id: str
    name: Mapping[str, str]
    rule: Source

    @cached_property
    def condition(self) -> Condition:
        """What the name stands for.

        Raises:
            CriterionError: KF601 where it cannot be read.
        """
        from kpiformula.criteria.reading import read_definition  # the grammar is slow to load

        return read_definition(self.rule.text, self.rule).condition


@dataclass(frozen=True)
class Population:
    """What a record is: a person, an article, a building; ``unit`` is what is counted.

    ``key`` is the field by which one is counted once, however many records it has.
    """

    id: str
    name: Mapping[str, str]
    unit: str
    key: str
    fields: Mapping[str, Field]
    definitions: Mapping[str, NamedCondition] = field(default_factory=Table)
