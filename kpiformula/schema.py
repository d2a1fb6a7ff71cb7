"""The closed schema of methodology files, and what is wrong with a file, each with its place.

Every value arrives as text; numbers and flags are read here. An unknown key is an error that
lists the keys that are known.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, WithJsonSchema
from pydantic_core import ErrorDetails, core_schema

from kpiformula.criteria.dictionary import FieldType
from kpiformula.datafile import MAX_FINDINGS, Scalar, Written, at, key_span, plain
from kpiformula.diagnostics import Diagnostic, MethodologyError, Source, error, info
from kpiformula.methodology import Basis, Direction, Kind, Language

MAX_NAMED = 30
"""Words listed in an advice; there may be hundreds."""

ID = r"^[a-z0-9]+([-_][a-z0-9]+)*$"


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError(text)
    return int(text)


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


# What a constrained value should be is said once, in its description: editors show it, and so do
# the messages here.
NotEmpty = Annotated[str, Field(pattern=r"\S", description="a text that is not empty")]
Id = Annotated[
    str, Field(pattern=ID, description="small Latin letters and digits, joined by - or _")
]
Year = Annotated[
    int, Field(ge=1900, le=2200, description="a year such as 2027"), BeforeValidator(_whole)
]
Line = Annotated[int, Field(ge=1, description="a line number, from 1"), BeforeValidator(_whole)]
Lines = Annotated[
    str,
    Field(pattern=r"^[1-9][0-9]{0,7}(-[1-9][0-9]{0,7})?$"),
    WithJsonSchema(
        {"type": ["string", "integer"], "description": "a line, or lines such as 2040-2074"}
    ),
]
Place = Annotated[
    int, Field(ge=0, description="a place in a list, from 0"), BeforeValidator(_whole)
]
Word = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_]*$", description="small Latin letters, digits and _"),
]
Flag = Annotated[bool, Field(description="true or false"), BeforeValidator(_flag)]
Date = Annotated[
    str,
    Field(pattern=r"^[12][0-9]{3}-[01][0-9]-[0-3][0-9]$", description="a date such as 2024-06-14"),
]
FindingCode = Annotated[
    str, Field(pattern=r"^KF[0-9]{3}$", description="the code of a finding, such as KF301")
]
Names = Annotated[
    dict[Language, NotEmpty], Field(min_length=1, description="texts by language: kk, ru, en")
]


Figures = Annotated[
    dict[Year, str],
    Field(
        json_schema_extra={
            "propertyNames": {"pattern": "^[12][0-9]{3}$", "description": "a year such as 2027"}
        }
    ),
]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DocumentEntry(_Closed):
    """The printed document: its file, its title as printed."""

    file: NotEmpty
    title: NotEmpty
    effective: Date | None = None
    amended_by: NotEmpty | None = None


class InputEntry(_Closed):
    """A named raw count."""

    name: Names
    unit: NotEmpty


class HeadFile(_Closed):
    """The file ``methodology.yaml``."""

    id: Id
    name: Names
    language: Language
    source: DocumentEntry
    years: list[Year]
    parts: list[Id]
    categories: list[Id]
    inputs: dict[Id, InputEntry]
    populations: list[Id] = []


class FieldEntry(_Closed):
    """A field of a record."""

    type: FieldType
    name: Names
    unit: NotEmpty | None = None
    values: dict[Word, Names] = {}
    empty: Literal["unknown", "none"] = "unknown"


class PopulationEntry(_Closed):
    """What a record is, and its fields; ``key`` is the field by which one is counted once."""

    name: Names
    unit: NotEmpty
    key: Word
    fields: dict[Word, FieldEntry]


class DefinitionEntry(_Closed):
    """A condition with a name, which rules of a population may use."""

    population: Word
    rule: NotEmpty
    name: Names


class PopulationFile(_Closed):
    """A file of the data dictionary."""

    populations: dict[Word, PopulationEntry]
    definitions: list[DefinitionEntry] = []


class CriterionEntry(_Closed):
    """A rule, the printed text that it formalises, and the part of it."""

    rule: NotEmpty
    cites: NotEmpty
    quote: NotEmpty


class QuestionEntry(_Closed):
    """A question that a printed text leaves open, and where."""

    question: NotEmpty
    cites: NotEmpty
    quote: NotEmpty


class SelectionEntry(_Closed):
    """How a count is taken from records: ``of`` a population, or ``within`` another count."""

    of: Word | None = None
    within: NotEmpty | None = None
    where: list[CriterionEntry] = []
    except_: list[CriterionEntry] = Field(default=[], alias="except")
    undecided: list[QuestionEntry] = []
    sum: Word | None = None
    mean: Word | None = None
    per: Word | None = None
    only: Word | None = None
    evidence: list[Place] = []


class SourceEntry(_Closed):
    """Lines of the printed document: of an indicator's code, its figures, its calculation cell."""

    line: Line
    figures: Lines | None = None
    cell: Lines | None = None


