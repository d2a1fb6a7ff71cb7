"""A methodology as frozen data: indicators, targets, inputs, errata, and where each is printed.

Everything here compares by meaning and pickles; formulas are parsed when first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, final

from kpiformula.criteria.dictionary import Population
from kpiformula.criteria.selection import Selection
from kpiformula.diagnostics import FormulaSyntaxError, InputError, Source, error
from kpiformula.figures import Target
from kpiformula.mapping import Table
from kpiformula.nodes import Name, names

if TYPE_CHECKING:
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
    """The printed document behind a methodology: its file and its title as printed.

    ``effective`` is the date (ISO 8601) of the wording, ``amended_by`` the act it comes from.
    """

    file: str
    title: str
    effective: str | None = None
    amended_by: str | None = None


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
class Baseline:
    """The figure from which the targets start, and its year."""

    year: int
    figure: Target


@dataclass(frozen=True, slots=True)
class AlsoPrinted:
    """Figures of an indicator, by year, that the document prints at another place as well."""

    figures: Mapping[int, Target]
    source: Place


@dataclass(frozen=True, slots=True)
class Phrase:
    """A criterion or a confirming document, as printed, and where."""

    text: str
    source: Place


@dataclass(frozen=True, slots=True)
class Erratum:
    """The formula that is meant where the printed one cannot be, why, and the findings answered."""

    formula: str
    reason: str
    answers: tuple[str, ...]


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
    ``source`` is the line of the code in the document, ``figures_source`` the lines of its
    targets, ``cell_source`` those of the calculation cell; ``places`` leads from the key of a
    text, such as ``targets/2027``, to where it stands in the methodology file.

    ``reason`` says why an ``unstated`` indicator cannot be computed; its ``symbols``, if any, are
    what the document does say is counted, such as the part of a share whose whole it leaves open.
    ``name_formula`` words the quotient that only the name states, ``input`` is the amount that an
    ``observed`` indicator is.
    ``sum_of`` are the codes of its printed parts where they are all of it, ``includes`` where there
    is more to it; ``same_as`` is the code of the row that prints the same quantity;
    ``complement_of`` that of the share that makes up the whole with this one; ``counts`` says how
    its counts are taken from records, by symbol, or by the input of an observed row; ``uncertain``
    says what the transcription leaves open.
    """

    code: str
    part: str
    name: Mapping[str, str]
    printed_unit: str
    unit: str
    kind: Kind
    basis: Basis
    targets: Mapping[int, Target]
    source: Place
    direction: Direction | None = None
    direction_printed: bool = False
    reason: str | None = None
    baseline: Baseline | None = None
    also_printed: tuple[AlsoPrinted, ...] = ()
    sum_of: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    same_as: str | None = None
    complement_of: str | None = None
    owner: str | None = None
    report: str | None = None
    ministry_indicator: bool = False
    figures_source: Place | None = None
    cell_source: Place | None = None
    cell: str | None = None
    name_formula: str | None = None
    input: Input | None = None
    symbols: Mapping[str, SymbolInput] = field(default_factory=Table)
    erratum: Erratum | None = None
    include: tuple[Phrase, ...] = ()
    exclude: tuple[Phrase, ...] = ()
    evidence: tuple[Phrase, ...] = ()
    counts: Mapping[str, Selection] = field(default_factory=Table)
    uncertain: str | None = None
    places: Mapping[str, Position] = field(default_factory=Table, compare=False)

    @cached_property
    def formula(self) -> Formula | None:
        """The formula as printed; ``None`` where the document prints none.

        Raises:
            FormulaSyntaxError: if the cell cannot be read; it points into the methodology file.
        """
        if self.basis not in ("printed", "worded") or self.cell is None:
            return None
        return _parsed(self.quoted("cell"))

    @cached_property
    def reading(self) -> Formula:
        """The formula that is evaluated: the erratum's where there is one, else the printed one,
        else the one that the name states; of an observed indicator, its input.

        The symbols of an erratum mean what the printed cell says, coefficients included.

        Raises:
            FormulaSyntaxError: if it cannot be read; it points into the methodology file.
            InputError: KF410 where the document does not say how to compute it.
        """
        if self.erratum is not None:
            corrected = _parsed(self.quoted("erratum/formula"))
            with suppress(FormulaSyntaxError):
                return _with_legend_of(self.formula, corrected)
            return corrected
        if self.formula is not None:
            return self.formula
        if self.name_formula is not None:
            return _parsed(self.quoted("formula"))
        if self.input is not None:
            return _observed(self.input)
        raise InputError(error("KF410", f"{self.code} cannot be computed: {self.reason}"))

    @property
    def inputs(self) -> Mapping[str, str]:
        """The inputs behind the names of its formula, by name; of an observed row, itself."""
        own = {} if self.input is None else {self.input.id: self.input.id}
        return own | {name: symbol.input for name, symbol in self.symbols.items()}

    def quoted(self, key: str) -> Source:
        """Return a text of this row with its place in the methodology file.

        The keys are those of the file: ``code``, ``name/kk``, ``printed_unit``, ``cell``,
        ``formula``, ``owner``, ``report``, ``erratum/formula``, ``baseline``, ``targets/2027``,
        ``also_printed/0/2029``, ``include/0``, ``exclude/0``, ``evidence/0``, and of rules and
        questions ``counts/b/where/0``, ``counts/b/except/0``, ``counts/b/undecided/0``.

        Raises:
            KeyError: if the row has no such text.
        """
        if key.startswith("counts/"):
            return _rule(self, key)
        at = self.places.get(key, Position())
        return Source(_text(self, *key.split("/")), at.file, at.line, at.column)

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


