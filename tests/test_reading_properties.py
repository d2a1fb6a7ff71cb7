"""What holds for every text: it is read or refused by name, and its layout does not matter."""

from __future__ import annotations

import pickle
import random
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from functools import cache
from pathlib import Path

import oracle
import pytest
from fuzz import KEPT, any_text, check, mutated, real_cells, soup
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from sympy import Rational, nan, zoo

import kpiformula as kf
from kpiformula import grammar, testing
from kpiformula.nodes import Binary, Name, Negative, Node, Number, names, text

ROOT = Path(__file__).parent.parent

kf.parse("H = G / F")  # builds the grammar, so that no property measures that


def readable(cell: str) -> bool:
    try:
        kf.parse(cell)
    except kf.FormulaSyntaxError:
        return False
    return True


CELLS = [cell.strip() for cell in real_cells() if len(cell) < 2000]
READ = [cell for cell in CELLS if readable(cell)]


@cache
def reading(cell: str) -> tuple[object, ...]:
    """What a cell says: formulas, definitions, coefficients, examples, findings; or the refusal."""
    try:
        formula = kf.parse(cell)
    except kf.FormulaSyntaxError as refused:
        return ("refused", refused.code)
    return (
        list(map(str, formula.formulas)),
        {symbol.name: (symbol.definition, symbol.role) for symbol in formula.symbols.values()},
        formula.coefficients,
        [example.value for example in formula.examples],
        sorted({finding.code for finding in formula.diagnostics}),
    )


# --- round trip --------------------------------------------------------------------------------


@settings(max_examples=400)
@given(testing.formulas())
def test_canonical_text_means_the_formula(formula: kf.Formula) -> None:
    testing.check_round_trip(formula)
    again = kf.parse(str(formula))
    assert again == formula
    assert hash(again) == hash(formula)
    assert str(again) == str(formula)
    assert dict(again.symbols).keys() == dict(formula.symbols).keys()
    assert [s.role for s in again.symbols.values()] == [s.role for s in formula.symbols.values()]
    assert not {finding.code for finding in again.diagnostics} - {"KF115"}


@pytest.mark.parametrize(
    "cell",
    [
        "(-(F * G))",
        "(A - B)",
        "-F * G * 100",
        "(A - B):(C - D) × 100",
        "Ч / (жалпы саны) * 100",
        "Доля = Ч / [общее число] × 100",
        "A / B * 100%",
        "70 % × A + 0,3·B",
        "H = G / F × ⅓",
        "H = 4⅓ × G / F",
        "1: [[A саны]/[B саны]]",
        "[A саны] - [B саны]",
        "A per 1 000 B",
    ],
)
def test_what_was_read_is_written_so_that_it_is_read_again(cell: str) -> None:
    formula = kf.parse(cell)
    assert kf.parse(str(formula)).node == formula.node


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("(A - B) : (C - D) × 100", "(A - B) / (C - D) * 100"),
        ("(A - B)\n: C^4", "(A - B) / C^4"),
        ("(A):(B)×100", "A / B * 100"),
        ("100\n: F", "100 / F"),
        ("-F*G*100", "-F * G * 100"),
        ("H = A / B - 1 x 2", "H = A / B - 1 * 2"),
        ("H = 2 x 3 x A", "H = 2 * 3 * A"),
        ("H = A - 1% x 2", "H = A - 1% * 2"),
        ("98% х F2", "98% * F2"),
        ("H = A^2 x B", "H = A^2 * B"),
        ("H = A^2 / 4", "H = A^2 / 4"),
        ("H = A^1 ÷\n1000", "H = A^1 / 1000"),
        ("Formula: A x\nB, where A - rooms; B - floors", "A * B"),
        ("H = A / sqrt(2)", "H = A / sqrt(2)"),
        ("Д = И / В × 100", "Д = И / В * 100"),
        ("H = G / F × 1  000", "H = G / F * 1000"),
        ("Отношение G\nк\nF, умноженное\nна\n100", "G / F * 100"),
        ("Net\nmargin = Net\nprofit / Total revenue", "result = a / b"),
        ("H = (A + G') / F", "H = (A + G') / F"),
        ("H = G / F × 1\n000", "H = G / F * 1000"),
        ("Число врачей на 10\n000 населения", "a / b * 10000"),
    ],
)
def test_what_the_properties_found_is_read_as_it_is_meant(cell: str, meant: str) -> None:
    assert str(kf.parse(cell)) == meant


