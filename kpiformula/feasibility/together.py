"""Figures that share a count are tested together: one value of it must give them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import islice, takewhile
from operator import and_

from kpiformula.evaluation import Subject
from kpiformula.feasibility.denominators import FeasibleDenominators, missing_quotient
from kpiformula.feasibility.quotients import UnsolvableError
from kpiformula.feasibility.unknown import FeasibleCounts, missing_count, missing_names
from kpiformula.feasibility.whole_counts import ALL, WholeCounts
from kpiformula.formula import Formula
from kpiformula.intervals import Figure, Interval
from kpiformula.results import Result


@dataclass(frozen=True, slots=True)
class SharedCounts:
    """The values of a shared count that several figures allow, in ascending order.

    ``sources`` are what each figure allows, in the order given. Where every numerator is unknown
    they go on without end, unless one figure is impossible: ``smallest`` and ``up_to`` take as
    many as are wanted.
    """

    shared: str
    sources: tuple[FeasibleCounts | FeasibleDenominators, ...]

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    def __contains__(self, count: object) -> bool:
        return all(count in source for source in self.sources)

    def __iter__(self) -> Iterator[int]:
        for first, last in self.ranges.ranges:
            for candidate in self._candidates(first):
                if last is not None and candidate > last:
                    break
                if candidate in self:
                    yield candidate

    @property
    def ranges(self) -> WholeCounts:
        """The counts allowed by the figures of which only the shared count is missing."""
        known = (WholeCounts(s.ranges) for s in self.sources if isinstance(s, FeasibleCounts))
        return reduce(and_, known, ALL)

    def smallest(self, how_many: int) -> tuple[int, ...]:
        """Return the smallest counts that give all figures."""
        return tuple(islice(self, how_many))

    def up_to(self, greatest: int) -> tuple[int, ...]:
        """Return the counts that give all figures and are not above a number."""
        return tuple(takewhile(lambda each: each <= greatest, self))

    def _candidates(self, first: int) -> Iterator[int]:
        """Yield counts from one on, passing over those that the rarest figure excludes."""
        quotients = [s for s in self.sources if isinstance(s, FeasibleDenominators)]
        if not quotients:
            return iter(WholeCounts(((first, None),)))
        return min(quotients, key=_room).from_on(first)

    def __str__(self) -> str:
        found = self.smallest(_SHOWN + 1)
        more = ", …" if len(found) > _SHOWN else ""
        return f"{self.shared}: {', '.join(map(str, found[:_SHOWN])) or 'none'}{more}"

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)


_SHOWN = 10


def _room(source: FeasibleDenominators) -> tuple[bool, int]:
    """Order denominators by how few they are: none, then multiples only, then narrow intervals."""
    every = source.every_from
    return source.ratios is not None and every is not None, -(every or 0)


def claim_counts(
    subject: Subject, result: Result, figure: Figure, interval: Interval, shared: str
) -> FeasibleCounts | FeasibleDenominators:
    """Return the values of a shared count that one figure allows.

    Raises:
        UnsolvableError: where it is not missing, or is no denominator while another is missing.
        UndefinedError: where a divisor is zero whatever the count.
    """
    missing = missing_names(subject, result)
    wanted = next((names for names in missing if _stands_for(subject, names, shared)), None)
    if wanted is None:
        raise UnsolvableError(f"{shared} is not among the counts that are missing")
    if len(missing) == 1:
        return missing_count(subject, result).feasible(figure, interval)
    found = missing_quotient(subject, result, interval)
    if found.denominator != wanted[0]:
        raise UnsolvableError(
            f"{shared} is the numerator of {result.formula}, which is missing too"
        )
    return found


def _stands_for(subject: Subject, names: tuple[str, ...], shared: str) -> bool:
    inputs = {} if isinstance(subject, Formula) else subject.symbols
    return shared in names or any(name in inputs and inputs[name].input == shared for name in names)
