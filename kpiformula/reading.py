"""From the parts of a cell to a formula: letters are matched, roles given, findings placed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import count
from string import ascii_lowercase

from kpiformula.cell import Cell, read_cell
from kpiformula.diagnostics import Diagnostic, Severity, Source, Span
from kpiformula.formula import (
    Coefficient,
    CoefficientCase,
    Condition,
    Example,
    Formula,
    Role,
    Symbol,
    Unread,
    _quotient,
)
from kpiformula.legend import Entry, coefficient_cases, definition, split_examples
from kpiformula.mapping import Table
from kpiformula.nodes import Name, Node, Number, constant, names, substitute, text
from kpiformula.operands import Finding, is_letter
from kpiformula.statement import Operand, Refused, Statement, read_statement, running_words
from kpiformula.text import (
    TO_CYRILLIC,
    TO_LATIN,
    CleanText,
    clean,
    only_in_its_script,
    printed_number,
    script,
    twin,
)

MAX_CELL = 20_000
MAX_STATEMENT = 2_000
"""Characters of a cell (KF902) and of one statement in it (KF901)."""

_INFORMS = frozenset({"KF101", "KF106", "KF110"})


def read_formula(printed: str, source: Source) -> Formula:
    """Read a printed cell.

    Raises:
        Refused: when no formula can be read; its characters are those of the printed text.
    """
    if len(printed) > MAX_CELL:
        raise Refused("KF902", f"a cell of more than {MAX_CELL} characters", 0, len(printed))
    cleaned = clean(printed)
    try:
        cell = read_cell(cleaned)
        return _Assembly(printed, source, cleaned, cell).formula()
    except Refused as refused:
        span = cleaned.printed(refused.start, refused.end)
        raise Refused(
            refused.code, refused.message, span.start, span.end, refused.help
        ) from None


@dataclass
class _Assembly:
    printed: str
    source: Source
    clean: CleanText
    cell: Cell
    findings: list[Finding] = field(default_factory=list)

    def formula(self) -> Formula:
        self._limit_statements()
        self.findings += self.cell.findings
        self.script = _script(self.cell.statements)
        statements = self._distinct([self._folded(s) for s in self.cell.statements])
        entries = self._entries(statements)
        texts, examples = self._texts(entries)
        self.coefficients = self._coefficients(entries, texts)
        self._doubled(entries, texts)
        principal = _principal(statements)
        definitions = _definitions(statements, principal)
        used = {n for s in statements for n in names(s.node)} | {
            s.result.name for s in statements if s.result
        }
        self._matched(entries, statements, used)
        self._undefined(entries, statements, definitions)
        formulas = [self._formula(s, statements, definitions, texts) for s in statements]
        place = statements.index(principal)
        examples += [self._figure(f) for s in statements for f in s.figures]
        examples += [e for e in map(self._example, (x.marks for x in self.cell.examples))]
        unread = [Unread(self.clean.text[a:b], self.clean.printed(a, b)) for a, b in self.cell.unread]
        self.findings += [
            ("KF111", "this text carries meaning and is not read", a, b) for a, b in self.cell.unread
        ]
        for statement in statements:
            self.findings += statement.findings
        return replace(
            formulas[place],
            examples=tuple(sorted(examples, key=lambda e: e.span.start)),
            unread=tuple(unread),
            diagnostics=self._diagnostics(),
            others=tuple(f for i, f in enumerate(formulas) if i != place),
            position=place,
        )

    # --- letters ----------------------------------------------------------------------------------

    def _limit_statements(self) -> None:
        for statement in self.cell.statements:
            if statement.end - statement.start > MAX_STATEMENT:
                raise Refused(
                    "KF901", f"a statement of more than {MAX_STATEMENT} characters",
                    statement.start, statement.end,
                )  # fmt: skip

    def _fold(self, name: str) -> str:
        """A letter in the script of the formula."""
        if not is_letter(name) or not self.script:
            return name
        table = TO_LATIN if self.script == "latin" else TO_CYRILLIC
        return table.get(name[0], name[0]) + name[1:] if script(name[0]) != self.script else name

    def _folded(self, statement: Statement) -> Statement:
        renamed: dict[str, Node] = {}
        operands: dict[str, Operand] = {}
        for key, operand in statement.operands.items():
            name = key if operand.is_phrase else self._fold(key)
            if name != key:
                self._look_alike(operand.printed, name, operand.span)
            renamed[key] = Name(name, operand.span)
            operands.setdefault(name, replace(operand, name=name))
        result = statement.result
        if result is not None:
            name = result.name if result.is_phrase else self._fold(result.name)
            result = replace(result, name=name)
        node = substitute(statement.node, renamed)
        return replace(statement, node=node, operands=operands, result=result)

    def _look_alike(self, printed: str, name: str, span: Span) -> None:
        message = f"{printed!r} looks like {name!r} of the other alphabet and is read as it"
        self.findings.append(("KF101", message, -span.start - 1, span.end))

    def _distinct(self, statements: list[Statement]) -> list[Statement]:
        kept: list[Statement] = []
        for statement in statements:
            if any(s.node == statement.node and _result(s) == _result(statement) for s in kept):
                self.findings.append(
                    ("KF106", "the formula is printed again", statement.start, statement.end)
                )
            else:
                kept.append(statement)
        return kept

    def _entries(self, statements: list[Statement]) -> list[tuple[str, Entry]]:
        """Each legend entry with the name of the formula that it defines."""
        used = list(
            dict.fromkeys(
                name
                for s in statements
                for name in [*([s.result.name] if s.result else []), *s.operands]
            )
        )
        pairs = []
        for entry in self.cell.entries:
            name = entry.name
            if name not in used:
                folded = next((u for u in used if twin(u) == twin(name)), self._fold(name))
                if folded != name and folded in used or self._fold(name) != name:
                    span = self.clean.printed(entry.start, entry.start + len(entry.name))
                    self._look_alike(name, folded, span)
                name = folded
            if name not in used:
                cased = next((u for u in used if twin(u).casefold() == twin(name).casefold()), None)
                taken = any(other == cased for other, _ in pairs) or any(
                    e.name == cased for e in self.cell.entries
                )
                if cased is not None and not taken and is_letter(cased):
                    self.findings.append(
                        ("KF102", f"the legend prints {entry.name!r} for {cased!r}",
                         entry.start, entry.end)
                    )  # fmt: skip
                    name = cased
            pairs.append((name, entry))
        self._refuse_twins(pairs)
        return pairs

    def _refuse_twins(self, pairs: list[tuple[str, Entry]]) -> None:
        for index, (name, entry) in enumerate(pairs):
            for other_name, other in pairs[:index]:
                if name == other_name and entry.name != other.name and twin(entry.name) == twin(
                    other.name
                ):
                    raise Refused(
                        "KF109",
                        f"the legend defines both {other.name!r} and {entry.name!r}, letters of "
                        "two alphabets that look alike",
                        entry.start, entry.start + len(entry.name),
                    )  # fmt: skip

    # --- legend ---------------------------------------------------------------------------------

    def _texts(
        self, entries: list[tuple[str, Entry]]
    ) -> tuple[list[str | None], list[Example]]:
        texts: list[str | None] = []
        examples: list[Example] = []
        for _, entry in entries:
            kept, found = split_examples(entry.marks)
            entry.marks[:] = kept
            texts.append(definition(_first_sentence(kept), self.clean))
            examples += map(self._example, found)
        return texts, examples

    def _coefficients(
        self, entries: list[tuple[str, Entry]], texts: list[str | None]
    ) -> dict[str, Coefficient]:
        found: dict[str, Coefficient] = {}
        for index, (name, entry) in enumerate(entries):
            cases = coefficient_cases(entry.marks, self.clean)
            if cases:
                texts[index] = cases[0].label
                found[name] = Coefficient(
                    name, cases[0].label, tuple(_case(case) for case in cases)
                )
        return found

    def _doubled(self, entries: list[tuple[str, Entry]], texts: list[str | None]) -> None:
        seen: dict[str, str | None] = {}
        for (name, entry), words in zip(entries, texts, strict=True):
            if name in seen and seen[name] != words:
                self.findings.append(
                    ("KF203", f"{name!r} is defined twice, in different words",
                     entry.start, entry.end)
                )  # fmt: skip
            seen.setdefault(name, words)
        self.definitions = seen

    def _matched(
        self, entries: list[tuple[str, Entry]], statements: list[Statement], used: set[str]
    ) -> None:
        for name in dict.fromkeys(name for name, _ in entries):
            entry = next(e for n, e in entries if n == name)
            if name not in used:
                self.findings.append(
                    ("KF202", f"{name!r} is defined but the formula does not use it",
                     entry.start, entry.end)
                )  # fmt: skip

    def _undefined(
        self,
        entries: list[tuple[str, Entry]],
        statements: list[Statement],
        definitions: Mapping[str, Node],
    ) -> None:
        if not entries:
            return
        results = {s.result.name for s in statements if s.result}
        for statement in statements:
            for name in names(statement.node):
                operand = statement.operands[name]
                if operand.is_phrase or name in self.definitions or name in results:
                    continue
                self.findings.append(
                    ("KF201", f"{name!r} is used but nowhere defined",
                     -operand.span.start - 1, operand.span.end)
                )  # fmt: skip
                self.definitions.setdefault(name, None)

    # --- the formula ------------------------------------------------------------------------------

    def _formula(
        self,
        statement: Statement,
        statements: list[Statement],
        definitions: Mapping[str, Node],
        texts: list[str | None],
    ) -> Formula:
        own = {k: v for k, v in definitions.items() if not _is_result(statement, k)}
        node = substitute(statement.node, dict(own))
        letters = _letters(node, statements)
        node = substitute(node, {key: Name(new) for key, new in letters.items()})
        operands = {k: o for s in statements for k, o in s.operands.items()}
        quotient = _quotient(node, frozenset(self.coefficients))
        symbols: dict[str, Symbol] = {}
        result = self._result_symbol(statement)
        if result is not None:
            symbols[result.name] = result
        reverse = {new: key for key, new in letters.items()}
        for name in names(node):
            operand = operands[reverse.get(name, name)]
            words = operand.words if operand.is_phrase else self.definitions.get(name)
            symbols[name] = Symbol(
                name, operand.printed, words, self._role(name, quotient), None, operand.span
            )
        for name, words in self.definitions.items():
            if name not in symbols and words is not None and name not in operands:
                symbols[name] = Symbol(name, name, words, "unused")
        kept = {name: substitute(v, {}) for name, v in own.items() if name in names(statement.node)}
        return Formula(
            self.printed, node, result, Table(symbols), Table(self.coefficients),
            Table(kept), language=_language(self.clean.text),
        )  # fmt: skip

    def _role(self, name: str, quotient: tuple[Node, Node, Fraction] | None) -> Role:
        if name in self.coefficients:
            return "coefficient"
        if quotient is not None and name in names(quotient[0]):
            return "numerator"
        if quotient is not None and name in names(quotient[1]):
            return "denominator"
        return "operand"

    def _result_symbol(self, statement: Statement) -> Symbol | None:
        result = statement.result
        if result is None:
            return None
        if result.is_phrase:
            return Symbol("result", result.printed, result.words, "result", None, result.span)
        words = self.definitions.get(result.name)
        return Symbol(result.name, result.printed, words, "result", None, result.span)

    # --- examples and findings --------------------------------------------------------------------

    def _figure(self, figure: tuple[Node, int, int]) -> Example:
        node, start, end = figure
        shown = " ".join(self.clean.text[start:end].split())
        return Example(shown, node, constant(node), (), self.clean.printed(start, end))

    def _example(self, marks: Iterable) -> Example:
        marks = [m for m in marks if m.kind != "LINE_END"]
        while marks[-1].kind in ("DOT", "COMMA", "SEMICOLON"):
            marks.pop()
        start, end = marks[0].start, marks[-1].end
        shown = " ".join(self.clean.text[start:end].split())
        span = self.clean.printed(start, end)
        try:
            node: Node | None = read_statement(marks, self.clean).node
        except Refused:
            node = None
        if node is None or names(node):
            return Example(shown, None, None, tuple(_told(marks)), span)
        return Example(shown, node, constant(node), (), span)

    def _diagnostics(self) -> tuple[Diagnostic, ...]:
        found = []
        for code, message, start, end in dict.fromkeys(self.findings):
            span = Span(-start - 1, end) if start < 0 else self.clean.printed(start, end)
            severity = Severity.INFO if code in _INFORMS else Severity.WARNING
            found.append(Diagnostic(code, severity, message, span, self.source))
        return tuple(sorted(found, key=lambda d: (d.span.start if d.span else 0, d.code)))


def _script(statements: list[Statement]) -> str:
    """The alphabet of a formula's letters; where some exist in one only, that one."""
    letters = [
        name[0]
        for s in statements
        for name, operand in [*s.operands.items(), *([(s.result.name, s.result)] if s.result else [])]
        if not operand.is_phrase and is_letter(name)
    ]
    exclusive = {script(c) for c in letters if only_in_its_script(c)} - {"other"}
    if len(exclusive) == 1:
        return exclusive.pop()
    if exclusive:
        return ""
    return "latin" if any(script(c) == "latin" for c in letters) else ""