@pytest.mark.parametrize(
    "cell",
    [
        "H = G / Н × 100",
        "H = G / F × 1\n500",
        "H = A^1/2",
        "H = A B / C",
        "H = ----A / B",
        "H = A ---- B",
        "число выпускников ________________ общее число × 100",
    ],
)
def test_what_cannot_be_meant_is_refused(cell: str) -> None:
    with pytest.raises(kf.FormulaSyntaxError):
        kf.parse(cell)


# --- any text is read or refused, with bounded work ----------------------------------------------

EVENTS_A_CHARACTER = 2000
"""Calls of functions while reading, to each character; real cells need 130 at most."""


class EndlessError(BaseException):
    """More work than a text of its length may cause; no handler of the parser may catch it."""


@contextmanager
def bounded(cell: str) -> Iterator[None]:
    """Allow as many function calls as the length of a text warrants: work, not time."""
    left = 20_000 + EVENTS_A_CHARACTER * len(cell)

    def count(_frame: object, _event: str, _argument: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise EndlessError(f"{cell[:60]!r} … of {len(cell)} characters")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)


def read_or_refuse(cell: str) -> None:
    with bounded(cell), suppress(kf.FormulaSyntaxError):
        kf.parse(cell)
    check(cell)


hostile = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])


@hostile
@given(st.text(max_size=200) | st.text("AGbКх01.,-–/÷×*:=()[]{}^%; \n_", max_size=200))
def test_any_characters(cell: str) -> None:
    read_or_refuse(cell)


@hostile
@given(st.randoms(use_true_random=False))
def test_any_code_points(source: random.Random) -> None:
    read_or_refuse(any_text(source))


@settings(hostile, max_examples=500)
@given(st.randoms(use_true_random=False))
def test_real_cells_with_faults(source: random.Random) -> None:
    read_or_refuse(mutated(source, CELLS))


@settings(hostile, max_examples=500)
@given(st.randoms(use_true_random=False))
def test_marks_and_words_in_any_order(source: random.Random) -> None:
    read_or_refuse(soup(source))


def _from_grammar() -> st.SearchStrategy[str]:
    """Texts that follow the rules of ``formula.lark``, in the words of all tables."""
    reader = grammar._reader("formula")
    written = {
        "SYMBOL": st.sampled_from(["G", "F", "К_ср", "N1", "ППС"]),
        "PHRASE": st.sampled_from(["students, all", "жалпы саны", "число (на конец года)"]),
        "NUMBER": st.sampled_from(["100", "0,7", "1 000", "2.5"]),
    }
    terminals = {
        terminal.name: written.get(
            terminal.name, st.from_regex(terminal.pattern.to_regexp(), fullmatch=True)
        )
        for terminal in reader.terminals
    }
    spaced = {name: terminal.map(" {} ".format) for name, terminal in terminals.items()}
    return from_lark(reader, explicit=spaced)


@hostile
@given(_from_grammar().filter(lambda cell: len(cell) < 3000))
def test_what_the_grammar_allows(cell: str) -> None:
    read_or_refuse(cell)


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.txt")), ids=lambda path: path.stem)
def test_texts_that_once_broke_the_parser(path: Path) -> None:
    read_or_refuse(path.read_bytes().decode("utf-8", "surrogatepass"))


REPEATED = [
    *("(", ")", "()", "[", "{", "|", "√", "∑", "- ", "-", "+", "=", ":", ";", ",", ".", "%", '"'),
    *("A ", "A/", "A+", "A,", "A\n", "A. ", "A=B/C\n", "A - text; ", "A)/(", "x ", "Ax2", "1 "),
    *(
        "A\n---\nB\n",
        "sum(",
        "min(a;",
        "\\frac{",
        "_{",
        "A_{",
        "hy-",
        "аа-\n",
        "a\u0301",
        "\u00ad\n",
    ),
    *("the ratio of A to B ", "to ", "отношение a к b ", "divide A by B ", "mean of a and "),
    *("A-ның B-ның қатынасы ", "A-ны бөліп ", "A per 1000 B ", "умножить на 100 ", "и / или "),
    *("где A - b; ", "where ", "Formula: A/B ", "national - 1,5; ", "1/2*3 ", "№ 1/2 ", "слово "),
]


