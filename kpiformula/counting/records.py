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

from kpiformula.counting.values import Refused, Value, read_cell, says_nothing, shortest
from kpiformula.criteria.dictionary import Field, FieldType, Population
from kpiformula.diagnostics import CriterionError, Diagnostic, error
from kpiformula.text import BLANKS

MAX_NAMED = 5
"""Records, columns and cells that a message names."""

_FEW = 8
"""As many cells Polars compares one by one faster than it looks them up; no other engine does."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is in the frame; ``read`` is what its cells say, where they were read."""

    name: str
    of: Field
    type: FieldType
    dtype: Any
    missing: bool
    read: Mapping[object, Value | None] | None = None


@dataclass(frozen=True, slots=True)
class _Survey:
    """Columns of which cells are missing, and those whose other cells are ids of their list."""

    missing: frozenset[str]
    listed: frozenset[str]


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
        polars = found.implementation.is_polars()
        self._anew = isinstance(found, nw.LazyFrame) and not polars
        self._one_by_one = _FEW if polars else 1
        self._frame: nw.LazyFrame[Any] = found.lazy()
        schema = self._frame.collect_schema()
        _require_columns([str(name) for name in schema], population, wanted, ignoring)
        self._frame = self.kept(self._frame.select(*sorted({population.key, *wanted})))
        findings: list[Diagnostic] = []
        self.columns = dict(self._checked(schema, wanted, findings))
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
    ) -> Iterator[tuple[str, Column]]:
        types = dict(_types(self.population))
        survey = self._survey(schema, {name: types[name] for name in sorted(wanted)}, findings)
        for name in sorted(wanted):
            of, type = types[name]
            dtype = schema[name]
            if _is_native(dtype, type):
                yield name, Column(name, of, type, dtype, name in survey.missing)
                continue
            cells = self._different(name, dtype) if name not in survey.listed else list(of.values)
            if cells is None:
                message = f"column `{name}`: its cells hold more than one value each"
                findings.append(error("KF621", f"{self.population.id}: {message}"))
                continue
            read = {cell: _read(cell, of, type, dtype) for cell in cells if cell == cell}
            bad = {c: v for c, v in read.items() if isinstance(v, Refused)}
            findings += self._refusals(name, bad)
            good = {c: v for c, v in read.items() if not isinstance(v, Refused)}
            lacks = name in survey.missing or None in good.values()
            yield name, Column(name, of, type, dtype, lacks, good)

    def _different(self, name: str, dtype: Any) -> list[object] | None:
        """Return the different cells of a column that are filled; ``None`` where they are lists."""
        if dtype.is_nested():
            return None
        filled = self._frame.select(name).filter(~is_empty(name))
        try:
            return list(dict.fromkeys(row[name] for row in self.rows(filled.unique())))
        except TypeError:
            return None

    def _survey(
        self,
        schema: Mapping[str, Any],
        types: Mapping[str, tuple[Field, FieldType]],
        findings: list[Diagnostic],
    ) -> _Survey:
        """Look over the cells of all records once; refuse empty keys, and floats without number."""
        key = self.population.key
        strange = {name: _is_strange(name) for name in types if schema[name].is_float()}
        other = {
            name: ~is_empty(name) & ~self.among(nw.col(name), list(of.values))
            for name, (of, type) in types.items()
            if type == "category" and schema[name] == nw.String
        }
        asked = {"no key": _may_be_no_key(key, schema[key]).any()}
        asked |= {f"!{name}": mask.any() for name, mask in {**strange, **other}.items()}
        found = self.first(self._frame.select(nw.all().null_count(), **asked))
        if found["no key"]:
            findings += self._without_key(_is_no_key(key, schema[key]))
        for name, mask in strange.items():
            if found[f"!{name}"]:
                records = self._in_records(self._keys_where(mask))
                message = f"column `{name}`: what is no finite number{records}"
                findings.append(error("KF621", message))
        return _Survey(
            frozenset(name for name in types if found[name]),
            frozenset(name for name in other if not found[f"!{name}"]),
        )

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

    def among(self, column: nw.Expr, cells: Sequence[object]) -> nw.Expr:
        """Return where a column is one of some cells; of no cells, which PyArrow cannot say."""
        if not cells:
            return column.is_null() & ~column.is_null()
        if len(cells) > self._one_by_one:
            return column.is_in(cells)
        return nw.any_horizontal(*(column == cell for cell in cells), ignore_nulls=False)

    def value(self, name: str, cell: object) -> Value | None:
        """Return what a cell of a column says."""
        column = self.columns[name]
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


def is_empty(name: str) -> nw.Expr:
    """Return where a column has no cell."""
    return nw.col(name).is_null()


def _is_strange(name: str) -> nw.Expr:
    return ~is_empty(name) & ~nw.col(name).is_finite()


def _may_be_no_key(name: str, dtype: Any) -> nw.Expr:
    """Return what all keys that say nothing meet, and few others: it is quick."""
    if dtype != nw.String:
        return _is_no_key(name, dtype)
    return is_empty(name) | (nw.col(name).str.len_chars() < 2)


def _is_no_key(name: str, dtype: Any) -> nw.Expr:
    if dtype.is_float():
        return is_empty(name) | _is_strange(name)
    if dtype not in (nw.String, nw.Object):
        return is_empty(name)
    blank = (nw.col(name) == each for each in sorted({*BLANKS, " "}))
    return reduce(operator.or_, blank, is_empty(name))
