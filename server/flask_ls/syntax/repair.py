"""Finds the lines of a broken text that are to blame, and the changes that make everything parse again."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from itertools import islice, zip_longest
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from flask_ls.syntax.edit import TextEdit, apply_edits
from flask_ls.syntax.logical import LogicalLine, logical_lines
from flask_ls.syntax.mend import mend
from flask_ls.syntax.parse import parse_quietly
from flask_ls.syntax.span import Span
from flask_ls.syntax.statement import Change, error_in, keyword_of, least_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MAX_DEPTH = 80
"""Of blocks; CPython's tokenizer takes 100 levels."""
_MAX_BROKEN = 1000
"""Lines after which a text is not Python."""
_MAX_COLONS = 5

_DEFINITIONS = ("def", "class")
_CASE = "case 0: pass"
_ROW = re.compile(r"[^\r\n]+")


class Problem(NamedTuple):
    """Why a logical line was changed."""

    line: Span
    at: int
    message: str


class _Node:
    """A logical line and those indented below it."""

    __slots__ = ("children", "keyword", "line")

    def __init__(self, line: LogicalLine, keyword: str) -> None:
        self.line = line
        self.keyword = keyword
        self.children: list[_Node] = []

    @property
    def opens_block(self) -> bool:
        return self.keyword not in ("", "@")

    @property
    def end(self) -> int:
        node = self
        while node.children:
            node = node.children[-1]
        return node.line.end


