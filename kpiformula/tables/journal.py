"""The journal of a verification: rows that are done, so that a run that broke off can go on.

A text file of JSON lines. The first says what the run is about (its head); each of the others is
a row that is done, numbered from one, given to the system before the next row is begun. Whatever
kills the run, the journal holds all rows but the one in work; a last line that was cut is left out
when it is read. A journal goes on only for a run with the same head.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from kpiformula.diagnostics import InputError, error
from kpiformula.mapping import Table
from kpiformula.tables.files import cannot_be_written

SCHEMA = "urn:kpiformula:journal:1"

Head = Mapping[str, Any]
"""What a run is about, as JSON has it: whatever its lines depend on."""


@dataclass(frozen=True, slots=True)
class RowDone:
    """A row that is done: its line of output, and what the rest of the run needs of it.

    ``counts`` are the values of its symbols, by which rows are held against each other; ``None``
    where the row was refused or belongs to no methodology.
    """

    line: str
    verdict: str
    agrees: bool | None
    counts: Mapping[str, Fraction] | None = None


class Journal:
    """The rows done of one run; used in a ``with`` statement, it closes its file at the end.

    Args:
        path: the file of the journal.
        head: what the run is about.
        resume: go on where the journal that is there ends; where there is none, begin.

    Raises:
        InputError: KF567 for a journal of another run, or a file that is no journal; KF568 for a
            journal with rows done that is not to be gone on with; KF569 for one that is damaged;
            KF574 for one that another run is writing; KF563 where it cannot be written.
    """

    def __init__(self, path: Path, head: Head, *, resume: bool) -> None:
        self.path = path
        self._head = _line({"schema": SCHEMA, **head})
        try:
            if not path.exists():
                path.touch()
            self._stream: BinaryIO = path.open("r+b", buffering=0)
            try:
                _reserve(self._stream, path)
                size, self.done = self._kept(head, resume=resume)
                self._stream.truncate(size)
                self._stream.seek(size)
                if not size:
                    self._write(self._head)
            except BaseException:
                self._stream.close()
                raise
        except OSError as failure:
            raise cannot_be_written(str(path), failure) from None

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # each row was given to the system when it was written
            self._stream.close()

    def add(self, row: RowDone) -> None:
        """Write down a row that is done.

        Raises:
            InputError: KF563 where it cannot be written.
        """
        counts = row.counts
        entry = {
            "row": self.done + 1,
            "line": row.line,
            "verdict": row.verdict,
            "agrees": row.agrees,
            "counts": None if counts is None else {n: str(v) for n, v in counts.items()},
        }
        try:
            self._write(_line(entry))
        except OSError as failure:
            raise cannot_be_written(str(self.path), failure) from None
        self.done += 1

    def rows(self) -> Iterator[RowDone]:
        """Yield the rows done, from the file."""
        return map(_row_done, _whole_rows(self.path))

    def remove(self) -> None:
        """Remove the file, which nobody needs once the run is complete.

        Raises:
            InputError: KF563 where it cannot be removed.
        """
        try:
            self._stream.close()
            self.path.unlink(missing_ok=True)
        except OSError as failure:
            raise cannot_be_written(str(self.path), failure) from None

    def _kept(self, head: Head, *, resume: bool) -> tuple[int, int]:
        """Return up to which byte the journal that is there is kept, and how many rows that is."""
        first = _first_line(self.path)
        if self._head.startswith(first) and first != self._head:
            return 0, 0  # nothing, or a head that was cut: no row was done
        if first != self._head and (resume or not _is_of_a_run(first)):
            raise InputError(error("KF567", _difference(self.path, first, head), help=_ADVICE))
        if resume:
            whole = list(map(len, _whole_lines(self.path)))
            return sum(whole), len(whole) - 1
        done = sum(1 for _ in _whole_rows(self.path))
        if not done:
            return 0, 0
        message = f"{self.path} holds {done} rows done of a run that broke off"
        advice = "--resume goes on with it; remove it to begin anew"
        raise InputError(error("KF568", message, help=advice if first == self._head else _ADVICE))

    def _write(self, line: bytes) -> None:
        written = 0
        while written < len(line):
            written += self._stream.write(line[written:]) or 0


_LONGEST_HEAD = 1_000_000
_ADVICE = "run again what it is of, or remove it to begin anew"


def _reserve(stream: BinaryIO, path: Path) -> None:
    """Reserve a journal for this run, until its file is closed, where the system can do it.

    Raises:
        InputError: KF574 where another run has reserved it.
    """
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"{path} is being written by another run"
        raise InputError(
            error("KF574", message, help="wait for it, or write to another file")
        ) from None
    except OSError:
        return  # a file system without reservations


def _line(entry: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(entry, ensure_ascii=False)}\n".encode("utf-8", "surrogatepass")


def _entry(line: bytes) -> dict[str, Any] | None:
    """Return the object of a line; ``None`` for what is none."""
    try:
        entry = json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _first_line(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.readline(_LONGEST_HEAD)


def _is_of_a_run(line: bytes) -> bool:
    entry = _entry(line)
    return line.endswith(b"\n") and entry is not None and entry.get("schema") == SCHEMA


def _difference(path: Path, line: bytes, head: Head) -> str:
    """Return wherein the journal that is there is another than the one of this run."""
    if not _is_of_a_run(line):
        return f"{path} is no journal of a verification"
    found = _entry(line) or {}
    other = [name for name, value in head.items() if found.get(name) != value]
    return f"{path} is the journal of another run: {' and '.join(other) or 'its head'} differs"


def _whole_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines as far as they are whole: the head, and the rows in order.

    Raises:
        InputError: KF569 where another line follows one that is damaged.
    """
    with path.open("rb") as stream:
        for number, line in enumerate(stream):
            if number and not _is_row(line, number):
                if stream.read(1):
                    message = f"{path}: line {number + 1} is not row {number}"
                    raise InputError(error("KF569", message, help="remove it to begin anew"))
                return
            yield line


def _whole_rows(path: Path) -> Iterator[bytes]:
    lines = _whole_lines(path)
    next(lines, None)
    return lines


def _is_row(line: bytes, number: int) -> bool:
    entry = _entry(line) if line.endswith(b"\n") else None
    return entry is not None and entry.get("row") == number


def _row_done(line: bytes) -> RowDone:
    entry = _entry(line) or {}
    counts = entry["counts"]
    known = None if counts is None else Table({n: Fraction(v) for n, v in counts.items()})
    return RowDone(entry["line"], entry["verdict"], entry["agrees"], known)
