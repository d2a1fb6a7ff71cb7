"""Files written whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from os import PathLike, fspath
from pathlib import Path

from kpiformula.diagnostics import InputError, error


def write_whole(path: str | PathLike[str], data: bytes) -> None:
    """Write a file in one step: under another name beside it, which then takes its place.

    Whatever goes wrong on the way, an interruption too, a file that was there stays as it was.

    Raises:
        InputError: KF563 where it cannot be written.
    """
    name = fspath(path)
    part: Path | None = None
    try:
        target = Path(os.path.realpath(name))
        part = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
        with part.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode & 0o777)
        part.replace(target)
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or str(failure)
        advice = "is it open in a spreadsheet, is the folder there, is the disk full?"
        message = f"{name} cannot be written: {reason}"
        raise InputError(error("KF563", message, help=advice)) from None
    finally:
        if part is not None:
            with suppress(OSError, ValueError):
                part.unlink(missing_ok=True)
