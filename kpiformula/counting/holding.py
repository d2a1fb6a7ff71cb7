"""Where conditions hold in the records of a frame: surely, surely not, or neither."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import narwhals.stable.v2 as nw

from kpiformula.counting.comparing import compared, compared_columns, is_moved, meets, meets_other
from kpiformula.counting.records import Column, Records, is_empty
from kpiformula.criteria.meaning import (
    Basic,
    ComparesColumns,
    Contrary,
    IsKnown,
    Joined,
    Meaning,
)


@dataclass(frozen=True, slots=True)
class Held:
    """Where a condition holds, and where its contrary does; neither, where a cell is missing.

    ``false`` is ``None`` where nothing is missing: then it is wherever ``true`` is not.
    """

    true: nw.Expr
    false: nw.Expr | None = None

    @property
    def contrary(self) -> Held:
        """The contrary."""
        return Held(~self.true) if self.false is None else Held(self.false, self.true)

    @property
    def not_false(self) -> nw.Expr:
        """Where it holds, or may."""
        return self.true if self.false is None else ~self.false


def held(meaning: Meaning, records: Records) -> Held:
    """Return where a condition holds."""
    match meaning:
        case Contrary(inner):
            return held(inner, records).contrary
        case Joined(whole, meanings):
            parts = [held(each, records) for each in meanings]
            found = together((p if whole else p.contrary for p in parts), records)
            return found if whole else found.contrary
        case ComparesColumns():
            return _of_two_columns(meaning, records)
    return _of_one_column(meaning, records)


def together(conditions: Iterable[Held], records: Records) -> Held:
    """Return where some conditions hold together: of none, for each record that has a key."""
    parts = [Held(~is_empty(records.population.key)), *conditions]
    true = nw.all_horizontal(*(part.true for part in parts), ignore_nulls=False)
    if all(part.false is None for part in parts):
        return Held(true)
    contraries = (part.contrary.true for part in parts)
    return Held(true, nw.any_horizontal(*contraries, ignore_nulls=False))


# --- one column ----------------------------------------------------------------------------------


def _of_one_column(test: Basic, records: Records) -> Held:
    column = records.columns[test.column]
    if isinstance(test, IsKnown):
        return Held(_known(column, records))
    if column.read is None:
        return _unless_missing(compared(test, column.dtype), [column])
    answers = {c: meets(test, v) for c, v in column.read.items() if v is not None}
    true = _is_any(column, [cell for cell, met in answers.items() if met], records)
    if not column.missing:
        return Held(true)
    return Held(true, _is_any(column, [cell for cell, met in answers.items() if not met], records))


def _known(column: Column, records: Records) -> nw.Expr:
    filled = ~is_empty(column.name)
    blank = [cell for cell, value in (column.read or {}).items() if value is None]
    return filled & ~records.among(nw.col(column.name), blank) if blank else filled


def _is_any(column: Column, cells: Sequence[object], records: Records) -> nw.Expr:
    found = records.among(nw.col(column.name), cells)
    return found & ~is_empty(column.name) if column.missing else found


def _unless_missing(test: nw.Expr, looked_at: Sequence[Column]) -> Held:
    filled = [~is_empty(column.name) for column in looked_at if column.missing]
    if not filled:
        return Held(test)
    return Held(reduce(operator.and_, filled, test), reduce(operator.and_, filled, ~test))


# --- two columns ---------------------------------------------------------------------------------


def _of_two_columns(test: ComparesColumns, records: Records) -> Held:
    """Return where two columns compare.

    Where the engine does not do it, each different pair of cells is compared once.
    """
    one, other = records.columns[test.column], records.columns[test.other]
    native = one.read is None and other.read is None
    if native and one.dtype == other.dtype and not is_moved(test):
        return _unless_missing(compared_columns(test), [one, other])
    pair = nw.concat_str(
        nw.col(one.name).cast(nw.String), nw.col(other.name).cast(nw.String), separator="\x1f"
    )
    true: list[str] = []
    false: list[str] = []
    for row in records.rows(records.frame.select(one.name, other.name, _pair=pair).unique()):
        left, right = (records.value(each.name, row[each.name]) for each in (one, other))
        if left is not None and right is not None:
            (true if meets_other(test, left, right) else false).append(row["_pair"])
    filled = _known(one, records) & _known(other, records)
    return Held(records.among(pair, true) & filled, records.among(pair, false) & filled)
