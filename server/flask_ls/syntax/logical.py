"""Cuts any text into logical lines, the units in which broken code is repaired.

In valid code a logical line is what the language reference calls one: it goes on through brackets, strings and
backslashes. In code being typed a bracket or a triple quote may be open for no longer than its author needs to
close it, and must not swallow what follows. Such a line is cut where the next statement plainly starts.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from flask_ls.syntax.lexer import closed_tokens

if TYPE_CHECKING:
    from collections.abc import Callable


_INDENTATION = re.compile(r"[ \t\f]*")

# Keywords that start a statement and never a line inside an expression.
_STATEMENT = re.compile(
    r"[ \t\f]*(?:"
    r"(?:class|return|import|while|with|try|except|finally|raise|pass|break|continue|global|nonlocal|del|assert"
    r"|elif|def|async[ \t]+def)\b"
    r"|from[ \t]+[\w.]+[ \t]+import\b)"
)
_BLOCK_HEADER = re.compile(r"(?:async[ \t]+)?(?:def|class|if|elif|else|for|while|with|try|except|match|case)\b")


class LogicalLine(NamedTuple):
    """A statement, or the header of a compound one, as lines of text."""

    begin: int
    """Where its first physical line begins."""
    start: int
    """Its first character that is not white space."""
    end: int
    """Past its last character, white space and a trailing comment left out."""
    indent: str
    """The white space that counts as its indentation: what follows the last form feed before ``start``."""
    width: int
    """The column ``indent`` reaches with a tab stop every 8 columns."""


def logical_lines(text: str, is_valid: Callable[[str], bool]) -> list[LogicalLine]:
    """The logical lines of ``text``, without blank lines and lines that are only a comment.

    :param is_valid: says whether a logical line by itself would parse. It is asked about the few lines whose
        continuation looks like another statement.
    """
    return _Cutter(text, is_valid).cut()


class _Cutter:
    def __init__(self, text: str, is_valid: Callable[[str], bool]) -> None:
        self._text = text
        self._is_valid = is_valid
        self._tokens = closed_tokens(text)
        self._token_starts = [token.start for token in self._tokens]
        # Reading on again after a cut is quadratic in the worst case; once this is used up, cuts are made at sight.
        self._budget = 4 * len(text) + 100_000

    def cut(self) -> list[LogicalLine]:
        lines: list[LogicalLine] = []
        begin = 0
        while begin < len(self._text):
            end, following = self._one(begin)
            line = self._line(begin, end)
            if line is not None:
                lines.append(line)
            begin = following
        return lines

    def _one(self, begin: int) -> tuple[int, int]:
        """The end of the logical line that begins at ``begin``, and where the next begins."""
        text = self._text
        start, width = _indentation(text, begin)
        is_header = _BLOCK_HEADER.match(text, start) is not None
        depth = 0
        row = begin
        first: tuple[int, int] | None = None  # where the first of its physical lines ends
        cut: tuple[int, int] | None = None
        for index in range(bisect_left(self._token_starts, begin), len(self._tokens)):
            token = self._tokens[index]
            character = text[token.start]
            if character in "([{":
                depth += 1
            elif character in ")]}":
                depth = max(depth - 1, 0)
            elif character == "#":
                if depth == 0:
                    return self._decide(begin, (token.start, self._next_line(token.end)), cut, is_closed=True)
            elif character in "\r\n\\":
                is_hidden = character == "\\"
                line_end = (token.start + is_hidden, token.end)
                first = first or line_end
                if depth == 0 and not is_hidden:
                    return self._decide(begin, line_end, cut, is_closed=True)
                if _STATEMENT.match(text, token.end):
                    if is_header and not is_hidden:
                        cut = cut or first
                    return self._decide(begin, line_end, cut, is_closed=False)
                if cut is None and self._may_be_next(token.end, width):
                    cut = line_end
                if cut is None and is_header and self._ends_header(row, token.start):
                    cut = first if _BLOCK_HEADER.match(text, _indentation(text, row)[0]) else line_end
                if cut is not None and self._budget <= 0:
                    return cut
                row = token.end
        return self._decide(begin, (len(text), len(text)), cut, is_closed=depth == 0)

    def _decide(
        self, begin: int, whole: tuple[int, int], cut: tuple[int, int] | None, *, is_closed: bool
    ) -> tuple[int, int]:
        if cut is None:
            return whole
        if is_closed and self._is_valid(self._text[begin : whole[0]].lstrip(" \t\f")):
            return whole
        self._budget -= whole[1] - cut[1]
        return cut

    def _may_be_next(self, begin: int, width: int) -> bool:
        """Whether the physical line at ``begin``, inside brackets, may be a statement of its own."""
        start, next_width = _indentation(self._text, begin)
        return next_width <= width and start < len(self._text) and self._text[start] not in "#\r\n)]}"

    def _ends_header(self, begin: int, end: int) -> bool:
        return self._text[max(begin, end - 80) : end].rstrip().endswith(":")

    def _next_line(self, position: int) -> int:
        if self._text.startswith("\r\n", position):
            return position + 2
        return position + 1

    def _line(self, begin: int, end: int) -> LogicalLine | None:
        start, width = _indentation(self._text, begin)
        end = self._without_comments(start, end)
        if start >= end:
            return None
        return LogicalLine(begin, start, end, self._text[begin:start].rpartition("\f")[2], width)

    def _without_comments(self, start: int, end: int) -> int:
        """``end`` moved before the white space and comments it follows."""
        while True:
            end = start + len(self._text[start:end].rstrip(" \t\f\r\n"))
            index = bisect_left(self._token_starts, end) - 1
            if index < 0 or end <= start or self._text[self._tokens[index].start] != "#":
                return end
            if self._tokens[index].end < end:
                return end
            end = self._tokens[index].start


def _indentation(text: str, begin: int) -> tuple[int, int]:
    """The first offset from ``begin`` on that is not white space, and its column as CPython counts it."""
    match = _INDENTATION.match(text, begin)
    assert match is not None  # the pattern matches the empty string
    white_space = match[0].rpartition("\f")[2]
    return match.end(), len(white_space.expandtabs(8))
