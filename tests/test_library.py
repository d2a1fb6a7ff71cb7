"""Methodology files: what is read, what is refused, and where the refusal points."""

import json
import pickle
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kpiformula import MethodologyError, available, json_schema, load
from kpiformula.resources import resource_root

HEAD = """\
id: example
name: {en: "Example"}
language: en
source: {file: example.txt, title: "Annual plan"}
years: [2024, 2025]
parts: [first]
categories: [national]
inputs:
  students:
    name: {en: "students"}
    unit: student
"""

PART = """\
part: first
name: {en: "First part"}
indicators:
  - code: "1.10"
    name: {en: "no"}
    printed_unit: "%"
    unit: percent
    kind: share
    basis: printed
    direction: at_least
    direction_printed: false
    targets: {2024: "-", 2025: "7 159,50"}
    ministry_indicator: true
    source: {line: 12, cell: 13-15}
    cell: |
      H = G / F * 100,
        where G - graduates;
      F - students
    symbols:
      F: {input: students, unit: student}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(head: str = HEAD, part: str = PART) -> Path:
        (tmp_path / "methodology.yaml").write_text(head, encoding="utf-8")
        (tmp_path / "first.yaml").write_text(part, encoding="utf-8")
        return tmp_path

    return write


def edited(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def refusal(folder: Path) -> MethodologyError:
    with pytest.raises(MethodologyError) as caught:
        load(folder)
    assert isinstance(caught.value, ValueError)
    return caught.value


def places(refused: MethodologyError) -> list[tuple[str, str, int, int]]:
    found = []
    for diagnostic in refused.diagnostics:
        assert diagnostic.source is not None
        assert diagnostic.position is not None
        found.append((diagnostic.code, Path(diagnostic.source.name).name, *diagnostic.position))
    return found


# --- what is read ------------------------------------------------------------------------------


def test_a_methodology_is_a_mapping_of_codes(write: Write) -> None:
    methodology = load(write())
    assert list(methodology) == ["1.10"]
    assert len(methodology) == 1
    assert methodology.years == (2024, 2025)
    assert methodology.inputs["students"].name["en"] == "students"
    assert [part.id for part in methodology.parts] == ["first"]
    with pytest.raises(KeyError):
        methodology["1.1"]


def test_an_indicator_holds_what_the_file_says(write: Write) -> None:
    indicator = load(write())["1.10"]
    assert indicator.part == "first"
    assert (indicator.unit, indicator.printed_unit, indicator.kind) == ("percent", "%", "share")
    assert indicator.direction_printed is False
    assert indicator.ministry_indicator is True
    assert indicator.owner is None
    assert str(indicator.source) == "example.txt:12"
    assert str(indicator.cell_source) == "example.txt:13-15"
    assert indicator.symbols["F"].input == "students"
    assert indicator.cell == "H = G / F * 100,\n  where G - graduates;\nF - students"


def test_targets_keep_what_is_printed(write: Write) -> None:
    targets = load(write())["1.10"].targets
    assert list(targets) == [2024, 2025]
    assert (targets[2024].printed, targets[2024].value, targets[2024].decimals) == ("-", None, None)
    assert targets[2025].value == Fraction("7159.50")
    assert targets[2025].decimals == 2


@pytest.mark.parametrize("printed", ["1:6", "no", "~", "1.10", "0x1F", "1_000", "2024-01-01", ""])
def test_scalars_stay_text(write: Write, printed: str) -> None:
    part = edited(PART, '2024: "-"', f"2024: {printed}")
    part = edited(part, 'code: "1.10"', f"code: {printed or 'x'}")
    methodology = load(write(part=part))
    indicator = methodology[printed or "x"]
    assert indicator.targets[2024].printed == printed
    assert (indicator.targets[2024].decimals is None) == (printed != "1.10")


def test_a_path_may_name_the_folder_or_the_head(write: Write) -> None:
    folder = write()
    assert load(folder) == load(str(folder)) == load(folder / "methodology.yaml")


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(write: Write) -> None:
    folder = write()
    plain = load(folder)
    for name in ("methodology.yaml", "first.yaml"):
        path = folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(folder) == plain
    assert load(folder)["1.10"].places["cell"] == plain["1.10"].places["cell"]


def test_data_pickles_and_compares_by_meaning(write: Write) -> None:
    methodology = load(write())
    again = pickle.loads(pickle.dumps(methodology))
    assert again == methodology
    assert hash(again) == hash(methodology)
    changed = load(write(part=edited(PART, "G / F", "F / G")))
    assert changed != methodology
    assert list(changed) == list(methodology)


def test_a_parsed_indicator_pickles_too(write: Write) -> None:
    indicator = load(write())["1.10"]
    formula = indicator.formula
    again = pickle.loads(pickle.dumps(indicator))
    assert again == indicator
    assert again.formula == formula


# --- formulas ----------------------------------------------------------------------------------


def test_the_formula_is_parsed_once_and_points_into_the_file(write: Write) -> None:
    indicator = load(write())["1.10"]
    assert str(indicator.formula) == "H = G / F * 100"
    assert indicator.formula is indicator.formula
    assert indicator.reading is indicator.formula
    assert (indicator.places["cell"].line, indicator.places["cell"].column) == (16, 7)


@pytest.mark.parametrize(
    ("cell", "line", "column"),
    [
        ("cell: |\n      H = G F * 100\n", 16, 11),
        ("cell: |  # as printed\n\n\n      H =\n        G F * 100\n", 19, 9),
        ("cell: |2\n      H = G F\n", 16, 11),
        ("cell: H = G F\n", 15, 15),
        ('cell: "H = G F"\n', 15, 16),
    ],
)
def test_findings_of_a_cell_have_their_place_in_the_file(
    write: Write, cell: str, line: int, column: int
) -> None:
    start, end = PART.index("cell: |"), PART.index("    symbols:")
    indicator = load(write(part=PART[:start] + cell + PART[end:]))["1.10"]
    with pytest.raises(ValueError, match="KF107") as caught:
        _ = indicator.formula
    (diagnostic,) = caught.value.diagnostics  # type: ignore[attr-defined]
    assert diagnostic.source.name.endswith("first.yaml")
    assert diagnostic.source.text == indicator.cell
    assert diagnostic.position[0] == line
    assert abs(diagnostic.position[1] - column) <= len("G F")


@pytest.mark.parametrize("cell", [r'"H = G /\nF"', "H = G /\n      F", ">\n      H = G /\n      F"])
def test_line_breaks_are_kept_by_a_block_only(write: Write, cell: str) -> None:
    start, end = PART.index("|"), PART.index("    symbols:")
    refused = refusal(write(part=f"{PART[:start]}{cell}\n{PART[end:]}"))
    assert places(refused) == [("KF406", "first.yaml", 15, 11)]
    assert "a block `|`" in str(refused)


ERRATUM = """\
    erratum:
      formula: "G / F * K"
      reason: "The unit is no per cent."
      answers: [KF303]
