"""Import statements as text: names put into them and taken out, new ones at the top of a file.

What is written keeps the style that is there: brackets, one name a line or several, trailing commas, sorted or not,
and every comment with the name it belongs to (behind it on its line, or on the lines above it).
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.lexer import tokens
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

ImportNode: TypeAlias = ast.Import | ast.ImportFrom

_FUTURE, _STANDARD, _OTHER, _RELATIVE = range(4)
_COMMA = re.compile(r"[ \t\f]*,")
_COMMA_BELOW = re.compile(r"(?:\s|\\|#[^\r\n]*(?=[\r\n]))*,")
_END_OF_LINE = re.compile(r"[ \t\f]*,?[ \t\f]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)")


class NewImport(NamedTuple):
    """A statement to be added."""

    module: str
    text: str

    @property
    def category(self) -> int:
        return _category(self.module)

    @property
    def order(self) -> tuple[int, bool, str]:
        """As isort has it: by category, plain imports first, then by module."""
        return self.category, self.text.startswith("from "), self.module.lower()


def leading_imports(tree: ast.Module) -> list[ImportNode]:
    """The import statements at the top, up to the first other statement after them."""
    found: list[ImportNode] = []
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            found.append(statement)
        elif any(category_of(imported) != _FUTURE for imported in found):
            break
    return found


# Names


def inserting_names(source: SourceFile, statement: ast.ImportFrom, names: Sequence[str]) -> list[TextEdit]:
    """Edits that add names (``"name"`` or ``"name as other"``) to a statement; in order, if its names are."""
    order = _order_of([alias.name for alias in statement.names])
    ordered = sorted(names, key=order) if order else names
    edits: list[TextEdit] = []
    for place, group in groupby(ordered, lambda name: _place(statement, name, order)):
        edits += _inserting_at(source, statement, place, list(group))
    return edits


def joined(names: Sequence[str]) -> str:
    """Names of a new statement, in order."""
    return ", ".join(sorted(names, key=_by_kind))


def _order_of(names: Sequence[str]) -> Callable[[str], tuple[int, str]] | None:
    """How the names are sorted; None if they are not."""
    for key in (_by_kind, _by_letter):
        if list(names) == sorted(names, key=key):
            return key
    return None


def _by_kind(name: str) -> tuple[int, str]:
    """isort's default order: CONSTANTS, Classes, functions."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[:1].isupper() else 2), name


def _by_letter(name: str) -> tuple[int, str]:
    return 0, name.lower()


def _place(statement: ast.ImportFrom, name: str, order: Callable[[str], tuple[int, str]] | None) -> int:
    if order is not None:
        for index, alias in enumerate(statement.names):
            if order(alias.name) > order(name):
                return index
    return len(statement.names)


def _inserting_at(source: SourceFile, statement: ast.ImportFrom, place: int, names: list[str]) -> Iterator[TextEdit]:
    spans = [source.span(alias) for alias in statement.names]
    following = spans[place] if place < len(spans) else None
    bracket = _bracket(source, statement)
    starts_line = [_starts_line(source, span) for span in spans]
    if bracket is not None and all(starts_line[1:]) and starts_line[-1]:  # one name a line
        glue = _line_start(source, spans[-1])
        if place:
            yield from _appending(source, spans[place - 1], [f"{glue}{name}" for name in names], below=True)
        elif starts_line[0]:
            yield _insert(_line_end(source, bracket), "".join(f"{glue}{name}," for name in names))
        else:
            yield _insert(spans[0].start, "".join(f"{name},{glue}" for name in names))
    elif following and not (place and bracket is not None and starts_line[place]):
        yield _insert(following.start, "".join(f"{name}, " for name in names))
    else:
        yield from _appending(source, spans[place - 1], [f" {name}" for name in names])


