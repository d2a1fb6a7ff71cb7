"""Finds the data folders ``grammars/`` and ``methodologies/``.

They lie inside the package in a wheel (zipped or not), and beside it in a checkout or an
editable install.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

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


def grammar_lines(name: str) -> list[str]:
    """Return the lines of a file of ``grammars/``."""
    return resource_root("grammars").joinpath(name).read_text(encoding="utf-8").splitlines()
