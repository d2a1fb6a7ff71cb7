"""A methodology as frozen data: indicators, targets, inputs, errata, and where each is printed.

Everything here compares by meaning and pickles; formulas are parsed when first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from kpiformula.diagnostics import FormulaSyntaxError, Source
from kpiformula.mapping import Table
from kpiformula.nodes import names

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

        The symbols of an erratum mean what the printed cell says, coefficients included.

        Raises:
            FormulaSyntaxError: if it cannot be read; it points into the methodology file.
        """
        if self.erratum is None:
            return self.formula
        corrected = _parsed(self.erratum.formula, self.erratum.at)
        with suppress(FormulaSyntaxError):
            return _with_legend_of(self.formula, corrected)
        return corrected

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


def _parsed(text: str, at: Position) -> Formula:
    from kpiformula.reading import parse

    return parse(text, source=Source(text, at.file, at.line, at.column))


def _with_legend_of(printed: Formula, corrected: Formula) -> Formula:
    used = names(corrected.node)
    coefficients = {n: c for n, c in printed.coefficients.items() if n in used}
    symbols = dict(corrected.symbols)
    for name in used:
        if name in printed.symbols:
            role = "coefficient" if name in coefficients else symbols[name].role
            symbols[name] = replace(printed.symbols[name], role=role)
    return replace(
        corrected,
        result=corrected.result or printed.result,
        symbols=Table(symbols),
        coefficients=Table(coefficients),
        language=printed.language,
    )


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
