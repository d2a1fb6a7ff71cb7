"""A disk that is full, a folder that is locked: old files stay, nothing half is left behind."""

from __future__ import annotations

import errno
import os
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from io import RawIOBase
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kpiformula.cli import app
from kpiformula.diagnostics import InputError, error
from kpiformula.library import load
from kpiformula.report import write_report
from kpiformula.runs import Outcome, Run, Verifier
from kpiformula.tables import read_reported
from kpiformula.tables.files import write_whole
from kpiformula.tables.results import ResultRow, write_results
from kpiformula.tables.templates import write_template

ROOT = Path(__file__).parent.parent
EXAMPLES = str(ROOT / "docs/examples/ktu-printed-examples.csv")
NO_SPACE = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
STEPS = ("flush", "fsync", "close", "chmod", "replace")

Writer = Callable[[Path], None]


class Disk:
    """Takes so many bytes and no more; ``fails_at`` is a step behind the writing that fails."""

    def __init__(
        self, patch: pytest.MonkeyPatch, space: int = 10**9, fails_at: str | None = None,
        failure: BaseException = NO_SPACE,
    ) -> None:  # fmt: skip
        self.space, self.used, self.failure, self.fails_at = space, 0, failure, fails_at
        opened = Path.open

        def opening(path: Path, mode: str = "r", *given: Any, **more: Any) -> Any:
            if not set(mode) & set("wxa+"):
                return opened(path, mode, *given, **more)
            if fails_at == "open":
                raise failure
            return _OnDisk(opened(path, mode, *given, **more), self)

        patch.setattr(Path, "open", opening)
        if fails_at == "fsync":
            patch.setattr(os, "fsync", self.fail)
        if fails_at in ("chmod", "replace"):
            patch.setattr(Path, fails_at, self.fail)

    def fail(self, *_: object) -> None:
        raise self.failure

    def taken(self, size: int) -> int:
        """How many of so many bytes still find room."""
        room = min(size, self.space - self.used)
        self.used += room
        return room


class _OnDisk:
    """A stream onto a disk; a full one takes the bytes that find room and fails at the next."""

    def __init__(self, stream: Any, disk: Disk) -> None:
        self._stream, self._disk = stream, disk

    def __enter__(self) -> _OnDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, data: bytes) -> int:
        room = self._disk.taken(len(data))
        self._stream.write(data[:room])
        if room == 0 or (room < len(data) and not isinstance(self._stream, RawIOBase)):
            self._disk.fail()
        return room

    def close(self) -> None:
        self._stream.close()
        if self._disk.fails_at == "close":
            self._disk.fail()

    def __getattr__(self, name: str) -> Any:
        return self._disk.fail if name == self._disk.fails_at else getattr(self._stream, name)


def dense(size: int, near: int = 12, between: int = 12) -> Iterator[int]:
    """Yield places in a file: all of its first and last bytes, and some between."""
    chance = random.Random(size)
    yield from range(min(near, size))
    yield from sorted(chance.sample(range(size), min(between, size)))
    yield from range(max(0, size - near), size)


# --- every writer --------------------------------------------------------------------------------


@cache
def examples() -> tuple[Run, tuple[Outcome, ...]]:
    table = read_reported(EXAMPLES)
    verifier = Verifier(table, None, category=None, rounding="nearest", as_printed=False)
    run = verifier.run(verifier.outcomes())
    return run, run.outcomes


def page(path: Path) -> None:
    write_report(examples()[0], path)


def document(path: Path) -> None:
    write_report(examples()[0], path)


def workbook(path: Path) -> None:
    rows = [ResultRow(each.row, each.reading, each.note) for each in examples()[1]]
    write_results(path, rows, rows_read=len(rows))


def template(path: Path) -> None:
    write_template(path, load("national-concept-2023-2029"), years=[2025])


WRITERS = {
    "run.html": page,
    "run.json": document,
    "run.xlsx": workbook,
    "template.xlsx": template,
    "lines.txt": lambda path: write_whole(path, (b"line\n" for _ in range(40))),
}


def assert_untouched(
    writer: Writer, target: Path, there: bool, reason: str = "No space left on device"
) -> None:
    with pytest.raises(InputError) as caught:
        writer(target)
    assert str(caught.value).startswith(f"error KF563: {target} cannot be written: {reason}")
    assert [each.name for each in target.parent.iterdir()] == [target.name] * there
    assert not there or target.read_bytes() == b"before"


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_that_is_full_at_any_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, there: bool
) -> None:
    target, writer = tmp_path / name, WRITERS[name]
    writer(target)
    size = target.stat().st_size
    target.unlink()
    if there:
        target.write_bytes(b"before")
    for space in dense(size):
        with monkeypatch.context() as patch:
            disk = Disk(patch, space)
            assert_untouched(writer, target, there)
            assert disk.used == space
    with monkeypatch.context() as patch:
        Disk(patch, 2 * size + 1000)
        writer(target)
    assert target.stat().st_size >= size - 100


