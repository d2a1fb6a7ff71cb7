"""What changed from one methodology to another: rows, names, units, formulas, targets.

Rows of different documents are matched by the crosswalk, which was decided by reading; then by
code where the names agree, since codes of different documents coincide by chance; then by name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from kpiformula.crosswalk import (
    Crosswalk,
    Sameness,
    SharedQuantity,
    difference_told,
    load_crosswalk,
)
from kpiformula.figures import Target, TargetKind
from kpiformula.formula_change import FormulaChange, FormulaVerdict, formula_change
from kpiformula.intervals import value_text
from kpiformula.methodology import Indicator, Methodology
from kpiformula.text import clean, twin
from kpiformula.units import conversion

_NO_FORMULA = FormulaChange(FormulaVerdict.ABSENT)


class MatchedBy(StrEnum):
    """By what a row of one methodology was found in the other."""

    CROSSWALK = "crosswalk"
    CODE = "code"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """Something a row says otherwise: its code, name, unit, basis, direction, criteria."""

    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class TargetChange:
    """A figure that moved; ``None`` where one row prints none for the year.

    ``difference`` is new minus old, exact, in ``unit``: the finer one of the two rows. Both are
    ``None`` where the figures are no plain numbers, or measure different things.
    """

    year: int
    old: Target | None
    new: Target | None
    difference: Fraction | None = None
    unit: str | None = None


@dataclass(frozen=True)
class MatchedRow:
    """A row that both methodologies have, and what it says otherwise in the new one.

    ``quantity`` is that of the crosswalk, where it is by the crosswalk that the rows were matched.
    ``near`` rows are of the same subject and count something else, as ``remark`` says; neither
    their formulas nor their figures are compared.
    """

    old: Indicator
    new: Indicator
    by: MatchedBy
    same: Sameness = "exact"
    remark: str | None = None
    quantity: SharedQuantity | None = None
    properties: tuple[PropertyChange, ...] = ()
    formula: FormulaChange = _NO_FORMULA
    targets: tuple[TargetChange, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything differs; a formula that is not proved to be the same does."""
        differs = self.formula.verdict in (FormulaVerdict.CHANGED, FormulaVerdict.UNKNOWN)
        return differs or self.same == "near" or bool(self.properties or self.targets)

    @property
    def renamed(self) -> bool:
        """Whether the name is another."""
        return any(change.what == "name" for change in self.properties)


@dataclass(frozen=True)
class Differences:
    """What differs from the methodology ``old`` to the methodology ``new``; falsy if nothing.

    ``rows`` are all matched rows, in the order of the old methodology. Targets are compared in
    the years that both methodologies cover.
    """

    old: str
    new: str
    rows: tuple[MatchedRow, ...]
    added: tuple[Indicator, ...]
    removed: tuple[Indicator, ...]
    years_added: tuple[int, ...] = ()
    years_removed: tuple[int, ...] = ()

    @property
    def changed(self) -> tuple[MatchedRow, ...]:
        """The matched rows in which anything differs."""
        return tuple(row for row in self.rows if row.changed)

    @property
    def renamed(self) -> tuple[MatchedRow, ...]:
        """The matched rows that have another name."""
        return tuple(row for row in self.rows if row.renamed)

    def __bool__(self) -> bool:
        years = self.years_added or self.years_removed
        return bool(self.added or self.removed or self.changed or years)

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)


def diff(
    old: Methodology,
    new: Methodology,
    *,
    crosswalk: Crosswalk | None = None,
    same_codes: bool = False,
) -> Differences:
    """Return what differs from one methodology to another.

    Two methodologies of one id are wordings of one document: their rows are matched by code, and
    their inputs are those of one dictionary. ``same_codes`` says the same of two ids. Otherwise
    the crosswalk decides (by default the shipped one), then code and name, then the name.

    Raises:
        MethodologyError: if the shipped crosswalk or one of its methodologies cannot be read.
    """
    one_document = same_codes or old.id == new.id
    if crosswalk is None and not one_document:
        crosswalk = load_crosswalk()
    pairs = _Matching(old, new, None if one_document else crosswalk, trusted=one_document)
    years = [year for year in old.years if year in new.years]
    language = old.language if old.language == new.language else None
    return Differences(
        old.id,
        new.id,
        tuple(_compared(pair, years, language, one_document) for pair in pairs.found()),
        tuple(pairs.new.values()),
        tuple(pairs.old.values()),
        tuple(year for year in new.years if year not in old.years),
        tuple(year for year in old.years if year not in new.years),
    )