def _text(row: Indicator, key: str, *path: str) -> str:
    found: str | None = None
    match key, *path:
        case ["code" | "printed_unit" | "cell" | "owner" | "report" as name]:
            found = getattr(row, name)
        case ["formula"]:
            found = row.name_formula
        case ["erratum", "formula"] if row.erratum is not None:
            found = row.erratum.formula
        case ["baseline"] if row.baseline is not None:
            found = row.baseline.figure.printed
        case ["name", language]:
            found = row.name.get(language)
        case ["targets", year]:
            found = row.targets[int(year)].printed
        case ["also_printed", index, year]:
            found = row.also_printed[int(index)].figures[int(year)].printed
        case ["include" | "exclude" | "evidence" as name, index]:
            found = getattr(row, name)[int(index)].text
    if found is None:
        raise KeyError("/".join((key, *path)))
    return found


def _rule(row: Indicator, key: str) -> Source:
    """Return a rule, or the question that stands at its place, with its place in the file."""
    _, symbol, name, index = key.split("/")
    selection = row.counts[symbol]
    if name == "undecided":
        return selection.undecided[int(index)].text
    criteria = {"where": selection.where, "except": selection.excluding}[name]
    return criteria[int(index)].rule


def _parsed(source: Source) -> Formula:
    from kpiformula.reading import parse

    return parse(source.text, source=source)


def _observed(counted: Input) -> Formula:
    """Return the formula of an indicator that is a plain amount: the amount itself."""
    from kpiformula.formula import Formula, Symbol

    words = next(iter(counted.name.values()))
    symbol = Symbol(counted.id, words, words, "operand", counted.unit)
    return Formula(words, Name(counted.id), None, Table({counted.id: symbol}))


def _with_legend_of(printed: Formula | None, corrected: Formula) -> Formula:
    if printed is None:
        return corrected
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


@final
@dataclass(frozen=True, repr=False)
class Methodology(Mapping[str, Indicator]):
    """A methodology: a mapping of code to :class:`Indicator`, in printed order.

    ``inputs`` is by id; ``categories`` are those a coefficient may be chosen by; ``populations``
    are the kinds of records that counts are taken from, by id.
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
    populations: Mapping[str, Population] = field(default_factory=Table)

    def __getitem__(self, code: str) -> Indicator:
        return self.indicators[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.indicators)

    def __len__(self) -> int:
        return len(self.indicators)

    def __repr__(self) -> str:
        return f"<Methodology {self.id}: {len(self)} indicators>"
