"""A list or dict inside the session is changed, and the session does not notice.

Why: The cookie is written only when the session noticed a change: assignment and deletion of its own items, ``pop``,
``update``, ``clear``. A change *inside* one of its values is lost at the end of the request. ``session.setdefault(k,
[]).append(x)`` is saved only the first time, when the key is new.

Instead: set ``session.modified = True`` in the same request, or assign the item again.

Fix: Sets ``session.modified = True`` behind the change; safe: it only has the cookie sent.

Quiet: On paths that change the session itself, before or after (all of it is written then), also through functions of
the project; when the session is permanent (it is written on each request); with sessions kept on the server.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.session_paths import SessionPaths
from flask_ls.rules.ask.session_saving import is_always_saved, is_saved_around, may_save
from flask_ls.rules.ask.sessions import is_session
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK408",
    severity=Severity.WARNING,
    guide=("Request context / request and session only inside a request",),
    triggers=frozenset({"session"}),
    examples=(
        Bad(
            """
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            @app.get("/add")
            def add():
                if "cart" not in session:
                    session["cart"] = []
                session["cart"].append(1)
            #   ^^^^^^^^^^^^^^^^^^^^^^^^^ Flask does not notice this change inside the session, and loses it
                return "x"
            """,
            fixed="""
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            @app.get("/add")
            def add():
                if "cart" not in session:
                    session["cart"] = []
                session["cart"].append(1)
                session.modified = True
                return "x"
            """,
        ),
        Bad(
            """
            from flask import Flask, redirect, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            @app.get("/rename")
            def rename():
                profile = session.get("profile")
                if profile is None:
                    return redirect("/")
                profile["name"] = "x"
            #   ^^^^^^^^^^^^^^^ Flask does not notice this change inside the session, and loses it
                for item in profile["items"]:
                    item["count"] += 1
            #       ^^^^^^^^^^^^^ Flask does not notice this change inside the session, and loses it
                return "x"
            """,
            fixed="""
            from flask import Flask, redirect, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            @app.get("/rename")
            def rename():
                profile = session.get("profile")
                if profile is None:
                    return redirect("/")
                profile["name"] = "x"
                session.modified = True
                for item in profile["items"]:
                    item["count"] += 1
                return "x"
            """,
        ),
        Good(
            """
            from flask import Flask, flash, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            def touch():
                session["touched"] = True


            @app.get("/")
            def index():
                session["n"] = session.get("n", 0) + 1
                session["n"] += 1
                cart = list(session.get("cart", []))
                cart.append(1)
                return "x"


            @app.get("/a")
            def a():
                session.setdefault("cart", []).append(1)
                touch()
                return "x"


            @app.get("/b")
            def b():
                cart = session.setdefault("cart", [])
                cart.append(1)
                flash("added")
                return "x"


            @app.get("/c")
            def c():
                cart = session.get("cart", [])
                cart.append(1)
                session["cart"] = cart
                return "x"
            """,
            drive="[client.get(p) for p in ('/', '/a', '/b', '/c')]",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Each function that touches the session."""
    if ctx.is_test or is_always_saved(ctx):
        return
    for function in _functions(ctx):
        lost = SessionPaths(ctx, function, lambda call: may_save(ctx, call)).lost()
        if not lost or is_saved_around(ctx, function):
            continue
        for node in lost:
            yield ctx.finding(
                node,
                "Flask does not notice this change inside the session, and loses it at the end of the request.",
                fixes=[_mark_modified(ctx, function, node)],
            )


def _functions(ctx: Context) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    found: dict[ast.FunctionDef | ast.AsyncFunctionDef, None] = {}
    for node in (*ctx.index.nodes(ast.Name), *ctx.index.nodes(ast.Attribute)):
        if is_session(ctx, node):
            function = ctx.index.function_of(node)
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found.setdefault(function)
    return list(found)


def _mark_modified(ctx: Context, function: ast.AST, node: ast.AST) -> Fix | None:
    statement = ctx.index.statement(node)
    session = next(
        (n for n in ast.walk(function) if isinstance(n, (ast.Name, ast.Attribute)) and is_session(ctx, n)), None
    )
    if statement is None or session is None:
        return None
    edit = ctx.edit()
    line = f"{ctx.text(session)}.modified = True"
    if isinstance(statement, (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
        edit.insert_line_after(statement, line)
    else:
        # The order does not matter, and what stands below `return` never runs.
        edit.insert_line_before(statement, line)
    return ctx.fix("Say that the session was changed", edit, safe=True)
