"""Counts to results: exact values, steps, missing counts, categories, zero denominators."""

import decimal
import pickle
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from indicators import indicator

from kpiformula import InputError, LimitError, Result, Unread, evaluate, parse
from kpiformula.arithmetic import program
from kpiformula.nodes import Binary, Call, Name, Number

SHARE = parse("H = G / F * 100")
WITH_CATEGORIES = parse(
    "Есептеу формуласы: H= G÷F×100×К, мұндағы: H - үлесі; G - саны; F - жалпы саны; "
    "К – зерттеу жоғары оқу орындары үшін коэффициент – 2; ұлттық – 1,5; өңірлік – 1; "
    "шағын контингенті 3000 адамға дейін өңірлік – 0,7; педагогикалық - 0,5"
)
SMALL = "шағын контингенті 3000 адамға дейін өңірлік"
INDICATOR = indicator(
    "H = G / F * 100",
    {"G": ("publications", "publication"), "F": ("teachers", "teacher")},
)


def code(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as raised:
        call()
    return raised.value.code


def computed(text: str, **counts: int) -> Result:
    """Evaluate a formula with those of the counts that it uses."""
    formula = parse(text)
    return evaluate(formula, {n: c for n, c in counts.items() if n in formula.symbols})


# --- values ------------------------------------------------------------------------------------


Oracle = Callable[[Mapping[str, Fraction]], Fraction]
"""Another way to the same value: operations on Fractions, one by one."""


def combined(operator: str, left: tuple[str, Oracle], right: tuple[str, Oracle]) -> (
    tuple[str, Oracle]
):  # fmt: skip
    apply: Callable[[Fraction, Fraction], Fraction] = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "min": min,
        "max": max,
        "mean": lambda a, b: (a + b) / 2,
        "sum": lambda a, b: a + b,
    }[operator]
    (x, f), (y, g) = left, right
    text = f"{operator}({x}; {y})" if operator.isalpha() else f"({x}) {operator} ({y})"
    return text, lambda counts: apply(f(counts), g(counts))


def changed(change: str, inner: tuple[str, Oracle]) -> tuple[str, Oracle]:
    x, f = inner
    return {
        "abs": (f"abs({x})", lambda counts: abs(f(counts))),
        "negative": (f"0 - ({x})", lambda counts: -f(counts)),
        "square": (f"({x}) ^ 2", lambda counts: f(counts) * f(counts)),
        "zeroth": (f"({x}) ^ 0", lambda counts: f(counts) * 0 + 1),
        "round": (f"round({x}; 1)", lambda counts: half_away(f(counts))),
    }[change]


def half_away(value: Fraction) -> Fraction:
    tenths = int(abs(value) * 10 + Fraction(1, 2))
    return Fraction(tenths if value > 0 else -tenths, 10)


LEAVES = st.sampled_from("GFSR").map(lambda name: (name, lambda counts: counts[name])) | (
    st.decimals(0, 50, places=1).map(lambda n: (str(n), lambda _: Fraction(n)))
)
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(
            combined,
            st.sampled_from(["+", "-", "*", "/", "min", "max", "mean", "sum"]),
            inner,
            inner,
        )
        | st.builds(
            changed, st.sampled_from(["abs", "negative", "square", "zeroth", "round"]), inner
        )
    ),
    max_leaves=8,
)
COUNTS = st.fixed_dictionaries(
    {name: st.integers(0, 40) | st.fractions(-9, 9, max_denominator=9) for name in "GFSR"}
)


