"""The command line: ``kpiformula list``, ``show``, ``parse``, ``evaluate``, ``verify`` and others.

Exit codes: 0 all agree; 1 differences or findings; 2 usage; 3 input that cannot be read or used;
130 interrupted. Results go to standard output, findings of a refused input to standard error.
What a command needs is imported when it runs, so that help is quick.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from kpiformula.cli.counting import count
from kpiformula.cli.exporting import export
from kpiformula.cli.options import (
    DIFFERS,
    STANDARD_INPUT,
    AsPrinted,
    Category,
    CrosswalkFile,
    Form,
    Id,
    named_counts,
)
from kpiformula.cli.planning import plan
from kpiformula.cli.verifying import verify
from kpiformula.diagnostics import (
    Diagnostic,
    FormulaSyntaxError,
    InputError,
    KpiFormulaError,
    Severity,
    worst,
)

if TYPE_CHECKING:
    from kpiformula.formula import Formula
    from kpiformula.methodology import Indicator

UNREADABLE = 3

_CODES = (
    "Exit codes: 0 all agree, 1 differences or findings, 2 usage, 3 input that cannot be read, "
    "130 interrupted."
)


class _Commands(TyperGroup):
    """Commands whose declared errors become findings on standard error and exit code 3."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KpiFormulaError as refused:
            typer.echo(str(refused), err=True)
            raise typer.Exit(UNREADABLE) from None


app = typer.Typer(
    cls=_Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Reads the formulas of printed indicator methodologies and checks reported figures.",
    epilog=_CODES,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; what the terminal cannot show is replaced, not refused."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="kpiformula")


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(sys.modules["kpiformula"].__version__)
        raise typer.Exit


@app.command("list")
def list_(
    methodology: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    form: Form = "text",
) -> None:
    """List the shipped methodologies, with their rows by basis and kind, or the rows of one."""
    from kpiformula.cli import display, rows
    from kpiformula.library import available, load_once

    if methodology is None:
        loaded = [load_once(each) for each in available()]
        if form == "json":
            _objects(map(rows.methodology_data, loaded))
        else:
            _lines(display.aligned(map(rows.methodology_counts, loaded)))
        return
    indicators = load_once(methodology).values()
    if form == "json":
        _objects(map(rows.indicator_data, indicators))
    else:
        _lines(
            display.aligned(
                (i.code, i.unit, rows.formula_text(i), display.english(i.name)) for i in indicators
            )
        )


@app.command()
def show(
    methodology: Id,
    code: Annotated[str | None, typer.Argument(metavar="[CODE]")] = None,
    form: Form = "text",
) -> None:
    """Show a methodology, or all that is known of one indicator, cell and findings included."""
    from kpiformula.cli import display, rows
    from kpiformula.library import load_once
    from kpiformula.linting import on_row
    from kpiformula.runs import indicator_of

    loaded = load_once(methodology)
    if code is None:
        if form == "json":
            _objects([rows.methodology_data(loaded)])
        else:
            _lines(rows.methodology_lines(loaded))
        return
    indicator = indicator_of(loaded, code)
    findings = on_row(loaded, indicator.code)
    if form == "json":
        listed = [display.finding_data(finding, indicator.code) for finding in findings]
        _objects([{**rows.indicator_data(indicator), "findings": listed}])
    else:
        _lines(rows.indicator_lines(indicator, loaded))
        _lines(("", *map(str, findings), display.finding_counts(findings)))


@app.command()
def parse(
    text: Annotated[str, typer.Argument(metavar="[TEXT|-]", help="A calculation cell.")] = "-",
    latex: Annotated[bool, typer.Option("--latex", help="Print the formula in LaTeX too.")] = False,
    form: Form = "text",
) -> None:
    """Read a calculation cell: canonical form, symbols, coefficients, findings."""
    from kpiformula.cli import display

    formula = _parsed(text)
    shown = {"latex": formula.latex()} if latex else {}
    if form == "json":
        findings = [display.finding_data(d) for d in formula.diagnostics]
        _objects([{**display.formula_data(formula), **shown, "findings": findings}])
    else:
        _lines(display.formula_lines(formula))
        _lines(f"latex: {shown[each]}" for each in shown)
        _lines(map(str, formula.diagnostics))
    _leave(formula.diagnostics)


@app.command()
def evaluate(
    arguments: Annotated[
        list[str],
        typer.Argument(metavar="[ID [CODE]] NAME=COUNT…", help="Counts by symbol or input."),
    ],
    formula: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A formula in place of ID and CODE.")
    ] = None,
    inputs: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Evaluate all rows of ID: CSV with input,value; JSON."),
    ] = None,
    year: Annotated[int | None, typer.Option(help="With --inputs: show targets.")] = None,
    category: Category = None,
    as_printed: AsPrinted = False,
    form: Form = "text",
) -> None:
    """Compute an indicator, a formula, or all rows of a methodology, exactly."""
    from kpiformula.cli import display
    from kpiformula.evaluation import evaluate as compute
    from kpiformula.library import load_once
    from kpiformula.runs import indicator_of

    arguments = arguments or []
    if inputs is not None:
        if len(arguments) != 1 or formula is not None:
            raise typer.BadParameter("give ID alone beside --inputs")
        _evaluate_all(arguments[0], inputs, year, category, as_printed, form)
        return
    if year is not None:
        raise typer.BadParameter("--year is for all rows: give --inputs too")
    subject: Formula | Indicator
    if formula is not None:
        subject, counts = _parsed(formula), named_counts(arguments)
    elif len(arguments) < 2 or any("=" in each for each in arguments[:2]):
        raise typer.BadParameter("give ID and CODE before the counts, or --formula, or --inputs")
    else:
        methodology, code, *counted = arguments
        counts = named_counts(counted)
        subject = indicator_of(load_once(methodology), code)
    result = compute(subject, counts, category=category, as_printed=as_printed)
    if form == "json":
        _objects([display.result_data(result)])
    else:
        unit = f" {result.unit}" if result.unit and result.reason is None else ""
        _lines((*result.steps[:1], f"= {result.steps[1]}", f"{result.steps[2]}{unit}"))
        if result.tainted:
            _lines(["part of the cell is not read"])
    if result.reason is not None:
        raise typer.Exit(DIFFERS)


