"""Criteria: read from text, held against a dictionary, compared by algebra, told in words."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import sympy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy.logic.boolalg import Boolean

from kpiformula.criteria.algebra import (
    boolean,
    counter_example,
    equivalent,
    satisfiable,
    satisfying,
    simplified,
)
from kpiformula.criteria.dictionary import Field, NamedCondition, Population
from kpiformula.criteria.meaning import (
    ALWAYS,
    NEVER,
    Compares,
    ComparesColumns,
    Contrary,
    IsKnown,
    IsOneOf,
    IsTrue,
    Joined,
    Meaning,
    columns,
    meaning_of,
)
from kpiformula.criteria.reading import read_condition, read_definition
from kpiformula.criteria.selection import Criterion, Measure, Question, Selection
from kpiformula.criteria.syntax import (
    All,
    Comparison,
    Condition,
    Covers,
    Definition,
    During,
    Flag,
    Known,
    Moment,
    Not,
    OneOf,
    Quantity,
    Reference,
    Text,
    Window,
    Word,
    conjuncts,
)
from kpiformula.criteria.syntax import (
    Any as Either,
)
from kpiformula.criteria.syntax import tests as each_test
from kpiformula.criteria.wording import english, latex
from kpiformula.diagnostics import CriterionError, Source
from kpiformula.mapping import Table
from tests import criteria_oracle
from tests.conditions import conditions_of, grown

YEAR = 2025

# --- conditions, drawn ---------------------------------------------------------------------------

KEYWORDS = {
    "and", "or", "not", "is", "missing", "known", "between", "in", "within", "of", "before", "at",
    "during", "reporting_year", "reporting_year_start", "reporting_year_end",
}  # fmt: skip

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda n: n not in KEYWORDS)
NAMES |= st.sampled_from(["android", "order", "nothing", "isolated", "in_house", "at_work", "of_2"])
NUMBERS = st.decimals(0, 10**9, places=3).map(Fraction) | st.integers(0, 10**29).map(Fraction)
QUANTITIES = st.builds(Quantity, NUMBERS, st.none() | NAMES)
DAYS = st.dates().map(date.isoformat)
ANCHORS = DAYS | st.sampled_from(["reporting_year", "reporting_year_start", "reporting_year_end"])
SHIFTS: Any = st.tuples(QUANTITIES, st.booleans()) | st.just((None, False))
MOMENTS = st.builds(lambda anchor, shift: Moment(anchor, *shift), ANCHORS, SHIFTS)
WORDS = st.builds(lambda name, shift: Word(name, *shift), NAMES, SHIFTS)
TEXTS = st.builds(Text, st.text(st.characters(exclude_characters='"\n', exclude_categories=["Cs"])))
VALUES = QUANTITIES | MOMENTS | WORDS | TEXTS
SIGNS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
CODES = st.from_regex(r"[0-9]{1,2}\.[0-9]/[0-9]{1,2}[a-z]?", fullmatch=True)

WINDOWS = st.builds(Window, NAMES) | st.builds(Window, NAMES, QUANTITIES, st.booleans())
TESTS = st.one_of(
    st.builds(Flag, NAMES),
    st.builds(Comparison, NAMES, SIGNS, VALUES),
    st.builds(OneOf, NAMES, st.lists(VALUES, min_size=1, max_size=4).map(tuple)),
    st.builds(Known, NAMES),
    WINDOWS,
    st.builds(Covers, NAMES, MOMENTS),
    st.builds(During, NAMES),
    st.builds(Reference, CODES),
)


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(TESTS, grown, max_leaves=12)


# --- reading -------------------------------------------------------------------------------------


@given(CONDITIONS)
@example(Comparison("level", "=", Word("master")))
@example(Not(Either((Flag("a"), Not(All((Flag("b"), Known("c"))))))))
@example(Either((All((Flag("a"), Either((Flag("b"), Flag("c"))))), Not(Known("a")))))
@example(OneOf("x", (Text(" and or } "), Quantity(Fraction(1, 4), "fte"))))
def test_a_written_condition_is_read_back_as_itself(condition: Condition) -> None:
    assert read_condition(str(condition)) == condition


@given(NAMES, CONDITIONS)
def test_a_written_definition_is_read_back_as_itself(name: str, condition: Condition) -> None:
    definition = Definition(name, condition)
    assert read_definition(str(definition)) == definition


@given(CONDITIONS, st.sampled_from([" ", "\n", "\t ", "  \n "]))
def test_spaces_between_marks_say_nothing(condition: Condition, space: str) -> None:
    text = str(condition)
    if '"' not in text:
        assert read_condition(text.replace(" ", space)) == condition


def number(value: int, unit: str | None = None) -> Quantity:
    return Quantity(Fraction(value), unit)


FORMS: dict[str, Condition] = {
    "on_staff": Flag("on_staff"),
    "not on_staff": Not(Flag("on_staff")),
    "not not on_staff": Flag("on_staff"),
    "not not not on_staff": Not(Flag("on_staff")),
    "((on_staff))": Flag("on_staff"),
    "a and b": All((Flag("a"), Flag("b"))),
    "a, and b": All((Flag("a"), Flag("b"))),
    "a or b": Either((Flag("a"), Flag("b"))),
    "a , or b": Either((Flag("a"), Flag("b"))),
    "a and (b and c) and d": All(tuple(map(Flag, "abcd"))),
    "a or (b or c) or d": Either(tuple(map(Flag, "abcd"))),
    "a or b and c": Either((Flag("a"), All((Flag("b"), Flag("c"))))),
    "(a or b) and c": All((Either((Flag("a"), Flag("b"))), Flag("c"))),
    "not a and b": All((Not(Flag("a")), Flag("b"))),
    "not (a and b)": Not(All((Flag("a"), Flag("b")))),
    "age = 45 years": Comparison("age", "=", number(45, "years")),
    "age != 45": Comparison("age", "!=", number(45)),
    "age ≠ 45": Comparison("age", "!=", number(45)),
    "age < 45": Comparison("age", "<", number(45)),
    "age <= 45": Comparison("age", "<=", number(45)),
    "age≤45": Comparison("age", "<=", number(45)),
    "age > 45": Comparison("age", ">", number(45)),
    "age >= 45": Comparison("age", ">=", number(45)),
    "age ≥ 45": Comparison("age", ">=", number(45)),
    "fte >= 0.25 fte": Comparison("fte", ">=", Quantity(Fraction(1, 4), "fte")),
    "share >= 60 %": Comparison("share", ">=", number(60, "percent")),
    "share >= 60%": Comparison("share", ">=", number(60, "percent")),
    "level = master": Comparison("level", "=", Word("master")),
    "level != master": Comparison("level", "!=", Word("master")),
    'ranking = "QS World"': Comparison("ranking", "=", Text("QS World")),
    "18 <= age < 45": All(
        (Comparison("age", ">=", number(18)), Comparison("age", "<", number(45)))
    ),
    "18 years < age ≤ 45 years": All(
        (
            Comparison("age", ">", number(18, "years")),
            Comparison("age", "<=", number(45, "years")),
        )
    ),
    "2024-01-01 <= hired <= reporting_year_end": All(
        (
            Comparison("hired", ">=", Moment("2024-01-01")),
            Comparison("hired", "<=", Moment("reporting_year_end")),
        )
    ),
    "age between 18 and 45 and citizen": All(
        (
            Comparison("age", ">=", number(18)),
            Comparison("age", "<=", number(45)),
            Flag("citizen"),
        )
    ),
    "level in {master}": OneOf("level", (Word("master"),)),
    "level in {master, doctoral}": OneOf("level", (Word("master"), Word("doctoral"))),
    "level not in {master, doctoral}": Not(OneOf("level", (Word("master"), Word("doctoral")))),
    "level is missing": Not(Known("level")),
    "not level is missing": Known("level"),
    "level is known": Known("level"),
    "graduated in reporting_year": Window("graduated"),
    "graduated within 5 years of reporting_year": Window("graduated", number(5, "years")),
    "graduated within 5 years before reporting_year": Window("graduated", number(5, "years"), True),
    "employed at reporting_year_end": Covers("employed", Moment("reporting_year_end")),
    "employed at 2025-10-01": Covers("employed", Moment("2025-10-01")),
    "employed at reporting_year_start + 9 months": Covers(
        "employed", Moment("reporting_year_start", number(9, "months"))
    ),
    "employed during reporting_year": During("employed"),
    "hired > reporting_year_end - 1 year": Comparison(
        "hired", ">", Moment("reporting_year_end", number(1, "year"), True)
    ),
    "hired > reporting_year − 1 year": Comparison(
        "hired", ">", Moment("reporting_year", number(1, "year"), True)
    ),
    "defended <= applied + 3 months": Comparison(
        "defended", "<=", Word("applied", number(3, "months"))
    ),
    "defended <= applied - 3 months": Comparison(
        "defended", "<=", Word("applied", number(3, "months"), True)
    ),
    "as for 1.3/7a": Reference("1.3/7a"),
    "as  for 1.3/7a, and age <= 45 years": All(
        (Reference("1.3/7a"), Comparison("age", "<=", number(45, "years")))
    ),
    "(as for 1.3/7a) or b": Either((Reference("1.3/7a"), Flag("b"))),
}


@pytest.mark.parametrize("text", FORMS)
def test_each_form_is_read(text: str) -> None:
    found = read_condition(text)
    assert found == FORMS[text]
    assert read_condition(str(found)) == found


def test_each_node_knows_where_it_stands() -> None:
    text = "level = master and not (age between 18 and 45 years or b)"
    condition = read_condition(text)
    spans = {
        type(each).__name__: text[each.span.start : each.span.end] for each in each_test(condition)
    }
    assert spans == {"Comparison": "age between 18 and 45 years", "Flag": "b"}
    first, second = conjuncts(condition)
    assert text[first.span.start : first.span.end] == "level = master"
    assert text[second.span.start : second.span.end].startswith("not (age")


REFUSED: dict[str, tuple[int, int, str]] = {
    "": (0, 0, "ends too early"),
    "age >": (4, 5, "ends too early"),
    "age > > 5": (6, 7, "`>` cannot stand here"),
    "age 45": (4, 6, "`45` cannot stand here"),
    "age > 45 )": (9, 10, "`)` cannot stand here"),
    "(age > 45": (8, 9, "ends too early"),
    "аge > 45": (0, 1, "`а` cannot stand here"),
    "age >= 45 and": (12, 13, "ends too early"),
    "level in {}": (10, 11, "`}` cannot stand here"),
    "level in {a b c}": (12, 13, "`b` cannot stand here"),
    'x = "open': (4, 5, "cannot stand here"),
    "hired = 2025-02-30": (8, 18, "there is no day 2025-02-30"),
    "hired = 2025-13-01": (8, 18, "there is no day 2025-13-01"),
    "a := b": (2, 4, "`:=` cannot stand here"),
    "Age > 5": (0, 1, "cannot stand here"),
    "x in reporting_year_end": (5, 23, "cannot stand here"),
    "within 5 years of reporting_year": (0, 6, "cannot stand here"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_place(text: str) -> None:
    start, end, message = REFUSED[text]
    with pytest.raises(CriterionError) as caught:
        read_condition(text, Source(text, "people.yaml"))
    (finding,) = caught.value.diagnostics
    assert finding.code == "KF601"
    assert message in finding.message
    assert finding.span is not None
    assert (finding.span.start, finding.span.end) == (start, end)
    assert "people.yaml" in str(caught.value)


PIECES = st.sampled_from(
    [*KEYWORDS, *FORMS, "(", ")", "{", "}", ",", "=", "<=", "≤", "≠", ":=", "+", "-", "%", '"', "5",
     "0.25", "2025-12-31", "9999-99-99", "as for", "ә", "А", "\x00", "\n", "٥", "level", "🙂"]
)  # fmt: skip
ANY_TEXT = st.text(max_size=60) | st.lists(PIECES, max_size=20).map(" ".join)


@given(ANY_TEXT)
@settings(max_examples=300)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    for read in (read_condition, read_definition):
        try:
            found = read(text)
        except CriterionError as refused:
            (finding,) = refused.diagnostics
            assert finding.code == "KF601"
            assert finding.span is not None
            assert 0 <= finding.span.start <= finding.span.end <= len(text)
        else:
            assert read(str(found)) == found


# --- limits --------------------------------------------------------------------------------------


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(CriterionError) as caught:
        call()
    (finding,) = caught.value.diagnostics
    assert finding.code in str(caught.value)
    return f"{finding.code} {finding.message}"


def test_a_condition_has_at_most_2000_characters() -> None:
    longest = "a" + " " * 1999
    assert read_condition(longest) == Flag("a")
    assert "more than 2000 characters" in refusal(lambda: read_condition(longest + " "))


def test_a_condition_has_at_most_500_marks() -> None:
    flags = " and ".join(["a"] * 250)
    assert len(conjuncts(read_condition(flags))) == 250
    longest = f"not {flags}"
    assert len(conjuncts(read_condition(longest))) == 250
    assert "more than 500 marks" in refusal(lambda: read_condition(f"not {longest}"))


@pytest.mark.parametrize("opened", ["(", "not ", "not (", "(not "])
def test_brackets_and_negations_nest_at_most_50_deep(opened: str) -> None:
    each = len(opened.split()) + opened.count("(not")
    fits = 50 // each
    closing = ")" * opened.count("(")
    assert isinstance(read_condition(opened * fits + "a" + closing * fits), Flag | Not)
    too_deep = opened * (fits + 1) + "a" + closing * (fits + 1)
    assert "nested more than 50 deep" in refusal(lambda: read_condition(too_deep))


def test_negations_inside_brackets_count_with_them() -> None:
    deep = ("not " * 30 + "(") * 10 + "a" + ")" * 10
    assert "nested more than 50 deep" in refusal(lambda: read_condition(deep))


def test_what_stands_side_by_side_is_not_nested() -> None:
    side_by_side = " and ".join(["not (not a)"] * 70)
    assert len(conjuncts(read_condition(side_by_side))) == 70
    lists = " or ".join(["x not in {a}"] * 60)
    assert len(list(each_test(read_condition(lists)))) == 60


def test_a_number_has_at_most_30_digits() -> None:
    assert str(read_condition(f"a = {'9' * 30}")) == f"a = {'9' * 30}"
    assert "more than 30 digits" in refusal(lambda: read_condition(f"a = {'9' * 31}"))
    assert "more than 30 digits" in refusal(lambda: read_condition(f"a = 1.{'0' * 30}"))


@pytest.mark.parametrize("piece", ["(", "not ", "not (", "a and (", "{", "a or ", "a = ", '"'])
def test_a_hundred_thousand_pieces_are_refused_at_once(piece: str) -> None:
    text = piece * 100_000
    assert "KF601" in refusal(lambda: read_condition(text))
    assert "KF601" in refusal(lambda: read_definition(f"x := {text}"))
    assert "KF601" in refusal(lambda: Criterion(Source(text, "x"), "cell", "q").condition)
    named = NamedCondition("x", Table(), Source(f"x := {text}", "x"))
    assert "KF601" in refusal(lambda: named.condition)


def deepest() -> Condition:
    """Return what nests as deep as a text can make it."""
    text = "a"
    for level in range(49):
        text = f"not ({text} {'or' if level % 2 else 'and'} b)" if level % 2 else f"({text} or c)"
        if refused_as_too_deep(f"not ({text} and b)"):
            break
    return read_condition(text)


def refused_as_too_deep(text: str) -> bool:
    try:
        read_condition(text)
    except CriterionError:
        return True
    return False


def test_the_deepest_condition_goes_through_every_function() -> None:
    condition = deepest()
    flags = population(*(Field(name, Table(), "flag") for name in "abc"))
    meaning = meaning_of(condition, flags, YEAR)
    assert read_condition(str(condition)) == condition
    assert set(columns(meaning)) == {"a", "b", "c"}
    assert pickle.loads(pickle.dumps(condition)) == condition
    assert satisfiable(meaning, flags)
    assert equivalent(meaning, meaning, flags)
    assert counter_example(meaning, meaning, flags) is None
    assert english(condition, flags)
    assert latex(condition)


# --- meaning -------------------------------------------------------------------------------------


def population(*fields: Field, **rules: str) -> Population:
    """Return a dictionary of some fields, and conditions with a name."""
    key = Field("id", Table(), "text")
    named = {
        name: NamedCondition(name, Table({"en": f"the {name}"}), Source(f"{name} := {rule}", name))
        for name, rule in rules.items()
    }
    by_id = {each.id: each for each in (key, *fields)}
    return Population("people", Table(), "person", "id", Table(by_id), Table(named))


def values(*ids: str) -> Table[str, Mapping[str, str]]:
    return Table({id: Table({"en": f"the {id}"}) for id in ids})


PEOPLE = population(
    Field("citizen", Table({"en": "citizen of Kazakhstan"}), "flag"),
    Field("level", Table(), "category", values=values("bachelor", "master", "doctoral")),
    Field("ranking", Table(), "text"),
    Field("age", Table(), "whole", "year"),
    Field("stay", Table(), "number", "day"),
    Field("contract", Table(), "number", "month"),
    Field("score", Table(), "number", "point"),
    Field("top", Table(), "number", "point"),
    Field("index", Table(), "whole"),
    Field("share", Table(), "number", "percent"),
    Field("pay", Table(), "number", "thousand_tenge"),
    Field("graduated", Table(), "year"),
    Field("enrolled_in", Table(), "year"),
    Field("hired", Table(), "date"),
    Field("left", Table(), "date"),
    Field("employed", Table(), "period"),
    Field("extra", Table(), "number", "month", empty="none"),
    adult="age >= 18 years",
    counted="adult and citizen",
    first="second or citizen",
    second="not third",
    third="first",
    itself="itself",
)


def meaning(text: str, year: int = YEAR) -> Meaning:
    return meaning_of(read_condition(text), PEOPLE, year, source=Source(text, "rule"))


def between(column: str, low: Any, high: Any) -> Meaning:
    return Joined(True, (Compares(column, ">=", low), Compares(column, "<=", high)))


MEANINGS: dict[str, Meaning] = {
    "citizen": IsTrue("citizen"),
    "stay >= 2 weeks": Compares("stay", ">=", Fraction(14)),
    "stay < 1 week": Compares("stay", "<", Fraction(7)),
    "stay = 3 days": Compares("stay", "=", Fraction(3)),
    "contract > 1.5 years": Compares("contract", ">", Fraction(18)),
    "contract <= 6 months": Compares("contract", "<=", Fraction(6)),
    "age < 30 months": Compares("age", "<", Fraction(5, 2)),
    "age != 18 years": Compares("age", "!=", Fraction(18)),
    "pay > 1 million_tenge": Compares("pay", ">", Fraction(1000)),
    "pay > 500 tenge": Compares("pay", ">", Fraction(1, 2)),
    "share >= 60 %": Compares("share", ">=", Fraction(60)),
    "score >= 60 points": Compares("score", ">=", Fraction(60)),
    "score >= 60 point": Compares("score", ">=", Fraction(60)),
    "index = 3": Compares("index", "=", Fraction(3)),
    "level = master": IsOneOf("level", frozenset({"master"})),
    "level != master": Contrary(IsOneOf("level", frozenset({"master"}))),
    "level in {master, doctoral}": IsOneOf("level", frozenset({"master", "doctoral"})),
    'level = "master"': IsOneOf("level", frozenset({"master"})),
    'ranking = "QS"': IsOneOf("ranking", frozenset({"QS"})),
    "level is known": IsKnown("level"),
    "graduated = 2024": Compares("graduated", "=", Fraction(2024)),
    "graduated = reporting_year": Compares("graduated", "=", Fraction(2025)),
    "graduated >= reporting_year - 2 years": Compares("graduated", ">=", Fraction(2023)),
    "graduated = reporting_year - 12 months": Compares("graduated", "=", Fraction(2024)),
    "hired > 2025-03-31": Compares("hired", ">", date(2025, 3, 31)),
    "hired < reporting_year": Compares("hired", "<", date(2025, 1, 1)),
    "hired <= reporting_year": Compares("hired", "<=", date(2025, 12, 31)),
    "hired > reporting_year": Compares("hired", ">", date(2025, 12, 31)),
    "hired >= reporting_year": Compares("hired", ">=", date(2025, 1, 1)),
    "hired < reporting_year_start + 2 weeks": Compares("hired", "<", date(2025, 1, 15)),
    "hired <= reporting_year_end - 1 year": Compares("hired", "<=", date(2024, 12, 31)),
    "hired <= reporting_year_end + 2 months": Compares("hired", "<=", date(2026, 2, 28)),
    "hired <= 2024-02-29 + 1 year": Compares("hired", "<=", date(2025, 2, 28)),
    "left < hired": ComparesColumns("left", "<", "hired"),
    "left >= hired + 2 weeks": ComparesColumns("left", ">=", "hired", days=14),
    "left >= hired - 1 year": ComparesColumns("left", ">=", "hired", months=-12),
    "score > top - 5 points": ComparesColumns("score", ">", "top", Fraction(-5)),
    "graduated = enrolled_in + 4 years": ComparesColumns(
        "graduated", "=", "enrolled_in", Fraction(4)
    ),
    "adult": Compares("age", ">=", Fraction(18)),
    "counted": Joined(True, (Compares("age", ">=", Fraction(18)), IsTrue("citizen"))),
    "extra > 6 months": Joined(True, (IsKnown("extra"), Compares("extra", ">", Fraction(6)))),
    "extra is known": IsKnown("extra"),
    "graduated within 3 years of reporting_year": between(
        "graduated", Fraction(2023), Fraction(2025)
    ),
    "graduated within 3 years before reporting_year": between(
        "graduated", Fraction(2022), Fraction(2024)
    ),
    "hired within 2 years of reporting_year": between(
        "hired", date(2024, 1, 1), date(2025, 12, 31)
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", MEANINGS)
def test_names_units_and_the_year_are_put_in(text: str) -> None:
    assert meaning(text) == MEANINGS[text]


MEANINGLESS: dict[str, tuple[str, str, str]] = {
    "citisen": ("KF602", "citisen", "did you mean `citizen`?"),
    "not adults": ("KF602", "adults", "did you mean `adult`?"),
    "age > 5 years and (zzzz = 5)": ("KF602", "zzzz = 5", ""),
    "age": ("KF603", "age", "cannot stand alone"),
    "citizen = 5": ("KF603", "citizen = 5", "citizen"),
    "level > master": ("KF603", "level > master", "no order"),
    "level = 5": ("KF603", "5", "is no category"),
    "ranking = QS": ("KF601", "Q", ""),
    "ranking = qs": ("KF603", "qs", 'write "qs"'),
    'age = "18"': ("KF603", '"18"', "is a number"),
    "age in {18}": ("KF603", "age in {18}", "one of a list"),
    "hired = 2025": ("KF603", "2025", "is a day"),
    "hired in {2025-01-01}": ("KF603", "hired in {2025-01-01}", ""),
    "graduated = 2025-01-01": ("KF603", "2025-01-01", "is a year"),
    "graduated = reporting_year_end": ("KF603", "reporting_year_end", "is a year"),
    "graduated = 2025.5": ("KF603", "2025.5", "is a year"),
    "graduated = 2025 years": ("KF603", "2025 years", "is a year"),
    "graduated = reporting_year - 6 months": ("KF603", "reporting_year - 6 months", ""),
    "age at reporting_year_end": ("KF603", "age at reporting_year_end", "be at a moment"),
    "age during reporting_year": ("KF603", "age during reporting_year", ""),
    "age in reporting_year": ("KF603", "age in reporting_year", "lie in a year"),
    "employed = 2025-01-01": ("KF603", "employed = 2025-01-01", ""),
    "employed": ("KF603", "employed", "stand alone"),
    "left < graduated": ("KF603", "left < graduated", "cannot be compared"),
    "level = hired": ("KF603", "level = hired", "cannot be compared"),
    "age > 3 weeks": ("KF604", "3 weeks", "year"),
    "stay >= 2 persons": ("KF604", "2 persons", "cannot be compared"),
    "stay >= 2 months": ("KF604", "2 months", ""),
    "citizen and stay >= 14": ("KF604", "14", "write 14 day"),
    "stay >= 14 wekks": ("KF604", "14 wekks", ""),
    "index > 3 points": ("KF604", "3 points", "has no unit"),
    "score > stay": ("KF604", "score > stay", "is in point"),
    "hired > reporting_year_end - 5 points": ("KF604", "5 points", ""),
    "hired > reporting_year_end - 1.5 months": ("KF604", "1.5 months", "whole number"),
    "hired > reporting_year_end + 9000 years": ("KF604", "", "is no day"),
    "hired within 2 months of reporting_year": ("KF604", "2 months", "no number of years"),
    "hired within 0 years of reporting_year": ("KF604", "0 years", "no number of years"),
    "hired within 2.5 years of reporting_year": ("KF604", "2.5 years", "no number of years"),
    "hired within 3000 years of reporting_year": ("KF604", "", "there is no year"),
    "level = mastr": ("KF605", "mastr", "did you mean `master`?"),
    "level in {master, phd}": ("KF605", "phd", "the values are: bachelor, master, doctoral"),
    "level = Master": ("KF601", "M", ""),
    "itself": ("KF606", "", "itself → itself"),
    "citizen and first": ("KF606", "", "first → second → third → first"),
    "as for 1.1/1": ("KF607", "as for 1.1/1", "1.1/1"),
}


@pytest.mark.parametrize("text", MEANINGLESS)
def test_what_means_nothing_is_refused_with_its_place(text: str) -> None:
    code, place, words = MEANINGLESS[text]
    with pytest.raises(CriterionError) as caught:
        meaning(text)
    (finding,) = caught.value.diagnostics
    assert finding.code == code
    assert finding.span is not None
    if place:
        assert text[finding.span.start : finding.span.end] == place
    assert words in f"{finding.message} {finding.help or ''}"


def test_a_reference_becomes_what_it_refers_to() -> None:
    condition = read_condition("as for 1.1/1 and citizen")
    found = meaning_of(condition, PEOPLE, YEAR, lambda reference: IsKnown(reference.code))
    assert found == Joined(True, (IsKnown("1.1/1"), IsTrue("citizen")))


def test_a_definition_used_twice_is_no_circle() -> None:
    assert meaning("adult or not adult") == Joined(
        False, (MEANINGS["adult"], Contrary(MEANINGS["adult"]))
    )


# --- days around the ends of years ---------------------------------------------------------------

BOUNDARY_DAYS = tuple(
    date(year, month, day)
    for year in (2022, 2023, 2024, 2025, 2026)
    for month, day in ((1, 1), (1, 2), (6, 30), (12, 30), (12, 31))
)

INSIDE: dict[str, Callable[[date], bool]] = {
    "hired in reporting_year": lambda day: day.year == 2025,
    "hired = reporting_year": lambda day: day.year == 2025,
    "hired != reporting_year": lambda day: day.year != 2025,
    "hired < reporting_year": lambda day: day.year < 2025,
    "hired <= reporting_year": lambda day: day.year <= 2025,
    "hired > reporting_year": lambda day: day.year > 2025,
    "hired >= reporting_year": lambda day: day.year >= 2025,
    "hired = reporting_year_end": lambda day: day == date(2025, 12, 31),
    "hired > reporting_year_start": lambda day: day > date(2025, 1, 1),
    "hired within 1 year of reporting_year": lambda day: day.year == 2025,
    "hired within 3 years of reporting_year": lambda day: 2023 <= day.year <= 2025,
    "hired within 1 year before reporting_year": lambda day: day.year == 2024,
    "hired within 2 years before reporting_year": lambda day: 2023 <= day.year <= 2024,
}


@pytest.mark.parametrize("text", INSIDE)
def test_windows_end_with_the_last_day_of_their_year(text: str) -> None:
    for day in BOUNDARY_DAYS:
        assert evaluated(meaning(text), {"hired": day}) is INSIDE[text](day), day


PERIODS: dict[str, tuple[date, date]] = {
    "employed at reporting_year_end": (date(2025, 12, 31), date(2025, 12, 31)),
    "employed at reporting_year_start": (date(2025, 1, 1), date(2025, 1, 1)),
    "employed at 2024-06-30": (date(2024, 6, 30), date(2024, 6, 30)),
    "employed during reporting_year": (date(2025, 1, 1), date(2025, 12, 31)),
}


@pytest.mark.parametrize("text", PERIODS)
def test_periods_touch_days_with_their_first_and_last(text: str) -> None:
    first, last = PERIODS[text]
    for begins, ends in product(BOUNDARY_DAYS, (*BOUNDARY_DAYS, None)):
        if ends is not None and ends < begins:
            continue
        touches = begins <= last and (ends is None or ends >= first)
        record = {"employed_from": begins, "employed_to": ends}
        assert evaluated(meaning(text), record) is touches, record


def evaluated(of: Meaning, record: Mapping[str, Any]) -> bool | None:
    """Return whether a record meets a meaning; ``None`` where cells are missing."""
    match of:
        case Contrary(inner):
            return criteria_oracle.negated(evaluated(inner, record))
        case Joined(whole, parts):
            join = criteria_oracle.all_of if whole else criteria_oracle.any_of
            return join(evaluated(each, record) for each in parts)
        case IsKnown(column):
            return record[column] is not None
    cells = [record[column] for column in columns(of)]
    if None in cells:
        return None
    match of:
        case IsTrue(column):
            return bool(record[column])
        case IsOneOf(column, values):
            return record[column] in values
        case Compares(column, sign, constant):
            return criteria_oracle._compare(record[column], sign, constant)
    raise AssertionError(of)


# --- algebra, against every record there is ------------------------------------------------------

SMALL = population(
    Field("f", Table(), "flag"),
    Field("g", Table(), "flag"),
    Field("c", Table(), "category", values=values("x", "y", "z")),
    Field("w", Table(), "whole", "year"),
    Field("n", Table(), "number", "point"),
    Field("d", Table(), "date"),
    Field("o", Table(), "whole", "year", empty="none"),
)
SMALL_SELECTION = Selection("a", SMALL)

SMALL_TESTS: tuple[str, ...] = (
    "f", "g", "c = x", "c != y", "c in {x, y}", "c not in {z}", "c in {x, y, z}", "w >= 3 years",
    "w > 3 years", "w < 4 years", "w <= 2.5 years", "w = 3 years", "w != 3 years", "w > 3.5 years",
    "w = 3.5 years", "n >= 0.25 points", "n > 0.25 points", "n < 1 point", "n = 0.25 points",
    "n != 1 point", "n <= 0.25 points", "d in reporting_year", "d <= 2025-01-01",
    "d > 2024-12-31", "d = 2025-06-01", "d < reporting_year", "o > 1 year", "o <= 1 year",
)  # fmt: skip
SMALL_KNOWN = (
    "f is known",
    "c is missing",
    "w is known",
    "n is missing",
    "d is known",
    "o is known",
)

CELLS: Mapping[str, tuple[Any, ...]] = {
    "f": (True, False),
    "g": (True, False),
    "c": ("x", "y", "z"),
    "w": (-7, 1, 2, 3, 4, 5, 99),
    "n": (-7.0, 0.0, 0.25, 0.5, 1.0, 2.0),
    "d": tuple(date(2024, 12, 31) + timedelta(days=n) for n in (-400, 0, 1, 2, 151, 152, 153, 400)),
    "o": (0, 1, 2, None),
}
"""Cells on and around the constants of the tests, and beyond all of them."""


def records_for(*conditions: Condition) -> Iterator[Mapping[str, Any]]:
    """Yield a record of each kind that conditions can tell apart."""
    names = sorted({each.name for one in conditions for each in each_test(one)})
    asked = {each.name for one in conditions for each in each_test(one) if isinstance(each, Known)}
    choices = [(*CELLS[name], *([None] if name in asked else [])) for name in names]
    for cells in product(*choices):
        yield dict(zip(names, cells, strict=True))


def met(condition: Condition, record: Mapping[str, Any]) -> bool:
    return criteria_oracle.holds(condition, record, SMALL_SELECTION, YEAR) is True


def as_meaning(condition: Condition) -> Meaning:
    return meaning_of(condition, SMALL, YEAR)


def filled(found: Mapping[str, str], *conditions: Condition) -> list[Mapping[str, Any]]:
    """Return the records that an example describes: any cell where it says nothing."""
    names = sorted({each.name for one in conditions for each in each_test(one)})
    said = {name: _cells(name, text) for name, text in found.items()}
    return [
        dict(zip(names, cells, strict=True))
        for cells in product(*(said.get(name, CELLS[name]) for name in names))
    ]


def _cells(name: str, text: str) -> tuple[Any, ...]:
    if text == "(given)":
        return tuple(cell for cell in CELLS[name] if cell is not None)
    return (None if text == "(missing)" else _cell(name, text),)


def _cell(name: str, text: str) -> Any:
    match SMALL.fields[name].type:
        case "flag":
            return {"yes": True, "no": False}[text]
        case "category":
            assert text in SMALL.fields[name].values
            return text
        case "date":
            return date.fromisoformat(text)
        case "whole":
            return int(text)
    return float(text)


ANY_SMALL = conditions_of(*SMALL_TESTS, *SMALL_KNOWN)


@given(ANY_SMALL)
@settings(max_examples=150)
@example(read_condition("f is missing and f"))
@example(read_condition("c is missing and not c = x"))
@example(read_condition("w is missing and not w > 3 years"))
@example(read_condition("w > 3 years and w < 4 years"))
@example(read_condition("n > 0.25 points and n < 1 point"))
@example(read_condition("o is missing and not o > 1 year"))
@example(read_condition("c not in {x, y, z}"))
def test_a_condition_can_be_met_where_some_record_meets_it(condition: Condition) -> None:
    can = any(met(condition, record) for record in records_for(condition))
    assert satisfiable(as_meaning(condition), SMALL) is can
    found = satisfying(as_meaning(condition), SMALL)
    assert (found is not None) is can
    if found is not None:
        described = filled(found, condition)
        assert described
        assert all(met(condition, record) for record in described)


@given(ANY_SMALL, ANY_SMALL)
@settings(max_examples=150)
@example(read_condition("w > 3 years"), read_condition("w >= 4 years"))
@example(read_condition("d in reporting_year"), read_condition("d > 2024-12-31"))
@example(read_condition("f is missing"), read_condition("f or not f"))
@example(read_condition("c in {x, y}"), read_condition("c != z"))
def test_conditions_are_compared_as_all_records_compare_them(
    one: Condition, other: Condition
) -> None:
    every = list(records_for(one, other))
    outside = [record for record in every if met(one, record) and not met(other, record)]
    found = counter_example(as_meaning(one), as_meaning(other), SMALL)
    assert (found is not None) is bool(outside)
    if found is not None:
        for record in filled(found, one, other):
            assert met(one, record)
            assert not met(other, record)
    alike = all(met(one, record) is met(other, record) for record in every)
    assert equivalent(as_meaning(one), as_meaning(other), SMALL) is alike


@given(ANY_SMALL)
@settings(max_examples=60)
def test_booleans_are_true_where_records_meet_the_condition(condition: Condition) -> None:
    found = boolean(as_meaning(condition), SMALL)
    simple = simplified(as_meaning(condition), SMALL)
    assert simple.free_symbols <= found.free_symbols
    for record in records_for(condition):
        truths = {symbol: _truth(symbol, record) for symbol in found.free_symbols}
        assert substituted(found, truths) is met(condition, record)
        assert substituted(simple, truths) is met(condition, record)


def _truth(symbol: sympy.Symbol, record: Mapping[str, Any]) -> bool:
    """Return whether the test that a symbol is named after holds for a record."""
    of = read_condition(str(symbol))
    (test,) = each_test(of)
    name = test.name  # type: ignore[union-attr]
    if isinstance(test, Known):
        return record[name] is not None
    if record[name] is None:
        return False
    if isinstance(test, Comparison) and isinstance(test.value, Quantity):
        return criteria_oracle._compare(
            Fraction(str(record[name])), test.operator, test.value.value
        )
    return met(of, record)


def substituted(of: Boolean, truths: Mapping[sympy.Symbol, bool]) -> bool:
    return bool(of.xreplace({symbol: sympy.sympify(truth) for symbol, truth in truths.items()}))


def test_the_simplest_form_is_short() -> None:
    twice = meaning_of(read_condition("f and (g or f) or f and not g"), SMALL, YEAR)
    assert simplified(twice, SMALL) == sympy.Symbol("f")


def test_what_always_and_never_holds() -> None:
    assert satisfying(ALWAYS, SMALL) == {}
    assert satisfying(NEVER, SMALL) is None
    assert equivalent(as_meaning(read_condition("f or not f")), ALWAYS, SMALL)
    assert equivalent(as_meaning(read_condition("f and not f")), NEVER, SMALL)


def test_two_columns_are_compared_as_free_and_told_in_words() -> None:
    moved = meaning("left >= hired + 3 months and score > top - 2.5 points")
    assert satisfying(moved, PEOPLE) == {
        "left >= hired + 3 months": "yes",
        "score > top - 2.5": "yes",
    }
    assert counter_example(moved, meaning("left >= hired + 3 months"), PEOPLE) is None


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("hired > 9999-12-31", False),
        ("hired >= 9999-12-31", True),
        ("hired < 0001-01-01", False),
        ("hired <= 0001-01-01", True),
        ("hired != 0001-01-01 and hired <= 0001-01-02", True),
    ],
)
def test_there_are_no_days_before_the_first_and_after_the_last(text: str, can: bool) -> None:
    found = satisfying(meaning(text), PEOPLE)
    assert (found is not None) is can
    if found is not None:
        assert evaluated(meaning(text), {"hired": date.fromisoformat(found["hired"])}) is True


# --- words ---------------------------------------------------------------------------------------


@given(CONDITIONS)
def test_every_condition_is_told_in_words(condition: Condition) -> None:
    told = english(condition, PEOPLE)
    assert told
    written = latex(condition)
    assert_balanced(written)
    assert written.count(r"\left") == written.count(r"\right")


def assert_balanced(written: str) -> None:
    """Assert that the braces of a LaTeX text close, those that are printed left out."""
    depth, escaped = 0, False
    for char in written:
        if escaped:
            escaped = False
            continue
        escaped = char == "\\"
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0, written
        assert escaped or char not in "_^%&#$~", written
    assert not escaped
    assert depth == 0, written


TOLD: dict[str, tuple[str, str]] = {
    "citizen": ("citizen of Kazakhstan", r"\text{citizen}"),
    "not citizen": ("not citizen of Kazakhstan", r"\lnot \text{citizen}"),
    "adult": ("the adult", r"\text{adult}"),
    "level = master": ("level is the master", r"\text{level} = \text{master}"),
    "level in {master, doctoral}": (
        "level is the master or the doctoral",
        r"\text{level} \in \left\{\text{master}, \text{doctoral}\right\}",
    ),
    "level not in {master}": (
        "level is none of the master", r"\text{level} \notin \left\{\text{master}\right\}",
    ),
    "age >= 18 years": ("age is at least 18 years", r"\text{age} \ge \text{18 years}"),
    "age is missing": ("age is not given", r"\text{age} = \varnothing"),
    "age is known": ("age is given", r"\text{age} \ne \varnothing"),
    "share >= 60 %": ("share is at least 60 percent", r"\text{share} \ge \text{60 percent}"),
    "hired in reporting_year": (
        "hired lies in the reporting year", r"\text{hired in reporting\_year}",
    ),
    "hired within 3 years of reporting_year": (
        "hired lies in the 3 years up to the reporting year, included",
        r"\text{hired within 3 years of reporting\_year}",
    ),
    "hired within 3 years before reporting_year": (
        "hired lies in the 3 years before the reporting year",
        r"\text{hired within 3 years before reporting\_year}",
    ),
    "employed at reporting_year_end": (
        "employed covers reporting year end", r"\text{employed at reporting\_year\_end}",
    ),
    "employed during reporting_year": (
        "employed touches the reporting year", r"\text{employed during reporting\_year}",
    ),
    "as for 1.3/7a": ("the criteria of 1.3/7a are met", r"\text{as for 1.3/7a}"),
    "(citizen or adult) and not (citizen and adult)": (
        "(citizen of Kazakhstan or the adult) and not (citizen of Kazakhstan and the adult)",
        (r"\left(\text{citizen} \lor \text{adult}\right) "
        r"\land \lnot \left(\text{citizen} \land \text{adult}\right)"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", TOLD)
def test_conditions_are_told_in_english_and_latex(text: str) -> None:
    words, written = TOLD[text]
    assert english(read_condition(text), PEOPLE) == words
    assert latex(read_condition(text)) == written


# --- data ----------------------------------------------------------------------------------------


@given(CONDITIONS, CONDITIONS)
def test_conditions_are_data(one: Condition, other: Condition) -> None:
    assert pickle.loads(pickle.dumps(one)) == one
    assert hash(read_condition(str(one))) == hash(one)
    assert (one == other) is (str(one) == str(other))


@given(st.sampled_from(list(MEANINGS)))
def test_meanings_are_data(text: str) -> None:
    found = meaning(text)
    assert pickle.loads(pickle.dumps(found)) == found
    assert hash(meaning(text)) == hash(found)
    assert columns(found) <= {c for f in PEOPLE.fields.values() for c in f.columns}


def test_selections_are_data() -> None:
    criterion = Criterion(Source("citizen", "rule"), "include/0", "азамат")
    question = Question("who?", "cell", "кім")
    selection = Selection(
        "a", PEOPLE, "b", (criterion,), (criterion,), (question,), Measure("sum", "pay"), (1, 2),
        Table({"1.1/1": Selection("a", PEOPLE)}),
    )  # fmt: skip
    assert criterion.condition == Flag("citizen")
    again = pickle.loads(pickle.dumps(selection))
    assert again == selection
    assert again.where[0].condition == Flag("citizen")
    assert hash(again) == hash(selection)
    assert pickle.loads(pickle.dumps(PEOPLE)) == PEOPLE
    with pytest.raises(AttributeError):
        selection.symbol = "c"  # type: ignore[misc]