@pytest.mark.parametrize("part", REPEATED)
@pytest.mark.parametrize("frame", ["{}", "H = {}", "Отношение A к {} B", "H = G/F*K, где K - {}"])
def test_repetition_costs_no_more_than_its_length(part: str, frame: str) -> None:
    read_or_refuse(frame.format(part * (800 // len(part))))


@pytest.mark.parametrize("operator", ["*", "+", "/"])
def test_definitions_do_not_multiply(operator: str) -> None:
    """Each definition uses the next one twice: 2^40 letters, if they were written out."""
    chain = ", ".join(f"a{i} = a{i + 1}{operator}a{i + 1}" for i in range(1, 40))
    cell = f"Q = a1{operator}a1, где {chain}"
    with bounded(cell), suppress(kf.FormulaSyntaxError):
        kf.parse(cell)


def test_definitions_do_not_pile_up() -> None:
    chain = ", ".join(f"x{i} = x{i + 1}/y{i}" for i in range(100))
    cell = f"Q = x0/b, где {chain}"
    with bounded(cell), suppress(kf.FormulaSyntaxError):
        kf.parse(cell)


@pytest.mark.parametrize("cell", ["H = A / B = {}", "H = A / B * 100; {} / 1", "A / B = {}"])
def test_powers_of_powers_are_not_worked_out(cell: str) -> None:
    """9^(6^5) has 7421 digits; one more pair of brackets would have six times as many."""
    with suppress(kf.LimitError):
        formula = kf.parse(cell.format("(((((9^6)^6)^6)^6)^6)"))
        assert all(example.value is None for example in formula.examples)


# --- line breaks and spaces ----------------------------------------------------------------------

BAR = re.compile(r"[ \t]*[-–—─━―_‒⎯]{3,}[ \t]*")
"""Where layout carries meaning: a fraction bar drawn on a line of its own …"""

HEADING = re.compile(r"\s*[^\W\d_]{4,}:")
"""… and a line with a heading of its own: "Source: EMIS", "Числитель: …"."""

HYPHENS = ("-", "‐", "‑", "\u00ad")
SEPARATORS = (";", ",", ":", ".")


def opens_with_a_letter(formula: kf.Formula) -> re.Pattern[str]:
    """What begins a line on which an entry for a letter, or a statement, may stand."""
    letters = {
        name
        for one in formula.formulas
        for symbol in one.symbols.values()
        for name in (symbol.name, symbol.printed)
    }
    longest_first = sorted(letters, key=len, reverse=True)
    return re.compile(rf"\s*(?:{'|'.join(map(re.escape, longest_first))})\s*(?:[-–—=:]|\s|$)")


def on_one_line(cell: str) -> str:
    """The cell without its line ends, but for those that carry meaning.

    They stand around a drawn bar and what is below it, whose denominator ends with its line;
    around a headed line, for nothing else says where its text begins and ends; before a letter
    without any separator ("A = schools\\nB = pupils"), where only the line end tells an entry or
    another statement from more words; and behind the hyphen of a cut word, which with a space
    would be a dash.
    """
    lines = cell.split("\n")
    letter = opens_with_a_letter(kf.parse(cell))
    kept: set[int] = set()  # the numbers of the lines whose ends stay
    for number, line in enumerate(lines):
        if BAR.fullmatch(line):
            kept |= {number - 1, number, number + 1}
        if HEADING.match(line):
            kept |= {number - 1, number}
        if line.rstrip(" ").endswith(HYPHENS):
            kept.add(number)
        if letter.match(line) and not lines[number - 1].rstrip().endswith(SEPARATORS):
            kept.add(number - 1)
    ends = ("\n" if number in kept else " " for number in range(len(lines) - 1))
    return "".join(map("".join, zip(lines, [*ends, ""], strict=True)))


def spaces_to_break(cell: str) -> list[int]:
    """Places of the spaces at which a line may end without a change in meaning.

    Not below a drawn bar, whose denominator ends with its line, and not inside numbers, which
    have a property of their own.
    """
    below = {
        place
        for found in re.finditer(rf"^{BAR.pattern}\n.*", cell, re.MULTILINE)
        for place in range(*found.span())
    }
    inside = {found.end() for found in re.finditer(r"\d(?= \d)", cell)}
    return [p for p, char in enumerate(cell) if char == " " and p not in below | inside]


def with_line_ends(cell: str, places: Collection[int]) -> str:
    return "".join("\n" if place in places else char for place, char in enumerate(cell))


@pytest.mark.parametrize(
    "space", ["\u00a0", "\u2009", "\u202f", "\u2003", "\t", "  ", " \u200b"], ids=ascii
)
def test_kinds_of_spaces_do_not_matter(space: str) -> None:
    wrong = [c for c in CELLS if reading(c) != reading(re.sub("(?<! ) (?! )", space, c))]
    assert not wrong, f"{len(wrong)} cells, such as:\n{min(wrong, key=len)}"


@pytest.mark.parametrize(
    "end", ["\r\n", "\r", "\u2028", "\v", " \n ", "\n\n", "\n \n", "\n\u00a0\n"], ids=ascii
)
def test_kinds_of_line_ends_do_not_matter(end: str) -> None:
    wrong = [c for c in CELLS if reading(c) != reading(c.replace("\n", end))]
    assert not wrong, f"{len(wrong)} cells, such as:\n{min(wrong, key=len)}"


@pytest.mark.parametrize("around", ["\n{}\n", " {} ", "\ufeff{}", "\u00a0\n{}\u2029"], ids=ascii)
def test_what_is_around_does_not_matter(around: str) -> None:
    wrong = [c for c in CELLS if reading(c) != reading(around.format(c))]
    assert not wrong, f"{len(wrong)} cells, such as:\n{min(wrong, key=len)}"


def test_soft_hyphens_do_not_matter() -> None:
    wrong = [c for c in CELLS if reading(c) != reading(re.sub(r"(\w\w)(?=\w\w)", "\\1\u00ad", c))]
    assert not wrong, f"{len(wrong)} cells, such as:\n{min(wrong, key=len)}"


def test_a_cell_on_one_line_means_the_same() -> None:
    wrong = [c for c in READ if reading(c) != reading(on_one_line(c))]
    assert not wrong, f"{len(wrong)} cells, such as:\n{min(wrong, key=len)}"


@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([c for c in READ if spaces_to_break(c)]), st.randoms(use_true_random=False))
def test_a_line_may_end_at_any_space(cell: str, source: random.Random) -> None:
    spaces = spaces_to_break(cell)
    broken = with_line_ends(cell, source.sample(spaces, source.randint(1, len(spaces))))
    assert reading(broken) == reading(cell), broken


def test_a_number_that_a_line_end_breaks_is_never_another_number() -> None:
    """It is read as printed, or refused, or a finding says that it may be two numbers."""
    wrong = []
    for cell in READ:
        for found in re.finditer(r"\d(?= \d)", cell):
            broken = with_line_ends(cell, {found.end()})
            read, whole = reading(broken), reading(cell)
            refused = read[0] == "refused"
            if not refused and read[:-1] != whole[:-1] and read[-1] == whole[-1]:
                wrong.append(broken)
    assert not wrong, f"{len(wrong)} cells, such as:\n{min(wrong, key=len)}"


@settings(max_examples=300)
@given(st.data(), testing.formulas())
def test_generated_cells_mean_their_formula(data: st.DataObject, formula: kf.Formula) -> None:
    cell = data.draw(testing.cells(formula))
    read = kf.parse(cell)
    assert read.node == formula.node
    assert str(read) == str(formula)


# --- spellings of operators ----------------------------------------------------------------------


@settings(max_examples=300)
@given(st.data(), testing.formulas())
def test_spellings_of_operators_mean_the_same(data: st.DataObject, formula: kf.Formula) -> None:
    spelled = kf.parse(data.draw(testing.spellings(formula)))
    assert spelled == formula
    assert hash(spelled) == hash(formula)


SIGNS = [
    *(("÷", sign) for sign in "/∕⁄:"),
    *(("×", sign) for sign in ("*", "·", "∙", "∗", "•", "⋅", " x ", " х ")),
    *(("/", sign) for sign in "÷∕⁄"),
]


@pytest.mark.parametrize(("sign", "other"), SIGNS)
def test_spellings_of_operators_in_real_cells_mean_the_same(sign: str, other: str) -> None:
    def spelled_alike(cell: str) -> tuple[object, ...]:
        """The reading; its definitions quote the words as printed, signs among them."""
        read = reading(cell)
        if read[0] == "refused":
            return read
        formulas, definitions, *rest = read
        return (
            formulas,
            {
                name: (definition and definition.replace(other, sign), role)
                for name, (definition, role) in definitions.items()
            },
            *rest,
        )

    cells = [cell for cell in READ if sign in cell]
    wrong = [c for c in cells if spelled_alike(c) != spelled_alike(c.replace(sign, other))]
    assert not wrong, f"{len(wrong)} cells, such as:\n{min(wrong, key=len)}"


def test_one_letter_in_two_alphabets_is_the_same_formula() -> None:
    latin, cyrillic = kf.parse("H = G / F * 100"), kf.parse("Н = G / F * 100")
    assert latin == cyrillic
    assert hash(latin) == hash(cyrillic)


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*"EIOQSN", "lambda", "None", "True", "pi", "oo", "exec", "gamma"])
def test_a_name_means_nothing_but_itself(name: str) -> None:
    formula = kf.parse(f"H = {name} / F * 100")
    assert names(formula.node) == (name, "F")
    assert {(type(s).__name__, s.name) for s in formula.expr.free_symbols} == {
        ("Symbol", name),
        ("Symbol", "F"),
    }
    assert kf.evaluate(formula, {name: 1, "F": 4}).value == 25


