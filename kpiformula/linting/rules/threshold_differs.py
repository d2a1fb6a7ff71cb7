"""KF432: a limit in the name or the criteria is another one than in the calculation cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from kpiformula.diagnostics import Span
from kpiformula.intervals import value_text
from kpiformula.linting.rule import WARNING, Explanation, Found, RowRule
from kpiformula.linting.wording import Part, listed, meaning, parts, stem
from kpiformula.methodology import Indicator
from kpiformula.text import BLANKS, printed_number

_LONGEST = 3
"""Words before a dash that say what the number behind it limits."""

_DASH = "-"
"""The subject of a number behind a dash begins with it. What is excluded may state any of these."""

_Subject = tuple[str, ...]


class _Limit(NamedTuple):
    """A number of a text, and the words that say what it limits."""

    subject: _Subject
    value: Fraction
    span: Span


def _find(row: Indicator) -> Iterator[Found]:
    texts = {key: _single(row.quoted(key).text) for key in _keys(row)}
    reference: dict[_Subject, tuple[str, _Limit]] = {}
    for key, limits in texts.items():
        for subject, limit in limits.items():
            if subject[0] == _DASH and key.startswith("exclude"):
                continue
            at, first = reference.setdefault(subject, (key, limit))
            if first.value != limit.value:
                yield _found(row, key, limit, at, first)


def _keys(row: Indicator) -> Iterator[str]:
    """Yield the keys of the texts of a row, first those that the others are held against."""
    if row.cell is not None:
        yield "cell"
    yield f"name/{next(iter(row.name))}"
    for name, phrases in (("include", row.include), ("exclude", row.exclude)):
        yield from (f"{name}/{index}" for index in range(len(phrases)))


def _single(text: str) -> Mapping[_Subject, _Limit]:
    """Return the limits of a text, without those for which it states several numbers."""
    found: dict[_Subject, list[_Limit]] = {}
    for limit in _limits(parts(text)):
        found.setdefault(limit.subject, []).append(limit)
    return {s: limits[0] for s, limits in found.items() if len({e.value for e in limits}) == 1}


def _limits(found: tuple[Part, ...]) -> Iterator[_Limit]:
    for index, part in enumerate(found):
        value = _value(part)
        if value is None:
            continue
        unit = _word(found, index + 1) and meaning("thresholds", found[index + 1].text)
        before = _word(found, index - 1)
        if unit and before in listed("latest"):
            yield _Limit(("latest", unit), value, _cover(found, index - 1, index + 1))
        elif unit and before and (after := _word(found, index + 2)):
            yield _Limit((stem(before), unit, stem(after)), value, _cover(found, index, index + 1))
        elif part.kind == "number" and (named := _before_dash(found, index - 1)):
            place = _cover(found, index - 1 - len(named), index)
            yield _Limit((_DASH, *map(stem, named)), value, place)


def _value(part: Part) -> Fraction | None:
    if part.kind == "number":
        return printed_number(part.text.replace(",", ".")).value
    numeral = listed("numerals").get(part.text)
    return None if numeral is None else Fraction(numeral)


def _word(found: tuple[Part, ...], index: int) -> str:
    inside = 0 <= index < len(found) and found[index].kind == "word"
    return found[index].text if inside else ""


def _before_dash(found: tuple[Part, ...], index: int) -> tuple[str, ...]:
    """Return the words before a dash, back to the next mark or number."""
    words: list[str] = []
    if index > 0 and found[index].text in BLANKS:
        while len(words) <= _LONGEST and (word := _word(found, index - 1 - len(words))):
            words.insert(0, word)
    return tuple(words) if len(words) <= _LONGEST else ()


def _cover(found: tuple[Part, ...], first: int, last: int) -> Span:
    return found[first].span.cover(found[last].span)


def _found(row: Indicator, key: str, limit: _Limit, at: str, first: _Limit) -> Found:
    text = row.quoted(at).text[first.span.start : first.span.end]
    return Found(
        f"the limit is {value_text(limit.value)} here and {value_text(first.value)} in the "
        f"{_PLACES[at.partition('/')[0]]}",
        key,
        limit.span,
        f"there it reads: {' '.join(text.split())}",
        "state one limit in name, formula and criteria",
    )


_PLACES = {
    "cell": "calculation cell",
    "name": "name",
    "include": "criteria of inclusion",
    "exclude": "criteria of exclusion",
}


RULE = RowRule(
    Explanation(
        "KF432", WARNING, "threshold differs",
        "Name, calculation cell and criteria state different numbers for the same limit.",
        "Whoever is counted by one text is left out by the other.",
        "Formula: at least 75 points; criterion: certificates of at least 60 points",
        "State the limit once, and refer to it elsewhere.",
    ),
    _find,
)  # fmt: skip
