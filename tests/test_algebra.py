"""Whether two formulas are one, and the expressions made of them: exact, and in bounded time."""

import random
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import product

import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import kpiformula as kf
from kpiformula.algebra.equality import equivalent
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number, children, names
from tests import oracle


def parse(text: str) -> kf.Formula:
    return kf.parse(f"H = {text}")


def decided(left: str, right: str) -> bool | str:
    """The answer, or the code of the refusal; the same whichever formula is asked."""
    one, other = parse(left), parse(right)
    answers = {answer(one.node, other.node), answer(other.node, one.node)}
    assert len(answers) == 1
    return answers.pop()


def answer(left: Node, right: Node) -> bool | str:
    try:
        return equivalent(left, right)
    except kf.LimitError as refused:
        return refused.code


# --- answers -------------------------------------------------------------------------------------

EQUAL = [
    ("G / F * 100", "100 * G / F"),
    ("(A + B) / C", "A / C + B / C"),
    ("(A^2 - B^2) / (A - B)", "A + B"),
    ("A / (B / C)", "A * C / B"),
    ("1 / (1 / A + 1 / B)", "A * B / (A + B)"),
    ("(A + B)^6", "(A^2 + 2 * A * B + B^2)^3"),
    ("A / 3 + 1 / 2", "(2 * A + 3) / 6"),
    ("mean(A; B)", "(A + B) / 2"),
    ("sum(A; B; C)", "C + B + A"),
    ("A * 50%", "A / 2"),
    ("A / A * B", "B"),
    ("A^0 * B", "B"),
    ("A - A + B", "B"),
    ("abs(A - B)", "abs(B - A)"),
    ("abs(A) * abs(B)", "abs(A * B)"),
    ("abs(A)^2", "A^2"),
    ("abs(A) / A", "A / abs(A)"),
    ("max(A; -A)", "abs(A)"),
    ("max(A; B; C)", "max(C; max(A; B))"),
    ("max(A; 2; 3)", "max(3; A)"),
    ("min(A; B) + max(A; B)", "A + B"),
    ("min(A; B)", "-max(-B; -A)"),
    ("sqrt(A)^2", "A"),
    ("sqrt(A^2)", "abs(A)"),
    ("sqrt(12 * A)", "2 * sqrt(3 * A)"),
    ("sqrt(A / 4)", "sqrt(A) / 2"),
    ("1 / sqrt(A)", "sqrt(A) / A"),
    ("(sqrt(A) + sqrt(B))^2", "A + B + 2 * sqrt(A) * sqrt(B)"),
    ("(sqrt(A) - 1) * (sqrt(A) + 1)", "A - 1"),
    ("sqrt((A + B)^3)", "abs(A + B) * sqrt(B + A)"),
    ("round(A / B; 1) * 2", "2 * round(100 * A / (100 * B); 1)"),
    ("round(-A)", "-round(A)"),
    ("A * round(7.25; 1)", "7.3 * A"),
]
DIFFERENT = [
    ("G / F * 100", "F / G * 100"),
    ("A + B / C", "(A + B) / C"),
    ("A / B / C", "A / (B / C)"),
    ("A^2", "A^3"),
    ("A / 3", "A * 0.3333"),
    ("sqrt(A + B)", "sqrt(A) + sqrt(B)"),
    ("sqrt(A^2)", "A"),
    ("sqrt(2) * A", "sqrt(3) * A"),
    ("sqrt(2) * A", "1.41421356237309504880168872421 * A"),
    ("abs(A)", "A"),
    ("max(A; B)", "max(A; C)"),
    ("round(A / B; 1)", "round(A / B; 2)"),
    ("round(A + B)", "round(A) + round(B)"),
    ("round(A + 1)", "round(A) + 1"),  # only where a tie lies below zero
    ("min(A; B; C; D; E)", "min(A; B; C; D; F)"),
    ("A / (B * (C + 1) - B * C - B)", "A / (B * (C + 1) - B * C - B)"),  # defined nowhere
    ("sqrt(-4) * A", "sqrt(-4) * A"),
]
OPEN = [
    ("sqrt(A) * sqrt(B)", "sqrt(A * B)"),
    ("round(round(A))", "round(A)"),
    ("A * abs(sqrt(5 + 2 * sqrt(6)) - sqrt(2) - sqrt(3))", "0 * A"),
]


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_what_is_equal_is_proved(left: str, right: str) -> None:
    assert decided(left, right) is True


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_what_differs_is_told_apart(left: str, right: str) -> None:
    assert decided(left, right) is False


