"""Clean text to marks, and marks to syntax trees, by the files of ``grammars/``.

The only room that knows Lark. Word tables (``grammars/words/<language>.lark``) are composed with
``grammars/formula.lark`` when first used: a terminal of a table adds to the terminal of the same
name, so a language is added by adding its table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from lark import Lark, Token, Transformer, Tree, UnexpectedToken
from lark.lexer import Lexer

from kpiformula.resources import resource_root

START_RULES: Mapping[str, tuple[str, ...]] = {
    "formula": ("statement", "prose", "coefficients"),
    "criteria": ("condition", "definition"),
    "threshold": ("threshold",),
}
"""What a run of marks can be read as, by grammar: a file ``grammars/<name>.lark``."""


class Mark(NamedTuple):
    """One mark of a clean text: its kind (a terminal's name), its characters, its place."""

    kind: str
    text: str
    start: int
    end: int


class Branch(NamedTuple):
    """A rule of the grammar, and what it was read from: branches and marks, in printed order."""

    rule: str
    children: tuple[Branch | Mark, ...]


class Unreadable(Exception):
    """Marks do not follow a rule: where (``None``: at the end), and which kinds could follow."""

    def __init__(self, mark: Mark | None, expected: frozenset[str]) -> None:
        super().__init__(mark, expected)
        self.mark = mark
        self.expected = expected


def marks(text: str, grammar: str = "formula") -> list[Mark]:
    """Cut a clean text into marks; every character but spaces belongs to one.

    A single capital letter is a word like any other, though tables may know it as one of theirs
    ("К", "И").
    """
    return [
        Mark(_kind(token), str(token), token.start_pos or 0, token.end_pos or 0)
        for token in _marker(grammar).lex(text)
    ]


def _kind(token: Token) -> str:
    capital = len(token) == 1 and token.isupper() and token.type != "SIGMA"
    return "WORD" if capital else token.type


def read(rule: str, sequence: Sequence[Mark], grammar: str = "formula") -> Branch:
    """Read marks by a rule of a grammar (one of its :data:`START_RULES`).

    Raises:
        Unreadable: with the first mark that does not fit, and what could stand there.
    """
    try:
        return _reader(grammar).parse(sequence, start=rule)  # type: ignore[return-value]
    except UnexpectedToken as unexpected:
        token = unexpected.token
        mark = token.value if isinstance(token.value, Mark) else None
        raise Unreadable(mark, frozenset(unexpected.accepts or unexpected.expected)) from None


def is_compound(word: str) -> bool:
    """Return whether a word is the first part of a word that keeps its hyphen."""
    return _words()["COMPOUND"].fullmatch(word) is not None


def heads_a_count(word: str) -> bool:
    """Return whether a word begins the words for a count: ``общему``, ``жалпы``, ``total``."""
    return _words()["HEAD"].fullmatch(word) is not None


def counts(words: str) -> bool:
    """Return whether words name something counted or summed: ``саны``, ``доходы``, ``total``."""
    return _words()["COUNTED"].search(words) is not None


def categories(label: str) -> tuple[str, ...]:
    """Return the categories of institution that a printed label names, by their English keys."""
    return tuple(
        name.removeprefix("CATEGORY_").lower()
        for name, pattern in _words().items()
        if name.startswith("CATEGORY_") and pattern.search(label)
    )


def known_categories() -> tuple[str, ...]:
    """Return the keys of all categories that the word tables name."""
    return tuple(
        name.removeprefix("CATEGORY_").lower() for name in _words() if name.startswith("CATEGORY_")
    )


# --- the files ---------------------------------------------------------------------------------

_DEFINES = re.compile(r"^([A-Z_]+)(?:\.\d+)?:", re.MULTILINE)
_KEYWORD_PRIORITY = {
    "DATIVE": 2, "TO": 2, "BY": 2, "AND": 2,
    "LIMIT_LEAST_BEHIND": 4, "LIMIT_MOST_BEHIND": 4, "LIMIT_NOT_LOWER_BEHIND": 4,
    "LIMIT_NOT_HIGHER_BEHIND": 4,
}  # fmt: skip


@cache
def _tables() -> dict[str, str]:
    folder = resource_root("grammars").joinpath("words")
    files = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".lark")),
        key=lambda entry: entry.name,
    )
    return {entry.name.removesuffix(".lark"): entry.read_text(encoding="utf-8") for entry in files}


