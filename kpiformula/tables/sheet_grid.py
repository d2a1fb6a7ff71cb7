"""The rows of a sheet, each cell read as its column is for and named by its address.

A figure is what its cell shows: 0.346 under the format ``0.0%`` is 34.6 %. A count is what its
cell holds: 35.0 is the whole 35, 12.5 is twelve and a half. A count that the binary numbers of a
spreadsheet have blurred (0.30000000000000004) is taken with the decimals of its format, and
refused where the format states none. Nothing hidden, merged or never calculated is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cache

from kpiformula.diagnostics import Diagnostic, Source, info
from kpiformula.tables.grid import Cell, Grid, Place, Role, error_at, text_cell, tidy
from kpiformula.tables.number_formats import (
    SPREADSHEET_DIGITS,
    NothingShownError,
    UnreadFormatError,
    decimal_of,
    digits_of,
    number_shown,
    shown,
)
from kpiformula.tables.workbook import Range, RawCell, Sheet
from kpiformula.text import PrintedNumber

_BEYOND = 10**SPREADSHEET_DIGITS
_WHOLE = frozenset({"General", "0", "#,##0", "@"})
_NOTHING = RawCell("", "General", "s")


class SheetGrid(Grid):
    """The rows of a sheet below its head; ``head_row`` counts among the rows with content."""

    def __init__(self, file: str, sheet: Sheet, head_row: int) -> None:
        self._file, self._sheet = file, sheet
        self._rows = sheet.rows[head_row + 1 :]
        self._head_number, head = sheet.rows[head_row]
        self.head = tuple(_plain_text(cell) for cell in head)
        self._merged = _by_row(sheet.merged, {number for number, _ in self._rows})

    @property
    def name(self) -> str:
        """The name of the sheet."""
        return self._sheet.name

    @property
    def head_number(self) -> int:
        """The row of the head."""
        return self._head_number

    @property
    def rows(self) -> Sequence[int]:
        """The rows with content, counted from 0 below the head."""
        return range(len(self._rows))

    def width(self, row: int) -> int:
        """Return how many cells a row has; those behind it are empty."""
        return max(len(self._rows[row][1]), len(self.head))

    def line(self, row: int) -> int:
        """Return the number of a row in its sheet."""
        return self._rows[row][0]

    def line_name(self, row: int) -> str:
        """Return what a row is called in a message."""
        return f"row {self.line(row)} of {self.name!r}"

    def column_name(self, index: int) -> str:
        """Return the letters of a column."""
        return column_letters(index)

    def place(self, row: int | None, index: int | None = None) -> Place:
        """Return the address of a cell, or of the first cell of a row."""
        number = self._head_number if row is None else self.line(row)
        address = f"{self._file}:{self.name}!{column_letters(index or 0)}{number}"
        return Place(Source("", address), None)

    def filled(self, row: int, index: int) -> bool:
        """Return whether a cell has any content."""
        cell = self._raw(row, index)
        return bool(_plain_text(cell)) or self._is_uncalculated(row, index)

    def _raw(self, row: int, index: int) -> RawCell:
        cells = self._rows[row][1]
        return (cells[index] if index < len(cells) else None) or _NOTHING

    def _is_uncalculated(self, row: int, index: int) -> bool:
        return (self.line(row), index + 1) in self._sheet.uncalculated

    def hidden_columns(self, columns: Sequence[str]) -> Iterator[Diagnostic]:
        """Yield a finding on each column with a name that is hidden."""
        for index, name in enumerate(columns):
            if name and any(low <= index + 1 <= high for low, high in self._sheet.hidden_columns):
                message = f"the column {column_letters(index)} (`{name}`) is hidden"
                advice = "show the column, or delete it"
                yield error_at("KF555", message, self.place(None, index), help=advice)

    def misfits(self, row: int, columns: Sequence[str]) -> Iterator[Diagnostic]:
        """Yield a finding where a row is hidden, and on each of its cells that is merged."""
        number = self.line(row)
        if number in self._sheet.hidden_rows:
            message = f"row {number} is hidden or filtered out"
            yield error_at("KF555", message, self.place(row), help="show the row, or delete it")
        for index, name in enumerate(columns):
            if name and any((number, index + 1) in each for each in self._merged.get(number, ())):
                message = f"`{name}`: the cell is merged with others, which share one value"
                advice = "unmerge the cells and fill in each"
                yield error_at("KF554", message, self.place(row, index), help=advice)

    def figures(self, places: Sequence[int]) -> Iterator[str]:
        """Yield the texts under columns of numbers; cells that hold numbers show no mark."""
        for _, cells in self._rows:
            for index in places:
                cell = cells[index] if index < len(cells) else None
                if cell is not None and isinstance(cell.value, str):
                    yield tidy(cell.value)

    # --- cells -----------------------------------------------------------------------------------

    def cell(self, row: int, index: int, role: Role, name: str) -> Cell:
        """Return a cell as its column is for."""
        raw = self._raw(row, index)
        if raw is _NOTHING and not self._sheet.uncalculated:
            return Cell("")
        place = self.place(row, index)
        if self._is_uncalculated(row, index):
            message = f"`{name}`: the formula was never calculated"
            advice = "open the workbook in Excel or LibreOffice and save it"
            return _refusal(error_at("KF553", message, place, help=advice))
        if isinstance(raw.value, str):
            text = " ".join(raw.value.split("\n")) if role == "text" else raw.value
            return text_cell(text, name, lambda: place)
        return _of_value(raw, role, name, place)


@cache
def column_letters(index: int) -> str:
    """Return the letters of a column counted from 0: ``A``, ``Z``, ``AA``."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _by_row(merged: Sequence[Range], rows: set[int]) -> dict[int, list[Range]]:
    found: dict[int, list[Range]] = {}
    last = max(rows, default=0)
    for each in merged:
        for row in range(each.first_row, min(each.last_row, last) + 1):
            if row in rows:
                found.setdefault(row, []).append(each)
    return found


