"""Reports from the command line: a run as a page to read, or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from kpiformula.report import FORMATS, write_report

if TYPE_CHECKING:
    from kpiformula.runs import Run


def _known(paths: list[str] | None) -> list[str] | None:
    """Refuse another ending before any work is done."""
    for path in paths or ():
        if PurePath(path).suffix.lower() not in FORMATS:
            raise typer.BadParameter(f"a report ends in {' or '.join(FORMATS)}: {path!r}")
    return paths


Report = Annotated[
    list[str] | None,
    typer.Option(
        metavar="OUT.html|OUT.json",
        callback=_known,
        help="Write the whole run, too: as a page, or as JSON. Repeat it for both.",
    ),
]


def write_reports(paths: Sequence[str], run: Run) -> None:
    """Write a run, each file whole or not at all."""
    for path in paths:
        write_report(run, path)
