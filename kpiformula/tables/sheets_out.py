"""Sheets of a new workbook: texts that never become formulas, headings, widths, formats."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any

from kpiformula.diagnostics import InputError, error
from kpiformula.tables.workbook import needs_excel

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 1_048_575
"""Rows that a sheet holds below its heading (KF564)."""

_LONGEST_TEXT = 32_767
_LINE_HEIGHT = 15
_MOST_LINES = 8
_HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E7EBF0"}
_NO_TEXT_IS_MORE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)
"""The first day a zip file knows: the same content is the same bytes, whenever it is written."""


@dataclass(frozen=True, slots=True)
class Live:
    """A formula of the spreadsheet, and the value that it has here."""

    formula: str
    value: str | int | Decimal


Content = str | int | Decimal | Live | None


@dataclass(frozen=True, slots=True)
class Column:
    """The heading of a column, its width in characters, the format of its cells."""

    head: str
    width: int
    look: Mapping[str, Any]


class NewWorkbook:
    """A workbook in the making; nothing is written to a file before it is complete."""

    def __init__(self) -> None:
        try:
            import xlsxwriter
        except ImportError:
            raise needs_excel("writing") from None
        self._bytes = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._bytes, _NO_TEXT_IS_MORE)
        self._book.set_properties({"created": _NO_DATE})
        self._formats: dict[frozenset[tuple[str, Any]], Format] = {}

    def sheet(self, name: str, columns: Sequence[Column] = (), *, frozen: int = 1) -> NewSheet:
        """Add a sheet; with columns, its heading stays in sight, with so many columns beside."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        made = NewSheet(self, sheet)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width, self.look(column.look))
            made.write(0, index, column.head, _HEAD)
        if columns:
            sheet.freeze_panes(1, frozen)
            sheet.repeat_rows(0)
            sheet.set_row(0, 2 * _LINE_HEIGHT)
        return made

    def look(self, look: Mapping[str, Any]) -> Format | None:
        """Return the format of cells that look alike, made once."""
        if not look:
            return None
        key = frozenset(look.items())
        if key not in self._formats:
            self._formats[key] = self._book.add_format(dict(look))
        return self._formats[key]

    @cached_property
    def data(self) -> bytes:
        """The bytes of the complete workbook; no sheet can be added after that."""
        self._book.close()
        return self._bytes.getvalue()


class NewSheet:
    """One sheet of a workbook in the making."""

    def __init__(self, book: NewWorkbook, sheet: Worksheet) -> None:
        self._book, self.sheet = book, sheet

    def write(
        self, row: int, column: int, content: Content, look: Mapping[str, Any] | None = None
    ) -> None:
        """Write a cell; a text stays a text, whatever it begins with."""
        form = self._book.look(look or {})
        match content:
            case None | "":
                self.sheet.write_blank(row, column, None, form)
            case str():
                self.sheet.write_string(row, column, shortened(content), form)
            case Live(formula, value):
                self.sheet.write_formula(row, column, formula, form, _cached(value))
            case number:
                self.sheet.write_number(row, column, _binary(number), form)

    def fit_height(
        self, row: int, columns: Sequence[Column], contents: Mapping[str, Content]
    ) -> None:
        """Make a row as high as its wrapped texts need, up to a bound."""
        lines = [
            sum(ceil((len(line) or 1) / column.width) for line in content.splitlines())
            for column in columns
            if column.look.get("text_wrap")
            and isinstance(content := contents.get(column.head), str)
        ]
        self.sheet.set_row(row, _LINE_HEIGHT * min(max(lines, default=1) or 1, _MOST_LINES))

    def rows_below(self, rows: int, columns: int) -> None:
        """Offer filters over the rows below the heading.

        Raises:
            InputError: KF564 where there are more than a sheet holds.
        """
        require_rows(rows)
        self.sheet.autofilter(0, 0, max(rows, 1), columns - 1)


def require_rows(rows: int) -> None:
    """Check that a sheet holds so many rows.

    Raises:
        InputError: KF564 if it does not.
    """
    if rows > MAX_ROWS:
        message = f"{rows} rows are more than the {MAX_ROWS} that a sheet holds"
        raise InputError(error("KF564", message, help="write CSV, or fewer rows at a time"))


def shortened(text: str) -> str:
    """Return a text that a cell holds, with an ellipsis where it is cut."""
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"


def _cached(value: str | int | Decimal) -> str | float | int:
    return value if isinstance(value, str) else _binary(value)


def _binary(number: int | Decimal) -> float | int:
    """Return a number as a spreadsheet keeps it; nothing is decided by it here."""
    return number if isinstance(number, int) else float(number)


def address(row: int, column: int, sheet: str = "") -> str:
    """Return the fixed address of a cell, of another sheet where one is named."""
    from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

    cell: str = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
    return f"{quote_sheetname(sheet)}!{cell}" if sheet else cell
