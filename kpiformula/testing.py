"""Hypothesis strategies for formulas, printed cells, counts and figures; ready-made properties.

Needs the extra ``kpiformula[testing]``; the only room that knows Hypothesis. All randomness is
Hypothesis' own, so failures replay and shrink.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import ceil, floor

from hypothesis import strategies as st

from kpiformula.formula import Formula, Role, Symbol
from kpiformula.mapping import Table
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number, names, text
from kpiformula.reading import parse

_ALPHABETS = (
    ("H", "GFABCDEJKLMNOPQRSTUVWYZabcdfghijklmnopqrstuvwyz"),
    ("Я", "БГДЖЗИЛПФЦЧШЩЭЮ"),
)
"""A letter for the result and the letters for operands. ``x`` is left out, for it may be a sign of
multiplication, and so are Cyrillic letters that look like Latin ones."""

_SPACES = (" ", "\n", "\u00a0", "\u2009", "\u202f", "  ")
_WORDS = {
    "kk": (("Есептеу формуласы: ", "Формула: "), "мұндағы:", "саны"),
    "ru": (("Формула расчета: ", "Расчет: "), "где", "число"),
    "en": (("Formula: ", "Calculation: "), "where", "number of kind"),
}


# --- formulas ------------------------------------------------------------------------------------


def formulas(
    *, max_operands: int = 8, rational: bool = False, named: bool = False
) -> st.SearchStrategy[Formula]:
    """Generate formulas in letters, such as ``H = G / F * 100``.

    ``printed`` is the canonical text, which :func:`~kpiformula.parse` reads back to the same
    ``node``. Letters are Latin or Cyrillic, some with an index; numbers are whole, decimal or
    per cent. ``rational`` leaves functions and zero powers out. ``named`` always gives a result;
    otherwise products and quotients may stand without one (a dash at the start of a cell, or
    between two letters, is mostly no minus).

    Shrinks towards few operands, the first letters (G, F, A …), small whole numbers and
    products, without a result, functions, signs and powers.
    """
    ways = []
    for result, letters in _ALPHABETS:
        computed = _nodes(letters, max_operands, rational).filter(_computes)
        ways.append(st.builds(_formula, computed, st.just(result)))
        if not named:
            ways.append(st.builds(_formula, computed.filter(_stands_alone), st.none()))
    return st.one_of(ways)


def _computes(node: Node) -> bool:
    return not isinstance(node, Name | Number) and bool(names(node))


def _stands_alone(node: Node) -> bool:
    multiplies = isinstance(node, Binary) and node.operator in "*/"
    return multiplies and not text(node).startswith("-")


@cache
def _nodes(letters: str, max_operands: int, rational: bool) -> st.SearchStrategy[Node]:
    letter = st.sampled_from(letters)
    name = letter | st.builds(
        "{}{}".format, letter, st.sampled_from(("1", "2", f"_{letters[0]}", "_1"))
    )
    power = st.builds(Number, st.integers(1 if rational else 0, 6).map(Fraction))

    def combined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        ways: list[st.SearchStrategy[Node]] = [
            st.builds(Binary, st.sampled_from("*/+-"), inner, inner),
            st.builds(Negative, inner),
            st.builds(Binary, st.just("^"), inner, power),
        ]
        return st.one_of(ways if rational else [*ways, *_calls(inner)])

    return st.recursive(st.builds(Name, name) | _numbers(), combined, max_leaves=max_operands)


def _calls(inner: st.SearchStrategy[Node]) -> list[st.SearchStrategy[Node]]:
    several = st.sampled_from(("min", "max", "sum", "mean"))
    decimals = st.builds(Number, st.integers(0, 4).map(Fraction))
    return [
        st.builds(Call, several, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Call, st.sampled_from(("abs", "sqrt", "round")), st.tuples(inner)),
        st.builds(Call, st.just("round"), st.tuples(inner, decimals)),
    ]


def _numbers() -> st.SearchStrategy[Number]:
    whole = st.sampled_from((1, 100, 1000)) | st.integers(0, 10**9)
    decimal = st.builds(Fraction, st.integers(1, 10**6), st.sampled_from((10, 100, 1000)))
    weight = st.builds(Fraction, st.integers(1, 99), st.just(100))
    return (
        st.builds(Number, whole.map(Fraction))
        | st.builds(Number, decimal)
        | st.builds(Number, weight, percent=st.just(True))
    )


def _formula(node: Node, result: str | None) -> Formula:
    bare = Formula(text(node), node, None, Table())
    left = Symbol(result, result, None, "result") if result else None
    symbols = {name: Symbol(name, name, None, _role(bare, name)) for name in names(node)}
    if left is not None:
        symbols = {left.name: left} | symbols
    formula = Formula("", node, left, Table(symbols))
    return Formula(str(formula), node, left, Table(symbols))


def _role(formula: Formula, name: str) -> Role:
    if formula.numerator is not None and name in names(formula.numerator):
        return "numerator"
    if formula.denominator is not None and name in names(formula.denominator):
        return "denominator"
    return "operand"


# --- printed cells -------------------------------------------------------------------------------


@st.composite
def spellings(draw: st.DrawFn, formula: Formula) -> str:
    """Generate the printed spellings of a formula in letters: signs, spaces, line breaks.

    Each means the same as ``str(formula)``. Shrinks towards that text. A first power is never
    printed close to a division: ``A^1/2`` is a root.
    """
    tokens = str(formula).split(" ")
    spelled = tokens[:1]
    for before, token in pairwise(tokens):
        root = token == "/" and before.endswith("^1")
        sign = _DIVIDED if root else _SPELLED.get(token)
        spelled.append(token if sign is None else draw(sign))
    return "".join(spelled)


def _spaced(signs: Sequence[str]) -> st.SearchStrategy[str]:
    """A sign between spaces or line ends."""
    space = st.sampled_from(_SPACES)
    return st.tuples(space, st.sampled_from(signs), space).map("".join)


def _spelled(signs: Sequence[str]) -> st.SearchStrategy[str]:
    """A sign between spaces or line ends; where it is no letter, also without."""
    return _spaced(signs) | st.sampled_from([sign for sign in signs if not sign.isalpha()])


_DIVIDED = _spaced(("/", "÷", "∕", "⁄", ":"))
_SPELLED = {
    "*": _spelled(("*", "×", "·", "∙", "∗", "x", "х")),
    "/": _spelled(("/", "÷", "∕", "⁄", ":")),
    "-": _spelled(("-", "–", "\u2212")),
    "+": _spelled("+"),
    "=": _spelled("="),
}


@st.composite
def cells(draw: st.DrawFn, formula: Formula) -> str:
    """Generate calculation cells that print a formula in letters.

    An introduction or none, a spelling of the formula, a legend of all letters or none, in
    Kazakh, Russian or English. Shrinks towards the canonical text alone.
    """
    introductions, where, words = _WORDS[draw(st.sampled_from(sorted(_WORDS)))]
    introduction = draw(st.sampled_from(("", *introductions)))
    statement = draw(spellings(formula))
    if not draw(st.booleans()):
        return introduction + statement
    dash, separator = draw(st.sampled_from("-–—=")), draw(st.sampled_from(("; ", ";\n", ", ")))
    entries = (f"{name} {dash} {words} {i}" for i, name in enumerate(formula.symbols, 1))
    return f"{introduction}{statement}, {where} {separator.join(entries)}"


# --- counts and figures --------------------------------------------------------------------------


def counts(
    formula: Formula, *, smallest: int = 0, largest: int = 1_000_000
) -> st.SearchStrategy[dict[str, int | Fraction]]:
    """Generate whole counts for each symbol that a formula needs; coefficients get a listed value.

    With ``smallest=0``, the default, denominators may be zero. Shrinks towards ``smallest``.
    """
    listed = {
        name: [case.value for case in coefficient.cases]
        for name, coefficient in formula.coefficients.items()
        if coefficient.cases
    }
    return st.fixed_dictionaries(
        {
            name: st.sampled_from(listed[name])
            if name in listed
            else st.integers(smallest, largest)
            for name in names(formula.node)
        }
    )


@st.composite
def figures(draw: st.DrawFn, value: Fraction, *, max_decimals: int = 4, agrees: bool = True) -> str:
    """Generate reported figures for a value, as documents print them: ``41,06``, ``7 159.5``.

    With ``agrees`` the figure is the value rounded to the nearest (a tie to either side);
    without, it is off by at least one and a half units of its last digit, so that no rule of
    rounding gives it. Shrinks towards no decimals.
    """
    decimals = draw(st.integers(0, max_decimals))
    scaled = value * 10**decimals
    low, high = floor(scaled), ceil(scaled)
    nearest = [n for n in (low, high) if abs(scaled - n) <= Fraction(1, 2)]
    units = draw(st.sampled_from(nearest))
    if not agrees:
        units += draw(st.integers(2, 99)) * draw(st.sampled_from((1, -1)))
    whole, part = divmod(abs(units), 10**decimals)
    group = draw(st.sampled_from(("", " ", "\u00a0", "\u202f")))
    mark = "." if decimals == 3 else draw(st.sampled_from(",."))
    shown = f"{whole:,}".replace(",", group)
    sign = "-" if units < 0 else ""
    return f"{sign}{shown}{mark}{part:0{decimals}}" if decimals else f"{sign}{shown}"


# --- properties ----------------------------------------------------------------------------------


def check_round_trip(formula: Formula) -> None:
    """Check that the canonical text of a formula means the formula.

    Raises:
        AssertionError: if reading ``str(formula)`` gives other nodes.
        FormulaSyntaxError: if it cannot be read.
    """
    again = parse(str(formula))
    if again.node != formula.node:
        raise AssertionError(f"{str(formula)!r} is read back as {str(again)!r}")
