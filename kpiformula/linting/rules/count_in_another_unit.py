"""KF615: what is counted from records has another unit than the formula takes."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.criteria.selection import Selection
from kpiformula.linting.rule import ERROR, Explanation, Found, RowRule
from kpiformula.linting.selections import first_key
from kpiformula.methodology import Indicator
from kpiformula.units import conversion


def _find(row: Indicator) -> Iterator[Found]:
    for symbol, selection in row.counts.items():
        wanted = row.symbols[symbol].unit if symbol in row.symbols else None
        if wanted is None and row.input is not None:
            wanted = row.input.unit
        own = unit_of(selection)
        if (
            wanted is not None
            and conversion(own, wanted) is None
            and (selection.where or selection.excluding)
        ):
            message = f"{symbol} is counted in {own}, and its formula takes {wanted}"
            yield Found(message, first_key(selection))


def unit_of(selection: Selection) -> str:
    """Return the unit of what a selection counts or adds up."""
    fields, measure = selection.population.fields, selection.measure
    units = [fields[name].unit or "1" for name in (measure.field, measure.per) if name is not None]
    return "/".join(units) or selection.population.unit


RULE = RowRule(
    Explanation(
        "KF615", ERROR, "count in another unit",
        "The records that a count is taken from are of another kind than the formula counts.",
        "Publications put where authors belong give a figure that means nothing.",
        "of: publications, for a symbol with the unit employee",
        "Count the population that the text names.",
    ),
    _find,
)  # fmt: skip
