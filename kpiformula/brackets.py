"""Brackets of a statement: which belong together, and what to do with one that has no partner."""

from __future__ import annotations

from collections.abc import Sequence

from kpiformula.grammar import Mark

Finding = tuple[str, str, int, int]
"""A code, a sentence and the clean characters it is about."""

OPERATORS = frozenset({"PLUS", "MINUS", "TIMES", "DIVIDE", "COLON", "EQUALS", "CARET"})
OPENING = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
CLOSING = {close: opening for opening, close in OPENING.items()}
_BRACKET_TEXT = {"LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]", "LBRACE": "{", "RBRACE": "}"}


def match_brackets(marks: Sequence[Mark]) -> tuple[dict[int, int], list[int]]:
    """Return the pairs of brackets (opening → closing index) and those without a partner."""
    pairs: dict[int, int] = {}
    lonely: list[int] = []
    waiting: list[int] = []
    for index, mark in enumerate(marks):
        if mark.kind in OPENING:
            waiting.append(index)
        elif mark.kind in CLOSING:
            partner = next(
                (i for i in reversed(waiting) if marks[i].kind == CLOSING[mark.kind]), None
            )
            if partner is None:
                lonely.append(index)
                continue
            lonely.extend(i for i in waiting if i > partner)
            waiting = [i for i in waiting if i < partner]
            pairs[partner] = index
    return pairs, sorted(lonely + waiting)


def mend_brackets(marks: list[Mark], findings: list[Finding]) -> list[Mark]:
    """Give each bracket without a partner one: at the start, or before the result or the end."""
    _, lonely = match_brackets(marks)
    if not lonely:
        return marks
    mended = list(marks)
    equals = [i for i, mark in enumerate(marks) if mark.kind == "EQUALS"]
    for index in reversed(lonely):
        mark = marks[index]
        findings.append(
            ("KF103", f"the bracket {mark.text!r} has no partner", mark.start, mark.end)
        )
    for index in reversed([i for i in lonely if marks[i].kind in OPENING]):
        end = next((i for i in equals if i > index), len(marks))
        if (
            marks[index].kind == "LSQB"
            and index + 1 < len(marks)
            and marks[index + 1].kind == "WORD"
        ):
            end = next((i for i in range(index, end) if marks[i].kind in OPERATORS), end)
        place = mended[end - 1].end
        kind = OPENING[marks[index].kind]
        mended.insert(end, Mark(kind, _BRACKET_TEXT[kind], place, place))
    for index in [i for i in lonely if marks[i].kind in CLOSING]:
        start = next((i + 1 for i in reversed(equals) if i < index), 0)
        kind = CLOSING[marks[index].kind]
        mended.insert(
            start, Mark(kind, _BRACKET_TEXT[kind], marks[start].start, marks[start].start)
        )
    return mended
