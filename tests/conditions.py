"""Conditions, drawn: joined and denied in any way, from tests that a caller gives."""

from __future__ import annotations

from hypothesis import strategies as st

from kpiformula.criteria.reading import read_condition
from kpiformula.criteria.syntax import NOWHERE, All, Condition, Not, joined
from kpiformula.criteria.syntax import Any as Either


def conditions_of(*texts: str, leaves: int = 5) -> st.SearchStrategy[Condition]:
    """Return conditions made of some tests."""
    found = st.sampled_from(texts).map(read_condition)
    return st.recursive(found, grown, max_leaves=leaves)


def grown(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Return conditions joined from some, or their contraries."""
    return parts.map(_contrary) | _joined(All, parts) | _joined(Either, parts)


def _contrary(part: Condition) -> Condition:
    return part.condition if isinstance(part, Not) else Not(part)


def _joined(
    kind: type[All] | type[Either], parts: st.SearchStrategy[Condition]
) -> st.SearchStrategy[Condition]:
    """Return conditions joined; what is joined alike already is taken apart."""
    several = st.lists(parts, min_size=2, max_size=3)
    return several.map(lambda each: joined(kind, tuple(each), NOWHERE))
