"""The numbers of quantified phrases: digits, words, scales, and the unit beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from kpiformula.amounts import ZEROS
from kpiformula.grammar import Mark
from kpiformula.text import MAX_DIGITS
from kpiformula.thresholds.vocabulary import Entry

_HALF = Fraction(1, 2)
_ENGLISH_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_SEVERAL_COMMAS = re.compile(r"\d{1,3}(?:,\d{3}){2,}")


class NoFigure(Exception):
    """Marks that look like a number are none that is read."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, ``None`` where it has none of its own.

    ``calendar`` tells that it may be a calendar year, ``ordinal`` that it is printed as one
    (``2nd``), ``age`` that it is told in years of age.
    """

    value: Fraction
    unit: str | None
    calendar: bool = False
    ordinal: bool = False
    age: bool = False

    def with_unit(self, unit: str | None) -> Figure:
        """Return the figure, with a unit if it has none."""
        return self if self.unit else replace(self, unit=unit)


def figure(marks: Sequence[Mark], entries: Mapping[int, Entry], *, english: bool) -> Figure:
    """Return the number that marks print; ``english`` tells that a comma may group thousands.

    Raises:
        NoFigure: for a number of more than 30 digits, or one that is repeated in other words.
    """
    value, repeated, scale, unit, age = Fraction(0), None, None, None, False
    for mark in marks:
        kind = mark.kind.removesuffix("_FROM").removesuffix("_TO")
        if kind in ("NUMBER", "CALENDAR"):
            value = _digits(mark.text, english=english)
        elif kind == "FRACTION":
            value = Fraction(mark.text)
        elif kind == "LPAR":
            repeated, value = value, Fraction(0)
        elif kind == "RPAR" and value != repeated:
            raise NoFigure
        elif kind in ("NUMERAL", "OFTEN"):
            value = _and_word(value, Fraction(entries[mark.start].meaning))
        elif kind == "LIMIT_HALF":
            value += _HALF
        elif kind == "SCALE":
            scale = entries[mark.start].meaning
        elif kind in ("UNIT", "YEAR", "LEADER", "STUDY_YEAR"):
            unit, age = entries[mark.start].meaning, kind == "UNIT"
        elif kind == "PERCENT":
            unit = "percent"
    kinds = {mark.kind for mark in marks}
    if len(kinds) == 1 and scale:
        value = Fraction(1)
    if "OFTEN" in kinds:
        unit = "times"
    if scale and unit == "tenge":
        unit = f"{scale}_tenge"
    elif scale:
        value *= 10 ** ZEROS[scale]
    calendar, ordinal = "CALENDAR" in kinds, "LIMIT_ENDING" in kinds
    return Figure(value, unit, calendar, ordinal, age and unit == "year")


def _digits(text: str, *, english: bool) -> Fraction:
    bare = text.replace(" ", "").replace("'", "").replace("’", "")
    if _SEVERAL_COMMAS.fullmatch(bare) or (english and _ENGLISH_THOUSANDS.fullmatch(bare)):
        bare = bare.replace(",", "")
    if sum(map(str.isdigit, bare)) > MAX_DIGITS:
        raise NoFigure
    return Fraction(bare.replace(",", "."))


def _and_word(before: Fraction, word: Fraction) -> Fraction:
    """Return a number told in several words: two hundred, жиырма бес.

    Raises:
        NoFigure: where the words tell no one number.
    """
    if before == 0:
        return word
    if before < word == 100:
        return before * word
    if before >= 10 and before % 10 == 0 and 0 < word < (100 if before % 100 == 0 else 10):
        return before + word
    raise NoFigure


def quartiles(text: str) -> list[int]:
    """Return the numbers of a mark of quartiles: ``Q1``, ``Q 1,2``."""
    return [int(digit) for digit in re.findall("[1-4]", text)]
