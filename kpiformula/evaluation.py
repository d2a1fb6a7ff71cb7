"""Counts to results: exact, with the coefficient of a category, and with the steps.

Counts are integers, fractions, decimals or printed strings; a float has no stated decimals and is
refused. A missing count is never zero: the result then says which one is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from fractions import Fraction
from numbers import Integral
from types import MappingProxyType
from typing import cast

from kpiformula.arithmetic import (
    IrrationalError,
    Program,
    Ratio,
    UndefinedError,
    enclose,
    program,
)
from kpiformula.coefficients import chosen_value, require_case, settled_values
from kpiformula.diagnostics import InputError, error
from kpiformula.formula import Coefficient, Formula
from kpiformula.intervals import Interval, Rounding, approximation, round_decimal, value_text
from kpiformula.methodology import Indicator
from kpiformula.nodes import Number, names, number_text, substitute, text
from kpiformula.text import MAX_DIGITS, printed_number, twin

Subject = Formula | Indicator
"""What can be evaluated; of an indicator, its reading, or the printed formula if asked for."""

Count = int | Fraction | Decimal | str | None
"""A count as given by the caller; ``None``, an empty string or a dash is a missing count."""

BLANKS = frozenset({"", "-", "\u2012", "\u2013", "\u2014", "\u2212"})
"""What stands in a printed table where there is no figure."""

_LARGEST = 10**MAX_DIGITS
_PLANS_KEPT = 4096


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

    def __str__(self) -> str:
        result = self.formula.result
        left = result.name if result else text(self.formula.node)
        if self.reason is not None:
            return f"{left}: {self._last_step()}"
        return f"{left} {self._last_step()}{f' {self.unit}' if self.unit else ''}"

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)


def evaluate(
    subject: Subject,
    counts: Mapping[str, Count],
    *,
    category: str | None = None,
    as_printed: bool = False,
) -> Result:
    """Compute a formula exactly.

    Args:
        subject: an indicator (its ``reading`` is evaluated) or a formula.
        counts: by symbol or by input name; an input stands for every symbol that uses it.
            Integers, fractions, decimals, or strings as printed; ``None``, an empty string or a
            dash is missing, and a missing count gives a result without a value.
        category: which case of a coefficient applies: its printed label or an English key. A
            condition of a case is decided by a count given under the quantity's name. A
            coefficient may also be given among the counts.
        as_printed: evaluate the printed formula of an indicator though an erratum corrects it.

    Raises:
        InputError: KF501 a count of a kind that is not exact; KF502 an unknown key; KF503 two
            different values for one symbol; KF504, KF505, KF905 a count that cannot be read;
            KF506 the category is missing or unknown; KF507 it leaves several cases open.
        FormulaSyntaxError: if the indicator's cell holds no formula that can be read.
    """
    plan = _plan(subject, as_printed)
    values = plan.blank.copy()
    for key, count in counts.items():
        place = plan.single.get(key)
        if (
            place is not None
            and type(count) is int
            and values[place] is None
            and -_LARGEST <= count <= _LARGEST
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
        formula = subject.formula if as_printed else subject.reading
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
    amount = _amount(key, count, plan)
    if amount is None:
        return
    for place in places:
        before = values[place]
        if before is None:
            values[place] = amount
        elif before != amount:
            raise _two_values(plan.names[place], before, amount)


def _amount(key: str, count: object, plan: _Plan) -> Ratio | None:
    """Read one count; the kinds that are refused are named in :func:`evaluate`."""
    match count:
        case None:
            return None
        case bool():
            raise _unusable(key, f"{count} is no count", "write 1 or 0 if that is meant")
        case Integral():
            amount = int(count), 1
        case Fraction():
            amount = count.as_integer_ratio()
        case Decimal():
            amount = _decimal_amount(key, count)
        case str():
            if count.strip() in BLANKS:
                return None
            amount = _printed_amount(key, count, plan)
        case float() if count != count:
            raise _unusable(key, "NaN is not a number", "give None for a missing count")
        case float():
            raise _unusable(
                key,
                f"the float {count!r} does not say how many of its decimals are meant",
                f"give it as printed, {str(count)!r}, or as Decimal({str(count)!r})",
            )
        case _:
            kind = type(count).__name__
            raise _unusable(
                key,
                f"a count cannot be of type {kind}",
                "give an int, a Fraction, a Decimal, a string as printed, or None",
            )
    if max(abs(amount[0]), amount[1]) > _LARGEST:
        raise _too_long(key)
    return amount


def _decimal_amount(key: str, count: Decimal) -> Ratio:
    if not count.is_finite():
        raise _unusable(key, f"{count} is not a number", "give None for a missing count")
    if max(abs(count.adjusted()), len(count.as_tuple().digits)) > MAX_DIGITS:
        raise _too_long(key)
    return count.as_integer_ratio()


def _printed_amount(key: str, count: str, plan: _Plan) -> Ratio:
    try:
        number = printed_number(count)
    except InputError as unread:
        found = (replace(d, message=f"{key}: {d.message}") for d in unread.diagnostics)
        raise InputError(*found) from None
    if number.percent and any(
        plan.units.get(plan.names[place]) != "percent" for place in plan.places[key]
    ):
        raise _unusable(key, f"{count!r} is a percentage, not a count", "give the count itself")
    return number.value.as_integer_ratio()


def _unusable(key: str, message: str, advice: str) -> InputError:
    return InputError(error("KF501", f"{key}: {message}", help=advice))


def _too_long(key: str) -> InputError:
    return InputError(error("KF905", f"{key}: a number has more than {MAX_DIGITS} digits"))


def _unknown_key(key: object, plan: _Plan) -> InputError:
    known, given = tuple(plan.places), str(key)
    alike = [name for name in known if twin(name).casefold() == twin(given).casefold()]
    nearest = alike or get_close_matches(given, known)
    advice = f"did you mean {' or '.join(nearest)}? " if nearest else ""
    listed = f"known are {', '.join(known)}" if known else "the formula takes no counts"
    message = f"the formula has no symbol or input {given!r}: {plan.formula}"
    return InputError(error("KF502", message, help=advice + listed))


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
            amounts = ((key, _amount(key, count, plan)) for key, count in counts.items())
            quantities = {key: Fraction(*amount) for key, amount in amounts if amount}
            settled = chosen_value(coefficient, category, quantities).as_integer_ratio()
        values[place] = settled
