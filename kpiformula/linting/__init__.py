"""Findings on a methodology, an indicator or a formula, and what each finding means.

The findings are those of reading the printed cells (KF1xx, KF2xx, KF9xx) and of checking units
(KF3xx). The printed text is what is judged: a finding that an erratum answers is still listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kpiformula.diagnostics import (
    Diagnostic,
    FormulaSyntaxError,
    InputError,
    Severity,
    Source,
    error,
)
from kpiformula.formula import Formula
from kpiformula.linting.codes import CODES
from kpiformula.methodology import Indicator, Methodology
from kpiformula.unit_check import check


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a finding means: ``what`` it is, ``why`` it matters, what to write ``instead``."""

    code: str
    severity: Severity
    name: str
    what: str
    why: str
    example: str
    instead: str

    def __str__(self) -> str:
        return "\n".join(
            (
                f"{self.code} {self.name} ({self.severity})",
                "",
                self.what,
                self.why,
                "",
                f"example: {self.example}",
                f"instead: {self.instead}",
            )
        )


_EXPLANATIONS = {row[0]: Explanation(*row) for row in CODES}


def explain(code: str) -> Explanation:
    """Return what a code means, such as ``KF201``; small letters will do.

    Raises:
        InputError: KF531 if no finding has this code.
    """
    wanted = code.strip().upper()
    if wanted not in _EXPLANATIONS:
        alike = [known for known in _EXPLANATIONS if known.startswith(wanted[:3])]
        advice = f"known are {', '.join(alike)}"
        raise InputError(error("KF531", f"no finding has the code {code[:60]!r}", help=advice))
    return _EXPLANATIONS[wanted]


def lint(subject: Methodology | Indicator | Formula) -> tuple[Diagnostic, ...]:
    """Return all findings on a methodology, an indicator or a formula, in printed order.

    A cell that cannot be read is one finding of severity ``error`` among the others; nothing is
    raised for it.
    """
    match subject:
        case Formula():
            return subject.diagnostics
        case Indicator():
            return tuple(_in_indicator(subject))
        case Methodology():
            return tuple(d for i in subject.values() for d in _in_indicator(i))


def _in_indicator(indicator: Indicator) -> Iterator[Diagnostic]:
    printed = _of_formula(indicator, as_printed=True)
    yield from printed
    if indicator.erratum is not None:
        known = {d.code for d in printed}
        corrected = _of_formula(indicator, as_printed=False)
        yield from (d for d in corrected if d.code not in known)


def _of_formula(indicator: Indicator, *, as_printed: bool) -> list[Diagnostic]:
    """Return the findings on the printed cell, or on the formula of its erratum."""
    try:
        formula = indicator.formula if as_printed else indicator.reading
    except FormulaSyntaxError as refused:
        return list(refused.diagnostics)
    units = {name: symbol.unit for name, symbol in indicator.symbols.items()}
    at = indicator.cell_at
    if indicator.erratum is not None and not as_printed:
        at = indicator.erratum.at
    source = Source(formula.printed, at.file, at.line, at.column)
    findings = check(formula, units, indicator.unit, kind=indicator.kind, source=source)
    return sorted((*formula.diagnostics, *findings), key=_place)


def _place(diagnostic: Diagnostic) -> tuple[int, str]:
    return (diagnostic.span.start if diagnostic.span else 0), diagnostic.code
