"""Records of one population: frames of any engine, held against the data dictionary.

Columns of numbers, days and yes-or-no are compared by the engine. All others (texts, categories,
decimals) are read once for each different cell, exactly, and compared by which cells meet a test;
so the answer is the same on every engine. A float stands for the shortest decimal that gives it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property, reduce
from typing import Any

import narwhals.stable.v2 as nw

from kpiformula.counting.values import Refused, Value, read_cell
from kpiformula.criteria.dictionary import Field, FieldType, Population
from kpiformula.criteria.meaning import (
    Basic,
    Compares,
    ComparesColumns,
    Contrary,
    IsKnown,
    IsOneOf,
    IsTrue,
    Joined,
    Meaning,
    shifted,
)
from kpiformula.diagnostics import CriterionError, Diagnostic, error

MAX_NAMED = 5
"""Records, columns and cells that a message names."""

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """Where a condition holds, and where its contrary does; neither, where a cell is missing.

    ``false`` is ``None`` where nothing is missing: then it is wherever ``true`` is not.
    """

    true: nw.Expr
    false: nw.Expr | None = None

    @property
    def contrary(self) -> Held:
        """The contrary."""
        return Held(~self.true) if self.false is None else Held(self.false, self.true)

    @property
    def not_true(self) -> nw.Expr:
        """Where it does not hold, or is not known to."""
        return ~self.true

    @property
    def not_false(self) -> nw.Expr:
        """Where it holds, or may."""
        return self.true if self.false is None else ~self.false


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as it is in the frame; ``read`` are its different cells where they were read."""

    name: str
    of: Field
    type: FieldType
    dtype: Any
    missing: bool
    read: Mapping[object, Value | None] | None = None


