"""The page on the claims of the documents; ``python -m tests.printed_claims`` writes it.

Counts and values come from a verification of ``docs/examples/printed-claims.csv``; the reasons
below were found by reading the documents. A test keeps the page fresh.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from csv import DictReader
from functools import cache
from pathlib import Path

from kpiformula.checking import Precision
from kpiformula.intervals import value_text
from kpiformula.runs import Outcome, Run, Verifier
from kpiformula.tables import parse_reported
from kpiformula.verification import Verdict

DOCS = Path(__file__).parent.parent / "docs"
CLAIMS = DOCS / "examples" / "printed-claims.csv"
PAGE = DOCS / "printed-claims.md"
SHOWN = (Verdict.EXACT, Verdict.ROUNDED, Verdict.TRUNCATED, Verdict.MISMATCH)

REASONS = {
    "c001": "the next sentence names 13 military specialities: they belong to the 100, but not to "
    "the parts that are said to be all of it",
    "c016": "200 is 25 × 8: eight months were counted, not twelve",
    "c031": "the 5 foreign experts of another row make it 406: staff counted as students",
    "c032": "the 10 foreign experts of the same other row make it 1196: the same slip a year later",
    "c033": "with 500 in place of 5000 it is right, and the series goes on 700, 900, 1 100: "
    "a nought too many in the input",
    "c039": "the table of indicators prints 96,5 for the same year; 93 and 3,5 leave 3,5 % of the "
    "students nowhere",
    "c043": "the printed years give a third more, and none of them is near 1,5 million",
    "c049": "with the 21 617 workers of the line before as base it is 34,70, printed 35: another "
    "base than the one named",
    "c070": "16,3 needs at least 1124 students; the figure is also the baseline of an indicator",
    "c071": "with bachelors and interns alone as base (7340) it is 2,52, printed 2,5: another base "
    "than “all students”",
}
"""The ten that say most about how such figures come about, each with the reason."""

_TOP = """\
# Figures that the documents print, recomputed

`docs/examples/printed-claims.csv` holds figures from the running text and the tables of the five
documents that can be recomputed from other numbers they print: file, lines, quote, formula, inputs,
figure. Verify them, and write a report, with

```sh
kpiformula verify docs/examples/printed-claims.csv --report claims.html
```

This page is written by `python -m tests.printed_claims`.
"""


@cache
def run(inputs: Precision | None) -> Run:
    """Return the run over the claims, as ``kpiformula verify --inputs`` makes it."""
    table = parse_reported(CLAIMS.read_bytes(), CLAIMS.name)
    verifier = Verifier(table, None, category=None, rounding="nearest", as_printed=False,
                        inputs=inputs)  # fmt: skip
    return verifier.run(verifier.outcomes())


@cache
def remarks() -> Sequence[dict[str, str]]:
    """Return the rows of the file, remarks included."""
    with CLAIMS.open(encoding="utf-8", newline="") as file:
        return list(DictReader(file))


def page() -> str:
    """Return the whole page."""
    exact, stated = run("exact"), run(None)
    before = {each.row.code: each for each in exact.outcomes}
    lines = [_TOP, "## Verdicts", "", *_counts(exact, "all inputs taken as exact"), ""]
    lines += [*_counts(stated, "inputs taken as rounded where `inputs_rounded` says so"), ""]
    lines += ["`exact`: equal; `rounded`: right, rounded; `truncated`: right only if cut off;"]
    lines += ["`mismatch`: neither. Every row has a verdict.", ""]
    lines += ["## Ten wrong figures, and why", "", *_ten(before), ""]
    lines += ["## What the rounding of the inputs explains", "", *_explained(before, stated), ""]
    lines += ["## All figures that differ when inputs are exact", "", *_differing(exact, stated)]
    return "\n".join(lines) + "\n"


def _counts(found: Run, words: str) -> Iterator[str]:
    files = [row["file"] for row in remarks()]
    yield f"With {words} (`{_command(found)}`):"
    yield ""
    yield f"| document | rows | {' | '.join(SHOWN)} |"
    yield f"| --- | {' | '.join(['---:'] * (len(SHOWN) + 1))} |"
    by_file = Counter(
        (file, each.verdict) for file, each in zip(files, found.outcomes, strict=True)
    )
    for file in sorted(set(files)):
        yield _row(f"`{file}`", files.count(file), *(by_file[file, verdict] for verdict in SHOWN))
    yield _row("all", len(files), *(found.verdicts[verdict] for verdict in SHOWN))


def _command(found: Run) -> str:
    return f"--inputs {found.inputs}" if found.inputs else "no option"


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell).replace('|', '∣') for cell in cells)} |"


def _value(outcome: Outcome) -> str:
    assert outcome.reading is not None
    assert outcome.reading.computed is not None
    return value_text(outcome.reading.computed).partition(" ≈ ")[2] or value_text(
        outcome.reading.computed
    )


def _place(index: str) -> str:
    row = next(row for row in remarks() if row["id"] == index)
    return f"`{row['file'][:3]}`: {row['lines']}"


def _ten(before: dict[str, Outcome]) -> Iterator[str]:
    yield "| id | document: lines | formula | inputs | printed | computed | why |"
    yield "| --- | --- | --- | --- | ---: | ---: | --- |"
    for index, reason in REASONS.items():
        outcome = before[index]
        row = next(row for row in remarks() if row["id"] == index)
        yield _row(index, _place(index), f"`{row['formula']}`", row["inputs"], row["reported"],
                   _value(outcome), reason)  # fmt: skip


def _explained(before: dict[str, Outcome], stated: Run) -> Iterator[str]:
    rounded = sum(each.row.inputs_rounded for each in stated.outcomes)
    saved = [each for each in stated.outcomes if each.agrees and not before[each.row.code].agrees]
    kept = [each for each in stated.outcomes
            if each.row.inputs_rounded and each.agrees is False]  # fmt: skip
    by_verdict = Counter(before[each.row.code].verdict for each in saved)
    words = " and ".join(f"{number} `{verdict}`" for verdict, number in sorted(by_verdict.items()))
    yield f"{rounded} rows have inputs that are rounded themselves: shares, amounts in thousands or"
    yield f"millions. Taken as such they explain {len(saved)} figures that differ otherwise"
    yield f"({words}): {', '.join(each.row.code for each in saved)}."
    yield ""
    yield "A share such as 5 % taken as rounded makes the interval so wide that nearly any amount"
    yield "fits, so figures that were cut off are excused rather than proved right. Totals of many"
    yield "rounded parts (c084, c086) miss by 2 or 3 units because the total was rounded by itself."
    yield ""
    yield f"Rounding does not explain {', '.join(each.row.code for each in kept)}."


def _differing(exact: Run, stated: Run) -> Iterator[str]:
    yield "| id | document: lines | printed | computed | verdict | with rounded inputs |"
    yield "| --- | --- | ---: | ---: | --- | --- |"
    for one, other in zip(exact.outcomes, stated.outcomes, strict=True):
        if one.agrees is False:
            index = one.row.code
            rounded = other.verdict if other.row.inputs_rounded else "–"
            figure = one.row.reported.printed if one.row.reported else "–"
            yield _row(index, _place(index), figure, _value(one), one.verdict, rounded)


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
