"""Reported figures checked in full: the verdict, the likely mistake, and what it does to a target.

Room ``verification`` gives the verdict for exact counts. Here counts may be rounded themselves,
wrong figures get their causes (room ``diagnosis``), and the target of the year is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, cast, get_args

from kpiformula.arithmetic import UndefinedError
from kpiformula.cause import Kind
from kpiformula.counting import Counted
from kpiformula.counts import Count
from kpiformula.diagnosis import Beside, OtherFigure, Recount, Situation, causes
from kpiformula.diagnostics import Diagnostic, InputError, error
from kpiformula.doubts import doubts, outside_years
from kpiformula.evaluation import Subject
from kpiformula.formula import Formula
from kpiformula.intervals import (
    Interval,
    Mode,
    decimal_places,
    point,
    round_exact,
    unround,
)
from kpiformula.methodology import Indicator
from kpiformula.nodes import names
from kpiformula.ranges import Box, reaches, values_over
from kpiformula.reported import Printed, Reported, read_figure
from kpiformula.results import Status
from kpiformula.rough_counts import RoughCount, read_rough_count
from kpiformula.verification import TargetEffect, Verdict, Verification, stands_for
from kpiformula.verification import verify as verdict_on

Given = Count | Interval
"""A count as the caller gives it: exact, as printed, or an interval that holds it.

