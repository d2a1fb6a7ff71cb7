"""Frames for records that come from files: by whichever engine is installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Literal, get_args

import narwhals.stable.v2 as nw

from kpiformula.diagnostics import CriterionError, error

Engine = Literal["polars", "pyarrow", "pandas"]

_ENGINES: tuple[Engine, ...] = get_args(Engine)


def frame_of_texts(columns: Mapping[str, Sequence[str]]) -> Any:
    """Return a frame of texts, cells as they stand in a file.

    Raises:
        CriterionError: KF634 where no engine for frames is installed.
    """
    texts = dict.fromkeys(columns, nw.String)
    made = nw.from_dict(
        {name: list(cells) for name, cells in columns.items()}, schema=texts, backend=_engine()
    )
    return made.to_native()


def frame_of_parquet(path: str) -> Any:
    """Return the frame of a Parquet file.

    Raises:
        CriterionError: KF634 where no engine for frames is installed.
        OSError: where the file cannot be opened.
    """
    return nw.read_parquet(path, backend=_engine()).to_native()


def _engine() -> Engine:
    for name in _ENGINES:
        if find_spec(name) is not None:
            return name
    message = "counting records needs Polars, PyArrow or pandas"
    raise CriterionError(error("KF634", message, help="pip install 'kpiformula[polars]'"))
