"""A view serves the static folder by hand.

Why: Flask serves ``static/`` at ``/static`` already: the view is never chosen there, or does the same work again.

Instead: leave it to Flask in development; in production let nginx, WhiteNoise or a CDN serve the folder.

Fix: Deletes the view; unsafe, as ``url_for`` may name its endpoint.

Quiet: For other folders (uploads), for rules that do not begin with the static URL, and when the app's static route is
switched off or moved.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask import values
from flask_ls.rules.ask.flow import own_nodes
from flask_ls.rules.ask.views import handlers, is_app
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

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
            import os

            from flask import Flask

            app = Flask(__name__)
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

_SENDING = frozenset({"flask.send_from_directory", "flask.send_file"})


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Views on ``/static/<path:...>`` of an app with its own static route."""
    for function, role in handlers(ctx).of_kind("view"):
        text = values.text(ctx, values.argument(role.call, 0, "rule")) if role.call is not None else None
        if text is None or not text.startswith("/static/<path:") or not is_app(ctx, role.receiver):
            continue
        if (
            not isinstance(function, FUNCTIONS)
            or not _only_sends(function, ctx)
            or not _serves_static(role.receiver, ctx)
        ):
            continue
        edit = ctx.edit().delete_statement(function)
        for name in ("send_from_directory", "send_file"):
            edit.remove_unused_import(name)
        yield ctx.finding(
            role.site,
            "Flask serves static/ at /static already: this view is not needed.",
            fixes=[ctx.fix("Delete the view", edit, safe=False)],
        )


def _only_sends(function: ast.AST, ctx: Context) -> bool:
    returned = [n.value for n in own_nodes(ctx, function) if isinstance(n, ast.Return)]
    return bool(returned) and all(
        isinstance(v, ast.Call) and (ctx.called(v) in _SENDING or ctx.member(v.func) == "flask.Flask.send_static_file")
        for v in returned
    )


def _serves_static(app: ast.expr | None, ctx: Context) -> bool:
    made = values.definition(ctx, app) if app is not None else None
    if not isinstance(made, ast.Call) or values.has_unpacking(made):
        return False
    return (
        not any(k.arg in ("static_folder", "static_url_path", "static_host") for k in made.keywords)
        and len(made.args) <= 1
    )
