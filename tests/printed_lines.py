"""Copies from the documents the lines on which figures of the methodologies stand.

``python -m tests.printed_lines FOLDER`` reads the documents' text dumps in FOLDER and writes
``cases/printed-lines``, one file a document, a line number and the line as printed in each row.
The documents themselves are not part of the project; these lines are the proof of its figures.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from kpiformula import Indicator, Methodology, Place, available, load
from kpiformula.methodology import Target

LINES = Path(__file__).parent / "cases" / "printed-lines"


def figures(row: Indicator) -> Iterator[tuple[Place, tuple[Target, ...]]]:
    """Yield the figures of a row, in printed order, with the lines on which they stand."""
    first = () if row.baseline is None else (row.baseline.figure,)
    if row.figures_source is not None:
        yield row.figures_source, (*first, *row.targets.values())
    for also in row.also_printed:
        yield also.source, tuple(also.figures.values())


def places(methodology: Methodology) -> Iterator[Place]:
    """Yield all lines on which figures of a methodology stand."""
    for row in methodology.values():
        yield from (place for place, _ in figures(row))


def cited(methodology: Methodology) -> list[int]:
    """Return the numbers of those lines, each once."""
    numbers = {n for place in places(methodology) for n in range(place.line, place.last_line + 1)}
    return sorted(numbers)


def printed(methodology: Methodology) -> Mapping[int, str]:
    """Return the copied lines of the document of a methodology, by number."""
    rows = (LINES / methodology.source.file).read_text(encoding="utf-8").splitlines()
    return {int(number): text for number, _, text in (row.partition("\t") for row in rows)}


def _copy(methodology: Methodology, folder: Path) -> None:
    lines = (folder / methodology.source.file).read_text(encoding="utf-8").split("\n")
    rows = (f"{number}\t{' '.join(lines[number - 1].split())}\n" for number in cited(methodology))
    LINES.mkdir(exist_ok=True)
    (LINES / methodology.source.file).write_text("".join(rows), encoding="utf-8")


if __name__ == "__main__":
    for name in available():
        _copy(load(name), Path(sys.argv[1]))
