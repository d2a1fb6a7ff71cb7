"""Likely mistakes: each kind planted in generated rows is found, random figures have none."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import pytest

from kpiformula.cause import ONE_DIGIT, Cause, Kind
from kpiformula.diagnosis import OtherCount, OtherFigure, Situation, causes
from kpiformula.formula import Formula
from kpiformula.intervals import Figure, round_exact, unround
from kpiformula.nodes import number_text
from kpiformula.reading import parse

SHARE = parse("H = G / F × 100")
WEIGHED = parse(
    "H = G / F × 100 × K, where K – coefficient for national universities – 1,5; regional – 1; "
    "pedagogical – 0,5"
)
UNUSED = parse(
    "H = G / F × 100, where K – coefficient for national universities – 1,5; regional – 1"
)
GROWTH = parse("H = (B - A) / A × 100")

Row = tuple[Formula, dict[str, Fraction], Fraction]
"""A formula, the counts as given, and the value that is reported."""

ROWS = 200


def printed(value: Fraction, decimals: int, mode: str = "half_up") -> Figure:
    rounded = round_exact(value, decimals, mode)  # type: ignore[arg-type]
    return Figure(rounded, decimals, number_text(rounded))


def counts(chance: random.Random, formula: Formula) -> dict[str, Fraction]:
    whole = chance.randint(1000, 90000)
    part = chance.randint(whole // 50, whole - whole // 50)
    if formula is GROWTH:
        earlier = Fraction(chance.randint(1000, 9999), 10)
        return {"A": earlier, "B": earlier + Fraction(chance.randint(200, 3000), 10)}
    given = {"G": Fraction(part), "F": Fraction(whole)}
    return given | ({"K": Fraction(3, 2)} if formula is WEIGHED else {})


def value(formula: Formula, given: dict[str, Fraction]) -> Fraction:
    if formula is GROWTH:
        return (given["B"] - given["A"]) / given["A"] * 100
    return given["G"] / given["F"] * 100 * given.get("K", Fraction(1))


def situation(formula: Formula, given: dict[str, Fraction], figure: Figure) -> Situation:
    return Situation(formula, given, figure, percent=True)


Plant = Callable[[random.Random], Situation]


def of_value(formula: Formula, wrong: Callable[[dict[str, Fraction]], Fraction]) -> Plant:
    """Plant a mistake in the calculation."""

    def plant(chance: random.Random) -> Situation:
        given = counts(chance, formula)
        return situation(formula, given, printed(wrong(given), 2))

    return plant


def of_count(slip: Callable[[random.Random, int], int]) -> Plant:
    """Plant a mistake in a count: the figure is right, the count that is given is not."""

    def plant(chance: random.Random) -> Situation:
        given = counts(chance, SHARE)
        figure = printed(value(SHARE, given), 2)
        name = chance.choice("GF")
        return situation(SHARE, {**given, name: Fraction(slip(chance, int(given[name])))}, figure)

    return plant


def of_figure(slip: Callable[[random.Random, Figure], Figure]) -> Plant:
    """Plant a mistake in the figure."""

    def plant(chance: random.Random) -> Situation:
        given = counts(chance, SHARE)
        return situation(SHARE, given, slip(chance, printed(value(SHARE, given), 2)))

    return plant


def changed(chance: random.Random, number: int) -> int:
    digits = list(str(number))
    place = chance.randrange(len(digits))
    digits[place] = chance.choice([d for d in "123456789" if d != digits[place]])
    return int("".join(digits))


def swapped(chance: random.Random, number: int) -> int:
    digits = list(str(number))
    places = [i for i in range(len(digits) - 1) if digits[i] != digits[i + 1] != "0"]
    if places:
        place = chance.choice(places)
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
    return int("".join(digits))


def in_units(slip: Callable[[random.Random, int], int]) -> Callable[..., Figure]:
    return lambda chance, figure: printed(Fraction(slip(chance, int(figure.value * 100)), 100), 2)


def with_other(kind: Kind) -> Plant:
    def plant(chance: random.Random) -> Situation:
        given, used = counts(chance, SHARE), counts(chance, SHARE)
        figure = printed(given["G"] / used["F"] * 100, 2)
        others = {"F": (OtherCount(kind, "another", used["F"]),)}
        return replace(situation(SHARE, given, figure), others=others)

    return plant


def with_figure(kind: Kind) -> Plant:
    def plant(chance: random.Random) -> Situation:
        figure = printed(Fraction(chance.randint(1000, 9999), 100), 2)
        others = (OtherFigure(kind, "another figure", figure.value),)
        return replace(situation(SHARE, counts(chance, SHARE), figure), figures=others)

    return plant


def early(given: dict[str, Fraction]) -> Fraction:
    return round_exact(given["G"] / given["F"], 2, "half_up") * 100


def artefact(chance: random.Random) -> Situation:
    """A product that is exact in decimals and a little less in binary, cut off."""
    while True:
        part = Fraction(chance.randint(1, 9999), 10000)
        binary = int(float(part) / 1.0 * 100 * 100)  # as a spreadsheet that cuts off computes it
        if Fraction(binary, 100) != part * 100:
            figure = printed(Fraction(binary, 100), 2)
            return situation(SHARE, {"G": part, "F": Fraction(1)}, figure)


PLANTS: dict[Kind, Plant] = {
    Kind.FACTOR_MISSING: of_value(SHARE, lambda c: round_exact(c["G"] / c["F"], 4, "half_up")),
    Kind.FACTOR_DOUBLED: of_value(SHARE, lambda c: c["G"] / c["F"] * 10000),
    Kind.SWAPPED: of_value(SHARE, lambda c: c["F"] / c["G"] * 100),
    Kind.COEFFICIENT_FORGOTTEN: of_value(WEIGHED, lambda c: c["G"] / c["F"] * 100),
    Kind.COEFFICIENT_APPLIED: of_value(UNUSED, lambda c: c["G"] / c["F"] * 150),
    Kind.OTHER_CATEGORY: of_value(WEIGHED, lambda c: c["G"] / c["F"] * 50),
    Kind.COMPLEMENT: of_value(SHARE, lambda c: 100 - c["G"] / c["F"] * 100),
    Kind.POINTS_FOR_PERCENT: of_value(GROWTH, lambda c: c["B"] - c["A"]),
    Kind.TRUNCATED: of_value(SHARE, lambda c: round_exact(c["G"] / c["F"] * 100, 2, "truncate")),
    Kind.ROUNDED_EARLY: of_value(SHARE, early),
    Kind.FLOAT_ARTEFACT: artefact,
    Kind.PLANNED: with_figure(Kind.PLANNED),
    Kind.OTHER_FIGURE: with_figure(Kind.OTHER_FIGURE),
    Kind.OTHER_YEAR: with_other(Kind.OTHER_YEAR),
    Kind.OTHER_ROW: with_other(Kind.OTHER_ROW),
    Kind.OTHER_INPUT: with_other(Kind.OTHER_INPUT),
    Kind.EXCLUSIONS: with_other(Kind.EXCLUSIONS),
    Kind.MARK_SLIPPED: of_figure(lambda _, f: Figure(f.value / 10, 3, number_text(f.value / 10))),
    Kind.SCALE_SLIPPED: of_count(lambda _, count: count * 1000),
    Kind.FIGURE_TRANSPOSED: of_figure(in_units(swapped)),
    Kind.FIGURE_DIGIT: of_figure(in_units(changed)),
    Kind.COUNT_TRANSPOSED: of_count(swapped),
    Kind.COUNT_DIGIT: of_count(changed),
}


def planted(kind: Kind) -> Iterator[Situation]:
    """Yield rows in which the mistake shows and no other mistake looks the same.

    The value does not round to the figure anyway; and a count of which one digit is wrong moves
    it by more than cutting off does.
    """
    chance = random.Random(f"planted {kind}")
    found = 0
    while found < ROWS:
        case = PLANTS[kind](chance)
        now = value(case.formula, dict(case.counts))
        small = kind in ONE_DIGIT and abs(now - case.figure.value) <= case.figure.last_digit
        if now not in unround(case.figure, "nearest") and not small:
            found += 1
            yield case


def test_every_kind_is_planted() -> None:
    assert set(PLANTS) == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_a_planted_mistake_is_ranked_first_or_as_high_as_the_first(kind: Kind) -> None:
    """And every proof holds: what is recomputed prints as the figure, or the one that is meant."""
    first = 0
    for case in planted(kind):
        found = causes(case)
        first += any(c.kind is kind and c.rank == found[0].rank for c in found)
        assert all(_gives(cause, case) for cause in found)
    assert first >= ROWS * 95 // 100, first


def _gives(cause: Cause, case: Situation) -> bool:
    if cause.kind is Kind.FLOAT_ARTEFACT:
        counts = {name: float(count) for name, count in case.counts.items()}
        binary = counts["G"] / counts["F"] * 100 * 10**case.figure.decimals
        return int(binary) == case.figure.value * 10**case.figure.decimals
    if cause.kind in (Kind.FIGURE_TRANSPOSED, Kind.FIGURE_DIGIT):
        return _is_one_slip(cause, case)
    if cause.kind in (Kind.MARK_SLIPPED, Kind.SCALE_SLIPPED) and "is meant" in cause.sentence:
        return cause.value == value(case.formula, dict(case.counts))
    cut = unround(case.figure, "truncate")
    return cause.value in unround(case.figure, "nearest") or cause.value in cut


def _is_one_slip(cause: Cause, case: Situation) -> bool:
    """Whether the figure that is meant is the value's, and differs in one digit, or two by turn."""
    meant = Fraction(cause.sentence.split(": ")[1].removesuffix(" is meant").split(" ")[0])
    figure = Figure(meant, case.figure.decimals, str(meant))
    right = cause.value in unround(figure, "nearest") or cause.value in unround(figure, "truncate")
    units = (str(int(abs(n) * 10**case.figure.decimals)) for n in (meant, case.figure.value))
    one, other = (digits.rjust(12, "0") for digits in units)
    changed_at = [i for i in range(12) if one[i] != other[i]]
    if cause.kind is Kind.FIGURE_DIGIT:
        return right and len(changed_at) == 1
    first, second = changed_at
    turned = one[first] == other[second] and one[second] == other[first]
    return right and turned and second == first + 1


