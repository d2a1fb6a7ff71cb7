"""Finds and reads methodologies: ``available`` and ``load``.

A methodology is a folder: ``methodology.yaml`` (head and inputs), and beside it one file for each
part. Everything that is wrong in any of them is said at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from os import PathLike, fspath
from pathlib import Path
from re import fullmatch
from typing import Generic, TypeVar

from kpiformula.datafile import (
    MAX_BYTES,
    Items,
    Scalar,
    Written,
    at,
    block_position,
    decode,
    key_span,
    read,
)
from kpiformula.diagnostics import (
    Diagnostic,
    MethodologyError,
    Source,
    Span,
    error,
)
from kpiformula.figures import Target, read_target
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
from kpiformula.resources import resource_root
from kpiformula.schema import (
    ID,
    HeadFile,
    IndicatorEntry,
    PartFile,
    PhraseEntry,
    nearest,
    validated,
)

Keys = tuple[str | int, ...]
"""The way to a value in a file: keys and places in lists."""

HEAD = "methodology.yaml"

_DECIMAL_COMMA = frozenset({"kk", "ru"})
"""Languages in which a comma stands before decimals and thousands are grouped by spaces."""

M = TypeVar("M", HeadFile, PartFile)
S = TypeVar("S")
T = TypeVar("T")


def available() -> tuple[str, ...]:
    """Return the ids of the methodologies that are shipped, in alphabetical order."""
    folders = resource_root("methodologies").iterdir()
    return tuple(sorted(f.name for f in folders if f.joinpath(HEAD).is_file()))


def load(methodology: str | PathLike[str]) -> Methodology:
    """Return a methodology: a shipped one by its id, or one of your own by its path.

    The path is that of the folder or of its ``methodology.yaml``. Formulas are not parsed yet.

    Raises:
        MethodologyError: with all findings, each with file, line and column: KF401 syntax,
            KF402 anchor, alias or tag, KF403 key given twice, KF404 unknown key, KF405 missing
            key, KF406 wrong value, KF407 unknown input, KF408 code given twice, KF409 not found,
            KF904 nesting, KF907 more than 5 MB.
    """
    folder = _folder(fspath(methodology))
    findings: list[Diagnostic] = []
    head = _read(folder, folder.head, HeadFile, findings)
    parts = [
        _read(folder, f"{name.text}.yaml", PartFile, findings, (name, head.source))
        for name in _part_names(head.written)
    ]
    if head.content is not None:
        findings += _across(head.content, head, parts)
    if head.content is None or findings:
        raise MethodologyError(*findings)
    return _methodology(head.content, parts)


# --- files -------------------------------------------------------------------------------------


@dataclass
class _Folder:
    """A folder to read from; ``rest`` is what may still be read, in bytes."""

    path: Traversable
    name: str
    head: str = HEAD
    rest: int = MAX_BYTES


@dataclass
class _File(Generic[M]):
    """A file as read; ``content`` is ``None`` where the schema refuses it."""

    source: Source
    written: Written
    content: M | None = None


def _folder(name: str) -> _Folder:
    ids = available()
    if name in ids:
        root = resource_root("methodologies")
        return _Folder(root.joinpath(name), f"methodologies/{name}")
    path = Path(name)
    try:
        if path.joinpath(HEAD).is_file():
            return _Folder(path, str(path))
        if path.is_file():
            return _Folder(path.parent, str(path.parent), path.name)
    except OSError:
        pass
    raise MethodologyError(
        error("KF409", f"`{name[:200]}` is no methodology, and no folder with a `{HEAD}`",
              help=nearest(name, ids))
    )  # fmt: skip


def _part_names(head: Written) -> list[Scalar]:
    """Return what the head lists as parts, as far as it can name a file."""
    parts = at(head, "parts")
    listed = parts.items if isinstance(parts, Items) else []
    return [n for n in listed if isinstance(n, Scalar) and fullmatch(ID, n.text)]


def _read(
    folder: _Folder,
    file: str,
    model: type[M],
    findings: list[Diagnostic],
    listed: tuple[Scalar, Source] | None = None,
) -> _File[M]:
    """Read a file; ``listed`` is where the head names it."""
    name = f"{folder.name}/{file}"
    result: _File[M] = _File(Source("", name), Scalar("", Span(0, 0)))
    try:
        with folder.path.joinpath(file).open("rb") as stream:
            data = stream.read(folder.rest + 1)
    except OSError as failure:
        place = (listed[0].span, listed[1]) if listed else (None, result.source)
        reason = failure.strerror or type(failure).__name__
        findings.append(error("KF409", f"`{name}` cannot be read: {reason}", *place))
        return result
    folder.rest -= len(data)
    if folder.rest < 0:
        message = f"a methodology has at most {MAX_BYTES // 1_000_000} MB"
        findings.append(error("KF907", message, None, result.source))
        return result
    try:
        result.source = decode(data, name)
        result.written = read(result.source)
        result.content = validated(model, result.written, result.source)
    except MethodologyError as failure:
        findings += failure.diagnostics
    return result


# --- what no schema can say --------------------------------------------------------------------


def _across(
    head: HeadFile, file: _File[HeadFile], parts: list[_File[PartFile]]
) -> Iterator[Diagnostic]:
    """Yield what disagrees between the entries of the files that could be read."""
    for key, values in (("years", head.years), ("parts", head.parts)):
        for i, value in enumerate(values):
            if value in values[:i]:
                place = at(file.written, key, i).span
                yield error("KF408", f"`{value}` is listed twice in `{key}`", place, file.source)
    codes: dict[str, str] = {}
    for name, part in zip(head.parts, parts, strict=True):
        if part.content is None:
            continue
        if part.content.part != name:
            place = at(part.written, "part").span
            message = f"`part` should be `{name}`, as the file is named"
            yield error("KF406", message, place, part.source)
        for row, entry in enumerate(part.content.indicators):
            yield from _in_row(head, part, row, entry, codes)
    for part in parts:
        yield from _unknown_codes(part, codes)


def _in_row(
    head: HeadFile, part: _File[PartFile], row: int, entry: IndicatorEntry, codes: dict[str, str]
) -> Iterator[Diagnostic]:
    source, way = part.source, ("indicators", row)
    code = at(part.written, *way, "code").span
    line, _ = source.position(code.start)
    if entry.code in codes:
        message = f"the code `{entry.code}` stands already at {codes[entry.code]}"
        yield error("KF408", message, code, source)
    codes.setdefault(entry.code, f"{source.name}:{line}")
    for given, path in _inputs(entry):
        if given not in head.inputs:
            place = at(part.written, *way, *path).span
            yield error("KF407", f"unknown input `{given}`", place, source,
                        help=nearest(given, head.inputs))  # fmt: skip
    for year in entry.targets:
        if year not in head.years:
            place = key_span(part.written, *way, "targets", str(year))
            message = f"{year} is not among the years of the methodology"
            yield error("KF406", message, place, source)
    for given, path in _line_ranges(entry):
        first, last = _lines(given)
        if last < first:
            place = at(part.written, *way, *path).span
            message = f"the lines end at {last}, before they begin"
            yield error("KF406", message, place, source)
    yield from _of_basis(entry, code, source)
    cell = at(part.written, *way, "cell") if entry.cell is not None else None
    if isinstance(cell, Scalar) and not cell.literal and _has_lines(source, cell):
        yield error("KF406", "a cell of several lines is written as a block `|`", cell.span, source,
                    help="other ways of writing it do not keep its line breaks")  # fmt: skip


def _inputs(entry: IndicatorEntry) -> Iterator[tuple[str, Keys]]:
    """Yield each input that a row names, and where in the row."""
    if entry.input is not None:
        yield entry.input, ("input",)
    for symbol, given in entry.symbols.items():
        yield given.input, ("symbols", symbol, "input")


def _line_ranges(entry: IndicatorEntry) -> Iterator[tuple[str, Keys]]:
    """Yield each range of printed lines that a row names, and where in the row."""
    for key, given in (("figures", entry.source.figures), ("cell", entry.source.cell)):
        if given is not None:
            yield given, ("source", key)
    for i, also in enumerate(entry.also_printed):
        yield also.lines, ("also_printed", i, "lines")
    for key, phrases in _phrases(entry):
        for i, phrase in enumerate(phrases):
            yield phrase.lines, (key, i, "lines")


def _phrases(entry: IndicatorEntry) -> Iterator[tuple[str, list[PhraseEntry]]]:
    yield "include", entry.include
    yield "exclude", entry.exclude
    yield "evidence", entry.evidence


_ASKED_BY_BASIS = {
    "printed": "cell", "worded": "cell", "name": "formula", "observed": "input",
    "unstated": "reason",
}  # fmt: skip


def _of_basis(entry: IndicatorEntry, code: Span, source: Source) -> Iterator[Diagnostic]:
    """Yield where a row lacks what its basis asks for, or has what only another basis has."""
    asked = _ASKED_BY_BASIS[entry.basis]
    if getattr(entry, asked) is None:
        message = f"`{asked}` is missing: the basis `{entry.basis}` asks for it"
        yield error("KF405", message, code, source)
    for key in ("formula", "input", "reason"):
        if key != asked and getattr(entry, key) is not None:
            message = f"`{key}` does not go with the basis `{entry.basis}`"
            yield error("KF406", message, code, source)
    if entry.complement_of is not None and (entry.kind, entry.unit) != ("share", "percent"):
        message = "`complement_of` goes with shares in percent only"
        yield error("KF406", message, code, source)
    if (entry.cell is None) != (entry.source.cell is None):
        yield error("KF405", "a cell and its lines go together", code, source)


def _unknown_codes(part: _File[PartFile], codes: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Yield the codes of other rows that a row names and no row has."""
    for row, entry in enumerate(part.content.indicators if part.content is not None else ()):
        parts = (("sum_of", entry.sum_of), ("includes", entry.includes))
        named: list[tuple[str, Keys]] = [
            (code, (key, i)) for key, given in parts for i, code in enumerate(given)
        ]
        for key in ("same_as", "complement_of"):
            other = getattr(entry, key)
            named += [] if other is None else [(other, (key,))]
        for code, path in named:
            if code not in codes:
                place = at(part.written, "indicators", row, *path).span
                yield error("KF406", f"no indicator has the code `{code}`", place, part.source,
                            help=nearest(code, codes))  # fmt: skip


