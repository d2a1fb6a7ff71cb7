"""The results of a verification run as a workbook: verdicts, causes, formulas that recompute.

Three sheets: ``summary`` counts the verdicts and holds the sum against the rows read; ``results``
has a row for each row read; ``counts`` has each count once, in the cell that the formulas of the
results refer to. Every formula carries the value that exact arithmetic gave here, so that a reader
who does not calculate shows the same; whoever changes a count sees value and check follow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from os import PathLike
from typing import Any

from kpiformula.diagnostics import KpiFormulaError, error
from kpiformula.intervals import Figure, approximation, decimal_places, round_decimal, value_text
from kpiformula.nodes import number_text
from kpiformula.tables.files import write_whole
from kpiformula.tables.live_formulas import (
    AGREES,
    DIFFERS,
    MISSING,
    TOO_LARGE,
    UNDEFINED,
    Addresses,
    CountCell,
    NoLiveFormulaError,
    Quotient,
    check_formula,
    is_too_large,
    quotient,
    value_formula,
)
from kpiformula.tables.number_formats import SPREADSHEET_DIGITS, digits_of
from kpiformula.tables.reported import ReportedRow
from kpiformula.tables.sheets_out import (
    Column,
    Content,
    Live,
    NewSheet,
    NewWorkbook,
    address,
    require_rows,
)
from kpiformula.verification import Verdict, Verification

REFUSED = "error"
"""What stands for a verdict where a row cannot be verified at all."""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row that was read and what verifying it came to, ready to be written.

    ``verification`` is ``None`` where the row was refused; ``note`` then says why. ``name`` is
    that of the indicator.
    """

    row: ReportedRow
    verification: Verification | None
    note: str = ""
    name: str = ""

    @property
    def verdict(self) -> str:
        """The verdict, or ``error``."""
        return str(self.verification.verdict) if self.verification else REFUSED

    @property
    def cause(self) -> str:
        """The likeliest mistake behind a wrong figure, and how many others give it too."""
        causes = self.verification.causes if self.verification else ()
        more = f"; {len(causes) - 1} more" if len(causes) > 1 else ""
        return f"{causes[0]}{more}" if causes else ""


def write_results(
    path: str | PathLike[str], rows: Sequence[ResultRow], *, rows_read: int, title: str = ""
) -> None:
    """Write the results of a verification run as a workbook, whole or not at all.

    Raises:
        KpiFormulaError: KF532 where there are not as many results as rows read.
        InputError: KF562 without the libraries for Excel; KF563 where the file cannot be written;
            KF564 for more rows than a sheet holds.
    """
    write_whole(path, results_workbook(rows, rows_read=rows_read, title=title))


def results_workbook(rows: Sequence[ResultRow], *, rows_read: int, title: str = "") -> bytes:
    """Return the workbook of :func:`write_results` as bytes."""
    if len(rows) != rows_read:
        message = f"{rows_read} rows were read and {len(rows)} results given"
        raise KpiFormulaError(error("KF532", message))
    require_rows(len(rows))
    book = NewWorkbook()
    summary = book.sheet("summary")
    results = book.sheet("results", _RESULTS, frozen=2)
    counts = _Counts(book.sheet("counts", _COUNTS, frozen=2))
    for place, result in enumerate(rows, start=1):
        _write_row(results, place, result, counts)
    results.rows_below(len(rows), len(_RESULTS))
    counts.close()
    _write_summary(summary, rows, title)
    return book.data


# --- looks ---------------------------------------------------------------------------------------

