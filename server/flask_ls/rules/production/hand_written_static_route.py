"""A view serves the static folder by hand.

Why: Flask serves ``static/`` at ``/static`` already: the view is never chosen there, or does the same work again.

Instead: leave it to Flask in development; in production let nginx, WhiteNoise or a CDN serve the folder.

Fix: Deletes the view; unsafe, as ``url_for`` may name its endpoint.

Quiet: For other folders (uploads), for single files, for rules that take any URL (``/<path:path>``), and when the app's
static route is switched off or moved.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask import values
from flask_ls.rules.ask.flow import own_nodes
from flask_ls.rules.ask.views import Role, handlers, is_app
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

rule = Rule(
    __name__,
    code="FLK808",
    severity=Severity.HINT,
    guide=("Production / static files through nginx",),
    triggers=frozenset({"send_from_directory", "send_static_file", "send_file"}),
    examples=(
        Bad(
            """
            import os

            from flask import Flask, send_from_directory

            app = Flask(__name__)


            @app.route("/static/<path:name>")
            #^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Flask serves static/ at /static already
            def files(name):
                return send_from_directory(os.path.join(app.root_path, "static"), name)
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            """,
        ),
        Bad(
            """
            from flask import Flask, send_from_directory

            app = Flask(__name__)


            @app.get("/assets/<path:name>")
            #^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Flask serves static/ at /static already
            def assets(name):
                return send_from_directory(app.static_folder, name)
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            """,
        ),
        Good(
            """
            import os

            from flask import Flask, send_from_directory

            app = Flask(__name__)


            @app.get("/favicon.ico")
            def favicon():
                return send_from_directory(os.path.join(app.root_path, "static"), "favicon.ico")


            @app.get("/<path:name>")
            def page(name):
                return app.send_static_file(name)
            """,
        ),
        Good(
            """
            from flask import Flask, send_from_directory

            app = Flask(__name__)


            @app.route("/uploads/<path:name>")
            def uploads(name):
                return send_from_directory("uploads", name)
            """,
        ),
        Good(
            """
            from flask import Flask, send_from_directory

            app = Flask(__name__, static_folder=None)


            @app.route("/static/<path:name>")
            def files(name):
                return send_from_directory("static", name)
            """,
        ),
    ),
)

# The rule of Flask's own route, whatever the name of its variable.
_STATIC = re.compile(r"/static/<[^<>]+>")
_FOLDER = re.compile(r"/[^<>]+/<path:\w+>")
_SENDING = frozenset({"flask.send_from_directory", "flask.send_file"})


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Views that only send the static folder of an app with its own static route."""
    for function, role in handlers(ctx).of_kind("view"):
        if not isinstance(function, FUNCTIONS):
            continue
        for span, text in _rules(function, role, ctx):
            any_folder = _STATIC.fullmatch(text) is not None
            if _FOLDER.fullmatch(text) and _only_sends(function, ctx, any_folder=any_folder):
                yield ctx.finding(
                    span,
                    "Flask serves static/ at /static already: this view is not needed.",
                    fixes=[_deleted(function, span, ctx)],
                )


def _deleted(function: FunctionNode, registered: Span, ctx: Context) -> Fix | None:
    """The view deleted, where nothing but its decorators registers it."""
    if all(ctx.span(d) != registered for d in function.decorator_list):
        return None
    return ctx.fix("Delete the view", ctx.edit().delete_statement(function), safe=False)


def _rules(function: FunctionNode, role: Role, ctx: Context) -> Iterator[tuple[Span, str]]:
    """What registers a view on apps that have a static route of their own, and the rule it gets there."""
    if role.call is not None and is_app(ctx, role.receiver):
        text = values.text(ctx, values.argument(role.call, 0, "rule"))
        if text is not None and _serves_static(role.receiver, ctx):
            yield ctx.span(role.site), text
        return
    # A blueprint's prefix, and where a class is registered, only the table knows.
    table = ctx.model.routes
    serving = {r.app for r in table.routes if r.is_static and r.rule == "/static/<path:filename>"}
    name = ctx.index.dotted(ctx.index.class_of(function) or function)
    for route in table.routes:
        if route.function == name and route.app in serving and route.site.path == ctx.path and not route.conditions:
            yield route.site.span, route.rule


def _only_sends(function: ast.FunctionDef | ast.AsyncFunctionDef, ctx: Context, *, any_folder: bool) -> bool:
    returns = [n.value for n in own_nodes(ctx, function) if isinstance(n, ast.Return)]
    returned = [values.definition(ctx, v) if v is not None else None for v in returns]
    return bool(returned) and all(
        isinstance(v, ast.Call) and (_sends_static(v, ctx) or (any_folder and ctx.called(v) in _SENDING))
        for v in returned
    )


def _sends_static(call: ast.Call, ctx: Context) -> bool:
    """``app.send_static_file(name)``, ``send_from_directory(app.static_folder, name)``."""
    if ctx.member(call.func) == "flask.Flask.send_static_file":
        return True
    folder = values.argument(call, 0, "directory") if ctx.called(call) == "flask.send_from_directory" else None
    return folder is not None and (
        ctx.member(folder) == "flask.Flask.static_folder"
        or ctx.name(folder) == "flask.current_app.static_folder"
        or values.text(ctx, folder) == "static"
    )


def _serves_static(app: ast.expr | None, ctx: Context) -> bool:
    made = values.definition(ctx, app) if app is not None else None
    if not isinstance(made, ast.Call) or values.has_unpacking(made):
        return False
    return (
        not any(k.arg in ("static_folder", "static_url_path", "static_host") for k in made.keywords)
        and len(made.args) <= 1
    )
