"""The criteria of an indicator, as lines of text and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kpiformula.cli.display import aligned, english, one_line
from kpiformula.criteria.dictionary import Field, Population
from kpiformula.criteria.selection import Criterion, Selection
from kpiformula.criteria.syntax import Comparison, Condition, Reference, Word, tests
from kpiformula.criteria.wording import english as told
from kpiformula.diagnostics import CriterionError
from kpiformula.methodology import Indicator


def criteria_lines(indicator: Indicator) -> Iterator[str]:
    """Yield how each count is taken from records, and the columns that this needs."""
    if not indicator.counts:
        return
    yield from ("", "counted from records:")
    for symbol, selection in indicator.counts.items():
        yield f"  {symbol}: {_measured(selection)}"
        for sign, criteria in (("+", selection.where), ("-", selection.excluding)):
            for criterion in criteria:
                yield f"    {sign} {criterion.rule.text}"
                yield f"      {_told(criterion, selection.population)}"
                yield f"      [{criterion.cites}: «{one_line(criterion.quote)}»]"
        for question in selection.undecided:
            yield f"    ? {one_line(question.text.text)}  [{question.cites}]"
    yield from ("", "columns of records:")
    yield from aligned(("  " + row[0], *row[1:]) for row in _columns(indicator))


def _measured(selection: Selection) -> str:
    of = f"of {selection.within}" if selection.within else selection.population.id
    measure = selection.measure
    match measure.kind:
        case "sum":
            return f"{of}, the sum of {measure.field}"
        case "mean":
            return f"{of}, {measure.field} for each {measure.per}"
        case "only":
            return f"{of}, the {measure.field} of the one record"
    return f"{of}, each {selection.population.key} once"


def _told(criterion: Criterion, population: Population) -> str:
    try:
        return told(criterion.condition, population)
    except CriterionError as refused:
        return f"not read: {refused.diagnostics[0].message}"


def _columns(indicator: Indicator) -> Iterator[tuple[str, str, str, str]]:
    for population, fields in _fields(indicator).items():
        for each in fields:
            for column in each.columns:
                yield population, column, _type(each), english(each.name)


def _fields(indicator: Indicator) -> Mapping[str, list[Field]]:
    """Return the fields that the criteria look at, by population; the key first."""
    found: dict[str, dict[str, Field]] = {}
    for selection in indicator.counts.values():
        population = selection.population
        names = [population.key, *_names(selection), selection.measure.field, selection.measure.per]
        known = found.setdefault(population.id, {})
        wanted = (name for name in names if name is not None and name in population.fields)
        known |= {name: population.fields[name] for name in wanted}
    return {population: list(fields.values()) for population, fields in found.items()}


def _names(selection: Selection) -> Iterator[str]:
    for criterion in (*selection.where, *selection.excluding):
        try:
            yield from _named(criterion.condition, selection)
        except CriterionError:
            continue


def _named(condition: Condition, selection: Selection) -> Iterator[str]:
    for test in tests(condition):
        if isinstance(test, Reference):
            if test.code in selection.references:
                yield from _names(selection.references[test.code])
        elif test.name in selection.population.definitions:
            named = selection.population.definitions[test.name]
            yield from _named(named.condition, selection)
        else:
            yield test.name
            match test:
                case Comparison(value=Word(other)) if other in selection.population.fields:
                    yield other


def _type(each: Field) -> str:
    kind = {"period": "date", "whole": "whole number"}.get(each.type, each.type)
    if each.values:
        kind = " | ".join(each.values)
    unit = f" ({each.unit})" if each.unit else ""
    return f"{kind}{unit}{', may be empty' if each.empty == 'none' else ''}"


def criteria_data(indicator: Indicator) -> Mapping[str, object]:
    """Return how each count is taken from records."""
    return {
        symbol: {
            "population": selection.population.id,
            "within": selection.within,
            "measure": _measured(selection),
            "where": [_criterion_data(each) for each in selection.where],
            "except": [_criterion_data(each) for each in selection.excluding],
            "undecided": [
                {"question": each.text.text, "cites": each.cites, "quote": each.quote}
                for each in selection.undecided
            ],
        }
        for symbol, selection in indicator.counts.items()
    }


def _criterion_data(criterion: Criterion) -> Mapping[str, str]:
    return {"rule": criterion.rule.text, "cites": criterion.cites, "quote": criterion.quote}
