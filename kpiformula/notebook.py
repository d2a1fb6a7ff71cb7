"""How formulas, results, verifications and indicators show themselves in a notebook, as HTML.

Everything printed by a document or given by a caller is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from kpiformula.benchmarking import Comparison
from kpiformula.comparison import Differences
from kpiformula.counting import Counted, Ledger
from kpiformula.diagnostics import Diagnostic, FormulaSyntaxError, InputError
from kpiformula.feasibility import FeasibleCounts, FeasibleDenominators, SharedCounts
from kpiformula.formula import Formula
from kpiformula.methodology import Indicator
from kpiformula.nodes import number_text
from kpiformula.planning import Goal, Progress, Sensitivity
from kpiformula.results import MethodologyResult, Result
from kpiformula.verification import Verification

Told = (
    Differences
    | Comparison
    | Progress
    | Goal
    | Sensitivity
    | FeasibleCounts
    | FeasibleDenominators
    | SharedCounts
)
"""What shows itself as its own text."""

Shown = Formula | Result | MethodologyResult | Verification | Indicator | Counted | Ledger | Told


def html(shown: Shown) -> str:
    """Return a fragment of HTML without scripts, styles or references."""
    match shown:
        case Formula():
            return _joined(_formula(shown))
        case Result():
            return _joined(_result(shown))
        case MethodologyResult():
            return _joined(_methodology_result(shown))
        case Verification():
            return _joined(_verification(shown))
        case Indicator():
            return _joined(_indicator(shown))
        case Counted():
            return _joined(_counted(shown))
        case Ledger():
            return _joined(_ledger(shown))
        case _:
            return _joined([f"<pre>{escape(str(shown))}</pre>"])


def _joined(parts: Iterable[str]) -> str:
    return f"<div>{''.join(parts)}</div>"


def _formula(formula: Formula) -> Iterator[str]:
    for each in formula.formulas:
        yield _line(_code(str(each)))
    yield _table(
        ("role", "name", "definition"),
        ((s.role, s.name, s.definition or "–") for s in formula.symbols.values()),
    )
    cases = [(name, case) for name, c in formula.coefficients.items() for case in c.cases]
    if cases:
        yield _table(
            ("coefficient", "value", "category", "label"),
            ((n, number_text(c.value), c.category or "–", c.label) for n, c in cases),
        )
    yield from (_line(f"not read: {escape(unread.printed)}") for unread in formula.unread)
    yield from _findings(formula.diagnostics)


def _result(result: Result) -> Iterator[str]:
    formula, substituted, value = result.steps
    unit = f" {escape(result.unit)}" if result.unit and result.reason is None else ""
    yield _line(_code(formula))
    yield _line(f"= {_code(substituted)}")
    yield _line(f"<strong>{escape(value)}</strong>{unit}")


def _methodology_result(shown: MethodologyResult) -> Iterator[str]:
    yield _line(f"<strong>{escape(shown.heading)}</strong>")
    yield _table(
        ("code", "indicator", "value", "target"),
        (
            (
                row.indicator.code,
                _name(row.indicator),
                row.value_text,
                row.target.printed if row.target else "",
            )
            for row in shown.rows
        ),
    )
    yield _line(escape(shown.summary))


def _verification(verification: Verification) -> Iterator[str]:
    yield _line(f"<strong>{escape(str(verification.verdict))}</strong>")
    yield _line(escape(verification.message))
    yield from _result(verification.result)


def _indicator(indicator: Indicator) -> Iterator[str]:
    yield _line(f"<strong>{escape(indicator.code)}</strong> {escape(_name(indicator))}")
    yield _line(f"{escape(indicator.unit)}, {indicator.kind}, {escape(str(indicator.source))}")
    yield _table(
        [str(year) for year in indicator.targets],
        [[target.printed or "–" for target in indicator.targets.values()]],
    )
    try:
        yield from _formula(indicator.reading)
    except (FormulaSyntaxError, InputError) as refused:
        yield from _findings(refused.diagnostics)
    if indicator.erratum is not None:
        yield _line(f"the printed formula is corrected: {escape(indicator.erratum.reason)}")
    if indicator.cell is not None:
        yield f"<pre>{escape(indicator.cell)}</pre>"


def _counted(counted: Counted) -> Iterator[str]:
    for ledger in counted.ledgers.values():
        yield from _ledger(ledger)
    yield from _findings(counted.findings)


def _ledger(ledger: Ledger) -> Iterator[str]:
    more = f" to {ledger.kept + ledger.undecided}" if ledger.undecided else ""
    counted = f"<strong>{escape(ledger.symbol)}</strong> = {ledger.kept}{more}"
    yield _line(f"{counted}, of {ledger.total} {escape(ledger.population)}")
    yield _table(
        ("criterion", "", "out", "left", "undecided", "printed"),
        (
            (
                step.criterion.rule.text,
                "must hold" if step.kind == "include" else "must not hold",
                str(step.removed),
                str(step.kept),
                str(step.undecided),
                f"{step.code} {step.criterion.cites}: «{step.criterion.quote}»",
            )
            for step in ledger.steps
        ),
    )


def _name(indicator: Indicator) -> str:
    """Return the English name, or the first one there is."""
    return indicator.name.get("en") or next(iter(indicator.name.values()), "")


def _findings(findings: Sequence[Diagnostic]) -> Iterator[str]:
    if findings:
        yield f"<pre>{escape(chr(10).join(map(str, findings)))}</pre>"


def _line(content: str) -> str:
    return f"<div>{content}</div>"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
