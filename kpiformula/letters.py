"""Letters of a formula and its legend: which alphabet they are of, and which are the same.

Look-alike letters (Cyrillic К, Latin K) are read in the alphabet of the formula: the one in which
some of its letters exist only. Words are never touched, and the printed text never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from kpiformula.brackets import Finding
from kpiformula.legend import Entry
from kpiformula.nodes import Name, substitute
from kpiformula.statement import Operand, Refused, Statement
from kpiformula.text import TO_CYRILLIC, TO_LATIN, only_in_its_script, script, twin
from kpiformula.words import is_letter


@dataclass
class Letters:
    """The letters of a cell's statements; notes what it had to fold or match."""

    statements: list[Statement]
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.alphabet = _alphabet(_letter_names(self.statements))

    def folded(self) -> list[Statement]:
        """Return the statements with every letter in the alphabet of the formula."""
        folded = []
        whole = self.alphabet
        for statement in self.statements:
            self.alphabet = whole or _alphabet(_letter_names([statement]))
            folded.append(self._folded(statement))
        self.alphabet = whole
        return folded

    def _folded(self, statement: Statement) -> Statement:
        operands: dict[str, Operand] = {}
        renamed = {}
        for key, operand in statement.operands.items():
            name = key if operand.is_phrase else self._fold(key)
            if name != key:
                self._look_alike(operand.words, name, operand.start, operand.end)
            renamed[key] = Name(name)
            operands.setdefault(name, replace(operand, name=name))
        result = statement.result
        if result is not None and not result.is_phrase:
            result = replace(result, name=self._fold(result.name))
        node = substitute(statement.node, renamed)
        return replace(statement, node=node, operands=operands, result=result)

    def _fold(self, name: str) -> str:
        if (
            not is_letter(name)
            or "_" in name
            or not self.alphabet
            or script(name[0]) == self.alphabet
        ):
            return name
        table = TO_LATIN if self.alphabet == "latin" else TO_CYRILLIC
        return table.get(name[0], name[0]) + name[1:]

    def matched(
        self, entries: Sequence[Entry], statements: Sequence[Statement]
    ) -> list[tuple[str, Entry]]:
        """Return each legend entry with the name that it defines.

        An entry belongs to the formula's letter that it prints; else to its look-alike; else,
        where nothing defines that letter itself, to the same letter in the other case.

        Raises:
            Refused: KF109 where two entries print letters that look alike.
        """
        used = dict.fromkeys(
            name
            for statement in statements
            for name in (*_result_names([statement]), *statement.operands)
        )
        pairs: list[tuple[str, Entry]] = []
        for entry in entries:
            name = self._name(entry, used)
            if name not in used:
                name = self._in_other_case(name, entry, entries, used)
            _refuse_twin(name, entry, pairs)
            pairs.append((name, entry))
        return pairs

    def _name(self, entry: Entry, used: Iterable[str]) -> str:
        if entry.name in used:
            return entry.name
        alike = next((other for other in used if twin(other) == twin(entry.name)), None)
        name = alike or self._fold(entry.name)
        if name != entry.name:
            self._look_alike(entry.name, name, entry.start, entry.start + len(entry.name))
        return name

    def _in_other_case(
        self, name: str, entry: Entry, entries: Sequence[Entry], used: Iterable[str]
    ) -> str:
        wanted = twin(name).casefold()
        other = next((u for u in used if is_letter(u) and twin(u).casefold() == wanted), None)
        if other is None or any(e.name == other for e in entries):
            return name
        message = f"the legend prints {entry.name!r} for {other!r}"
        self.findings.append(("KF102", message, entry.start, entry.end))
        return other

    def _look_alike(self, printed: str, name: str, start: int, end: int) -> None:
        message = f"{printed!r} looks like {name!r} of the other alphabet and is read as it"
        self.findings.append(("KF101", message, start, end))


def _refuse_twin(name: str, entry: Entry, pairs: Sequence[tuple[str, Entry]]) -> None:
    for earlier_name, earlier in pairs:
        alike = earlier.name != entry.name and twin(earlier.name) == twin(entry.name)
        if earlier_name == name and alike:
            raise Refused(
                "KF109",
                f"{earlier.name!r} and {entry.name!r} are both defined, letters of two alphabets "
                "that look alike",
                entry.start,
                entry.start + len(entry.name),
                "write one of them with another letter",
            )


def _result_names(statements: Iterable[Statement]) -> list[str]:
    return [s.result.name for s in statements if s.result is not None]


def _letter_names(statements: Iterable[Statement]) -> list[str]:
    operands = [o for s in statements for o in (*s.operands.values(), s.result) if o is not None]
    return [o.name for o in operands if not o.is_phrase and is_letter(o.name)]


def _alphabet(names: Sequence[str]) -> str:
    """``latin`` or ``cyrillic``; nothing where letters of both exist in one alphabet only."""
    first = [name[0] for name in names]
    exclusive = {script(char) for char in first if only_in_its_script(char)} - {"other"}
    if exclusive:
        return exclusive.pop() if len(exclusive) == 1 else ""
    return "latin" if any(script(char) == "latin" for char in first) else ""
