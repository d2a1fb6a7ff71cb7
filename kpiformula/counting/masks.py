"""Who passes the steps of a count: columns of yes or no beside the records, and their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from kpiformula.counting.ledger import Which
from kpiformula.counting.records import Held, Records
from kpiformula.counting.steps import Planned

_ALL = "_all"


@dataclass(frozen=True, slots=True)
class _Passed:
    """The columns of a step: who surely passes it and all before it, and who may.

    They are one column while no cell is missing. ``also`` is who meets an exclusion and was taken
    out by one before it.
    """

    sure: str
    may: str
    also: str | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many different keys pass a step surely, may pass it, and meet it as well as another."""

    sure: int
    may: int
    also: int


class Masks:
    """The records of a frame with columns for each step."""

    def __init__(self, records: Records, steps: Sequence[Planned]) -> None:
        self.records = records
        self._frame = records.frame.with_columns(nw.lit(True).alias(_ALL))
        self._passed = [_Passed(_ALL, _ALL)]
        block = 0
        for number, step in enumerate(steps, 1):
            before = steps[number - 2] if number > 1 else None
            if before is None or (before.kind, before.symbol) != (step.kind, step.symbol):
                block = number - 1
            self._add(number, step, self._passed[block] if number - 1 > block else None)

    def _add(self, number: int, step: Planned, included: _Passed | None) -> None:
        """Add a step; ``included`` is where the exclusions began, if this is not the first."""
        held = self.records.held(step.meaning)
        passes = held if step.kind == "include" else held.contrary
        last = self._passed[-1]
        name = f"_sure_{number}"
        made = {name: nw.col(last.sure) & passes.true}
        may = name
        if last.may != last.sure or passes.false is not None:
            may = f"_may_{number}"
            made[may] = nw.col(last.may) & passes.not_false
        also = None
        if step.kind == "exclude" and included is not None:
            also = f"_also_{number}"
            made[also] = self._met_before(held, included, last)
        self._frame = self._frame.with_columns(**made)
        self._passed.append(_Passed(name, may, also))

    def _met_before(self, held: Held, included: _Passed, last: _Passed) -> nw.Expr:
        return nw.col(included.may) & ~nw.col(last.may) & held.true

    def numbers(self) -> list[Numbers]:
        """Return how many keys pass, for no step at all and behind each step."""
        named = (name for p in self._passed for name in (p.sure, p.may, p.also) if name)
        counted = self._counted(dict.fromkeys(named))
        return [
            Numbers(counted[p.sure], counted[p.may], counted[p.also] if p.also else 0)
            for p in self._passed
        ]

    def _counted(self, masks: Iterable[str]) -> Mapping[str, int]:
        """Return of how many keys a record is in each mask."""
        each = [nw.col(mask).cast(nw.Int64) for mask in masks]
        frame = self._frame
        if not self.records.one_each:
            key = self.records.population.key
            highest = [nw.col(mask).max() for mask in masks]
            frame = frame.select(key, *each).group_by(key).agg(*highest)
            each = [nw.col(mask) for mask in masks]
        row = self.records.first(frame.select(*(mask.sum() for mask in each)))
        return {mask: int(number or 0) for mask, number in row.items()}

    def members(self, step: int, which: Which) -> tuple[object, ...]:
        """Return the keys at a step, from 0, in alphabetical order."""
        before, here = self._passed[step], self._passed[step + 1]
        match which:
            case "kept":
                found = self._keys(here.sure)
            case "undecided":
                found = self._keys(here.may) - self._keys(here.sure)
            case "also_met":
                found = self._keys(here.also) if here.also else set()
            case _:
                found = self._keys(before.may) - self._keys(here.may)
        return tuple(sorted(found, key=str))

    def kept(self) -> set[object]:
        """Return the keys of those who surely pass all steps."""
        return self._keys(self._passed[-1].sure)

    def _keys(self, mask: str) -> set[object]:
        key = self.records.population.key
        query = self._frame.filter(nw.col(mask)).select(key).unique()
        return {row[key] for row in self.records.rows(query)}

    def cells(self, fields: Sequence[str]) -> list[tuple[object, bool, tuple[Any, ...]]]:
        """Return key, whether it surely passes, and some cells, of each record that may pass."""
        key, last = self.records.population.key, self._passed[-1]
        query = self._frame.filter(nw.col(last.may)).select(key, *fields, _passes=last.sure)
        return [
            (row[key], bool(row["_passes"]), tuple(row[name] for name in fields))
            for row in self.records.rows(query)
        ]