def _appending(source: SourceFile, previous: Span, pieces: list[str], *, below: bool = False) -> Iterator[TextEdit]:
    """Add names after one: ``pieces`` are they with the white space before them, which is new lines if ``below``."""
    comma = _comma_after(source, previous.end)
    rest = _END_OF_LINE.match(source.text, previous.end)
    if below and rest and (comma or not _comma_below(source, previous.end)):
        if comma:
            yield _insert(rest.end(), "".join(f"{piece}," for piece in pieces))
        else:
            yield _insert(previous.end, ",")
            yield _insert(rest.end(), ",".join(pieces))
    elif comma:
        yield _insert(comma, "".join(f"{piece}," for piece in pieces))
    else:
        yield _insert(previous.end, "".join(f",{piece}" for piece in pieces))


def dropping_names(source: SourceFile, statement: ImportNode, dropped: Sequence[ast.alias]) -> list[TextEdit]:
    """Edits that take some of the names, not all, out of a statement."""
    spans = [source.span(alias) for alias in statement.names]
    bracket = _bracket(source, statement)
    edits: list[TextEdit] = []
    for is_dropped, run in groupby(range(len(spans)), lambda index: statement.names[index] in dropped):
        if not is_dropped:
            continue
        indexes = list(run)
        first, last = indexes[0], indexes[-1]
        rows = [_own_line(source, spans[i], is_last=i == len(spans) - 1) for i in indexes]
        if bracket is not None and all(rows):
            edits += [TextEdit(row, "") for row in rows if row]
            continue
        after = spans[last + 1].start if last + 1 < len(spans) else None
        hole = Span(spans[first].start, after) if after else Span(spans[first - 1].end, spans[last].end)
        if "#" not in source.text[hole.start : hole.end]:
            edits.append(TextEdit(hole, ""))
            continue
        for start, end in (spans[index] for index in indexes):
            comma = _comma_after(source, end) or end
            edits.append(TextEdit(Span(start, comma), ""))
            if comma == end and (below := _comma_below(source, end)):
                edits.append(TextEdit(Span(below - 1, below), ""))
    return edits


# Statements


def inserting_statements(source: SourceFile, tree: ast.Module, statements: Sequence[NewImport]) -> list[TextEdit]:
    """Edits that add import statements at the top of a file, where a sorter of imports would put them.

    Never above a docstring, ``from __future__`` or the comments at the start of the file. ``from __future__`` itself
    cannot be added.
    """
    newline = source.newline
    edits = []
    placed = [(_anchor(source, tree, new), new) for new in sorted(statements, key=lambda new: new.order)]
    for anchor, group in groupby(placed, lambda pair: pair[0]):
        blocks = [
            newline.join(new.text for _, new in block) for _, block in groupby(group, lambda pair: pair[1].category)
        ]
        edits.append(_insert(anchor.offset, anchor.before + (newline * 2).join(blocks) + anchor.after))
    return edits


class _Anchor(NamedTuple):
    offset: int
    before: str
    after: str


