"""The parts of a calculation cell: statements, legend, examples, notes.

A cell is cut into clauses at introductions, at "where", at semicolons and ends of sentences; in a
clause that can be a statement, the statement is read first, and what follows it is the legend.
Readings that compete are scored by the rules of :func:`_score`; the losers become findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kpiformula import grammar
from kpiformula.brackets import OPERATORS, Finding, match_brackets
from kpiformula.clauses import ARITHMETIC, ENDS_OPERAND, Clause, cut, insides
from kpiformula.grammar import Mark
from kpiformula.legend import Entry, is_entry, name_at, skip
from kpiformula.nodes import Binary, Name, Number, names, walk
from kpiformula.operands import as_words, is_letter, is_symbol, is_word
from kpiformula.prose import read_prose
from kpiformula.statement import Refused, Statement, read_statement
from kpiformula.text import CleanText

_MEANING = frozenset(
    {
        "EQUALS",
        "DIVIDE",
        "TIMES",
        "PLUS",
        "PER",
        "TIMES_WORD",
        "TIMES_BEHIND",
        "DIVIDED_BY",
        "IN_PERCENT",
    }
)
"""Marks that make a remark one that may change the calculation."""


@dataclass(slots=True)
class Cell:
    """The parts of a cell, in printed order."""

    statements: list[Statement] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    examples: list[list[Mark]] = field(default_factory=list)
    unread: list[tuple[int, int]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_cell(clean: CleanText) -> Cell:
    """Read a clean text as a calculation cell.

    Raises:
        Refused: when no formula can be read, with the reason of the best attempt.
    """
    return _Reader(clean, cut(grammar.marks(clean.text))).read()


class _Reader:
    def __init__(self, clean: CleanText, clauses: list[Clause]) -> None:
        self.clean = clean
        self.clauses = clauses
        self.cell = Cell()
        self.refusals: list[tuple[int, Refused]] = []
        self.entry: Entry | None = None
        self.known = self._names_of_legend()

    def read(self) -> Cell:
        in_legend = False
        candidates: list[tuple[int, Statement, Clause]] = []
        for clause in self.clauses:
            again = clause.introduced and not clause.after_where and self._introduced_again(clause)
            if again:
                continue
            if in_legend or clause.after_where:
                in_legend = True
                if clause.after_stop:
                    self.entry = None
                self._legend(clause.marks, opened=True)
                continue
            found = self._first_statement(clause)
            if found is None:
                continue
            statement, rest, score = found
            if statement.result is None and not self._is_lettered(statement):
                candidates.append((score, statement, clause))
            else:
                self.cell.statements.append(statement)
            in_legend = self._is_lettered(statement) or score >= 4
            if rest:
                self._legend(rest, opened=False)
        self._choose(candidates)
        if not self.cell.statements and (bare := self._bare_letter()) is not None:
            self.cell.statements.append(bare)
        if not self.cell.statements:
            raise self._refusal()
        return self.cell

    def _introduced_again(self, clause: Clause) -> bool:
        """Read another formula that is introduced behind the first one and its legend."""
        if not self.cell.statements:
            return False
        refusals = len(self.refusals)
        found = self._first_statement(clause)
        del self.refusals[refusals:]
        if found is None:
            return False
        self.entry = None
        self.cell.statements.append(found[0])
        if found[1]:
            self._legend(found[1], opened=False)
        return True

    def _bare_letter(self) -> Statement | None:
        """A cell that is a single letter, or ``H = G``, and nothing else."""
        marks = _trimmed(self.clauses[0].marks) if len(self.clauses) == 1 else []
        kinds = [mark.kind for mark in as_words(marks)]
        letters = [mark.text for mark in marks if is_word(mark)]
        if kinds not in (["WORD"], ["WORD", "EQUALS", "WORD"]) or not is_symbol(letters[-1]):
            return None
        return read_statement(marks, self.clean, self.known)

    def _names_of_legend(self) -> frozenset[str]:
        """Names that stand where a legend defines them, whatever the formula turns out to be."""
        found: set[str] = set()
        for clause in self.clauses:
            opened = True
            for index, mark in enumerate(clause.marks):
                if mark.kind in ("COMMA", "LINE_END"):
                    opened = True
                    continue
                entry = is_entry(clause.marks, index, frozenset(), opened=opened)
                if entry is not None and (clause.after_where or opened):
                    found.update(entry[0])
                opened = False
        return frozenset(found)

    # --- statements ---------------------------------------------------------------------------

    def _first_statement(self, clause: Clause) -> tuple[Statement, list[Mark], int] | None:
        marks = clause.marks
        start = self._anchor(marks)
        assigned = start is not None
        if start is None:
            start = self._after_basis(marks)
        end = self._region_end(marks, start)
        region = _trimmed(marks[start:end])
        if not region:
            return None
        lonely_bracket = (
            region[0].kind == "LSQB" and match_brackets(region)[0].get(0) == len(region) - 1
        )
        arithmetic = any(m.kind in ARITHMETIC for m in region)
        try:
            if not arithmetic or (statement := self._symbolic(region)) is None:
                statement = read_prose(region, self.clean, self.known)
            if statement is None and (lonely_bracket or assigned):
                statement = read_statement(region, self.clean, self.known)
        except Refused as refused:
            weight = 3 * assigned + 2 * clause.introduced + refused.code.startswith("KF9")
            self.refusals.append((weight, refused))
            return None
        if statement is None or not names(statement.node):
            return None
        if assigned and isinstance(statement.node, Name):
            return None
        score = _score(statement, region) + 4 * clause.introduced + 3 * assigned
        if score < 1 and not lonely_bracket:
            return None
        return statement, marks[end:], score

    def _symbolic(self, region: list[Mark]) -> Statement | None:
        statement = read_statement(region, self.clean, self.known)
        if isinstance(statement.node, Name | Number) and statement.result is not None:
            return None
        counted = [n for n in walk(statement.node) if isinstance(n, Name)]
        enough = (
            len(counted) >= 2
            or any(not operand.is_phrase for operand in statement.operands.values())
            or any(mark.kind == "LSQB" for mark in region)
        )
        if not counted or not (enough or statement.result is not None):
            return None
        return statement

    def _anchor(self, marks: Sequence[Mark]) -> int | None:
        """Where ``H =`` begins; words before a letter's ``=`` are notes."""
        for index, mark in enumerate(marks):
            if mark.kind == "EQUALS" and index:
                before = index - 1
                while before and marks[before].kind == "LINE_END":
                    before -= 1
                return self._left_side(marks, before)
        return None

    def _left_side(self, marks: Sequence[Mark], before: int) -> int:
        remark = not any(mark.kind in ARITHMETIC for mark in marks[:before])
        name = marks[before].text
        part_of_words = before > 0 and is_word(marks[before - 1]) and not is_letter(name)
        if remark and is_word(marks[before]) and is_symbol(name) and not part_of_words:
            return before
        return self._after_basis(marks)

    def _after_basis(self, marks: Sequence[Mark]) -> int:
        """Where a clause begins behind stray marks, an equation number or a source's name."""
        start = skip(marks, 0)
        while start < len(marks) and marks[start].kind in ("DOT", "COMMA", "DASH", "COLON"):
            start = skip(marks, start + 1)
        if _equation_number(marks, start) and start + 3 < len(marks):
            start = skip(marks, start + 3)
        for index in range(start, len(marks)):
            if marks[index].kind in ARITHMETIC or marks[index].kind == "EQUALS":
                break
            if marks[index].kind == "BASIS":
                return skip(marks, index + 1)
        return start

    def _region_end(self, marks: Sequence[Mark], start: int) -> int:
        """Where a statement ends: before a legend entry, an example, an equation number, a note."""
        pairs, _ = match_brackets(marks)
        inside = insides(pairs, len(marks))
        lettered = True
        for index in range(start, len(marks)):
            mark = marks[index]
            if inside[index]:
                continue
            if is_word(mark):
                lettered = lettered and (is_symbol(mark.text) or mark.text in self.known)
            if index == start:
                continue
            behind = _behind(marks, index)
            if mark.kind in ("PER", "TIMES_BEHIND", "IN_PERCENT") and _calculates(
                marks[start:index]
            ):
                return index
            if mark.kind == "LPAR" and behind.kind in ("NUMBER", "PERCENT"):
                if index in pairs and _words_only(marks[index : pairs[index]]):
                    return index
            if mark.kind == "COMMA" and self._comma_ends(marks, index, lettered):
                return index
            if _equation_number(marks, index) and behind.kind not in OPERATORS:
                return index
            if mark.kind == "LINE_END" and self._line_ends(marks, index, behind):
                return index
            complete = behind.kind in ENDS_OPERAND or _is_lone_letter(marks, behind)
            if complete and self._other_begins(marks, index):
                return index
        return len(marks)

    def _comma_ends(self, marks: Sequence[Mark], index: int, lettered: bool) -> bool:
        following = skip(marks, index + 1)
        if following >= len(marks):
            return True
        if marks[following].kind == "TIMES_WORD" or (
            following + 1 < len(marks) and marks[following + 1].kind == "TIMES_BEHIND"
        ):
            return False
        if is_entry(marks, following, self.known, opened=True) is not None:
            return True
        seen = any(m.kind in ARITHMETIC for m in marks[:index])
        return lettered and seen

    def _line_ends(self, marks: Sequence[Mark], index: int, behind: Mark) -> bool:
        following = skip(marks, index)
        if behind.kind in OPERATORS or behind.kind == "DASH" or following + 1 >= len(marks):
            return False
        named = name_at(marks, following)
        if named is None:
            return False
        name, after = named
        link = skip(marks, after)
        if link < len(marks) and marks[link].kind == "EQUALS":
            return True
        return (
            name in self.known and is_entry(marks, following, self.known, opened=True) is not None
        )

    def _other_begins(self, marks: Sequence[Mark], index: int) -> bool:
        """Whether an entry, an example or a note begins behind a complete operand."""
        mark = marks[index]
        following = marks[index + 1] if index + 1 < len(marks) else None
        if mark.kind == "NUMBER":
            return _behind(marks, index).kind in ("NUMBER", "PERCENT")
        if mark.kind == "DASH":
            number = _behind(marks, index).kind in ("NUMBER", "PERCENT")
            return (
                number
                and following is not None
                and following.kind == "WORD"
                and not is_symbol(following.text)
            )
        if not is_word(mark):
            return False
        if is_entry(marks, index, self.known, opened=False) is not None:
            return True
        number = _behind(marks, index).kind in ("NUMBER", "PERCENT", "PERMILLE")
        factor = number and any(m.kind == "TIMES" for m in marks[max(0, index - 3) : index])
        return factor and not is_symbol(mark.text) and mark.text[0] not in "xхXХ"

    def _is_lettered(self, statement: Statement) -> bool:
        return any(not operand.is_phrase for operand in statement.operands.values())

    def _choose(self, candidates: list[tuple[int, Statement, Clause]]) -> None:
        """Take the best reading in words; another that scores as high is a finding."""
        if not candidates or self.cell.statements:
            return
        best = max(score for score, _, _ in candidates)
        winners = [statement for score, statement, _ in candidates if score == best]
        self.cell.statements.append(winners[0])
        chosen = set(winners[0].operands)
        for other in winners[1:]:
            if set(other.operands) == chosen:
                self.cell.statements.append(other)
            else:
                self.cell.findings.append(
                    ("KF112", "this could be the formula as well", other.start, other.end)
                )

    def _refusal(self) -> Refused:
        if self.refusals:
            return max(self.refusals, key=lambda pair: pair[0])[1]
        text = self.clean.text
        return Refused(
            "KF100", "no formula can be found in this text", 0, len(text),
            "a formula has an operator between operands, e.g. 'A / B * 100'",
        )  # fmt: skip

    # --- legend ----------------------------------------------------------------------------------

    def _legend(self, marks: Sequence[Mark], *, opened: bool) -> None:
        known = self.known | {
            operand.words for s in self.cell.statements for operand in s.operands.values()
        }
        self._separate()
        index = _list_number(marks)
        start_of_note = None
        while index < len(marks):
            found = is_entry(marks, index, known, opened=opened)
            if found is not None:
                index, opened = self._entry_at(marks, index, found)
                continue
            mark = marks[index]
            opened = mark.kind in ("COMMA", "LINE_END", "AND")
            if self.entry is not None:
                self.entry.marks.append(mark)
            elif mark.kind not in ("COMMA", "LINE_END", "DOT"):
                start_of_note = index if start_of_note is None else start_of_note
            index += 1
        if start_of_note is not None and self.entry is None:
            self._note(list(marks[start_of_note:]))

    def _separate(self) -> None:
        if self.entry is not None and self.entry.marks:
            end = self.entry.marks[-1].end
            self.entry.marks.append(Mark("SEMICOLON", ";", end, end))

    def _entry_at(
        self, marks: Sequence[Mark], index: int, found: tuple[tuple[str, ...], int, str]
    ) -> tuple[int, bool]:
        letters, text_start, link = found
        if link == "EQUALS":
            end = self._region_end(marks, index)
            statement = self._definition(_trimmed(marks[index:end]))
            if statement is not None:
                self.cell.statements.append(statement)
                self.entry = None
                return end, True
        self.entry = Entry(letters[0], marks[index].start, marks[text_start - 1].end, [])
        self.cell.entries.append(self.entry)
        self.cell.entries += [replace(self.entry, name=name) for name in letters[1:]]
        return text_start, False

    def _definition(self, region: list[Mark]) -> Statement | None:
        if not any(m.kind in ARITHMETIC or m.kind == "DASH" for m in region):
            return None
        try:
            statement = read_statement(region, self.clean, self.known)
        except Refused:
            return None
        letters = all(not operand.is_phrase for operand in statement.operands.values())
        return statement if letters and isinstance(statement.node, Binary) else None

    def _note(self, marks: list[Mark]) -> None:
        region = _trimmed(marks)
        if not region:
            return
        if _is_example(region):
            self.cell.examples.append(region)
        elif any(m.kind in _MEANING for m in region) and not self._said_already(region):
            statement = self._another(region)
            if statement is not None:
                self.cell.statements.append(statement)
            else:
                self.cell.unread.append((region[0].start, region[-1].end))

    def _said_already(self, region: Sequence[Mark]) -> bool:
        """Whether a remark says "in per cent" of a formula that has its factor 100."""
        meaning = {mark.kind for mark in region if mark.kind in _MEANING}
        last = self.cell.statements[-1] if self.cell.statements else None
        return meaning == {"IN_PERCENT"} and last is not None and _has_factor(last)

    def _another(self, region: list[Mark]) -> Statement | None:
        try:
            statement = read_statement(region, self.clean, self.known)
        except Refused:
            return None
        return statement if statement.result is not None else None