@given(FORMULAS, COUNTS)
def test_values_are_those_of_an_independent_oracle(
    made: tuple[str, Oracle], counts: dict[str, Fraction]
) -> None:
    text, oracle = made
    formula = parse(f"H = G + ({text})")
    used = {name: count for name, count in counts.items() if name in formula.symbols}
    result = evaluate(formula, used)
    try:
        expected = counts["G"] + oracle({n: Fraction(c) for n, c in counts.items()})
    except ZeroDivisionError:
        assert result.status == "undefined"
        assert result.value is None
    else:
        assert (result.status, result.value) == ("exact", expected)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("H = G - F - 1", "-2"),
        ("H = -G + F", "1"),
        ("H = G / F / 2", "1/3"),
        ("H = 2 * G ^ 3", "16"),
        ("H = 1: (F / G)", "2/3"),
        ("H = 70% * G + 0.3 * F", "2.3"),
        ("H = G / F * 100%", "200/3"),
        ("H = sqrt(G * 8 / (F * 3))", "4/3"),
        ("H = round(G / 4)", "1"),
        ("H = round(0 - G / 4)", "-1"),
        ("H = round(G / F; 2)", "0.67"),
        ("H = min(G; F; 1) + max(G; F) + mean(G; F; 1)", "6"),
        ("H = abs(G - F) + sum(G; F)", "6"),
        ("H = max(F / 5; G / 4) - min(G / 4; F / 5)", "0.1"),
    ],
)
def test_values(text: str, value: str) -> None:
    assert computed(text, G=2, F=3).value == Fraction(value)


@pytest.mark.parametrize(
    "count",
    [35, Fraction(35), Decimal("35.00"), Decimal("3.5E+1"), "35", "35,0", " 35 "],
)
def test_kinds_of_counts(count: object) -> None:
    result = evaluate(SHARE, {"G": count, "F": "8 525"})  # type: ignore[dict-item]
    assert result.value == Fraction(140, 341)
    assert result.counts == {"G": 35, "F": 8525}


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (35.0, "KF501"),
        (float("nan"), "KF501"),
        (float("inf"), "KF501"),
        (True, "KF501"),
        (Decimal("NaN"), "KF501"),
        (Decimal("sNaN"), "KF501"),
        (Decimal("-Infinity"), "KF501"),
        (35j, "KF501"),
        ([35], "KF501"),
        ("35 %", "KF501"),
        ("#DIV/0!", "KF504"),
        ("1e9", "KF504"),
        ("__import__('os')", "KF504"),
        ("1,234", "KF505"),
        ("1" * 31, "KF905"),
        (Decimal("1e999999999"), "KF905"),
        (Decimal("1e-999999999"), "KF905"),
        (10**30 + 1, "KF905"),
        (Fraction(1, 10**31), "KF905"),
    ],
)
def test_counts_that_are_refused(count: object, expected: str) -> None:
    with pytest.raises(InputError, match="G: ") as raised:
        evaluate(SHARE, {"G": count, "F": 8525})  # type: ignore[dict-item]
    assert raised.value.code == expected


def test_a_refused_float_says_how_to_give_it() -> None:
    with pytest.raises(InputError, match=r"'0\.1', or as Decimal\('0\.1'\)"):
        evaluate(SHARE, {"G": 0.1, "F": 3})  # type: ignore[dict-item]


def test_the_largest_counts_are_exact() -> None:
    assert evaluate(SHARE, {"G": 10**30, "F": 10**30 - 1}).value == Fraction(
        10**32, 10**30 - 1
    )  # fmt: skip


def test_a_percentage_is_a_count_where_the_unit_says_so() -> None:
    subject = indicator("H = (G + F) / 2", {"G": ("one", "percent"), "F": ("other", "person")})
    assert evaluate(subject, {"G": "35 %", "F": 1}).value == 18
    assert code(lambda: evaluate(subject, {"G": 35, "F": "1 %"})) == "KF501"


def test_the_callers_decimal_context_has_no_influence() -> None:
    with decimal.localcontext(prec=2):
        result = evaluate(SHARE, {"G": Decimal("35.125"), "F": 8525})
        assert result.value == Fraction(35125, 85250)
        assert str(result.rounded(6)) == "0.412023"


# --- what is missing ---------------------------------------------------------------------------


@pytest.mark.parametrize("blank", [None, "", "  ", "-", "–", "—"])
def test_a_missing_count_is_never_zero(blank: str | None) -> None:
    for counts in ({"G": blank, "F": 8525}, {"F": 8525}):
        result = evaluate(SHARE, counts)
        assert (result.value, result.status, result.missing) == (None, "not_evaluated", ("G",))
        assert str(result) == "H: not evaluated: G is missing"
        assert result.counts == {"F": 8525}
        assert result.steps[1] == "G / 8525 * 100"


def test_all_missing_counts_are_named_with_their_inputs() -> None:
    result = evaluate(INDICATOR, {})
    assert result.missing == ("G", "F")
    assert result.reason == "G (publications), F (teachers) are missing"


