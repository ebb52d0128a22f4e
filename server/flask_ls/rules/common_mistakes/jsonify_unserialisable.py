"""A value that JSON has no form for is given to ``jsonify`` or returned inside a dict or list.

Why: Flask's JSON provider knows text, numbers, dict, list, tuple, None, date and datetime, Decimal, UUID, dataclasses
and objects with ``__html__``. A model, a row, a set, bytes or any other object raises TypeError, and the page answers
500.

Instead: build plain data first: ``{"id": user.id, "name": user.name}``, ``list(ids)``.

Fix: Makes it a list, or calls the ``to_dict()`` of the class; unsafe, as a set has no order and the method
decides what is shown.

Quiet: When the project has a JSON provider or encoder of its own, and for values whose class is not known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.decorators import returns_as_is
from flask_ls.rules.ask.queries import is_of_rows, model_of_rows
from flask_ls.rules.ask.serialising import Refused, unserialisable, with_member
from flask_ls.rules.ask.values import definition
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
                #              ^^^^^^^^^^ A User is not JSON serialisable
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
                #              ^^^ A set is not JSON serialisable
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
                return jsonify(users=db.session.scalars(db.select(User)).all())
                #                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ A list of User is not JSON serialisable
            """,
            drive="""
with app.app_context():
    app_module.db.create_all()
    app_module.db.session.add(app_module.User(id=1))
    app_module.db.session.commit()
    client.get("/")
""",
            fails="TypeError: Object of type User is not JSON serializable",
        ),
        Bad(
            """
            from flask import Flask, jsonify
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)

                def to_dict(self):
                    return {"id": self.id}


            @app.get("/")
            def index():
                return jsonify(user=User(id=1))
                #                   ^^^^^^^^^^ A User is not JSON serialisable
            """,
            fixed="""
            from flask import Flask, jsonify
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)

                def to_dict(self):
                    return {"id": self.id}


            @app.get("/")
            def index():
                return jsonify(user=User(id=1).to_dict())
            """,
            drive="client.get('/')",
            fails="TypeError: Object of type User is not JSON serializable",
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

_PROVIDERS = ("flask.json.provider.", "flask.json.JSONEncoder", "json.JSONEncoder", "json.encoder.JSONEncoder")
# What projects call the method that gives the plain data of an object.
_TO_DICT = ("to_dict", "as_dict", "serialize")
_SETTINGS = (".json", ".json_encoder", ".json_provider_class")


@rule.on(ast.Call)
def on_jsonify(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """The arguments of ``jsonify``."""
    if ctx.called(node) == "flask.jsonify":
        for value in [*node.args, *(k.value for k in node.keywords)]:
            yield from _report(value, ctx)


@rule.on(ast.Return)
def on_return(node: ast.Return, ctx: Context) -> Iterator[Finding]:
    """A dict or list that a view returns, also the rows of a query and the body of a tuple."""
    value = node.value
    if isinstance(value, ast.Tuple) and value.elts:
        value = value.elts[0]
    function = ctx.index.function_of(node)
    if value is None or not isinstance(function, FUNCTIONS):
        return
    is_list = (
        isinstance(definition(ctx, value), (ast.Dict, ast.List)) or model_of_rows(ctx, value) or is_of_rows(ctx, value)
    )
    if not is_list:
        return
    if handlers(ctx).answers(function) and returns_as_is(ctx, function):
        yield from _report(value, ctx)


def _report(value: ast.expr, ctx: Context) -> Iterator[Finding]:
    for refused in [*unserialisable(ctx, value), *_bytes(value, ctx)]:
        if not _has_own_provider(ctx):
            yield ctx.finding(
                refused.given,
                f"{refused.what} is not JSON serialisable: this raises TypeError.",
                fixes=[_as_list(refused, ctx), _as_dict(refused, ctx)],
                severity=Severity.WARNING if refused.may_be_empty else None,
                related=[ctx.related(refused.node, "this is in it")] if refused.inside is not None else [],
            )


def _bytes(value: ast.expr, ctx: Context) -> Iterator[Refused]:
    """Bytes, which the session cookie can hold and JSON cannot."""
    if isinstance(value, (ast.List, ast.Tuple)):
        for element in value.elts:
            yield from _bytes(element, ctx)
    elif isinstance(value, ast.Dict):
        for element in value.values:
            yield from _bytes(element, ctx)
    elif ctx.infer.class_of(value) == "builtins.bytes":
        yield Refused(value, "A bytes value")


def _has_own_provider(ctx: Context) -> bool:
    for facts in ctx.model.files.values():
        if any(s.endswith(_SETTINGS) for s in facts.stores):
            return True
        for qualname in facts.classes:
            if any(b.startswith(_PROVIDERS) for b in ctx.model.mro(f"{facts.module}.{qualname}")):
                return True
    return False


def _as_list(refused: Refused, ctx: Context) -> Fix | None:
    if not refused.is_iterable:
        return None
    node = refused.node
    text = ctx.text(node)
    argument = text[1:-1] if isinstance(node, ast.GeneratorExp) and text.startswith("(") else text
    return ctx.fix("Make it a list", ctx.edit().replace(node, f"list({argument})"), safe=False)


def _as_dict(refused: Refused, ctx: Context) -> Fix | None:
    """The method of the class that is made for this."""
    for method in _TO_DICT if refused.cls is not None else ():
        known = ctx.model.names.function(f"{refused.cls}.{method}")
        if known is None or known[1].decorators or any(not p.has_default for p in known[1].parameters[1:]):
            continue
        return ctx.fix(f"Call {method}()", with_member(ctx, refused, f"{method}()"), safe=False)
    return None
