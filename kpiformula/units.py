"""Units: our own registry, and the unit that a formula yields from those of its symbols.

Units are strings outside this room (``student``, ``thousand_tenge/person``, ``percent``), so that
results can be pickled and compared; ``"1"`` is a plain number. They are defined in
``grammars/units.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import cache, reduce
from threading import Lock
from typing import TYPE_CHECKING, cast

from kpiformula.diagnostics import Span, UnitsError, error
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number
from kpiformula.resources import grammar_lines

if TYPE_CHECKING:
    pass

PLAIN = "1"
"""The unit of a plain number: a constant, a coefficient, like over like."""

SCORE = "score"
"""The group of scales in ``units.txt``: a formula may weigh anything into a score."""

PERCENT = "percent"
"""A plain number printed a hundred times as large; a form of print, defined in no registry."""

# --- definitions -------------------------------------------------------------------------------

BaseUnit = Mapping[str, int]
"""A product of named units and their powers, per cent among them; empty for a plain number."""

_PLAIN: BaseUnit = {}


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit in base units: how many, and of which, above and below the line."""

    scale: Fraction
    above: BaseUnit
    below: BaseUnit

    @property
    def plain(self) -> bool:
        """Whether it is a plain number."""
        return not self.above and not self.below


@dataclass(frozen=True, slots=True)
class Definitions:
    """What ``units.txt`` defines: each unit in base units, and the kinds of each."""

    roots: Mapping[str, tuple[Fraction, BaseUnit]]
    kinds: Mapping[str, frozenset[str]]

    def is_kind(self, name: str, wide: str) -> bool:
        """Return whether one base unit is another, or a kind of it."""
        return name == wide or name in self.kinds.get(wide, ())

    def parse(self, unit: str) -> BaseUnit | None:
        """Return a unit written as names, ``*`` and ``/``; ``None`` where a name is not known."""
        found = _PLAIN
        operators = ["*", *re.findall("[*/]", unit)]
        for operator, part in zip(operators, re.split("[*/]", unit), strict=True):
            name, _, power = part.strip().partition("^")
            if part.strip() == PLAIN:
                continue
            if name not in self.roots or power not in _POWERS:
                return None
            found = _times(found, {name: int(power or 1)}, -1 if operator == "/" else 1)
        return found

    def measure(self, unit: BaseUnit) -> Measure:
        """Return a unit in base units."""
        scale, base = Fraction(1), _PLAIN
        for name, power in unit.items():
            size, root = self.roots[name]
            scale, base = scale * size**power, _times(base, root, power)
        return Measure(scale, *halves(base))

    def within(self, narrow: BaseUnit, wide: BaseUnit) -> bool:
        """Return whether each base unit has its own partner that it is a kind of."""
        rest = dict(wide)
        for name, power in narrow.items():
            partners = (w for w in rest if self.is_kind(name, w) and rest[w] == power)
            partner = name if rest.get(name) == power else next(partners, None)
            if partner is None:
                return False
            del rest[partner]
        return not rest

    def alike(self, one: BaseUnit, other: BaseUnit) -> bool:
        """Return whether two products go together: the same things, or kinds of one another."""
        return self.within(one, other) or self.within(other, one)

    def common_kind(self, *names: str) -> str | None:
        """Return the narrowest unit that all these are kinds of."""
        shared = [kind for kind in self.roots if all(self.is_kind(n, kind) for n in names)]
        return min(shared, key=lambda kind: len(self.kinds[kind]), default=None)


_POWERS = ("", "1", "2", "3", "4", "5", "6")


def _times(one: BaseUnit, other: BaseUnit, power: int = 1) -> BaseUnit:
    found = dict(one)
    for name, exponent in other.items():
        found[name] = found.get(name, 0) + exponent * power
    return {name: exponent for name, exponent in found.items() if exponent}


def halves(unit: BaseUnit) -> tuple[BaseUnit, BaseUnit]:
    """Return what stands above and below the line of a unit, with positive powers."""
    above = {name: power for name, power in unit.items() if power > 0}
    return above, {name: -power for name, power in unit.items() if power < 0}


def unit_text(unit: BaseUnit) -> str:
    """Return a unit as it is written outside this room: ``thousand_tenge/person``."""
    above, below = ([_power(*item) for item in sorted(half.items())] for half in halves(unit))
    return "/".join(["*".join(above) or PLAIN, *below])


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


_loading = Lock()


def definitions() -> Definitions:
    """Return what ``units.txt`` defines; read once, on first use."""
    with _loading:
        return _load()


@cache
def _load() -> Definitions:
    import pint

    registry: pint.UnitRegistry[Fraction] = pint.UnitRegistry(None, non_int_type=Fraction)
    registry.load_definitions(grammar_lines("units.txt"))
    roots = {PERCENT: (Fraction(1, 100), _PLAIN)}
    for name in sorted(registry.get_group("root").members):
        size, base = registry.get_root_units(name)
        powers = {n.strip("[]"): int(cast(Fraction, p)) for n, p in base.dimensionality.items()}
        roots[name] = Fraction(cast(Fraction, size)), powers
    return Definitions(roots, {n: registry.get_group(n).members for n in (*roots, SCORE)})


def dimension(unit: str) -> str:
    """Return what a unit measures, whatever its size: ``money``, ``student``, ``money/person``.

    Plain numbers and per cent have the dimension ``"1"``.

    Raises:
        UnitsError: KF306, if a name in the unit is not known.
    """
    known = definitions()
    parsed = known.parse(unit)
    if parsed is None:
        message = f"the unit is not known: {unit!r}"
        raise UnitsError(error("KF306", message, help=suggestion(unit)))
    measure = known.measure(parsed)
    return unit_text(_times(measure.above, measure.below, -1))


