"""Reports: complete accounts, nothing from outside, nothing hostile, whole files."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kpiformula import load, parse, verify
from kpiformula.cause import Kind
from kpiformula.cli import app
from kpiformula.diagnostics import InputError, KpiFormulaError
from kpiformula.figures import TargetKind
from kpiformula.intervals import MODES, TIE_RULES, Interval
from kpiformula.mapping import Table
from kpiformula.methodology import Phrase, Place
from kpiformula.report import html_report, json_report, write_report
from kpiformula.report.data import SCHEMA
from kpiformula.report.drawings import interval_drawing, label
from kpiformula.report.markup import VOID, element, plain
from kpiformula.report.wording import EFFECTS, MEANINGS, ROUNDINGS, chance_text
from kpiformula.results import Status
from kpiformula.runs import UNREADABLE, Run, Verifier
from kpiformula.tables import parse_reported
from kpiformula.verification import TargetEffect, Verdict

ROOT = Path(__file__).parent.parent
REPORT = ROOT / "kpiformula" / "report"
EXAMPLES = "docs/examples/ktu-printed-examples.csv"
KTU = "ktu-programme-2024-2029"
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>&\"'"
HEAD = "code;year;reported;category;G;F\n"
EVERY_VERDICT = """\
2.3.3;2025;0,4;;35;8525
2.3.3;2026;50;;1;2
2.3.3;2027;12;;1;8
2.3.3;2028;66;;2;3
2.3.3;2029;67;;1;3
3.2.1;2025;34,6;;;438
3.2.1;2026;34;;;438
3.2.1;2027;1;;1;0
3.2.1;2028;1;;;
3.2.1;2029;-;;35;8525
4.1.1;2025;NaN;;35;8525
9.9.9;2025;1;;1;2
4.1.1;2026;63;;64;105
4.2.3;2025;46;;117;53
1.3.1;2025;0,6;national;35;8525
"""


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def run_of(rows: str, *, name: str = "figures.csv", **asked: Any) -> Run:
    table = parse_reported((HEAD + rows).encode(), name)
    options = {"category": None, "rounding": "nearest", "as_printed": False, **asked}
    verifier = Verifier(table, load(KTU), **options)
    return verifier.run(verifier.outcomes())


class Page(HTMLParser):
    """Holds every tag to its end; collects attributes, rows of tables and text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.starts: list[tuple[str, dict[str, str | None]]] = []
        self.own: dict[str, str] = {}
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"{tag} has an attribute twice"
        self.starts.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            self.own[self.open[-1]] = self.own.get(self.open[-1], "") + data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.starts if name == tag]


@pytest.fixture(scope="module")
def full() -> Run:
    return run_of(EVERY_VERDICT)


@pytest.fixture(scope="module")
def page(full: Run) -> Page:
    return Page(html_report(full))


# --- the run -------------------------------------------------------------------------------------


def test_every_verdict_is_in_the_example(full: Run) -> None:
    assert all(full.verdicts.values())
    assert {each.verdict for each in full.outcomes} == {*Verdict, UNREADABLE}


def test_rows_read_are_rows_with_a_verdict_and_rows_refused(full: Run) -> None:
    assert len(full.outcomes) == len(full.verified) + len(full.refused) == 15
    assert sum(full.verdicts.values()) == len(full.verified)
    assert sum(map(full.agreeing, (True, False, None))) == len(full.verified)


def test_a_run_that_lost_a_row_is_refused(full: Run) -> None:
    with pytest.raises(KpiFormulaError, match="KF532"):
        replace(full, outcomes=full.outcomes[1:])


@given(st.lists(st.sampled_from(EVERY_VERDICT.splitlines()), min_size=1, max_size=8))
def test_any_rows_add_up_and_make_a_page(rows: list[str]) -> None:
    run = run_of("\n".join(rows))
    shown = Page(html_report(run))
    bodies = [each for each in shown.all("tbody") if "data-verdict" in each]
    assert len(bodies) == len(run.verified)
    assert f"{len(rows)} row{'s' * (len(rows) > 1)} read = " in shown.text


# --- the page ------------------------------------------------------------------------------------


def test_the_summary_adds_up(page: Page) -> None:
    assert "15 rows read = 13 with a verdict + 2 refused." in page.text
    assert "3 agree, 6 differ, 4 cannot be told." in page.text


