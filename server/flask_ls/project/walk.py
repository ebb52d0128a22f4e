"""The walk behind ``FileIndex``: every node once, with its parent and the scope it is evaluated in."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from flask_ls.project.scopes import BINDERS, Scope

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

# Fields that never hold a node, or only singletons that ast shares between nodes (`ctx`, operators).
_NO_CHILDREN = frozenset(
    "arg asname attr conversion ctx id is_async kind kwd_attrs level module name op ops rest simple str tag "
    "type_comment type_ignores".split()
)


class Walked:
    """What a walk gives. ``nodes`` is in source order within one type; ``scope_of`` knows every ``ast.Name``."""

    __slots__ = ("made_by", "nodes", "parent", "root", "scope_of")

    def __init__(self, tree: ast.Module) -> None:
        self.parent: dict[ast.AST, ast.AST] = {}
        self.nodes: defaultdict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self.root = Scope(tree, None)
        self.made_by: dict[ast.AST, Scope] = {tree: self.root}
        self.scope_of: dict[ast.AST, Scope] = {}


def walk(tree: ast.Module, module: str, is_package: bool) -> Walked:
    """Walk a tree. This is the hottest loop of a scan.

    The stack is explicit because the tree of generated code may be deeper than Python's recursion limit. A ``Scope``
    on the stack says in which scope the nodes below it are evaluated.

    Four of five nodes are names, attributes, constants and calls, which are dealt with first.
    """
    found = Walked(tree)
    parent, nodes, made_by, scope_of = found.parent, found.nodes, found.made_by, found.scope_of
    scope: Scope = found.root
    stack: list[Any] = []
    pop, push = stack.pop, stack.append
    add_name, add_constant = nodes[ast.Name].append, nodes[ast.Constant].append
    add_attribute, add_call = nodes[ast.Attribute].append, nodes[ast.Call].append
    for child in reversed(tree.body):
        parent[child] = tree
        push(child)
    while stack:
        node = pop()
        kind = node.__class__
        while kind is ast.Attribute:
            add_attribute(node)
            child = node.value
            parent[child] = node
            node, kind = child, child.__class__
        if kind is ast.Name:
            add_name(node)
            scope_of[node] = scope
            continue
        if kind is ast.Constant:
            add_constant(node)
            continue
        if kind is ast.Call:
            add_call(node)
            for children in (node.keywords, node.args):
                if children:
                    for child in children:
                        parent[child] = node
                    stack += children[::-1]
            parent[node.func] = node
            push(node.func)
            continue
        if kind is Scope:
            scope = node
            continue
        nodes[kind].append(node)
        if kind in BINDERS:
            BINDERS[kind](node, scope, module, is_package)
        if kind in _PARTS:
            outside, inside = _PARTS[kind](node, scope)
            inner, outer = scope, scope.parent or scope
            if kind in _SCOPES:
                inner, outer = Scope(node, scope), scope
                made_by[node] = inner
            # Last in, first out: what is evaluated outside, what is inside, then the scope around again.
            push(scope)
            for child in reversed(inside):
                parent[child] = node
                push(child)
            push(inner)
            for child in reversed(outside):
                parent[child] = node
                push(child)
            push(outer)
            continue
        for name in CHILD_FIELDS[kind]:
            value = getattr(node, name, None)
            if value.__class__ is list:
                for child in value:
                    parent[child] = node
                stack += value[::-1]
            elif value is not None:
                parent[value] = node
                push(value)
    return found


def names_in(node: ast.AST) -> Iterator[ast.Name]:
    """The names in an expression, in no order that counts; several times faster than ``ast.walk``."""
    stack: list[Any] = [node]
    while stack:
        current = stack.pop()
        kind = current.__class__
        if kind is ast.Name:
            yield current
        elif kind is ast.Attribute:
            stack.append(current.value)
        elif current is not None:
            for name in CHILD_FIELDS[kind]:
                value = getattr(current, name, None)
                if value.__class__ is list:
                    stack += value
                else:
                    stack.append(value)


_Parts: TypeAlias = tuple[list[Any], list[Any]]


def _function(node: Any, scope: Scope) -> _Parts:
    outside = [*node.decorator_list, node.returns] if node.returns is not None else node.decorator_list
    return outside, [*getattr(node, "type_params", ()), node.args, *node.body]


def _class(node: Any, scope: Scope) -> _Parts:
    return [*node.decorator_list, *node.bases, *node.keywords], [*getattr(node, "type_params", ()), *node.body]


def _lambda(node: Any, scope: Scope) -> _Parts:
    return [], [node.args, node.body]


def _arguments(node: Any, scope: Scope) -> _Parts:
    inside = [*node.posonlyargs, *node.args, node.vararg, *node.kwonlyargs, node.kwarg]
    outside = [*node.defaults, *node.kw_defaults]
    return [n for n in outside if n is not None], [n for n in inside if n is not None]


def _arg(node: Any, scope: Scope) -> _Parts:
    return ([node.annotation] if node.annotation is not None else []), []


def _comprehension_scope(node: Any, scope: Scope) -> _Parts:
    elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    return [], [*elements, *node.generators]


def _comprehension(node: Any, scope: Scope) -> _Parts:
    rest = [node.target, *node.ifs]
    owner = scope.node
    if isinstance(owner, COMPREHENSIONS) and owner.generators[0] is node:
        return [node.iter], rest
    return [], [node.iter, *rest]


def _dict(node: Any, scope: Scope) -> _Parts:
    pairs = zip(node.keys, node.values, strict=False)
    return [], [part for pair in pairs for part in pair if part is not None]


_SCOPES = frozenset({*FUNCTIONS, ast.ClassDef, ast.Lambda, *COMPREHENSIONS})
_PARTS: dict[type[ast.AST], Callable[[Any, Scope], _Parts]] = {
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Lambda: _lambda,
    ast.arguments: _arguments,
    ast.arg: _arg,
    **dict.fromkeys(COMPREHENSIONS, _comprehension_scope),
    ast.comprehension: _comprehension,
    ast.Dict: _dict,
}


class _ChildFields(dict[type[ast.AST], tuple[str, ...]]):
    """Type of node -> its fields that hold nodes, in the order in which they go on the stack."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        names = [name for name in kind._fields if name not in _NO_CHILDREN]
        if kind is ast.IfExp:
            names = ["body", "test", "orelse"]
        elif kind in (ast.Constant, ast.Global, ast.Nonlocal, ast.MatchSingleton):
            names = []
        fields = self[kind] = tuple(reversed(names))
        return fields


CHILD_FIELDS = _ChildFields()
