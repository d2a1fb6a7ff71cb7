"""Slips in the calculation: another factor, another coefficient, the quotient upside down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from kpiformula.cause import Kind
from kpiformula.diagnosis.situation import Situation, Suspect
from kpiformula.nodes import Binary, Call, Node, Number, names, number_text

HUNDRED = Number(Fraction(100))
MOST_DECIMALS = 4
"""Decimals to which a quotient may have been rounded before it was multiplied."""


def other_formulas(case: Situation) -> Iterator[Suspect]:
    """Yield the mistakes in the calculation that can be made with these counts."""
    node = case.formula.node
    usual = Suspect(Kind.TRUNCATED, "", node, case.counts, case.figure)
    if case.percent or case.formula.factor == 100:
        yield replace(usual, kind=Kind.FACTOR_MISSING, sentence="× 100 is missing",
                      node=Binary("/", node, HUNDRED))  # fmt: skip
        yield replace(usual, kind=Kind.FACTOR_DOUBLED, sentence="× 100 is applied twice",
                      node=Binary("*", node, HUNDRED))  # fmt: skip
    if case.percent:
        yield replace(usual, kind=Kind.COMPLEMENT, sentence="100 less the value is reported",
                      node=Binary("-", HUNDRED, node))  # fmt: skip
    yield from _quotients(usual, case)
    yield from _coefficients(usual, case)


def _quotients(usual: Suspect, case: Situation) -> Iterator[Suspect]:
    above, below, factor = case.formula.numerator, case.formula.denominator, case.formula.factor
    if above is None or below is None or factor is None:
        return
    rest = _product([Number(factor), *_coefficient_nodes(case)])
    yield replace(
        usual, kind=Kind.SWAPPED, sentence="numerator and denominator are swapped",
        node=_times(Binary("/", below, above), rest),
    )  # fmt: skip
    if isinstance(above, Binary) and above.operator == "-" and above.right == below:
        yield replace(
            usual, kind=Kind.POINTS_FOR_PERCENT,
            sentence="the difference is reported, not its share of the earlier value", node=above,
        )  # fmt: skip
    if rest == Number(Fraction(1)):
        return
    for decimals in range(MOST_DECIMALS + 1):
        early = Call("round", (Binary("/", above, below), Number(Fraction(decimals))))
        yield replace(
            usual, kind=Kind.ROUNDED_EARLY,
            sentence=f"the quotient is rounded to {decimals} decimals before it is multiplied",
            node=_times(early, rest),
        )  # fmt: skip


def _coefficients(usual: Suspect, case: Situation) -> Iterator[Suspect]:
    used = names(case.formula.node)
    for name, coefficient in case.formula.coefficients.items():
        values = dict.fromkeys((c.value, c.label) for c in coefficient.cases)
        if name not in used:
            for value, label in values:
                if value != 1:
                    yield replace(
                        usual, kind=Kind.COEFFICIENT_APPLIED,
                        sentence=f"multiplied by {name} = {number_text(value)} ({label})",
                        node=Binary("*", case.formula.node, Number(value)),
                    )  # fmt: skip
            continue
        now = case.counts[name]
        if now != 1:
            yield replace(
                usual, kind=Kind.COEFFICIENT_FORGOTTEN, sentence=f"{name} is left out",
                counts={**case.counts, name: Fraction(1)},
            )  # fmt: skip
        for value, label in values:
            if value not in (now, 1):
                yield replace(
                    usual, kind=Kind.OTHER_CATEGORY,
                    sentence=f"{name} = {number_text(value)} is taken ({label})",
                    counts={**case.counts, name: value},
                )  # fmt: skip


def _coefficient_nodes(case: Situation) -> list[Node]:
    used = names(case.formula.node)
    return [Number(case.counts[name]) for name in case.formula.coefficients if name in used]


def _product(parts: list[Node]) -> Node:
    known = [part for part in parts if part != Number(Fraction(1))]
    product: Node = known[0] if known else Number(Fraction(1))
    for part in known[1:]:
        product = Binary("*", product, part)
    return product


def _times(node: Node, rest: Node) -> Node:
    return node if rest == Number(Fraction(1)) else Binary("*", node, rest)