@pytest.mark.parametrize(
    ("text", "counts", "reason"),
    [
        ("H = G / F * 100", {"G": 35, "F": 0}, "the denominator F is 0"),
        ("H = G / F * 100", {"G": 0, "F": 0}, "the denominator F is 0"),
        ("H = G / F * F", {"G": 35, "F": 0}, "the denominator F is 0"),
        ("H = G / (F - S)", {"G": 1, "F": 2, "S": 2}, "the denominator F - S is 0"),
        ("H = G / (F * K)", {"G": 1, "F": 2, "K": 0}, "the denominator F * K is 0"),
        ("H = 1 / (G / F)", {"G": 0, "F": 2}, "the denominator G / F is 0"),
        ("H = 0 * G / F", {"G": 1, "F": 0}, "the denominator F is 0"),
        ("H = G + S / F ^ 0 / F", {"G": 1, "S": 1, "F": 0}, "the denominator F is 0"),
        ("H = sqrt(G - F)", {"G": 1, "F": 3}, "sqrt(G - F) is the root of a negative number"),
        ("H = sqrt(2) / (G - F)", {"G": 3, "F": 3}, "the denominator G - F is 0"),
        (
            "H = 1 / (sqrt(G) - sqrt(F))",
            {"G": 2, "F": 2},
            "the denominator sqrt(G) - sqrt(F) cannot be told from 0",
        ),
        (
            "H = sqrt(sqrt(G) - sqrt(F))",
            {"G": 2, "F": 2},
            "sqrt(sqrt(G) - sqrt(F)) cannot be told from the root of a negative number",
        ),
        ("H = sqrt(1 - sqrt(G))", {"G": 2}, "sqrt(1 - sqrt(G)) is the root of a negative number"),
    ],
)
def test_undefined_values_name_the_printed_part(
    text: str, counts: dict[str, int], reason: str
) -> None:
    result = evaluate(parse(text), counts)
    assert (result.status, result.value, result.interval) == ("undefined", None, None)
    assert result.reason == reason
    assert result.missing == ()
    assert result.steps[2] == f"undefined: {reason}"


def test_what_has_no_value_cannot_be_rounded() -> None:
    with pytest.raises(InputError, match="F is 0") as raised:
        evaluate(SHARE, {"G": 35, "F": 0}).rounded(1)
    assert raised.value.code == "KF512"


# --- roots -------------------------------------------------------------------------------------


@given(st.integers(2, 10**12), st.integers(1, 10**6))
def test_a_root_is_enclosed(g: int, f: int) -> None:
    result = evaluate(parse("H = sqrt(G / F) * 100"), {"G": g, "F": f})
    square = Fraction(g, f) * 10**4
    if result.value is not None:
        assert result.value**2 == square
    else:
        assert result.interval is not None
        assert result.status == "enclosed"
        assert 0 < result.interval.width <= Fraction(1, 10**40)
        assert result.interval.low**2 < square < result.interval.high**2


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("H = sqrt(G)", "1.41421356"),
        ("H = 3 - sqrt(G) ^ 3", "0.17157288"),
        ("H = -sqrt(G) / sqrt(F)", "-0.81649658"),
        ("H = abs(1 - sqrt(G)) + abs(sqrt(G))", "1.82842712"),
        ("H = max(sqrt(G); F) + min(sqrt(G); F)", "4.41421356"),
        ("H = mean(sqrt(G); sqrt(F); 1)", "1.38208812"),
        ("H = sum(sqrt(G); sqrt(F); 1)", "4.14626437"),
        ("H = sqrt(sqrt(G))", "1.18920712"),
        ("H = sqrt(G - F + 1) + sqrt(G)", "1.41421356"),
        ("H = sqrt(G * 10 ^ 6)", "1414.21356237"),
        ("H = abs(sqrt(G) - sqrt(G)) + sqrt(F)", "1.73205081"),
        ("H = sqrt((sqrt(G) - sqrt(G))^2) + sqrt(F)", "1.73205081"),
        ("H = ((sqrt(G) * 10^6)^6)^6 / ((G * 10^6 * 10^6)^6)^3 + sqrt(F)", "2.73205081"),
        ("H = 1 / ((sqrt(G) - 1.4142135623730950488)^6)^6 * 0 + sqrt(F)", "1.73205081"),
    ],
)
def test_values_with_roots(text: str, digits: str) -> None:
    result = computed(text, G=2, F=3)
    assert result.interval is not None
    assert str(result.rounded(8)) == digits
    assert result.interval.width <= Fraction(1, 10**40)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("H = sqrt(G - F + 1)", "0"),
        ("H = sqrt(G / 9 * 2) + min(sqrt(G); 1)", "5/3"),
        ("H = round(sqrt(G); 2)", "1.41"),
        ("H = min(sqrt(G); 1)", "1"),
        ("H = sqrt(G) ^ 0", "1"),
        ("H = sqrt(F + 6) + max(1; sqrt(G) - F)", "4"),
    ],
)
def test_a_root_may_leave_an_exact_value(text: str, value: str) -> None:
    result = computed(text, G=2, F=3)
    assert (result.status, result.value) == ("exact", Fraction(value))