@pytest.mark.parametrize(
    "cell",
    [
        *("__import__", "H = __import__ / F", "__import__('os').system('true') / F"),
        *("H = G.__class__ / F", "H = G.__class__.__mro__[1] / F", "G.subs(F)"),
        *("H = G[0] / F", "H = G() / F", "H = 'G' / F", "H = {G!r} / F", 'H = f"{G}" / F'),
    ],
)
def test_code_is_refused_or_plain(cell: str) -> None:
    check(cell)
    with suppress(kf.FormulaSyntaxError):
        for name in names(kf.parse(cell).node):
            assert "__" not in name


# --- limits --------------------------------------------------------------------------------------

CHAIN = " + ".join(f"A{i}" for i in range(249))
LONG_WORD = "а" * 99


def statement_of(length: int) -> str:
    """A statement of exactly this many characters, in few marks."""
    cell = f"H = [{f'{LONG_WORD} ' * 18}саны] / F"
    return cell.replace("саны", "саны" + "ы" * (length - len(cell)))


def cell_of(length: int) -> str:
    cell = f"H = G / F, где G – {f'{LONG_WORD} ' * 190}; F – число"
    return cell + "а" * (length - len(cell))


WITHIN = {
    "nesting 49": f"H = {'(' * 49}A{')' * 49} / B",
    "nesting 50": f"H = {'(' * 50}A{')' * 50} / B",
    "nested signs": f"H = {'- ' * 50}A / B",
    "nested roots": f"H = {'√' * 50}A / B",
    "nested functions": f"H = {'min(A; ' * 50}B{')' * 50}",
    "nested sums": f"H = {'(A + ' * 50}B{')' * 50}",
    "nested quotients": f"H = {'A / (' * 50}B{')' * 50}",
    "499 marks": f"H = {CHAIN}",
    "500 marks": f"H = {CHAIN}".replace("A248", "5%"),
    "a chain of quotients": "H = " + CHAIN.replace("+", "/"),
    "a chain of products": "H = " + CHAIN.replace("+", "*"),
    "2000 characters": statement_of(2000),
    "20000 characters": cell_of(20_000),
    "30 digits": f"H = A / B * {'1' * 30}",
    "30 digits with decimals": f"H = A / B * {'1' * 10}.{'1' * 20}",
    "power 6": "H = A^6 / B",
    "power 6 above": "H = A⁶ / B",
}
BEYOND = {
    "nesting 51": (f"H = {'(' * 51}A{')' * 51} / B", "KF904"),
    "nesting far": (f"H = {'(' * 5000}A{')' * 5000} / B", "KF90[34]"),
    "nested signs": (f"H = {'- ' * 51}A / B", "KF904"),
    "nested roots": (f"H = {'√' * 51}A / B", "KF904"),
    "nested functions": (f"H = {'min(A; ' * 51}B{')' * 51}", "KF904"),
    "501 marks": (f"H = {CHAIN} + A", "KF903"),
    "2001 characters": (statement_of(2001), "KF901"),
    "20001 characters": (cell_of(20_001), "KF902"),
    "10 million characters": ("A/" * 5_000_000, "KF902"),
    "31 digits": (f"H = A / B * {'1' * 31}", "KF905"),
    "31 digits with decimals": (f"H = A / B * {'1' * 10}.{'1' * 21}", "KF905"),
    "31 digits in a coefficient": (f"H = A*K, где K - коэффициент – {'1' * 31}; б – 1", "KF905"),
    "power 7": ("H = A^7 / B", "KF906"),
    "power 7 above": ("H = A⁷ / B", "KF906"),
    "a power of letters": ("H = A^B / C", "KF906"),
    "a power with decimals": ("H = A^0.5 / B", "KF906"),
    "a power without end": ("H = A^999999999 / B", "KF906"),
    "a tower of powers": ("H = G^(9^9^9)", "KF906"),
}


