"""The ledger of a count: from all records to those that are counted, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kpiformula.criteria.selection import Criterion
from kpiformula.diagnostics import InputError, error
from kpiformula.mapping import Table
from kpiformula.methodology import Phrase

StepKind = Literal["include", "exclude"]

Which = Literal["removed", "kept", "undecided", "also_met"]

MembersOf = Callable[[int, Which], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """A criterion, and what it does to those who were left before it.

    ``removed`` are those it takes out; of those left, ``kept`` surely meet all criteria so far,
    and ``undecided`` may, as a cell is missing. ``also_met`` are those whom an earlier exclusion
    took out and who meet this one as well. Before the step = removed + kept + undecided.
    ``symbol`` is the count that the criterion belongs to, ``code`` the indicator that prints it,
    ``phrase`` the printed text that it cites, where that is a criterion.
    """

    kind: StepKind
    symbol: str
    code: str
    criterion: Criterion
    removed: int
    kept: int
    undecided: int
    also_met: int = 0
    phrase: Phrase | None = None

    def __str__(self) -> str:
        which = "that do not meet" if self.kind == "include" else "that meet"
        also = f" (of those taken out before, {self.also_met} meet it too)" if self.also_met else ""
        left = f"{self.kept} + {self.undecided} undecided" if self.undecided else str(self.kept)
        return (
            f"- {self.removed} {which} `{self.criterion.rule.text}`{also} = {left}"
            f"  [{self.code} {self.criterion.cites}: «{' '.join(self.criterion.quote.split())}»]"
        )


@dataclass(frozen=True)
class Ledger:
    """How a count came about: all there are, each step, those who are counted.

    ``population`` is what a record is, ``total`` how many different ones there are; ``evidence``
    are the documents that confirm the count. The steps reconcile: ``total`` less all that is
    removed is ``kept`` + ``undecided`` of the last step.
    """

    symbol: str
    population: str
    total: int
    steps: tuple[Step, ...]
    evidence: tuple[Phrase, ...] = ()
    _members: MembersOf | None = field(default=None, compare=False, repr=False)

    @property
    def kept(self) -> int:
        """How many are surely counted."""
        return self.steps[-1].kept if self.steps else self.total

    @property
    def undecided(self) -> int:
        """How many may be counted or not."""
        return self.steps[-1].undecided if self.steps else 0

    @property
    def reconciles(self) -> bool:
        """Whether all there are = those taken out + those left."""
        return self.total == sum(s.removed for s in self.steps) + self.kept + self.undecided

    def members(self, step: int, which: Which = "removed") -> tuple[object, ...]:
        """Return the keys of records at a step, from 0; see :class:`Step` for the words.

        Raises:
            InputError: KF629 where the ledger is no longer beside its records.
            IndexError: if there is no such step.
        """
        if self._members is None:
            message = "the ledger was copied without its records"
            raise InputError(error("KF629", message, help="count the records again"))
        return self._members(range(len(self.steps))[step], which)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_members": None}

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self, after: Ledger | None = None) -> Iterator[str]:
        """Yield the ledger as lines of text; steps that ``after`` has shown are not repeated."""
        shown = len(after.steps) if after is not None else 0
        if after is not None and self.steps[:shown] == after.steps:
            yield f"{self.symbol}: of the {after.kept} of {after.symbol}"
        else:
            shown = 0
            yield f"{self.symbol}: {self.total} {self.population}"
        yield from (f"  {step}" for step in self.steps[shown:])
        more = f" to {self.kept + self.undecided}" if self.undecided else ""
        yield f"  = {self.kept}{more}"
        for phrase in self.evidence:
            yield f"  evidence: {' '.join(phrase.text.split())} ({phrase.source})"


class Ledgers(Mapping[str, Ledger]):
    """Ledgers by symbol, each told when it is first asked for."""

    def __init__(self, tell: Mapping[str, Callable[[], Ledger]]) -> None:
        self._tell = dict(tell)
        self._told: dict[str, Ledger] = {}

    def __getitem__(self, symbol: str) -> Ledger:
        if symbol not in self._told:
            self._told[symbol] = self._tell[symbol]()
        return self._told[symbol]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tell)

    def __len__(self) -> int:
        return len(self._tell)

    def __hash__(self) -> int:
        return hash(Table(self))

    def __repr__(self) -> str:
        return f"Ledgers({dict(self)!r})"

    def __reduce__(self) -> tuple[type[Table[str, Ledger]], tuple[dict[str, Ledger]]]:
        return Table, (dict(self),)
