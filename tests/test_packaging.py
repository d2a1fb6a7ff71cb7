"""Wheel and sdist: the data folders are found however the package is installed."""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LOAD_EVERYTHING = """
import hashlib, json, sys
import kpiformula
from kpiformula.resources import resource_root

def files(folder, way=""):
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from files(entry, f"{way}{entry.name}/")
        else:
            yield way + entry.name, hashlib.sha256(entry.read_bytes()).hexdigest()

formulas = {
    f"{name} {code}": str(indicator.formula)
    for name in kpiformula.available()
    for code, indicator in kpiformula.load(name).items()
}
json.dump({
    "package": kpiformula.__file__,
    "version": kpiformula.__version__,
    "grammars": dict(files(resource_root("grammars"))),
    "methodologies": dict(files(resource_root("methodologies"))),
    "formulas": formulas,
}, sys.stdout)
"""


def everything(python: str | Path, cwd: Path, *, path: Path | None = None) -> dict[str, object]:
    """Load every grammar and methodology in another interpreter."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [python, "-c", LOAD_EVERYTHING],
        cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an sdist, and the wheel built from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def clean_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a new environment with the dependencies, but without the package.

    The dependencies are those of the running environment, by its folder; what is installed there
    as editable is not followed.
    """
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True)
    Path(packages.stdout.strip(), "dependencies.pth").write_text(
        f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n", encoding="utf-8"
    )
    return python


@pytest.fixture(scope="module")
def in_checkout() -> dict[str, object]:
    return everything(sys.executable, ROOT)


def data_of(found: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in found.items() if key != "package"}


def test_the_checkout_has_everything(in_checkout: dict[str, object]) -> None:
    assert Path(str(in_checkout["package"])).parent == ROOT / "kpiformula"
    for kind in ("grammars", "methodologies"):
        there = {p.relative_to(ROOT / kind).as_posix() for p in (ROOT / kind).rglob("*.*")}
        assert there == set(in_checkout[kind])  # type: ignore[call-overload]
    assert in_checkout["formulas"]


def test_an_installed_wheel_has_everything(
    wheel: Path, clean_python: Path, in_checkout: dict[str, object], tmp_path: Path
) -> None:
    installed = [sys.executable, "-m", "pip", "--python", clean_python, "install", "--no-deps"]
    subprocess.run([*installed, "-q", "--no-index", wheel], check=True, cwd=tmp_path)
    found = everything(clean_python, tmp_path)
    assert clean_python.parent.parent in Path(str(found["package"])).parents
    assert data_of(found) == data_of(in_checkout)
    command = clean_python.with_name("kpiformula")
    listed = subprocess.run([command, "list"], capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert "ktu-programme-2024-2029" in listed.stdout


def test_a_zipped_wheel_has_everything(
    wheel: Path, clean_python: Path, in_checkout: dict[str, object], tmp_path: Path
) -> None:
    found = everything(clean_python, tmp_path, path=wheel)
    assert Path(str(found["package"])).parent == wheel / "kpiformula"
    assert data_of(found) == data_of(in_checkout)


def test_the_wheel_is_typed_and_licensed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "kpiformula/py.typed" in names
    assert any(name.endswith("/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names} == {"kpiformula", wheel_info(wheel)}


def wheel_info(wheel: Path) -> str:
    name, version, *_ = wheel.name.split("-")
    return f"{name}-{version}.dist-info"


def test_the_sdist_has_what_its_tests_need(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {"/".join(name.split("/")[1:]) for name in archive.getnames()}
    assert {"README.md", "LICENSE", "pyproject.toml", "tests/conftest.py"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith(".venv")]
