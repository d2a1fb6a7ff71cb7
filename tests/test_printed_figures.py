"""Each figure of the methodologies stands in its document, on the lines cited, in order."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from kpiformula import Place, available, load
from tests.printed_lines import cited, figures, printed

FOOTNOTE_RUN_IN = {("astmu-strategy-2022-2026", "2.4/4"): ("205", "20⁵")}
"""A footnote's mark is printed as if it were a digit of the figure."""


def _missing(text: str, wanted: Iterable[str]) -> str | None:
    """Return the first figure that does not stand in a text behind the ones before it."""
    end = 0
    for figure in wanted:
        if not any(map(str.isdigit, figure)):
            continue
        spaced = r"\s*".join(map(re.escape, re.sub(r"\s", "", figure)))
        found = re.compile(rf"(?<!\d){spaced}(?!\d)").search(text, end)
        if found is None:
            return figure
        end = found.end()
    return None


@pytest.mark.parametrize("name", available())
def test_every_figure_stands_on_its_lines(name: str) -> None:
    methodology = load(name)
    lines = printed(methodology)

    def text(place: Place, code: str) -> str:
        whole = " ".join(lines[n] for n in range(place.line, place.last_line + 1))
        return whole.replace(*FOOTNOTE_RUN_IN.get((name, code), ("", "")))

    missing = {
        f"{code} at {place}": lost
        for code, row in methodology.items()
        for place, wanted in figures(row)
        if (lost := _missing(text(place, code), [figure.printed for figure in wanted]))
    }
    assert not missing


@pytest.mark.parametrize("name", available())
def test_no_figure_is_without_its_lines(name: str) -> None:
    for code, row in load(name).items():
        printed_figures = (*row.targets.values(), *([row.baseline.figure] if row.baseline else ()))
        has_figures = any(char.isdigit() for t in printed_figures for char in t.printed)
        assert not has_figures or row.figures_source is not None, code


@pytest.mark.parametrize("name", available())
def test_the_copied_lines_are_the_cited_ones(name: str) -> None:
    methodology = load(name)
    assert list(printed(methodology)) == cited(methodology)


def test_a_figure_that_is_not_there_is_missed() -> None:
    assert _missing("10 12,5 13", ["12,5"]) is None
    assert _missing("10 112,5 13", ["12,5"]) == "12,5"
    assert _missing("10 12,50 13", ["12,5"]) == "12,5"
    assert _missing("12,5 10", ["10", "12,5"]) == "12,5"
