"""Which whole counts could stand behind a figure, when counts are missing.

Solved by algebra on the nodes, so that the cost does not depend on the size of the counts. Counts
are whole and not negative; in a share the numerator is not above the denominator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from kpiformula.arithmetic import UndefinedError
from kpiformula.counts import Count
from kpiformula.diagnostics import InputError, error
from kpiformula.evaluation import Subject, evaluate
from kpiformula.feasibility.denominators import FeasibleDenominators, missing_quotient
from kpiformula.feasibility.quotients import UnsolvableError
from kpiformula.feasibility.together import SharedCounts, claim_counts
from kpiformula.feasibility.unknown import FeasibleCounts, missing_count
from kpiformula.feasibility.whole_counts import WholeCounts
from kpiformula.formula import CoefficientCase, Formula
from kpiformula.intervals import Figure, Interval, Mode, unround
from kpiformula.reported import Reported, require_figure
from kpiformula.results import Status

__all__ = [
    "FeasibleCase",
    "FeasibleCounts",
    "FeasibleDenominators",
    "SharedCounts",
    "WholeCounts",
    "feasible",
    "feasible_cases",
    "feasible_denominators",
    "feasible_together",
]

Claim = tuple[Subject, Mapping[str, Count], Reported]
"""An indicator or formula, the counts known of it, and the figure reported for it."""


def feasible(
    subject: Subject,
    counts: Mapping[str, Count],
    reported: Reported,
    *,
    category: str | None = None,
    rounding: Mode = "nearest",
) -> FeasibleCounts:
    """Return the whole values of the one missing count that print as a figure; empty if none.

    The value must be a quotient of lines in the missing count: it may stand in the numerator, in
    the denominator or in both. The cost does not depend on how many counts there are.

    Args:
        subject: an indicator or a formula.
        counts: all counts but one, as for :func:`kpiformula.evaluation.evaluate`.
        reported: the figure as printed, in the unit of the indicator.
        category: the category a coefficient is chosen by.
        rounding: how the figure was rounded; ``nearest`` accepts any tie rule.

    Returns:
        The counts as ranges, perhaps without end. ``untestable`` says why any figure would pass.

    Raises:
        InputError: KF514 where not exactly one count is missing, or it cannot be solved for;
            KF513 where no figure is given; KF509 for another ``rounding``; and what ``evaluate``
            and :func:`kpiformula.verification.verify` raise for counts and figures.
    """
    figure = require_figure(reported)
    interval = unround(figure, rounding)
    result = evaluate(subject, counts, category=category)
    try:
        return missing_count(subject, result).feasible(figure, interval)
    except (UnsolvableError, UndefinedError) as problem:
        raise _no_count(problem) from None


def feasible_denominators(
    subject: Subject,
    counts: Mapping[str, Count],
    reported: Reported,
    *,
    category: str | None = None,
    rounding: Mode = "nearest",
) -> FeasibleDenominators:
    """Return the denominators that could give a figure when the numerator is unknown too.

    They come in ascending order, the smallest first, without end: a figure of one decimal is
    possible for every denominator from 1000 on, and ``every_from`` says so. Empty where no
    quotient of counts gives the figure, as for a share above 100 %.

    Args:
        subject: an indicator or a formula whose value depends on the quotient of two counts.
        counts: all counts but these two, as for :func:`kpiformula.evaluation.evaluate`.
        reported: the figure as printed, in the unit of the indicator.
        category: the category a coefficient is chosen by.
        rounding: how the figure was rounded; ``nearest`` accepts any tie rule.

    Raises:
        InputError: KF514 where not exactly two counts are missing, or the value depends on more
            than their quotient; and what :func:`feasible` raises.
    """
    interval = unround(require_figure(reported), rounding)
    result = evaluate(subject, counts, category=category)
    try:
        return missing_quotient(subject, result, interval)
    except (UnsolvableError, UndefinedError) as problem:
        raise _no_count(problem) from None


def feasible_together(
    claims: Iterable[Claim],
    shared: str,
    *,
    category: str | None = None,
    rounding: Mode = "nearest",
) -> SharedCounts:
    """Return the values of one count that several figures share and that could give them all.

    Args:
        claims: for each figure the indicator or formula, the counts known of it, and the figure
            as printed. Missing are the shared count and, where it is a denominator, perhaps the
            numerator.
        shared: the name or the input of the shared count.
        category: the category a coefficient is chosen by.
        rounding: how the figures were rounded; ``nearest`` accepts any tie rule.

    Returns:
        The counts in ascending order; empty where no count gives all figures.

    Raises:
        InputError: KF514 where there is no claim, or one of them cannot be solved for the
            shared count; and what :func:`feasible` raises.
    """
    sources = []
    for subject, counts, reported in claims:
        figure = require_figure(reported)
        result = evaluate(subject, counts, category=category)
        try:
            sources.append(claim_counts(subject, result, figure, unround(figure, rounding), shared))
        except (UnsolvableError, UndefinedError) as problem:
            raise _no_count(problem) from None
    if not sources:
        raise _no_count("no figures are given")
    return SharedCounts(shared, tuple(sources))


@dataclass(frozen=True, slots=True)
class FeasibleCase:
    """One case of a coefficient, and whether it could be the one behind a figure.

    ``possible`` is ``None`` where that cannot be told; ``reason`` then says why. ``counts`` are
    the values of the missing count where one is missing.
    """

    coefficient: str
    label: str
    category: str | None
    value: Fraction
    possible: bool | None
    counts: FeasibleCounts | None = None
    reason: str | None = None


def feasible_cases(
    subject: Subject,
    counts: Mapping[str, Count],
    reported: Reported,
    *,
    rounding: Mode = "nearest",
) -> tuple[FeasibleCase, ...]:
    """Return for each case of the coefficients whether it could be the one behind a figure.

    With all counts given, a case is possible if its value prints as the figure; with one count
    missing, if some whole count does. So a figure can settle or refute the category.

    Args:
        subject: an indicator or a formula with a coefficient that is chosen by category.
        counts: as for :func:`feasible`, without the coefficient; one count may be missing.
        reported: the figure as printed, in the unit of the indicator.
        rounding: how the figure was rounded; ``nearest`` accepts any tie rule.

    Raises:
        InputError: KF514 where no coefficient has cases; and what :func:`feasible` raises for
            figures and counts.
    """
    figure = require_figure(reported)
    interval = unround(figure, rounding)
    formula = subject if isinstance(subject, Formula) else subject.reading
    cases = [(c.name, case) for c in formula.coefficients.values() for case in c.cases]
    if not cases:
        raise _no_count("the formula has no coefficient that is chosen by category")
    return tuple(
        _case_judged(name, case, subject, counts, figure, interval) for name, case in cases
    )


def _case_judged(
    name: str,
    case: CoefficientCase,
    subject: Subject,
    counts: Mapping[str, Count],
    figure: Figure,
    interval: Interval,
) -> FeasibleCase:
    judged = FeasibleCase(name, case.label, case.category, case.value, None)
    try:
        result = evaluate(subject, counts, category=case.label)
    except InputError as problem:
        if problem.code not in _CATEGORY_OPEN:
            raise
        return replace(judged, reason=problem.diagnostics[0].message)
    if result.counts[name] != case.value:
        return replace(judged, possible=False, reason="another case applies to the counts")
    if result.value is not None:
        return replace(judged, possible=result.value in interval)
    if result.status is not Status.NOT_EVALUATED:
        return replace(judged, reason=result.value_text)
    try:
        found = missing_count(subject, result).feasible(figure, interval)
    except (UnsolvableError, UndefinedError) as problem:
        return replace(judged, reason=str(problem))
    return replace(judged, possible=bool(found), counts=found, reason=found.untestable)


_CATEGORY_OPEN = ("KF506", "KF507")


def _no_count(problem: object) -> InputError:
    return InputError(error("KF514", str(problem)))
