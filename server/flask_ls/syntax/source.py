"""One text as everything else sees it: a tree, spans, comments and columns."""

from __future__ import annotations

import ast
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from flask_ls.syntax import decode
from flask_ls.syntax.columns import ColumnMap
from flask_ls.syntax.lexer import comments
from flask_ls.syntax.lines import Encoding, LineTable
from flask_ls.syntax.parse import parsable, parse
from flask_ls.syntax.recover import Recovered, recover
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
    def _parsable(self) -> str:
        return parsable(self.text)

    @cached_property
    def _recovered(self) -> Recovered:
        parsed = parse(self._parsable)
        if isinstance(parsed, ast.Module):
            return Recovered(parsed, (), (), ())
        start = self._error_offset(parsed.lineno, parsed.offset)
        recovered = recover(self._parsable, start)
        end = max(start, self._error_offset(parsed.end_lineno, parsed.end_offset))
        others = list(recovered.problems)
        for other in others:
            # The interpreter notices a missing block where the next statement starts.
            if self.position(other[0].start)[0] == self.position(start)[0] or parsed.msg.startswith(other[1]):
                others.remove(other)
                break
        return recovered._replace(problems=tuple(sorted([(Span(start, end), parsed.msg), *others])))

    def _error_offset(self, lineno: int | None, column: int | None) -> int:
        """The offset of a position as ``SyntaxError`` gives it: both from 1, columns in code points, or None."""
        return self.offset((lineno or 1) - 1, (column or 1) - 1)

    @property
    def tree(self) -> ast.Module:
        """The syntax tree; of a broken text, one of what could be recovered.

        A recovered tree may hold the name :data:`~flask_ls.syntax.statement.PLACEHOLDER`.
        """
        return self._recovered.tree

    @cached_property
    def problems(self) -> tuple[SyntaxProblem, ...]:
        problems = tuple(SyntaxProblem(span, message) for span, message in self._recovered.problems)
        if self._decode_error is not None:
            problems = (SyntaxProblem(Span(0, 0), self._decode_error), *problems)
        return problems

    @property
    def is_broken(self) -> bool:
        """Whether the interpreter would refuse this text."""
        return bool(self.problems)

    @property
    def broken_spans(self) -> tuple[Span, ...]:
        """The logical lines that had to be changed before the text parsed, ascending. Nodes in them are guesses."""
        return self._recovered.broken

    def is_guess(self, span: Span) -> bool:
        """Whether ``span`` shares text with a logical line that had to be changed before the text parsed."""
        index = bisect_right(self.broken_spans, (span.end, len(self.text)))
        return any(broken.overlaps(span) for broken in self.broken_spans[max(index - 1, 0) : index + 1])

    # nodes to text

    @cached_property
    def _columns(self) -> ColumnMap:
        return ColumnMap(self._parsable, self.line_starts, self._recovered.edits)

    def offset_of(self, lineno: int, utf8_column: int) -> int:
        """The offset of a position as ``ast`` gives it: 1-based line, column in UTF-8 bytes."""
        return self._columns.offset(lineno, utf8_column) if lineno > 0 else 0

    def span(self, node: ast.AST) -> Span:
        """Where ``node`` stands. A decorated definition starts at ``def`` or ``class``, not at its decorators.

        Nodes to which ``ast`` gives no position (``arguments``, ``comprehension``, ``withitem``) span their
        children, a module the whole text, and operators and contexts nothing.
        """
        try:
            first: int = node.lineno  # type: ignore[attr-defined]
            last: int = node.end_lineno  # type: ignore[attr-defined]
            start: int = node.col_offset  # type: ignore[attr-defined]
            end: int = node.end_col_offset  # type: ignore[attr-defined]
        except AttributeError:
            if isinstance(node, ast.Module):
                return Span(0, len(self.text))
            spans = [self.span(child) for child in ast.iter_child_nodes(node)]
            spans = [span for span in spans if span != (0, 0)]
            return Span(min(s.start for s in spans), max(s.end for s in spans)) if spans else Span(0, 0)
        columns = self._columns
        if first in columns.odd or last in columns.odd:
            return Span(columns.offset(first, start), columns.offset(last, end))
        # Not a call per end: this runs for every node of every file.
        starts = columns.starts
        return Span(starts[first - 1] + start, starts[last - 1] + end)

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
        return tuple(Comment(span, self.text[span.start : span.end]) for span in comments(self.text))
