"""Reads the formulas of printed indicator methodologies, computes them exactly, checks figures.

The names here are handed on from the rooms of the package when they are first asked for (PEP 562),
so that ``import kpiformula`` costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which is slow to import
if TYPE_CHECKING:
    from kpiformula.benchmarking import (
        ComparedQuantity,
        Comparison,
        Disagreement,
        Standing,
        compare,
        disagreements,
    )
    from kpiformula.cause import Cause
    from kpiformula.comparison import Differences, MatchedRow, diff
    from kpiformula.consistency import SetVerification, verify, verify_set
    from kpiformula.counting import Counted, Ledger, Step, count
    from kpiformula.criteria.dictionary import Field, Population
    from kpiformula.criteria.reading import read_condition
    from kpiformula.criteria.selection import Criterion, Measure, Question, Selection
    from kpiformula.crosswalk import Crosswalk, SharedQuantity, load_crosswalk
    from kpiformula.diagnostics import (
        CriterionError,
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
    from kpiformula.evaluation import evaluate
    from kpiformula.feasibility import (
        FeasibleCase,
        FeasibleCounts,
        FeasibleDenominators,
        SharedCounts,
        WholeCounts,
        feasible,
        feasible_cases,
        feasible_denominators,
        feasible_together,
    )
    from kpiformula.figures import Target, TargetKind
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
    )
    from kpiformula.planning import (
        CountEffect,
        Goal,
        Progress,
        ProgressRow,
        ProgressStatus,
        Sensitivity,
        TriedCount,
        goal_seek,
        progress,
        sensitivity,
    )
    from kpiformula.reading import parse
    from kpiformula.results import MethodologyResult, Result, Status
    from kpiformula.schema import json_schema
    from kpiformula.thresholds import Threshold, read_thresholds
    from kpiformula.verification import TargetEffect, Verdict, Verification

__version__ = "0.1.0"

__all__ = [
    "Cause",
    "Coefficient",
    "CoefficientCase",
    "ComparedQuantity",
    "Comparison",
    "Condition",
    "CountEffect",
    "Counted",
    "Criterion",
    "CriterionError",
    "Crosswalk",
    "Diagnostic",
    "Differences",
    "Disagreement",
    "Document",
    "Erratum",
    "Example",
    "Explanation",
    "FeasibleCase",
    "FeasibleCounts",
    "FeasibleDenominators",
    "Field",
    "Formula",
    "FormulaSyntaxError",
    "Goal",
    "Indicator",
    "Input",
    "InputError",
    "KpiFormulaError",
    "Ledger",
    "LimitError",
    "MatchedRow",
    "Measure",
    "Methodology",
    "MethodologyError",
    "MethodologyResult",
    "Part",
    "Place",
    "Population",
    "Progress",
    "ProgressRow",
    "ProgressStatus",
    "Question",
    "Result",
    "Selection",
    "Sensitivity",
    "SetVerification",
    "Severity",
    "SharedCounts",
    "SharedQuantity",
    "Source",
    "Span",
    "Standing",
    "Status",
    "Step",
    "Symbol",
    "SymbolInput",
    "Target",
    "TargetEffect",
    "TargetKind",
    "Threshold",
    "TriedCount",
    "UnitsError",
    "Unread",
    "Verdict",
    "Verification",
    "WholeCounts",
    "available",
    "compare",
    "count",
    "diff",
    "disagreements",
    "evaluate",
    "explain",
    "feasible",
    "feasible_cases",
    "feasible_denominators",
    "feasible_together",
    "goal_seek",
    "json_schema",
    "lint",
    "load",
    "load_crosswalk",
    "parse",
    "progress",
    "read_condition",
    "read_thresholds",
    "sensitivity",
    "verify",
    "verify_set",
]

_HANDED_ON = {
    "benchmarking": ("ComparedQuantity Comparison Disagreement Standing compare disagreements"),
    "cause": "Cause",
    "comparison": "Differences MatchedRow diff",
    "consistency": "SetVerification verify verify_set",
    "counting": "Counted Ledger Step count",
    "criteria.dictionary": "Field Population",
    "criteria.reading": "read_condition",
    "criteria.selection": "Criterion Measure Question Selection",
    "crosswalk": "Crosswalk SharedQuantity load_crosswalk",
    "diagnostics": (
        "CriterionError Diagnostic FormulaSyntaxError InputError KpiFormulaError LimitError "
        "MethodologyError Severity Source Span UnitsError"
    ),
    "evaluation": "evaluate",
    "feasibility": (
        "FeasibleCase FeasibleCounts FeasibleDenominators SharedCounts WholeCounts feasible "
        "feasible_cases feasible_denominators feasible_together"
    ),
    "figures": "Target TargetKind",
    "formula": "Coefficient CoefficientCase Condition Example Formula Symbol Unread",
    "library": "available load",
    "linting": "Explanation explain lint",
    "methodology": ("Document Erratum Indicator Input Methodology Part Place SymbolInput"),
    "planning": (
        "CountEffect Goal Progress ProgressRow ProgressStatus Sensitivity TriedCount goal_seek "
        "progress sensitivity"
    ),
    "reading": "parse",
    "results": "MethodologyResult Result Status",
    "schema": "json_schema",
    "thresholds": "Threshold read_thresholds",
    "verification": "TargetEffect Verdict Verification",
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
