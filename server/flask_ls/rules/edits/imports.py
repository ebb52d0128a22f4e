"""Import statements at the top of a file: adding a name, adding a statement, removing a name."""

from __future__ import annotations

import ast

from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.imports import (
    ImportNode,
    NewImport,
    category_of,
    dropping_names,
    inserting_names,
    inserting_statements,
    joined,
    leading_imports,
)
from flask_ls.syntax.source import SourceFile


class ImportEdits:
    """Collects names to import and names to drop, then says the edits for all of them together."""

    def __init__(self, source: SourceFile, tree: ast.Module) -> None:
        self._source = source
        self._tree = tree
        self._added: dict[ast.ImportFrom, list[str]] = {}
        self._new_names: dict[str, list[str]] = {}
        self._new_modules: dict[str, NewImport] = {}
        self._dropped: dict[ImportNode, list[ast.alias]] = {}

    def add_name(self, module: str, name: str, local: str) -> None:
        """``from module import name as local``, in an existing statement where there is one."""
        written = name if name == local else f"{name} as {local}"
        statement = next((s for s in self._tree.body if _takes_names_of(s, module)), None)
        if isinstance(statement, ast.ImportFrom):
            names = self._added.setdefault(statement, [])
        else:
            names = self._new_names.setdefault(module, [])
        if written not in names:
            names.append(written)

    def add_module(self, module: str, local: str) -> None:
        """``import module as local``."""
        text = f"import {module}" if local == module else f"import {module} as {local}"
        self._new_modules[text] = NewImport(module, text)

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

    def _statements(self) -> list[NewImport]:
        new = [NewImport(module, f"from {module} import {joined(names)}") for module, names in self._new_names.items()]
        return [*new, *self._new_modules.values()]

    def _successors(self) -> dict[ImportNode, NewImport]:
        """Statements that go -> the new statement of the same kind that takes their place.

        Where no import stays that another could stand beside, any kind will do.
        """
        found: dict[ImportNode, NewImport] = {}
        emptied = self._emptied()
        is_last = all(s in emptied for s in leading_imports(self._tree))
        for statement in emptied:
            for new in self._statements():
                if new not in found.values() and (is_last or new.category == category_of(statement)):
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
                edits += inserting_names(self._source, statement, names)
        for node, dropped in self._dropped.items():
            gone = dropped[1:] if node in self._added else dropped
            if len(gone) < len(node.names):
                edits += dropping_names(self._source, node, gone)
        successors = self._successors()
        edits += [TextEdit(self._source.span(old), new.text) for old, new in successors.items()]
        new_lines = [new for new in self._statements() if new not in successors.values()]
        return edits + inserting_statements(self._source, self._tree, new_lines)


def _takes_names_of(statement: ast.stmt, module: str) -> bool:
    return (
        isinstance(statement, ast.ImportFrom)
        and statement.module == module
        and statement.level == 0
        and all(a.name != "*" for a in statement.names)
    )
