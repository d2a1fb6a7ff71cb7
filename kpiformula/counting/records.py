"""Records of one population: frames of any engine, held against the data dictionary.

Columns of numbers, days and yes-or-no are compared by the engine. All others (texts, categories,
decimals) are read once for each different cell, exactly, and compared by which cells meet a test;
so the answer is the same on every engine. A float stands for the shortest decimal that gives it.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from typing import Any

import narwhals.stable.v2 as nw

from kpiformula.counting.comparing import compared, compared_columns, is_moved, meets, meets_other
from kpiformula.counting.values import Refused, Value, read_cell, says_nothing, shortest
from kpiformula.criteria.dictionary import Field, FieldType, Population
from kpiformula.criteria.meaning import (
    Basic,
    ComparesColumns,
    Contrary,
    IsKnown,
    Joined,
    Meaning,
)
from kpiformula.diagnostics import CriterionError, Diagnostic, error
from kpiformula.text import BLANKS

MAX_NAMED = 5
"""Records, columns and cells that a message names."""


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
        found = _as_frame(frame, population)
        self._anew = isinstance(found, nw.LazyFrame) and not found.implementation.is_polars()
        self._frame: nw.LazyFrame[Any] = found.lazy()
        schema = self._frame.collect_schema()
        _require_columns([str(name) for name in schema], population, wanted, ignoring)
        self._frame = self.kept(self._frame.select(*sorted({population.key, *wanted})))
        findings: list[Diagnostic] = []
        self._columns = dict(self._checked(schema, wanted, findings))
        if findings:
            raise CriterionError(*findings)

    @property
    def frame(self) -> nw.LazyFrame[Any]:
        """The key and the columns that are looked at."""
        return self._frame

    @property
    def reads_anew(self) -> bool:
        """Whether the engine reads its records again for each query, and may find others."""
        return self._anew

    @property
    def always(self) -> Held:
        """What holds for each record: that it has a key."""
        return Held(~nw.col(self.population.key).is_null())

    def kept(self, query: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return a query that is run once, however often it is asked; a database runs its own."""
        return query if self._anew else query.collect().lazy()

    def number(self, query: nw.LazyFrame[Any]) -> int:
        """Return the only number that a query gives; none is 0."""
        (found,) = self.first(query).values()
        return int(found or 0)

    def first(self, query: nw.LazyFrame[Any]) -> dict[str, Any]:
        """Return the first row of a query."""
        return next(iter(self.rows(query)))

    def rows(self, query: nw.LazyFrame[Any]) -> Iterator[dict[str, Any]]:
        """Yield the rows of a query.

        Raises:
            CriterionError: KF634 where the engine hands them over by a library that is missing.
        """
        try:
            found = query.collect()
        except ModuleNotFoundError as lacking:
            message = f"the records cannot be read without {lacking.name}"
            advice = f"pip install {lacking.name}"
            raise CriterionError(error("KF634", message, help=advice)) from None
        yield from found.iter_rows(named=True)

    # --- columns ---------------------------------------------------------------------------------

    def _checked(
        self, schema: Mapping[str, Any], wanted: Collection[str], findings: list[Diagnostic]
    ) -> Iterator[tuple[str, _Column]]:
        types = dict(_types(self.population))
        missing = self._missing(schema, wanted, findings)
        for name in sorted(wanted):
            of, type = types[name]
            dtype = schema[name]
            if _is_native(dtype, type):
                yield name, _Column(name, of, type, dtype, name in missing)
                continue
            cells = None if dtype.is_nested() else self._different(name)
            if cells is None:
                message = f"column `{name}`: its cells hold more than one value each"
                findings.append(error("KF621", f"{self.population.id}: {message}"))
                continue
            read = {cell: _read(cell, of, type, dtype) for cell in cells if cell == cell}
            bad = {c: v for c, v in read.items() if isinstance(v, Refused)}
            findings += self._refusals(name, bad)
            good = {c: v for c, v in read.items() if not isinstance(v, Refused)}
            lacks = name in missing or None in good.values()
            yield name, _Column(name, of, type, dtype, lacks, good)

    def _different(self, name: str) -> list[object] | None:
        """Return the different cells of a column that are filled; ``None`` where they are lists."""
        filled = self._frame.select(name).filter(~_is_empty(name))
        try:
            return list(dict.fromkeys(row[name] for row in self.rows(filled.unique())))
        except TypeError:
            return None

    def _missing(
        self, schema: Mapping[str, Any], wanted: Collection[str], findings: list[Diagnostic]
    ) -> frozenset[str]:
        """Return the columns with empty cells; refuse empty keys, and floats that are no number."""
        key = self.population.key
        strange = {name: _is_strange(name) for name in sorted(wanted) if schema[name].is_float()}
        masks = {f"!{name}": mask for name, mask in strange.items()}
        masks["no key"] = _may_be_no_key(key, schema[key])
        sums = {name: mask.cast(nw.Int64).sum() for name, mask in masks.items()}
        sums |= {f"?{name}": nw.col(name).null_count() for name in sorted(wanted)}
        numbers = {name: n or 0 for name, n in self.first(self._frame.select(**sums)).items()}
        if numbers["no key"]:
            findings += self._without_key(_is_no_key(key, schema[key]))
        for name, mask in strange.items():
            if numbers[f"!{name}"]:
                found = self._in_records(self._keys_where(mask))
                message = f"column `{name}`: what is no finite number{found}"
                findings.append(error("KF621", message))
        return frozenset(name for name in wanted if numbers[f"?{name}"])

    def _without_key(self, mask: nw.Expr) -> Iterator[Diagnostic]:
        lacking = self.number(self._frame.select(n=mask.cast(nw.Int64).sum()))
        if lacking:
            records = "1 record has" if lacking == 1 else f"{lacking} records have"
            message = f"{self.population.id}: {records} no `{self.population.key}`"
            yield error("KF625", message)

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
                found = reduce(both, (p if whole else p.contrary for p in parts), self.always)
                return found if whole else found.contrary
            case ComparesColumns():
                return self._two_columns(meaning)
        return self._one_column(meaning)

    def _one_column(self, test: Basic) -> Held:
        column = self._columns[test.column]
        if isinstance(test, IsKnown):
            return Held(self._known(column))
        if column.read is None:
            return self._unless_missing(compared(test, column.dtype), [column])
        answers = {c: meets(test, v) for c, v in column.read.items() if v is not None}
        true = _is_any(column, [cell for cell, met in answers.items() if met])
        if not column.missing:
            return Held(true)
        return Held(true, _is_any(column, [cell for cell, met in answers.items() if not met]))

    def _known(self, column: _Column) -> nw.Expr:
        filled = ~_is_empty(column.name)
        blank = [cell for cell, value in (column.read or {}).items() if value is None]
        return filled & ~_among(nw.col(column.name), blank) if blank else filled

    def _unless_missing(self, test: nw.Expr, looked_at: Sequence[_Column]) -> Held:
        filled = [~_is_empty(column.name) for column in looked_at if column.missing]
        if not filled:
            return Held(test)
        return Held(reduce(operator.and_, filled, test), reduce(operator.and_, filled, ~test))

    def _two_columns(self, test: ComparesColumns) -> Held:
        """Return where two columns compare.

        Where the engine does not do it, each different pair of cells is compared once.
        """
        one, other = self._columns[test.column], self._columns[test.other]
        native = one.read is None and other.read is None
        if native and one.dtype == other.dtype and not is_moved(test):
            return self._unless_missing(compared_columns(test), [one, other])
        pair = nw.concat_str(
            nw.col(one.name).cast(nw.String), nw.col(other.name).cast(nw.String), separator="\x1f"
        )
        query = self._frame.select(one.name, other.name, _pair=pair).unique()
        true: list[str] = []
        false: list[str] = []
        for row in self.rows(query):
            left, right = (self.value(each.name, row[each.name]) for each in (one, other))
            if left is not None and right is not None:
                (true if meets_other(test, left, right) else false).append(row["_pair"])
        filled = self._known(one) & self._known(other)
        return Held(_among(pair, true) & filled, _among(pair, false) & filled)

    def value(self, name: str, cell: object) -> Value | None:
        """Return what a cell of a column says."""
        column = self._columns[name]
        if says_nothing(cell):
            return None
        if column.read is not None:
            return column.read[cell]
        read = read_cell(cell, column.of, column.type)
        return None if isinstance(read, Refused) else read


