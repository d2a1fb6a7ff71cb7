"""Findings on a methodology, an indicator or a formula, and what each finding means.

The findings are those of reading the printed cells (KF1xx, KF2xx, KF9xx), of checking units
(KF3xx), and of the rules in the folder ``rules``. The printed text is what is judged: a finding
that an erratum answers is still listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from kpiformula.diagnostics import Diagnostic, FormulaSyntaxError, InputError, error
from kpiformula.formula import Formula
from kpiformula.linting.codes import CODES
from kpiformula.linting.rule import Explanation, RowRule, SetRule, diagnostic
from kpiformula.linting.rules import rules
from kpiformula.linting.selections import unreadable
from kpiformula.methodology import Indicator, Methodology
from kpiformula.unit_check import check

__all__ = ["Explanation", "by_row", "explain", "explanations", "lint", "on_row"]


@cache
def explanations() -> dict[str, Explanation]:
    """Return what every code means, by code."""
    found = [Explanation(*row) for row in CODES] + [rule.means for rule in rules()]
    return {means.code: means for means in sorted(found, key=lambda means: means.code)}


def explain(code: str) -> Explanation:
    """Return what a code means, such as ``KF201``; small letters will do.

    Raises:
        InputError: KF531 if no finding has this code.
    """
    known, wanted = explanations(), code.strip().upper()
    if wanted not in known:
        alike = [one for one in known if one.startswith(wanted[:3])]
        advice = f"known are {', '.join(alike)}"
        raise InputError(error("KF531", f"no finding has the code {code[:60]!r}", help=advice))
    return known[wanted]


def lint(subject: Methodology | Indicator | Formula) -> tuple[Diagnostic, ...]:
    """Return all findings on a methodology, an indicator or a formula, in printed order.

    Rules that compare rows need the whole methodology. A cell that cannot be read is one finding
    of severity ``error`` among the others; nothing is raised for it.
    """
    match subject:
        case Formula():
            return subject.diagnostics
        case Indicator():
            return tuple(_in_row(subject))
        case Methodology():
            return tuple(d for _, findings in by_row(subject) for d in findings)


def by_row(methodology: Methodology) -> Iterator[tuple[Indicator, tuple[Diagnostic, ...]]]:
    """Yield each row with its findings, in printed order; those of its cell come first."""
    compared = _compared(methodology)
    for row in methodology.values():
        yield row, (*_in_row(row), *compared[row.code])


def on_row(methodology: Methodology, code: str) -> tuple[Diagnostic, ...]:
    """Return the findings on one row of a methodology, as :func:`by_row` yields them.

    Raises:
        KeyError: if the methodology has no such row.
    """
    return (*_in_row(methodology[code]), *_compared(methodology)[code])


def _compared(methodology: Methodology) -> Mapping[str, list[Diagnostic]]:
    """Return what comparing rows shows, by the code of the row where it shows."""
    compared: dict[str, list[Diagnostic]] = {code: [] for code in methodology}
    for rule in rules():
        if isinstance(rule, SetRule):
            for row, found in rule.find(methodology):
                compared[row.code].append(diagnostic(rule, row, found))
    return compared


def _in_row(row: Indicator) -> Iterator[Diagnostic]:
    yield from _in_formulas(row)
    yield from unreadable(row)
    for rule in rules():
        if isinstance(rule, RowRule):
            yield from (diagnostic(rule, row, found) for found in rule.find(row))


def _in_formulas(row: Indicator) -> Iterator[Diagnostic]:
    printed = _of_formula(row, "cell" if row.name_formula is None else "formula")
    yield from printed
    if row.erratum is not None:
        known = {d.code for d in printed}
        yield from (d for d in _of_formula(row, "erratum/formula") if d.code not in known)


def _of_formula(row: Indicator, key: str) -> list[Diagnostic]:
    """Return the findings on the printed cell, on the formula of the name or of the erratum."""
    try:
        formula = row.formula if key == "cell" else row.reading
    except FormulaSyntaxError as refused:
        return list(refused.diagnostics)
    if formula is None:
        return []
    units = {name: symbol.unit for name, symbol in row.symbols.items()}
    findings = check(formula, units, row.unit, kind=row.kind, source=row.quoted(key))
    return sorted((*formula.diagnostics, *findings), key=_place)


def _place(finding: Diagnostic) -> tuple[int, str]:
    return (finding.span.start if finding.span else 0), finding.code
