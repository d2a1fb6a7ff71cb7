"""KF435: the legend defines another quantity than the name of the row states."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.formula import Formula, Symbol
from kpiformula.linting.cells import definition_span, operands, printed_formula
from kpiformula.linting.measured import measured, printed_language
from kpiformula.linting.rule import WARNING, Explanation, Found, SetRule
from kpiformula.linting.rules.formula_of_another_row import strangers
from kpiformula.linting.wording import listed, words
from kpiformula.methodology import Indicator, Methodology
from kpiformula.units import definitions


def _find(methodology: Methodology) -> Iterator[tuple[Indicator, Found]]:
    told = {row.code for row, _, _ in strangers(methodology)}
    for row in methodology.values():
        formula = printed_formula(row)
        if formula is None or row.code in told:
            continue
        yield from ((row, found) for found in _of_result(row, formula))
        yield from ((row, found) for found in _of_operands(row, formula))


def _of_result(row: Indicator, formula: Formula) -> Iterator[Found]:
    language = printed_language(row)
    result = formula.result
    if result is None or result.definition is None or formula.language != language:
        return
    if what := _disagreement(row.name[language], result.definition, language):
        yield Found(
            what,
            "cell",
            definition_span(formula, result),
            f"{result.name} is defined as: {result.definition}",
            "define the result as the name of the row states it",
        )


def _disagreement(name: str, definition: str, language: str) -> str | None:
    named, defined = _measures(name), _measures(definition)
    for one, other in ((named, defined), (defined, named)):
        if _SHARE in one and other and _SHARE not in other:
            return f"the name states {_listed(named)}, the legend {_listed(defined)}"
    of = [m.of if (m := measured(text, language)) else None for text in (name, definition)]
    if of[0] and of[1] and not _alike(of[0], of[1]):
        return f"the name counts {of[0]}s, the legend {of[1]}s"
    return None


_SHARE = "share"


def _measures(text: str) -> frozenset[str]:
    """Return what the words of a text say is measured, wherever they stand."""
    known = listed("measures")
    return frozenset(known[word] for word in words(text) if word in known)


def _listed(measures: frozenset[str]) -> str:
    return " and ".join(f"an {m}" if m == "amount" else f"a {m}" for m in sorted(measures))


def _alike(one: str, other: str) -> bool:
    known = definitions()
    return known.is_kind(one, other) or known.is_kind(other, one)


def _of_operands(row: Indicator, formula: Formula) -> Iterator[Found]:
    """Find a share that is calculated from a share."""
    if row.kind != "share" or formula.denominator is None:
        return
    for symbol in operands(formula):
        if _is_share(symbol, formula.language):
            yield Found(
                f"{symbol.name}, from which the share is calculated, is itself defined as a share",
                "cell",
                definition_span(formula, symbol),
                help=f"define {symbol.name} as a number or an amount",
            )


def _is_share(symbol: Symbol, language: str) -> bool:
    said = measured(symbol.definition or "", language)
    return said is not None and said.measure == _SHARE


RULE = SetRule(
    Explanation(
        "KF435", WARNING, "legend defines another quantity",
        "The name states one quantity and the legend another: a sum and a share, or other things.",
        "The same figure is read as thousands of tenge by one reader and as per cent by the next.",
        "Amount invested: H = G / F × 100, where H – share of investments in income",
        "State the same quantity in name, unit and legend.",
    ),
    _find,
)  # fmt: skip
