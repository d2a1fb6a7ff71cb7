"""Where words stand in a printed text, whatever line ends and signs stand between their letters."""

from __future__ import annotations

from kpiformula.diagnostics import Span
from kpiformula.text import twin


def place(text: str, words: str, start: int = 0) -> Span | None:
    """Return the first place of some words at or behind ``start``; ``None`` where they are not.

    Only letters and digits are compared, look-alike letters of two alphabets as one, so that a
    word cut at a line end is found.
    """
    letters = [found for found in _letters(text) if found[1] >= start]
    wanted = "".join(letter for letter, _ in _letters(words))
    at = "".join(letter for letter, _ in letters).find(wanted)
    if at < 0 or not wanted:
        return None
    return Span(letters[at][1], letters[at + len(wanted) - 1][1] + 1)


def _letters(text: str) -> list[tuple[str, int]]:
    """Return the letters and digits of a text, small and in one alphabet, with their offsets."""
    return [(twin(char).lower()[:1], offset) for offset, char in enumerate(text) if char.isalnum()]
