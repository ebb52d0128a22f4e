"""Scopes of one file and what binds each name in them (Python reference, section 4.2 "Naming and binding")."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from flask_ls.project.modules import resolve_relative

BindingKind = Literal["import", "from", "star", "assign", "def", "class", "param", "target", "delete"]


class Binding(NamedTuple):
    """One place that gives a name its value.

    ``import``: ``module`` is what the name stands for (``import a.b`` binds ``a``, ``import a.b as c`` binds ``a.b``).
    ``from``: the name is ``attribute`` of ``module``, absolute. ``star``: stored under the name ``*``.
    ``assign``: ``name = value`` exactly. ``target``: any other target (loop, with, except, tuple, augmented), value
    unknown; ``with X as name`` has ``value`` = X and ``is_with`` True.
    """

    name: str
    kind: BindingKind
    node: ast.AST
    value: ast.expr | None = None
    module: str = ""
    attribute: str = ""
    is_with: bool = False


class Scope:
    """A module, class, function, lambda or comprehension scope."""

    __slots__ = ("bindings", "globals", "node", "nonlocals", "parent")

    def __init__(self, node: ast.AST, parent: Scope | None) -> None:
        self.node = node
        self.parent = parent
        self.bindings: dict[str, list[Binding]] = {}
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()

    @property
    def is_class(self) -> bool:
        """Whether this is a class body, whose names inner functions do not see."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_module(self) -> bool:
        """Whether this is the module's scope."""
        return self.parent is None

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def owner(self, name: str) -> Scope | None:
        """The scope that binds ``name`` as seen from here; None for builtins and unknown names."""
        if name in self.globals:
            module = self.module
            return module if name in module.bindings else None
        scope: Scope | None = self
        first = True
        while scope is not None:
            if (first or not scope.is_class) and name in scope.bindings and name not in scope.nonlocals:
                return scope
            if scope is not self and name in scope.globals:
                module = self.module
                return module if name in module.bindings else None
            first = False
            scope = scope.parent
        return None

    def lookup(self, name: str) -> list[Binding]:
        """The bindings of ``name`` in the scope that owns it; empty for builtins and unknown names."""
        owner = self.owner(name)
        return owner.bindings[name] if owner is not None else []

    def add(self, binding: Binding) -> None:
        """Record a binding, honouring ``global`` and ``nonlocal`` statements seen before it."""
        target: Scope = self
        if binding.name in self.globals:
            target = self.module
        elif binding.name in self.nonlocals and self.parent is not None:
            target = self.parent.owner(binding.name) or self
        target.bindings.setdefault(binding.name, []).append(binding)


def _import(node: ast.Import, scope: Scope, module: str, is_package: bool) -> None:
    for alias in node.names:
        if alias.asname:
            scope.add(Binding(alias.asname, "import", node, module=alias.name))
        else:
            top = alias.name.partition(".")[0]
            scope.add(Binding(top, "import", node, module=top, attribute=alias.name))


def _import_from(node: ast.ImportFrom, scope: Scope, module: str, is_package: bool) -> None:
    source = resolve_relative(module, is_package, node.level, node.module)
    for alias in node.names:
        if alias.name == "*":
            scope.add(Binding("*", "star", node, module=source))
        else:
            name = alias.asname or alias.name
            scope.add(Binding(name, "from", node, module=source, attribute=alias.name))


def _assign(node: ast.Assign, scope: Scope, module: str, is_package: bool) -> None:
    for target in node.targets:
        _bind_target(target, node, node.value, scope)


def _ann_assign(node: ast.AnnAssign, scope: Scope, module: str, is_package: bool) -> None:
    if isinstance(node.target, ast.Name):
        scope.add(Binding(node.target.id, "assign", node, value=node.value))


def _aug_assign(node: ast.AugAssign, scope: Scope, module: str, is_package: bool) -> None:
    _bind_target(node.target, node, None, scope)


def _named(node: ast.NamedExpr, scope: Scope, module: str, is_package: bool) -> None:
    while scope.parent is not None and isinstance(
        scope.node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    ):
        scope = scope.parent
    _bind_target(node.target, node, node.value, scope)


def _for(node: ast.For | ast.AsyncFor | ast.comprehension, scope: Scope, module: str, is_package: bool) -> None:
    _bind_target(node.target, node, None, scope)


def _with(node: ast.With | ast.AsyncWith, scope: Scope, module: str, is_package: bool) -> None:
    for item in node.items:
        if isinstance(item.optional_vars, ast.Name):
            scope.add(Binding(item.optional_vars.id, "target", node, value=item.context_expr, is_with=True))
        elif item.optional_vars is not None:
            _bind_target(item.optional_vars, node, None, scope)


def _except(node: ast.ExceptHandler, scope: Scope, module: str, is_package: bool) -> None:
    if node.name:
        scope.add(Binding(node.name, "target", node))


def _definition(node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, module: str, is_package: bool) -> None:
    scope.add(Binding(node.name, "def", node))


def _class(node: ast.ClassDef, scope: Scope, module: str, is_package: bool) -> None:
    scope.add(Binding(node.name, "class", node))


def _arg(node: ast.arg, scope: Scope, module: str, is_package: bool) -> None:
    scope.add(Binding(node.arg, "param", node))


def _global(node: ast.Global, scope: Scope, module: str, is_package: bool) -> None:
    if not scope.is_module:
        scope.globals.update(node.names)


def _nonlocal(node: ast.Nonlocal, scope: Scope, module: str, is_package: bool) -> None:
    scope.nonlocals.update(node.names)


def _delete(node: ast.Delete, scope: Scope, module: str, is_package: bool) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            scope.add(Binding(target.id, "delete", node))


def _match_name(
    node: ast.MatchAs | ast.MatchStar | ast.MatchMapping, scope: Scope, module: str, is_package: bool
) -> None:
    name = node.rest if isinstance(node, ast.MatchMapping) else node.name
    if name:
        scope.add(Binding(name, "target", node))


def _bind_target(target: ast.expr, node: ast.AST, value: ast.expr | None, scope: Scope) -> None:
    if isinstance(target, ast.Name):
        kind: BindingKind = "assign" if value is not None else "target"
        scope.add(Binding(target.id, kind, node, value=value))
    elif isinstance(target, (ast.Tuple, ast.List)):
        values: list[ast.expr | None] = [None] * len(target.elts)
        if (
            isinstance(value, (ast.Tuple, ast.List))
            and len(value.elts) == len(target.elts)
            and not any(isinstance(e, ast.Starred) for e in (*value.elts, *target.elts))
        ):
            values = list(value.elts)
        for element, part in zip(target.elts, values, strict=True):
            _bind_target(element, node, part, scope)
    elif isinstance(target, ast.Starred):
        _bind_target(target.value, node, None, scope)


# What a node itself (not its children) binds, by its type: called with node, scope, the module's name and whether it is
# a package.
BINDERS: dict[type[ast.AST], Callable[[Any, Scope, str, bool], None]] = {
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Assign: _assign,
    ast.AnnAssign: _ann_assign,
    ast.AugAssign: _aug_assign,
    ast.NamedExpr: _named,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.comprehension: _for,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.ExceptHandler: _except,
    ast.FunctionDef: _definition,
    ast.AsyncFunctionDef: _definition,
    ast.ClassDef: _class,
    ast.arg: _arg,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Delete: _delete,
    ast.MatchAs: _match_name,
    ast.MatchStar: _match_name,
    ast.MatchMapping: _match_name,
}
