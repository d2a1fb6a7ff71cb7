"""Printed text to marks: running text on one line, in one script a word, cut and looked up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kpiformula.diagnostics import Span
from kpiformula.grammar import Mark, is_compound, marks
from kpiformula.text import TO_CYRILLIC, TO_LATIN, CleanText, clean, only_in_its_script, script
from kpiformula.thresholds.vocabulary import Entry, entry, longest_row

GRAMMAR = "threshold"
"""The file of ``grammars/`` that says what is read here, and its rule."""

_LOOKED_UP = frozenset({"WORD", "MEASURED", "OTHER"})
_INSIDE_A_ROW = frozenset({"HYPHEN", "TIE"})
_JOINED = frozenset({"UNIT", "UNIT_FROM", "UNIT_TO", "DESCRIBING"})


@dataclass(frozen=True, slots=True)
class MarkedText:
    """The marks of a printed text, and what the word lists say of those that begin a row."""

    printed: str
    running: CleanText
    marks: tuple[Mark, ...]
    entries: Mapping[int, Entry]

    def span(self, start: int, end: int) -> Span:
        """Return the place in the printed text of characters of the running text."""
        found = self.running.printed(start, end)
        after = found.end
        while after < len(self.printed) and unicodedata.combining(self.printed[after]):
            after += 1
        return Span(found.start, after)


def marked(printed: str) -> MarkedText:
    """Cut a printed text into marks; words of the lists have the kinds that these give them."""
    running = _running(clean(printed))
    entries: dict[int, Entry] = {}
    found = tuple(_looked_up(running.text, marks(running.text, GRAMMAR), entries))
    return MarkedText(printed, running, found, entries)


def _looked_up(text: str, cut: list[Mark], entries: dict[int, Entry]) -> Iterator[Mark]:
    index = 0
    while index < len(cut):
        mark = cut[index]
        row, after = _row_at(cut, index) if mark.kind in _LOOKED_UP else (None, index)
        if row is None:
            yield mark
            index += 1
            continue
        end = cut[after - 1].end
        entries[mark.start] = row
        yield Mark(row.kind, text[mark.start : end], mark.start, end)
        index = after


def _row_at(cut: list[Mark], index: int) -> tuple[Entry | None, int]:
    """Return the longest row that begins with a mark, and the index behind it."""
    words, after = [cut[index].text], [index + 1]
    while len(words) < longest_row(words[0]):
        following = after[-1]
        if following < len(cut) and cut[following].kind in _INSIDE_A_ROW:
            following += 1
        if following == len(cut):
            break
        words.append(cut[following].text)
        after.append(following + 1)
    for count in range(len(words), 0, -1):
        found = entry(words[:count])
        if found is not None and (found.kind, cut[index].kind) != ("DESCRIBING", "MEASURED"):
            return found, after[count - 1]
    return _second_part(cut, index)


def _second_part(cut: list[Mark], index: int) -> tuple[Entry | None, int]:
    """Return the row of the second part of a compound whose first part is in no row."""
    after = index + 3
    if after <= len(cut) and cut[index + 1].kind == "HYPHEN" and cut[index + 2].kind == "WORD":
        found = entry([cut[index + 2].text])
        if found is not None and found.kind in _JOINED:
            return found, after
    return None, index


# --- running text ------------------------------------------------------------------------------

_BROKEN = re.compile(r"([^\W\d_]{1,40})[-‐]\n(?=[^\W\d_])")
_LETTERS = re.compile(r"[^\W\d_]+")


def _running(cleaned: CleanText) -> CleanText:
    """Return the text on one line, words joined that a line end had cut, each in one script."""
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for broken in _BROKEN.finditer(cleaned.text):
        keep = broken.end() - (1 if is_compound(broken.group(1).casefold()) else 2)
        pieces.append(cleaned.text[at:keep])
        offsets.extend(cleaned.offsets[at:keep])
        at = broken.end()
    pieces.append(cleaned.text[at:])
    offsets.extend(cleaned.offsets[at:])
    one_line = "".join(pieces).replace("\n", " ")
    return CleanText(_LETTERS.sub(_in_one_script, one_line), tuple(offsets))


def _in_one_script(match: re.Match[str]) -> str:
    """Return a word of two scripts in that of which it has letters without a look-alike."""
    word = match.group()
    if len({script(char) for char in word}) == 1:
        return word
    exclusive = {script(char) for char in word if only_in_its_script(char)}
    if exclusive == {"cyrillic"}:
        return "".join(TO_CYRILLIC.get(char, char) for char in word)
    if exclusive <= {"latin"}:
        return "".join(TO_LATIN.get(char, char) for char in word)
    return word