def test_every_byte_of_a_small_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"before")
    for space in range(200):
        with monkeypatch.context() as patch:
            Disk(patch, space)
            assert_untouched(WRITERS["lines.txt"], target, True)


@pytest.mark.parametrize("step", ["open", *STEPS])
@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_that_fails_behind_the_last_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, step: str
) -> None:
    target = tmp_path / name
    target.write_bytes(b"before")
    with monkeypatch.context() as patch:
        Disk(patch, fails_at=step)
        assert_untouched(WRITERS[name], target, True)


@pytest.mark.parametrize("name", WRITERS)
def test_a_locked_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    target = tmp_path / name
    with monkeypatch.context() as patch:
        Disk(patch, fails_at="open", failure=PermissionError(errno.EACCES, "Permission denied"))
        assert_untouched(WRITERS[name], target, False, "Permission denied")


def test_workbooks_are_made_without_files_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file is made")

    for name in ("mkstemp", "mkdtemp", "TemporaryFile", "NamedTemporaryFile"):
        monkeypatch.setattr(tempfile, name, elsewhere)
    workbook(tmp_path / "run.xlsx")
    template(tmp_path / "template.xlsx")


def test_what_makes_the_pieces_may_fail_with_words_of_its_own(tmp_path: Path) -> None:
    def pieces() -> Iterable[bytes]:
        yield b"one"
        raise InputError(error("KF569", "a line is damaged"))

    with pytest.raises(InputError, match="KF569"):
        write_whole(tmp_path / "out", pieces())
    assert list(tmp_path.iterdir()) == []


# --- the command line ----------------------------------------------------------------------------

CLAIMS = (
    b"id,formula,inputs,reported\n"
    b'a,H = G / F * 100,G=35; F=8525,"0,4"\nb,H = G / F,G=1; F=3,0.5\nc,H = G / F,G=1; F=0,1\n'
)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(
    ("option", "name"),
    [("--report", "x.html"), ("--report", "x.json"), ("--workbook", "x.xlsx"), ("--output", "x")],
)
@pytest.mark.parametrize("step", ["write", "open", *STEPS])
def test_the_command_ends_with_3_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, name: str, step: str
) -> None:
    table, folder = tmp_path / "claims.csv", tmp_path / "out"
    table.write_bytes(CLAIMS)
    folder.mkdir()
    (folder / name).write_bytes(b"before")
    with monkeypatch.context() as patch:
        Disk(patch, fails_at=step) if step != "write" else Disk(patch, 10)
        result = run("verify", str(table), option, str(folder / name))
    assert result.exit_code == 3
    message = result.stderr.splitlines()
    assert f"error KF563: {folder / name}" in message[-2]
    assert "cannot be written: No space left on device" in message[-2]
    assert "rows read" not in result.stdout
    assert (folder / name).read_bytes() == b"before"
    assert {each.name for each in folder.iterdir()} <= {name, f"{name}.part"}


def test_a_template_that_finds_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        Disk(patch, 1000)
        result = run("export", "national-concept-2023-2029", "--template", str(tmp_path / "t.xlsx"))
    assert result.exit_code == 3
    assert "KF563" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_run_goes_on_once_there_is_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the disk was full, in the journal or in the file."""
    table, out, journal = (tmp_path / name for name in ("claims.csv", "out", "out.part"))
    table.write_bytes(CLAIMS)
    asked = ("verify", str(table), "--output", str(out))
    with monkeypatch.context() as patch:
        disk = Disk(patch)
        expected = run(*asked)
    size, whole = disk.used, out.read_bytes()
    assert size > 1000
    for space in sorted({*range(0, size, 7), *dense(size)}):
        out.write_bytes(b"before")
        with monkeypatch.context() as patch:
            Disk(patch, space)
            full = run(*asked)
        assert full.exit_code == 3
        assert "No space left on device" in full.stderr
        assert out.read_bytes() == b"before"
        assert {each.name for each in tmp_path.iterdir()} == {"claims.csv", "out", "out.part"}
        resumed = run(*asked, "--resume")
        assert (resumed.exit_code, resumed.stdout) == (expected.exit_code, expected.stdout)
        assert out.read_bytes() == whole
        assert not journal.exists()
