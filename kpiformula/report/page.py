"""The page of a report: its head, the summary, the figures, the targets, what is refused."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from itertools import starmap

from kpiformula.diagnostics import Diagnostic
from kpiformula.report.drawings import target_drawing
from kpiformula.report.entries import Numbered, anchor, figures_table, names
from kpiformula.report.markup import Markup, between, element, joined, plain, verbatim
from kpiformula.report.wording import (
    EFFECTS,
    MEANINGS,
    REFUSED,
    ROUNDINGS,
    STANDINGS,
    badge,
    unit_text,
)
from kpiformula.runs import Outcome, Run


def page(run: Run) -> str:
    """Return the whole page; it refers to nothing outside itself, and nothing may be loaded."""
    style, script = _own("page.css"), _own("page.js")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"Verification of {run.table.source.name}"),
        verbatim("style", style),
    )
    body = element("body", element("main", *_sections(run)), _foot(), verbatim("script", script))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _own(name: str) -> str:
    return files("kpiformula.report").joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return a policy that allows this style and this script, and nothing else."""
    kinds = {"style-src": style, "script-src": script}
    own = "; ".join(f"{kind} 'sha256-{_digest(text)}'" for kind, text in kinds.items())
    return f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _sections(run: Run) -> Iterator[Markup]:
    yield _heading(run)
    yield _section("summary", "Summary", _summary(run))
    found = run.contradictions
    if found:
        yield _section("contradictions", "Figures that cannot all be right", _findings(found))
    if run.notes:
        yield _section("notes", "Worth a look", _findings(run.notes))
    rows = list(enumerate(run.outcomes, 1))
    if run.verified:
        yield _section("figures", "Figures", figures_table(rows))
    planned = [row for row in rows if _is_planned(row[1])]
    if planned:
        yield _section("targets", "Against the targets", _targets(planned))
    if run.refused:
        yield _section("refused", "Rows refused", _refused(rows))


def _section(name: str, title: str, *content: Markup) -> Markup:
    heading = element("h2", title, id=f"{name}-title")
    return element("section", heading, *content, id=name, aria_labelledby=f"{name}-title")


def _heading(run: Run) -> Markup:
    methodologies = (
        element("p", names(each.name), element("span", each.id, class_="quiet"), class_="held")
        for each in run.methodologies.values()
    )
    return element(
        "header",
        element("h1", "Verification of reported figures"),
        element("p", element("span", run.table.source.name, class_="place"), class_="file"),
        *methodologies,
    )


def _foot() -> Markup:
    version = sys.modules["kpiformula"].__version__
    return element("footer", element("p", f"kpiformula {version}. All values are exact; "
                                     "what follows ≈ is rounded for reading."))  # fmt: skip


# --- the summary ---------------------------------------------------------------------------------


def _summary(run: Run) -> Markup:
    return joined((_account(run), _verdicts(run), _settings(run)))


def _account(run: Run) -> Markup:
    read, verified, refused = (len(each) for each in (run.outcomes, run.verified, run.refused))
    wrong, right, unsettled = (run.agreeing(each) for each in (False, True, None))
    told = [
        f"{right} {'agrees' if right == 1 else 'agree'}",
        f"{wrong} {'differs' if wrong == 1 else 'differ'}",
        f"{unsettled} cannot be told" if unsettled else "",
    ]
    return joined(
        (
            element("p", f"{', '.join(filter(None, told))}.", class_="finding"),
            element("p", f"{_rows(read)} read = {verified} with a verdict + {refused} refused."),
        )
    )


def _rows(number: int) -> str:
    return f"{number} {'row' if number == 1 else 'rows'}"


def _verdicts(run: Run) -> Markup:
    total = len(run.outcomes)
    rows = [
        _verdict_row(badge(verdict, *STANDINGS[agrees]), number, total, MEANINGS[verdict])
        for verdict in MEANINGS
        for agrees in (True, False, None)
        if (number := sum((each.verdict, each.agrees) == (verdict, agrees)
                          for each in run.verified))
    ]  # fmt: skip
    if run.refused:
        mark = badge(REFUSED, "none", "–")
        rows.append(_verdict_row(mark, len(run.refused), total, "the row cannot be verified"))
    head = element("tr", *(element("th", name, scope="col") for name in ("Verdict", "Rows", "")),
                   element("th", "Meaning", scope="col"))  # fmt: skip
    last = element("tr", element("th", "rows read", scope="row"), _number(total), element("td"),
                   element("td"))  # fmt: skip
    return element(
        "table",
        element("caption", "Rows by verdict", class_="unseen"),
        element("thead", head),
        element("tbody", *rows),
        element("tfoot", last),
        class_="verdicts",
    )


def _verdict_row(mark: Markup, number: int, total: int, meaning: str) -> Markup:
    width = max(1, round(100 * number / total))
    bar = element("rect", width=width, height=8, y=1)
    drawn = element("svg", bar, viewBox="0 0 100 10", class_="bar", aria_hidden="true")
    return element(
        "tr",
        element("th", mark, scope="row"),
        _number(number),
        element("td", drawn, class_="bars"),
        element("td", meaning, class_="quiet"),
    )


