"""One statement: from its marks to nodes.

Printed numbers become exact, a percent sign gets its meaning from where it stands, and what does
not follow the grammar is said in words of the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kpiformula import grammar
from kpiformula.brackets import Finding
from kpiformula.diagnostics import InputError, Span
from kpiformula.grammar import Branch, Mark, Unreadable
from kpiformula.nodes import VULGAR, Binary, Call, Name, Negative, Node, Number, Operator, walk
from kpiformula.operands import group
from kpiformula.text import CleanText, join_lines, printed_number
from kpiformula.words import is_symbol, words_key

MAX_POWER = 6
MAX_TOKENS = 500
MAX_NESTING = 50


class Refused(Exception):
    """A statement cannot be read: a code, a sentence, the clean characters, and a hint."""

    def __init__(self, code: str, message: str, start: int, end: int, help: str = "") -> None:
        super().__init__(code, message, start, end, help)
        self.code = code
        self.message = message
        self.start = start
        self.end = end
        self.help = help


@dataclass(frozen=True, slots=True)
class Operand:
    """What a name in the nodes stands for: its words on one line, and its clean characters."""

    name: str
    words: str
    is_phrase: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A printed statement: left side, right side, operands by name, and figures printed after it.

    Operands in words are named by their wording (:func:`~kpiformula.operands.words_key`), so
    that the same words are the same operand; letters keep their printed form.
    """

    result: Operand | None
    node: Node
    operands: dict[str, Operand]
    figures: tuple[tuple[Node, int, int], ...]
    findings: tuple[Finding, ...]
    start: int
    end: int


def read_statement(
    marks: Sequence[Mark], clean: CleanText, known: frozenset[str] = frozenset()
) -> Statement:
    """Read marks as ``result = expression``, as an expression, or as ``expression = result``.

    Raises:
        Refused: with a code of KF1xx or KF9xx.
    """
    _within_limits(marks)
    try:
        grouped, findings = group(marks, clean.text, known)
        branch = grammar.read("statement", grouped)
    except Unreadable as unreadable:
        raise _explain(unreadable, marks) from None
    builder = _Builder(clean)
    sides = [builder.node(b) for b in branch.children if isinstance(b, Branch)]
    places = [_extent(b) for b in branch.children if isinstance(b, Branch)]
    return _statement(sides, places, builder.operands, findings + builder.findings, marks)


def _statement(
    sides: list[Node],
    places: list[tuple[int, int]],
    operands: dict[str, Operand],
    findings: list[Finding],
    marks: Sequence[Mark],
) -> Statement:
    result: Operand | None = None
    if len(sides) > 1 and isinstance(sides[0], Name):
        result = operands[sides.pop(0).name]  # type: ignore[union-attr]
        places.pop(0)
    elif len(sides) > 1 and isinstance(sides[-1], Name):
        result = operands[sides.pop().name]  # type: ignore[union-attr]
        places.pop()
    node, rest = sides[0], list(zip(sides[1:], places[1:], strict=True))
    if rest and _is_misprinted_times(node, rest[0][0]):
        factor, (start, end) = rest.pop(0)
        findings.append(("KF104", "'=' is printed where a multiplication is meant", start, end))
        node = Binary("*", node, factor)
    node = _settled(node, weights=False)
    figures = []
    for figure, (start, end) in rest:
        if not all(isinstance(part, Number | Binary | Negative) for part in walk(figure)):
            raise Refused("KF114", "more than one '=' with letters or words between", start, end)
        figures.append((figure, start, end))
    if result is not None and any(
        isinstance(part, Name) and part.name == result.name for part in walk(node)
    ):
        raise Refused(
            "KF114", "the result is used in its own formula", marks[0].start, marks[-1].end
        )
    return Statement(
        result, node, operands, tuple(figures), tuple(findings), marks[0].start, marks[-1].end
    )


def _is_misprinted_times(node: Node, behind: Node) -> bool:
    """``[A] / [B] = 100`` cannot be meant as a result: the factor of a quotient is printed."""
    if not (isinstance(behind, Number) and behind.value in (100, 1000, 10000, 100000, 1)):
        return False
    if behind.value == 1 and not behind.percent:
        return False
    division = isinstance(node, Binary) and node.operator == "/"
    return division and not any(
        isinstance(part, Number) and part.value == behind.value for part in walk(node)
    )


