"""Reported figures against counts: the verdict, the exact difference, the counts that could be.

A printed figure stands for an interval that depends on how it was rounded (``intervals``). With
all counts given, the verdict is whether the exact value lies in it; with one whole count missing,
whether any whole count leads there (the GRIM test of Brown and Heathers, 2017, solved by algebra).
A figure that no count could contradict is called untestable, never consistent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from numbers import Integral
from typing import Literal

from kpiformula.arithmetic import UndefinedError
from kpiformula.diagnostics import InputError, error
from kpiformula.evaluation import BLANKS, Count, Result, Status, Subject, evaluate
from kpiformula.feasibility import UnsolvableError, unknown_count
from kpiformula.intervals import (
    MODES,
    TIE_RULES,
    Figure,
    Interval,
    Mode,
    Rounding,
    decimal_places,
    round_exact,
    unround,
    value_text,
)
from kpiformula.nodes import number_text
from kpiformula.text import MAX_DIGITS, printed_number

Reported = str | int | Decimal | Fraction | Figure | None
"""A figure as the caller gives it; ``None``, an empty string or a dash is no figure."""


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


@dataclass(frozen=True, slots=True)
class Verification:
    """A verdict on a reported figure, in the unit of the indicator.

    ``verdict`` names what happened; ``agrees`` says whether the figure is right under the
    rounding asked for, ``None`` where that cannot be told. ``interval`` is what the figure stands
    for under that rounding. ``tie_rules`` are the rules that give the figure where the value lies
    midway between two figures. ``feasible`` are the whole values of the one missing count that
    give the figure, where they can be worked out.
    """

    verdict: Verdict
    agrees: bool | None
    reported: Figure | None
    rounding: Mode
    interval: Interval | None
    result: Result = field(repr=False)
    tie_rules: tuple[Rounding, ...] = ()
    feasible: range | None = None

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
        standing = f"{self.interval}, for which {figure} stands"
        if self.rounding != "nearest":
            standing += f" under {self.rounding}"
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
                cut = unround(figure, "truncate")
                return (
                    f"the computed value {value} is {figure} only if cut off ({cut}): "
                    f"it {where} {standing}"
                )
            case Verdict.MISMATCH:
                return f"the computed value {value} {where} {standing}: {self._distance()}"
            case Verdict.INFEASIBLE:
                return f"no whole {result.missing[0]} gives a value in {standing}"
            case Verdict.UNTESTABLE if result.missing:
                return (
                    f"any figure would pass: {result.missing[0]} is missing, and one more or less "
                    f"changes the value by no more than the last digit of {figure}; "
                    f"whole counts exist for {standing}"
                )
            case Verdict.UNTESTABLE:
                return f"the computed value {value} is too near to an end to tell: {standing}"
            case _:
                return f"{value}{self._needed()}"

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
        counts = " or ".join(map(str, self.feasible))  # a testable figure leaves one or two
        return f"; {self.reported} stands for {self.interval} and needs {counts}"


def verify(
    subject: Subject,
    counts: Mapping[str, Count],
    reported: Reported,
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
            and ``0,40`` differ. A Decimal keeps its decimals, an int has none.
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
    figure = read_figure(reported)
    result = evaluate(subject, counts, category=category, as_printed=as_printed)
    if figure is None:
        return Verification(Verdict.NOT_EVALUATED, None, None, rounding, None, result)
    interval = unround(figure, rounding)
    if result.status is Status.UNDEFINED:
        return Verification(Verdict.UNDEFINED, None, figure, rounding, interval, result)
    if result.status is Status.NOT_EVALUATED:
        return _without_a_count(subject, result, figure, rounding, interval)
    return _compared(result, figure, rounding, interval)


def feasible(
    subject: Subject,
    counts: Mapping[str, Count],
    reported: Reported,
    *,
    category: str | None = None,
    rounding: Mode = "nearest",
) -> range:
    """Return the whole values of the one missing count that print as a figure; empty if none.

    The missing symbol must stand in the formula once removed from any divisor, so that the value
    changes evenly with it. Counts are not negative, and the numerator of a share is not above its
    denominator. The cost does not depend on how many counts there are.

    Raises:
        InputError: KF514 where not exactly one count is missing, or it cannot be solved for;
            KF513 where no figure is given; and what :func:`verify` raises.
    """
    figure = read_figure(reported)
    if figure is None:
        raise InputError(error("KF513", "no figure is given"))
    result = evaluate(subject, counts, category=category)
    try:
        return unknown_count(subject, result).whole_counts(unround(figure, rounding))
    except (UnsolvableError, UndefinedError) as problem:
        raise InputError(error("KF514", str(problem))) from None


def read_figure(reported: Reported) -> Figure | None:
    """Return a reported figure with its decimals, or ``None`` where none is reported.

    Raises:
        InputError: KF513 for a float or another kind that states no decimals; KF510 for a
            fraction that is no decimal number; KF504, KF505, KF905 for what cannot be read.
    """
    given: object = reported
    match given:
        case None:
            return None
        case Figure():
            return given
        case str():
            if given.strip() in BLANKS:
                return None
            number = printed_number(given)
            return Figure(number.value, number.decimals, given.strip())
        case bool():
            pass
        case Decimal() if given.is_finite():
            exponent = given.as_tuple().exponent
            if isinstance(exponent, int) and max(abs(given.adjusted()), -exponent) <= MAX_DIGITS:
                return Figure(Fraction(given), -exponent, str(given))
            raise _too_long()
        case Fraction():
            return _plain_figure(given)
        case Integral():
            return _plain_figure(Fraction(int(given)))
    raise InputError(
        error("KF513", f"a reported figure cannot be {given!r}: its decimals are not stated",
              help="give it as printed, such as '0,40', or as a Decimal")
    )  # fmt: skip


def _plain_figure(value: Fraction) -> Figure:
    if max(abs(value.numerator), value.denominator) > 10**MAX_DIGITS:
        raise _too_long()
    decimals = decimal_places(value)
    if decimals is None:
        raise InputError(error("KF510", f"{value} is no decimal number"))
    return Figure(value, decimals, number_text(value))


def _too_long() -> InputError:
    return InputError(error("KF905", f"the figure has more than {MAX_DIGITS} digits"))


# --- verdicts ----------------------------------------------------------------------------------


def _compared(result: Result, figure: Figure, rounding: Mode, interval: Interval) -> Verification:
    agrees = _holds(interval, result)
    nearest = interval if rounding == "nearest" else unround(figure, "nearest")
    near = agrees if rounding == "nearest" else _holds(nearest, result)
    cut_off = near or _holds(unround(figure, "truncate"), result)
    if agrees is None or near is None or cut_off is None:
        return Verification(Verdict.UNTESTABLE, None, figure, rounding, interval, result)
    value = result.value
    ties: tuple[Rounding, ...] = ()
    if value == figure.value:
        verdict = Verdict.EXACT
    elif value is not None and value in (nearest.low, nearest.high):
        verdict = Verdict.TIE_RULE
        ties = tuple(
            rule for rule in TIE_RULES if round_exact(value, figure.decimals, rule) == figure.value
        )
    elif near:
        verdict = Verdict.ROUNDED
    elif cut_off:
        verdict = Verdict.TRUNCATED
    else:
        verdict = Verdict.ROUNDED if agrees else Verdict.MISMATCH
    return Verification(verdict, agrees, figure, rounding, interval, result, ties)


def _holds(interval: Interval, result: Result) -> bool | None:
    """Return whether the value lies in an interval; ``None`` where an enclosure leaves it open."""
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
        unknown = unknown_count(subject, result)
        counts = unknown.whole_counts(interval)
    except (UnsolvableError, UndefinedError):
        pass
    else:
        if not counts:
            verdict, agrees = Verdict.INFEASIBLE, False
        elif abs(unknown.slope) <= figure.last_digit:
            verdict = Verdict.UNTESTABLE
    return Verification(verdict, agrees, figure, rounding, interval, result, feasible=counts)
