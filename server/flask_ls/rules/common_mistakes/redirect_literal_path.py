"""``redirect()`` is given the path of a route as text.

Why: A literal path ignores where the app is mounted (``APPLICATION_ROOT``, ``SCRIPT_NAME``), the prefix of a blueprint
and later renames. Mounted at ``/mnt``, ``redirect("/login")`` still goes to ``/login``.

Instead: ``redirect(url_for("login"))``, which follows all of them.

Fix: Writes ``url_for`` with the endpoint that the path belongs to. Safe for a path without variables; unsafe where
values are taken out of the path.

Quiet: For other sites, for paths that no route or more than one has, for paths that only a rule for everything
(``/<path:path>``) matches, for a ``redirect`` of your own, and in tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.urls import Match, Path, apps_of_file, matches, path_of, url_for_arguments
from flask_ls.rules.ask.values import argument
from flask_ls.rules.ask.views import is_app
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Note, Rule

rule = Rule(
    __name__,
    code="FLK901",
    severity=Severity.HINT,
    guide=("Common mistakes / redirect(url_for('login')), not redirect('/login')",),
    triggers=frozenset({"redirect"}),
    notes=(Note(">=3.2", "``redirect()`` answers 303 by default; before Flask 3.2 it is 302."),),
    overlaps=("semgrep python.flask.best-practice.use-url-for",),
    examples=(
        Bad(
            """
            from flask import Flask, redirect

            app = Flask(__name__)


            @app.get("/")
            def index():
                return redirect("/login")
                #               ^^^^^^^^ This path is the route "login"


            @app.get("/login")
            def login():
                return "login"
            """,
            fixed="""
            from flask import Flask, redirect, url_for

            app = Flask(__name__)


            @app.get("/")
            def index():
                return redirect(url_for("login"))


            @app.get("/login")
            def login():
                return "login"
            """,
            drive="assert client.get('/', environ_overrides={'SCRIPT_NAME': '/mnt'}).location == '/mnt/login'",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Flask, redirect

            app = Flask(__name__)


            @app.post("/users")
            def add():
                user_id = 3
                return redirect(f"/users/{user_id}?new=1")
                #               ^^^^^^^^^^^^^^^^^^^^^^^^^ This path is the route "show"


            @app.get("/users/<int:user_id>")
            def show(user_id):
                return str(user_id)
            """,
            fixed="""
            from flask import Flask, redirect, url_for

            app = Flask(__name__)


            @app.post("/users")
            def add():
                user_id = 3
                return redirect(url_for("show", user_id=user_id, new="1"))


            @app.get("/users/<int:user_id>")
            def show(user_id):
                return str(user_id)
            """,
            drive="assert client.post('/users', environ_overrides={'SCRIPT_NAME': '/m'}).location.startswith('/m/')",
            fails="AssertionError",
        ),
        Good(
            """
            from flask import Flask, redirect, url_for

            app = Flask(__name__)


            @app.get("/")
            def index():
                return redirect(url_for("login"))


            @app.get("/login")
            def login():
                return redirect("https://login.example.com/login")
            """,
            drive="client.get('/'); client.get('/login')",
        ),
    ),
)


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``redirect("/login")``."""
    if ctx.is_test or not _is_redirect(ctx, node):
        return
    location = argument(node, 0, "location")
    for target in _alternatives(location):
        path = path_of(ctx, target)
        table = ctx.model.routes
        found = matches(table, path, apps_of_file(table, ctx.path)) if path is not None else []
        if path is not None and len(found) == 1 and not found[0].route.rule.startswith("/<path:"):
            endpoint = found[0].route.endpoint
            yield ctx.finding(
                target,
                f'This path is the route "{endpoint}" written out: it ignores the mount point and prefixes.',
                fixes=[_with_url_for(ctx, target, path, found[0])],
            )


def _is_redirect(ctx: Context, call: ast.Call) -> bool:
    if ctx.called(call) in ("flask.redirect", "werkzeug.utils.redirect"):
        return True
    return isinstance(call.func, ast.Attribute) and call.func.attr == "redirect" and is_app(ctx, call.func.value)


def _alternatives(location: ast.expr | None) -> Iterator[ast.expr]:
    """The expressions written in the call that the location may be: ``target or "/"``."""
    if isinstance(location, ast.BoolOp):
        for value in location.values:
            yield from _alternatives(value)
    elif isinstance(location, ast.IfExp):
        yield from _alternatives(location.body)
        yield from _alternatives(location.orelse)
    elif location is not None:
        yield location


def _with_url_for(ctx: Context, target: ast.expr, path: Path, match: Match) -> Fix | None:
    edit = ctx.edit()
    function = edit.import_name("flask", "url_for", at=target)
    edit.replace(target, f"{function}({url_for_arguments(ctx, path, match, target)})")
    is_safe = match.is_static and not path.query and not path.fragment
    return ctx.fix(f'Write url_for("{match.route.endpoint}")', edit, safe=is_safe)
