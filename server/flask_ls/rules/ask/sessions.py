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
