"""KF609: a rule or a question quotes words that the printed text does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kpiformula.criteria.selection import Criterion, Question
from kpiformula.linting.printed_words import place
from kpiformula.linting.rule import ERROR, Explanation, Found, RowRule
from kpiformula.methodology import Indicator


def _find(row: Indicator) -> Iterator[Found]:
    for symbol, selection in row.counts.items():
        cited: tuple[tuple[str, Sequence[Criterion | Question]], ...] = (
            ("where", selection.where),
            ("except", selection.excluding),
            ("undecided", selection.undecided),
        )
        for name, entries in cited:
            for index, entry in enumerate(entries):
                problem = _problem(row, entry.cites, entry.quote)
                if problem is not None:
                    yield Found(problem, f"counts/{symbol}/{name}/{index}")


def _problem(row: Indicator, cites: str, quote: str) -> str | None:
    try:
        text = row.quoted(cites).text
    except (KeyError, IndexError, ValueError):
        return f"the row prints nothing under `{cites}`"
    if place(text, quote) is None and quote.strip() not in text:
        return f"`{cites}` does not say «{' '.join(quote.split())}»"
    return None


RULE = RowRule(
    Explanation(
        "KF609", ERROR, "quote that is not printed",
        "A formal criterion quotes words that the text it cites does not have.",
        "A reader cannot hold the rule against the document.",
        "cites: include/0, quote: «at least 60 points», and include/0 says «70 points»",
        "Quote the words as they are printed.",
    ),
    _find,
)  # fmt: skip
