"""Counts from records: the same on every engine, and the same as an interpreter's, row by row."""

from __future__ import annotations

import pickle
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any, get_args

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

import kpiformula as kf
from kpiformula.counting import Counted, Which, count
from kpiformula.counting.steps import membership, planned
from kpiformula.criteria.algebra import satisfying
from kpiformula.criteria.dictionary import Field, NamedCondition, Population
from kpiformula.criteria.meaning import Compares, Contrary, Joined, Meaning, columns
from kpiformula.criteria.selection import Criterion, Measure, Selection
from kpiformula.diagnostics import CriterionError, InputError, Source
from kpiformula.intervals import Interval
from kpiformula.mapping import Table
from kpiformula.methodology import Indicator
from kpiformula.units import conversion
from tests import criteria_oracle
from tests.conditions import conditions_of
from tests.records import FRAMES, YEAR, Row, record_of, rows, schema

ENGINES = list(FRAMES)

# --- the rows of the shipped methodologies -------------------------------------------------------

SHIPPED = {
    f"{id} {row.code}": row for id in kf.available() for row in kf.load(id).values() if row.counts
}


MEAN = next(
    name
    for name, row in SHIPPED.items()
    if any(each.measure.kind == "mean" for each in row.counts.values())
)


@cache
def needs(name: str) -> Mapping[str, tuple[Population, Sequence[str]]]:
    """Return the populations of a row, and the columns of each that it looks at."""
    row = SHIPPED[name]
    found: dict[str, set[str]] = {}
    for symbol, selection in row.counts.items():
        wanted = found.setdefault(selection.population.id, set())
        for step in planned(row, symbol, YEAR):
            wanted |= columns(step.meaning)
        measure = selection.measure
        wanted |= {each for each in (measure.field, measure.per) if each is not None}
    populations = {each.population.id: each.population for each in row.counts.values()}
    return {
        id: (populations[id], sorted(names - {populations[id].key})) for id, names in found.items()
    }


@cache
def likely(name: str, symbol: str) -> Row:
    """Return a record that a row counts, of the columns that make a difference."""
    row = SHIPPED[name]
    population = row.counts[symbol].population
    found = satisfying(membership(planned(row, symbol, YEAR)), population)
    assert found is not None
    return record_of(found, population)


def marks(meaning: Meaning) -> dict[str, list[Any]]:
    """Return the constants that each column is compared with."""
    match meaning:
        case Contrary(inner):
            return marks(inner)
        case Joined(meanings=meanings):
            found: dict[str, list[Any]] = {}
            for each in meanings:
                for column, constants in marks(each).items():
                    found.setdefault(column, []).extend(constants)
            return found
        case Compares(column, _, constant):
            return {column: [constant]}
    return {}


@cache
def all_marks(name: str, symbol: str) -> Mapping[str, list[Any]]:
    return marks(membership(planned(SHIPPED[name], symbol, YEAR)))


def drawn(name: str, seed: int, number: int, missing: float, keys: int | None) -> dict[str, Any]:
    """Return records for each population of a row, many of which it counts."""
    source = random.Random(seed)
    made = {}
    for id, (population, names) in needs(name).items():
        symbols = [s for s, each in SHIPPED[name].counts.items() if each.population.id == id]
        made[id] = [
            record
            for place, symbol in enumerate(symbols)
            for record in rows(
                population,
                names,
                number if place == 0 else number // 2,
                source,
                missing=missing,
                keys=keys or 10**9,
                marks=all_marks(name, symbol),
                likely=likely(name, symbol),
            )
        ]
    return made


def frames(name: str, records: Mapping[str, Sequence[Row]], engine: str) -> dict[str, Any]:
    return {
        id: FRAMES[engine](records[id], schema(population, names))
        for id, (population, names) in needs(name).items()
    }


SHAPES = [(0, 0.2, None), (1, 0.0, None), (1, 1.0, None), (12, 0.0, None), (25, 0.25, None),
          (25, 0.1, 12), (8, 1.0, 4)]  # fmt: skip
"""How many records, what part of their cells is missing, and of how many keys they are."""


@given(
    st.sampled_from(list(SHIPPED)),
    st.integers(0, 2**32),
    st.sampled_from(SHAPES),
    st.sampled_from(ENGINES),
)
@settings(max_examples=80)
@example("astmu-strategy-2022-2026 1.3/7b", 1, (25, 0.25, 12), "polars")
@example("astmu-strategy-2022-2026 1.1/4", 2, (25, 0.25, 12), "duckdb")
@example(MEAN, 3, (12, 0.0, None), "texts")
def test_shipped_rows_count_as_the_interpreter_does(
    name: str, seed: int, shape: tuple[int, float, int | None], engine: str
) -> None:
    row, records = SHIPPED[name], drawn(name, seed, *shape)
    made = frames(name, records, engine)
    if differing(row, records):
        assert "KF627" in refusal(row, made)
        return
    counted = count(row, made, year=YEAR)
    for symbol, selection in row.counts.items():
        assert_counted(counted, symbol, records[selection.population.id])


def test_a_good_part_of_the_drawn_records_is_counted() -> None:
    """What is drawn would test little if nobody passed."""
    passing = 0
    for place, (name, row) in enumerate(SHIPPED.items()):
        records = drawn(name, place, 25, 0.1, None)
        counts = {s: records[x.population.id] for s, x in row.counts.items()}
        passing += all(criteria_oracle.counted(row, s, r, YEAR)[0] for s, r in counts.items())
    assert passing > 0.8 * len(SHIPPED)


def assert_counted(counted: Counted, symbol: str, records: Sequence[Row]) -> None:
    """Assert that a count and its ledger are what the interpreter finds."""
    row, ledger = counted.indicator, counted.ledgers[symbol]
    key = row.counts[symbol].population.key
    sure, may = criteria_oracle.counted(row, symbol, records, counted.year)
    assert counted.get(symbol) == expected(row, symbol, records, sure, may)
    assert ledger.total == len({record[key] for record in records})
    assert (ledger.kept, ledger.undecided) == (len(sure), len(may) - len(sure))
    assert ledger.reconciles
    left = ledger.total
    by_hand = criteria_oracle.ledger(row, ledger.steps, records, key, counted.year)
    for place, (step, keys) in enumerate(zip(ledger.steps, by_hand, strict=True)):
        assert left == step.removed + step.kept + step.undecided
        left -= step.removed
        for which in get_args(Which):
            members = ledger.members(place, which)
            assert len(members) == len(set(members)) == getattr(step, which)
            assert set(members) == getattr(keys, which), (place, which)


