"""Quantified phrases in running text: read as a careful reader would, whatever stands around them.

The cases are data (``cases/thresholds``, with what is agreed in its README).
"""

from __future__ import annotations

import random
import unicodedata
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kpiformula import load
from kpiformula.diagnostics import LimitError
from kpiformula.text import TO_LATIN
from kpiformula.thresholds import Threshold, read_thresholds

CASES = Path(__file__).parent / "cases" / "thresholds"

Reading = tuple[Any, ...]


def cases() -> list[dict[str, Any]]:
    return [
        entry | {"file": f"{path.parent.name}/{path.stem}"}
        for path in sorted(CASES.glob("*/*.yaml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


ALL = cases()
PRINTED = [case for case in ALL if "source" in case]
MADE = [case for case in ALL if "source" not in case]


def stated(case: dict[str, Any]) -> list[Reading]:
    """Return what a case states; what prints it is ``None`` where nobody wrote it down."""
    return [
        (
            t.get("printed"),
            t.get("quantity"),
            t["operator"],
            t["inclusive"],
            Fraction(str(t["value"])),
            t.get("unit"),
            Fraction(str(t["of"])) if "of" in t else None,
        )
        for t in case["thresholds"]
    ]


def read(threshold: Threshold) -> Reading:
    t = threshold
    return (t.printed, t.quantity, t.operator, t.inclusive, t.value, t.unit, t.of)


def meanings(text: str) -> list[Reading]:
    """Return what is read, without the characters that print it."""
    return [read(each)[2:] for each in read_thresholds(text)]


# --- cases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case['file']}: {case['text'][:50]}")
def test_a_text_is_read_as_a_careful_reader_would(case: dict[str, Any]) -> None:
    expected = stated(case)
    found = [read(each) for each in read_thresholds(case["text"])]
    if any(printed is None for printed, *_ in expected):
        found, expected = ([each[2:] for each in readings] for readings in (found, expected))
    assert found == expected


def test_there_are_cases_enough() -> None:
    rows = {case["row"].rpartition(" ")[0] for case in PRINTED if case["thresholds"]}
    assert len(rows) > 60
    assert sum(len(case["thresholds"]) for case in MADE) >= 150
    assert sum(not case["thresholds"] for case in ALL) >= 60
    for language in ("kk", "ru", "en"):
        texts = yaml.safe_load((CASES / "made" / f"{language}.yaml").read_text(encoding="utf-8"))
        assert sum(len(case["thresholds"]) for case in texts) >= 50


@pytest.mark.parametrize("case", PRINTED, ids=lambda case: f"{case['row']}: {case['text'][:40]}")
def test_a_printed_case_is_of_the_row_that_it_names(case: dict[str, Any]) -> None:
    methodology, code, key = case["row"].split(" ")
    row = load(methodology)[code]

    def letters(text: str) -> str:
        return "".join(filter(str.isalnum, text)).casefold()

    assert letters(case["text"].replace("…", "")) in letters(row.quoted(key).text)


# --- what makes no difference --------------------------------------------------------------------


def spoiled(text: str, way: str, source: random.Random) -> str:
    """Return a text printed in another way that a reader does not notice."""
    match way:
        case "spaces":
            return text.replace(" ", "  ")
        case "no-break spaces":
            return text.replace(" ", "\u00a0")
        case "line ends":
            return text.replace(" ", "\n")
        case "decomposed":
            return unicodedata.normalize("NFD", text)
        case "soft hyphens":
            return "".join(c + "\u00ad" * (c.isalpha() and source.random() < 0.2) for c in text)
    return _with_look_alikes(text, source)


def _with_look_alikes(text: str, source: random.Random) -> str:
    """Return a text in which Cyrillic words have a Latin letter that looks alike."""
    words = []
    for word in text.split(" "):
        places = [i for i, c in enumerate(word) if c in TO_LATIN]
        alone = [c for c in word if "\u0400" <= c <= "\u052f" and c not in TO_LATIN]
        if places and alone and not any(c.isascii() and c.isalpha() for c in word):
            i = source.choice(places)
            word = word[:i] + TO_LATIN[word[i]] + word[i + 1 :]
        words.append(word)
    return " ".join(words)


@pytest.mark.parametrize(
    "way",
    ["spaces", "no-break spaces", "line ends", "decomposed", "soft hyphens", "look-alikes"],
)
def test_the_way_of_printing_makes_no_difference(way: str) -> None:
    source = random.Random(7)
    differing = [
        case["text"]
        for case in ALL
        if "\u00a0" not in case["text"]
        and meanings(spoiled(case["text"], way, source)) != meanings(case["text"])
    ]
    assert differing == []


def test_two_texts_beside_each_other_are_read_alone() -> None:
    source = random.Random(11)
    for _ in range(300):
        one, other = source.choice(MADE)["text"], source.choice(MADE)["text"]
        together = [read(each) for each in read_thresholds(f"{one}. {other}")]
        alone = [read(each) for text in (one, other) for each in read_thresholds(text)]
        assert together == alone, f"{one}. {other}"


# --- any text ------------------------------------------------------------------------------------

WORDS = sorted({word for case in ALL for word in case["text"].split()})


def holds_together(text: str) -> None:
    last = 0
    for each in read_thresholds(text):
        assert text[each.span.start : each.span.end] == each.printed
        assert each.quantity is None or each.quantity in each.printed
        assert each.span.start >= last
        last = each.span.start


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, "-", "(", ")", "%", "10", "2025", "\n"]), max_size=30))
def test_words_in_any_order_hold_together(words: list[str]) -> None:
    holds_together(" ".join(words))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_any_text_holds_together(text: str) -> None:
    holds_together(text)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ALL), st.data())
def test_a_text_cut_anywhere_holds_together(case: dict[str, Any], data: st.DataObject) -> None:
    text = case["text"]
    start = data.draw(st.integers(0, len(text)))
    holds_together(text[start:])
    holds_together(text[:start])


@pytest.mark.parametrize(
    "piece", ["1 ", "кемінде ", "(", "45 жасқа дейінгі ", "не ", "Q1-", "от 1 "]
)
def test_long_texts_are_read(piece: str) -> None:
    holds_together((piece * 20_000)[:20_000])


def test_a_text_beyond_bounds_is_refused() -> None:
    with pytest.raises(LimitError, match="KF902"):
        read_thresholds("1" * 20_001)


# --- numbers -------------------------------------------------------------------------------------


@given(st.integers(1, 10**9), st.sampled_from(["кемінде {} студент", "не менее {} студентов",
                                              "at least {} students"]))  # fmt: skip
def test_thousands_are_grouped_or_not(number: int, phrase: str) -> None:
    if 1900 <= number < 2100:
        return
    grouped = f"{number:,}".replace(",", " ")
    for printed in (str(number), grouped):
        (each,) = read_thresholds(phrase.format(printed))
        assert (each.operator, each.value, each.unit) == (">=", number, "student")
