"""Whether two rows are computed alike: their formulas, in the names of the inputs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kpiformula.diagnostics import KpiFormulaError
from kpiformula.formula import Coefficient, Formula
from kpiformula.methodology import Indicator
from kpiformula.nodes import Name, Node, names, substitute


class FormulaVerdict(StrEnum):
    """Whether two formulas are one.

    ``same`` is proved by algebra over the names of the inputs. ``unknown`` is neither proved nor
    refuted: a formula cannot be read, or the documents name their inputs apart. ``absent`` says
    that neither row has a formula: figures taken as fact, or shares of an unstated whole.
    """

    SAME = "same"
    CHANGED = "changed"
    UNKNOWN = "unknown"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class FormulaChange:
    """Two formulas, how they compare, and where that is not known, why."""

    verdict: FormulaVerdict
    old: str | None = None
    new: str | None = None
    reason: str | None = None


def formula_change(old: Indicator, new: Indicator, *, one_document: bool) -> FormulaChange:
    """Return how the formulas that are evaluated compare.

    ``one_document`` says that both rows name their inputs from one dictionary; other inputs are
    then other counts. Two documents may name one count apart, which proves nothing.
    """
    if old.basis in _WITHOUT_FORMULA and new.basis in _WITHOUT_FORMULA:
        here, there = (row.input.id if row.input else None for row in (old, new))
        moved = one_document and None not in (here, there) and here != there
        return FormulaChange(
            FormulaVerdict.CHANGED if moved else FormulaVerdict.ABSENT, here, there
        )
    try:
        one, other = old.reading, new.reading
    except KpiFormulaError as refused:
        if _printed(old) == _printed(new):
            return FormulaChange(FormulaVerdict.SAME)
        return FormulaChange(FormulaVerdict.UNKNOWN, _text(old), _text(new),
                             refused.diagnostics[0].message)  # fmt: skip
    texts = str(one), str(other)
    one, other = _over_inputs(old, one), _over_inputs(new, other)
    if one.node == other.node or one.equivalent(other):
        return FormulaChange(FormulaVerdict.SAME, *texts)
    inputs, others = set(names(one.node)), set(names(other.node))
    if one_document or inputs == others:
        return FormulaChange(FormulaVerdict.CHANGED, *texts)
    apart = [", ".join(sorted(each)) or "none" for each in (inputs - others, others - inputs)]
    reason = f"the inputs are not the same: {apart[0]} in the old, {apart[1]} in the new"
    return FormulaChange(FormulaVerdict.UNKNOWN, *texts, reason)


_WITHOUT_FORMULA = ("observed", "unstated")


def _printed(row: Indicator) -> tuple[str | None, ...]:
    corrected = row.erratum.formula if row.erratum is not None else None
    return row.basis, row.cell, row.name_formula, corrected


def _text(row: Indicator) -> str | None:
    try:
        return str(row.reading)
    except KpiFormulaError:
        return None


def _over_inputs(row: Indicator, formula: Formula) -> Formula:
    """Return a formula in the names of its inputs, so that other letters are no other formula."""
    named: dict[str, Node] = {}
    for letter in names(formula.node):
        if letter in row.symbols:
            known = row.symbols[letter]
            named[letter] = Name(f"{known.input} ({known.unit})")
        elif letter in formula.coefficients:
            named[letter] = Name(_cases(formula.coefficients[letter]))
        elif row.input is not None:
            named[letter] = Name(f"{row.input.id} ({row.input.unit})")
        elif letter in formula.symbols:
            named[letter] = Name(formula.symbols[letter].definition or letter)
    return Formula(formula.printed, substitute(formula.node, named), None, formula.symbols)


def _cases(coefficient: Coefficient) -> str:
    cases = (f"{c.category or c.label} {c.condition or ''} {c.value}" for c in coefficient.cases)
    return f"coefficient ({'; '.join(cases)})"
