"""Finds and reads methodologies: ``available`` and ``load``.

A methodology is a folder: ``methodology.yaml`` (head and inputs), and beside it one file for each
part. Everything that is wrong in any of them is said at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    InputError,
    MethodologyError,
    Source,
    Span,
    error,
)
from kpiformula.mapping import Table
from kpiformula.methodology import (
    Document,
    Erratum,
    Indicator,
    Input,
    Language,
    Methodology,
    Part,
    Place,
    Position,
    SymbolInput,
    Target,
)
from kpiformula.resources import resource_root
from kpiformula.schema import ID, HeadFile, IndicatorEntry, PartFile, nearest, validated
from kpiformula.text import printed_number

HEAD = "methodology.yaml"

M = TypeVar("M", HeadFile, PartFile)


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
    for symbol, given in entry.symbols.items():
        if given.input not in head.inputs:
            place = at(part.written, *way, "symbols", symbol, "input").span
            yield error("KF407", f"unknown input `{given.input}`", place, source,
                        help=nearest(given.input, head.inputs))  # fmt: skip
    for year in entry.targets:
        if year not in head.years:
            place = key_span(part.written, *way, "targets", str(year))
            message = f"{year} is not among the years of the methodology"
            yield error("KF406", message, place, source)
    lines = at(part.written, *way, "source", "cell")
    first, last = _lines(entry.source.cell)
    if last < first:
        message = f"the cell ends at line {last}, before it begins"
        yield error("KF406", message, lines.span, source)
    cell = at(part.written, *way, "cell")
    if isinstance(cell, Scalar) and not cell.literal and _has_lines(source, cell):
        yield error("KF406", "a cell of several lines is written as a block `|`", cell.span, source,
                    help="other ways of writing it do not keep its line breaks")  # fmt: skip


def _has_lines(source: Source, scalar: Scalar) -> bool:
    written = source.text[scalar.span.start : scalar.span.end]
    return "\n" in scalar.text.rstrip() or "\n" in written.rstrip()


def _lines(printed: str) -> tuple[int, int]:
    first, _, last = printed.partition("-")
    return int(first), int(last or first)


# --- data --------------------------------------------------------------------------------------


def _methodology(head: HeadFile, parts: list[_File[PartFile]]) -> Methodology:
    inputs = {key: Input(key, _by_language(i.name), i.unit) for key, i in head.inputs.items()}
    indicators = {
        entry.code: _indicator(head, part, part.content.part, row, entry)
        for part in parts
        if part.content is not None
        for row, entry in enumerate(part.content.indicators)
    }
    return Methodology(
        id=head.id,
        name=_by_language(head.name),
        language=head.language,
        source=Document(head.source.file, head.source.title),
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
    head: HeadFile, file: _File[PartFile], part: str, row: int, entry: IndicatorEntry
) -> Indicator:
    document, line = head.source.file, entry.source.line
    erratum = None
    if entry.erratum is not None:
        erratum = Erratum(
            entry.erratum.formula.strip(),
            entry.erratum.reason.strip(),
            tuple(entry.erratum.answers),
            _position(file, "indicators", row, "erratum", "formula"),
        )
    return Indicator(
        code=entry.code,
        part=part,
        name=_by_language(entry.name),
        printed_unit=entry.printed_unit,
        unit=entry.unit,
        kind=entry.kind,
        basis=entry.basis,
        direction=entry.direction,
        direction_printed=entry.direction_printed,
        targets=Table({year: _target(text) for year, text in entry.targets.items()}),
        owner=entry.owner,
        report=entry.report,
        ministry_indicator=entry.ministry_indicator,
        source=Place(document, line, line),
        cell_source=Place(document, *_lines(entry.source.cell)),
        cell=entry.cell.rstrip("\n"),
        symbols=Table({name: SymbolInput(s.input, s.unit) for name, s in entry.symbols.items()}),
        erratum=erratum,
        cell_at=_position(file, "indicators", row, "cell"),
    )


def _by_language(names: Mapping[Language, str]) -> Table[str, str]:
    return Table({str(language): name for language, name in names.items()})


def _position(file: _File[PartFile], *path: str | int) -> Position:
    text = at(file.written, *path)
    if not isinstance(text, Scalar):
        raise TypeError(path)
    return Position(file.source.name, *block_position(file.source, text))


def _target(printed: str) -> Target:
    try:
        number = printed_number(printed)
    except InputError:
        return Target(printed, None, None)
    return Target(printed, number.value, number.decimals)