# --- which rows belong together ------------------------------------------------------------------


class _Matching:
    """Finds the rows that belong together; ``old`` and ``new`` keep those that are left."""

    def __init__(
        self, old: Methodology, new: Methodology, crosswalk: Crosswalk | None, *, trusted: bool
    ) -> None:
        self._ids = old.id, new.id
        self._order = {code: place for place, code in enumerate(old)}
        self._language = old.language if old.language == new.language else "en"
        self._crosswalk, self._trusted = crosswalk, trusted
        self.old, self.new = dict(old), dict(new)

    def found(self) -> list[MatchedRow]:
        """Return the rows that belong together, not compared yet, in the order of the old."""
        rows = [*self._by_crosswalk(), *self._by(MatchedBy.CODE, self._code)]
        rows += self._by(MatchedBy.NAME, lambda row: (self._name(row), row.unit))
        rows += self._by(MatchedBy.NAME, self._name)
        return sorted(rows, key=lambda row: self._order[row.old.code])

    def _by_crosswalk(self) -> Iterator[MatchedRow]:
        if self._crosswalk is None:
            return
        old_id, new_id = self._ids
        for code in list(self.old):
            quantity = self._crosswalk.quantity(old_id, code)
            here = quantity.member(old_id) if quantity else None
            there = quantity.member(new_id) if quantity else None
            if here is None or there is None or there.code not in self.new:
                continue
            remark = difference_told(here, there)
            yield MatchedRow(
                self.old.pop(code),
                self.new.pop(there.code),
                MatchedBy.CROSSWALK,
                "exact" if remark is None else "near",
                remark,
                quantity,
            )

    def _by(self, means: MatchedBy, key: Callable[[Indicator], Hashable]) -> Iterator[MatchedRow]:
        """Match rows of one key; of several that share it, the first with the first."""
        others: dict[Hashable, list[str]] = {}
        for code, row in self.new.items():
            others.setdefault(key(row), []).append(code)
        for code, row in list(self.old.items()):
            if alike := others.get(key(row)):
                yield MatchedRow(self.old.pop(code), self.new.pop(alike.pop(0)), means)

    def _code(self, row: Indicator) -> Hashable:
        return row.code if self._trusted else (row.code, self._name(row))

    def _name(self, row: Indicator) -> Hashable:
        """Return what the names of two rows must share; a row without such a name has its own."""
        return words(row.name.get(self._language, "")) or id(row)


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name, without capitals and marks, look-alike letters as one."""
    plain = twin(unicodedata.normalize("NFKC", clean(name).text).casefold())
    return tuple("".join(c if c.isalnum() else " " for c in plain).split())


# --- what a row says otherwise -------------------------------------------------------------------


def _compared(
    row: MatchedRow, years: Iterable[int], language: str | None, one_document: bool
) -> MatchedRow:
    properties = tuple(_properties(row.old, row.new, language))
    if row.same == "near":
        return replace(row, properties=properties)
    return replace(
        row,
        properties=properties,
        formula=formula_change(row.old, row.new, one_document=one_document),
        targets=tuple(_moved(row.old, row.new, years)),
    )


def _properties(old: Indicator, new: Indicator, language: str | None) -> Iterator[PropertyChange]:
    if language is not None:
        here, there = (row.name.get(language, "") for row in (old, new))
        if words(here) != words(there):
            yield PropertyChange("name", here, there)
    if _bare(old.printed_unit) != _bare(new.printed_unit):
        yield PropertyChange("printed unit", old.printed_unit, new.printed_unit)
    for what, told in _TOLD.items():
        if told(old) != told(new):
            yield PropertyChange(what, told(old), told(new))


def _bare(printed_unit: str) -> str:
    """Return a printed unit without line breaks, and without the mark of an abbreviation."""
    return " ".join(printed_unit.split()).rstrip(".")


def _baseline(row: Indicator) -> str:
    return f"{row.baseline.year}: {row.baseline.figure.printed}" if row.baseline else "none"


def _criteria(row: Indicator) -> str:
    taken = [f"include: {phrase.text}" for phrase in row.include]
    return "; ".join([*taken, *(f"exclude: {phrase.text}" for phrase in row.exclude)]) or "none"


_TOLD: dict[str, Callable[[Indicator], str]] = {
    "code": lambda row: row.code,
    "unit": lambda row: row.unit,
    "kind": lambda row: row.kind,
    "basis": lambda row: row.basis,
    "direction": lambda row: row.direction or "none",
    "baseline": _baseline,
    "criteria": _criteria,
}


def planned(row: Indicator, year: int) -> Target | None:
    """Return the figure of a year; ``None`` where the row plans none, by a dash or a gap."""
    target = row.targets.get(year)
    return None if target is None or target.kind is TargetKind.NONE else target


def _moved(old: Indicator, new: Indicator, years: Iterable[int]) -> Iterator[TargetChange]:
    ratio = conversion(old.unit, new.unit)
    for year in years:
        before, after = planned(old, year), planned(new, year)
        if before is None or after is None:
            if before is not after:
                yield TargetChange(year, before, after)
        elif before.value is None or after.value is None or ratio is None:
            if not _means_the_same(before, after, old.unit == new.unit):
                yield TargetChange(year, before, after)
        elif difference := after.value - before.value * ratio:
            finer_is_old = ratio < 1
            yield TargetChange(
                year,
                before,
                after,
                difference / ratio if finer_is_old else difference,
                old.unit if finer_is_old or (ratio == 1 and old.unit < new.unit) else new.unit,
            )


def _means_the_same(before: Target, after: Target, one_unit: bool) -> bool:
    """Return whether two figures that are not both numbers are one: ``851+`` and ``851 +``."""
    if one_unit and before.terms and before.kind == after.kind:
        return before.terms == after.terms
    return before.printed.split() == after.printed.split()


# --- as text -------------------------------------------------------------------------------------


def title(row: Indicator) -> str:
    """Return the English name of a row, or the first it has."""
    return row.name.get("en") or next(iter(row.name.values()), "")


def _lines(found: Differences) -> Iterator[str]:
    near = sum(row.same == "near" for row in found.rows)
    yield f"{found.old} → {found.new}"
    yield (
        f"{len(found.rows)} rows matched ({near} of them near), {len(found.changed)} changed, "
        f"{len(found.renamed)} renamed, {len(found.added)} added, {len(found.removed)} removed"
    )
    for what, years in (("added", found.years_added), ("removed", found.years_removed)):
        if years:
            yield f"years {what}: {', '.join(map(str, years))}"
    for row in found.changed:
        yield ""
        yield from _row_lines(row)
    for what, rows in (("added", found.added), ("removed", found.removed)):
        if rows:
            yield from ("", f"{what}:")
            yield from (f"  {row.code}  {title(row)}" for row in rows)


def _row_lines(row: MatchedRow) -> Iterator[str]:
    codes = dict.fromkeys((row.old.code, row.new.code))
    yield f"{' → '.join(codes)}  {title(row.new)}  [{row.by}{', near' * (row.same == 'near')}]"
    if row.remark is not None:
        yield f"  not compared: {row.remark}"
    if row.quantity is not None and row.quantity.remark is not None:
        yield f"  note: {row.quantity.remark}"
    for change in row.properties:
        if change.what != "code":
            yield f"  {change.what}: {change.old or '–'} → {change.new or '–'}"
    if row.formula.verdict in (FormulaVerdict.CHANGED, FormulaVerdict.UNKNOWN):
        texts = f"{row.formula.old or '–'} → {row.formula.new or '–'}"
        reason = f" ({row.formula.reason})" if row.formula.reason else ""
        yield f"  formula {row.formula.verdict}: {texts}{reason}"
    for moved in row.targets:
        yield f"  target {moved.year}: {_figure(moved.old)} → {_figure(moved.new)}{_by(moved)}"


def _figure(target: Target | None) -> str:
    return target.printed if target is not None else "–"


def _by(moved: TargetChange) -> str:
    if moved.difference is None:
        return ""
    return f" ({signed(moved.difference)} {moved.unit})"


def signed(difference: Fraction) -> str:
    """Return an exact difference with its sign."""
    return f"{'+' if difference > 0 else ''}{value_text(difference)}"
