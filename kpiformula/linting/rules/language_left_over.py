"""KF434: a text in Russian stands in a table that is printed in Kazakh."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpiformula.linting.measured import printed_language
from kpiformula.linting.rule import INFO, Explanation, Found, RowRule
from kpiformula.linting.wording import listed
from kpiformula.methodology import Indicator

_KAZAKH = re.compile(r"[әғқңөұүһі]", re.IGNORECASE)
"""Letters that Kazakh has and Russian has not."""

_WORD = re.compile(r"[^\W\d_]+")


def _find(row: Indicator) -> Iterator[Found]:
    if printed_language(row) != "kk":
        return
    for field, name in _TEXTS.items():
        text = getattr(row, field)
        if text is not None and _is_russian(text):
            yield Found(f"{name} is printed in Russian", field, help=_ADVICE)
    for field, name in _PHRASES.items():
        for index, phrase in enumerate(getattr(row, field)):
            if _is_russian(phrase.text):
                yield Found(f"{name} is printed in Russian", f"{field}/{index}", help=_ADVICE)


_TEXTS = {
    "printed_unit": "the unit",
    "cell": "the calculation cell",
    "owner": "the owner",
    "report": "the report form",
}

_PHRASES = {"include": "a criterion", "exclude": "a criterion", "evidence": "a document"}
_ADVICE = "print it in Kazakh like the rest of the table"


def _is_russian(text: str) -> bool:
    """Whether a text has no letter of Kazakh alone, and a word that only Russian has.

    A capital alone is an initial or a grade, and no word.
    """
    if _KAZAKH.search(text):
        return False
    found = (word if len(word) == 1 else word.lower() for word in _WORD.findall(text))
    return any(word in listed("russian") for word in found)


RULE = RowRule(
    Explanation(
        "KF434", INFO, "language left over",
        "A text of the row is in Russian, and the table is in Kazakh.",
        "It was left from a draft; the two wordings may differ, and only one was approved.",
        "саны, Количество, саны in one column of units",
        "Print every text of a table in the language of the table.",
    ),
    _find,
)  # fmt: skip