def _has_lines(source: Source, scalar: Scalar) -> bool:
    written = source.text[scalar.span.start : scalar.span.end]
    return "\n" in scalar.text.rstrip() or "\n" in written.rstrip()


def _lines(printed: str) -> tuple[int, int]:
    first, _, last = printed.partition("-")
    return int(first), int(last or first)


# --- data --------------------------------------------------------------------------------------


def _methodology(head: HeadFile, parts: list[_File[PartFile]]) -> Methodology:
    inputs = {key: Input(key, _by_language(i.name), i.unit) for key, i in head.inputs.items()}
    document = head.source
    indicators = {
        entry.code: _indicator(head, inputs, part, part.content.part, row, entry)
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
        indicators=Table(indicators),
    )


def _indicator(
    head: HeadFile,
    inputs: Mapping[str, Input],
    file: _File[PartFile],
    part: str,
    row: int,
    entry: IndicatorEntry,
) -> Indicator:
    def placed(lines: str) -> Place:
        return Place(head.source.file, *_lines(lines))

    def target(printed: str) -> Target:
        return read_target(printed, entry.unit, decimal_comma=head.language in _DECIMAL_COMMA)

    def targets(printed: Mapping[int, str]) -> Table[int, Target]:
        return Table({year: target(figure) for year, figure in printed.items()})

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
        **{key: tuple(Phrase(p.text, placed(p.lines)) for p in found)
           for key, found in _phrases(entry)},
        uncertain=entry.uncertain,
        places=Table(dict(_places(file, row, entry))),
    )  # fmt: skip


def _given(value: S | None, made: Callable[[S], T]) -> T | None:
    return None if value is None else made(value)


def _by_language(names: Mapping[Language, str]) -> Table[str, str]:
    return Table({str(language): name for language, name in names.items()})


def _places(
    file: _File[PartFile], row: int, entry: IndicatorEntry
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
    ways += [(key, i, "text") for key, found in _phrases(entry) for i in range(len(found))]
    for way in ways:
        text = at(written, *way)
        if isinstance(text, Scalar):
            key = "/".join(str(step) for step in way if step not in ("figure", "figures", "text"))
            yield key, Position(file.source.name, *block_position(file.source, text))
