"""How much a text looks like the formula of a cell, and like a remark that cannot matter."""

from __future__ import annotations

from collections.abc import Sequence

from kpiformula import grammar
from kpiformula.brackets import match_brackets
from kpiformula.grammar import Mark
from kpiformula.nodes import Number, walk
from kpiformula.regions import calculates
from kpiformula.statement import Statement
from kpiformula.words import TIMES_LETTER, as_words, is_symbol, is_word


def trimmed(marks: Sequence[Mark]) -> list[Mark]:
    """Return marks without the separators around them."""
    outer = ("LINE_END", "COMMA", "DOT", "SEMICOLON", "LAYOUT", "AND", "COLON")
    start, end = 0, len(marks)
    while end > start and marks[end - 1].kind in outer:
        end -= 1
    while start < end and marks[start].kind in outer and marks[start].kind != "AND":
        start += 1
    return list(marks[start:end])


def may_calculate(region: Sequence[Mark]) -> bool:
    """Whether a region holds an operator, or a dash that can only be a minus."""
    if calculates(region):
        return True
    kinds = {mark.kind for mark in region}
    letters_x = [mark for mark in region[1:-1] if mark.text in TIMES_LETTER]
    if ("DASH" not in kinds and not letters_x) or "COMMA" in kinds:
        return False
    words = [mark.text for mark in region if is_word(mark)]
    return (len(words) > 1 and all(map(is_symbol, words))) or region[0].kind == "LSQB"


def is_aside(marks: Sequence[Mark]) -> bool:
    """Whether a remark cannot matter: ``(2.12)``, ``(на 1 октября)``, ``ед./чел.``."""
    marks = as_words(marks)
    kinds = [mark.kind for mark in marks]
    unit = set(kinds) <= {"WORD", "DOT", "DIVIDE"} and all(
        len(mark.text) <= 5 and mark.text.islower() for mark in marks if mark.kind == "WORD"
    )
    bracketed = kinds[0] == "LPAR" and match_brackets(marks)[0].get(0) == len(marks) - 1
    return unit or (bracketed and set(kinds[1:-1]) <= {"WORD", "NUMBER", "DOT", "COMMA"})


def is_one_bracket(region: Sequence[Mark]) -> bool:
    """Return whether a pair of square brackets is all there is."""
    return region[0].kind == "LSQB" and match_brackets(region)[0].get(0) == len(region) - 1


def is_lettered(statement: Statement) -> bool:
    """Return whether a statement has a letter among its operands."""
    return any(not operand.is_phrase for operand in statement.operands.values())


def score(statement: Statement, region: Sequence[Mark]) -> int:
    """How much a text looks like the formula of a cell rather than like a remark.

    A factor 100: 2; a sign ``=``: 3; letters or square brackets: 3; every operand names something
    counted: 1; other words around a slash score nothing ("Данные АИС / НОБД"), and two around a
    slash without spaces less than nothing ("тг/адам").
    """
    phrases = [operand for operand in statement.operands.values() if operand.is_phrase]
    score = int(all(grammar.counts(operand.words) for operand in phrases))
    if has_factor(statement):
        score += 2
    if statement.result is not None:
        score += 3
    if any(mark.kind == "LSQB" for mark in region) or not phrases:
        score += 3
    slashes = [i for i, mark in enumerate(region) if mark.kind == "DIVIDE"]
    if not slashes:
        return score + 1
    bare = score < 2 and (len(slashes) > 1 or _is_tight(region, slashes[0]))
    return score - 2 if bare else score


def _is_tight(region: Sequence[Mark], index: int) -> bool:
    if not 0 < index < len(region) - 1:
        return False
    return (
        region[index - 1].end == region[index].start
        and region[index].end == region[index + 1].start
    )


_FACTORS = frozenset({100, 1000, 10000, 100000})


def has_factor(statement: Statement) -> bool:
    """Return whether a statement multiplies by 100 or another power of ten."""
    return any(isinstance(n, Number) and n.value in _FACTORS for n in walk(statement.node))
