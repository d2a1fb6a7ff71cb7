"""Counts to results: exact, with the coefficient of a category, for one row or for all.

A missing count is never zero: the result then says which one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import cast, overload

from kpiformula.arithmetic import (
    IrrationalError,
    Program,
    Ratio,
    UndefinedError,
    enclose,
    program,
)
from kpiformula.coefficients import chosen_value, require_case, settled_values
from kpiformula.counts import LARGEST, Count, read_count
from kpiformula.diagnostics import Diagnostic, InputError, KpiFormulaError, error
from kpiformula.formula import Coefficient, Formula
from kpiformula.intervals import Interval
from kpiformula.mapping import Table
from kpiformula.methodology import Indicator, Methodology
from kpiformula.nodes import names, number_text
from kpiformula.results import MethodologyResult, Result
from kpiformula.text import twin

Subject = Formula | Indicator
"""What can be evaluated; of an indicator, its reading, or the printed formula if asked for."""

_PLANS_KEPT = 4096


@overload
def evaluate(
    subject: Subject,
    counts: Mapping[str, Count],
    *,
    category: str | None = None,
    as_printed: bool = False,
) -> Result: ...


@overload
def evaluate(
    subject: Methodology,
    counts: Mapping[str, Count],
    *,
    year: int | None = None,
    category: str | None = None,
    as_printed: bool = False,
) -> MethodologyResult: ...


def evaluate(
    subject: Subject | Methodology,
    counts: Mapping[str, Count],
    *,
    year: int | None = None,
    category: str | None = None,
    as_printed: bool = False,
) -> Result | MethodologyResult:
    """Compute a formula, an indicator, or all rows of a methodology, exactly.

    Args:
        subject: an indicator (its ``reading`` is evaluated), a formula, or a methodology.
        counts: by symbol or by input name; an input stands for every symbol that uses it. For a
            methodology by input name only: a letter stands for another count in each row.
            Integers, fractions, decimals, or strings as printed; ``None``, an empty string or a
            dash is missing, and a missing count gives a result without a value.
        year: of a methodology, the year whose targets are shown beside the values.
        category: which case of a coefficient applies: its printed label or an English key. A
            condition of a case is decided by a count given under the quantity's name. A
            coefficient may also be given among the counts.
        as_printed: evaluate the printed formula of an indicator though an erratum corrects it.

    Returns:
        The result; of a methodology, those of its rows, and for each other row the reason. What
        is wrong for some rows only, such as a count that is no number, is their reason.

    Raises:
        InputError: KF501 a count of a kind that is not exact; KF502 an unknown key; KF503 two
            different values for one symbol; KF504, KF505, KF905 a count that cannot be read;
            KF506 the category is missing or unknown; KF507 it leaves several cases open; KF533
            a year that the methodology does not have, or a year where there is no methodology.
            Of a methodology: KF501, KF502, KF533; and KF504, KF505, KF905 for a count that no
            row uses.
        FormulaSyntaxError: if the indicator's cell holds no formula that can be read.
    """
    if type(subject) is Methodology:
        return _rows_evaluated(subject, counts, year, category, as_printed)
    if year is not None:
        raise InputError(error("KF533", f"the year {year} is for a whole methodology only"))
    plan = _plan(subject, as_printed)
    values = plan.blank.copy()
    for key, count in counts.items():
        place = plan.single.get(key)
        if (
            place is not None
            and type(count) is int
            and values[place] is None
            and -LARGEST <= count <= LARGEST
        ):
            values[place] = (count, 1)
        else:
            _fill_in(plan, values, key, count)
    if plan.coefficients:
        _choose_coefficients(plan, values, counts, category)
    outcome: Fraction | Interval | str
    if None in values:
        outcome = _missing(plan, values)
    else:
        try:
            outcome = Fraction(*plan.program(cast("list[Ratio]", values)))
        except UndefinedError as undefined:
            outcome = str(undefined)
        except IrrationalError:
            outcome = _enclosed(plan, values)
    return Result(plan.formula, plan.unit, tuple(values), outcome)


# --- plans -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is worked out once for a formula or indicator.

    ``places`` leads from each key that may be given to the names it stands for, none for a key
    that is known but not used, ``single`` from those that stand for one; ``settled`` leads from
    a coefficient's place and a category to its value, where no condition has a say.
    """

    formula: Formula
    unit: str | None
    names: tuple[str, ...]
    inputs: Mapping[str, str]
    blank: list[Ratio | None]
    single: Mapping[str, int]
    places: Mapping[str, tuple[int, ...]]
    units: Mapping[str, str | None]
    coefficients: Mapping[int, Coefficient]
    settled: Mapping[tuple[int, str | None], Ratio]
    program: Program


