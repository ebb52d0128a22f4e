"""Builds the edits of a fix in one file: replacements, removals, imports; all or nothing."""

from __future__ import annotations

import ast

from flask_ls.project.index import FileIndex
from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span


class EditBuilder:
    """Collects edits of one file. What cannot be done soundly sets ``impossible`` and the fix is not offered."""

    def __init__(self, path: str, source: SourceFile, index: FileIndex | None = None) -> None:
        self.path = path
        self.source = source
        self.index = index or FileIndex(source.tree)
        self.edits: list[TextEdit] = []
        self.impossible = source.is_broken

    def replace(self, where: ast.AST | Span, text: str) -> EditBuilder:
        """Put ``text`` in the place of a node or span."""
        self.edits.append(TextEdit(self._span(where), text))
        return self

    def insert(self, offset: int, text: str) -> EditBuilder:
        """Insert ``text`` before the code point at ``offset``."""
        self.edits.append(TextEdit(Span(offset, offset), text))
        return self

    def before(self, where: ast.AST | Span, text: str) -> EditBuilder:
        """Insert ``text`` directly before a node."""
        return self.insert(self._span(where).start, text)

    def after(self, where: ast.AST | Span, text: str) -> EditBuilder:
        """Insert ``text`` directly after a node."""
        return self.insert(self._span(where).end, text)

    def remove(self, where: ast.AST | Span) -> EditBuilder:
        """Remove exactly a node's text."""
        return self.replace(where, "")

    def refuse(self) -> EditBuilder:
        """Say that the fix is not possible here."""
        self.impossible = True
        return self

    def _span(self, where: ast.AST | Span) -> Span:
        return where if isinstance(where, Span) else self.source.span(where)
