"""A tolerant lexer: the strings, comments, brackets and line ends of any text, valid or not."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from flask_ls.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

# A string without escapes is one match; of any other only the opening quotes are, and Python code finds the end.
# A pattern for escapes would have to repeat a group, for which `re` keeps some hundred bytes per repetition.
_TOKEN = re.compile(
    r"\r\n|[\r\n]"
    r"|\\(?:\r\n|[\r\n])"
    r"|#[^\r\n]*"
    r"|[()\[\]{}]"
    r'|"""(?:[^"\\]*""")?|"(?:[^"\\\r\n]*")?'
    r"|'''(?:[^'\\]*''')?|'(?:[^'\\\r\n]*')?"
)
_COMMENT_OR_STRING = re.compile(
    r"#[^\r\n]*"
    r'|"""(?:[^"\\]*""")?|"(?:[^"\\\r\n]*")?'
    r"|'''(?:[^'\\]*''')?|'(?:[^'\\\r\n]*')?"
)
_STRING_STOP = {
    quote: re.compile(rf"\\(?:\r\n|.)?|{quote}" + ("" if len(quote) == 3 else r"|[\r\n]"), re.DOTALL)
    for quote in ('"', "'", '"""', "'''")
}
_FORMATTED_STRING_STOP = {
    quote: re.compile(stop.pattern + r"|\{\{?", re.DOTALL) for quote, stop in _STRING_STOP.items()
}
_FIELD_STOP = re.compile(r"[\"'()\[\]{}#\r\n]")
_FORMATTED_PREFIX = re.compile(r"(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])\Z")
_FIELDS_MAY_HOLD_THE_SAME_QUOTES = sys.version_info >= (3, 12)  # PEP 701
_MAX_FIELD_DEPTH = 20
_MAX_FIELD_LENGTH = 10_000
_MAX_UNCLOSED_FIELDS = 20


_DEFINITION = re.compile(
    r"^[ \t]*(?:(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(|class[ \t]+\w+[ \t]*[(:]|@\w)|^from[ \t]+[\w.]+[ \t]+import\b",
    re.MULTILINE,
)
_HEADER_AT_END = re.compile(
    r"^[ \t]*(?:(?:async[ \t]+)?def\b|class\b|\)).*:[ \t]*(?:#.*)?(?:\r\n|\r|\n)[ \t]*\Z", re.MULTILINE
)

_LINE_END = re.compile(r"[\r\n]")
_TRIPLE_QUOTES = ('"""', "'''")

_MAX_UNCLOSED = 4


class Token(NamedTuple):
    """A string without its prefix, a comment, a bracket, a line end or a backslash with the line end it hides."""

    start: int
    end: int
    is_complete: bool
    """False for a string that ends with its line or the text instead of with its quotes."""


def tokens(text: str, position: int = 0) -> Iterator[Token]:
    return _Lexer(text).scan(position, _TOKEN)


def closed_tokens(text: str) -> list[Token]:
    """The tokens of broken code, in which a triple quote that is never closed ends with its line.

    Such quotes need not be the last ones: those after them pair up the wrong way, each pair enclosing code. That
    gives away the first: a string that ends right after the header of a definition, where a docstring starts, or
    right before a word.
    """
    result = list(tokens(text))
    first = 0
    for _ in range(_MAX_UNCLOSED):
        index = _unclosed(text, result, first)
        if index is None:
            break
        start = result[index].start
        line_end = _LINE_END.search(text, start)
        end = line_end.start() if line_end else len(text)
        result[index:] = [Token(start, end, False), *tokens(text, end)]
        first = index + 1
    return result


def _unclosed(text: str, found: list[Token], first: int) -> int | None:
    """The index, from ``first`` on, of the string whose triple quotes have no partner."""
    holds_definition = None
    for index in range(first, len(found)):
        start, end, is_complete = found[index]
        if end - start < 6 or not is_complete or not text.startswith(_TRIPLE_QUOTES, start):
            continue
        content = text[start + 3 : end - 3]
        if _HEADER_AT_END.search(content, max(len(content) - 400, 0)):
            return index
        if text[end : end + 1].isalpha() and _LINE_END.search(content):
            return index
        if holds_definition is None and _DEFINITION.search(content):
            holds_definition = index
    if not found or not _is_unclosed_triple(text, found[-1]):
        return None
    return len(found) - 1 if holds_definition is None else holds_definition


