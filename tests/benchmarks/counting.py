"""Counting a million records by ten criteria, beside Polars expressions written by hand."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from statistics import median
from typing import Any

import polars as pl

import kpiformula as kf
from kpiformula.criteria.dictionary import Field, Population
from kpiformula.criteria.selection import Criterion, Selection
from kpiformula.diagnostics import Source
from kpiformula.mapping import Table
from kpiformula.methodology import Indicator

RECORDS, PERSONS, YEAR = 1_000_000, 950_000, 2025

LEVELS = ("bachelor", "master", "doctoral", "residency", "internship")
COUNTED_LEVELS = LEVELS[:4]
EXCLUDED = ("on_leave", "expelled", "conscript", "pregnant")

FIELDS = (
    Field("person_id", Table(), "text"),
    Field("level", Table(), "category", values=Table(dict.fromkeys(LEVELS, Table()))),
    Field("exam_year", Table(), "year"),
    Field("admitted", Table(), "flag"),
    Field("citizen", Table(), "flag"),
    *(Field(name, Table(), "flag") for name in EXCLUDED),
    Field("score", Table(), "number", "point"),
    Field("employed_on", Table(), "date"),
)
GRADUATES = Population(
    "graduates", Table(), "graduate", "person_id", Table({field.id: field for field in FIELDS})
)
DENOMINATOR = (
    f"level in {{{', '.join(COUNTED_LEVELS)}}}",
    "exam_year = reporting_year",
    "admitted",
    "citizen",
)
NUMERATOR = ("score >= 60 points", "employed_on within 2 years of reporting_year")


def indicator() -> Indicator:
    """Return a share whose counts are taken by ten criteria."""
    row = kf.load("astmu-strategy-2022-2026")["1.1/1"]
    excluding = tuple(map(_criterion, EXCLUDED))
    whole = Selection("b", GRADUATES, None, tuple(map(_criterion, DENOMINATOR)), excluding)
    part = Selection("a", GRADUATES, "b", tuple(map(_criterion, NUMERATOR)))
    return replace(row, counts=Table({"b": whole, "a": part}))


def _criterion(rule: str) -> Criterion:
    return Criterion(Source(rule, "benchmark"), "cell", rule)


def records() -> pl.DataFrame:
    """Return records without gaps, several of one person among them, in no order."""
    source = random.Random(20250101)
    start = date(2022, 1, 1)

    def drawn(made: Callable[[], object]) -> list[object]:
        return [made() for _ in range(RECORDS)]

    return pl.DataFrame(
        {
            "person_id": drawn(lambda: f"p{source.randrange(PERSONS)}"),
            "level": drawn(lambda: source.choice(LEVELS)),
            "exam_year": drawn(lambda: source.choice((2023, 2024, 2025, 2025, 2025, 2025))),
            "admitted": drawn(lambda: source.random() < 0.95),
            "citizen": drawn(lambda: source.random() < 0.9),
            **{name: drawn(lambda: source.random() < 0.03) for name in EXCLUDED},
            "score": drawn(lambda: round(source.random() * 100, 1)),
            "employed_on": drawn(lambda: start + timedelta(days=source.randrange(1500))),
        }
    )


# --- by hand -------------------------------------------------------------------------------------

_WHOLE = pl.all_horizontal(
    pl.col("level").is_in(COUNTED_LEVELS),
    pl.col("exam_year") == YEAR,
    "admitted",
    "citizen",
    *(~pl.col(name) for name in EXCLUDED),
)
_PART = (pl.col("score") >= 60) & pl.col("employed_on").is_between(
    date(YEAR - 1, 1, 1), date(YEAR, 12, 31)
)


Counts = Mapping[str, Any] | list[int]


def by_hand(frame: pl.DataFrame) -> Mapping[str, int]:
    """Return the two counts of different persons."""
    key = pl.col("person_id")
    query = frame.lazy().filter(_WHOLE).select(b=key.n_unique(), a=key.filter(_PART).n_unique())
    return query.collect().row(0, named=True)


def checked_by_hand(frame: pl.DataFrame) -> Mapping[str, int]:
    """Return the two counts, of records that have no gap and no value that is not allowed."""
    checks = frame.lazy().select(
        pl.col("level").is_in(LEVELS).all(),
        pl.col("score").is_finite().all(),
        key=(pl.col("person_id") != "").all(),
    )
    if any(frame.null_count().row(0)) or not all(checks.collect().row(0)):
        raise ValueError(frame)
    return by_hand(frame)


def ledger_by_hand(frame: pl.DataFrame) -> list[int]:
    """Return how many different persons pass each step, the first being none."""
    steps: list[Any] = [
        pl.col("level").is_in(COUNTED_LEVELS),
        pl.col("exam_year") == YEAR,
        pl.col("admitted"),
        pl.col("citizen"),
        *(~pl.col(name) for name in EXCLUDED),
        pl.col("score") >= 60,
        pl.col("employed_on").is_between(date(YEAR - 1, 1, 1), date(YEAR, 12, 31)),
    ]
    passes = [pl.lit(True)]
    for step in steps:
        passes.append(passes[-1] & step)
    persons = {f"n{n}": pl.col("person_id").filter(mask) for n, mask in enumerate(passes)}
    query = frame.lazy().select(**{name: kept.n_unique() for name, kept in persons.items()})
    return list(query.collect().row(0))


# --- measured ------------------------------------------------------------------------------------


def measures() -> Iterator[tuple[str, str]]:
    """Yield what is measured, and the milliseconds of ours beside those by hand."""
    row, frame = indicator(), records()

    def ledger() -> list[int]:
        told = kf.count(row, frame, year=YEAR).ledgers["a"]
        return [told.total, *(step.kept for step in told.steps)]

    bare, checked, ours, steps, ledgers = _milliseconds(
        lambda: by_hand(frame),
        lambda: checked_by_hand(frame),
        lambda: dict(kf.count(row, frame, year=YEAR)),
        lambda: ledger_by_hand(frame),
        ledger,
    )
    what = f"count {RECORDS:,} records, ten criteria"
    yield what, f"{ours:.0f} ms, {ours / checked:.2f} × checked and counted in Polars by hand"
    yield "", f"{ours / bare:.2f} × counted in Polars by hand, nothing checked"
    yield f"{what}, ledger", f"{ledgers:.0f} ms, {ledgers / steps:.2f} × each step by hand"


def _milliseconds(*calls: Callable[[], Counts], rounds: int = 9) -> list[float]:
    """Return the median milliseconds of each call, measured in turn."""
    bare, checked, ours, steps, ledger = (call() for call in calls)
    assert bare == checked == ours
    assert steps == ledger
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, times in zip(calls, taken, strict=True):
            start = time.perf_counter()
            call()
            times.append((time.perf_counter() - start) * 1000)
    return [median(times) for times in taken]
