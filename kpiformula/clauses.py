"""Cuts the marks of a cell into clauses, and puts drawn fraction bars on one line.

A clause ends at an introduction ("Формула:"), at "where", at a semicolon, at the end of a
sentence, and at a colon behind introducing words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpiformula.brackets import OPERATORS, match_brackets
from kpiformula.grammar import Mark
from kpiformula.legend import is_entry, name_at, skip
from kpiformula.words import FUNCTIONS, TIMES_LETTER, is_letter, is_symbol, is_word

ARITHMETIC = frozenset(OPERATORS - {"EQUALS"}) | FUNCTIONS | {"ROOT", "SIGMA", "FRACTION"}
"""Marks that a statement has and a remark has not."""

MAX_BARS = 500
"""Marks among which drawn fraction bars are looked for."""

_CALCULATES = ARITHMETIC | {"EQUALS"}

ENDS_OPERAND = frozenset(
    {"NUMBER", "PERCENT", "PERMILLE", "VULGAR", "RPAR", "RSQB", "RBRACE", "SUPERSCRIPT"}
)
"""Marks, words apart, with which an operand can end."""


@dataclass(slots=True)
class Clause:
    """A part of a cell, with what stood before it: an introduction, a "where", a full stop.

    ``part`` is the word before a text such as "Numerator: number of women".
    """

    marks: list[Mark]
    introduced: int = 0
    after_where: bool = False
    after_stop: bool = False
    part: str = ""


def cut(marks: list[Mark]) -> list[Clause]:
    """Return the clauses of a cell, in printed order, drawn fraction bars put on one line."""
    return _clauses(_drawn_bars(_without_language_slashes(_with_times_letters(marks))))


def _with_times_letters(marks: list[Mark]) -> list[Mark]:
    """Read a letter x before or behind a number as the sign that it can only be."""
    return [
        mark._replace(kind="TIMES")
        if mark.text in TIMES_LETTER and index and _is_factor(marks, index)
        else mark
        for index, mark in enumerate(marks)
    ]


def _is_factor(marks: Sequence[Mark], index: int) -> bool:
    after = marks[index + 1].kind if index + 1 < len(marks) else ""
    behind = marks[index - 1].kind
    if after == "NUMBER":
        return behind not in (*OPERATORS, "SEMICOLON", "COMMA")
    return behind in ENDS_OPERAND and after in ("WORD", "LPAR", "LSQB")


def _without_language_slashes(marks: list[Mark]) -> list[Mark]:
    """Leave out slashes between the same word in two languages: ``мұндағы/где``."""
    beside = ("INTRODUCTION", "WHERE")
    return [
        mark
        for index, mark in enumerate(marks)
        if not (
            mark.kind == "DIVIDE"
            and (
                (index and marks[index - 1].kind in beside and marks[index - 1].text[-1] != ":")
                or (
                    index + 1 < len(marks)
                    and marks[skip(marks, index + 1) % len(marks)].kind in beside
                )
            )
        )
    ]


def _clauses(marks: list[Mark]) -> list[Clause]:
    pairs, _ = match_brackets(marks)
    inside = insides(pairs, len(marks))
    clauses: list[Clause] = []
    current = Clause([])

    def close(*, introduced: int = 0, after_where: bool = False, after_stop: bool = False) -> None:
        nonlocal current
        if current.marks:
            clauses.append(current)
            current = Clause([], introduced, after_where, after_stop)
        else:
            current.introduced = max(current.introduced, introduced)
            current.after_where |= after_where
            current.after_stop |= after_stop

    for index, mark in enumerate(marks):
        if mark.kind == "PART_NAME":
            close()
            current.part = mark.text
        elif mark.kind == "INTRODUCTION" or (
            current.part and mark.kind == "LINE_END" and _part_ends(marks, index)
        ):
            close(introduced=4 * (mark.kind == "INTRODUCTION"))
        elif mark.kind == "WHERE" and _opens_legend(marks, index):
            close(after_where=True)
        elif inside[index]:
            current.marks.append(mark)
        elif mark.kind == "SEMICOLON":
            close()
        elif mark.kind == "DOT" and _ends_sentence(marks, index):
            close(after_stop=True)
        elif mark.kind == "COLON" and _introduces(marks, index, current):
            close(introduced=2)
        elif mark.kind not in ("DOT", "LINE_END") or current.marks:
            current.marks.append(mark)
    close()
    return clauses


def insides(pairs: dict[int, int], length: int) -> list[bool]:
    """Return for each mark whether it stands inside a pair of brackets."""
    inside = [False] * length
    for opening, close in pairs.items():
        for index in range(opening + 1, close):
            inside[index] = True
    return inside


def _opens_legend(marks: Sequence[Mark], index: int) -> bool:
    behind = marks[index - 1].kind if index else "LINE_END"
    following = skip(marks, index + 1)
    if behind == "WORD" and marks[index].text[-1] not in ":,":
        named = name_at(marks, following)
        entry = is_entry(marks, following, frozenset(), opened=True)
        return entry is not None or (named is not None and is_letter(named[0]))
    return True


def _ends_sentence(marks: Sequence[Mark], index: int) -> bool:
    following = skip(marks, index + 1)
    if following >= len(marks):
        return True
    mark, behind = marks[following], marks[index - 1] if index else None
    spaced = mark.start > marks[index].end or following > index + 1
    if behind is None or mark.kind in ("INTRODUCTION", "WHERE", "PART_NAME"):
        return True
    if behind.kind == "NUMBER" and _opens_line(marks, index - 1):
        return False
    if behind.end < marks[index].start:
        return False
    if not spaced or mark.kind in OPERATORS or mark.kind in ("DASH", "COMMA", "SEMICOLON"):
        return False
    if mark.kind == "NUMBER" and len(mark.text) == 4 and behind.kind == "WORD":
        return False
    shortened = behind.kind == "WORD" and len(behind.text) <= 2 and behind.text.islower()
    starts_high = mark.kind != "WORD" or mark.text[:1].isupper()
    return starts_high and not shortened and mark.kind not in ("RPAR", "RSQB")


def _opens_line(marks: Sequence[Mark], index: int) -> bool:
    """Whether a number stands where the number of a list stands."""
    return index == 0 or marks[index - 1].kind in ("LINE_END", "SEMICOLON", "WHERE")


def _part_ends(marks: Sequence[Mark], index: int) -> bool:
    """Whether the line behind a line end calculates: ``Числитель/Знаменатель*100%``."""
    line = marks[skip(marks, index) :]
    end = next((i for i, mark in enumerate(line) if mark.kind == "LINE_END"), len(line))
    return any(mark.kind in ARITHMETIC for mark in line[:end])


def _introduces(marks: Sequence[Mark], index: int, current: Clause) -> bool:
    """Whether a colon closes introducing words ("Нақты жетістігі бойынша:") and divides nothing."""
    behind = marks[index - 1] if index else None
    if (
        current.part
        or current.after_where
        or (behind is not None and behind.kind == "LINE_END")
        or is_entry(current.marks, 0, frozenset(), opened=True) is not None
    ):
        return False
    if behind is None or behind.kind in ENDS_OPERAND or behind.end < marks[index].start:
        return (
            behind is not None
            and behind.kind == "RPAR"
            and current.marks[0].kind != "LPAR"
            and _words_only(current.marks)
        )
    if is_word(behind) and is_symbol(behind.text) and len(current.marks) == 1:
        return False
    return _words_only(current.marks)


def _words_only(marks: Sequence[Mark]) -> bool:
    return not any(mark.kind in ARITHMETIC or mark.kind == "EQUALS" for mark in marks)


# --- a drawn fraction bar on its own line ---------------------------------------------------------


def _drawn_bars(marks: list[Mark]) -> list[Mark]:
    """Put what stands above and below a drawn bar into brackets, with a division between.

    A bar that nothing stands above or below is a dash; in a calculation, something is lost.
    """
    for _ in range(sum(mark.kind == "RULE" for mark in marks[:MAX_BARS])):
        bar = next((i for i, mark in enumerate(marks) if mark.kind == "RULE"), None)
        if bar is None:
            break
        drawn = _drawn_bar(marks, bar)
        if drawn is None:
            line = marks[_line(marks, bar, -1) : _line(marks, bar, 1) + 1]
            kind = "GAP" if any(mark.kind in _CALCULATES for mark in line) else "DASH"
            marks = [*marks[:bar], marks[bar]._replace(kind=kind), *marks[bar + 1 :]]
        else:
            marks = drawn
    return marks


def _line(marks: Sequence[Mark], index: int, step: int) -> int:
    while 0 <= index + step < len(marks) and marks[index + step].kind != "LINE_END":
        index += step
    return index


def _drawn_bar(marks: list[Mark], bar: int) -> list[Mark] | None:
    left, right = _line(marks, bar, -1), _line(marks, bar, 1)
    if left < 2 or right + 2 >= len(marks):
        return None
    above_end = left - 2
    above_start = _line(marks, above_end, -1) if marks[above_end].kind != "LINE_END" else left
    below_start = right + 2
    below_end = _line(marks, below_start, 1)
    if left == right:
        above_start = _bare_start(marks, above_start, above_end)
    stop = next(
        (
            i
            for i in range(below_start, below_end + 1)
            if marks[i].kind in ("COMMA", "SEMICOLON", "WHERE", "DOT")
        ),
        below_end + 1,
    )
    above, below = marks[above_start : above_end + 1], marks[below_start:stop]
    if not above or not below:
        return None
    rule = marks[bar]
    quotient = [
        Mark("LPAR", "(", above[0].start, above[0].start), *above,
        Mark("RPAR", ")", above[-1].end, above[-1].end), rule._replace(kind="DIVIDE"),
        Mark("LPAR", "(", below[0].start, below[0].start), *below,
        Mark("RPAR", ")", below[-1].end, below[-1].end),
    ]  # fmt: skip
    return [
        *marks[:above_start], *marks[left:bar], *quotient, *marks[bar + 1 : right + 1],
        *marks[stop:],
    ]  # fmt: skip


def _bare_start(marks: Sequence[Mark], start: int, end: int) -> int:
    """Where the numerator begins: in words it may have begun some lines higher."""
    first = start
    while first >= 2 and marks[first].kind not in ("EQUALS", "INTRODUCTION"):
        if marks[first - 1].kind in ("INTRODUCTION", "EQUALS", "COLON", "SEMICOLON", "DOT"):
            break
        if marks[first - 1].kind == "LINE_END" and marks[first - 2].kind in (
            "INTRODUCTION", "EQUALS", "COLON", "DOT",
        ):  # fmt: skip
            return first
        first -= 1
    equals = [i for i in range(start, end + 1) if marks[i].kind in ("EQUALS", "INTRODUCTION")]
    return equals[-1] + 1 if equals else first