def _number(number: int) -> Markup:
    return element("td", str(number), class_="number")


def _settings(run: Run) -> Markup:
    category = f" Category: {run.category}." if run.category else ""
    erratum = ", even where an erratum corrects it" if run.as_printed else " or its erratum"
    held = f"Held against the printed formula{erratum}."
    if run.outcomes and all(each.row.formula for each in run.outcomes):
        held = "Each figure is held against the formula of its row."
    rounding = f"Figures may be rounded {ROUNDINGS[run.rounding]}."
    return element("p", f"{held} {rounding}{_inputs(run)}{category}", class_="quiet")


def _inputs(run: Run) -> str:
    rounded = " Counts are taken as rounded to the digits printed"
    if run.inputs is not None:
        return f"{rounded}." if run.inputs == "rounded" else ""
    said = any(each.row.inputs_rounded for each in run.outcomes)
    return f"{rounded}, where the row says so." if said else ""


# --- targets -------------------------------------------------------------------------------------


def _is_planned(outcome: Outcome) -> bool:
    target, reading = outcome.target, outcome.reading
    return bool(target and target.value is not None and reading and reading.reported)


def _targets(planned: list[Numbered]) -> Markup:
    columns = ("Code", "Year", "Target", "Reported", "Against the target", "Effect of the error")
    head = (element("th", name, scope="col", role="columnheader") for name in columns)
    return joined(
        (
            _key(),
            element(
                "table",
                element("caption", "Reported figures and exact values in parts of their target",
                        class_="unseen"),
                element("thead", element("tr", *head, role="row"), role="rowgroup"),
                element("tbody", *starmap(_target_row, planned), role="rowgroup"),
                class_="targets",
                role="table",
            ),
        )
    )  # fmt: skip


def _key() -> Markup:
    return element(
        "p",
        "○ reported, ◆ exact value; the upright line is the target, the scale ends at 150 % of it, "
        "and in the pale band the target is met.",
        class_="quiet",
    )


def _target_row(number: int, outcome: Outcome) -> Markup:
    target, reading, indicator = outcome.target, outcome.reading, outcome.indicator
    assert target is not None
    assert target.value is not None
    assert indicator is not None
    assert reading is not None
    assert reading.reported is not None
    drawn = target_drawing(
        target.value, reading.reported.value, reading.computed, indicator.direction
    )
    sign = {"at_least": "≥ ", "at_most": "≤ "}.get(indicator.direction or "", "")
    unit = unit_text(indicator.unit)
    link = element("a", outcome.row.code, href=f"#{anchor(number)}")
    effect = EFFECTS[reading.target_effect] if reading.agrees is False else "–"
    english = indicator.name.get("en")
    return element(
        "tr",
        element("th", link, element("span", english, class_="english"), scope="row",
                role="rowheader", class_="code"),
        _target_cell("Year", str(outcome.row.year), "number"),
        _target_cell("Target", f"{sign}{target.printed} {unit}".rstrip(), "number"),
        _target_cell("Reported", reading.reported.printed, "number"),
        _target_cell("Against the target", drawn or "the target is not above zero", "chart"),
        _target_cell("Effect of the error", effect),
        role="row",
    )  # fmt: skip


def _target_cell(column: str, content: str, kind: str | None = None) -> Markup:
    return element("td", content, role="cell", class_=kind, data_column=column)


# --- what is refused, what contradicts -----------------------------------------------------------


def _refused(rows: list[Numbered]) -> Markup:
    columns = ("Place", "Code", "Year", "Reported", "Reason")
    head = (element("th", name, scope="col", role="columnheader") for name in columns)
    refused = (_refused_row(*row) for row in rows if row[1].reading is None)
    return element(
        "table",
        element("caption", "Rows that cannot be verified, each with its reason", class_="unseen"),
        element("thead", element("tr", *head, role="row"), role="rowgroup"),
        element("tbody", *refused, role="rowgroup"),
        class_="refused",
        role="table",
    )


def _refused_row(number: int, outcome: Outcome) -> Markup:
    row = outcome.row
    place = element("span", row.place, class_="place")
    reported = row.reported.printed if row.reported else "–"
    return element(
        "tr",
        element("th", place, scope="row", role="rowheader"),
        _target_cell("Code", row.code or "–", "code"),
        _target_cell("Year", str(row.year or "–"), "number"),
        _target_cell("Reported", reported, "number"),
        _target_cell("Reason", between(" ", map(_reason, outcome.findings))),
        id=anchor(number),
        role="row",
    )


def _reason(finding: Diagnostic) -> Markup:
    advice = f" ({plain(finding.help)})" if finding.help else ""
    return element("span", element("span", finding.code, class_="quiet"),
                   f" {finding.message}{advice}", class_="reason")  # fmt: skip


def _findings(findings: tuple[Diagnostic, ...]) -> Markup:
    items = (
        element("li", _reason(each), " ", element("span", each.location, class_="place quiet"))
        for each in findings
    )
    return element("ul", *items)
