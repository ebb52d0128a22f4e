"""Writes the comments that silence a finding (``flask_ls.rules.suppress`` reads them)."""

from __future__ import annotations

import re

from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.lexer import tokens
from flask_ls.syntax.source import Comment, SourceFile
from flask_ls.syntax.span import Span

_IN_JINJA = re.compile(r"\{#-?\s*flask-ls:\s*ignore\s*\[(?P<codes>[^\]]*)\]\s*-?#\}", re.IGNORECASE)
_OWN = re.compile(r"#\s*flask-ls:\s*ignore\s*\[(?P<codes>[^\]]*)\]", re.IGNORECASE)


def silence(source: SourceFile, span: Span, code: str) -> TextEdit | None:
    """The edit that adds ``# flask-ls: ignore[code]`` to a line of the finding, or the code to such a comment.

    None when neither the first nor the last line of the finding can hold a comment: both end inside a string or with
    a backslash.
    """
    first = source.position(span.start)[0]
    last = source.position(max(span.start, span.end - 1))[0]
    closed = _Lines(source)
    for row in dict.fromkeys((first, last)):
        if closed.can_end_with_comment(row):
            return _on_line(source, row, code)
    return None


def silence_above(source: SourceFile, span: Span, code: str, *, is_template: bool = False) -> TextEdit | None:
    """The same for a file that is not Python, where the comment stands on the line above.

    In a template that is a comment of Jinja, which leaves nothing in the page.
    None where that line would fall into a command that goes over several lines, and in JSON, which has no comments.
    """
    row = source.position(span.start)[0]
    line, above = source.line_span(row), source.line_span(row - 1)
    text = source.text[line.start : line.end]
    before = source.text[above.start : above.end] if row else ""
    own = (_IN_JINJA if is_template else _OWN).fullmatch(before.strip())
    if own is not None:
        codes_end = above.start + before.index("[") + 1 + len(own["codes"].rstrip())
        return _added(codes_end, own["codes"], code)
    indent = text[: len(text) - len(text.lstrip())]
    if is_template:
        return TextEdit(Span(line.start, line.start), f"{indent}{{# flask-ls: ignore[{code}] #}}{source.newline}")
    if before.rstrip().endswith("\\") or source.text.lstrip().startswith("{"):
        return None
    return TextEdit(Span(line.start, line.start), f"{indent}# flask-ls: ignore[{code}]{source.newline}")


def _on_line(source: SourceFile, row: int, code: str) -> TextEdit:
    line = source.line_span(row)
    comment = _comment_in(source, line)
    own = _OWN.search(comment.text) if comment is not None else None
    if comment is not None and own is not None:
        return _added(comment.span.start + own.start("codes") + len(own["codes"].rstrip()), own["codes"], code)
    text = source.text[line.start : line.end]
    end = line.start + len(text.rstrip())
    return TextEdit(Span(end, line.end), f"{'  ' if text.strip() else ''}# flask-ls: ignore[{code}]")


def _added(offset: int, codes: str, code: str) -> TextEdit:
    return TextEdit(Span(offset, offset), f", {code}" if codes.strip() else code)


def _comment_in(source: SourceFile, line: Span) -> Comment | None:
    return next((c for c in source.comments if line.start <= c.span.start <= line.end), None)


class _Lines:
    """Which lines of a text end inside a string or with a backslash that joins the next line."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._open: set[int] = set()
        for start, end, _ in tokens(source.text):
            if source.text[start] in "\"'\\":
                self._open.update(range(source.position(start)[0], source.position(end)[0]))

    def can_end_with_comment(self, row: int) -> bool:
        return row not in self._open