def test_an_absolute_value_near_zero_is_enclosed() -> None:
    result = evaluate(parse("H = abs(sqrt(G) - sqrt(G))"), {"G": 2})
    assert result.interval is not None
    assert result.interval.low == 0 < result.interval.high


def test_a_tie_that_cannot_be_told_is_not_rounded() -> None:
    result = evaluate(parse("H = sqrt(G) * sqrt(G) / 4"), {"G": 2})
    assert result.interval is not None
    assert Fraction(1, 2) in result.interval
    assert str(result.rounded(1)) == "0.5"
    assert code(lambda: result.rounded(0)) == "KF512"
    inner = evaluate(parse("H = round(sqrt(G) * sqrt(G) / 4)"), {"G": 2})
    assert str(inner.interval) == "[0, 1]"


# --- results -----------------------------------------------------------------------------------


def test_steps_and_text() -> None:
    result = evaluate(WITH_CATEGORIES, {"G": 35, "F": 8525}, category="national")
    assert result.steps == (
        "H = G / F * 100 * K",
        "35 / 8525 * 100 * 1.5",
        "= 210/341 ≈ 0.6158",
    )
    assert str(result) == "H = 210/341 ≈ 0.6158"
    assert str(evaluate(INDICATOR, {"G": 35, "F": 8525})) == "H = 140/341 ≈ 0.4106 percent"
    assert str(evaluate(parse("G / F"), {"G": 1, "F": 4})) == "G / F = 0.25"
    assert str(evaluate(parse("H = sqrt(G)"), {"G": 2})) == "H ≈ 1.4142"
    negative = evaluate(parse("H = G - F ^ 2"), {"G": 1, "F": Fraction(-1, 3)})
    assert negative.steps[1] == "1 - (-1/3)^2"


def test_rounded() -> None:
    result = evaluate(SHARE, {"G": 23, "F": 80})
    assert [str(result.rounded(d)) for d in (3, 2, 1, 0, -1)] == [
        "28.750", "28.75", "28.8", "29", "3E+1",
    ]  # fmt: skip
    assert str(result.rounded(1, "half_down")) == "28.7"
    assert str(result.rounded(1, "half_even")) == "28.8"


def test_results_are_frozen_compare_by_meaning_and_pickle() -> None:
    result = evaluate(INDICATOR, {"G": 35, "F": 8525})
    with pytest.raises(FrozenInstanceError):
        result.unit = "person"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(result)) == result
    assert result == evaluate(INDICATOR, {"F": "8 525", "G": Decimal(35)})
    assert result != evaluate(INDICATOR, {"G": 36, "F": 8525})
    assert len({result, evaluate(INDICATOR, {"publications": 35, "teachers": 8525})}) == 1


def test_a_formula_with_unread_text_taints_its_results() -> None:
    unread = replace(SHARE, unread=(Unread("but at most 75 points"),))
    assert not evaluate(SHARE, {"G": 1, "F": 4}).tainted
    assert evaluate(unread, {"G": 1, "F": 4}).tainted


def test_threads_share_formulas() -> None:
    formulas = [parse(f"H = G / F * {n}") for n in range(1, 50)]
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda n: evaluate(formulas[n % 49], {"G": n, "F": 7}), range(500))
        values = [result.value for result in results]
    assert values == [Fraction(n * (n % 49 + 1), 7) for n in range(500)]


