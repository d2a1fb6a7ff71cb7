"""A verification run as one file: a page to read and print, or JSON for other programs.

The page needs nothing beside it and may load nothing; it can be sorted and filtered where scripts
run, and is complete where they do not. Files are written whole or not at all.
"""

from __future__ import annotations

import json
from os import PathLike, fspath
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpiformula.runs import Run

FORMATS = (".html", ".json")
"""What a report may be; the ending of the file's name says which."""


def html_report(run: Run) -> str:
    """Return the page of a run; the same run always gives the same page."""
    from kpiformula.report.page import page

    return page(run)


def json_report(run: Run) -> str:
    """Return the run as one JSON document; ``run.schema.json`` describes it."""
    from kpiformula.report.data import run_data

    return f"{json.dumps(run_data(run), ensure_ascii=False, indent=1)}\n"


def write_report(run: Run, path: str | PathLike[str]) -> None:
    """Write the page (``.html``) or the document (``.json``) of a run.

    Raises:
        InputError: KF563 where the file cannot be written.
        ValueError: for another ending.
    """
    from kpiformula.tables.files import write_whole

    ending = PurePath(fspath(path)).suffix.lower()
    if ending not in FORMATS:
        raise ValueError(f"a report ends in {' or '.join(FORMATS)}, not in {ending!r}")
    report = html_report(run) if ending == ".html" else json_report(run)
    write_whole(path, report.encode("utf-8", "replace"))
