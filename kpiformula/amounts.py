"""Numbers with words beside them: ``5,6 мың``, ``более 500``, ``500-ден астам``, ``at least 40``.

The words are rows of ``grammars/amount-words.txt``; others are never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal, cast

from kpiformula.resources import word_rows
from kpiformula.text import PrintedNumber, clean, printed_number

Bound = Literal["more", "less", "at_least", "at_most", "about"]
"""What words make of the number beside them."""

ZEROS: Mapping[str, int] = {"thousand": 3, "million": 6, "billion": 9}
"""The zeros that a scale stands for."""

_LONGEST = 200
_SCALED = re.compile(r"(?P<figure>.*\d) ?(?P<word>[^\d%％]+)", re.ASCII)
_ENDING = re.compile(r"[-\u2010-\u2013](?P<ending>[^\W\d_]+)$")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as printed, the scale that a word multiplies it by, and what bounds it."""

    number: PrintedNumber
    scale: str | None = None
    bound: Bound | None = None


def read_amount(text: str) -> Amount | None:
    """Return a number with the words beside it, ``None`` where no known words stand there.

    Raises:
        InputError: KF504, KF505, KF905 where what the words leave is no number (see
            :func:`kpiformula.text.printed_number`).
    """
    if len(text) > _LONGEST:
        return None
    plain = " ".join(clean(text).text.split()).casefold()
    rest, bound = _without_bound(plain)
    figure, scale = _without_scale(rest, ended=bound is not None)
    if bound is None and scale is None:
        return None
    return Amount(printed_number(figure), scale, bound)


def scale_of(word: str) -> str | None:
    """Return the scale that a word in small letters stands for: ``млн.`` is ``million``."""
    return words("scales").get(word.removesuffix("."))


def scaled(number: PrintedNumber, zeros: int) -> PrintedNumber:
    """Return a number with so many zeros more, which are not among its printed digits."""
    value = number.value * Fraction(10) ** zeros
    return PrintedNumber(value, number.decimals - zeros, number.percent)


@cache
def words(section: str) -> Mapping[str, str]:
    """Return the words of a section of ``amount-words.txt`` with their meanings."""
    rows = (row for row in word_rows("amount-words.txt") if row.section == section)
    found = {row.word.casefold(): row.meaning for row in rows}
    return dict(sorted(found.items(), key=lambda row: -len(row[0])))


def _without_bound(plain: str) -> tuple[str, Bound | None]:
    """Return what is left of a text without the words that bound it, the longest first."""
    for word, meaning in words("before").items():
        if plain.startswith(f"{word} " if word[-1].isalpha() else word):
            return plain.removeprefix(word).lstrip(), cast("Bound", meaning)
    for word, meaning in words("behind").items():
        if plain.endswith(f" {word}" if word[0].isalpha() else word):
            return plain.removesuffix(word).rstrip(), cast("Bound", meaning)
    return plain, None


def _without_scale(rest: str, *, ended: bool) -> tuple[str, str | None]:
    """Return a figure and its scale; ``ended`` says whether an ending may hang on either."""
    ending = _ENDING.search(rest) if ended else None
    if ending is not None and ending["ending"] in words("endings"):
        rest = rest[: ending.start()]
    match = _SCALED.fullmatch(rest)
    scale = scale_of(match["word"]) if match else None
    return (match["figure"], scale) if match and scale else (rest, None)