def test_each_row_with_a_verdict_is_a_body_with_its_details(full: Run, page: Page) -> None:
    bodies = [each for each in page.all("tbody") if "data-verdict" in each]
    assert Counter(each["data-verdict"] for each in bodies) == {
        str(verdict): number for verdict, number in full.verdicts.items()
    }
    details = page.all("details")
    assert len(details) == len(bodies)
    agree = [each["class"] == "agrees" for each in bodies]
    assert [("open" in each) for each in details] == [not each for each in agree]


def test_a_row_shows_what_an_auditor_needs(page: Page) -> None:
    for wanted in (
        "H = G / F * 100", "= 64 / 105 * 100", "= 1280/21 ≈ 60.9524 %",  # the calculation
        "Heads of structural units who took further training in management, share",
        "Менеджмент саласында біліктілігін арттырудан өткен",
        "The computed value 1280/21 ≈ 60.9524 lies outside [62.5, 63.5], for which 63 stands",
        "the value is cut off", "Fits by chance in about 1 of",
        "met as reported, not met as computed",
        "figures.csv:2", "000_9ebc2e500d75bca9.txt:4621",
        "The formula is corrected", "By the printed formula",
        "KF504", "not a number: 'NaN'", "KF530", "has no indicator '9.9.9'",
        "students_total is 438 in 3.2.1 (2025) and 8525 in 2.3.3 (2025)",
    ):  # fmt: skip
        assert wanted in page.text, wanted


def test_names_carry_their_language(page: Page) -> None:
    languages = Counter(each.get("lang") for each in page.all("span"))
    assert languages["kk"] >= 13
    assert languages["en"] >= 13
    assert page.all("html")[0]["lang"] == "en"


def test_a_verdict_is_a_word_and_a_mark_not_a_colour_alone(page: Page) -> None:
    for verdict in Verdict:
        assert f"{verdict.replace('_', ' ')}" in page.text
    for mark in "✓✗?":
        assert mark in page.texts


def test_tables_tell_their_structure(page: Page) -> None:
    tables = page.all("table")
    assert len(tables) == len(page.all("caption")) == 4
    heads = page.all("th")
    assert all(each.get("scope") in ("col", "row") for each in heads)
    ids = [attributes["id"] for _, attributes in page.starts if "id" in attributes]
    assert len(ids) == len(set(ids))
    for each in page.all("a"):
        assert (each["href"] or "")[1:] in ids
    for each in page.all("section"):
        assert each["aria-labelledby"] in ids


def test_every_drawing_says_in_words_what_it_shows(page: Page) -> None:
    drawings = page.all("svg")
    intervals = [each for each in drawings if each["class"] == "interval"]
    assert len(intervals) == 10
    for each in drawings:
        assert each.get("aria-label") or each.get("aria-hidden") == "true"


def test_only_rows_with_a_target_stand_against_one(full: Run, page: Page) -> None:
    drawn = [each for each in page.all("svg") if each["class"] == "target"]
    planned = [each for each in full.verified if each.target and each.target.value is not None]
    assert len(drawn) == sum(each.row.reported is not None for each in planned) == 12


def test_evidence_stands_with_its_row() -> None:
    astmu = load("astmu-strategy-2022-2026")
    code, row = next((code, row) for code, row in astmu.items() if row.input and row.evidence)
    year = min(row.targets)
    table = parse_reported(f"code,year,reported,{row.input.id}\n{code},{year},5,6\n".encode(), "a")  # type: ignore[union-attr]
    verifier = Verifier(table, astmu, category=None, rounding="nearest", as_printed=False)
    shown = Page(html_report(verifier.run(verifier.outcomes())))
    for phrase in row.evidence:
        assert " ".join(phrase.text.split()) in shown.text
        assert str(phrase.source) in shown.text


def test_the_same_run_gives_the_same_page(full: Run) -> None:
    assert html_report(full) == html_report(run_of(EVERY_VERDICT))


def test_a_run_of_refused_rows_alone_is_a_page() -> None:
    shown = Page(html_report(run_of("9.9.9;2025;1;;1;2\n")))
    assert "1 row read = 0 with a verdict + 1 refused." in shown.text
    assert len(shown.all("table")) == 2