"""


def test_the_reading_is_the_erratum_with_the_printed_legend(write: Write) -> None:
    cell = "F - students; K - coefficient for national universities - 1,5; regional - 1"
    part = edited(PART, "F - students\n", f"{cell}\n") + ERRATUM
    indicator = load(write(part=edited(part, "F * 100", "F * 100 * K")))["1.10"]
    assert str(indicator.formula) == "H = G / F * 100 * K"
    assert str(indicator.reading) == "H = G / F * K"
    assert indicator.reading.factor == 1
    assert indicator.reading.symbols["G"].definition == "graduates"
    assert indicator.reading.symbols["K"].role == "coefficient"
    assert indicator.reading.coefficients == indicator.formula.coefficients
    assert [case.value for case in indicator.reading.coefficients["K"].cases] == [
        Fraction("1.5"),
        Fraction(1),
    ]


def test_an_erratum_mends_a_cell_that_cannot_be_read(write: Write) -> None:
    part = edited(PART, "H = G / F * 100,", "H = G F * 100,") + ERRATUM
    indicator = load(write(part=part))["1.10"]
    assert str(indicator.reading) == "G / F * K"
    with pytest.raises(ValueError, match="KF107"):
        _ = indicator.formula


def test_an_erratum_that_cannot_be_read_points_to_itself(write: Write) -> None:
    indicator = load(write(part=PART + ERRATUM.replace("G / F * K", "G / ")))["1.10"]
    with pytest.raises(ValueError, match="KF") as caught:
        _ = indicator.reading
    assert caught.value.diagnostics[0].position[0] == 22  # type: ignore[attr-defined]


# --- what is refused ---------------------------------------------------------------------------

PART_REFUSALS = [
    ("KF401", "  - code:", "  - - code:", (5, 5), "not YAML"),
    ("KF401", 'name: {en: "F', 'name: {? [en] : "F', (2, 10), "a key is a text"),
    ("KF401", "part: first\n", "part: first\n---\n", (2, 1), "a second document"),
    ("KF401", "First part", "First \x07 part", (2, 19), "U+0007"),
    ("KF402", "part: first", "part: &p first", (1, 7), "anchor `&p`"),
    ("KF402", "kind: share", "kind: *k", (8, 11), "alias `*k`"),
    ("KF402", "kind: share", "kind: !!str share", (8, 11), "tag"),
    ("KF402", "kind: share", "kind: !!python/object:os.system share", (8, 11), "tag"),
    ("KF403", "    kind: share\n", "    kind: share\n    unit: level\n", (9, 5), "on line 7"),
    ("KF404", "    kind: share\n", "    kid: share\n    kind: share\n", (8, 5), "`kind`?"),
    ("KF404", "unit: student}", "unit: student, weight: 2}", (20, 43), "input, unit"),
    ("KF404", 'name: {en: "no"}', 'name: {en: "no", fr: "non"}', (5, 22), "known are: kk, ru, en"),
    ("KF405", "    kind: share\n", "", (4, 5), "`kind` is missing"),
    ("KF405", "input: students, ", "", (20, 10), "`input` is missing"),
    ("KF406", "kind: share", "kind: shares", (8, 11), "did you mean `share`?"),
    ("KF406", "printed: false", "printed: no", (11, 24), "true or false, not `no`"),
    ("KF406", "line: 12", "line: 012x", (14, 20), "a line number"),
    ("KF406", "cell: 13-15", "cell: 13..15", (14, 30), "such as 2040-2074"),
    ("KF406", "cell: 13-15", "cell: 15-13", (14, 30), "before they begin"),
    ("KF406", "{2024:", "{24:", (12, 15), "a year such as 2027"),
    ("KF406", "{2024:", "{2023:", (12, 15), "not among the years"),
    ("KF406", '2024: "-"', "2024: [1]", (12, 21), "should be a text"),
    ("KF406", "cell: |", "cell: >", (15, 11), "a block `|`"),
    ("KF406", "part: first", "part: second", (1, 7), "`part` should be `first`"),
    ("KF406", 'name: {en: "no"}', "name: {}", (5, 11), "texts by language"),
    ("KF406", 'name: {en: "no"}', "name: no", (5, 11), "not `no`"),
    ("KF407", "input: students", "input: student", (20, 18), "did you mean `students`?"),
    ("KF904", 'printed_unit: "%"', f"printed_unit: {'[' * 60}", (6, 66), "50 deep"),
]


@pytest.mark.parametrize(("code", "old", "new", "place", "words"), PART_REFUSALS)
def test_a_wrong_part_is_refused_with_its_place(
    write: Write, code: str, old: str, new: str, place: tuple[int, int], words: str
) -> None:
    refused = refusal(write(part=edited(PART, old, new)))
    assert places(refused) == [(code, "first.yaml", *place)]
    assert words in str(refused)


HEAD_REFUSALS = [
    ("KF404", "language: en", "language: en\nlang: en", (4, 1), "did you mean `language`?"),
    ("KF405", "language: en\n", "", (1, 1), "`language` is missing"),
    ("KF406", "language: en", "language: de", (3, 11), "one of kk, ru, en, not `de`"),
    ("KF406", "[2024, 2025]", "[2024, 2O25]", (5, 15), "a year such as 2027, not `2O25`"),
    ("KF406", "  students:", "  Students:", (9, 3), "small Latin letters"),
    ("KF408", "[2024, 2025]", "[2024, 2025, 2024]", (5, 21), "listed twice"),
    ("KF408", "[first]", "[first, first]", (6, 16), "listed twice"),
    ("KF409", "[first]", "[first, second]", (6, 16), "cannot be read"),
]


@pytest.mark.parametrize(("code", "old", "new", "place", "words"), HEAD_REFUSALS)
def test_a_wrong_head_is_refused_with_its_place(
    write: Write, code: str, old: str, new: str, place: tuple[int, int], words: str
) -> None:
    refused = refusal(write(head=edited(HEAD, old, new)))
    assert (code, "methodology.yaml", *place) in places(refused)
    assert words in str(refused)


def test_a_part_is_no_way_out_of_the_folder(write: Write) -> None:
    refused = refusal(write(head=edited(HEAD, "[first]", "[../first]")))
    assert places(refused) == [("KF406", "methodology.yaml", 6, 9)]


def test_a_code_given_twice_names_both_places(write: Write) -> None:
    row = PART[PART.index("  - code") :]
    refused = refusal(write(part=PART + row))
    assert places(refused) == [("KF408", "first.yaml", 21, 11)]
    assert "first.yaml:4" in str(refused)


def test_all_findings_of_all_files_come_at_once(write: Write) -> None:
    head = edited(HEAD, "language: en", "language: de")
    part = edited(edited(PART, "kind: share", "kind: shares"), "line: 12", "line: x")
    assert places(refusal(write(head, part))) == [
        ("KF406", "methodology.yaml", 3, 11),
        ("KF406", "first.yaml", 8, 11),
        ("KF406", "first.yaml", 14, 20),
    ]


def test_the_list_of_findings_has_an_end(write: Write) -> None:
    extra = "".join(f"key{i}: x\n" for i in range(250))
    refused = refusal(write(part=PART + extra))
    assert len(refused.diagnostics) == 201
    assert "50 more findings" in str(refused.diagnostics[-1])


def test_another_encoding_is_refused_with_the_byte(write: Write) -> None:
    folder = write()
    text = edited(PART, "First part", "Бірінші бөлік")
    (folder / "first.yaml").write_bytes(text.encode("utf-8").replace("і".encode(), b"\xb3", 1))
    refused = refusal(folder)
    assert places(refused) == [("KF401", "first.yaml", 2, 14)]
    assert "not UTF-8 at byte 26" in str(refused)


def test_a_methodology_has_a_greatest_size(write: Write) -> None:
    folder = write()
    for name in ("methodology.yaml", "first.yaml"):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8") + "#" * 2_600_000, encoding="utf-8")
    refused = refusal(folder)
    assert refused.code == "KF907"
    assert "first.yaml" in str(refused)


@pytest.mark.parametrize(
    "name", ["ktu-program-2024-2029", "", "nothing", "a\0b", "x" * 5000, "methodologies/none"]
)
def test_what_is_not_there_is_not_found(name: str) -> None:
    with pytest.raises(MethodologyError) as caught:
        load(name)
    assert caught.value.code == "KF409"
    assert "ktu-programme-2024-2029" in str(caught.value)


def test_a_folder_without_a_head_is_not_found(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "KF409"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text() | st.text(alphabet="ab:-[]{}|>&*!%#?,'\"\n \t\r\x85\u2028"))
@example("a: |\n\x85\x85  b")
@example("? |\n b\n: c")
@example("%TAG ! tag:x,2000:\n---\na: 1")
@example("- - - -\n - [")
@example("\ufeffpart: first")
def test_any_text_loads_or_is_refused(write: Write, text: str) -> None:
    folder = write()
    for name, printed in (("first.yaml", text), ("methodology.yaml", text)):
        (folder / name).write_bytes(printed.encode("utf-8", "surrogatepass"))
        refused = refusal(folder)
        assert refused.diagnostics
        assert str(refused)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, len(PART)),
    gone=st.integers(0, 12),
    put=st.text(alphabet="a1:-[]{}|>&*!#,'\" \n", max_size=4),
)
def test_a_mutated_file_is_refused_or_its_cells_are_where_they_say(
    write: Write, at: int, gone: int, put: str
) -> None:
    part = PART[:at] + put + PART[at + gone :]
    with suppress(MethodologyError):
        for indicator in load(write(part=part)).values():
            at_cell = indicator.places["cell"]
            shown = part.split("\n")[at_cell.line - 1 :]
            for line, text in zip(indicator.cell.split("\n"), shown, strict=False):
                assert text[at_cell.column - 1 :].startswith(line)


# --- what is shipped ---------------------------------------------------------------------------


def test_the_shipped_methodologies_load() -> None:
    assert "ktu-programme-2024-2029" in available()
    for name in available():
        methodology = load(name)
        assert methodology.id == name
        assert len(methodology) > 0


@pytest.mark.parametrize("name", available())
def test_every_shipped_formula_and_erratum_can_be_read(name: str) -> None:
    for indicator in load(name).values():
        if indicator.basis != "unstated":
            printed = indicator.formula.symbols if indicator.formula is not None else ()
            known = {*printed, *indicator.reading.symbols}
            assert set(indicator.symbols) <= known, indicator.code


@pytest.mark.parametrize("file", ["methodology", "part", "populations", "crosswalk"])
def test_the_shipped_schemas_are_fresh(file: str) -> None:
    """To renew: ``json.dump(kpiformula.json_schema(file), ..., indent=2)``."""
    shipped = resource_root("methodologies").joinpath(f"{file}.schema.json")
    assert json.loads(shipped.read_text(encoding="utf-8")) == json_schema(file)  # type: ignore[arg-type]