# --- frames --------------------------------------------------------------------------------------


def _as_frame(frame: object, population: Population) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    try:
        return nw.from_native(frame)
    except nw.exceptions.DuplicateError as twice:
        message = f"{population.id}: two columns have one name"
        raise CriterionError(error("KF620", message, cause=" ".join(str(twice).split()))) from None
    except TypeError:
        message = f"{population.id}: {type(frame).__name__} is no data frame"
        advice = "give a frame of pandas, Polars, PyArrow, DuckDB or Spark"
        raise CriterionError(error("KF628", message, help=advice)) from None


def _require_columns(
    given: Sequence[str], population: Population, wanted: Collection[str], ignoring: Collection[str]
) -> None:
    known = [column for each in population.fields.values() for column in each.columns]
    findings = []
    for name in sorted({population.key, *wanted} - set(given)):
        near = get_close_matches(name, set(given) - set(known), n=1)
        advice = f"is it the column `{near[0]}`?" if near else None
        findings.append(_error("KF620", f"{population.id}: there is no column `{name}`", advice))
    for name in sorted(set(given) - set(known) - set(ignoring)):
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
            return bool(dtype.is_integer() or dtype == nw.Float64)
        case "whole" | "year":
            return bool(dtype.is_integer())
    return False


def _read(cell: object, of: Field, type: FieldType, dtype: Any) -> Value | Refused | None:
    """Return what a cell says; a float of half the length by its own shortest decimals."""
    if dtype == nw.Float32 and isinstance(cell, float):
        cell = shortest(cell)
    return read_cell(cell, of, type)


