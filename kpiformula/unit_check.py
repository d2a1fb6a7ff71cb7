"""The unit of a formula against the printed one: the contradictions and the missing ×100.

Per cent is a way to print a number and never takes part in a multiplication (DESIGN §5.6); what
is checked is whether the formula carries the ×100 that its printed unit asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from kpiformula.diagnostics import Diagnostic, Source, Span, error, warning
from kpiformula.nodes import Name, number_text, walk
from kpiformula.nodes import text as node_text
from kpiformula.units import (
    PERCENT,
    SCORE,
    BaseUnit,
    Measure,
    UnitReader,
    Unlike,
    definitions,
    halves,
    suggestion,
    unit_of,
    unit_text,
)

if TYPE_CHECKING:
    from kpiformula.formula import Formula


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
        self._known = definitions()
        self._formula, self._units, self._source = formula, units, source
        self._reader = UnitReader(units, formula.coefficients)
        self._reading = self._reader.read(formula.node)

    def findings(self, unit: str | None, kind: str | None) -> Iterator[Diagnostic]:
        yield from self._unknown(unit)
        wanted = None if unit is None else self._known.parse(unit)
        if wanted is not None and any(self._known.is_kind(name, SCORE) for name in wanted):
            return
        yield from map(self._added, self._reader.unlike)
        if self._reading.unit is not None:
            yield from self._compared(self._reading.unit, wanted, kind == "share")
        elif wanted is not None and unit_text(wanted) != PERCENT and self._reading.factor == 100:
            yield from self._factor_on_average(unit_text(wanted), Fraction(1))

    def _unknown(self, unit: str | None) -> Iterator[Diagnostic]:
        places = {n.name: n.span for n in walk(self._formula.node) if isinstance(n, Name)}
        for name, stated in self._units.items():
            if self._known.parse(stated) is None:
                message = f"the unit of {name} is not known: {stated!r}"
                yield self._finding("KF306", message, suggestion(stated), places.get(name))
        if unit is not None and self._known.parse(unit) is None:
            yield self._finding("KF306", f"the unit is not known: {unit!r}", suggestion(unit))

    def _added(self, unlike: Unlike) -> Diagnostic:
        left, right = unit_text(unlike.left), unit_text(unlike.right)
        common = self._known.common_kind(left, right)
        advice = "bring both to one unit"
        if unlike.conversion is not None:
            advice = f"{_scaled(1 / unlike.conversion)} the part in {right}"
        elif common is not None:
            advice = f"if they may be added, state both as {common}"
        message = f"unlike units are put together: {left} and {right}"
        return self._finding("KF304", message, advice, unlike.span, cause=_against(left, right))

    def _compared(
        self, unit: BaseUnit, wanted: BaseUnit | None, share: bool
    ) -> Iterator[Diagnostic]:
        known, yields = self._known, self._known.measure(unit)
        percent = wanted is not None and unit_text(wanted) == PERCENT
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
            yield self._contradiction(unit, unit_text(wanted))
            return
        expected, factor = yields.scale / asked.scale, self._reading.factor
        if factor is None or factor == expected:
            return
        if percent or (yields.scale != asked.scale and not asked.plain):
            yield self._factor_missing(unit_text(wanted), expected, factor)
        elif factor == 100 * expected:
            yield from self._factor_on_average(unit_text(wanted), expected)

    def _answers(self, yields: Measure, asked: Measure) -> bool:
        """Whether a unit states what the formula yields; an average may leave out its 'per'."""
        known = self._known
        average = not asked.below and all(known.is_kind(name, "count") for name in yields.below)
        below = average or known.alike(yields.below, asked.below)
        return below and known.alike(yields.above, asked.above)

    def _unlike_share(self, unit: BaseUnit) -> Diagnostic:
        above, below = map(unit_text, halves(unit))
        message = f"a share of unlike things: {above} over {below}"
        advice = f"take a number of {below} as numerator, or print the unit {above}/{below}"
        cause = _against(f"{below}/{below}", f"{above}/{below}")
        return self._finding("KF304", message, advice, cause=cause)

    def _contradiction(self, unit: BaseUnit, wanted: str) -> Diagnostic:
        plain = self._known.measure(unit).plain
        advice = f"state the unit as {unit_text(unit)}"
        if wanted == PERCENT:
            advice += ", or divide by the total that it is a share of"
        elif plain:
            times = "" if self._reading.factor == 100 else " and multiply by 100"
            advice = f"state the unit as {PERCENT}{times}{self._numerator_alone(wanted)}"
        yields = "a plain number" if plain else unit_text(unit)
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
