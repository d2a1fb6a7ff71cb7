"""Lines of text and plain data for what the commands show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from kpiformula.diagnostics import Diagnostic, Severity
from kpiformula.formula import Coefficient, Example, Formula
from kpiformula.intervals import value_text
from kpiformula.methodology import Indicator
from kpiformula.nodes import number_text
from kpiformula.report.data import Data
from kpiformula.report.data import exact as exact
from kpiformula.report.data import finding_data as finding_data
from kpiformula.report.data import result_data as result_data
from kpiformula.report.data import target_data as target_data
from kpiformula.results import RowResult


def aligned(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield rows of cells as lines, each column as wide as its widest cell."""
    listed = [tuple(map(one_line, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip_longest(*listed, fillvalue="")]
    for row in listed:
        yield "  ".join(map(str.ljust, row, widths)).rstrip()


def one_line(text: str) -> str:
    """Return a text without line breaks or characters that steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def names_of(names: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield names with their language: ``kk  …``."""
    return (f"{language}  {name}" for language, name in names)


def english(names: Mapping[str, str]) -> str:
    """Return the English name, or the first one there is."""
    return str(names.get("en") or next(iter(names.values()), ""))


# --- findings ------------------------------------------------------------------------------------


def finding_lines(
    rows: Iterable[tuple[Indicator, Sequence[Diagnostic]]],
) -> Iterator[str]:
    """Yield the findings of each row under its code and name."""
    for row, findings in rows:
        yield f"{row.code}  {one_line(english(row.name))}"
        yield from map(str, findings)
        yield ""


def finding_counts(findings: Sequence[Diagnostic]) -> str:
    """Return how many findings there are of each severity."""
    counts = ((severity, sum(f.severity is severity for f in findings)) for severity in Severity)
    shown = ", ".join(f"{severity} {count}" for severity, count in counts if count)
    return f"findings: {shown or 'none'}"


# --- formulas ------------------------------------------------------------------------------------


def formula_lines(formula: Formula) -> Iterator[str]:
    """Yield the canonical form, the symbols, coefficients, examples, and what is not read."""
    for each in formula.formulas:
        yield f"{each}{'  (principal)' if each is formula and formula.others else ''}"
    yield ""
    rows = [(str(s.role), s.name, s.definition or "-") for s in formula.symbols.values()]
    if formula.factor is not None:
        rows.append(("factor", number_text(formula.factor), ""))
    yield from aligned([("role", "name", "definition"), *rows])
    for coefficient in formula.coefficients.values():
        yield from ("", *_coefficient_lines(coefficient))
    for example in formula.examples:
        yield f"example: {_example_text(example)}"
    for unread in formula.unread:
        yield f"not read: {one_line(unread.printed)}"


def _coefficient_lines(coefficient: Coefficient) -> Iterator[str]:
    yield f"{coefficient.name} by category:"
    yield from aligned(
        (
            f"  {number_text(case.value)}",
            case.category or "-",
            str(case.condition or ""),
            case.label,
        )
        for case in coefficient.cases
    )


def _example_text(example: Example) -> str:
    if example.value is not None:
        return f"{example.printed} = {value_text(example.value)}"
    counts = "; ".join(f"{number_text(number)}: {words}" for number, words in example.counts)
    return f"{example.printed} ({counts})" if counts else example.printed


def formula_data(formula: Formula) -> Data:
    """Return everything read from a cell, without the findings."""
    return {
        "formula": str(formula),
        "formulas": [str(each) for each in formula.formulas],
        "language": formula.language,
        "result": formula.result.name if formula.result else None,
        "symbols": [
            {"name": s.name, "printed": s.printed, "definition": s.definition, "role": s.role}
            for s in formula.symbols.values()
        ],
        "factor": exact(formula.factor),
        "coefficients": {
            name: [
                {
                    "label": case.label,
                    "value": exact(case.value),
                    "category": case.category,
                    "condition": str(case.condition) if case.condition else None,
                }
                for case in coefficient.cases
            ]
            for name, coefficient in formula.coefficients.items()
        },
        "examples": [
            {"printed": example.printed, "value": exact(example.value)}
            for example in formula.examples
        ],
        "unread": [unread.printed for unread in formula.unread],
    }


# --- results -------------------------------------------------------------------------------------


def row_data(row: RowResult) -> Data:
    """Return a row of a methodology with its result, or why it has none, and its target."""
    return {
        "code": row.indicator.code,
        "result": row.result and result_data(row.result),
        "reason": row.reason and finding_data(row.reason, row.indicator.code),
        "target": row.target and target_data(row.target),
    }
