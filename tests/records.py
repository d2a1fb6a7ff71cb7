"""Generated records: rows of any population of a data dictionary, as frames of any engine."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from kpiformula.criteria.dictionary import FROM, TO, Field, Population

Row = Mapping[str, Any]

YEAR = 2025


def rows(
    population: Population,
    columns: Sequence[str],
    number: int,
    source: random.Random,
    *,
    missing: float = 0.15,
    keys: int | None = None,
    marks: Mapping[str, Sequence[Any]] | None = None,
    likely: Row | None = None,
) -> list[Row]:
    """Return records with some columns; numbers and days lie on and around ``marks``.

    Most records are like the ``likely`` one, but for a cell or two.
    """
    fields = {c: f for f in population.fields.values() for c in f.columns}
    made = []
    for index in range(number):
        row: dict[str, Any] = {}
        for column in columns:
            near = (marks or {}).get(column, ())
            if likely is not None and column in likely and source.random() < 0.85:
                row[column] = likely[column]
            elif source.random() < missing:
                row[column] = None
            else:
                row[column] = _cell(fields[column], near, source)
        row[population.key] = f"p{source.randrange(keys) if keys else index}"
        made.append(_ordered(row))
    return made


def record_of(example: Mapping[str, str], population: Population) -> Row:
    """Return the record that an example of the algebra describes, of the columns that it names."""
    fields = {c: f for f in population.fields.values() for c in f.columns}
    return {c: _said(fields[c], text) for c, text in example.items() if c in fields}


def _said(of: Field, text: str) -> Any:
    if text.startswith("("):
        return None
    match of.type:
        case "flag":
            return text == "yes"
        case "whole" | "year":
            return int(Fraction(text))
        case "number":
            return float(Fraction(text))
        case "date" | "period":
            return date.fromisoformat(text)
    return text


def _cell(of: Field, near: Sequence[Any], source: random.Random) -> Any:
    match of.type:
        case "flag":
            return source.random() < 0.6
        case "category":
            return source.choice(list(of.values))
        case "text":
            return source.choice(["QS World University Rankings", "other", "third"])
        case "whole":
            around = [int(n) + step for n in near for step in (-1, 0, 1)] or [0, 1, 2, 5, 40]
            return source.choice(around)
        case "number":
            around = [n + Fraction(step, 4) for n in near for step in (-1, 0, 1)]
            return float(source.choice(around or [Fraction(1, 4), Fraction(3), Fraction(600)]))
        case "year":
            return YEAR + source.choice([-6, -5, -4, -3, -1, 0, 0, 0, 1])
    if near and source.random() < 0.5:
        return source.choice(near) + timedelta(days=source.choice([-1, 0, 1]))
    return date(YEAR, 1, 1) + timedelta(days=source.choice([-2200, -400, -1, 0, 90, 364, 365, 500]))


def _ordered(row: dict[str, Any]) -> Row:
    """Return a record whose periods do not end before they begin."""
    for name in list(row):
        if name.endswith(FROM) and (to := name.removesuffix(FROM) + TO) in row:
            first, last = row[name], row[to]
            if first is not None and last is not None and last < first:
                row[name], row[to] = last, first
    return row


def schema(population: Population, columns: Sequence[str]) -> Mapping[str, str]:
    """Return the type of each column: text, flag, whole, number or date."""
    kinds = {"category": "text", "year": "whole", "period": "date"}
    fields = {c: f for f in population.fields.values() for c in f.columns}
    return {c: kinds.get(fields[c].type, fields[c].type) for c in (*columns, population.key)}


def polars_frame(records: Sequence[Row], types: Mapping[str, str]) -> Any:
    import polars as pl

    kinds = {"text": pl.String, "flag": pl.Boolean, "whole": pl.Int64, "number": pl.Float64,
             "date": pl.Date}  # fmt: skip
    return pl.DataFrame(
        [dict(row) for row in records], schema={c: kinds[t] for c, t in types.items()}
    )


def pandas_frame(records: Sequence[Row], types: Mapping[str, str]) -> Any:
    """Return the frame that a user would have: objects, and floats for numbers with gaps."""
    import pandas as pd

    return pd.DataFrame([dict(row) for row in records], columns=list(types))


def duckdb_relation(records: Sequence[Row], types: Mapping[str, str]) -> Any:
    import duckdb

    frame = polars_frame(records, types)
    connection = duckdb.connect()
    connection.register("frame", frame)
    names = ", ".join(f'"{name}"' for name in types)
    return connection.sql(f"select {names} from frame")


def text_frame(records: Sequence[Row], types: Mapping[str, str]) -> Any:
    """Return a frame as a CSV file gives it: nothing but texts."""
    import polars as pl

    def written(cell: Any) -> str | None:
        if cell is None:
            return ""
        if isinstance(cell, bool):
            return "иә" if cell else "жоқ"
        return str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)

    listed = [{name: written(row.get(name)) for name in types} for row in records]
    return pl.DataFrame(listed, schema=dict.fromkeys(types, pl.String))


def lazy_frame(records: Sequence[Row], types: Mapping[str, str]) -> Any:
    return polars_frame(records, types).lazy()


def arrow_table(records: Sequence[Row], types: Mapping[str, str]) -> Any:
    import pyarrow as pa

    kinds = {"text": pa.string(), "flag": pa.bool_(), "whole": pa.int64(), "number": pa.float64(),
             "date": pa.date32()}  # fmt: skip
    columns = pa.schema([(name, kinds[kind]) for name, kind in types.items()])
    return pa.Table.from_pylist([dict(row) for row in records], schema=columns)


FRAMES: Mapping[str, Callable[[Sequence[Row], Mapping[str, str]], Any]] = {
    "polars": polars_frame,
    "lazy": lazy_frame,
    "pandas": pandas_frame,
    "pyarrow": arrow_table,
    "duckdb": duckdb_relation,
    "texts": text_frame,
}
