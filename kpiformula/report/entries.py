"""The rows of a report: each figure with its calculation, its interval, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kpiformula.cause import Cause
from kpiformula.intervals import approximation
from kpiformula.methodology import Indicator
from kpiformula.nodes import number_text
from kpiformula.report.drawings import interval_drawing
from kpiformula.report.ledgers import ledgers
from kpiformula.report.markup import Markup, between, element, joined
from kpiformula.report.wording import (
    EFFECTS,
    STANDINGS,
    chance_text,
    distance_text,
    unit_text,
    verdict_badge,
)
from kpiformula.runs import Outcome
from kpiformula.verification import Verdict, Verification

COLUMNS = ("Code", "Indicator", "Year", "Reported", "Exact value", "Verdict")

_SORTED_AS_TEXT = ("Code", "Indicator")
_ORDER = tuple(Verdict)
CAUSES_ARE_SOUGHT = frozenset({Verdict.MISMATCH, Verdict.TRUNCATED})

Numbered = tuple[int, Outcome]
"""A row of the table, counted from one in the order of the file."""


def names(by_language: Mapping[str, str]) -> Markup:
    """Return a name as printed, and the English one below it."""
    printed = next((item for item in by_language.items() if item[0] != "en"), None)
    english = by_language.get("en")
    return joined(
        (
            printed and element("span", printed[1], lang=printed[0], class_="name"),
            english and element("span", english, lang="en", class_="english"),
        )
    )


def figures_table(rows: Iterable[Numbered]) -> Markup:
    """Return the table of the rows with a verdict; each row and its details are one body."""
    bodies = (_body(*each, each[1].reading) for each in rows if each[1].reading is not None)
    return element(
        "table",
        element("caption", "Reported figures and what the counts say", class_="unseen"),
        element("thead", element("tr", *_head(), role="row"), role="rowgroup"),
        *bodies,
        class_="figures",
        role="table",
    )


def anchor(number: int) -> str:
    """Return the name of a row within the page."""
    return f"row-{number}"


def _head() -> Iterator[Markup]:
    for name in COLUMNS:
        order = "text" if name in _SORTED_AS_TEXT else None
        yield element("th", name, scope="col", role="columnheader", data_sort=order)


def _body(number: int, outcome: Outcome, reading: Verification) -> Markup:
    return element(
        "tbody",
        element("tr", *_cells(outcome, reading), class_="row", role="row"),
        element("tr", _details(outcome, reading), class_="details", role="row"),
        id=anchor(number),
        data_verdict=str(reading.verdict),
        class_=STANDINGS[reading.agrees][0],
        role="rowgroup",
    )


# --- the row -------------------------------------------------------------------------------------


def _cells(outcome: Outcome, reading: Verification) -> Iterator[Markup]:
    row, indicator = outcome.row, outcome.indicator
    unit = row.unit or unit_text(reading.result.unit)
    figure = reading.reported
    yield element("th", row.code, scope="row", role="rowheader", class_="code", data_key=row.code)
    name = names(indicator.name) if indicator else element("code", row.formula)
    yield _cell("Indicator", name, key=str(indicator.name.get("en", "")) if indicator else "")
    yield _cell("Year", str(row.year or "–"), "number", str(row.year or ""))
    yield _cell(
        "Reported",
        _amount(figure.printed, unit) if figure else "–",
        "number",
        str(approximation(figure.value)) if figure else "",
    )
    yield _cell("Exact value", _value(reading, unit), "number", _value_key(reading))
    order = str(_ORDER.index(reading.verdict))
    yield _cell("Verdict", verdict_badge(reading), "standing", order)


def _cell(column: str, content: str, kind: str | None = None, key: str | None = None) -> Markup:
    return element("td", content, role="cell", class_=kind, data_column=column, data_key=key)


def _amount(number: str, unit: str) -> Markup:
    """Return a number, which stays on one line, and its unit."""
    shown = element("span", unit, class_="unit") if unit else None
    return joined((element("span", number, class_="amount"), " ", shown))


def _value(reading: Verification, unit: str) -> Markup:
    """Return the exact value; where it is a fraction, the decimal number first."""
    if reading.result.reason is not None:
        return Markup("–")
    exact, sign, near = reading.result.steps[2].removeprefix("= ").partition(" ≈ ")
    shown = _amount(near or exact, unit)
    return joined((shown, element("span", f"= {exact}", class_="fraction"))) if sign else shown


def _value_key(reading: Verification) -> str:
    enclosure = reading.result.interval
    value = reading.computed if enclosure is None else enclosure.low
    return "" if value is None else str(approximation(value))


# --- the details ---------------------------------------------------------------------------------


def _details(outcome: Outcome, reading: Verification) -> Markup:
    opened = reading.agrees is not True
    content = element("dl", *_entries(outcome, reading))
    summary = element("summary", _in_short(reading))
    shown = element("details", summary, content, open=opened)
    return element("td", shown, role="cell", colspan=len(COLUMNS))


def _in_short(reading: Verification) -> Markup:
    if reading.result.reason is not None:
        return joined((reading.result.value_text,))
    _, substituted, value = reading.result.steps
    same = value == f"= {substituted}"
    calculation = element("code", substituted if same else f"{substituted} {value}")
    distance = distance_text(reading)
    return joined((calculation, f" · {distance}" if distance else None))


def _entries(outcome: Outcome, reading: Verification) -> Iterator[Markup]:
    indicator = outcome.indicator
    yield _entry("Calculation", _calculation(reading))
    if outcome.counted is not None:
        yield _entry("Counted", ledgers(outcome.counted))
    yield _entry("Finding", _standing(reading))
    if reading.verdict in CAUSES_ARE_SOUGHT and not reading.agrees:
        weak = reading.causes and all(cause.proves_little for cause in reading.causes)
        yield _entry("Possible cause" if weak else "Likely cause", _causes(reading))
    if outcome.target is not None:
        yield _entry("Target", _target(outcome, reading))
    if outcome.printed is not None or outcome.findings:
        yield _entry("As printed", _as_printed(outcome))
    if indicator is not None and indicator.evidence:
        yield _entry("Evidence to hold", _evidence(indicator))
    yield _entry("Source", _source(outcome))


def _entry(term: str, content: Markup) -> Markup:
    return joined((element("dt", term), element("dd", content)))


def _calculation(reading: Verification) -> Markup:
    result = reading.result
    formula, substituted, value = result.steps
    steps = [formula, f"= {substituted}"]
    if result.reason is None:
        steps.append(f"{value} {unit_text(result.unit)}".rstrip())
    lines = (element("li", element("code", step)) for step in steps)
    unread = element("p", "Part of the cell is not read.") if result.tainted else None
    return joined((element("ol", *lines, class_="steps"), _counts(reading), unread))


def _counts(reading: Verification) -> Markup | None:
    formula, counts = reading.result.formula, reading.result.counts
    items = [
        element(
            "li",
            element("code", f"{name} = {number_text(counts[name]) if name in counts else '–'}"),
            " ",
            element("span", symbol.definition or "", lang=formula.language, class_="quiet"),
        )
        for name, symbol in formula.symbols.items()
        if symbol.role != "result"
    ]
    return element("ul", *items, class_="counts") if items else None


def _standing(reading: Verification) -> Markup:
    drawing = interval_drawing(reading)
    message = element("figcaption", _sentence(reading.message))
    return element("figure", drawing, message)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _causes(reading: Verification) -> Markup:
    if not reading.causes:
        return element("p", "No simple mistake gives this figure.")
    return element("ul", *map(_cause, reading.causes), class_="causes")


def _cause(cause: Cause) -> Markup:
    chance = f" {_sentence(chance_text(cause.chance))}"
    weak = " It proves little." if cause.proves_little else ""
    return element(
        "li",
        element("span" if cause.proves_little else "strong", cause.sentence),
        ": ",
        element("code", cause.proof),
        element("span", f".{chance}{weak}", class_="quiet"),
    )


def _target(outcome: Outcome, reading: Verification) -> Markup:
    indicator, target = outcome.indicator, outcome.target
    assert indicator is not None
    assert target is not None
    direction = (indicator.direction or "").replace("_", " ")
    planned = f"{direction} {target.printed} {unit_text(indicator.unit)}".strip()
    sentence = f"Planned for {outcome.row.year}: {planned}."
    effect = reading.target_effect
    error = f" Effect of the error: {EFFECTS[effect]}." if reading.agrees is False else ""
    return element("p", f"{sentence}{error if effect is not None else ''}")


def _as_printed(outcome: Outcome) -> Markup:
    printed, indicator = outcome.printed, outcome.indicator
    lines: list[Markup] = []
    if printed is not None:
        formula, substituted, value = printed.result.steps
        shown = element("code", f"{formula} = {substituted} {value}")
        lines.append(element("p", "By the printed formula ", shown, ": ", verdict_badge(printed)))
    if indicator is not None and indicator.erratum is not None:
        lines.append(element("p", f"The formula is corrected: {indicator.erratum.reason}"))
    lines += (element("p", f"{found.code}: {found.message}") for found in outcome.findings)
    return joined(lines)


def _evidence(indicator: Indicator) -> Markup:
    items = (
        element("li", phrase.text, " ", element("span", str(phrase.source), class_="quiet place"))
        for phrase in indicator.evidence
    )
    return element("ul", *items)


def _source(outcome: Outcome) -> Markup:
    row, indicator = outcome.row, outcome.indicator
    places = [joined(("figure and counts ", _place(row.place)))]
    if indicator is not None:
        places.append(joined(("indicator ", _place(str(indicator.source)))))
        if indicator.cell_source is not None:
            places.append(joined(("calculation ", _place(str(indicator.cell_source)))))
    return element("p", between("; ", places))


def _place(place: str) -> Markup:
    return element("span", place, class_="place")
