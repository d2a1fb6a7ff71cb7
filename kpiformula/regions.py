"""Where a statement begins and ends among the marks of a clause.

It begins behind remarks ("анықтама негізінде", an equation number) and ends before a legend
entry, an example, an equation number or a remark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpiformula.brackets import OPERATORS, match_brackets
from kpiformula.clauses import ARITHMETIC, ENDS_OPERAND, insides
from kpiformula.grammar import Mark
from kpiformula.legend import is_entry, name_at, skip, starts_example
from kpiformula.words import is_letter, is_symbol, is_word

_TOLD_BEHIND = frozenset({"PER", "TIMES_BEHIND", "IN_PERCENT", "AT_LEAST", "AT_MOST", "CONDITION"})
"""Words behind a formula that say more about its value."""

_OF_NUMBERS = frozenset({"PERCENT_WORD", "THOUSAND", "MILLION", "TIMES_WORD"})
"""Words that belong to the number before them, or calculate with it."""


@dataclass(frozen=True, slots=True)
class Region:
    """The marks of a clause, and the names that the legend of its cell defines."""

    marks: Sequence[Mark]
    known: frozenset[str]

    def equals(self) -> int | None:
        """Return where the first ``=`` stands that has something before it."""
        kinds = enumerate(mark.kind for mark in self.marks)
        return next((i for i, kind in kinds if kind == "EQUALS" and i), None)

    def start(self) -> int:
        """Return where the statement begins."""
        equals = self.equals()
        return self._behind_remarks() if equals is None else self._left_side(equals)

    def _left_side(self, equals: int) -> int:
        """Where ``H =`` begins; words before a letter's ``=`` are remarks."""
        marks, before = self.marks, equals - 1
        while before and marks[before].kind in ("LINE_END", "PERCENT", "COMMA", "TIMES"):
            before -= 1
        name = marks[before].text
        part_of_words = before > 0 and is_word(self._behind(before)[0]) and not is_letter(name)
        letter = is_word(marks[before]) and is_symbol(name) and not part_of_words
        if letter and not calculates(marks[:before]):
            return before
        return self._behind_remarks()

    def _behind_remarks(self) -> int:
        marks = self.marks
        start = skip(marks, 0)
        while start < len(marks) and self._is_stray(start):
            start = skip(marks, start + 1)
        if self._is_equation_number(start) and start + 3 < len(marks):
            start = skip(marks, start + 3)
        for index in range(start, len(marks)):
            if marks[index].kind in ARITHMETIC or marks[index].kind == "EQUALS":
                break
            if marks[index].kind == "BASIS":
                return skip(marks, index + 1)
        return start

    def _is_stray(self, index: int) -> bool:
        """Whether a mark before a statement belongs to nothing; a dash with a space is a bullet."""
        mark = self.marks[index]
        if mark.kind != "DASH":
            return mark.kind in ("DOT", "COMMA", "COLON", "EQUALS")
        return index + 1 < len(self.marks) and self.marks[index + 1].start > mark.end

    def end(self, start: int) -> int:
        """Return the index behind the statement that begins at ``start``."""
        marks = self.marks
        pairs, _ = match_brackets(marks)
        inside = insides(pairs, len(marks))
        lettered, calculated = True, False
        for index in range(start, len(marks)):
            mark = marks[index]
            if inside[index]:
                calculated = calculated or mark.kind in ARITHMETIC
                continue
            if index > start and self._ends(index, pairs.get(index), lettered, calculated):
                return index
            calculated = calculated or mark.kind in ARITHMETIC
            if is_word(mark):
                lettered = lettered and (is_symbol(mark.text) or mark.text in self.known)
        return len(marks)

    def _ends(self, index: int, partner: int | None, lettered: bool, calculated: bool) -> bool:
        marks, mark = self.marks, self.marks[index]
        behind, place = self._behind(index)
        if mark.kind in _TOLD_BEHIND and calculated:
            return True
        if mark.kind in ("LPAR", "LSQB") and behind.kind in ("NUMBER", "PERCENT", "PERMILLE"):
            return partner is not None and not calculates(marks[index:partner])
        if mark.kind == "COMMA":
            return self._comma_ends(index, lettered and calculated)
        if self._is_equation_number(index):
            return behind.kind not in OPERATORS
        if mark.kind == "LINE_END":
            return calculated and self._line_ends(index, behind)
        complete = behind.kind in ENDS_OPERAND or self._is_lone_letter(place)
        return complete and self._other_begins(index, behind)

    def _behind(self, index: int) -> tuple[Mark, int]:
        """The mark before, line ends apart, and its place."""
        index -= 1
        while index and self.marks[index].kind == "LINE_END":
            index -= 1
        return self.marks[index], index

    def _comma_ends(self, index: int, complete: bool) -> bool:
        marks, following = self.marks, skip(self.marks, index + 1)
        if following >= len(marks):
            return True
        if marks[following].kind in ("TIMES_WORD", "PERCENT"):
            return False
        if following + 1 < len(marks) and marks[following + 1].kind == "TIMES_BEHIND":
            return False
        return complete or is_entry(marks, following, self.known, opened=True) is not None

    def _line_ends(self, index: int, behind: Mark) -> bool:
        marks, following = self.marks, skip(self.marks, index)
        if behind.kind in OPERATORS or behind.kind == "DASH" or following + 1 >= len(marks):
            return False
        if self._is_heading(following):
            return True
        named = name_at(marks, following)
        if named is None:
            return False
        link = skip(marks, named[1])
        if link < len(marks) and marks[link].kind == "EQUALS" and is_symbol(named[0]):
            return True
        entry = is_entry(marks, following, self.known, opened=True, on_line=True)
        return named[0] in self.known and entry is not None

    def _is_heading(self, index: int) -> bool:
        """Whether a line is a heading: ``Коэффициенты:``."""
        words = index
        while words < len(self.marks) and is_word(self.marks[words]) and words < index + 3:
            words += 1
        colon = index < words < len(self.marks) and self.marks[words].kind == "COLON"
        return colon and not is_symbol(self.marks[words - 1].text)

    def _is_lone_letter(self, place: int) -> bool:
        """Whether a single letter behind an operator stands here."""
        mark = self.marks[place]
        if not is_word(mark) or not is_symbol(mark.text) or not place:
            return False
        return self._behind(place)[0].kind in OPERATORS

    def _other_begins(self, index: int, behind: Mark) -> bool:
        """Whether an entry, an example or a remark begins behind a complete operand."""
        marks, mark = self.marks, self.marks[index]
        number = behind.kind in ("NUMBER", "PERCENT", "PERMILLE")
        if mark.kind == "NUMBER":
            return number and starts_example(marks, index)
        following = marks[index + 1] if index + 1 < len(marks) else None
        if mark.kind == "DASH":
            words = following is not None and is_word(following) and not is_symbol(following.text)
            return number and words
        if not is_word(mark) or mark.kind in _OF_NUMBERS:
            return False
        if is_entry(marks, index, self.known, opened=False) is not None:
            return True
        factor = number and any(m.kind == "TIMES" for m in marks[max(0, index - 3) : index])
        return factor and not is_symbol(mark.text) and mark.text[0] not in "xхXХ"

    def _is_equation_number(self, index: int) -> bool:
        marks = self.marks
        if [mark.kind for mark in marks[index : index + 3]] != ["LPAR", "NUMBER", "RPAR"]:
            return False
        if index and marks[index - 1].end == marks[index].start:
            return False
        following = skip(marks, index + 3)
        return following >= len(marks) or index == 0 or marks[following].kind in ("COMMA", "WHERE")


def calculates(marks: Sequence[Mark]) -> bool:
    """Return whether marks hold one that a statement has and a remark has not."""
    return any(mark.kind in ARITHMETIC for mark in marks)
