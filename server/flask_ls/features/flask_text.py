"""What a text in Python code means to Flask: the name of an endpoint, of a template, of a configuration key."""

from __future__ import annotations

import ast
import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flask_ls.features.route_text import routes_of
from flask_ls.project.routes import Route
from flask_ls.rules.ask import config
from flask_ls.rules.ask.urls import apps_of_file
from flask_ls.rules.ask.views import is_app
from flask_ls.rules.context import Context
from flask_ls.syntax.span import Span

URL_FOR = frozenset({"flask.url_for", "flask.helpers.url_for"})
RENDERING = frozenset({"flask.render_template", "flask.stream_template", "flask.templating.render_template"})
_READING = frozenset({"get", "setdefault", "pop", "__getitem__"})


@dataclass(frozen=True, slots=True)
class FlaskText:
    """A text with a meaning. ``span`` is what stands between its quotes."""

    kind: Literal["endpoint", "template", "key"]
    text: str
    span: Span


def flask_text(ctx: Context, node: ast.AST | None) -> FlaskText | None:
    """The meaning of a string literal; None when it has none that is known."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return None
    kind = _kind(ctx, node)
    span = _between_quotes(ctx, node) if kind is not None else None
    return FlaskText(kind, node.value, span) if kind is not None and span is not None else None


def _kind(ctx: Context, node: ast.Constant) -> Literal["endpoint", "template", "key"] | None:
    if is_config_key(ctx, node):
        return "key"
    holder: ast.AST = node
    parent = ctx.parent(node)
    if isinstance(parent, (ast.List, ast.Tuple)):
        holder, parent = parent, ctx.parent(parent)
    name = parent.arg if isinstance(parent, ast.keyword) else None
    call = ctx.parent(parent) if isinstance(parent, ast.keyword) else parent
    if not isinstance(call, ast.Call):
        return None
    is_first = bool(call.args) and call.args[0] is holder
    if holder is node and (is_first or name == "endpoint") and _builds_url(ctx, call):
        return "endpoint"
    if (is_first or name == "template_name_or_list") and ctx.called(call) in RENDERING:
        return "template"
    return None


def _builds_url(ctx: Context, call: ast.Call) -> bool:
    if ctx.called(call) in URL_FOR:
        return True
    return isinstance(call.func, ast.Attribute) and call.func.attr == "url_for" and is_app(ctx, call.func.value)


def is_config_key(ctx: Context, node: ast.Constant) -> bool:
    """Whether a string literal names a key of an app's configuration that is read, tested or set by it."""
    parent = ctx.parent(node)
    if isinstance(parent, ast.Subscript):
        return parent.slice is node and config.is_config(ctx, parent.value)
    if isinstance(parent, ast.Compare):
        is_membership = len(parent.ops) == 1 and isinstance(parent.ops[0], (ast.In, ast.NotIn))
        return is_membership and parent.left is node and config.is_config(ctx, parent.comparators[0])
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute):
        is_key = bool(parent.args) and parent.args[0] is node and parent.func.attr in _READING
        return is_key and config.is_config(ctx, parent.func.value)
    return False


def _between_quotes(ctx: Context, node: ast.Constant) -> Span | None:
    """None for a literal of several parts, or with a prefix."""
    span = ctx.span(node)
    written = ctx.source.text[span.start : span.end]
    is_plain = written[:1] in ("'", '"') and written[1:-1].count(written[0]) == 0 and written.endswith(written[0])
    return Span(span.start + 1, span.end - 1) if is_plain and len(written) > 1 else None


def routes_named(ctx: Context, node: ast.AST, endpoint: str) -> list[Route]:
    """The routes that an endpoint means at a node, of the apps that the file belongs to."""
    table = routes_of(ctx.unit)
    apps = apps_of_file(table, ctx.path)
    routes = [r for r in table.routes if apps is None or r.app in apps]
    names = {endpoint}
    if endpoint.startswith("."):
        names = {
            f"{blueprint}{endpoint}" if blueprint else endpoint[1:]
            for blueprint in blueprints_at(ctx, ctx.span(node).start)
        }
    return [r for r in routes if r.endpoint in names]


def blueprints_at(ctx: Context, offset: int) -> set[str]:
    """The names under which the blueprints of the view around an offset are registered; empty for the app itself."""
    names: set[str] = set()
    for function in ctx.index.functions():
        if ctx.span(function).contains(offset):
            dotted = ctx.index.dotted(function)
            names |= {dotted, dotted.rpartition(".")[0]}
    views = [r for r in routes_of(ctx.unit).routes if r.function is not None and r.function in names]
    return {r.endpoint.rpartition(".")[0] for r in views}


def template_files(ctx: Context, name: str) -> Iterator[str]:
    """The files that a template name means, in the order in which Flask looks."""
    for folder in _template_folders(ctx):
        path = posixpath.normpath(f"{folder}/{name}")
        if path.startswith(f"{folder}/") and os.path.isfile(path):
            yield path


def template_names(ctx: Context) -> list[str]:
    """The templates of the apps of a file, by the names under which they are rendered."""
    folders = [f"{folder}/" for folder in _template_folders(ctx)]
    found = (p.removeprefix(f) for f in folders for p in ctx.model.templates if p.startswith(f))
    return sorted(dict.fromkeys(found))


def _template_folders(ctx: Context) -> list[str]:
    """Apps first, then blueprints: the order in which Flask looks."""
    table = routes_of(ctx.unit)
    apps = apps_of_file(table, ctx.path)
    wanted = [a for a in table.apps if apps is None or a.name in apps]
    chosen = {a.name for a in wanted}
    folders = [a.template_folder for a in wanted]
    folders += [b.template_folder for b in table.blueprints if any(r.app in chosen for r in b.registrations)]
    return list(dict.fromkeys(f.rstrip("/") for f in folders if f is not None))
