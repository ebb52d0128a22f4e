"""Import statements at the top of a file: adding a name, adding a statement, removing a name."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from typing import TypeAlias

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.edits.statements import full_span, line_of
from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

ImportNode: TypeAlias = ast.Import | ast.ImportFrom
_FUTURE, _STANDARD, _OTHER, _RELATIVE = range(4)


class ImportEdits:
    """Collects names to import and names to drop, then says the edits for all of them together."""

    def __init__(self, source: SourceFile, tree: ast.Module) -> None:
        self._source = source
        self._tree = tree
        self._added: dict[ast.ImportFrom, list[str]] = {}
        self._statements: list[tuple[str, str]] = []
        self._dropped: dict[ImportNode, list[ast.alias]] = {}

    def add_name(self, module: str, name: str, local: str) -> None:
        """``from module import name as local``, in an existing statement where there is one."""
        written = name if name == local else f"{name} as {local}"
        statement = next((s for s in self._tree.body if _takes_names_of(s, module)), None)
        if isinstance(statement, ast.ImportFrom):
            names = self._added.setdefault(statement, [])
            if written not in names:
                names.append(written)
        else:
            self._add_statement(module, f"from {module} import {written}")

    def add_module(self, module: str, local: str) -> None:
        """``import module as local``."""
        self._add_statement(module, f"import {module}" if local == module else f"import {module} as {local}")

    def drop(self, statement: ImportNode, alias: ast.alias) -> None:
        """Remove one name of a statement; the statement goes with its last name."""
        names = self._dropped.setdefault(statement, [])
        if alias not in names:
            names.append(alias)

    def gone(self) -> list[ast.stmt]:
        """The statements that lose all their names and get none, and whose place no new statement takes."""
        return [s for s in self._emptied() if s not in self._successors()]

    def _emptied(self) -> list[ImportNode]:
        return [s for s, names in self._dropped.items() if len(names) == len(s.names) and s not in self._added]

    def _successors(self) -> dict[ImportNode, tuple[str, str]]:
        """Statements that go -> the new statement of the same kind that takes their place."""
        found: dict[ImportNode, tuple[str, str]] = {}
        for statement in self._emptied():
            for new in self._statements:
                if new not in found.values() and _category(new[0]) == _category_of(statement):
                    found.setdefault(statement, new)
        return found

    def edits(self) -> list[TextEdit]:
        """The edits, without the deletion of the statements in ``gone``."""
        edits: list[TextEdit] = []
        for statement, names in self._added.items():
            dropped = self._dropped.get(statement, [])
            if dropped:  # the new names take the place of a name that goes
                edits.append(TextEdit(self._source.span(dropped[0]), ", ".join(names)))
            else:
                edits += [e for n in names for e in self._inserting(statement, n)]
        for node, dropped in self._dropped.items():
            gone = dropped[1:] if node in self._added else dropped
            if len(gone) < len(node.names):
                edits += [TextEdit(span, "") for span in self._dropping(node, gone)]
        for old, (_, text) in self._successors().items():
            edits.append(TextEdit(self._source.span(old), text))
        return edits + self._inserting_statements()

    # Statements

    def _add_statement(self, module: str, text: str) -> None:
        if (module, text) not in self._statements:
            self._statements.append((module, text))

    def _inserting_statements(self) -> list[TextEdit]:
        # By name, so that several new lines at one place come out sorted.
        taken = self._successors().values()
        return [self._inserting_statement(m, text) for m, text in sorted(self._statements) if (m, text) not in taken]

    def _inserting_statement(self, module: str, text: str) -> TextEdit:
        newline = self._source.newline
        leading = leading_imports(self._tree)
        if not leading:
            return self._inserting_first(text)
        category = _category(module)
        same = [s for s in leading if _category_of(s) == category]
        if same:
            group = _first_group(self._source, same)
            before = [s for s in group if _order(s) <= (isinstance_from(text), module.lower())]
            if before:
                return self._after(before[-1], f"{text}{newline}")
            return self._before(group[0], f"{text}{newline}")
        lower = [s for s in leading if _category_of(s) < category]
        if lower:
            return self._after(lower[-1], f"{newline}{text}{newline}")
        return self._before(leading[0], f"{text}{newline}{newline}")

    def _inserting_first(self, text: str) -> TextEdit:
        newline = self._source.newline
        body = self._tree.body
        if body and _is_docstring(body[0]):
            return self._after(body[0], f"{newline}{text}{newline}")
        if not body:
            return TextEdit(Span(0, 0), f"{text}{newline}")
        gap = newline * (3 if isinstance(body[0], (*FUNCTIONS, ast.ClassDef)) else 2)
        return self._before(body[0], f"{text}{gap}")

    def _after(self, statement: ast.stmt, text: str) -> TextEdit:
        lines = line_of(self._source, statement)
        if lines is None:  # shares its line: `import a; import b`
            line = self._source.line_span(self._source.position(self._source.span(statement).end)[0])
            return TextEdit(Span(line.end, line.end), self._source.newline + text.rstrip("\r\n"))
        if not self._source.text[: lines.end].endswith(("\n", "\r")):
            return TextEdit(Span(lines.end, lines.end), self._source.newline + text)
        return TextEdit(Span(lines.end, lines.end), text)

    def _before(self, statement: ast.stmt, text: str) -> TextEdit:
        row = self._source.position(full_span(self._source, statement).start)[0]
        start = self._source.line_span(row).start
        return TextEdit(Span(start, start), text)

    # Names of one statement

    def _inserting(self, statement: ast.ImportFrom, name: str) -> list[TextEdit]:
        source, text = self._source, self._source.text
        aliases = statement.names
        keys = [a.name.lower() for a in aliases]
        place = len(aliases)
        if _is_mixed_sorted(aliases):
            place = next((i for i, a in enumerate(aliases) if _isort_key(a.name) > _isort_key(name)), place)
        elif keys == sorted(keys):
            place = next((i for i, k in enumerate(keys) if k > name.lower()), place)
        if place < len(aliases):
            start = source.span(aliases[place]).start
            line = source.line_span(source.position(start)[0]).start
            own_line = not text[line:start].strip()
            return [
                TextEdit(Span(start, start), f"{name},{source.newline}{text[line:start]}" if own_line else f"{name}, ")
            ]
        last = source.span(aliases[-1])
        line = source.line_span(source.position(last.start)[0]).start
        own_line = not text[line : last.start].strip() and "(" in text[source.span(statement).start : line]
        glue = f"{source.newline}{text[line : last.start]}" if own_line else " "
        comma = _comma_after(text, last.end)
        if comma >= 0:
            return [TextEdit(Span(comma, comma), f"{glue}{name},")]
        return [TextEdit(Span(last.end, last.end), f",{glue}{name}")]

    def _dropping(self, statement: ImportNode, dropped: Sequence[ast.alias]) -> list[Span]:
        source, text = self._source, self._source.text
        spans: list[Span] = []
        kept_end = -1
        for number, alias in enumerate(statement.names):
            start, end = source.span(alias)
            if alias not in dropped:
                kept_end = end
                continue
            if number + 1 < len(statement.names):
                following = source.span(statement.names[number + 1]).start
                if "#" not in text[end:following]:
                    spans.append(Span(start, following))
                    continue
                comma = _comma_after(text, end)
                line = source.line_span(source.position(start)[0])
                alone = not text[line.start : start].strip()
                spans.append(
                    Span(line.start, source.line_starts[source.position(start)[0] + 1]) if alone else Span(start, comma)
                )
            elif kept_end >= 0 and "#" not in text[kept_end:start]:
                spans.append(Span(kept_end, end))
            else:
                comma = _comma_after(text, end)
                spans.append(Span(start, comma if comma >= 0 else end))
        return spans


def leading_imports(tree: ast.Module) -> list[ImportNode]:
    """The import statements at the top, up to the first other statement after them."""
    found: list[ImportNode] = []
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            found.append(statement)
        elif found and not all(isinstance(s, ast.ImportFrom) and s.module == "__future__" for s in found):
            break
    return found


def isinstance_from(text: str) -> bool:
    """Whether an import line is a ``from`` import, which sorters put after plain imports."""
    return text.startswith("from ")


def _takes_names_of(statement: ast.stmt, module: str) -> bool:
    return (
        isinstance(statement, ast.ImportFrom)
        and statement.module == module
        and statement.level == 0
        and all(a.name != "*" for a in statement.names)
    )


def _category(module: str) -> int:
    if module == "__future__":
        return _FUTURE
    return _STANDARD if module.partition(".")[0] in sys.stdlib_module_names else _OTHER


def _category_of(statement: ImportNode) -> int:
    if isinstance(statement, ast.Import):
        return _category(statement.names[0].name)
    return _RELATIVE if statement.level else _category(statement.module or "")


def _order(statement: ImportNode) -> tuple[bool, str]:
    if isinstance(statement, ast.Import):
        return False, statement.names[0].name.lower()
    return True, (statement.module or "").lower()


def _first_group(source: SourceFile, statements: Sequence[ImportNode]) -> list[ImportNode]:
    group = [statements[0]]
    for statement in statements[1:]:
        between = source.text[source.span(group[-1]).end : source.span(statement).start]
        if between.replace("\r\n", "\n").replace("\r", "\n").count("\n") > 1:
            break
        group.append(statement)
    return group


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _isort_key(name: str) -> tuple[int, str]:
    """isort's default order within a statement: CONSTANTS, Classes, functions."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[:1].isupper() else 2), name


def _is_mixed_sorted(aliases: Sequence[ast.alias]) -> bool:
    keys = [_isort_key(a.name) for a in aliases]
    return keys == sorted(keys)


def _comma_after(text: str, offset: int) -> int:
    """The offset after the comma that follows with only white space before it; -1 without one."""
    while offset < len(text) and text[offset] in " \t\r\n\\":
        offset += 1
    return offset + 1 if text[offset : offset + 1] == "," else -1
