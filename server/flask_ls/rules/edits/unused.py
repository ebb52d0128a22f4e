"""Imports that a fix leaves without a use."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence

from flask_ls.project.index import FUNCTIONS, FileIndex
from flask_ls.project.scopes import Scope
from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.imports import ImportNode
from flask_ls.syntax.source import SourceFile

# Importing these does nothing but bind names.
_PLAIN = sys.stdlib_module_names | {"flask", "werkzeug"}


def uses_of(index: FileIndex, name: str, scope: Scope) -> list[ast.Name]:
    """Every use of the name that ``scope`` binds."""
    return [n for n in index.nodes(ast.Name) if n.id == name and index.scope(n).owner(name) is scope]


def plain_imports_of(index: FileIndex, node: ast.AST) -> Iterator[str]:
    """The names in a node that the module imports from where importing has no other effect."""
    for name in dict.fromkeys(n.id for n in ast.walk(node) if isinstance(n, ast.Name)):
        if any(b.module.partition(".")[0] in _PLAIN for b in index.root.bindings.get(name, ())):
            yield name


def unused_imports(
    source: SourceFile, index: FileIndex, name: str, edits: Sequence[TextEdit]
) -> Iterator[tuple[ImportNode, ast.alias]]:
    """The imports of a name, at module level and in functions, whose last uses go with these edits."""

    def goes(node: ast.AST) -> bool:
        start, end = source.span(node)
        return any(e.span.start <= start and end <= e.span.end for e in edits)

    word = re.compile(rf"\b{re.escape(name)}\b")
    strings = (c for c in index.nodes(ast.Constant) if isinstance(c.value, str) and word.search(c.value))
    if any(word.search(e.text) for e in edits) or not all(map(goes, strings)):
        return
    statements: list[ImportNode] = [*index.nodes(ast.Import), *index.nodes(ast.ImportFrom)]
    for statement in statements:
        scope = index.scope(statement)
        if len(scope.bindings.get(name, ())) != 1 or _is_kept(source, index, statement):
            continue
        if all(map(goes, uses_of(index, name, scope))):
            yield from ((statement, a) for a in statement.names if (a.asname or a.name.partition(".")[0]) == name)


def _is_plain(statement: ImportNode) -> bool:
    modules = [a.name for a in statement.names] if isinstance(statement, ast.Import) else [statement.module or ""]
    is_absolute = isinstance(statement, ast.Import) or statement.level == 0
    return is_absolute and all(m.partition(".")[0] in _PLAIN for m in modules)


def _is_kept(source: SourceFile, index: FileIndex, statement: ImportNode) -> bool:
    """Whether the import is there for others, or only sometimes."""
    parent = index.parent(statement)
    if not isinstance(parent, FUNCTIONS) and not isinstance(parent, ast.Module):
        return True
    # Users of a package import its own names from it, hardly those of Flask or the standard library.
    if isinstance(parent, ast.Module) and index.is_package and not _is_plain(statement):
        return True
    line = source.line_span(source.position(source.span(statement).start)[0])
    return "noqa" in source.text[line.start : line.end]
