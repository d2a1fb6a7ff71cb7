"""Conditions compared: can anyone meet it, does one imply another, who is the counter-example.

A condition becomes a SymPy Boolean whose symbols are tests of a single column, and what is known
of such tests is added: of two bounds the higher implies the lower, a category has exactly one of
its values. So a satisfying assignment is a record, and it is returned as one. Columns compared
with each other are taken as free, so that a proof holds and an example may be one that no record
can be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, pairwise

import sympy
from sympy.logic.boolalg import Boolean
from sympy.logic.inference import satisfiable as assignment

from kpiformula.criteria.dictionary import Field, Population
from kpiformula.criteria.meaning import (
    NEVER,
    Compares,
    ComparesColumns,
    Constant,
    Contrary,
    IsKnown,
    IsOneOf,
    IsTrue,
    Joined,
    Meaning,
    columns,
)
from kpiformula.nodes import number_text

Example = Mapping[str, str]
"""A record, by column, as texts; columns that make no difference are left out."""

_OTHER = "another value"


def boolean(meaning: Meaning, population: Population) -> Boolean:
    """Return a condition as a SymPy Boolean; its symbols are named by the tests they stand for."""
    return _Tests(population, _asked_for(meaning)).boolean(meaning)


def satisfiable(meaning: Meaning, population: Population) -> bool:
    """Return whether some record can meet a condition."""
    _, wanted = _sought(meaning, NEVER, population)
    return assignment(wanted) is not False


def satisfying(meaning: Meaning, population: Population) -> Example | None:
    """Return a record that meets a condition; ``None`` where none can."""
    return counter_example(meaning, NEVER, population)


def counter_example(one: Meaning, other: Meaning, population: Population) -> Example | None:
    """Return a record that meets ``one`` and not ``other``; ``None`` where one implies it."""
    tests, wanted = _sought(one, other, population)
    found = _least(wanted)
    return tests.example(found) if found is not None else None


def equivalent(one: Meaning, other: Meaning, population: Population) -> bool:
    """Return whether two conditions are met by the same records."""
    differing = (_sought(one, other, population), _sought(other, one, population))
    return all(assignment(wanted) is False for _, wanted in differing)


def _sought(one: Meaning, other: Meaning, population: Population) -> tuple[_Tests, Boolean]:
    """Return the records that surely meet ``one`` and do not surely meet ``other``."""
    tests = _Tests(population, _asked_for(one) | _asked_for(other))
    wanted = sympy.And(tests.boolean(one), sympy.Not(tests.boolean(other)))
    return tests, sympy.And(wanted, *tests.known())


def simplified(meaning: Meaning, population: Population) -> Boolean:
    """Return a condition as a SymPy Boolean in its simplest form, of up to eight tests."""
    return sympy.simplify_logic(boolean(meaning, population))


def _asked_for(meaning: Meaning) -> frozenset[str]:
    """Return the columns that a condition asks to be filled or missing."""
    match meaning:
        case Contrary(inner):
            return _asked_for(inner)
        case Joined(meanings=meanings):
            return frozenset[str]().union(*map(_asked_for, meanings))
        case IsKnown(column):
            return frozenset({column})
    return frozenset()


def _least(wanted: Boolean) -> Mapping[sympy.Symbol, bool] | None:
    """Return the assignment that denies as many of the first tests, by name, as it can.

    Which one SymPy finds first depends on the run; an example should not.
    """
    if assignment(wanted) is False:
        return None
    found: dict[sympy.Symbol, bool] = {}
    for symbol in sorted(wanted.free_symbols, key=str):
        denied = wanted.xreplace({symbol: sympy.false})
        found[symbol] = assignment(denied) is False
        wanted = wanted.xreplace({symbol: sympy.true}) if found[symbol] else denied
    return found


@dataclass
class _Bounds:
    """The bounds that a column is held against: ``least`` are >=, ``more`` are >."""

    least: dict[Constant, sympy.Symbol] = field(default_factory=dict)
    more: dict[Constant, sympy.Symbol] = field(default_factory=dict)


class _Tests:
    """The symbols of tests, what is known of them, and the records that they describe."""

    def __init__(self, population: Population, nullable: frozenset[str]) -> None:
        """Take the columns of ``nullable`` as ones that may be missing: none meets a bound then."""
        self._nullable = nullable
        self._fields = {c: f for f in population.fields.values() for c in f.columns}
        self._flags: dict[str, sympy.Symbol] = {}
        self._filled: dict[str, sympy.Symbol] = {}
        self._values: dict[str, dict[str, sympy.Symbol]] = {}
        self._bounds: dict[str, _Bounds] = {}

    def boolean(self, meaning: Meaning, holds: bool = True) -> Boolean:
        """Return where a condition surely holds, or surely does not: neither on missing cells."""
        match meaning:
            case Contrary(inner):
                return self.boolean(inner, not holds)
            case Joined(whole, meanings):
                join = sympy.And if whole is holds else sympy.Or
                return join(*(self.boolean(each, holds) for each in meanings))
            case IsKnown(column):
                known = self._is_known(column)
                return known if holds else sympy.Not(known)
        met = self._basic(meaning)
        looked_at = sorted(columns(meaning) & self._nullable)
        return sympy.And(*map(self._is_known, looked_at), met if holds else sympy.Not(met))

    def _is_known(self, column: str) -> sympy.Symbol:
        return self._filled.setdefault(column, sympy.Symbol(f"{column} is known"))

    def _basic(self, test: IsTrue | IsOneOf | Compares | ComparesColumns) -> Boolean:
        match test:
            case IsTrue(column):
                return self._flags.setdefault(column, sympy.Symbol(column))
            case IsOneOf(column, values):
                known = self._values.setdefault(column, {})
                return sympy.Or(
                    *(known.setdefault(v, sympy.Symbol(f"{column} = {v}")) for v in sorted(values))
                )
            case ComparesColumns():
                named = _told(test)
                return self._flags.setdefault(named, sympy.Symbol(named))
        return self._compares(test)

    def _compares(self, meaning: Compares) -> Boolean:
        column, constant = meaning.column, meaning.constant
        match meaning.operator:
            case ">=":
                return self._at_least(column, constant)
            case "<":
                return sympy.Not(self._at_least(column, constant))
            case ">":
                return self._more_than(column, constant)
            case "<=":
                return sympy.Not(self._more_than(column, constant))
        equal = sympy.And(
            self._at_least(column, constant), sympy.Not(self._more_than(column, constant))
        )
        return equal if meaning.operator == "=" else sympy.Not(equal)

    def _at_least(self, column: str, constant: Constant) -> Boolean:
        if constant == date.min:
            return sympy.true
        if isinstance(constant, Fraction) and self._is_whole(column):
            constant = Fraction(math.ceil(constant))
        name = f"{column} >= {_text(constant)}"
        return self._bounds_of(column).least.setdefault(constant, sympy.Symbol(name))

    def _more_than(self, column: str, constant: Constant) -> Boolean:
        if constant == date.max:
            return sympy.false
        if isinstance(constant, date):
            return self._at_least(column, constant + timedelta(days=1))
        if self._is_whole(column):
            return self._at_least(column, Fraction(math.floor(constant) + 1))
        name = f"{column} > {_text(constant)}"
        return self._bounds_of(column).more.setdefault(constant, sympy.Symbol(name))

    def _bounds_of(self, column: str) -> _Bounds:
        return self._bounds.setdefault(column, _Bounds())

    def _is_whole(self, column: str) -> bool:
        return self._fields[column].type in ("whole", "year")

    # --- what is known of the tests --------------------------------------------------------------

    def known(self) -> Iterator[Boolean]:
        """Yield what holds for the tests of any record."""
        for bounds in self._bounds.values():
            for (_, higher), (_, lower) in pairwise(_downwards(bounds)):
                yield sympy.Implies(higher, lower)
        for column, values in self._values.items():
            symbols = list(values.values())
            yield from (sympy.Not(sympy.And(*pair)) for pair in combinations(symbols, 2))
            listed = self._fields[column].values
            if listed and set(values) == set(listed):
                yield sympy.Or(*symbols)

    # --- records ---------------------------------------------------------------------------------

    def example(self, found: Mapping[sympy.Symbol, bool]) -> Example:
        """Return the record that an assignment describes."""
        record = {
            name: "yes" if found[s] else "no" for name, s in self._flags.items() if s in found
        }
        for column, values in self._values.items():
            if any(symbol in found for symbol in values.values()):
                chosen = [value for value, symbol in values.items() if found.get(symbol)]
                record[column] = chosen[0] if chosen else self._another(column, values)
        for column, bounds in self._bounds.items():
            value = self._between(column, bounds, found)
            if value is not None:
                record[column] = value
        for column, symbol in self._filled.items():
            if found.get(symbol) is False:
                record[column] = "(missing)"
            elif symbol in found:
                record.setdefault(column, "(given)")
        return record

    def _another(self, column: str, values: Iterable[str]) -> str:
        return next((v for v in self._fields[column].values if v not in set(values)), _OTHER)

    def _between(
        self, column: str, bounds: _Bounds, found: Mapping[sympy.Symbol, bool]
    ) -> str | None:
        """Return a value that lies above the bounds that hold and below those that do not."""
        steps = [(bound, symbol) for bound, symbol in _downwards(bounds) if symbol in found]
        above = next((bound for bound, symbol in steps if found[symbol]), None)
        below = next((bound for bound, symbol in reversed(steps) if not found[symbol]), None)
        if above is None and below is None:
            return None
        return _text(_value_between(above, below, self._fields[column]))


_Bound = tuple[Constant, bool]
"""A bound, and whether what stands on it lies below it."""


def _downwards(bounds: _Bounds) -> list[tuple[_Bound, sympy.Symbol]]:
    """Return the bounds of a column from the highest down; > c is higher than >= c."""
    found = [((c, False), symbol) for c, symbol in bounds.least.items()]
    found += [((c, True), symbol) for c, symbol in bounds.more.items()]
    return sorted(found, key=lambda each: each[0], reverse=True)


def _value_between(above: _Bound | None, below: _Bound | None, of: Field) -> Constant:
    """Return a value above one bound and below the other; the simplest there is."""
    if above is None:
        assert below is not None
        highest, itself = below
        if itself:
            return highest
        return highest - timedelta(days=1) if isinstance(highest, date) else highest - 1
    least, open_end = above
    if not open_end:
        return least
    assert isinstance(least, Fraction)
    if below is None:
        return least + 1
    assert isinstance(below[0], Fraction)
    return below[0] if below[1] and of.type == "number" else (least + below[0]) / 2


def _told(test: ComparesColumns) -> str:
    """Return a test of two columns as text: ``thesis <= graduation + 3 months``."""
    moves = ((test.shift, ""), (Fraction(test.months), " months"), (Fraction(test.days), " days"))
    moved = "".join(
        f" {'-' if by < 0 else '+'} {number_text(abs(by))}{unit}" for by, unit in moves if by
    )
    return f"{test.column} {test.operator} {test.other}{moved}"


def _text(constant: Constant) -> str:
    return constant.isoformat() if isinstance(constant, date) else number_text(constant)
