"""Quotients told in prose: "the ratio of A to B, multiplied by 100".

The word tables name the key words. Where a key word occurs more than once ("к", "на", "to"), each
place is tried; a place before a word that heads a count ("общему числу") is preferred, and equal
readings are a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice, product

from kpiformula import grammar
from kpiformula.brackets import Finding
from kpiformula.diagnostics import InputError, Span
from kpiformula.grammar import Branch, Mark, Unreadable
from kpiformula.nodes import Binary, Call, Name, Node, Number
from kpiformula.statement import Operand, Refused, Statement, operand_of, running_words
from kpiformula.text import CleanText, printed_number
from kpiformula.words import as_words, is_letter, is_word

_PATTERNS = (
    ("RATIO_OF", "TO"),
    ("RATIO_OF", "AND"),
    ("DIVIDE_WORD", "BY"),
    ("DIVIDED_BY",),
    ("AND", "GENITIVE", "RATIO_BEHIND"),
    ("GENITIVE", "RATIO_BEHIND"),
    ("ACCUSATIVE", "DIVIDED_BEHIND"),
    ("PER",),
    ("PER_BEHIND",),
    ("MEAN_OF", "AND"),
)
"""The key words of each way to tell a quotient, in printed order."""

_OPENS = ("RATIO_OF", "DIVIDE_WORD", "MEAN_OF")
"""Key words before which only a result or a remark can stand."""

MAX_READINGS = 64
"""Places for the key words that are tried."""

_SCALES = ("TIMES_WORD", "TIMES_BEHIND", "TIMES")


def read_prose(marks: Sequence[Mark], clean: CleanText, known: frozenset[str]) -> Statement | None:
    """Read marks as a quotient told in prose; ``None`` where they tell none.

    Raises:
        Refused: KF108 where the scale ("per 1,000") is ambiguous.
    """
    marks = [mark for mark in marks if mark.kind != "LINE_END"]
    result, marks = _result(marks, clean, known)
    _refuse_more_arithmetic(marks)
    kinds = {mark.kind for mark in marks}
    for pattern in _PATTERNS:
        if not set(pattern) <= kinds:
            continue
        readings = list(_readings(marks, pattern, clean, known))
        if readings:
            return _best(readings, result, marks, clean, unsure=_joins_words(marks, pattern))
    return None


def _joins_words(marks: Sequence[Mark], pattern: tuple[str, ...]) -> bool:
    """Whether the "and" between two operands may stand inside one of them.

    Words for what is counted say so ("number of"), unless it is a single word.
    """
    if "AND" not in pattern:
        return False
    place = next(i for i, mark in enumerate(marks) if mark.kind == "AND")
    left = [mark for mark in marks[:place] if mark.kind not in _OPENS]
    return len(left) > 1 and not grammar.counts(" ".join(mark.text for mark in left))


_QUOTIENTS = frozenset(
    {"RATIO_OF", "DIVIDE_WORD", "DIVIDED_BY", "RATIO_BEHIND", "DIVIDED_BEHIND", "PER", "PER_BEHIND"}
)


def _refuse_more_arithmetic(marks: Sequence[Mark]) -> None:
    """Refuse prose that calculates more than one quotient; a phrase would swallow the rest."""
    quotients = [mark for mark in marks if mark.kind in _QUOTIENTS]
    signs = [mark for mark in marks if mark.kind in ("PLUS_WORD", "MINUS_WORD")]
    extra = quotients[1:] or (signs if quotients else [])
    if extra:
        message = "more arithmetic is told in words than one quotient"
        raise Refused("KF114", message, extra[0].start, extra[0].end, "write it as a formula")


def _result(
    marks: Sequence[Mark], clean: CleanText, known: frozenset[str]
) -> tuple[Operand | None, Sequence[Mark]]:
    equals = next((i for i, mark in enumerate(marks) if mark.kind == "EQUALS"), None)
    if equals is None or not equals:
        return None, marks
    left = marks[:equals]
    words = running_words(clean.text[left[0].start : left[-1].end])
    phrase = len(left) > 1 or not (words in known or is_letter(words))
    return Operand(words, words, phrase, left[0].start, left[-1].end), marks[equals + 1 :]


Reading = tuple[int, Branch]


def _readings(
    marks: Sequence[Mark], pattern: tuple[str, ...], clean: CleanText, known: frozenset[str]
) -> Iterator[Reading]:
    places = [[i for i, m in enumerate(marks) if m.kind == kind] for kind in pattern]
    for chosen in islice(product(*places), MAX_READINGS):
        if list(chosen) != sorted(set(chosen)):
            continue
        start = chosen[0] if pattern[0] in _OPENS else 0
        grouped = _grouped(marks[start:], {i - start for i in chosen}, clean, known)
        try:
            branch = grammar.read("prose", grouped)
        except Unreadable:
            continue
        yield _preference(marks, chosen), branch


def _preference(marks: Sequence[Mark], chosen: tuple[int, ...]) -> int:
    """One for each key word that stands right before a word that heads a count."""
    following = (marks[i + 1].text for i in chosen if i + 1 < len(marks))
    return sum(grammar.heads_a_count(word) for word in following)


def _grouped(
    marks: Sequence[Mark], keys: set[int], clean: CleanText, known: frozenset[str]
) -> list[Mark]:
    """Words between the key words as one PHRASE each; the noun of a case ending stays inside."""
    grouped: list[Mark] = []
    words: list[Mark] = []
    in_percent: list[Mark] = []

    def close() -> None:
        while words and words[-1].kind in ("COMMA", "DOT", "DASH", "LINE_END"):
            words.pop()
        if words:
            text = clean.text[words[0].start : words[-1].end]
            letter = len(words) == 1 and (is_letter(text) or text in known)
            grouped.append(
                Mark("SYMBOL" if letter else "PHRASE", text, words[0].start, words[-1].end)
            )
            words.clear()

    last = max(keys)
    for index, mark in enumerate(marks):
        told = index > last and marks[last].kind.endswith("_BEHIND")
        if index in keys:
            if mark.kind in ("GENITIVE", "ACCUSATIVE") and mark.text[0].isalpha():
                words.append(mark)
            close()
            grouped.append(mark)
        elif mark.kind == "DATIVE":
            close()
        elif mark.kind == "IN_PERCENT":
            in_percent.append(mark)
        elif told and is_word(mark) and mark.kind not in _SCALES:
            continue
        elif mark.kind in _SCALES or _scale_number(marks, index, keys):
            close()
            grouped.append(mark)
        elif mark.kind != "LINE_END" and (words or mark.kind not in ("COMMA", "DOT")):
            words.extend(as_words([mark]))
    close()
    return grouped + in_percent[:1]


def _scale_number(marks: Sequence[Mark], index: int, keys: set[int]) -> bool:
    """Whether a number (or its percent sign) is the scale and not part of the words."""
    if marks[index].kind == "PERCENT":
        index -= 1
    mark = marks[index]
    if mark.kind != "NUMBER":
        return False
    behind = marks[index - 1] if index else None
    before_end = marks[index + 1].kind if index + 1 < len(marks) else ""
    return (
        (behind is not None and behind.kind in ("TIMES_WORD", "TIMES"))
        or before_end == "TIMES_BEHIND"
        or (any(marks[i].kind == "PER_BEHIND" for i in keys) and _is_scale(mark.text))
        or (index - 1 in keys and behind is not None and behind.kind == "PER")
    )


def _is_scale(number: str) -> bool:
    digits = "".join(filter(str.isdigit, number))
    return len(digits) > 1 and digits.rstrip("0") == "1"


def _best(
    readings: list[Reading],
    result: Operand | None,
    marks: Sequence[Mark],
    clean: CleanText,
    *,
    unsure: bool,
) -> Statement:
    best = max(preference for preference, _ in readings)
    winners = [branch for preference, branch in readings if preference == best]
    operands: dict[str, Operand] = {}
    node = _node(winners[0], clean, operands)
    findings: list[Finding] = []
    if unsure or len(winners) > 1:
        findings.append(
            ("KF112", "the words can be divided in another place", marks[0].start, marks[-1].end)
        )
    if result is not None:
        operands.setdefault(result.name, result)
    return Statement(result, node, operands, (), tuple(findings), marks[0].start, marks[-1].end)


def _node(branch: Branch, clean: CleanText, operands: dict[str, Operand]) -> Node:
    quotient = next(part for part in branch.children if isinstance(part, Branch))
    marks = [part for part in branch.children if isinstance(part, Mark)]
    parts = [part for part in quotient.children if isinstance(part, Branch)]
    scale = [part for part in quotient.children if isinstance(part, Mark) and part.kind == "NUMBER"]
    names = [_operand(part, clean, operands) for part in parts]
    if quotient.rule == "per" and len(names) == 1:
        raise Refused("KF100", "a rate has no denominator", marks[0].start, marks[0].end)
    if quotient.rule == "mean":
        return Call("mean", tuple(names), _span(parts, clean))
    node: Node = Binary("/", names[0], names[1])
    scale += [mark for mark in marks if mark.kind == "NUMBER"]
    if not scale and any(mark.kind == "IN_PERCENT" for mark in marks):
        node = Binary("*", node, Number(Fraction(100)))
    for mark in scale:
        node = Binary("*", node, Number(_number(mark), clean.printed(mark.start, mark.end)))
    return node


def _span(parts: Sequence[Branch], clean: CleanText) -> Span:
    places = [mark for part in parts for mark in part.children if isinstance(mark, Mark)]
    return clean.printed(places[0].start, places[-1].end)


def _number(mark: Mark) -> Fraction:
    try:
        return printed_number(mark.text).value
    except InputError as wrong:
        code = {"KF505": "KF108"}.get(wrong.code, wrong.code)
        raise Refused(code, wrong.diagnostics[0].message, mark.start, mark.end) from None


def _operand(branch: Branch, clean: CleanText, operands: dict[str, Operand]) -> Name:
    mark = branch.children[0]
    assert isinstance(mark, Mark)
    operand = operand_of(mark, clean, is_phrase=mark.kind == "PHRASE")
    operands.setdefault(operand.name, operand)
    return Name(operand.name, clean.printed(mark.start, mark.end))
