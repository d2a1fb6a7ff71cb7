"""Workbooks to be filled in: the reported figures and counts that a methodology asks for.

A sheet ``inputs`` asks for each count once a year; a sheet for each part has a row for each
indicator and year, with its target, the counts it needs and the evidence to attach. Headings in
brackets are remarks; the others are read back by :func:`kpiformula.tables.read_reported`. Reported
figures are cells of text, so that ``0,40`` keeps its last digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import Any

from kpiformula.diagnostics import FormulaSyntaxError, InputError, error
from kpiformula.methodology import Indicator, Methodology
from kpiformula.nodes import names
from kpiformula.tables.files import write_whole
from kpiformula.tables.shared import inputs_of
from kpiformula.tables.sheets_out import Column, Content, NewSheet, NewWorkbook

_WRAPPED = {"valign": "top", "text_wrap": True}
_TEXT = {"valign": "top", "num_format": "@"}
_TO_FILL_IN = {"valign": "top", "bg_color": "#FFF9DB", "border": 1, "border_color": "#D9D2B0"}
_NAME_LENGTH = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST_LIST = 255


def write_template(
    path: str | PathLike[str],
    methodology: Methodology,
    *,
    years: Sequence[int] = (),
    category: str | None = None,
) -> None:
    """Write a workbook to be filled in for a methodology, whole or not at all.

    Args:
        path: the file; one that is there is replaced.
        methodology: the indicators that are asked for.
        years: those that are asked for; without any, all of the methodology.
        category: filled in where an indicator has a coefficient.

    Raises:
        InputError: KF533 for a year that the methodology does not have; KF562 without the
            libraries for Excel; KF563 where the file cannot be written.
    """
    write_whole(path, template_workbook(methodology, years=years, category=category))


def template_workbook(
    methodology: Methodology, *, years: Sequence[int] = (), category: str | None = None
) -> bytes:
    """Return the workbook of :func:`write_template` as bytes."""
    asked = tuple(years) or methodology.years
    for year in asked:
        if year not in methodology.years:
            known = ", ".join(map(str, methodology.years))
            message = f"{year} is no year of {methodology.id}"
            raise InputError(error("KF533", message, help=f"known are {known}"))
    book = NewWorkbook()
    _write_about(book, methodology, asked)
    _write_inputs(book, methodology, asked)
    taken = {"about", "inputs"}
    for part in methodology.parts:
        indicators = [row for row in methodology.values() if row.part == part.id]
        if indicators:
            name = _sheet_name(part.id, taken)
            _write_part(book, name, methodology, indicators, asked, category)
    return book.data


def _sheet_name(part: str, taken: set[str]) -> str:
    """Return a name that a sheet may have, and that no other sheet has."""
    base = _FORBIDDEN.sub("-", part)[:_NAME_LENGTH]
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base[: _NAME_LENGTH - 4]} {number}"
    taken.add(name.casefold())
    return name


def own_letters(indicator: Indicator) -> tuple[str, ...]:
    """Return the symbols of a formula for which the methodology names no input."""
    try:
        reading = indicator.reading
    except (FormulaSyntaxError, InputError):
        return ()
    own = indicator.input.id if indicator.input is not None else None
    return tuple(
        name
        for name in names(reading.node)
        if name not in indicator.symbols and name not in reading.coefficients and name != own
    )


def needed_inputs(indicator: Indicator) -> tuple[str, ...]:
    """Return the inputs that the formula of an indicator uses; all that it may need, if unread."""
    try:
        used = set(names(indicator.reading.node))
    except (FormulaSyntaxError, InputError):
        return ()
    if indicator.input is not None:
        return inputs_of(indicator)
    return tuple(dict.fromkeys(s.input for name, s in indicator.symbols.items() if name in used))


def shown_name(name: Mapping[str, str]) -> str:
    """Return a name in its own language, with the English one below it."""
    first = next(iter(name.values()), "")
    english = name.get("en", first)
    return first if english == first else f"{first}\n{english}"


# --- sheets --------------------------------------------------------------------------------------

_HOW = (
    "Fill in the yellow cells only: counts on the sheet `inputs`, reported figures on the others.",
    (
        "Type a reported figure as it is printed: 0,40 is not 0,4. Leave a cell empty, or type a "
        "dash, where there is no figure; never 0."
    ),
    "A count is typed once a year, on `inputs`; every indicator that needs it takes it from there.",
    "The category chooses the coefficient; it is needed where the column `category` is yellow.",
    "Headings in brackets are remarks and are not read; do not change the other headings.",
    "Then: kpiformula verify FILE.xlsx --methodology {id}",
)


def _write_about(book: NewWorkbook, methodology: Methodology, years: Sequence[int]) -> None:
    sheet = book.sheet("about")
    sheet.sheet.set_column(0, 0, 14)
    sheet.sheet.set_column(1, 1, 110)
    sheet.write(0, 0, "Figures to report", {"bold": True, "font_size": 14})
    facts = [
        ("methodology", methodology.id),
        *(("name", name) for name in methodology.name.values()),
        ("source", f"{methodology.source.file}: {methodology.source.title}"),
        ("years", ", ".join(map(str, years))),
        ("categories", ", ".join(methodology.categories) or "none"),
        *(("how", line.replace("{id}", methodology.id)) for line in _HOW),
    ]
    for row, (head, text) in enumerate(facts, start=2):
        sheet.write(row, 0, head, {"bold": True, "valign": "top"})
        sheet.write(row, 1, " ".join(text.split()), _WRAPPED)


def _write_inputs(book: NewWorkbook, methodology: Methodology, years: Sequence[int]) -> None:
    used: dict[str, list[str]] = {}
    for indicator in methodology.values():
        for name in needed_inputs(indicator):
            used.setdefault(name, []).append(indicator.code)
    columns = (
        Column("input", 34, _TEXT),
        Column("(name)", 70, _WRAPPED),
        Column("(unit)", 14, _WRAPPED),
        Column("(used by)", 16, _WRAPPED),
        *(Column(str(year), 14, {"valign": "top"}) for year in years),
    )
    sheet = book.sheet("inputs", columns)
    inputs = [each for each in methodology.inputs.values() if each.id in used]
    for row, each in enumerate(inputs, start=1):
        line = (each.id, shown_name(each.name), each.unit, ", ".join(used[each.id]))
        contents = dict(zip((column.head for column in columns), line, strict=False))
        sheet.fit_height(row, columns, contents)
        for column, content in enumerate(line):
            sheet.write(row, column, content, columns[column].look)
        for column in range(len(line), len(columns)):
            sheet.write(row, column, None, _TO_FILL_IN)
    if inputs:
        _numbers_only(sheet, len(inputs), len(columns) - len(years), len(columns) - 1)
        sheet.rows_below(len(inputs), len(columns))


def _numbers_only(sheet: NewSheet, rows: int, first: int, last: int) -> None:
    limit = 10**15 - 1
    sheet.sheet.data_validation(1, first, rows, last, {
        "validate": "decimal", "criteria": "between", "minimum": -limit, "maximum": limit,
        "error_title": "A number is needed", "error_type": "warning",
        "error_message": "Type the count as a number of at most 15 digits, or leave it empty.",
    })  # fmt: skip


def _write_part(
    book: NewWorkbook,
    name: str,
    methodology: Methodology,
    indicators: Sequence[Indicator],
    years: Sequence[int],
    category: str | None,
) -> None:
    letters = tuple(dict.fromkeys(each for row in indicators for each in own_letters(row)))
    columns = _part_columns(letters)
    sheet = book.sheet(name, columns, frozen=2)
    to_fill_in = {"reported", "category", *letters}
    row = 0
    for indicator in indicators:
        for year in years:
            row += 1
            line = dict(_part_line(indicator, methodology, year, category))
            sheet.fit_height(row, columns, line)
            open_cells = to_fill_in & {"reported", *_asked(indicator)}
            for index, column in enumerate(columns):
                look = {**column.look, **(_TO_FILL_IN if column.head in open_cells else {})}
                sheet.write(row, index, line.get(column.head), look)
    sheet.rows_below(row, len(columns))
    places = {column.head: index for index, column in enumerate(columns)}
    sheet.sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    _categories_only(sheet, methodology, row, places["category"])


def _part_columns(letters: Sequence[str]) -> tuple[Column, ...]:
    return (
        Column("code", 11, _TEXT),
        Column("(indicator)", 60, _WRAPPED),
        Column("year", 7, {"valign": "top", "num_format": "0"}),
        Column("(unit)", 12, _WRAPPED),
        Column("(target)", 12, _TEXT),
        Column("reported", 14, _TEXT),
        *(Column(letter, 14, {"valign": "top"}) for letter in letters),
        Column("category", 14, _TEXT),
        Column("(inputs needed)", 44, _WRAPPED),
        Column("(formula)", 30, _WRAPPED),
        Column("(evidence to attach)", 60, _WRAPPED),
        Column("(remark)", 40, _WRAPPED),
        Column("methodology", 26, _TEXT),
    )


def _asked(indicator: Indicator) -> Iterator[str]:
    """Yield the columns that are to be filled in beside the reported figure."""
    yield from own_letters(indicator)
    if _has_coefficient(indicator):
        yield "category"


def _has_coefficient(indicator: Indicator) -> bool:
    try:
        reading = indicator.reading
        used = names(reading.node)
        return any(c.cases for name, c in reading.coefficients.items() if name in used)
    except (FormulaSyntaxError, InputError):
        return False


def _part_line(
    indicator: Indicator, methodology: Methodology, year: int, category: str | None
) -> Iterator[tuple[str, Content]]:
    yield from (("code", indicator.code), ("year", year), ("methodology", methodology.id))
    yield "(indicator)", shown_name(indicator.name)
    yield "(unit)", indicator.printed_unit or indicator.unit
    if year in indicator.targets:
        yield "(target)", _with_direction(indicator, year)
    if category is not None and _has_coefficient(indicator):
        yield "category", category
    yield "(inputs needed)", "\n".join((*needed_inputs(indicator), *own_letters(indicator)))
    yield "(formula)", _formula(indicator)
    yield "(evidence to attach)", "\n".join(phrase.text for phrase in indicator.evidence)
    yield "(remark)", "\n".join(filter(None, (indicator.reason, indicator.uncertain)))


def _with_direction(indicator: Indicator, year: int) -> str:
    words: Mapping[str | None, str] = {"at_least": "≥ ", "at_most": "≤ "}
    return f"{words.get(indicator.direction, '')}{indicator.targets[year].printed}"


def _formula(indicator: Indicator) -> str:
    try:
        return str(indicator.reading)
    except FormulaSyntaxError as refused:
        return f"not read: {refused.diagnostics[0].message}"
    except InputError:
        return ""


def _categories_only(sheet: NewSheet, methodology: Methodology, rows: int, column: int) -> None:
    listed = list(methodology.categories)
    if not listed or len(",".join(listed)) > _LONGEST_LIST:
        return
    rule: dict[str, Any] = {
        "validate": "list",
        "source": listed,
        "error_type": "warning",
        "error_title": "Not a known category",
        "error_message": f"Known are {', '.join(listed)[:180]}.",
    }
    sheet.sheet.data_validation(1, column, rows, column, rule)
