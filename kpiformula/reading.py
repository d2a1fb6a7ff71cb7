"""Reads a printed cell as a formula: :func:`parse`, with its limits and its errors."""

from __future__ import annotations

from kpiformula.assembly import assembled
from kpiformula.diagnostics import FormulaSyntaxError, LimitError, Source, Span, error
from kpiformula.formula import Formula, Symbol
from kpiformula.nodes import Binary, names
from kpiformula.statement import Refused
from kpiformula.text import CleanText, clean, script
from kpiformula.words import is_letter

MAX_CELL = 20_000
"""Characters of a cell (KF902)."""


def parse(printed: str, *, name: str = "<formula>", source: Source | None = None) -> Formula:
    """Read a calculation cell as it comes out of a document.

    ``name`` stands for the file in findings; ``source`` may place the text inside a larger file.

    Raises:
        FormulaSyntaxError: when no formula can be read (KF100–KF116); it is a ``ValueError``.
        LimitError: when the text is beyond the limits of DESIGN §5.11 (KF9xx).
    """
    source = source or Source(printed, name)
    if len(printed) > MAX_CELL:
        message = f"a cell of more than {MAX_CELL} characters"
        raise LimitError(error("KF902", message, Span(0, len(printed)), source))
    cleaned = clean(printed)
    try:
        formula = assembled(printed, source, cleaned)
        _refuse_uncertain(formula, cleaned)
        return formula
    except Refused as refused:
        span = cleaned.printed(refused.start, refused.end)
        more = {"help": refused.help} if refused.help else {}
        diagnostic = error(refused.code, refused.message, span, source, **more)
        kind = LimitError if refused.code.startswith("KF9") else FormulaSyntaxError
        raise kind(diagnostic) from None


def _refuse_uncertain(formula: Formula, cleaned: CleanText) -> None:
    """Refuse a reading whose canonical form, read by itself, says something else.

    Only letters of one alphabet between signs are read the same wherever they stand.

    Raises:
        Refused: KF116.
    """
    for one in formula.formulas:
        line = str(one)
        if not _is_certain(one) and not _reads_back(line, one):
            message = f"read as {line[:200]!r}, which by itself would be read differently"
            raise Refused("KF116", message, 0, len(cleaned.text),
                          "write the formula with letters, and a legend")  # fmt: skip


def _is_certain(formula: Formula) -> bool:
    used = names(formula.node)
    scripts = {script(name[0]) for name in used}
    letters = all(is_letter(name) and not _may_be_a_word(name) for name in used)
    return len(scripts) == 1 and letters and isinstance(formula.node, Binary)


def _may_be_a_word(letter: str) -> bool:
    """Whether a letter alone is a word as well, such as ``и`` and ``к``."""
    return letter.islower() and script(letter[0]) == "cyrillic"


def _reads_back(line: str, formula: Formula) -> bool:
    try:
        again = assembled(line, Source(line), clean(line))
    except Refused:
        return False
    return again.node == formula.node and _named(again.result) == _named(formula.result)


def _named(result: Symbol | None) -> str | None:
    return result.name if result is not None else None