def differing(row: Indicator, records: Mapping[str, Sequence[Row]]) -> bool:
    """Return whether records of one key, which may be counted, differ in what is added up."""
    for symbol, selection in row.counts.items():
        if selection.measure.kind != "records":
            amounts = amounts_of(row, symbol, records[selection.population.id])
            if any(len(set(each)) > 1 for each in amounts.values()):
                return True
    return False


def amounts_of(
    row: Indicator, symbol: str, records: Sequence[Row]
) -> dict[str, list[tuple[Fraction | None, ...]]]:
    """Return what the records of each key, of those that may be counted, add."""
    selection = row.counts[symbol]
    key = selection.population.key
    fields = [each for each in (selection.measure.field, selection.measure.per) if each]
    found: dict[str, list[tuple[Fraction | None, ...]]] = {}
    for record in records:
        if criteria_oracle.counted(row, symbol, [record], YEAR)[1]:
            numbers = (None if record[f] is None else Fraction(str(record[f])) for f in fields)
            found.setdefault(record[key], []).append(tuple(numbers))
    return found


def expected(
    row: Indicator, symbol: str, records: Sequence[Row], sure: set[str], may: set[str]
) -> Any:
    """Return a count by hand; ``None`` where it cannot be told."""
    selection = row.counts[symbol]
    measure, fields = selection.measure, selection.population.fields
    unit = row.symbols[symbol].unit if symbol in row.symbols else row.input and row.input.unit
    if measure.kind == "records":
        scale = conversion(selection.population.unit, unit or "")
        assert scale is not None
        return spanned(len(sure) * scale, len(may) * scale)
    amounts = {key: each[0] for key, each in amounts_of(row, symbol, records).items()}
    if any(None in each for each in amounts.values()):
        return None
    own = "/".join(fields[each].unit or "1" for each in (measure.field, measure.per) if each)
    scale = conversion(own, unit or "")
    assert scale is not None
    surely = [numbers[0] for key, numbers in amounts.items() if key in sure]
    maybe = [numbers[0] for key, numbers in amounts.items() if key not in sure]
    if measure.kind == "sum":
        low = sum(surely) + sum(n for n in maybe if n < 0)
        high = sum(surely) + sum(n for n in maybe if n > 0)
        return spanned(low * scale, high * scale)
    if maybe:
        return None
    if measure.kind == "only":
        return surely[0] * scale if len(surely) == 1 else None
    below = sum(numbers[1] for numbers in amounts.values())
    return sum(surely) / below * scale if below else None


def spanned(low: Fraction, high: Fraction) -> Fraction | Interval:
    return Fraction(low) if low == high else Interval(Fraction(low), Fraction(high))


def refusal(row: Indicator, made: object, **options: Any) -> str:
    """Return what is refused, as it is shown."""
    with pytest.raises(CriterionError) as caught:
        count(row, made, year=YEAR, **options)
    return str(caught.value)


# --- small dictionaries --------------------------------------------------------------------------


def values(**names: str) -> Table[str, Mapping[str, str]]:
    return Table({id: Table({"kk": name, "en": id}) for id, name in names.items()})


def people(*fields: Field, **rules: str) -> Population:
    named = {
        name: NamedCondition(name, Table(), Source(f"{name} := {rule}", name))
        for name, rule in rules.items()
    }
    by_id = {each.id: each for each in (Field("id", Table(), "text"), *fields)}
    return Population("people", Table(), "graduate", "id", Table(by_id), Table(named))


PEOPLE = people(
    Field("f", Table(), "flag"),
    Field("c", Table(), "category", values=values(bachelor="бакалавриат", master="магистратура")),
    Field("t", Table(), "text"),
    Field("w", Table(), "whole", "year"),
    Field("n", Table(), "number", "month"),
    Field("m", Table(), "number", "month"),
    Field("y", Table(), "year"),
    Field("d", Table(), "date"),
    Field("e", Table(), "date"),
    Field("p", Table(), "period"),
    Field("o", Table(), "number", "month", empty="none"),
    young="w <= 3 years",
)
CELLS: Mapping[str, tuple[Any, ...]] = {
    "f": (True, False),
    "c": ("bachelor", "master"),
    "t": ("QS", "Nature Index"),
    "w": (2, 3, 4),
    "n": (0.25, 0.3, 4.0, 0.1 + 0.2),
    "m": (0.25, 4.0),
    "y": (2023, 2024, 2025),
    "d": (date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(9999, 12, 31)),
    "e": (date(2024, 12, 31), date(2025, 1, 31), date(9999, 12, 31)),
    "p_from": (date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31)),
    "p_to": (date(2025, 12, 31), date(2026, 1, 1)),
    "o": (0.25, 4.0),
}
RULES = (
    "f", "young", "c = master", "c not in {master}", 't = "QS"', "w >= 3 years", "w < 30 months",
    "n >= 0.3 months", "n = 0.3 months", "n > 0.25 months", "n <= m", "n < m + 0.05 months",
    "y within 2 years of reporting_year", "y = reporting_year - 1 year", "d in reporting_year",
    "d > e", "d <= e + 11 months", "p at reporting_year_end", "p during reporting_year",
    "o > 1 month", "o is missing", "f is known", "c is missing", "n is known", "p is known",
)  # fmt: skip


def criterion(rule: str) -> Criterion:
    return Criterion(Source(rule, "rule"), "cell", rule)


def share(
    whole: Sequence[str] = (),
    excluding: Sequence[str] = (),
    part: Sequence[str] = (),
    within: bool = True,
    of: Population = PEOPLE,
) -> Indicator:
    """Return a share of ``a`` in ``b`` by rules."""
    b = Selection("b", of, None, tuple(map(criterion, whole)), tuple(map(criterion, excluding)))
    a = Selection("a", of, "b" if within else None, tuple(map(criterion, part)))
    return replace(SHIPPED["astmu-strategy-2022-2026 1.1/1"], counts=Table({"b": b, "a": a}))


TWO_ENGINES = st.permutations(ENGINES).map(lambda names: names[:2])
SOME_RULES = st.lists(conditions_of(*RULES, leaves=3).map(str), max_size=3)


@st.composite
def indicators(draw: st.DrawFn) -> Indicator:
    return share(draw(SOME_RULES), draw(SOME_RULES), draw(SOME_RULES), draw(st.booleans()))


