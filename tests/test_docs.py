"""What the documentation shows is true."""

from __future__ import annotations

import doctest
from pathlib import Path

import kpiformula as kf

ROOT = Path(__file__).parent.parent


def test_examples_of_the_readme_run() -> None:
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert results.attempted >= 8
    assert results.failed == 0


def test_every_terminal_of_the_word_tables_is_told() -> None:
    told = (ROOT / "grammars" / "README.md").read_text(encoding="utf-8")
    for table in sorted((ROOT / "grammars" / "words").glob("*.lark")):
        for line in table.read_text(encoding="utf-8").splitlines():
            name = line.partition(":")[0]
            if line and not line.startswith("//") and not name.startswith("CATEGORY_"):
                assert f"`{name}`" in told, f"{table.name}: {name}"


def test_a_language_is_one_file() -> None:
    from kpiformula.grammar import languages

    tables = sorted(path.stem for path in (ROOT / "grammars" / "words").glob("*.lark"))
    assert list(languages()) == tables
    assert kf.parse("H = G / F").language == ""