def _within_limits(marks: Sequence[Mark]) -> None:
    first, last = marks[0], marks[-1]
    if len(marks) > MAX_TOKENS:
        raise Refused("KF903", f"more than {MAX_TOKENS} marks", first.start, last.end)
    depth = signs = 0
    for mark in marks:
        if mark.kind in ("LPAR", "LSQB", "LBRACE"):
            depth += 1
        elif mark.kind in ("RPAR", "RSQB", "RBRACE"):
            depth -= 1
        signs = signs + 1 if mark.kind in ("DASH", "MINUS", "ROOT") else 0
        if max(depth, signs) > MAX_NESTING:
            raise Refused("KF904", f"nested deeper than {MAX_NESTING}", mark.start, mark.end)


def _in_power(mark: Mark | None, marks: Sequence[Mark]) -> bool:
    before = [m.kind for m in marks if mark is not None and m.start < mark.start][-3:]
    return before == ["CARET", "LPAR", "NUMBER"]


_OPERATES = frozenset({"PLUS", "MINUS", "DASH", "TIMES", "DIVIDE", "COLON", "EQUALS", "CARET"})
_OPERAND = frozenset({"SYMBOL", "PHRASE", "NUMBER", "VULGAR", "LPAR", "LSQB", "LBRACE", "WORD"})


def _explain(unreadable: Unreadable, marks: Sequence[Mark]) -> Refused:
    mark, expected = unreadable.mark, unreadable.expected
    if ("NUMBER" in expected and "SYMBOL" not in expected) or _in_power(mark, marks):
        place = mark or marks[-1]
        return Refused("KF906", f"a power is a whole number 0…{MAX_POWER}", place.start, place.end)
    strange = mark is not None and mark.kind in ("UNREAD_FUNCTION", "OTHER")
    if not strange and ("SYMBOL" in expected or "PHRASE" in expected):
        place = mark or marks[-1]
        where = f"before {mark.text!r}" if mark else f"behind {marks[-1].text!r}"
        return Refused(
            "KF113", f"an operand is missing {where}", place.start, place.end,
            "the formula may have been an image in the document; type in what is printed there",
        )  # fmt: skip
    if mark is not None and mark.kind in _OPERAND and expected & _OPERATES:
        return Refused(
            "KF107", f"no operator stands before {mark.text!r}", mark.start, mark.end,
            "a fraction bar or a sign may be lost; write '/' or '×' where it is printed",
        )  # fmt: skip
    place = mark or marks[-1]
    return Refused("KF114", f"{place.text!r} cannot stand here", place.start, place.end)


def _extent(branch: Branch | Mark) -> tuple[int, int]:
    if isinstance(branch, Mark):
        return branch.start, branch.end
    first, last = branch.children[0], branch.children[-1]
    return _extent(first)[0], _extent(last)[1]


# --- branches to nodes ---------------------------------------------------------------------------

_BINARY: dict[str, Operator] = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_CALLS = {
    "MINIMUM": "min", "MAXIMUM": "max", "MEAN": "mean", "ABSOLUTE": "abs",
    "ROUNDED": "round", "SQUARE_ROOT": "sqrt", "SUM_OF": "sum",
}  # fmt: skip
_POINT_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.]000", re.ASCII)
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def _is_root(quotient: Branch, base: Branch) -> bool:
    """``(…)^1/3`` without spaces means a root, though it reads as a power divided by 3."""
    power = base.children[-1]
    exponent = power.children if isinstance(power, Branch) else ()
    tight = _extent(quotient.children[1])[1] - _extent(base)[1] == 1
    return base.rule == "raised" and tight and any(part[1] == "1" for part in exponent)


def _unlisted(branch: Branch) -> Refused:
    return Refused(
        "KF114", "a sum over an index is no printed list", *_extent(branch),
        "print the terms, ∑(A; B; C), or give the whole sum as one symbol",
    )  # fmt: skip


def _parts(branch: Branch) -> Iterator[Branch]:
    pending = [branch]
    while pending:
        part = pending.pop()
        yield part
        pending.extend(child for child in part.children if isinstance(child, Branch))


