"""A view returns JSON text that is sent as text/html.

Why: Flask sends a string as ``text/html``. ``fetch(...).json()`` copes, but clients that look at the content type do
not, and a browser renders HTML that is in the values.

Instead: Return the dict or list itself (Flask makes JSON of a dict since 1.1, of a list since 2.2), or ``jsonify()``,
which also knows datetime, Decimal, UUID and dataclasses.

Fix: ``json.dumps(x)`` becomes ``jsonify(x)``, a ``Response`` gets its ``mimetype``: safe, the body says the same.
Text made with options such as ``indent`` is put into a ``Response``: unsafe, look at it.

Quiet: Outside of views and error handlers, where a content type is given or may be (headers that cannot be read, a
decorator or an ``after_request`` function that may set it), for text that merely contains JSON, and in tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.decorators import returns_as_is
from flask_ls.rules.ask.flow import own_nodes, returns
from flask_ls.rules.ask.project import stored_attributes
from flask_ls.rules.ask.responses import Answer, answers, is_response_class
from flask_ls.rules.ask.values import definition, possible_values
from flask_ls.rules.ask.views import function_named, handlers, is_app
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Note, Rule

_WORDS = frozenset({"dumps", "jsonpickle", "JSONEncoder"})
_DUMPS = frozenset(
    {
        "json.dumps",
        "flask.json.dumps",
        "simplejson.dumps",
        "ujson.dumps",
        "orjson.dumps",
        "rapidjson.dumps",
        "bson.json_util.dumps",
        "jsonpickle.encode",
    }
)
# What jsonify() gives the same text for, white space aside.
_PLAIN_DUMPS = frozenset({"json.dumps", "flask.json.dumps", "simplejson.dumps"})


def _helpers(model: ProjectModel) -> frozenset[str]:
    """The functions of the project that return nothing but text made by a JSON library."""
    return frozenset(name for names in model.each_named(_dumping).values() for name in names)


def _dumping(facts: FileFacts, model: ProjectModel) -> tuple[str, ...]:
    if facts.words.isdisjoint(_WORDS):
        return ()
    return tuple(
        f"{facts.module}.{name}"
        for name, function in facts.functions.items()
        if function.returns
        and not (function.opaque_return or function.decorators or function.is_generator or "." in name)
        and all(r.called and model.names.in_module(facts.module, r.dotted) in _DUMPS for r in function.returns)
    )


def _callers_of_helpers(model: ProjectModel) -> frozenset[str]:
    """The files that import such a function, or its module."""
    names = {part for name in model.once(_helpers) for part in name.split(".")}
    if not names:
        return frozenset()
    return frozenset(
        path
        for path, facts in model.files.items()
        if any(n in names for i in facts.imports for n in (*(n for n, _ in i.names), *i.module.split(".")))
    )


rule = Rule(
    __name__,
    code="FLK902",
    severity=Severity.WARNING,
    guide=("Common mistakes / return jsonify(data), not json.dumps",),
    triggers=_WORDS,
    paths=_callers_of_helpers,
    notes=(Note("<2.2", "A returned list is no JSON before Flask 2.2 but an error: use ``jsonify``."),),
    overlaps=("semgrep python.flask.best-practice.use-jsonify",),
    examples=(
        Bad(
            """
            import json

            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                return json.dumps({"a": 1}), 201
                #      ^^^^^^^^^^^^^^^^^^^^ The JSON is sent as text/html
            """,
            fixed="""
            from flask import Flask, jsonify

            app = Flask(__name__)


            @app.get("/")
            def index():
                return jsonify({"a": 1}), 201
            """,
            drive="assert client.get('/').mimetype == 'application/json'",
            fails="AssertionError",
        ),
        Bad(
            """
            import json

            from flask import Flask, Response

            app = Flask(__name__)


            @app.errorhandler(404)
            def not_found(error):
                return Response(json.dumps({"error": "not found"}), status=404)
                #               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ The JSON is sent as text/html
            """,
            fixed="""
            import json

            from flask import Flask, Response

            app = Flask(__name__)


            @app.errorhandler(404)
            def not_found(error):
                return Response(json.dumps({"error": "not found"}), status=404, mimetype="application/json")
            """,
            drive="assert client.get('/').mimetype == 'application/json'",
            fails="AssertionError",
        ),
        Bad(
            """
            import json

            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                body = json.dumps({"a": 1}, indent=2)
                return body
                #      ^^^^ The JSON is sent as text/html
            """,
            fixed="""
            import json

            from flask import Flask, Response

            app = Flask(__name__)


            @app.get("/")
            def index():
                body = json.dumps({"a": 1}, indent=2)
                return Response(body, mimetype="application/json")
            """,
            drive="assert client.get('/').mimetype == 'application/json'",
            fails="AssertionError",
        ),
        Good(
            """
            import json

            from flask import Flask, jsonify, make_response

            app = Flask(__name__)


            @app.get("/")
            def index():
                return {"a": 1}


            @app.get("/list")
            def items():
                return jsonify([1, 2])


            @app.get("/typed")
            def typed():
                response = make_response(json.dumps({"a": 1}))
                response.mimetype = "application/json"
                return response
            """,
            drive="for url in ('/', '/list', '/typed'): assert client.get(url).mimetype == 'application/json'",
        ),
    ),
)

_MESSAGE = "The JSON is sent as text/html: a returned string gets no other content type."


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Everything that views and error handlers return."""
    if ctx.is_test or _types_are_set_elsewhere(ctx):
        return
    seen: set[ast.expr] = set()
    for function, _ in handlers(ctx).of_kind("view", "error_handler", "before_request"):
        if isinstance(function, FUNCTIONS) and not returns_as_is(ctx, function):
            continue
        for answer in answers(ctx, function):
            where = _json_text(ctx, answer)
            if where is not None and where not in seen and not answer.has_type:
                seen.add(where)
                yield ctx.finding(where, _MESSAGE, fixes=[_fix(ctx, answer, where)])


