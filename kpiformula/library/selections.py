"""The data dictionary and the selections of counts: what does not go together; frozen data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from kpiformula.criteria.dictionary import Field, NamedCondition, Population
from kpiformula.criteria.selection import Criterion, Measure, Question, Selection
from kpiformula.datafile import Scalar, at, block_position, key_span
from kpiformula.diagnostics import Diagnostic, Source, error
from kpiformula.library.file import File, Keys
from kpiformula.mapping import Table
from kpiformula.methodology import Indicator
from kpiformula.schema import (
    CriterionEntry,
    FieldEntry,
    IndicatorEntry,
    Names,
    PartFile,
    PopulationEntry,
    PopulationFile,
    QuestionEntry,
    SelectionEntry,
    nearest,
)

Known = Mapping[str, Mapping[str, FieldEntry]]
"""The fields of each population, by its id."""

_ADDED_UP = ("whole", "number")


# --- what does not go together -------------------------------------------------------------------


def fields_by_population(dictionary: list[File[PopulationFile]]) -> Known:
    """Return the fields of each population in the files that could be read."""
    contents = [file.content for file in dictionary if file.content is not None]
    return {id: entry.fields for each in contents for id, entry in each.populations.items()}


def in_dictionary(dictionary: list[File[PopulationFile]]) -> Iterator[Diagnostic]:
    """Yield what does not go together in the data dictionary."""
    places: dict[str, str] = {}
    known = fields_by_population(dictionary)
    for file in dictionary:
        if file.content is None:
            continue
        for id, entry in file.content.populations.items():
            place = key_span(file.written, "populations", id)
            line, _ = file.source.position(place.start)
            if id in places:
                message = f"the population `{id}` stands already at {places[id]}"
                yield error("KF408", message, place, file.source)
            places.setdefault(id, f"{file.source.name}:{line}")
            yield from _in_population(file, id, entry)
        for index, definition in enumerate(file.content.definitions):
            if definition.population not in known:
                place = at(file.written, "definitions", index, "population").span
                message = f"there is no population `{definition.population}`"
                yield error("KF407", message, place, file.source,
                            help=nearest(definition.population, known))  # fmt: skip


def _in_population(
    file: File[PopulationFile], id: str, entry: PopulationEntry
) -> Iterator[Diagnostic]:
    way = ("populations", id)
    key = entry.fields.get(entry.key)
    if key is None or key.type != "text":
        message = f"the key `{entry.key}` should be a field of type text"
        yield error("KF406", message, at(file.written, *way, "key").span, file.source,
                    help=nearest(entry.key, entry.fields))  # fmt: skip
    for name, each in entry.fields.items():
        place = key_span(file.written, *way, "fields", name)
        if each.unit is not None and each.type not in _ADDED_UP:
            message = f"`{name}` is a {each.type} and has no unit"
            yield error("KF406", message, place, file.source)
        if bool(each.values) != (each.type == "category"):
            message = (
                f"`{name}` is a {each.type}: a category lists its values, and nothing else does"
            )
            yield error("KF406", message, place, file.source)


def in_selections(part: File[PartFile], known: Known) -> Iterator[Diagnostic]:
    """Yield what does not go together in the counts of the rows of a part."""
    for row, entry in enumerate(part.content.indicators if part.content is not None else ()):
        for symbol, selection in entry.counts.items():
            way = ("indicators", row, "counts", symbol)
            yield from _in_selection(part, entry, symbol, selection, way, known)


def _in_selection(
    part: File[PartFile],
    entry: IndicatorEntry,
    symbol: str,
    selection: SelectionEntry,
    way: Keys,
    known: Known,
) -> Iterator[Diagnostic]:
    place = key_span(part.written, *way)
    names = [*entry.symbols, *([entry.input] if entry.input is not None else [])]
    if symbol not in names:
        message = f"the row has no symbol or input `{symbol}`"
        yield error("KF407", message, place, part.source, help=nearest(symbol, names))
    population = _population(entry, symbol)
    if population is None:
        message = f"`{symbol}` is either `of` a population, or `within` another count of the row"
        yield error("KF406", message, place, part.source)
    elif population not in known:
        message = f"there is no population `{population}`"
        at_of = at(part.written, *way, "of").span
        yield error("KF407", message, at_of, part.source, help=nearest(population, known))
    else:
        yield from _in_measure(part, selection, way, population, known[population])
    for index, number in enumerate(selection.evidence):
        if number >= len(entry.evidence):
            message = f"the row has {len(entry.evidence)} confirming documents, counted from 0"
            place = at(part.written, *way, "evidence", index).span
            yield error("KF406", message, place, part.source)


def _in_measure(
    part: File[PartFile],
    selection: SelectionEntry,
    way: Keys,
    population: str,
    fields: Mapping[str, FieldEntry],
) -> Iterator[Diagnostic]:
    named = {key: getattr(selection, key) for key in ("sum", "mean", "per", "only")}
    given = {key: name for key, name in named.items() if name is not None}
    if given.keys() not in _MEASURES:
        message = "`sum`, `only`, and `mean` with `per` exclude one another"
        yield error("KF406", message, key_span(part.written, *way), part.source)
    for key, name in given.items():
        if name not in fields or fields[name].type not in _ADDED_UP:
            message = f"{population} have no field of numbers `{name}`"
            numbers = [id for id, each in fields.items() if each.type in _ADDED_UP]
            yield error("KF407", message, at(part.written, *way, key).span, part.source,
                        help=nearest(name, numbers))  # fmt: skip


_MEASURES: tuple[set[str], ...] = (set(), {"sum"}, {"only"}, {"mean", "per"})


def _population(entry: IndicatorEntry, symbol: str) -> str | None:
    """Return the population of a count: its own, or that of the count that it is within."""
    seen: set[str] = set()
    while symbol in entry.counts and symbol not in seen:
        seen.add(symbol)
        selection = entry.counts[symbol]
        if (selection.of is None) == (selection.within is None):
            return None
        if selection.of is not None:
            return selection.of
        symbol = selection.within or ""
    return None


# --- data ----------------------------------------------------------------------------------------


def populations_of(dictionary: list[File[PopulationFile]]) -> Mapping[str, Population]:
    """Return the populations by id, each with its named conditions."""
    return {
        id: Population(
            id,
            _names(entry.name),
            entry.unit,
            entry.key,
            Table({name: _field(name, each) for name, each in entry.fields.items()}),
            Table(dict(_definitions(dictionary, id))),
        )
        for file in dictionary
        if file.content is not None
        for id, entry in file.content.populations.items()
    }


def _field(id: str, entry: FieldEntry) -> Field:
    values = {value: _names(names) for value, names in entry.values.items()}
    return Field(id, _names(entry.name), entry.type, entry.unit, Table(values), entry.empty)


def _definitions(
    dictionary: list[File[PopulationFile]], population: str
) -> Iterator[tuple[str, NamedCondition]]:
    for file in dictionary:
        if file.content is None:
            continue
        for index, entry in enumerate(file.content.definitions):
            if entry.population == population:
                id = entry.rule.partition(":=")[0].strip()
                rule = _placed(file, ("definitions", index, "rule"), entry.rule)
                yield id, NamedCondition(id, _names(entry.name), rule)


def selections_of(
    file: File[PartFile], row: int, entry: IndicatorEntry, known: Mapping[str, Population]
) -> Mapping[str, Selection]:
    """Return the selections of a row, by symbol."""
    return {
        symbol: Selection(
            symbol=symbol,
            population=known[_population(entry, symbol) or ""],
            within=selection.within,
            where=_criteria(file, row, symbol, "where", selection.where),
            excluding=_criteria(file, row, symbol, "except", selection.except_),
            undecided=_questions(file, row, symbol, selection.undecided),
            measure=_measure(selection),
            evidence=tuple(selection.evidence),
        )
        for symbol, selection in entry.counts.items()
    }


def with_references(indicators: Mapping[str, Indicator]) -> Mapping[str, Indicator]:
    """Return the rows, their selections with those of the rows that their rules refer to."""
    ready: dict[str, Indicator] = {}

    def made(code: str, above: tuple[str, ...] = ()) -> Indicator:
        if code not in ready:
            row = indicators[code]
            counts = {s: _with_references(each, made, (*above, code), indicators)
                      for s, each in row.counts.items()}  # fmt: skip
            changed = any(each.references for each in counts.values())
            ready[code] = replace(row, counts=Table(counts)) if changed else row
        return ready[code]

    return {code: made(code) for code in indicators}


def _with_references(
    selection: Selection,
    made: Callable[[str, tuple[str, ...]], Indicator],
    above: tuple[str, ...],
    indicators: Mapping[str, Indicator],
) -> Selection:
    named = {code for code in _referred_to(selection) if code in indicators and code not in above}
    found = {code: made(code, above).counts.get(selection.symbol) for code in sorted(named)}
    references = {c: s for c, s in found.items() if s is not None}
    return replace(selection, references=Table(references)) if references else selection


def _referred_to(selection: Selection) -> Iterator[str]:
    """Yield the words that follow ``as for`` in a rule: the codes of rows, if it refers to any.

    Rules are read when they are first asked for, so that loading a methodology costs no grammar.
    """
    for criterion in (*selection.where, *selection.excluding):
        words = criterion.rule.text.split()
        for as_, for_, code in zip(words, words[1:], words[2:], strict=False):
            if (as_.lstrip("("), for_) == ("as", "for"):
                yield code.strip("(),")


def _criteria(
    file: File[PartFile], row: int, symbol: str, key: str, entries: list[CriterionEntry]
) -> tuple[Criterion, ...]:
    way = ("indicators", row, "counts", symbol, key)
    return tuple(
        Criterion(_placed(file, (*way, index, "rule"), entry.rule), entry.cites, entry.quote)
        for index, entry in enumerate(entries)
    )


def _questions(
    file: File[PartFile], row: int, symbol: str, entries: list[QuestionEntry]
) -> tuple[Question, ...]:
    way = ("indicators", row, "counts", symbol, "undecided")
    return tuple(
        Question(_placed(file, (*way, index, "question"), entry.question), entry.cites, entry.quote)
        for index, entry in enumerate(entries)
    )


def _measure(selection: SelectionEntry) -> Measure:
    if selection.sum is not None:
        return Measure("sum", selection.sum)
    if selection.only is not None:
        return Measure("only", selection.only)
    if selection.mean is not None:
        return Measure("mean", selection.mean, selection.per)
    return Measure()


def _placed(file: File[PartFile] | File[PopulationFile], way: Keys, text: str) -> Source:
    """Return a text with its place in its file."""
    written = at(file.written, *way)
    assert isinstance(written, Scalar)
    return Source(text, file.source.name, *block_position(file.source, written))


def _names(names: Names) -> Table[str, str]:
    return Table({str(language): name for language, name in names.items()})
