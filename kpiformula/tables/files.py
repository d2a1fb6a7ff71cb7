"""Files written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from os import PathLike, fspath
from pathlib import Path

from kpiformula.diagnostics import InputError, KpiFormulaError, error


def write_whole(path: str | PathLike[str], data: bytes | Iterable[bytes]) -> None:
    """Write a file in one step: under another name beside it, which then takes its place.

    ``data`` may come in pieces, so that it never needs to be in memory as a whole. Whatever goes
    wrong on the way, an interruption too, a file that was there stays as it was.

    Raises:
        InputError: KF563 where it cannot be written.
    """
    name = fspath(path)
    part: Path | None = None
    try:
        target = Path(os.path.realpath(name))
        part = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
        with part.open("xb") as stream:
            for piece in (data,) if isinstance(data, bytes) else data:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode & 0o777)
        part.replace(target)
    except KpiFormulaError:  # of whoever makes the pieces
        raise
    except (OSError, ValueError) as failure:
        raise cannot_be_written(name, failure) from None
    finally:
        if part is not None:
            with suppress(OSError, ValueError):
                part.unlink(missing_ok=True)


def cannot_be_written(name: str, failure: Exception) -> InputError:
    """Return the error KF563 for a failure of the system."""
    reason = getattr(failure, "strerror", None) or str(failure)
    advice = "is it open in a spreadsheet, is the folder there, is the disk full?"
    return InputError(error("KF563", f"{name} cannot be written: {reason}", help=advice))
