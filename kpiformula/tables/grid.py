"""Rows of cells, whichever kind of file they stand in; CSV and Excel are read through this.

A grid says what a cell holds for the column it stands in, and where it stands. Everything else,
the meaning of columns and rows, is the same for all kinds of files (``layouts``).
"""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kpiformula.diagnostics import Diagnostic, Source, Span, error, info
from kpiformula.tables.delimited import Record, cell_span, line_span, records
from kpiformula.text import PrintedNumber, clean

Role = Literal["code", "text", "year", "figure", "count"]
"""What a column is for: it decides how a cell that holds no text is read."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell without spaces around it; ``number`` where the file holds a number, not a text."""

    text: str
    number: PrintedNumber | None = None
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell or row stands, for a finding."""

    source: Source
    span: Span | None


class Grid(ABC):
    """A head and the rows below it that have any content."""

    head: Sequence[str]

    @property
    @abstractmethod
    def rows(self) -> Sequence[int]:
        """The rows, by what the other methods know them by."""

    @abstractmethod
    def width(self, row: int) -> int:
        """Return how many cells a row has."""

    @abstractmethod
    def line(self, row: int) -> int:
        """Return the 1-based line or row of the file."""

    @abstractmethod
    def line_name(self, row: int) -> str:
        """Return what a row is called in a message: ``line 2``."""

    @abstractmethod
    def column_name(self, index: int) -> str:
        """Return what a column is called in a message: ``3``, ``C``."""

    @abstractmethod
    def cell(self, row: int, index: int, role: Role, name: str) -> Cell:
        """Return a cell as its column is for; its findings name the column."""

    @abstractmethod
    def place(self, row: int | None, index: int | None = None) -> Place:
        """Return where a cell stands, or a row; of the head where ``row`` is ``None``."""

    @abstractmethod
    def filled(self, row: int, index: int) -> bool:
        """Return whether a cell has any content."""

    @abstractmethod
    def misfits(self, row: int, columns: Sequence[str]) -> Iterator[Diagnostic]:
        """Yield what is wrong with a row as a whole, whatever its cells hold."""

    def figures(self, places: Sequence[int]) -> Iterator[str]:
        """Yield the texts under columns of numbers, by which the decimal mark is told."""
        for row in self.rows:
            for index in places:
                if index < self.width(row):
                    cell = self.cell(row, index, "figure", "")
                    if cell.number is None:
                        yield cell.text


def tidy(cell: str) -> str:
    """Return a cell without invisible characters and without spaces around it."""
    return (cell if cell.isascii() else clean(cell).text).strip()


def text_cell(cell: str, name: str, place: Callable[[], Place]) -> Cell:
    """Return a cell that holds a text, with a finding where a character in it is not seen."""
    if cell.isascii():
        return Cell(cell.strip())
    if not any(unicodedata.category(char) == "Cf" for char in cell):
        return Cell(tidy(cell))
    message, at = f"`{name}`: an invisible character is left out", place()
    return Cell(tidy(cell), None, (info("KF529", message, at.span, at.source),))


def error_at(code: str, message: str, place: Place, **more: str) -> Diagnostic:
    """Return an error with its place."""
    return error(code, message, place.span, place.source, **more)


def head_cells(source: Source, delimiter: str) -> Sequence[str]:
    """Return the cells of the first row; raises KF525 where its quotes do not close."""
    return next(records(source, delimiter), Record((), 0)).cells


class DelimitedGrid(Grid):
    """The rows of a CSV or TSV file."""

    def __init__(self, source: Source, delimiter: str) -> None:
        self._source = source
        found = list(records(source, delimiter))
        self._head, self._records = (found[0], found[1:]) if found else (Record((), 0), [])
        self.head = self._head.cells

    @property
    def rows(self) -> Sequence[int]:
        """The rows, counted from 0."""
        return range(len(self._records))

    def width(self, row: int) -> int:
        """Return how many cells a row has."""
        return len(self._records[row].cells)

    def line(self, row: int) -> int:
        """Return the first line of a row."""
        return self._source.position(self._records[row].start)[0]

    def line_name(self, row: int) -> str:
        """Return what a row is called in a message."""
        return f"line {self.line(row)}"

    def column_name(self, index: int) -> str:
        """Return what a column is called in a message."""
        return str(index + 1)

    def filled(self, row: int, index: int) -> bool:
        """Return whether a cell has any content."""
        return bool(self._records[row].cells[index].strip())

    def cell(self, row: int, index: int, role: Role, name: str) -> Cell:  # noqa: ARG002
        """Return a cell; a text file holds nothing but texts."""
        return text_cell(self._records[row].cells[index], name, lambda: self.place(row, index))

    def place(self, row: int | None, index: int | None = None) -> Place:
        """Return where a cell stands, or the first line of a row."""
        record = self._head if row is None else self._records[row]
        if index is None:
            return Place(self._source, line_span(self._source, record.start))
        return Place(self._source, cell_span(self._source, record, index))

    def misfits(self, row: int, columns: Sequence[str]) -> Iterator[Diagnostic]:
        """Yield a finding where a row has fewer cells than the head."""
        if self.width(row) < len(columns):
            message = f"the row has {self.width(row)} cells of {len(columns)}"
            yield error_at("KF525", message, self.place(row))