def _is_unclosed_triple(text: str, token: Token) -> bool:
    return not token.is_complete and text.startswith(_TRIPLE_QUOTES, token.start)


def comments(text: str) -> list[Span]:
    """The comments of ``text``, those inside the replacement fields of an f-string excepted."""
    found = list(_Lexer(text).scan(0, _COMMENT_OR_STRING))
    if found and _is_unclosed_triple(text, found[-1]):
        found = closed_tokens(text)
    return [Span(start, end) for start, end, _ in found if text[start] == "#"]


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._unclosed_fields = 0
        """How often a field had no end. Each costs a look ahead, so they are numbered."""

    def scan(self, position: int, pattern: re.Pattern[str]) -> Iterator[Token]:
        """The matches of ``pattern``, one that is an opening quote continued to the end of its string."""
        text = self._text
        while True:
            for match in pattern.finditer(text, position):
                start, end = match.span()
                if text[start] in "\"'" and (_is_opening(text, start, end) or self._may_nest(start, end)):
                    token = self._string(start, 0)
                    yield token
                    position = token.end
                    break
                yield Token(start, end, True)
            else:
                return

    def _may_nest(self, start: int, end: int) -> bool:
        return _FIELDS_MAY_HOLD_THE_SAME_QUOTES and "{" in self._text[start:end] and self._is_formatted(start)

    def _is_formatted(self, start: int) -> bool:
        return _FORMATTED_PREFIX.search(self._text, max(start - 3, 0), start) is not None

    def _string(self, start: int, depth: int) -> Token:
        """The string whose quotes open at ``start``."""
        text = self._text
        quote = text[start]
        if text.startswith(quote * 3, start):
            quote *= 3
        position = start + len(quote)
        if _FIELDS_MAY_HOLD_THE_SAME_QUOTES and self._is_formatted(start) and depth < _MAX_FIELD_DEPTH:
            return self._formatted_string(start, position, quote, depth)
        for match in _STRING_STOP[quote].finditer(text, position):
            if match[0][0] == "\\":
                continue
            if match[0] == quote:
                return Token(start, match.end(), True)
            return Token(start, match.start(), False)
        return Token(start, len(text), False)

    def _formatted_string(self, start: int, position: int, quote: str, depth: int) -> Token:
        while match := _FORMATTED_STRING_STOP[quote].search(self._text, position):
            position = match.end()
            if match[0] == quote:
                return Token(start, position, True)
            if match[0] in ("\r", "\n"):
                return Token(start, match.start(), False)
            if match[0] == "{" and self._unclosed_fields < _MAX_UNCLOSED_FIELDS:
                position = self._field_end(position, quote, depth)
        return Token(start, len(self._text), False)

    def _field_end(self, begin: int, quote: str, depth: int) -> int:
        """Past the ``}`` of the replacement field that starts at ``begin``; ``begin`` if it has none."""
        position, level = begin, 0
        while match := _FIELD_STOP.search(self._text, position, begin + _MAX_FIELD_LENGTH):
            character, position = match[0], match.end()
            if character in ("'", '"'):
                inner = self._string(match.start(), depth + 1)
                if not inner.is_complete:
                    break
                position = inner.end
            elif character in ("\r", "\n", "#"):
                if len(quote) == 1:
                    break
            elif character in "([{":
                level += 1
            elif level == 0:
                return position
            else:
                level -= 1
        self._unclosed_fields += 1
        return begin


def _is_opening(text: str, start: int, end: int) -> bool:
    """Whether the match is quotes only. ``\"\"`` is a whole string and ``\"\"\"`` never is."""
    return end - start == 1 or (end - start == 3 and text[start + 1] == text[start] == text[end - 1])
