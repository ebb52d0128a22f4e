"""Who sends bodies to a view, and of which kind: tests of the project, HTML forms in texts and templates of a file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flask_ls.project.contexts.conventions import is_test_path
from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.project.site import Site
from flask_ls.rules.ask import values
from flask_ls.rules.ask.flow import own_nodes
from flask_ls.rules.ask.views import Role
from flask_ls.rules.context import Context
from flask_ls.rules.finding import Related
from flask_ls.syntax.span import Span

Body = Literal["json", "form"]

_CLIENT = "flask.testing.FlaskClient"
# Arguments of a client that say what the body is.
_TYPES = frozenset({"content_type", "mimetype", "headers"})
_FORM = re.compile(r"<form\b([^<>]*)>", re.IGNORECASE)
_METHOD = re.compile(r"""\bmethod\s*=\s*["']?post\b""", re.IGNORECASE)
_ACTION = re.compile(r"""\baction\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_ENDPOINT = re.compile(r"""\{\{-?\s*url_for\(\s*["']([\w.]+)["']\s*\)\s*-?\}\}""")
# What may send the form in another way than the browser does by itself, or comes from a file that is not looked at.
_SCRIPTED = re.compile(
    r"<script|\bon\w+\s*=|\bhx-|\benctype\s*=\s*[\"']?(?:application/json|text)|\{%-?\s*(?:extends|include)",
    re.IGNORECASE,
)
_FETCH = re.compile(r"""\bfetch\(\s*["'`]([^"'`]+)["'`]\s*,(.{0,400}?)\bJSON\.stringify""", re.DOTALL)
_REFUSALS = re.compile(r"\b4(00|15|22)\b")


def sender(ctx: Context, function: FunctionNode, roles: list[Role], body: Body) -> Related | None:
    """Where such a body is sent to a view of this file whose rules are plain; None when no such place is known."""
    rules = _whole_rules(ctx, roles)
    for call in ctx.index.nodes(ast.Call):
        if _sends(ctx, call, rules, body) and isinstance(call.func, ast.Attribute) and _is_client(call.func.value, ctx):
            return ctx.related(call, "it is sent here")
    return _test(ctx, rules, body) or (_form(ctx, function, rules) if body == "form" else _script(ctx, rules))


def _whole_rules(ctx: Context, roles: list[Role]) -> set[str | None]:
    """The rules with the prefixes of their blueprints, as far as the route table has them; else as they are written."""
    calls = [r.call for r in roles if r.call is not None]
    sites = {ctx.site(call) for call in calls}
    known: set[str | None] = {route.rule for route in ctx.model.routes.routes if route.site in sites}
    return known or {values.text(ctx, values.argument(call, 0, "rule")) for call in calls} - {None}


def _sends(ctx: Context, call: ast.Call, rules: set[str | None], body: Body) -> bool:
    keyword = "json" if body == "json" else "data"
    given = next((k.value for k in call.keywords if k.arg == keyword), None)
    if not isinstance(call.func, ast.Attribute) or given is None:
        return False
    is_body = isinstance(given, ast.Dict) or ctx.called(given) == "json.dumps"
    if body == "form" and (not is_body or any(k.arg in _TYPES for k in call.keywords)):
        return False
    url = values.text(ctx, values.argument(call, 0, "path"))
    return url is not None and url in rules


def _is_client(node: ast.expr, ctx: Context) -> bool:
    """Whether the expression is a test client, also one that a fixture of this file makes."""
    if ctx.is_instance(node, _CLIENT):
        return True
    bindings = ctx.index.lookup(node.id, node) if isinstance(node, ast.Name) else []
    if len(bindings) != 1 or bindings[0].kind != "param":
        return False
    made = [f for f in ctx.index.functions() if f.name == bindings[0].name and f.decorator_list]
    given = (n.value for f in made for n in own_nodes(ctx, f) if isinstance(n, (ast.Return, ast.Yield)))
    return any(ctx.is_instance(value, _CLIENT) for value in given)


def _test(ctx: Context, rules: set[str | None], body: Body) -> Related | None:
    """``client.post("/login", json={...})`` in a test of the project that does not mean to be refused."""
    for path, facts in ctx.model.files.items():
        if path == ctx.path or not is_test_path(path) or "post" not in facts.mentioned:
            continue
        source = ctx.read(path)
        if source is None or not any(rule is not None and rule in source.text for rule in rules):
            continue
        for function in (n for n in ast.walk(source.tree) if isinstance(n, FUNCTIONS)):
            for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
                if _is_sent(call, function, rules, body) and not _REFUSALS.search(source.segment(function)):
                    return Related(Site(path, source.span(call)), "it is sent here")
    return None


def _is_sent(call: ast.Call, test: FunctionNode, rules: set[str | None], body: Body) -> bool:
    given = {k.arg: k.value for k in call.keywords}
    url = call.args[0] if call.args else None
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in ("post", "put", "patch")
        and isinstance(url, ast.Constant)
        and url.value in rules
        and isinstance(given.get("json" if body == "json" else "data"), ast.Dict)
        and not given.keys() & _TYPES
        and _looks_like_client(call.func.value, test)
    )


def _looks_like_client(node: ast.expr, test: FunctionNode) -> bool:
    """The fixture ``client``, or a variable of the test for ``app.test_client()``."""
    if not isinstance(node, ast.Name):
        return False
    bound = [n for n in ast.walk(test) if isinstance(n, ast.Assign)]
    made: list[tuple[ast.expr | None, ast.expr]] = [(t, n.value) for n in bound for t in n.targets]
    made += [(n.optional_vars, n.context_expr) for n in ast.walk(test) if isinstance(n, ast.withitem)]
    values_of = [value for target, value in made if isinstance(target, ast.Name) and target.id == node.id]
    if not values_of:
        return node.id == "client" and any(a.arg == node.id for a in test.args.args)
    return all(
        isinstance(v, ast.Call) and isinstance(v.func, ast.Attribute) and v.func.attr == "test_client"
        for v in values_of
    )


def _script(ctx: Context, rules: set[str | None]) -> Related | None:
    """``fetch("/login", {... "application/json" ... JSON.stringify(...)})`` in a page."""
    for page in _pages(ctx):
        for sent in _FETCH.finditer(page.text):
            if sent.group(1) in rules and "application/json" in sent.group(2):
                return page.related(sent.span(), "it is sent here")
    return None


def _form(ctx: Context, function: FunctionNode, rules: set[str | None]) -> Related | None:
    """A form without scripts around it that the browser posts to one of the rules."""
    for page in _pages(ctx):
        if _SCRIPTED.search(page.text):
            continue
        for form in _FORM.finditer(page.text):
            if not _METHOD.search(form.group(1)):
                continue
            action = _ACTION.search(form.group(1))
            target = next((g for g in action.groups() if g is not None), "") if action is not None else ""
            endpoint = _ENDPOINT.fullmatch(target)
            if endpoint is not None:
                is_sent = endpoint.group(1).rpartition(".")[2] == function.name
            else:
                is_sent = target in rules if target else function in page.shown_by
            if is_sent:
                return page.related(form.span(), "this form is sent to it")
    return None


@dataclass(frozen=True)
class _Page:
    """HTML and the functions that show it. ``literal`` is where it stands when it is a string of this file."""

    path: str
    text: str
    shown_by: list[ast.AST]
    literal: Span | None = None

    def related(self, span: tuple[int, int], message: str) -> Related:
        # Offsets in a string are not offsets in the file.
        return Related(Site(self.path, self.literal or Span(*span)), message)


def _pages(ctx: Context) -> Iterator[_Page]:
    """The HTML in strings of this file, and the templates that it renders by name."""
    for node in ctx.index.nodes(ast.Constant):
        is_page = isinstance(node.value, str) and ("<form" in node.value or "<script" in node.value)
        if isinstance(node.value, str) and is_page and not isinstance(ctx.parent(node), ast.JoinedStr):
            yield _Page(ctx.path, node.value, _showing(ctx, node), ctx.span(node))
    for call in ctx.index.nodes(ast.Call):
        name = values.text(ctx, call.args[0]) if call.args and ctx.called(call) == "flask.render_template" else None
        paths = [p for p in ctx.model.templates if p.replace("\\", "/").endswith(f"/{name}")] if name else []
        source = ctx.read(paths[0]) if len(paths) == 1 else None
        if source is not None:
            function = ctx.index.function_of(call)
            yield _Page(paths[0], source.text, [function] if function is not None else [])


def _showing(ctx: Context, node: ast.Constant) -> list[ast.AST]:
    """The function with the text in it, or those that read the variable that holds it."""
    function = ctx.index.function_of(node)
    if function is not None:
        return [function]
    statement = ctx.index.statement(node)
    names = {t.id for t in getattr(statement, "targets", ()) if isinstance(t, ast.Name)}
    reads = [n for n in ctx.index.nodes(ast.Name) if n.id in names and isinstance(n.ctx, ast.Load)]
    return [f for n in reads if (f := ctx.index.function_of(n)) is not None]
