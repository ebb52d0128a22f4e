"""One text as everything else sees it: a tree, spans, comments and columns."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import NamedTuple

from flask_ls.syntax import decode
from flask_ls.syntax.lines import Encoding, LineTable
from flask_ls.syntax.parse import parsable, parse
from flask_ls.syntax.span import Span


class SyntaxProblem(NamedTuple):
    """A place the interpreter would refuse, in its own words where it has any."""

    span: Span
    message: str


class Comment(NamedTuple):
    """A comment from its ``#`` up to the end of its line."""

    span: Span
    text: str


class SourceFile:
    """The text of one Python file. Immutable; what costs is computed on first use. Never raises on any text."""

    def __init__(self, text: str, *, encoding: str = "utf-8", has_bom: bool = False) -> None:
        self.text = text
        self.encoding = encoding
        self.has_bom = has_bom
        self._decode_error: str | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> SourceFile:
        decoded = decode.decode(data)
        source = cls(decoded.text, encoding=decoded.encoding, has_bom=decoded.has_bom)
        source._decode_error = decoded.error
        return source

    def encode(self, text: str) -> bytes:
        """``text`` as bytes in the encoding this file was read in.

        :raises UnicodeEncodeError: the encoding lacks a character of ``text``.
        """
        return decode.encode(text, self.encoding, self.has_bom)

    # tree

    @cached_property
    def _parsed(self) -> tuple[ast.Module, tuple[SyntaxProblem, ...]]:
        result = parse(parsable(self.text))
        if isinstance(result, ast.Module):
            return result, ()
        start = self.offset((result.lineno or 1) - 1, (result.offset or 1) - 1)
        return ast.Module(body=[], type_ignores=[]), (SyntaxProblem(Span(start, start), result.msg),)

    @property
    def tree(self) -> ast.Module:
        return self._parsed[0]

    @cached_property
    def problems(self) -> tuple[SyntaxProblem, ...]:
        problems = self._parsed[1]
        if self._decode_error is not None:
            problems = (SyntaxProblem(Span(0, 0), self._decode_error), *problems)
        return problems

    @property
    def is_broken(self) -> bool:
        """Whether the interpreter would refuse this text."""
        return bool(self.problems)

    # nodes to text

    @cached_property
    def _wide_lines(self) -> dict[int, bytes]:
        """Line number (1-based) to UTF-8, for the lines whose bytes are not their code points."""
        if self.text.isascii():
            return {}
        lines = {}
        text = parsable(self.text)
        for number, start in enumerate(self.line_starts, 1):
            end = self.line_starts[number] if number < len(self.line_starts) else len(text)
            line = text[start:end]
            if not line.isascii():
                lines[number] = line.encode()
        return lines

    def offset_of(self, lineno: int, utf8_column: int) -> int:
        """The offset of a position as ``ast`` gives it: 1-based line, column in UTF-8 bytes."""
        starts = self.line_starts
        if not 1 <= lineno <= len(starts):
            return 0 if lineno < 1 else len(self.text)
        if lineno in self._wide_lines:
            utf8_column = len(self._wide_lines[lineno][: max(utf8_column, 0)].decode("utf-8", "ignore"))
        return min(starts[lineno - 1] + max(utf8_column, 0), len(self.text))

    def span(self, node: ast.AST) -> Span:
        """Where ``node`` stands. A decorated definition starts at ``def``/``class``, not at its decorators."""
        try:
            start = self.offset_of(node.lineno, node.col_offset)  # type: ignore[attr-defined]
            end = self.offset_of(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        except AttributeError:
            if isinstance(node, ast.Module):
                return Span(0, len(self.text))
            spans = [self.span(child) for child in ast.iter_child_nodes(node)]
            return Span(min(s.start for s in spans), max(s.end for s in spans)) if spans else Span(0, 0)
        return Span(start, end)

    def segment(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    # lines and columns

    @cached_property
    def lines(self) -> LineTable:
        return LineTable(self.text)

    @cached_property
    def line_starts(self) -> list[int]:
        return self.lines.starts

    @property
    def newline(self) -> str:
        """The line ending most lines have; ``\\n`` if there is none."""
        return self.lines.newline

    def line_span(self, row: int) -> Span:
        """The line without its line ending; rows count from 0."""
        return self.lines.span(row)

    def position(self, offset: int) -> tuple[int, int]:
        """Row and code-point column, both from 0."""
        return self.lines.position(offset)

    def offset(self, row: int, column: int) -> int:
        """The offset of a row and code-point column, clamped to the line and the text."""
        return self.lines.offset(row, column)

    def to_units(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        """Row and column in units of ``encoding``, both from 0."""
        return self.lines.to_units(offset, encoding)

    def from_units(self, row: int, column: int, encoding: Encoding) -> int:
        """The offset of a column in units of ``encoding``; the middle of a character rounds down to its start."""
        return self.lines.from_units(row, column, encoding)

    # comments

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        if "#" not in self.text:
            return ()
        from flask_ls.syntax.lexer import comments

        return tuple(Comment(span, self.text[span.start : span.end]) for span in comments(self.text))
