"""Dicts and lists that are written as a display: items of those that are only read, and which are changed later on."""

from __future__ import annotations

import ast

from flask_ls.rules.context import Context

_CHANGING = frozenset({"clear", "pop", "popitem", "setdefault", "update"})
_CHANGING_LISTS = frozenset({"append", "extend", "insert", "remove", "reverse", "sort"})
# Methods of other objects that only read a dict that they are given.
_TAKING = frozenset({"update", "from_mapping"})


def item(ctx: Context, node: ast.Subscript, left: int) -> ast.expr | None:
    """What ``settings["debug"]`` is, where the file has ``settings = {"debug": ...}`` and never changes it."""
    if left <= 0 or not isinstance(node.slice, ast.Constant) or not isinstance(node.ctx, ast.Load):
        return None
    owner = node.value
    if isinstance(owner, ast.Subscript):
        display = item(ctx, owner, left - 1)
    else:
        bindings = ctx.index.lookup(owner.id, owner) if isinstance(owner, ast.Name) else []
        display = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
    found = [v for k, v in _items(ctx, display) if k == node.slice.value]
    is_known = len(found) == 1 and isinstance(node.slice.value, str)
    return found[0] if is_known and _is_only_read(ctx, owner) else None


def _items(ctx: Context, display: ast.expr | None) -> list[tuple[object, ast.expr]]:
    """Keys and values in the order written; none where something is unpacked into the display."""
    if isinstance(display, ast.Dict) and None not in display.keys:
        pairs = zip(display.keys, display.values, strict=True)
        return [(key.value, value) for key, value in pairs if isinstance(key, ast.Constant)]
    if isinstance(display, ast.Call) and ctx.called(display) == "builtins.dict" and not display.args:
        return [(k.arg, k.value) for k in display.keywords if k.arg is not None]
    return []


def _is_only_read(ctx: Context, owner: ast.expr) -> bool:
    """Whether every use of the name reads items of it, or hands all of them on."""
    if isinstance(owner, ast.Subscript):
        return _is_only_read(ctx, owner.value)
    name = owner.id if isinstance(owner, ast.Name) else ""
    scope = ctx.index.scope(owner).owner(name)
    return all(
        _reads(ctx, use)
        for use in ctx.index.nodes(ast.Name)
        if use.id == name and isinstance(use.ctx, ast.Load) and ctx.index.scope(use).owner(name) is scope
    )


def _reads(ctx: Context, use: ast.AST) -> bool:
    parent = ctx.parent(use)
    if isinstance(parent, ast.Subscript) and parent.value is use:
        return isinstance(parent.ctx, ast.Load) and _reads(ctx, parent)
    if isinstance(parent, ast.Attribute):
        return parent.attr not in _CHANGING
    if isinstance(parent, ast.Call):
        return isinstance(use, ast.Subscript) or getattr(parent.func, "attr", "") in _TAKING
    is_unpacked = isinstance(parent, ast.keyword) and parent.arg is None
    return isinstance(use, ast.Subscript) or is_unpacked or isinstance(parent, (ast.Compare, ast.Dict, ast.For))


def may_change(ctx: Context, name: ast.Name) -> bool:
    """Whether code changes, or may change, the items of what a name stands for, before or after this use of it."""
    return any(_changes(ctx, use) for use in _uses(ctx, name))


def appended(ctx: Context, name: ast.Name) -> list[ast.expr]:
    """What is appended to the list that a name stands for; nothing where code changes it in other ways as well."""
    calls = [ctx.parent(ctx.parent(use) or use) for use in _uses(ctx, name) if _changes(ctx, use)]
    found = [
        call.args[0]
        for call in calls
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "append" and len(call.args) == 1
    ]
    return found if len(found) == len(calls) else []


def _uses(ctx: Context, name: ast.Name) -> list[ast.Name]:
    scope = ctx.index.scope(name).owner(name.id)
    uses = (n for n in ctx.index.nodes(ast.Name) if n.id == name.id and isinstance(n.ctx, ast.Load))
    return [n for n in uses if ctx.index.scope(n).owner(n.id) is scope]


def _changes(ctx: Context, use: ast.AST) -> bool:
    parent = ctx.parent(use)
    if isinstance(parent, ast.Subscript) and parent.value is use:
        return not isinstance(parent.ctx, ast.Load) or _changes(ctx, parent)
    if isinstance(parent, ast.Attribute):
        return parent.attr in _CHANGING | _CHANGING_LISTS
    if isinstance(parent, ast.keyword):
        parent = ctx.parent(parent)
    if isinstance(parent, ast.Call) and parent.func is not use:
        called = ctx.called(parent)
        return called is None or ctx.model.names.is_project(called)
    # Another name for it, or for its elements.
    return isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For)) and isinstance(use, ast.Name)
