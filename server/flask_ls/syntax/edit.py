"""Replacements in a text."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from flask_ls.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable


class TextEdit(NamedTuple):
    """Put ``text`` in the place of ``span``; an empty span inserts."""

    span: Span
    text: str


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """``text`` with all edits made at once; every span counts in the text before any edit.

    Edits may touch. Several inserts at one offset keep the order they are given in, and go before a replacement
    that starts there.

    :raises ValueError: two edits overlap, or one lies outside the text.
    """
    parts: list[str] = []
    position = 0
    for (start, end), replacement in sorted(edits, key=attrgetter("span")):
        if start < position:
            raise ValueError(f"an edit at {start} overlaps one that ends at {position}")
        if not start <= end <= len(text):
            raise ValueError(f"an edit at {start}..{end} lies outside the text")
        parts += (text[position:start], replacement)
        position = end
    parts.append(text[position:])
    return "".join(parts)
