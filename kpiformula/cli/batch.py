"""The rows of a table on the command line: verified one after the other, or taken from a journal.

Of a row nothing is kept but what the rest of the run needs: its outcome for a report or a workbook,
otherwise the counts that are held against those of other rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import chain

import typer

from kpiformula.cli.accounts import Tally, progress
from kpiformula.cli.forms import Shown
from kpiformula.cli.journals import way_to_resume
from kpiformula.consistency import Contradictions, Entry, contradictions
from kpiformula.diagnostics import KpiFormulaError
from kpiformula.runs import Outcome, Verifier
from kpiformula.tables import ReportedTable
from kpiformula.tables.files import write_whole
from kpiformula.tables.journal import Journal, RowDone


class Batch:
    """One run over the rows of a table."""

    def __init__(
        self, table: ReportedTable, verifier: Verifier, shown: Shown, *, keeps_outcomes: bool
    ) -> None:
        self.tally, self.outcomes = Tally(), list[Outcome]()
        self._table, self._verifier, self._shown = table, verifier, shown
        self._keeps_outcomes = keeps_outcomes
        self._entries: list[Entry] = []

    @cached_property
    def against(self) -> Contradictions:
        """What cannot all be right among the rows done."""
        return contradictions(self._entries)

    def printed(self) -> None:
        """Print the head, and the line of each row as soon as it is done."""
        try:
            for line in self._head:
                typer.echo(line)
            done = map(self._done, self._verifier.outcomes())
            for row in self._counted(done, prints_rows=True):
                typer.echo(row.line)
        except KeyboardInterrupt:
            typer.echo(f"\ninterrupted after {self._so_far(self.tally.done)}", err=True)
            raise

    def written(
        self,
        output: str,
        journal: Journal,
        finish: Callable[[], list[str]],
        *,
        closes: bool,
    ) -> list[str]:
        """Write the lines to a file, whole; until then rows done stand in the journal.

        ``finish`` does what is to be done when all rows are, and returns the closing lines, which
        end the file too where it ``closes`` with them.

        Raises:
            InputError: KF563 where the file or the journal cannot be written.
        """
        try:
            self._journalled(journal)
            closing = finish()
            rows = (row.line for row in journal.rows())
            write_whole(output, _encoded(chain(self._head, rows, closing if closes else ())))
        except (KeyboardInterrupt, KpiFormulaError) as broken:
            broke_off = "interrupted" if isinstance(broken, KeyboardInterrupt) else "broken off"
            done = sum(1 for _ in journal.rows())
            so_far = f"{broke_off} after {self._so_far(done)}"
            typer.echo(f"{so_far}; to go on: {way_to_resume()}", err=True)
            raise
        journal.remove()
        return closing

    def _journalled(self, journal: Journal) -> None:
        """Take the rows done from the journal, and verify those that it has not."""
        known = journal.done
        if self._keeps_outcomes:
            self.outcomes += self._verifier.outcomes(0, known)
        for _ in self._counted(journal.rows()):
            pass
        for row in self._counted(map(self._done, self._verifier.outcomes(known))):
            journal.add(row)

    @property
    def _head(self) -> tuple[str, ...]:
        head = self._shown.head()
        return () if head is None else (head,)

    def _done(self, outcome: Outcome) -> RowDone:
        if self._keeps_outcomes:
            self.outcomes.append(outcome)
        line = self._shown.row(outcome)
        return RowDone(line, outcome.verdict, outcome.agrees, outcome.counts)

    def _counted(self, rows: Iterable[RowDone], *, prints_rows: bool = False) -> Iterator[RowDone]:
        """Yield rows that are done, and count each once it was written."""
        counter = progress(len(self._table.rows), prints_rows=prints_rows)
        try:
            for row in rows:
                yield row
                if row.counts is not None:
                    read = self._table.rows[self.tally.done]
                    self._entries.append(self._verifier.entry(read, row.counts))
                self.tally.add(row)
                counter.step(self.tally.done)
        finally:
            counter.clear()

    def _so_far(self, done: int) -> str:
        return f"{done} of {len(self._table.rows)} rows"


def _encoded(lines: Iterable[str]) -> Iterator[bytes]:
    return (f"{line}\n".encode("utf-8", "replace") for line in lines)