def _is_empty(name: str) -> nw.Expr:
    return nw.col(name).is_null()


def _is_strange(name: str) -> nw.Expr:
    return ~_is_empty(name) & ~nw.col(name).is_finite()


def _may_be_no_key(name: str, dtype: Any) -> nw.Expr:
    """Return what all keys that say nothing meet, and few others: it is quick."""
    if dtype != nw.String:
        return _is_no_key(name, dtype)
    return _is_empty(name) | (nw.col(name).str.len_chars() < 2)


def _is_no_key(name: str, dtype: Any) -> nw.Expr:
    if dtype.is_float():
        return _is_empty(name) | _is_strange(name)
    if dtype not in (nw.String, nw.Object):
        return _is_empty(name)
    blank = (nw.col(name) == each for each in sorted({*BLANKS, " "}))
    return reduce(operator.or_, blank, _is_empty(name))


# --- tests ---------------------------------------------------------------------------------------


def both(one: Held, other: Held) -> Held:
    """Return where two conditions hold together."""
    if one.false is None and other.false is None:
        return Held(one.true & other.true)
    return Held(one.true & other.true, one.contrary.true | other.contrary.true)


def _among(column: nw.Expr, cells: Sequence[object]) -> nw.Expr:
    """Return where a column is one of some cells; none of no cells, which PyArrow cannot say."""
    if not cells:
        return column.is_null() & ~column.is_null()
    return column == cells[0] if len(cells) == 1 else column.is_in(cells)


def _is_any(column: _Column, cells: list[object]) -> nw.Expr:
    found = _among(nw.col(column.name), cells)
    return found & ~_is_empty(column.name) if column.missing else found