def _anchor(source: SourceFile, tree: ast.Module, new: NewImport) -> _Anchor:
    leading = leading_imports(tree)
    same = [s for s in leading if category_of(s) == new.category]
    if same:
        group = _first_group(source, same)
        before = [s for s in group if _order(s) <= new.order]
        return _below(source, tree, before[-1]) if before else _above(source, tree, group[0])
    lower = [s for s in leading if category_of(s) < new.category]
    if lower:
        return _below(source, tree, lower[-1], gap=1)
    docstring = tree.body[0] if tree.body and _is_docstring(tree.body[0]) else None
    if leading:
        return _above(source, tree, leading[0], gap=1)
    if docstring:
        return _below(source, tree, docstring, gap=1)
    if tree.body:
        is_definition = isinstance(tree.body[0], (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        return _above(source, tree, tree.body[0], gap=2 if is_definition else 1, with_comments=True)
    end = len(source.text)
    is_ended = not end or source.text.endswith(("\n", "\r", "\ufeff"))
    return _Anchor(end, "" if is_ended else source.newline, source.newline)


def _below(source: SourceFile, tree: ast.Module, statement: ast.stmt, *, gap: int = 0) -> _Anchor:
    """Below a statement and all others that share a line with it."""
    end = source.span(statement).end
    for other in tree.body:
        start = _first_offset(source, other)
        if start > end and source.position(start)[0] == source.position(end)[0]:
            end = source.span(other).end
    return _Anchor(_line_end(source, end), source.newline * (gap + 1), "")


def _above(
    source: SourceFile, tree: ast.Module, statement: ast.stmt, *, gap: int = 0, with_comments: bool = False
) -> _Anchor:
    """Above a statement and, if asked, the comments that touch it, save those the file starts with."""
    row = source.position(_first_offset(source, statement))[0]
    earlier = [s for s in tree.body if s is not statement and source.position(source.span(s).end)[0] == row]
    if earlier:  # a docstring, `;` and then the statement
        return _below(source, tree, statement)
    top = row
    while with_comments and top and _row(source, top - 1).lstrip().startswith("#"):
        top -= 1
    offset = source.line_span(top if top else row).start
    if source.text.startswith("\ufeff"):
        offset = max(offset, 1)
    return _Anchor(offset, "", source.newline * (gap + 1))


def _first_group(source: SourceFile, statements: Sequence[ImportNode]) -> list[ImportNode]:
    """The statements up to the first blank line between two."""
    group = [statements[0]]
    for statement in statements[1:]:
        last_row = source.position(source.span(group[-1]).end)[0]
        if any(
            not _row(source, row).strip() for row in range(last_row, source.position(source.span(statement).start)[0])
        ):
            break
        group.append(statement)
    return group


def _category(module: str) -> int:
    if module == "__future__":
        return _FUTURE
    if module.startswith("."):
        return _RELATIVE
    return _STANDARD if module.partition(".")[0] in sys.stdlib_module_names else _OTHER


def category_of(statement: ImportNode) -> int:
    """The block of imports a statement belongs in: ``__future__``, standard library, others, relative."""
    if isinstance(statement, ast.Import):
        return _category(statement.names[0].name)
    return _RELATIVE if statement.level else _category(statement.module or "")


def _order(statement: ImportNode) -> tuple[int, bool, str]:
    if isinstance(statement, ast.Import):
        return category_of(statement), False, statement.names[0].name.lower()
    return category_of(statement), True, "." * statement.level + (statement.module or "").lower()


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


# Text


def _insert(offset: int, text: str) -> TextEdit:
    return TextEdit(Span(offset, offset), text)


def _first_offset(source: SourceFile, statement: ast.stmt) -> int:
    nodes = (statement, *getattr(statement, "decorator_list", ()))
    return min(source.span(node).start for node in nodes)


def _row(source: SourceFile, row: int) -> str:
    start, end = source.line_span(row)
    return source.text[start:end]


def _line_end(source: SourceFile, offset: int) -> int:
    return source.line_span(source.position(offset)[0]).end


def _line_start(source: SourceFile, name: Span) -> str:
    """A line end and the white space before a name that starts its line."""
    start = source.line_span(source.position(name.start)[0]).start
    return source.newline + source.text[start : name.start]


def _starts_line(source: SourceFile, name: Span) -> bool:
    start = source.line_span(source.position(name.start)[0]).start
    return not source.text[start : name.start].strip(" \t\f")


def _bracket(source: SourceFile, statement: ImportNode) -> int | None:
    """The offset of the bracket around the names."""
    first = source.span(statement.names[0]).start
    for token in tokens(source.text, source.span(statement).start):
        if token.start >= first:
            return None
        if source.text[token.start] == "(":
            return token.start
    return None


def _comma_after(source: SourceFile, offset: int) -> int | None:
    """The offset past the comma that follows on the same line."""
    match = _COMMA.match(source.text, offset)
    return match.end() if match else None


def _comma_below(source: SourceFile, offset: int) -> int | None:
    """The offset past the comma that follows, whatever line ends and comments there are before it."""
    match = _COMMA_BELOW.match(source.text, offset)
    return match.end() if match else None


def _own_line(source: SourceFile, name: Span, *, is_last: bool) -> Span | None:
    """The line of a name in brackets, with its comma, comment and line end, if there is nothing else on it."""
    row = source.position(name.start)[0]
    if not _starts_line(source, name) or not (is_last or _comma_after(source, name.end)):
        return None
    if row + 1 == len(source.line_starts) or not _END_OF_LINE.match(source.text, name.end):
        return None
    return Span(source.line_starts[row], source.line_starts[row + 1])
