"""Replacements in a text."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from flask_ls.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


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


def composed(text: str, first: Iterable[TextEdit], second: Iterable[TextEdit]) -> list[TextEdit]:
    """Edits of ``text`` that do what ``first`` and then, on the text that gives, ``second`` do."""
    pieces = _spliced([(0, len(text))], first, len(text))
    pieces = _spliced(pieces, second, sum(map(_length, pieces)))
    edits: list[TextEdit] = []
    inserted, position = "", 0
    for piece in (*pieces, (len(text), len(text))):
        if isinstance(piece, str):
            inserted += piece
            continue
        if inserted or piece[0] > position:
            edits.append(TextEdit(Span(position, piece[0]), inserted))
        inserted, position = "", piece[1]
    return edits


_Piece = tuple[int, int] | str
"""A part of a text: from where to where in the original one, or what was put in."""


def _length(piece: _Piece) -> int:
    return len(piece) if isinstance(piece, str) else piece[1] - piece[0]


def _spliced(pieces: list[_Piece], edits: Iterable[TextEdit], length: int) -> list[_Piece]:
    """The pieces of the edited text; the edits count in the text of ``pieces``."""
    result: list[_Piece] = []
    position = 0
    for (start, end), replacement in sorted(edits, key=attrgetter("span")):
        result += (*_between(pieces, position, start), replacement)
        position = end
    return [piece for piece in (*result, *_between(pieces, position, length)) if _length(piece)]


def _between(pieces: list[_Piece], start: int, end: int) -> Iterator[_Piece]:
    offset = 0
    for piece in pieces:
        low, high = max(start - offset, 0), min(end - offset, _length(piece))
        if low < high:
            yield piece[low:high] if isinstance(piece, str) else (piece[0] + low, piece[0] + high)
        offset += _length(piece)
