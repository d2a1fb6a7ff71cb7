"""The outcomes of a table as lines of text, as JSON objects, as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from kpiformula.cli.display import one_line
from kpiformula.report.data import interval_data, outcome_data
from kpiformula.runs import Outcome, computed_text
from kpiformula.tables import ReportedRow, ReportedTable
from kpiformula.tables.delimited import guarded
from kpiformula.verification import Verdict, Verification


class TextForm:
    """One line a row: place, code, year, figure, verdict, computed value, interval, note."""

    def __init__(self, table: ReportedTable) -> None:
        rows = table.rows
        self._widths = (
            max(len(row.place) for row in rows),
            max(4, *(len(row.code) for row in rows)),
            4,
            max(8, *(len(_figure(row)) for row in rows)),
            max(map(len, Verdict)),
            22,
            12,
        )

    def head(self) -> str:
        """Return the names of the columns."""
        return self._line("place", "code", "year", "reported", "verdict", "computed", "interval",
                          "note")  # fmt: skip

    def row(self, outcome: Outcome) -> str:
        """Return the line of a row."""
        row, reading = outcome.row, outcome.reading
        computed = computed_text(reading) if reading and not reading.result.reason else "-"
        return self._line(
            row.place,
            row.code,
            str(row.year or "-"),
            _figure(row),
            outcome.verdict,
            computed,
            str((reading and reading.interval) or "-"),
            outcome.note,
        )

    def _line(self, *cells: str) -> str:
        *filled, note = map(one_line, cells)
        return "  ".join((*map(str.ljust, filled, self._widths), note)).rstrip()


class JsonForm:
    """One JSON object a row."""

    def __init__(self, table: ReportedTable) -> None:
        """Take nothing from the table: each row says where it stands."""

    def head(self) -> None:
        """Return nothing: each object names its fields."""

    def row(self, outcome: Outcome) -> str:
        """Return the object of a row."""
        return json.dumps(outcome_data(outcome), ensure_ascii=False)


class CsvForm:
    """A table with one row for each row; text is never a spreadsheet's formula."""

    COLUMNS = ("file", "line", "code", "year", "reported", "verdict", "agrees", "computed", "low",
               "high", "verdict_as_printed", "computed_as_printed", "note")  # fmt: skip

    def __init__(self, table: ReportedTable) -> None:
        """Take nothing from the table: each row says where it stands."""

    def head(self) -> str:
        """Return the names of the columns."""
        return _csv_line(self.COLUMNS)

    def row(self, outcome: Outcome) -> str:
        """Return the line of a row; computed values have ten decimals."""
        row, reading, printed = outcome.row, outcome.reading, outcome.printed
        interval = reading.interval if reading else None
        ends = interval_data(interval) or {"low": "", "high": ""}
        return _csv_line(
            (
                guarded(row.source.name),
                str(row.line),
                guarded(row.code),
                str(row.year or ""),
                _figure(row) if row.reported else "",
                outcome.verdict,
                {True: "yes", False: "no", None: ""}[outcome.agrees],
                _decimal(reading),
                ends["low"],
                ends["high"],
                str(printed.verdict) if printed else "",
                _decimal(printed),
                guarded(one_line(outcome.note)),
            )
        )


def _decimal(verification: Verification | None) -> str:
    if verification is None or verification.computed is None:
        return ""
    return str(verification.result.rounded(10))


def _figure(row: ReportedRow) -> str:
    return row.reported.printed if row.reported else "-"


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


Shown = TextForm | JsonForm | CsvForm

FORMS: dict[str, type[Shown]] = {
    "text": TextForm,
    "json": JsonForm,
    "csv": CsvForm,
}
