"""HTML built from elements: a text is escaped unless an element made it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from html import escape

VOID = frozenset({"meta", "br"})
"""Elements of HTML that have no content and no end."""

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Invisible characters that turn the direction of the text around them."""


class Markup(str):
    """Text that is HTML already; only this module makes it."""

    __slots__ = ()


Attribute = str | int | bool | None


def element(tag: str, *content: str | None, **attributes: Attribute) -> Markup:
    """Return an element; of its content, what is no :class:`Markup` is escaped.

    ``class_`` and ``for_`` lose their underscore, others become hyphens: ``aria_label``. An
    attribute that is ``None`` or ``False`` is left out, one that is ``True`` has no value.
    """
    start = f"<{tag}{''.join(_attribute(*each) for each in attributes.items())}>"
    return Markup(start if tag in VOID else f"{start}{joined(content)}</{tag}>")


def joined(content: Iterable[str | None]) -> Markup:
    """Return pieces one after the other, escaped where they are no markup."""
    return Markup("".join(_escaped(each) for each in content if each is not None))


def between(separator: str, pieces: Iterable[str]) -> Markup:
    """Return pieces with a separator between them."""
    return Markup(_escaped(separator).join(map(_escaped, pieces)))


def verbatim(tag: str, text: str, **attributes: Attribute) -> Markup:
    """Return a ``script`` or ``style`` of our own, whose text is not escaped there."""
    assert "</" not in text
    return element(tag, Markup(text), **attributes)


def plain(text: str) -> str:
    """Return a text without characters that a page cannot hold, or that turn text around."""
    return "".join(map(_seen, text)) if not text.isprintable() else text


def _seen(char: str) -> str:
    if char in "\n\t":
        return char
    steers = char in _TURNING or unicodedata.category(char) in ("Cc", "Cs")
    return "\ufffd" if steers else char


def _escaped(text: str) -> str:
    return text if isinstance(text, Markup) else escape(plain(text))


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{escape(plain(str(value)))}"'