class SymbolEntry(_Closed):
    """What a symbol stands for: an input, and a unit."""

    input: Id
    unit: NotEmpty


class ErratumEntry(_Closed):
    """The formula that is meant, why, and the findings that it answers."""

    formula: NotEmpty
    reason: NotEmpty
    answers: list[FindingCode]


class BaselineEntry(_Closed):
    """The figure from which the targets start."""

    year: Year
    figure: NotEmpty


class AlsoPrintedEntry(_Closed):
    """Figures of an indicator that the document prints at another place as well."""

    lines: Lines
    figures: Figures


class PhraseEntry(_Closed):
    """A criterion or a confirming document, as printed, and its lines."""

    text: NotEmpty
    lines: Lines


class IndicatorEntry(_Closed):
    """One indicator.

    What its basis asks for: ``printed`` and ``worded`` a cell with its lines, ``name`` a formula
    that words what the name states, ``observed`` an input, ``unstated`` a reason.
    """

    code: NotEmpty
    name: Names
    printed_unit: str
    unit: NotEmpty
    kind: Kind
    basis: Basis
    reason: NotEmpty | None = None
    direction: Direction | None = None
    direction_printed: Flag = False
    baseline: BaselineEntry | None = None
    targets: Figures
    also_printed: list[AlsoPrintedEntry] = []
    sum_of: list[NotEmpty] = []
    includes: list[NotEmpty] = []
    same_as: NotEmpty | None = None
    complement_of: NotEmpty | None = None
    owner: NotEmpty | None = None
    report: NotEmpty | None = None
    ministry_indicator: Flag = False
    source: SourceEntry
    cell: NotEmpty | None = None
    formula: NotEmpty | None = None
    input: Id | None = None
    symbols: dict[NotEmpty, SymbolEntry] = {}
    erratum: ErratumEntry | None = None
    include: list[PhraseEntry] = []
    exclude: list[PhraseEntry] = []
    evidence: list[PhraseEntry] = []
    counts: dict[NotEmpty, SelectionEntry] = {}
    uncertain: NotEmpty | None = None


class PartFile(_Closed):
    """The file of a part."""

    part: Id
    name: Names
    indicators: list[IndicatorEntry]


class NearEntry(_Closed):
    """A row that is near a quantity without being it, and wherein it differs."""

    code: NotEmpty
    remark: NotEmpty


class QuantityEntry(_Closed):
    """A quantity and its rows by methodology: those that are it, those that are near it."""

    id: Id
    name: Names
    exact: dict[Id, NotEmpty] = {}
    near: dict[Id, NearEntry] = {}
    remark: NotEmpty | None = None


class CrosswalkFile(_Closed):
    """The file ``crosswalk.yaml``; ``issuers`` lists the methodologies of each institution."""

    issuers: dict[Id, list[Id]]
    quantities: list[QuantityEntry]


