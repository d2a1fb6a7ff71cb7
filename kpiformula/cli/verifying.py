"""``kpiformula verify``: a table of reported figures, row by row.

Lines go out as rows are done. With ``--output`` they go into a journal, so that a run that breaks
off can be gone on with, and in the end into the file, whole.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kpiformula.cli.counting import Ignored, RecordFiles, hashed, read_frames
from kpiformula.cli.exporting import Sheet, Workbook, write_outcomes
from kpiformula.cli.journals import Output, Resume, check_output, journal_of, run_head
from kpiformula.cli.options import DIFFERS, STANDARD_INPUT, AsPrinted, Category
from kpiformula.cli.reporting import Report, write_reports
from kpiformula.diagnostics import Severity
from kpiformula.intervals import Mode

if TYPE_CHECKING:
    from kpiformula.tables import ReportedTable


def verify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV, TSV or Excel, or -.")],
    methodology: Annotated[
        str | None,
        typer.Option(metavar="ID", help="For rows whose column `methodology` names none."),
    ] = None,
    rounding: Annotated[Mode, typer.Option(help="How figures must be rounded.")] = "nearest",
    category: Category = None,
    as_printed: AsPrinted = False,
    inputs: Annotated[
        Literal["exact", "rounded"] | None,
        typer.Option(help="How counts are taken; else as each row says, or exact."),
    ] = None,
    encoding: Annotated[
        Literal["utf-8", "cp1251", "kz1048"], typer.Option(help="Encoding of the table.")
    ] = "utf-8",
    decimal: Annotated[
        Literal[",", "."] | None, typer.Option(help="Decimal mark; else the one the cells show.")
    ] = None,
    form: Annotated[
        Literal["text", "json", "csv"], typer.Option("--format", help="How to print.")
    ] = "text",
    sheet: Sheet = None,
    workbook: Workbook = None,
    report: Report = None,
    output: Output = None,
    resume: Resume = False,
    records: RecordFiles = None,
    ignore: Ignored = None,
) -> None:
    """Verify reported figures against the counts behind them.

    The table has the columns code, year, reported, and one for each count, named by symbol or
    input; or code, year, input, value; or, for figures with a formula of their own, formula,
    inputs (G=1120; F=6913), reported. A row without counts has those that --records give. Each row
    gives one line; the last line counts the verdicts. A row that cannot be read is an `error`
    among them.
    """
    from kpiformula.cli.batch import Batch
    from kpiformula.cli.forms import FORMS
    from kpiformula.library import available, load_once
    from kpiformula.runs import Verifier
    from kpiformula.tables import parse_reported
    from kpiformula.tables.delimited import file_bytes

    check_output(output, file, (*(report or ()), workbook), resume=resume)
    if methodology is None and len(available()) == 1:
        methodology = available()[0]
    default = load_once(methodology) if methodology else None
    data, name = (
        (sys.stdin.buffer.read(), "<stdin>") if file == STANDARD_INPUT else (file_bytes(file), file)
    )
    table = parse_reported(
        data, name, encoding=encoding, decimal=decimal, sheet=sheet, methodology=default
    )
    named = "methodology" in table.columns or all(row.formula for row in table.rows)
    if default is None and not named:
        raise typer.BadParameter(f"give --methodology: one of {', '.join(available())}")
    frames = read_frames(records, encoding=encoding) if records else None
    verifier = Verifier(table, default, category=category, rounding=rounding, inputs=inputs,
                        as_printed=as_printed, records=frames, ignoring=ignore or ())  # fmt: skip
    asked = {"methodology": methodology, "rounding": rounding, "category": category,
             "as_printed": as_printed, "inputs": inputs, "encoding": encoding,
             "decimal": decimal, "sheet": sheet, "format": form,
             "records": hashed(records or ()), "ignore": ignore}  # fmt: skip
    batch = Batch(table, verifier, FORMS[form](table), keeps_outcomes=bool(workbook or report))
    _say(_notes(table), err=True)

    def finish() -> list[str]:
        against = batch.against
        if workbook is not None:
            write_outcomes(workbook, batch.outcomes, len(table.rows), f"Verification of {name}")
        if report:
            write_reports(report, verifier.run(batch.outcomes))
        told = (*against.found, *against.notes)
        return [*map(str, told), batch.tally.summary(len(table.rows), against)]

    if output is None:
        batch.printed()
        closing = finish()
    else:
        with journal_of(output, run_head(data, name, asked, table), resume=resume) as journal:
            closing = batch.written(output, journal, finish, closes=form == "text")
    _say(closing, err=form != "text" and output is None)
    if batch.against.found or not batch.tally.all_agree:
        raise typer.Exit(DIFFERS)


def _notes(table: ReportedTable) -> Iterator[str]:
    """Yield the findings on the table as a whole, and those on rows that do not refuse them."""
    yield from map(str, table.findings)
    for row in table.rows:
        yield from (str(f) for f in row.findings if f.severity is not Severity.ERROR)


def _say(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        typer.echo(line, err=err)