@pytest.mark.parametrize(("left", "right"), OPEN)
def test_what_is_neither_proved_nor_told_apart_is_left_open(left: str, right: str) -> None:
    assert decided(left, right) == "KF906"
    with pytest.raises(kf.LimitError, match="cannot be decided whether the formulas are equal"):
        parse(left).equivalent(parse(right))


@pytest.mark.parametrize("power", [Number(Fraction(1, 2)), Number(Fraction(7)), Name("B")])
def test_a_power_that_is_not_evaluated_is_not_compared(power: Node) -> None:
    with pytest.raises(kf.LimitError, match="KF906: a power must be a whole number from 0 to 6"):
        equivalent(Binary("^", Name("A"), power), Name("A"))


# --- laws ----------------------------------------------------------------------------------------

COUNTS = [Fraction(n, d) for d, last in ((1, 7), (2, 9)) for n in range(-last, last + 1, d)]
"""More values than a difference of two small formulas has zeros: where they agree on all, they
are equal."""


def nodes(*functions: str) -> st.SearchStrategy[Node]:
    leaves = st.sampled_from("AB").map(Name) | st.sampled_from((0, 1, 2, 3)).map(
        lambda value: Number(Fraction(value))
    )

    def combined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        ways: list[st.SearchStrategy[Node]] = [
            st.builds(Binary, st.sampled_from("+-*/"), inner, inner),
            st.builds(Negative, inner),
            st.builds(Call, st.just("mean"), st.tuples(inner, inner)),
        ]
        for function in functions:
            operands = st.tuples(inner, inner) if function in ("min", "max") else st.tuples(inner)
            ways.append(st.builds(Call, st.just(function), operands))
        return st.one_of(ways)

    return st.recursive(leaves, combined, max_leaves=5)


def values(left: Node, right: Node) -> Iterator[tuple[oracle.Ends, oracle.Ends]]:
    """The values of two nodes wherever both are defined, by the oracle."""
    for a, b in product(COUNTS, COUNTS):
        try:
            yield tuple(oracle.ends(node, {"A": a, "B": b}) for node in (left, right))
        except oracle.NoValueError:
            continue


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nodes(), nodes())
def test_rational_formulas_are_equal_exactly_where_their_values_are(
    left: Node, right: Node
) -> None:
    multiplied = Binary("/", Binary("+", Binary("*", left, right), right), right)
    for other in (right, Binary("-", multiplied, Number(Fraction(1)))):
        found = values(left, other)
        one, two = next(found, (None, True))
        assert equivalent(left, other) is (one == two and all(a == b for a, b in found))


FUNCTIONS = ("min", "max", "abs", "sqrt", "round")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nodes(*FUNCTIONS), nodes(*FUNCTIONS))
def test_what_is_called_equal_has_equal_values(left: Node, right: Node) -> None:
    if answer(left, right) is True:
        assert all(a[0] <= b[1] and b[0] <= a[1] for a, b in values(left, right))


def exchanged(source: random.Random, node: Node, added: float = 0) -> Node:
    """The same node with operands exchanged; with chance ``added``, something added and taken."""
    below = [exchanged(source, child, added) for child in children(node)]
    match node:
        case Binary("+" | "*" as sign):
            node = Binary(sign, *source.sample(below, 2))
        case Binary(sign):
            node = Binary(sign, *below)
        case Negative():
            node = Negative(below[0])
        case Call("round" as function):
            node = Call(function, tuple(below))
        case Call(function):
            node = Call(function, tuple(source.sample(below, len(below))))
    if source.random() < added:
        node = Binary("-", Binary("+", node, Name("B")), Name("B"))
    return node