def _plain_text(cell: RawCell | None) -> str:
    """Return what a heading says; years may be numbers there."""
    if cell is None or cell.value is None:
        return ""
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))
    return str(cell.value).strip()


def _refusal(finding: Diagnostic, text: str = "") -> Cell:
    return Cell(text, None, (finding,))


def _of_value(raw: RawCell, role: Role, name: str, place: Place) -> Cell:
    """Return a cell that holds no text: a number, or what is taken for one by mistake."""
    match raw.value:
        case bool():
            message = f"`{name}`: the cell is {str(raw.value).upper()}, a truth value"
            return _refusal(error_at("KF552", message, place, help="type the number or text"))
        case date() | datetime() | time() | timedelta():
            return _refusal(error_at("KF552", f"`{name}`: the cell is a date or time, {raw.value}",
                                     place, help=_DATE_ADVICE[role]))  # fmt: skip
        case int() | float():
            return _of_number(raw.value, raw.number_format, role, name, place)
        case _:
            message = f"`{name}`: the cell holds a {type(raw.value).__name__}"
            return _refusal(error_at("KF552", message, place))


_OF_NUMBERS = "give the cell a number format, such as 0.00, and type the number again"
_DATE_ADVICE: dict[Role, str] = {
    "code": "a code such as 1.10 becomes a date when it is typed: format the column as text "
    "and type the codes again",
    "text": "format the column as text",
    "year": "type the year in four digits, in a column formatted as text or as a number",
    "figure": _OF_NUMBERS,
    "count": _OF_NUMBERS,
}


