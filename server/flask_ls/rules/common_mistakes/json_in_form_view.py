"""A body is read in a form in which it cannot arrive.

Why: A GET request has no body: ``request.json`` and ``request.get_json()`` answer 415, ``request.form`` is empty.
``request.form`` is empty for a JSON body, and its missing key answers 400; ``request.json`` answers 415 for a form.

Instead: ``request.args`` for the query string, ``request.form`` for forms, ``request.json`` for JSON bodies,
``get_json(silent=True)`` where both may come.

Fix: Reads the values where they arrive: ``request.args``, ``request.form`` or ``request.json``; where a view reads both
bodies, ``get_json(silent=True)``. Unsafe: values of ``args`` and ``form`` are text.

Quiet: For ``get_json(force=True)`` and ``silent=True``, where another decorator names ``methods``, and where the view
allows a method with a body, unless a form, a script of a page that the same file renders or a test of the project sends
the other kind.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask import values
from flask_ls.rules.ask.body_senders import Body, sender
from flask_ls.rules.ask.flow import assigned_value, is_caught, own_nodes, targets_of, tests_before
from flask_ls.rules.ask.views import Role, handlers
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Note, Rule

rule = Rule(
    __name__,
    code="FLK903",
    severity=Severity.WARNING,
    guide=("Common mistakes / request.form for form data, request.json for JSON",),
    triggers=frozenset({"json", "get_json", "form"}),
    error_text="415 Unsupported Media Type: Did not attempt to load JSON data because the request Content-Type was not "
    "'application/json'.",
    notes=(
        Note("<2.1", "Up to Flask 2.0 request.json is None for another content type."),
        Note(">=2.1,<2.3", "In Flask 2.1 and 2.2 another content type answers 400 instead of 415."),
    ),
    overlaps=("semgrep python.flask.correctness.access-request-in-wrong-handler",),
    examples=(
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/items")
            def items():
                return request.json["page"]
                #      ^^^^^^^^^^^^ a GET request has no JSON body
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/items")
            def items():
                return request.args["page"]
            """,
            drive="assert client.get('/items?page=1').status_code == 200",
            fails="AssertionError|UnsupportedMediaType|BadRequest",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.route("/items")
            def items():
                return request.get_json()["page"]
                #      ^^^^^^^^^^^^^^^^^^ a GET request has no JSON body
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.route("/items")
            def items():
                return request.args["page"]
            """,
            drive="assert client.get('/items?page=1').status_code == 200",
            fails="AssertionError|UnsupportedMediaType|BadRequest",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/login")
            def login():
                return request.form["name"]
                #      ^^^^^^^^^^^^ a client sends JSON to this view


            def test_login():
                assert app.test_client().post("/login", json={"name": "a"}).status_code == 200
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/login")
            def login():
                return request.json["name"]


            def test_login():
                assert app.test_client().post("/login", json={"name": "a"}).status_code == 200
            """,
            drive="app_module.test_login()",
            fails="AssertionError|BadRequestKeyError",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/login")
            def login():
                name = request.form["name"]
                return {"name": name, "options": request.get_json()}
                #                                ^^^^^^^^^^^^^^^^ a form and a JSON body of the same request
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/login")
            def login():
                name = request.form["name"]
                return {"name": name, "options": request.get_json(silent=True)}
            """,
            drive="assert client.post('/login', data={'name': 'a'}).status_code == 200",
            fails="AssertionError|UnsupportedMediaType",
        ),
        Good(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/login")
            def login():
                return request.json["name"]


            @app.route("/search", methods=["GET", "POST"])
            def search():
                if request.method == "POST":
                    return request.form["q"]
                return request.args["q"]
            """,
            drive="client.post('/login', json={'name': 'a'}); client.get('/search?q=1')",
        ),
    ),
)

_METHODS = frozenset({"flask.request.method"})
_BODIES = {"flask.request.json": "JSON body", "flask.request.form": "form body"}


