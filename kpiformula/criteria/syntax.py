"""Conditions as written: tests on the fields of a record, joined by and, or, not.

Nodes compare by meaning: their spans do not take part. ``str`` gives the canonical form, which
is read back as the same condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from kpiformula.diagnostics import Span
from kpiformula.nodes import number_text

Operator = Literal["=", "!=", "<", "<=", ">", ">="]

NOWHERE = Span(0, 0)

# --- what a field is held against ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit as written: ``0.25 fte``, ``6 months``, ``60 %``."""

    value: Fraction
    unit: str | None = None
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return f"{number_text(self.value)} {self.unit}" if self.unit else number_text(self.value)


Anchor = Literal["reporting_year", "reporting_year_start", "reporting_year_end"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, or the reporting year, its first or last day; ``shift`` moves it."""

    anchor: Anchor | str
    shift: Quantity | None = None
    back: bool = False
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return _shifted(self.anchor, self.shift, self.back)


@dataclass(frozen=True, slots=True)
class Word:
    """A name on the right: a value of a category, or another field, which ``shift`` may move."""

    name: str
    shift: Quantity | None = None
    back: bool = False
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return _shifted(self.name, self.shift, self.back)


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return f'"{self.text}"'


def _shifted(what: str, shift: Quantity | None, back: bool) -> str:
    return what if shift is None else f"{what} {'-' if back else '+'} {shift}"


Value = Quantity | Moment | Word | Text

# --- tests ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flag:
    """A field that is yes, or a named definition that holds."""

    name: str
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field against a value."""

    name: str
    operator: Operator
    value: Value
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return f"{self.name} {self.operator} {self.value}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field that has one of some values."""

    name: str
    values: tuple[Value, ...]
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return f"{self.name} in {{{', '.join(map(str, self.values))}}}"


@dataclass(frozen=True, slots=True)
class Known:
    """A field whose value is there."""

    name: str
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return f"{self.name} is known"


@dataclass(frozen=True, slots=True)
class Window:
    """A day or a year inside the calendar years that end with the reporting year.

    ``years`` is how many of them; without it, the reporting year alone. ``before`` says that they
    end with the year before it.
    """

    name: str
    years: Quantity | None = None
    before: bool = False
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        if self.years is None:
            return f"{self.name} in reporting_year"
        return f"{self.name} within {self.years} {'before' if self.before else 'of'} reporting_year"


@dataclass(frozen=True, slots=True)
class Covers:
    """A period that a moment lies in."""

    name: str
    moment: Moment
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return f"{self.name} at {self.moment}"


@dataclass(frozen=True, slots=True)
class During:
    """A period that has a day in common with the reporting year."""

    name: str
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return f"{self.name} during reporting_year"


@dataclass(frozen=True, slots=True)
class Reference:
    """Whatever another indicator asks of the count of the same symbol."""

    code: str
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return f"as for {self.code}"


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a condition."""

    condition: Condition
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        match self.condition:
            case Known(name):
                return f"{name} is missing"
            case OneOf(name, values):
                return f"{name} not in {{{', '.join(map(str, values))}}}"
            case All() | Any():
                return f"not ({self.condition})"
        return f"not {self.condition}"


@dataclass(frozen=True, slots=True)
class All:
    """Conditions that hold together."""

    conditions: tuple[Condition, ...]
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return " and ".join(f"({c})" if isinstance(c, Any) else str(c) for c in self.conditions)


@dataclass(frozen=True, slots=True)
class Any:
    """Conditions of which one holds at least."""

    conditions: tuple[Condition, ...]
    span: Span = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return " or ".join(map(str, self.conditions))


Test = Flag | Comparison | OneOf | Known | Window | Covers | During | Reference
Condition = Test | Not | All | Any


@dataclass(frozen=True, slots=True)
class Definition:
    """A condition with a name, for conditions of the same population."""

    name: str
    condition: Condition

    def __str__(self) -> str:
        return f"{self.name} := {self.condition}"


def joined(kind: type[All] | type[Any], parts: tuple[Condition, ...], span: Span) -> Condition:
    """Return conditions joined into one, what is joined alike already taken apart."""
    flat: list[Condition] = []
    for part in parts:
        flat += part.conditions if isinstance(part, kind) else (part,)
    return flat[0] if len(flat) == 1 else kind(tuple(flat), span)


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions that must all hold."""
    return condition.conditions if isinstance(condition, All) else (condition,)


def tests(condition: Condition) -> Iterator[Test]:
    """Yield the tests of a condition, in written order."""
    match condition:
        case Not(inner):
            yield from tests(inner)
        case All(conditions) | Any(conditions):
            for each in conditions:
                yield from tests(each)
        case _:
            yield condition
