"""The open lists of words in quantified phrases: rows of ``grammars/threshold-words.txt``.

A row stands for its word and for that word with the endings of its language.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from kpiformula.amounts import words as amount_words
from kpiformula.resources import word_rows

_KINDS: Mapping[str, str] = {
    "units": "UNIT",
    "years": "YEAR",
    "leading": "LEADER",
    "study_years": "STUDY_YEAR",
    "names": "NAME",
    "things": "THING",
    "tails": "TAIL",
    "numerals": "NUMERAL",
    "ordinals": "ORDINAL",
    "often": "OFTEN",
    "describing": "DESCRIBING",
}
"""The kind of mark that the words of a section are."""

_WITH_CASES = frozenset({"UNIT", "YEAR", "LEADER", "NUMERAL", "SCALE"})
_CASES = {"from": "_FROM", "to": "_TO", "other": ""}
_CASED = frozenset({"from", "to"})
_LONGEST = 40
"""Letters of a word that is looked up."""


class Entry(NamedTuple):
    """What a word of the lists is: the kind of its mark, its meaning, its language."""

    kind: str
    meaning: str
    language: str


class _Row(NamedTuple):
    section_kind: str
    meaning: str
    language: str
    stems: tuple[str, ...]


def entry(words: Sequence[str]) -> Entry | None:
    """Return what one word, or several that follow each other, stand for; ``None`` if unknown."""
    if any(len(word) > _LONGEST for word in words):
        return None
    return _entry(tuple(map(_plain, words)))


def longest_row(first: str) -> int:
    """Return how many words the longest row has that may begin with a word; 0 if there is none."""
    return _longest_row(_plain(first)) if len(first) <= _LONGEST else 0


def _plain(word: str) -> str:
    return word.casefold().replace("ё", "е")


@lru_cache(maxsize=8192)
def _longest_row(first: str) -> int:
    lists = _lists()
    rows = (row for cut in range(1, len(first) + 1) for row in lists.rows.get(first[:cut], ()))
    longest = max((len(row.stems) for row in rows), default=0)
    return longest or int(_describes(first))


@lru_cache(maxsize=8192)
def _entry(words: tuple[str, ...]) -> Entry | None:
    """Return the row with the longest stem; of equal ones, that of the first section."""
    first = words[0]
    for cut in range(len(first), 0, -1):
        for row in _lists().rows.get(first[:cut], ()):
            if len(row.stems) != len(words):
                continue
            endings = [_ending(row.language, w, s) for w, s in zip(words, row.stems, strict=True)]
            if None not in endings and _may_end(row, words[-1]):
                case = _CASES[endings[-1] or "other"] if row.section_kind in _WITH_CASES else ""
                return Entry(row.section_kind + case, row.meaning, row.language)
    return Entry("DESCRIBING", "none", "*") if len(words) == 1 and _describes(first) else None


def _may_end(row: _Row, word: str) -> bool:
    """Whether a word may be a row's; a numeral has no ending but a case: 'үшін' is not three."""
    rest = word[len(row.stems[-1]) :]
    case = _lists().endings["kk"].get(rest, "other")
    return row.section_kind != "NUMERAL" or not rest or case != "other"


def _ending(language: str, word: str, stem: str) -> str | None:
    """Return which case an ending is (``other``: none that matters); ``None`` if it is no ending.

    Kazakh words have several endings in a row, the last of which tells the case.
    """
    if not word.startswith(stem):
        return None
    rest = word[len(stem) :]
    if not rest:
        return "other"
    for spoken in ("kk", "ru", "en") if language == "*" else (language,):
        endings = _lists().endings[spoken]
        if spoken != "kk":
            if rest in endings:
                return endings[rest]
            continue
        reached = _reached(rest, endings)
        last = {m for e, m in endings.items() if rest.endswith(e) and len(rest) - len(e) in reached}
        if last:
            return next(case for case in _CASES if case in last)
    return None


def _reached(rest: str, endings: Mapping[str, str]) -> set[int]:
    """Return the places of a word's end that a chain of endings reaches from its beginning."""
    reached = {0}
    for place in range(len(rest)):
        if place in reached:
            reached.update(place + len(e) for e in endings if rest.startswith(e, place))
    return reached


def _describes(word: str) -> bool:
    return any(word.endswith(end) and len(word) > len(end) + 1 for end in _lists().describing)


# --- the file ----------------------------------------------------------------------------------


class _Lists(NamedTuple):
    rows: Mapping[str, tuple[_Row, ...]]
    endings: Mapping[str, Mapping[str, str]]
    describing: tuple[str, ...]


@cache
def _lists() -> _Lists:
    rows: dict[str, list[_Row]] = defaultdict(list)
    endings: dict[str, dict[str, str]] = {"kk": {}, "ru": {}, "en": {}}
    describing: list[str] = []
    for section, meaning, language, word in word_rows("threshold-words.txt"):
        if section == "endings":
            endings.setdefault(language, {})[word] = meaning
        elif word.startswith("-"):
            describing.append(word.removeprefix("-"))
        else:
            for stems in _spellings(word):
                rows[stems[0]].append(_Row(_KINDS[section], meaning, language, stems))
    scales = amount_words("scales")
    cased = {word + end for word in scales for end, case in endings["kk"].items() if case in _CASED}
    for word in scales.keys() - cased:
        rows[word].append(_Row("SCALE", scales[word], "*", (word,)))
    return _Lists({stem: tuple(found) for stem, found in rows.items()}, endings, tuple(describing))


def _spellings(word: str) -> Iterator[tuple[str, ...]]:
    """Yield the parts of a row; one with hyphens is a single word as well, cut at a line end."""
    parts = tuple(re.split("[ -]", _plain(word)))
    yield parts
    if "-" in word:
        yield tuple(_plain(word).replace("-", "").split())
