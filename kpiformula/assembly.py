"""From the parts of a cell to a formula: symbols with roles and definitions, and findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import count
from string import ascii_lowercase

from kpiformula.brackets import Finding
from kpiformula.cell import Cell, read_cell
from kpiformula.diagnostics import (
    Diagnostic,
    Severity,
    Source,
)
from kpiformula.formula import (
    Coefficient,
    CoefficientCase,
    Condition,
    Example,
    Formula,
    Role,
    Symbol,
    Unread,
)
from kpiformula.grammar import Mark
from kpiformula.legend import (
    Case,
    Entry,
    coefficient_cases,
    definition,
    lists_values,
    split_examples,
)
from kpiformula.letters import Letters
from kpiformula.mapping import Table
from kpiformula.nodes import Name, Node, constant, names, quotient, substitute, walk
from kpiformula.statement import Operand, Refused, Statement, read_statement, running_words
from kpiformula.text import CleanText, is_number, printed_number, script
from kpiformula.words import is_letter, words_key

MAX_STATEMENT = 2_000
"""Characters of one statement (KF901)."""

MAX_NODES = 1_000
"""Operands and operators of a formula, its definitions put in (KF903)."""

_INFORMS = frozenset({"KF101", "KF106", "KF110"})
"""Findings that change nothing; the others warn."""


def assembled(printed: str, source: Source, clean: CleanText) -> Formula:
    """Return the formula of a cell; ``source`` is where its findings point to.

    Raises:
        Refused: when no formula can be read.
    """
    return _Assembly(printed, source, clean, read_cell(clean)).formula()


@dataclass
class _Assembly:
    """Puts the parts of one cell together."""

    printed: str
    source: Source
    clean: CleanText
    cell: Cell
    findings: list[Finding] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    definitions: dict[str, str | None] = field(default_factory=dict)
    coefficients: dict[str, Coefficient] = field(default_factory=dict)

    def formula(self) -> Formula:
        _limit_statements(self.cell.statements)
        self.findings += self.cell.findings
        letters = Letters(self.cell.statements, self.findings)
        statements = self._distinct(letters.folded())
        _refuse_circles(statements)
        self._read_legend(letters.matched(self.cell.entries, statements), statements)
        self._collect_examples(statements)
        principal = _principal(statements)
        given = _definitions(statements, principal)
        formulas = [self._formula(s, statements, given) for s in statements]
        place = statements.index(principal)
        return replace(
            formulas[place],
            examples=tuple(sorted(self.examples, key=lambda example: example.span.start)),
            unread=self._unread(),
            diagnostics=self._diagnostics(statements),
            others=(*formulas[:place], *formulas[place + 1 :]),
            position=place,
        )

    def _distinct(self, statements: list[Statement]) -> list[Statement]:
        kept: list[Statement] = []
        for statement in statements:
            same = (s for s in kept if s.node == statement.node and _name(s) == _name(statement))
            if next(same, None) is None:
                kept.append(statement)
            else:
                message = "the formula is printed again"
                self.findings.append(("KF106", message, statement.start, statement.end))
        return kept

    # --- legend ---------------------------------------------------------------------------------

    def _read_legend(
        self, entries: Sequence[tuple[str, Entry]], statements: Sequence[Statement]
    ) -> None:
        for name, entry in entries:
            kept, examples = split_examples(entry.marks)
            self.examples += map(self._example, examples)
            cases = coefficient_cases(kept, self.clean)
            words = cases[0].label if cases else definition(kept, self.clean)
            if cases:
                self.coefficients[name] = Coefficient(name, words, tuple(map(_case, cases)))
            if not cases and lists_values(kept):
                self.cell.unread.append((entry.start, kept[-1].end))
            if self.definitions.setdefault(name, words) != words:
                message = f"{name!r} is defined twice, in different words"
                self.findings.append(("KF203", message, entry.start, entry.end))
        self._unused(entries, statements)
        if entries:
            self._undefined(statements)

    def _unused(
        self, entries: Sequence[tuple[str, Entry]], statements: Sequence[Statement]
    ) -> None:
        used = {name for s in statements for name in (*names(s.node), _name(s))}
        first = {name: entry for name, entry in reversed(entries) if name not in used}
        for name, entry in first.items():
            message = f"{name!r} is defined but the formula does not use it"
            self.findings.append(("KF202", message, entry.start, entry.end))

    def _undefined(self, statements: Sequence[Statement]) -> None:
        known = {*self.definitions, *map(_name, statements)}
        letters = {
            name: operand
            for s in statements
            for name, operand in s.operands.items()
            if not operand.is_phrase and name not in known
        }
        for name, operand in letters.items():
            message = f"{name!r} is used but nowhere defined"
            self.findings.append(("KF201", message, operand.start, operand.end))

    # --- the formula ------------------------------------------------------------------------------

    def _formula(
        self, statement: Statement, statements: Sequence[Statement], given: Mapping[str, Node]
    ) -> Formula:
        own = {name: node for name, node in given.items() if name != _name(statement)}
        used = names(statement.node)
        letters = _letters(substitute(statement.node, own), statements)
        renamed: dict[str, Node] = {key: Name(letter) for key, letter in letters.items()}
        node = substitute(substitute(statement.node, own), renamed)
        return Formula(
            self.printed,
            node,
            self._result(statement.result),
            Table(self._symbols(node, statement, statements, letters)),
            Table(self.coefficients),
            Table({name: substitute(own[name], renamed) for name in used if name in own}),
            language=_language(self.clean.text),
        )

    def _symbols(
        self,
        node: Node,
        statement: Statement,
        statements: Sequence[Statement],
        letters: Mapping[str, str],
    ) -> dict[str, Symbol]:
        operands = {
            letters.get(name, name): operand
            for s in statements
            for name, operand in s.operands.items()
        }
        parts = quotient(node, frozenset(self.coefficients))
        result = self._result(statement.result)
        symbols = {result.name: result} if result is not None else {}
        for name in names(node):
            operand = operands[name]
            words = self.definitions.get(name) or self._part(operand)
            symbols[name] = self._symbol(name, operand, words, self._role(name, parts))
        for name, words in self.definitions.items():
            if name not in symbols and name not in operands:
                symbols[name] = Symbol(name, name, words, "unused")
        return symbols

    def _part(self, operand: Operand) -> str | None:
        """The words of an operand in words; for "Numerator", the text that stands under it."""
        words = operand.words if operand.is_phrase else None
        for name, marks in self.cell.parts:
            if words_key(name) == words_key(operand.words):
                return definition(marks, self.clean) or words
        return words

    def _symbol(self, name: str, operand: Operand, words: str | None, role: Role) -> Symbol:
        span = self.clean.printed(operand.start, operand.end)
        return Symbol(name, operand.words, words, role, None, span)

    def _result(self, result: Operand | None) -> Symbol | None:
        if result is None:
            return None
        if result.is_phrase:
            taken = {name for s in self.cell.statements for name in s.operands}
            name = "result_words" if "result" in taken else "result"
            return self._symbol(name, result, result.words, "result")
        return self._symbol(result.name, result, self.definitions.get(result.name), "result")

    def _role(self, name: str, parts: tuple[Node, Node, Fraction] | None) -> Role:
        if name in self.coefficients:
            return "coefficient"
        if parts is not None and name in names(parts[0]):
            return "numerator"
        if parts is not None and name in names(parts[1]):
            return "denominator"
        return "operand"

    # --- examples, gaps, findings -----------------------------------------------------------------

    def _collect_examples(self, statements: Sequence[Statement]) -> None:
        self.examples += map(self._example, self.cell.examples)
        for node, start, end in (figure for s in statements for figure in s.figures):
            shown = " ".join(self.clean.text[start:end].split())
            span = self.clean.printed(start, end)
            self.examples.append(Example(shown, node, constant(node), (), span))

    def _example(self, marks: Sequence[Mark]) -> Example:
        kept = [mark for mark in marks if mark.kind != "LINE_END"]
        while kept[-1].kind in ("DOT", "COMMA", "SEMICOLON"):
            kept.pop()
        start, end = kept[0].start, kept[-1].end
        shown = " ".join(self.clean.text[start:end].split())
        span = self.clean.printed(start, end)
        try:
            node = read_statement(kept, self.clean).node
        except Refused:
            return Example(shown, None, None, tuple(_told(kept)), span)
        if names(node):
            return Example(shown, None, None, tuple(_told(kept)), span)
        return Example(shown, node, constant(node), (), span)

    def _unread(self) -> tuple[Unread, ...]:
        return tuple(
            Unread(" ".join(self.clean.text[start:end].split()), self.clean.printed(start, end))
            for start, end in self.cell.unread
        )

    def _diagnostics(self, statements: Sequence[Statement]) -> tuple[Diagnostic, ...]:
        unread = "this text carries meaning and is not read"
        found = [
            *self.findings,
            *(finding for s in statements for finding in s.findings),
            *(("KF111", unread, start, end) for start, end in self.cell.unread),
        ]
        diagnostics = [
            Diagnostic(
                code,
                Severity.INFO if code in _INFORMS else Severity.WARNING,
                message,
                self.clean.printed(start, end),
                self.source,
            )
            for code, message, start, end in dict.fromkeys(found)
        ]
        return tuple(sorted(diagnostics, key=lambda d: (d.span.start if d.span else 0, d.code)))


def _refuse_circles(statements: Sequence[Statement]) -> None:
    for statement in statements:
        if _name(statement) in names(statement.node):
            message = "the result is used in its own formula"
            raise Refused("KF114", message, statement.start, statement.end)


def _limit_statements(statements: Sequence[Statement]) -> None:
    for statement in statements:
        if statement.end - statement.start > MAX_STATEMENT:
            message = f"a statement of more than {MAX_STATEMENT} characters"
            raise Refused("KF901", message, statement.start, statement.end)


def _name(statement: Statement) -> str | None:
    return statement.result.name if statement.result is not None else None


def _principal(statements: Sequence[Statement]) -> Statement:
    """The first statement whose result no other uses."""
    used = {
        name: [s for s in statements if name in names(s.node)]
        for name in (_name(s) for s in statements)
        if name is not None
    }
    for statement in statements:
        if not any(user is not statement for user in used.get(_name(statement) or "", [])):
            return statement
    return statements[0]


def _definitions(statements: Sequence[Statement], principal: Statement) -> dict[str, Node]:
    """Return the results of the other statements as nodes, earlier ones put into later ones.

    Raises:
        Refused: KF114 where a result is defined by itself.
    """
    given = {s.result.name: s for s in statements if s is not principal and s.result is not None}
    settled: dict[str, Node] = {}
    sizes: dict[str, int] = {}

    def settle(name: str, above: frozenset[str]) -> None:
        if name in settled or name not in given:
            return
        statement = given[name]
        if name in above:
            message = f"{name!r} is defined by itself"
            raise Refused("KF114", message, statement.start, statement.end)
        for inner in names(statement.node):
            settle(inner, above | {name})
        sizes[name] = _size(statement.node, sizes)
        if sizes[name] > MAX_NODES:
            message = f"definitions put into one another give more than {MAX_NODES} parts"
            raise Refused("KF903", message, statement.start, statement.end)
        settled[name] = substitute(statement.node, settled)

    for name in given:
        settle(name, frozenset())
    if _size(principal.node, sizes) > MAX_NODES:
        message = f"definitions put into one another give more than {MAX_NODES} parts"
        raise Refused("KF903", message, principal.start, principal.end)
    return settled


def _size(node: Node, sizes: Mapping[str, int]) -> int:
    return sum(sizes.get(part.name, 1) if isinstance(part, Name) else 1 for part in walk(node))


_CYRILLIC_LETTERS = "абвгдежзиклмнопрстуфхцчшщэюя"
"""For words beside Cyrillic letters: a Latin letter there would change the formula's alphabet."""