def _json_text(ctx: Context, answer: Answer) -> ast.expr | None:
    """The expression of the body that stands in what is returned: the call of dumps, or the name for its result."""
    if _is_dumped(ctx, answer.body):
        if answer.maker is not None:
            return answer.maker.args[0] if answer.maker.args else answer.body
        place = answer.place
        whole = place.value if isinstance(place, ast.Return) else place
        if isinstance(whole, ast.Tuple):
            whole = whole.elts[0]
        holds = isinstance(whole, ast.expr) and any(n is answer.body for n in ast.walk(whole))
        return answer.body if holds or not isinstance(whole, ast.expr) else whole
    return None


def _is_dumped(ctx: Context, node: ast.expr, left: int = 4) -> bool:
    """Whether the expression is text or bytes made by a JSON library, as a whole."""
    if left <= 0:
        return False
    if isinstance(node, ast.Name):
        return any(v is not node and _is_dumped(ctx, v, left - 1) for v in possible_values(ctx, node))
    if not isinstance(node, ast.Call):
        return False
    if ctx.called(node) in _DUMPS:
        return True
    func = node.func
    if isinstance(func, ast.Attribute):
        if func.attr in ("encode", "decode", "strip") and _is_dumped(ctx, func.value, left - 1):
            return True
        if func.attr == "dumps" and isinstance(func.value, ast.Attribute) and func.value.attr == "json":
            return is_app(ctx, func.value.value)
        made = definition(ctx, func.value)
        return func.attr == "encode" and ctx.called(made) == "json.JSONEncoder"
    helper = function_named(ctx, func)
    if isinstance(helper, FUNCTIONS) and not helper.decorator_list:
        values = [r.value for r in returns(ctx, helper)]
        return bool(values) and all(v is not None and _is_dumped(ctx, v, left - 1) for v in values)
    return helper is None and ctx.called(node) in ctx.model.once(_helpers)


def _types_are_set_elsewhere(ctx: Context) -> bool:
    """Whether the app's responses have another type than usual, or get one after the view."""
    if not stored_attributes(ctx.model).isdisjoint(("response_class", "default_mimetype")):
        return True
    for cls in ctx.index.nodes(ast.ClassDef):
        names = ctx.index.scope_made_by(cls).bindings
        if "response_class" in names or "make_response" in names:
            return True
    for function, _ in handlers(ctx).of_kind("after_request"):
        for node in own_nodes(ctx, function):
            attribute = node.attr if isinstance(node, ast.Attribute) else ""
            if attribute in ("mimetype", "content_type"):
                return True
            if attribute == "headers" and "content-type" in ctx.text(function).lower():
                return True
    return False


def _fix(ctx: Context, answer: Answer, where: ast.expr) -> Fix | None:
    edit = ctx.edit()
    if answer.maker is not None and is_response_class(ctx, answer.maker):
        edit.add_argument(answer.maker, f"mimetype={edit.quoted('application/json')}")
        return ctx.fix("Give the content type application/json", edit, safe=True)
    if (
        isinstance(where, ast.Call)
        and ctx.called(where) in _PLAIN_DUMPS
        and len(where.args) == 1
        and not where.keywords
    ):
        edit.replace(where.func, edit.import_name("flask", "jsonify", at=where))
        if isinstance(where.func, ast.Attribute) and isinstance(where.func.value, ast.Name):
            edit.remove_unused_import(where.func.value.id)
        elif isinstance(where.func, ast.Name):
            edit.remove_unused_import(where.func.id)
        return ctx.fix("Return jsonify(...)", edit, safe=True)
    response = edit.import_name("flask", "Response", at=where)
    edit.before(where, f"{response}(").after(where, f", mimetype={edit.quoted('application/json')})")
    return ctx.fix("Return a Response with the content type application/json", edit, safe=False)