@pytest.mark.parametrize("cell", WITHIN.values(), ids=WITHIN)
def test_at_the_limits_every_method_answers(cell: str) -> None:
    formula = kf.parse(cell)
    assert kf.parse(str(formula)).node == formula.node
    assert "node=" in repr(formula)
    assert formula.latex() in formula._repr_latex_()
    again = pickle.loads(pickle.dumps(formula))
    assert again == formula
    assert hash(again) == hash(formula)
    assert set(names(formula.node)) <= set(formula.symbols)
    assert {symbol.name for symbol in formula.expr.free_symbols} <= set(names(formula.node))
    counts = dict.fromkeys(names(formula.node), 1)
    result = kf.evaluate(formula, counts)
    assert pickle.loads(pickle.dumps(result)) == result
    assert len(result.steps) == 3
    assert str(result)


@pytest.mark.parametrize("cell", ["499 marks", "a chain of quotients", "nested quotients"])
def test_at_the_limits_there_is_room_for_the_stack_of_the_caller(cell: str) -> None:
    """A notebook or a web framework stands a few hundred calls deep when it asks."""

    def below(depth: int) -> None:
        if depth:
            below(depth - 1)
        else:
            formula = kf.parse(WITHIN[cell])
            assert repr(formula)
            assert formula.latex()
            assert hash(formula) == hash(pickle.loads(pickle.dumps(formula)))

    below(300)


