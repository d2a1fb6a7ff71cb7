"""Writes the page of the documentation on what each finding means.

``python -m tests.findings_explained`` writes ``docs/findings-explained.md`` from the explanations
that ``kpiformula explain`` shows; a test says when it is out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from kpiformula.linting import Explanation, explanations

PAGE = Path(__file__).parent.parent / "docs" / "findings-explained.md"

CHAPTERS = {
    "1": "Text and letters",
    "2": "Symbols and coefficients",
    "3": "Units and factor",
    "4": "Methodology, targets and rows",
    "5": "Reported figures and examples",
    "6": "Criteria",
    "9": "Limits",
}
"""What the first digit of a code says (DESIGN §5.10)."""

_HEAD = """\
# What each finding means

Every finding has a permanent code. `kpiformula explain KF201` prints what stands here; this page
is written from the same texts by `python -m tests.findings_explained`, so do not edit it by hand.

Severity: **error** — it cannot be computed as printed; **warning** — it computes something else
than it says; **info** — worth knowing.
"""


def page(means: Iterable[Explanation]) -> str:
    """Return the page in Markdown, by chapter and code."""
    parts = [_HEAD]
    for digit, chapter in groupby(sorted(means, key=lambda m: m.code), lambda m: m.code[2]):
        parts += [f"## {CHAPTERS[digit]}\n", *map(_entry, chapter)]
    return "\n".join(parts)


def _entry(means: Explanation) -> str:
    return (
        f"### {means.code} {_escaped(means.name)}\n\n"
        f"*{means.severity}.* {_escaped(means.what)} {_escaped(means.why)}\n\n"
        f"- example: {_escaped(means.example)}\n"
        f"- instead: {_escaped(means.instead)}\n"
    )


def _escaped(text: str) -> str:
    """Return a text so that Markdown shows it as it stands, line ends too."""
    return re.sub(r"[\\`*_<>\[\]]", r"\\\g<0>", text).replace("\n", "\\\n  ")


if __name__ == "__main__":
    PAGE.write_text(page(explanations().values()), encoding="utf-8")
