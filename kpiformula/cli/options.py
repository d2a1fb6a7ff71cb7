"""Options and arguments that several commands take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import typer

DIFFERS = 1
"""The exit code where something differs."""

STANDARD_INPUT = "-"

Form = Annotated[Literal["text", "json"], typer.Option("--format", help="How to print.")]
Category = Annotated[
    str | None, typer.Option(help="Type of institution that coefficients are chosen by.")
]
AsPrinted = Annotated[
    bool,
    typer.Option("--as-printed", help="Use the printed formula though an erratum corrects it."),
]
Id = Annotated[str, typer.Argument(metavar="ID", help="A shipped methodology, or a path.")]

CrosswalkFile = Annotated[
    str | None, typer.Option("--crosswalk", metavar="FILE", help="Else the shipped one.")
]


def named_counts(arguments: Sequence[str]) -> Mapping[str, str]:
    """Return the counts of arguments such as ``G=35``."""
    counts: dict[str, str] = {}
    for each in arguments:
        name, sign, count = each.partition("=")
        if not sign or not name.strip() or name.strip() in counts:
            raise typer.BadParameter(f"write each count once, as NAME=COUNT: {each!r}")
        counts[name.strip()] = count
    return counts