def languages() -> tuple[str, ...]:
    """Return the languages that have a word table."""
    return tuple(_tables())


def _is_looked_up(name: str) -> bool:
    return name in ("COMPOUND", "HEAD", "COUNTED") or name.startswith("CATEGORY_")


def _word_terminals(wanted: Callable[[str], bool]) -> Iterator[str]:
    """Yield grammar lines that import each table's wanted terminals and join them by name."""
    languages_of: dict[str, list[str]] = {}
    for language, table in _tables().items():
        for name in _DEFINES.findall(table):
            if wanted(name):
                languages_of.setdefault(name, []).append(language)
    for name, spoken in languages_of.items():
        for language in spoken:
            yield f"%import .words.{language}.{name} -> {language.upper()}_{name}"
        priority = _KEYWORD_PRIORITY.get(name, 3)
        yield f"{name}.{priority}: {' | '.join(f'{lang.upper()}_{name}' for lang in spoken)}"


def _from_tables(_base: object, path: str) -> tuple[str, str]:
    language = path.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".lark")
    try:
        return f"words/{language}.lark", _tables()[language]
    except KeyError:
        raise OSError(path) from None


_TERMINAL = re.compile(r"\b[A-Z][A-Z_]+\b")


def _grammar(name: str) -> str:
    """Return the rules of a file with the terminals of the word tables that they use."""
    rules = resource_root("grammars").joinpath(f"{name}.lark").read_text(encoding="utf-8")
    used = frozenset(_TERMINAL.findall(rules)) - frozenset(_DEFINES.findall(rules))
    return "\n".join([rules, *_word_terminals(used.__contains__)])


@cache
def _marker(name: str) -> Lark:
    return Lark(
        _grammar(name), parser=None, lexer="basic", start="marks", import_paths=[_from_tables]
    )


class _Marks(Lexer):
    """Hands marks that are already cut to the parser."""

    def __init__(self, _configuration: object) -> None:
        pass

    def lex(self, data: Iterable[Mark]) -> Iterator[Token]:  # type: ignore[override]
        return (Token(mark.kind, mark) for mark in data)


class _Branches(Transformer[Token, Branch]):
    """Turns Lark's trees into our own while they are built; ``_rules`` are still to be merged."""

    def __default__(self, data: object, children: list[Any], meta: object) -> Branch | Tree[Any]:
        rule = str(data)
        parts = [child.value if isinstance(child, Token) else child for child in children]
        return Tree(rule, parts) if rule.startswith("_") else Branch(rule, tuple(parts))


@cache
def _reader(name: str) -> Lark:
    return Lark(
        _grammar(name),
        parser="lalr",
        lexer=_Marks,
        start=list(START_RULES[name]),
        import_paths=[_from_tables],
        maybe_placeholders=False,
        keep_all_tokens=True,
        transformer=_Branches(),
    )


@cache
def _words() -> dict[str, re.Pattern[str]]:
    """Return the terminals of the tables that are looked up in words already cut."""
    lines = list(_word_terminals(_is_looked_up))
    names = [line.split(".", 1)[0] for line in lines if not line.startswith("%")]
    table = Lark(
        "\n".join([f"start: ({' | '.join(names)})*", *lines]),
        parser="lalr",
        lexer="basic",
        import_paths=[_from_tables],
    )
    return {name: re.compile(table.get_terminal(name).pattern.to_regexp()) for name in names}
