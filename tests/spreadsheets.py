"""Holds our workbooks against LibreOffice: ``python -m tests.spreadsheets``.

Needs LibreOffice Calc and its Python bridge (Debian: ``libreoffice-calc python3-uno``). Results of
10 000 generated rows, their cached values replaced, are recalculated there, and each value, rounded
value and check must be ours. A template is filled in there, cell by cell, and read back, and the
verdicts must be those of the same counts without a workbook. Prints what was compared.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl

from kpiformula import load, parse
from kpiformula.diagnostics import KpiFormulaError
from kpiformula.intervals import MODES, TIE_RULES, Mode, round_decimal
from kpiformula.methodology import Indicator, Methodology
from kpiformula.tables import ReportedRow, parse_reported, sheets_out
from kpiformula.tables.results import ResultRow, results_workbook
from kpiformula.tables.shared import inputs_of
from kpiformula.tables.templates import template_workbook
from kpiformula.verification import Verdict, verify

BRIDGE = Path(__file__).with_name("spreadsheets_bridge.py")
PYTHON_OF_LIBREOFFICE = "/usr/bin/python3"
METHODOLOGY = "ktu-programme-2024-2029"
YEAR = 2025

FORMULAS = (
    "H = G / F * 100",
    "H = G / F * 100 * K",
    "H = (G + F) / K * 100",
    "H = G + F - K",
    "H = G / F + K / F",
    "H = G / F + F / K",
    "H = -G / F * 100",
    "H = G / (F / K)",
    "H = (G / F)^2",
    "H = 0.7 * G + 0.3 * F",
    "H = G / F * F",
    "H = (G - F) / F * 100",
    "H = 100 - G / F * 100",
)
_DENOMINATORS = (1, 2, 3, 4, 7, 8, 16, 25, 40, 80, 125, 160, 400, 438, 640, 800, 3125, 8525, 93750)

# --- rows ----------------------------------------------------------------------------------------


def generated(rows: int, seed: int = 1) -> Iterator[ResultRow]:
    """Yield rows of all formulas and ways of rounding: ties, cut, wrong, with gaps and zeros."""
    rng = random.Random(seed)
    formulas = [parse(text) for text in FORMULAS]
    for line in range(1, rows + 1):
        formula = rng.choice(formulas)
        counts = {name: _count(rng, name) for name in "GFK"}
        if rng.random() < 0.02:
            counts[rng.choice("GFK")] = None
        used = {name: counts[name] for name in counts if name in formula.symbols}
        mode = rng.choice(MODES)
        value = verify(formula, used, None).computed
        figure = _figure(rng, value)
        found = verify(formula, used, figure, rounding=mode)
        row = ReportedRow(line, f"=1+{line}", 2025, found.reported, used)
        yield ResultRow(row, found, "@SUM(A1)", "-2+3")


def _count(rng: random.Random, name: str) -> int | str:
    if rng.random() < 0.01:
        return 0
    if name == "F":
        return rng.choice(_DENOMINATORS) * rng.choice((1, 1, 1, 10))
    if name == "K":
        return rng.choice(("1.5", "0.5", "2", "1", "0.25", str(rng.randint(1, 9999))))
    sign = "-" if rng.random() < 0.1 else ""
    decimals = rng.choice((0, 0, 0, 1, 2))
    number = f"{rng.randint(0, 10 ** rng.randint(1, 6))}"
    return f"{sign}{number}" + (f".{rng.randint(1, 10**decimals - 1)}" if decimals else "")


def _figure(rng: random.Random, value: Fraction | None) -> Decimal:
    decimals = rng.randint(0, 3)
    if value is None:
        return round_decimal(Fraction(rng.randint(0, 999), 7), decimals, "half_up")
    figure = round_decimal(value, decimals, rng.choice((*TIE_RULES, "truncate", "ceiling")))
    if rng.random() < 0.3:
        figure += rng.choice((-1, 1, 2)) * Decimal(1).scaleb(-decimals)
    return figure


# --- what a spreadsheet makes of them ------------------------------------------------------------


@dataclass(frozen=True)
class Disagreement:
    """A cell in which a spreadsheet holds something else than we do."""

    row: int
    head: str
    ours: object
    theirs: object


def without_own_values(rows: list[ResultRow]) -> bytes:
    """Return the workbook with a placeholder for each cached value, so that only theirs remain."""
    with patch.object(sheets_out, "_cached", lambda _: "?"):
        return results_workbook(rows, rows_read=len(rows))


LIVE = (
    "numerator (live)",
    "denominator (live)",
    "computed (live)",
    "rounded (live)",
    "check (live)",
)


def disagreements(rows: list[ResultRow], calculated: bytes) -> list[Disagreement]:
    """Return where a recalculated workbook holds something else than ours does."""
    own = lines_of(results_workbook(rows, rows_read=len(rows)))
    found = []
    for number, (ours, theirs) in enumerate(zip(own, lines_of(calculated), strict=True), start=2):
        found += [
            Disagreement(number, head, ours[head], theirs[head])
            for head in LIVE
            if not same(ours[head], theirs[head], exactly=head != "computed (live)")
        ]
    return found + _of_summary(rows, calculated)


def lines_of(book: bytes) -> list[dict[str, Any]]:
    """Return the rows of the sheet of results, by heading."""
    sheet = openpyxl.load_workbook(BytesIO(book), data_only=True, read_only=True)["results"]
    head, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def untrue(rows: list[ResultRow]) -> tuple[list[Disagreement], int]:
    """Return where our own live cells are untrue, and how many rows have no check."""
    found, unchecked = [], 0
    lines = lines_of(results_workbook(rows, rows_read=len(rows)))
    for number, (result, line) in enumerate(zip(rows, lines, strict=True), start=2):
        if line["check (live)"] in (None, "too large to check here"):
            unchecked += 1
            continue
        found += [
            Disagreement(number, head, value, line[head])
            for head, value in expected(result).items()
            if not same(value, line[head], exactly=head != "computed (live)")
        ]
    return found, unchecked


def expected(result: ResultRow) -> dict[str, Any]:
    """Return what the live cells of a row must show, by exact arithmetic."""
    found = result.verification
    assert found is not None
    assert found.reported is not None
    if found.result.missing:
        return {"check (live)": "missing", "computed (live)": "missing"}
    if found.computed is None:
        return {"check (live)": "undefined", "computed (live)": "undefined"}
    return {
        "check (live)": "agrees" if found.agrees else "differs",
        "computed (live)": found.computed,
        "rounded (live)": found.result.rounded(found.reported.decimals),
    }


def same(ours: object, theirs: object, *, exactly: bool) -> bool:
    """Whether two cells are the same; a quotient to fourteen digits, all else exactly."""
    if isinstance(ours, str) or ours is None or isinstance(theirs, str) or theirs is None:
        return (ours or "") == (theirs or "")
    one, other = exact(ours), exact(theirs)
    return one == other or (not exactly and abs(one - other) <= abs(one) / 10**14)


def exact(cell: object) -> Fraction:
    """Return a number as it is written, not its binary neighbour."""
    return cell if isinstance(cell, Fraction) else Fraction(str(cell))


def _of_summary(rows: list[ResultRow], calculated: bytes) -> list[Disagreement]:
    sheet = openpyxl.load_workbook(BytesIO(calculated), data_only=True)["summary"]
    cells = {line[0]: line[1] for line in sheet.iter_rows(values_only=True) if line[0]}
    tally = Counter(result.verdict for result in rows)
    ours = {str(verdict): tally[verdict] for verdict in Verdict}
    ours |= {"all verdicts": len(rows), "rows read": len(rows), "they add up": "yes"}
    return [
        Disagreement(0, head, value, cells.get(head))
        for head, value in ours.items()
        if cells.get(head) != value
    ]


# --- a template that is filled in ----------------------------------------------------------------

Fill = tuple[str, str, str]
"""Sheet, address and what is typed there."""


@dataclass(frozen=True)
class Filling:
    """What is typed into a template: counts by input, figures and own letters by code."""

    counts: dict[str, str]
    figures: dict[str, str]
    letters: dict[str, dict[str, str]]


def filling(methodology: Methodology, seed: int = 2) -> Filling:
    """Return counts for all inputs, and figures that are right, wrong, cut off or missing."""
    rng = random.Random(seed)
    counts = {name: str(rng.randint(1, 40_000)) for name in methodology.inputs}
    letters: dict[str, dict[str, str]] = {"1.4.1": {"S": "12", "M": "7"}}
    figures = {}
    for code, row in methodology.items():
        try:
            value = verify(row, given(row, Filling(counts, {}, letters)), None,
                           category="national").computed  # fmt: skip
        except KpiFormulaError:
            value = None
        figures[code] = "-" if rng.random() < 0.05 else str(_figure(rng, value)).replace(".", ",")
    return Filling(counts, figures, letters)


def given(row: Indicator, filled: Filling) -> dict[str, str]:
    """Return the counts that a row takes from what is typed."""
    counts = {name: filled.counts[name] for name in inputs_of(row)}
    return {**counts, **filled.letters.get(row.code, {})}


def fills(template: bytes, filled: Filling) -> list[Fill]:
    """Return each cell of a template that is to be filled in."""
    book = openpyxl.load_workbook(BytesIO(template))
    found = []
    for sheet in book:
        places = {cell.value: cell.column_letter for cell in sheet[1]}
        for line in range(2, sheet.max_row + 1):
            if sheet.title == "inputs":
                name = sheet[f"{places['input']}{line}"].value
                found.append((sheet.title, f"{places[str(YEAR)]}{line}", filled.counts[name]))
            elif "reported" in places:
                code = sheet[f"{places['code']}{line}"].value
                typed = {"reported": filled.figures[code], **filled.letters.get(code, {})}
                found += [(sheet.title, f"{places[k]}{line}", typed[k]) for k in typed]
    return found


def verdicts(methodology: Methodology, table: bytes) -> dict[str, str]:
    """Return the verdict on each row of a workbook, or the code of the error."""
    rows = parse_reported(table, "filled.xlsx", methodology=methodology).rows
    return {row.code: verdict(methodology[row.code], dict(row.counts), row.reported, row.category)
            for row in rows}  # fmt: skip


def verdict(row: Indicator, counts: Any, figure: Any, category: str | None) -> str:
    """Return the verdict on a row, or the code of the error."""
    try:
        return str(verify(row, counts, figure, category=category).verdict)
    except KpiFormulaError as refused:
        return refused.code


def expected_verdicts(methodology: Methodology, filled: Filling) -> dict[str, str]:
    """Return the verdicts on what is typed, without any workbook."""
    return {
        code: verdict(row, given(row, filled), filled.figures[code].replace(",", "."), "national")
        for code, row in methodology.items()
    }


# --- LibreOffice ---------------------------------------------------------------------------------


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def in_libreoffice(book: bytes, typed: list[Fill]) -> bytes:
    """Return a workbook after LibreOffice has opened, filled in, recalculated and saved it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "in.xlsx").write_bytes(book)
        (path / "typed.json").write_text(json.dumps(typed), encoding="utf-8")
        subprocess.run([PYTHON_OF_LIBREOFFICE, str(BRIDGE), folder], check=True, timeout=900)
        return (path / "out.xlsx").read_bytes()


