"""The parts of a calculation cell: statements, legend, examples, gaps.

In a clause that can be a statement, the statement is read first, and what follows it is the
legend. Readings that compete are scored (room ``scoring``); the losers become findings. What may
change the calculation and is not read is kept as a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kpiformula import grammar
from kpiformula.brackets import Finding
from kpiformula.clauses import Clause, cut
from kpiformula.grammar import Mark
from kpiformula.legend import Entry, behind_bullet, is_entry, skip, split_examples
from kpiformula.nodes import Binary, Name, names, walk
from kpiformula.prose import read_prose
from kpiformula.regions import Region, calculates
from kpiformula.scoring import (
    has_factor,
    is_aside,
    is_lettered,
    is_one_bracket,
    may_calculate,
    trimmed,
)
from kpiformula.scoring import (
    score as score_of,
)
from kpiformula.statement import MAX_TOKENS, Refused, Statement, read_statement
from kpiformula.text import CleanText
from kpiformula.words import as_words, is_symbol, is_word

BULLETS = frozenset("•▪◦●■‣")
"""Signs that open an entry wherever they stand."""

MAX_STATEMENTS = 100
"""Statements read in one cell (KF903)."""

_MEANING_ANYWHERE = frozenset(
    {"EQUALS", "TIMES", "TIMES_WORD", "TIMES_BEHIND", "DIVIDED_BY", "CONDITION"}
)
_MEANING = _MEANING_ANYWHERE | {
    "DIVIDE", "PLUS", "NUMBER", "PER", "OTHER", "IN_PERCENT", "AT_LEAST", "AT_MOST", "GAP",
}  # fmt: skip
"""Marks that make a remark one that may change the calculation, right behind a formula or in any
place of its cell."""


@dataclass(slots=True)
class Cell:
    """The parts of a cell, in printed order.

    ``parts`` are texts under words such as "Numerator", ``unread`` the clean characters of gaps.
    """

    statements: list[Statement] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    parts: list[tuple[str, list[Mark]]] = field(default_factory=list)
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
        self.known = _names_of_legend(clauses)

    def read(self) -> Cell:
        in_legend = False
        candidates: list[tuple[int, Statement]] = []
        before: list[Clause] = []
        for clause in self.clauses:
            if clause.part:
                self.cell.parts.append((clause.part, clause.marks))
            elif clause.introduced and not clause.after_where and self._introduced_again(clause):
                in_legend = True
            elif in_legend or clause.after_where:
                in_legend = True
                self._legend_clause(clause)
            elif (found := self._first_statement(clause)) is not None:
                in_legend = self._accept(found, candidates)
            else:
                before.append(clause)
        self._choose(candidates)
        self._legend_before(before)
        if not self.cell.statements and (bare := self._bare_letter()) is not None:
            self.cell.statements.append(bare)
        if not self.cell.statements:
            raise self._refusal()
        return self.cell

    def _accept(
        self, found: tuple[Statement, list[Mark], int], candidates: list[tuple[int, Statement]]
    ) -> bool:
        """Take a statement, or note it as a candidate; return whether its legend may follow."""
        statement, rest, score = found
        if statement.result is None and not is_lettered(statement):
            candidates.append((score, statement))
        else:
            self._add(statement)
        if rest:
            self._legend(rest, opened=rest[0].kind in ("COMMA", "LINE_END"), near=True)
        return is_lettered(statement) or score >= 4

    def _add(self, statement: Statement) -> None:
        if len(self.cell.statements) >= MAX_STATEMENTS:
            message = f"more than {MAX_STATEMENTS} formulas in one cell"
            raise Refused("KF903", message, statement.start, statement.end)
        self.cell.statements.append(statement)

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
        self._add(found[0])
        if found[1]:
            self._legend(found[1], opened=False, near=True)
        return True

    def _legend_before(self, clauses: Sequence[Clause]) -> None:
        """Read entries that stand before the formula, where they define its letters."""
        used = frozenset(
            operand.words for s in self.cell.statements for operand in s.operands.values()
        )
        for clause in clauses:
            entry = is_entry(clause.marks, behind_bullet(clause.marks, 0), used, opened=True)
            if entry is not None and used & set(entry[0]):
                self.entry = None
                self._legend(clause.marks, opened=True)

    def _bare_letter(self) -> Statement | None:
        """A cell that is letters and nothing else, without a quotient: ``G``, ``H = -G``."""
        marks = trimmed(self.clauses[0].marks) if len(self.clauses) == 1 else []
        words = [mark.text for mark in as_words(marks) if mark.kind == "WORD"]
        if not words or not is_symbol(words[-1]):
            return None
        try:
            statement = read_statement(marks, self.clean, self.known)
        except Refused:
            return None
        letters = [o for o in statement.operands.values() if not o.is_phrase]
        used = names(statement.node)
        return statement if used and {o.name for o in letters} >= set(used) else None

    # --- statements ---------------------------------------------------------------------------

    def _first_statement(self, clause: Clause) -> tuple[Statement, list[Mark], int] | None:
        place = Region(clause.marks, self.known)
        start = place.start()
        end = place.end(start)
        region = trimmed(clause.marks[start:end])
        if not region or self._defines(clause.marks, start):
            return None
        assigned = place.equals() is not None
        try:
            statement = self._read(region, assigned)
        except Refused as refused:
            weight = 3 * assigned + clause.introduced + refused.code.startswith("KF9")
            self.refusals.append((weight, refused))
            return None
        if statement is None or not names(statement.node):
            return None
        if assigned and isinstance(statement.node, Name):
            return None
        score = score_of(statement, region) + clause.introduced + 3 * assigned
        if score < 1 and not is_one_bracket(region):
            return None
        return statement, clause.marks[end:], score

    def _defines(self, marks: Sequence[Mark], start: int) -> bool:
        """Whether a clause is a legend entry that stands before the formula."""
        entry = is_entry(marks, behind_bullet(marks, start), self.known, opened=True)
        if entry is None or entry[2] == "EQUALS":
            return False
        text = [mark for mark in marks[entry[1] :] if mark.kind != "LINE_END"]
        words = [mark for mark in text if is_word(mark)]
        calculated = not words or (is_symbol(words[0].text) and len(trimmed(text)) == 1)
        return not calculated and not calculates(text)

    def _read(self, region: list[Mark], assigned: bool) -> Statement | None:
        if len(region) > MAX_TOKENS:
            message = f"more than {MAX_TOKENS} marks"
            raise Refused("KF903", message, region[0].start, region[-1].end)
        kinds = {mark.kind for mark in region}
        told = "RATIO_OF" in kinds and not kinds & {"DIVIDE", "COLON", "EQUALS"}
        statement = self._symbolic(region) if may_calculate(region) and not told else None
        if statement is None:
            statement = read_prose(region, self.clean, self.known)
        if statement is None and (assigned or is_one_bracket(region)):
            statement = read_statement(region, self.clean, self.known)
        return statement

    def _symbolic(self, region: list[Mark]) -> Statement | None:
        statement = read_statement(region, self.clean, self.known)
        counted = [node for node in walk(statement.node) if isinstance(node, Name)]
        if not counted or (isinstance(statement.node, Name) and statement.result is not None):
            return None
        enough = (
            len(counted) >= 2
            or statement.result is not None
            or is_lettered(statement)
            or has_factor(statement)
            or any(mark.kind == "LSQB" for mark in region)
        )
        return statement if enough else None

    def _choose(self, candidates: list[tuple[int, Statement]]) -> None:
        """Take the best reading in words; another that scores as high is a finding."""
        if not candidates or self.cell.statements:
            return
        best = max(score for score, _ in candidates)
        winners = [statement for score, statement in candidates if score == best]
        self.cell.statements.append(winners[0])
        chosen = set(winners[0].operands)
        for other in winners[1:]:
            if set(other.operands) == chosen:
                self._add(other)
            else:
                message = "this could be the formula as well"
                self.cell.findings.append(("KF112", message, other.start, other.end))

    def _refusal(self) -> Refused:
        if self.refusals:
            return max(self.refusals, key=lambda pair: pair[0])[1]
        text = self.clean.text
        return Refused(
            "KF100", "no formula can be found in this text", 0, len(text),
            "a formula has an operator between operands, e.g. 'A / B * 100'",
        )  # fmt: skip

    # --- legend ----------------------------------------------------------------------------------

    def _legend_clause(self, clause: Clause) -> None:
        if clause.after_stop:
            self.entry = None
        first = skip(clause.marks, 0)
        if clause.marks[first:] and clause.marks[first].kind == "CONDITION":
            self._gap(clause.marks[first:])
            return
        self._legend(clause.marks, opened=True, on_line=clause.after_where)

    def _legend(
        self, marks: Sequence[Mark], *, opened: bool, on_line: bool = False, near: bool = False
    ) -> None:
        """Read entries; ``near`` says that the marks stand right behind a statement."""
        known = frozenset(
            operand.words
            for s in self.cell.statements
            for operand in (*s.operands.values(), s.result)
            if operand is not None
        )
        self._separate()
        index = note = 0
        while index < len(marks):
            opened = opened or marks[index].text in BULLETS
            start = behind_bullet(marks, index) if opened else index
            found = is_entry(marks, start, known, opened=opened, on_line=on_line)
            if found is not None:
                self._note(marks[note:index], near=near)
                index, opened = self._entry_at(marks, start, found)
                note, on_line = index, False
                continue
            if opened and self._closes_entry(marks, index):
                self.entry, note = None, index
            mark = marks[index]
            opened = mark.kind in ("COMMA", "LINE_END", "AND", "COLON")
            on_line = mark.kind == "LINE_END" or (mark.kind == "COMMA" and on_line)
            if self.entry is not None:
                self.entry.marks.append(mark)
                note = index + 1
            index += 1
        self._note(marks[note:], near=near)

    def _closes_entry(self, marks: Sequence[Mark], index: int) -> bool:
        """Whether a remark begins behind an entry: a source, a condition, a constant."""
        mark = marks[index]
        heading = index + 1 < len(marks) and is_word(mark) and marks[index + 1].kind == "COLON"
        if mark.kind == "CONDITION" or (heading and not is_symbol(mark.text)):
            return True
        following = [m.kind for m in marks[index : index + 6] if m.kind != "LINE_END"][:3]
        coefficients = self.entry is not None and any(
            m.kind == "COEFFICIENT" for m in self.entry.marks
        )
        return following == ["NUMBER", "DASH", "WORD"] and not coefficients

    def _separate(self) -> None:
        if self.entry is not None and self.entry.marks:
            end = self.entry.marks[-1].end
            self.entry.marks.append(Mark("SEMICOLON", ";", end, end))

    def _entry_at(
        self, marks: Sequence[Mark], index: int, found: tuple[tuple[str, ...], int, str]
    ) -> tuple[int, bool]:
        letters, text_start, link = found
        if link == "EQUALS":
            end = Region(marks, self.known).end(index)
            if self._definition(trimmed(marks[index:end])):
                self.entry = None
                return end, True
            if marks[text_start].kind == "NUMBER" or calculates(marks[text_start : text_start + 1]):
                self.entry = None
                self._gap(marks[index:end])
                return end, True
        self.entry = Entry(letters[0], marks[index].start, marks[text_start - 1].end, [])
        self.cell.entries.append(self.entry)
        self.cell.entries += [replace(self.entry, name=name) for name in letters[1:]]
        return text_start, False

    def _definition(self, region: list[Mark]) -> bool:
        """Take ``Q = a/b`` in a legend as a definition, ``H = 45 / 90`` as a worked example."""
        if not any(calculates([mark]) or mark.kind == "DASH" for mark in region):
            return False
        try:
            statement = read_statement(region, self.clean, self.known)
        except Refused:
            return False
        if not names(statement.node):
            self.cell.examples.append(region)
            return True
        letters = all(not operand.is_phrase for operand in statement.operands.values())
        if letters and isinstance(statement.node, Binary):
            self._add(statement)
            return True
        return False

    def _note(self, marks: Sequence[Mark], *, near: bool) -> None:
        """Keep the examples of a remark; a remark that may change the calculation is a gap."""
        if self.entry is not None or not trimmed(marks) or is_aside(trimmed(marks)):
            return
        rest, examples = split_examples(trimmed(marks))
        self.cell.examples += examples
        if examples and not any(mark.kind == "EQUALS" for mark in rest):
            return
        meaning = {mark.kind for mark in rest} & (_MEANING if near else _MEANING_ANYWHERE)
        if not meaning or (meaning == {"IN_PERCENT"} and self._is_percentage()):
            return
        if not self._another(trimmed(rest)):
            self._gap(rest)

    def _is_percentage(self) -> bool:
        return any(map(has_factor, self.cell.statements))

    def _another(self, region: list[Mark]) -> bool:
        try:
            statement = read_statement(region, self.clean, self.known)
        except Refused:
            return False
        if statement.result is None or not names(statement.node):
            return False
        if isinstance(statement.node, Name):
            return False
        self._add(statement)
        return True

    def _gap(self, marks: Sequence[Mark]) -> None:
        kept = trimmed(marks)
        if kept:
            self.cell.unread.append((kept[0].start, kept[-1].end))


def _names_of_legend(clauses: Sequence[Clause]) -> frozenset[str]:
    """Return the names that stand where a legend defines them, whatever the formula will be."""
    found: set[str] = set()
    behind_where = False
    for clause in clauses:
        behind_where = behind_where or clause.after_where
        opened = True
        for index, mark in enumerate(clause.marks):
            start = behind_bullet(clause.marks, index) if opened else index
            entry = is_entry(
                clause.marks, start, frozenset(), opened=opened, loose=opened and behind_where
            )
            if entry is not None and opened:
                found.update(entry[0])
            opened = mark.kind in ("COMMA", "LINE_END", "COLON")
    return frozenset(found)
