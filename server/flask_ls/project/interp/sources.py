"""The workspace as the interpreter sees it: trees without function bodies, read when needed.

Only module-level code and headers of functions are kept; a body is parsed again when its function is entered. So the
trees of a large workspace stay small while it is evaluated.
"""

from __future__ import annotations

import ast
import os
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask_ls.project.modules import Module, ModuleIndex

_FULL_TREES = 24


class WorkspaceSources:
    """``Sources`` over a module index and a function that reads files."""

    def __init__(
        self,
        index: ModuleIndex,
        read: Callable[[str], str | None],
        *,
        parse: Callable[[str], ast.Module | None] | None = None,
        installed: Callable[[str], bool | None] | None = None,
    ) -> None:
        """``read``: the text of a file or None. ``parse``: text to tree, for broken text; default ``ast.parse``.

        ``installed``: whether a top-level package can be imported; None when that is not known.
        """
        self.index = index
        self._read = read
        self._parse = parse or _strict
        self._installed = installed
        self._trees: dict[str, ast.Module | None] = {}
        self._full: OrderedDict[str, dict[tuple[int, int], list[ast.stmt]]] = OrderedDict()
        self._listings: dict[str, list[str] | None] = {}

    def text(self, module: Module) -> str:
        """The text of a module; empty when it cannot be read."""
        return self._read(module.path) or ""

    def parse(self, text: str) -> ast.Module | None:
        """The tree of a text; None when it is broken beyond repair."""
        return self._parse(text)

    def tree(self, module: Module) -> ast.Module | None:
        """The tree without bodies of functions."""
        path = module.path
        if path not in self._trees:
            text = self._read(path)
            tree = self._parse(text) if text is not None else None
            if tree is not None:
                self._remember(path, tree)
                _strip(tree)
            self._trees[path] = tree
        return self._trees[path]

    def body(self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
        """The statements of a function whose body was left out."""
        bodies = self._full.get(module.path)
        if bodies is None:
            tree = self._parse(self.text(module))
            bodies = self._remember(module.path, tree) if tree is not None else {}
        body = bodies.get((node.lineno, node.col_offset), [])
        # Kept with the function from now on: it may be called again.
        node.body = body or [ast.copy_location(ast.Pass(), node)]
        return node.body

    def listing(self, folder: str) -> list[str] | None:
        """The names in a folder of the workspace; None when it is none."""
        if folder not in self._listings:
            names: list[str] | None = None
            if self.index.files_in(folder) or self.index.contains(folder):
                try:
                    names = sorted(os.listdir(folder))
                except OSError:
                    names = self.index.files_in(folder) or None
            self._listings[folder] = names
        return self._listings[folder]

    def is_installed(self, package: str) -> bool | None:
        """Whether a top-level package outside the workspace can be imported."""
        return self._installed(package) if self._installed is not None else None

    def _remember(self, path: str, tree: ast.Module) -> dict[tuple[int, int], list[ast.stmt]]:
        bodies: dict[tuple[int, int], list[ast.stmt]] = {}
        stack: list[ast.stmt] = list(tree.body)
        while stack:
            node = stack.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                bodies[node.lineno, node.col_offset] = node.body
            else:
                stack.extend(_inner(node))
        self._full[path] = bodies
        if len(self._full) > _FULL_TREES:
            self._full.popitem(last=False)
        return bodies


def _inner(node: ast.stmt) -> list[ast.stmt]:
    """The statements directly inside a statement that is no function."""
    found: list[ast.stmt] = []
    for name in ("body", "orelse", "finalbody"):
        found.extend(getattr(node, name, ()))
    for handler in getattr(node, "handlers", ()):
        found.extend(handler.body)
    for case in getattr(node, "cases", ()):
        found.extend(case.body)
    return found


def _strip(tree: ast.Module) -> None:
    stack: list[ast.stmt] = list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = []
        else:
            stack.extend(_inner(node))


def _strict(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
