"""What is put into Flask's session."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flask_ls.rules.ask.values import definition, text
from flask_ls.rules.context import Context

SESSION = "flask.session"


@dataclass(frozen=True)
class SessionWrite:
    """One key that gets a value. ``node`` says so; ``key`` is None when it is not a known string."""

    key: str | None
    key_node: ast.AST
    value: ast.expr
    node: ast.AST


def is_session(ctx: Context, node: ast.AST | None) -> bool:
    """Whether the expression is ``flask.session``, however named."""
    return ctx.name(node) == SESSION


def session_writes(ctx: Context) -> list[SessionWrite]:
    """Every key that the file puts into the session."""
    return ctx.once(_all)


def is_replaced(ctx: Context, write: SessionWrite) -> bool:
    """Whether the function goes on to put something else under the key, or to remove it, so that this may not stay."""
    function = ctx.index.function_of(write.node)
    after = ctx.span(write.node).end

    def is_later(node: ast.AST) -> bool:
        is_after = ctx.span(node).start >= after and ctx.index.function_of(node) is function
        return is_after and not _excludes(ctx, write.node, node)

    if any(w.key in (write.key, None) and is_later(w.node) for w in session_writes(ctx)):
        return True
    for delete in ctx.index.nodes(ast.Delete):
        items = [t for t in delete.targets if isinstance(t, ast.Subscript) and is_session(ctx, t.value)]
        if is_later(delete) and any(text(ctx, t.slice) in (write.key, None) for t in items):
            return True
    for call in ctx.index.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and is_session(ctx, call.func.value) and is_later(call):
            key = text(ctx, call.args[0]) if call.args else None
            if call.func.attr == "clear" or (call.func.attr in ("pop", "popitem") and key in (write.key, None)):
                return True
    return False


def _excludes(ctx: Context, node: ast.AST, other: ast.AST) -> bool:
    """Whether the two stand in different arms of one ``if``."""
    inside = {id(a) for a in ctx.index.ancestors(node)} | {id(node)}
    child = other
    for ancestor in ctx.index.ancestors(other):
        if id(ancestor) in inside:
            arms = (ancestor.body, ancestor.orelse) if isinstance(ancestor, ast.If) else ()
            return any(child in arm for arm in arms) and not any(
                child in arm and any(id(s) in inside for s in arm) for arm in arms
            )
        child = ancestor
    return False


def _all(ctx: Context) -> list[SessionWrite]:
    return [*_assigned(ctx), *_called(ctx)]


def _assigned(ctx: Context) -> Iterator[SessionWrite]:
    for node in ctx.index.nodes(ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and is_session(ctx, target.value):
                yield SessionWrite(text(ctx, target.slice), target.slice, node.value, node)
    for annotated in ctx.index.nodes(ast.AnnAssign):
        target = annotated.target
        if isinstance(target, ast.Subscript) and annotated.value is not None and is_session(ctx, target.value):
            yield SessionWrite(text(ctx, target.slice), target.slice, annotated.value, annotated)
    for augmented in ctx.index.nodes(ast.AugAssign):
        if isinstance(augmented.op, ast.BitOr) and is_session(ctx, augmented.target):
            yield from _mapping(ctx, augmented.value)


def _called(ctx: Context) -> Iterator[SessionWrite]:
    for call in ctx.index.nodes(ast.Call):
        if not isinstance(call.func, ast.Attribute) or not is_session(ctx, call.func.value):
            continue
        method = call.func.attr
        if method in ("setdefault", "__setitem__") and len(call.args) == 2:
            yield SessionWrite(text(ctx, call.args[0]), call.args[0], call.args[1], call)
        elif method == "update":
            for given in call.args:
                yield from _mapping(ctx, given)
            for keyword in call.keywords:
                if keyword.arg is None:
                    yield from _mapping(ctx, keyword.value)
                else:
                    yield SessionWrite(keyword.arg, keyword, keyword.value, keyword)


def _mapping(ctx: Context, node: ast.expr) -> Iterator[SessionWrite]:
    node = definition(ctx, node)
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                yield SessionWrite(text(ctx, key), key, value, value)
    elif isinstance(node, ast.Call) and ctx.called(node) == "builtins.dict" and not node.args:
        for keyword in node.keywords:
            if keyword.arg is not None:
                yield SessionWrite(keyword.arg, keyword, keyword.value, keyword)