def _letters(node: Node, statements: Sequence[Statement]) -> dict[str, str]:
    """Name the operands in words a, b, c …, leaving out letters that are taken."""
    taken = {name for s in statements for name in (*s.operands, _name(s)) if name is not None}
    scripts = {script(name[0]) for name in taken if is_letter(name)}
    alphabet = _CYRILLIC_LETTERS if scripts == {"cyrillic"} else ascii_lowercase
    series = (f"{letter}{turn or ''}" for turn in count() for letter in alphabet)
    fresh = (letter for letter in series if letter not in taken)
    return {name: next(fresh) for name in names(node) if name.startswith("[")}


def _case(case: Case) -> CoefficientCase:
    condition = Condition(*case.condition) if case.condition else None
    category = case.categories[0] if len(case.categories) == 1 else None
    return CoefficientCase(case.label, case.value, category, condition)


def _told(marks: Sequence[Mark]) -> Iterator[tuple[Fraction, str]]:
    """Pair each number with the words on its side of the comma."""
    comma = next((i for i, mark in enumerate(marks) if mark.kind == "COMMA"), len(marks))
    for side in (marks[:comma], marks[comma:]):
        words = running_words(" ".join(mark.text for mark in side if mark.kind == "WORD"))
        for mark in side:
            if mark.kind == "NUMBER" and is_number(mark.text):
                yield printed_number(mark.text).value, words


_KAZAKH = re.compile("[әғқңөұүһіӘҒҚҢӨҰҮҺІ]")
_CYRILLIC_WORD = re.compile("[а-яёА-ЯЁ]{3}")
_LATIN_WORD = re.compile("[A-Za-z]{3}")


def _language(text: str) -> str:
    """``kk``, ``ru``, ``en``, or nothing where only letters are printed."""
    if _KAZAKH.search(text):
        return "kk"
    if _CYRILLIC_WORD.search(text):
        return "ru"
    return "en" if _LATIN_WORD.search(text) else ""