A string may hold words: ``5,6 мың``, ``более 500``, ``500-ден астам``, ``at least 40``.
"""

Precision = Literal["exact", "rounded"]
"""How counts are taken: as they stand, or each as all numbers that print as it."""

WRONG = frozenset({Verdict.MISMATCH, Verdict.TRUNCATED})


def verify(
    subject: Subject,
    counts: Mapping[str, Given],
    reported: Printed,
    *,
    year: int | None = None,
    category: str | None = None,
    rounding: Mode = "nearest",
    inputs: Precision = "exact",
    as_printed: bool = False,
    years: Collection[int] = (),
    beside: Callable[[], Beside] = Beside,
) -> Verification:
    """Check a reported figure against the counts behind it.

    Args:
        subject: an indicator or a formula.
        counts: as for :func:`kpiformula.evaluate`, or those that :func:`kpiformula.count` derives
            from records; exclusions that were not removed are then tried as a cause. An
            :class:`Interval` stands for a count that is known only roughly, and so does a string
            with words: ``5,6 мың`` is 5550 to 5650, ``более 500`` is more than 500, ``about 500``
            is 450 to 550; the words are those of
            ``grammars/amount-words.txt``.
        reported: the figure as printed; its decimals are taken from the string, so that ``0,4``
            and ``0,40`` differ. A Decimal keeps its decimals, an int has none.
        year: the year whose target is looked at.
        category: the category a coefficient is chosen by.
        rounding: how the figure must have been rounded; ``nearest`` accepts any tie rule.
        inputs: ``exact``, or ``rounded``: each count stands for all numbers that print as it.
        as_printed: verify against the printed formula though an erratum corrects it.
        years: the years that are planned for, such as those of the methodology; without them,
            those of the indicator's baseline and targets.
        beside: returns the counts and figures that lay beside and may have been taken instead;
            asked for a wrong figure only, for its causes.

    Returns:
        The verdict. Its ``findings`` are what is doubtful about an indicator's counts and year:
        KF545 a count below zero, KF546 parts of what is counted in whole numbers, KF547 a year
        outside those that are planned for, KF548 a share of more than the whole.

    Raises:
        InputError: KF508 for other ``inputs``, KF509 for another ``rounding``; KF510, KF513,
            KF504, KF505, KF905 for a figure that cannot be read; and what ``evaluate`` raises.
    """
    require_precision("inputs", inputs)
    rough = dict(_rough(subject, counts))
    middle = {key: _middle(count) for key, count in counts.items() if key not in rough}
    middle |= {key: count.printed for key, count in rough.items()}
    given = {**counts, **{key: count.interval for key, count in rough.items()}}
    found = verdict_on(
        subject, middle, reported, category=category, rounding=rounding, as_printed=as_printed
    )
    box: Box | None = None
    if inputs == "rounded" or any(isinstance(count, Interval) for count in given.values()):
        box = _box(subject, given, found, inputs)
        known = counts.value_range if isinstance(counts, Counted) else None
        found = _over_ranges(found, box) if known is None else _over_values(found, known)
    found = replace(found, target_effect=_target_effect(subject, year, found))
    wrong = found.verdict in WRONG and not found.agrees
    if wrong and found.over is None and found.interval is not None:
        lay_beside = replace(beside(), recounts=tuple(_recounts(counts)))
        found = replace(found, causes=causes(_situation(subject, year, found, lay_beside)))
    findings = tuple(_doubts(subject, year, years, found, box))
    return replace(found, findings=findings) if findings else found


def require_precision(name: str, given: str) -> None:
    """Check a way to take counts.

    Raises:
        InputError: KF508 if there is none of that name.
    """
    if given not in get_args(Precision):
        message = f"{name} cannot be {given!r}"
        raise InputError(error("KF508", message, help="give 'exact' or 'rounded'"))


def _rough(subject: Subject, counts: Mapping[str, Given]) -> Iterator[tuple[str, RoughCount]]:
    """Yield the counts that words make rough."""
    for key, count in counts.items():
        if isinstance(count, str) and not count.isdecimal():
            rough = read_rough_count(key, count, _unit(subject, key))
            if rough is not None:
                yield key, rough


def _unit(subject: Subject, key: str) -> str | None:
    """Return the unit of what a count is given for: a symbol, or an input and its symbols."""
    if isinstance(subject, Formula):
        return subject.symbols[key].unit if key in subject.symbols else None
    if key in subject.symbols:
        return subject.symbols[key].unit
    if subject.input is not None and subject.input.id == key:
        return subject.input.unit
    return next((each.unit for each in subject.symbols.values() if each.input == key), None)


def _doubts(
    subject: Subject,
    year: int | None,
    years: Collection[int],
    found: Verification,
    box: Box | None,
) -> Iterator[Diagnostic]:
    if not isinstance(subject, Indicator):
        return
    known = {name: point(value) for name, value in found.result.counts.items()}
    yield from doubts(subject, found.result.formula, known | dict(box or {}))
    if year is not None:
        baseline = [subject.baseline.year] if subject.baseline is not None else []
        yield from outside_years(year, years or [*baseline, *subject.targets])


def _middle(count: Given) -> Count:
    return (count.low + count.high) / 2 if isinstance(count, Interval) else count


# --- counts that are rounded ---------------------------------------------------------------------


def _box(
    subject: Subject, counts: Mapping[str, Given], found: Verification, inputs: str
) -> Box | None:
    """Return the interval of each name; ``None`` where there is no value to look around."""
    result = found.result
    if result.status not in (Status.EXACT, Status.ENCLOSED):
        return None
    given: dict[str, Given] = {}
    for name in names(result.formula.node):
        key = name
        if isinstance(subject, Indicator) and name not in counts and name in subject.symbols:
            key = subject.symbols[name].input
        given[name] = counts.get(key, result.counts[name])
    return {
        name: _interval(count, result.counts[name], inputs == "rounded")
        for name, count in given.items()
    }


def _interval(count: Given, value: Fraction, rounded: bool) -> Interval:
    if isinstance(count, Interval):
        return count
    decimal = isinstance(count, str | int | Decimal) or decimal_places(value) is not None
    figure = read_figure(cast("Reported", count)) if rounded and decimal else None
    return point(value) if figure is None else unround(figure, "nearest")


def _over_ranges(found: Verification, box: Box | None) -> Verification:
    if box is None or found.reported is None or found.interval is None:
        return found
    node, cut_to = found.result.formula.node, stands_for(found.figures, "truncate")
    try:
        over = values_over(node, box)
        agrees = reaches(node, box, found.interval)
        cut = agrees or (cut_to is not None and reaches(node, box, cut_to))
    except UndefinedError:
        return replace(found, verdict=Verdict.UNDEFINED, agrees=None, tie_rules=())
    return _reached(found, over, agrees, cut)


def _over_values(found: Verification, over: Interval) -> Verification:
    """Return the verdict where the values are known that the counts can give together."""
    if found.reported is None or found.interval is None:
        return found
    cut_to = stands_for(found.figures, "truncate")
    agrees = over.overlaps(found.interval)
    return _reached(found, over, agrees, agrees or (cut_to is not None and over.overlaps(cut_to)))


def _reached(
    found: Verification, over: Interval, agrees: bool | None, cut: bool | None
) -> Verification:
    if agrees is None or cut is None:
        verdict = Verdict.UNTESTABLE
    elif agrees:
        verdict = Verdict.ROUNDED
    else:
        verdict = Verdict.TRUNCATED if cut else Verdict.MISMATCH
    return replace(found, verdict=verdict, agrees=agrees, over=over, tie_rules=())


# --- the target of the year ----------------------------------------------------------------------


def _target_effect(subject: Subject, year: int | None, found: Verification) -> TargetEffect | None:
    if not isinstance(subject, Indicator) or year is None or found.reported is None:
        return None
    if found.computed is None or found.agrees is None:
        return None
    target = subject.targets.get(year)
    if target is None or target.value is None or subject.direction is None:
        return None
    low, high = _as_printed(found)
    claimed = _meets(subject, target.value, found.reported.value)
    computed = {_meets(subject, target.value, value) for value in (low, high)}
    if found.agrees or computed == {claimed}:
        return TargetEffect.NONE
    if len(computed) > 1:
        return TargetEffect.UNDECIDED
    return TargetEffect.MET_TO_NOT_MET if claimed else TargetEffect.NOT_MET_TO_MET


def _as_printed(found: Verification) -> tuple[Fraction, Fraction]:
    """Return the ends of the value as they would be printed with the figure's decimals."""
    assert found.reported is not None
    assert found.computed is not None
    ends = (found.computed,) * 2 if found.over is None else (found.over.low, found.over.high)
    low, high = (round_exact(end, found.reported.decimals, "half_up") for end in ends)
    return low, high


def _meets(row: Indicator, target: Fraction, value: Fraction) -> bool:
    return value >= target if row.direction == "at_least" else value <= target


# --- causes --------------------------------------------------------------------------------------


def _situation(
    subject: Subject, year: int | None, found: Verification, beside: Beside
) -> Situation:
    assert found.reported is not None
    return Situation(
        found.result.formula,
        found.result.counts,
        found.reported,
        percent=not isinstance(subject, Formula) and subject.unit == "percent",
        others=beside.counts,
        figures=(*_planned(subject, year), *beside.figures),
        recounts=beside.recounts,
    )


def _recounts(counts: Mapping[str, Given]) -> Iterator[Recount]:
    """Yield what counts from records would be if exclusions were not removed."""
    if isinstance(counts, Counted):
        for words, others in counts.without_exclusions:
            yield Recount(Kind.EXCLUSIONS, words, others)


def _planned(subject: Subject, year: int | None) -> list[OtherFigure]:
    if not isinstance(subject, Indicator):
        return []
    return [
        OtherFigure(Kind.PLANNED, f"the figure planned for {planned_year}", target.value)
        for planned_year, target in subject.targets.items()
        if target.value is not None and year in (None, planned_year)
    ]
