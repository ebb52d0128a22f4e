"""Edits that read a value from the environment."""

from __future__ import annotations

import ast

from flask_ls.rules.ask.values import environment_read
from flask_ls.rules.context import Context
from flask_ls.rules.fixing import EditBuilder

# Imports that are often there for the one value that goes away.
_MAYBE_UNUSED = ("secrets", "uuid", "random", "urandom", "uuid4", "token_hex", "getenv")


def from_environment(ctx: Context, node: ast.expr, variable: str) -> EditBuilder:
    """A builder that puts ``os.environ["variable"]`` in the place of an expression, importing ``os`` if needed."""
    edit = ctx.edit()
    environ = _environ_in(ctx, node) or f"{edit.import_module('os', at=node)}.environ"
    edit.replace(node, f"{environ}[{edit.quoted(variable, like=_first_string(node))}]")
    for name in _MAYBE_UNUSED:
        if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node)):
            edit.remove_unused_import(name)
    return edit


def _environ_in(ctx: Context, node: ast.expr) -> str | None:
    """How ``os.environ`` is written in the expression itself."""
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Name, ast.Attribute)) and ctx.name(inner) == "os.environ":
            return ctx.text(inner)
    return None


def _first_string(node: ast.expr) -> ast.AST | None:
    return next((n for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)), None)


def variable_read(ctx: Context, node: ast.expr, default: str) -> str:
    """The environment variable that an expression reads somewhere; ``default`` when it reads none."""
    for inner in ast.walk(node):
        read = environment_read(ctx, inner) if isinstance(inner, ast.expr) else None
        if read is not None and read.key:
            return read.key
    return default
