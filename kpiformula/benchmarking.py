"""The targets of one methodology against those of another, where both print one quantity.

Only rows that the crosswalk calls exact have their figures compared, in units that go together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from kpiformula.comparison import planned, signed, title
from kpiformula.crosswalk import Crosswalk, SharedQuantity, difference_told, load_crosswalk
from kpiformula.figures import Target
from kpiformula.library import available, load_once
from kpiformula.methodology import Direction, Indicator, Methodology
from kpiformula.units import conversion


class Standing(StrEnum):
    """How a target stands to the benchmark's: a smaller figure is ahead where less is better."""

    AHEAD = "ahead"
    LEVEL = "level"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class ComparedYear:
    """Both figures of a year, ``None`` where a row plans none.

    ``difference`` is the target minus the benchmark's, exact, in the unit of the target; it and
    ``standing`` are ``None`` where the figures are not compared.
    """

    year: int
    target: Target | None
    benchmark: Target | None
    difference: Fraction | None = None
    standing: Standing | None = None


@dataclass(frozen=True)
class ComparedQuantity:
    """A quantity that both methodologies print, year by year.

    ``reason`` says why its figures are not compared; ``direction`` is which way is better.
    """

    quantity: SharedQuantity
    indicator: Indicator
    benchmark: Indicator
    direction: Direction | None
    years: tuple[ComparedYear, ...]
    reason: str | None = None

    @property
    def behind(self) -> tuple[int, ...]:
        """The years in which the target is behind the benchmark."""
        return tuple(each.year for each in self.years if each.standing is Standing.BEHIND)


@dataclass(frozen=True)
class Comparison:
    """The targets of a methodology against a benchmark, by quantity."""

    methodology: str
    benchmark: str
    quantities: tuple[ComparedQuantity, ...]

    @property
    def compared(self) -> tuple[ComparedQuantity, ...]:
        """The quantities whose figures are compared."""
        return tuple(each for each in self.quantities if each.reason is None)

    @property
    def behind(self) -> tuple[ComparedQuantity, ...]:
        """The quantities whose target is behind the benchmark in any year."""
        return tuple(each for each in self.quantities if each.behind)

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)


def compare(
    methodology: Methodology, benchmark: Methodology, *, crosswalk: Crosswalk | None = None
) -> Comparison:
    """Return how the targets of a methodology stand to those of a benchmark, year by year.

    Quantities come in the order of the methodology; those that are not compared say why.

    Raises:
        MethodologyError: if the shipped crosswalk or one of its methodologies cannot be read.
    """
    if crosswalk is None:
        crosswalk = load_crosswalk()
    shared = _shared(methodology, benchmark, crosswalk)
    return Comparison(methodology.id, benchmark.id, tuple(_compared(*each) for each in shared))


def _shared(
    methodology: Methodology, other: Methodology, crosswalk: Crosswalk
) -> Iterator[tuple[SharedQuantity, Indicator, Indicator, str | None]]:
    """Yield what both print, and how the rows differ where they are not exact."""
    for code, indicator in methodology.items():
        quantity = crosswalk.quantity(methodology.id, code)
        member = quantity.member(other.id) if quantity else None
        own = quantity.member(methodology.id) if quantity else None
        if quantity is None or member is None or own is None or member.code not in other:
            continue
        yield quantity, indicator, other[member.code], difference_told(own, member)


def _compared(
    quantity: SharedQuantity, indicator: Indicator, benchmark: Indicator, remark: str | None
) -> ComparedQuantity:
    direction = indicator.direction or benchmark.direction
    reason = remark or _obstacle(indicator, benchmark)
    years = tuple(_years(indicator, benchmark, direction if reason is None else None))
    if reason is None and not any(each.standing for each in years):
        reason = "in no year do both rows print a plain number"
    return ComparedQuantity(quantity, indicator, benchmark, direction, years, reason)


def _obstacle(indicator: Indicator, benchmark: Indicator) -> str | None:
    if conversion(benchmark.unit, indicator.unit) is None:
        return f"{indicator.unit} and {benchmark.unit} measure different things"
    directions = {each.direction for each in (indicator, benchmark)} - {None}
    if len(directions) != 1:
        return "no direction is known" if not directions else "the directions are opposite"
    return None