@st.composite
def records_for(draw: st.DrawFn, row: Indicator) -> list[Row]:
    """Return records of which many are like one that the row counts."""
    found = satisfying(membership(planned(row, "a", YEAR)), PEOPLE)
    base = {} if found is None else dict(record_of(found, PEOPLE))
    made = []
    for _ in range(draw(st.integers(0, 7))):
        record = {c: draw(st.sampled_from((*cells, None))) for c, cells in CELLS.items()}
        kept = draw(st.sets(st.sampled_from(sorted(base)))) if base else set()
        record |= {column: base[column] for column in base if column not in kept}
        if record["p_from"] and record["p_to"] and record["p_to"] < record["p_from"]:
            record["p_to"] = record["p_from"]
        record["id"] = draw(st.sampled_from(["p1", "p2", "p3", "p4", "p5"]))
        made.append(record)
    return made


ANY_RECORD = {column: st.sampled_from((*cells, None)) for column, cells in CELLS.items()}
KINDS = schema(PEOPLE, list(CELLS))


def frame(records: Sequence[Row], engine: str = "polars") -> Any:
    return FRAMES[engine](records, KINDS)


@given(st.data())
@settings(max_examples=45, suppress_health_check=[HealthCheck.too_slow])
def test_any_rules_count_as_the_interpreter_does_on_every_engine(data: st.DataObject) -> None:
    row = data.draw(indicators())
    records = data.draw(records_for(row))
    for engine in data.draw(
        st.lists(st.sampled_from(ENGINES), min_size=2, max_size=2, unique=True)
    ):
        counted = count(row, frame(records, engine), year=YEAR)
        for symbol in row.counts:
            assert_counted(counted, symbol, records)


@st.composite
def nested(draw: st.DrawFn) -> Indicator:
    """Return ``a`` within ``c`` within ``b``, another two within ``b``, and one beside them."""
    row = share()
    around = {"b": None, "c": "b", "a": "c", "e": "b", "f": "e", "g": None}
    counts = {
        symbol: Selection(symbol, PEOPLE, outer, tuple(map(criterion, draw(SOME_RULES))))
        for symbol, outer in draw(st.permutations(sorted(around.items())))
    }
    symbols = dict.fromkeys(counts, row.symbols["a"])
    return replace(row, symbols=Table(symbols), counts=Table(counts))


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_counts_within_counts_are_what_the_interpreter_finds(data: st.DataObject) -> None:
    row = data.draw(nested())
    records = data.draw(records_for(row))
    counted = count(row, frame(records, data.draw(st.sampled_from(ENGINES))), year=YEAR)
    for symbol in row.counts:
        assert_counted(counted, symbol, records)


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_the_order_of_records_does_not_matter(data: st.DataObject) -> None:
    row = data.draw(indicators())
    records = data.draw(records_for(row))
    shuffled = data.draw(st.permutations(records))
    one, other = (count(row, frame(each), year=YEAR) for each in (records, shuffled))
    assert one == other
    assert dict(one.ledgers) == dict(other.ledgers)


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_who_is_taken_out_changes_the_total_and_one_step(data: st.DataObject) -> None:
    row = data.draw(indicators())
    records = data.draw(records_for(row))
    more = {**data.draw(st.fixed_dictionaries(ANY_RECORD)), "id": "another"}
    assume(not criteria_oracle.counted(row, "b", [more], YEAR)[1])
    before, after = (count(row, frame(each), year=YEAR) for each in (records, [*records, more]))
    assert after["b"] == before["b"]
    one, other = before.ledgers["b"], after.ledgers["b"]
    assert other.total == one.total + 1
    for place, (here, there) in enumerate(zip(one.steps, other.steps, strict=True)):
        members = {*one.members(place), *(["another"] if there.removed > here.removed else [])}
        assert set(other.members(place)) == members
    assert sum(s.removed for s in other.steps) == sum(s.removed for s in one.steps) + 1


def test_a_share_with_its_part_within_never_counts_more_than_the_whole() -> None:
    source = random.Random(7)
    for name, row in SHIPPED.items():
        records = drawn(name, source.randrange(2**32), 10, 0.3, 8)
        if differing(row, records):
            continue
        counted = count(row, frames(name, records, "polars"), year=YEAR)
        for symbol, selection in row.counts.items():
            if selection.within is not None and selection.measure.kind == "records":
                inner, outer = counted.ledgers[symbol], counted.ledgers[selection.within]
                assert inner.kept <= outer.kept
                assert inner.kept + inner.undecided <= outer.kept + outer.undecided


# --- particular records --------------------------------------------------------------------------


