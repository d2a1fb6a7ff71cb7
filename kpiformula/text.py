"""Printed text to clean text: invisible characters, spaces, look-alike letters, numbers.

The printed text itself is never changed: :class:`CleanText` keeps, for each of its characters,
the place it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from kpiformula.diagnostics import InputError, Source, Span, error

MAX_DIGITS = 30
"""Digits read in one number (KF905); more would let a short text stand for endless work."""

SPACES = "\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t"
"""The kinds of space, as the inside of a character class."""

_INVISIBLE = frozenset("\ufeff\u00ad\u200b\u200c\u200d\u200e\u200f\u2060")
_SPACE = re.compile(f"[{SPACES}]")
_LINE_END = frozenset("\n\r\v\f\u0085\u2028\u2029")
_BLANK = re.compile(f"[{SPACES}\n\r\v\f\u0085\u2028\u2029]+")


_CLEAN = re.compile("[!-~]+(?: [!-~]+)*")
"""What needs no cleaning, as most figures of a table."""


@dataclass(frozen=True, slots=True)
class CleanText:
    """Text without invisible characters, and the printed place of each character."""

    text: str
    offsets: tuple[int, ...]

    def printed(self, start: int, end: int) -> Span:
        """Return the span of the printed text behind the clean characters ``start``…``end``."""
        if start >= end:
            place = self.offsets[min(start, len(self.offsets) - 1)]
            return Span(place, place)
        return Span(self.offsets[start], self.offsets[end - 1] + 1)


def clean(printed: str) -> CleanText:
    """Return the text composed (NFC), nothing invisible, with single spaces and line ends.

    A soft hyphen at the end of a line takes the line end with it; so does a group of digits that
    no number begins with: ``10`` and, on the next line, ``000``.
    """
    if _CLEAN.fullmatch(printed):
        return CleanText(printed, tuple(range(len(printed) + 1)))
    characters: list[str] = []
    offsets: list[int] = []
    index, length = 0, len(printed)
    while index < length:
        char = printed[index]
        start = index
        index += 1
        if char in _INVISIBLE:
            if char == "\u00ad":
                index = _after_line_end(printed, index)
            continue
        if char in _LINE_END or _SPACE.match(char):
            blank = _BLANK.match(printed, start)
            index = blank.end() if blank else index
            char = "\n" if _LINE_END.intersection(printed[start:index]) else " "
        else:
            while index < length and unicodedata.combining(printed[index]):
                char += printed[index]
                index += 1
            char = unicodedata.normalize("NFC", char)
        characters.extend(char)
        offsets.extend([start] * len(char))
    offsets.append(length)
    return CleanText(_with_whole_numbers("".join(characters)), tuple(offsets))


_NUMBER_GOES_ON = re.compile(r"((?<![\d.,])\d{1,3}(?: \d{3})*)\n(?=0\d\d(?!\d))")


def _with_whole_numbers(text: str) -> str:
    whole, joined = _NUMBER_GOES_ON.subn(r"\1 ", text)
    return _with_whole_numbers(whole) if joined else text


def _after_line_end(printed: str, index: int) -> int:
    blank = _BLANK.match(printed, index)
    ends = blank is not None and _LINE_END.intersection(blank.group())
    return blank.end() if blank is not None and ends else index


_BROKEN = re.compile(r"(?<![\w-])([\w-]*\w)(-)[ ]*\n[ ]*(?=\w)")


def join_lines(text: str, is_compound: Callable[[str], bool]) -> str:
    """Return running text on one line, with the words joined that a line end had cut.

    The hyphen stays where it belongs to the word: behind an abbreviation or a number, before a
    capital, behind the first part of a compound (``is_compound``), and where the same text
    prints the same word with a hyphen inside a line.
    """

    def joined(match: re.Match[str]) -> str:
        left = match.group(1)
        last = left.rsplit("-", 1)[-1]
        rest = re.compile(r"\w+").match(text, match.end())
        following = rest.group() if rest else ""
        keep = (
            not last[1:].islower()
            or not following[:1].islower()
            or is_compound(last.casefold())
            or f"{last}-{following}".casefold() in text.casefold()
        )
        return f"{left}-" if keep else left

    return " ".join(_BROKEN.sub(joined, text).split())


# --- letters -----------------------------------------------------------------------------------

_LATIN = "ABEKMHOPCTXIYaeopcxyi"
_CYRILLIC = "АВЕКМНОРСТХІҮаеорсхуі"
TO_LATIN = dict(zip(_CYRILLIC, _LATIN, strict=True)) | {"У": "Y", "һ": "h"}
TO_CYRILLIC = dict(zip(_LATIN, _CYRILLIC, strict=True))
"""Letters that look alike in print; applied in formula position only (DESIGN §5, faults B3.8)."""


def script(char: str) -> str:
    """Return ``latin``, ``cyrillic`` or ``other`` for a letter."""
    if "\u0400" <= char <= "\u052f":
        return "cyrillic"
    return "latin" if char.isalpha() and char.isascii() else "other"


def only_in_its_script(char: str) -> bool:
    """Return whether a letter has no look-alike in the other script."""
    return char not in TO_LATIN and char not in TO_CYRILLIC


def twin(name: str) -> str:
    """Return the name with each letter replaced by its look-alike of the Latin script."""
    return "".join(TO_LATIN.get(char, char) for char in name)


# --- numbers -----------------------------------------------------------------------------------

BLANKS = frozenset({"", "-", "\u2012", "\u2013", "\u2014", "\u2212"})
"""What stands in a printed table where there is no figure."""

_NUMBER = re.compile(
    rf"[+]?(?P<whole>\d{{1,3}}(?:[{SPACES}'’]\d{{3}})+|\d+|(?=[.]\d))(?:(?P<mark>[.,])(?P<part>\d+))?",
    re.ASCII,
)
_SIGNS = {"-": -1, "\u2212": -1, "\u2013": -1}
_THOUSANDS_OR_DECIMALS = re.compile(r"[1-9]\d{0,2},\d{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as printed: its exact value, its decimals, and whether a percent sign follows."""

    value: Fraction
    decimals: int
    percent: bool = False