def _calculates(marks: Sequence[Mark]) -> bool:
    return any(mark.kind in ARITHMETIC for mark in marks)


def _words_only(marks: Sequence[Mark]) -> bool:
    return all(mark.kind == "LPAR" or is_word(mark) for mark in marks)


def _list_number(marks: Sequence[Mark]) -> int:
    """Where the text begins behind the number of a list: ``2.``, ``2)``."""
    kinds = [mark.kind for mark in marks[:2]]
    return 2 if kinds in (["NUMBER", "DOT"], ["NUMBER", "RPAR"]) and len(marks) > 2 else 0


def _behind(marks: Sequence[Mark], index: int) -> Mark:
    index -= 1
    while index and marks[index].kind == "LINE_END":
        index -= 1
    return marks[index]


def _is_lone_letter(marks: Sequence[Mark], behind: Mark) -> bool:
    """Whether a word is a single letter behind an operator."""
    if not is_word(behind) or not is_symbol(behind.text):
        return False
    place = marks.index(behind)
    return place > 0 and _behind(marks, place).kind in OPERATORS


def _equation_number(marks: Sequence[Mark], index: int) -> bool:
    kinds = [mark.kind for mark in marks[index : index + 3]]
    if kinds != ["LPAR", "NUMBER", "RPAR"]:
        return False
    following = skip(marks, index + 3)
    return following >= len(marks) or index == 0 or marks[following].kind in ("COMMA", "WHERE")