class Repair:
    """The changes a text needs to parse. Its offsets count in that text, which starts at ``offset`` of another."""

    def __init__(self, text: str, offset: int, max_mended: int) -> None:
        self.offset = offset
        self.edits: list[TextEdit] = []
        self._text = text
        self._problems: list[Problem] = []
        self._left_to_mend = max_mended
        self._roots: list[_Node] = []

    def run(self) -> None:
        lines = logical_lines(self._text, lambda code: error_in(code, keyword_of(code)) is None)
        self._roots = self._forest(lines)
        self._block(self._roots, "")

    def problems(self) -> Iterator[Problem]:
        for line, at, message in self._problems:
            moved = Span(line.start + self.offset, line.end + self.offset)
            yield Problem(moved, at + self.offset, message)

    def drop(self, span: Span, filler: str = "pass") -> None:
        self.edits += self._in_place(*span, filler)
        self._problems.append(Problem(span, span.start, "invalid syntax"))

    def give_up_blocks(self) -> None:
        """Replace every top-level statement that still does not parse by ``pass``."""
        edits = sorted(self.edits, key=attrgetter("span"))
        starts = [edit.span.start for edit in edits]
        self.edits = []
        for group in _groups(self._roots):
            start, end = group[0].line.begin, group[-1].end
            made = edits[bisect_left(starts, start) : bisect_right(starts, end)]
            end = max([end, *(edit.span.end for edit in made)])
            moved = [TextEdit(Span(at.start - start, at.end - start), text) for at, text in made]
            if isinstance(parse_quietly(apply_edits(self._text[start:end], moved)), ast.Module):
                self.edits += made
            else:
                self.drop(Span(start, end))

    # From lines to blocks

    def _forest(self, lines: Sequence[LogicalLine]) -> list[_Node]:
        """The lines as a tree by indentation. Lines below one that opens no block are taken for its siblings."""
        roots: list[_Node] = []
        enclosing: list[_Node] = []
        for line, following in zip_longest(lines, lines[1:]):
            node = _Node(line, keyword_of(self._text[line.start : line.end]))
            width = line.width
            if following and following.width > width and not node.opens_block:
                # Typed at too small a column, it does not end a block that goes on below it.
                levels = (other.children[0].line.width for other in enclosing if other.children)
                width = following.width if following.width in levels else width
            while enclosing and enclosing[-1].line.width >= width:
                enclosing.pop()
            (enclosing[-1].children if enclosing else roots).append(node)
            if node.opens_block and len(enclosing) < _MAX_DEPTH:
                enclosing.append(node)
        return roots

    def _block(self, nodes: Sequence[_Node], indent: str, *, in_match: bool = False) -> None:
        """Make the statements of one block parse and start with ``indent``."""
        for group in _groups(nodes):
            is_line = len(group) == 1 and not group[0].opens_block
            if not is_line and self._is_intact(group, indent, in_match=in_match):
                continue
            if len(self._problems) > _MAX_BROKEN:
                self._reindent(group[0].line, indent)
                self.drop(Span(group[0].line.start, nodes[-1].end), _CASE if in_match else "pass")
                return
            for position, node in enumerate(group):
                self._reindent(node.line, indent)
                if in_match and node.keyword != "case":
                    self._replace(node.line._replace(end=node.end), _CASE, 0, "expected 'case'")
                elif (keyword := self._misplaced(group, position, in_match=in_match)) is not None:
                    self._demote(node, keyword, indent)
                elif node.opens_block:
                    self._compound(node, indent)
                else:
                    self._simple(node.line, node.keyword)

    def _is_intact(self, group: Sequence[_Node], indent: str, *, in_match: bool) -> bool:
        if any(node.line.indent != indent for node in group):
            return False
        text = self._text[group[0].line.begin : group[-1].end]
        if in_match:
            text = f"match x:\n{text}"
        elif indent:
            text = f"if 1:\n{text}"
        return isinstance(parse_quietly(text), ast.Module)

    def _misplaced(self, group: Sequence[_Node], position: int, *, in_match: bool) -> str | None:
        """Why a keyword cannot stand where it does."""
        node = group[position]
        if node.keyword in ("elif", "else", "except", "finally") and position == 0:
            return f"'{node.keyword}' without the statement it belongs to"
        if node.keyword == "try" and not any(other.keyword in ("except", "finally") for other in group):
            return "expected 'except' or 'finally' block"
        if node.keyword == "@" and group[-1].keyword not in _DEFINITIONS:
            return "a decorator without a definition"
        if node.keyword == "match" and not any(child.keyword == "case" for child in node.children):
            return "'match' without 'case'"
        if node.keyword == "case" and not in_match:
            return "'case' outside of 'match'"
        return None

    # One line

    def _demote(self, node: _Node, message: str, indent: str) -> None:
        """Turn a header that cannot stand where it does into an ``if``, a decorator into its expression."""
        line, code = node.line, self._code(node.line)
        if node.keyword == "@":
            expression = line._replace(start=line.end - len(code[1:].lstrip(" \t\f")))
            self._change(line, [Change(0, expression.start - line.start, "")], 0, message)
            self._simple(expression, "")
            return
        condition = code[len(node.keyword) :]
        body = "" if node.children else " pass"
        if node.keyword in ("elif", "match") and error_in(f"if{condition}", "if", needs_body=True) is None:
            changes = [Change(0, len(node.keyword), "if"), Change(len(code), len(code), body)]
        else:
            changes = [Change(0, len(code), "if 1:" + body)]
        self._change(line, changes, 0, message)
        self._body(node, indent)

    def _simple(self, line: LogicalLine, keyword: str) -> None:
        code = self._code(line)
        error = error_in(code, keyword)
        if error is None:
            return
        changes = self._mend(code, keyword)
        if changes is None and keyword == "@":
            changes = [least_header(code, keyword)]
        if changes is None:
            self._replace(line, "pass", *error)
        else:
            self._change(line, changes, *error)

    def _compound(self, node: _Node, indent: str) -> None:
        line, keyword, code = node.line, node.keyword, self._code(node.line)
        if not node.children and error_in(code, keyword) is None:
            return
        if not node.children and not code.endswith(":") and (changes := self._mend(code, keyword)):
            self._change(line, changes, *(error_in(code, keyword) or (0, "")))
            return
        body = "" if node.children else " pass"
        error = error_in(code, keyword, needs_body=True)
        if error is None:
            self.edits.append(TextEdit(Span(line.end, line.end), body))
            if body:
                self._problems.append(Problem(Span(line.end, line.end), line.end, "expected an indented block"))
        else:
            changes = _without_inline_body(code, keyword) if node.children else None
            changes = changes or self._mend(code, keyword, needs_body=True)
            if changes:
                changes.append(Change(len(code), len(code), body))
            else:
                least = least_header(code, keyword)
                changes = [least._replace(text=least.text + body)]
            self._change(line, changes, *error)
        self._body(node, indent, in_match=keyword == "match")

    def _body(self, node: _Node, indent: str, *, in_match: bool = False) -> None:
        if node.children:
            inner = node.children[0].line.indent
            if len(inner) <= len(indent) or not inner.startswith(indent):
                inner = indent + " "
            self._block(node.children, inner, in_match=in_match)

    def _mend(self, code: str, keyword: str, *, needs_body: bool = False) -> list[Change] | None:
        self._left_to_mend -= 1
        if self._left_to_mend < 0:
            return None
        return mend(code, keyword, needs_body=needs_body)

    # Edits

    def _code(self, line: LogicalLine) -> str:
        return self._text[line.start : line.end]

    def _reindent(self, line: LogicalLine, indent: str) -> None:
        if line.indent != indent:
            self.edits.append(TextEdit(Span(line.begin, line.start), indent))
            self._problems.append(Problem(Span(line.start, line.end), line.start, "unexpected indentation"))

    def _change(self, line: LogicalLine, changes: Iterable[Change], error: int, message: str) -> None:
        for start, end, text in changes:
            self.edits += self._in_place(line.start + start, line.start + end, text)
        self._problems.append(Problem(Span(line.start, line.end), line.start + error, message))

    def _replace(self, line: LogicalLine, text: str, error: int, message: str) -> None:
        self.edits += self._in_place(line.start, line.end, text)
        self._problems.append(Problem(Span(line.start, line.end), line.start + error, message))

    def _in_place(self, start: int, end: int, replacement: str) -> list[TextEdit]:
        """Edits that put ``replacement`` at ``start`` and leave nothing but the line ends up to ``end``.

        A space stays on each line, or a ``\\r`` before and a ``\\n`` after it would become one line end.
        """
        rows = [Span(*match.span()) for match in _ROW.finditer(self._text, start, end)]
        if not rows or rows[0].start != start:
            rows.insert(0, Span(start, start))
        return [TextEdit(rows[0], replacement), *(TextEdit(row, " ") for row in rows[1:])]


def _without_inline_body(code: str, keyword: str) -> list[Change] | None:
    """Cuts a header after the first colon that makes one, for a header that has a body below it as well."""
    for match in islice(re.finditer(":", code), _MAX_COLONS):
        if error_in(code[: match.end()], keyword, needs_body=True) is None:
            return [Change(match.end(), len(code), "")]
    return None


def _groups(nodes: Sequence[_Node]) -> Iterator[list[_Node]]:
    """The statements of a block: a node with the clauses that belong to it, a definition with its decorators."""
    group: list[_Node] = []
    for node in nodes:
        if group and not _continues(group, node.keyword):
            yield group
            group = []
        group.append(node)
    if group:
        yield group


def _continues(group: Sequence[_Node], keyword: str) -> bool:
    first, last = group[0].keyword, group[-1].keyword
    if last == "@":
        return keyword == "@" or keyword in _DEFINITIONS
    if keyword == "elif":
        return last in ("if", "elif")
    if keyword == "else":
        return last in ("if", "elif", "for", "while") or (first == "try" and last == "except")
    if keyword in ("except", "finally"):
        return first == "try" and last != "finally" and (keyword == "finally" or last != "else")
    return False