class Records:
    """The records of a population in a frame, of which some columns are looked at."""

    def __init__(
        self,
        frame: object,
        population: Population,
        wanted: Collection[str],
        ignoring: Collection[str] = (),
    ) -> None:
        """Hold a frame against the data dictionary.

        Raises:
            CriterionError: KF620 a column that is not there, or is not known; KF621 cells of
                another type; KF622 values outside the list; KF623 days that may be two; KF624
                letters of two alphabets; KF625 records without a key; KF628 what is no frame.
        """
        self.population = population
        self._frame = _as_frame(frame, population)
        schema = self._frame.collect_schema()
        _require_columns(schema.names(), population, wanted, ignoring)
        self._frame = self._frame.select(*sorted({population.key, *wanted}))
        findings: list[Diagnostic] = []
        self._columns = dict(self._checked(schema, wanted, findings))
        if findings:
            raise CriterionError(*findings)

    @property
    def frame(self) -> nw.LazyFrame[Any]:
        """The key and the columns that are looked at."""
        return self._frame

    @cached_property
    def total(self) -> int:
        """How many records there are."""
        return int(self.first(self._frame.select(n=nw.len()))["n"])

    @cached_property
    def keys(self) -> int:
        """How many different keys there are."""
        return int(self.first(self._frame.select(n=nw.col(self.population.key).n_unique()))["n"])

    @property
    def one_each(self) -> bool:
        """Whether no key has more than one record."""
        return self.keys == self.total

    def first(self, query: nw.LazyFrame[Any]) -> dict[str, Any]:
        """Return the first row of a query."""
        return next(iter(self.rows(query)))

    def rows(self, query: nw.LazyFrame[Any]) -> Iterator[dict[str, Any]]:
        """Yield the rows of a query."""
        yield from query.collect().iter_rows(named=True)

    # --- columns ---------------------------------------------------------------------------------

    def _checked(
        self, schema: Mapping[str, Any], wanted: Collection[str], findings: list[Diagnostic]
    ) -> Iterator[tuple[str, _Column]]:
        types = dict(_types(self.population))
        missing = self._missing([self.population.key, *wanted])
        if missing[self.population.key]:
            message = f"{missing[self.population.key]} records have no `{self.population.key}`"
            findings.append(error("KF625", f"{self.population.id}: {message}"))
        for name in sorted(wanted):
            of, type = types[name]
            dtype = schema[name]
            if _is_native(dtype, type):
                self._refuse_strange_floats(name, dtype, findings)
                yield name, _Column(name, of, type, dtype, bool(missing[name]))
                continue
            cells = [row[name] for row in self.rows(self._frame.select(name).unique())]
            read = {cell: read_cell(cell, of, type) for cell in cells if not _is_nothing(cell)}
            bad = {c: v for c, v in read.items() if isinstance(v, Refused)}
            findings += self._refusals(name, bad)
            good = {c: v for c, v in read.items() if not isinstance(v, Refused)}
            lacks = bool(missing[name]) or None in good.values()
            yield name, _Column(name, of, type, dtype, lacks, good)

    def _missing(self, names: Iterable[str]) -> Mapping[str, int]:
        """Return how many cells of each column are empty."""
        counted = {name: nw.col(name).is_null().sum() for name in sorted(set(names))}
        return {name: int(n or 0) for name, n in self.first(self._frame.select(**counted)).items()}

    def _refuse_strange_floats(self, name: str, dtype: Any, findings: list[Diagnostic]) -> None:
        if not dtype.is_float():
            return
        column = nw.col(name)
        strange = ~column.is_null() & ~column.is_finite()
        found = self._keys_where(strange)
        if found:
            message = f"column `{name}`: what is no finite number{self._in_records(found)}"
            findings.append(error("KF621", message))

    def _refusals(self, name: str, bad: Mapping[object, Refused]) -> Iterator[Diagnostic]:
        for cell, refused in list(bad.items())[:MAX_NAMED]:
            found = self._keys_where(nw.col(name).is_in([cell]))
            message = f"column `{name}`: {refused.problem}{self._in_records(found)}"
            yield _error(refused.code, message, refused.advice)
        if len(bad) > MAX_NAMED:
            message = f"column `{name}`: {len(bad) - MAX_NAMED} more values cannot be read"
            yield error("KF621", message)

    def _keys_where(self, mask: nw.Expr) -> Sequence[str]:
        query = self._frame.filter(mask).select(self.population.key)
        return [str(row[self.population.key]) for row in self.rows(query)]

    def _in_records(self, keys: Sequence[str]) -> str:
        named = ", ".join(sorted(keys)[:MAX_NAMED])
        more = ", …" if len(keys) > MAX_NAMED else ""
        records = "1 record" if len(keys) == 1 else f"{len(keys)} records"
        return f", in {records} ({self.population.key} {named}{more})"

    # --- conditions ------------------------------------------------------------------------------

    def held(self, meaning: Meaning) -> Held:
        """Return where a condition holds."""
        match meaning:
            case Contrary(inner):
                return self.held(inner).contrary
            case Joined(whole, meanings):
                parts = [self.held(each) for each in meanings]
                found = reduce(_both, (p if whole else p.contrary for p in parts))
                return found if whole else found.contrary
            case ComparesColumns():
                return self._two_columns(meaning)
        return self._one_column(meaning)

    def _one_column(self, test: Basic) -> Held:
        column = self._columns[test.column]
        if isinstance(test, IsKnown):
            return Held(self._known(column))
        if column.read is None:
            return self._unless_missing(_native(test, column), column)
        answers = {c: _meets(test, v) for c, v in column.read.items() if v is not None}
        true = _is_any(column, [cell for cell, meets in answers.items() if meets])
        if not column.missing:
            return Held(true)
        return Held(true, _is_any(column, [cell for cell, meets in answers.items() if not meets]))

    def _known(self, column: _Column) -> nw.Expr:
        filled = ~nw.col(column.name).is_null()
        blank = [cell for cell, value in (column.read or {}).items() if value is None]
        return filled & ~nw.col(column.name).is_in(blank) if blank else filled

    def _unless_missing(self, test: nw.Expr, column: _Column) -> Held:
        if not column.missing:
            return Held(test)
        filled = ~nw.col(column.name).is_null()
        return Held(test & filled, ~test & filled)

    def _two_columns(self, test: ComparesColumns) -> Held:
        """Return where two columns compare; each different pair of cells is compared once."""
        one, other = self._columns[test.column], self._columns[test.other]
        pair = nw.concat_str(
            nw.col(one.name).cast(nw.String), nw.col(other.name).cast(nw.String), separator="\x1f"
        )
        query = self._frame.select(one.name, other.name, _pair=pair).unique()
        true: list[str] = []
        false: list[str] = []
        for row in self.rows(query):
            left, right = (_value(column, row[column.name]) for column in (one, other))
            if left is not None and right is not None:
                meets = _COMPARE[test.operator](left, _moved(right, test))
                (true if meets else false).append(row["_pair"])
        filled = self._known(one) & self._known(other)
        return Held(pair.is_in(true) & filled, pair.is_in(false) & filled)


# --- frames --------------------------------------------------------------------------------------


