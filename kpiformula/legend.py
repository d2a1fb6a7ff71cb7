"""What stands behind "where": entries, coefficient lists, worked examples.

An entry is a letter, a link (a dash, an equals sign, a colon, or nothing at the start of a line)
and its text, up to the next entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from kpiformula import grammar
from kpiformula.brackets import OPERATORS, match_brackets
from kpiformula.grammar import Branch, Mark, Unreadable
from kpiformula.statement import Refused, running_words
from kpiformula.text import MAX_DIGITS, CleanText, is_number, printed_number, twin
from kpiformula.words import is_letter, is_school_year, is_symbol, is_word

MAX_NAMES = 12
"""Letters that one entry of a legend may define."""

_LINKS = ("DASH", "EQUALS", "COLON", "IS")


@dataclass(slots=True)
class Entry:
    """One entry of a legend: the letter as printed, its place, and the marks of its text."""

    name: str
    start: int
    end: int
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a coefficient list: label and value as printed, category, condition."""

    label: str
    value: Fraction
    categories: tuple[str, ...]
    condition: tuple[str, Fraction, str] | None


def skip(marks: Sequence[Mark], index: int) -> int:
    """Return the index of the next mark that is no line end."""
    while index < len(marks) and marks[index].kind == "LINE_END":
        index += 1
    return index


def name_at(marks: Sequence[Mark], index: int) -> tuple[str, int] | None:
    """Return the name that stands here and the index behind it.

    ``Дзан. 2020`` is one name; quotation marks and brackets around a letter do not belong to it.
    """
    around = [mark.kind for mark in marks[index : index + 3]]
    if len(around) == 3 and (around[0], around[2]) in _AROUND and is_symbol(marks[index + 1].text):
        return marks[index + 1].text, index + 3
    if index >= len(marks) or not is_word(marks[index]):
        return None
    name, after = marks[index].text, index + 1
    if after < len(marks) and marks[after].kind == "DOT" and marks[after].start == marks[index].end:
        after += 1
        year = skip(marks, after)
        if year < len(marks) and marks[year].kind == "NUMBER" and len(marks[year].text) == 4:
            name += "_" + marks[year].text
            after = year + 1
    return "".join(c for c in name if c not in "{}"), after


_AROUND = {("QUOTE", "QUOTE"), ("LPAR", "RPAR"), ("LAYOUT", "LAYOUT")}


def behind_bullet(marks: Sequence[Mark], index: int) -> int:
    """Return the index behind a bullet or the number of a list: ``-``, ``•``, ``2)``, ``a)``."""
    kinds = [mark.kind for mark in marks[index : index + 2]]
    if kinds[:1] and kinds[0] in ("DASH", "TIMES", "OTHER"):
        return skip(marks, index + 1)
    numbered = kinds in (["NUMBER", "DOT"], ["NUMBER", "RPAR"], ["WORD", "RPAR"])
    if numbered and len(marks[index].text) <= 2:
        return skip(marks, index + 2)
    return index


def names_at(marks: Sequence[Mark], index: int) -> tuple[tuple[str, ...], int] | None:
    """Return the names of an entry for several letters (``A, B – …``), and the index behind."""
    named = name_at(marks, index)
    names: tuple[str, ...] = ()
    while named is not None and is_symbol(named[0]) and len(names) < MAX_NAMES:
        names = (*names, named[0])
        after = skip(marks, named[1])
        if after >= len(marks) or marks[after].kind not in ("COMMA", "AND"):
            linked = after < len(marks) and marks[after].kind in _LINKS
            return (names, after) if linked and len(names) > 1 else None
        named = name_at(marks, skip(marks, after + 1))
    return None


def is_entry(
    marks: Sequence[Mark],
    index: int,
    known: frozenset[str],
    *,
    opened: bool,
    loose: bool = False,
    on_line: bool = False,
) -> tuple[tuple[str, ...], int, str] | None:
    """Return names, index of the text and link of an entry that begins here, or ``None``.

    ``opened`` says that a separator stands before, so that a new entry is expected; ``loose``,
    that any word can be a name; ``on_line``, that nothing need stand between name and text.
    """
    several = names_at(marks, index) if opened else None
    if several and all(is_letter(name) or _key(name) in _keys(known) for name in several[0]):
        return _linked(marks, *several)
    named = name_at(marks, index)
    if named is None:
        return None
    name, after = named
    strong = _key(name) in _keys(known)
    shortened = opened and marks[after - 1].kind == "DOT"
    if not (strong or loose or shortened or is_symbol(name)):
        return None
    link = _behind_unit(marks, skip(marks, after)) if opened else skip(marks, after)
    if link < len(marks) and marks[link].kind in _LINKS:
        if not strong and _is_value(marks, skip(marks, link + 1)):
            return None
        if opened or (is_letter(name) and name.isupper() and _begins_text(marks, link)):
            return _linked(marks, (name,), link)
        return None
    if on_line and strong and link < len(marks) and _bare_text(marks, link, after):
        return (name,), link, ""
    return None


