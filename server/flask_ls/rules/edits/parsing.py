"""Whether a text still parses after edits, without parsing all of it again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from flask_ls.syntax.edit import TextEdit, apply_edits
from flask_ls.syntax.parse import parse_module
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span


def still_parses(source: SourceFile, edits: Sequence[TextEdit]) -> bool:
    """Whether a text that parses does so after these edits.

    A statement at the margin that fills its lines stands for itself: where those that are edited parse, so does all.
    """
    try:
        edited = apply_edits(source.text, edits)
    except ValueError:
        return False
    parts = _edited_statements(source, edits)
    return (parts is not None and all(map(_parses, parts))) or _parses(edited)


def _parses(text: str) -> bool:
    try:
        parse_module(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _edited_statements(source: SourceFile, edits: Sequence[TextEdit]) -> list[str] | None:
    """The statements with edits in them, edited; None where an edit is in no statement or in several."""
    changed: dict[Span, list[TextEdit]] = {}
    lines = [] if source.is_broken else _statement_lines(source)
    firsts = [span.start for span in lines]
    for edit in edits:
        number = bisect_right(firsts, edit.span.start) - 1
        if number < 0 or edit.span.end > lines[number].end:
            return None
        changed.setdefault(lines[number], []).append(edit)
    found: list[str] = []
    for (start, end), inside in changed.items():
        moved = [TextEdit(Span(e.span.start - start, e.span.end - start), e.text) for e in inside]
        part = apply_edits(source.text[start:end], moved)
        if part and end < len(source.text) and part[-1] not in "\r\n":
            return None  # what follows is now on its last line
        found.append(part)
    return found


def _statement_lines(source: SourceFile) -> list[Span]:
    """The lines of each statement of the module, line ends included; nothing if two share a line."""
    starts = [*source.line_starts, len(source.text)]
    found: list[Span] = []
    before = 0
    for node in source.tree.body:
        first = min(n.lineno for n in (node, *getattr(node, "decorator_list", ())))
        if first <= before or node.end_lineno is None:
            return []
        before = node.end_lineno
        found.append(Span(starts[first - 1], starts[before]))
    return found