def _as_frame(frame: object, population: Population) -> nw.LazyFrame[Any]:
    try:
        found = nw.from_native(frame)  # type: ignore[call-overload]
    except TypeError:
        message = f"{population.id}: {type(frame).__name__} is no data frame"
        advice = "give a frame of pandas, Polars, PyArrow, DuckDB or Spark"
        raise CriterionError(error("KF628", message, help=advice)) from None
    lazy: nw.LazyFrame[Any] = found.lazy()
    return lazy


def _require_columns(
    given: Sequence[str], population: Population, wanted: Collection[str], ignoring: Collection[str]
) -> None:
    known = {column for each in population.fields.values() for column in each.columns}
    findings = []
    for name in sorted({population.key, *wanted} - set(given)):
        near = get_close_matches(name, set(given) - known, n=1)
        advice = f"is it the column `{near[0]}`?" if near else None
        findings.append(_error("KF620", f"{population.id}: there is no column `{name}`", advice))
    for name in sorted(set(given) - known - set(ignoring)):
        near = get_close_matches(name, known, n=1)
        advice = f"did you mean `{near[0]}`?" if near else f"ignore it, or use: {', '.join(known)}"
        message = f"{population.id}: the data dictionary has no column `{name}`"
        findings.append(error("KF620", message, help=advice))
    if findings:
        raise CriterionError(*findings)


def _error(code: str, message: str, advice: str | None) -> Diagnostic:
    return error(code, message, help=advice) if advice else error(code, message)


def _types(population: Population) -> Iterator[tuple[str, tuple[Field, FieldType]]]:
    for each in population.fields.values():
        for column in each.columns:
            yield column, (each, "date" if each.type == "period" else each.type)


def _is_native(dtype: Any, type: FieldType) -> bool:
    """Return whether the engine itself compares a column of a field."""
    match type:
        case "flag":
            return bool(dtype == nw.Boolean)
        case "date":
            return bool(dtype == nw.Date)
        case "number":
            return bool(dtype.is_integer() or dtype.is_float())
        case "whole" | "year":
            return bool(dtype.is_integer())
    return False


def _is_nothing(cell: object) -> bool:
    return cell is None or cell != cell


# --- tests ---------------------------------------------------------------------------------------


def _both(one: Held, other: Held) -> Held:
    if one.false is None and other.false is None:
        return Held(one.true & other.true)
    return Held(one.true & other.true, one.contrary.true | other.contrary.true)


def _is_any(column: _Column, cells: list[object]) -> nw.Expr:
    found = nw.col(column.name).is_in(cells)
    return found & ~nw.col(column.name).is_null() if column.missing else found


def _native(test: Basic, column: _Column) -> nw.Expr:
    expr = nw.col(column.name)
    match test:
        case IsTrue():
            return expr
        case Compares(_, sign, constant) if isinstance(constant, date):
            return _compared(expr, sign, constant)
        case Compares(_, sign, Fraction() as constant):
            if column.dtype.is_float():
                return _compared(expr, *_for_floats(sign, constant))
            return _compared(expr, *_for_whole_numbers(sign, constant))
    raise AssertionError(test)


def _compared(expr: nw.Expr, sign: str, constant: object) -> nw.Expr:
    found: nw.Expr = _COMPARE[sign](expr, constant)
    return found


def _for_whole_numbers(sign: str, constant: Fraction) -> tuple[str, int]:
    """Return the comparison of whole numbers that is met alike."""
    whole = constant.denominator == 1
    match sign:
        case ">=" | "<":
            return sign, math.ceil(constant)
        case "<=" | ">":
            return sign, math.floor(constant)
        case "=":
            return (sign, int(constant)) if whole else ("<", -(2**62))
    return (sign, int(constant)) if whole else (">=", -(2**62))


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


def _meets(test: Basic, value: Value) -> bool:
    match test:
        case IsTrue():
            return value is True
        case IsOneOf(values=values):
            return value in values
        case Compares(_, sign, constant):
            return bool(_COMPARE[sign](value, constant))
    raise AssertionError(test)


def _value(column: _Column, cell: object) -> Value | None:
    if _is_nothing(cell):
        return None
    if column.read is not None:
        return column.read[cell]
    read = read_cell(cell, column.of, column.type)
    return None if isinstance(read, Refused) else read


def _moved(value: Value, test: ComparesColumns) -> Value:
    if isinstance(value, date):
        return shifted(value, test.months, test.days)
    assert isinstance(value, Fraction)
    return value + test.shift
