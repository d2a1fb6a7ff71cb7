"""KF614: nothing puts the numerator of a share inside its denominator."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.criteria.algebra import counter_example
from kpiformula.criteria.meaning import every
from kpiformula.criteria.selection import Selection
from kpiformula.linting.cells import evaluated_formula
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.selections import first_key, steps_of
from kpiformula.methodology import Indicator
from kpiformula.nodes import Node, names


def _find(row: Indicator) -> Iterator[Found]:
    formula = evaluated_formula(row) if row.kind == "share" and row.counts else None
    if formula is None:
        return
    parts, wholes = (_selections(row, n) for n in (formula.numerator, formula.denominator))
    if len(parts) != 1 or len(wholes) != 1:
        return
    (part,), (whole,) = parts, wholes
    outside = _outside(row, part, whole)
    if outside is not None and (part.where or part.excluding):
        yield Found(outside, first_key(part))


def _selections(row: Indicator, node: Node | None) -> list[Selection]:
    used = () if node is None else names(node)
    return [row.counts[name] for name in used if name in row.counts]


def _outside(row: Indicator, part: Selection, whole: Selection) -> str | None:
    """Return why a part may lie outside its whole; ``None`` where it cannot."""
    if part.within == whole.symbol:
        return None
    if part.population != whole.population:
        return (
            f"{part.symbol} is counted from {part.population.id} and {whole.symbol} from "
            f"{whole.population.id}: nothing puts the one inside the other"
        )
    inner, outer = (
        every(*(placed.passes for placed in steps_of(row, each.symbol))) for each in (part, whole)
    )
    example = counter_example(inner, outer, part.population)
    if example is None:
        return None
    record = ", ".join(f"{column} = {cell}" for column, cell in example.items())
    return f"a record may count in {part.symbol} and not in {whole.symbol}: {record}"


RULE = RowRule(
    Explanation(
        "KF614", WARNING, "part not inside the whole",
        "By its criteria, the numerator of a share may count someone whom the denominator leaves "
        "out.",
        "The share can exceed 100 %, and is no share of that whole.",
        "teachers invited in the year, over teachers on the permanent staff at its end",
        "Count both among the same records, or print the figure as a ratio.",
    ),
    _find,
)  # fmt: skip
