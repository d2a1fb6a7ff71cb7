"""Printed unit cells: the unit they name, and the direction and period that some print too.

The spellings are rows of ``grammars/unit-spellings.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from kpiformula.resources import word_rows
from kpiformula.text import TO_CYRILLIC, clean, script


@dataclass(frozen=True, slots=True)
class PrintedUnit:
    """What a printed unit cell says.

    ``unit`` is a unit, or ``None`` where the cell names none; ``direction`` is ``at_least`` or
    ``at_most`` where the cell prints one; ``period`` is ``year``, ``quarter``, ``semester``,
    ``month`` or ``week`` where the target recurs; ``unread`` is what the word table does not know.
    """

    unit: str | None
    direction: str | None = None
    period: str | None = None
    unread: str = ""


def printed_unit(text: str) -> PrintedUnit:
    """Return the meaning of a unit cell as printed, in Kazakh, Russian or English.

    Capitals, line breaks, spaces, hyphens, full stops, commas and brackets make no difference.
    Nothing is raised: what the table does not know is kept in ``unread``.
    """
    table = _spellings()
    rest = _squeezed(text)
    found: dict[str, str] = {}
    if rest not in table.units:
        for spelling, section, meaning in table.phrases:
            if spelling in rest:
                found.setdefault(section, meaning)
                rest = rest.replace(spelling, "")
    words = rest.rstrip("0123456789")
    unit, unread = table.unit(words), rest[len(words) :]
    if unit is None and rest:
        unread = " ".join(clean(text).text.split())
    return PrintedUnit(unit, found.get("directions"), found.get("periods"), unread)


@dataclass(frozen=True, slots=True)
class _Spellings:
    units: Mapping[str, str]
    phrases: tuple[tuple[str, str, str], ...]

    def unit(self, squeezed: str) -> str | None:
        parts = [self.units.get(part) for part in squeezed.split("/")]
        return None if None in parts else "/".join(map(str, parts))


_NO_DIFFERENCE = re.compile(r"[\s.,;:()\[\]\"'«»“”‐‑‒–—−-]+")


def _squeezed(text: str) -> str:
    letters = _NO_DIFFERENCE.sub("", clean(text).text).casefold()
    if any(script(char) == "cyrillic" for char in letters):
        return "".join(TO_CYRILLIC.get(char, char) for char in letters)
    return letters


@cache
def _spellings() -> _Spellings:
    sections: dict[str, dict[str, str]] = {"units": {}, "directions": {}, "periods": {}}
    for row in word_rows("unit-spellings.txt"):
        sections[row.section][_squeezed(row.word)] = row.meaning
    units = sections.pop("units")
    phrases = ((s, section, m) for section, rows in sections.items() for s, m in rows.items())
    return _Spellings(units, tuple(sorted(phrases, key=lambda phrase: -len(phrase[0]))))
