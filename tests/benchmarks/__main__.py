"""Measures import, parsing, evaluation and counting; prints one line each."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import median
from timeit import Timer

import yaml
from sympy.parsing.sympy_parser import parse_expr

import kpiformula as kf
from tests.benchmarks import counting

CASES = Path(__file__).parent.parent / "cases" / "printed"
LETTERED = "H = G / F * 100 * K"
WITH_COEFFICIENT = f"{LETTERED}, where G - a; F - b; K - coefficient, national - 1.5; regional - 1"


def import_time(*statements: str, rounds: int = 7) -> list[float]:
    """Return the median milliseconds of a new process for each statement, measured in turn."""
    taken: dict[str, list[float]] = {statement: [] for statement in statements}
    for _ in range(rounds):
        for statement, times in taken.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True)
            times.append((time.perf_counter() - start) * 1000)
    return [median(times) for times in taken.values()]


def microseconds(*calls: Callable[[], object], rounds: int = 15) -> list[float]:
    """Return the median microseconds of each call, measured in turn in the same rounds."""
    timers = [Timer(call) for call in calls]
    numbers = [max(3, timer.autorange()[0] // 10) for timer in timers]
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for timer, number, times in zip(timers, numbers, taken, strict=True):
            times.append(timer.timeit(number) / number * 1e6)
    return [median(times) for times in taken]


def longest_cell() -> str:
    """Return the longest calculation cell of the documents."""
    cells = (
        yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)["cell"]
        for path in CASES.glob("*.yaml")
    )
    return max(cells, key=len)


def main() -> None:
    """Print what is measured, the measure by hand, and the ratio."""
    bare, lazy = import_time("pass", "import kpiformula")
    bare_again, first = import_time("pass", f"import kpiformula; kpiformula.parse({LETTERED!r})")
    report("import kpiformula", f"{lazy - bare:.1f} ms over bare Python ({bare:.1f} ms)")
    report("import and first formula", f"{first - bare_again:.0f} ms over bare Python")

    cell = longest_cell()
    python, sympy, lettered, longest = microseconds(
        lambda: ast.parse("G / F * 100 * K", mode="eval"),
        lambda: parse_expr("G / F * 100 * K"),
        lambda: kf.parse(LETTERED),
        lambda: kf.parse(cell),
    )
    report(
        "parse a lettered formula",
        f"{lettered / 1000:.2f} ms, {lettered / sympy:.1f} × sympy.parse_expr, "
        f"{lettered / python:.0f} × ast.parse",
    )
    report(
        f"parse the longest real cell ({len(cell)} characters)",
        f"{longest / 1000:.2f} ms, {longest / lettered:.1f} × the lettered formula",
    )

    formula, listed = kf.parse(LETTERED), kf.parse(WITH_COEFFICIENT)
    total, part, weight = 8525, 35, Fraction(3, 2)
    hand, hand_k, given, chosen, verified = microseconds(
        lambda: Fraction(100 * part * 2, total),
        lambda: Fraction(100 * part, total) * weight,
        lambda: kf.evaluate(formula, {"G": part, "F": total, "K": 2}),
        lambda: kf.evaluate(listed, {"G": part, "F": total}, category="national"),
        lambda: kf.verify(formula, {"G": part, "F": total, "K": 2}, "0,8"),
    )
    report(
        "evaluate, all counts given", f"{given:.2f} µs, {given / hand:.1f} × Fraction(100*G*K, F)"
    )
    report(
        "evaluate, K by category", f"{chosen:.2f} µs, {chosen / hand_k:.1f} × Fraction(100*G, F)*K"
    )
    report("verify", f"{verified:.2f} µs, {verified / hand:.1f} × Fraction(100*G*K, F)")

    for what, measured in counting.measures():
        report(what, measured)


def report(what: str, measured: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{what:45} {measured}\n")


if __name__ == "__main__":
    main()
