"""KF426: a total differs from the sum of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from kpiformula.figures import Target
from kpiformula.intervals import value_text
from kpiformula.linting.rule import WARNING, Explanation, Found, SetRule
from kpiformula.linting.series import all_figures, enumerated, key_of, last_digit, shown
from kpiformula.methodology import Indicator, Methodology
from kpiformula.units import definitions


@dataclass(frozen=True, slots=True)
class _Year:
    """What is printed of a total and of its parts in one year."""

    year: int
    total: Target
    parts: tuple[_Share, ...]

    @property
    def excess(self) -> Fraction:
        """By how much the parts exceed the total."""
        return self.summed - (self.total.value or 0)

    @property
    def summed(self) -> Fraction:
        return sum((part.value for part in self.parts), Fraction())

    @property
    def rounding(self) -> Fraction:
        """How far total and sum may be apart because each figure was rounded for print."""
        return (last_digit(self.total) + sum(part.last_digit for part in self.parts)) / 2

    def __str__(self) -> str:
        return f"in {self.year}: {' + '.join(map(str, self.parts))} = {value_text(self.summed)}"


@dataclass(frozen=True, slots=True)
class _Share:
    """A part's code, figure and unit, and what leads from this unit to that of the total."""

    code: str
    figure: Target
    unit: str
    scale: Fraction

    @property
    def value(self) -> Fraction:
        return (self.figure.value or 0) * self.scale

    @property
    def last_digit(self) -> Fraction:
        return last_digit(self.figure) * self.scale

    def __str__(self) -> str:
        unit = "" if self.scale == 1 else f" {self.unit}"
        return f"{shown(self.figure)}{unit} ({self.code})"


def _find(methodology: Methodology) -> Iterator[tuple[Indicator, Found]]:
    for row in methodology.values():
        for codes, complete in ((row.sum_of, True), (row.includes, False)):
            wrong = list(_wrong(row, [methodology[code] for code in codes], complete))
            if wrong:
                yield row, Found(
                    _message(wrong, complete), key_of(row, wrong[0].year),
                    cause="; ".join(map(str, wrong)),
                    help="correct the figure that is wrong, or name the part that is missing",
                )  # fmt: skip


def _message(wrong: list[_Year], complete: bool) -> str:
    told = (
        f"{value_text(each.summed)} in {each.year} (total {shown(each.total)})" for each in wrong
    )
    return f"the parts make {'' if complete else 'more than the total: '}{enumerated(told)}"


def _wrong(row: Indicator, parts: list[Indicator], complete: bool) -> Iterator[_Year]:
    """Yield the years in which a total is not what all its parts make, or less than some make."""
    for year, total in sorted(all_figures(row).items()):
        shares = tuple(_shares(row, parts, year))
        if total.value is None or not shares or (complete and len(shares) < len(parts)):
            continue
        each = _Year(year, total, shares)
        allowed = Fraction() if row.kind == "count" else each.rounding
        if each.excess > allowed or (complete and -each.excess > allowed):
            yield each


def _shares(row: Indicator, parts: list[Indicator], year: int) -> Iterator[_Share]:
    for part in parts:
        figure, scale = all_figures(part).get(year), _scale(part.unit, row.unit)
        if figure is not None and figure.value is not None and scale is not None:
            yield _Share(part.code, figure, part.unit, scale)


def _scale(unit: str, wanted: str) -> Fraction | None:
    if unit == wanted:
        return Fraction(1)
    known = definitions()
    parsed = [known.parse(each) for each in (unit, wanted)]
    sizes = [known.measure(each).scale for each in parsed if each is not None]
    return sizes[0] / sizes[1] if len(sizes) == len(parsed) else None


RULE = SetRule(
    Explanation(
        "KF426", WARNING, "total against its parts",
        "A total is printed with its parts, and they make another figure; or parts that are only "
        "some of it already make more than the total.",
        "Whoever meets every part misses the total, or has met it twice over.",
        "income 100: from teaching 60, from research 30, from contracts 20",
        "Add up the parts before print, and name the rest where they are not all.",
    ),
    _find,
)  # fmt: skip
