"""Units: printed spellings, what formulas yield, and findings against the printed unit."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kpiformula
from kpiformula import units
from kpiformula.diagnostics import Severity, Source, Span, UnitsError
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number
from kpiformula.nodes import text as node_text
from kpiformula.resources import resource_root
from kpiformula.spellings import PrintedUnit, printed_unit
from kpiformula.unit_check import check
from kpiformula.units import definitions, dimension, same_kind, unit_of

# --- printed unit cells ------------------------------------------------------------------------

PRINTED: dict[str, list[tuple[str, PrintedUnit]]] = {
    "ktu-programme-2024-2029": [
        ("мың тг.", PrintedUnit("thousand_tenge")),
        ("мың тг..", PrintedUnit("thousand_tenge")),
        ("мың \n\nтг.", PrintedUnit("thousand_tenge")),
        ("мың \n\nтг/адам", PrintedUnit("thousand_tenge/person")),
        ("мың \n\nтг./адам", PrintedUnit("thousand_tenge/person")),
        ("мың тг. \n\nадам.", PrintedUnit("thousand_tenge/person")),
        ("млн. тг.", PrintedUnit("million_tenge")),
        ("млн. \n\nтг.", PrintedUnit("million_tenge")),
        ("млн.тг", PrintedUnit("million_tenge")),
        ("тг.", PrintedUnit("tenge")),
        ("адам", PrintedUnit("person")),
        ("адам, \n\nкем \n\nдегенде", PrintedUnit("person", "at_least")),
        ("саны", PrintedUnit("count")),
        ("саны, \n\nжыл \n\nсайын", PrintedUnit("count", None, "year")),
        ("саны, \n\nжыл \nсайын \n\nкем \n дегенде", PrintedUnit("count", "at_least", "year")),
        ("саны, \n\nжыл \n\nсай-ын \n\nкем \n\nдегенде", PrintedUnit("count", "at_least", "year")),
        (
            "саны, \n\nжыл \n\nсай-ын \n\nкем \n\nдегенде \n\n10",
            PrintedUnit("count", "at_least", "year", unread="10"),
        ),
        (
            "саны, \n\nсеместр \n\nсайын \n\nкем \n\nемес",
            PrintedUnit("count", "at_least", "semester"),
        ),
        (
            "саны, \n\nсеместр \n\nсайын, \n\nкем \n\nдегенде",
            PrintedUnit("count", "at_least", "semester"),
        ),
        ("саны, \n\nкем \n\nдеген\n\nде", PrintedUnit("count", "at_least")),
        (
            "саны, \n\nжыл \n\nсайын \n\nкем \n\nдеген\n\nде",
            PrintedUnit("count", "at_least", "year"),
        ),
        ("жыл \n\nсайын \n\nкем \n\nде-\n\nгенде", PrintedUnit(None, "at_least", "year")),
        ("Бір \n\nжылдағ\n\nы саны", PrintedUnit("count", None, "year")),
        ("жылына \n\nсаны", PrintedUnit("count", None, "year")),
        ("интегра\n\nция \n\nсаны", PrintedUnit("count")),
        ("жоба \n\nсаны", PrintedUnit("project")),
        ("саны \n\nМОО\n\nК", PrintedUnit("course")),
        ("дана", PrintedUnit("count")),
        ("бірлік", PrintedUnit("count")),
        ("%", PrintedUnit("percent")),
        ("%, кем \n\nдегенде", PrintedUnit("percent", "at_least")),
        ("%, \n\nкем \n\nде-\n\nгенде", PrintedUnit("percent", "at_least")),
        ("%, ст-дің \n\nжалпы \n\nсанынан", PrintedUnit("percent")),
        ("орын", PrintedUnit("rank")),
        ("деңгейі", PrintedUnit("level")),
        ("-", PrintedUnit(None)),
        ("", PrintedUnit(None)),
        (" ", PrintedUnit(None)),
    ],
    "ktu-directions-2024-2029": [
        ("адам", PrintedUnit("person")),
        ("мың тг", PrintedUnit("thousand_tenge")),
        ("%", PrintedUnit("percent")),
        ("саны", PrintedUnit("count")),
        ("%-дан кем емес", PrintedUnit("percent", "at_least")),
        ("%-тен кем емес", PrintedUnit("percent", "at_least")),
        ("кемінде адам", PrintedUnit("person", "at_least")),
        ("жазылушылар саны", PrintedUnit("person")),
        ("аптадағы саны", PrintedUnit("count", None, "week")),
        ("мың теңге", PrintedUnit("thousand_tenge")),
    ],
    "metu-programme-2023-2029": [
        ("(%)", PrintedUnit("percent")),
        ("– кемінде (%)", PrintedUnit("percent", "at_least")),
        ("– \nкемінде \n(бірлік).", PrintedUnit("count", "at_least")),
        ("– жылына \nкемінде (бірлік).", PrintedUnit("count", "at_least", "year")),
        ("(бірлік)", PrintedUnit("count")),
        ("– кемінде (ед.).", PrintedUnit("count", "at_least")),
        ("– кемінде \n(адам)", PrintedUnit("person", "at_least")),
        ("– кемінде \n(адам cаны)", PrintedUnit("person", "at_least")),  # a Latin c
        ("% – ең көп \nдегенде", PrintedUnit("percent", "at_most")),
        ("– ең \nкөбі (%)", PrintedUnit("percent", "at_most")),
        ("– \n(%) аспау керек", PrintedUnit("percent", "at_most")),
    ],
    "national-concept-2023-2029": [
        ("%", PrintedUnit("percent")),
        ("бірлік", PrintedUnit("count")),
        ("орын", PrintedUnit("rank")),
        ("млрд теңге", PrintedUnit("billion_tenge")),
        ("млрд. теңге", PrintedUnit("billion_tenge")),
    ],
    "astmu-strategy-2022-2026": [
        ("% ", PrintedUnit("percent")),
        ("Бірлік", PrintedUnit("count")),
        ("Бір\nлік  ", PrintedUnit("count")),
        ("Бірл\nік", PrintedUnit("count")),
        ("бірл\nік", PrintedUnit("count")),
        ("бірл.", PrintedUnit("count")),
        ("Сан\nы", PrintedUnit("count")),
        ("Коли\nчеств\nо", PrintedUnit("count")),
        ("Ед.", PrintedUnit("count")),
        ("оры\nн", PrintedUnit("rank")),
        ("теңге", PrintedUnit("tenge")),
        ("балл", PrintedUnit("point")),
        ("-", PrintedUnit(None)),
    ],
    "in Russian and English": [
        ("тыс. тенге", PrintedUnit("thousand_tenge")),
        ("млн тенге/чел.", PrintedUnit("million_tenge/person")),
        ("%, не менее", PrintedUnit("percent", "at_least")),
        ("ед., не более", PrintedUnit("count", "at_most")),
        ("чел. в год", PrintedUnit("person", None, "year")),
        ("at least, people", PrintedUnit("person", "at_least")),
        ("not more than, %", PrintedUnit("percent", "at_most")),
        ("thousand tenge / person", PrintedUnit("thousand_tenge/person")),
        ("publications per year", PrintedUnit("publication", None, "year")),
        ("артық емес, %", PrintedUnit("percent", "at_most")),
        ("аспайды, мың ₸", PrintedUnit("thousand_tenge", "at_most")),
    ],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(text, expected, id=f"{document}: {' '.join(text.split())}")
        for document, cells in PRINTED.items()
        for text, expected in cells
    ],
)
def test_printed_cells_of_the_documents_are_read(text: str, expected: PrintedUnit) -> None:
    assert printed_unit(text) == expected


@pytest.mark.parametrize(
    "text",
    ["furlong", "3 № ₸", "км/адам", "1,5", "micronit", "адам/", "/", "1 000 ₽", "саны/саны²"],
)
def test_what_the_table_does_not_know_is_kept(text: str) -> None:
    assert printed_unit(text) == PrintedUnit(None, unread=text)


def test_an_unknown_unit_keeps_its_whole_cell_and_still_tells_its_direction() -> None:
    assert printed_unit("шақырым,\nкем дегенде") == PrintedUnit(
        None, "at_least", unread="шақырым, кем дегенде"
    )


@given(
    st.sampled_from([cell for cells in PRINTED.values() for cell in cells]),
    st.lists(st.sampled_from(["\n", " ", "\u00a0", "\u202f", "\u00ad", "-\n", "."]), max_size=30),
    st.booleans(),
)
def test_breaks_spaces_dots_and_capitals_make_no_difference(
    cell: tuple[str, PrintedUnit], breaks: list[str], capitals: bool
) -> None:
    text, expected = cell
    letters = text.upper() if capitals else text
    broken = "".join(
        char + (breaks[index % len(breaks)] if breaks else "") for index, char in enumerate(letters)
    )
    read = printed_unit(broken)
    assert (read.unit, read.direction, read.period) == (
        expected.unit,
        expected.direction,
        expected.period,
    )


@given(st.text(max_size=60))
def test_any_text_is_a_unit_cell_of_known_or_unread_words(text: str) -> None:
    read = printed_unit(text)
    assert read.unit is None or dimension(read.unit)
    assert read.direction in {None, "at_least", "at_most"}


def _spelling_rows() -> list[tuple[str, str, str, str]]:
    """The spelling table, read apart from the library: section, meaning, language, spelling."""
    rows, section = [], ""
    table = resource_root("grammars").joinpath("unit-spellings.txt").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line.startswith("["):
            section = line[1:-1]
        elif line.strip() and not line.startswith("#"):
            meaning, language, spelling = line.split(maxsplit=2)
            rows.append((section, meaning, language, spelling))
    return rows


def test_every_row_of_the_table_is_read_as_it_says() -> None:
    meanings = {
        "units": lambda read: read.unit,
        "directions": lambda read: read.direction,
        "periods": lambda read: read.period,
    }
    for section, meaning, _language, spelling in _spelling_rows():
        read = printed_unit(spelling)
        assert (meanings[section](read), read.unread) == (meaning, ""), spelling


def test_the_table_names_only_what_is_defined() -> None:
    allowed = {
        "directions": {"at_least", "at_most"},
        "periods": {"year", "quarter", "semester", "month", "week"},
    }
    for section, meaning, language, spelling in _spelling_rows():
        assert language in {"kk", "ru", "en", "*"}, spelling
        assert dimension(meaning) if section == "units" else meaning in allowed[section], spelling


NAMES = [
    *("student", "graduate", "applicant", "person", "employer", "expert"),
    *("employee", "teacher", "manager", "organisation", "enterprise", "university"),
    *("programme", "course", "publication", "citation", "journal", "project", "patent"),
    *("contract", "document", "event", "place", "building", "platform", "count"),
    *("tenge", "thousand_tenge", "million_tenge", "billion_tenge"),
    *("point", "rank", "level", "percent"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_unit_has_a_spelling_in_every_language(name: str, language: str) -> None:
    found = {row[2] for row in _spelling_rows() if row[0] == "units" and row[1] == name}
    assert language in found or "*" in found


# --- definitions -------------------------------------------------------------------------------

MONEY = ["tenge", "thousand_tenge", "million_tenge", "billion_tenge"]


@pytest.mark.parametrize("name", NAMES)
def test_every_counted_thing_is_its_own_base_unit(name: str) -> None:
    expected = {"percent": "1", **dict.fromkeys(MONEY, "money")}
    assert dimension(name) == expected.get(name, name)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("1", "1"),
        ("thousand_tenge/person", "money/person"),
        ("publication / employee", "publication/employee"),
        ("million_tenge/tenge", "1"),
        ("percent*student", "student"),
        ("1/employee", "1/employee"),
        ("tenge^2/tenge", "money"),
        ("student/teacher/course", "student/course/teacher"),
    ],
)
def test_quotients_and_products_have_dimensions(unit: str, expected: str) -> None:
    assert dimension(unit) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("tenge", "billion_tenge", True),
        ("percent", "1", True),
        ("student/student", "percent", True),
        ("student", "graduate", False),
        ("teacher", "employee", False),
        ("thousand_tenge/person", "tenge/person", True),
        ("thousand_tenge/person", "thousand_tenge", False),
    ],
)
def test_units_of_one_kind_convert(a: str, b: str, expected: bool) -> None:
    assert same_kind(a, b) is expected
    assert same_kind(b, a) is expected


@pytest.mark.parametrize(
    "unit",
    [
        *("G", "F", "K", "H", "unit", "points", "grade", "gauss", "m", "minute"),
        *("students", "Student", "studnet", "₸", "%", "35%", "1,5", "tenge*", "student^9", ""),
        *("1,5 student", "5 thousand tenge", "student teacher", "3 №", "9**9**9"),
    ],
)
def test_nothing_is_a_unit_that_is_not_in_our_file(unit: str) -> None:
    with pytest.raises(UnitsError) as caught:
        dimension(unit)
    assert caught.value.code == "KF306"
    assert isinstance(caught.value, ValueError)
    assert unit_of(Name("G"), {"G": unit}) is None


def test_an_unknown_unit_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(UnitsError, match="did you mean 'student'"):
        same_kind("percent", "studnet")


def test_letters_of_formulas_are_never_units() -> None:
    assert unit_of(by(Name("G"), Name("F")), {}) is None
    assert unit_of(by(Name("G"), Name("K")), {"G": "student"}) is None


def test_pint_is_imported_on_first_use_only() -> None:
    code = (
        "import sys, kpiformula.units as units\n"
        "assert 'pint' not in sys.modules\n"
        "assert units.dimension('tenge') == 'money'\n"
        "assert 'pint' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_threads_share_one_set_of_definitions() -> None:
    units._load.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(dimension, ["thousand_tenge/person"] * 64))
    assert set(found) == {"money/person"}
    assert units._load.cache_info().misses == 1


# --- the unit of a formula ---------------------------------------------------------------------


def by(left: Node, right: Node) -> Node:
    return Binary("/", left, right)


def times(first: Node, *rest: Node) -> Node:
    for node in rest:
        first = Binary("*", first, node)
    return first


def plus(first: Node, *rest: Node) -> Node:
    for node in rest:
        first = Binary("+", first, node)
    return first


def minus(left: Node, right: Node) -> Node:
    return Binary("-", left, right)


def to_the(base: Node, power: str) -> Node:
    return Binary("^", base, number(power))


def number(value: str) -> Number:
    return Number(Fraction(value))


A, B, C, D, F, G, K = map(Name, "ABCDFGK")
HUNDRED = number("100")
UNITS = {
    "A": "student",
    "B": "teacher",
    "C": "thousand_tenge",
    "D": "percent",
    "F": "employee",
    "G": "publication",
    "K": "1",
}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (A, "student"),
        (Negative(A), "student"),
        (number("100"), "1"),
        (K, "1"),
        (by(A, A), "1"),
        (times(by(A, A), HUNDRED, K), "1"),
        (by(G, F), "publication/employee"),
        (times(by(G, F), HUNDRED), "publication/employee"),
        (by(number("1"), by(F, G)), "publication/employee"),
        (by(C, times(A, B)), "thousand_tenge/student/teacher"),
        (times(A, G), "publication*student"),
        (by(number("1"), F), "1/employee"),
        (plus(A, A, A), "student"),
        (by(plus(A, A), number("2")), "student"),
        (minus(by(A, A), number("1")), "1"),
        (times(by(minus(C, C), C), HUNDRED), "1"),
        (plus(times(number("7/10"), A), times(number("0.3"), A)), "student"),
        (minus(HUNDRED, D), "percent"),
        (plus(D, times(by(A, A), HUNDRED)), "percent"),
        (by(times(A, D), HUNDRED), "percent*student"),
        (by(D, D), "1"),
        (plus(B, F), "employee"),
        (plus(F, B), "employee"),
        (plus(by(C, B), by(C, F)), "thousand_tenge/employee"),
        (Call("mean", (B, B, B)), "teacher"),
        (Call("max", (A, A)), "student"),
        (Call("min", (times(by(A, A), HUNDRED), HUNDRED)), "1"),
        (Call("sum", (D, D)), "percent"),
        (Call("abs", (minus(A, A),)), "student"),
        (Call("round", (by(C, F), number("1"))), "thousand_tenge/employee"),
        (Call("sqrt", (times(A, A),)), "student"),
        (Call("sqrt", (by(A, A),)), "1"),
        (Call("sqrt", (A,)), None),
        (to_the(A, "2"), "student^2"),
        (to_the(to_the(to_the(C, "6"), "6"), "6"), None),
        (to_the(by(A, A), "6"), "1"),
        (to_the(A, "1/2"), None),
        (Binary("^", number("2"), A), None),
        (plus(A, B), None),
        (plus(A, number("1")), None),
        (plus(K, A), None),
        (Call("max", (A, B)), None),
        (plus(C, Name("E")), None),
        (times(A, Name("unknown")), None),
    ],
    ids=lambda value: node_text(value) if not isinstance(value, str | None) else "",
)
def test_the_unit_of_a_formula_follows_from_its_symbols(node: Node, expected: str | None) -> None:
    assert unit_of(node, UNITS) == expected


# --- the unit of a formula against the printed one ----------------------------------------------


@dataclass
class Stated:
    """What the check reads of a formula, built by hand."""

    node: Node
    numerator: Node | None = None
    factor: Fraction | None = None
    coefficients: Mapping[str, object] = field(default_factory=dict)
    printed: str = "H = G / F * 100"


def share(numerator: Node, denominator: Node, factor: int = 100, *coefficients: Name) -> Any:
    """``numerator / denominator * factor * coefficients``, the factor left out where it is 1."""
    node = by(numerator, denominator)
    node = times(node, *([number(str(factor))] if factor != 1 else []), *coefficients)
    return Stated(node, numerator, Fraction(factor), {c.name: object() for c in coefficients})


def bare(node: Node) -> Any:
    return Stated(node)


def codes(formula: Any, symbols: Mapping[str, str], unit: str | None, **more: Any) -> list[str]:
    return [finding.code for finding in check(formula, symbols, unit, **more)]


Row = tuple[str, Any, dict[str, str], str | None, list[str]]

ROWS: list[Row] = [
    # rows of the KTU programme, by what they print
    ("1.1.6", share(G, F, 1), {"G": "thousand_tenge", "F": "applicant"}, "thousand_tenge", []),
    ("1.2.2", share(G, F), {"G": "graduate", "F": "graduate"}, "percent", []),
    (
        "1.3.1",
        share(G, F, 100, K),
        dict.fromkeys("GF", "thousand_tenge"),
        "thousand_tenge",
        ["KF301"],
    ),
    ("1.4.1", bare(plus(G, F, A)), dict.fromkeys("GFA", "thousand_tenge"), "thousand_tenge", []),
    (
        "1.4.1, two symbols without a unit",
        bare(plus(G, F, A, B)),
        {"G": "tenge", "F": "tenge"},
        "tenge",
        [],
    ),
    (
        "1.5.2",
        share(A, B, 1),
        {"A": "thousand_tenge", "B": "employee"},
        "thousand_tenge/person",
        [],
    ),
    ("2.1.3", share(G, F), dict.fromkeys("GF", "thousand_tenge"), "percent", []),
    ("2.1.8", share(A, B, 1), dict.fromkeys("AB", "programme"), "percent", ["KF302"]),
    ("2.1.11", share(A, B, 1), dict.fromkeys("AB", "enterprise"), "percent", ["KF302"]),
    ("2.2.5", share(A, B, 1), dict.fromkeys("AB", "student"), "percent", ["KF302"]),
    ("2.2.7", share(A, B), {"A": "student", "B": "person"}, "percent", []),
    ("4.1.1", share(G, F), {"G": "manager", "F": "employee"}, "percent", []),
    ("4.1.2", share(G, F), dict.fromkeys("GF", "teacher"), "percent", []),
    ("4.1.5", share(A, B, 1), {"A": "employer", "B": "teacher"}, "percent", ["KF304", "KF302"]),
    ("4.1.6", share(G, F), {"G": "expert", "F": "teacher"}, "percent", ["KF304"]),
    (
        "4.1.16",
        bare(plus(A, times(by(B, C), HUNDRED))),
        {"A": "teacher", "B": "event", "C": "teacher"},
        "percent",
        ["KF304"],
    ),
    (
        "4.1.16, corrected",
        share(plus(A, B), C),
        {"A": "teacher", "B": "event", "C": "teacher"},
        "percent",
        ["KF304"],
    ),
    ("4.2.1", share(G, F), {"G": "publication", "F": "employee"}, "count", ["KF303"]),
    (
        "4.2.1, per employee",
        share(G, F),
        {"G": "publication", "F": "employee"},
        "publication/employee",
        ["KF303"],
    ),
    (
        "4.2.1, denominator not stated",
        share(G, F),
        {"G": "publication"},
        "publication/employee",
        ["KF303"],
    ),
    ("4.2.2", share(G, F), {"G": "publication", "F": "teacher"}, "publication/teacher", ["KF303"]),
    ("4.2.3", share(G, F), dict.fromkeys("GF", "publication"), "percent", []),
    (
        "4.3.1",
        share(G, F),
        {"G": "citation", "F": "publication"},
        "citation/publication",
        ["KF303"],
    ),
    # the same without a unit: nothing is known of the factor
    ("no unit", share(G, F, 1), dict.fromkeys("GF", "student"), None, []),
    ("no units of symbols, %", share(G, F, 1), {}, "percent", []),
    # kinds of one another
    ("teacher over employee", share(G, F), {"G": "teacher", "F": "employee"}, "percent", []),
    ("programme over count", share(G, F), {"G": "programme", "F": "count"}, "percent", []),
    ("count over student", share(G, F), {"G": "count", "F": "student"}, "percent", []),
    ("teacher plus employee", bare(plus(G, F)), {"G": "teacher", "F": "employee"}, "person", []),
    (
        "teacher plus manager",
        bare(plus(G, F)),
        {"G": "teacher", "F": "manager"},
        "person",
        ["KF304"],
    ),
    (
        "student plus teacher",
        bare(plus(G, F)),
        {"G": "student", "F": "teacher"},
        "person",
        ["KF304"],
    ),
    ("tenge plus student", bare(plus(G, F)), {"G": "tenge", "F": "student"}, "tenge", ["KF304"]),
    ("count plus one", bare(plus(G, number("1"))), {"G": "student"}, "student", ["KF304"]),
    # per cent
    ("a count under %", bare(G), {"G": "student"}, "percent", ["KF301"]),
    ("a per cent under %", bare(G), {"G": "percent"}, "percent", []),
    (
        "mean of per cents",
        bare(Call("mean", (G, F))),
        dict.fromkeys("GF", "percent"),
        "percent",
        [],
    ),
    ("complement", bare(minus(HUNDRED, G)), {"G": "percent"}, "percent", []),
    (
        "a share in per cent of per cents",
        share(G, F),
        dict.fromkeys("GF", "percent"),
        "percent",
        [],
    ),
    ("twice ×100", share(G, F, 10000), dict.fromkeys("GF", "student"), "percent", ["KF302"]),
    ("growth", share(minus(G, F), F), dict.fromkeys("GF", "tenge"), "percent", []),
    (
        "growth without ×100",
        share(minus(G, F), F, 1),
        dict.fromkeys("GF", "tenge"),
        "percent",
        ["KF302"],
    ),
    (
        "sum of shares",
        bare(plus(share(A, B).node, share(C, D).node)),
        dict.fromkeys("ABCD", "student"),
        "percent",
        [],
    ),
    (
        "sum of shares without ×100",
        bare(plus(by(A, B), by(C, D))),
        dict.fromkeys("ABCD", "student"),
        "percent",
        ["KF302"],
    ),
    (
        "one share without ×100",
        bare(plus(by(A, B), share(C, D).node)),
        dict.fromkeys("ABCD", "student"),
        "percent",
        ["KF304"],
    ),
    (
        "×100 less 100",
        bare(minus(share(A, B).node, HUNDRED)),
        dict.fromkeys("AB", "tenge"),
        "percent",
        [],
    ),
    (
        "weighted per cents",
        bare(plus(times(number("7/10"), A), times(number("3/10"), B))),
        dict.fromkeys("AB", "percent"),
        "percent",
        [],
    ),
    (
        "publications over employees",
        share(G, F),
        {"G": "publication", "F": "employee"},
        "percent",
        ["KF304"],
    ),
    (
        "plus a coefficient",
        bare(plus(share(A, B).node, K)),
        {**dict.fromkeys("AB", "student"), "K": "1"},
        "percent",
        ["KF304"],
    ),
    # sizes of money
    (
        "million over thousand",
        share(G, F),
        {"G": "million_tenge", "F": "thousand_tenge"},
        "percent",
        ["KF302"],
    ),
    (
        "million over thousand, converted",
        share(G, F, 100000),
        {"G": "million_tenge", "F": "thousand_tenge"},
        "percent",
        [],
    ),
    (
        "tenge in thousands",
        share(G, F, 1),
        {"G": "tenge", "F": "person"},
        "thousand_tenge/person",
        ["KF302"],
    ),
    (
        "tenge in thousands, divided",
        bare(by(G, number("1000"))),
        {"G": "tenge"},
        "thousand_tenge",
        [],
    ),
    (
        "tenge plus thousand tenge",
        bare(plus(G, F)),
        {"G": "tenge", "F": "thousand_tenge"},
        "tenge",
        ["KF304"],
    ),
    (
        "converted while adding",
        bare(plus(by(G, number("1000")), F)),
        {"G": "tenge", "F": "thousand_tenge"},
        "thousand_tenge",
        [],
    ),
    # counts
    ("adam stands for any person", bare(plus(G, F)), dict.fromkeys("GF", "student"), "person", []),
    ("number stands for any thing", bare(G), {"G": "project"}, "count", []),
    ("money under a number", bare(G), {"G": "tenge"}, "count", ["KF301"]),
    ("students under teachers", bare(G), {"G": "student"}, "teacher", ["KF301"]),
    (
        "a share under a number",
        share(G, F, 1),
        dict.fromkeys("GF", "student"),
        "student",
        ["KF301"],
    ),
    (
        "weights of a hundred",
        bare(plus(times(HUNDRED, A), times(number("50"), B))),
        dict.fromkeys("AB", "patent"),
        "patent",
        [],
    ),
    ("per thousand", share(G, F, 1000), {"G": "event", "F": "person"}, "event/person", []),
    # scales take any formula
    (
        "points of unlike things",
        bare(plus(times(number("5"), A), B)),
        {"A": "patent", "B": "course"},
        "point",
        [],
    ),
    ("points of a share", share(G, F), dict.fromkeys("GF", "student"), "point", []),
    # names that are not known
    ("symbol's unit", share(G, F), {"G": "studnet", "F": "student"}, "percent", ["KF306"]),
    ("indicator's unit", share(G, F, 1), dict.fromkeys("GF", "student"), "procent", ["KF306"]),
]


@pytest.mark.parametrize(
    ("formula", "symbols", "unit", "expected"),
    [pytest.param(*row[1:], id=row[0]) for row in ROWS],
)
def test_findings(
    formula: Any, symbols: dict[str, str], unit: str | None, expected: list[str]
) -> None:
    assert codes(formula, symbols, unit) == expected


def test_a_coefficient_is_plain_and_may_be_added() -> None:
    formula = share(A, B, 100)
    formula.node = plus(formula.node, K)
    formula.coefficients = {"K": object()}
    assert codes(formula, dict.fromkeys("AB", "student"), "percent") == []


@pytest.mark.parametrize(("kind", "expected"), [("share", ["KF304"]), ("ratio", []), (None, [])])
def test_a_share_needs_like_over_like_whatever_its_unit(
    kind: str | None, expected: list[str]
) -> None:
    formula, symbols = share(A, B, 1), {"A": "employer", "B": "teacher"}
    assert codes(formula, symbols, None, kind=kind) == expected
    assert codes(formula, symbols, "employer/teacher", kind=kind) == expected


@pytest.mark.parametrize(
    ("formula", "symbols", "unit", "cause", "advice"),
    [
        (
            share(G, F, 100, K),
            dict.fromkeys("GF", "thousand_tenge"),
            "thousand_tenge",
            "expected  thousand_tenge\nactual    a plain number",
            "state the unit as percent, or keep G alone",
        ),
        (
            share(G, F, 1),
            dict.fromkeys("GF", "student"),
            "count",
            "expected  count\nactual    a plain number",
            "state the unit as percent and multiply by 100",
        ),
        (
            share(A, B, 1),
            dict.fromkeys("AB", "programme"),
            "percent",
            "expected  ×100\nactual    ×1",
            "multiply by 100",
        ),
        (
            share(G, F, 10000),
            dict.fromkeys("GF", "programme"),
            "percent",
            "expected  ×100\nactual    ×10000",
            "divide by 100",
        ),
        (
            share(G, F),
            {"G": "publication", "F": "employee"},
            "count",
            "expected  ×1\nactual    ×100",
            "drop ×100",
        ),
        (
            share(G, F),
            {"G": "expert", "F": "teacher"},
            "percent",
            "expected  teacher/teacher\nactual    expert/teacher",
            "take a number of teacher as numerator, or print the unit expert/teacher",
        ),
        (
            bare(plus(G, F)),
            {"G": "teacher", "F": "manager"},
            "person",
            "expected  teacher\nactual    manager",
            "if they may be added, state both as employee",
        ),
        (
            bare(plus(G, F)),
            {"G": "tenge", "F": "million_tenge"},
            "tenge",
            "expected  tenge\nactual    million_tenge",
            "multiply by 1000000 the part in million_tenge",
        ),
        (
            bare(plus(G, F)),
            {"G": "tenge", "F": "student"},
            "tenge",
            "expected  tenge\nactual    student",
            "bring both to one unit",
        ),
        (
            bare(G),
            {"G": "student"},
            "percent",
            "expected  percent\nactual    student",
            "state the unit as student, or divide by the total that it is a share of",
        ),
        (bare(G), {"G": "persn"}, None, None, "did you mean 'person'?"),
        (bare(G), {"G": "фунт"}, None, None, "units are defined in grammars/units.txt"),
    ],
)
def test_a_finding_says_expected_and_actual_and_how_to_mend_it(
    formula: Any, symbols: dict[str, str], unit: str | None, cause: str | None, advice: str
) -> None:
    (finding,) = check(formula, symbols, unit)
    assert (finding.cause, finding.help) == (cause, advice)


def test_only_a_contradiction_is_an_error() -> None:
    for _, formula, symbols, unit, _ in ROWS:
        for finding in check(formula, symbols, unit):
            expected = Severity.ERROR if finding.code == "KF301" else Severity.WARNING
            assert finding.severity is expected


def test_a_finding_points_at_its_place() -> None:
    printed = "H = G + F"
    summed = Binary("+", Name("G", Span(4, 5)), Name("F", Span(8, 9)), Span(4, 9))
    formula: Any = Stated(summed, printed=printed)
    (unlike,) = check(formula, {"G": "student", "F": "teacher"}, "person")
    assert (unlike.span, unlike.position) == (Span(4, 9), (1, 5))
    (unknown,) = check(formula, {"F": "teachr"}, "person")
    assert unknown.span == Span(8, 9)
    source = Source(printed, "goal-1.yaml", 40, 7)
    (placed,) = check(formula, {"G": "student", "F": "teacher"}, "person", source=source)
    assert placed.location == "goal-1.yaml:40:11"


def test_everything_returned_is_plain_and_can_be_pickled() -> None:
    findings = check(share(G, F, 1), dict.fromkeys("GF", "student"), "percent")
    assert pickle.loads(pickle.dumps(findings)) == findings
    cell = printed_unit("мың тг/адам")
    assert pickle.loads(pickle.dumps(cell)) == cell
    assert type(unit_of(by(G, F), UNITS)) is str
    assert type(dimension("tenge")) is str


# --- the rows of the KTU programme ---------------------------------------------------------------

FOUND = {
    "1.3.1": {"KF301"},
    "2.1.8": {"KF302"},
    "2.1.9": {"KF302"},
    "2.1.10": {"KF302"},
    "2.1.11": {"KF302"},
    "2.2.5": {"KF302"},
    "4.1.5": {"KF302", "KF304"},
    "4.1.6": {"KF304"},
    "4.1.16": {"KF304"},
    "4.2.1": {"KF303"},
    "4.2.2": {"KF303"},
    "4.3.1": {"KF303"},
    # the column prints thousand tenge, the cell "the unit of measurement is tenge"
    "4.7.1": {"KF302"},
}


@pytest.fixture(scope="module")
def ktu() -> Any:
    return kpiformula.load("ktu-programme-2024-2029")


def test_exactly_the_defective_rows_have_findings(ktu: Any) -> None:
    found = {}
    for code, row in ktu.items():
        if row.formula is None:
            continue
        symbols = {name: symbol.unit for name, symbol in row.symbols.items()}
        findings = check(row.formula, symbols, row.unit, kind=row.kind)
        if findings:
            found[code] = {finding.code for finding in findings}
    assert found == FOUND


def test_the_stated_errata_answer_the_findings(ktu: Any) -> None:
    for code, row in ktu.items():
        if row.erratum is None:
            continue
        symbols = {name: symbol.unit for name, symbol in row.symbols.items()}
        left = {f.code for f in check(row.reading, symbols, row.unit, kind=row.kind)}
        assert not left & set(row.erratum.answers), code


NOT_AS_PRINTED = {
    # "persons" for publications, and for programmes
    ("ktu-programme-2024-2029", "9"),
    ("ktu-programme-2024-2029", "2.3.7"),
    # "%" for contracts, and for organisations
    ("ktu-programme-2024-2029", "4.5.8"),
    ("astmu-strategy-2022-2026", "3.2/1"),
    # "орын" is a rank elsewhere, and a bed here; "times clicks a day" is not read
    ("national-concept-2023-2029", "6/4"),
    ("ktu-directions-2024-2029", "group/3.3"),
}


def _is_printed(printed: str, stated: str) -> bool:
    read = printed_unit(printed)
    above = stated.partition("/")[0]
    wide = read.unit is None or read.unit in {"count", stated, above}
    return not read.unread and (wide or definitions().is_kind(above, str(read.unit)))


def test_the_printed_units_of_the_rows_are_those_stated() -> None:
    wrong = {
        (name, code)
        for name in kpiformula.available()
        for code, row in kpiformula.load(name).items()
        if not _is_printed(row.printed_unit, row.unit)
    }
    assert wrong == NOT_AS_PRINTED