def _years(
    indicator: Indicator, benchmark: Indicator, direction: Direction | None
) -> Iterator[ComparedYear]:
    """Yield both figures of every year, compared where a direction is given."""
    ratio = conversion(benchmark.unit, indicator.unit)
    for year in sorted({*indicator.targets, *benchmark.targets}):
        target, other = planned(indicator, year), planned(benchmark, year)
        difference = _difference(target, other, ratio)
        if difference is None or direction is None:
            yield ComparedYear(year, target, other)
        else:
            yield ComparedYear(year, target, other, difference, _standing(difference, direction))


def _difference(
    target: Target | None, other: Target | None, ratio: Fraction | None
) -> Fraction | None:
    if target is None or other is None or ratio is None:
        return None
    if target.value is None or other.value is None:
        return None
    return target.value - other.value * ratio


def _standing(difference: Fraction, direction: Direction) -> Standing:
    if difference == 0:
        return Standing.LEVEL
    return Standing.AHEAD if (difference > 0) == (direction == "at_least") else Standing.BEHIND


# --- one quantity, two figures -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A figure of a row, and another that another document prints for the same quantity and year.

    ``same_issuer`` says that both documents are of one institution, which then contradicts itself;
    two institutions may well have two targets. ``difference`` is the row's figure minus the other,
    exact, in the row's unit.
    """

    quantity: SharedQuantity
    indicator: Indicator
    methodology: str
    other: Indicator
    year: int
    target: Target
    other_target: Target
    difference: Fraction
    same_issuer: bool


def disagreements(
    methodology: Methodology,
    others: Iterable[Methodology] | None = None,
    *,
    crosswalk: Crosswalk | None = None,
) -> tuple[Disagreement, ...]:
    """Return where other methodologies print other figures for an exactly shared quantity.

    ``others`` are by default the other shipped ones. Disagreements come in the order of the
    methodology's rows, then of the other methodologies, then of years.

    Raises:
        MethodologyError: if a shipped methodology or the shipped crosswalk cannot be read.
    """
    if others is None:
        others = (load_once(each) for each in available() if each != methodology.id)
    listed = tuple(others)
    if crosswalk is None:
        crosswalk = load_crosswalk()
    place = {code: i for i, code in enumerate(methodology)}
    found = (each for other in listed for each in _disagreeing(methodology, other, crosswalk))
    return tuple(sorted(found, key=lambda each: place[each.indicator.code]))


def _disagreeing(
    methodology: Methodology, other: Methodology, crosswalk: Crosswalk
) -> Iterator[Disagreement]:
    one_issuer = crosswalk.same_issuer(methodology.id, other.id)
    for quantity, indicator, row, remark in _shared(methodology, other, crosswalk):
        ratio = conversion(row.unit, indicator.unit)
        for year in indicator.targets if remark is None else ():
            target, printed = planned(indicator, year), planned(row, year)
            difference = _difference(target, printed, ratio)
            if target is not None and printed is not None and difference:
                yield Disagreement(quantity, indicator, other.id, row, year, target, printed,
                                   difference, one_issuer)  # fmt: skip


# --- as text -------------------------------------------------------------------------------------


def _lines(found: Comparison) -> Iterator[str]:
    compared = found.compared
    yield f"{found.methodology} against {found.benchmark}"
    yield (
        f"{len(found.quantities)} quantities shared, {len(compared)} compared, "
        f"{len(found.behind)} of them behind in some year"
    )
    for each in found.quantities:
        yield from ("", *_quantity_lines(each, found))


def _quantity_lines(each: ComparedQuantity, found: Comparison) -> Iterator[str]:
    direction = (each.direction or "no direction").replace("_", " ")
    yield f"{each.quantity.id}  {title(each.indicator)}"
    if each.reason is not None:
        yield f"  not compared: {each.reason}"
    if each.quantity.remark is not None:
        yield f"  note: {each.quantity.remark}"
    rows = [
        (f"{found.methodology} {each.indicator.code}", each.indicator.unit,
         *(_figure(year.target) for year in each.years)),
        (f"{found.benchmark} {each.benchmark.code}", each.benchmark.unit,
         *(_figure(year.benchmark) for year in each.years)),
    ]  # fmt: skip
    head = (f"  {direction}", "unit", *(str(year.year) for year in each.years))
    table = [head, *((f"  {name}", *cells) for name, *cells in rows)]
    if each.reason is None:
        table.append(("  standing", "", *(str(year.standing or "–") for year in each.years)))
        shown = (signed(y.difference) if y.difference is not None else "–" for y in each.years)
        table.append(("  difference", each.indicator.unit, *shown))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    yield from ("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)


def _figure(target: Target | None) -> str:
    return target.printed if target is not None else "–"
