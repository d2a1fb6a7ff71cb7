"""Methodologies and their rows, as lines of text and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from kpiformula.cli.criteria import criteria_data, criteria_lines
from kpiformula.cli.display import aligned, english, names_of, one_line
from kpiformula.diagnostics import FormulaSyntaxError, InputError
from kpiformula.figures import Target, TargetKind
from kpiformula.methodology import Basis, Indicator, Kind, Methodology, Phrase
from kpiformula.report.data import Data, target_data


def formula_text(indicator: Indicator, *, as_printed: bool = False) -> str:
    """Return the formula that is evaluated, or the printed one, or why there is none."""
    try:
        return str((indicator.formula or "-") if as_printed else indicator.reading)
    except FormulaSyntaxError as refused:
        return f"not read: {refused.diagnostics[0].message}"
    except InputError as unstated:
        return str(unstated.diagnostics[0].message)


def methodology_counts(methodology: Methodology) -> tuple[str, str, str, str, str]:
    """Return the cells of a line: id, number of rows, how many of each basis and kind, name."""
    basis, kind = _by_basis(methodology), _by_kind(methodology)
    return (
        methodology.id,
        f"{len(methodology)} rows",
        ", ".join(f"{name} {count}" for name, count in basis.items()),
        ", ".join(f"{name} {count}" for name, count in kind.items()),
        english(methodology.name),
    )


def _by_basis(methodology: Methodology) -> dict[str, int]:
    counts = Counter(indicator.basis for indicator in methodology.values())
    return {basis: counts[basis] for basis in get_args(Basis) if counts[basis]}


def _by_kind(methodology: Methodology) -> dict[str, int]:
    counts = Counter(indicator.kind for indicator in methodology.values())
    return {kind: counts[kind] for kind in get_args(Kind) if counts[kind]}


def methodology_lines(methodology: Methodology) -> Iterator[str]:
    """Yield the head of a methodology, its parts, and its inputs."""
    yield methodology.id
    yield from names_of(methodology.name.items())
    yield f"source: {methodology.source.file}: {one_line(methodology.source.title)}"
    yield f"years: {', '.join(map(str, methodology.years))}"
    yield f"categories: {', '.join(methodology.categories)}"
    yield ""
    for part in methodology.parts:
        codes = [i.code for i in methodology.values() if i.part == part.id]
        yield f"{part.id}  {english(part.name)}: {len(codes)} indicators"
    yield ""
    yield from aligned(
        [("input", "unit", "name")]
        + [(i.id, i.unit, english(i.name)) for i in methodology.inputs.values()]
    )


def methodology_data(methodology: Methodology) -> Data:
    """Return the head of a methodology and the codes of its indicators."""
    return {
        "id": methodology.id,
        "name": dict(methodology.name),
        "source": {"file": methodology.source.file, "title": methodology.source.title},
        "years": list(methodology.years),
        "categories": list(methodology.categories),
        "inputs": {
            i.id: {"name": dict(i.name), "unit": i.unit} for i in methodology.inputs.values()
        },
        "indicators": list(methodology),
        "by_basis": _by_basis(methodology),
        "by_kind": _by_kind(methodology),
    }


def indicator_lines(indicator: Indicator, methodology: Methodology) -> Iterator[str]:
    """Yield everything that is known of an indicator, the printed cell last."""
    yield indicator.code
    yield from names_of(indicator.name.items())
    yield from aligned(_facts(indicator))
    if indicator.erratum is not None:
        printed = formula_text(indicator, as_printed=True)
        answers = ", ".join(indicator.erratum.answers)
        answered = f" (answers {answers})" if answers else ""
        yield f"the printed formula {printed} is corrected: {indicator.erratum.reason}{answered}"
    yield from _input_lines(indicator, methodology)
    yield from criteria_lines(indicator)
    if indicator.cell is not None:
        yield from ("", "printed:")
        yield from (f"  {one_line(line)}" for line in indicator.cell.splitlines())


def _facts(indicator: Indicator) -> Iterator[tuple[str, str]]:
    """Yield what is known of an indicator, each fact under its heading."""
    yield "unit", f"{indicator.unit} (printed: {indicator.printed_unit or '-'})"
    direction = indicator.direction or "no direction"
    printed = "printed" if indicator.direction_printed else "not printed"
    yield "kind", f"{indicator.kind}, basis {indicator.basis}, {direction} ({printed})"
    if indicator.baseline is not None:
        yield "baseline", _figures_text({indicator.baseline.year: indicator.baseline.figure})
    yield "targets", _figures_text(indicator.targets) or "-"
    for also in indicator.also_printed:
        yield "also printed", f"{_figures_text(also.figures)}  ({also.source})"
    yield "owner", indicator.owner or "-"
    yield "report", indicator.report or "-"
    if indicator.ministry_indicator:
        yield "ministry", "an indicator of the ministry"
    if indicator.sum_of:
        yield "sum of", ", ".join(indicator.sum_of)
    if indicator.includes:
        yield "includes", ", ".join(indicator.includes)
    if indicator.same_as is not None:
        yield "same as", indicator.same_as
    yield "source", _sources_text(indicator)
    for heading, phrases in _phrases(indicator):
        if phrases:
            yield heading, f"{len(phrases)}: {_first_words(phrases)}"
    if indicator.uncertain is not None:
        yield "uncertain", indicator.uncertain
    yield "formula", formula_text(indicator)


def _figures_text(figures: Mapping[int, Target]) -> str:
    return ", ".join(f"{year}: {_figure_text(figure)}" for year, figure in figures.items())


def _figure_text(figure: Target) -> str:
    """Return a figure as printed, and its meaning where that is not what is printed."""
    if figure.kind is TargetKind.UNREAD:
        return f"{figure.printed} (not read)"
    return figure.printed or "-"


def _sources_text(indicator: Indicator) -> str:
    figures, cell = indicator.figures_source or "-", indicator.cell_source or "-"
    return f"{indicator.source}, figures {figures}, cell {cell}"


def _phrases(indicator: Indicator) -> tuple[tuple[str, tuple[Phrase, ...]], ...]:
    return (
        ("include", indicator.include),
        ("exclude", indicator.exclude),
        ("evidence", indicator.evidence),
    )


def _first_words(phrases: Sequence[Phrase], length: int = 80) -> str:
    first = phrases[0].text
    return first if len(first) <= length and len(phrases) == 1 else f"{first[:length].rstrip()} …"


def _input_lines(indicator: Indicator, methodology: Methodology) -> Iterator[str]:
    """Yield the counts that a row needs, each with its unit, input and name."""
    rows = [
        (name, symbol.unit, symbol.input, english(methodology.inputs[symbol.input].name))
        for name, symbol in indicator.symbols.items()
    ]
    if indicator.input is not None:
        rows.append(("-", indicator.input.unit, indicator.input.id, english(indicator.input.name)))
    if rows:
        yield from ("", *aligned([("symbol", "unit", "input", "name"), *rows]))


def indicator_data(indicator: Indicator) -> Data:
    """Return everything that is known of an indicator."""
    erratum = indicator.erratum
    return {
        "code": indicator.code,
        "name": dict(indicator.name),
        "part": indicator.part,
        "unit": indicator.unit,
        "printed_unit": indicator.printed_unit,
        "kind": indicator.kind,
        "basis": indicator.basis,
        "direction": indicator.direction,
        "direction_printed": indicator.direction_printed,
        "baseline": indicator.baseline
        and {
            "year": indicator.baseline.year,
            **target_data(indicator.baseline.figure),
        },
        "targets": _figures_data(indicator.targets),
        "also_printed": [
            {"source": str(also.source), "figures": _figures_data(also.figures)}
            for also in indicator.also_printed
        ],
        "sum_of": list(indicator.sum_of),
        "includes": list(indicator.includes),
        "same_as": indicator.same_as,
        "owner": indicator.owner,
        "report": indicator.report,
        "ministry_indicator": indicator.ministry_indicator,
        "reason": indicator.reason,
        "uncertain": indicator.uncertain,
        "source": str(indicator.source),
        "figures_source": indicator.figures_source and str(indicator.figures_source),
        "cell_source": indicator.cell_source and str(indicator.cell_source),
        **{
            heading: [{"text": phrase.text, "source": str(phrase.source)} for phrase in phrases]
            for heading, phrases in _phrases(indicator)
        },
        "cell": indicator.cell,
        "formula": formula_text(indicator, as_printed=True),
        "reading": formula_text(indicator),
        "erratum": erratum
        and {
            "formula": erratum.formula,
            "reason": erratum.reason,
            "answers": list(erratum.answers),
        },
        "input": indicator.input and indicator.input.id,
        "symbols": {
            name: {"input": symbol.input, "unit": symbol.unit}
            for name, symbol in indicator.symbols.items()
        },
        "counts": criteria_data(indicator),
    }


def _figures_data(figures: Mapping[int, Target]) -> Data:
    return {str(year): target_data(figure) for year, figure in figures.items()}
