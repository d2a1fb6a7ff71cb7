"""Runs that break off: rows done stand in a journal, and the run goes on where it ends."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from kpiformula.cli import app
from kpiformula.diagnostics import InputError
from kpiformula.fingerprint import methodology_fingerprint
from kpiformula.mapping import Table
from kpiformula.runs import Outcome, Verifier
from kpiformula.tables.journal import Journal, RowDone

ROOT = Path(__file__).parent.parent
EXAMPLES = str(ROOT / "docs/examples/ktu-printed-examples.csv")
KTU = "ktu-programme-2024-2029"
PROGRAM = (sys.executable, "-c", "from kpiformula.cli import main; main()")
HEAD = {"version": "1", "input": {"name": "t.csv"}, "options": {"rounding": "nearest"}}


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    result = CliRunner().invoke(app, arguments, input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def table(folder: Path, rows: int) -> str:
    """Rows that agree, differ, are refused, and of which two contradict each other."""
    kinds = ("2.3.3;{y};0,4;;35;8525", "2.3.3;{y};67;;1;3", "2.3.3;{y};#REF!;;1;2",
             "1.3.1;{y};35;national;35;8525", "2.3.3;{y};1;;1;0",
             "нет\u00ad;{y};1;;1;2")  # fmt: skip
    lines = (kinds[row % len(kinds)].format(y=1000 + row) for row in range(rows))
    written = folder / "table.csv"
    head = "code;year;reported;category;G;F\n"
    last = "3.2.1;1000;0,4;;37;9486\n"
    written.write_text(head + "\n".join(lines) + "\n" + last, encoding="utf-8")
    return str(written)


def options(file: str, folder: Path, form: str = "text") -> list[str]:
    whole = ("--report", str(folder / "run.html"), "--report", str(folder / "run.json"),
             "--workbook", str(folder / "run.xlsx"))  # fmt: skip
    return ["verify", file, "--methodology", KTU, "--format", form, "--output",
            str(folder / "out"), *whole]  # fmt: skip


def break_off_after(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Let the next run be interrupted after so many of its rows."""
    outcomes = Verifier.outcomes

    def interrupted(self: Verifier, start: int = 0, stop: int | None = None) -> object:
        for index, outcome in enumerate(outcomes(self, start, stop)):
            if stop is None and index == rows:
                raise KeyboardInterrupt
            yield outcome

    monkeypatch.setattr(Verifier, "outcomes", interrupted)


# --- the same bytes ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_a_file_holds_what_is_printed_without_one(tmp_path: Path, form: str) -> None:
    file, out = table(tmp_path, 12), tmp_path / "out"
    asked = ("verify", file, "--methodology", KTU, "--format", form)
    printed, written = run(*asked), run(*asked, "--output", str(out))
    assert out.read_text(encoding="utf-8") == printed.stdout
    assert written.exit_code == printed.exit_code == 1
    summary = (printed.stdout if form == "text" else printed.stderr).splitlines()[-1]
    assert written.stdout.splitlines()[-1] == summary
    assert "KF535" in written.stdout
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("form", ["text", "json", "csv"])
@pytest.mark.parametrize("breaks", [[0], [1], [5], [13], [2, 0, 3, 1]])
def test_a_run_that_broke_off_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, breaks: list[int]
) -> None:
    file = table(tmp_path, 13)
    unbroken, resumed = (tmp_path / name for name in ("unbroken", "resumed"))
    for folder in (unbroken, resumed):
        folder.mkdir()
    expected = run(*options(file, unbroken, form))
    done = 0
    for rows in breaks:
        done += rows
        with monkeypatch.context() as patch:
            break_off_after(patch, rows)
            broken = run(*options(file, resumed, form), "--resume")
        assert broken.exit_code == 130
        (line,) = (each for each in broken.stderr.splitlines() if "interrupted" in each)
        assert line.startswith(f"interrupted after {done} of 14 rows; to go on: kpiformula ")
        assert line.endswith(" --resume")
        assert [each.name for each in resumed.iterdir()] == ["out.part"]
        assert len((resumed / "out.part").read_text("utf-8").splitlines()) == 1 + done
    found = run(*options(file, resumed, form), "--resume")
    assert (found.exit_code, found.stdout, found.stderr) == (
        expected.exit_code, expected.stdout, expected.stderr
    )  # fmt: skip
    assert {each.name for each in resumed.iterdir()} == {each.name for each in unbroken.iterdir()}
    for name in ("out", "run.html", "run.json", "run.xlsx"):
        assert (resumed / name).read_bytes() == (unbroken / name).read_bytes()