@settings(max_examples=300, deadline=None)
@given(nodes(*FUNCTIONS), st.randoms(use_true_random=False))
def test_operands_may_be_exchanged(node: Node, source: random.Random) -> None:
    other = exchanged(source, node)
    assume(next(values(node, other), None) is not None)
    assert equivalent(node, other)
    assert answer(node, exchanged(source, node, added=0.2)) is not False


# --- hostile formulas ----------------------------------------------------------------------------


def tower(base: str, height: int) -> str:
    return "(" * height + base + ")^6" * height


def nested(text: str, core: str, depth: int) -> str:
    """``text`` with itself for ``_``, ``depth`` times, and ``core`` within; # is the level."""
    for level in range(depth):
        core = text.replace("#", str(level)).replace("_", core)
    return core


def joined(sign: str, text: str, number: int) -> str:
    return sign.join(text.replace("#", str(level)) for level in range(number))


QUOTIENT = "1 / (A# + _)"
SUMS = joined(" * ", "(A# + B#)", 60)
HOSTILE: dict[str, tuple[str, str, bool | str]] = {
    "a product of sums": (SUMS, SUMS.replace("B59", "C"), False),
    "a product of sums, exchanged": (SUMS, joined(" * ", "(B# + A#)", 60), True),
    "a product of sums, one opened": (
        SUMS,
        "(A0 * A1 + A0 * B1 + B0 * A1 + B0 * B1)" + SUMS.removeprefix("(A0 + B0) * (A1 + B1)"),
        True,
    ),
    "nested quotients": (nested(QUOTIENT, "B", 40), nested(QUOTIENT, "C", 40), False),
    "nested quotients, exchanged": (
        nested(QUOTIENT, "B", 40),
        nested("1 / (_ + A#)", "2 * B / 2", 40),
        True,
    ),
    "a sum of quotients": (
        joined(" + ", "A# / (B# + C#)", 60),
        joined(" + ", "A# / (C# + B#)", 60),
        True,
    ),
    "powers of a sum": (tower("A + B", 8), tower("A + C", 8), False),
    "powers of a sum, exchanged": (tower("A + B", 8), tower("B + A", 8), True),
    "powers of a sum, opened": (
        tower("A + B", 8),
        tower("(A^2 + B^2 + 2 * A * B)^3", 7),
        "KF906",
    ),
    "powers of sums in sums": (
        nested("(_ + B)^6", "A", 20),
        nested("(_ + C)^6", "A", 20),
        False,
    ),
    "powers of a number": (tower("2 * A", 12), tower("A * 2", 12), "KF906"),
    "roundings": (nested("round(_)", "A", 12), nested("round(_)", "A + 0", 12), True),
    "roundings of means": (
        nested("round((A# + _) / 2)", "B", 12),
        nested("round((A# + _) / 2)", "C", 12),
        False,
    ),
    "minima": (nested("min(A#; _)", "B", 50), nested("min(A#; _)", "C", 50), False),
    "minima, exchanged": (nested("min(A#; _)", "B", 50), nested("min(_; A#)", "B", 50), True),
    "a maximum of many": (
        f"max({joined('; ', 'A#', 200)})",
        f"max({'; '.join(f'A{n}' for n in range(199, -1, -1))})",
        True,
    ),
    "minima of maxima": (
        nested("min(A#; max(B#; _))", "C", 22),
        nested("min(A#; max(B#; _))", "D", 22),
        "KF906",
    ),
    "roots": (nested("√(_ + A#)", "B", 40), nested("√(A# + _)", "B", 40), True),
    "roots of cubes": (
        nested("√((A# - _)^3)", "B", 20),
        nested("√((A# - _)^3)", "C", 20),
        "KF906",
    ),
    "roots of quotients": (
        nested("√(1 / (A# + _))", "B", 20),
        nested("√(1 / (A# + _))", "C", 20),
        False,
    ),
    "absolute values": (nested("|A# - _|^3", "B", 12), nested("|_ - A#|^3", "B", 12), True),
    "many roundings": (joined(" + ", "round(A + #)", 70), joined(" + ", "round(# + A)", 70), True),
    "roots of numbers": (
        "A * |√(5+2*√6)-√2-√3+√(12+2*√35)-√5-√7+√(24+2*√143)-√11-√13|",
        "A * 0",
        "KF906",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("left", "right", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_every_comparison_ends(left: str, right: str, expected: bool | str) -> None:
    assert decided(left, right) == expected


@pytest.mark.parametrize("text", [left for left, _, _ in HOSTILE.values()], ids=HOSTILE)
def test_every_expression_is_built_or_refused(text: str) -> None:
    formula = parse(text)
    with suppress(kf.LimitError):
        assert {symbol.name for symbol in formula.expr.free_symbols} == set(names(formula.node))


# --- expressions ---------------------------------------------------------------------------------

A, B, C = sympy.symbols("A B C", real=True)
ORDINARY = [
    ("A / B * 100", 100 * A / B),
    ("(A + 2 * B) / C^2", (A + 2 * B) / C**2),
    ("0.7 * A - B", sympy.Rational(7, 10) * A - B),
    ("max(A; B; A; min(C; 3))", sympy.Max(A, B, sympy.Min(C, 3))),
    ("√(4 * A) + |-B|", 2 * sympy.sqrt(A) + sympy.Abs(B)),
    ("(√A)^4", A**2),
    ("round(A; 1)", sympy.sign(A) * sympy.floor(sympy.Abs(A) * 10 + sympy.Rational(1, 2)) / 10),
    ("mean(A; B; 3)", (A + B + 3) / 3),
    ("((A^6)^6)^6", A**216),
    ("(2 + A - A)^6 * B", 64 * B),
]


@pytest.mark.parametrize(("text", "expected"), ORDINARY)
def test_an_ordinary_expression_is_simplified_as_it_is_built(
    text: str, expected: sympy.Expr
) -> None:
    assert parse(text).expr == expected


@pytest.mark.parametrize(
    "text",
    [
        tower("9 * A", 12),
        tower("A + 1.5", 12),
        nested("(_ + 2)^6", "A", 12),
        f"A + √({tower('7', 7)})",
    ],
)
def test_powers_of_powers_of_numbers_are_refused(text: str) -> None:
    with pytest.raises(kf.LimitError, match="KF906: the powers multiply out to numbers of more"):
        assert parse(text).expr


def test_roundings_in_one_another_are_refused() -> None:
    with pytest.raises(kf.LimitError, match="KF906: roundings stand too deep in one another"):
        assert parse(nested("round(_)", "A", 50)).expr


@pytest.mark.parametrize(
    "text",
    [
        nested("√(_ + A)", "B", 9),
        nested("min(max(_; A); B * _)", "A - B", 4),
        nested("|A - _ / 3|", "B", 9),
        nested("round(A - _ / 3; 1)", "B", 7),
        f"max({joined('; ', 'A / #', 30).replace('/ 0', '/ 99')}) + B",
    ],
)
def test_an_expression_beyond_the_ordinary_has_the_same_value(text: str) -> None:
    formula = parse(text)
    for a, b in ((7, 2), (Fraction(-9, 4), 5), (0, -3)):
        counts = {"A": Fraction(a), "B": Fraction(b)}
        try:
            low, high = oracle.ends(formula.node, counts)
        except oracle.NoValueError:
            continue
        value = formula.expr.xreplace(
            {s: sympy.Rational(*counts[s.name].as_integer_ratio()) for s in (A, B)}
        ).doit()
        assert abs(value.evalf(40) - sympy.Rational(*((low + high) / 2).as_integer_ratio())) < 1e-30
