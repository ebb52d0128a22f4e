"""From an offset to the node under it, and from a place to a link a person can follow."""

from __future__ import annotations

import ast
import os
from pathlib import PurePath, PurePosixPath, PureWindowsPath

from flask_ls.features.documentation import code
from flask_ls.project.index import FUNCTIONS
from flask_ls.project.site import Site
from flask_ls.rules.context import Unit
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

_UNPLACED = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


def node_at(source: SourceFile, offset: int) -> ast.AST | None:
    """The innermost node whose text has the cursor in it or directly behind it; None between statements."""
    node = _descend(source, offset, inclusive=False)
    return node if node is not None and not isinstance(node, ast.stmt) else _descend(source, offset, inclusive=True)


def row(unit: Unit, site: Site) -> int | None:
    """The line number of a place, from 1; None when its file cannot be read."""
    source = unit.source if site.path == unit.path else unit.read(site.path)
    return source.position(site.span.start)[0] + 1 if source is not None else None


def link(unit: Unit, site: Site) -> str:
    """A Markdown link to a place: ``[`shop/users.py:3`](file:///...#L3)``. As text, ``__init__`` would be bold."""
    number = row(unit, site)
    suffix = f":{number}" if number is not None else ""
    anchor = f"#L{number}" if number is not None else ""
    return f"[{code(shown_path(unit, site.path) + suffix)}]({file_uri(site.path)}{anchor})"


def shown_path(unit: Unit, path: str) -> str:
    """A path as a person names it: relative to the folder that the file's own imports start from."""
    module = unit.model.index.by_path(unit.path) if unit.model.index is not None else None
    root = module.root if module is not None else os.path.dirname(unit.path)
    try:
        relative = os.path.relpath(path, root)
    except ValueError:  # another drive
        return path
    return PurePath(relative).as_posix() if not relative.startswith("..") else PurePath(path).name


def file_uri(path: str) -> str:
    """The ``file:`` URI of an absolute path of either kind of system."""
    pure: PurePath = PureWindowsPath(path) if path[1:2] == ":" or path.startswith("\\\\") else PurePosixPath(path)
    return pure.as_uri()


def _descend(source: SourceFile, offset: int, *, inclusive: bool) -> ast.AST | None:
    found: ast.AST | None = None
    todo: list[ast.AST] = [source.tree]
    while todo:
        node = todo.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, _UNPLACED):
                continue
            if not hasattr(child, "lineno"):
                todo.append(child)
                continue
            start, end = _extent(source, child)
            if start <= offset < end or (inclusive and offset == end):
                if not _is_only_in_decorator(source, child, offset):
                    found = child
                todo = [child]
                break
    return found


def _extent(source: SourceFile, node: ast.AST) -> Span:
    """The span of a node with its decorators."""
    span = source.span(node)
    decorators = getattr(node, "decorator_list", ())
    return Span(min((source.span(d).start for d in decorators), default=span.start), span.end)


def _is_only_in_decorator(source: SourceFile, node: ast.AST, offset: int) -> bool:
    return isinstance(node, (*FUNCTIONS, ast.ClassDef)) and offset < source.span(node).start


__all__ = ["file_uri", "link", "node_at", "row", "shown_path"]