def _is_value(marks: Sequence[Mark], index: int) -> bool:
    """Whether a number alone stands here: a line of a coefficient list, not an entry."""
    if index >= len(marks) or marks[index].kind != "NUMBER":
        return False
    return index + 1 >= len(marks) or marks[index + 1].kind in ("SEMICOLON", "COMMA", "DOT")


def _linked(
    marks: Sequence[Mark], names: tuple[str, ...], link: int
) -> tuple[tuple[str, ...], int, str] | None:
    following = skip(marks, link + 1)
    return (names, following, marks[link].kind) if following < len(marks) else None


def _bare_text(marks: Sequence[Mark], link: int, after: int) -> bool:
    spaced = marks[link].start > marks[after - 1].end
    return marks[link].kind == "WORD" and spaced and not is_symbol(marks[link].text)


def _behind_unit(marks: Sequence[Mark], index: int) -> int:
    """Return the place of the dash in ``G, чел. – число``; else the index itself."""
    if index >= len(marks) or marks[index].kind != "COMMA":
        return index
    end = index + 1
    while end < min(len(marks), index + 6) and (
        marks[end].kind in ("DOT", "PERCENT", "DIVIDE") or _is_unit_word(marks[end])
    ):
        end += 1
    unit = end > index + 1 and end < len(marks) and marks[end].kind == "DASH"
    return end if unit else index


def _is_unit_word(mark: Mark) -> bool:
    return is_word(mark) and mark.text.islower() and not is_symbol(mark.text)


def _begins_text(marks: Sequence[Mark], link: int) -> bool:
    following = skip(marks, link + 1)
    dash = marks[link].kind == "DASH"
    return dash and following < len(marks) and _text_follows(marks, following)


def _key(name: str) -> str:
    return twin(name).casefold()


@lru_cache(maxsize=64)
def _keys(known: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_key, known))


def _text_follows(marks: Sequence[Mark], index: int) -> bool:
    mark = marks[index]
    if mark.kind == "NUMBER":
        return index + 1 < len(marks) and marks[index + 1].kind == "WORD"
    return mark.kind not in OPERATORS and len(mark.text) > 1


# --- the text of an entry --------------------------------------------------------------------


def split_examples(marks: Sequence[Mark]) -> tuple[list[Mark], list[list[Mark]]]:
    """Return the marks of a definition without the worked examples in it, and these."""
    kept: list[Mark] = []
    examples: list[list[Mark]] = []
    index = 0
    while index < len(marks):
        end = _calculation(marks, index)
        if end is None and (not kept or kept[-1].kind == "SEMICOLON"):
            end = _told_counts(marks, index)
        if end is None:
            kept.append(marks[index])
            index += 1
        else:
            examples.append(_without_outer_brackets(marks[index:end]))
            index = end
    return kept, examples


def starts_example(marks: Sequence[Mark], index: int) -> bool:
    """Return whether a calculation with numbers begins here."""
    return _calculation(marks, index) is not None


def _without_outer_brackets(marks: Sequence[Mark]) -> list[Mark]:
    outer = marks[0].kind == "LPAR" and match_brackets(marks)[0].get(0) == len(marks) - 1
    return list(marks[1:-1] if outer else marks)


def _calculation(marks: Sequence[Mark], start: int) -> int | None:
    """The end of a calculation with numbers (``35/8525*100 = 0,41 %``) that begins here."""
    if marks[start].kind == "LPAR" and start + 1 < len(marks):
        return _calculation(marks, start + 1) if marks[start + 1].kind == "NUMBER" else None
    if marks[start].kind != "NUMBER":
        return None
    end = start
    while end < len(marks) and _goes_on(marks, end, start):
        end += 1
    kinds = [mark.kind for mark in marks[start:end]]
    if is_school_year(marks[start:end]) or (start and marks[start - 1].text == "№"):
        return None
    complete = end >= len(marks) or marks[end].kind in ("SEMICOLON", "DOT", "COMMA", "LINE_END")
    if kinds.count("NUMBER") < 2 or not {"DIVIDE", "TIMES"} & set(kinds) or not complete:
        return None
    return end


def _goes_on(marks: Sequence[Mark], index: int, start: int) -> bool:
    """Whether a calculation goes on: two numbers side by side are none."""
    kind = marks[index].kind
    if kind == "NUMBER":
        return index == start or marks[index - 1].kind not in ("NUMBER", "PERCENT")
    if kind in ("PERCENT", "DASH", "LPAR", "RPAR", *OPERATORS):
        return True
    if kind != "LINE_END" or index + 1 >= len(marks):
        return False
    return marks[index - 1].kind in OPERATORS or marks[index + 1].kind in OPERATORS


