"""The route table seen from one file: which nodes its sites are, which blueprint an expression is."""

from __future__ import annotations

import ast

from flask_ls.project.model import ProjectModel
from flask_ls.project.routes import Blueprint, Registration
from flask_ls.rules.ask import values
from flask_ls.rules.context import Context
from flask_ls.syntax.span import Span


def node_at(ctx: Context, span: Span) -> ast.AST | None:
    """The call, else the definition or other expression, that a site of the table stands for."""
    for kind in (ast.Call, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Attribute):
        for node in ctx.index.nodes(kind):
            if ctx.span(node) == span:
                return node
    return None


def call_at(ctx: Context, span: Span) -> ast.Call | None:
    """The call that a site stands for."""
    return next((n for n in ctx.index.nodes(ast.Call) if ctx.span(n) == span), None)


def prefix_of(call: ast.Call) -> ast.expr | None:
    """The ``url_prefix`` argument of ``Blueprint(...)`` or ``register_blueprint(...)``."""
    return values.argument(call, -1, "url_prefix")


def blueprints(model: ProjectModel) -> tuple[Blueprint, ...]:
    """Every blueprint of the project."""
    return model.routes.blueprints


def blueprint_named(ctx: Context, node: ast.expr) -> Blueprint | None:
    """The blueprint that an expression is, when it is bound to a name of a module, or of a function that makes it."""
    name = ctx.name(node)
    if name is not None:
        found = [b for b in blueprints(ctx.model) if b.variable == name]
    else:
        made = values.definition(ctx, node)
        site = ctx.site(made) if isinstance(made, ast.Call) else None
        found = [b for b in blueprints(ctx.model) if b.site == site]
    return found[0] if len(found) == 1 else None


def is_certain(model: ProjectModel) -> bool:
    """Whether the tables of all apps are complete, and there is an app: then "never" can be said."""
    table = model.routes
    return bool(table.apps) and table.complete and all(app.complete for app in table.apps)


def reachable(blueprint: Blueprint) -> list[Registration]:
    """The registrations that lead to an app."""
    return [r for r in blueprint.registrations if r.app]
