"""Units: what a printed unit means, what a formula yields, and whether the two agree.

Units are strings outside this room (``student``, ``thousand_tenge/person``, ``percent``), so that
results can be pickled and compared; ``"1"`` is a plain number. They are defined in
``grammars/units.txt``, their printed spellings in ``grammars/unit-spellings.txt``. Per cent is a
way to print a number and never takes part in a multiplication (DESIGN §5.6); what is checked is
whether the formula carries the ×100 that its printed unit asks for.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import cache, reduce
from threading import Lock
from typing import TYPE_CHECKING, cast

from kpiformula.diagnostics import Diagnostic, Source, Span, UnitsError, error, warning
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number, number_text, walk
from kpiformula.nodes import text as node_text
from kpiformula.resources import resource_root
from kpiformula.text import TO_CYRILLIC, clean, script

if TYPE_CHECKING:
    from kpiformula.formula import Formula

PLAIN = "1"
"""The unit of a plain number: a constant, a coefficient, like over like."""

SCORE = "score"
"""The group of scales in ``units.txt``: a formula may weigh anything into a score."""

PERCENT = "percent"
"""A plain number printed a hundred times as large; a form of print, defined in no registry."""

# --- printed unit cells ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrintedUnit:
    """What a printed unit cell says.

    ``unit`` is a unit, or ``None`` where the cell names none; ``direction`` is ``at_least`` or
    ``at_most`` where the cell prints one; ``period`` is ``year``, ``quarter``, ``semester``,
    ``month`` or ``week`` where the target recurs; ``unread`` is what the word table does not know.
    """

    unit: str | None
    direction: str | None = None
    period: str | None = None
    unread: str = ""


def printed_unit(text: str) -> PrintedUnit:
    """Return the meaning of a unit cell as printed, in Kazakh, Russian or English.

    Capitals, line breaks, spaces, hyphens, full stops, commas and brackets make no difference.
    Nothing is raised: what the table does not know is kept in ``unread``.
    """
    table = _spellings()
    rest = _squeezed(text)
    found: dict[str, str] = {}
    if rest not in table.units:
        for spelling, section, meaning in table.phrases:
            if spelling in rest:
                found.setdefault(section, meaning)
                rest = rest.replace(spelling, "")
    words = rest.rstrip("0123456789")
    unit, unread = table.unit(words), rest[len(words) :]
    if unit is None and rest:
        unread = " ".join(clean(text).text.split())
    return PrintedUnit(unit, found.get("directions"), found.get("periods"), unread)


@dataclass(frozen=True, slots=True)
class _Spellings:
    units: Mapping[str, str]
    phrases: tuple[tuple[str, str, str], ...]

    def unit(self, squeezed: str) -> str | None:
        parts = [self.units.get(part) for part in squeezed.split("/")]
        return None if None in parts else "/".join(map(str, parts))


_NO_DIFFERENCE = re.compile(r"[\s.,;:()\[\]\"'«»“”‐‑‒–—−-]+")


def _squeezed(text: str) -> str:
    letters = _NO_DIFFERENCE.sub("", clean(text).text).casefold()
    if any(script(char) == "cyrillic" for char in letters):
        return "".join(TO_CYRILLIC.get(char, char) for char in letters)
    return letters


@cache
def _spellings() -> _Spellings:
    sections: dict[str, dict[str, str]] = {"units": {}, "directions": {}, "periods": {}}
    section = "units"
    for line in _lines("unit-spellings.txt"):
        if line.startswith("["):
            section = line.strip("[] ")
        elif line and not line.startswith("#"):
            meaning, _language, spelling = line.split(maxsplit=2)
            sections[section][_squeezed(spelling)] = meaning
    units = sections.pop("units")
    phrases = ((s, section, m) for section, rows in sections.items() for s, m in rows.items())
    return _Spellings(units, tuple(sorted(phrases, key=lambda phrase: -len(phrase[0]))))


def _lines(name: str) -> list[str]:
    return resource_root("grammars").joinpath(name).read_text(encoding="utf-8").splitlines()


# --- definitions -------------------------------------------------------------------------------

_Unit = Mapping[str, int]
"""A product of named units and their powers, per cent among them; empty for a plain number."""

_PLAIN: _Unit = {}


@dataclass(frozen=True, slots=True)
class _Measure:
    """A unit in base units: how many, and of which, above and below the line."""

    scale: Fraction
    above: _Unit
    below: _Unit

    @property
    def plain(self) -> bool:
        return not self.above and not self.below


@dataclass(frozen=True, slots=True)
class _Definitions:
    """What ``units.txt`` defines: each unit in base units, and the kinds of each."""

    roots: Mapping[str, tuple[Fraction, _Unit]]
    kinds: Mapping[str, frozenset[str]]

    def is_kind(self, name: str, wide: str) -> bool:
        """Return whether one base unit is another, or a kind of it."""
        return name == wide or name in self.kinds.get(wide, ())

    def parse(self, unit: str) -> _Unit | None:
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

    def measure(self, unit: _Unit) -> _Measure:
        """Return a unit in base units."""
        scale, base = Fraction(1), _PLAIN
        for name, power in unit.items():
            size, root = self.roots[name]
            scale, base = scale * size**power, _times(base, root, power)
        return _Measure(scale, *_halves(base))

    def within(self, narrow: _Unit, wide: _Unit) -> bool:
        """Return whether each base unit has its own partner that it is a kind of."""
        rest = dict(wide)
        for name, power in narrow.items():
            partners = (w for w in rest if self.is_kind(name, w) and rest[w] == power)
            partner = name if rest.get(name) == power else next(partners, None)
            if partner is None:
                return False
            del rest[partner]
        return not rest

    def alike(self, one: _Unit, other: _Unit) -> bool:
        """Return whether two products go together: the same things, or kinds of one another."""
        return self.within(one, other) or self.within(other, one)

    def common_kind(self, *names: str) -> str | None:
        """Return the narrowest unit that all these are kinds of."""
        shared = [kind for kind in self.roots if all(self.is_kind(n, kind) for n in names)]
        return min(shared, key=lambda kind: len(self.kinds[kind]), default=None)


_POWERS = ("", "1", "2", "3", "4", "5", "6")


def _times(one: _Unit, other: _Unit, power: int = 1) -> _Unit:
    found = dict(one)
    for name, exponent in other.items():
        found[name] = found.get(name, 0) + exponent * power
    return {name: exponent for name, exponent in found.items() if exponent}


def _halves(unit: _Unit) -> tuple[_Unit, _Unit]:
    above = {name: power for name, power in unit.items() if power > 0}
    return above, {name: -power for name, power in unit.items() if power < 0}


def _text(unit: _Unit) -> str:
    above, below = ([_power(*item) for item in sorted(half.items())] for half in _halves(unit))
    return "/".join(["*".join(above) or PLAIN, *below])


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


_loading = Lock()


def _definitions() -> _Definitions:
    with _loading:
        return _load()


@cache
def _load() -> _Definitions:
    import pint

    registry: pint.UnitRegistry[Fraction] = pint.UnitRegistry(None, non_int_type=Fraction)
    registry.load_definitions(_lines("units.txt"))
    roots = {PERCENT: (Fraction(1, 100), _PLAIN)}
    for name in sorted(registry.get_group("root").members):
        size, base = registry.get_root_units(name)
        powers = {n.strip("[]"): int(cast(Fraction, p)) for n, p in base.dimensionality.items()}
        roots[name] = Fraction(cast(Fraction, size)), powers
    return _Definitions(roots, {n: registry.get_group(n).members for n in (*roots, SCORE)})


def dimension(unit: str) -> str:
    """Return what a unit measures, whatever its size: ``money``, ``student``, ``money/person``.

    Plain numbers and per cent have the dimension ``"1"``.

    Raises:
        UnitsError: KF306, if a name in the unit is not known.
    """
    known = _definitions()
    parsed = known.parse(unit)
    if parsed is None:
        message = f"the unit is not known: {unit!r}"
        raise UnitsError(error("KF306", message, help=_suggestion(unit)))
    measure = known.measure(parsed)
    return _text(_times(measure.above, measure.below, -1))


def same_kind(a: str, b: str) -> bool:
    """Return whether two units measure the same and can be converted: tenge and million_tenge.

    Raises:
        UnitsError: KF306, if a name in a unit is not known.
    """
    return dimension(a) == dimension(b)


def _suggestion(unit: str) -> str:
    near = get_close_matches(unit, _definitions().roots, n=1)
    return f"did you mean {near[0]!r}?" if near else "units are defined in grammars/units.txt"


# --- the unit of a formula ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a part of a formula yields: its unit, and the powers of ten that scale it.

    Only whole powers of ten from 100 are a scale; other constants are weights or counts. Either
    is ``None`` where it cannot be told.
    """

    unit: _Unit | None
    factor: Fraction | None = Fraction(1)
    constant: bool = False