_plans: dict[tuple[int, bool], tuple[Subject, _Plan]] = {}
"""Plans by the identity of their subject: to hash a formula costs more than to evaluate it."""


def _plan(subject: Subject, as_printed: bool) -> _Plan:
    key = (id(subject), as_printed)
    kept = _plans.get(key)
    if kept is not None and kept[0] is subject:
        return kept[1]
    plan = _prepare(subject, as_printed)
    if len(_plans) >= _PLANS_KEPT:
        _plans.clear()
    _plans[key] = subject, plan
    return plan


def _prepare(subject: Subject, as_printed: bool) -> _Plan:
    if isinstance(subject, Formula):
        formula = subject
        unit = formula.result.unit if formula.result is not None else None
        inputs, units = {}, {}
    else:
        formula = (as_printed and subject.formula) or subject.reading
        unit = subject.unit
        inputs = {name: symbol.input for name, symbol in subject.symbols.items()}
        units = {name: symbol.unit for name, symbol in subject.symbols.items()}
    used = names(formula.node)
    coefficients = {
        place: formula.coefficients[name]
        for place, name in enumerate(used)
        if name in formula.coefficients and formula.coefficients[name].cases
    }
    conditions = (case.condition for c in coefficients.values() for case in c.cases)
    known = [*used, *(s.name for s in formula.symbols.values() if s.role != "result")]
    known += [*inputs, *inputs.values(), *(condition.of for condition in conditions if condition)]
    places: dict[str, tuple[int, ...]] = dict.fromkeys(known, ())
    for place, name in enumerate(used):
        if name in inputs and inputs[name] not in used:
            places[inputs[name]] += (place,)
        places[name] = (place,)
    return _Plan(
        formula=formula,
        unit=unit,
        names=used,
        inputs=inputs,
        blank=[None] * len(used),
        single={key: found[0] for key, found in places.items() if len(found) == 1},
        places=places,
        units={name: s.unit for name, s in formula.symbols.items()} | units,
        coefficients=coefficients,
        settled={
            (place, key): value.as_integer_ratio()
            for place, coefficient in coefficients.items()
            for key, value in settled_values(coefficient)
        },
        program=program(formula.node),
    )


# --- counts ------------------------------------------------------------------------------------


def _fill_in(plan: _Plan, values: list[Ratio | None], key: str, count: Count) -> None:
    """Put a count of any kind in the places it stands for."""
    places = plan.places.get(key)
    if places is None:
        raise _unknown_key(key, plan)
    amount = _amount(plan, key, count)
    if amount is None:
        return
    for place in places:
        before = values[place]
        if before is None:
            values[place] = amount
        elif before != amount:
            raise _two_values(plan.names[place], before, amount)


def _amount(plan: _Plan, key: str, count: object) -> Ratio | None:
    return read_count(
        key,
        count,
        lambda: all(plan.units.get(plan.names[p]) == "percent" for p in plan.places[key]),
    )


def _unknown_key(key: object, plan: _Plan) -> InputError:
    known, given = tuple(plan.places), str(key)
    nearest = _nearest(given, known)
    advice = f"did you mean {' or '.join(nearest)}? " if nearest else ""
    listed = f"known are {', '.join(known)}" if known else "the formula takes no counts"
    message = f"the formula has no symbol or input {given!r}: {plan.formula}"
    return InputError(error("KF502", message, help=advice + listed))


def _nearest(given: str, known: Iterable[str]) -> list[str]:
    """Return the known names that look like the one given, or else those that are near it."""
    alike = [name for name in known if twin(name).casefold() == twin(given).casefold()]
    return alike or get_close_matches(given[:60], known)


def _two_values(name: str, one: Ratio, other: Ratio) -> InputError:
    shown = " and ".join(number_text(Fraction(*ratio)) for ratio in (one, other))
    return InputError(error("KF503", f"{name} is given two values: {shown}"))


