"""A property of ``request`` is called, a method of it is not, or the attribute is another framework's.

Why: ``json``, ``form``, ``args``, ``method`` and ``is_json`` are properties: calling their value raises TypeError.
``get_json`` and ``get_data`` are methods: a method has no items. ``request.GET``, ``request.body`` and the like belong
to Django and FastAPI and raise AttributeError.

Instead: ``request.json`` or ``request.get_json()``, ``request.args["q"]``, ``request.get_data()``.

Fix: Adds or removes the parentheses, which is safe; a call with an argument becomes an item, which is unsafe.

Quiet: When the project has a request class of its own or sets the attribute, and where AttributeError or TypeError is
caught.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

# Not callable values (werkzeug.wrappers.Request and flask.Request, attributes and properties).
_PROPERTIES = frozenset(
    [
        "accept_charsets",
        "accept_encodings",
        "accept_languages",
        "accept_mimetypes",
        "access_control_request_headers",
        "access_control_request_method",
        "access_route",
        "args",
        "authorization",
        "base_url",
        "blueprint",
        "blueprints",
        "cache_control",
        "content_encoding",
        "content_length",
        "content_md5",
        "content_type",
        "cookies",
        "data",
        "date",
        "endpoint",
        "environ",
        "files",
        "form",
        "full_path",
        "headers",
        "host",
        "host_url",
        "if_match",
        "if_modified_since",
        "if_none_match",
        "if_range",
        "if_unmodified_since",
        "input_stream",
        "is_json",
        "is_multiprocess",
        "is_multithread",
        "is_run_once",
        "is_secure",
        "json",
        "max_content_length",
        "max_form_memory_size",
        "max_form_parts",
        "max_forwards",
        "method",
        "mimetype",
        "mimetype_params",
        "origin",
        "path",
        "pragma",
        "query_string",
        "range",
        "referrer",
        "remote_addr",
        "remote_user",
        "root_path",
        "root_url",
        "routing_exception",
        "scheme",
        "script_root",
        "server",
        "stream",
        "url",
        "url_root",
        "url_rule",
        "user_agent",
        "values",
        "view_args",
        "want_form_data_parsed",
    ]
)
_METHODS = frozenset({"get_json", "get_data"})
_MAPPINGS = frozenset({"args", "form", "values", "files", "cookies", "headers"})
_MAPPING_METHODS = frozenset({"get", "getlist", "to_dict", "keys", "items"})
# Attributes of other frameworks' requests -> what Flask has instead, if one expression does.
_FOREIGN = {
    "GET": "args",
    "POST": "form",
    "FILES": "files",
    "COOKIES": "cookies",
    "META": "environ",
    "body": "data",
    "content": "data",
    "query_params": "args",
    "path_params": "view_args",
    "query": "args",
    "params": "values",
    "payload": "json",
    "json_body": "json",
    "matchdict": "view_args",
    "match_info": "view_args",
    "ip": "remote_addr",
    "auth": "authorization",
    "get_host": None,
    "is_ajax": None,
    "is_xhr": None,
    "user": None,
    "session": None,
    "client": None,
    "text": None,
    # Misspelt.
    "arg": "args",
    "forms": "form",
    "file": "files",
    "header": "headers",
    "cookie": "cookies",
    "value": "values",
    "methods": "method",
}

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


@rule.on(ast.Attribute)
def check(node: ast.Attribute, ctx: Context) -> Iterator[Finding]:
    """Every ``request.<attribute>``, in the light of what is done with it."""
    if not isinstance(node.ctx, ast.Load) or ctx.name(node.value) != "flask.request":
        return
    parent = ctx.parent(node)
    if _is_guarded(node, ctx):
        return
    if node.attr in _PROPERTIES and isinstance(parent, ast.Call) and parent.func is node:
        yield ctx.finding(
            parent,
            f"request.{node.attr} is a property: its value cannot be called, this raises TypeError.",
            fixes=[_without_call(node, parent, ctx)],
        )
    elif node.attr in _METHODS and _is_read(node, parent):
        yield ctx.finding(
            node,
            f"request.{node.attr} is a method: without () this reads from the method itself and raises.",
            fixes=[ctx.fix(f"Call request.{node.attr}()", ctx.edit().after(node, "()"), safe=True)],
        )
    elif node.attr == "is_xhr" and ctx.is_older("werkzeug", "1"):
        return  # It had one then.
    elif node.attr in _FOREIGN and not _has_own_requests(node.attr, ctx):
        instead = _FOREIGN[node.attr]
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
    if not isinstance(method, ast.Attribute) or method.attr not in _MAPPING_METHODS or _is_guarded(method, ctx):
        return
    owner = ctx.name(method.value) or ""
    if owner.rpartition(".")[0] != "flask.request" or owner.rpartition(".")[2] not in _MAPPINGS:
        return
    called = f"{ctx.text(method)}({ctx.text(node.slice)})"
    yield ctx.finding(
        node,
        f"request.{owner.rpartition('.')[2]}.{method.attr} is a method: [] instead of () raises TypeError.",
        fixes=[ctx.fix(f"Call {called}", ctx.edit().replace(node, called), safe=True)],
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
    child: ast.AST = node
    for ancestor in ctx.index.ancestors(node):
        if isinstance(ancestor, ast.Try) and any(child is s for s in ancestor.body):
            return True
        if isinstance(ancestor, (ast.If, ast.IfExp)) and _asks_for(node.attr, ancestor.test, ctx):
            return True
        child = ancestor
    return False


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
