"""Indentation: one level of a file, and moving lines one level in without touching the text of strings."""

from __future__ import annotations

import ast
import re

from flask_ls.project.index import FileIndex
from flask_ls.rules.edits.statements import indentation
from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.lexer import tokens
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

DEFAULT_INDENT = "    "
_LINE_END = re.compile(r"\r\n|\r|\n")


def indent_unit(source: SourceFile, index: FileIndex) -> str:
    """One level of indentation as the file writes it."""
    for node in (
        *index.functions(),
        *index.nodes(ast.ClassDef),
        *index.nodes(ast.If),
        *index.nodes(ast.With),
        *index.nodes(ast.For),
        *index.nodes(ast.While),
        *index.nodes(ast.Try),
    ):
        inner, outer = indentation(source, node.body[0]), indentation(source, node)
        if not inner.strip() and inner.startswith(outer) and len(inner) > len(outer):
            return inner[len(outer) :]
    return DEFAULT_INDENT


def indenting(source: SourceFile, span: Span, unit: str) -> list[TextEdit]:
    """Edits that move the lines of a span one level in; lines that begin inside a string stay."""
    base = _white_space(source, source.position(span.start)[0])
    edits = []
    for start, text in _lines(source, span):
        # Below the block's own indentation, as tabs and spaces may not be put before each other.
        shared = len(base) if text.startswith(base) else 0
        edits.append(TextEdit(Span(start + shared, start + shared), unit))
    return edits


def dedenting(source: SourceFile, span: Span, unit: str) -> list[TextEdit]:
    """Edits that move the lines of a span one level out; lines that begin inside a string stay."""
    return [
        TextEdit(Span(start, start + len(unit)), "") for start, text in _lines(source, span) if text.startswith(unit)
    ]


def _lines(source: SourceFile, span: Span) -> list[tuple[int, str]]:
    """The start and text of each line of a span that is not blank and does not begin inside a string."""
    first = source.position(span.start)[0]
    last = source.position(max(span.end - 1, span.start))[0]
    inside = {
        row
        for token in tokens(source.text, source.line_span(first).start)
        if token.start < span.end and source.text[token.start] in "\"'"
        for row in range(source.position(token.start)[0] + 1, source.position(token.end)[0] + 1)
    }
    rows = (source.line_span(row) for row in range(first, last + 1) if row not in inside)
    return [(start, source.text[start:end]) for start, end in rows if source.text[start:end].strip()]


def _white_space(source: SourceFile, row: int) -> str:
    start, end = source.line_span(row)
    line = source.text[start:end]
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def reindented(text: str, indent: str, unit: str, newline: str) -> str:
    """Lines written with four spaces a level, as they look at ``indent`` in a file with this unit and line ending.

    What they quote of the file has its line ends already.
    """
    lines = []
    for line in _LINE_END.split(text.strip("\r\n")):
        body = line.lstrip(" ")
        levels, rest = divmod(len(line) - len(body), 4)
        lines.append(f"{indent}{unit * levels}{' ' * rest}{body}" if body else "")
    return newline.join(lines)
