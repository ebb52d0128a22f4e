"""A property of ``request`` is called, a method of it is not, or the attribute is another framework's.

Why: ``json``, ``form``, ``args``, ``method`` and ``is_json`` are properties: calling their value raises TypeError.
``get_json`` and ``get_data`` are methods: a method has no items. ``request.GET``, ``request.body`` and the like belong
to Django and FastAPI and raise AttributeError, and so does ``request.form.name``: values are items, not attributes.

Instead: ``request.json`` or ``request.get_json()``, ``request.args["q"]``, ``request.get_data()``.

Fix: Adds or removes the parentheses, or reads the item, which is safe; a call with an argument becomes an item, which
is unsafe.

Quiet: When the project has a request class of its own or sets the attribute, and where AttributeError or TypeError is
caught.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.flow import is_caught
from flask_ls.rules.ask.request_names import (
    FOREIGN,
    MAPPINGS,
    METHODS,
    METHODS_OF_MAPPINGS,
    OF_MAPPINGS,
    PROPERTIES,
    meant_property,
)
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK904",
    severity=Severity.ERROR,
    guide=("Common mistakes / request.form for form data, request.json for JSON",),
    triggers=frozenset({"request"}),
    error_text="TypeError: 'dict' object is not callable",
    overlaps=("mypy operator", "pyright reportCallIssue"),
    examples=(
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                return request.json()["name"]
                #      ^^^^^^^^^^^^^^ request.json is a property
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                return request.get_json()["name"]
            """,
            drive="client.post('/', json={'name': 'a'})",
            fails="TypeError: 'dict' object is not callable",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                return request.get_json["name"]
                #      ^^^^^^^^^^^^^^^^ request.get_json is a method
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                return request.get_json()["name"]
            """,
            drive="client.post('/', json={'name': 'a'})",
            fails="TypeError: 'method' object is not subscriptable",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return request.args("q")
                #      ^^^^^^^^^^^^^^^^^ request.args is a property
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return request.args["q"]
            """,
            drive="client.get('/?q=a')",
            fails="TypeError: .* object is not callable",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return request.GET["q"]
                #      ^^^^^^^^^^^ Flask's request has no attribute GET
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return request.args["q"]
            """,
            drive="client.get('/?q=a')",
            fails="AttributeError: 'Request' object has no attribute 'GET'",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return request.args.get["q"]
                #      ^^^^^^^^^^^^^^^^^^^^^ request.args.get is a method
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return request.args.get("q")
            """,
            drive="client.get('/?q=a')",
            fails="TypeError: 'method' object is not subscriptable",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                return request.form.name
                #      ^^^^^^^^^^^^^^^^^ request.form has no attribute name
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                return request.form["name"]
            """,
            drive="client.post('/', data={'name': 'a'})",
            fails="AttributeError: .* object has no attribute 'name'",
        ),
        Good(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.before_request
            def load():
                request.body = request.get_data()


            @app.post("/")
            def index():
                return str(request.json["a"]) + request.method + str(request.body) + str(request.get_json().get("a"))
            """,
            drive="client.post('/', json={'a': 1})",
        ),
    ),
)

# What mappings have in Python 2, which Flask ran on before 2.0.
_OF_PYTHON_2 = frozenset({"has_key", "iteritems", "iterkeys", "iterlists", "iterlistvalues", "itervalues"})


@rule.on(ast.Attribute)
def check(node: ast.Attribute, ctx: Context) -> Iterator[Finding]:
    """Every ``request.<attribute>``, in the light of what is done with it."""
    if not isinstance(node.ctx, ast.Load) or ctx.name(node.value) != "flask.request":
        return
    parent = ctx.parent(node)
    if _is_guarded(node, ctx):
        return
    if node.attr in PROPERTIES and isinstance(parent, ast.Call) and parent.func is node:
        yield ctx.finding(
            parent,
            f"request.{node.attr} is a property: its value cannot be called, this raises TypeError.",
            fixes=[_without_call(node, parent, ctx)],
        )
    elif node.attr in METHODS and _is_read(node, parent):
        yield ctx.finding(
            node,
            f"request.{node.attr} is a method: without () this reads from the method itself and raises.",
            fixes=[ctx.fix(f"Call request.{node.attr}()", ctx.edit().after(node, "()"), safe=True)],
        )
    elif node.attr in MAPPINGS and isinstance(parent, ast.Attribute) and isinstance(parent.ctx, ast.Load):
        yield from _of_mapping(node, parent, ctx)
    elif node.attr == "is_xhr" and ctx.is_older("werkzeug", "1"):
        return  # It had one then.
    elif (node.attr in FOREIGN or meant_property(node.attr)) and not _has_own_requests(node.attr, ctx):
        instead = FOREIGN.get(node.attr) or meant_property(node.attr)
        hint = f"; Flask's is request.{instead}" if instead else ""
        yield ctx.finding(
            node,
            f"Flask's request has no attribute {node.attr}: this raises AttributeError{hint}.",
            fixes=[_renamed(node, instead, ctx)] if instead else [],
        )


