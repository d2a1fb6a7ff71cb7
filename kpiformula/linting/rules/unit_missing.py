"""KF305: no unit is printed, and the name does not say what the figures count."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.diagnostics import Span
from kpiformula.figures import Target, TargetKind
from kpiformula.linting.measured import counted, measured, printed_language
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.series import all_figures, shown
from kpiformula.linting.wording import listed, words
from kpiformula.methodology import Indicator

NEEDS_NONE = (TargetKind.NONE, TargetKind.TOP, TargetKind.UNREAD)
"""A dash; ``топ-20``, which is a place; and words, such as once in two years."""


def _find(row: Indicator) -> Iterator[Found]:
    figures = [each for each in all_figures(row).values() if _needs_unit(each)]
    if figures and not row.printed_unit.strip() and not _says_itself(row, figures):
        read = "plain numbers" if row.unit == "1" else row.unit
        message = f"no unit is printed; the figures are read as {read}"
        yield Found(message, "printed_unit", Span(0, 1))


def _needs_unit(figure: Target) -> bool:
    """Return whether a figure means nothing alone; zero means none of anything."""
    return figure.kind not in NEEDS_NONE and figure.value != 0


def _says_itself(row: Indicator, figures: list[Target]) -> bool:
    """Return whether the name says a number of things, or prints the figure beside the things."""
    language = printed_language(row)
    name = row.name[language]
    said = measured(name, language)
    if said is not None:
        return said.measure == "count" and "mean" not in map(listed("measures").get, words(name))
    in_sentence = any(name.endswith(shown(figure)) for figure in figures)
    return in_sentence and counted(name, language) is not None


RULE = RowRule(
    Explanation(
        "KF305", WARNING, "unit missing",
        "The cell for the unit is empty, and the name does not say a number of what is meant.",
        "5 may be five projects, five per cent or five million tenge.",
        "Monitoring of courses: 10, 15, 20",
        "Print the unit of every indicator.",
    ),
    _find,
)  # fmt: skip
