"""The command line: what it prints, where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from kpiformula import available, load
from kpiformula.cli import app
from kpiformula.cli.accounts import Progress, Tally, progress
from kpiformula.diagnostics import KpiFormulaError
from kpiformula.linting import by_row, lint
from kpiformula.runs import Outcome, Verifier
from kpiformula.tables import parse_reported
from kpiformula.verification import Verdict

ROOT = Path(__file__).parent.parent
EXAMPLES = "docs/examples/ktu-printed-examples.csv"
KTU = "ktu-programme-2024-2029"
HEAD = "code;year;reported;category;G;F\n"
PROGRAM = (sys.executable, "-c", "from kpiformula.cli import main; main()")


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(app, arguments, input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def verified(table: str, *options: str) -> Result:
    return run("verify", "-", "--methodology", KTU, *options, stdin=HEAD + table)


def started(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """The command in a process of its own, which may be sent a signal or lose its reader."""
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        **options,
    )


def long_table(folder: Path, rows: int) -> str:
    """A table whose verdicts do not fit into a pipe."""
    table = folder / "long.csv"
    lines = (f"2.3.3;{1000 + row};0,4;;{row};8525\n" for row in range(rows))
    table.write_text(HEAD + "".join(lines), encoding="utf-8")
    return str(table)


# --- the main job --------------------------------------------------------------------------------


def test_the_worked_examples_of_the_document() -> None:
    result = run("verify", EXAMPLES)
    assert result.exit_code == 1
    head, *shown, summary = result.stdout.splitlines()
    rows, contradiction = shown[:5], shown[5]
    assert head.split() == ["place", "code", "year", "reported", "verdict", "computed", "interval",
                            "note"]  # fmt: skip
    cells = [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in rows]
    assert [row[:7] for row in cells] == [
        [f"{EXAMPLES}:2", "2.3.3", "2025", "0,4", "rounded", "140/341 ≈ 0.4106", "[0.35, 0.45]"],
        [f"{EXAMPLES}:3", "3.2.1", "2025", "0,4", "rounded", "1850/4743 ≈ 0.3900", "[0.35, 0.45]"],
        [f"{EXAMPLES}:4", "4.1.1", "2025", "63", "mismatch", "1280/21 ≈ 60.9524", "[62.5, 63.5]"],
        [f"{EXAMPLES}:5", "4.2.3", "2025", "46", "mismatch", "5300/117 ≈ 45.2991", "[45.5, 46.5]"],
        [f"{EXAMPLES}:6", "4.6.1", "2025", "12", "rounded", "350/29 ≈ 12.0690", "[11.5, 12.5]"],
    ]
    assert cells[0][7] == "35 / 8525 * 100 is consistent with 0,4"
    reading, printed = cells[3][7].split("; ")
    assert reading == (
        "53 / 117 * 100 contradicts 46, too high by 82/117 ≈ 0.7009, "
        "likely cause: the figure planned for 2025 is reported"
    )
    assert printed == (
        "by the printed formula H = G / F * 100: mismatch, "
        "117 / 53 * 100 = 11700/53 ≈ 220.7547 contradicts 46, too low by 9262/53 ≈ 174.7547"
    )
    assert "KF535: students_total is 9486 in 3.2.1 (2025) and 8525 in 2.3.3" in contradiction
    assert summary == "5 rows read: rounded 3, mismatch 2; 1 contradiction"
    assert result.stderr == ""


def test_as_printed_uses_the_printed_formula_alone() -> None:
    row = run("verify", EXAMPLES, "--as-printed").stdout.splitlines()[4]
    assert "11700/53 ≈ 220.7547" in row
    assert "5300/117" not in row
    assert "by the printed formula" not in row


def test_json_is_one_object_a_row() -> None:
    result = run("verify", EXAMPLES, "--format", "json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["verdict"] for row in rows] == ["rounded", "rounded", "mismatch", "mismatch",
                                                "rounded"]  # fmt: skip
    assert [row["line"] for row in rows] == [2, 3, 4, 5, 6]
    first, wos = rows[0], rows[3]
    assert first["result"]["value"] == "140/341"
    assert first["interval"] == {
        "low": "0.35", "high": "0.45", "low_closed": True, "high_closed": True
    }  # fmt: skip
    assert (first["agrees"], first["as_printed"], first["findings"]) == (True, None, [])
    assert wos["as_printed"]["result"]["value"] == "11700/53"
    assert "KF535" in result.stderr
    assert result.stderr.splitlines()[-1] == "5 rows read: rounded 3, mismatch 2; 1 contradiction"


def test_csv_reads_back_row_by_row() -> None:
    result = run("verify", EXAMPLES, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["computed"][:5] for row in rows] == ["0.410", "0.390", "60.95", "45.29", "12.06"]
    assert [row["agrees"] for row in rows] == ["yes", "yes", "no", "no", "yes"]
    assert (rows[3]["verdict_as_printed"], rows[3]["computed_as_printed"][:5]) == (
        "mismatch", "220.7"
    )  # fmt: skip
    assert "5 rows read" in result.stderr


def test_csv_leaves_no_formula_for_a_spreadsheet() -> None:
    result = verified("=cmd|' /C calc'!A0;2025;-5,00;;1;2\n", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert row["code"] == "'=cmd|' /C calc'!A0"
    assert row["reported"] == "-5,00"


def test_a_cell_cannot_steer_the_terminal() -> None:
    result = verified("2.3.3\x1b[2J\u202e;2025;1;;1;2\n")
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout


# --- verdicts and exit codes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "verdict", "exit_code"),
    [
        ("2.3.3;2025;0,4;;35;8525", "rounded", 0),
        ("2.3.3;2025;50;;1;2", "exact", 0),
        ("2.3.3;2025;12;;1;8", "tie_rule", 0),
        ("2.3.3;2025;66;;2;3", "truncated", 1),
        ("2.3.3;2025;67;;1;3", "mismatch", 1),
        ("2.3.3;2025;34,6;;;438", "infeasible", 1),
        ("2.3.3;2025;34;;;438", "untestable", 1),
        ("2.3.3;2025;1;;1;0", "undefined", 1),
        ("2.3.3;2025;1;;;", "not_evaluated", 1),
        ("2.3.3;2025;-;;35;8525", "not_evaluated", 1),
        ("2.3.3;2025;NaN;;35;8525", "error", 1),
        ("9.9.9;2025;1;;1;2", "error", 1),
        ("2.3.3;2025;1;2;3", "error", 1),
    ],
)
def test_every_verdict(row: str, verdict: str, exit_code: int) -> None:
    result = verified(row + "\n")
    assert result.stdout.splitlines()[-1] == f"1 row read: {verdict} 1"
    assert result.exit_code == exit_code


def test_a_missing_count_is_never_a_pass() -> None:
    result = verified("2.3.3;2025;0,4;;35;8525\n2.3.3;2026;0,4;;35;\n")
    assert result.exit_code == 1


def test_a_rounding_may_be_asked_for() -> None:
    assert verified("2.3.3;2025;66;;2;3\n", "--rounding", "truncate").exit_code == 0
    assert verified("2.3.3;2025;12;;1;8\n", "--rounding", "half_up").exit_code == 1
    assert verified("2.3.3;2025;1;;1;2\n", "--rounding", "up").exit_code == 2


def test_the_category_is_the_row_s_or_the_one_given() -> None:
    row = "1.3.1;2025;0,6;{};35;8525\n"
    options = ("--as-printed", "--category", "research")
    assert "210/341" in verified(row.format("national"), *options).stdout
    assert "280/341" in verified(row.format(""), *options).stdout
    none = verified(row.format(""), "--as-printed")
    assert "KF506" in none.stdout
    assert none.exit_code == 1


def test_a_printed_formula_that_lacks_a_category_is_mentioned() -> None:
    result = verified("1.3.1;2025;35;;35;8525\n")
    assert "the printed formula is not evaluated: KF506" in result.stdout
    assert result.exit_code == 0
    both = verified("1.3.1;2025;35;national;35;8525\n").stdout
    assert "by the printed formula H = G / F * 100 * K: mismatch" in both


def test_an_error_of_a_row_stands_in_its_line_and_the_others_go_on() -> None:
    result = verified("2.3.3;2025;0,4;;35;#DIV/0!\n2.33;2025;0,4;;1;2\n2.3.3;2026;0,4;;35;8525\n")
    _, first, second, third, summary = result.stdout.splitlines()
    assert "error" in first
    assert "KF504: `F`: not a number: '#DIV/0!'" in first
    assert "KF530" in second
    assert "did you mean 2.3.3" in second
    assert "rounded" in third
    assert summary == "3 rows read: rounded 1, error 2"
    assert result.exit_code == 1


def test_notes_on_cells_go_to_standard_error() -> None:
    result = verified("2.3.3\u200b;2025;0,4;;35;8525\n")
    assert "<stdin>:2:1: info KF529" in result.stderr
    assert result.exit_code == 0


def test_a_row_may_name_a_shipped_methodology_only(tmp_path: Path) -> None:
    head = "methodology;code;year;reported;G;F\n"
    rows = f"{KTU};2.3.3;2025;0,4;35;8525\n;2.3.3;2026;0,4;35;8525\n{tmp_path};1;2025;1;2;3\n"
    result = run("verify", "-", "--methodology", KTU, stdin=head + rows)
    assert "KF409" in result.stdout.splitlines()[3]
    assert result.stdout.splitlines()[-1] == "3 rows read: rounded 2, error 1"


def test_without_a_methodology_several_need_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    table = HEAD + "2.3.3;2025;0,4;;35;8525\n"
    result = run("verify", "-", stdin=table)
    assert result.exit_code == 2
    assert all(name in result.stderr for name in available())
    assert run("verify", EXAMPLES).exit_code == 1
    monkeypatch.setattr("kpiformula.library.available", lambda: (KTU,))
    assert run("verify", "-", stdin=table).exit_code == 0


def test_encoding_and_decimal_mark_may_be_named() -> None:
    data = "code;year;reported;G;F\n2.3.3;2025 г.;1,234;35;8525\n".encode("cp1251")
    of_ktu = partial(run, "verify", "-", "--methodology", KTU, stdin=data)
    assert of_ktu().exit_code == 3
    assert "KF505" in of_ktu("--encoding", "cp1251").stdout
    stated = of_ktu("--encoding", "cp1251", "--decimal", ",")
    assert "mismatch 1" in stated.stdout


# --- accounts ------------------------------------------------------------------------------------

KINDS = {
    "2.3.3;{y};0,4;;35;8525": "rounded",
    "2.3.3;{y};67;;1;3": "mismatch",
    "2.3.3;{y};1;;1;0": "undefined",
    "2.3.3;{y};;;1;2": "not_evaluated",
    "2.3.3;{y};#REF!;;1;2": "error",
    "2.3.3;{y};1;;abc;2": "error",
    "2.3.3;{y};1;;1": "error",
    "2.3.3;{y};1;;1;2;3": "error",
    "nope;{y};1;;1;2": "error",
    "2.3.3;;1;;1;2": "error",
    "1.3.1;{y};1;;1;2": "exact",
    ";;;;": "",
    "": "",
}


ktu = cache(partial(load, KTU))


@given(st.lists(st.sampled_from(list(KINDS)), min_size=2, max_size=30))
def test_no_row_is_lost_and_none_comes_twice(kinds: list[str]) -> None:
    lines = [kind.format(y=1000 + index) for index, kind in enumerate(kinds)]
    expected = [(i + 2, KINDS[kind]) for i, kind in enumerate(kinds) if KINDS[kind]]
    assume(len(expected) > 1)
    table = parse_reported((HEAD + "\n".join(lines)).encode())
    verifier = Verifier(table, ktu(), category=None, rounding="nearest", as_printed=False)
    tally = Tally()
    found: list[tuple[int, str]] = []
    for outcome in verifier.outcomes():
        tally.add(outcome)
        found.append((outcome.row.line, outcome.verdict))
    assert found == expected
    counts = Counter(verdict for _, verdict in expected)
    shown = ", ".join(f"{v} {counts[v]}" for v in (*Verdict, "error") if counts[v])
    assert tally.summary(len(expected)) == f"{len(expected)} rows read: {shown}"


def test_verdicts_that_do_not_add_up_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = Verifier.outcomes
    monkeypatch.setattr(Verifier, "outcomes", lambda self, *_: list(outcomes(self))[1:])
    result = run("verify", EXAMPLES)
    assert result.exit_code == 3
    assert "KF532: 5 rows were read and 4 verdicts given" in result.stderr
    assert "rows read" not in result.stdout


def test_a_tally_counts_each_outcome() -> None:
    (row,) = parse_reported(b"code;year;reported\n1;2025;1\n").rows
    tally = Tally()
    tally.add(Outcome(row, None))
    assert (tally.done, tally.all_agree) == (1, False)
    with pytest.raises(KpiFormulaError, match="KF532"):
        tally.summary(2)


# --- interruption and progress -------------------------------------------------------------------


def test_an_interruption_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = Verifier.outcomes

    def interrupted(self: Verifier, *_: int) -> object:
        for index, outcome in enumerate(outcomes(self)):
            if index == 2:
                raise KeyboardInterrupt
            yield outcome

    monkeypatch.setattr(Verifier, "outcomes", interrupted)
    result = run("verify", EXAMPLES)
    assert result.exit_code == 130
    assert len(result.stdout.splitlines()) == 3
    assert "interrupted after 2 of 5 rows" in result.stderr
    assert "rows read" not in result.output


@pytest.mark.skipif(os.name == "nt", reason="signals of Windows differ")
def test_a_signal_ends_with_130_and_rows_done_are_there(tmp_path: Path) -> None:
    table = long_table(tmp_path, 8000)
    default = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    command = started("verify", table, "--methodology", KTU, preexec_fn=default)
    assert command.stdout is not None
    first = [command.stdout.readline() for _ in range(3)]
    command.send_signal(signal.SIGINT)
    rest, errors = command.communicate(timeout=60)
    assert command.returncode == 130
    assert "interrupted after" in errors
    assert "Traceback" not in errors
    assert "rows read" not in rest
    assert f"{table}:2" in first[1]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def clock(*moments: float) -> Callable[[], float]:
    return partial(next, iter(moments))


def test_progress_waits_two_seconds_and_is_wiped() -> None:
    terminal = Terminal()
    count = Progress(9, terminal, clock=clock(0, 1.9, 2.0, 2.0, 2.05, 2.2, 2.2))
    for done in range(1, 5):
        count.step(done)
    assert terminal.getvalue() == "\r2 of 9 rows\r4 of 9 rows"
    count.clear()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_short_work_shows_no_progress() -> None:
    terminal = Terminal()
    count = Progress(9, terminal, clock=clock(0, 0.1))
    count.step(1)
    count.clear()
    assert terminal.getvalue() == ""


def test_no_progress_on_a_pipe() -> None:
    pipe = io.StringIO()
    count = Progress(9, pipe, clock=clock(0, 10, 20, 30))
    count.step(1)
    count.step(2)
    count.clear()
    assert pipe.getvalue() == ""


def test_rows_that_scroll_by_are_count_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(Progress, "DELAY", -1.0)
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(sys, "stderr", terminal)
    progress(9, prints_rows=True).step(1)
    assert terminal.getvalue() == ""
    progress(9, prints_rows=False).step(1)
    assert terminal.getvalue() == "\r1 of 9 rows"


def test_verify_shows_progress_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Progress, "DELAY", 0.0)
    assert run("verify", EXAMPLES).stderr == ""
    monkeypatch.setattr(
        "kpiformula.cli.batch.progress", lambda total, **_: Progress(total, terminal)
    )
    terminal = Terminal()
    run("verify", EXAMPLES)
    assert terminal.getvalue().startswith("\r1 of 5 rows")


# --- usage and unreadable input ------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["verify"],
        ["verify", EXAMPLES, "--format", "pdf"],
        ["verify", EXAMPLES, "--colour"],
        ["evaluate"],
        ["evaluate", "G=35"],
        ["evaluate", KTU],
        ["evaluate", KTU, "2.3.3", "G"],
        ["evaluate", KTU, "2.3.3", "=3"],
        ["evaluate", KTU, "2.3.3", "G=3", "G=4"],
        ["evaluate", "--formula", "H = G / F", "2.3.3"],
        ["evaluate", KTU, "2.3.3", "G=3", "F=4", "--year", "2025"],
        ["evaluate", KTU, "2.3.3", "--inputs", "counts.csv"],
        ["evaluate", "--inputs", "counts.csv", "--formula", "H = G / F"],
        ["show"],
        ["explain", "KF999"],
        ["nonsense"],
    ],
)
def test_usage(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["verify", "no-such.csv"], "KF520"),
        (["verify", "LICENSE"], "KF523"),
        (["verify", EXAMPLES, "--methodology", "ktu"], "KF409"),
        (["list", "ktu"], "KF409"),
        (["show", KTU, "2.3.33"], "KF530"),
        (["lint", "no-such-file"], "KF409"),
        (["parse", "H = G /"], "KF113"),
        (["parse", "nothing to compute here at all"], "KF100"),
        (["evaluate", "--formula", "H = G /", "G=1"], "KF113"),
        (["evaluate", KTU, "2.3.3", "Q=1"], "KF502"),
        (["evaluate", KTU, "2.3.3", "G=x"], "KF504"),
        (["evaluate", KTU, "2.3.3", "G=1,234"], "KF505"),
        (["evaluate", KTU, "1.3.1", "G=1", "F=2", "--as-printed"], "KF506"),
        (["evaluate", KTU, "--inputs", "no-such.csv"], "KF520"),
        (["evaluate", KTU, "--inputs", "LICENSE"], "KF523"),
        (["evaluate", KTU, "--inputs", "methodologies/part.schema.json"], "KF502"),
    ],
)
def test_input_that_cannot_be_read_or_used(arguments: list[str], code: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 3
    assert f"error {code}: " in result.stderr
    assert result.stdout == ""


def test_bytes_that_are_no_text() -> None:
    for command in ("parse", "lint", "verify"):
        result = run(command, "-", stdin=b"H = G / F \xff")
        assert result.exit_code == 3
        assert "KF521" in result.stderr


# --- other commands ------------------------------------------------------------------------------


def test_list() -> None:
    methodologies = run("list")
    assert methodologies.exit_code == 0
    lines = methodologies.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(available())
    for line, name in zip(lines, available(), strict=True):
        bases = Counter(row.basis for row in load(name).values())
        kinds = Counter(row.kind for row in load(name).values())
        for part in (f"{len(load(name))} rows", *(f"{k} {n}" for k, n in (bases | kinds).items())):
            assert part in line
    indicators = run("list", KTU)
    assert [line.split()[0] for line in indicators.stdout.splitlines()] == list(load(KTU))
    assert "H = G / F * 100" in indicators.stdout
    objects = [
        json.loads(line) for line in run("list", KTU, "--format", "json").stdout.splitlines()
    ]
    assert [each["code"] for each in objects] == list(load(KTU))
    heads = map(json.loads, run("list", "--format", "json").stdout.splitlines())
    for head, name in zip(heads, available(), strict=True):
        rows = list(load(name))
        assert (head["id"], head["indicators"]) == (name, rows)
        assert sum(head["by_basis"].values()) == sum(head["by_kind"].values()) == len(rows)


def test_show_a_methodology() -> None:
    shown = run("show", KTU)
    assert shown.exit_code == 0
    methodology = load(KTU)
    for part in (methodology.name["kk"], *methodology.inputs, methodology.source.file):
        assert part in shown.stdout
    assert json.loads(run("show", KTU, "--format", "json").stdout)["years"][0] == 2024


def test_show_an_indicator() -> None:
    indicator = load(KTU)["4.2.3"]
    shown = run("show", KTU, "4.2.3")
    assert shown.exit_code == 0
    assert indicator.erratum is not None
    for part in (
        indicator.name["kk"], indicator.name["en"], "H = F / G * 100", "H = G / F * 100",
        indicator.erratum.reason, "publications_scopus", "2025: 46", *indicator.cell.splitlines(),
    ):  # fmt: skip
        assert part in shown.stdout
    data = json.loads(run("show", KTU, "4.2.3", "--format", "json").stdout)
    assert (data["formula"], data["reading"]) == ("H = G / F * 100", "H = F / G * 100")
    assert data["cell"] == indicator.cell


def test_show_everything_that_is_known_of_a_row() -> None:
    name = "astmu-strategy-2022-2026"
    row = load(name)["2.1/2"]
    shown = run("show", name, "2.1/2").stdout
    for part in (
        row.name["kk"], row.name["en"], "2021: 1:6", "2026: 1:1", "also printed", ":714-716)",
        "ratio, basis printed, at_least (not printed)", row.uncertain, "figures",
        "5728-5741", f"include       {len(row.include)}: ", f"evidence      {len(row.evidence)}: ",
        "articles_wos_scopus_five_years", "1 / (a / b)", "findings: ",
    ):  # fmt: skip
        assert part in shown, part
    data = json.loads(run("show", name, "2.1/2", "--format", "json").stdout)
    assert data["baseline"]["value"] == "1/6"
    assert data["targets"]["2025"] == {
        "printed": "1:2", "kind": "ratio", "value": "0.5", "low": None, "high": None
    }  # fmt: skip
    assert [each["text"] for each in data["include"]] == [phrase.text for phrase in row.include]
    assert data["also_printed"][0]["figures"]["2021"]["printed"] == "1:6"


@pytest.mark.parametrize("name", available())
def test_rows_of_every_methodology_can_be_shown(name: str) -> None:
    for row in (load(name)[code] for code in list(load(name))[::25]):
        shown = run("show", name, row.code)
        assert shown.exit_code == 0
        assert row.name["kk"] in shown.stdout
        if row.basis == "unstated":
            assert str(row.reason) in shown.stdout


def test_show_lists_the_findings_of_the_row_as_lint_does() -> None:
    shown = run("show", KTU, "1.3.1").stdout
    assert "error KF301: " in shown
    copied = {row.code: found for row, found in by_row(load(KTU))}["2.1.2"]
    assert "KF412" in {finding.code for finding in copied}  # two rows have to be compared for it
    data = json.loads(run("show", KTU, "2.1.2", "--format", "json").stdout)
    assert [finding["code"] for finding in data["findings"]] == [f.code for f in copied]
    assert {finding["indicator"] for finding in data["findings"]} == {"2.1.2"}


CELL = (
    "Есептеу формуласы: H= G÷F\n×100×К, мұндағы: H - инвестициялар; G - тартылған; F - кіріс; "
    "К – зерттеу жоғары оқу орындары үшін коэффициент – 2; ұлттық – 1,5; 35/8525*100"
)


def test_parse() -> None:
    result = run("parse", "-", "--latex", stdin=CELL)
    assert result.exit_code == 0  # look-alike letters are worth knowing, no more
    for part in ("H = G / F * 100 * K", "denominator  F", "тартылған", "factor       100",
                 "national", "35/8525*100 = 140/341", r"\frac{G}{F}",
                 "<stdin>:2:6: info KF101"):  # fmt: skip
        assert part in result.stdout
    assert run("parse", CELL).stdout.startswith("H = G / F * 100 * K\n")


def test_parse_in_json() -> None:
    result = run("parse", CELL, "--format", "json")
    data = json.loads(result.stdout)
    assert data["formula"] == "H = G / F * 100 * K"
    assert [s["role"] for s in data["symbols"]] == ["result", "numerator", "denominator",
                                                   "coefficient"]  # fmt: skip
    assert data["coefficients"]["K"][1]["value"] == "1.5"
    assert data["examples"] == [{"printed": "35/8525*100", "value": "140/341"}]
    assert {finding["code"] for finding in data["findings"]} == {"KF101"}
    assert data["findings"][0]["line"] == 2


def test_parse_with_warnings_ends_with_1() -> None:
    result = run("parse", "[A саны] / [B саны]=100")
    assert result.exit_code == 1
    assert "warning KF104" in result.stdout


def test_what_is_not_read_is_said() -> None:
    text = "H = G / F × 100, or G / S × 100"
    assert "not read: or G / S × 100" in run("parse", text).stdout
    assert "part of the cell is not read" in run("evaluate", "--formula", text, "G=1", "F=2").stdout


def test_a_root_is_enclosed() -> None:
    result = run("evaluate", "--formula", "H = sqrt(G)", "G=2", "--format", "json")
    data = json.loads(result.stdout)
    assert (data["status"], data["value"], data["approximate"]) == ("enclosed", None, None)
    assert data["enclosure"]["low"] < data["enclosure"]["high"]
    assert result.exit_code == 0


def test_parse_shows_all_formulas() -> None:
    lines = run("parse", "Q = a/b, где a = c/d, b = e/f").stdout.splitlines()
    assert lines[:3] == ["Q = c / d / (e / f)  (principal)", "a = c / d", "b = e / f"]


def test_evaluate() -> None:
    result = run("evaluate", KTU, "2.3.3", "G=35", "F=8525")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "H = G / F * 100", "= 35 / 8525 * 100", "= 140/341 ≈ 0.4106 percent"
    ]  # fmt: skip
    corrected = run("evaluate", KTU, "4.2.3", "G=117", "F=53").stdout
    printed = run("evaluate", KTU, "4.2.3", "G=117", "F=53", "--as-printed").stdout
    assert "5300/117" in corrected
    assert "11700/53" in printed
    weighted = run("evaluate", KTU, "1.3.1", "G=1", "F=4", "--as-printed", "--category", "national")
    assert "= 37.5" in weighted.stdout


def test_evaluate_a_formula() -> None:
    assert "= 0.5" in run("evaluate", "--formula", "H=G/F*100", "G=1", "F=200").stdout
    data = json.loads(run("evaluate", "--formula", "G/F", "G=2", "F=3", "--format", "json").stdout)
    assert (data["value"], data["approximate"]) == ("2/3", "0.6666666667")


INPUTS = "input;value\nstudents_total;8 525\nstudents_university_funded_mobility;35\n"


def test_evaluate_all_rows(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text(INPUTS, encoding="utf-8")
    result = run("evaluate", KTU, "--inputs", str(file), "--year", "2025")
    assert result.exit_code == 1  # other counts are missing
    lines = result.stdout.splitlines()
    assert lines[0] == f"{KTU}, 2025"
    assert ["2.3.3", "0.4", "140/341", "≈", "0.4106", "percent"] in [x.split() for x in lines]
    assert lines[-1].startswith("184 rows: 1 computed, ")
    stdin = run("evaluate", KTU, "--inputs", "-", "--year", "2025", stdin=INPUTS)
    assert stdin.stdout == result.stdout


def test_evaluate_all_rows_in_json() -> None:
    stdin = '{"students_total": 8525, "students_university_funded_mobility": 35}'
    result = run("evaluate", KTU, "--inputs", "-", "--format", "json", stdin=stdin)
    rows = {row["code"]: row for row in map(json.loads, result.stdout.splitlines())}
    assert list(rows) == list(load(KTU))
    assert rows["2.3.3"]["result"]["value"] == "140/341"
    assert rows["2.3.3"]["target"] is None
    assert (rows["5"]["result"], rows["5"]["reason"]["code"]) == (None, "KF410")
    assert result.stderr.startswith("184 rows: 1 computed, ")


def test_all_rows_with_a_value_end_with_0(tmp_path: Path) -> None:
    name = "astmu-strategy-2022-2026"
    file = tmp_path / "counts.json"
    file.write_text(json.dumps(dict.fromkeys(load(name).inputs, 1)), encoding="utf-8")
    result = run("evaluate", name, "--inputs", str(file))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith("68 rows: 68 computed, 0 undefined, ")


@pytest.mark.parametrize(
    ("counts", "shown"), [(["G=1", "F=0"], "undefined"), (["G=1"], "not evaluated")]
)
def test_evaluate_without_a_value_ends_with_1(counts: list[str], shown: str) -> None:
    result = run("evaluate", KTU, "2.3.3", *counts)
    assert result.exit_code == 1
    assert shown in result.stdout.splitlines()[-1]
    assert "percent" not in result.stdout


def test_lint_a_methodology() -> None:
    result = run("lint", KTU)
    assert result.exit_code == 1
    findings = lint(load(KTU))
    lines = result.stdout.splitlines()
    places = [line for line in lines if line.startswith("methodologies/")]
    assert places == [str(finding).splitlines()[0] for finding in findings]
    counts = Counter(str(finding.severity) for finding in findings)
    assert (
        lines[-1]
        == f"findings: error {counts['error']}, warning {counts['warning']}, info {counts['info']}"
    )
    assert run("lint", f"methodologies/{KTU}").exit_code == 1
    objects = list(map(json.loads, run("lint", KTU, "--format", "json").stdout.splitlines()))
    assert [each["code"] for each in objects] == [f.code for f in findings]


def test_findings_stand_under_their_rows_in_printed_order() -> None:
    codes = list(load(KTU))
    objects = map(json.loads, run("lint", KTU, "--format", "json").stdout.splitlines())
    rows = list(dict.fromkeys(each["indicator"] for each in objects))
    assert rows == sorted(rows, key=codes.index)
    lines = run("lint", KTU).stdout.splitlines()
    heads = [line for line, before in zip(lines, ["", *lines], strict=False) if before == ""]
    assert [head.split("  ")[0] for head in heads if not head.startswith("findings:")] == rows


def test_lint_a_cell(tmp_path: Path) -> None:
    cell = tmp_path / "cell.txt"
    cell.write_text("H = G / F × 100", encoding="utf-8-sig")
    assert run("lint", str(cell)).stdout == "findings: none\n"
    assert run("lint", str(cell)).exit_code == 0
    assert run("lint", "-", stdin="H = К / F × 100").exit_code == 0
    refused = run("lint", "-", stdin="H = G /")
    assert refused.exit_code == 1
    assert "<stdin>:1:7: error KF113" in refused.stdout


def test_a_long_place_is_not_broken_over_lines() -> None:
    result = CliRunner().invoke(app, ["lint", KTU], env={"COLUMNS": "40"})
    assert any(len(line) > 100 for line in result.stdout.splitlines())


def test_explain() -> None:
    result = run("explain", "kf301")
    assert result.exit_code == 0
    assert result.stdout.startswith("KF301 ")
    data = json.loads(run("explain", "KF301", "--format", "json").stdout)
    assert data["severity"] == "error"


def test_version_and_help() -> None:
    from kpiformula import __version__

    assert run("--version").stdout == f"{__version__}\n"
    shown = run("-h")
    assert shown.exit_code == 0
    for command in ("list", "show", "parse", "evaluate", "verify", "lint", "explain"):
        assert command in shown.stdout
        assert run(command, "-h").exit_code == 0
    assert "130 interrupted" in shown.stdout


def test_a_closed_pipe_is_no_failure(tmp_path: Path) -> None:
    with started("verify", long_table(tmp_path, 3000), "--methodology", KTU) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.readline()
        command.stdout.close()
        assert command.stderr.read() == ""


def test_a_terminal_of_another_encoding_gets_what_it_can_show() -> None:
    done = subprocess.run(
        [*PROGRAM, "verify", EXAMPLES],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1251", "PYTHONUTF8": "0"},
        check=False,
    )
    assert done.returncode == 1
    assert b"140/341" in done.stdout
    assert done.stderr == b""


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom kpiformula.cli import app\n"
        "app(['-h'], standalone_mode=False)\n"
        "print(sorted({'sympy', 'pint', 'lark', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