_TOP = {"valign": "top"}
_WRAPPED = {"valign": "top", "text_wrap": True}
_COLOURS: Mapping[str, str] = {
    Verdict.EXACT: "#C9E7CB",
    Verdict.ROUNDED: "#C9E7CB",
    Verdict.TIE_RULE: "#E4EFC2",
    Verdict.TRUNCATED: "#FFE8B3",
    Verdict.MISMATCH: "#F8C9C4",
    Verdict.INFEASIBLE: "#F8C9C4",
    Verdict.UNTESTABLE: "#E3E3E8",
    Verdict.UNDEFINED: "#E3E3E8",
    Verdict.NOT_EVALUATED: "#E3E3E8",
    REFUSED: "#D9C2E9",
}
_MEANINGS: Mapping[str, str] = {
    Verdict.EXACT: "the value is the figure itself",
    Verdict.ROUNDED: "the value rounds to the figure",
    Verdict.TIE_RULE: "right under some rules for halves only",
    Verdict.TRUNCATED: "right only if cut off instead of rounded",
    Verdict.MISMATCH: "the value does not give the figure",
    Verdict.INFEASIBLE: "no whole count gives the figure",
    Verdict.UNTESTABLE: "any figure would pass",
    Verdict.UNDEFINED: "a denominator is zero",
    Verdict.NOT_EVALUATED: "a count or the figure is missing",
    REFUSED: "the row cannot be read or used; its note says why",
}

_RESULTS = (
    Column("code", 10, _TOP),
    Column("year", 6, _TOP),
    Column("indicator", 36, _WRAPPED),
    Column("category", 12, _TOP),
    Column("reported", 11, _TOP),
    Column("unit", 10, _TOP),
    Column("verdict", 14, _TOP),
    Column("agrees", 8, _TOP),
    Column("check (live)", 12, _TOP),
    Column("computed (live)", 14, _TOP),
    Column("rounded (live)", 11, _TOP),
    Column("computed, exact", 22, _WRAPPED),
    Column("stands for", 18, _TOP),
    Column("difference", 18, _TOP),
    Column("target", 14, _TOP),
    Column("cause", 40, _WRAPPED),
    Column("note", 50, _WRAPPED),
    Column("formula", 24, _WRAPPED),
    Column("calculation", 28, _WRAPPED),
    Column("decimals", 9, _TOP),
    Column("numerator (live)", 16, _TOP),
    Column("denominator (live)", 16, _TOP),
    Column("methodology", 24, _TOP),
    Column("place", 26, _TOP),
)
_PLACES = {column.head: index for index, column in enumerate(_RESULTS)}

_COUNTS = (
    Column("code", 10, _TOP),
    Column("year", 6, _TOP),
    Column("symbol", 14, _TOP),
    Column("value", 16, _TOP),
    Column("unit", 12, _TOP),
    Column("meaning", 60, _WRAPPED),
    Column("place", 26, _TOP),
)
_VALUE = 3


# --- counts --------------------------------------------------------------------------------------


class _Counts:
    """The sheet of counts."""

    def __init__(self, sheet: NewSheet) -> None:
        self._sheet, self._row = sheet, 0

    def add(self, result: ResultRow, verification: Verification) -> dict[str, CountCell]:
        """Write the counts of a row; return the cells of those that are numbers there."""
        cells = {}
        formula = verification.result.formula
        given = verification.result.counts
        for name in (*given, *verification.result.missing):
            self._row += 1
            require_rows(self._row)
            symbol = formula.symbols.get(name)
            value = given.get(name)
            shown: Content = None if value is None else kept(value)
            line: tuple[Content, ...] = (
                result.row.code,
                result.row.year,
                name,
                shown,
                (symbol and symbol.unit) or None,
                (symbol and (symbol.definition or symbol.printed)) or None,
                result.row.place,
            )
            for column, content in enumerate(line):
                look = _number_look(value) if column == _VALUE and value is not None else {}
                self._sheet.write(self._row, column, content, {**_COUNTS[column].look, **look})
            if value is None or not isinstance(shown, str):
                cells[name] = CountCell(address(self._row, _VALUE, "counts"), value or Fraction(0))
        return cells

    def close(self) -> None:
        """Offer filters."""
        self._sheet.rows_below(self._row, len(_COUNTS))


