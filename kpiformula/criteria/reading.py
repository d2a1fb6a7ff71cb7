"""Text to conditions, by ``grammars/criteria.lark``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import TypeVar

from kpiformula.criteria.syntax import (
    All,
    Any,
    Comparison,
    Condition,
    Covers,
    Definition,
    During,
    Flag,
    Known,
    Moment,
    Not,
    OneOf,
    Operator,
    Quantity,
    Reference,
    Text,
    Value,
    Window,
    Word,
    joined,
)
from kpiformula.diagnostics import CriterionError, Source, Span, error
from kpiformula.grammar import Branch, Mark, Unreadable, marks, read
from kpiformula.text import MAX_DIGITS

MAX_LENGTH = 2_000
MAX_MARKS = 500
MAX_NESTING = 50
"""Characters, marks, and brackets and negations in one another (KF601)."""

R = TypeVar("R")


def read_condition(text: str, source: Source | None = None) -> Condition:
    """Read a condition such as ``level = master and age <= 45 years``.

    ``source`` is where the text stands, for findings.

    Raises:
        CriterionError: KF601, with the place and what could stand there.
    """
    return _Reader(source or Source(text, "<criterion>")).read("condition", _only)


def read_definition(text: str, source: Source | None = None) -> Definition:
    """Read a definition such as ``staff_member := fte >= 0.25 fte``.

    Raises:
        CriterionError: KF601, with the place and what could stand there.
    """
    return _Reader(source or Source(text, "<criterion>")).read("definition", _defined)


def _only(root: Branch) -> Condition:
    return _condition(_branch(root, 0))


def _defined(root: Branch) -> Definition:
    return Definition(_mark(root, 0).text, _condition(_branch(root, 2)))


class _Reader:
    """Reads one text, whatever stands in it, or refuses it with its place."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def read(self, rule: str, made: Callable[[Branch], R]) -> R:
        text = self._source.text
        if len(text) > MAX_LENGTH:
            raise self._refused(f"the condition has more than {MAX_LENGTH} characters", None)
        found = marks(text, "criteria")
        if len(found) > MAX_MARKS:
            raise self._refused(f"the condition has more than {MAX_MARKS} marks", found[MAX_MARKS])
        self._refuse_limits(found)
        try:
            return made(read(rule, found, "criteria"))
        except Unreadable as unreadable:
            raise self._unexpected(unreadable) from None
        except _NoDateError as wrong:
            raise self._refused(f"there is no day {wrong.mark.text}", wrong.mark) from None

    def _refuse_limits(self, found: list[Mark]) -> None:
        outside: list[int] = []
        inside = depth = 0
        for mark in found:
            match mark.kind:
                case "NOT":
                    depth += 1
                case "LPAR":
                    outside.append(inside)
                    inside = depth = depth + 1
                case "RPAR":
                    inside = depth = outside.pop() if outside else 0
                case _:
                    depth = inside
            if depth > MAX_NESTING:
                raise self._refused(f"nested more than {MAX_NESTING} deep", mark)
            if mark.kind == "NUMBER" and sum(map(str.isdigit, mark.text)) > MAX_DIGITS:
                raise self._refused(f"a number has more than {MAX_DIGITS} digits", mark)

    def _unexpected(self, unreadable: Unreadable) -> CriterionError:
        mark = unreadable.mark
        found = f"`{mark.text}` cannot stand here" if mark else "the condition ends too early"
        wanted = sorted({_SHOWN.get(kind, kind.lower()) for kind in unreadable.expected} - {""})
        return self._refused(found, mark, f"here may stand: {', '.join(wanted)}")

    def _refused(
        self, message: str, mark: Mark | None, advice: str | None = None
    ) -> CriterionError:
        end = len(self._source.text)
        span = Span(mark.start, mark.end) if mark else Span(max(0, end - 1), end)
        more = {"help": advice} if advice else {}
        return CriterionError(error("KF601", message, span, self._source, **more))


_SHOWN = {
    "NAME": "a field", "NUMBER": "a number", "QUOTED": "a text in quotes", "DATE": "a date",
    "LPAR": "(", "RPAR": ")", "LBRACE": "{", "RBRACE": "}", "COMMA": ",", "EQUALS": "=",
    "UNLIKE": "!=", "LESS": "<", "AT_MOST": "<=", "MORE": ">", "AT_LEAST": ">=", "PLUS": "+",
    "MINUS": "-", "PERCENT": "%", "BECOMES": ":=", "REFERENCE": "as for CODE", "$END": "the end",
    "YEAR_START": "reporting_year_start", "YEAR_END": "reporting_year_end",
}  # fmt: skip
"""How marks are called in a message, where not by their name in small letters."""


