"""What an evaluation came to: the result of a formula, and those of a whole methodology."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from kpiformula.arithmetic import Ratio
from kpiformula.diagnostics import Diagnostic, InputError, error
from kpiformula.figures import Target
from kpiformula.formula import Formula
from kpiformula.intervals import Interval, Rounding, approximation, round_decimal, value_text
from kpiformula.mapping import Table
from kpiformula.methodology import Indicator, Methodology
from kpiformula.nodes import Number, names, substitute, text


class Status(StrEnum):
    """What an evaluation came to: a value, an interval that holds it, or neither."""

    EXACT = "exact"
    ENCLOSED = "enclosed"
    UNDEFINED = "undefined"
    NOT_EVALUATED = "not_evaluated"


@dataclass(frozen=True)
class Result:
    """The value of a formula for given counts, in the unit the indicator is printed in.

    ``outcome`` is the exact value; or, where a root is no ratio, an interval that holds it; or
    the sentence that says why there is no value. ``amounts`` are numerator and denominator of
    each name of the formula, in printed order, ``None`` where one is missing.
    """

    formula: Formula = field(repr=False)
    unit: str | None
    amounts: tuple[Ratio | None, ...] = field(repr=False)
    outcome: Fraction | Interval | str

    def __init__(
        self,
        formula: Formula,
        unit: str | None,
        amounts: tuple[Ratio | None, ...],
        outcome: Fraction | Interval | str,
    ) -> None:
        # One result a row: the generated method of a frozen class takes twice as long.
        state = self.__dict__
        state["formula"] = formula
        state["unit"] = unit
        state["amounts"] = amounts
        state["outcome"] = outcome

    @property
    def value(self) -> Fraction | None:
        """The exact value, or ``None``; :attr:`status` says why."""
        return self.outcome if isinstance(self.outcome, Fraction) else None

    @property
    def interval(self) -> Interval | None:
        """Where a root is no ratio: an interval of width 10^-40 or less that holds the value."""
        return self.outcome if isinstance(self.outcome, Interval) else None

    @property
    def reason(self) -> str | None:
        """Why there is no value: the denominator that is zero, the counts that are missing."""
        return self.outcome if isinstance(self.outcome, str) else None

    @property
    def status(self) -> Status:
        """What the evaluation came to."""
        if isinstance(self.outcome, Fraction):
            return Status.EXACT
        if isinstance(self.outcome, Interval):
            return Status.ENCLOSED
        return Status.NOT_EVALUATED if None in self.amounts else Status.UNDEFINED

    @property
    def missing(self) -> tuple[str, ...]:
        """The symbols without a count, in printed order."""
        used = zip(names(self.formula.node), self.amounts, strict=True)
        return tuple(name for name, amount in used if amount is None)

    @property
    def counts(self) -> Mapping[str, Fraction]:
        """The values used, by symbol, coefficients among them."""
        used = zip(names(self.formula.node), self.amounts, strict=True)
        return MappingProxyType({name: Fraction(*amount) for name, amount in used if amount})

    @property
    def tainted(self) -> bool:
        """Whether part of the cell could not be read, so that the formula may say less."""
        return bool(self.formula.unread)

    @property
    def steps(self) -> tuple[str, str, str]:
        """The formula, the formula with the counts in place, and the value."""
        numbers = {name: Number(value) for name, value in self.counts.items()}
        return str(self.formula), text(substitute(self.formula.node, numbers)), self._last_step()

    def _last_step(self) -> str:
        match self.outcome:
            case Fraction():
                return f"= {value_text(self.outcome)}"
            case Interval(low=low):
                return f"≈ {approximation(low)}"
            case reason:
                return f"{self.status.replace('_', ' ')}: {reason}"

    def rounded(self, decimals: int, mode: Rounding = "half_up") -> Decimal:
        """Return the value as it would be printed, with ``decimals`` (negative: to tens …).

        Raises:
            InputError: KF512 where there is no value, or it cannot be told from a tie; KF509
                for an unknown mode.
        """
        match self.outcome:
            case Fraction():
                return round_decimal(self.outcome, decimals, mode)
            case Interval(low=low, high=high):
                one, other = (round_decimal(end, decimals, mode) for end in (low, high))
                if one == other:
                    return one
                reason = f"the value lies too near to where {one} and {other} part"
            case _:
                reason = self.outcome
        raise InputError(error("KF512", f"there is no value to round: {reason}"))

    @property
    def value_text(self) -> str:
        """The value with its unit, or why there is none."""
        if self.reason is not None:
            return self._last_step()
        return f"{self._last_step().removeprefix('= ')} {self.unit or ''}".rstrip()

    def __str__(self) -> str:
        result = self.formula.result
        left = result.name if result else text(self.formula.node)
        if self.reason is not None:
            return f"{left}: {self._last_step()}"
        return f"{left} {self._last_step()}{f' {self.unit}' if self.unit else ''}"

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)


# --- methodologies -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowResult:
    """What one row of a methodology came to: its result, or the reason why it has none."""

    indicator: Indicator
    result: Result | None
    reason: Diagnostic | None
    target: Target | None

    @property
    def value_text(self) -> str:
        """The value with its unit, or why there is none."""
        if self.result is not None:
            return self.result.value_text
        return f"{self.reason.code}: {self.reason.message}" if self.reason else ""


@dataclass(frozen=True, repr=False)
class MethodologyResult(Mapping[str, Result]):
    """What one set of counts makes of a methodology: a mapping of code to :class:`Result`.

    Each row is either here or among ``reasons``, which say why it cannot be computed: its
    calculation is unstated (KF410), cannot be read, or needs a category. Both are in printed
    order. ``year`` is the year whose targets are shown.
    """

    methodology: Methodology
    results: Mapping[str, Result]
    reasons: Mapping[str, Diagnostic]
    year: int | None = None
    category: str | None = None

    def __getitem__(self, code: str) -> Result:
        return self.results[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    @property
    def targets(self) -> Mapping[str, Target]:
        """The targets of the year, by code, of the rows that print one."""
        year = self.year
        return Table(
            {
                code: row.targets[year]
                for code, row in self.methodology.items()
                if year is not None and year in row.targets
            }
        )

    @property
    def computed(self) -> tuple[str, ...]:
        """The codes of the rows that have a value."""
        return self._with_status(Status.EXACT, Status.ENCLOSED)

    @property
    def undefined(self) -> tuple[str, ...]:
        """The codes of the rows whose denominator is zero."""
        return self._with_status(Status.UNDEFINED)

    @property
    def not_evaluated(self) -> tuple[str, ...]:
        """The codes of the rows of which a count is missing."""
        return self._with_status(Status.NOT_EVALUATED)

    def _with_status(self, *wanted: Status) -> tuple[str, ...]:
        return tuple(code for code, result in self.items() if result.status in wanted)

    @property
    def rows(self) -> tuple[RowResult, ...]:
        """All rows in printed order."""
        targets = self.targets
        return tuple(
            RowResult(row, self.results.get(code), self.reasons.get(code), targets.get(code))
            for code, row in self.methodology.items()
        )

    @property
    def summary(self) -> str:
        """How many rows there are, and what they came to."""
        return (
            f"{len(self.methodology)} rows: {len(self.computed)} computed, "
            f"{len(self.undefined)} undefined, {len(self.not_evaluated)} not evaluated, "
            f"{len(self.reasons)} that cannot be computed"
        )

    @property
    def heading(self) -> str:
        """The methodology, and the year and category where they are given."""
        return ", ".join(map(str, filter(None, (self.methodology.id, self.year, self.category))))

    def __str__(self) -> str:
        rows = [(row.indicator.code, str(row.target or ""), row.value_text) for row in self.rows]
        if self.year is not None:
            rows.insert(0, ("code", "target", "value"))
        codes, targets = (max((len(row[i]) for row in rows), default=0) for i in (0, 1))
        space = targets + 2 * bool(targets)
        lines = (f"{code:{codes}}  {target:{space}}{value}" for code, target, value in rows)
        return "\n".join((self.heading, *lines, self.summary))

    def __repr__(self) -> str:
        return f"<MethodologyResult {self.heading}: {self.summary}>"

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)
