"""What kind of quantity the words of a name or a cell say: a number, a share, an amount.

In Kazakh the word that says it ends the text, in Russian and English it begins it; words of a
plan ("to increase", "at least"), figures and brackets may stand around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kpiformula.diagnostics import Span
from kpiformula.linting.wording import listed, meaning
from kpiformula.methodology import Indicator

_BRACKETS = re.compile(r"\([^()]*\)|:.*", re.DOTALL)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a text says is measured: ``share``, ``amount``, ``count`` or ``mean``.

    ``printed`` is the word that says so, ``beside`` the word that it belongs to, and ``of`` the
    unit of the things named there, where it is known; ``changed`` says that the text asks for
    more or less of it.
    """

    measure: str
    printed: str
    span: Span
    beside: str
    of: str | None
    changed: bool


def printed_language(row: Indicator) -> str:
    """Return the language in which the document prints the name of a row."""
    return next((language for language in row.name if language != "en"), "en")


def measured(text: str, language: str) -> Measured | None:
    """Return what a text says is measured; ``None`` where its words do not say it."""
    found = _weighed(text, language)
    around, measures = listed("around"), listed("measures")
    changed = False
    for index, match in enumerate(found):
        word = match.group().lower()
        if word in measures and not word.endswith(_OTHER_CASES):
            beside = found[index + 1].group() if index + 1 < len(found) else ""
            of = meaning("counted", beside.lower())
            span = Span(*match.span())
            return Measured(measures[word], match.group(), span, beside, of, changed)
        if not _beside(word):
            return None
        changed |= around.get(word) == "change"
    return None


def counted(text: str, language: str) -> str | None:
    """Return the unit of the things that a text names, as in ``publications – at least 30``."""
    words = (match.group().lower() for match in _weighed(text, language))
    things = next((word for word in words if not _beside(word)), "")
    return meaning("counted", things)


def _weighed(text: str, language: str) -> list[re.Match[str]]:
    """Return the words of a text without its brackets, the weightiest first."""
    bare = _BRACKETS.sub(lambda match: " " * len(match.group()), text)
    found = list(_WORD.finditer(bare))
    return found[::-1] if language == "kk" else found


def _beside(word: str) -> bool:
    """Return whether a word only says what is planned: a bound, a figure, or its ending."""
    return word in listed("around") or word[0].isdigit() or word in _ENDINGS


_ENDINGS = frozenset({"дан", "ден", "тан", "тен", "нан", "нен", "ға", "ге", "қа", "ке"})
"""Endings that a hyphen parts from a figure: ``5 %-дан аспау керек``."""

_OTHER_CASES = ("ның", "нің", "нан", "нен", "на", "не")
"""Endings of a measure that something else is taken of: ``санынан`` (out of the number of)."""