def printed_number(text: str) -> PrintedNumber:
    """Read a number as documents print it: ``7 159``, ``0,4``, ``9 367 017,00``, ``41.06 %``.

    Thousands are grouped by any kind of space or by an apostrophe; a comma or a point stands
    before decimals. A percent sign is noted, the value stays as printed.

    Raises:
        InputError: KF504 for what is no number, KF505 where a comma may group thousands or
            stand before decimals (``1,234``), KF905 for more than 30 digits.
    """
    source = Source(text, "<number>")
    whole = Span(0, len(text))
    bare = "".join(c for c in text if c not in _INVISIBLE).strip()
    percent = bare.endswith(("%", "％"))
    bare = bare.rstrip("%％").rstrip() if percent else bare
    sign = _SIGNS.get(bare[:1], 1)
    bare = bare[1:].lstrip() if bare[:1] in _SIGNS else bare
    if sum(map(str.isdigit, bare)) > MAX_DIGITS:
        raise InputError(
            error("KF905", f"a number has more than {MAX_DIGITS} digits", whole, source)
        )
    match = _NUMBER.fullmatch(bare)
    if match is None:
        raise InputError(
            error("KF504", f"not a number: {text.strip()[:60]!r}", whole, source,
                  help="write digits, with a decimal comma or point, e.g. '7 159' or '0,4'")
        )  # fmt: skip
    if _THOUSANDS_OR_DECIMALS.fullmatch(bare):
        raise InputError(
            error("KF505", f"{bare!r} may be thousands or decimals", whole, source,
                  help="use a point for decimals or a space for thousands, or give a Decimal")
        )  # fmt: skip
    part = match["part"] or ""
    digits = re.sub(r"\D", "", match["whole"]) + part
    return PrintedNumber(sign * Fraction(int(digits), 10 ** len(part)), len(part), percent)


def is_number(text: str) -> bool:
    """Return whether a text is a number that can be read (see :func:`printed_number`)."""
    try:
        printed_number(text)
    except InputError:
        return False
    return True
