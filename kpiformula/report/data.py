"""Plain data for other programs: of one row, of a whole run; numbers are exact texts.

``run.schema.json`` beside this file describes the document of a run.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kpiformula.nodes import number_text

if TYPE_CHECKING:
    from kpiformula.cause import Cause
    from kpiformula.counting import Counted, Ledger
    from kpiformula.diagnostics import Diagnostic
    from kpiformula.figures import Target
    from kpiformula.intervals import Interval
    from kpiformula.methodology import Indicator
    from kpiformula.results import Result
    from kpiformula.runs import Outcome, Run
    from kpiformula.verification import Verification

Data = dict[str, Any]
"""What becomes one JSON object: numbers are exact texts, such as ``140/341``."""

SCHEMA = "urn:kpiformula:run:1"
"""The id of the schema of a run; another number where a program must be changed to read it."""


# --- a run ---------------------------------------------------------------------------------------


def run_data(run: Run) -> Data:
    """Return a whole run, as ``run.schema.json`` describes it."""
    return {
        "schema": SCHEMA,
        "program": {"name": "kpiformula", "version": sys.modules["kpiformula"].__version__},
        "file": run.table.source.name,
        "asked": {
            "rounding": run.rounding,
            "category": run.category,
            "as_printed": run.as_printed,
            "inputs": run.inputs,
        },
        "methodologies": [
            {"id": each.id, "name": dict(each.name)} for each in run.methodologies.values()
        ],
        "summary": summary_data(run),
        "rows": [outcome_data(each) for each in run.outcomes],
        "contradictions": [finding_data(each) for each in run.contradictions],
        "notes": [finding_data(each) for each in run.notes],
    }


def summary_data(run: Run) -> Data:
    """Return the account of a run: rows read = rows with a verdict + rows refused."""
    return {
        "rows_read": len(run.outcomes),
        "with_verdict": len(run.verified),
        "refused": len(run.refused),
        "agree": run.agreeing(True),
        "differ": run.agreeing(False),
        "cannot_be_told": run.agreeing(None),
        "verdicts": {str(verdict): number for verdict, number in run.verdicts.items()},
    }


def outcome_data(outcome: Outcome) -> Data:
    """Return what verifying a row came to; what a refused row has not is ``null``."""
    row, indicator, reading = outcome.row, outcome.indicator, outcome.reading
    return {
        "file": row.source.name,
        "line": row.line,
        "methodology": outcome.methodology or row.methodology,
        "code": row.code,
        "name": dict(indicator.name) if indicator else None,
        "year": row.year,
        "category": row.category,
        "formula": row.formula,
        "inputs_rounded": row.inputs_rounded,
        "reported": row.reported.printed if row.reported else None,
        "verdict": outcome.verdict,
        "agrees": outcome.agrees,
        "note": outcome.note,
        **(_verification_data(reading) if reading else dict.fromkeys(_OF_A_VERIFICATION)),
        "target": outcome.target and target_data(outcome.target),
        "direction": indicator.direction if indicator else None,
        "evidence": _phrases(indicator),
        "source": str(indicator.source) if indicator else None,
        "as_printed": outcome.printed and as_printed_data(outcome.printed),
        "counted": outcome.counted and counted_data(outcome.counted),
        "findings": [finding_data(f) for f in outcome.findings],
    }


def counted_data(counted: Counted) -> Data:
    """Return counts from records with their ledgers, and what is to be said of them."""
    return {
        "counts": {symbol: _count_data(count) for symbol, count in counted.items()},
        "ledgers": [_ledger_data(ledger) for ledger in counted.ledgers.values()],
        "findings": [finding_data(f, counted.indicator.code) for f in counted.findings],
    }


def _count_data(count: int | Fraction | Interval) -> str | Data:
    return number_text(Fraction(count)) if isinstance(count, int | Fraction) else _ends(count)


def _ends(interval: Interval) -> Data:
    return {"low": exact(interval.low), "high": exact(interval.high)}


def _ledger_data(ledger: Ledger) -> Data:
    return {
        "symbol": ledger.symbol,
        "population": ledger.population,
        "total": ledger.total,
        "kept": ledger.kept,
        "undecided": ledger.undecided,
        "steps": [
            {
                "kind": step.kind,
                "rule": step.criterion.rule.text,
                "cites": f"{step.code} {step.criterion.cites}",
                "quote": step.criterion.quote,
                "removed": step.removed,
                "also_met": step.also_met,
                "kept": step.kept,
                "undecided": step.undecided,
            }
            for step in ledger.steps
        ],
        "evidence": [{"text": p.text, "source": str(p.source)} for p in ledger.evidence],
    }


_OF_A_VERIFICATION = ("interval", "over", "result", "difference", "relative_error", "tie_rules",
                      "feasible", "causes", "target_effect")  # fmt: skip


def _verification_data(reading: Verification) -> Data:
    return {
        "interval": interval_data(reading.interval),
        "over": interval_data(reading.over),
        "result": result_data(reading.result),
        "difference": exact(reading.difference),
        "relative_error": exact(reading.relative_error),
        "tie_rules": list(reading.tie_rules),
        "feasible": None if reading.feasible is None else list(map(list, reading.feasible.ranges)),
        "causes": [_cause_data(cause) for cause in reading.causes],
        "target_effect": reading.target_effect and str(reading.target_effect),
    }


def as_printed_data(verification: Verification) -> Data:
    """Return the verification by the printed formula, where an erratum corrects it."""
    return {
        "verdict": str(verification.verdict),
        "agrees": verification.agrees,
        "interval": interval_data(verification.interval),
        "result": result_data(verification.result),
    }


def _cause_data(cause: Cause) -> Data:
    return {
        "kind": str(cause.kind),
        "sentence": cause.sentence,
        "value": exact(cause.value),
        "proof": cause.proof,
        "changes": cause.changes,
        "chance": exact(cause.chance),
    }


def _phrases(indicator: Indicator | None) -> list[Data]:
    phrases = indicator.evidence if indicator else ()
    return [{"text": phrase.text, "source": str(phrase.source)} for phrase in phrases]


# --- its parts -----------------------------------------------------------------------------------


def finding_data(finding: Diagnostic, indicator: str | None = None) -> Data:
    """Return a finding with its place, and the code of the row it is on."""
    line, column = finding.position or (None, None)
    return {
        "indicator": indicator,
        "code": finding.code,
        "severity": str(finding.severity),
        "message": finding.message,
        "file": finding.source.name if finding.source else None,
        "line": line,
        "column": column,
        "cause": finding.cause,
        "help": finding.help,
    }


def result_data(result: Result) -> Data:
    """Return a result with its steps."""
    return {
        "value": exact(result.value),
        "approximate": None if result.value is None else str(result.rounded(10)),
        "enclosure": interval_data(result.interval),
        "unit": result.unit,
        "status": str(result.status),
        "reason": result.reason,
        "counts": {name: exact(value) for name, value in result.counts.items()},
        "steps": list(result.steps),
    }


def target_data(target: Target) -> Data:
    """Return a planned figure as printed, and what it means."""
    return {
        "printed": target.printed,
        "kind": str(target.kind),
        "value": exact(target.value),
        "low": exact(target.low),
        "high": exact(target.high),
    }


def interval_data(interval: Interval | None) -> Data | None:
    """Return the ends of an interval."""
    if interval is None:
        return None
    return {
        "low": exact(interval.low),
        "high": exact(interval.high),
        "low_closed": interval.low_closed,
        "high_closed": interval.high_closed,
    }


def exact(value: Fraction | None) -> str | None:
    """Return a number for programs: ``0.35``, else a fraction such as ``2/3``."""
    if value is None:
        return None
    shown = number_text(value)
    return shown if shown.isascii() else str(value)