def _told_counts(marks: Sequence[Mark], start: int) -> int | None:
    """The end of counts told with words (``53 мақала WOS, Scopus 117``) that begin here."""
    end = start
    while end < len(marks) and marks[end].kind != "SEMICOLON":
        end += 1
    kinds = [mark.kind for mark in marks[start:end]]
    if not all(is_number(mark.text) for mark in marks[start:end] if mark.kind == "NUMBER"):
        return None
    told = kinds.count("NUMBER") == 2 and "NUMBER" in (kinds[:1] + kinds[-1:])
    plain = set(kinds) <= {"NUMBER", "WORD", "COMMA", "LINE_END", "DASH", "DOT"}
    return end if told and plain and kinds[:1] == ["NUMBER"] and kinds[-1] == "NUMBER" else None


def definition(marks: Sequence[Mark], clean: CleanText) -> str | None:
    """Return the text of a definition on one line, or ``None`` where nothing is printed."""
    outer = ("SEMICOLON", "LINE_END", "COMMA", "DASH", "AND")
    kept = list(marks)
    while kept and kept[-1].kind in outer:
        kept.pop()
    while kept and kept[0].kind in (*outer, "IS"):
        kept.pop(0)
    if not kept:
        return None
    return running_words(clean.text[kept[0].start : kept[-1].end]) or None


def lists_values(marks: Sequence[Mark]) -> bool:
    """Return whether a text speaks of a coefficient and prints numbers behind links."""
    linked = any(
        {"NUMBER"} & {mark.kind, marks[index - 1].kind}
        and {mark.kind, marks[index - 1].kind} & set(_LINKS)
        for index, mark in enumerate(marks)
        if index
    )
    return linked and any(mark.kind == "COEFFICIENT" for mark in marks)


# --- coefficient lists -----------------------------------------------------------------------

_CONDITIONS = {"BELOW": "<", "ABOVE": ">", "AT_MOST": "<=", "AT_LEAST": ">="}


def coefficient_cases(marks: Sequence[Mark], clean: CleanText) -> tuple[Case, ...]:
    """Return the cases of a coefficient list; none where the text is no such list."""
    said = any(mark.kind == "COEFFICIENT" for mark in marks)
    try:
        branch = grammar.read("coefficients", _list_marks(marks))
    except Unreadable:
        return ()
    numbers = [mark for mark in marks if mark.kind == "NUMBER"]
    _refuse_long(numbers)
    if not all(is_number(mark.text) for mark in numbers):
        return ()
    cases = tuple(_case(part, clean) for part in branch.children if isinstance(part, Branch))
    linked = all(_is_linked(part) for part in branch.children if isinstance(part, Branch))
    return cases if said or (len(cases) > 1 and linked) else ()


def _refuse_long(numbers: Sequence[Mark]) -> None:
    for mark in numbers:
        if sum(map(str.isdigit, mark.text)) > MAX_DIGITS:
            message = f"a number has more than {MAX_DIGITS} digits"
            raise Refused("KF905", message, mark.start, mark.end)


def _is_linked(branch: Branch) -> bool:
    return any(isinstance(part, Mark) and part.kind in _LINKS for part in branch.children)


def _list_marks(marks: Sequence[Mark]) -> list[Mark]:
    """Words between values become labels; only a number at the end of a part is a value."""
    result: list[Mark] = []
    part: list[Mark] = []
    for mark in [*marks, Mark("SEMICOLON", ";", 0, 0)]:
        if mark.kind == "LINE_END":
            continue
        closes_case = part and part[-1].kind == "NUMBER" and len(part) > 1
        if mark.kind == "SEMICOLON" or (mark.kind == "COMMA" and closes_case):
            result += _case_marks(part)
            if part:
                result.append(mark)
            part = []
        else:
            part.append(mark)
    while result and result[-1].kind in ("SEMICOLON", "COMMA"):
        result.pop()
    return result


def _case_marks(part: list[Mark]) -> list[Mark]:
    while part and part[-1].kind in ("DOT", "COMMA"):
        part = part[:-1]
    if len(part) < 2 or part[-1].kind != "NUMBER":
        return part
    value = part[-1]
    link = part[-2] if part[-2].kind in _LINKS else None
    label = part[:-2] if link else part[:-1]
    if not label:
        return part
    phrase = Mark("PHRASE", "", label[0].start, label[-1].end)
    limits = [m for m in label if m.kind in _CONDITIONS]
    numbers = [m for m in label if m.kind == "NUMBER"]
    result = [phrase]
    if len(limits) == 1 and len(numbers) == 1:
        result += [limits[0], numbers[0]]
    return [*result, *([link] if link else []), value]


def _case(branch: Branch, clean: CleanText) -> Case:
    marks = [part for part in branch.children if isinstance(part, Mark)]
    label = running_words(clean.text[marks[0].start : marks[0].end])
    numbers = [printed_number(m.text).value for m in marks if m.kind == "NUMBER"]
    limit = next((m for m in marks if m.kind in _CONDITIONS), None)
    condition = None
    if limit is not None:
        condition = (_CONDITIONS[limit.kind], numbers[0], label)
    return Case(label, numbers[-1], grammar.categories(label), condition)
