"""Workbooks from the command line: templates to be filled in, results of a verification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kpiformula.runs import Outcome

Sheet = Annotated[
    str | None, typer.Option(metavar="NAME", help="Of a workbook: the one sheet to read.")
]
Workbook = Annotated[
    str | None,
    typer.Option(metavar="OUT.xlsx", help="Write the results as a workbook, too."),
]


def export(
    methodology: Annotated[
        str, typer.Argument(metavar="ID", help="A shipped methodology, or a path.")
    ],
    template: Annotated[
        str, typer.Option(metavar="OUT.xlsx", help="The workbook to be filled in.")
    ],
    year: Annotated[
        list[int] | None, typer.Option(help="A year that is asked for; else all. Repeat it.")
    ] = None,
    category: Annotated[
        str | None, typer.Option(help="Type of institution, filled in where it is needed.")
    ] = None,
) -> None:
    """Write a workbook to be filled in: inputs, and for each indicator the figure to report.

    `kpiformula verify OUT.xlsx` reads it back.
    """
    from kpiformula.library import load_once
    from kpiformula.tables.templates import write_template

    loaded = load_once(methodology)
    write_template(template, loaded, years=year or (), category=category)
    rows = len(loaded) * len(set(year or loaded.years))
    typer.echo(f"{template}: {rows} figures to report, for verify --methodology {methodology}")


def write_outcomes(path: str, outcomes: Sequence[Outcome], rows_read: int, title: str) -> None:
    """Write the outcomes of a table as a workbook."""
    from kpiformula.cli.display import english
    from kpiformula.tables.results import ResultRow, write_results

    rows = [
        ResultRow(
            each.row,
            each.reading,
            each.note,
            english(each.indicator.name) if each.indicator else "",
        )
        for each in outcomes
    ]
    write_results(path, rows, rows_read=rows_read, title=title)