def _trimmed(marks: Sequence[Mark]) -> list[Mark]:
    outer = ("LINE_END", "COMMA", "DOT", "SEMICOLON", "LAYOUT")
    kept = list(marks)
    while kept and kept[-1].kind in outer:
        kept.pop()
    while kept and kept[0].kind in outer:
        kept.pop(0)
    return kept


def _is_example(marks: Sequence[Mark]) -> bool:
    numbers = [m for m in marks if m.kind == "NUMBER"]
    return len(numbers) >= 2 and all(
        m.kind in ("NUMBER", "PERCENT", "LINE_END", "LPAR", "RPAR", *OPERATORS) for m in marks
    )


def _score(statement: Statement, region: Sequence[Mark]) -> int:
    """How much a text looks like the formula of a cell rather than like a remark.

    A factor 100: 2; a sign ``=``: 3; letters or square brackets: 3; other operands: 1; two single
    words around a slash without spaces ("тг/адам"), and nothing else: minus 3.
    """
    phrases = [operand for operand in statement.operands.values() if operand.is_phrase]
    score = 1
    if _has_factor(statement):
        score += 2
    if statement.result is not None:
        score += 3
    if any(mark.kind == "LSQB" for mark in region) or not phrases:
        score += 3
    if len(region) == 3 and region[0].end == region[1].start and region[1].kind == "DIVIDE":
        score -= 3
    return score


def _has_factor(statement: Statement) -> bool:
    return any(isinstance(n, Number) and n.value in _FACTORS for n in walk(statement.node))


_FACTORS = frozenset({100, 1000, 10000, 100000})
