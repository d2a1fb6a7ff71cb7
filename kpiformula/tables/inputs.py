"""Files of counts: one count an input, to evaluate a whole methodology.

As CSV or TSV the file has the columns ``input`` and ``value``; others, such as a name or a note,
are passed over. As JSON it is one object: ``{"students_total": 9286}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from os import PathLike, fspath

from kpiformula.counts import Count
from kpiformula.diagnostics import InputError, Source, error
from kpiformula.mapping import Table
from kpiformula.tables import MISSING
from kpiformula.tables.delimited import (
    DELIMITERS,
    Record,
    decoded,
    file_bytes,
    line_span,
    records,
    require,
)
from kpiformula.tables.numbers import DecimalMarks
from kpiformula.text import clean

COLUMNS = ("input", "value")


def read_inputs(
    path: str | PathLike[str], *, encoding: str = "utf-8", decimal: str | None = None
) -> Mapping[str, Count]:
    """Return the counts of a CSV, TSV or JSON file, by input.

    A count that is no number is kept as it stands: :func:`kpiformula.evaluate` says so for the
    rows that need it.

    Raises:
        InputError: KF520 where the file cannot be opened, and what :func:`parse_inputs` raises.
    """
    name = fspath(path)
    return parse_inputs(file_bytes(name), name, encoding=encoding, decimal=decimal)


def parse_inputs(
    data: bytes, name: str = "<inputs>", *, encoding: str = "utf-8", decimal: str | None = None
) -> Mapping[str, Count]:
    """Return the counts of a file's bytes, by input; what begins with a brace is JSON.

    Raises:
        InputError: KF503 two values for one input; KF521 another encoding; KF522 an encoding or
            mark that is not known; KF523 a column is missing; KF525 quotes that do not close, or
            a row without its value; KF534 JSON that is no object.
    """
    require("decimal mark", decimal, (None, ",", "."))
    source = decoded(data, name, encoding)
    if source.text.lstrip().startswith(("{", "[")):
        return _of_json(source)
    return _of_table(source, decimal)


def _of_json(source: Source) -> Table[str, Count]:
    try:
        found = json.loads(
            source.text,
            parse_int=str,
            parse_float=Decimal,
            parse_constant=str,
            object_pairs_hook=lambda pairs: _listed_once(pairs, source),
        )
    except (json.JSONDecodeError, RecursionError, ArithmeticError) as failure:
        message = f"the file is not JSON: {failure}"
        raise InputError(error("KF534", message, None, source)) from None
    if not isinstance(found, Table):
        raise InputError(error("KF534", "the file is not one JSON object", None, source))
    return found


def _of_table(source: Source, decimal: str | None) -> Table[str, Count]:
    delimiter = max(DELIMITERS, key=lambda each: len(_places(source, each)))
    places = _places(source, delimiter)
    missing = [column for column in COLUMNS if column not in places]
    if missing:
        message = f"no column {', '.join(f'`{column}`' for column in missing)}"
        advice = f"the first row names the columns {' and '.join(COLUMNS)}"
        raise InputError(error("KF523", message, line_span(source, 0), source, help=advice))
    rows = list(records(source, delimiter))[1:]
    short = [row for row in rows if len(row.cells) <= max(places.values())]
    if short:
        message = "the row does not fill the columns `input` and `value`"
        raise InputError(
            *(error("KF525", message, line_span(source, row.start), source) for row in short)
        )
    pairs = [tuple(_tidy(row.cells[places[column]]) for column in COLUMNS) for row in rows]
    marks = DecimalMarks(decimal, (value for _, value in pairs))
    return _listed_once(((key, _count(value, marks)) for key, value in pairs), source)


def _places(source: Source, delimiter: str) -> Mapping[str, int]:
    """Return where the columns stand in the first row, read under a delimiter."""
    try:
        head = next(records(source, delimiter), Record((), 0))
    except InputError:
        return {}
    names = [_tidy(cell).casefold() for cell in head.cells]
    return {column: names.index(column) for column in COLUMNS if column in names}


def _tidy(cell: str) -> str:
    return clean(cell).text.strip()


def _count(value: str, marks: DecimalMarks) -> Count:
    """Return a count under the decimal mark of the file, or as it stands."""
    if value in MISSING:
        return None
    try:
        number = marks.read(value)
    except InputError:
        return value
    return value if number.percent else number.value


def _listed_once(pairs: Iterable[tuple[str, Count]], source: Source) -> Table[str, Count]:
    counts: dict[str, Count] = {}
    for key, count in pairs:
        if key in counts and counts[key] != count:
            message = f"`{key[:60]}` is given two values: {counts[key]} and {count}"
            raise InputError(error("KF503", message, None, source))
        counts[key] = count
    return Table(counts)
