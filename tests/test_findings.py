"""The reviewed pages of findings are those of the rules and methodologies as they are now."""

from __future__ import annotations

import pytest
from findings import PAGES, page

from kpiformula import available, load


@pytest.mark.parametrize("name", available())
def test_a_page_of_findings_is_fresh(name: str) -> None:
    written = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert written == page(load(name)), "run: python -m tests.findings"


def test_every_page_is_of_a_shipped_methodology() -> None:
    assert {path.stem for path in PAGES.iterdir()} == set(available())