def kept(value: Fraction) -> int | Decimal | str:
    """Return a number as a cell keeps it: as a text where a spreadsheet would lose digits."""
    decimals = decimal_places(value)
    if decimals is None:
        return value_text(value)
    number = round_decimal(value, decimals, "half_up")
    if digits_of(number) > SPREADSHEET_DIGITS or abs(value) >= 10**SPREADSHEET_DIGITS:
        return number_text(value)
    return int(value) if decimals == 0 else number


def _number_look(value: Fraction) -> dict[str, Any]:
    decimals = decimal_places(value)
    return {"num_format": _format(decimals)} if decimals is not None else {}


def _format(decimals: int) -> str:
    return "0" if decimals <= 0 else f"0.{'0' * min(decimals, 30)}"


# --- results -------------------------------------------------------------------------------------


def _write_row(sheet: NewSheet, place: int, result: ResultRow, counts: _Counts) -> None:
    colour = {"bg_color": _COLOURS[result.verdict]}
    contents = dict(_contents(result))
    looks: dict[str, Mapping[str, Any]] = {"verdict": colour, "agrees": colour}
    if result.row.reported is not None:
        looks["reported"] = {"num_format": _format(result.row.reported.decimals)}
        looks["rounded (live)"] = looks["reported"]
    if result.verification is not None:
        cells = counts.add(result, result.verification)
        contents |= _live(place, result.verification, cells)
    sheet.fit_height(place, _RESULTS, contents)
    for head, index in _PLACES.items():
        look = {**_RESULTS[index].look, **looks.get(head, {})}
        sheet.write(place, index, contents.get(head), look)


def _contents(result: ResultRow) -> Iterator[tuple[str, Content]]:
    """Yield the cells of a row that do not recompute."""
    row, found = result.row, result.verification
    yield from (("code", row.code), ("year", row.year), ("indicator", result.name))
    yield from (("category", row.category), ("methodology", row.methodology), ("place", row.place))
    yield from (("verdict", result.verdict), ("cause", result.cause), ("note", result.note))
    if row.reported is not None:
        yield "reported", _figure_cell(row.reported)
        yield "decimals", row.reported.decimals
    if found is None:
        return
    formula, calculation, value = found.result.steps
    yield from (("unit", found.result.unit), ("formula", formula), ("calculation", calculation))
    yield "agrees", {True: "yes", False: "no", None: ""}[found.agrees]
    yield "computed, exact", value.removeprefix("= ")
    if found.interval is not None:
        yield "stands for", str(found.interval)
    if found.difference is not None:
        yield "difference", _signed(found.difference)
    if found.target_effect is not None:
        yield "target", str(found.target_effect)
    approximate = _approximate(found)
    if approximate is not None:
        yield "computed (live)", approximate


def _figure_cell(figure: Figure) -> int | Decimal | str:
    cell = kept(figure.value)
    return figure.printed if isinstance(cell, str) else cell


def _signed(difference: Fraction) -> str:
    return f"{'+' if difference > 0 else ''}{value_text(difference)}"


def _approximate(found: Verification) -> Decimal | None:
    """Return the value as a number for a cell that does not recompute."""
    if found.computed is not None:
        return _digits(found.computed)
    enclosure = found.result.interval
    return approximation(enclosure.low) if enclosure is not None else None


def _digits(value: Fraction) -> Decimal:
    """Return a number to more digits than a spreadsheet keeps."""
    size = len(str(abs(value.numerator))) - len(str(value.denominator))
    return round_decimal(value, SPREADSHEET_DIGITS + 3 - size, "half_even")


