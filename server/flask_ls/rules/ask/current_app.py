"""``current_app`` in the place of an imported application."""

from __future__ import annotations

import ast

from flask_ls.rules.context import Context
from flask_ls.rules.finding import Fix

# What only the real application can do, or what needs no context to be called on it.
_REAL = frozenset(
    {
        "app_context",
        "cli",
        "errorhandler",
        "register_blueprint",
        "request_context",
        "route",
        "run",
        "test_cli_runner",
        "test_client",
        "test_request_context",
    }
)


def with_current_app(ctx: Context, node: ast.ImportFrom, alias: ast.alias, *, safe: bool) -> Fix | None:
    """The fix, or None where a use runs at import or needs the real application."""
    local = alias.asname or alias.name
    scope = ctx.index.scope(node)
    edit = ctx.edit()
    uses = edit.uses(local, scope)
    if len(scope.bindings.get(local, [])) != 1 or not all(_runs_in_context(ctx, use) for use in uses):
        return None
    edit.remove_import(node, alias)
    if uses:
        edit.rename(local, scope, edit.import_name("flask", "current_app", at=uses[0]))
    title = "Use current_app" if uses else f"Remove the import of {local}"
    return ctx.fix(title, edit, safe=safe)


def _runs_in_context(ctx: Context, use: ast.Name) -> bool:
    """Whether the use is in a function body and asks for nothing that only the real application can do."""
    if ctx.index.function_of(use) is None or not isinstance(use.ctx, ast.Load):
        return False
    parent = ctx.parent(use)
    return not (isinstance(parent, ast.Attribute) and (parent.attr in _REAL or isinstance(parent.ctx, ast.Store)))
