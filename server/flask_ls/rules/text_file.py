"""What a check of a file that is not Python may ask, and help with its findings and fixes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from packaging.version import Version

from flask_ls.project.model import ProjectModel
from flask_ls.rules.context import LATEST_FLASK
from flask_ls.rules.rule import Rule
from flask_ls.rules.saying import Saying
from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span


@dataclass(frozen=True)
class TextUnit:
    """One file with what rules want to know. ``source`` is its text; it has no Python tree."""

    path: str
    source: SourceFile
    model: ProjectModel
    flask: Version = LATEST_FLASK
    read: Callable[[str], SourceFile | None] = field(default=lambda path: None)


class TextEdits:
    """Collects edits of a file that is not Python. What cannot be done soundly sets ``impossible``."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.edits: list[TextEdit] = []
        self.impossible = False
        self.freed: tuple[str, ...] = ()

    def replace(self, span: Span | None, text: str) -> TextEdits:
        """Put ``text`` in the place of a span; impossible when there is none."""
        if span is None:
            self.impossible = True
        else:
            self.edits.append(TextEdit(span, text))
        return self

    def remove(self, span: Span | None) -> TextEdits:
        """Remove a span's text; impossible when there is none."""
        return self.replace(span, "")


class TextContext(Saying[Span]):
    """A unit seen by one rule. The methods are those of ``Context``, with spans for nodes."""

    def __init__(self, unit: TextUnit, rule: Rule) -> None:
        self.rule = rule
        self.path = unit.path
        self.source = unit.source
        self.model = unit.model
        self.flask = unit.flask
        self._read = unit.read

    def span(self, where: Span) -> Span:
        """The span itself."""
        return where

    def text(self, span: Span) -> str:
        """The text of a span."""
        return self.source.text[span.start : span.end]

    def read(self, path: str) -> SourceFile | None:
        """Another file of the workspace as the editor has it; None when it cannot be read."""
        return self.source if path == self.path else self._read(path)

    def edit(self) -> TextEdits:
        """A builder of edits in this file."""
        return TextEdits(self.path)