def test_rows_done_are_not_verified_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, out = table(tmp_path, 12), str(tmp_path / "out")
    asked = ("verify", file, "--methodology", KTU, "--output", out)
    with monkeypatch.context() as patch:
        break_off_after(patch, 9)
        run(*asked)
    seen: list[int] = []
    verified = Verifier._outcome

    def counted(self: Verifier, row: object) -> Outcome:
        seen.append(1)
        return verified(self, row)  # type: ignore[arg-type]

    monkeypatch.setattr(Verifier, "_outcome", counted)
    assert run(*asked, "--resume").exit_code == 1
    assert len(seen) == 13 - 9


def test_a_journal_cut_anywhere_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, out = table(tmp_path, 4), tmp_path / "out"
    asked = ("verify", file, "--methodology", KTU, "--output", str(out))
    run(*asked)
    expected = out.read_bytes()
    with monkeypatch.context() as patch:
        break_off_after(patch, 4)
        run(*asked)
    journal = tmp_path / "out.part"
    whole = journal.read_bytes()
    assert len(whole) > 1000
    near_ends = {at + step for at, byte in enumerate(whole) if byte == 10 for step in (-1, 0, 1, 2)}
    for size in sorted({*range(0, len(whole), 17), *near_ends} - {len(whole) + 1}):
        journal.write_bytes(whole[:size])
        out.write_bytes(b"old")
        run(*asked, "--resume")
        assert out.read_bytes() == expected, size
        assert not journal.exists()


# --- real signals --------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="signals of Windows differ")
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGKILL])
def test_a_process_that_is_killed_several_times_goes_on(
    tmp_path: Path, kind: signal.Signals
) -> None:
    file, out, journal = table(tmp_path, 1500), tmp_path / "out", tmp_path / "out.part"
    asked = [*PROGRAM, "verify", file, "--methodology", KTU, "--output", str(out)]
    expected = subprocess.run(asked, capture_output=True, cwd=ROOT, check=False)
    unbroken = out.read_bytes()
    out.write_bytes(b"old")
    chance, killed, sizes = random.Random(4), 0, [0]
    default = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    for _ in range(3):
        process = subprocess.Popen([*asked, "--resume"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=ROOT,
                                   preexec_fn=default)  # fmt: skip
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            if journal.exists() and journal.stat().st_size > sizes[-1]:
                break
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.2))
        process.send_signal(kind)
        _, errors = process.communicate(timeout=60)
        if process.returncode == 1:
            break  # it was done before the signal came
        killed += 1
        assert process.returncode == (130 if kind is signal.SIGINT else -kind)
        assert b"Traceback" not in errors
        assert out.read_bytes() == b"old"
        sizes.append(journal.stat().st_size)
        if kind is signal.SIGINT:
            rows = len(journal.read_bytes().splitlines()) - 1
            last = errors.decode().splitlines()[-1]
            assert f"interrupted after {rows} of 1501 rows; to go on: kpiformula verify " in last
    assert killed >= 2
    assert sizes == sorted(sizes)
    resumed = subprocess.run([*asked, "--resume"], capture_output=True, cwd=ROOT, check=False)
    assert (resumed.returncode, resumed.stdout, resumed.stderr) == (
        expected.returncode, expected.stdout, expected.stderr
    )  # fmt: skip
    assert out.read_bytes() == unbroken
    assert not journal.exists()


# --- a journal that does not belong --------------------------------------------------------------


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """A table, and the output of a run over it that broke off after two rows."""
    file, out = table(tmp_path, 6), tmp_path / "out"
    with monkeypatch.context() as patch:
        break_off_after(patch, 2)
        run("verify", file, "--methodology", KTU, "--output", str(out))
    return file, out


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 3
    assert result.stdout == ""
    return result.stderr


def test_without_resume_rows_done_are_not_lost(broken: tuple[str, Path]) -> None:
    file, out = broken
    journal = out.with_name("out.part")
    before = journal.read_bytes()
    message = refused("verify", file, "--methodology", KTU, "--output", str(out))
    assert "error KF568" in message
    assert "2 rows done" in message
    assert "--resume" in message
    assert journal.read_bytes() == before
    assert not out.exists()