def _result(statement: Statement) -> str | None:
    return statement.result.name if statement.result else None


def _is_result(statement: Statement, name: str) -> bool:
    return statement.result is not None and statement.result.name == name


def _principal(statements: list[Statement]) -> Statement:
    for statement in statements:
        others = [s for s in statements if s is not statement]
        if not any(_is_result(statement, n) for s in others for n in names(s.node)):
            return statement
    return statements[0]


def _definitions(statements: list[Statement], principal: Statement) -> dict[str, Node]:
    """Results of other statements as nodes, each with the earlier ones put in."""
    given = {
        s.result.name: s.node for s in statements if s is not principal and s.result is not None
    }
    settled: dict[str, Node] = {}

    def settle(name: str, above: frozenset[str]) -> None:
        if name in settled or name not in given:
            return
        if name in above:
            place = next(s for s in statements if _is_result(s, name))
            raise Refused("KF114", f"{name!r} is defined by itself", place.start, place.end)
        for inner in names(given[name]):
            settle(inner, above | {name})
        settled[name] = substitute(given[name], settled)

    for name in given:
        settle(name, frozenset())
    return settled


def _letters(node: Node, statements: list[Statement]) -> dict[str, str]:
    """Names a, b, c … for the operands in words, leaving out letters that are taken."""
    taken = {n for s in statements for n in [*s.operands, _result(s)] if n is not None}
    fresh = (
        letter + (str(turn) if turn else "")
        for turn in count()
        for letter in ascii_lowercase
        if letter + (str(turn) if turn else "") not in taken
    )
    return {name: next(fresh) for name in names(node) if name.startswith("[")}


