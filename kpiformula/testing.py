"""Hypothesis strategies for formulas, printed cells, counts and figures; ready-made properties.

Needs the extra ``kpiformula[testing]``; the only room that knows Hypothesis. All randomness is
Hypothesis' own, so failures replay and shrink.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from hypothesis import strategies as st

from kpiformula.formula import Formula, Role, Symbol
from kpiformula.mapping import Table
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number, names, text, walk
from kpiformula.reading import parse

LATIN = "GFABCDEHIJKLMNOPQRSTUVWYZabcdfghijklmnopqrstuvwyz"
CYRILLIC = "БГДЖЗИЛПФЦЧШЩЭЮЯ"
"""Letters of formulas. ``x`` is left out, for it may be a multiplication sign; so are the
Cyrillic letters that look like Latin ones."""

_TIMES = ("*", "×", "·", "∙", "∗", "x", "х")
_DIVIDE = ("/", "÷", "∕", "⁄", ":")
_MINUS = ("-", "–", "\u2212")
_SPACES = (" ", "\n", "\u00a0", "\u2009", "\u202f", "  ")
_WORDS = {
    "kk": (("Есептеу формуласы: ", "Формула: "), "мұндағы:", "саны"),
    "ru": (("Формула расчета: ", "Расчет: "), "где", "число"),
    "en": (("Formula: ", "Calculation: "), "where", "number of kind"),
}


# --- formulas ------------------------------------------------------------------------------------


@st.composite
def formulas(
    draw: st.DrawFn, *, max_operands: int = 8, rational: bool = False, named: bool = False
) -> Formula:
    """Generate formulas in letters, such as ``H = G / F * 100``, with their canonical text.

    ``printed`` is the canonical text, and :func:`~kpiformula.parse` reads it back to the same
    ``node``. Letters are Latin or Cyrillic, some with an index; numbers are whole, decimal or
    per cent; functions and powers occur unless ``rational`` leaves roots, functions and zero
    powers out. ``named`` always gives a result; without it the result may be missing.

    Shrinks towards few operands, the first letters (G, F, A …), small whole numbers and
    products, without functions, signs and powers.
    """
    alphabet = draw(st.sampled_from((LATIN, CYRILLIC)))
    result = draw(st.sampled_from(alphabet[::-1]))
    letters = alphabet.replace(result, "")
    node = draw(
        _nodes(letters, max_operands=max_operands, rational=rational).filter(
            lambda node: not isinstance(node, Name | Number) and bool(names(node))
        )
    )
    if not named and _stands_alone(node) and draw(st.booleans()):
        return _formula(node, None)
    return _formula(node, result)


def _nodes(letters: str, *, max_operands: int, rational: bool) -> st.SearchStrategy[Node]:
    letter = st.sampled_from(letters)
    name = letter | st.builds(
        "{}{}".format, letter, st.sampled_from(("1", "2", f"_{letters[0]}", "_1"))
    )
    leaves = st.builds(Name, name) | _numbers()

    def combined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        power = st.builds(Number, st.integers(1 if rational else 0, 6).map(Fraction))
        ways: list[st.SearchStrategy[Node]] = [
            st.builds(Binary, st.sampled_from("*/+-"), inner, inner),
            st.builds(Negative, inner),
            st.builds(Binary, st.just("^"), st.builds(Name, name) | inner, power),
        ]
        return st.one_of(ways if rational else [*ways, *_calls(inner)])

    return st.recursive(leaves, combined, max_leaves=max_operands)


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


def _stands_alone(node: Node) -> bool:
    """Whether a formula is one without a result: a bare ``A - B`` looks like a legend entry."""
    return any(isinstance(part, Binary) and part.operator in "*/" for part in walk(node))


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


def spellings(formula: Formula) -> st.SearchStrategy[str]:
    """Generate the printed spellings of a formula in letters: signs, spaces, line breaks.

    Each means the same as ``str(formula)``. Shrinks towards that text.
    """
    return st.tuples(*map(_spelling, str(formula).split(" "))).map("".join)


def _spelling(token: str) -> st.SearchStrategy[str]:
    space = st.sampled_from(_SPACES)
    signs: dict[str, Sequence[str]] = {"*": _TIMES, "/": _DIVIDE, "-": _MINUS, "+": "+", "=": "="}
    if token not in signs:
        return st.just(token) if token[-1] != ";" else st.builds(token.__add__, space)
    spaced = st.tuples(space, st.sampled_from(signs[token]), space)
    tight = [sign for sign in signs[token] if not sign.isalpha()]
    return spaced.map("".join) | st.sampled_from(tight)


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
