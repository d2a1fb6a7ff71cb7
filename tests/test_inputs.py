"""Files of counts, as CSV and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpiformula import InputError, evaluate, load
from kpiformula.counts import Count
from kpiformula.tables.inputs import parse_inputs, read_inputs

KTU = load("ktu-programme-2024-2029")


def parsed(text: str, **options: str) -> Mapping[str, Count]:
    return parse_inputs(text.encode(), **options)


@pytest.mark.parametrize(
    "text",
    [
        "input,value\nstudents,8525\nincome,0.5\nstaff,\n",
        "Value;Note;Input\n8 525;as of 1 October;students\n0,5;;income\n-;;staff\n",
        "\ufeffinput\tvalue\nstudents\t8525\n\nincome\t0,5\nstaff\t…\n",
        '{"students": 8525, "income": 0.5, "staff": null}',
        ' {"students": "8 525", "income": "0,5", "staff": "-"}\n',
    ],
)
def test_the_same_counts_in_any_file(text: str) -> None:
    counts = parsed(text)
    assert list(counts) == ["students", "income", "staff"] or "Value" in text
    assert evaluated(counts) == {"students": 8525, "income": Fraction(1, 2), "staff": None}


def evaluated(counts: Mapping[str, Count]) -> dict[str, Fraction | None]:
    """Each count as evaluation reads it, through a row that is an amount."""
    own = KTU["1.1.1"]
    assert own.input is not None
    return {name: evaluate(own, {own.input.id: count}).value for name, count in counts.items()}


def test_a_decimal_mark_that_the_file_shows_settles_the_others() -> None:
    counts = parsed("input;value\na;1,234\nb;0,5\n")
    assert counts["a"] == Fraction("1.234")
    assert parsed("input;value\na;1,234\n")["a"] == "1,234"
    assert parsed("input;value\na;1,234\n", decimal=",")["a"] == Fraction("1.234")


def test_what_is_no_number_is_kept_for_the_rows_that_need_it() -> None:
    counts = parsed("input,value\nstudents_total,#REF!\nlearners_higher_education,5\n")
    result = evaluate(KTU, counts)
    assert result["1.1.1"].value == 5
    assert result.reasons["2.3.3"].code == "KF504"
    assert parsed('{"a": NaN, "b": 1e3}') == {"a": "NaN", "b": 1000}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "KF523"),
        ("input;count\na;1\n", "KF523"),
        ("a;1\nb;2\n", "KF523"),
        ("input,value\na\n", "KF525"),
        ('input,value\na,"1\n', "KF525"),
        ("input,value\na,1\na,2\n", "KF503"),
        ('{"a": 1, "a": 2}', "KF503"),
        ("[1, 2]", "KF534"),
        ('{"a": 1', "KF534"),
        ('{"a": 1e99999999999999999999}', "KF534"),
        ("[" * 100_000, "KF534"),
    ],
)
def test_a_file_that_cannot_be_used(text: str, code: str) -> None:
    with pytest.raises(InputError) as raised:
        parsed(text)
    assert raised.value.code == code


def test_an_input_listed_twice_with_one_value_is_one() -> None:
    assert parsed("input,value\na,1\na,1.0\n") == {"a": 1}


def test_what_cannot_be_opened_or_decoded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="KF520"):
        read_inputs(tmp_path / "none.csv")
    with pytest.raises(InputError, match="KF521"):
        parse_inputs("input,value\nсаны,1".encode("cp1251"))
    with pytest.raises(InputError, match="KF522"):
        parsed("input,value\na,1", decimal="'")


@given(
    st.dictionaries(
        st.text("abcdefgh_", min_size=1, max_size=8), st.integers(-(10**9), 10**9), max_size=9
    )
)
def test_csv_and_json_hold_the_same(counts: dict[str, int]) -> None:
    table = "input;value\n" + "".join(f"{name};{count}\n" for name, count in counts.items())
    of_table, of_object = parsed(table), parsed(json.dumps(counts))
    assert list(of_table) == list(of_object) == list(counts)
    assert evaluated(of_table) == evaluated(of_object) == counts


@given(st.text() | st.text('{}[]:,;"\n input,value01', max_size=40))
@example('input,value\n"')
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        counts = parse_inputs(text.encode("utf-8", "surrogatepass"))
        assert counts == parse_inputs(text.encode())
