"""Reported figures against counts: the verdict, the exact difference, the counts that could be.

A printed figure stands for an interval that depends on how it was rounded (``intervals``). With
all counts given, the verdict is whether the exact value lies in it; with one whole count missing,
whether any whole count leads there (the GRIM test of Brown and Heathers, 2017, solved by algebra).
A figure that no count could contradict is called untestable, never consistent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from kpiformula.arithmetic import UndefinedError
from kpiformula.cause import Cause
from kpiformula.counts import Count
from kpiformula.diagnostics import Diagnostic, InputError, error
from kpiformula.evaluation import Subject, evaluate
from kpiformula.feasibility.quotients import UnsolvableError
from kpiformula.feasibility.unknown import FeasibleCounts, missing_count
from kpiformula.feasibility.whole_counts import WholeCounts
from kpiformula.intervals import (
    MODES,
    TIE_RULES,
    Figure,
    Interval,
    Mode,
    Rounding,
    round_exact,
    unround,
    value_text,
)
from kpiformula.reported import Printed, read_figures
from kpiformula.results import Result, Status


class Verdict(StrEnum):
    """What is true of a reported figure, whatever way of rounding is asked for."""

    EXACT = "exact"
    ROUNDED = "rounded"
    TIE_RULE = "tie_rule"
    TRUNCATED = "truncated"
    MISMATCH = "mismatch"
    INFEASIBLE = "infeasible"
    UNTESTABLE = "untestable"
    UNDEFINED = "undefined"
    NOT_EVALUATED = "not_evaluated"


class TargetEffect(StrEnum):
    """What an error in a reported figure does to the target of the year."""

    NONE = "none"
    MET_TO_NOT_MET = "met → not met"
    NOT_MET_TO_MET = "not met → met"
    UNDECIDED = "cannot be decided"


@dataclass(frozen=True, slots=True)
class Verification:
    """A verdict on a reported figure, in the unit of the indicator.

    ``verdict`` names what happened; ``agrees`` says whether the figure is right under the
    rounding asked for, ``None`` where that cannot be told. ``interval`` is what the figure stands
    for under that rounding. ``tie_rules`` are the rules that give the figure where the value lies
    midway between two figures. ``feasible`` are the whole values of the one missing count that
    give the figure, where they can be worked out. ``over`` holds every value that counts printed
    rounded can give. ``causes`` are the mistakes that give a wrong figure, the likeliest first;
    ``target_effect`` says whether the error decides if the target of the year is met.

    Of a figure printed more than once, ``reported`` is the print with most decimals and
    ``also_printed`` are the others; ``interval`` is what all of them stand for, ``None`` where no
    number is printed so. ``findings`` are what is doubtful about the counts and the year, whatever
    the verdict: KF545 to KF548.
    """

    verdict: Verdict
    agrees: bool | None
    reported: Figure | None
    rounding: Mode
    interval: Interval | None
    result: Result = field(repr=False)
    tie_rules: tuple[Rounding, ...] = ()
    over: Interval | None = None
    causes: tuple[Cause, ...] = ()
    target_effect: TargetEffect | None = None
    feasible: FeasibleCounts | None = None
    also_printed: tuple[Figure, ...] = ()
    findings: tuple[Diagnostic, ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures printed for the quantity: the reported one, then the coarser ones."""
        return () if self.reported is None else (self.reported, *self.also_printed)

    @property
    def computed(self) -> Fraction | None:
        """The exact value, where there is one."""
        return self.result.value

    @property
    def difference(self) -> Fraction | None:
        """The reported figure less the computed value: above zero where too much is reported."""
        if self.reported is None or self.computed is None:
            return None
        return self.reported.value - self.computed

    @property
    def relative_error(self) -> Fraction | None:
        """The difference as a part of the computed value; ``None`` where that is zero or none."""
        if self.difference is None or not self.computed:
            return None
        return self.difference / self.computed

    @property
    def ulps(self) -> Fraction | None:
        """The difference in units of the last printed digit."""
        if self.reported is None or self.difference is None:
            return None
        return self.difference / self.reported.last_digit

    @property
    def message(self) -> str:
        """One sentence: the figure, its interval, the exact value, and how they stand."""
        sentence = self._sentence()
        return f"{sentence}; part of the cell is not read" if self.result.tainted else sentence

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)

    def _sentence(self) -> str:
        result, figure = self.result, self.reported
        value = result.steps[2].removeprefix("= ")
        if figure is None:
            return f"no figure is reported; computed: {value}"
        if self.interval is None:
            return self._contradiction(value)
        printed = " and ".join(map(str, self.figures))
        standing = (
            f"{self.interval}, for which {printed} {'stand' if self.also_printed else 'stands'}"
        )
        if self.rounding != "nearest":
            standing += f" under {self.rounding}"
        if self.over is not None:
            return self._over_sentence(standing)
        where = "lies in" if self.agrees else "lies outside"
        match self.verdict:
            case Verdict.EXACT:
                return f"the computed value {value} is {figure} itself; it lies in {standing}"
            case Verdict.ROUNDED:
                return f"the computed value {value} rounds to {figure}: it {where} {standing}"
            case Verdict.TIE_RULE:
                rules = " and ".join(self.tie_rules)
                return (
                    f"the computed value {value} lies midway between two figures and is {figure} "
                    f"under {rules} only: it {where} {standing}"
                )
            case Verdict.TRUNCATED:
                cut = stands_for(self.figures, "truncate")
                return (
                    f"the computed value {value} is {figure} only if cut off ({cut}): "
                    f"it {where} {standing}"
                )
            case Verdict.MISMATCH:
                return f"the computed value {value} {where} {standing}: {self._distance()}"
            case Verdict.INFEASIBLE:
                return f"no whole {result.missing[0]} gives a value in {standing}"
            case Verdict.UNTESTABLE if self.feasible is not None:
                return (
                    f"any figure would pass: {self.feasible.symbol} is missing, and "
                    f"{self.feasible.untestable}; whole counts exist for {standing}"
                )
            case Verdict.UNTESTABLE:
                return f"the computed value {value} is too near to an end to tell: {standing}"
            case _:
                return f"{value}{self._needed()}"

    def _contradiction(self, value: str) -> str:
        figures = " and ".join(map(str, self.figures))
        under = "" if self.rounding == "nearest" else f" under {self.rounding}"
        cut = ""
        if self.verdict is Verdict.TRUNCATED:
            cut = f" (cut off, both stand for {stands_for(self.figures, 'truncate')})"
        why = f"no number is printed so{under}{cut}"
        return f"{figures} contradict each other: {why}; computed: {value}"

    def _over_sentence(self, standing: str) -> str:
        assert self.over is not None
        values = f"over the rounding of the counts the value lies in {_open_text(self.over)}"
        match self.agrees:
            case True:
                return f"{values} and reaches {standing}"
            case False:
                cut = ", reached only if cut off" if self.verdict is Verdict.TRUNCATED else ""
                return f"{values} and stays outside {standing}{cut}"
            case None:
                return f"{values}: whether it reaches {standing} is not settled"

    def _distance(self) -> str:
        if self.difference is None or self.ulps is None:
            return "the figure differs"
        side = "high" if self.difference > 0 else "low"
        return (
            f"reported too {side} by {value_text(abs(self.difference))}, "
            f"{value_text(abs(self.ulps))} of the last digit"
        )

    def _needed(self) -> str:
        if not self.feasible:
            return ""
        counts = WholeCounts(self.feasible.ranges)
        return f"; {self.reported} stands for {self.interval} and needs {counts}"


