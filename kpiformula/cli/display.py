"""Lines of text and plain data for what the commands show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from kpiformula.diagnostics import Diagnostic, FormulaSyntaxError, Severity
from kpiformula.evaluation import Result
from kpiformula.formula import Coefficient, Example, Formula
from kpiformula.intervals import Interval, value_text
from kpiformula.methodology import Indicator, Methodology
from kpiformula.nodes import number_text

Data = dict[str, Any]
"""What becomes one JSON object: numbers are exact texts, such as ``140/341``."""


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


# --- findings ------------------------------------------------------------------------------------


def finding_data(finding: Diagnostic) -> Data:
    """Return a finding with its place."""
    line, column = finding.position or (None, None)
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "message": finding.message,
        "file": finding.source.name if finding.source else None,
        "line": line,
        "column": column,
        "cause": finding.cause,
        "help": finding.help,
    }


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
        "factor": _exact(formula.factor),
        "coefficients": {
            name: [
                {
                    "label": case.label,
                    "value": _exact(case.value),
                    "category": case.category,
                    "condition": str(case.condition) if case.condition else None,
                }
                for case in coefficient.cases
            ]
            for name, coefficient in formula.coefficients.items()
        },
        "examples": [
            {"printed": example.printed, "value": _exact(example.value)}
            for example in formula.examples
        ],
        "unread": [unread.printed for unread in formula.unread],
    }


# --- results -------------------------------------------------------------------------------------


def result_data(result: Result) -> Data:
    """Return a result with its steps."""
    return {
        "value": _exact(result.value),
        "approximate": None if result.value is None else str(result.rounded(10)),
        "enclosure": interval_data(result.interval),
        "unit": result.unit,
        "status": str(result.status),
        "reason": result.reason,
        "counts": {name: _exact(value) for name, value in result.counts.items()},
        "steps": list(result.steps),
    }


def interval_data(interval: Interval | None) -> Data | None:
    """Return the ends of an interval."""
    if interval is None:
        return None
    return {
        "low": _exact(interval.low),
        "high": _exact(interval.high),
        "low_closed": interval.low_closed,
        "high_closed": interval.high_closed,
    }


def _exact(value: Fraction | None) -> str | None:
    """Return a number for programs: ``0.35``, else a fraction such as ``2/3``."""
    if value is None:
        return None
    shown = number_text(value)
    return shown if shown.isascii() else str(value)


# --- methodologies -------------------------------------------------------------------------------


def english(names: Data | Any) -> str:
    """Return the English name, or the first one there is."""
    return str(names.get("en") or next(iter(names.values()), ""))


def formula_text(indicator: Indicator, *, as_printed: bool = False) -> str:
    """Return the formula that is evaluated, or the printed one, or why there is none."""
    try:
        return str(indicator.formula if as_printed else indicator.reading)
    except FormulaSyntaxError as refused:
        return f"not read: {refused.diagnostics[0].message}"


def methodology_lines(methodology: Methodology) -> Iterator[str]:
    """Yield the head of a methodology, its parts, and its inputs."""
    yield methodology.id
    yield from names_of(methodology.name.items())
    yield f"source: {methodology.source.file}: {one_line(methodology.source.title)}"
    yield f"years: {', '.join(map(str, methodology.years))}"
    yield f"categories: {', '.join(methodology.categories)}"
    yield ""
    for part in methodology.parts:
        codes = [i.code for i in methodology.values() if i.part == part.id]
        yield f"{part.id}  {english(part.name)}: {len(codes)} indicators"
    yield ""
    yield from aligned(
        [("input", "unit", "name")]
        + [(i.id, i.unit, english(i.name)) for i in methodology.inputs.values()]
    )


def methodology_data(methodology: Methodology) -> Data:
    """Return the head of a methodology and the codes of its indicators."""
    return {
        "id": methodology.id,
        "name": dict(methodology.name),
        "source": {"file": methodology.source.file, "title": methodology.source.title},
        "years": list(methodology.years),
        "categories": list(methodology.categories),
        "inputs": {
            i.id: {"name": dict(i.name), "unit": i.unit} for i in methodology.inputs.values()
        },
        "indicators": list(methodology),
    }


def indicator_lines(indicator: Indicator, methodology: Methodology) -> Iterator[str]:
    """Yield everything that is known of an indicator, the printed cell last."""
    yield indicator.code
    yield from names_of(indicator.name.items())
    yield from aligned(
        [
            ("unit", f"{indicator.unit} (printed: {indicator.printed_unit or '-'})"),
            ("kind", f"{indicator.kind}, basis {indicator.basis}, {indicator.direction}"),
            (
                "targets",
                ", ".join(f"{y}: {t.printed or '-'}" for y, t in indicator.targets.items()),
            ),
            ("owner", indicator.owner or "-"),
            ("report", indicator.report or "-"),
            ("source", f"{indicator.source}, cell {indicator.cell_source}"),
            ("formula", formula_text(indicator)),
        ]
    )
    if indicator.erratum is not None:
        printed = formula_text(indicator, as_printed=True)
        yield f"the printed formula {printed} is corrected: {indicator.erratum.reason}"
    yield ""
    yield from aligned(
        (name, symbol.unit, symbol.input, english(methodology.inputs[symbol.input].name))
        for name, symbol in indicator.symbols.items()
    )
    yield from ("", "printed:")
    yield from (f"  {one_line(line)}" for line in indicator.cell.splitlines())


def indicator_data(indicator: Indicator) -> Data:
    """Return everything that is known of an indicator."""
    erratum = indicator.erratum
    return {
        "code": indicator.code,
        "name": dict(indicator.name),
        "part": indicator.part,
        "unit": indicator.unit,
        "printed_unit": indicator.printed_unit,
        "kind": indicator.kind,
        "basis": indicator.basis,
        "direction": indicator.direction,
        "targets": {str(year): target.printed for year, target in indicator.targets.items()},
        "source": str(indicator.source),
        "cell_source": str(indicator.cell_source),
        "cell": indicator.cell,
        "formula": formula_text(indicator, as_printed=True),
        "reading": formula_text(indicator),
        "erratum": erratum and {"formula": erratum.formula, "reason": erratum.reason},
        "symbols": {
            name: {"input": symbol.input, "unit": symbol.unit}
            for name, symbol in indicator.symbols.items()
        },
    }