@rule.on(ast.Attribute)
def check(node: ast.Attribute, ctx: Context) -> Iterator[Finding]:
    """Reads of ``request.json``, ``request.get_json()`` and ``request.form`` inside views."""
    name = ctx.name(node)
    what = "JSON body" if name == "flask.request.get_json" else _BODIES.get(name or "")
    if what is None or isinstance(node.ctx, ast.Store):
        return
    function = ctx.index.function_of(node)
    roles = [r for r in handlers(ctx).roles(function) if r.kind == "view"]
    if not isinstance(function, FUNCTIONS) or not roles or len(roles) != len(handlers(ctx).roles(function)):
        return
    if _is_registered_otherwise(function, roles):
        return
    parent = ctx.parent(node)
    call = parent if isinstance(parent, ast.Call) and parent.func is node else None
    if call is not None and any(k.arg in ("silent", "force") for k in call.keywords):
        return
    methods = [_methods(r, function, ctx) for r in roles]
    if any(m is None for m in methods) or _is_conditional(node, ctx, None):
        return
    if all(m == {"GET"} for m in methods):
        if not _needs_body(node, parent, name) or _is_conditional(node, ctx, _METHODS):
            return
        fixes = []
        read = call or node
        if _is_mapping(read, function, ctx):
            text = f"{ctx.text(node.value)}.args"
            fixes = [ctx.fix("Read the query string: request.args", ctx.edit().replace(read, text), safe=False)]
        yield ctx.finding(call or node, f"a GET request has no {what}; its values are in request.args.", fixes=fixes)
        return
    wanted: Body = "json" if name == "flask.request.form" else "form"
    if name == "flask.request.form" and not isinstance(parent, ast.Subscript):
        return
    sent = sender(ctx, function, roles, wanted)
    if sent is not None:
        text = f"{ctx.text(node.value)}.{'json' if wanted == 'json' else 'form'}"
        edit = ctx.edit().replace(call or node, text)
        said = (
            "a client sends JSON to this view, for which request.form is empty: this answers 400."
            if wanted == "json"
            else "a client sends no JSON to this view, which reads a JSON body: this answers 415."
        )
        title = "Read the JSON body: request.json" if wanted == "json" else "Read the form: request.form"
        yield ctx.finding(
            node,
            said,
            related=[sent],
            fixes=[ctx.fix(title, edit, safe=False)],
        )
    elif wanted == "form" and not _is_conditional(node, ctx, _METHODS) and _reads_form(function, node, ctx):
        edit = ctx.edit()
        if call is not None:
            edit.add_argument(call, "silent=True")
        else:
            edit.replace(node, f"{ctx.text(node.value)}.get_json(silent=True)")
        yield ctx.finding(
            node,
            "this view reads a form and a JSON body of the same request: for a form this answers 415.",
            fixes=[ctx.fix("Let the JSON body be absent: get_json(silent=True)", edit, safe=False)],
        )


def _is_registered_otherwise(function: FunctionNode, roles: list[Role]) -> bool:
    """Whether a decorator that is not Flask's names methods: it may make the function a view for those, too."""
    sites = {r.site for r in roles}
    return any(
        d not in sites and isinstance(d, ast.Call) and any(k.arg == "methods" for k in d.keywords)
        for d in function.decorator_list
    )


def _is_mapping(read: ast.expr, function: FunctionNode, ctx: Context) -> bool:
    """Whether only items are read of it, directly or through one name."""
    parent = ctx.parent(read)
    targets = targets_of(parent)
    if not targets:
        is_get = isinstance(parent, ast.Attribute) and parent.attr == "get"
        return is_get or (isinstance(parent, ast.Subscript) and parent.value is read)
    target = targets[0]
    if len(targets) != 1 or not isinstance(target, ast.Name):
        return False
    uses = [n for n in own_nodes(ctx, function) if isinstance(n, ast.Name) and n.id == target.id and n is not target]
    return bool(uses) and all(isinstance(use.ctx, ast.Load) and _is_mapping(use, function, ctx) for use in uses)


def _reads_form(function: ast.AST, node: ast.Attribute, ctx: Context) -> bool:
    """Whether an item of the form is read as surely as the JSON body."""
    return any(
        isinstance(n, ast.Subscript)
        and ctx.name(n.value) == "flask.request.form"
        and not _is_conditional(n, ctx, None)
        and not _is_conditional(n, ctx, _METHODS)
        for n in own_nodes(ctx, function)
    )


def _needs_body(node: ast.Attribute, parent: ast.AST | None, name: str | None) -> bool:
    """``request.form`` is merely empty on a GET; only reading an item of it goes wrong for certain."""
    return name != "flask.request.form" or (isinstance(parent, ast.Subscript) and parent.value is node)


def _is_conditional(node: ast.AST, ctx: Context, asked: frozenset[str] | None) -> bool:
    """Whether an error is caught, or one of these attributes of the request (None: any but its method) decides."""
    if is_caught(ctx, node, "Exception"):
        return True
    names = {
        ctx.name(n) or "" for test, _ in tests_before(ctx, node) for n in ast.walk(test) if isinstance(n, ast.Attribute)
    }
    return any(n in asked if asked is not None else n.startswith("flask.request.") and n not in _METHODS for n in names)


def _methods_of_class(cls: ast.ClassDef, ctx: Context) -> set[str] | None:
    """What a plain ``View`` allows: its ``methods``, or GET."""
    if [ctx.name(base) for base in cls.bases] != ["flask.views.View"]:
        return None
    given = next((assigned_value(s) for s in cls.body for t in targets_of(s) if ctx.text(t) == "methods"), None)
    methods = values.constant(ctx, given) if given is not None else ["GET"]
    if not isinstance(methods, (list, tuple, set)) or not all(isinstance(m, str) for m in methods):
        return None
    return {m.upper() for m in methods} - {"HEAD", "OPTIONS"}


def _methods(role: Role, function: FunctionNode, ctx: Context) -> set[str] | None:
    """The methods a role allows; None when unknown. HEAD and OPTIONS do not count."""
    if isinstance(role.site, ast.ClassDef):
        return {function.name.upper()} if function.name != "dispatch_request" else _methods_of_class(role.site, ctx)
    if role.method in ("get", "post", "put", "patch", "delete"):
        return {role.method.upper()}
    if role.call is None or values.has_unpacking(role.call) or role.method not in ("route", "add_url_rule"):
        return None
    given = values.argument(role.call, -1, "methods")
    if given is None:
        return {"GET"}
    methods = values.constant(ctx, given)
    if not isinstance(methods, (list, tuple, set)) or not all(isinstance(m, str) for m in methods):
        return None
    return {m.upper() for m in methods} - {"HEAD", "OPTIONS"}