_WITHOUT_END = 10**20
"""A value beyond it comes from a count without an upper end (room ``rough_counts``)."""


def _open_text(values: Interval) -> str:
    """Return an interval for people, an end that only stands for "without end" as ∞ or 0."""
    low, high = str(values).split(", ")
    low = "(-∞" if values.low < -_WITHOUT_END else low
    low = "(0" if 0 < values.low < Fraction(1, _WITHOUT_END) else low
    return f"{low}, {'∞)' if values.high > _WITHOUT_END else high}"


def verify(
    subject: Subject,
    counts: Mapping[str, Count],
    reported: Printed,
    *,
    category: str | None = None,
    rounding: Mode = "nearest",
    inputs: Literal["exact"] = "exact",
    as_printed: bool = False,
) -> Verification:
    """Check a reported figure against the counts behind it.

    Args:
        subject: an indicator or a formula.
        counts: as for :func:`kpiformula.evaluation.evaluate`; taken as exact.
        reported: the figure as printed; its decimals are taken from the string, so that ``0,4``
            and ``0,40`` differ. A Decimal keeps its decimals, an int has none. A tuple or list
            holds all prints of one figure: the value must be printed as each of them.
        category: the category a coefficient is chosen by.
        rounding: how the figure must have been rounded; ``nearest`` accepts any tie rule.
        inputs: ``exact``.
        as_printed: verify against the printed formula though an erratum corrects it.

    Raises:
        InputError: KF508 for other ``inputs``, KF509 for another ``rounding``; KF510, KF513,
            KF504, KF505, KF905 for a figure that cannot be read; and what ``evaluate`` raises.
    """
    if inputs != "exact":
        raise InputError(error("KF508", f"inputs cannot be {inputs!r}", help="give 'exact'"))
    if rounding not in MODES:
        raise InputError(
            error("KF509", f"unknown rounding: {rounding!r}", help=f"one of {', '.join(MODES)}")
        )
    figures = read_figures(reported)
    result = evaluate(subject, counts, category=category, as_printed=as_printed)
    if not figures:
        return Verification(Verdict.NOT_EVALUATED, None, None, rounding, None, result)
    interval = stands_for(figures, rounding)
    if result.status is Status.UNDEFINED:
        found = Verification(Verdict.UNDEFINED, None, figures[0], rounding, interval, result)
    elif result.status is not Status.NOT_EVALUATED:
        found = _compared(result, figures, rounding, interval)
    elif interval is None:
        found = Verification(Verdict.MISMATCH, False, figures[0], rounding, None, result)
    else:
        found = _without_a_count(subject, result, figures[0], rounding, interval)
    return replace(found, also_printed=figures[1:]) if len(figures) > 1 else found