@dataclass(frozen=True, slots=True)
class _Unlike:
    """Two parts of a sum that do not go together, or only once converted."""

    left: _Unit
    right: _Unit
    conversion: Fraction | None
    span: Span


class _Reader:
    """Infers the unit of a formula from the units of its symbols, and collects unlike sums."""

    def __init__(self, units: Mapping[str, str], coefficients: Container[str] = ()) -> None:
        self._known = _definitions()
        self._units = {name: self._known.parse(unit) for name, unit in units.items()}
        self._coefficients = coefficients
        self.unlike: list[_Unlike] = []

    def read(self, node: Node) -> _Reading:
        match node:
            case Number(value=value):
                scales = re.fullmatch("100+", str(value))
                return _Reading(_PLAIN, value if scales else Fraction(1), constant=True)
            case Name(name=name) if name in self._coefficients:
                return _Reading(_PLAIN, constant=True)
            case Name(name=name):
                return _Reading(self._units.get(name))
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
        return _Reading(None, None)

    def _sum(self, left: _Reading, right: _Reading, span: Span) -> _Reading:
        if left.constant and right.constant:
            return _Reading(_PLAIN, constant=True)
        if left.unit is None or right.unit is None:
            return _Reading(None, left.factor if left.factor == right.factor else None)
        known = self._known
        one, other = known.measure(left.unit), known.measure(right.unit)
        if not (known.alike(one.above, other.above) and known.alike(one.below, other.below)):
            self.unlike.append(_Unlike(left.unit, right.unit, None, span))
            return _Reading(None, None)
        if left.constant or right.constant:
            return right if left.constant else left
        wider = known.within(other.above, one.above) and known.within(other.below, one.below)
        wide = left if wider else right
        if left.factor is None or right.factor is None:
            return _Reading(wide.unit, None)
        ratio = (one.scale / left.factor) / (other.scale / right.factor)
        if ratio != 1 and (one.plain or one.scale != other.scale):
            self.unlike.append(_Unlike(left.unit, right.unit, ratio, span))
            return _Reading(None, None)
        return wide if ratio == 1 else _Reading(wide.unit, None)