def same_kind(a: str, b: str) -> bool:
    """Return whether two units measure the same and can be converted: tenge and million_tenge.

    Raises:
        UnitsError: KF306, if a name in a unit is not known.
    """
    return dimension(a) == dimension(b)


def conversion(a: str, b: str) -> Fraction | None:
    """Return how many of ``b`` one ``a`` is: 1000 from million_tenge to thousand_tenge.

    A kind goes together with what it is a kind of: one student is one person. ``None`` where two
    units do not go together, or a name in one is not known.
    """
    known = definitions()
    one, other = known.parse(a), known.parse(b)
    if one is None or other is None:
        return None
    here, there = known.measure(one), known.measure(other)
    if not (known.alike(here.above, there.above) and known.alike(here.below, there.below)):
        return None
    return here.scale / there.scale


def suggestion(unit: str) -> str:
    """Return advice for a unit that is not known."""
    near = get_close_matches(unit, definitions().roots, n=1)
    return f"did you mean {near[0]!r}?" if near else "units are defined in grammars/units.txt"


# --- the unit of a formula ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitReading:
    """What a part of a formula yields: its unit, and the powers of ten that scale it.

    Only whole powers of ten from 100 are a scale; other constants are weights or counts. Either
    is ``None`` where it cannot be told.
    """

    unit: BaseUnit | None
    factor: Fraction | None = Fraction(1)
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Unlike:
    """Two parts of a sum that do not go together, or only once converted."""

    left: BaseUnit
    right: BaseUnit
    conversion: Fraction | None
    span: Span


class UnitReader:
    """Infers the unit of a formula from the units of its symbols, and collects unlike sums."""

    def __init__(self, units: Mapping[str, str], coefficients: Container[str] = ()) -> None:
        self._known = definitions()
        self._units = {name: self._known.parse(unit) for name, unit in units.items()}
        self._coefficients = coefficients
        self.unlike: list[Unlike] = []

    def read(self, node: Node) -> UnitReading:
        """Return unit and factor of a node, noting unlike units on the way."""
        match node:
            case Number(value=value):
                scales = re.fullmatch("100+", str(value))
                return UnitReading(_PLAIN, value if scales else Fraction(1), constant=True)
            case Name(name=name) if name in self._coefficients:
                return UnitReading(_PLAIN, constant=True)
            case Name(name=name):
                return UnitReading(self._units.get(name))
            case Negative(operand=operand):
                return self.read(operand)
            case Call(function="abs" | "round", arguments=(operand, *_)):
                return self.read(operand)
            case Call(function="sqrt", arguments=(operand,)):
                return _raised(self.read(operand), Fraction(1, 2))
            case Call(arguments=(first, *rest), span=span):
                parts = map(self.read, (first, *rest))
                return reduce(lambda left, right: self._sum(left, right, span), parts)
            case Binary(operator="*", left=left, right=right):
                return _multiplied(self.read(left), self.read(right), 1)
            case Binary(operator="/", left=left, right=right):
                return _multiplied(self.read(left), self.read(right), -1)
            case Binary(operator="^", left=left, right=Number(value=power)):
                return _raised(self.read(left), power)
            case Binary(operator="+" | "-", left=left, right=right, span=span):
                return self._sum(self.read(left), self.read(right), span)
        return UnitReading(None, None)

    def _sum(self, left: UnitReading, right: UnitReading, span: Span) -> UnitReading:
        if left.constant and right.constant:
            return UnitReading(_PLAIN, constant=True)
        if left.unit is None or right.unit is None:
            return UnitReading(None, left.factor if left.factor == right.factor else None)
        known = self._known
        one, other = known.measure(left.unit), known.measure(right.unit)
        if not (known.alike(one.above, other.above) and known.alike(one.below, other.below)):
            self.unlike.append(Unlike(left.unit, right.unit, None, span))
            return UnitReading(None, None)
        if left.constant or right.constant:
            return right if left.constant else left
        wider = known.within(other.above, one.above) and known.within(other.below, one.below)
        wide = left if wider else right
        if left.factor is None or right.factor is None:
            return UnitReading(wide.unit, None)
        ratio = (one.scale / left.factor) / (other.scale / right.factor)
        if ratio != 1 and (one.plain or one.scale != other.scale):
            self.unlike.append(Unlike(left.unit, right.unit, ratio, span))
            return UnitReading(None, None)
        return wide if ratio == 1 else UnitReading(wide.unit, None)


def _multiplied(left: UnitReading, right: UnitReading, power: int) -> UnitReading:
    unit = factor = None
    if left.unit is not None and right.unit is not None:
        unit = _times(left.unit, right.unit, power)
    if left.factor is not None and right.factor is not None:
        factor = left.factor * right.factor**power
    return UnitReading(unit, factor, left.constant and right.constant)


def _raised(base: UnitReading, power: Fraction) -> UnitReading:
    unit = None
    if base.unit is not None:
        powers = {name: exponent * power for name, exponent in base.unit.items()}
        if all(p.denominator == 1 and abs(p) < len(_POWERS) for p in powers.values()):
            unit = {name: int(p) for name, p in powers.items() if p}
    return UnitReading(unit, base.factor if base.factor == 1 else None, base.constant)


def unit_of(node: Node, symbol_units: Mapping[str, str]) -> str | None:
    """Return the unit that a formula's node yields, written like ``publication/employee``.

    Constants are plain numbers, and so is like over like (``"1"``). ``None`` where it cannot be
    told: a symbol has no known unit, or unlike units are added. Coefficients have the unit ``"1"``.
    """
    unit = UnitReader(symbol_units).read(node).unit
    return None if unit is None else unit_text(unit)