@pytest.mark.parametrize(
    ("more", "differs"),
    [
        (("--rounding", "half_up"), "options"),
        (("--format", "json"), "options"),
        (("--category", "national"), "options"),
        (("--inputs", "rounded"), "options"),
        (("--as-printed",), "options"),
        (("--methodology", "metu-programme-2023-2029"), "options and methodologies"),
    ],
)
def test_the_journal_of_other_options_is_refused(
    broken: tuple[str, Path], more: tuple[str, ...], differs: str
) -> None:
    file, out = broken
    before = out.with_name("out.part").read_bytes()
    message = refused("verify", file, "--methodology", KTU, "--output", str(out), "--resume", *more)
    assert "error KF567" in message
    assert f"another run: {differs} differs" in message
    assert out.with_name("out.part").read_bytes() == before


def test_the_journal_of_another_input_is_refused(broken: tuple[str, Path]) -> None:
    file, out = broken
    data = Path(file).read_bytes()
    Path(file).write_bytes(data.replace(b"0,4", b"0,5", 1))
    asked = ("verify", file, "--methodology", KTU, "--output", str(out), "--resume")
    assert "another run: input differs" in refused(*asked)
    Path(file).write_bytes(data)
    assert run(*asked).exit_code == 1


def test_the_journal_of_another_version_is_refused(
    broken: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = broken
    monkeypatch.setattr("kpiformula.__version__", "9.9")
    asked = ("verify", file, "--methodology", KTU, "--output", str(out), "--resume")
    assert "another run: version differs" in refused(*asked)


def test_the_journal_of_a_changed_methodology_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    for each in (ROOT / "methodologies" / KTU).glob("*.yaml"):
        (folder / each.name).write_bytes(each.read_bytes())
    file, out = table(tmp_path, 6), tmp_path / "out"
    asked = ("verify", file, "--methodology", str(folder), "--output", str(out))
    with monkeypatch.context() as patch:
        break_off_after(patch, 2)
        run(*asked)
    part = next(each for each in folder.glob("*.yaml") if each.name != "methodology.yaml")
    part.write_text(part.read_text("utf-8") + "# looked through\n", encoding="utf-8")
    assert "another run: methodologies differs" in refused(*asked, "--resume")


def test_the_fingerprint_of_a_methodology_is_that_of_its_files() -> None:
    folder = ROOT / "methodologies" / KTU
    same = methodology_fingerprint(KTU)
    assert methodology_fingerprint(folder) == same
    assert methodology_fingerprint(folder / "methodology.yaml") == same
    assert methodology_fingerprint("metu-programme-2023-2029") != same


@pytest.mark.parametrize("content", [b"a thesis\n", b"{}\n", b'{"schema": "urn:x"}\n{}\n', b"\xff"])
@pytest.mark.parametrize("resume", [True, False])
def test_a_file_that_is_no_journal_is_left_alone(
    tmp_path: Path, content: bytes, resume: bool
) -> None:
    other = tmp_path / "out.part"
    other.write_bytes(content)
    asked = ("verify", EXAMPLES, "--output", str(tmp_path / "out"))
    message = refused(*asked, *(["--resume"] if resume else []))
    assert "error KF567" in message
    assert "no journal" in message
    assert other.read_bytes() == content


def test_a_damaged_journal_is_refused(broken: tuple[str, Path]) -> None:
    file, out = broken
    journal = out.with_name("out.part")
    head, first, second = journal.read_bytes().splitlines(keepends=True)
    asked = ("verify", file, "--methodology", KTU, "--output", str(out), "--resume")
    for lines in ((head, second, first), (head, b"x\n", second), (head, first, first, second)):
        journal.write_bytes(b"".join(lines))
        assert "error KF569" in refused(*asked)
    journal.write_bytes(head + first + b"\0\0\0\n")
    assert run(*asked).exit_code == 1


# --- use -----------------------------------------------------------------------------------------


def test_resume_without_a_journal_begins(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("verify", EXAMPLES, "--output", str(out), "--resume").exit_code == 1
    assert out.read_text("utf-8").splitlines()[-1].startswith("5 rows read")


def test_a_journal_without_rows_is_no_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        break_off_after(patch, 0)
        assert run("verify", EXAMPLES, "--output", str(out)).exit_code == 130
    assert (tmp_path / "out.part").exists()
    assert run("verify", EXAMPLES, "--output", str(out)).exit_code == 1


@pytest.mark.parametrize(
    "more",
    [
        ("--resume",),
        ("--output", "{file}"),
        ("--output", ""),
        ("--output", "x.html", "--report", "x.html"),
        ("--output", "x.xlsx", "--workbook", "./x.xlsx"),
        ("--output", "{stem}"),
    ],
)
def test_output_needs_a_name_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "figures.part"
    file.write_bytes(Path(EXAMPLES).read_bytes())
    named = (each.format(file=file, stem=tmp_path / "figures") for each in more)
    assert run("verify", str(file), *named).exit_code == 2
    assert [each.name for each in tmp_path.iterdir()] == ["figures.part"]


def test_the_way_on_is_the_command_itself(
    broken: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = broken
    given = ["verify", file, "--methodology", KTU, "--output", str(out), "--resume"]
    monkeypatch.setattr(sys, "argv", ["kpiformula", *given])
    with monkeypatch.context() as patch:
        break_off_after(patch, 1)
        told = run(*given).stderr.splitlines()[-1].partition("to go on: ")[2]
    assert told == f"kpiformula {' '.join(given)}"
    assert run(*told.split()[1:]).exit_code == 1


def test_standard_input_goes_on_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = Path(EXAMPLES).read_bytes(), tmp_path / "out"
    asked = ("verify", "-", "--output", str(out), "--resume")
    with monkeypatch.context() as patch:
        break_off_after(patch, 3)
        assert run(*asked, stdin=data).exit_code == 130
    assert "input differs" in run(*asked, stdin=data + b"\n").stderr
    assert run(*asked, stdin=data).exit_code == 1
    assert out.read_text("utf-8") == run("verify", "-", stdin=data).stdout


# --- the journal itself --------------------------------------------------------------------------

ROWS = st.lists(
    st.builds(
        RowDone,
        st.text(),
        st.sampled_from(["rounded", "mismatch", "error"]),
        st.sampled_from([True, False, None]),
        st.none() | st.dictionaries(st.text(max_size=3), st.fractions(), max_size=3).map(Table),
    ),
    max_size=5,
)


@given(rows=ROWS, cut=st.integers(0, 4000))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[RowDone], cut: int
) -> None:
    path = tmp_path_factory.mktemp("journal") / "out.part"
    with Journal(path, HEAD, resume=False) as journal:
        for row in rows:
            journal.add(row)
        assert list(journal.rows()) == rows
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    with Journal(path, HEAD, resume=True) as journal:
        assert list(journal.rows()) == rows[: journal.done]
        assert journal.done == max(0, whole[:cut].count(b"\n") - 1)
        for row in rows[journal.done :]:
            journal.add(row)
    assert path.read_bytes() == whole


def test_each_row_is_there_as_soon_as_it_is_done(tmp_path: Path) -> None:
    path = tmp_path / "out.part"
    with Journal(path, HEAD, resume=False) as journal:
        for number in range(1, 4):
            journal.add(RowDone("a line", "rounded", True, Table({"G": Fraction(1, 3)})))
            entry = json.loads(path.read_text("utf-8").splitlines()[-1])
            assert entry == {"row": number, "line": "a line", "verdict": "rounded",
                             "agrees": True, "counts": {"G": "1/3"}}  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="files are not reserved there")
@pytest.mark.parametrize("resume", [True, False])
def test_a_journal_belongs_to_one_run_at_a_time(tmp_path: Path, resume: bool) -> None:
    path = tmp_path / "out.part"
    with Journal(path, HEAD, resume=False) as journal:
        journal.add(RowDone("a line", "rounded", True))
        before = path.read_bytes()
        with pytest.raises(InputError, match=r"KF574.*written by another run"):
            Journal(path, HEAD, resume=resume)
        assert path.read_bytes() == before
        journal.add(RowDone("another", "rounded", True))
    with Journal(path, HEAD, resume=True) as journal:
        assert journal.done == 2


def test_the_journal_of_another_head_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out.part"
    with Journal(path, HEAD, resume=False) as journal:
        journal.add(RowDone("a line", "rounded", True))
    for key in HEAD:
        with pytest.raises(InputError, match=f"KF567.*{key} differs"):
            Journal(path, {**HEAD, key: "another"}, resume=True)
