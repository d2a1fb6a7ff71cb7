"""What a condition means for the records of a population in a reporting year.

Names are looked up in the data dictionary, units are converted, the reporting year is put in, and
named conditions are replaced by what they stand for. What is left are tests of a few kinds on
single columns, which ``counting`` runs on frames and ``algebra`` compares.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from difflib import get_close_matches
from fractions import Fraction

from kpiformula.criteria.dictionary import FROM, TO, Field, Population
from kpiformula.criteria.syntax import (
    All,
    Any,
    Comparison,
    Condition,
    Covers,
    During,
    Flag,
    Known,
    Moment,
    Not,
    OneOf,
    Operator,
    Quantity,
    Reference,
    Text,
    Value,
    Window,
    Word,
)
from kpiformula.diagnostics import CriterionError, Source, Span, error
from kpiformula.units import conversion

# --- what is tested ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IsTrue:
    """A yes-or-no column that says yes."""

    column: str


@dataclass(frozen=True, slots=True)
class IsKnown:
    """A column that is filled."""

    column: str


Constant = Fraction | date
"""A number in the unit of its field, a calendar year, or a day."""


@dataclass(frozen=True, slots=True)
class Compares:
    """A column of numbers, years or days against a constant."""

    column: str
    operator: Operator
    constant: Constant


@dataclass(frozen=True, slots=True)
class IsOneOf:
    """A column of texts that has one of some values."""

    column: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class ComparesColumns:
    """Two columns of one kind against each other, the second moved by ``shift``.

    Days are moved by ``months`` and ``days``, numbers and years by ``shift``.
    """

    column: str
    operator: Operator
    other: str
    shift: Fraction = Fraction(0)
    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Contrary:
    """The contrary of a meaning."""

    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Joined:
    """Meanings that hold together (``every``), or of which one does at least."""

    every: bool
    meanings: tuple[Meaning, ...]


Basic = IsTrue | IsKnown | Compares | IsOneOf | ComparesColumns
Meaning = Basic | Contrary | Joined

ALWAYS = Joined(True, ())
NEVER = Joined(False, ())


def every(*meanings: Meaning) -> Meaning:
    """Return the meaning that all of these hold."""
    return meanings[0] if len(meanings) == 1 else Joined(True, meanings)


def columns(meaning: Meaning) -> frozenset[str]:
    """Return the columns that a meaning looks at."""
    match meaning:
        case Contrary(inner):
            return columns(inner)
        case Joined(meanings=meanings):
            return frozenset[str]().union(*map(columns, meanings))
        case ComparesColumns(column, _, other):
            return frozenset({column, other})
    return frozenset({meaning.column})


# --- conditions to meanings ----------------------------------------------------------------------

Referred = Callable[[Reference], Meaning]
"""Returns what another indicator asks; raises ``CriterionError`` where it asks nothing."""


def meaning_of(
    condition: Condition,
    population: Population,
    year: int,
    referred: Referred | None = None,
    source: Source | None = None,
) -> Meaning:
    """Return what a condition means for the records of a population in a reporting year.

    ``source`` is the text of the condition, for findings.

    Raises:
        CriterionError: KF602 a field or definition that is not there, KF603 a test that does not
            suit the type of the field, KF604 a unit that is missing or measures something else,
            KF605 a value outside the list, KF606 definitions that go round in a circle, KF607 a
            reference that leads nowhere.
    """
    return _Meaning(population, year, referred, source).of(condition)


@dataclass(frozen=True)
class _Meaning:
    population: Population
    year: int
    referred: Referred | None
    source: Source | None
    open: tuple[str, ...] = field(default=())

    def of(self, condition: Condition) -> Meaning:
        match condition:
            case Not(inner):
                return Contrary(self.of(inner))
            case All(conditions):
                return Joined(True, tuple(map(self.of, conditions)))
            case Any(conditions):
                return Joined(False, tuple(map(self.of, conditions)))
            case Flag(name, span) if name in self.population.definitions:
                return self._definition(name, span)
            case Reference(code, span):
                if self.referred is None:
                    raise self._refused("KF607", f"nothing is known of {code} here", span)
                return self.referred(condition)
        of = self._field(condition.name, condition.span)
        meaning = self._test(condition, of)
        if of.empty == "none" and not isinstance(condition, Known):
            return every(IsKnown(of.columns[0]), meaning)
        return meaning

    def _definition(self, name: str, span: Span) -> Meaning:
        if name in self.open:
            circle = " → ".join((*self.open[self.open.index(name) :], name))
            raise self._refused("KF606", f"the definition leads back to itself: {circle}", span)
        named = self.population.definitions[name]
        return replace(self, source=named.rule, open=(*self.open, name)).of(named.condition)

    def _field(self, name: str, span: Span) -> Field:
        found = self.population.fields.get(name)
        if found is None:
            known = [*self.population.fields, *self.population.definitions]
            near = get_close_matches(name, known, n=1)
            advice = f"did you mean `{near[0]}`?" if near else f"known are: {', '.join(known)}"
            message = f"{self.population.id} have no field `{name}`"
            raise self._refused("KF602", message, span, advice)
        return found

    def _test(self, test: Condition, of: Field) -> Meaning:
        match test:
            case Flag(span=span):
                self._require(of, ("flag",), "stand alone", span)
                return IsTrue(of.id)
            case Known():
                return IsKnown(of.columns[0])
            case OneOf(values=values, span=span):
                if of.type == "year":
                    options = (self._against(of, "=", value, span) for value in values)
                    return Joined(False, tuple(options))
                self._require(of, ("category", "text"), "be one of a list", span)
                return IsOneOf(of.id, frozenset(self._word(of, value) for value in values))
            case Comparison(operator=operator, value=value, span=span):
                return self._against(of, operator, value, span)
            case Window(years=years, before=before, span=span):
                return self._window(of, years, before, span)
            case Covers(moment=moment, span=span):
                self._require(of, ("period",), "be at a moment", span)
                day = self._first_day(moment)
                return self._reaches(of, day, day)
            case During(span=span):
                self._require(of, ("period",), "be during a year", span)
                return self._reaches(of, date(self.year, 1, 1), date(self.year, 12, 31))
        raise AssertionError(test)

    def _reaches(self, of: Field, first: date, last: date) -> Meaning:
        """Return that a period begins by the last of some days and does not end before the first.

        A period without an end goes on.
        """
        begins, ends = of.id + FROM, of.id + TO
        goes_on = Joined(False, (Contrary(IsKnown(ends)), Compares(ends, ">=", first)))
        return every(Compares(begins, "<=", last), goes_on)

    def _window(self, of: Field, years: Quantity | None, before: bool, span: Span) -> Meaning:
        self._require(of, ("year", "date"), "lie in a year", span)
        length = 1
        if years is not None:
            if years.value.denominator != 1 or years.value < 1 or singular(years) != "year":
                raise self._refused("KF604", f"`{years}` is no number of years", years.span)
            length = int(years.value)
        last = self.year - before
        first = last - length + 1
        if of.type == "year":
            return every(
                Compares(of.id, ">=", Fraction(first)), Compares(of.id, "<=", Fraction(last))
            )
        return every(
            Compares(of.id, ">=", self._day(first, 1, 1, span)),
            Compares(of.id, "<=", self._day(last, 12, 31, span)),
        )

    def _against(self, of: Field, operator: Operator, value: Value, span: Span) -> Meaning:
        """Return what it means that a field is held against a value."""
        if isinstance(value, Word) and value.name in self.population.fields:
            return self._columns(of, operator, value, span)
        if of.type in ("category", "text"):
            self._require_equality(of, operator, span)
            found = IsOneOf(of.id, frozenset({self._word(of, value)}))
            return found if operator == "=" else Contrary(found)
        if of.type in ("whole", "number"):
            return Compares(of.id, operator, self._number(of, value))
        if of.type == "year":
            return Compares(of.id, operator, Fraction(self._year(of, value)))
        self._require(of, ("date",), f"be {operator} something", span)
        return self._by_day(of, operator, value)

    def _by_day(self, of: Field, operator: Operator, value: Value) -> Meaning:
        """Return a comparison of days; the reporting year is all of its days."""
        if not isinstance(value, Moment):
            raise self._refused("KF603", f"`{of.id}` is a day, `{value}` is none", value.span)
        first, last = self._first_day(value), self._last_day(value)
        if first == last or operator in ("<", ">="):
            return Compares(of.id, operator, first)
        if operator in ("<=", ">"):
            return Compares(of.id, operator, last)
        inside = every(Compares(of.id, ">=", first), Compares(of.id, "<=", last))
        return inside if operator == "=" else Contrary(inside)

    def _columns(self, of: Field, operator: Operator, word: Word, span: Span) -> Meaning:
        other = self.population.fields[word.name]
        kinds = ({"whole", "number"}, {"year"}, {"date"})
        if not any({of.type, other.type} <= kind for kind in kinds):
            message = f"`{of.id}` ({of.type}) and `{other.id}` ({other.type}) cannot be compared"
            raise self._refused("KF603", message, span)
        if of.type in ("whole", "number") and of.unit != other.unit:
            message = f"`{of.id}` is in {of.unit or '1'}, `{other.id}` in {other.unit or '1'}"
            raise self._refused("KF604", message, span)
        sign = -1 if word.back else 1
        if word.shift is None:
            return ComparesColumns(of.id, operator, other.id)
        if of.type == "date":
            months, days = self._months_and_days(word.shift)
            return ComparesColumns(of.id, operator, other.id, months=sign * months,
                                   days=sign * days)  # fmt: skip
        unit = "year" if of.type == "year" else of.unit
        shift = sign * self._converted(of.id, unit, word.shift)
        return ComparesColumns(of.id, operator, other.id, shift)

    # --- values ----------------------------------------------------------------------------------

    def _word(self, of: Field, value: Value) -> str:
        text = value.name if isinstance(value, Word) else str(value)
        if isinstance(value, Text):
            text = value.text
        elif of.type == "text" or not isinstance(value, Word) or value.shift is not None:
            advice = f'write "{text}"' if of.type == "text" else None
            message = f"`{of.id}` is a {of.type}, `{value}` is no {of.type}"
            raise self._refused("KF603", message, value.span, advice)
        if of.type == "category" and text not in of.values:
            near = get_close_matches(text, of.values, n=1)
            known = f"the values are: {', '.join(of.values)}"
            advice = f"did you mean `{near[0]}`? {known}" if near else known
            raise self._refused("KF605", f"`{of.id}` has no value `{text}`", value.span, advice)
        return text

    def _number(self, of: Field, value: Value) -> Fraction:
        if not isinstance(value, Quantity):
            message = f"`{of.id}` is a number, `{value}` is none"
            raise self._refused("KF603", message, value.span)
        return self._converted(of.id, of.unit, value)

    def _converted(self, name: str, unit: str | None, given: Quantity) -> Fraction:
        """Return a number in the unit of a field; the units must measure the same."""
        if unit is None and given.unit is None:
            return given.value
        if unit is None:
            message = f"`{name}` has no unit, `{given}` has"
            raise self._refused("KF604", message, given.span)
        if given.unit is None:
            raise self._refused("KF604", f"`{name}` is in {unit}, `{given}` has no unit",
                                given.span, f"write {given.value} {unit}")  # fmt: skip
        scale = conversion(singular(given), unit)
        if scale is None:
            message = f"`{name}` is in {unit}, which {singular(given)} cannot be compared with"
            raise self._refused("KF604", message, given.span)
        return given.value * scale

    def _year(self, of: Field, value: Value) -> int:
        if isinstance(value, Moment) and value.anchor == "reporting_year":
            shift = value.shift and self._converted(of.id, "year", value.shift)
            years = self.year + (-1 if value.back else 1) * (shift or Fraction(0))
            if years.denominator == 1:
                return int(years)
        elif isinstance(value, Quantity) and value.unit is None and value.value.denominator == 1:
            return int(value.value)
        advice = "write reporting_year, reporting_year - 1 year, or 2025"
        raise self._refused("KF603", f"`{of.id}` is a year, `{value}` is none", value.span, advice)

    def _first_day(self, moment: Moment) -> date:
        return self._moved(moment, 12 if moment.anchor == "reporting_year_end" else 1)

    def _last_day(self, moment: Moment) -> date:
        return self._moved(moment, 1 if moment.anchor == "reporting_year_start" else 12)

    def _moved(self, moment: Moment, month: int) -> date:
        if moment.anchor[0].isdigit():
            day = date.fromisoformat(moment.anchor)
        else:
            day = self._day(self.year, month, 31 if month == 12 else 1, moment.span)
        if moment.shift is None:
            return day
        months, days = self._months_and_days(moment.shift)
        sign = -1 if moment.back else 1
        try:
            return shifted(day, sign * months, sign * days)
        except (ValueError, OverflowError):
            raise self._refused("KF604", f"`{moment}` is no day", moment.span) from None

    def _day(self, year: int, month: int, day: int, span: Span) -> date:
        try:
            return date(year, month, day)
        except ValueError:
            raise self._refused("KF604", f"there is no year {year}", span) from None

    def _months_and_days(self, shift: Quantity) -> tuple[int, int]:
        for unit in ("month", "day"):
            scale = conversion(singular(shift), unit) if shift.unit else None
            if scale is not None and (length := shift.value * scale).denominator == 1:
                return (int(length), 0) if unit == "month" else (0, int(length))
        message = f"`{shift}` is no whole number of months or days"
        raise self._refused("KF604", message, shift.span)

    # --- refusals --------------------------------------------------------------------------------

    def _require(self, of: Field, types: tuple[str, ...], use: str, span: Span) -> None:
        if of.type not in types:
            message = f"`{of.id}` is a {of.type} and cannot {use}"
            raise self._refused("KF603", message, span)

    def _require_equality(self, of: Field, operator: Operator, span: Span) -> None:
        if operator not in ("=", "!="):
            message = f"`{of.id}` is a {of.type}: its values have no order for `{operator}`"
            raise self._refused("KF603", message, span)

    def _refused(
        self, code: str, message: str, span: Span, advice: str | None = None
    ) -> CriterionError:
        more = {"help": advice} if advice else {}
        return CriterionError(error(code, message, span, self.source, **more))


def singular(given: Quantity) -> str:
    """Return the unit of a quantity as ``units.txt`` names it: ``points`` is ``point``."""
    unit = given.unit or ""
    return unit[:-1] if unit.endswith("s") and conversion(unit, unit) is None else unit


def shifted(day: date, months: int, days: int) -> date:
    """Return a day moved by months, then by days; the end of a month stays in its month.

    Raises:
        ValueError, OverflowError: where there is no such day.
    """
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(days=days)