def _first_sentence(marks: list) -> list:
    for index, mark in enumerate(marks):
        if mark.kind == "SEMICOLON" and index + 1 < len(marks) and mark.text == "":
            return marks[:index]
    return marks


def _case(case) -> CoefficientCase:
    condition = Condition(*case.condition) if case.condition else None
    category = case.categories[0] if len(case.categories) == 1 else None
    return CoefficientCase(case.label, case.value, category, condition)


def _told(marks: list) -> Iterable[tuple[Fraction, str]]:
    """Pair each number with the words beside it: behind it, or before the last one."""
    numbers = [i for i, m in enumerate(marks) if m.kind == "NUMBER"]
    words = [m.text for m in marks if m.kind == "WORD"]
    middle = next((i for i, m in enumerate(marks) if m.kind == "COMMA"), numbers[-1])
    for place, index in enumerate(numbers):
        part = marks[:middle] if place == 0 else marks[middle:]
        label = running_words(" ".join(m.text for m in part if m.kind == "WORD")) or " ".join(words)
        yield printed_number(marks[index].text).value, label


_KAZAKH = re.compile("[әғқңөұүһіӘҒҚҢӨҰҮҺІ]")
_CYRILLIC_WORD = re.compile("[а-яёА-ЯЁ]{3}")
_LATIN_WORD = re.compile("[A-Za-z]{3}")


def _language(words: str) -> str:
    """``kk``, ``ru``, ``en``, or nothing where only letters are printed."""
    if _KAZAKH.search(words):
        return "kk"
    if _CYRILLIC_WORD.search(words):
        return "ru"
    return "en" if _LATIN_WORD.search(words) else ""