def stands_for(figures: Iterable[Figure], mode: Mode) -> Interval | None:
    """Return the numbers that are printed as each of some figures, ``None`` where there are none.

    Raises:
        InputError: KF509 for a mode that is not known.
    """
    first, *others = (unround(figure, mode) for figure in figures)
    common: Interval | None = first
    for other in others:
        common = common and common.intersection(other)
    return common


# --- verdicts ----------------------------------------------------------------------------------


def _compared(
    result: Result, figures: tuple[Figure, ...], rounding: Mode, interval: Interval | None
) -> Verification:
    figure, *others = figures
    agrees = _holds(interval, result)
    nearest = interval if rounding == "nearest" else stands_for(figures, "nearest")
    near = agrees if rounding == "nearest" else _holds(nearest, result)
    cut_off = near or _holds(stands_for(figures, "truncate"), result)
    if agrees is None or near is None or cut_off is None:
        return Verification(Verdict.UNTESTABLE, None, figure, rounding, interval, result)
    value = result.value
    ties: tuple[Rounding, ...] = ()
    if near and value == figure.value and not _midway(value, others):
        verdict = Verdict.EXACT
    elif near and value is not None and _midway(value, figures):
        verdict = Verdict.TIE_RULE
        ties = tuple(rule for rule in TIE_RULES if _prints_as_all(value, figures, rule))
        if not ties:
            verdict, agrees = Verdict.MISMATCH, False
    elif near:
        verdict = Verdict.ROUNDED
    elif cut_off:
        verdict = Verdict.TRUNCATED
    else:
        verdict = Verdict.ROUNDED if agrees else Verdict.MISMATCH
    return Verification(verdict, agrees, figure, rounding, interval, result, ties)


def _midway(value: Fraction, figures: Iterable[Figure]) -> bool:
    ends = (unround(figure, "nearest") for figure in figures)
    return any(value in (each.low, each.high) for each in ends)


def _prints_as_all(value: Fraction, figures: Iterable[Figure], rule: Rounding) -> bool:
    return all(round_exact(value, each.decimals, rule) == each.value for each in figures)


def _holds(interval: Interval | None, result: Result) -> bool | None:
    """Return whether the value lies in an interval; ``None`` where an enclosure leaves it open."""
    if interval is None:
        return False
    if result.value is not None:
        return result.value in interval
    if result.interval is None or not interval.overlaps(result.interval):
        return False
    return True if interval.covers(result.interval) else None


def _without_a_count(
    subject: Subject, result: Result, figure: Figure, rounding: Mode, interval: Interval
) -> Verification:
    verdict, agrees, counts = Verdict.NOT_EVALUATED, None, None
    try:
        counts = missing_count(subject, result).feasible(figure, interval)
    except (UnsolvableError, UndefinedError):
        pass
    else:
        if not counts:
            verdict, agrees = Verdict.INFEASIBLE, False
        elif counts.untestable:
            verdict = Verdict.UNTESTABLE
    return Verification(verdict, agrees, figure, rounding, interval, result, feasible=counts)
