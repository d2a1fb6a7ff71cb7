"""The pages that list whom each indicator counts are those of the shipped methodologies."""

from __future__ import annotations

import pytest

from kpiformula import load
from kpiformula.methodology import Methodology
from tests.criteria_pages import PAGES, page, with_criteria


@pytest.mark.parametrize("methodology", with_criteria(), ids=lambda each: each.id)
def test_the_page_is_fresh(methodology: Methodology) -> None:
    shown = PAGES.joinpath(f"{methodology.id}.md").read_text(encoding="utf-8")
    assert shown == page(methodology), "run python -m tests.criteria_pages"


def test_every_row_of_the_medical_university_has_criteria_or_a_question() -> None:
    for row in load("astmu-strategy-2022-2026").values():
        named = {*row.symbols} or {row.input.id if row.input is not None else ""}
        assert set(row.counts) == named, row.code
        for selection in row.counts.values():
            assert selection.where or selection.excluding or selection.within or selection.undecided
