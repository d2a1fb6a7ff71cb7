"""Whether a name says that its figures are to rise or to fall, and with which word."""

from __future__ import annotations

import re
from typing import NamedTuple

from kpiformula.diagnostics import Span
from kpiformula.linting.wording import listed
from kpiformula.methodology import Indicator

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORD = re.compile(r"\w+")


class Movement(NamedTuple):
    """``rise`` or ``fall``; the word that says it, its text (:meth:`Indicator.quoted`) and span."""

    means: str
    word: str
    key: str
    span: Span


def movement(row: Indicator) -> Movement | None:
    """Return what the printed name says its figures do; ``None`` where it does not say it.

    Brackets are passed over. In Kazakh the word ends the name, elsewhere it begins it.
    """
    language, printed = next(iter(row.name.items()))
    plain = _BRACKETS.sub(lambda bracket: " " * len(bracket.group()), printed)
    words = [word for word in _WORD.finditer(plain) if _small(word) not in listed("planning")]
    if language == "kk":
        words.reverse()
    means = listed("movement").get(_small(words[0])) if words else None
    if means is None or any(_small(word) in listed("training") for word in words[1:2]):
        return None
    return Movement(means, words[0].group(), f"name/{language}", Span(*words[0].span()))


def _small(word: re.Match[str]) -> str:
    return word.group().casefold()
