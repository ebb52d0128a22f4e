"""From the positions of a tree to offsets into the text it was read from."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from flask_ls.syntax.edit import TextEdit

if TYPE_CHECKING:
    from collections.abc import Sequence


class ColumnMap:
    """Maps ``ast`` positions (1-based line, column in UTF-8 bytes) to offsets.

    :param text: as it was parsed, before ``edits``.
    :param starts: the offset at which each line starts.
    :param edits: what ``text`` was changed by before it was parsed, ascending; none adds or removes a line end.
    """

    def __init__(self, text: str, starts: Sequence[int], edits: Sequence[TextEdit] = ()) -> None:
        self._text = text
        self.starts = starts
        self._edits: dict[int, list[TextEdit]] = {}
        for edit in edits:
            self._edits.setdefault(bisect_right(starts, edit.span.start), []).append(edit)
        self.odd = set(self._edits)
        """The lines in which a byte is not a code point."""
        if not text.isascii():
            ends = [*starts[1:], len(text)]
            for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
                if not text[start:end].isascii():
                    self.odd.add(number)
        self._tables: dict[int, list[int]] = {}

    def offset(self, lineno: int, column: int) -> int:
        if lineno in self.odd:
            table = self._tables.get(lineno)
            if table is None:
                table = self._tables[lineno] = self._table(lineno)
            return table[min(max(column, 0), len(table) - 1)]
        try:
            found = self.starts[lineno - 1] + column
        except IndexError:
            return len(self._text)
        return min(found, len(self._text))

    def _table(self, lineno: int) -> list[int]:
        """The offset of each byte of a line as it was parsed, and of the end of the line."""
        start = self.starts[lineno - 1]
        end = self.starts[lineno] if lineno < len(self.starts) else len(self._text)
        origins: list[int] = []  # of each code point of the line as it was parsed
        parts: list[str] = []
        position = start
        for (edit_start, edit_end), replacement in self._edits.get(lineno, ()):
            origins += range(position, edit_start)
            origins += (min(edit_start + i, edit_end) for i in range(len(replacement)))
            parts += (self._text[position:edit_start], replacement)
            position = edit_end
        origins += range(position, end)
        parts.append(self._text[position:end])
        table: list[int] = []
        for origin, character in zip(origins, "".join(parts), strict=True):
            table += [origin] * len(character.encode())
        table.append(end)
        return table