@pytest.mark.parametrize(("cell", "code"), BEYOND.values(), ids=BEYOND)
def test_beyond_the_limits_a_text_is_refused_by_name(cell: str, code: str) -> None:
    with bounded(cell[:2000]), pytest.raises(kf.LimitError) as refusal:
        kf.parse(cell)
    assert re.fullmatch(code, refusal.value.code)
    assert len(str(refusal.value)) < 1000


# --- equality and pickling -----------------------------------------------------------------------


@settings(max_examples=200)
@given(st.sampled_from(READ))
def test_formulas_compare_by_meaning_and_pickle(cell: str) -> None:
    formula, other = kf.parse(cell), kf.parse(cell)
    again = pickle.loads(pickle.dumps(formula))
    for same in (other, again):
        assert same == formula
        assert hash(same) == hash(formula)
    for field in ("printed", "symbols", "examples", "unread", "diagnostics", "language"):
        assert getattr(again, field) == getattr(formula, field)
    assert list(map(str, again.formulas)) == list(map(str, formula.formulas))


@settings(max_examples=200)
@given(testing.formulas(named=True), testing.formulas(named=True))
def test_formulas_that_are_written_differently_are_not_equal(
    one: kf.Formula, other: kf.Formula
) -> None:
    assert (kf.parse(str(one)) == kf.parse(str(other))) is (str(one) == str(other))


# --- exact values against an oracle of its own ---------------------------------------------------


