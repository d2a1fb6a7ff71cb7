"""Methodologies compared, for ``kpiformula diff`` and ``kpiformula compare``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction

from kpiformula.benchmarking import ComparedQuantity, Comparison, compare
from kpiformula.cli.display import one_line
from kpiformula.comparison import Differences, MatchedRow, diff, title
from kpiformula.crosswalk import load_crosswalk
from kpiformula.figures import Target
from kpiformula.library import load_once
from kpiformula.methodology import Indicator
from kpiformula.report.data import Data


def differences(old: str, new: str, crosswalk: str | None, same_codes: bool) -> Differences:
    """Return what differs between two methodologies, given by id or path."""
    loaded = load_once(old), load_once(new)
    known = load_crosswalk(crosswalk, loaded)
    return diff(*loaded, crosswalk=known, same_codes=same_codes)


def comparison(methodology: str, benchmark: str, crosswalk: str | None) -> Comparison:
    """Return the targets of a methodology against a benchmark's, both given by id or path."""
    loaded = load_once(methodology), load_once(benchmark)
    return compare(*loaded, crosswalk=load_crosswalk(crosswalk, loaded))


def shown(found: Differences | Comparison, form: str) -> Iterator[str]:
    """Yield the lines of what was found, or one line of JSON."""
    if form == "text":
        yield from map(one_line, str(found).split("\n"))
        return
    match found:
        case Differences():
            yield json.dumps(_differences_data(found), ensure_ascii=False)
        case Comparison():
            yield json.dumps(_comparison_data(found), ensure_ascii=False)


def _differences_data(found: Differences) -> Data:
    """Return differences as one object; matched rows without any are left out."""
    return {
        "old": found.old,
        "new": found.new,
        "matched": len(found.rows),
        "years_added": list(found.years_added),
        "years_removed": list(found.years_removed),
        "added": [_row_data(row) for row in found.added],
        "removed": [_row_data(row) for row in found.removed],
        "changed": [_matched_data(row) for row in found.changed],
    }


def _row_data(row: Indicator) -> Data:
    return {"code": row.code, "name": dict(row.name)}


def _matched_data(row: MatchedRow) -> Data:
    return {
        "old": row.old.code,
        "new": row.new.code,
        "name": title(row.new),
        "matched_by": str(row.by),
        "quantity": row.quantity and row.quantity.id,
        "same": row.same,
        "remark": row.remark,
        "properties": [{"what": p.what, "old": p.old, "new": p.new} for p in row.properties],
        "formula": {
            "verdict": str(row.formula.verdict),
            "old": row.formula.old,
            "new": row.formula.new,
            "reason": row.formula.reason,
        },
        "targets": [
            {
                "year": moved.year,
                "old": _printed(moved.old),
                "new": _printed(moved.new),
                "difference": _exact(moved.difference),
                "unit": moved.unit,
            }
            for moved in row.targets
        ],
    }


def _comparison_data(found: Comparison) -> Data:
    return {
        "methodology": found.methodology,
        "benchmark": found.benchmark,
        "quantities": [_quantity_data(each) for each in found.quantities],
    }


def _quantity_data(each: ComparedQuantity) -> Data:
    return {
        "quantity": each.quantity.id,
        "name": dict(each.quantity.name),
        "code": each.indicator.code,
        "benchmark_code": each.benchmark.code,
        "unit": each.indicator.unit,
        "benchmark_unit": each.benchmark.unit,
        "direction": each.direction,
        "reason": each.reason,
        "remark": each.quantity.remark,
        "years": [
            {
                "year": year.year,
                "target": _printed(year.target),
                "benchmark": _printed(year.benchmark),
                "difference": _exact(year.difference),
                "standing": year.standing and str(year.standing),
            }
            for year in each.years
        ],
    }


def _printed(target: Target | None) -> str | None:
    return None if target is None else target.printed


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else str(value)