def _counts(branch: Branch) -> bool:
    """Whether a term holds an operand, not numbers only."""
    return any(part.rule in ("phrase", "symbol") for part in _parts(branch))


def _in_words(branch: Branch) -> bool:
    """Whether a term holds an operand in words, one word or several."""
    return any(
        part.rule == "phrase" or (part.rule == "symbol" and not is_symbol(_printed_in(part)))
        for part in _parts(branch)
    )


def _printed_in(branch: Branch) -> str:
    return "".join(part.text for part in branch.children if isinstance(part, Mark))


def _divides(branch: Branch) -> bool:
    """Whether a term divides outside of brackets."""
    if branch.rule == "multiply":
        return any(_divides(part) for part in branch.children if isinstance(part, Branch))
    return branch.rule == "divide"


class _Builder:
    """Turns branches into nodes, collecting the operands on the way."""

    def __init__(self, clean: CleanText) -> None:
        self.clean = clean
        self.operands: dict[str, Operand] = {}
        self.findings: list[Finding] = []

    def node(self, branch: Branch | Mark) -> Node:
        assert isinstance(branch, Branch)
        parts = [part for part in branch.children if isinstance(part, Branch)]
        marks = [part for part in branch.children if isinstance(part, Mark)]
        span = self.clean.printed(*_extent(branch))
        match branch.rule:
            case "add" | "subtract" | "multiply" | "divide" as rule:
                self._ambiguous(branch, parts)
                self._index_sum(branch, parts)
                return Binary(_BINARY[rule], self.node(parts[0]), self.node(parts[1]), span)
            case "negative":
                return Negative(self.node(parts[0]), span)
            case "group":
                return self.node(parts[0])
            case "symbol" | "phrase":
                return Name(self._operand(marks[0], branch.rule == "phrase"), span)
            case "number":
                return Number(self._number(marks[0]), span)
            case "percent":
                part = self._number(marks[0]) / 100
                return Number(part, span, percent=part != 100)
            case "thousands":
                return Number(self._number(marks[0]) * 1000, span)
            case "millions":
                return Number(self._number(marks[0]) * 1_000_000, span)
            case "permille":
                return Number(self._number(marks[0]), span)
            case "vulgar":
                return Number(self._vulgar(marks[0]), span)
            case "raised":
                inside = (m for m in parts[1].children if isinstance(m, Mark))
                exponent = next(m for m in inside if m.kind == "NUMBER")
                return self._power(parts[0], exponent, span)
            case "superscript":
                return self._power(parts[0], marks[-1], span)
            case "drawn_fraction":
                return Binary("/", self.node(parts[0]), self.node(parts[1]), span)
            case "square_root":
                return Call("sqrt", (self.node(parts[0]),), span)
            case "absolute":
                return Call("abs", (self.node(parts[0]),), span)
            case "call":
                return self._call(_CALLS[marks[0].kind], parts, span)
            case "total":
                if len(parts) == 1 and parts[0].rule == "multiply":
                    raise _unlisted(branch)
                return Call("sum", tuple(map(self.node, parts)), span)
            case _:
                return Call("sum", (Name(self._operand(marks[-1], False), span),), span)

    def _ambiguous(self, branch: Branch, parts: list[Branch]) -> None:
        """Note where two readers could divide differently, though the rules decide."""
        start, end = _extent(branch)
        if branch.rule == "divide" and parts[1].rule == "number" and _is_root(branch, parts[0]):
            message = "a power is a whole number; a fraction as power is not read"
            raise Refused("KF906", message, start, end)
        if branch.rule == "divide" and parts[0].rule == "divide":
            self.findings.append(
                ("KF115", "a chain of divisions, read from left to right", start, end)
            )
        elif branch.rule in ("add", "subtract") and _in_words(branch):
            divided = [_divides(part) for part in parts]
            if any(divided) and all(map(_counts, parts)):
                message = "a sum without brackets beside a quotient: only the nearest is divided"
                self.findings.append(("KF105", message, start, end))

    def _index_sum(self, branch: Branch, parts: list[Branch]) -> None:
        """Refuse ``Σ Pi × Wi``: a sum over an index has terms that are nowhere printed."""
        inner = parts[0]
        while inner.rule == "multiply":
            inner = next(p for p in reversed(inner.children) if isinstance(p, Branch))
        if branch.rule == "multiply" and inner.rule == "total_of" and _counts(parts[1]):
            raise _unlisted(branch)

    def _call(self, function: str, parts: list[Branch], span: Span) -> Node:
        arguments = tuple(map(self.node, parts))
        allowed = {"abs": (1, 1), "sqrt": (1, 1), "round": (1, 2)}.get(function, (1, 500))
        if not allowed[0] <= len(arguments) <= allowed[1]:
            raise Refused(
                "KF114", f"{function} takes {allowed[1]} value(s), not {len(arguments)}",
                *_extent(parts[-1]),
            )  # fmt: skip
        if function == "round" and len(arguments) == 2:
            decimals = arguments[1]
            whole = isinstance(decimals, Number) and decimals.value.denominator == 1
            if not (whole and 0 <= decimals.value <= 12):  # type: ignore[union-attr]
                raise Refused("KF114", "decimals are a whole number 0…12", *_extent(parts[-1]))
        return Call(function, arguments, span)

    def _number(self, mark: Mark) -> Fraction:
        if _POINT_THOUSANDS.fullmatch(mark.text):
            message = f"{mark.text!r} may be thousands or decimals"
            raise Refused("KF108", message, mark.start, mark.end)
        try:
            return printed_number(mark.text).value
        except InputError as wrong:
            code = {"KF505": "KF108"}.get(wrong.code, wrong.code)
            finding = wrong.diagnostics[0]
            raise Refused(code, finding.message, mark.start, mark.end, finding.help or "") from None

    def _vulgar(self, mark: Mark) -> Fraction:
        whole = mark.text[:-1]
        part = Fraction(*VULGAR[mark.text[-1]])
        return part + (self._number(mark._replace(text=whole)) if whole else 0)

    def _power(self, base: Branch, mark: Mark, span: Span) -> Node:
        digits = mark.text.translate(_SUPERSCRIPT)
        if not digits.isdecimal() or len(digits) > 2 or int(digits) > MAX_POWER:
            raise Refused("KF906", f"a power is a whole number 0…{MAX_POWER}", mark.start, mark.end)
        return Binary("^", self.node(base), Number(Fraction(int(digits))), span)

    def _operand(self, mark: Mark, is_phrase: bool) -> str:
        operand = operand_of(mark, self.clean, is_phrase=is_phrase)
        self.operands.setdefault(operand.name, operand)
        return operand.name


