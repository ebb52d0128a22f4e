"""One walk over a file's tree: parents, nodes by type, and the scopes with what they bind.

Everything else asks the index instead of walking again. Order in ``nodes`` is source order within one type.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TypeAlias, TypeVar

from flask_ls.project.scopes import Binding, Scope
from flask_ls.project.walk import COMPREHENSIONS, FUNCTIONS, walk

N = TypeVar("N", bound=ast.AST)
FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
ScopeNode: TypeAlias = ast.Module | ast.ClassDef | FunctionNode | ast.Lambda | ast.expr
_DEFINITIONS = (*FUNCTIONS, ast.ClassDef)


class FileIndex:
    """Parents, nodes by type and scopes of one tree."""

    def __init__(self, tree: ast.Module, module: str = "", *, is_package: bool = False) -> None:
        self.tree = tree
        self.module = module
        self.is_package = is_package
        walked = walk(tree, module, is_package)
        self.root = walked.root
        self._parent = walked.parent
        self.parent: Callable[[ast.AST], ast.AST | None] = walked.parent.get
        """The node around a node; None for the module."""
        self._nodes = walked.nodes
        self._scope_of_name = walked.scope_of
        self._scope_made_by = walked.made_by
        self._qualnames: dict[ast.AST, str] = {}

    # Nodes

    def nodes(self, kind: type[N]) -> list[N]:
        """All nodes of exactly this type, in source order."""
        return self._nodes.get(kind, [])  # type: ignore[return-value]

    def functions(self) -> Iterator[FunctionNode]:
        """Every ``def`` and ``async def``."""
        yield from self.nodes(ast.FunctionDef)
        yield from self.nodes(ast.AsyncFunctionDef)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around this one, innermost first, the module last."""
        current = self._parent.get(node)
        while current is not None:
            yield current
            current = self._parent.get(current)

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that is or holds the node."""
        current: ast.AST | None = node
        while current is not None and not isinstance(current, ast.stmt):
            current = self._parent.get(current)
        return current

    def block_of(self, statement: ast.stmt) -> list[ast.stmt]:
        """The list of statements that this one stands in."""
        parent = self._parent.get(statement)
        if parent is not None:
            for name in ("body", "orelse", "finalbody"):
                block = getattr(parent, name, None)
                if isinstance(block, list) and statement in block:
                    return block
        return [statement]

    # Scopes

    def scope(self, node: ast.AST) -> Scope:
        """The scope whose names an expression at ``node`` sees.

        Decorators, default values, annotations and base classes are evaluated in the scope around their function or
        class, and the first iterable of a comprehension in the scope around it.
        """
        known = self._scope_of_name.get(node)
        if known is not None:
            return known
        child: ast.AST = node
        current = self._parent.get(node)
        skip = 0
        while current is not None:
            scope = self._scope_made_by.get(current)
            if scope is None:
                skip += _leaves_scope(current, child, scope_is_first=self._is_first_generator(current))
            elif skip:
                skip -= 1
            elif not _is_header(current, child):
                return scope
            child, current = current, self._parent.get(current)
        return self.root

    def scope_made_by(self, node: ScopeNode) -> Scope:
        """The scope that a module, class, function, lambda or comprehension opens."""
        return self._scope_made_by[node]

    def function_of(self, node: ast.AST) -> FunctionNode | ast.Lambda | None:
        """The function in whose *body* the node is evaluated; None at module or class level."""
        scope: Scope | None = self.scope(node)
        while scope is not None:
            if isinstance(scope.node, (*FUNCTIONS, ast.Lambda)):
                return scope.node
            scope = scope.parent
        return None

    def class_of(self, function: FunctionNode) -> ast.ClassDef | None:
        """The class that a method stands in directly."""
        parent = self._parent.get(function)
        while isinstance(parent, (ast.If, ast.Try, ast.With)):
            parent = self._parent.get(parent)
        return parent if isinstance(parent, ast.ClassDef) else None

    def qualname(self, node: ast.AST) -> str:
        """``Class.method``, ``outer.inner``: names of the functions and classes around and including the node."""
        current: ast.AST | None = node
        while current is not None and not isinstance(current, _DEFINITIONS):
            current = self._parent.get(current)
        if current is None:
            return ""
        known = self._qualnames.get(current)
        if known is None:
            around = self.qualname(self._parent[current])
            known = self._qualnames[current] = f"{around}.{current.name}" if around else current.name
        return known

    def dotted(self, node: ast.AST) -> str:
        """The project-wide name of a definition: ``package.module.Class.method``."""
        qualname = self.qualname(node)
        return f"{self.module}.{qualname}" if self.module and qualname else qualname or self.module

    def lookup(self, name: str, node: ast.AST) -> list[Binding]:
        """What binds ``name`` as seen from ``node``, by Python's scoping rules; empty for builtins and unknown."""
        return self.scope(node).lookup(name)

    def _is_first_generator(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.comprehension):
            return False
        owner = self._parent.get(node)
        return isinstance(owner, COMPREHENSIONS) and owner.generators[0] is node


def _leaves_scope(node: ast.AST, child: ast.AST, *, scope_is_first: bool) -> int:
    """1 when ``child`` of this part of a header is evaluated outside the scope that the header opens."""
    if isinstance(node, ast.arguments):
        return int(child in node.defaults or child in node.kw_defaults)
    if isinstance(node, ast.arg):
        return int(child is node.annotation)
    return int(scope_is_first and isinstance(node, ast.comprehension) and child is node.iter)


def _is_header(node: ast.AST, child: ast.AST) -> bool:
    if isinstance(node, FUNCTIONS):
        return child in node.decorator_list or child is node.returns
    if isinstance(node, ast.ClassDef):
        return child in node.decorator_list or child in node.bases or child in node.keywords
    return False


__all__ = ["COMPREHENSIONS", "FUNCTIONS", "FileIndex", "FunctionNode", "ScopeNode"]
