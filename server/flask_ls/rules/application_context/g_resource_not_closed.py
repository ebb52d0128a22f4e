"""A connection or a file is opened into ``g`` and no teardown function closes it.

Why: ``g`` only drops the reference when the context ends; it does not call ``close()``. A function for
``teardown_appcontext`` runs even when the view raised; ``after_request`` is skipped when an exception propagates.

Instead: ``@app.teardown_appcontext`` with ``db = g.pop("db", None)`` and ``db.close()``.

Quiet: When a teardown function of the file mentions the attribute, or another file has teardown functions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.views import handlers, is_app
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

_TEARDOWNS = frozenset({"teardown_appcontext", "teardown_request", "teardown_app_request"})
# Functions and methods that open a connection (PEP 249 and the drivers' own documentation).
_OPENING = frozenset({"connect", "get_connection", "getconn", "acquire"})

rule = Rule(
    __name__,
    code="FLK103",
    severity=Severity.WARNING,
    guide=("Application context / g is per-request storage",),
    triggers=frozenset({"g"}) | _TEARDOWNS,
    examples=(
        Bad(
            """
            import sqlite3

            from flask import Flask, g

            app = Flask(__name__)


            def get_db():
                if "db" not in g:
                    g.db = sqlite3.connect(":memory:")
            #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing closes g.db
                return g.db


            @app.get("/")
            def index():
                return str(get_db().execute("select 1").fetchone())
            """,
            fixed="""
            import sqlite3

            from flask import Flask, g

            app = Flask(__name__)


            def get_db():
                if "db" not in g:
                    g.db = sqlite3.connect(":memory:")
                return g.db


            @app.teardown_appcontext
            def close_db(exception=None):
                db = g.pop("db", None)
                if db is not None:
                    db.close()


            @app.get("/")
            def index():
                return str(get_db().execute("select 1").fetchone())
            """,
        ),
        Good(
            """
            import sqlite3

            from flask import Flask, g

            app = Flask(__name__)


            def get_db():
                if "db" not in g:
                    g.db = sqlite3.connect(":memory:")
                return g.db


            @app.teardown_appcontext
            def close(exception):
                db = g.pop("db", None)
                if db is not None:
                    db.close()


            @app.get("/")
            def index():
                return str(get_db().execute("select 1").fetchone())
            """,
            drive="client.get('/')",
        ),
    ),
)


@rule.on(ast.Assign)
def check(node: ast.Assign, ctx: Context) -> Iterator[Finding]:
    """``g.name = connect(...)``."""
    for target in node.targets:
        if not isinstance(target, ast.Attribute) or ctx.name(target.value) != "flask.g" or ctx.is_test:
            continue
        if not _opens(node.value, ctx) or _is_closed(target.attr, ctx):
            continue
        yield ctx.finding(
            node,
            f"nothing closes g.{target.attr}: g only drops it when the context ends.",
            fixes=[_closed(target, node, ctx)],
        )


def _opens(value: ast.expr, ctx: Context) -> bool:
    if not isinstance(value, ast.Call):
        return False
    if isinstance(value.func, ast.Attribute) and value.func.attr in _OPENING:
        return True
    called = ctx.called(value) or ""
    if called == "builtins.open" or called.rpartition(".")[2] in _OPENING:
        return True
    cls = ctx.infer.class_of(value)
    known = ctx.model.names.class_(cls) if cls is not None else None
    return known is not None and "close" in known[1].methods


def _is_closed(attribute: str, ctx: Context) -> bool:
    for facts in ctx.model.files.values():
        if facts.path != ctx.path and _TEARDOWNS & facts.words:
            return True
    for function, _ in handlers(ctx).of_kind("teardown_appcontext", "teardown_request"):
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and node.attr == attribute:
                return True
            if isinstance(node, ast.Constant) and node.value == attribute:
                return True
            if isinstance(node, ast.Call) and ctx.model.names.is_project(ctx.called(node) or ""):
                return True
    # A teardown that is registered in a way that cannot be followed.
    known = [r.site for _, r in handlers(ctx).of_kind("teardown_appcontext", "teardown_request")]
    return any(
        n.attr in _TEARDOWNS and not any(n in ast.walk(site) for site in known) for n in ctx.index.nodes(ast.Attribute)
    )


def _closed(target: ast.Attribute, node: ast.Assign, ctx: Context) -> Fix | None:
    """A teardown function below the one that opens the connection, on the app of this file."""
    function = next((a for a in ctx.index.ancestors(node) if isinstance(a, FUNCTIONS)), None)
    app = next((n for n in ctx.index.root.bindings if n != "*" and _is_app_name(n, ctx)), None)
    name = target.attr
    if function is None or function not in ctx.tree.body or app is None or f"close_{name}" in ctx.index.root.bindings:
        return None
    edit = ctx.edit()
    unit = edit.indent_unit
    g = ctx.text(target.value)
    lines = [
        "",
        "",
        "",
        f"@{app}.teardown_appcontext",
        f"def close_{name}(exception=None):",
        f'{unit}{name} = {g}.pop("{name}", None)',
        f"{unit}if {name} is not None:",
        f"{unit}{unit}{name}.close()",
    ]
    edit.after(function, edit.newline.join(lines))
    return ctx.fix(f"Close it in a function for {app}.teardown_appcontext", edit, safe=True)


def _is_app_name(name: str, ctx: Context) -> bool:
    bindings = ctx.index.root.bindings[name]
    return len(bindings) == 1 and bindings[0].value is not None and is_app(ctx, bindings[0].value)
