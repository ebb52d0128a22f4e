"""A tree for text that does not parse.

Broken code is the normal state of a file being typed. The text is cut into logical lines, their indentation gives
the blocks, and blocks that do not parse are searched for the lines to blame. Those are changed, as little as
possible, until everything parses again: every statement that is not itself broken keeps its node at its place.
"""

from __future__ import annotations

import ast
import re
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from flask_ls.syntax.edit import TextEdit, apply_edits
from flask_ls.syntax.parse import parse_quietly, silence
from flask_ls.syntax.repair import Problem, Repair
from flask_ls.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MAX_LENGTH = 300_000
"""Characters that are repaired as one; larger texts are cut, and larger statements left out."""
_MAX_MENDED = 200
"""Lines worth a search for a small change."""

_TOP_LEVEL = re.compile(
    r"^(?!(?:else|elif|except|finally)\b)(?:(@|(?:async[ ]def|class|def|from|import)\b)|[^\s#)\]}\"'])",
    re.MULTILINE,
)


class Recovered(NamedTuple):
    """What could be read of a broken text."""

    tree: ast.Module
    edits: tuple[TextEdit, ...]
    """What the text was changed by before it parsed; no edit adds or removes a line end. Positions in ``tree`` are
    those of the changed text."""
    broken: tuple[Span, ...]
    """The logical lines that were changed, ascending."""
    problems: tuple[tuple[Span, str], ...]
    """Where the changed lines are wrong and why, ascending."""


def recover(text: str, error_offset: int) -> Recovered:
    """Read what can be read of ``text``, which does not parse.

    :param error_offset: where the parser found the first error, or thinks so.
    """
    with silence():
        near = _vicinity(text, error_offset)
        if near is not None:
            repairs = [_repaired(text, near)]
            tree = _parse_changed(text, repairs)
            if tree is not None:
                return _recovered(tree, repairs)
        parts = list(_parts(text))
        if len(parts) > 1:
            parts = [part for part in parts if not _parses(text[part.start : part.end])]
        repairs = [_repaired(text, part, max(_MAX_MENDED // len(parts), 1)) for part in parts]
        tree = _parse_changed(text, repairs)
        if tree is None:
            for repair in repairs:
                repair.give_up_blocks()
            tree = _parse_changed(text, repairs)
    return _recovered(tree or ast.Module(body=[], type_ignores=[]), repairs)


def _vicinity(text: str, error_offset: int) -> Span | None:
    """The top-level statements around an error, one more on either side.

    None if they are large, or if there is a string without an end: that breaks things far from where it is noticed.
    """
    if text.count('"""') % 2 or text.count("'''") % 2:
        return None
    before = [0, 0, 0]
    after: list[int] = []
    for start, _ in _top_level(text):
        if start <= error_offset:
            before = [*before[1:], start]
        else:
            after.append(start)
            if len(after) == 2:
                break
    end = after[1] if len(after) == 2 else len(text)
    return Span(before[0], end) if end - before[0] <= _MAX_LENGTH else None


def _parts(text: str) -> Iterator[Span]:
    """``text`` as a whole; a large one cut where a statement starts at the first column."""
    start = 0
    if len(text) > _MAX_LENGTH:
        for position, is_sure in _top_level(text):
            length = position - start
            if length > _MAX_LENGTH // 2 or (length > _MAX_LENGTH // 8 and is_sure):
                yield Span(start, position)
                start = position
    yield Span(start, len(text))


def _top_level(text: str) -> Iterator[tuple[int, bool]]:
    """Where statements may start at the first column, and whether the line can be nothing else.

    A definition starts at its first decorator.
    """
    is_decorated = False
    for match in _TOP_LEVEL.finditer(text):
        if not is_decorated:
            yield match.start(), match[1] is not None
        is_decorated = match[1] == "@"


def _repaired(text: str, part: Span, max_mended: int = _MAX_MENDED) -> Repair:
    repair = Repair(text[part.start : part.end], part.start, max_mended)
    if part.end - part.start > _MAX_LENGTH:
        repair.drop(Span(0, part.end - part.start))
    else:
        repair.run()
    return repair


def _parses(text: str) -> bool:
    return isinstance(parse_quietly(text), ast.Module)


def _parse_changed(text: str, repairs: Iterable[Repair]) -> ast.Module | None:
    result = parse_quietly(apply_edits(text, _edits(repairs)))
    return result if isinstance(result, ast.Module) else None


def _edits(repairs: Iterable[Repair]) -> list[TextEdit]:
    edits = [
        TextEdit(Span(at.start + repair.offset, at.end + repair.offset), text)
        for repair in repairs
        for at, text in repair.edits
    ]
    return sorted(edits, key=attrgetter("span"))  # inserts at one offset keep their order


def _recovered(tree: ast.Module, repairs: Iterable[Repair]) -> Recovered:
    found: list[Problem] = sorted(problem for repair in repairs for problem in repair.problems())
    broken = tuple(dict.fromkeys(line for line, _, _ in found if line.start < line.end))
    problems = tuple((Span(at, max(at, line.end)), message) for line, at, message in found)
    return Recovered(tree, tuple(_edits(repairs)), broken, problems)
