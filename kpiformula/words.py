"""Words and letters among the marks: which are words, which can only be symbols.

Also what is settled before operands are grouped: words that calculate ("per cent", "plus"),
brackets that hold a factor alone, a result printed in words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kpiformula.brackets import CLOSING, OPENING, OPERATORS
from kpiformula.grammar import Mark
from kpiformula.text import script

FUNCTIONS = frozenset(
    {"MINIMUM", "MAXIMUM", "MEAN", "ABSOLUTE", "ROUNDED", "SQUARE_ROOT", "SUM_OF"}
)
_NOT_WORDS = (
    OPERATORS
    | FUNCTIONS
    | set(OPENING)
    | set(CLOSING)
    | {"NUMBER", "VULGAR", "SUPERSCRIPT", "DASH", "ROOT", "SIGMA", "PERCENT", "PERMILLE"}
    | {"FRACTION", "BAR", "DOT", "GAP", "COMMA", "SEMICOLON", "QUOTE", "OTHER", "RULE", "LINE_END"}
    | {"LAYOUT", "SYMBOL", "PHRASE", "UNREAD_FUNCTION"}
)
WORDISH = frozenset({"WORD", "QUOTE", "OTHER"})

_LETTER = re.compile(r"[^\W\d_](?:[\d₀-₉'’ʹ′]{0,6}|_.+)")
SIGNS_IN_WORDS = frozenset("№&°§™®")
TIMES_LETTER = frozenset("xхXХ")
GLUED_TIMES = re.compile(r"(?P<symbol>[^\W\d_]?\d*)(?P<times>[xхXХ])(?P<number>\d+)")
YEAR = re.compile(r"(?:19|20)\d\d")


def as_words(marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks with the words of the tables as plain words, without line ends.

    Words that calculate keep what they say: "multiplied by" and "thousand" beside a number,
    "per cent" behind one, "plus" and "minus".
    """
    kept = [mark for mark in marks if mark.kind not in ("LINE_END", "LAYOUT")]
    return [
        mark._replace(kind=_plain_kind(kept, index)) if is_word(mark) else mark
        for index, mark in enumerate(kept)
    ]


def _plain_kind(marks: Sequence[Mark], index: int) -> str:
    kind = marks[index].kind
    behind = marks[index - 1].kind if index else ""
    after = marks[index + 1] if index + 1 < len(marks) else None
    if kind == "TIMES_WORD" and after is not None and after.kind == "NUMBER":
        return "TIMES"
    closed = after is None or not (is_word(after) or after.kind in ("NUMBER", "LPAR"))
    if behind == "NUMBER" and closed and kind in _BEHIND_NUMBERS:
        return _BEHIND_NUMBERS[kind]
    return _SIGNS_TOLD.get(kind, "WORD")


_BEHIND_NUMBERS = {"PERCENT_WORD": "PERCENT", "THOUSAND": "THOUSAND", "MILLION": "MILLION"}
_SIGNS_TOLD = {"PLUS_WORD": "PLUS", "MINUS_WORD": "MINUS"}


def is_word(mark: Mark) -> bool:
    """Return whether a mark is a word, of the tables or not."""
    return mark.kind == "WORD" or mark.kind not in _NOT_WORDS


def is_letter(word: str) -> bool:
    """Return whether a word is one letter, perhaps with an index: ``G``, ``N1``, ``К_ср``."""
    return word[:1].isalpha() and _LETTER.fullmatch(word) is not None


def is_symbol(word: str) -> bool:
    """Return whether a word standing alone can only be a symbol: a letter, ``ППС``, ``Nпр``."""
    return (
        is_letter(word)
        or "_" in word
        or len({script(char) for char in word if char.isalpha()}) > 1
        or (word.isupper() and word[:1].isalpha() and len(word) <= 6 and "-" not in word)
        or (len(word) <= 3 and word[:1].isupper() and word[1:].islower())
    )


def is_school_year(marks: Sequence[Mark]) -> bool:
    """Return whether marks are two years around a slash: ``2023/2024``."""
    return (
        [mark.kind for mark in marks] == ["NUMBER", "DIVIDE", "NUMBER"]
        and all(YEAR.fullmatch(mark.text) for mark in (marks[0], marks[2]))
        and marks[0].end == marks[1].start
        and marks[1].end == marks[2].start
    )


def words_key(words: str) -> str:
    """Return what two wordings share when they are the same words (case, hyphens, spaces)."""
    return re.sub(r"[\W_]+", "", words).casefold()


def without_footnotes(marks: Sequence[Mark]) -> list[Mark]:
    """Leave out asterisks that stand directly behind a word: they point to a footnote."""
    return [
        mark
        for index, mark in enumerate(marks)
        if not (
            mark.text == "*"
            and index > 0
            and marks[index - 1].end == mark.start
            and index + 1 < len(marks)
            and marks[index + 1].kind == "WORD"
            and marks[index + 1].start > mark.end
        )
    ]


def without_needless(marks: list[Mark]) -> list[Mark]:
    """Leave out what changes nothing: ``(×100)`` loses its brackets, ``(%)`` and ``, %`` go, and a
    footnote's asterisk at the result."""
    kept: list[Mark] = []
    index = 0
    while index < len(marks):
        kinds = [mark.kind for mark in marks[index : index + 5]]
        if kinds[:3] == ["COMMA", "PERCENT", "EQUALS"]:
            index += 2
            continue
        if kinds[:2] == ["TIMES", "EQUALS"]:
            index += 1
            continue
        if kinds[:3] in (["LPAR", "PERCENT", "RPAR"], ["LSQB", "PERCENT", "RSQB"]):
            index += 3
        elif kinds[:4] == ["LPAR", "TIMES", "NUMBER", "RPAR"]:
            kept += marks[index + 1 : index + 3]
            index += 4
        elif kinds == ["LPAR", "TIMES", "NUMBER", "PERCENT", "RPAR"]:
            kept += marks[index + 1 : index + 4]
            index += 5
        else:
            kept.append(marks[index])
            index += 1
    return kept


def result_as_words(marks: list[Mark]) -> list[Mark]:
    """Read ``Student/teacher ratio = …`` with the words before ``=`` as the name of the result."""
    equals = next((i for i, mark in enumerate(marks) if mark.kind == "EQUALS"), 0)
    left, right = marks[:equals], marks[equals + 1 :]
    words = [mark for mark in left if mark.kind == "WORD"]
    named = len(words) > 1 and not all(is_symbol(mark.text) for mark in words)
    slashes = {"DIVIDE", "PLUS", "DASH", "OTHER"} & {mark.kind for mark in left}
    calculated = {"DIVIDE", "TIMES", "COLON", "PLUS", "MINUS"} & {mark.kind for mark in right}
    constants = any(mark.kind == "TIMES" for mark in left)
    if not named or not slashes or not calculated or constants:
        return marks
    return [Mark("PHRASE", "", left[0].start, left[-1].end), *marks[equals:]]
