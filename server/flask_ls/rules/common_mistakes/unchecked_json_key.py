"""A key of the JSON body is read without a check.

Why: ``request.json`` is plain Python data: a missing key is a KeyError and a 500 page, while ``request.form["name"]``
answers 400. A body of ``null`` or a list is valid JSON too, and ``get_json(silent=True)`` may be None.

Instead: ``data = request.get_json(silent=True) or {}`` and ``data.get("name")``, or a schema library.

Fix: ``.get("name")``, with ``or {}`` where the body may be None; unsafe, as the code then sees None.

Quiet: Inside ``try``, where the key or the data was tested before, and where the same key was read or set before.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
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
                return request.json.get("name")
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
    text = f"{ctx.text(node.value)}.get({ctx.text(node.slice)})"
    edit = ctx.edit().replace(node, text)
    for other in ast.walk(ctx.index.function_of(node) or ctx.tree):
        if _same_key(other, node, ctx) and isinstance(other.ctx, ast.Load) and _comes_first(node, other, ctx):
            edit.replace(other, text)
    yield ctx.finding(
        node,
        "A JSON body is plain data: a missing key is a KeyError and a 500, not a 400.",
        fixes=[ctx.fix("Read it with .get()", edit, safe=False)],
    )


def _empty_instead(node: ast.Subscript, body: ast.expr, ctx: Context) -> Fix | None:
    """``or {}`` behind the call, and ``.get()`` for every key that is read of it."""
    edit = ctx.edit()
    if body is node.value:
        edit.replace(node, f"({ctx.text(body)} or {{}}).get({ctx.text(node.slice)})")
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


def _is_checked(node: ast.Subscript, ctx: Context) -> bool:
    """Whether the key or the data is asked about anywhere before in the function, or a ``try`` is around."""
    if any(isinstance(a, ast.Try) for a in ctx.index.ancestors(node)):
        return True
    data, key = ctx.text(node.value), ctx.text(node.slice)
    around = ctx.index.function_of(node) or ctx.tree
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
