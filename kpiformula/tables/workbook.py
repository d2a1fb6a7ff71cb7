"""Excel workbooks: sheets of raw cells, and what openpyxl does not tell of them.

Hidden rows and columns, merged cells and formulas that were never calculated are read from the
same file, so that nothing of the kind is used without a word. A workbook is data of a stranger:
its size is checked before it is unpacked, and XML entities are refused (defusedxml).
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, cast

from kpiformula.diagnostics import InputError, Source, error

MAX_UNPACKED = 200_000_000
MAX_RATIO = 200
"""The most bytes a workbook may unpack to, and how many times its packed size (KF551)."""

_RATIO_COUNTS_FROM = 1_000_000
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class RawCell:
    """What a cell holds, as openpyxl gives it, with its number format.

    ``kind`` is that of the file format: ``n`` a number, ``s`` a text, ``b`` a truth value,
    ``d`` a date or time, ``e`` an error.
    """

    value: object
    number_format: str
    kind: str


@dataclass(frozen=True, slots=True)
class Range:
    """Rows and columns from the first to the last, counted from 1."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    def __contains__(self, cell: tuple[int, int]) -> bool:
        row, column = cell
        return (
            self.first_row <= row <= self.last_row
            and self.first_column <= column <= self.last_column
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet that have any content, by their number, and its marks.

    ``uncalculated`` are cells with a formula and without a value, by row and column.
    """

    name: str
    hidden: bool
    rows: tuple[tuple[int, tuple[RawCell | None, ...]], ...]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    merged: tuple[Range, ...] = ()
    uncalculated: frozenset[tuple[int, int]] = field(default=frozenset())


def looks_like_workbook(data: bytes) -> bool:
    """Return whether bytes begin as those of an Excel file, old or new."""
    return data.startswith((_ZIP, _OLE))


def read_workbook(data: bytes, name: str) -> tuple[Sheet, ...]:
    """Return the sheets of a workbook, in their order.

    Raises:
        InputError: KF550 for what is no workbook; KF551 for one that unpacks to too much;
            KF562 where the libraries that read Excel are not installed.
    """
    source = Source("", name)
    try:
        import defusedxml.ElementTree  # noqa: F401
        import openpyxl
    except ImportError:
        raise needs_excel("reading") from None
    if data.startswith(_OLE):
        advice = "open it in a spreadsheet and save it as .xlsx without a password"
        message = "an old (.xls) or protected Excel file"
        raise InputError(error("KF550", message, None, source, help=advice))
    _check_size(data, source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of validations and styles that are not kept
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False
            )
            return tuple(_sheets(book, data))
    except Exception as failure:  # openpyxl lets through whatever it stumbles over
        message = f"the file cannot be read as a workbook: {type(failure).__name__}"
        advice = "open it in a spreadsheet and save it as .xlsx"
        raise InputError(error("KF550", message, None, source, help=advice)) from None


def needs_excel(doing: str) -> InputError:
    """Return the error for libraries that are not installed."""
    message = f"{doing} Excel needs libraries that are not installed"
    return InputError(error("KF562", message, help="pip install 'kpiformula[excel]'"))


def _check_size(data: bytes, source: Source) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        message = "the file begins like a workbook and is damaged"
        raise InputError(error("KF550", message, None, source)) from None
    unpacked = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > max(_RATIO_COUNTS_FROM, MAX_RATIO * part.compress_size) for part in parts
    )
    if unpacked > MAX_UNPACKED or swollen:
        message = f"the workbook unpacks to {unpacked} bytes, many more than a table has"
        raise InputError(error("KF551", message, None, source))


def _sheets(book: Any, data: bytes) -> Iterator[Sheet]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # a file may claim any size
            path = cast("str", sheet._worksheet_path)
            with archive.open(path) as part:
                marks = _marks(part)
            rows = tuple(_filled_rows(sheet, marks["uncalculated"]))
            yield Sheet(sheet.title, sheet.sheet_state != "visible", rows, **marks)


def _filled_rows(
    sheet: Any, uncalculated: frozenset[tuple[int, int]]
) -> Iterator[tuple[int, tuple[RawCell | None, ...]]]:
    with_formulas = {row for row, _ in uncalculated}
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = tuple(
            None if cell.value is None else RawCell(cell.value, cell.number_format, cell.data_type)
            for cell in row
        )
        if number in with_formulas or any(map(_has_content, cells)):
            yield number, cells


def _has_content(cell: RawCell | None) -> bool:
    return cell is not None and not (isinstance(cell.value, str) and not cell.value.strip())


# --- what openpyxl does not tell -----------------------------------------------------------------


def _marks(part: IO[bytes]) -> dict[str, Any]:
    """Return hidden rows and columns, merged ranges and uncalculated formulas of a sheet."""
    from defusedxml.ElementTree import iterparse
    from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

    hidden_rows: set[int] = set()
    hidden_columns: list[tuple[int, int]] = []
    merged: list[Range] = []
    uncalculated: set[tuple[int, int]] = set()
    last_row = 0
    for _, element in iterparse(part, events=("end",), forbid_dtd=True):
        match element.tag.rpartition("}")[2]:
            case "col" if _is_hidden(element, "width"):
                hidden_columns.append((int(element.get("min")), int(element.get("max"))))
            case "mergeCell":
                left, top, right, bottom = map(_number, range_boundaries(element.get("ref")))
                merged.append(Range(top, bottom, left, right))
            case "row":
                last_row = int(element.get("r") or last_row + 1)
                if _is_hidden(element, "ht"):
                    hidden_rows.add(last_row)
                for cell in element:
                    if cell.get("r") and _is_uncalculated(cell):
                        uncalculated.add(coordinate_to_tuple(cell.get("r")))
                element.clear()
            case _:
                pass
    return {
        "hidden_rows": frozenset(hidden_rows),
        "hidden_columns": tuple(hidden_columns),
        "merged": tuple(merged),
        "uncalculated": frozenset(uncalculated),
    }


def _is_hidden(element: Any, size: str) -> bool:
    return element.get("hidden") in ("1", "true") or element.get(size) in ("0", "0.0")


def _is_uncalculated(cell: Any) -> bool:
    """Return whether a cell has a formula and no value; an empty text is a value."""
    held = {child.tag.rpartition("}")[2]: child for child in cell}
    if "f" not in held or cell.get("t") == "str":
        return False
    return "v" not in held or not (held["v"].text or "").strip()


def _number(value: int | None) -> int:
    return value or 1
