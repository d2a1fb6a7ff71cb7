"""Finds the data folders ``grammars/`` and ``methodologies/``.

They lie inside the package in a wheel (zipped or not), and beside it in a checkout or an
editable install.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, NamedTuple

Kind = Literal["grammars", "methodologies"]


def resource_root(kind: Kind) -> Traversable:
    """Return the folder of one kind of data.

    Raises:
        FileNotFoundError: if the installation lacks the folder.
    """
    beside = Path(__file__).resolve().parent.parent
    if beside.joinpath("pyproject.toml").is_file() and beside.joinpath(kind).is_dir():
        return beside / kind
    inside = files(__package__).joinpath(kind)
    if inside.is_dir():
        return inside
    raise FileNotFoundError(f"kpiformula: the data folder {kind!r} is missing")


class WordRow(NamedTuple):
    """A row of a list of words: its heading, its meaning, its language, the word."""

    section: str
    meaning: str
    language: str
    word: str


def word_rows(name: str) -> Iterator[WordRow]:
    """Yield the rows of a list of words of ``grammars/``; the file's head explains its meanings."""
    section = ""
    for line in grammar_lines(name):
        if line.startswith("["):
            section = line.strip("[] ")
        elif line and not line.startswith("#"):
            yield WordRow(section, *line.split(maxsplit=2))


def grammar_lines(name: str) -> list[str]:
    """Return the lines of a file of ``grammars/``."""
    return resource_root("grammars").joinpath(name).read_text(encoding="utf-8").splitlines()
