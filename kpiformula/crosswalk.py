"""The crosswalk: which indicators of different documents are the same quantity.

It was decided by reading (``methodologies/crosswalk.yaml``). A row is the quantity itself
(``exact``), or near it and says wherein it differs; only exact rows have their figures compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal

from kpiformula.datafile import MAX_BYTES, Written, at, decode, key_span, read
from kpiformula.diagnostics import Diagnostic, MethodologyError, Source, Span, error
from kpiformula.library import available, load_once
from kpiformula.mapping import Table
from kpiformula.methodology import Methodology
from kpiformula.resources import resource_root
from kpiformula.schema import CrosswalkFile, QuantityEntry, nearest, validated

FILE = "crosswalk.yaml"

Sameness = Literal["exact", "near"]


@dataclass(frozen=True, slots=True)
class Member:
    """A row of a methodology: the quantity itself, or near it; ``remark`` says how it differs."""

    methodology: str
    code: str
    same: Sameness
    remark: str | None = None


def difference_told(one: Member, other: Member) -> str | None:
    """Return wherein two rows of a quantity differ; ``None`` where both are the quantity."""
    told = [f"{m.code}: {m.remark}" for m in (one, other) if m.same == "near"]
    return " ".join(told) or None


@dataclass(frozen=True, slots=True)
class SharedQuantity:
    """A quantity that several documents print; ``name`` is by language."""

    id: str
    name: Mapping[str, str]
    members: tuple[Member, ...]
    remark: str | None = None

    def member(self, methodology: str) -> Member | None:
        """Return the row of a methodology, of which there is one at most."""
        return next((m for m in self.members if m.methodology == methodology), None)

    def is_exactly(self, methodology: str) -> bool:
        """Return whether a methodology has a row that is the quantity itself, not near it."""
        member = self.member(methodology)
        return member is not None and member.same == "exact"


@dataclass(frozen=True, repr=False)
class Crosswalk:
    """The quantities that documents share; ``issuers`` is the institution of each methodology."""

    quantities: tuple[SharedQuantity, ...]
    issuers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<Crosswalk: {len(self.quantities)} quantities>"

    def __getstate__(self) -> dict[str, Any]:
        return {"quantities": self.quantities, "issuers": self.issuers}

    @cached_property
    def _by_row(self) -> Mapping[tuple[str, str], SharedQuantity]:
        return {(m.methodology, m.code): q for q in self.quantities for m in q.members}

    def quantity(self, methodology: str, code: str) -> SharedQuantity | None:
        """Return the quantity that a row is, or is near; ``None`` where it is listed nowhere."""
        return self._by_row.get((methodology, code))

    def same_issuer(self, one: str, other: str) -> bool:
        """Return whether two methodologies are known to be of one institution."""
        return one in self.issuers and self.issuers[one] == self.issuers.get(other)


def load_crosswalk(
    path: str | PathLike[str] | None = None, methodologies: Iterable[Methodology] = ()
) -> Crosswalk:
    """Return the shipped crosswalk, or one of your own by the path of its file.

    The rows of your own are those of the shipped methodologies and of ``methodologies``.

    Raises:
        MethodologyError: with all findings, each with file, line and column: KF401 syntax,
            KF402 anchor, alias or tag, KF403 key given twice, KF404 unknown key, KF405 missing
            key, KF406 wrong value, KF408 quantity or row listed twice, KF409 not found, KF440
            unknown methodology or row, KF441 a quantity of one row, KF904 nesting, KF907 more
            than 5 MB.
    """
    if path is None:
        return _shipped()
    return _crosswalk(Path(path), fspath(path), _Rows(methodologies))


@cache
def _shipped() -> Crosswalk:
    file = resource_root("methodologies").joinpath(FILE)
    return _crosswalk(file, f"methodologies/{FILE}", _Rows(()))


def _crosswalk(file: Traversable, name: str, rows: _Rows) -> Crosswalk:
    source = decode(_bytes(file, name), name)
    written = read(source)
    content = validated(CrosswalkFile, written, source)
    findings = [
        *_in_issuers(content, written, source, rows),
        *_in_quantities(content, written, source, rows),
    ]
    if findings:
        raise MethodologyError(*findings)
    issuers = {each: issuer for issuer, listed in content.issuers.items() for each in listed}
    return Crosswalk(tuple(map(_quantity, content.quantities)), Table(issuers))


def _bytes(file: Traversable, name: str) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or type(failure).__name__
        message = f"`{name[:200]}` cannot be read: {reason}"
        raise MethodologyError(error("KF409", message)) from None
    if len(data) > MAX_BYTES:
        message = f"a crosswalk has at most {MAX_BYTES // 1_000_000} MB"
        raise MethodologyError(error("KF907", message, None, Source("", name)))
    return data


def _quantity(entry: QuantityEntry) -> SharedQuantity:
    exact = (Member(methodology, code, "exact") for methodology, code in entry.exact.items())
    near = (Member(each, row.code, "near", row.remark) for each, row in entry.near.items())
    names = {str(language): name for language, name in entry.name.items()}
    return SharedQuantity(entry.id, Table(names), (*exact, *near), entry.remark)


# --- what no schema can say --------------------------------------------------------------------


class _Rows:
    """The rows of each methodology, read when first asked for."""

    def __init__(self, given: Iterable[Methodology]) -> None:
        self._given = {methodology.id: methodology for methodology in given}
        self.known = (*available(), *(each for each in self._given if each not in available()))

    def __getitem__(self, methodology: str) -> Methodology:
        given = self._given.get(methodology)
        return load_once(methodology) if given is None else given


def _in_issuers(
    content: CrosswalkFile, written: Written, source: Source, rows: _Rows
) -> Iterator[Diagnostic]:
    listed: set[str] = set()
    for issuer, methodologies in content.issuers.items():
        for i, methodology in enumerate(methodologies):
            place = at(written, "issuers", issuer, i).span
            if methodology in listed:
                yield error("KF408", f"`{methodology}` has an issuer already", place, source)
            elif methodology not in rows.known:
                yield _unknown_methodology(methodology, rows, place, source)
            listed.add(methodology)


def _in_quantities(
    content: CrosswalkFile, written: Written, source: Source, rows: _Rows
) -> Iterator[Diagnostic]:
    places: dict[object, int] = {}
    for i, entry in enumerate(content.quantities):
        place = at(written, "quantities", i, "id").span
        if entry.id in places:
            message = f"the quantity `{entry.id}` stands already on line {places[entry.id]}"
            yield error("KF408", message, place, source)
        places.setdefault(entry.id, source.position(place.start)[0])
        if len(entry.exact) + len(entry.near) < 2:
            yield error("KF441", f"`{entry.id}` names one document at most", place, source,
                        help="a quantity is shared by rows of two documents or more")  # fmt: skip
        for same in ("exact", "near"):
            for methodology in getattr(entry, same):
                way = ("quantities", i, same, methodology)
                yield from _in_member(entry, way, written, source, rows, places)


def _in_member(
    entry: QuantityEntry,
    way: tuple[str | int, ...],
    written: Written,
    source: Source,
    rows: _Rows,
    places: dict[object, int],
) -> Iterator[Diagnostic]:
    *_, same, methodology = map(str, way)
    key = key_span(written, *way)
    if same == "near" and methodology in entry.exact:
        message = f"`{methodology}` has an exact row in `{entry.id}` already"
        yield error("KF408", message, key, source)
    if methodology not in rows.known:
        yield _unknown_methodology(methodology, rows, key, source)
        return
    code = entry.exact[methodology] if same == "exact" else entry.near[methodology].code
    place = at(written, *way, "code").span
    if code not in rows[methodology]:
        message = f"{methodology} has no indicator `{code[:60]}`"
        yield error("KF440", message, place, source, help=nearest(code, rows[methodology]))
    row = methodology, code
    if row in places:
        message = f"{methodology} {code[:60]} stands already on line {places[row]}"
        yield error("KF408", message, place, source)
    places.setdefault(row, source.position(place.start)[0])


def _unknown_methodology(methodology: str, rows: _Rows, place: Span, source: Source) -> Diagnostic:
    message = f"no methodology has the id `{methodology[:60]}`"
    return error("KF440", message, place, source, help=nearest(methodology, rows.known))
