"""``kpiformula count``: the counts of an indicator from records, with the ledger behind them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kpiformula.cli.options import DIFFERS, Category, Form, Id
from kpiformula.diagnostics import Severity
from kpiformula.intervals import Interval

if TYPE_CHECKING:
    from kpiformula.counting import Counted

Encoding = Annotated[str, typer.Option(help="Encoding of CSV files: utf-8, cp1251, kz1048.")]
Ignored = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="COLUMN", help="A column that criteria need not know."),
]

RecordFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--records",
        metavar="[POPULATION=]FILE",
        help="Records for rows without counts: CSV, TSV, Excel or Parquet. Repeat it for more.",
    ),
]


def count(
    methodology: Id,
    code: Annotated[str, typer.Argument(metavar="CODE", help="An indicator.")],
    records: Annotated[
        list[str],
        typer.Argument(
            metavar="[POPULATION=]FILE…", help="Records: CSV, TSV, Excel or Parquet, one a row."
        ),
    ],
    year: Annotated[int, typer.Option(help="The reporting year.")],
    explain: Annotated[
        bool, typer.Option("--explain", help="Show each step, and what the text leaves open.")
    ] = False,
    ignore: Ignored = None,
    category: Category = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook.")] = None,
    encoding: Encoding = "utf-8",
    form: Form = "text",
) -> None:
    """Count records by the criteria of an indicator, and compute its value from the counts.

    Each row of a file is a record; its columns are the fields of the data dictionary (`show`).
    Exit code 1 where cells are missing, so that a count or the value stays open.
    """
    from kpiformula.counting import count as counted_from
    from kpiformula.library import load_once
    from kpiformula.report.data import counted_data
    from kpiformula.runs import indicator_of

    row = indicator_of(load_once(methodology), code)
    frames = read_frames(records, encoding=encoding, sheet=sheet)
    counted = counted_from(row, frames, year=year, ignoring=ignore or ())
    if form == "json":
        shown = {"code": code, "year": year, **counted_data(counted)}
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        for line in _lines(counted, category, explain=explain):
            typer.echo(line)
    if any(finding.severity is not Severity.INFO for finding in counted.findings):
        raise typer.Exit(DIFFERS)


def read_frames(
    records: Sequence[str], *, encoding: str = "utf-8", sheet: str | None = None
) -> object:
    """Return the frame of a file, or frames by population where files name theirs.

    Raises:
        InputError, CriterionError: as reading a file of records does.
    """
    named = [each.partition("=") for each in records]
    if len(named) == 1 and not named[0][1]:
        return _frame(records[0], encoding, sheet)
    frames: dict[str, Any] = {}
    for population, sign, file in named:
        if not sign or not population or population in frames:
            raise typer.BadParameter("write each population once, as POPULATION=FILE")
        frames[population] = _frame(file, encoding, sheet)
    return frames


def hashed(records: Sequence[str]) -> Mapping[str, str]:
    """Return a hash of the content of each file of records."""
    from kpiformula.fingerprint import fingerprint
    from kpiformula.tables.delimited import file_bytes

    return {each: fingerprint(file_bytes(each.rpartition("=")[2])) for each in records}


def _frame(file: str, encoding: str, sheet: str | None) -> Any:
    from kpiformula.counting.backends import frame_of_parquet, frame_of_texts
    from kpiformula.tables.delimited import file_bytes
    from kpiformula.tables.record_files import read_records

    if PurePath(file).suffix.lower() == ".parquet":
        file_bytes(file)
        return frame_of_parquet(file)
    return frame_of_texts(read_records(file, encoding=encoding, sheet=sheet))


def _lines(counted: Counted, category: str | None, *, explain: bool) -> Iterator[str]:
    if explain:
        yield from (*counted.lines(), "")
    yield from (f"{symbol} = {_shown(counted.get(symbol))}" for symbol in counted.ledgers)
    yield _value(counted, category)
    for finding in counted.findings:
        if explain or finding.severity is not Severity.INFO:
            yield str(finding)
    open_questions = sum(f.severity is Severity.INFO for f in counted.findings)
    if open_questions and not explain:
        yield f"{open_questions} questions are left open by the text (--explain shows them)"


def _shown(count: object) -> str:
    if isinstance(count, Interval):
        return f"{count.low} to {count.high}"
    return "cannot be told" if count is None else str(count)


def _value(counted: Counted, category: str | None) -> str:
    """Return the value that the counts give, or why they give none."""
    from kpiformula.evaluation import evaluate

    row, unit = counted.indicator, counted.indicator.unit
    if row.basis == "unstated":
        return f"{row.code} cannot be computed from this: {row.reason}"
    if counted.value_range is not None:
        return f"the value lies in {counted.value_range} {unit}"
    exact = {s: c for s, c in counted.items() if not isinstance(c, Interval)}
    result = evaluate(row, exact, category=category)
    lines = (result.steps[0], f"= {result.steps[1]}", result.steps[2])
    return "\n".join(lines) + (f" {unit}" if result.value is not None else "")
