"""Fingerprints: what tells whether data are still the same bytes."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources.abc import Traversable
from os import PathLike, fspath
from pathlib import Path

from kpiformula.library import available
from kpiformula.resources import resource_root


def fingerprint(data: bytes) -> str:
    """Return a text that is another one as soon as a byte is."""
    return sha256(data).hexdigest()


def methodology_fingerprint(methodology: str | PathLike[str]) -> str:
    """Return the fingerprint of the files in the folder of a methodology, by its id or path.

    Raises:
        OSError: if they cannot be read.
    """
    files = (file for file in _folder(fspath(methodology)).iterdir() if file.name.endswith(".yaml"))
    digests = (f"{file.name} {fingerprint(file.read_bytes())}\n" for file in files)
    return fingerprint("".join(sorted(digests)).encode())


def _folder(name: str) -> Traversable:
    if name in available():
        return resource_root("methodologies").joinpath(name)
    path = Path(name)
    return path.parent if path.is_file() else path