def check_results(rows: int) -> int:
    """Recalculate generated rows; print and return how many cells differ."""
    results = list(generated(rows))
    wrong, unchecked = untrue(results)
    wrong += disagreements(results, in_libreoffice(without_own_values(results), []))
    tally = Counter(str(each.verification and each.verification.verdict) for each in results)
    modes: Counter[Mode] = Counter(e.verification.rounding for e in results if e.verification)
    say(f"{rows} rows recalculated: {dict(tally)}, {dict(modes)}")
    say(f"rows with a live check: {rows - unchecked}; too large for one: {unchecked}")
    say(f"cells that differ: {len(wrong)} {wrong[:10] or ''}")
    return len(wrong)


def check_template() -> int:
    """Fill in a template; print and return how many verdicts differ."""
    methodology = load(METHODOLOGY)
    template = template_workbook(methodology, years=[YEAR], category="national")
    filled = filling(methodology)
    typed = fills(template, filled)
    ours = expected_verdicts(methodology, filled)
    theirs = verdicts(methodology, in_libreoffice(template, typed))
    wrong = {code: (ours.get(code), theirs.get(code)) for code in ours | theirs
             if ours.get(code) != theirs.get(code)}  # fmt: skip
    say(f"{len(typed)} cells typed, {len(theirs)} rows read back: {dict(Counter(theirs.values()))}")
    say(f"verdicts that differ: {wrong}")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(bool(check_results(10_500) + check_template()))
