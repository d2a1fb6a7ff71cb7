"""YAML as text: every scalar stays the text that was written, and every node knows its place.

Nothing is interpreted (``1:6`` and ``no`` are texts), and what could stand for something else is
refused: anchors, aliases, tags, a key given twice, a second document.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from kpiformula.diagnostics import Diagnostic, MethodologyError, Source, Span, error

MAX_BYTES = 5_000_000
"""The most that is read of one methodology, in bytes (KF907)."""

MAX_NESTING = 50
"""The deepest list or mapping that is read (KF904)."""


MAX_FINDINGS = 200
"""Findings listed for one file; a file of another kind would give thousands."""


@dataclass(slots=True)
class _Node:
    """What stands between two characters; a file has tens of thousands, so that they are plain."""

    start: int
    end: int

    @property
    def span(self) -> Span:
        """The place of the node."""
        return Span(self.start, self.end)


@dataclass(slots=True)
class Scalar(_Node):
    """A text; ``literal`` says that it is written as a block ``|``, its lines as they stand."""

    text: str
    literal: bool = False


@dataclass(slots=True)
class Items(_Node):
    """A list."""

    items: list[Written] = field(default_factory=list)


@dataclass(slots=True)
class Entries(_Node):
    """A mapping; ``keys`` has each key as it is written."""

    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, Written] = field(default_factory=dict)


Written = Scalar | Items | Entries

Plain = str | list["Plain"] | dict[str, "Plain"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def decode(data: bytes, name: str) -> Source:
    """Return the text of a file.

    Raises:
        MethodologyError: KF401 if it is not UTF-8, or holds a character that no text has.
    """
    try:
        source = Source(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as failure:
        mark = len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
        readable = data[mark : mark + failure.start].decode("utf-8")
        place = Span(len(readable), len(readable) + 1)
        message = f"not UTF-8 at byte {mark + failure.start}"
        raise MethodologyError(
            error("KF401", message, place, Source(readable, name), help="save the file as UTF-8")
        ) from None
    if stray := _UNPRINTABLE.search(source.text):
        message = f"character U+{ord(stray.group()):04X} cannot stand in a text"
        raise MethodologyError(error("KF401", message, Span(*stray.span()), source))
    return source


def read(source: Source) -> Written:
    """Return the one document of a YAML text.

    Raises:
        MethodologyError: with all findings: KF401 syntax, KF402 anchor, alias or tag, KF403 a
            key given twice, KF904 nesting.
    """
    findings: list[Diagnostic] = []
    try:
        root = _Composer(source, findings).compose()
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        start = mark.index if mark else 0
        problem = getattr(failure, "problem", None) or "this is not YAML"
        findings.append(
            error("KF401", f"not YAML: {problem}", Span(start, start + 1), source,
                  help="a text with `: `, ` #` or a sign such as `[ * & ! %` in front needs quotes")
        )  # fmt: skip
    if findings:
        raise MethodologyError(*findings)
    return root


class _Composer:
    """Builds nodes from YAML events with a stack of its own, so that depth costs no recursion."""

    def __init__(self, source: Source, findings: list[Diagnostic]) -> None:
        self.source = source
        self.findings = findings
        self.open: list[Items | Entries] = []
        self.pending: list[Scalar | None] = []
        self.documents = 0
        self.root: Written = Scalar(0, 0, "")

    def compose(self) -> Written:
        compose: Mapping[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self.scalar,
            yaml.SequenceStartEvent: self.opening,
            yaml.MappingStartEvent: self.opening,
            yaml.SequenceEndEvent: self.closing,
            yaml.MappingEndEvent: self.closing,
            yaml.AliasEvent: self.alias,
            yaml.DocumentStartEvent: self.document,
        }
        for event in yaml.parse(self.source.text, Loader=_LOADER):
            if type(event) in compose:
                compose[type(event)](event)
            if self.documents > 1 or len(self.open) > MAX_NESTING:
                break
            if len(self.findings) >= MAX_FINDINGS:
                break
        return self.root

    def scalar(self, event: yaml.ScalarEvent) -> None:
        if event.anchor is not None or event.tag is not None:
            self.refuse_properties(event)
        self.add(Scalar(*_between(event), event.value, event.style == "|"))

    def opening(self, event: yaml.CollectionStartEvent) -> None:
        if event.anchor is not None or event.tag is not None:
            self.refuse_properties(event)
        kind = Items if isinstance(event, yaml.SequenceStartEvent) else Entries
        opened = kind(*_between(event))
        self.open.append(opened)
        self.pending.append(None)
        if len(self.open) > MAX_NESTING:
            self.refuse("KF904", f"nested more than {MAX_NESTING} deep", opened.span)

    def closing(self, _event: yaml.CollectionEndEvent) -> None:
        self.pending.pop()
        self.add(self.open.pop())

    def alias(self, event: yaml.AliasEvent) -> None:
        stands = Scalar(*_between(event), "")
        self.refuse("KF402", f"alias `*{event.anchor}`: write the value out", stands.span)
        self.add(stands)

    def document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            self.refuse("KF401", "a second document begins here", Span(*_between(event)))

    def add(self, node: Written) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent, Items):
            parent.items.append(node)
            return
        key = self.pending[-1]
        if key is not None:
            parent.values.setdefault(key.text, node)
            self.pending[-1] = None
            return
        if not isinstance(node, Scalar):
            self.refuse("KF401", "a key is a text, not a list or a mapping", node.span)
            node = Scalar(node.start, node.end, "")
        elif node.text in parent.keys:
            line, _ = self.source.position(parent.keys[node.text].start)
            self.refuse("KF403", f"key `{node.text}` stands already on line {line}", node.span)
        parent.keys.setdefault(node.text, node)
        self.pending[-1] = node

    def refuse_properties(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        span = Span(*_between(event))
        if event.anchor is not None:
            self.refuse("KF402", f"anchor `&{event.anchor}`: write the value out each time", span)
        if event.tag is not None:
            self.refuse("KF402", f"tag `{event.tag}`: every value is a text", span)

    def refuse(self, code: str, message: str, span: Span) -> None:
        self.findings.append(error(code, message, span, self.source))


def _between(event: yaml.Event) -> tuple[int, int]:
    """Return the characters between which an event of a file stands."""
    assert event.start_mark is not None
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index


def plain(node: Written) -> Plain:
    """Return a node as texts, lists and dictionaries."""
    match node:
        case Scalar(text=text):
            return text
        case Items(items=items):
            return [plain(item) for item in items]
        case Entries(values=values):
            return {key: plain(value) for key, value in values.items()}


def at(node: Written, *path: str | int) -> Written:
    """Return the node at the end of a path, or the last one on the way to it."""
    for step in path:
        if isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        elif isinstance(node, Entries) and step in node.values:
            node = node.values[str(step)]
    return node


def key_span(node: Written, *path: str | int) -> Span:
    """Return the place of the key that a path ends with."""
    parent = at(node, *path[:-1])
    key = str(path[-1])
    if isinstance(parent, Entries) and key in parent.keys:
        return parent.keys[key].span
    return parent.span


def block_position(source: Source, block: Scalar) -> tuple[int, int]:
    """Return the 1-based line and column where the text of a scalar begins in its file.

    A literal block begins on the line behind its ``|``, its indentation being what the file has
    before the first line that is not blank; a quoted text begins behind its quote.
    """
    line, column = source.position(block.span.start)
    if not block.literal:
        return line, column + (source.text[block.span.start] in "'\"")
    lines = _LINE_END.split(block.text)
    first = next((i for i, content in enumerate(lines) if content.strip()), None)
    if first is None:
        return line + 1, 1
    written = _LINE_END.split(source.text[block.span.start :], first + 2)[first + 1]
    return line + 1, len(written) - len(lines[first]) + 1