def _multiplied(left: _Reading, right: _Reading, power: int) -> _Reading:
    unit = factor = None
    if left.unit is not None and right.unit is not None:
        unit = _times(left.unit, right.unit, power)
    if left.factor is not None and right.factor is not None:
        factor = left.factor * right.factor**power
    return _Reading(unit, factor, left.constant and right.constant)


def _raised(base: _Reading, power: Fraction) -> _Reading:
    unit = None
    if base.unit is not None:
        powers = {name: exponent * power for name, exponent in base.unit.items()}
        if all(p.denominator == 1 and abs(p) < len(_POWERS) for p in powers.values()):
            unit = {name: int(p) for name, p in powers.items() if p}
    return _Reading(unit, base.factor if base.factor == 1 else None, base.constant)


def unit_of(node: Node, symbol_units: Mapping[str, str]) -> str | None:
    """Return the unit that a formula's node yields, written like ``publication/employee``.

    Constants are plain numbers, and so is like over like (``"1"``). ``None`` where it cannot be
    told: a symbol has no known unit, or unlike units are added. Coefficients have the unit ``"1"``.
    """
    unit = _Reader(symbol_units).read(node).unit
    return None if unit is None else _text(unit)


# --- the unit of a formula against the printed one ----------------------------------------------


def check(
    formula: Formula,
    symbol_units: Mapping[str, str],
    unit: str | None,
    *,
    kind: str | None = None,
    source: Source | None = None,
) -> tuple[Diagnostic, ...]:
    """Return what is wrong between the unit a formula yields and the unit of its indicator.

    Args:
        formula: the formula as read; its coefficients are plain numbers.
        symbol_units: units by symbol; a symbol without one makes the formula's unit unknown.
        unit: the unit of the indicator, or ``None`` where none is stated.
        kind: the kind of indicator; a ``share`` needs like over like whatever its unit.
        source: where the formula's spans point to, if not into ``formula.printed``.

    Returns:
        KF301 (the unit contradicts the formula), KF302 (the unit asks for another factor, as % does
        for ×100), KF303 (×100 under a unit that is not %), KF304 (unlike units added, or divided
        under %) and KF306 (a unit is not known); nothing is reported that an unknown unit may
        explain. The rules are those of DESIGN §5.6 and §5.7.
    """
    source = source or Source(formula.printed)
    return tuple(_Check(formula, symbol_units, source).findings(unit, kind))


