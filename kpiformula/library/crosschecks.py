"""What no schema can say of a methodology: entries of its files that do not go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kpiformula.datafile import Scalar, at, key_span
from kpiformula.diagnostics import Diagnostic, Source, Span, error
from kpiformula.library.file import File, Keys, first_and_last, phrases
from kpiformula.library.selections import fields_by_population, in_dictionary, in_selections
from kpiformula.schema import HeadFile, IndicatorEntry, PartFile, PopulationFile, nearest


def across(
    head: HeadFile,
    file: File[HeadFile],
    parts: list[File[PartFile]],
    dictionary: list[File[PopulationFile]],
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
    yield from in_dictionary(dictionary)
    known = fields_by_population(dictionary)
    for part in parts:
        yield from _unknown_codes(part, codes)
        yield from in_selections(part, known)


def _in_row(
    head: HeadFile, part: File[PartFile], row: int, entry: IndicatorEntry, codes: dict[str, str]
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
        first, last = first_and_last(given)
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
    for key, found in phrases(entry):
        for i, phrase in enumerate(found):
            yield phrase.lines, (key, i, "lines")


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


def _unknown_codes(part: File[PartFile], codes: Mapping[str, str]) -> Iterator[Diagnostic]:
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
