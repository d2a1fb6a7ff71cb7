"""What the cells of records say: texts to yes or no, numbers, years, days, values of a list."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import inf

from kpiformula.criteria.dictionary import Field, FieldType
from kpiformula.diagnostics import InputError
from kpiformula.resources import word_rows
from kpiformula.text import BLANKS, clean, printed_number, script, twin

Value = bool | Fraction | date | str
"""What a cell says; a cell that says nothing has none."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a cell cannot be read: the code of the finding, and what is wrong with the cell."""

    code: str
    problem: str
    advice: str | None = None


def read_cell(cell: object, of: Field, type: FieldType) -> Value | Refused | None:
    """Return what a cell says as a field of some type; ``None`` where it says nothing.

    Texts are read as documents print them: numbers with decimal comma or point, days as
    ``2025-12-31`` or ``31.12.2025``, yes and no by ``grammars/yes-no-words.txt``, values of a list
    by their id or one of their names. Refused are KF621 another type, KF622 a value outside the
    list, KF623 a day that may be two, KF624 a value with letters of two alphabets.
    """
    if isinstance(cell, str):
        text = " ".join(clean(cell).text.split())
        return None if text in BLANKS else _READ_TEXT[type](text, of)
    return None if says_nothing(cell) else _typed(cell, type)


def says_nothing(cell: object) -> bool:
    """Return whether a cell is missing: no value, NaN, NaT, or the NA of pandas."""
    return cell is None or type(cell).__name__ == "NAType" or cell != cell


def shortest(cell: float) -> float:
    """Return the shortest decimal that gives a float of 32 bits."""
    return next(
        (
            short
            for digits in range(1, 9)
            if _as_single(short := float(f"{cell:.{digits}g}")) == cell
        ),
        float(f"{cell:.9g}"),
    )


def _as_single(number: float) -> float:
    try:
        (found,) = struct.unpack("f", struct.pack("f", number))
    except OverflowError:
        return inf
    return float(found)


def _typed(cell: object, type: FieldType) -> Value | Refused:
    if not isinstance(cell, float) and hasattr(cell, "item"):
        cell = cell.item()  # of NumPy, in a column of objects
    if isinstance(cell, bool) and type != "flag":
        return _no(type, str(cell))
    number = _number(cell)
    match type:
        case "flag" if number in (0, 1):
            return bool(number)
        case "text" if isinstance(number, Fraction) and number.denominator == 1:
            return str(number)
        case "number" if number is not None:
            return number
        case "whole" | "year" if number is not None and number.denominator == 1:
            return number
        case "date" if isinstance(cell, date):
            return date(cell.year, cell.month, cell.day)
    return _no(type, str(cell))


def _number(cell: object) -> Fraction | None:
    """Return a number as it is printed: a float by its shortest decimals."""
    match cell:
        case int():
            return Fraction(cell)
        case float() if cell not in (float("inf"), float("-inf")):
            return Fraction(str(cell))
        case Decimal() if cell.is_finite():
            return Fraction(cell)
    return None


def _no(type: FieldType, text: str, advice: str | None = None) -> Refused:
    return Refused("KF621", f"{text[:60]!r} is no {_TYPE_NAMES.get(type, type)}", advice)


_TYPE_NAMES: Mapping[str, str] = {
    "flag": "yes or no", "whole": "whole number", "date": "day", "category": "value of a list",
}  # fmt: skip


# --- texts ---------------------------------------------------------------------------------------


def _read_flag(text: str, _of: Field) -> bool | Refused:
    word = _yes_no().get(text.casefold())
    if word is None:
        return _no("flag", text, f"write one of: {', '.join(_yes_no())}")
    return word


@cache
def _yes_no() -> Mapping[str, bool]:
    return {row.word: row.meaning == "yes" for row in word_rows("yes-no-words.txt")}


def _read_number(text: str, _of: Field) -> Fraction | Refused:
    try:
        return printed_number(text).value
    except InputError as refused:
        return Refused("KF621", refused.diagnostics[0].message, refused.diagnostics[0].help)


def _read_whole(text: str, of: Field) -> Fraction | Refused:
    number = _read_number(text, of)
    if isinstance(number, Fraction) and number.denominator != 1:
        return _no("whole", text)
    return number


_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_DAY_BY_POINTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_DAY_OR_ANOTHER = re.compile(
    r"(\d{1,2})[/-](\d{1,2})[/-](\d{2,4})|\d{1,2}\.\d{1,2}\.\d{2}", re.ASCII
)


def _read_day(text: str, _of: Field) -> date | Refused:
    advice = "write 2025-12-31 or 31.12.2025"
    if _DAY_OR_ANOTHER.fullmatch(text):
        return Refused("KF623", f"{text!r} may be more than one day", advice)
    try:
        if written := _DAY.fullmatch(text):
            return date(int(written[1]), int(written[2]), int(written[3]))
        if written := _DAY_BY_POINTS.fullmatch(text):
            return date(int(written[3]), int(written[2]), int(written[1]))
    except ValueError:
        pass
    return _no("date", text, advice)


def _read_category(text: str, of: Field) -> str | Refused:
    known = spelled(of)
    found = known.get(text.casefold())
    if found is not None:
        return found
    values = f"the values are: {', '.join(of.values)}"
    meant = {twin(name): value for name, value in known.items()}.get(twin(text.casefold()))
    if meant is not None:
        return Refused("KF624", f"{text[:60]!r} is {meant} but for {_strange(text, known)}", values)
    return Refused("KF622", f"{text[:60]!r} is outside the list", values)


def spelled(of: Field) -> Mapping[str, str]:
    """Return the spellings of the values of a list, in small letters: their ids and names."""
    names = {
        name.casefold(): value for value, names in of.values.items() for name in names.values()
    }
    return names | {value: value for value in of.values}


def _strange(text: str, known: Mapping[str, str]) -> str:
    """Return the letters by which a value differs from the one that looks like it."""
    folded = text.casefold()
    meant = next(name for name in known if twin(name) == twin(folded))
    letters = [a for a, b in zip(folded, meant, strict=False) if a != b]
    return ", ".join(
        f"the {script(char).capitalize()} letter {char!r}" for char in dict.fromkeys(letters)
    )


_READ_TEXT = {
    "text": lambda text, _of: text,
    "flag": _read_flag,
    "category": _read_category,
    "whole": _read_whole,
    "number": _read_number,
    "year": _read_whole,
    "date": _read_day,
    "period": _read_day,
}