def records_of(*given: Mapping[str, Any]) -> list[Row]:
    """Return records with some cells each; all others are empty."""
    return [{**dict.fromkeys(CELLS), "id": f"p{n}", **each} for n, each in enumerate(given)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_person_counts_once_however_many_records_there_are(engine: str) -> None:
    records = records_of(
        {"id": "one", "f": True, "w": 2},
        {"id": "one", "f": True, "w": 3},
        {"id": "one", "f": False, "w": 3},
        {"id": "two", "f": False, "w": 2},
        {"id": "two", "f": None, "w": 2},
    )
    counted = count(share(["f"], part=["w = 3 years"]), frame(records, engine), year=YEAR)
    assert dict(counted) == {"b": Interval(Fraction(1), Fraction(2)), "a": 1}
    ledger = counted.ledgers["b"]
    assert (ledger.total, ledger.members(0, "kept")) == (2, ("one",))
    assert ledger.members(0, "undecided") == ("two",)
    assert ledger.members(0, "removed") == ()
    assert ledger.members(-1, "kept") == ("one",)
    with pytest.raises(IndexError):
        ledger.members(1)


@pytest.mark.parametrize("engine", ENGINES)
def test_who_was_taken_out_and_meets_another_exclusion_is_told_apart(engine: str) -> None:
    records = records_of(
        {"id": "both", "f": True, "c": "master"},
        {"id": "first", "f": True, "c": "bachelor"},
        {"id": "second", "f": False, "c": "master"},
        {"id": "none", "f": False, "c": "bachelor"},
        {"id": "in turn", "f": True, "c": "master"},
        {"id": "in turn", "f": False, "c": "master"},
    )
    counted = count(share([], ["f", "c = master"]), frame(records, engine), year=YEAR)
    first, second = counted.ledgers["b"].steps
    assert (first.removed, first.kept, first.also_met) == (2, 3, 0)
    assert (second.removed, second.kept, second.also_met) == (2, 1, 1)
    assert counted.ledgers["b"].members(1, "also_met") == ("both",)
    assert counted.ledgers["b"].members(1, "removed") == ("in turn", "second")


def test_undecided_records_give_an_interval_and_a_finding() -> None:
    records = records_of({"f": True}, {"f": None}, {"f": False})
    counted = count(share(["f"]), frame(records), year=YEAR)
    assert counted["b"] == Interval(Fraction(1), Fraction(2))
    assert [f.code for f in counted.findings] == ["KF630", "KF630"]
    assert "1 people are undecided" in counted.findings[0].message


def test_a_part_that_is_not_in_the_whole_is_found() -> None:
    records = records_of({"f": True, "c": "master"}, {"f": False, "c": "master"}, {"c": "master"})
    row = share(["f"], part=["c = master"], within=False)
    findings = count(row, frame(records), year=YEAR).findings
    assert [f.message for f in findings if f.code == "KF633"] == ["2 of a are not in b: p1, p2"]
    inside = share(["c = master"], part=["f"], within=False)
    known = frame(records[:2])
    assert [f.code for f in count(inside, known, year=YEAR).findings] == []


def test_a_part_may_be_in_any_count_of_the_denominator() -> None:
    row = SHIPPED["astmu-strategy-2022-2026 1.1/1"]
    selections = {
        symbol: Selection(symbol, PEOPLE, None, (criterion(rule),))
        for symbol, rule in (("A", "w >= 3 years"), ("B", "c = master"), ("C", "f"))
    }
    symbols = Table(dict.fromkeys("ABC", row.symbols["a"]))
    row = replace(row, cell="H = A / (B + C) * 100", symbols=symbols, counts=Table(selections))
    records = records_of(
        {"c": "master", "f": False, "w": 3},
        {"c": "bachelor", "f": True, "w": 4},
        {"c": "bachelor", "f": False, "w": 4},
    )
    counted = count(row, frame(records), year=YEAR)
    assert dict(counted) == {"A": 3, "B": 1, "C": 1}
    assert [f.message for f in counted.findings] == ["1 of A are not in B or C: p2"]


def test_a_part_may_be_listed_before_its_whole() -> None:
    row = share(["f"])
    row = replace(row, counts=Table({symbol: row.counts[symbol] for symbol in "ab"}))
    counted = count(row, frame(records_of({"f": True}, {"f": False})), year=YEAR)
    assert list(counted.items()) == [("a", 1), ("b", 1)]
    assert list(counted.ledgers) == ["b", "a"]


def test_a_reference_to_all_of_a_population_is_met_by_all() -> None:
    row = share(["as for 1.1/9", "f or as for 1.1/9"])
    everyone = Table({"1.1/9": Selection("b", PEOPLE)})
    whole = replace(row.counts["b"], references=everyone)
    row = replace(row, counts=Table({**row.counts, "b": whole}))
    counted = count(row, frame(records_of({"f": True}, {"f": None}, {"f": False})), year=YEAR)
    assert dict(counted) == {"b": 3, "a": 3}


# --- sums, means, the only one -------------------------------------------------------------------

MONEY = people(
    Field("f", Table(), "flag"),
    Field("amount", Table(), "number", "thousand_tenge"),
    Field("posts", Table(), "number", "fte"),
    Field("place", Table(), "whole", "place"),
)


def measuring(kind: Any, field: str, per: str | None = None, unit: str | None = None) -> Indicator:
    """Return a row whose only count adds up a field of those with a flag."""
    row = SHIPPED["astmu-strategy-2022-2026 1.1/1"]
    own = MONEY.fields[field].unit or "1"
    unit = unit or (f"{own}/{MONEY.fields[per].unit}" if per else own)
    symbols = Table({name: replace(each, unit=unit) for name, each in row.symbols.items()})
    selection = Selection("b", MONEY, None, (criterion("f"),), measure=Measure(kind, field, per))
    return replace(row, symbols=symbols, counts=Table({"b": selection}))


def money(*amounts: Any, dtype: Any = None, flags: Sequence[bool | None] | None = None) -> Any:
    flags = flags or [True] * len(amounts)
    ids = [f"p{n}" for n in range(len(amounts))]
    return pl.DataFrame(
        {
            "id": ids,
            "f": list(flags),
            "amount": pl.Series(list(amounts), dtype=dtype, strict=False),
        },
        schema_overrides={"f": pl.Boolean},
    )


HUGE = 9_007_199_254_740_993


@pytest.mark.parametrize(
    ("made", "total"),
    [
        (money(Decimal("0.10"), Decimal("0.20")), Fraction(3, 10)),
        (money(HUGE, HUGE - 2), 2 * HUGE - 2),
        (money("9 367 017,00", "0,005"), Fraction(9_367_017_005, 1000)),
        (money("9367017.5", "1"), Fraction(18_734_037, 2)),
        (money(0.1, 0.2, 0.3), Fraction(6, 10)),
        (money(0.1, 0.2, 0.3, dtype=pl.Float32), Fraction(6, 10)),
        (money(5.5, -7.25), Fraction(-175, 100)),
        (money(-3, 2), -1),
        (money(dtype=pl.Int64), 0),
    ],
)
def test_sums_are_exact(made: pl.DataFrame, total: Fraction) -> None:
    for each in (
        made,
        made.lazy(),
        made.to_pandas(),
        made.to_arrow(),
        duckdb.from_arrow(made.to_arrow()),
    ):
        assert count(measuring("sum", "amount"), each, year=YEAR)["b"] == total
        scaled = count(measuring("sum", "amount", unit="tenge"), each, year=YEAR)
        assert scaled["b"] == 1000 * total


def test_pandas_objects_add_up_exactly() -> None:
    for amounts in ([Decimal("0.1"), HUGE, "0,2"], [Decimal("0.1"), 0.2, HUGE]):
        made = pd.DataFrame(
            {"id": [1, 2, 3], "f": [1, 1, 1], "amount": pd.Series(amounts, dtype=object)}
        )
        assert count(measuring("sum", "amount"), made, year=YEAR)["b"] == HUGE + Fraction(3, 10)


def test_undecided_amounts_make_a_sum_an_interval() -> None:
    made = money(5, -2, 7, flags=[True, None, None])
    counted = count(measuring("sum", "amount"), made, year=YEAR)
    assert counted["b"] == Interval(Fraction(3), Fraction(12))


def test_an_amount_that_is_missing_leaves_the_count_open() -> None:
    counted = count(measuring("sum", "amount"), money(5, None), year=YEAR)
    assert dict(counted) == {}
    assert [f.code for f in counted.findings] == ["KF631"]
    assert "id p1" in counted.findings[0].message
    assert kf.evaluate(counted.indicator, counted).value is None
    assert kf.verify(counted.indicator, counted, "50").verdict == "not_evaluated"


def test_records_of_one_person_must_agree_in_what_is_added_up() -> None:
    made = money(5, 5, 6).with_columns(id=pl.Series(["x", "x", "y"]))
    assert count(measuring("sum", "amount"), made, year=YEAR)["b"] == 11
    differing = made.with_columns(id=pl.Series(["x", "x", "x"]))
    shown = refusal(measuring("sum", "amount"), differing)
    assert "KF627" in shown
    assert "amount" in shown
    assert "x" in shown
    assert "KF627" in refusal(measuring("only", "amount"), made.with_columns(id=pl.lit("x")))


def test_means_are_of_totals() -> None:
    made = money(10, 20).with_columns(posts=pl.Series([0.5, 0.25]))
    assert count(measuring("mean", "amount", "posts"), made, year=YEAR)["b"] == 40
    empty = count(measuring("mean", "amount", "posts"), made.head(0), year=YEAR)
    assert [f.code for f in empty.findings] == ["KF632"]
    lacking = made.with_columns(posts=pl.Series([0.5, None]))
    found = count(measuring("mean", "amount", "posts"), lacking, year=YEAR)
    assert [f.code for f in found.findings] == ["KF631"]
    assert "amount or posts is missing in 1 record (id p1)" in found.findings[0].message
    undecided = made.with_columns(f=pl.Series([True, None]))
    open_ = count(measuring("mean", "amount", "posts"), undecided, year=YEAR)
    assert [f.code for f in open_.findings] == ["KF631", "KF630"]


@pytest.mark.parametrize(
    ("flags", "found", "codes"),
    [
        ([True, False], 7, []),
        ([True, True], None, ["KF632"]),
        ([False, False], None, ["KF632"]),
        ([True, None], None, ["KF631", "KF630"]),
    ],
)
def test_the_only_record_gives_its_number(
    flags: list[bool | None], found: int | None, codes: list[str]
) -> None:
    made = pl.DataFrame({"id": ["x", "y"], "f": flags, "place": [7, 8]})
    counted = count(measuring("only", "place"), made, year=YEAR)
    assert counted.get("b") == found
    assert [f.code for f in counted.findings] == codes


# --- floats --------------------------------------------------------------------------------------

FLOATS = (0.1 + 0.2, 0.3, 5.5, 1 / 3, 5 / 6, 0.1, 1e-7, 2.5e8, -0.25, 36.0, 0.0)


THRESHOLDS = {
    ("0.3 months", "month"): Fraction(3, 10),
    ("5.5 months", "month"): Fraction(11, 2),
    ("3 years", "month"): Fraction(36),
    ("4 months", "year"): Fraction(1, 3),
    ("10 months", "year"): Fraction(5, 6),
}
"""The last two lie above and below the floats that are nearest to them."""


@pytest.mark.parametrize("engine", ["polars", "pandas", "pyarrow", "duckdb", "lazy"])
@pytest.mark.parametrize("sign", ["=", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize(("constant", "of"), list(THRESHOLDS))
def test_floats_compare_by_their_shortest_decimals(
    engine: str, sign: str, constant: str, of: str
) -> None:
    threshold = THRESHOLDS[constant, of]
    fields = people(Field("n", Table(), "number", of))
    made = FRAMES[engine](
        [{"id": f"p{n}", "n": cell} for n, cell in enumerate(FLOATS)], schema(fields, ["n"])
    )
    counted = count(share([f"n {sign} {constant}"], of=fields), made, year=YEAR)
    kept = counted.ledgers["b"].members(0, "kept")
    assert set(kept) == {
        f"p{n}"
        for n, cell in enumerate(FLOATS)
        if criteria_oracle._compare(Fraction(repr(cell)), sign, threshold)
    }


@pytest.mark.parametrize("sign", ["=", "!=", "<", "<=", ">", ">="])
def test_short_floats_compare_by_their_own_decimals(sign: str) -> None:
    cells = pl.DataFrame({"id": ["low", "same", "high"], "n": [0.05, 0.1, 0.15]}).with_columns(
        pl.col("n").cast(pl.Float32)
    )
    fields = people(Field("n", Table(), "number", "month"))
    wanted = {n for n, v in cells.rows() if criteria_oracle._compare(round(v, 2), sign, 0.1)}
    arrow = cells.to_arrow()
    for made in (cells, cells.to_pandas(), arrow, duckdb.from_arrow(arrow)):
        counted = count(share([f"n {sign} 0.1 months"], of=fields), made, year=YEAR)
        assert set(counted.ledgers["b"].members(0, "kept")) == wanted


@pytest.mark.parametrize("dtype", [pl.Int8, pl.Int64, pl.UInt8, pl.UInt64, pl.Int128])
@pytest.mark.parametrize("sign", ["=", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("constant", ["3", "2.5", "1000", "99999999999999999999999", "0"])
def test_whole_numbers_compare_with_any_constant(dtype: Any, sign: str, constant: str) -> None:
    fields = people(Field("n", Table(), "number"))
    made = pl.DataFrame({"id": ["a", "b", "c"], "n": [0, 2, 3]}).with_columns(
        pl.col("n").cast(dtype)
    )
    counted = count(share([f"n {sign} {constant}"], of=fields), made, year=YEAR)
    kept = sum(criteria_oracle._compare(n, sign, Fraction(constant)) for n in (0, 2, 3))
    assert counted["b"] == kept


def test_a_row_that_states_no_calculation_has_counts_and_no_value() -> None:
    row = SHIPPED["ktu-programme-2024-2029 18"]
    made = pl.DataFrame(
        {
            "programme_id": ["young", "four", "older", "open", "lapsed", "none", "closed"],
            "run_from": [date(2010, 9, 1)] * 7,
            "run_to": [*[None] * 6, date(2025, 6, 30)],
            "years_run": [2.0, 4.0, 4.5, None, 9.0, 9.0, 9.0],
            "accredited_from": [*[date(2023, 1, 1)] * 5, None, date(2023, 1, 1)],
            "accredited_to": [None, None, None, None, date(2025, 12, 30), None, None],
        }
    )
    counted = count(row, made, year=YEAR)
    assert counted["part"] == Interval(Fraction(1), Fraction(2))
    assert counted.ledgers["part"].members(0) == ("closed",)
    assert counted.ledgers["part"].members(2, "kept") == ("older",)
    assert counted.ledgers["part"].members(2, "undecided") == ("open",)
    assert counted.value_range is None
    assert counted.share is None
    assert [each.code for each in counted.findings] == ["KF630", *["KF640"] * 3]
    with pytest.raises(InputError) as refused:
        kf.evaluate(row, {"part": 1})
    assert refused.value.diagnostics[0].code == "KF410"


# --- frames as users have them -------------------------------------------------------------------


def typed_frames() -> dict[str, Any]:
    """Return frames that hold the same two records in other types."""
    base = pl.DataFrame(
        {"id": ["x", "y"], "f": [True, None], "c": ["master", None], "w": [3, None],
         "d": [date(2025, 6, 1), None], "y": [2025, None]}
    )  # fmt: skip
    pandas = base.to_pandas()
    day = datetime(2025, 6, 1)
    nullable = {"f": "boolean", "w": "Int64", "y": "Float64"}
    gaps = pd.DataFrame(
        {"id": ["x", "y"], "f": [True, np.nan], "c": ["master", None], "w": [3, np.nan],
         "d": [day, pd.NaT], "y": pd.Series([np.int64(2025), None], dtype=object)}
    )  # fmt: skip
    return {
        "polars categorical": base.with_columns(pl.col("c").cast(pl.Categorical)),
        "polars enum": base.with_columns(pl.col("c").cast(pl.Enum(["bachelor", "master"]))),
        "polars datetime": base.with_columns(pl.col("d").cast(pl.Datetime("us"))),
        "polars numbers": base.with_columns(f=pl.Series([1, None]), w=pl.Series([3.0, None])),
        "pandas categorical": pandas.assign(c=pandas["c"].astype("category")),
        "pandas datetime": pandas.assign(d=pd.to_datetime(pandas["d"])),
        "pandas nullable": pandas.astype(nullable),
        "pandas arrow": base.to_pandas(use_pyarrow_extension_array=True),
        "pandas objects": gaps,
        "pandas same index": pandas.set_index(pd.Index([0, 0])),
        "pyarrow dictionary": base.with_columns(pl.col("c").cast(pl.Categorical)).to_arrow(),
        "pyarrow timestamp": pa.table(
            {"id": ["x", "y"], "f": [True, None], "c": ["master", None], "w": [3, None],
             "d": pa.array([day, None], pa.timestamp("s")), "y": [2025, None]}
        ),
        "duckdb timestamp": duckdb.sql(
            """from (values ('x', true, 'master', 3, timestamp '2025-06-01', 2025.0),
            ('y', null, null, null, null, null)) as t(id, f, c, w, d, y)"""
        ),
        "duckdb enum": duckdb.sql(
            """select 'x' as id, true as f, 'master'::enum('bachelor', 'master') as c,
            3::hugeint as w, date '2025-06-01' as d, 2025::smallint as y
            union all select 'y', null, null, null, null, null"""
        ),
    }  # fmt: skip


@pytest.mark.parametrize("kind", list(typed_frames()))
@pytest.mark.parametrize(
    "rule",
    ["f", "c = master", "c in {master, bachelor}", "w >= 3 years", "d in reporting_year",
     "y = reporting_year", "not (f and w < 3 years)"],
)  # fmt: skip
def test_other_types_of_columns_say_the_same(kind: str, rule: str) -> None:
    counted = count(share([rule]), typed_frames()[kind], year=YEAR)
    ledger = counted.ledgers["b"]
    assert ledger.members(0, "kept") == ("x",)
    assert ledger.members(0, "undecided") == ("y",)


@pytest.mark.parametrize("engine", ["polars", "pandas"])
def test_texts_are_read_as_documents_print_them(engine: str) -> None:
    cells = {
        "f": ["иә", "ДА", "yes", "+", "1", " жоқ ", "нет", "", "-"],
        "c": ["master", "МАГИСТРАТУРА", " магистратура", "Master", "master", "бакалавриат",
              "bachelor", "–", ""],
        "d": ["2025-06-01", "01.06.2025", "1.6.2025", "2025-06-01 00:00:00", "2025-06-01T00:00:00",
              "2024-12-31", "31.12.2024", "", "-"],
        "n": ["3,5", "3.5", "1 000", "1 000,50", "+4", "3", "0,30", "", "-"],
    }  # fmt: skip
    ids = [f"p{n}" for n in range(9)]
    make = pl.DataFrame if engine == "polars" else pd.DataFrame
    for rule in ("f", "c = master", "d in reporting_year", "n > 3 months"):
        counted = count(share([rule]), make({"id": ids, **cells}), year=YEAR)
        ledger = counted.ledgers["b"]
        assert ledger.members(0, "kept") == tuple(ids[:5]), rule
        assert ledger.members(0, "removed") == tuple(ids[5:7]), rule
        assert ledger.members(0, "undecided") == tuple(ids[7:]), rule


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("many", [2, 8, 9, 40])
@pytest.mark.parametrize("spelled", [False, True])
def test_lists_of_any_length_are_read_by_id_or_name(engine: str, many: int, spelled: bool) -> None:
    ids = [f"v{n}" for n in range(many)]
    listed = values(**{id: f"мән {id}" for id in ids})
    fields = people(Field("c", Table(), "category", values=listed))
    cells = [*(f" Мән {id}" if spelled else id for id in ids), None]
    records = [{"id": f"p{n}", "c": cell} for n, cell in enumerate(cells)]
    made = FRAMES[engine](records, schema(fields, ["c"]))
    counted = count(share([f"c in {{{', '.join(ids[1:])}}}"], of=fields), made, year=YEAR)
    ledger = counted.ledgers["b"]
    assert ledger.members(0, "removed") == ("p0",)
    assert len(ledger.members(0, "kept")) == many - 1
    assert ledger.members(0, "undecided") == (f"p{many}",)


# --- bad input -----------------------------------------------------------------------------------

REFUSED: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "unknown column": ("f", {"f": [True], "citisen": [1]}, ["KF620", "`citisen`"]),
    "unknown, one is near": ("f", {"f": [True], "p_fro": [None]}, ["KF620", "mean `p_from`"]),
    "missing column": ("f", {"c": ["master"]}, ["KF620", "no column `f`"]),
    "missing, one is near": ("young", {"W": [1]}, ["KF620", "no column `w`"]),
    "missing of a period": ("p during reporting_year", {"p_from": [None]}, ["KF620", "`p_to`"]),
    "no key": ("f", {"f": [True], "id": [None]}, ["KF625", "1 record has no `id`"]),
    "a blank key": ("f", {"f": [True], "id": [" "]}, ["KF625"]),
    "a dash for a key": ("f", {"f": [True], "id": ["–"]}, ["KF625"]),
    "an empty key": ("f", {"f": [True], "id": [""]}, ["KF625", "1 record has no `id`"]),
    "text for a number": ("n > 1 month", {"n": ["many"]}, ["KF621", "column `n`", "(id p0)"]),
    "a flag for a number": ("n > 1 month", {"n": [True]}, ["KF621", "column `n`", "(id p0)"]),
    "a day for a number": ("w > 1 year", {"w": [date(2025, 1, 1)]}, ["KF621", "`w`", "(id p0)"]),
    "a part for a whole": ("w > 1 year", {"w": [1.5]}, ["KF621", "'1.5' is no whole number", "p0"]),
    "a part for a whole, as text": ("w > 1 year", {"w": ["1,5"]}, ["KF621", "whole number", "p0"]),
    "a number for a flag": ("f", {"f": [2]}, ["KF621", "'2' is no yes or no", "(id p0)"]),
    "a word for a flag": ("f", {"f": ["maybe"]}, ["KF621", "'maybe'", "write one of", "p0"]),
    "a number for a day": ("d in reporting_year", {"d": [2025]}, ["KF621", "no day", "(id p0)"]),
    "no day": ("d in reporting_year", {"d": ["31.02.2025"]}, ["KF621", "'31.02.2025'", "(id p0)"]),
    "a number for a value": ("c = master", {"c": [1]}, ["KF621", "`c`", "(id p0)"]),
    "infinite": ("n > 1 month", {"n": [float("inf")]}, ["KF621", "`n`", "no finite", "(id p0)"]),
    "infinite, whole": ("w > 1 year", {"w": [float("-inf")]}, ["KF621", "`w`", "(id p0)"]),
    "outside the list": ("c = master", {"c": ["phd"]}, ["KF622", "'phd'", "bachelor,", "p0"]),
    "ambiguous day": ("d in reporting_year", {"d": ["03/04/2025"]}, ["KF623", "03/04/2025", "p0"]),
    "ambiguous year": ("d in reporting_year", {"d": ["03.04.25"]}, ["KF623", "03.04.25", "p0"]),
    "two alphabets": ("c = bachelor", {"c": ["bаchelor"]}, ["KF624", "Cyrillic", "'а'", "(id p0)"]),
    "two alphabets, again": ("c = bachelor", {"c": ["бакaлавриат"]}, ["KF624", "Latin", "(id p0)"]),
}  # fmt: skip


@pytest.mark.parametrize("engine", ["polars", "pandas", "pyarrow", "duckdb"])
@pytest.mark.parametrize("case", REFUSED)
def test_records_that_do_not_fit_are_refused(case: str, engine: str) -> None:
    rule, cells, words = REFUSED[case]
    columns_ = {"id": ["p0"], **cells}
    made: Any = pl.DataFrame(columns_, strict=False)
    if engine == "pandas":
        made = pd.DataFrame(columns_)
    elif engine == "pyarrow":
        made = pa.table(columns_)
    elif engine == "duckdb":
        made = duckdb.from_arrow(pa.table(columns_))
    shown = refusal(share([rule]), made)
    for word in words:
        assert word in shown


@pytest.mark.parametrize("rule", ["n > 1 month", "w > 1 year", "y = reporting_year", "f"])
def test_what_is_no_number_is_refused_where_it_is_not_a_gap(rule: str) -> None:
    name = rule[0]
    table = pa.table({"id": ["p0", "p1"], name: pa.array([1.0, float("nan")])})
    for made in (pl.from_arrow(table), table, duckdb.from_arrow(table)):
        shown = refusal(share([rule]), made)
        assert "KF621" in shown
        assert f"column `{name}`: what is no finite number, in 1 record (id p1)" in shown
    counted = count(
        share([rule]), pd.DataFrame({"id": ["p0", "p1"], name: [1.0, np.nan]}), year=YEAR
    )
    assert counted.ledgers["b"].members(0, "undecided") == ("p1",)


def test_columns_need_one_name_each() -> None:
    twice = pd.DataFrame([["x", True, False]], columns=["id", "f", "f"])
    shown = refusal(share(["f"]), twice)
    assert "KF620" in shown
    assert "'f' 2 times" in shown
    numbered = pd.DataFrame([["x", True, False]], columns=["id", "f", 0])
    assert "the data dictionary has no column `0`" in refusal(share(["f"]), numbered)
    assert count(share(["f"]), numbered, year=YEAR, ignoring=["0"])["b"] == 1


@pytest.mark.parametrize("rule", ["f", "w > 3 years", "c = master", "d in reporting_year"])
def test_lists_in_cells_are_refused(rule: str) -> None:
    cells = {"id": ["x"], rule[0]: [[1, 2]]}
    for made in (pl.DataFrame(cells), pd.DataFrame(cells), pa.table(cells)):
        assert f"column `{rule[0]}`: its cells hold more than one" in refusal(share([rule]), made)


def test_columns_can_be_ignored_and_each_fault_is_named() -> None:
    made = pl.DataFrame({"id": ["p0"], "f": [True], "remark": ["x"], "note": ["y"]})
    shown = refusal(share(["f"]), made)
    assert shown.count("KF620") == 2
    assert "ignore it, or use: id, f, c" in shown
    assert count(share(["f"]), made, year=YEAR, ignoring=["remark", "note"])["b"] == 1
    several = pl.DataFrame({"id": [None, "p1"], "c": ["phd", "msc"], "d": ["1/2/2025", "x"]})
    shown = refusal(share(["c = master", "d in reporting_year"]), several)
    assert [shown.count(code) for code in ("KF621", "KF622", "KF623", "KF625")] == [1, 2, 1, 1]


def test_no_more_than_five_records_are_named() -> None:
    made = pl.DataFrame({"id": [f"p{n}" for n in range(8)], "c": ["phd"] * 7 + ["master"]})
    assert "in 7 records (id p0, p1, p2, p3, p4, …)" in refusal(share(["c = master"]), made)
    many = pl.DataFrame({"id": [f"p{n}" for n in range(8)], "c": [f"x{n}" for n in range(8)]})
    assert "3 more values cannot be read" in refusal(share(["c = master"]), many)


@pytest.mark.parametrize("made", [None, 5, "people.csv", [{"id": 1}], pl.Series([1])])
def test_what_is_no_frame_is_refused(made: object) -> None:
    assert "KF628" in refusal(share(["f"]), made)
    assert "KF628" in refusal(share(["f"]), {"people": made})


def test_a_population_without_records_is_refused() -> None:
    assert "counts people, of which no records are given" in refusal(share(["f"]), {"staff": None})
    two = share(["f"])
    other = replace(PEOPLE, id="others")
    counts = Table({**two.counts, "a": Selection("a", other, None, (criterion("f"),))})
    row = replace(two, counts=counts)
    made = pl.DataFrame({"id": ["x"], "f": [True]})
    assert "KF626" in refusal(row, made)
    assert dict(count(row, {"people": made, "others": made.head(0)}, year=YEAR)) == {
        "b": 1,
        "a": 0,
    }


def test_an_indicator_without_criteria_is_refused() -> None:
    row = replace(share(["f"]), counts=Table())
    assert "KF608" in refusal(row, pl.DataFrame({"id": ["x"]}))


@pytest.mark.parametrize(
    ("rule", "code"),
    [("f and", "KF601"), ("g", "KF602"), ("w", "KF603"), ("n > 3 persons", "KF604"),
     ("c = phd", "KF605"), ("as for 9.9/9", "KF607")],
)  # fmt: skip
def test_a_rule_that_means_nothing_is_refused(rule: str, code: str) -> None:
    assert code in refusal(share([rule]), pl.DataFrame({"id": ["x"], "f": [True]}))


# --- what comes of it ----------------------------------------------------------------------------


def example_counts() -> Counted:
    records = records_of(*[{"f": True, "w": 3}] * 3, {"f": True, "w": 4}, {"f": True}, {"f": False})
    return count(share(["f"], part=["w = 3 years"]), frame(records), year=YEAR)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_copy_keeps_all_but_the_records(engine: str) -> None:
    records = records_of({"f": True, "c": "master"}, {"f": None}, {"f": False})
    counted = count(share(["f"], ["c = master"]), frame(records, engine), year=YEAR)
    again = pickle.loads(pickle.dumps(counted))
    assert again == counted
    assert dict(again.ledgers) == dict(counted.ledgers)
    assert str(again) == str(counted)
    assert again.without_exclusions == ()
    assert counted.ledgers["b"].members(0, "kept") == ("p0",)
    with pytest.raises(InputError, match="KF629"):
        again.ledgers["b"].members(0)


def test_counts_are_told_line_by_line() -> None:
    lines = str(example_counts()).splitlines()
    assert lines[0] == "b: 6 people"
    assert "- 1 that do not meet `f` = 5  [1.1/1 cell: «f»]" in lines[1]
    assert "- 1 that do not meet `w = 3 years` = 3 + 1 undecided" in "\n".join(lines)


def test_counts_are_evaluated_and_verified() -> None:
    exact = count(
        share(["f"], part=["w = 3 years"]),
        frame(records_of(*[{"f": True, "w": 3}] * 3, {"f": True, "w": 4})),
        year=YEAR,
    )
    assert kf.evaluate(exact.indicator, exact).value == 75
    assert kf.verify(exact.indicator, exact, "75,0").agrees
    assert not kf.verify(exact.indicator, exact, "74,0").agrees


@pytest.mark.parametrize(
    ("figure", "agrees"), [("60", True), ("80", True), ("70", True), ("59", False), ("81", False)]
)
def test_undecided_counts_decide_verdicts_as_ranges(figure: str, agrees: bool) -> None:
    counted = example_counts()
    assert dict(counted) == {"b": 5, "a": Interval(Fraction(3), Fraction(4))}
    assert counted.value_range == Interval(Fraction(60), Fraction(80))
    assert kf.verify(counted.indicator, counted, figure).agrees is agrees


@given(
    st.lists(
        st.tuples(
            st.sampled_from("pqrst"),
            st.sampled_from([True, False, None]),
            st.sampled_from([3, 4, None]),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=300)
def test_the_values_of_a_share_are_those_that_missing_cells_can_give(
    cells: list[tuple[str, bool | None, int | None]],
) -> None:
    """Cells are filled in each way: the lowest and the highest share are the ends of its values."""
    records = [{**dict.fromkeys(CELLS), "id": id, "f": f, "w": w} for id, f, w in cells]
    counted = count(share(["f"], part=["w = 3 years"]), frame(records), year=YEAR)
    ways = [
        product([id], [True, False] if f is None else [f], [3, 4] if w is None else [w])
        for id, f, w in cells
    ]
    shares = {
        Fraction(100 * len({id for id, f, w in each if f and w == 3}), len(whole))
        for each in product(*ways)
        if (whole := {id for id, f, _ in each if f})
    }
    if counted.share is None:
        assert len(shares) <= 1
        return
    assert counted.value_range is not None
    assert (counted.value_range.low, counted.value_range.high) == (min(shares), max(shares))


def test_exclusions_are_left_out_one_by_one_and_all_together() -> None:
    row = share([], ["f", "c = master"], ["w = 3 years"])
    first, second = row.counts["b"].excluding
    named = (replace(first, cites="exclude/0"), replace(second, cites="exclude/1"))
    whole = replace(row.counts["b"], excluding=named)
    row = replace(row, counts=Table({**row.counts, "b": whole}))
    records = records_of(
        {"f": True, "c": "master", "w": 3}, {"f": True, "c": "bachelor", "w": 3},
        {"f": False, "c": "master", "w": 3}, {"f": False, "c": "bachelor", "w": 2},
    )  # fmt: skip
    found = dict(count(row, frame(records), year=YEAR).without_exclusions)
    assert dict(found["no exclusion is removed"]) == {"b": 4, "a": 3}
    assert dict(found["exclude/0 is not removed"]) == {"b": 2, "a": 1}
    assert dict(found["exclude/1 is not removed"]) == {"b": 2, "a": 1}
    undecided = [*records, *records_of({"id": "open", "c": "bachelor", "w": 3})]
    open_ = dict(count(row, frame(undecided), year=YEAR).without_exclusions)
    assert set(open_) == {"no exclusion is removed", "exclude/0 is not removed"}
