"""KF311: the printed unit is of another kind than what the row counts."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.linting.measured import printed_language
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.rules.name_against_unit import said_against_unit
from kpiformula.methodology import Indicator
from kpiformula.spellings import printed_unit
from kpiformula.units import definitions, dimension


def _find(row: Indicator) -> Iterator[Found]:
    printed = printed_unit(row.printed_unit)
    if printed.unit is None or printed.unread or _go_together(printed.unit, row.unit):
        return
    if said_against_unit(row) is not None:
        return
    unit = " ".join(row.printed_unit.split())
    name = row.name[printed_language(row)]
    yield Found(
        f"the unit is printed as {unit!r} ({printed.unit}), but the row counts {row.unit!r}",
        "printed_unit",
        cause=f"the name says {name!r}",
        help=f"print the unit of {row.unit!r}, or name what the unit counts",
    )


def _go_together(printed: str, stated: str) -> bool:
    """Whether a printed unit may stand over what a row counts: the same, or a word for both."""
    kinds = definitions()
    above = stated.partition("/")[0]
    if printed in ("count", stated, above) or {printed, stated} == _PLACES:
        return True
    return kinds.is_kind(above, printed) or dimension(printed) == dimension(stated)


_PLACES = {"rank", "place"}
"""One word in Kazakh (``орын``): a place in a ranking, and a bed or a seat."""


RULE = RowRule(
    Explanation(
        "KF311", WARNING, "unit of another kind",
        "The unit names one kind of thing, and the row counts another.",
        "Whoever collects the figures counts what the unit says, such as authors for papers.",
        "Publications of students: 155, 151, unit: persons",
        "Publications of students: 155, 151, unit: publications",
    ),
    _find,
)  # fmt: skip