def test_more_formulas_than_are_kept_ready() -> None:
    results = [evaluate(replace(SHARE), {"G": n, "F": 100}) for n in range(5000)]
    assert [result.value for result in results] == list(range(5000))


# --- keys and indicators -----------------------------------------------------------------------


def test_keys_are_symbols_or_inputs() -> None:
    by_symbol = evaluate(INDICATOR, {"G": 35, "F": 8525})
    by_input = evaluate(INDICATOR, {"publications": 35, "teachers": 8525})
    assert by_symbol == by_input == evaluate(INDICATOR, {"G": 35, "teachers": 8525})
    assert (by_symbol.unit, by_symbol.value) == ("percent", Fraction(140, 341))


def test_an_input_stands_for_every_symbol_that_uses_it() -> None:
    subject = indicator("H = G / F + S / F", {"G": ("a", "person"), "S": ("a", "person"),
                                               "F": ("b", "person")})  # fmt: skip
    assert evaluate(subject, {"a": 1, "b": 4}).value == Fraction(1, 2)
    assert evaluate(subject, {"a": 1, "b": 4, "S": "1,0"}).value == Fraction(1, 2)
    assert evaluate(subject, {"a": 1, "b": 4, "S": None}).value == Fraction(1, 2)
    with pytest.raises(InputError, match=r"S is given two values: 1 and 1\.5") as raised:
        evaluate(subject, {"a": 1, "b": 4, "S": "1,5"})
    assert raised.value.code == "KF503"


@pytest.mark.parametrize(
    ("key", "help_text"),
    [
        ("f", "did you mean F?"),
        ("К", "known are"),
        ("techers", "did you mean teachers?"),
        ("H", "known are"),
        ("zzz", "known are G, F, publications, teachers"),
        (7, "known are"),
    ],
)
def test_unknown_keys_name_the_nearest(key: str, help_text: str) -> None:
    with pytest.raises(InputError) as raised:
        evaluate(INDICATOR, {"G": 35, "F": 8525, key: 1})
    assert raised.value.code == "KF502"
    assert help_text in str(raised.value)


def test_a_twin_of_the_other_alphabet_is_recognised() -> None:
    with pytest.raises(InputError, match=r"did you mean K\?"):
        evaluate(parse("H = G * K"), {"G": 1, "К": 2})


def test_the_reading_is_evaluated_unless_the_printed_formula_is_asked_for() -> None:
    subject = indicator(
        "H = G / F, мұндағы: G - саны; F - жалпы саны; S - басқа саны",
        {"G": ("g", "person"), "F": ("f", "person"), "S": ("s", "person")},
        erratum="H = (G + S) / F * 100",
    )
    counts = {"G": 1, "F": 4, "S": 1}
    assert evaluate(subject, counts).value == 50
    assert evaluate(subject, counts, as_printed=True).value == Fraction(1, 4)
    assert evaluate(subject, {"g": 1, "f": 4}, as_printed=True).value == Fraction(1, 4)
    assert evaluate(subject, {"g": 1, "f": 4}).missing == ("S",)


def test_an_erratum_leaves_the_printed_coefficients_valid() -> None:
    subject = indicator(
        WITH_CATEGORIES.printed,
        {"G": ("g", "person"), "F": ("f", "person")},
        erratum="H = G / F * K",
    )
    assert evaluate(subject, {"g": 1, "f": 2}, category="research").value == 1


# --- coefficients ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "more", "coefficient"),
    [
        ("national", {}, "1.5"),
        ("ұлттық", {}, "1.5"),
        ("  Ұлттық ", {}, "1.5"),
        ("pedagogical", {}, "0.5"),
        (SMALL, {}, "0.7"),
        ("өңірлік", {}, "1"),
        ("regional", {SMALL: 2999}, "0.7"),
        ("regional", {SMALL: 3000}, "1"),
        ("regional", {SMALL: "2 999"}, "0.7"),
        (SMALL, {SMALL: 2999}, "0.7"),
        ("өңірлік", {SMALL: 3000}, "1"),
        (None, {"K": "0,7"}, "0.7"),
        (None, {"K": 9}, "9"),
        ("national", {"K": "1,5"}, "1.5"),
        ("regional", {"K": "0,7"}, "0.7"),
    ],
)
def test_a_coefficient_is_chosen_by_category(
    category: str | None, more: dict[str, int | str], coefficient: str
) -> None:
    result = evaluate(WITH_CATEGORIES, {"G": 1, "F": 100} | more, category=category)
    assert result.counts["K"] == Fraction(coefficient)
    assert result.value == Fraction(coefficient)