def _live(
    place: int, found: Verification, cells: Mapping[str, CountCell]
) -> Iterator[tuple[str, Content]]:
    """Yield the cells of a row that recompute, where a spreadsheet can."""
    result = found.result
    at = Addresses(
        *(
            address(place, _PLACES[head])
            for head in ("numerator (live)", "denominator (live)", "computed (live)", "reported",
                         "decimals")
        )
    )  # fmt: skip
    if set(cells) != {*result.counts, *result.missing}:
        return
    try:
        parts = quotient(result.formula.node, cells)
        value = value_formula(parts, cells, at)
    except NoLiveFormulaError:
        return
    yield "numerator (live)", Live(f"={parts.numerator.text}", parts.numerator.value)
    yield "denominator (live)", Live(f"={parts.denominator.text}", parts.denominator.value)
    yield "computed (live)", Live(value, _own_value(found))
    figure = found.reported
    if figure is None or figure.decimals < 0 or isinstance(_figure_cell(figure), str):
        return
    if found.over is not None:  # counts that are rounded themselves give an interval, not a value
        return
    rounded = f'=IF(ISNUMBER({at.value}),ROUND({at.value},{at.decimals}),"")'
    yield "rounded (live)", Live(rounded, _own_rounded(found, figure))
    yield "check (live)", Live(check_formula(at, found.rounding), _own_check(found, figure, parts))


def _own_value(found: Verification) -> str | Decimal:
    if found.computed is not None:
        return _digits(found.computed)
    return MISSING if found.result.missing else UNDEFINED


def _own_rounded(found: Verification, figure: Figure) -> str | Decimal:
    return found.result.rounded(figure.decimals) if found.computed is not None else ""


def _own_check(found: Verification, figure: Figure, parts: Quotient) -> str:
    if found.computed is None:
        return str(_own_value(found))
    if is_too_large(parts, figure.value, figure.decimals):
        return TOO_LARGE
    return AGREES if found.agrees else DIFFERS


# --- summary -------------------------------------------------------------------------------------

_BOLD = {"bold": True}
_FIRST = 3


def _write_summary(sheet: NewSheet, rows: Sequence[ResultRow], title: str) -> None:
    """Write how many rows there are of each verdict, and whether they are all that were read."""
    tally = Counter(result.verdict for result in rows)
    sheet.sheet.set_column(0, 0, 18)
    sheet.sheet.set_column(1, 1, 10)
    sheet.sheet.set_column(2, 2, 60)
    sheet.write(0, 0, title or "Verification of reported figures", {"bold": True, "font_size": 14})
    for column, head in enumerate(("verdict", "rows", "meaning")):
        sheet.write(_FIRST - 1, column, head, {"bold": True, "bottom": 1})
    verdicts = address(1, _PLACES["verdict"], "results")
    last = address(max(len(rows), 1), _PLACES["verdict"])
    for place, verdict in enumerate(_COLOURS, start=_FIRST):
        sheet.write(place, 0, str(verdict), {"bg_color": _COLOURS[verdict]})
        counted = f"=COUNTIF({verdicts}:{last},{address(place, 0)})"
        sheet.write(place, 1, Live(counted, tally[str(verdict)]))
        sheet.write(place, 2, _MEANINGS[verdict])
    total = _FIRST + len(_COLOURS)
    counts = f"{address(_FIRST, 1)}:{address(total - 1, 1)}"
    sheet.write(total, 0, "all verdicts", {"bold": True, "top": 1})
    sheet.write(total, 1, Live(f"=SUM({counts})", len(rows)), {"bold": True, "top": 1})
    sheet.write(total + 1, 0, "rows read", _BOLD)
    sheet.write(total + 1, 1, len(rows), _BOLD)
    sheet.write(total + 2, 0, "they add up", _BOLD)
    add_up = f'=IF({address(total, 1)}={address(total + 1, 1)},"yes","NO")'
    sheet.write(total + 2, 1, Live(add_up, "yes"), _BOLD)
    _write_legend(sheet, total + 4)


_LEGEND = (
    (
        "agrees: whether the figure is right under the rounding asked for; empty where that cannot "
        "be told."
    ),
    (
        "Columns marked (live) recompute from the sheet `counts`; the others are as worked out "
        "exactly when this file was written."
    ),
    (
        "The check compares whole numbers, so that halves are judged exactly; a root or a count of "
        "more than 15 digits is not recomputed here."
    ),
)


def _write_legend(sheet: NewSheet, first: int) -> None:
    for line, text in enumerate(_LEGEND):
        sheet.write(first + line, 0, text)