class _NoDateError(Exception):
    """Digits that look like a date and are none."""

    def __init__(self, mark: Mark) -> None:
        super().__init__(mark)
        self.mark = mark


# --- trees to nodes ------------------------------------------------------------------------------


def _condition(tree: Branch) -> Condition:
    """Return the condition of a tree; chains of and, or are unrolled, so that depth is bounded."""
    if tree.rule not in ("both", "either"):
        return _test(tree)
    parts: list[Condition] = []
    rest = tree
    while rest.rule == tree.rule:
        parts.insert(0, _condition(_branch(rest, 2)))
        rest = _branch(rest, 0)
    kind: type[All] | type[Any] = All if tree.rule == "both" else Any
    return joined(kind, (_condition(rest), *parts), _span(tree))


def _test(tree: Branch) -> Condition:
    span = _span(tree)
    match tree.rule:
        case "negated":
            inner = _condition(_branch(tree, 1))
            return inner.condition if isinstance(inner, Not) else Not(inner, span)
        case "group":
            return _condition(_branch(tree, 1))
        case "reference":
            return Reference(_mark(tree, 0).text.split()[-1], span)
        case "range":
            low, first, name, second, high = tree.children
            return All(
                (
                    Comparison(_text(name), _OPPOSITE[_text(first)], _value(low), span),
                    Comparison(_text(name), _OPERATORS[_text(second)], _value(high), span),
                ),
                span,
            )
    return _field_test(tree, _mark(tree, 0).text, span)


def _field_test(tree: Branch, name: str, span: Span) -> Condition:
    match tree.rule:
        case "flag":
            return Flag(name, span)
        case "missing":
            return Not(Known(name, span), span)
        case "known":
            return Known(name, span)
        case "comparison":
            operator = _OPERATORS[_mark(tree, 1).text]
            return Comparison(name, operator, _value(tree.children[2]), span)
        case "between":
            low, high = _value(tree.children[2]), _value(tree.children[4])
            return All(
                (Comparison(name, ">=", low, span), Comparison(name, "<=", high, span)), span
            )
        case "one_of" | "none_of":
            branches = (child for child in tree.children if isinstance(child, Branch))
            found = OneOf(name, tuple(map(_value, branches)), span)
            return found if tree.rule == "one_of" else Not(found, span)
        case "inside":
            return Window(name, span=span)
        case "within" | "before":
            return Window(name, _quantity(_branch(tree, 2)), tree.rule == "before", span)
        case "at":
            return Covers(name, _moment(_branch(tree, 2)), span)
    return During(name, span)


_OPERATORS: dict[str, Operator] = {
    "=": "=", "!=": "!=", "≠": "!=", "<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=",
    "≥": ">=",
}  # fmt: skip

_OPPOSITE: dict[str, Operator] = {"<": ">", "<=": ">=", "≤": ">="}
"""``18 <= age`` is ``age >= 18``."""


def _value(part: Branch | Mark) -> Value:
    assert isinstance(part, Branch)
    span = _span(part)
    match part.rule:
        case "number":
            return _quantity(part)
        case "moment":
            return _moment(part)
        case "word":
            return Word(_mark(part, 0).text, span=span)
        case "shifted":
            shift, back = _quantity(_branch(part, 2)), _mark(part, 1).kind == "MINUS"
            return Word(_mark(part, 0).text, shift, back, span)
        case "quoted":
            return Text(_mark(part, 0).text[1:-1], span)
    return _value(part.children[0])


def _quantity(part: Branch) -> Quantity:
    number, *unit = part.children
    word = _text(unit[0]) if unit else None
    return Quantity(Fraction(_text(number)), "percent" if word == "%" else word, _span(part))


def _moment(part: Branch) -> Moment:
    anchor, *shift = part.children
    assert isinstance(anchor, Mark)
    if anchor.kind == "DATE":
        try:
            date.fromisoformat(anchor.text)
        except ValueError:
            raise _NoDateError(anchor) from None
    if not shift:
        return Moment(anchor.text, span=_span(part))
    return Moment(anchor.text, _quantity(_branch(part, 2)), _text(shift[0]) != "+", _span(part))


def _branch(tree: Branch, index: int) -> Branch:
    part = tree.children[index]
    assert isinstance(part, Branch)
    return part


def _mark(tree: Branch, index: int) -> Mark:
    part = tree.children[index]
    assert isinstance(part, Mark)
    return part


def _text(part: Branch | Mark) -> str:
    assert isinstance(part, Mark)
    return part.text


def _span(part: Branch | Mark) -> Span:
    first, last = part, part
    while isinstance(first, Branch):
        first = first.children[0]
    while isinstance(last, Branch):
        last = last.children[-1]
    return Span(first.start, last.end)