# --- nothing hostile, nothing from outside -------------------------------------------------------


def hostile_run() -> Run:
    run = run_of(f'"{ATTACK.replace(chr(34), chr(34) * 2)}";2025;1;;1;2\n' + EVERY_VERDICT,
                 name=f"{ATTACK}\u202e\x00.csv")  # fmt: skip
    mark = Phrase(ATTACK, Place(ATTACK, 1, 1))
    outcomes = [
        replace(
            each,
            methodology=ATTACK,
            indicator=each.indicator
            and replace(each.indicator, code=ATTACK, name=Table({ATTACK: ATTACK, "en": ATTACK}),
                        unit=ATTACK, evidence=(mark,)),
        )
        for each in run.outcomes
    ]  # fmt: skip
    bad = {ATTACK: replace(load(KTU), id=ATTACK, name=Table({"kk": ATTACK, "en": ATTACK}))}
    return replace(run, outcomes=tuple(outcomes), methodologies=Table(bad), category=ATTACK)


def test_what_is_hostile_never_becomes_markup(page: Page) -> None:
    shown = Page(html_report(hostile_run()))
    assert {tag for tag, _ in shown.starts} == {tag for tag, _ in page.starts}
    assert len(shown.all("script")) == len(shown.all("style")) == 1
    assert not any(name.startswith("on") for _, each in shown.starts for name in each)
    assert shown.own == page.own
    assert ATTACK in " ".join(shown.texts)


def test_characters_that_steer_are_replaced() -> None:
    assert plain("a\u202eb\x00c\x1bd\ud800") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert plain("Әбілқас\n\u00ad–") == "Әбілқас\n\u00ad–"
    html_report(hostile_run()).encode()


@given(st.text(), st.text())
def test_any_text_reads_back_as_it_is(content: str, value: str) -> None:
    shown = Page(element("p", content, title=value))
    ((tag, attributes),) = shown.starts
    assert tag == "p"
    assert "".join(shown.texts) == plain(content)
    assert attributes == {"title": plain(value)}


def test_the_page_refers_to_nothing_outside(full: Run) -> None:
    text = html_report(full)
    assert not re.search(
        r"https?:|//[a-z]|url\(|@import|\bsrc=|srcset|<link|fetch\(|import\(", text
    )
    for _, attributes in Page(text).starts:
        assert (attributes.get("href") or "#").startswith("#")
        assert "style" not in attributes


def test_the_policy_allows_the_own_style_and_script_and_nothing_else(page: Page) -> None:
    (policy,) = (each["content"] for each in page.all("meta") if "http-equiv" in each)
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for kind in ("style", "script"):
        digest = b64encode(sha256(page.own[kind].encode()).digest()).decode()
        assert rules[f"{kind}-src"] == f"'sha256-{digest}'"


