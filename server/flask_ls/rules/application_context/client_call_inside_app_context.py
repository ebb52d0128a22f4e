"""A test client's request is made while an application context is pushed.

Why: Before Flask 3.2 the request reuses the pushed context of the same app: ``g``, Flask-Login's user and
Flask-SQLAlchemy's session are shared between the test and all requests in the block, and ``teardown_appcontext`` does
not run until the block ends. Tests pass although the view forgot to commit.

Instead: make the requests outside of the ``with app.app_context():`` block.

Fix: Moves the requests out of the block. What may need its context stays inside. Unsafe: objects of the block's
session are detached when it ends earlier.

Quiet: With Flask 3.2 or newer, in projects without ``g``, teardown functions, SQLAlchemy and Flask-Login, for the
context of another app than the client's, and in blocks that read the recorded queries of their requests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from packaging.version import Version

from flask_ls.project.index import FUNCTIONS
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.client_fixes import CLIENT, METHODS, requests_outside
from flask_ls.rules.ask.flow import own_nodes
from flask_ls.rules.ask.project import mentions_g
from flask_ls.rules.ask.values import definition
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Note, Rule

_PUSHING = ("flask.Flask.app_context", "flask.Flask.test_request_context")
_QUERY_LOGS = (
    "flask_sqlalchemy.get_debug_queries",
    "flask_sqlalchemy.record_queries.get_recorded_queries",
)
_SHARED = frozenset({"teardown_appcontext", "SQLAlchemy", "LoginManager"})

rule = Rule(
    __name__,
    code="FLK106",
    severity=Severity.WARNING,
    guide=("Request context / the test client provides context automatically",),
    triggers=_SHARED | {"app_context", "test_request_context"},
    asks_contexts=True,
    notes=(Note(">=3.2", "Flask 3.2 pushes a new context for every request; the block does no harm."),),
    examples=(
        Bad(
            """
            from flask import Flask, g

            app = Flask(__name__)


            @app.get("/")
            def index():
                seen = "user" in g
                g.user = "ann"
                return "leak" if seen else "clean"


            def run():
                with app.app_context():
                    client = app.test_client()
                    client.get("/")
            #       ^^^^^^^^^^^^^^^ shares g with the block
                    return client.get("/").text
                    #      ^^^^^^^^^^^^^^^ shares g with the block
            """,
            fixed="""
            from flask import Flask, g

            app = Flask(__name__)


            @app.get("/")
            def index():
                seen = "user" in g
                g.user = "ann"
                return "leak" if seen else "clean"


            def run():
                client = app.test_client()
                client.get("/")
                return client.get("/").text
            """,
            drive="assert app_module.run() == 'clean'",
            fails="AssertionError",
            flask="<3.2",
        ),
        Good(
            """
            from flask import Flask, g

            app = Flask(__name__)


            @app.get("/")
            def index():
                seen = "user" in g
                g.user = "ann"
                return "leak" if seen else "clean"


            def run():
                with app.test_client() as client:
                    client.get("/")
                    return client.get("/").text
            """,
            drive="assert app_module.run() == 'clean'",
        ),
    ),
)


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``client.get(...)`` inside ``with app.app_context():``."""
    method = node.func
    if not isinstance(method, ast.Attribute) or method.attr not in METHODS or ctx.flask >= Version("3.2.dev0"):
        return
    if not _is_client(method.value, ctx) or not ctx.model.once(_shares):
        return
    around = _context_around(node, ctx)
    if around is None or not _is_same_app(node, around, ctx) or _reads_what_is_left(around, ctx):
        return
    # Test suites that push a request around everything mean it: only where the client is made here, too.
    if _pushes_app_context(around, ctx) or ctx.is_instance(method.value, CLIENT):
        yield ctx.finding(
            node,
            "this request shares g with the block around it: no new application context is pushed.",
            related=[ctx.related(around.items[0].context_expr, "the context is pushed here")],
            fixes=[requests_outside(ctx, around)] if _context_around(around, ctx) is None else [],
        )


def _is_client(node: ast.expr, ctx: Context) -> bool:
    """Whether it is a test client, also one that a fixture gives."""
    if ctx.is_instance(node, CLIENT):
        return True
    function = ctx.index.function_of(node)
    if not isinstance(node, ast.Name) or not isinstance(function, FUNCTIONS):
        return False
    value = ctx.model.contexts.values.of(ctx.path, f"%{ctx.index.qualname(function)}:{node.id}")
    return value is not None and value.kind == "instance" and value.name == CLIENT


def _is_same_app(node: ast.Call, block: ast.With, ctx: Context) -> bool:
    """False when the client is known to belong to another application than the context."""
    assert isinstance(node.func, ast.Attribute)
    made = definition(ctx, node.func.value)
    pushed = next((i.context_expr for i in block.items if _pushes(i, ctx)), None)
    if pushed is not None and _is_of_the_test(pushed, ctx):
        return False
    receivers = [c.func.value for c in (made, pushed) if isinstance(c, ast.Call) and isinstance(c.func, ast.Attribute)]
    names = {ctx.name(r) for r in receivers}
    return len(receivers) < 2 or None in names or len(names) == 1


def _is_of_the_test(pushed: ast.expr, ctx: Context) -> bool:
    """Whether the function makes the app itself, and no client of it: the one it uses is another app's."""
    app = pushed.func.value if isinstance(pushed, ast.Call) and isinstance(pushed.func, ast.Attribute) else None
    function = ctx.index.function_of(pushed)
    if not isinstance(app, ast.Name) or function is None:
        return False
    maker = definition(ctx, app)
    if not isinstance(maker, ast.Call) or ctx.index.function_of(maker) is not function:
        return False
    return not any(
        isinstance(n, ast.Attribute) and n.attr == "test_client" and ctx.text(n.value) == app.id
        for n in own_nodes(ctx, function)
    )


def _reads_what_is_left(block: ast.With, ctx: Context) -> bool:
    """Whether the block asks which queries its requests made: they must share the context for that."""
    return any(isinstance(n, ast.Call) and ctx.called(n) in _QUERY_LOGS for n in ast.walk(block))


def _context_around(node: ast.AST, ctx: Context) -> ast.With | None:
    for ancestor in ctx.index.ancestors(node):
        if isinstance(ancestor, (*FUNCTIONS, ast.Lambda)):
            return None
        if isinstance(ancestor, ast.With) and any(_pushes(item, ctx) for item in ancestor.items):
            return ancestor
    return None


def _pushes_app_context(block: ast.With, ctx: Context) -> bool:
    calls = [i.context_expr for i in block.items if isinstance(i.context_expr, ast.Call)]
    return any(ctx.member(c.func) == "flask.Flask.app_context" for c in calls)


def _pushes(item: ast.withitem, ctx: Context) -> bool:
    call = item.context_expr
    return isinstance(call, ast.Call) and ctx.member(call.func) in _PUSHING


def _shares(model: ProjectModel) -> bool:
    """Whether the project keeps anything in application contexts."""
    return any(_SHARED & f.words or mentions_g(f) for f in model.files.values())
