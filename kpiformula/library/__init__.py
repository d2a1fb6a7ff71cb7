"""Finds and reads methodologies: ``available`` and ``load``.

A methodology is a folder: ``methodology.yaml`` (head and inputs), and beside it one file for each
part, and for each part of the data dictionary. Everything that is wrong in any of them is said at
once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from os import PathLike, fspath
from pathlib import Path
from re import fullmatch

from kpiformula.datafile import MAX_BYTES, Items, Scalar, Written, at, decode, read
from kpiformula.diagnostics import Diagnostic, MethodologyError, Source, error
from kpiformula.library.crosschecks import across
from kpiformula.library.data import methodology_of
from kpiformula.library.file import File, M
from kpiformula.methodology import Methodology
from kpiformula.resources import resource_root
from kpiformula.schema import ID, HeadFile, PartFile, PopulationFile, nearest, validated

HEAD = "methodology.yaml"


def available() -> tuple[str, ...]:
    """Return the ids of the methodologies that are shipped, in alphabetical order."""
    folders = resource_root("methodologies").iterdir()
    return tuple(sorted(f.name for f in folders if f.joinpath(HEAD).is_file()))


def load(methodology: str | PathLike[str]) -> Methodology:
    """Return a methodology: a shipped one by its id, or one of your own by its path.

    The path is that of the folder or of its ``methodology.yaml``. Formulas are not parsed yet.

    Raises:
        MethodologyError: with all findings, each with file, line and column: KF401 syntax,
            KF402 anchor, alias or tag, KF403 key given twice, KF404 unknown key, KF405 missing
            key, KF406 wrong value, KF407 unknown input, KF408 code given twice, KF409 not found,
            KF904 nesting, KF907 more than 5 MB.
    """
    folder = _folder(fspath(methodology))
    findings: list[Diagnostic] = []
    head = _read(folder, folder.head, HeadFile, findings)
    parts = [
        _read(folder, f"{name.text}.yaml", PartFile, findings, (name, head.source))
        for name in _file_names(head.written, "parts")
    ]
    dictionary = [
        _read(folder, f"{name.text}.yaml", PopulationFile, findings, (name, head.source))
        for name in _file_names(head.written, "populations")
    ]
    if head.content is not None:
        findings += across(head.content, head, parts, dictionary)
    if head.content is None or findings:
        raise MethodologyError(*findings)
    return methodology_of(head.content, parts, dictionary)


def load_once(methodology: str | PathLike[str]) -> Methodology:
    """Return a methodology as :func:`load` does; a shipped one is read once in a program's life.

    Raises:
        MethodologyError: as :func:`load` does.
    """
    name = fspath(methodology)
    return _shipped(name) if name in available() else load(name)


@cache
def _shipped(methodology: str) -> Methodology:
    return load(methodology)


# --- files -------------------------------------------------------------------------------------


@dataclass
class _Folder:
    """A folder to read from; ``rest`` is what may still be read, in bytes."""

    path: Traversable
    name: str
    head: str = HEAD
    rest: int = MAX_BYTES


def _folder(name: str) -> _Folder:
    ids = available()
    if name in ids:
        root = resource_root("methodologies")
        return _Folder(root.joinpath(name), f"methodologies/{name}")
    path = Path(name)
    try:
        if path.joinpath(HEAD).is_file():
            return _Folder(path, str(path))
        if path.is_file():
            return _Folder(path.parent, str(path.parent), path.name)
    except OSError:
        pass
    raise MethodologyError(
        error("KF409", f"`{name[:200]}` is no methodology, and no folder with a `{HEAD}`",
              help=nearest(name, ids))
    )  # fmt: skip


def _file_names(head: Written, key: str) -> list[Scalar]:
    """Return what the head lists under a key, as far as it can name a file."""
    names = at(head, key)
    listed = names.items if isinstance(names, Items) else []
    return [n for n in listed if isinstance(n, Scalar) and fullmatch(ID, n.text)]


def _read(
    folder: _Folder,
    file: str,
    model: type[M],
    findings: list[Diagnostic],
    listed: tuple[Scalar, Source] | None = None,
) -> File[M]:
    """Read a file; ``listed`` is where the head names it."""
    name = f"{folder.name}/{file}"
    result: File[M] = File(Source("", name), Scalar(0, 0, ""))
    try:
        with folder.path.joinpath(file).open("rb") as stream:
            data = stream.read(folder.rest + 1)
    except OSError as failure:
        place = (listed[0].span, listed[1]) if listed else (None, result.source)
        reason = failure.strerror or type(failure).__name__
        findings.append(error("KF409", f"`{name}` cannot be read: {reason}", *place))
        return result
    folder.rest -= len(data)
    if folder.rest < 0:
        message = f"a methodology has at most {MAX_BYTES // 1_000_000} MB"
        findings.append(error("KF907", message, None, result.source))
        return result
    try:
        result.source = decode(data, name)
        result.written = read(result.source)
        result.content = validated(model, result.written, result.source)
    except MethodologyError as failure:
        findings += failure.diagnostics
    return result
