"""The workspace as the interpreter sees it: trees without function bodies, read when needed.

Only module-level code and headers of functions are kept; a body is parsed again when its function is entered. So the
trees of a large workspace stay small while it is evaluated. Trees that somebody else keeps are used as they are.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask_ls.syntax.parse import parse_module
from flask_ls.syntax.source import SourceFile

if TYPE_CHECKING:
    from flask_ls.project.interp.entry_points import EntryPoint
    from flask_ls.project.modules import Module, ModuleIndex

MAX_DATA = 300_000  # characters


class WorkspaceSources:
    """``Sources`` over a module index and a function that reads files."""

    def __init__(
        self,
        index: ModuleIndex,
        read: Callable[[str], str | None],
        *,
        parse: Callable[[str], ast.Module | None] | None = None,
        installed: Callable[[str], bool | None] | None = None,
        whole: Callable[[str], ast.Module | None] | None = None,
        used: Callable[[str], bool] = lambda distribution: False,
        version: Callable[[str], str | None] = lambda distribution: None,
    ) -> None:
        """``read``: the text of a file or None. ``parse``: text to tree, also for broken text.

        ``installed``: whether a top-level package can be imported; None when that is not known. ``whole``: the tree of
        a file that somebody keeps anyway, if so. ``used``: whether a distribution is installed or a requirement file
        names it. ``version``: that of a distribution, where it is installed or pinned.
        """
        self.index = index
        self._read = read
        self._parse = parse or _tolerant
        self._installed = installed
        self._whole = whole
        self.may_be_used = used
        self._version = version
        self._docstrings: dict[ast.AST, str] = {}
        self._broken: dict[str, int] = {}
        self._texts: dict[str, str | None] = {}
        self._lines: dict[str, list[str]] = {}
        self.opened: dict[str, str | None] = {}
        self.entry_points: tuple[EntryPoint, ...] | None = None  # once they were asked for
        self._listings: dict[str, list[str] | None] = {}

    def text(self, module: Module) -> str:
        """The text of a module; empty when it cannot be read."""
        return self._text(module.path) or ""

    def _text(self, path: str) -> str | None:
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def data(self, path: str) -> str | None:
        """The text of a file of the workspace that the program opens as data; None when it is none or too long."""
        if not self.index.contains(path):
            return None
        if path not in self.opened:
            self.opened[path] = self._read(path)
        text = self.opened[path]
        return text if text is not None and len(text) <= MAX_DATA else None

    def parse(self, text: str) -> ast.Module | None:
        """The tree of a text; None when it is broken beyond repair."""
        return self._parse(text)

    def tree(self, module: Module) -> ast.Module | None:
        """The tree, as a rule without the bodies of functions."""
        path = module.path
        whole = self._whole(path) if self._whole is not None else None
        if whole is not None:
            return whole
        text = self._text(path)
        tree = self._parse(text) if text is not None else None
        broken_at = getattr(tree, "broken_at", None)
        if broken_at is not None:
            self._broken[path] = broken_at
        if tree is not None:
            self._strip(tree)
        return tree

    def broken_line(self, module: Module) -> int | None:
        """The line in which the text of a module is not Python, so that its tree may lack parts of it. 1-based."""
        return self._broken.get(module.path)

    def body(self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
        """The statements of a function whose body was left out."""
        body = self._body_from_segment(module, node)
        # Kept with the function from now on: it may be called again.
        node.body = body or [ast.copy_location(ast.Pass(), node)]
        return node.body

    def _body_from_segment(self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt] | None:
        # Parsing the lines of the one function is much cheaper than parsing the file again. They keep their numbers.
        lines = self._lines.get(module.path)
        if lines is None:
            lines = self._lines[module.path] = self.text(module).split("\n")
        segment = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        above = node.lineno - 1
        tree = self._parse("\n" * (above - 1) + f"if 1:\n{segment}" if node.col_offset else "\n" * above + segment)
        statement = tree.body[0] if tree is not None and tree.body else None
        if isinstance(statement, ast.If) and statement.body:
            statement = statement.body[0]
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) or statement.lineno != node.lineno:
            return self._body_from_file(module, node)
        return statement.body

    def docstring(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
        """The docstring of a function of a tree, also where its body was left out."""
        return _docstring(node) if node.body else self._docstrings.get(node)

    def _strip(self, tree: ast.Module) -> None:
        stack: list[ast.stmt] = list(tree.body)
        while stack:
            node = stack.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                docstring = _docstring(node)
                if docstring is not None:
                    self._docstrings[node] = docstring
                node.body = []
            else:
                stack.extend(inner_statements(node))

    def _body_from_file(self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt] | None:
        tree = self._parse(self.text(module))
        for other in ast.walk(tree) if tree is not None else ():
            if not isinstance(other, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            if (other.lineno, other.col_offset) == (node.lineno, node.col_offset):
                return other.body
        return None

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

    def version(self, distribution: str) -> str | None:
        """The version of a distribution, where it is installed or pinned."""
        return self._version(distribution)

    def is_installed(self, package: str) -> bool | None:
        """Whether a top-level package outside the workspace can be imported."""
        return self._installed(package) if self._installed is not None else None


def inner_statements(node: ast.stmt) -> list[ast.stmt]:
    """The statements directly inside a statement that is no function."""
    found: list[ast.stmt] = []
    for name in ("body", "orelse", "finalbody"):
        found.extend(getattr(node, name, ()))
    for handler in getattr(node, "handlers", ()):
        found.extend(handler.body)
    for case in getattr(node, "cases", ()):
        found.extend(case.body)
    return found


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    first = node.body[0]
    value = first.value if isinstance(first, ast.Expr) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _tolerant(text: str) -> ast.Module | None:
    try:
        return parse_module(text)
    except (SyntaxError, ValueError) as error:
        mended = SourceFile(text).tree
        line = getattr(error, "lineno", None) or 1
        mended.broken_at = min(line, text.count("\n") + 1)  # type: ignore[attr-defined]
        return mended
    except (RecursionError, MemoryError):
        return None
