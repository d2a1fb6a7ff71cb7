"""Where the lines of a verification are written, and how a run that broke off goes on."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from kpiformula.tables import ReportedTable
    from kpiformula.tables.journal import Journal

Output = Annotated[
    str | None,
    typer.Option(
        metavar="OUT",
        help="Write the lines to a file, whole; until then rows done stand in OUT.part.",
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on where the run before broke off (OUT.part).")
]


def check_output(
    output: str | None, file: str, others: Sequence[str | None], *, resume: bool
) -> None:
    """Refuse before any work is done what would overwrite the table or another result.

    Raises:
        BadParameter: where ``--resume`` lacks ``--output``, or two names are those of one file.
    """
    if output is None:
        if resume:
            raise typer.BadParameter("--resume goes on with a journal: give --output too")
        return
    taken = {os.path.realpath(each) for each in (file, *others) if each is not None}
    if not output or taken & {os.path.realpath(output), os.path.realpath(_journal_path(output))}:
        raise typer.BadParameter(f"--output needs a file of its own: {output!r}")


def run_head(
    data: bytes, name: str, asked: Mapping[str, Any], table: ReportedTable
) -> Mapping[str, Any]:
    """Return all that the lines of a run depend on; with another head they may be others.

    Raises:
        OSError: where the files of a methodology cannot be read.
    """
    from kpiformula.fingerprint import fingerprint, methodology_fingerprint
    from kpiformula.library import available

    shipped = {row.methodology for row in table.rows} & {*available()}
    used = sorted({asked["methodology"], *shipped} - {None})
    return {
        "version": sys.modules["kpiformula"].__version__,
        "input": {"name": name, "sha256": fingerprint(data)},
        "options": dict(asked),
        "methodologies": {each: methodology_fingerprint(each) for each in used},
    }


def journal_of(output: str, head: Mapping[str, Any], *, resume: bool) -> Journal:
    """Return the journal beside an output, opened.

    Raises:
        InputError: KF567, KF568, KF569 for a journal that cannot be gone on with; KF563.
    """
    from kpiformula.tables.journal import Journal

    return Journal(_journal_path(output), head, resume=resume)


def _journal_path(output: str) -> Path:
    """Return the journal of an output: beside the file itself, where ``output`` is a link to it."""
    return Path(f"{os.path.realpath(output)}.part")


def way_to_resume() -> str:
    """Return the command that goes on with this run: the same one, with ``--resume``."""
    given = sys.argv[1:]
    return shlex.join(("kpiformula", *given, *(() if "--resume" in given else ("--resume",))))
