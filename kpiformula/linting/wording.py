"""The words of names, legends and criteria, as the linter compares them.

Words are compared by how they begin, because endings change with the sentence; the words that a
rule must know are rows of ``grammars/lint-words.txt``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from kpiformula.resources import word_rows

_STEM = 5
"""Letters by which two words of a language with many endings are the same word."""

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> tuple[str, ...]:
    """Return the words and numbers of a text in small letters."""
    return tuple(_WORD.findall(text.casefold()))


def normal(text: str) -> str:
    """Return a wording without endings and marks: two texts that say the same have the same."""
    return " ".join(stem(word) for word in words(text) if word not in _SUFFIXES)


def stem(word: str) -> str:
    """Return the beginning of a word that its endings leave alone."""
    return word[:_STEM] if not word.isascii() else word


@cache
def subject(text: str) -> frozenset[str]:
    """Return the stems of the words by which a text tells what it counts.

    How much is counted, when, and the words between do not belong to it.
    """
    return frozenset(map(stem, wording(text)))


def wording(text: str) -> tuple[str, ...]:
    """Return the words by which a text tells what it counts, in printed order."""
    beside = (listed("measures"), listed("plain"), _SUFFIXES)
    return tuple(word for word in words(text) if not any(word in known for known in beside))


_SUFFIXES = frozenset({"ның", "нің", "ға", "ге", "ғы", "да", "де", "дағы", "дегі", "тан", "тен"})
"""Endings that a hyphen parts from an abbreviation or a number: ``ПОҚ-ның``, ``525-тен``."""


@cache
def listed(section: str) -> Mapping[str, str]:
    """Return the words of a section of ``lint-words.txt`` with their meanings."""
    return _sections()[section]


def meaning(section: str, word: str) -> str | None:
    """Return what a word means in a section whose words stand for all that begin with them."""
    known = listed(section)
    spelling = next((s for s in sorted(known, key=len, reverse=True) if word.startswith(s)), None)
    return None if spelling is None else known[spelling]


@cache
def _sections() -> Mapping[str, Mapping[str, str]]:
    sections: dict[str, dict[str, str]] = defaultdict(dict)
    for row in word_rows("lint-words.txt"):
        sections[row.section][row.word.casefold()] = row.meaning
    return sections