@pytest.mark.parametrize(
    ("category", "more", "expected", "message"),
    [
        (None, {}, "KF506", "depends on the category"),
        (None, {"K": None}, "KF506", "depends on the category"),
        ("ұлтық", {}, "KF506", "national ('ұлттық') 1.5"),
        ("", {}, "KF506", "no case"),
        ("national", {"K": 2}, "KF503", "2 among the counts, 1.5 by the category 'national'"),
        ("unheard of", {"K": 2}, "KF506", "no case"),
        ("regional", {}, "KF507", "give a count for"),
        ("regional", {SMALL: None}, "KF507", "give a count for"),
        (SMALL, {SMALL: 3000}, "KF507", "no case fits"),
        ("өңірлік", {SMALL: 2999}, "KF507", "no case fits"),
    ],
)
def test_a_coefficient_is_never_guessed(
    category: str | None, more: dict[str, int | None], expected: str, message: str
) -> None:
    with pytest.raises(InputError) as raised:
        evaluate(WITH_CATEGORIES, {"G": 1, "F": 100} | more, category=category)
    assert raised.value.code == expected
    assert message in str(raised.value)


def test_the_only_case_of_a_category_still_has_its_condition() -> None:
    formula = parse(f"H = G * K, мұндағы: G - саны; К – ұлттық коэффициент – 2; {SMALL} – 0,7")
    for more in ({}, {SMALL: 3000}):
        counts = {"G": 1} | more
        assert code(lambda c=counts: evaluate(formula, c, category="regional")) == "KF507"
    assert evaluate(formula, {"G": 1, SMALL: 2999}, category="regional").value == Fraction("0.7")


@given(st.text(max_size=12))
def test_any_other_category_is_refused(category: str) -> None:
    known = {"national", "regional", "pedagogical", "research"}
    labels = {case.label.casefold() for case in WITH_CATEGORIES.coefficients["K"].cases}
    assume(" ".join(category.split()).casefold() not in known | labels)
    assert code(lambda: evaluate(WITH_CATEGORIES, {"G": 1, "F": 2}, category=category)) == "KF506"


def test_a_category_is_not_needed_where_no_coefficient_is() -> None:
    assert evaluate(SHARE, {"G": 1, "F": 4}, category="national").value == 25


# --- limits ------------------------------------------------------------------------------------


def test_powers_of_powers_are_limited() -> None:
    node = Name("G")
    for _ in range(3):
        node = Binary("^", node, Number(Fraction(6)))
    assert program(node)([(2, 1)]) == (2**216, 1)
    with pytest.raises(LimitError) as raised:
        program(Binary("^", node, Number(Fraction(6))))
    assert raised.value.code == "KF906"
    for operator in ("+", "*"):
        twice = Binary(operator, node, node)
        assert program(Binary("^", twice, Number(Fraction(2))))([(1, 1)])
        with pytest.raises(LimitError):
            program(Binary("^", twice, Number(Fraction(3))))


def test_a_printed_zero_is_a_zero_denominator() -> None:
    node = Binary("/", Name("G"), Number(Fraction(0)))
    result = evaluate(replace(SHARE, node=node), {"G": 1})
    assert result.reason == "the denominator 0 is 0"


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (Binary("^", Name("G"), Number(Fraction(7))), "KF906"),
        (Binary("^", Name("G"), Number(Fraction(1, 2))), "KF906"),
        (Binary("^", Number(Fraction(2)), Name("G")), "KF906"),
        (Call("round", (Name("G"), Number(Fraction(31)))), "KF905"),
        (Call("round", (Name("G"), Name("F"))), "KF905"),
    ],
)
def test_nodes_beyond_the_limits(node: Binary | Call, expected: str) -> None:
    with pytest.raises(LimitError) as raised:
        program(node)
    assert raised.value.code == expected
