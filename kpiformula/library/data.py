"""Entries of files to frozen data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from kpiformula.criteria.dictionary import Population
from kpiformula.datafile import Scalar, at, block_position
from kpiformula.figures import Target, read_target
from kpiformula.library.file import File, Keys, first_and_last, phrases
from kpiformula.library.selections import populations_of, selections_of, with_references
from kpiformula.mapping import Table
from kpiformula.methodology import (
    AlsoPrinted,
    Baseline,
    Document,
    Erratum,
    Indicator,
    Input,
    Language,
    Methodology,
    Part,
    Phrase,
    Place,
    Position,
    SymbolInput,
)
from kpiformula.schema import HeadFile, IndicatorEntry, PartFile, PhraseEntry, PopulationFile

_DECIMAL_COMMA = frozenset({"kk", "ru"})
"""Languages in which a comma stands before decimals and thousands are grouped by spaces."""

S = TypeVar("S")
T = TypeVar("T")


def methodology_of(
    head: HeadFile, parts: list[File[PartFile]], dictionary: list[File[PopulationFile]]
) -> Methodology:
    """Return a methodology whose files are all in order."""
    populations = populations_of(dictionary)
    inputs = {key: Input(key, _by_language(i.name), i.unit) for key, i in head.inputs.items()}
    document = head.source
    indicators = {
        entry.code: _indicator(head, inputs, populations, part, part.content.part, row, entry)
        for part in parts
        if part.content is not None
        for row, entry in enumerate(part.content.indicators)
    }
    return Methodology(
        id=head.id,
        name=_by_language(head.name),
        language=head.language,
        source=Document(document.file, document.title, document.effective, document.amended_by),
        years=tuple(head.years),
        categories=tuple(head.categories),
        parts=tuple(
            Part(part.content.part, _by_language(part.content.name))
            for part in parts
            if part.content is not None
        ),
        inputs=Table(inputs),
        indicators=Table(with_references(indicators)),
        populations=Table(populations),
    )


def _indicator(
    head: HeadFile,
    inputs: Mapping[str, Input],
    populations: Mapping[str, Population],
    file: File[PartFile],
    part: str,
    row: int,
    entry: IndicatorEntry,
) -> Indicator:
    def placed(lines: str) -> Place:
        return Place(head.source.file, *first_and_last(lines))

    def target(printed: str) -> Target:
        return read_target(printed, entry.unit, decimal_comma=head.language in _DECIMAL_COMMA)

    def targets(printed: Mapping[int, str]) -> Table[int, Target]:
        return Table({year: target(figure) for year, figure in printed.items()})

    def phrases_of(entries: list[PhraseEntry]) -> tuple[Phrase, ...]:
        return tuple(Phrase(each.text, placed(each.lines)) for each in entries)

    source = entry.source
    return Indicator(
        code=entry.code,
        part=part,
        name=_by_language(entry.name),
        printed_unit=entry.printed_unit,
        unit=entry.unit,
        kind=entry.kind,
        basis=entry.basis,
        targets=targets(entry.targets),
        source=placed(str(source.line)),
        direction=entry.direction,
        direction_printed=entry.direction_printed,
        reason=entry.reason,
        baseline=_given(entry.baseline, lambda b: Baseline(b.year, target(b.figure))),
        also_printed=tuple(
            AlsoPrinted(targets(also.figures), placed(also.lines)) for also in entry.also_printed
        ),
        sum_of=tuple(entry.sum_of),
        includes=tuple(entry.includes),
        same_as=entry.same_as,
        complement_of=entry.complement_of,
        owner=entry.owner,
        report=entry.report,
        ministry_indicator=entry.ministry_indicator,
        figures_source=_given(source.figures, placed),
        cell_source=_given(source.cell, placed),
        cell=_given(entry.cell, lambda cell: cell.rstrip("\n")),
        name_formula=entry.formula,
        input=_given(entry.input, inputs.__getitem__),
        symbols=Table({name: SymbolInput(s.input, s.unit) for name, s in entry.symbols.items()}),
        erratum=_given(
            entry.erratum, lambda e: Erratum(e.formula.strip(), e.reason.strip(), tuple(e.answers))
        ),
        include=phrases_of(entry.include),
        exclude=phrases_of(entry.exclude),
        evidence=phrases_of(entry.evidence),
        counts=Table(selections_of(file, row, entry, populations)),
        uncertain=entry.uncertain,
        places=Table(dict(_places(file, row, entry))),
    )


def _given(value: S | None, made: Callable[[S], T]) -> T | None:
    return None if value is None else made(value)


def _by_language(names: Mapping[Language, str]) -> Table[str, str]:
    return Table({str(language): name for language, name in names.items()})


def _places(
    file: File[PartFile], row: int, entry: IndicatorEntry
) -> Iterator[tuple[str, Position]]:
    """Yield where each text of a row stands; the keys are those of :meth:`Indicator.quoted`."""
    written = at(file.written, "indicators", row)
    ways: list[Keys] = [
        (key,) for key in ("code", "printed_unit", "cell", "formula", "owner", "report")
    ]
    ways += [("erratum", "formula"), ("baseline", "figure")]
    ways += [("name", language) for language in entry.name]
    ways += [("targets", str(year)) for year in entry.targets]
    ways += [
        ("also_printed", i, "figures", str(year))
        for i, also in enumerate(entry.also_printed)
        for year in also.figures
    ]
    ways += [(key, i, "text") for key, found in phrases(entry) for i in range(len(found))]
    for way in ways:
        text = at(written, *way)
        if isinstance(text, Scalar):
            key = "/".join(str(step) for step in way if step not in ("figure", "figures", "text"))
            yield key, Position(file.source.name, *block_position(file.source, text))