def _evaluate_all(
    methodology: str,
    file: str,
    year: int | None,
    category: str | None,
    as_printed: bool,
    form: Literal["text", "json"],
) -> None:
    from kpiformula.cli import display
    from kpiformula.evaluation import evaluate as compute
    from kpiformula.library import load_once
    from kpiformula.tables.inputs import parse_inputs, read_inputs

    if file == STANDARD_INPUT:
        counts = parse_inputs(sys.stdin.buffer.read(), "<stdin>")
    else:
        counts = read_inputs(file)
    result = compute(
        load_once(methodology), counts, year=year, category=category, as_printed=as_printed
    )
    if form == "json":
        _objects(map(display.row_data, result.rows))
        _lines([result.summary], err=True)
    else:
        _lines([str(result)])
    if len(result.computed) < len(result.methodology):
        raise typer.Exit(DIFFERS)


app.command()(verify)
app.command()(count)
app.command()(export)
app.command()(plan)


@app.command()
def lint(
    subject: Annotated[
        str, typer.Argument(metavar="ID|FILE|-", help="A methodology, or a file with one cell.")
    ],
    form: Form = "text",
) -> None:
    """Print the findings on a methodology or a calculation cell, answered ones included."""
    from kpiformula.cli import display
    from kpiformula.library import available, load_once
    from kpiformula.linting import by_row
    from kpiformula.linting import lint as findings_on

    findings: Sequence[Diagnostic]
    if subject in available() or not _is_text_file(subject):
        rows = [(row, found) for row, found in by_row(load_once(subject)) if found]
        findings = [finding for _, found in rows for finding in found]
        lines = display.finding_lines(rows)
        data = [display.finding_data(finding, row.code) for row, found in rows for finding in found]
    else:
        try:
            findings = findings_on(_parsed(subject, file=True))
        except FormulaSyntaxError as refused:
            findings = refused.diagnostics
        lines = map(str, findings)
        data = [display.finding_data(finding) for finding in findings]
    if form == "json":
        _objects(data)
    else:
        _lines(lines)
    typer.echo(display.finding_counts(findings), err=form != "text")
    _leave(findings)


@app.command()
def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code of a finding: KF201.")],
    form: Form = "text",
) -> None:
    """Explain a finding: what it is, why it matters, what to write instead."""
    from dataclasses import asdict

    from kpiformula.linting import explain as explanation_of

    try:
        explanation = explanation_of(code)
    except InputError as unknown:
        raise typer.BadParameter(str(unknown)) from None
    if form == "json":
        _objects([asdict(explanation)])
    else:
        typer.echo(str(explanation))


@app.command()
def diff(
    old: Id,
    new: Id,
    crosswalk: CrosswalkFile = None,
    same_codes: Annotated[
        bool, typer.Option("--same-codes", help="A code is the same row in both.")
    ] = False,
    form: Form = "text",
) -> None:
    """Show what changed from one methodology to another: rows, formulas, units, targets."""
    from kpiformula.cli import comparing

    found = comparing.differences(old, new, crosswalk, same_codes)
    _lines(comparing.shown(found, form))
    if found:
        raise typer.Exit(DIFFERS)


@app.command()
def compare(
    methodology: Id, benchmark: Id, crosswalk: CrosswalkFile = None, form: Form = "text"
) -> None:
    """Hold targets against another methodology's, year by year; exit code 1 where behind."""
    from kpiformula.cli import comparing

    found = comparing.comparison(methodology, benchmark, crosswalk)
    _lines(comparing.shown(found, form))
    if found.behind:
        raise typer.Exit(DIFFERS)


# --- input and output ----------------------------------------------------------------------------


def _is_text_file(name: str) -> bool:
    path = Path(name)
    return name == STANDARD_INPUT or (path.is_file() and path.suffix not in (".yaml", ".yml"))


def _parsed(text: str, *, file: bool = False) -> Formula:
    """Read a formula from an argument, from a file, or from standard input."""
    from kpiformula.reading import parse
    from kpiformula.tables.delimited import decoded, file_bytes

    if text == STANDARD_INPUT:
        return parse(decoded(sys.stdin.buffer.read(), "<stdin>", "utf-8").text, name="<stdin>")
    if file:
        return parse(decoded(file_bytes(text), text, "utf-8").text, name=text)
    return parse(text)


def _lines(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        typer.echo(line, err=err)


def _objects(objects: Iterable[Mapping[str, object]]) -> None:
    _lines(json.dumps(each, ensure_ascii=False) for each in objects)


def _leave(findings: Iterable[Diagnostic]) -> None:
    """Leave with 1 where a finding is a warning or an error."""
    if worst(findings) in (Severity.ERROR, Severity.WARNING):
        raise typer.Exit(DIFFERS)
