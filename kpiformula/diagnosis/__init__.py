"""The likely mistake behind a wrong figure, proved by reproducing the figure.

Each kind of mistake is tried on the counts, the formula and the figure; a cause is offered only
where the recomputed value prints as the figure. How likely it is that some mistake of the kind
fits by chance is stated with it: on a two-digit figure a wrong digit proves little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from kpiformula.arithmetic import IrrationalError, UndefinedError, program
from kpiformula.cause import Cause, Kind
from kpiformula.diagnosis.formulas import other_formulas
from kpiformula.diagnosis.numbers import (
    SCALES,
    as_figure,
    decimals_of,
    mark_slipped,
    one_digit_off,
    transposed,
)
from kpiformula.diagnosis.situation import (
    Beside,
    OtherCount,
    OtherFigure,
    Recount,
    Situation,
    Suspect,
)
from kpiformula.diagnosis.spreadsheet import cut_off_in_binary
from kpiformula.intervals import Figure, Interval, round_exact, unround, value_text
from kpiformula.nodes import Node, names, number_text

__all__ = ["Beside", "Cause", "Kind", "OtherCount", "OtherFigure", "Recount", "Situation", "causes"]


def causes(case: Situation) -> tuple[Cause, ...]:
    """Return the mistakes that give the reported figure, the likeliest first.

    Fewest changes come first, slips of one digit last, and of the rest those that chance explains
    least. A figure that no single mistake gives, nor one that is cut off besides, has no cause.
    """
    value = _value(case.formula.node, case.counts)
    if value is None:
        return ()
    found = [*_by_suspects(case), *_by_figures(case), *_by_spreadsheet(case, value)]
    unlike = [cause for cause in found if cause.changes == 1] or found
    return tuple(sorted(unlike, key=lambda cause: (cause.rank, cause.chance)))


def _by_suspects(case: Situation) -> Iterator[Cause]:
    by_kind: dict[Kind, list[Suspect]] = {}
    for suspect in _suspects(case):
        by_kind.setdefault(suspect.kind, []).append(suspect)
    for suspects in by_kind.values():
        chance = _chance(len(suspects), case.figure)
        for suspect in suspects:
            cause = _tried(suspect, chance)
            if cause is not None:
                yield cause


def _suspects(case: Situation) -> Iterator[Suspect]:
    node, figure = case.formula.node, case.figure
    usual = Suspect(Kind.TRUNCATED, "the value is cut off", node, case.counts, figure)
    yield usual
    yield from other_formulas(case)
    used = names(node)
    for name, others in case.others.items():
        for other in others if name in used else ():
            yield replace(usual, kind=other.kind, sentence=f"{name} is {other.words}",
                          counts={**case.counts, name: other.value})  # fmt: skip
    for recount in case.recounts:
        yield replace(usual, kind=recount.kind, sentence=recount.words,
                      counts={**case.counts, **recount.counts})  # fmt: skip
    for name in used:
        if name not in case.formula.coefficients:
            yield from _wrong_counts(usual, name)
    for moved in mark_slipped(figure):
        yield _misprinted(usual, Kind.MARK_SLIPPED, "the decimal mark is in another place", moved)
    for scale, words in SCALES:
        moved = _scaled(figure, scale)
        yield _misprinted(usual, Kind.SCALE_SLIPPED, f"the figure is {words}", moved)
    for kind, slips, words in (
        (Kind.FIGURE_TRANSPOSED, transposed, "two digits of the figure have changed places"),
        (Kind.FIGURE_DIGIT, one_digit_off, "one digit of the figure is wrong"),
    ):
        for meant in slips(figure.value, figure.decimals):
            yield _misprinted(usual, kind, words, as_figure(meant, figure.decimals))


def _misprinted(usual: Suspect, kind: Kind, words: str, meant: Figure) -> Suspect:
    return replace(usual, kind=kind, sentence=f"{words}: {meant} is meant", figure=meant)


def _scaled(figure: Figure, scale: Fraction) -> Figure:
    shift = len(str(max(scale, 1 / scale))) - 1
    moved = figure.value * scale
    return as_figure(moved, figure.decimals + (shift if scale < 1 else -shift))


def _wrong_counts(usual: Suspect, name: str) -> Iterator[Suspect]:
    count = usual.counts[name]
    decimals = decimals_of(count)
    if decimals is None:
        return
    for kind, slips, words in (
        (Kind.COUNT_TRANSPOSED, transposed, "two digits have changed places"),
        (Kind.COUNT_DIGIT, one_digit_off, "one digit is wrong"),
    ):
        for meant in slips(count, decimals):
            yield _miscounted(usual, kind, name, words, meant)
    for scale, words in SCALES:
        if not decimals and (count * scale).denominator != 1:
            continue
        yield _miscounted(usual, Kind.SCALE_SLIPPED, name, f"it is {words}", count * scale)
    for places in (1, -1):
        moved = count * Fraction(10) ** places
        if decimals or moved.denominator == 1:
            words = "the decimal mark is in another place"
            yield _miscounted(usual, Kind.MARK_SLIPPED, name, words, moved)


def _miscounted(usual: Suspect, kind: Kind, name: str, words: str, meant: Fraction) -> Suspect:
    given = number_text(usual.counts[name])
    return replace(
        usual, kind=kind, sentence=f"{name} is {number_text(meant)}, not {given} ({words})",
        counts={**usual.counts, name: meant},
    )  # fmt: skip


def _tried(suspect: Suspect, chance: Fraction) -> Cause | None:
    """Return the cause if the figure comes out, rounded, or else cut off as a second slip."""
    value = _value(suspect.node, suspect.counts)
    if value is None:
        return None
    sentence = suspect.sentence
    nearest, cut_off = _stands_for(suspect.figure)
    if suspect.kind is not Kind.TRUNCATED and value in nearest:
        return Cause(suspect.kind, sentence, value, suspect.proof(value), 1, chance)
    if value in cut_off:
        alone = suspect.kind is Kind.TRUNCATED
        cut = sentence if alone else f"{sentence}, and the value is cut off"
        changes = 1 if alone else 2
        both = min(Fraction(1), changes * chance)
        return Cause(suspect.kind, cut, value, suspect.proof(value), changes, both)
    return None


@lru_cache(maxsize=256)
def _stands_for(figure: Figure) -> tuple[Interval, Interval]:
    """Return the numbers that are rounded to a figure, and those that are cut off to it."""
    return unround(figure, "nearest"), unround(figure, "truncate")


def _value(node: Node, counts: Mapping[str, Fraction]) -> Fraction | None:
    try:
        return Fraction(*program(node)([counts[name].as_integer_ratio() for name in names(node)]))
    except (IrrationalError, UndefinedError):
        return None


def _by_figures(case: Situation) -> Iterator[Cause]:
    ways = Counter(other.kind for other in case.figures)
    for other in case.figures:
        if round_exact(other.value, case.figure.decimals, "half_up") == case.figure.value:
            proof = f"{case.figure} is {value_text(other.value)}"
            chance = _chance(ways[other.kind], case.figure)
            yield Cause(other.kind, f"{other.words} is reported", other.value, proof, 1, chance)


def _by_spreadsheet(case: Situation, value: Fraction) -> Iterator[Cause]:
    figure = case.figure
    artefact = cut_off_in_binary(case.formula.node, case.counts, figure.decimals)
    if artefact is None or value in unround(figure, "truncate"):
        return
    binary, cut = artefact
    if cut == figure.value:
        sentence = "computed in binary floating point and cut off"
        proof = f"{value_text(value)} becomes {binary!r}"
        yield Cause(Kind.FLOAT_ARTEFACT, sentence, value, proof, 1, _chance(1, figure))


def _chance(ways: int, figure: Figure) -> Fraction:
    """How likely one of so many ways gives a figure that is wrong for another reason.

    Figures with as many digits, up to the next power of ten, are taken as equally likely.
    """
    units = abs(figure.value / figure.last_digit)
    possible = 10 ** len(str(int(units)))
    return min(Fraction(1), Fraction(ways, max(possible, 10)))
