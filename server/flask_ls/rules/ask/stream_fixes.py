"""Fixes for responses whose body runs after their context has ended."""

from __future__ import annotations

import ast

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.contexts import Lacking
from flask_ls.rules.context import Context
from flask_ls.rules.edits.statements import indentation, line_of
from flask_ls.rules.finding import Fix

_WRAPPER = "stream_with_context"


def keep_stream(ctx: Context, found: Lacking) -> Fix | None:
    """``stream_with_context(...)`` around the generator that is sent."""
    generator = _generator(ctx, found)
    if generator is None:
        return None
    edit = ctx.edit()
    wrapper = edit.import_name("flask", _WRAPPER, at=generator)
    edit.before(generator, f"{wrapper}(").after(generator, ")")
    return ctx.fix("Keep the context while the response is sent", edit, safe=True)


def _generator(ctx: Context, found: Lacking) -> ast.expr | None:
    """The expression that gives the generator: the returned value, or the body given to a response."""
    node = found.start_node
    if isinstance(node, ast.Call) and ctx.is_instance(node, "flask.Response", "werkzeug.wrappers.Response"):
        named = next((k.value for k in node.keywords if k.arg == "response"), None)
        node = node.args[0] if node.args else named
    elif isinstance(node, ast.Call) and isinstance(ctx.parent(node), FUNCTIONS):
        return None  # the decorator of a view that is a generator itself
    return node if isinstance(node, (ast.Call, ast.Name, ast.GeneratorExp)) else None


def view_with_generator(ctx: Context, found: Lacking) -> Fix | None:
    """For a view that yields: its body in a generator of its own, which keeps the context."""
    view = found.start_function
    if not isinstance(view, ast.FunctionDef) or view is not found.function or _generator(ctx, found) is not None:
        return None
    body = view.body[1:] if ast.get_docstring(view, clean=False) is not None else view.body
    given = {a.arg for a in ast.walk(view.args) if isinstance(a, ast.arg)}
    names = [n for n in ast.walk(view) if isinstance(n, ast.Name)]
    rebinds = any(n.id in given and not isinstance(n.ctx, ast.Load) for n in names)
    if not body or body[0].lineno == view.lineno or rebinds or "generate" in {n.id for n in names} | given:
        return None
    edit = ctx.edit()
    wrapper = edit.import_name("flask", _WRAPPER, at=view)
    edit.wrap_in_with(body, f"@{wrapper}\ndef generate():")
    lines, indent = line_of(ctx.source, body[-1]), indentation(ctx.source, body[-1])
    if lines is None:
        return None
    ended = "" if ctx.source.text[: lines.end].endswith(("\n", "\r")) else edit.newline
    edit.insert(lines.end, f"{ended}{edit.newline}{indent}return generate(){'' if ended else edit.newline}")
    return ctx.fix("Move the body into a generator that keeps the context", edit, safe=False)
