"""The rooms of the package: who may import whom, and what nobody may call."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "kpiformula"

ROOMS = (
    "resources",
    "diagnostics",
    "mapping",
    "nodes",
    "text",
    "amounts",
    "figures",
    "grammar",
    "brackets",
    "words",
    "operands",
    "statement",
    "legend",
    "prose",
    "clauses",
    "regions",
    "scoring",
    "letters",
    "cell",
    "latex",
    "algebra",
    "formula",
    "assembly",
    "reading",
    "spellings",
    "units",
    "unit_check",
    "criteria",
    "thresholds",
    "methodology",
    "datafile",
    "schema",
    "library",
    "fingerprint",
    "crosswalk",
    "intervals",
    "reported",
    "arithmetic",
    "ranges",
    "counting",
    "cause",
    "coefficients",
    "counts",
    "rough_counts",
    "results",
    "evaluation",
    "formula_change",
    "comparison",
    "benchmarking",
    "feasibility",
    "verification",
    "diagnosis",
    "doubts",
    "checking",
    "neighbours",
    "consistency",
    "planning",
    "frames",
    "linting",
    "tables",
    "runs",
    "report",
    "notebook",
    "testing",
    "cli",
)
"""From top to bottom: data flows down, imports go up."""

OUTSIDE = {
    "lark": {"grammar"},
    "sympy": {"algebra", "criteria"},
    "pint": {"units"},
    "yaml": {"datafile"},
    "pydantic": {"schema"},
    "pydantic_core": {"schema"},
    "narwhals": {"counting", "frames"},
    "openpyxl": {"tables"},
    "defusedxml": {"tables"},
    "xlsxwriter": {"tables"},
    "great_tables": {"report", "notebook"},
    "altair": {"report", "notebook"},
    "hypothesis": {"testing"},
    "typer": {"cli"},
    "rich": {"cli"},
}
"""Each outside library and the rooms through which it enters."""

MAY_USE_FLOATS = {
    "diagnosis",
    "counting",
    "frames",
    "linting",
    "tables",
    "runs",
    "report",
    "notebook",
    "testing",
    "cli",
}

SHOWN_IN_NOTEBOOKS = {
    "benchmarking",
    "comparison",
    "counting",
    "feasibility",
    "formula",
    "methodology",
    "planning",
    "results",
    "verification",
}
"""Rooms whose data ask the notebook room, when shown there, how they look."""

LONGEST_ROOM = 450

FORBIDDEN_NAMES = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_ANYWHERE = {
    "sympify", "parse_expr", "parse_latex", "lambdify", "subs",
    "safe_load", "full_load", "unsafe_load",
}  # fmt: skip
FORBIDDEN_OF = {
    "builtins": {"eval", "exec", "compile"},
    "pickle": {"load", "loads", "Unpickler"},
    "marshal": {"load", "loads"},
    "shelve": {"open"},
    "yaml": {"load", "load_all"},
    "sympy": {"S"},
}
FORBIDDEN_METHODS = {"eval", "query"}


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def rooms() -> Iterator[tuple[str, Path, ast.Module]]:
    for path in files():
        if path != PACKAGE / "__init__.py":
            yield room_of(path), path, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and full dotted name of whatever is imported, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: write imports in full"
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


class _WithoutTypes(ast.NodeTransformer):
    """Takes out what only a type checker imports."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return node.orelse
        return self.generic_visit(node)


def offences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield what would run text as code, or load objects from data."""
    for line, name in imported(tree):
        package, _, last = name.rpartition(".")
        if last in FORBIDDEN_ANYWHERE or last in FORBIDDEN_OF.get(package, ()):
            yield line, name
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) if name in FORBIDDEN_NAMES | FORBIDDEN_ANYWHERE:
                yield node.lineno, name
            case ast.Attribute(attr=name) if name in FORBIDDEN_ANYWHERE:
                yield node.lineno, name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if (
                name in FORBIDDEN_OF.get(owner, ())
            ):
                yield node.lineno, f"{owner}.{name}"
            case ast.Call(func=ast.Attribute(attr=name)) if name in FORBIDDEN_METHODS:
                yield node.lineno, f".{name}"


def floats(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield where a number stops being exact."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="float")):
                yield node.lineno, "float()"
            case ast.Constant(value=float()):
                yield node.lineno, str(node.value)


def test_every_file_is_a_room() -> None:
    unknown = {room_of(path) for path in files()} - set(ROOMS) - {"__init__"}
    assert not unknown, f"put these rooms into the order of the rooms: {sorted(unknown)}"


def test_no_public_name_is_a_room() -> None:
    """Importing a room sets its name on the package, and would hide the public name."""
    import kpiformula

    both = set(kpiformula.__all__) & {room_of(path) for path in files()}
    assert both == set()


def test_rooms_import_upwards_only() -> None:
    wrong = []
    for room, path, tree in rooms():
        for line, name in imported(tree):
            parts = name.split(".")
            if parts[0] != "kpiformula" or parts[1] == room:
                continue
            if name == "kpiformula.notebook.html" and room in SHOWN_IN_NOTEBOOKS:
                continue
            if parts[1] not in ROOMS[: ROOMS.index(room)]:
                wrong.append(
                    f"{path.name}:{line}: {room} imports {parts[1]}, which is not above it"
                )
    assert not wrong, "\n".join(wrong)


def test_an_outside_library_enters_through_its_room() -> None:
    wrong = []
    for room, path, tree in rooms():
        for line, name in imported(_WithoutTypes().visit(tree)):
            library = name.split(".")[0]
            if library == "kpiformula" or library in sys.stdlib_module_names:
                continue
            if room not in OUTSIDE.get(library, set()):
                wrong.append(f"{path.name}:{line}: {library} does not enter through {room}")
    assert not wrong, "\n".join(wrong)


def test_nothing_runs_text_as_code() -> None:
    wrong = [f"{p.name}:{line}: {name}" for _, p, tree in rooms() for line, name in offences(tree)]
    assert not wrong, "\n".join(wrong)


def test_exact_rooms_hold_no_float() -> None:
    wrong = [
        f"{path.name}:{line}: {what}"
        for room, path, tree in rooms()
        if room not in MAY_USE_FLOATS
        for line, what in floats(tree)
    ]
    assert not wrong, "\n".join(wrong)


def test_rooms_stay_small() -> None:
    lengths = {p.name: len(p.read_text(encoding="utf-8").splitlines()) for p in files()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_ROOM} == {}


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')",
        "run = exec",
        "compile('1', '', 'eval')",
        "__import__('os')",
        "from sympy import sympify",
        "from sympy import S",
        "sympy.S('1')",
        "sympy.sympify(x)",
        "parse_expr(x)",
        "sympy.lambdify(x, y)",
        "e.subs({x: 1})",
        "pickle.loads(b)",
        "from pickle import load",
        "yaml.load(x)",
        "yaml.safe_load(x)",
        "frame.eval('a')",
        "frame.query('a')",
    ],
)
def test_the_check_sees(code: str) -> None:
    assert list(offences(ast.parse(code)))


def test_the_check_lets_pass() -> None:
    code = "import re\nre.compile('x')\nkf.load('x')\nsympy.S.One\njson.loads(x)"
    assert not list(offences(ast.parse(code)))
    found = floats(ast.parse("float(x) + 0.5 + 1"))
    assert {what for _, what in found} == {"0.5", "float()"}
