"""What importing costs, and what the package hands on."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import kpiformula

ROOT = Path(__file__).parent.parent


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a statement loads in a fresh interpreter."""
    code = (
        "import json, sys\n"
        "before = set(sys.modules)\n"
        f"{statement}\n"
        "print(json.dumps(sorted(m.partition('.')[0] for m in set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("room", ["", ".diagnostics", ".nodes", ".resources", ".methodology"])
def test_the_package_is_light(room: str) -> None:
    outside = loaded_by(f"import kpiformula{room}") - sys.stdlib_module_names
    assert outside == {"kpiformula"}


def test_reading_methodologies_loads_no_mathematics() -> None:
    loaded = loaded_by("import kpiformula; kpiformula.load(kpiformula.available()[0])")
    assert {"yaml", "pydantic"} <= loaded
    assert not loaded & {"sympy", "pint", "lark", "typer"}


def test_every_public_name_is_there() -> None:
    for name in kpiformula.__all__:
        assert getattr(kpiformula, name) is not None
    assert set(kpiformula.__all__) <= set(dir(kpiformula))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'parze'"):
        kpiformula.parze  # noqa: B018


def test_what_is_typed_is_what_is_handed_on() -> None:
    tree = ast.parse((ROOT / "kpiformula/__init__.py").read_text(encoding="utf-8"))
    typed = {
        alias.name: str(node.module).removeprefix("kpiformula.")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("kpiformula.")
        for alias in node.names
    }
    assert typed == kpiformula._ROOM_OF
    assert sorted(typed) == sorted(kpiformula.__all__)
