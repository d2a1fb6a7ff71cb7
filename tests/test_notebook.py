"""What notebooks show: everything escaped, well formed, and complete."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from kpiformula import Indicator, count, evaluate, load, verify
from kpiformula.figures import Target
from kpiformula.mapping import Table
from kpiformula.notebook import Shown, html
from kpiformula.reading import parse

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>&\"'"
CELL = (
    f"H = G / F × 100 × K, where G - {ATTACK}; F - graduates; K - coefficient - 2; national - 1.5"
)


@pytest.fixture(scope="module")
def ktu() -> Indicator:
    return load("ktu-programme-2024-2029")["4.2.3"]


class Fragment(HTMLParser):
    """Collects tags, attributes and text, and holds every tag to its end."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs
        self.tags.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.texts)


PLAIN = {"div", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "strong"}


def hostile(indicator: Indicator) -> list[Shown]:
    formula = parse(CELL)
    counts = {"G": 35, "F": 8525}
    own = replace(
        indicator,
        code=ATTACK,
        name=Table({"en": ATTACK}),
        unit=ATTACK,
        cell=CELL,
        erratum=None,
        targets=Table({2025: Target(ATTACK)}),
    )
    unreadable = replace(own, cell=f"{ATTACK} = G / × 100")
    answered = replace(indicator, cell=CELL)
    return [
        formula,
        own,
        unreadable,
        answered,
        evaluate(formula, counts, category="national"),
        evaluate(own, counts, category="national"),
        verify(own, counts, "0,6", category="national"),
        verify(own, {"G": 35}, None, category="national"),
    ]


def test_whatever_is_printed_stays_text(ktu: Indicator) -> None:
    for shown in hostile(ktu):
        fragment = Fragment(html(shown))
        assert fragment.tags <= PLAIN
        assert "script" not in fragment.tags


def test_the_text_of_an_attack_is_shown_as_it_stands(ktu: Indicator) -> None:
    assert ATTACK in Fragment(html(parse(CELL))).text
    assert ATTACK in Fragment(html(replace(ktu, name=Table({"en": ATTACK})))).text


def test_a_formula() -> None:
    text = Fragment(
        html(parse("H = G / F × 100 × К, where G - licences; K - 2; national - 1.5"))
    ).text
    for part in ("H = G / F * 100 * K", "licences", "denominator", "KF101", "KF201"):
        assert part in text


def test_all_formulas_of_a_cell() -> None:
    text = Fragment(html(parse("Q = a/b, где a = c/d, b = e/f"))).text
    assert "a = c / d" in text
    assert "b = e / f" in text


def test_a_result_shows_its_steps(ktu: Indicator) -> None:
    text = Fragment(html(evaluate(ktu, {"G": 117, "F": 53}))).text
    for part in ("H = F / G * 100", "53 / 117 * 100", "5300/117 ≈ 45.2991", "percent"):
        assert part in text
    undefined = Fragment(html(evaluate(ktu, {"G": 0, "F": 53}))).text
    assert "undefined" in undefined
    assert "percent" not in undefined


def test_a_verification_shows_verdict_and_reason(ktu: Indicator) -> None:
    verification = verify(ktu, {"G": 117, "F": 53}, "46")
    text = Fragment(html(verification)).text
    assert "mismatch" in text
    assert verification.message in text
    assert "53 / 117 * 100" in text


def test_an_indicator_shows_printed_cell_and_correction(ktu: Indicator) -> None:
    text = Fragment(html(ktu)).text
    assert ktu.erratum is not None
    for part in ("4.2.3", "Web of Science", "2025", "46", "H = F / G * 100", ktu.erratum.reason):
        assert part in text
    assert ktu.cell in text


def test_an_indicator_that_cannot_be_read_says_so(ktu: Indicator) -> None:
    text = Fragment(html(replace(ktu, cell="H = G /", erratum=None))).text
    assert "KF113" in text
    assert "H = G /" in text


def test_counts_show_their_ledgers() -> None:
    row = load("astmu-strategy-2022-2026")["1.1/1"]
    path = Path(__file__).parent.parent / "docs/examples/astmu-records/graduates.csv"
    counted = count(row, pl.read_csv(path, infer_schema=False), year=2025)
    shown = counted._repr_html_()
    assert "<strong>b</strong> = 189, of 260 graduates" in shown
    assert "<td>on_academic_leave or expelled</td><td>must not hold</td><td>13</td>" in shown
    alone = counted.ledgers["a"]._repr_html_()
    assert alone.removeprefix("<div>").removesuffix("</div>") in shown
