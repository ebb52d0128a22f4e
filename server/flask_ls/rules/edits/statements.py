"""Statements as text: their whole lines, their place in a block."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from flask_ls.project.index import FileIndex
from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

_TRAILING = re.compile(r"[ \t\f]*(?:;[ \t\f]*)?(?P<comment>#.*)?", re.DOTALL)


def full_span(source: SourceFile, statement: ast.stmt) -> Span:
    """A statement from its first decorator on."""
    start, end = source.span(statement)
    decorators = getattr(statement, "decorator_list", [])
    if decorators:
        start = source.text.rfind("@", 0, source.span(decorators[0]).start)
    return Span(start, end)


def line_of(source: SourceFile, statement: ast.stmt) -> Span | None:
    """The lines of a statement with their line end and what trails it; None when it shares them with another."""
    text = source.text
    start, end = full_span(source, statement)
    first = source.line_span(source.position(start)[0]).start
    if text[first:start].strip(" \t\f"):
        return None
    last = source.line_span(source.position(end)[0])
    if not _TRAILING.fullmatch(text, end, last.end):
        return None
    return Span(first, _next_line(source, last))


def comment_behind(source: SourceFile, statement: ast.stmt) -> str:
    """The comment on the last line of a statement that fills its lines; empty without one."""
    end = source.span(statement).end
    trailing = _TRAILING.fullmatch(source.text, end, source.line_span(source.position(end)[0]).end)
    return (trailing["comment"] or "") if trailing else ""


def indentation(source: SourceFile, statement: ast.stmt) -> str:
    """The white space before the first line of a statement."""
    start = full_span(source, statement).start
    first = source.line_span(source.position(start)[0]).start
    return source.text[first:start]


def deleting(source: SourceFile, index: FileIndex, statements: Collection[ast.stmt]) -> list[TextEdit]:
    """Edits that delete statements; a block that would be empty keeps ``pass``."""
    edits: list[TextEdit] = []
    blocks: dict[int, tuple[list[ast.stmt], list[ast.stmt]]] = {}
    for statement in statements:
        block = index.block_of(statement)
        blocks.setdefault(id(block), (block, []))[1].append(statement)
    for block, gone in blocks.values():
        kept = [s for s in block if s not in gone]
        if not kept and not isinstance(index.parent(block[0]), ast.Module):
            edits.append(TextEdit(full_span(source, gone[0]), "pass"))
            gone = gone[1:]
        edits.extend(TextEdit(_deletion(source, s, block), "") for s in gone)
    return edits


def _deletion(source: SourceFile, statement: ast.stmt, block: list[ast.stmt]) -> Span:
    lines = line_of(source, statement)
    if lines is not None:
        return _with_blank_lines(source, lines)
    # `a; b; c` on one line: from the end of the statement before, or up to the start of the one after.
    start, end = full_span(source, statement)
    number = block.index(statement)
    if number:
        previous = source.span(block[number - 1]).end
        if source.position(previous)[0] == source.position(start)[0]:
            return Span(previous, end)
    if number + 1 < len(block):
        following = full_span(source, block[number + 1]).start
        if source.position(following)[0] == source.position(end)[0]:
            return Span(start, following)
    return Span(start, end)


def _with_blank_lines(source: SourceFile, lines: Span) -> Span:
    """Blank lines on both sides would add up to a hole: the smaller run goes with the statement."""
    first = source.position(lines.start)[0]
    rows = len(source.line_starts)
    before = first
    while before > 0 and not _row(source, before - 1).strip():
        before -= 1
    after = source.position(lines.end)[0] if lines.end < len(source.text) else rows
    past = after
    while past < rows and not _row(source, past).strip():
        past += 1
    above, below = first - before, past - after
    if past >= rows:  # the end of the file: no blank lines remain there
        return Span(source.line_span(before).start, lines.end) if above else lines
    if not above and first > 0 and not _row(source, first - 1).rstrip().endswith(":"):
        return lines
    if above and above < below:
        return Span(source.line_span(before).start, lines.end)
    return Span(lines.start, source.line_span(past).start) if below else lines


def blank_lines_around(
    source: SourceFile, index: FileIndex, statement: ast.stmt, wanted: int
) -> tuple[TextEdit, TextEdit]:
    """Insertions that leave ``wanted`` blank lines above a statement, with its comments, and below it.

    At the start and at the end of a file, and at the start of a block, nothing is wanted.
    """
    first, last = (source.position(offset)[0] for offset in full_span(source, statement))
    block = index.block_of(statement)
    number = block.index(statement)
    lowest = source.position(source.span(block[number - 1]).end)[0] + 1 if number else 0
    while first > lowest and _row(source, first - 1).lstrip(" \t\f").startswith("#"):
        first -= 1
    above = first
    while above and not _row(source, above - 1).strip():
        above -= 1
    rows = len(source.line_starts)
    below = last + 1
    while below < rows and not _row(source, below).strip():
        below += 1
    opens_block = above and _row(source, above - 1).rstrip().endswith(":")
    missing_above = 0 if not above or opens_block else max(wanted - (first - above), 0)
    missing_below = 0 if below >= rows else max(wanted - (below - last - 1), 0)
    start, end = source.line_span(first).start, source.line_span(last).end
    return (
        TextEdit(Span(start, start), source.newline * missing_above),
        TextEdit(Span(end, end), source.newline * missing_below),
    )


def _row(source: SourceFile, row: int) -> str:
    start, end = source.line_span(row)
    return source.text[start:end]


def _next_line(source: SourceFile, line: Span) -> int:
    text = source.text
    if text.startswith("\r\n", line.end):
        return line.end + 2
    return min(line.end + 1, len(text))
