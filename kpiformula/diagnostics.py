"""What is said about a text, and where: sources, spans, findings, errors.

One type, :class:`Diagnostic`, carries everything the library has to say; its rendering is the
same in ``str()``, on the command line and in a notebook.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Severity(StrEnum):
    """How much a finding matters: cannot be computed; computes something else; worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters of the printed text."""

    start: int
    end: int

    def cover(self, other: Span) -> Span:
        """Return the smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


_LINE_END = re.compile("\n")


@dataclass(frozen=True)
class Source:
    """A printed text, its name, and the line on which it begins there.

    ``first_line`` and ``first_column`` are 1-based; they let a cell quoted inside a methodology
    file report the place in that file.
    """

    text: str
    name: str = "<formula>"
    first_line: int = 1
    first_column: int = 1

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return (0, *(match.end() for match in _LINE_END.finditer(self.text)))

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column of a character."""
        row = bisect_right(self._starts, offset) - 1
        column = offset - self._starts[row]
        return self.first_line + row, column + self.first_column

    def line_at(self, offset: int) -> tuple[str, int]:
        """Return the printed line that holds a character, and the offset of its first character."""
        start = self._starts[bisect_right(self._starts, offset) - 1]
        end = self.text.find("\n", start)
        return self.text[start : len(self.text) if end < 0 else end], start

    def __reduce__(self) -> tuple[type[Source], tuple[str, str, int, int]]:
        return Source, (self.text, self.name, self.first_line, self.first_column)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: a permanent code, a sentence, the place, and what to do about it.

    ``span`` points into ``source``; both are ``None`` where a finding has no place.
    """

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    source: Source | None = field(default=None, compare=False)
    cause: str | None = None
    help: str | None = None

    @property
    def position(self) -> tuple[int, int] | None:
        """The 1-based line and column, where the finding has a place."""
        if self.source is None or self.span is None:
            return None
        return self.source.position(self.span.start)

    @property
    def location(self) -> str:
        """``file:line:column``, or the file alone, or nothing."""
        if self.source is None:
            return ""
        if self.span is None:
            return self.source.name
        line, column = self.source.position(self.span.start)
        return f"{self.source.name}:{line}:{column}"

    def __str__(self) -> str:
        return render(self)


def render(diagnostic: Diagnostic) -> str:
    """Return the finding as plain lines: place, code, sentence, printed line with carets, help."""
    head = f"{diagnostic.severity} {diagnostic.code}: {diagnostic.message}"
    lines = [f"{diagnostic.location}: {head}" if diagnostic.location else head]
    if diagnostic.source is not None and diagnostic.span is not None:
        lines += _excerpt(diagnostic.source, diagnostic.span)
    if diagnostic.cause:
        lines.append(f"  cause: {diagnostic.cause}".replace("\n", "\n" + " " * 9))
    if diagnostic.help:
        lines.append(f"  help: {diagnostic.help}")
    return "\n".join(lines)


_EXCERPT_WIDTH = 100
_INVISIBLE = {"\t": " ", "\r": " ", "\ufeff": " ", "\u00ad": " ", "\u200b": " "}


def _excerpt(source: Source, span: Span) -> Iterator[str]:
    line, start = source.line_at(span.start)
    column = span.start - start
    shift = max(0, column - _EXCERPT_WIDTH // 2)
    shown = "".join(_INVISIBLE.get(c, c) for c in line[shift : shift + _EXCERPT_WIDTH])
    width = max(1, min(span.end, start + shift + len(shown)) - span.start)
    yield f"  | {shown}"
    yield f"  | {' ' * (column - shift)}{'^' * width}"


class KpiFormulaError(Exception):
    """The base of every error raised here; it carries the findings that explain it."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*diagnostics)
        self.diagnostics = diagnostics

    @property
    def code(self) -> str:
        """The permanent code of the first finding."""
        return self.diagnostics[0].code

    def __str__(self) -> str:
        return "\n".join(map(str, self.diagnostics))


class FormulaSyntaxError(KpiFormulaError, ValueError):
    """No formula can be read in a text."""


class LimitError(FormulaSyntaxError):
    """A text is longer, deeper or has larger numbers than is read (codes KF9xx)."""


class UnitsError(KpiFormulaError, ValueError):
    """A unit is not known, or quantities cannot be combined (codes KF3xx)."""


class MethodologyError(KpiFormulaError, ValueError):
    """A methodology file cannot be read (codes KF4xx); all its findings are listed."""


class InputError(KpiFormulaError, ValueError):
    """A count, category or reported figure given by the caller cannot be used (codes KF5xx)."""


class CriterionError(KpiFormulaError, ValueError):
    """A criterion or a record cannot be read (codes KF6xx)."""


def error(
    code: str, message: str, span: Span | None = None, source: Source | None = None, **more: str
) -> Diagnostic:
    """Return a finding of severity ``error``."""
    return Diagnostic(code, Severity.ERROR, message, span, source, **more)


def warning(
    code: str, message: str, span: Span | None = None, source: Source | None = None, **more: str
) -> Diagnostic:
    """Return a finding of severity ``warning``."""
    return Diagnostic(code, Severity.WARNING, message, span, source, **more)


def info(
    code: str, message: str, span: Span | None = None, source: Source | None = None, **more: str
) -> Diagnostic:
    """Return a finding of severity ``info``."""
    return Diagnostic(code, Severity.INFO, message, span, source, **more)


def worst(diagnostics: Iterable[Diagnostic]) -> Severity | None:
    """Return the highest severity among findings, or ``None`` where there are none."""
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    present = {d.severity for d in diagnostics}
    return next((s for s in order if s in present), None)