# --- how it looks --------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * each for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_text_stands_out_in_light_in_dark_and_on_paper() -> None:
    """At least 4.5 to 1, as WCAG 2.2 asks of text (criterion 1.4.3)."""
    style = (REPORT / "page.css").read_text(encoding="utf-8")
    schemes = [dict(re.findall(r"--([\w-]+): (#\w+)", each)) for each in
               re.findall(r":root \{(.*?)\}", style, re.DOTALL)]  # fmt: skip
    assert len(schemes) == 3
    for scheme in schemes:
        paper = luminance(scheme["paper"])
        for name in ("ink", "quiet", "agrees", "differs", "open", "link"):
            light, dark = sorted((paper, luminance(scheme[name])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def test_every_class_of_the_page_has_a_style_or_a_use(page: Page) -> None:
    style = (REPORT / "page.css").read_text(encoding="utf-8")
    used = {name for _, each in page.starts for name in (each.get("class") or "").split()}
    plain_names = {"number", "standing", "none", "steps", "computed", "held", "file", "causes"}
    assert {name for name in used - plain_names if f".{name}" not in style} == set()


def test_everything_has_its_words() -> None:
    assert set(MEANINGS) == set(Verdict)
    assert set(ROUNDINGS) == set(MODES)
    assert set(EFFECTS) == {None, *TargetEffect}
    assert chance_text(Fraction(1, 6)) == "fits by chance in about 1 of 6 cases"
    assert chance_text(Fraction(1)) == "fits any figure"
    assert chance_text(Fraction(0)) == "does not fit by chance"


# --- drawings ------------------------------------------------------------------------------------


def drawn(rows: str) -> str:
    (outcome,) = run_of(rows).outcomes
    assert outcome.reading is not None
    return interval_drawing(outcome.reading) or ""


def places(drawing: str, kind: str) -> list[float]:
    found = re.findall(rf'<(?:circle cx|path d)="M?([\d.-]+)[^>]*class="{kind}', drawing)
    return list(map(float, found))


@pytest.mark.parametrize(
    ("row", "order", "broken"),
    [
        ("2.3.3;2025;0,4;;35;8525\n", "low value high", False),
        ("4.1.1;2025;63;;64;105\n", "value low high", False),
        ("2.3.3;2025;66;;2;3\n", "low high value", False),
        ("2.3.3;2025;1;;99;100\n", "low high value", True),
        ("2.3.3;2025;99;;1;100\n", "value low high", True),
    ],
)
def test_a_drawing_keeps_the_order_of_the_numbers(row: str, order: str, broken: bool) -> None:
    drawing = drawn(row)
    low, high = places(drawing, "end")
    (value,) = places(drawing, "value")
    by_name = {"low": low, "high": high, "value": value}
    placed = [by_name[each] for each in order.split()]
    assert all(one < other for one, other in pairwise(placed))
    assert ("not to scale" in drawing) == broken
    assert all(0 <= each <= 400 for each in placed)


def test_an_open_end_is_drawn_open() -> None:
    (outcome,) = run_of("2.3.3;2025;66;;2;3\n", rounding="truncate").outcomes
    assert outcome.reading is not None
    assert outcome.reading.interval == Interval(Fraction(66), Fraction(67), True, False)
    drawing = interval_drawing(outcome.reading) or ""
    assert drawing.count("end closed") == drawing.count("end open") == 1


@given(st.fractions(min_value=-(10**30), max_value=10**30))
def test_labels_are_short(value: Fraction) -> None:
    assert len(label(value)) <= 13


# --- JSON ----------------------------------------------------------------------------------------


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((REPORT / "run.schema.json").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("asked", [{}, {"as_printed": True, "category": "national"},
                                   {"rounding": "truncate"}])  # fmt: skip
def test_the_document_is_as_its_schema_says(asked: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    for run in (run_of(EVERY_VERDICT, **asked), run_of("9.9.9;2025;1;;1;2\n", **asked)):
        jsonschema.validate(json.loads(json_report(run)), schema())


def test_the_schema_knows_every_word_and_no_other() -> None:
    found, parts = schema(), schema()["$defs"]
    assert found["$id"] == found["properties"]["schema"]["const"] == SCHEMA
    row = parts["row"]["properties"]
    assert parts["verdict"]["enum"] == list(Verdict)
    assert row["verdict"]["enum"] == [*Verdict, UNREADABLE]
    assert row["target_effect"]["enum"] == [*TargetEffect, None]
    assert row["tie_rules"]["items"]["enum"] == list(TIE_RULES)
    assert found["properties"]["asked"]["properties"]["rounding"]["enum"] == list(MODES)
    assert parts["cause"]["properties"]["kind"]["enum"] == list(Kind)
    assert parts["target"]["properties"]["kind"]["enum"] == list(TargetKind)
    assert parts["result"]["properties"]["status"]["enum"] == list(Status)


def test_the_document_adds_up(full: Run) -> None:
    data = json.loads(json_report(full))
    summary = data["summary"]
    assert summary["rows_read"] == len(data["rows"]) == 15
    assert summary["rows_read"] == summary["with_verdict"] + summary["refused"]
    assert sum(summary["verdicts"].values()) == summary["with_verdict"]
    assert summary["agree"] + summary["differ"] + summary["cannot_be_told"] == 13
    (training,) = (row for row in data["rows"] if row["line"] == 14)
    assert training["result"]["value"] == "1280/21"
    assert training["causes"][0]["proof"] == "64 / 105 * 100 = 1280/21 ≈ 60.9524"
    refused = [row for row in data["rows"] if row["result"] is None]
    assert [row["findings"][0]["code"] for row in refused] == ["KF504", "KF530"]


# --- files ---------------------------------------------------------------------------------------


def test_the_ending_says_what_is_written(full: Run, tmp_path: Path) -> None:
    write_report(full, tmp_path / "a.html")
    write_report(full, str(tmp_path / "a.JSON"))
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == html_report(full)
    assert json.loads((tmp_path / "a.JSON").read_text(encoding="utf-8"))["schema"] == SCHEMA
    with pytest.raises(ValueError, match="ends in"):
        write_report(full, tmp_path / "a.csv")
    with pytest.raises(InputError, match="KF563"):
        write_report(full, tmp_path / "nowhere" / "a.html")


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError("disk full")])
def test_an_interruption_leaves_the_old_file_and_no_half_one(
    full: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    report = tmp_path / "a.html"
    report.write_text("old", encoding="utf-8")

    def fail(_: int) -> None:
        raise failure

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises((KeyboardInterrupt, InputError)):
        write_report(full, report)
    assert report.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [report]


def test_one_command_verifies_explains_and_reports(tmp_path: Path) -> None:
    page, data = str(tmp_path / "a.html"), str(tmp_path / "a.json")
    result = CliRunner().invoke(app, ["verify", EXAMPLES, "--report", page, "--report", data])
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "5 rows read: rounded 3, mismatch 2; 1 contradiction"
    assert "3 agree, 2 differ." in Page(Path(page).read_text(encoding="utf-8")).text
    jsonschema.validate(json.loads(Path(data).read_text(encoding="utf-8")), schema())


def test_another_ending_is_refused_before_any_work(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["verify", EXAMPLES, "--report", str(tmp_path / "a.pdf")])
    assert result.exit_code == 2
    assert "rows read" not in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_example_of_the_documentation_runs(tmp_path: Path) -> None:
    told = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", told, re.DOTALL)
    report = tmp_path / "figures.html"
    exec(example.replace('"figures.html"', repr(str(report))), {})
    assert "3 agree, 2 differ." in Page(report.read_text(encoding="utf-8")).text
    assert SCHEMA in told


@pytest.mark.parametrize(("reported", "standing"), [("0,41", "agrees"), ("0,6", "differs")])
def test_values_over_rounded_counts_are_drawn_as_a_stretch(reported: str, standing: str) -> None:
    reading = verify(load(KTU)["2.3.3"], {"G": "35", "F": "8525"}, reported, inputs="rounded")
    drawing = interval_drawing(reading) or ""
    Page(drawing)
    assert f'class="over {standing}"' in drawing
    assert "computed 0.4047 to 0.4164" in drawing


def test_a_root_is_drawn_where_it_lies() -> None:
    reading = verify(parse("H = sqrt(G)"), {"G": 2}, "1,41")
    drawing = interval_drawing(reading) or ""
    low, high = places(drawing, "end")
    (value,) = places(drawing, "value")
    assert low < value < high
    assert "computed 1.4142" in drawing


# --- counts from records -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def counted() -> Run:
    folder = ROOT / "docs/examples/astmu-records"
    records = {
        name: pl.read_csv(folder / f"{name}.csv", infer_schema=False)
        for name in ("graduates", "staff", "learners", "learner_stays")
    }
    table = parse_reported(folder.joinpath("reported.csv").read_bytes(), "reported.csv")
    verifier = Verifier(table, None, category=None, rounding="nearest", as_printed=False,
                        records=records)  # fmt: skip
    return verifier.run(verifier.outcomes())


def test_the_ledgers_behind_counts_are_shown(counted: Run) -> None:
    shown = html_report(counted)
    assert "of 260 graduates" in shown
    assert "of the 189 of b" in shown
    assert "less 13 that meet <code>on_academic_leave or expelled</code>: 189 left" in shown
    assert "The text leaves open:" in shown


def test_the_ledgers_are_in_the_document(counted: Run) -> None:
    data = json.loads(json_report(counted))
    jsonschema.validate(data, schema())
    first = data["rows"][0]["counted"]
    assert first["counts"] == {"b": "189", "a": "186"}
    for ledger in first["ledgers"]:
        removed = sum(step["removed"] for step in ledger["steps"])
        assert ledger["total"] == removed + ledger["kept"] + ledger["undecided"]