def _missing(plan: _Plan, values: Sequence[Ratio | None]) -> str:
    absent = [
        f"{name} ({plan.inputs[name]})" if name in plan.inputs else name
        for name, value in zip(plan.names, values, strict=True)
        if value is None
    ]
    return f"{', '.join(absent)} {'is' if len(absent) == 1 else 'are'} missing"


def _enclosed(plan: _Plan, values: Sequence[Ratio | None]) -> Fraction | Interval | str:
    known = {
        name: Fraction(*value) for name, value in zip(plan.names, values, strict=True) if value
    }
    try:
        enclosure = enclose(plan.formula.node, known)
    except UndefinedError as undefined:
        return str(undefined)
    return enclosure.low if enclosure.width == 0 else enclosure


def _choose_coefficients(
    plan: _Plan,
    values: list[Ratio | None],
    counts: Mapping[str, Count],
    category: str | None,
) -> None:
    """Fill in the coefficients that are not given among the counts."""
    for place, coefficient in plan.coefficients.items():
        given = values[place]
        if given is not None:
            if category is not None:
                require_case(coefficient, category, Fraction(*given))
            continue
        settled = plan.settled.get((place, category))
        if settled is None:
            amounts = ((key, _amount(plan, key, count)) for key, count in counts.items())
            quantities = {key: Fraction(*amount) for key, amount in amounts if amount}
            settled = chosen_value(coefficient, category, quantities).as_integer_ratio()
        values[place] = settled


# --- methodologies -----------------------------------------------------------------------------


def _rows_evaluated(
    methodology: Methodology,
    inputs: Mapping[str, Count],
    year: int | None,
    category: str | None,
    as_printed: bool,
) -> MethodologyResult:
    if year is not None and year not in methodology.years:
        known = ", ".join(map(str, methodology.years))
        message = f"{year} is no year of {methodology.id}"
        raise InputError(error("KF533", message, help=f"known are {known}"))
    unread = _unread_inputs(methodology, inputs)
    results: dict[str, Result] = {}
    reasons: dict[str, Diagnostic] = {}
    used: set[str] = set()
    for code, row in methodology.items():
        try:
            given = dict(_inputs_of(row, as_printed))
            used.update(given.values())
            for each in given.values():
                if each in unread:
                    raise InputError(unread[each])
            counts = {name: inputs[each] for name, each in given.items() if each in inputs}
            results[code] = evaluate(row, counts, category=category, as_printed=as_printed)
        except KpiFormulaError as refused:
            reasons[code] = refused.diagnostics[0]
    nowhere = [finding for key, finding in unread.items() if key not in used]
    if nowhere:
        raise InputError(*nowhere)
    return MethodologyResult(methodology, Table(results), Table(reasons), year, category)


def _unread_inputs(
    methodology: Methodology, inputs: Mapping[str, Count]
) -> Mapping[str, Diagnostic]:
    """Return what is wrong with counts that cannot be read, by input.

    Raises:
        InputError: KF501, KF502 with all counts that no row could use.
    """
    unread: dict[str, Diagnostic] = {}
    refused: list[Diagnostic] = []
    for key, count in inputs.items():
        if key not in methodology.inputs:
            refused.append(_unknown_input(key, methodology))
            continue
        try:
            read_count(key, count, lambda: True)
        except InputError as problem:
            if problem.code == "KF501":
                refused += problem.diagnostics
            else:
                unread[key] = problem.diagnostics[0]
    if refused:
        raise InputError(*refused)
    return unread


def _unknown_input(key: object, methodology: Methodology) -> Diagnostic:
    nearest = _nearest(str(key), methodology.inputs)
    advice = (
        f"did you mean {' or '.join(nearest)}?" if nearest
        else "counts are given by the names of inputs, not by the letters of one formula"
    )  # fmt: skip
    return error("KF502", f"{methodology.id} has no input {str(key)[:60]!r}", help=advice)


def _inputs_of(row: Indicator, as_printed: bool) -> Iterator[tuple[str, str]]:
    """Yield the names of a row's formula that need a count, each with its input."""
    if row.input is not None:
        yield row.input.id, row.input.id
    plan = _plan(row, as_printed)
    for name, symbol in row.symbols.items():
        if plan.places[name] or plan.coefficients:
            yield name, symbol.input
