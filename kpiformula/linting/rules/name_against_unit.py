"""KF308: the name, or the cell, says another kind of quantity than the unit."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.linting.cells import printed_formula
from kpiformula.linting.measured import Measured, measured, printed_language
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.methodology import Indicator
from kpiformula.spellings import printed_unit
from kpiformula.units import PERCENT, definitions, dimension

_WORDED = {"count": "a number", "share": "a share", "amount": "an amount"}


def said_against_unit(row: Indicator) -> tuple[str, Measured] | None:
    """Return the text of a row that contradicts its printed unit: its key, and what it says."""
    unit = printed_unit(row.printed_unit).unit
    language = printed_language(row)
    texts = [(f"name/{language}", row.name[language])]
    if row.cell is not None and row.basis == "unstated":
        texts.append(("cell", row.cell))
    for key, text in texts:
        said = measured(text, language)
        if said is not None and unit is not None and _contradicts(row, said, unit):
            return key, said
    return None


def _contradicts(row: Indicator, said: Measured, unit: str) -> bool:
    kinds = definitions()
    money = dimension(unit) == "money"
    match said.measure:
        case "share":
            return money or kinds.is_kind(unit, "count")
        case "count" if unit == PERCENT:
            return row.kind in ("count", "money") or not said.changed
        case "count" if unit == "person" and said.of is not None:
            return not kinds.is_kind(said.of, "person")
        case "count":
            return money
        case "amount":
            return unit == PERCENT and not said.changed and not _is_quotient(row)
    return False


def _is_quotient(row: Indicator) -> bool:
    formula = printed_formula(row)
    return row.name_formula is not None or (formula is not None and formula.denominator is not None)


def _find(row: Indicator) -> Iterator[Found]:
    contradiction = said_against_unit(row)
    if contradiction is None:
        return
    key, said = contradiction
    unit = " ".join(row.printed_unit.split())
    what = f"{_WORDED[said.measure]} ({said.printed})"
    if said.measure == "count" and said.of is not None:
        what = f"a number ({said.beside} {said.printed})"
    yield Found(
        f"the {key.partition('/')[0]} says {what}, the unit is {unit!r}",
        key,
        said.span,
        help=_advice(said, printed_unit(row.printed_unit).unit),
    )


def _advice(said: Measured, unit: str | None) -> str:
    if unit == PERCENT:
        return "print the unit of what is counted, or say of what it is the share"
    if said.measure == "share":
        return "print the unit %, or say that the number is meant"
    counted = f": {said.beside!r}" if said.of is not None else ""
    return f"print the unit of what is counted{counted}"


RULE = RowRule(
    Explanation(
        "KF308", WARNING, "name against unit",
        "The name, or the cell, says a number, a share or an amount, and the unit says another.",
        "5 under 'number of contracts, %' may be five contracts or five per cent of something.",
        "Number of contracts with industry, unit: %",
        "Number of contracts with industry, unit: contracts",
    ),
    _find,
)  # fmt: skip
