"""A value that JSON has no form for is given to ``jsonify`` or returned inside a dict or list.

Why: Flask's JSON provider knows text, numbers, dict, list, tuple, None, date and datetime, Decimal, UUID, dataclasses
and objects with ``__html__``. A model, a row, a set, bytes or any other object raises TypeError, and the page answers
500.

Instead: build plain data first: ``{"id": user.id, "name": user.name}``, ``list(ids)``.

Fix: Makes it a list; unsafe, as the order of a set is not its own.

Quiet: When the project has a JSON provider or encoder of its own, and for values whose class is not known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask import values
from flask_ls.rules.ask.decorators import returns_as_is
from flask_ls.rules.ask.views import handlers, registers_routes
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK908",
    severity=Severity.ERROR,
    guide=("Common mistakes / return jsonify(data), not json.dumps",),
    triggers=frozenset({"jsonify", "add_url_rule", "MethodView"}),
    when=registers_routes,
    error_text="TypeError: Object of type User is not JSON serializable",
    examples=(
        Bad(
            """
            from flask import Flask, jsonify
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            @app.get("/")
            def index():
                return jsonify(User(id=1))
                #              ^^^^^^^^^^ the model User is not JSON serialisable
            """,
            drive="client.get('/')",
            fails="TypeError: Object of type User is not JSON serializable",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                ids = {1, 2}
                return {"ids": ids}
                #              ^^^ a set is not JSON serialisable
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                ids = {1, 2}
                return {"ids": list(ids)}
            """,
            drive="client.get('/')",
            fails="TypeError: Object of type set is not JSON serializable",
        ),
        Good(
            """
            import dataclasses
            import datetime
            import decimal
            import uuid

            from flask import Flask, jsonify

            app = Flask(__name__)


            @dataclasses.dataclass
            class Point:
                x: int


            @app.get("/")
            def index():
                return jsonify(p=Point(1), d=datetime.datetime.now(), n=decimal.Decimal("1.2"), u=uuid.uuid4())
            """,
            drive="client.get('/')",
        ),
        Good(
            """
            import functools

            from flask import Flask

            app = Flask(__name__)


            def dumped(view):
                @functools.wraps(view)
                def wrapper():
                    return {key: sorted(value) for key, value in view().items()}

                return wrapper


            @app.get("/")
            @dumped
            def index():
                return {"tags": {"b", "a"}}
            """,
            drive="assert client.get('/').json == {'tags': ['a', 'b']}",
        ),
        Good(
            """
            import functools

            from flask import Flask
            from flask.views import MethodView

            app = Flask(__name__)


            def dumped(view):
                @functools.wraps(view)
                def wrapper(**arguments):
                    return {key: sorted(value) for key, value in view(**arguments).items()}

                return wrapper


            class Tags(MethodView):
                decorators = [dumped]

                def get(self):
                    return {"tags": {"b", "a"}}


            app.add_url_rule("/", view_func=Tags.as_view("tags"))
            """,
            drive="assert client.get('/').json == {'tags': ['a', 'b']}",
        ),
    ),
)

_MODEL = "flask_sqlalchemy.SQLAlchemy.Model"
_PLAIN = {
    "builtins.set": "a set",
    "builtins.frozenset": "a frozenset",
    "builtins.bytes": "a bytes value",
    "builtins.complex": "a complex number",
    "types.GeneratorType": "a generator",
    "types.FunctionType": "a function",
}
_PROVIDERS = ("flask.json.provider.", "flask.json.JSONEncoder", "json.JSONEncoder", "json.encoder.JSONEncoder")
_SETTINGS = (".json", ".json_encoder", ".json_provider_class")


@rule.on(ast.Call)
def on_jsonify(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """The arguments of ``jsonify``."""
    if ctx.called(node) == "flask.jsonify":
        for value in [*node.args, *(k.value for k in node.keywords)]:
            yield from _report(value, ctx)


@rule.on(ast.Return)
def on_return(node: ast.Return, ctx: Context) -> Iterator[Finding]:
    """A dict or list that a view returns, also as the body of a tuple."""
    value = node.value
    if isinstance(value, ast.Tuple) and value.elts:
        value = value.elts[0]
    function = ctx.index.function_of(node)
    if not isinstance(value, (ast.Dict, ast.List)) or not isinstance(function, FUNCTIONS):
        return
    if handlers(ctx).answers(function) and returns_as_is(ctx, function):
        yield from _report(value, ctx)


def _report(value: ast.expr, ctx: Context) -> Iterator[Finding]:
    for part in _parts(value):
        what = _unserialisable(part, ctx)
        if what is not None and not _has_own_provider(ctx):
            yield ctx.finding(
                part, f"{what} is not JSON serialisable: this raises TypeError.", fixes=[_as_list(part, what, ctx)]
            )


def _parts(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.Dict):
        for item in value.values:
            yield from _parts(item)
    elif isinstance(value, (ast.List, ast.Tuple)):
        for item in value.elts:
            yield from _parts(item)
    elif isinstance(value, ast.ListComp):
        yield from _parts(value.elt)
    elif isinstance(value, ast.DictComp):
        yield from _parts(value.value)
    else:
        yield value


def _unserialisable(node: ast.expr, ctx: Context) -> str | None:
    node_class = ctx.infer.class_of(node)
    if node_class in _PLAIN:
        return _PLAIN[node_class]
    model = _model_of_query(values.definition(ctx, node), ctx)
    if model is not None:
        return f"the model {model}"
    if node_class is None:
        return None
    known = ctx.model.names.class_(node_class)
    bases = ctx.model.mro(node_class)
    if known is None or _MODEL not in bases:
        return None
    # A dataclass is serialised by its fields, an object with __html__ by that.
    for base in bases:
        definition = ctx.model.names.class_(base)
        if definition is not None and ("__html__" in definition[1].methods or definition[1].decorators):
            return None
        if definition is None and base != _MODEL:
            return None
    return f"the model {node_class.rpartition('.')[2]}"


def _model_of_query(node: ast.expr, ctx: Context) -> str | None:
    """``User`` for ``User.query.get_or_404(1)``, which gives a ``User`` for certain."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    if node.func.attr not in ("get_or_404", "first_or_404", "one_or_404", "one"):
        return None
    query = node.func.value
    while isinstance(query, ast.Call) and isinstance(query.func, ast.Attribute):
        if query.func.attr not in ("filter", "filter_by", "order_by", "limit", "offset", "options"):
            return None
        query = query.func.value
    if not isinstance(query, ast.Attribute) or query.attr != "query":
        return None
    model = ctx.name(query.value)
    known = ctx.model.names.class_(model) if model is not None else None
    if model is None or known is None or known[1].decorators or _MODEL not in ctx.model.mro(model):
        return None
    return known[1].qualname


def _has_own_provider(ctx: Context) -> bool:
    for facts in ctx.model.files.values():
        if any(s.endswith(_SETTINGS) for s in facts.stores):
            return True
        for qualname in facts.classes:
            if any(b.startswith(_PROVIDERS) for b in ctx.model.mro(f"{facts.module}.{qualname}")):
                return True
    return False


def _as_list(node: ast.expr, what: str, ctx: Context) -> Fix | None:
    if what not in ("a set", "a frozenset", "a generator"):
        return None
    text = ctx.text(node)
    argument = text[1:-1] if isinstance(node, ast.GeneratorExp) else text
    return ctx.fix("Make it a list", ctx.edit().replace(node, f"list({argument})"), safe=False)