@rule.on(ast.Subscript)
def check_item_of_method(node: ast.Subscript, ctx: Context) -> Iterator[Finding]:
    """``request.args.get["page"]``."""
    method = node.value
    if not isinstance(method, ast.Attribute) or method.attr not in METHODS_OF_MAPPINGS or _is_guarded(method, ctx):
        return
    owner = ctx.name(method.value) or ""
    if owner.rpartition(".")[0] != "flask.request" or owner.rpartition(".")[2] not in MAPPINGS:
        return
    called = f"{ctx.text(method)}({ctx.text(node.slice)})"
    yield ctx.finding(
        node,
        f"request.{owner.rpartition('.')[2]}.{method.attr} is a method: [] instead of () raises TypeError.",
        fixes=[ctx.fix(f"Call {called}", ctx.edit().replace(node, called), safe=True)],
    )


def _of_mapping(mapping: ast.Attribute, node: ast.Attribute, ctx: Context) -> Iterator[Finding]:
    """``request.form.name``: the values are items."""
    if node.attr in OF_MAPPINGS or node.attr.startswith("_") or _has_own_requests(node.attr, ctx):
        return
    if node.attr in _OF_PYTHON_2 and ctx.is_older("flask", "2"):
        return
    above = ctx.parent(node)
    is_called = isinstance(above, ast.Call) and above.func is node
    why = "" if is_called else ", values are its items"
    edit = ctx.edit()
    edit.replace(node, f"{ctx.text(mapping)}[{edit.quoted(node.attr)}]")
    yield ctx.finding(
        node,
        f"request.{mapping.attr} has no attribute {node.attr}{why}: this raises AttributeError.",
        fixes=[] if is_called else [ctx.fix("Read the item", edit, safe=True)],
    )


def _is_read(node: ast.Attribute, parent: ast.AST | None) -> bool:
    if isinstance(parent, ast.Subscript):
        return parent.value is node
    return isinstance(parent, ast.Attribute) and not parent.attr.startswith("__")


def _without_call(node: ast.Attribute, call: ast.Call, ctx: Context) -> Fix | None:
    attribute = ctx.text(node)
    plain = not call.keywords and not any(isinstance(a, ast.Starred) for a in call.args)
    if node.attr == "json":
        return ctx.fix(
            "Use request.get_json()", ctx.edit().replace(node, f"{ctx.text(node.value)}.get_json"), safe=True
        )
    if not call.args and not call.keywords:
        return ctx.fix(f"Remove () after {attribute}", ctx.edit().replace(call, attribute), safe=True)
    if len(call.args) == 1 and plain:
        text = f"{attribute}[{ctx.text(call.args[0])}]"
        return ctx.fix(f"Read the item: {text}", ctx.edit().replace(call, text), safe=False)
    return None


def _renamed(node: ast.Attribute, instead: str, ctx: Context) -> Fix | None:
    text = f"{ctx.text(node.value)}.{instead}"
    return ctx.fix(f"Use {text}", ctx.edit().replace(node, text), safe=False)


def _is_guarded(node: ast.Attribute, ctx: Context) -> bool:
    """Whether the error is caught, or a condition looks whether the attribute is there."""
    return any(is_caught(ctx, node, error) for error in ("TypeError", "AttributeError")) or any(
        isinstance(ancestor, (ast.If, ast.IfExp)) and _asks_for(node.attr, ancestor.test, ctx)
        for ancestor in ctx.index.ancestors(node)
    )


def _asks_for(attribute: str, test: ast.expr, ctx: Context) -> bool:
    return any(
        isinstance(n, ast.Call)
        and ctx.name(n.func) in ("builtins.hasattr", "builtins.callable")
        and any(isinstance(a, ast.Constant) and a.value == attribute for a in n.args)
        for n in ast.walk(test)
    )


def _has_own_requests(attribute: str, ctx: Context) -> bool:
    for facts in ctx.model.files.values():
        for qualname in facts.classes:
            if "flask.Request" in ctx.model.mro(f"{facts.module}.{qualname}"):
                return True
        if any(s.endswith((f".{attribute}", ".request_class")) for s in facts.stores):
            return True
    return False
