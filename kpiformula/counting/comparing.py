"""Tests of single cells: by the engine on its own columns, and on values that were read."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import narwhals.stable.v2 as nw

from kpiformula.counting.values import Value
from kpiformula.criteria.meaning import (
    Basic,
    Compares,
    ComparesColumns,
    IsOneOf,
    IsTrue,
    shifted,
)

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip

# --- columns -------------------------------------------------------------------------------------


def compared(test: Basic, dtype: Any) -> nw.Expr:
    """Return a test of a column of yes or no, numbers or days, as the engine decides it."""
    match test:
        case IsTrue(column):
            return nw.col(column)
        case Compares(column, sign, constant) if isinstance(constant, date):
            return _comparison(nw.col(column), sign, constant)
        case Compares(column, sign, Fraction() as constant):
            if dtype.is_float():
                return _comparison(nw.col(column), *_for_floats(sign, constant))
            return _of_whole_numbers(nw.col(column), sign, constant, dtype)
    raise AssertionError(test)


def compared_columns(test: ComparesColumns) -> nw.Expr:
    """Return a test of two columns of one type, as the engine decides it."""
    return _comparison(nw.col(test.column), test.operator, nw.col(test.other))


def is_moved(test: ComparesColumns) -> bool:
    """Return whether the second column of a test is moved before it is compared."""
    return bool(test.shift or test.months or test.days)


def _comparison(column: nw.Expr, sign: str, constant: object) -> nw.Expr:
    found: nw.Expr = _COMPARE[sign](column, constant)
    return found


def _of_whole_numbers(column: nw.Expr, sign: str, constant: Fraction, dtype: Any) -> nw.Expr:
    """Return a comparison that whole numbers meet alike, with a constant that they can be."""
    if constant.denominator != 1 and sign in ("=", "!="):
        return _always(column, sign == "!=")
    bound = math.ceil(constant) if sign in (">=", "<") else math.floor(constant)
    least, greatest = _reach(dtype)
    if not least <= bound <= greatest:
        return _always(column, bool(_COMPARE[sign](0, bound)))
    return _comparison(column, sign, bound)


def _always(column: nw.Expr, holds: bool) -> nw.Expr:
    """Return a test that each cell meets, or none."""
    return _comparison(column, "=" if holds else "!=", column)


def _reach(dtype: Any) -> tuple[int, int]:
    """Return the least and the greatest whole number of a column."""
    name = str(dtype)
    bits = int("".join(filter(str.isdigit, name)))
    if name.startswith("U"):
        return 0, 2**bits - 1
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


def _for_floats(sign: str, constant: Fraction) -> tuple[str, float]:
    """Return the comparison of floats that decides as that of their shortest decimals does."""
    nearest = float(constant)
    printed = Fraction(repr(nearest))
    if printed == constant:
        return sign, nearest
    match sign:
        case ">=" | ">":
            return (">=" if printed > constant else ">"), nearest
        case "<=" | "<":
            return ("<=" if printed < constant else "<"), nearest
        case "=":
            return "<", -math.inf
    return ">=", -math.inf


# --- values --------------------------------------------------------------------------------------


def meets(test: Basic, value: Value) -> bool:
    """Return whether a value meets a test of a single column."""
    match test:
        case IsTrue():
            return value is True
        case IsOneOf(values=values):
            return value in values
        case Compares(_, sign, constant):
            return bool(_COMPARE[sign](value, constant))
    raise AssertionError(test)


def meets_other(test: ComparesColumns, value: Value, other: Value) -> bool:
    """Return whether a value compares with another, moved, as a test asks."""
    compare = _COMPARE[test.operator]
    if isinstance(value, date):
        assert isinstance(other, date)
        return bool(compare(value.toordinal(), _moved(other, test)))
    assert isinstance(other, Fraction)
    return bool(compare(value, other + test.shift))


def _moved(day: date, test: ComparesColumns) -> float:
    """Return the ordinal of a day moved; there are days before the first and after the last."""
    try:
        return shifted(day, test.months, test.days).toordinal()
    except (ValueError, OverflowError):
        return math.inf if max(test.months, test.days) > 0 else -math.inf
