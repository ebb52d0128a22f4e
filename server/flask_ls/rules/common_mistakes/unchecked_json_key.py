"""A key of the JSON body is read without a check.

Why: ``request.json`` is plain Python data: a missing key is a KeyError and a 500 page, while ``request.form["name"]``
answers 400. A body of ``null`` or a list is valid JSON too, and ``get_json(silent=True)`` may be None.

Instead: ``data = request.get_json(silent=True) or {}`` and ``data.get("name")``, or a schema library.

Fix: ``or {}`` and ``.get("name")``; unsafe, as the code then sees None.

Quiet: Inside ``try``, where the key or the data was tested before, and where the same key was read or set before.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from flask_ls.rules.ask.flow import is_caught
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.fixing import EditBuilder
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK907",
    severity=Severity.HINT,
    default=False,
    guide=("Common mistakes / request.form for form data, request.json for JSON",),
    triggers=frozenset({"json", "get_json"}),
    error_text="KeyError: 'name'",
    examples=(
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                return request.json["name"]
                #      ^^^^^^^^^^^^^^^^^^^^ a missing key is a KeyError and a 500
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                return (request.json or {}).get("name")
            """,
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                data = request.get_json(silent=True)
                return {"name": data["name"]}
                #               ^^^^^^^^^^^^ get_json(silent=True) may be None
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                data = request.get_json(silent=True) or {}
                return {"name": data.get("name")}
            """,
            drive="client.post('/')",
            fails="TypeError: 'NoneType' object is not subscriptable",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                name = request.json.get("name")
                #      ^^^^^^^^^^^^^^^^ A JSON body may be a list or null, which has no get()
                return [name, request.json.get("owner"), request.json.get("age")]
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                name = (request.json or {}).get("name")
                return [name, (request.json or {}).get("owner"), (request.json or {}).get("age")]
            """,
            drive="client.post('/', data='null', content_type='application/json')",
            fails="AttributeError: 'NoneType' object has no attribute 'get'",
        ),
        Good(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                data = request.get_json(silent=True) or {}
                if "name" in request.form:
                    return request.form["name"]
                return {"name": data.get("name")}
            """,
            drive="client.post('/')",
        ),
        Good(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                data = request.get_json()
                if "name" not in data:
                    return "name is missing", 400
                return {"name": data["name"]}
            """,
            drive="client.post('/', json={})",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                data = request.get_json()
                first = data["name"]
                #       ^^^^^^^^^^^^ a missing key is a KeyError and a 500
                data["owner"] = "me"
                return {"name": first, "again": data["name"], "owner": data["owner"]}
            """,
        ),
    ),
)


_DICT_METHODS = frozenset({"get", "items", "keys", "values"})


@rule.on(ast.Subscript)
def check(node: ast.Subscript, ctx: Context) -> Iterator[Finding]:
    """``request.json["key"]`` and ``request.get_json()["key"]``, directly or through one local name."""
    if not isinstance(node.ctx, ast.Load) or not isinstance(node.slice, ast.Constant):
        return
    if not isinstance(node.slice.value, str):
        return
    body = _body(node.value, ctx)
    if body is None or _is_checked(node, ctx):
        return
    silent = isinstance(body, ast.Call) and any(k.arg == "silent" for k in body.keywords)
    if silent:
        yield ctx.finding(
            node,
            "get_json(silent=True) may be None: reading a key of it raises TypeError, a 500.",
            fixes=[_empty_instead(node, body, ctx)],
        )
        return
    yield ctx.finding(
        node,
        "A JSON body is plain data: a missing key is a KeyError and a 500, not a 400.",
        fixes=[_empty_instead(node, body, ctx)],
    )


@rule.on(ast.Attribute)
def on_method(node: ast.Attribute, ctx: Context) -> Iterator[Finding]:
    """``request.json.get("key")``: a body of another kind has no such method."""
    if node.attr not in _DICT_METHODS:
        return
    body = _body(node.value, ctx)
    if body is None or _is_checked(node, ctx):
        return
    silent = isinstance(body, ast.Call) and any(k.arg == "silent" for k in body.keywords)
    kind = "get_json(silent=True) may be None" if silent else "A JSON body may be a list or null"
    edit = ctx.edit()
    if body is node.value:
        edit.replace(body, f"({ctx.text(body)} or {{}})")
        _accept_none_behind(node, ctx, edit)
    else:
        edit.after(body, " or {}")
    fix = ctx.fix("Take an empty body: or {}", edit, safe=False)
    yield ctx.finding(node, f"{kind}, which has no {node.attr}(): an AttributeError, a 500.", fixes=[fix])


def _accept_none_behind(node: ast.Attribute | ast.Subscript, ctx: Context, edit: EditBuilder) -> None:
    """``or {}`` also where the same body is read later: nothing says then any more that it is a dict."""
    data = ctx.text(node.value)
    around = ctx.index.function_of(node) or ctx.tree
    for other in ast.walk(around):
        if not isinstance(other, ast.Attribute) or other.attr not in _DICT_METHODS or other is node:
            continue
        if ctx.text(other.value) == data and not _is_checked(other, ctx, without=node):
            edit.replace(other.value, f"({data} or {{}})")


def _empty_instead(node: ast.Subscript, body: ast.expr, ctx: Context) -> Fix | None:
    """``or {}`` behind the call, and ``.get()`` for every key that is read of it."""
    edit = ctx.edit()
    if body is node.value:
        same = (n for n in ast.walk(ctx.index.function_of(node) or ctx.tree) if _same_key(n, node, ctx))
        for read in (node, *(n for n in same if isinstance(n.ctx, ast.Load))):
            edit.replace(read, f"({ctx.text(body)} or {{}}).get({ctx.text(node.slice)})")
        _accept_none_behind(node, ctx, edit)
    else:
        edit.after(body, " or {}")
        for other in ast.walk(ctx.index.function_of(node) or ctx.tree):
            if not isinstance(other, ast.Subscript) or not isinstance(other.ctx, ast.Load):
                continue
            if _body(other.value, ctx) is body:
                edit.replace(other, f"{ctx.text(other.value)}.get({ctx.text(other.slice)})")
    return ctx.fix("Take an empty body: or {}", edit, safe=False)


def _body(node: ast.expr, ctx: Context) -> ast.expr | None:
    if isinstance(node, ast.Name):
        bindings = ctx.index.lookup(node.id, node)
        if len(bindings) != 1 or bindings[0].value is None or bindings[0].is_with:
            return None
        node = bindings[0].value
    if isinstance(node, ast.Attribute) and ctx.name(node) == "flask.request.json":
        return node
    return node if ctx.called(node) == "flask.request.get_json" else None


def _is_checked(node: ast.Subscript | ast.Attribute, ctx: Context, *, without: ast.AST | None = None) -> bool:
    """Whether the key or the data is asked about anywhere before in the function, or an error is caught.

    ``without``: a read that does not count, as it accepts an empty body, and with it those by ``.get()`` and the like.
    """
    if any(is_caught(ctx, node, error) for error in ("KeyError", "TypeError", "AttributeError")):
        return True
    data = ctx.text(node.value)
    around = ctx.index.function_of(node) or ctx.tree
    if isinstance(node, ast.Attribute):
        return _is_read_before(node, data, around, ctx, without)
    key = ctx.text(node.slice)
    if any(_same_key(other, node, ctx) and _comes_first(other, node, ctx) for other in ast.walk(around)):
        return True
    for other in ast.walk(around):
        if getattr(other, "lineno", node.lineno) > node.lineno or other is node:
            continue
        if isinstance(other, ast.Compare) and key in ctx.text(other) and isinstance(other.ops[0], (ast.In, ast.NotIn)):
            return True
        if isinstance(other, (ast.If, ast.IfExp, ast.Assert, ast.While)) and data in ctx.text(other.test):
            return True
    return False


def _is_read_before(node: ast.Attribute, data: str, around: ast.AST, ctx: Context, without: ast.AST | None) -> bool:
    """Whether the data was tested or read before, where a body of another kind would have failed already."""
    for other in ast.walk(around):
        if other in (node, without) or getattr(other, "lineno", node.lineno) > node.lineno:
            continue
        if isinstance(other, (ast.If, ast.IfExp, ast.Assert, ast.While)) and data in ctx.text(other.test):
            return True
        is_method = isinstance(other, ast.Attribute) and other.attr in _DICT_METHODS
        if is_method and without is not None:
            continue
        is_read = isinstance(other, (ast.Attribute, ast.Subscript)) and ctx.text(other.value) == data
        if is_read and other.lineno < node.lineno:  # type: ignore[attr-defined]
            return True
    return False


def _same_key(other: ast.AST, node: ast.Subscript, ctx: Context) -> TypeGuard[ast.Subscript]:
    """Whether the other one reads or sets the same key of the same data."""
    return (
        isinstance(other, ast.Subscript)
        and other is not node
        and not isinstance(other.ctx, ast.Del)
        and ctx.text(other.value) == ctx.text(node.value)
        and ctx.text(other.slice) == ctx.text(node.slice)
    )


def _comes_first(other: ast.AST, node: ast.AST, ctx: Context) -> bool:
    """Whether every way to ``node`` leads over the statement of ``other``, which always evaluates it."""
    statement: ast.AST = other
    for statement in ctx.index.ancestors(other):
        if isinstance(statement, (ast.IfExp, ast.BoolOp, ast.Lambda, ast.comprehension, *_COMPREHENSIONS)):
            return False
        if isinstance(statement, ast.stmt):
            break
    around = {id(a) for a in ctx.index.ancestors(node)}
    parent = ctx.parent(statement)
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and any(s is statement for s in block):
            later = block[next(i for i, s in enumerate(block) if s is statement) + 1 :]
            return any(id(s) in around for s in later)
    return False


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
