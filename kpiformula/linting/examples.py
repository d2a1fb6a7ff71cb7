"""Which count of a worked example stands for which symbol of the formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import permutations, product

from kpiformula.formula import Example, Formula
from kpiformula.linting.cells import operands
from kpiformula.linting.wording import subject
from kpiformula.nodes import Call, Name, Number, constant, substitute, walk

_MOST_NUMBERS = 6
"""Numbers of an example up to which every way to put them into the formula is tried."""


def counts(formula: Formula, example: Example) -> Mapping[str, Fraction] | None:
    """Return the count of each symbol, or ``None`` where the example does not say it.

    In a calculation the counts are the numbers that give its value by the formula; in an example
    told with words, the words say which count is which.
    """
    if example.node is None:
        return _told(formula, example)
    return next(_calculated(formula, example), None)


def comparable(formula: Formula, example: Example) -> bool:
    """Return whether an example is a calculation that can be held against the formula."""
    if example.node is None or example.value is None:
        return False
    short = len(_numbers(example)) <= _MOST_NUMBERS
    return short and not any(isinstance(part, Call) for part in walk(formula.node))


def value(formula: Formula, given: Mapping[str, Fraction]) -> Fraction | None:
    """Return the value of a formula for counts of all its symbols, if it has one."""
    return constant(substitute(formula.node, {name: Number(v) for name, v in given.items()}))


def _numbers(example: Example) -> list[Fraction]:
    nodes = walk(example.node) if example.node is not None else ()
    return [node.value for node in nodes if isinstance(node, Number)]


def _calculated(formula: Formula, example: Example) -> Iterator[Mapping[str, Fraction]]:
    if not comparable(formula, example):
        return
    counted = [symbol.name for symbol in operands(formula)]
    weights = [[case.value for case in c.cases] for c in formula.coefficients.values()]
    for numbers in permutations(_numbers(example), len(counted)):
        given = dict(zip(counted, numbers, strict=True))
        for chosen in product(*weights):
            weighted = dict(zip(formula.coefficients, chosen, strict=True))
            if value(formula, given | weighted) == example.value:
                yield given


def _told(formula: Formula, example: Example) -> Mapping[str, Fraction] | None:
    """Pair the two counts of a quotient by the words they share with its two definitions."""
    match formula.numerator, formula.denominator, example.counts:
        case Name(above), Name(below), ((one, first), (other, second)):
            defined = [subject(formula.symbols[n].definition or "") for n in (above, below)]
            told = [subject(first), subject(second)]
            straight = len(told[0] & defined[0]) + len(told[1] & defined[1])
            crossed = len(told[1] & defined[0]) + len(told[0] & defined[1])
            if straight != crossed:
                pair = (one, other) if straight > crossed else (other, one)
                return dict(zip((above, below), pair, strict=True))
    return None
