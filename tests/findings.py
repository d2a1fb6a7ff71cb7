"""The findings on the shipped methodologies as pages; ``python -m tests.findings`` writes them.

A page is grouped by row: its printed and English name, its line in the document, and each finding
with code, message and the excerpt under which the carets stand. A test keeps the pages fresh.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from kpiformula import available, load
from kpiformula.diagnostics import Diagnostic
from kpiformula.linting import by_row, explain
from kpiformula.methodology import Indicator, Methodology

PAGES = Path(__file__).parent.parent / "docs" / "findings"


def page(methodology: Methodology) -> str:
    """Return the page with all findings on a methodology."""
    rows = [(row, findings) for row, findings in by_row(methodology) if findings]
    found = [finding for _, findings in rows for finding in findings]
    lines = [
        f"# Findings on {methodology.id}",
        "",
        f"{methodology.name.get('en', '')}. Printed as: {methodology.source.title}",
        f"(`{methodology.source.file}`).",
        "",
        f"{len(found)} findings in {len(rows)} of {len(methodology)} rows.",
        "This page is written by `python -m tests.findings`.",
        "",
        *_counts(found),
    ]
    for row, findings in rows:
        lines += ["", *_section(row, findings)]
    return "\n".join(lines) + "\n"


def _counts(found: Sequence[Diagnostic]) -> Iterator[str]:
    yield "| code | pattern | findings |"
    yield "| --- | --- | ---: |"
    for code, count in sorted(Counter(finding.code for finding in found).items()):
        yield f"| {code} | {explain(code).name} | {count} |"


def _section(row: Indicator, findings: Sequence[Diagnostic]) -> Iterator[str]:
    yield f"## {row.code}"
    yield ""
    for name in row.name.values():
        yield f"{name}  "
    yield f"`{row.source}`"
    for finding in findings:
        _, *excerpt = str(finding).splitlines()
        yield ""
        yield f"- **{finding.code}** {finding.severity}: {finding.message}"
        if excerpt:
            yield ""
            yield from ("  ```text", *(f"  {line}".rstrip() for line in excerpt), "  ```")


def main() -> None:
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in available():
        (PAGES / f"{name}.md").write_text(page(load(name)), encoding="utf-8")


if __name__ == "__main__":
    main()
