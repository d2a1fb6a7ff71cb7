"""Each rule of the linter on small methodologies: what it finds, as printed, and what it leaves.

A case is the file of a part in ``cases/lint/CODE``: in ``bad-*.yaml`` the rule finds what stands
in the ``.txt`` beside it, in ``good-*.yaml`` nothing. The head is made up around it; where counts
are taken from records, the data dictionary is ``cases/people.yaml``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kpiformula import lint, load
from kpiformula.linting.rules import rules

CASES = Path(__file__).parent / "cases" / "lint"
PEOPLE = CASES.parent / "people.yaml"

HEAD: dict[str, Any] = {
    "id": "case-of-a-rule",
    "name": {"en": "A case"},
    "language": "kk",
    "source": {"file": "document.txt", "title": "A document"},
    "years": list(range(2021, 2031)),
    "parts": ["case"],
    "categories": ["research", "national", "regional", "pedagogical"],
}


def _inputs(part: dict[str, Any]) -> dict[str, Any]:
    used = {
        symbol["input"]: symbol["unit"]
        for row in part["indicators"]
        for symbol in row.get("symbols", {}).values()
    }
    used |= {row["input"]: row["unit"] for row in part["indicators"] if "input" in row}
    return {name: {"name": {"en": name}, "unit": unit} for name, unit in used.items()}


def _plain(text: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    return read


def _own_head(folder: Path) -> dict[str, Any]:
    """Return what the heads of a rule's cases have of their own, such as a shipped id."""
    own = folder / "head.yml"
    return _plain(own.read_text(encoding="utf-8")) if own.exists() else {}


def found(case: Path, folder: Path) -> str:
    """Return the findings of the rule that a case belongs to, as they are shown."""
    text = case.read_text(encoding="utf-8")
    head = HEAD | _own_head(case.parent) | {"inputs": _inputs(_plain(text))}
    if any("counts" in row for row in _plain(text)["indicators"]):
        head |= {"populations": ["people"]}
        folder.joinpath("people.yaml").write_text(PEOPLE.read_text("utf-8"), encoding="utf-8")
    folder.joinpath("methodology.yaml").write_text(yaml.safe_dump(head), encoding="utf-8")
    folder.joinpath("case.yaml").write_text(text, encoding="utf-8")
    shown = [str(f) for f in lint(load(folder)) if f.code == case.parent.name]
    return "".join(f"{each}\n" for each in shown).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    "case", sorted(CASES.glob("*/*.yaml")), ids=lambda case: f"{case.parent.name}/{case.stem}"
)
def test_a_rule_finds_what_is_bad_and_nothing_else(case: Path, tmp_path: Path) -> None:
    expected = case.with_suffix(".txt")
    assert case.stem.startswith("bad") == expected.exists()
    assert found(case, tmp_path) == (expected.read_text("utf-8") if expected.exists() else "")


def test_every_rule_has_a_good_and_two_bad_cases() -> None:
    for rule in rules():
        names = [case.stem for case in CASES.glob(f"{rule.means.code}/*.yaml")]
        assert sum(name.startswith("bad") for name in names) >= 2, rule.means.code
        assert any(name.startswith("good") for name in names), rule.means.code


def test_every_case_belongs_to_a_rule() -> None:
    known = {rule.means.code for rule in rules()}
    assert {folder.name for folder in CASES.iterdir()} <= known
