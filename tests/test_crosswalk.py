"""The crosswalk: what is read, what is refused and where, and what the shipped one says."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from kpiformula import Crosswalk, MethodologyError, available, load, load_crosswalk

NATIONAL, KTU = "national-concept-2023-2029", "ktu-programme-2024-2029"

TEXT = f"""\
issuers:
  ktu: [{KTU}]
quantities:
  - id: foreign-students
    name: {{en: "Foreign students"}}
    exact:
      {NATIONAL}: "6/7"
    near:
      {KTU}: {{code: "2.3.1", remark: "All of them."}}
    remark: "Example."
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "crosswalk.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def edited(old: str, new: str) -> str:
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


def test_a_crosswalk_holds_what_the_file_says(write: Write) -> None:
    crosswalk = load_crosswalk(write(TEXT))
    (quantity,) = crosswalk.quantities
    assert (quantity.id, quantity.name["en"], quantity.remark) == (
        "foreign-students", "Foreign students", "Example.",
    )  # fmt: skip
    exact, near = quantity.members
    assert (exact.methodology, exact.code, exact.same, exact.remark) == (
        NATIONAL, "6/7", "exact", None,
    )  # fmt: skip
    assert (near.code, near.same, near.remark) == ("2.3.1", "near", "All of them.")
    assert crosswalk.quantity(KTU, "2.3.1") is quantity
    assert crosswalk.quantity(KTU, "6/7") is None
    assert quantity.member(KTU) is near
    assert quantity.member("metu-programme-2023-2029") is None
    assert crosswalk.issuers == {KTU: "ktu"}
    again = pickle.loads(pickle.dumps(crosswalk))
    assert again == crosswalk
    assert again.quantity(NATIONAL, "6/7") == quantity


REFUSALS = [
    ("KF404", "    remark: ", "    remarks: ", (10, 5), "did you mean `remark`?"),
    ("KF405", ', remark: "All of them."', "", (9, 32), "`remark` is missing"),
    ("KF406", "id: foreign-students", "id: Foreign", (4, 9), "small Latin letters"),
    ("KF403", "    remark: ", "    id: ", (10, 5), "on line 4"),
    ("KF440", '"6/7"', '"6/77"', (7, 35), "has no indicator `6/77`"),
    ("KF440", 'code: "2.3.1"', 'code: "23.1"', (9, 39), "did you mean `2.3.1`?"),
    ("KF440", f"  {NATIONAL}", "  national-concept", (7, 7), f"did you mean `{NATIONAL}`?"),
    ("KF440", f"[{KTU}]", "[ktu]", (2, 9), "no methodology has the id `ktu`"),
    ("KF408", f"[{KTU}]", f"[{KTU}, {KTU}]", (2, 34), "has an issuer already"),
    ("KF408", f'{NATIONAL}: "6/7"', f'{KTU}: "1.1.1"', (9, 7), "has an exact row"),
    ("KF441", f'      {NATIONAL}: "6/7"\n', "      {}\n", (4, 9), "one document at most"),
]


@pytest.mark.parametrize(("code", "old", "new", "place", "words"), REFUSALS)
def test_a_wrong_crosswalk_is_refused_with_its_place(
    write: Write, code: str, old: str, new: str, place: tuple[int, int], words: str
) -> None:
    path = write(edited(old, new))
    with pytest.raises(MethodologyError) as caught:
        load_crosswalk(path)
    (found,) = caught.value.diagnostics
    assert (found.code, found.position) == (code, place)
    assert found.location.startswith(f"{path}:")
    assert words in str(found)


def test_a_row_is_in_one_quantity(write: Write) -> None:
    again = TEXT[TEXT.index("  - id") :]
    with pytest.raises(MethodologyError) as caught:
        load_crosswalk(write(TEXT + again))
    assert [(d.code, d.position) for d in caught.value.diagnostics] == [
        ("KF408", (11, 9)),
        ("KF408", (14, 35)),
        ("KF408", (16, 39)),
    ]


def test_rows_of_ones_own_methodologies_are_known(write: Write) -> None:
    own = load(KTU)
    object.__setattr__(own, "id", "mine")
    text = TEXT.replace(KTU, "mine")
    with pytest.raises(MethodologyError, match="KF440"):
        load_crosswalk(write(text))
    assert load_crosswalk(write(text), [own]).quantity("mine", "2.3.1") is not None


@pytest.mark.parametrize("name", ["none.yaml", ".", "a\0b"])
def test_what_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(MethodologyError, match="KF409"):
        load_crosswalk(tmp_path / name)


def test_a_crosswalk_has_a_greatest_size(write: Write) -> None:
    with pytest.raises(MethodologyError, match="KF907"):
        load_crosswalk(write(TEXT + "#" * 5_000_000))


# --- what is shipped ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Crosswalk:
    return load_crosswalk()


def test_every_shipped_methodology_is_in_the_crosswalk(shipped: Crosswalk) -> None:
    assert {m.methodology for q in shipped.quantities for m in q.members} == set(available())
    assert set(shipped.issuers) == set(available())
    assert shipped.same_issuer(KTU, "ktu-directions-2024-2029")
    assert not shipped.same_issuer(KTU, NATIONAL)
    assert not shipped.same_issuer("unknown", "other")


def test_exact_rows_measure_the_same(shipped: Crosswalk) -> None:
    """Counts of one thing, amounts of money, plain numbers: whatever else, it can be converted."""
    from kpiformula.units import conversion

    loaded = {name: load(name) for name in available()}
    for quantity in shipped.quantities:
        rows = [loaded[m.methodology][m.code] for m in quantity.members if m.same == "exact"]
        assert all(conversion(rows[0].unit, row.unit) is not None for row in rows), quantity.id
        assert len({row.direction for row in rows}) <= 1, quantity.id


def test_rows_of_one_name_and_unit_are_not_left_out(shipped: Crosswalk) -> None:
    from kpiformula.comparison import words

    seen: dict[tuple[object, str], tuple[str, str]] = {}
    for methodology in available():
        for code, row in load(methodology).items():
            key = words(row.name["kk"]), row.unit
            other = seen.setdefault(key, (methodology, code))
            if other[0] != methodology:
                quantity = shipped.quantity(methodology, code)
                assert quantity is not None, (methodology, code, other)
                assert quantity is shipped.quantity(*other), (methodology, code, other)
