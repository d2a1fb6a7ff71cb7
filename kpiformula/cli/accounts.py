"""The accounts of a verification on the command line: what is counted, and shown while it runs."""

from __future__ import annotations

import io
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import TextIO

from kpiformula.consistency import Contradictions
from kpiformula.runs import UNREADABLE, Outcome, require_all_rows
from kpiformula.tables.journal import RowDone
from kpiformula.verification import Verdict


class Tally:
    """Counts the verdicts, and holds them against the rows read."""

    def __init__(self) -> None:
        self._verdicts: Counter[str] = Counter()
        self.all_agree = True

    def add(self, row: Outcome | RowDone) -> None:
        """Count a row."""
        self._verdicts[row.verdict] += 1
        self.all_agree = self.all_agree and row.agrees is True

    @property
    def done(self) -> int:
        """How many outcomes were counted."""
        return self._verdicts.total()

    def summary(self, rows_read: int, against: Contradictions | None = None) -> str:
        """Return the number of rows, of each verdict, of contradictions and notes between rows.

        Raises:
            KpiFormulaError: KF532 where the verdicts do not add up to the rows read.
        """
        require_all_rows(rows_read, self.done)
        order = (*Verdict, UNREADABLE)
        shown = ", ".join(f"{v} {self._verdicts[v]}" for v in order if self._verdicts[v])
        rows = f"{rows_read} {'row' if rows_read == 1 else 'rows'} read: {shown}"
        return f"{rows}; {against}" if against else rows


class Progress:
    """A running count on a terminal, once work has taken longer than two seconds."""

    DELAY = 2.0
    PAUSE = 0.1

    def __init__(
        self, total: int, stream: TextIO, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total, self._stream, self._clock = total, stream, clock
        self._next = clock() + self.DELAY if stream.isatty() else None
        self._shown = False

    def step(self, done: int) -> None:
        """Show how many rows are done."""
        if self._next is not None and self._clock() >= self._next:
            self._next = self._clock() + self.PAUSE
            self._shown = True
            self._stream.write(f"\r{done} of {self._total} rows")
            self._stream.flush()

    def clear(self) -> None:
        """Wipe the count off the terminal."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def progress(total: int, *, prints_rows: bool) -> Progress:
    """Return a count on standard error; rows that scroll by on a terminal are count enough."""
    scrolling = prints_rows and sys.stdout.isatty()
    return Progress(total, io.StringIO() if scrolling else sys.stderr)
