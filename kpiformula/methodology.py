"""A methodology as frozen data: indicators, targets, inputs, errata, and where each is printed.

Everything here compares by meaning and pickles; formulas are parsed when first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from fractions import Fraction

    from kpiformula.formula import Formula

Language = Literal["kk", "ru", "en"]

Kind = Literal[
    "share", "ratio", "sum", "count", "money", "rank", "level", "index", "growth", "other"
]
"""What an indicator measures; a share has its numerator inside its denominator."""

Basis = Literal["printed", "worded", "name", "observed", "unstated"]
"""Where the formula comes from: letters or brackets, words of the cell, the name alone; or a
figure taken as fact; or a share whose denominator is nowhere stated (DESIGN §2)."""

Direction = Literal["at_least", "at_most"]

K = TypeVar("K")
V = TypeVar("V")


class Table(Mapping[K, V], Generic[K, V]):
    """A mapping that cannot be changed: it keeps its order, hashes, and pickles."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[K, V] | None = None) -> None:
        self._entries = dict(entries or {})

    def __getitem__(self, key: K) -> V:
        return self._entries[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __hash__(self) -> int:
        return hash(frozenset(self._entries.items()))

    def __repr__(self) -> str:
        return f"Table({self._entries!r})"


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a printed document: its file, the first line and the last, 1-based."""

    file: str
    line: int
    last_line: int

    def __str__(self) -> str:
        last = "" if self.last_line == self.line else f"-{self.last_line}"
        return f"{self.file}:{self.line}{last}"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a text begins in a methodology file: 1-based line and column."""

    file: str = "<formula>"
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """The printed document behind a methodology: its file and its title as printed."""

    file: str
    title: str


@dataclass(frozen=True, slots=True)
class Input:
    """A named raw count or amount, shared by all rows that use it; ``name`` is by language."""

    id: str
    name: Mapping[str, str]
    unit: str


@dataclass(frozen=True, slots=True)
class SymbolInput:
    """What a symbol of a formula stands for: the id of an input, and the symbol's unit."""

    input: str
    unit: str


@dataclass(frozen=True, slots=True)
class Target:
    """The figure planned for a year, in the indicator's unit.

    ``value`` and ``decimals`` are ``None`` where the document prints a dash, an empty cell, or
    something that is not one number, such as ``1:6``.
    """

    printed: str
    value: Fraction | None
    decimals: int | None


@dataclass(frozen=True, slots=True)
class Erratum:
    """The formula that is meant where the printed one cannot be, why, and the findings answered."""

    formula: str
    reason: str
    answers: tuple[str, ...]
    at: Position = field(default=Position(), compare=False)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a methodology, such as a goal; ``name`` is by language."""

    id: str
    name: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator of a methodology.

    ``name`` is by language, ``targets`` by year, ``symbols`` by the names of the formula.
    ``unit`` is a name of ``grammars/units.txt``, ``printed_unit`` what the document prints.
    ``source`` is the line of the code in the document, ``cell_source`` the lines of the
    calculation cell, ``cell_at`` where the cell stands in the methodology file.
    """

    code: str
    part: str
    name: Mapping[str, str]
    printed_unit: str
    unit: str
    kind: Kind
    basis: Basis
    direction: Direction
    direction_printed: bool
    targets: Mapping[int, Target]
    owner: str | None
    report: str | None
    ministry_indicator: bool
    source: Place
    cell_source: Place
    cell: str
    symbols: Mapping[str, SymbolInput]
    erratum: Erratum | None = None
    cell_at: Position = field(default=Position(), compare=False)

    @cached_property
    def formula(self) -> Formula:
        """The formula as printed.

        Raises:
            FormulaSyntaxError: if the cell cannot be read; it points into the methodology file.
        """
        return _parsed(self.cell, self.cell_at)

    @cached_property
    def reading(self) -> Formula:
        """The formula that is evaluated: the erratum's where there is one, else the printed one.

        Raises:
            FormulaSyntaxError: if it cannot be read; it points into the methodology file.
        """
        if self.erratum is None:
            return self.formula
        return _parsed(self.erratum.formula, self.erratum.at)

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


def _parsed(text: str, at: Position) -> Formula:
    from kpiformula.formula import parse

    return parse(text, name=at.file, first_line=at.line, first_column=at.column)


@dataclass(frozen=True, repr=False)
class Methodology(Mapping[str, Indicator]):
    """A methodology: a mapping of code to :class:`Indicator`, in printed order.

    ``inputs`` is by id; ``categories`` are those a coefficient may be chosen by.
    """

    id: str
    name: Mapping[str, str]
    language: str
    source: Document
    years: tuple[int, ...]
    categories: tuple[str, ...]
    parts: tuple[Part, ...]
    inputs: Mapping[str, Input]
    indicators: Mapping[str, Indicator]

    def __getitem__(self, code: str) -> Indicator:
        return self.indicators[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.indicators)

    def __len__(self) -> int:
        return len(self.indicators)

    def __repr__(self) -> str:
        return f"<Methodology {self.id}: {len(self)} indicators>"
