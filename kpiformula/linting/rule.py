"""What a rule of the linter is: its words, and how it finds a defect.

A rule is one file of the folder ``rules``; the file holds one ``RULE``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kpiformula.diagnostics import Diagnostic, Severity, Span
from kpiformula.methodology import Indicator, Methodology

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
"""It cannot be computed as printed; it computes something else than it says; worth knowing."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a finding means: ``what`` it is, ``why`` it matters, what to write ``instead``."""

    code: str
    severity: Severity
    name: str
    what: str
    why: str
    example: str
    instead: str

    def __str__(self) -> str:
        return "\n".join(
            (
                f"{self.code} {self.name} ({self.severity})",
                "",
                self.what,
                self.why,
                "",
                f"example: {self.example}",
                f"instead: {self.instead}",
            )
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A defect in one text of a row: ``at`` is its key (:meth:`Indicator.quoted`), ``span`` the
    characters that are meant, or all of them."""

    message: str
    at: str
    span: Span | None = None
    cause: str | None = None
    help: str | None = None


@dataclass(frozen=True, slots=True)
class RowRule:
    """A rule that needs to see one row only."""

    means: Explanation
    find: Callable[[Indicator], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class SetRule:
    """A rule that compares the rows of a methodology; it says in which row a defect shows."""

    means: Explanation
    find: Callable[[Methodology], Iterator[tuple[Indicator, Found]]]


Rule = RowRule | SetRule


def diagnostic(rule: Rule, row: Indicator, found: Found) -> Diagnostic:
    """Return what a rule found as a finding that points into the methodology file."""
    source = row.quoted(found.at)
    span = found.span or Span(0, len(source.text))
    means = rule.means
    return Diagnostic(
        means.code, means.severity, found.message, span, source, found.cause, found.help
    )