def _of_number(number: int | float, written: str, role: Role, name: str, place: Place) -> Cell:
    if role == "code":
        return _code(number, written, place)
    if role in ("text", "year"):
        whole = isinstance(number, int) or number.is_integer()
        return Cell(str(int(number)) if whole else repr(number))
    if abs(number) >= _BEYOND:
        message = f"`{name}`: {number} has more than {SPREADSHEET_DIGITS} digits, of which a "
        message += "spreadsheet keeps no more"
        return _refusal(error_at("KF557", message, place, help="type the number as text"))
    if role == "figure":
        return _figure(number, written, name, place)
    return _count(number, written, name, place)


def _code(number: int | float, written: str, place: Place) -> Cell:
    """Return a code that is typed as a number: a whole one is kept, 1.1 may have been 1.10."""
    if isinstance(number, int) or number.is_integer():
        text = str(int(number))
        message = f"the code {text} is typed as a number"
        return Cell(text, None, (info("KF565", message, place.span, place.source),))
    text = number_shown(_shown_or_held(number, written))
    message = f"the code is typed as the number {text}: 1.1 and 1.10 are one number"
    advice = "format the column as text and type the code again"
    return _refusal(error_at("KF556", message, place, help=advice), text)


def _shown_or_held(number: int | float, written: str) -> PrintedNumber:
    try:
        found = shown(number, written)
    except (UnreadFormatError, NothingShownError):
        found = None
    return found or _held(number)


def _held(number: int | float) -> PrintedNumber:
    held = decimal_of(number)
    exponent = held.normalize().as_tuple().exponent
    return PrintedNumber(Fraction(held), max(0, -exponent) if isinstance(exponent, int) else 0)


def _figure(number: int | float, written: str, name: str, place: Place) -> Cell:
    """Return the figure that a cell shows."""
    found = _shown(number, written, name, place)
    if isinstance(found, Diagnostic):
        return _refusal(found)
    if found is None:
        return _refusal(_undecided(number, name, place))
    return Cell(number_shown(found), found)


def _shown(
    number: int | float, written: str, name: str, place: Place
) -> PrintedNumber | Diagnostic | None:
    try:
        return shown(number, written)
    except NothingShownError:
        message = f"`{name}`: the number format {written!r} hides the number"
        return error_at("KF555", message, place, help="give the cell a format that shows it")
    except UnreadFormatError:
        message = f"`{name}`: the number format {written!r} is not read"
        return error_at("KF558", message, place, help="use one such as 0, 0.00, #,##0.0 or 0.0%")


def _undecided(number: int | float, name: str, place: Place) -> Diagnostic:
    message = f"`{name}`: the cell holds {number!r} and no format says how many decimals are meant"
    return error_at("KF557", message, place, help="give the cell a number format, such as 0.00")


def _count(number: int | float, written: str, name: str, place: Place) -> Cell:
    """Return the count that a cell holds, or shows where the number is blurred."""
    if isinstance(number, int) and written in _WHOLE:
        return Cell(str(number), PrintedNumber(Fraction(number), 0))
    found = _shown(number, written, name, place)
    if isinstance(found, Diagnostic) and found.code == "KF555":
        return _refusal(found)
    if isinstance(found, PrintedNumber) and found.percent:
        return Cell(number_shown(found), found)
    if digits_of(decimal_of(number)) <= SPREADSHEET_DIGITS:
        return _held_count(_held(number), found, name, place)
    if isinstance(found, Diagnostic):
        return _refusal(found)
    if found is None or written in ("General", "@", ""):
        return _refusal(_undecided(number, name, place))
    message = f"`{name}`: the cell holds {number!r}; {number_shown(found)}, which it shows, is used"
    return Cell(number_shown(found), found, (info("KF559", message, place.span, place.source),))


def _held_count(
    held: PrintedNumber, found: PrintedNumber | Diagnostic | None, name: str, place: Place
) -> Cell:
    cell = Cell(number_shown(held), held)
    if not isinstance(found, PrintedNumber) or found.value == held.value:
        return cell
    message = f"`{name}`: the cell shows {number_shown(found)}; "
    message += f"{number_shown(held)}, which it holds, is used"
    return replace(cell, findings=(info("KF559", message, place.span, place.source),))
