"""A row of the table of findings, and its severities by short names."""

from __future__ import annotations

from kpiformula.diagnostics import Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

Row = tuple[str, Severity, str, str, str, str, str]
"""Code; severity; name of the pattern; what it is; why it matters; an example; what to write."""
