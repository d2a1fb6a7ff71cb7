"""Random texts against the parser, until the time is up.

From the project's root::

    python -m tests.fuzz --seconds 60

Every text must be read or refused with a declared error, and what is read must hold together
(:func:`check`). A text that breaks this is printed with the error and, with ``--keep``, written
to ``tests/cases/fuzz/``, whose texts the test suite replays.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
import random
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

import yaml

import kpiformula as kf
from kpiformula.nodes import names

CASES = Path(__file__).parent / "cases"
KEPT = CASES / "fuzz"

SLOWEST = 10
"""Seconds after which a text of a few thousand characters counts as endless."""

PIECES = (
    *"GFHKSRNAabcxXхХКНМЧЗ0123456789",
    *"+-–−*×·∙∗÷/∕⁄:=^%‰√∑Σ()[]{}|,.;!?'’\"«»_&#№@\\$½¹²₁",
    *(" ", "  ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u2009", "\u202f", "\u00ad", "\u200b"),
    *("\ufeff", "\u0301", "\u0306", "-\n", "---", "________\n", "\n-----\n", "⎯⎯⎯"),
    *("100", "1000", "100 %", "100%", "1,5", "0.7", "1 000", "1,234", "35/8525*100", "(2.12)"),
    *("мұндағы:", "где", "where", "Формула:", "Есептеу формуласы:", "Formula:", "бұл жерде"),
    *("саны", "жалпы саны", "число", "общее число", "number of", "students", "іс - шаралар"),
    *("отношение", "к", "ко", "на", "и", "the ratio of", "to", "by", "and", "divide", "per 1 000"),
    *("разделить на", "умножить на 100", "divided by", "multiplied by", "санының", "қатынасы"),
    *("санын", "бөліп", "100-ге көбейту", "шаққанда", "среднее", "mean of", "average"),
    *("min(", "max(", "sum(", "round(", "abs(", "sqrt(", "среднее(", "; ", "\\frac{", "\\times"),
    *(
        "коэффициент",
        "coefficient",
        "ұлттық – 1,5;",
        "national - 2;",
        "до 3000",
        "3000 адамға дейін",
    ),
    *("G - ", "F = ", "H: ", "К_ср", "N1", "Чі", "ППС", "Дзан. 2020", "growth_rate", "K_{max}"),
)
"""What hostile texts are put together from: the marks and words of the grammar."""


def real_cells() -> list[str]:
    """Return every calculation cell of ``tests/cases/``."""
    cases = (
        yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        for kind in ("made", "printed")
        for path in sorted((CASES / kind).glob("*.yaml"))
    )
    return [case["cell"] for case in cases if "cell" in case]


def soup(source: random.Random, most: int = 60) -> str:
    """Return marks and words of the grammar in any order."""
    space = source.choice(("", " "))
    return space.join(source.choice(PIECES) for _ in range(source.randint(1, most)))


def mutated(source: random.Random, cells: list[str]) -> str:
    """Return a real cell with some places deleted, doubled, moved, or filled with other text."""
    text = source.choice(cells)
    for _ in range(source.randint(1, 6)):
        start = source.randint(0, len(text))
        end = min(len(text), start + source.choice((0, 1, 1, 2, 5, 20, 80)))
        part = text[start:end]
        match source.randint(0, 4):
            case 0:
                part = ""
            case 1:
                part = part * source.randint(2, 4)
            case 2:
                part += source.choice(PIECES)
            case 3:
                part = source.choice(PIECES)
            case _:
                other = source.choice(cells)
                place = source.randint(0, len(other))
                part = other[place : place + source.choice((2, 10, 60))]
        text = text[:start] + part + text[end:]
    return text


def any_text(source: random.Random) -> str:
    """Return characters from anywhere in Unicode, lone surrogates among them."""
    tops = (0x80, 0x500, 0x3000, 0x110000)
    return "".join(chr(source.randrange(source.choice(tops))) for _ in range(source.randint(1, 60)))


def check(text: str) -> None:
    """Check that a text is read or refused by name, and that what is read holds together.

    Findings point into the text, the formula shows itself, pickles, and its canonical form means
    the same.
    """
    try:
        formula = kf.parse(text)
    except kf.FormulaSyntaxError as refused:
        _check_findings(refused.diagnostics, text)
        return
    _check_findings(formula.diagnostics, text)
    assert formula.printed == text
    assert pickle.loads(pickle.dumps(formula)) == formula
    for one in formula.formulas:
        assert one.latex()
        assert repr(one)
        assert all(any(map(str.isalpha, name)) for name in names(one.node)), f"{str(one)!r}"
        again = kf.parse(str(one))
        assert again.node == one.node, f"{str(one)!r} is read back as {str(again)!r}"


def _check_findings(findings: tuple[kf.Diagnostic, ...], text: str) -> None:
    for finding in findings:
        assert finding.span is not None
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
        assert finding.code.startswith("KF")
        assert finding.code in str(finding)


def main() -> int:
    """Run until the time is up; the exit code is 1 if a text broke the parser."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options.add_argument("--keep", action="store_true", help="write broken texts to tests/cases/")
    given = options.parse_args()
    _say(f"seed {given.seed}")
    source, cells = random.Random(given.seed), real_cells()
    makers = (lambda: soup(source), lambda: mutated(source, cells), lambda: any_text(source))
    signal.signal(signal.SIGALRM, _endless)
    seen: Counter[str] = Counter()
    runs, end = 0, time.monotonic() + given.seconds
    while time.monotonic() < end:
        text = source.choices(makers, (4, 5, 1))[0]()
        runs += 1
        signal.alarm(SLOWEST)
        try:
            check(text)
        except Exception as broken:
            kind = _kind(broken)
            seen[kind] += 1
            if seen[kind] == 1:
                _say(f"\n{kind}\n  {broken}\n  {text!r}")
                if given.keep:
                    _keep(text)
        finally:
            signal.alarm(0)
    _say(f"\n{runs} texts, {sum(seen.values())} broken, in {len(seen)} ways")
    return 1 if seen else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _endless(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"not read within {SLOWEST} seconds")


def _kind(broken: Exception) -> str:
    """Return the kind of an error and where it was raised, to tell one fault from another."""
    last = traceback.extract_tb(broken.__traceback__)[-1]
    return f"{type(broken).__name__} in {Path(last.filename).name}:{last.lineno}"


def _keep(text: str) -> None:
    KEPT.mkdir(exist_ok=True)
    name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    (KEPT / f"{name}.txt").write_bytes(text.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    sys.exit(main())