def within(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts of operations on what ``inner`` gives."""
    operations = [
        *("min({}; {})", "max({}; {})", "mean({}; {}; {})", "abs({})", "sqrt({})"),
        *("round({})", "round(100 * {}; 1)", "round({0} * {0} / 4)"),
        *("({} + {})", "({} - {})", "{} * {}", "{} / {}", "({})^2", "({})^0"),
    ]
    return st.builds(str.format, st.sampled_from(operations), inner, inner, inner)


ROOTS = st.sampled_from(["sqrt(G)", "(sqrt(F) - 2)", "(F - sqrt(G))", "(sqrt(G) - sqrt(G))", "1.5"])
"""Of either sign, and a zero that no digits tell from other values."""

ROOTED = within(ROOTS | within(ROOTS)).map(lambda inside: kf.parse(f"H = G - ({inside})"))
"""Formulas in which what is compared and rounded is mostly irrational."""

OF_KIND = {"any": testing.formulas(max_operands=6), "rooted": ROOTED}
SMALL = {"smallest": 0, "largest": 12}


@pytest.mark.parametrize("kind", OF_KIND)
@settings(max_examples=500)
@given(data=st.data())
def test_values_are_those_of_plain_fractions(kind: str, data: st.DataObject) -> None:
    formula = kf.parse(str(data.draw(OF_KIND[kind])))
    counts = data.draw(testing.counts(formula, **SMALL))
    try:
        result = kf.evaluate(formula, counts)
    except kf.LimitError:
        assume(False)
    try:
        low, high = oracle.ends(formula.node, counts)
    except oracle.NoValueError:
        assert (result.status, result.value, result.interval) == ("undefined", None, None)
        return
    if low == high:
        assert result.value == low
    else:
        assert result.interval is not None
        assert result.interval.low <= high
        assert result.interval.high >= low
        told = high - low < oracle.NARROW
        assert not told or result.interval.width <= Fraction(1, 10**40)


@pytest.mark.parametrize("kind", OF_KIND)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_sympy_gives_the_value_of_plain_fractions(kind: str, data: st.DataObject) -> None:
    formula = data.draw(OF_KIND[kind])
    counts = data.draw(testing.counts(formula, **SMALL))
    try:
        low, high = oracle.ends(formula.node, counts)
    except oracle.NoValueError:
        assume(False)
    symbols = {symbol.name: symbol for symbol in formula.expr.free_symbols}
    value = formula.expr.xreplace(
        {symbol: Rational(counts[name]) for name, symbol in symbols.items()}
    ).doit()  # SymPy factors minima out of maxima and leaves Max(0, 3/2) as it is
    if low == high:
        assert value == Rational(low.numerator, low.denominator)
    else:
        shown = Fraction(str(value.evalf(70)))
        beside = oracle.NARROW * max(1, abs(low))
        assert low - beside <= shown <= high + beside


def rewritten(source: random.Random, node: Node) -> Node:
    """The same formula in other words: terms exchanged, brackets opened, terms added and taken."""
    match node:
        case Binary(operator="^", left=left, right=Number(value=value)) if 1 < value < 4:
            base = rewritten(source, left)
            return Binary("*", base, Binary("^", base, Number(value - 1)))
        case Binary(operator, left, right):
            left = rewritten(source, left)
            right = rewritten(source, right) if operator != "^" else right
            node = Binary(operator, left, right)
            if operator in "+*" and source.random() < 0.7:
                node = Binary(operator, right, left)
            elif operator == "/" and source.random() < 0.5:
                node = Binary("*", left, Binary("/", Number(Fraction(1)), right))
            elif operator == "-" and source.random() < 0.5:
                node = Binary("+", Negative(right), left)
        case Negative(operand):
            node = Binary("*", Number(Fraction(-1)), rewritten(source, operand))
    three = Number(Fraction(3))
    match source.randrange(8):
        case 0:
            return Binary("-", Binary("+", node, three), three)
        case 1:
            return Binary("/", Binary("*", three, node), three)
        case 2:
            return Negative(Negative(node))
    return node


def changed(source: random.Random, node: Node) -> Node:
    """Another formula, mostly: one operator, number or sign is different."""
    match node:
        case Binary(operator, left, right) if source.random() < 0.6 and operator != "^":
            if source.random() < 0.5:
                return Binary(operator, changed(source, left), right)
            return Binary(operator, left, changed(source, right))
        case Binary(operator, left, right) if operator != "^":
            return Binary(source.choice("+-*/".replace(operator, "")), left, right)
        case Number(value):
            return Number(value + 1)
    return source.choice((Negative(node), Binary("*", node, Number(Fraction(2)))))


def formula_of(node: Node) -> kf.Formula:
    return kf.parse(f"H = {text(node)}")


Property = Callable[[kf.Formula, random.Random], None]


def of_rational_formulas(held: Property) -> Callable[[], None]:
    """A property of formulas without functions, which it may change at random."""
    formulas = testing.formulas(max_operands=5, rational=True, named=True)
    tested = given(formulas, st.randoms(use_true_random=False))(held)
    return settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])(tested)


@of_rational_formulas
def test_algebra_proves_what_was_only_rewritten(formula: kf.Formula, source: random.Random) -> None:
    node = rewritten(source, formula.node)
    assume("H" not in names(node) and len(text(node)) < 400)
    # What divides by zero whatever the counts is equal to nothing: the next property.
    assert formula.equivalent(formula_of(node)) is not formula.expr.has(zoo, nan), text(node)


@of_rational_formulas
def test_algebra_proves_nothing_of_what_is_nowhere_defined(
    formula: kf.Formula, source: random.Random
) -> None:
    zero = Binary("-", formula.node, formula.node)
    nowhere = Binary("/", Number(Fraction(source.randint(0, 1))), zero)
    other = formula_of(rewritten(source, Binary(source.choice("+-*"), formula.node, nowhere)))
    assert not formula.equivalent(other)
    assert not other.equivalent(formula)
    assert not other.equivalent(other)


@of_rational_formulas
def test_algebra_does_not_prove_what_differs(formula: kf.Formula, source: random.Random) -> None:
    node = changed(source, formula.node)
    assume("H" not in names(node) and set(names(node)) == set(names(formula.node)))
    # So large that a divisor which is 0 for these counts is 0 for all: there is no value to differ.
    counts = {name: Fraction(source.randint(10**6, 10**9), 7) for name in names(node)}
    try:
        differs = oracle.exact(node, counts) != oracle.exact(formula.node, counts)
    except oracle.NoValueError:
        assume(False)
    assume(differs)
    assert not formula.equivalent(formula_of(node)), text(node)


def test_a_cancelled_denominator_is_still_a_denominator() -> None:
    formula = kf.parse("H = G / F * F")
    assert formula.equivalent(kf.parse("H = G"))
    assert formula != kf.parse("H = G")
    assert kf.evaluate(formula, {"G": 1, "F": 0}).value is None


# --- threads -------------------------------------------------------------------------------------

THREADS = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
import kpiformula as kf

cells = json.load(sys.stdin)
start = Barrier(8)

def work(_):
    start.wait()
    return [repr(kf.parse(cell)) for cell in cells]

with ThreadPoolExecutor(8) as pool:
    first, *others = pool.map(work, range(8))
assert all(other == first for other in others), "threads read differently"
json.dump(first, sys.stdout)
"""


def test_eight_threads_read_the_same() -> None:
    """In a new process, so that the threads also meet while the grammar is being built."""
    import json

    cells = READ[::6]
    done = subprocess.run(
        [sys.executable, "-c", THREADS],
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [repr(kf.parse(cell)) for cell in cells]


# --- what the strategies promise -----------------------------------------------------------------


@given(st.data())
def test_figures_agree_or_not_as_asked(data: st.DataObject) -> None:
    value = data.draw(st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**4))
    formula = kf.parse("H = G / F")
    counts = {"G": value.numerator, "F": value.denominator}
    for agrees in (True, False):
        figure = data.draw(testing.figures(value, agrees=agrees))
        verdict = kf.verify(formula, counts, figure).verdict
        assert (verdict in ("exact", "rounded", "tie_rule", "untestable")) is agrees, figure


@given(st.data())
def test_counts_name_every_symbol(data: st.DataObject) -> None:
    formula = kf.parse("H = G/F*100*K, где K - коэффициент – 2; национальный – 1,5")
    counts = data.draw(testing.counts(formula, smallest=1))
    assert counts.keys() == {"G", "F", "K"}
    assert counts["K"] in (2, Fraction(3, 2))
    assert kf.evaluate(formula, counts).value == oracle.exact(formula.node, counts)


@example("H = G / F")
@given(st.just("H = G / F * 100"))
def test_a_broken_round_trip_is_told(cell: str) -> None:
    formula = kf.parse(cell)
    testing.check_round_trip(formula)
    broken = kf.Formula("", Name("G G"), formula.result, formula.symbols)
    with pytest.raises((AssertionError, kf.FormulaSyntaxError)):
        testing.check_round_trip(broken)