class _Check:
    """The comparison of one formula with one unit, rule by rule."""

    def __init__(self, formula: Formula, units: Mapping[str, str], source: Source) -> None:
        self._known = _definitions()
        self._formula, self._units, self._source = formula, units, source
        self._reader = _Reader(units, formula.coefficients)
        self._reading = self._reader.read(formula.node)

    def findings(self, unit: str | None, kind: str | None) -> Iterator[Diagnostic]:
        yield from self._unknown(unit)
        wanted = None if unit is None else self._known.parse(unit)
        if wanted is not None and any(self._known.is_kind(name, SCORE) for name in wanted):
            return
        yield from map(self._added, self._reader.unlike)
        if self._reading.unit is not None:
            yield from self._compared(self._reading.unit, wanted, kind == "share")
        elif wanted is not None and _text(wanted) != PERCENT and self._reading.factor == 100:
            yield from self._factor_on_average(_text(wanted), Fraction(1))

    def _unknown(self, unit: str | None) -> Iterator[Diagnostic]:
        places = {n.name: n.span for n in walk(self._formula.node) if isinstance(n, Name)}
        for name, stated in self._units.items():
            if self._known.parse(stated) is None:
                message = f"the unit of {name} is not known: {stated!r}"
                yield self._finding("KF306", message, _suggestion(stated), places.get(name))
        if unit is not None and self._known.parse(unit) is None:
            yield self._finding("KF306", f"the unit is not known: {unit!r}", _suggestion(unit))

    def _added(self, unlike: _Unlike) -> Diagnostic:
        left, right = _text(unlike.left), _text(unlike.right)
        common = self._known.common_kind(left, right)
        advice = "bring both to one unit"
        if unlike.conversion is not None:
            advice = f"{_scaled(1 / unlike.conversion)} the part in {right}"
        elif common is not None:
            advice = f"if they may be added, state both as {common}"
        message = f"unlike units are put together: {left} and {right}"
        return self._finding("KF304", message, advice, unlike.span, cause=_against(left, right))

    def _compared(self, unit: _Unit, wanted: _Unit | None, share: bool) -> Iterator[Diagnostic]:
        known, yields = self._known, self._known.measure(unit)
        percent = wanted is not None and _text(wanted) == PERCENT
        if (percent or share) and not known.alike(yields.above, yields.below):
            if yields.above and yields.below:
                yield self._unlike_share(unit)
            elif percent:
                yield self._contradiction(unit, PERCENT)
                return
        if wanted is None:
            return
        asked = known.measure(wanted)
        if not asked.plain and not self._answers(yields, asked):
            yield self._contradiction(unit, _text(wanted))
            return
        expected, factor = yields.scale / asked.scale, self._reading.factor
        if factor is None or factor == expected:
            return
        if percent or (yields.scale != asked.scale and not asked.plain):
            yield self._factor_missing(_text(wanted), expected, factor)
        elif factor == 100 * expected:
            yield from self._factor_on_average(_text(wanted), expected)

    def _answers(self, yields: _Measure, asked: _Measure) -> bool:
        """Whether a unit states what the formula yields; an average may leave out its 'per'."""
        known = self._known
        average = not asked.below and all(known.is_kind(name, "count") for name in yields.below)
        below = average or known.alike(yields.below, asked.below)
        return below and known.alike(yields.above, asked.above)

    def _unlike_share(self, unit: _Unit) -> Diagnostic:
        above, below = map(_text, _halves(unit))
        message = f"a share of unlike things: {above} over {below}"
        advice = f"take a number of {below} as numerator, or print the unit {above}/{below}"
        cause = _against(f"{below}/{below}", f"{above}/{below}")
        return self._finding("KF304", message, advice, cause=cause)

    def _contradiction(self, unit: _Unit, wanted: str) -> Diagnostic:
        plain = self._known.measure(unit).plain
        advice = f"state the unit as {_text(unit)}"
        if wanted == PERCENT:
            advice += ", or divide by the total that it is a share of"
        elif plain:
            times = "" if self._reading.factor == 100 else " and multiply by 100"
            advice = f"state the unit as {PERCENT}{times}{self._numerator_alone(wanted)}"
        yields = "a plain number" if plain else _text(unit)
        message = f"the unit is {wanted}, but the formula yields {yields}"
        return self._finding("KF301", message, advice, cause=_against(wanted, yields))

    def _numerator_alone(self, wanted: str) -> str:
        numerator = self._formula.numerator
        if numerator is None or unit_of(numerator, self._units) != wanted:
            return ""
        return f", or keep {node_text(numerator)} alone"

    def _factor_missing(self, wanted: str, expected: Fraction, factor: Fraction) -> Diagnostic:
        needed, present = number_text(expected), number_text(factor)
        message = f"the unit is {wanted}, but the factor is ×{present}, not ×{needed}"
        cause = _against(f"×{needed}", f"×{present}")
        return self._finding("KF302", message, _scaled(expected / factor), cause=cause)

    def _factor_on_average(self, wanted: str, expected: Fraction) -> Iterator[Diagnostic]:
        if self._formula.factor is not None:
            message = f"the formula multiplies by 100, but the unit is {wanted}, not %"
            cause = _against(f"×{number_text(expected)}", f"×{number_text(100 * expected)}")
            yield self._finding("KF303", message, "drop ×100", cause=cause)

    def _finding(
        self, code: str, message: str, advice: str, span: Span | None = None, **more: str
    ) -> Diagnostic:
        build = error if code == "KF301" else warning
        place = span or self._formula.node.span
        return build(code, message, place, self._source, help=advice, **more)


def _against(expected: str, actual: str) -> str:
    return f"expected  {expected}\nactual    {actual}"


def _scaled(ratio: Fraction) -> str:
    if ratio >= 1:
        return f"multiply by {number_text(ratio)}"
    return f"divide by {number_text(1 / ratio)}"
