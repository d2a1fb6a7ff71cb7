"""Planned figures: what a careful reader takes them for, and that nothing is taken for certain."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kpiformula import Target, TargetKind, available, load
from kpiformula.figures import read_target
from kpiformula.methodology import Methodology
from kpiformula.text import BLANKS, MAX_DIGITS

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "figures.yaml").read_text(encoding="utf-8")
)
NUMBERS = st.from_regex(r"[0-9]{1,6}([,.][0-9]{1,4})?", fullmatch=True)


def meaning(target: Target) -> tuple[TargetKind, Any]:
    return target.kind, target.terms


def figures(methodology: Methodology) -> list[Target]:
    """All figures of a methodology: targets, baselines, and those printed elsewhere too."""
    found = [target for row in methodology.values() for target in row.targets.values()]
    found += [row.baseline.figure for row in methodology.values() if row.baseline]
    return found + [
        target
        for row in methodology.values()
        for also in row.also_printed
        for target in also.figures.values()
    ]


# --- cases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["printed"] or "empty")
def test_a_figure_is_what_a_careful_reader_takes_it_for(case: dict[str, Any]) -> None:
    comma = case.get("decimal_comma", False)
    target = read_target(case["printed"], case.get("unit", ""), decimal_comma=comma)
    assert target.printed == case["printed"]
    assert target.kind == case["kind"]
    for end in ("value", "low", "high"):
        assert getattr(target, end) == (Fraction(case[end]) if end in case else None), end
    assert target.decimals == case.get("decimals")
    if "parts" in case:
        assert [term.value for term in target.terms] == list(map(Fraction, case["parts"]))


@pytest.mark.parametrize("name", available())
def test_what_stays_unread_in_the_documents_is_known(name: str) -> None:
    unread = {target.printed for target in figures(load(name)) if target.kind == "unread"}
    assert unread <= {case["printed"] for case in CASES if case["kind"] == "unread"}


def test_every_kind_is_printed_somewhere() -> None:
    kinds = {target.kind for name in available() for target in figures(load(name))}
    assert kinds == set(TargetKind)


def test_a_ratio_can_be_compared() -> None:
    row = load("astmu-strategy-2022-2026")["2.1/2"]
    values = [target.value for target in row.targets.values()]
    assert values == [Fraction(1, n) for n in (5, 4, 3, 2, 1)]
    assert row.baseline is not None
    assert row.baseline.figure.value == Fraction(1, 6)


def test_the_same_amount_in_words_and_in_digits() -> None:
    row = load("ktu-programme-2024-2029")["7"]
    (elsewhere, *_) = row.also_printed
    assert elsewhere.figures[2024].printed == "196 мың"
    assert elsewhere.figures[2024].value == row.targets[2024].value == 196_000


def test_a_comma_of_a_kazakh_document_stands_before_decimals() -> None:
    row = load("ktu-programme-2024-2029")["27"]
    assert (row.targets[2024].printed, row.targets[2024].value) == (
        "377,993", Fraction(377_993, 1000)
    )  # fmt: skip


# --- laws ----------------------------------------------------------------------------------------

SIGNS = st.sampled_from([*"0123456789 ,.:/+-–%*¹<", "топ", "Топ-", "үздік", "мың", "млн.", "нөл"])


@given(st.text() | st.lists(SIGNS, max_size=12).map("".join))
@example("\ud800")
@example("٣")
@example("0," + "0" * 29 + "1")
@example("1:" + "9" * 31)
def test_any_text_is_read_or_keeps_only_what_is_printed(printed: str) -> None:
    target = read_target(printed)
    assert target.printed == printed
    assert (target.kind is TargetKind.UNREAD) <= (target == Target(printed))
    assert bool(target.terms) == (target.kind not in (TargetKind.NONE, TargetKind.UNREAD))
    if target.value is not None:
        assert target.low is target.high is None


@given(st.text() | st.lists(SIGNS, max_size=12).map("".join))
def test_what_is_shown_means_the_same(printed: str) -> None:
    assume(sum(map(str.isdigit, printed)) < MAX_DIGITS)  # a zero is shown before a bare point
    target = read_target(printed)
    assert meaning(read_target(str(target))) == meaning(target)


@given(NUMBERS, NUMBERS)
def test_both_sides_of_a_sign_are_read_as_numbers_are(left: str, right: str) -> None:
    one, other = read_target(left), read_target(right)
    assume(one.value is not None and other.value is not None)
    assert one.value is not None
    assert other.value is not None
    pair = read_target(f"{left} / {right}")
    assert [term.value for term in pair.terms] == [one.value, other.value]
    ratio = read_target(f"{left}:{right}")
    assert ratio.value == (one.value / other.value if other.value else None)
    band = read_target(f"{left}-{right}")
    ends = (one.value, other.value) if one.value < other.value else (None, None)
    assert (band.low, band.high) == ends


@given(st.sampled_from(sorted(BLANKS)), st.sampled_from(["", " ", "\n", "\u00a0", "\u200b"]))
def test_a_dash_is_no_target_however_it_is_spaced(dash: str, space: str) -> None:
    assert read_target(space + dash + space).kind is TargetKind.NONE


@given(NUMBERS, st.sampled_from([("мың", 3), ("млн", 6), ("млрд", 9)]))
def test_a_word_for_zeros_moves_the_point(number: str, scale: tuple[str, int]) -> None:
    word, zeros = scale
    plain, scaled = read_target(number), read_target(f"{number} {word}")
    assume(plain.value is not None)
    assert plain.value is not None
    assert plain.decimals is not None
    assert scaled.value == plain.value * 10**zeros
    assert scaled.decimals == plain.decimals - zeros
