"""Reads the formulas of printed indicator methodologies, computes them exactly, checks figures.

The names here are handed on from the rooms of the package when they are first asked for (PEP 562),
so that ``import kpiformula`` costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which is slow to import
if TYPE_CHECKING:
    from kpiformula.diagnostics import (
        Diagnostic,
        FormulaSyntaxError,
        InputError,
        KpiFormulaError,
        LimitError,
        MethodologyError,
        Severity,
        Source,
        Span,
        UnitsError,
    )
    from kpiformula.evaluation import Result, Status, evaluate
    from kpiformula.formula import (
        Coefficient,
        CoefficientCase,
        Condition,
        Example,
        Formula,
        Symbol,
        Unread,
    )
    from kpiformula.library import available, load
    from kpiformula.linting import Explanation, explain, lint
    from kpiformula.methodology import (
        Document,
        Erratum,
        Indicator,
        Input,
        Methodology,
        Part,
        Place,
        SymbolInput,
        Target,
    )
    from kpiformula.reading import parse
    from kpiformula.schema import json_schema
    from kpiformula.verification import Verdict, Verification, feasible, verify

__version__ = "0.1.0"

__all__ = [
    "Coefficient",
    "CoefficientCase",
    "Condition",
    "Diagnostic",
    "Document",
    "Erratum",
    "Example",
    "Explanation",
    "Formula",
    "FormulaSyntaxError",
    "Indicator",
    "Input",
    "InputError",
    "KpiFormulaError",
    "LimitError",
    "Methodology",
    "MethodologyError",
    "Part",
    "Place",
    "Result",
    "Severity",
    "Source",
    "Span",
    "Status",
    "Symbol",
    "SymbolInput",
    "Target",
    "UnitsError",
    "Unread",
    "Verdict",
    "Verification",
    "available",
    "evaluate",
    "explain",
    "feasible",
    "json_schema",
    "lint",
    "load",
    "parse",
    "verify",
]

_HANDED_ON = {
    "diagnostics": (
        "Diagnostic FormulaSyntaxError InputError KpiFormulaError LimitError MethodologyError "
        "Severity Source Span UnitsError"
    ),
    "evaluation": "Result Status evaluate",
    "formula": "Coefficient CoefficientCase Condition Example Formula Symbol Unread",
    "library": "available load",
    "linting": "Explanation explain lint",
    "methodology": ("Document Erratum Indicator Input Methodology Part Place SymbolInput Target"),
    "reading": "parse",
    "schema": "json_schema",
    "verification": "Verdict Verification feasible verify",
}
_ROOM_OF = {name: room for room, names in _HANDED_ON.items() for name in names.split()}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
