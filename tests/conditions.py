"""Conditions, drawn: joined and denied in any way, from tests that a caller gives."""

from __future__ import annotations

from hypothesis import strategies as st

from kpiformula.criteria.reading import read_condition
from kpiformula.criteria.syntax import All, Condition, Not
from kpiformula.criteria.syntax import Any as Either


def conditions_of(*texts: str, leaves: int = 5) -> st.SearchStrategy[Condition]:
    """Return conditions made of some tests."""
    found = st.sampled_from(texts).map(read_condition)
    return st.recursive(found, grown, max_leaves=leaves)


def grown(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Return conditions joined from some, or their contraries."""
    contrary = parts.filter(lambda part: not isinstance(part, Not)).map(Not)
    return contrary | _joined(All, parts) | _joined(Either, parts)


def _joined(
    kind: type[All] | type[Either], parts: st.SearchStrategy[Condition]
) -> st.SearchStrategy[Condition]:
    """Return conditions joined, none of which is joined alike already."""
    apart = parts.filter(lambda part: not isinstance(part, kind))
    return st.lists(apart, min_size=2, max_size=3).map(lambda each: kind(tuple(each)))
