"""Line tables and column units of one text.

A line ends at ``\\n``, ``\\r\\n`` or ``\\r`` and nowhere else: that is how CPython's tokenizer counts lines and how
LSP does. ``str.splitlines`` also splits at form feeds, ``\\x1c``, ``\\x85``, U+2028 and more, so it is not used here.

Rows and columns are 0-based. Columns count *units* of an encoding: ``"utf-32"`` code points, ``"utf-16"`` code units,
``"utf-8"`` bytes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Literal

from flask_ls.syntax.span import Span

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(r"\r\n|\r|\n")


def line_starts(text: str) -> list[int]:
    """The offset at which each line of ``text`` starts; never empty, ascending."""
    if "\r" not in text:
        starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
        starts.pop()
        return starts
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


class LineTable:
    """Offsets to rows and columns and back. Every method clamps, none raises."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = line_starts(text)
        self.is_ascii = text.isascii()

    def row_of(self, offset: int) -> int:
        return max(bisect_right(self.starts, offset) - 1, 0)

    def span(self, row: int) -> Span:
        """The line without its line ending. Rows outside the text give an empty span at its start or end."""
        if row < 0:
            return Span(0, 0)
        if row >= len(self.starts):
            return Span(len(self.text), len(self.text))
        start = self.starts[row]
        if row + 1 == len(self.starts):
            return Span(start, len(self.text))
        end = self.starts[row + 1] - 1
        if end > start and self.text[end] == "\n" and self.text[end - 1] == "\r":
            end -= 1
        return Span(start, end)

    def position(self, offset: int) -> tuple[int, int]:
        """Row and code-point column; an offset between ``\\r`` and ``\\n`` counts as the end of its line."""
        offset = min(max(offset, 0), len(self.text))
        row = self.row_of(offset)
        line = self.span(row)
        return row, min(offset, line.end) - line.start

    def offset(self, row: int, column: int) -> int:
        line = self.span(row)
        return min(line.start + max(column, 0), line.end)

    def to_units(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        row, column = self.position(offset)
        if encoding == "utf-32" or self.is_ascii or column == 0:
            return row, column
        start = self.starts[row]
        return row, _unit_length(self.text[start : start + column], encoding)

    def from_units(self, row: int, column: int, encoding: Encoding) -> int:
        """The offset of a column; a column in the middle of a character belongs to the character's start."""
        if encoding == "utf-32" or self.is_ascii or column <= 0:
            return self.offset(row, column)
        line = self.span(row)
        content = self.text[line.start : line.end]
        if content.isascii():
            return min(line.start + column, line.end)
        # The answer lies within the first ``column`` characters, as no character is shorter than one unit.
        ends = accumulate(_unit_width(character, encoding) for character in content[:column])
        return line.start + sum(1 for end in ends if end <= column)

    @cached_property
    def newline(self) -> str:
        """The line ending most lines have; ``\\n`` if there is none."""
        crlf = self.text.count("\r\n")
        counts = {
            "\n": self.text.count("\n") - crlf,
            "\r\n": crlf,
            "\r": self.text.count("\r") - crlf,
        }
        return max(counts, key=lambda ending: counts[ending])


def _unit_length(text: str, encoding: Encoding) -> int:
    if text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text.encode("utf-8", "surrogatepass"))


def _unit_width(character: str, encoding: Encoding) -> int:
    if encoding == "utf-16":
        return 1 if character < "\U00010000" else 2
    if character < "\x80":
        return 1
    if character < "\u0800":
        return 2
    return 3 if character < "\U00010000" else 4
