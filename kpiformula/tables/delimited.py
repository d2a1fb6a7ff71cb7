"""Delimited text: bytes to rows of cells, each with its place in the text."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kpiformula.diagnostics import InputError, Source, Span, error

DELIMITERS = (",", ";", "\t")

ENCODINGS = ("utf-8", "cp1251", "kz1048")
"""UTF-8 is expected; the others are read only when named."""

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def require(what: str, given: str | None, known: tuple[str | None, ...]) -> None:
    """Check that a way of writing is one of those that are known.

    Raises:
        InputError: KF522 if it is not.
    """
    if given not in known:
        listed = ", ".join(repr(each) for each in known if each)
        raise InputError(error("KF522", f"unknown {what}: {given!r}", help=f"one of {listed}"))


def file_bytes(name: str) -> bytes:
    """Return what a file holds.

    Raises:
        InputError: KF520 if it cannot be opened.
    """
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or str(failure)
        raise InputError(error("KF520", f"{name} cannot be read: {reason}")) from None


def decoded(data: bytes, name: str, encoding: str) -> Source:
    """Return the text of a file, its lines ended by line feeds, without byte order mark.

    Raises:
        InputError: KF521 for bytes of another encoding, KF522 for an encoding that is not known.
    """
    try:
        known = codecs.lookup(encoding).name.removesuffix("-sig")
    except (LookupError, ValueError):
        known = encoding
    require("encoding", known, ENCODINGS)
    advice = "save the table as 'CSV UTF-8'"
    problem = _of_wide_characters(data)
    if problem is None:
        try:
            text = data.decode(known).removeprefix("\ufeff")
            return Source(text.replace("\r\n", "\n").replace("\r", "\n"), name)
        except UnicodeDecodeError as failure:
            problem = f"at byte {failure.start}: 0x{data[failure.start]:02x}"
            advice += ", or name the encoding if it is cp1251 or kz1048"
    raise InputError(error("KF521", f"not {known} {problem}", None, Source("", name), help=advice))


def _of_wide_characters(data: bytes) -> str | None:
    for mark, other in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return f"at byte 0: the byte order mark of {other}"
    if b"\0" in data:
        return f"at byte {data.index(0)}: a zero byte, as in UTF-16"
    return None


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a row as they stand, and where the row begins in the text."""

    cells: tuple[str, ...]
    start: int


def records(source: Source, delimiter: str) -> Iterator[Record]:
    """Yield the rows that have any content.

    Raises:
        InputError: KF525 where quotes do not close.
    """
    stream = io.StringIO(source.text, newline="")
    rows = csv.reader(stream, delimiter=delimiter, strict=True, skipinitialspace=True)
    start = 0
    while True:
        try:
            cells = next(rows, None)
        except csv.Error as failure:
            advice = "close each quote, and double a quote inside a quoted cell"
            place = line_span(source, start)
            raise InputError(
                error("KF525", f"the row cannot be read: {failure}", place, source, help=advice)
            ) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield Record(tuple(cells), start)
        start = stream.tell()


def line_span(source: Source, start: int) -> Span:
    """Return the first line of a row."""
    line, _ = source.line_at(start)
    return Span(start, start + max(1, len(line)))


def cell_span(source: Source, record: Record, index: int) -> Span:
    """Return the place of a cell, counted along the cells before it."""
    text, start, end = source.text, record.start, record.start
    for cell in record.cells[: index + 1]:
        start = end
        while text[start : start + 1] == " ":
            start += 1
        quoted = text[start : start + 1] == '"'
        written = cell.replace('"', '""') + '""' if quoted else cell
        end = start + len(written) + 1
    return Span(start, max(start + 1, end - 1))


def guarded(text: str) -> str:
    """Return a text for a cell of a CSV file that a spreadsheet will not run as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
