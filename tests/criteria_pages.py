"""Whom each indicator counts, as pages; ``python -m tests.criteria_pages`` writes them.

A page lists all indicators of a methodology whose counts are taken from records: a table, then
the rules of each count with the phrase that it cites, and the questions that are open. A test
keeps the pages fresh.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kpiformula import available, load
from kpiformula.criteria.selection import Criterion, Selection
from kpiformula.criteria.wording import english
from kpiformula.linting.selections import part_and_whole, why_outside
from kpiformula.methodology import Indicator, Methodology

PAGES = Path(__file__).parent.parent / "docs" / "criteria"


def with_criteria() -> list[Methodology]:
    """Return the shipped methodologies that say how counts are taken from records."""
    return [m for m in map(load, available()) if any(row.counts for row in m.values())]


def page(methodology: Methodology) -> str:
    """Return the page of a methodology."""
    rows = [row for row in methodology.values() if row.counts]
    selections = [each for row in rows for each in row.counts.values()]
    rules = sum(len(each.where) + len(each.excluding) for each in selections)
    questions = sum(len(each.undecided) for each in selections)
    counted = f"{len(selections)} counts, {rules} rules, {questions} open questions"
    lines = [
        f"# Who counts: {methodology.id}",
        "",
        f"{methodology.name.get('en', '')} (`{methodology.source.file}`).",
        "",
        f"{len(rows)} of {len(methodology)} indicators are counted from records: {counted}.",
        "This page is written by `python -m tests.criteria_pages`.",
        "",
        "| code | counts | rules | questions | numerator inside denominator |",
        "| --- | --- | --- | --- | --- |",
        *map(_line, rows),
    ]
    for row in rows:
        lines += ["", *_section(row)]
    return "\n".join(lines) + "\n"


def _line(row: Indicator) -> str:
    counts = ", ".join(f"{symbol} of {_of(each)}" for symbol, each in row.counts.items())
    rules = sum(len(each.where) + len(each.excluding) for each in row.counts.values())
    questions = sum(len(each.undecided) for each in row.counts.values())
    return f"| {row.code} | {counts} | {rules} | {questions} | {_inside(row)} |"


def _of(selection: Selection) -> str:
    return selection.within or selection.population.id


def _inside(row: Indicator) -> str:
    pair = part_and_whole(row)
    if pair is None:
        return "no share of counts"
    return why_outside(row, *pair) or "proved"


def _section(row: Indicator) -> Iterator[str]:
    yield f"## {row.code} {row.name.get('en', '')}"
    for symbol, selection in row.counts.items():
        yield ""
        yield f"**{symbol}**: {_measured(selection)}"
        yield ""
        for sign, criteria in (("in", selection.where), ("out", selection.excluding)):
            for criterion in criteria:
                yield from _rule(sign, criterion, selection)
        for question in selection.undecided:
            yield f"- open: {question.text.text} ({question.cites}: «{_plain(question.quote)}»)"


def _measured(selection: Selection) -> str:
    measure = selection.measure
    what = {
        "records": f"each `{selection.population.key}` once",
        "sum": f"the sum of `{measure.field}`",
        "mean": f"`{measure.field}` for each `{measure.per}`",
        "only": f"the `{measure.field}` of the one record",
    }[measure.kind]
    return f"of {_of(selection)}, {what}"


def _rule(sign: str, criterion: Criterion, selection: Selection) -> Iterator[str]:
    told = english(criterion.condition, selection.population)
    phrase = f"{criterion.cites}: «{_plain(criterion.quote)}»"
    yield f"- {sign}: `{criterion.rule.text}`, that is: {told} ({phrase})"


def _plain(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    for methodology in with_criteria():
        PAGES.joinpath(f"{methodology.id}.md").write_text(page(methodology), encoding="utf-8")
