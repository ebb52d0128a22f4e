"""Who sends bodies to a view, and of which kind: tests of the project, HTML forms in texts and templates of a file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from flask_ls.project.extract.sending import BODY_TYPES
from flask_ls.project.facts import FileFacts, SentBody
from flask_ls.project.index import FunctionNode
from flask_ls.project.site import Site
from flask_ls.rules.ask import values
from flask_ls.rules.ask.flow import own_nodes
from flask_ls.rules.ask.views import Role
from flask_ls.rules.context import Context
from flask_ls.rules.finding import Related
from flask_ls.syntax.span import Span

Body = Literal["json", "form"]

_CLIENT = "flask.testing.FlaskClient"
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


def sender(ctx: Context, function: FunctionNode, roles: list[Role], body: Body) -> Related | None:
    """Where such a body is sent to a view of this file whose rules are plain; None when no such place is known."""
    rules = _whole_rules(ctx, roles)
    for call in ctx.index.nodes(ast.Call):
        if _sends(ctx, call, rules, body) and isinstance(call.func, ast.Attribute) and _is_client(call.func.value, ctx):
            return ctx.related(call, "it is sent here")
    return _test(ctx, rules, body) or (_form(ctx, function, rules) if body == "form" else _script(ctx, rules))


def _adding(ctx: Context, cls: ast.ClassDef) -> Iterator[ast.Call]:
    """``app.add_url_rule("/", view_func=View.as_view("view"))`` for a class."""
    for call in ctx.index.nodes(ast.Call):
        given = values.argument(call, 2, "view_func")
        view = values.definition(ctx, given) if given is not None else None
        method = view.func if isinstance(view, ast.Call) else None
        if isinstance(method, ast.Attribute) and method.attr == "as_view" and ctx.text(method.value) == cls.name:
            yield call


def _whole_rules(ctx: Context, roles: list[Role]) -> set[str | None]:
    """The rules with the prefixes of their blueprints, as far as the route table has them; else as they are written."""
    calls = [r.call for r in roles if r.call is not None]
    calls += [call for r in roles if isinstance(r.site, ast.ClassDef) for call in _adding(ctx, r.site)]
    sites = {ctx.site(call) for call in calls}
    known: set[str | None] = {route.rule for route in ctx.model.routes.routes if route.site in sites}
    return known or {values.text(ctx, values.argument(call, 0, "rule")) for call in calls} - {None}


def _sends(ctx: Context, call: ast.Call, rules: set[str | None], body: Body) -> bool:
    keyword = "json" if body == "json" else "data"
    given = next((k.value for k in call.keywords if k.arg == keyword), None)
    if not isinstance(call.func, ast.Attribute) or given is None:
        return False
    is_body = isinstance(given, ast.Dict) or ctx.called(given) == "json.dumps"
    if body == "form" and (not is_body or any(k.arg in BODY_TYPES for k in call.keywords)):
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
    by_url = ctx.model.combined(_sent, _by_url)
    sites = (site for rule in rules for kind, site in by_url.get(rule or "", ()) if kind == body)
    site = min((site for site in sites if site.path != ctx.path), default=None)
    return Related(site, "it is sent here") if site is not None else None


def _sent(facts: FileFacts) -> tuple[SentBody, ...]:
    return facts.sent


def _by_url(sent: Mapping[str, tuple[SentBody, ...]]) -> dict[str, list[tuple[Body, Site]]]:
    found: dict[str, list[tuple[Body, Site]]] = {}
    for path, bodies in sent.items():
        for each in bodies:
            found.setdefault(each.url, []).append((each.kind, Site(path, each.span)))
    return found


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