def operand_of(mark: Mark, clean: CleanText, *, is_phrase: bool) -> Operand:
    """Return the operand that a PHRASE or SYMBOL stands for.

    Words are named by what they share with the same words elsewhere, in brackets that no letter
    has; a letter is named as printed.
    """
    words = running_words(clean.text[mark.start : mark.end])
    name = f"[{words_key(words)}]" if is_phrase else re.sub(r"[{}\s]", "", mark.text)
    return Operand(name, words, is_phrase, mark.start, mark.end)


def running_words(printed: str) -> str:
    """Return words on one line, cut words joined, without footnote marks and outer marks."""
    joined = join_lines(printed, grammar.is_compound)
    while "*" in joined:
        joined = joined.replace("*", "")
    return joined.strip(" ;,.…–—-:").strip()


def _settled(node: Node, *, weights: bool) -> Node:
    """Give percent signs their meaning: ``100 %`` behind a quotient is the factor 100.

    Where terms of a sum are weighted by percentages, each of them is a part of one.
    """
    match node:
        case Number(value, span, True) if value == 1 and not weights:
            return Number(Fraction(100), span)
        case Binary(operator, left, right, span):
            if operator in "+-":
                weights = weights or any(
                    isinstance(part, Number) and part.percent and part.value != 1
                    for part in walk(node)
                )
            return Binary(
                operator, _settled(left, weights=weights), _settled(right, weights=weights), span
            )
        case Negative(operand, span):
            return Negative(_settled(operand, weights=weights), span)
        case Call(function, arguments, span):
            return Call(function, tuple(_settled(a, weights=weights) for a in arguments), span)
        case _:
            return node
