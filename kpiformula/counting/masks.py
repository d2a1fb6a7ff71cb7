"""Who passes the steps of a count: columns beside the records, and the numbers of keys.

A key stands for a person, a building, an article: it passes where one of its records does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals.stable.v2 as nw

from kpiformula.counting.holding import Held, held, together
from kpiformula.counting.ledger import Which
from kpiformula.counting.records import Records
from kpiformula.counting.steps import Planned

_SURE, _MAY = "_sure", "_may"


@dataclass(frozen=True, slots=True)
class Passing:
    """How many different keys pass surely, and how many may."""

    sure: int
    may: int

    @property
    def undecided(self) -> int:
        """How many may pass or not."""
        return self.may - self.sure


@dataclass(frozen=True, slots=True)
class Numbers(Passing):
    """How many different keys pass a step, and how many meet it though taken out before."""

    also: int


@dataclass(frozen=True, slots=True)
class _Exclusion:
    """A step that may be met by those whom one before it took out; ``first`` began the row."""

    place: int
    first: int
    met: nw.Expr

    @property
    def column(self) -> str:
        return f"_also_{self.place}"


class Masks:
    """The records of a frame, held against steps; ``within`` are those of a count around it."""

    def __init__(
        self, records: Records, steps: Sequence[Planned], within: Masks | None = None
    ) -> None:
        """Take steps that begin with those of ``within``."""
        self.records, self.steps, self._within = records, steps, within
        before = within._passes if within is not None else []
        self._own = [self._passed(step) for step in steps[len(before) :]]
        self._passes: list[Held] = [*before, *self._own]

    def _passed(self, step: Planned) -> Held:
        found = held(step.meaning, self.records)
        return found if step.kind == "include" else found.contrary

    @cached_property
    def exact(self) -> bool:
        """Whether no cell is missing that a step looks at: who may pass passes surely."""
        return all(each.false is None for each in self._passes)

    # --- who passes all steps --------------------------------------------------------------------

    def passing(self, inner: Sequence[Masks] = ()) -> list[Passing]:
        """Return how many pass, and how many of them pass each of some counts within this one."""
        whole = self._behind(0)
        flags = {} if self.exact else {f"{_SURE}_0": whole.true}
        for place, each in enumerate(inner, 1):
            part = each._behind(len(self.steps))
            flags[f"{_MAY}_{place}"] = part.not_false
            if not each.exact:
                flags[f"{_SURE}_{place}"] = whole.true & part.true
        total, numbers = self._keys_by_flag(flags)
        may = [total, *(numbers[f"{_MAY}_{place}"] for place in range(1, len(inner) + 1))]
        return [Passing(numbers.get(f"{_SURE}_{place}", n), n) for place, n in enumerate(may)]

    def fewest_and_most_beside(self, inner: Masks) -> tuple[int, int]:
        """Return how many pass beside a count within this one, as few and as many as may be.

        As few: all who may pass ``inner``, and who surely pass this one. As many: who surely pass,
        and all who may pass this one without passing ``inner``.
        """
        whole, part = self._behind(0), inner._behind(len(self.steps))
        _, numbers = self._keys_by_flag(
            {"fewest": whole.true | part.not_false, "most": whole.true | ~part.true}
        )
        return numbers["fewest"], numbers["most"]

    def _keys_by_flag(self, flags: Mapping[str, nw.Expr]) -> tuple[int, dict[str, int]]:
        """Return how many keys may pass, and how many of them by a record that has a flag."""
        key = self.records.population.key
        by_key = (
            self.records.frame.filter(self._behind(0).not_false)
            .select(key, **{name: flag.cast(nw.Int8) for name, flag in flags.items()})
            .group_by(key)
            .agg(nw.len().alias(_MAY), *(nw.col(name).max() for name in flags))
        )
        sums = {name: nw.col(name).cast(nw.Int64).sum() for name in flags}
        total, *found = self.records.first(by_key.select(nw.len().alias(_MAY), **sums)).values()
        return int(total or 0), dict(zip(flags, (int(n or 0) for n in found), strict=True))

    def _behind(self, steps: int) -> Held:
        """Return where all steps behind the first few are passed."""
        return together(self._passes[steps:], self.records)

    @cached_property
    def _left(self) -> nw.LazyFrame[Any]:
        """The records that may pass, and whether they surely do where that is another thing."""
        own = together(self._own, self.records)
        found = self._within._left if self._within is not None else self.records.frame
        if not self.exact:
            known = self._within is not None and not self._within.exact
            sure = nw.col(_SURE) & own.true if known else own.true
            found = found.with_columns(**{_SURE: sure})
        return self.records.kept(found.filter(own.not_false))

    def kept(self) -> set[object]:
        """Return the keys of those who surely pass all steps."""
        return self._keys(self._left if self.exact else self._left.filter(nw.col(_SURE)))

    def _keys(self, query: nw.LazyFrame[Any]) -> set[object]:
        key = self.records.population.key
        return {row[key] for row in self.records.rows(query.select(key).unique())}

    def cells(self, fields: Collection[str]) -> list[tuple[object, bool, tuple[Any, ...]]]:
        """Return key, whether it surely passes, and some cells, of each record that may pass."""
        key = self.records.population.key
        names = [key, *fields, *([] if self.exact else [_SURE])]
        return [
            (row[key], bool(row.get(_SURE, True)), tuple(row[name] for name in fields))
            for row in self.records.rows(self._left.select(*dict.fromkeys(names)))
        ]

    # --- who passes each step --------------------------------------------------------------------

    def numbers(self) -> list[Numbers]:
        """Return how many keys pass, for no step at all and behind each step."""
        sums = {}
        for passed in range(len(self.steps) + 1):
            sums[f"s{passed}"] = self._steps_surely_passed >= passed
            sums[f"m{passed}"] = nw.col(_MAY) >= passed
        sums |= {f"a{each.place + 1}": self._also(each) for each in self._exclusions()}
        counted = self.records.first(
            self._by_key.select(**{name: mask.cast(nw.Int64).sum() for name, mask in sums.items()})
        )
        return [
            Numbers(*(int(counted.get(f"{which}{passed}") or 0) for which in "sma"))
            for passed in range(len(self.steps) + 1)
        ]

    def members(self, step: int, which: Which) -> tuple[object, ...]:
        """Return the keys at a step, from 0, in alphabetical order."""
        sure, may = self._steps_surely_passed, nw.col(_MAY)
        match which:
            case "kept":
                found = sure > step
            case "undecided":
                found = (may > step) & (sure <= step)
            case "also_met":
                here = (each for each in self._exclusions() if each.place == step)
                found = next(map(self._also, here), may < 0)
            case _:
                found = may == step
        return tuple(sorted(self._keys(self._by_key.filter(found)), key=str))

    @property
    def _steps_surely_passed(self) -> nw.Expr:
        return nw.col(_MAY if self.exact else _SURE)

    def _also(self, exclusion: _Exclusion) -> nw.Expr:
        return (nw.col(exclusion.column) == 1) & (nw.col(_MAY) < exclusion.place)

    @cached_property
    def _by_key(self) -> nw.LazyFrame[Any]:
        """How many steps in a row each key passes surely and may pass, and what it meets."""
        passed = {_MAY: _in_a_row(each.not_false for each in self._passes)}
        if not self.exact:
            passed[_SURE] = _in_a_row(each.true for each in self._passes)
        met = {
            each.column: ((nw.col(_MAY) >= each.first) & (nw.col(_MAY) < each.place) & each.met)
            for each in self._exclusions()
        }
        key = self.records.population.key
        frame = self.records.frame.with_columns(**passed).select(
            key, *passed, **{name: mask.cast(nw.Int8) for name, mask in met.items()}
        )
        return self.records.kept(
            frame.group_by(key).agg(*(nw.col(name).max() for name in (*passed, *met)))
        )

    def _exclusions(self) -> Iterable[_Exclusion]:
        """Yield the exclusions that follow others of the same count."""
        first = 0
        for place, (step, passes) in enumerate(zip(self.steps, self._passes, strict=True)):
            before = self.steps[place - 1]
            if place == 0 or (before.kind, before.symbol) != (step.kind, step.symbol):
                first = place
            if step.kind == "exclude" and place > first:
                yield _Exclusion(place, first, passes.contrary.true)


def _in_a_row(passes: Iterable[nw.Expr]) -> nw.Expr:
    """Return how many of some masks hold before the first that does not."""
    number: nw.Expr = nw.lit(0)
    for mask in reversed(list(passes)):
        number = nw.when(mask).then(number + 1).otherwise(0)
    return number.cast(nw.Int16)