class _Schema(GenerateJsonSchema):
    """The JSON Schema of what a file may hold: a key is given or left out, never null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


_FILES: dict[str, tuple[type[BaseModel], str]] = {
    "methodology": (HeadFile, "the file of a methodology"),
    "part": (PartFile, "the file of a part"),
    "populations": (PopulationFile, "a file of the data dictionary"),
    "crosswalk": (CrosswalkFile, "the crosswalk of methodologies"),
}


def json_schema(
    file: Literal["methodology", "part", "populations", "crosswalk"] = "methodology",
) -> dict[str, Any]:
    """Return the JSON Schema, for editors.

    It is that of ``methodology.yaml``, of the file of a part, of one of the data dictionary, or of
    ``crosswalk.yaml``.
    """
    model, title = _FILES[file]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(schema_generator=_Schema),
        "title": f"kpiformula: {title}",
    }


M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], written: Written, source: Source) -> M:
    """Return the content of a file.

    Raises:
        MethodologyError: with all findings: KF404 unknown key, KF405 missing key, KF406 wrong
            value.
    """
    try:
        return model.model_validate(plain(written))
    except ValidationError as failure:
        details = failure.errors(include_url=False, include_context=False)
    schema = model.model_json_schema(schema_generator=_Schema)
    findings = [_finding(d, schema, written, source) for d in details[:MAX_FINDINGS]]
    if len(details) > MAX_FINDINGS:
        findings.append(info("KF400", f"{len(details) - MAX_FINDINGS} more findings", None, source))
    raise MethodologyError(*findings)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return advice: the known word that may be meant, or all that are known."""
    words = list(known)
    close = get_close_matches(word[:60], words, n=1)
    if close:
        known_are = f" known are: {', '.join(words)}" if len(words) <= MAX_NAMED else ""
        return f"did you mean `{close[0]}`?{known_are}"
    if len(words) > MAX_NAMED:
        return f"{len(words)} are known, none of them like it: {', '.join(words[:MAX_NAMED])}, …"
    return f"known are: {', '.join(words)}" if words else "none is known"


def _finding(
    detail: ErrorDetails, schema: dict[str, Any], written: Written, source: Source
) -> Diagnostic:
    path = [step for step in detail["loc"] if step != "[key]"]
    node, wanted = at(written, *path), _part_of(schema, path)
    if not path:
        return error("KF406", f"the file should be {_wish(wanted)}", node.span, source)
    parent = _part_of(schema, path[:-1])
    key = next(str(step) for step in reversed(path) if isinstance(step, str))
    if detail["type"] == "missing":
        return error("KF405", f"`{key}` is missing", at(written, *path[:-1]).span, source)
    keys = parent.get("propertyNames", {})
    if detail["type"] == "extra_forbidden" or (detail["loc"][-1] == "[key]" and "enum" in keys):
        known = keys.get("enum") or parent.get("properties", ())
        return error("KF404", f"unknown key `{key[:60]}`", key_span(written, *path), source,
                     help=nearest(key, known))  # fmt: skip
    if detail["loc"][-1] == "[key]":
        message = f"the key `{key[:60]}` should be {_wish(keys)}"
        return error("KF406", message, key_span(written, *path), source)
    got, advice = "", {}
    if isinstance(node, Scalar):
        got = f", not `{node.text[:60]}`"
        advice = {"help": nearest(node.text, wanted["enum"])} if "enum" in wanted else {}
    return error("KF406", f"`{key}` should be {_wish(wanted)}{got}", node.span, source, **advice)


def _part_of(schema: dict[str, Any], path: Iterable[str | int]) -> dict[str, Any]:
    """Return what the schema says of the value at the end of a path."""
    part = schema
    for step in path:
        if isinstance(step, int):
            part = part.get("items", {})
        elif step in part.get("properties", {}):
            part = part["properties"][step]
        else:
            others = part.get("patternProperties", {}).values()
            part = next(iter(others), part.get("additionalProperties") or {})
        if "$ref" in part:
            part = schema["$defs"][part["$ref"].rpartition("/")[2]]
    return part


_TYPES = {"object": "a mapping", "array": "a list", "string": "a text"}


def _wish(wanted: dict[str, Any]) -> str:
    if "enum" in wanted:
        return f"one of {', '.join(wanted['enum'])}"
    return str(wanted.get("description") or _TYPES[wanted["type"]])