def test_random_wrong_figures_mostly_have_no_cause() -> None:
    chance = random.Random("random figures")
    explained = telling = 0
    for _ in range(ROWS):
        given = counts(chance, SHARE)
        case = situation(SHARE, given, printed(Fraction(chance.randint(0, 99999), 1000), 3))
        found = causes(case)
        explained += bool(found)
        telling += any(not cause.proves_little and cause.rank == (1, False) for cause in found)
    assert explained <= ROWS // 5
    assert telling <= ROWS // 50


def test_a_figure_of_two_digits_is_explained_by_chance_and_it_is_said() -> None:
    case = situation(SHARE, {"G": Fraction(64), "F": Fraction(105)}, printed(Fraction(63), 0))
    found = causes(case)
    assert found
    assert all(cause.proves_little for cause in found)
    assert all("by chance" in str(cause) for cause in found)


def test_a_figure_of_the_document_without_a_common_base() -> None:
    """1120 of 6913 students are 16,2 %; 16,3 is printed (AstMU, line 417)."""
    case = situation(
        SHARE, {"G": Fraction(1120), "F": Fraction(6913)}, printed(Fraction(163, 10), 1)
    )
    assert causes(case)[0].kind is Kind.FIGURE_DIGIT


def test_nothing_is_offered_where_there_is_no_value() -> None:
    case = situation(SHARE, {"G": Fraction(1), "F": Fraction(0)}, printed(Fraction(5), 0))
    assert causes(case) == ()
