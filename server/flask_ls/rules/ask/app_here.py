"""The expression that names the Flask application at a place, for fixes that need the real one."""

from __future__ import annotations

import ast

from flask_ls.project.contexts.values import BodyKey
from flask_ls.project.contexts.witness import extracted_of
from flask_ls.project.index import FUNCTIONS
from flask_ls.project.scopes import Binding, Scope
from flask_ls.rules.context import Context

_APP = "flask.Flask"


def app_name(ctx: Context, at: ast.AST) -> str | None:
    """How the application is written that is there when the code at a node runs: ``app``, ``self.app``."""
    scope: Scope | None = ctx.index.scope(at)
    while scope is not None:
        for name, bindings in scope.bindings.items():
            if len(bindings) == 1 and is_app(ctx, bindings[0], scope) and _is_bound(ctx, bindings[0], scope, at):
                return name if ctx.index.scope(at).owner(name) is scope else None
        scope = scope.parent
    return _app_of_self(ctx, at)


def is_app(ctx: Context, binding: Binding, scope: Scope) -> bool:
    """Whether a name stands for a Flask application: assigned, imported, or a parameter that is always given one."""
    if binding.kind == "assign":
        return ctx.is_instance(binding.value, _APP)
    values = ctx.model.contexts.values
    if binding.kind == "from" and scope.is_module:
        value = values.of(ctx.path, binding.name)
    elif binding.kind == "param" and isinstance(scope.node, FUNCTIONS):
        body = _body_id(ctx, scope.node)
        value = values.of(ctx.path, f"%{body}:{binding.name}") if body is not None else None
    else:
        return False
    return value is not None and value.kind == "instance" and _APP in values.mro(value.name)


def _body_id(ctx: Context, function: ast.AST) -> str | None:
    extracted = extracted_of(ctx.source, ctx.index.module, ctx.index.is_package, ctx.index)
    found = next((name for name, root in extracted.roots.items() if root is function), None)
    return found if ctx.model.contexts.values.body(BodyKey(ctx.path, found or "")) is not None else None


def _is_bound(ctx: Context, binding: Binding, scope: Scope, at: ast.AST) -> bool:
    """Whether the name has its value when ``at`` runs: assigned above it, or in a module that has run by then."""
    if binding.kind == "param" or (not scope.is_module and scope is not ctx.index.scope(at)):
        return True  # of an enclosing function
    if scope.is_module and ctx.index.function_of(at) is not None:
        return True
    return ctx.span(binding.node).end <= ctx.span(at).start


def _app_of_self(ctx: Context, at: ast.AST) -> str | None:
    """``self.app`` in a method of a class that puts an application there."""
    method = ctx.index.function_of(at)
    cls = ctx.index.class_of(method) if isinstance(method, FUNCTIONS) else None
    if cls is None or not isinstance(method, FUNCTIONS) or not method.args.args:
        return None
    owner = method.args.args[0].arg
    for node in ast.walk(cls):
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Store):
            continue
        assign = ctx.parent(node)
        is_own = isinstance(node.value, ast.Name) and node.value.id == owner
        if is_own and isinstance(assign, ast.Assign) and ctx.is_instance(assign.value, _APP):
            return f"{owner}.{node.attr}"
    return None
