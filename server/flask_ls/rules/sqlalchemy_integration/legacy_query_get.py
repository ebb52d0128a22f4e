"""``Model.query.get()`` is SQLAlchemy 1 style.

Why: ``Query.get`` is legacy since SQLAlchemy 2.0 and emits LegacyAPIWarning; ``get_or_404`` of the query calls it.

Instead: ``db.session.get(Model, key)`` and ``db.get_or_404(Model, key)``.

Fix: Uses ``db.session.get()`` or ``db.get_or_404()``; safe: they do the same.

Quiet: When the project uses SQLAlchemy 1.3 or older, which has no ``session.get``; ``get_or_404`` with Flask-SQLAlchemy
2, which has no ``db.get_or_404``; and for models with a query class of their own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.queries import model_of_iterated
from flask_ls.rules.ask.session import extension_in_scope
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK709",
    severity=Severity.HINT,
    guide=(),
    triggers=frozenset({"query"}),
    error_text="LegacyAPIWarning: The Query.get() method is considered legacy as of the 1.x series of SQLAlchemy",
    examples=(
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            @app.get("/<int:key>")
            def show(key):
                return str(User.query.get(key))
                #          ^^^^^^^^^^^^^^ Query.get() is legacy
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            @app.get("/<int:key>")
            def show(key):
                return str(db.session.get(User, key))
            """,
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            @app.get("/<int:key>")
            def show(key):
                return str(User.query.get_or_404(key, description="no such user"))
                #          ^^^^^^^^^^^^^^^^^^^^^ Query.get_or_404() is legacy
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            @app.get("/<int:key>")
            def show(key):
                return str(db.get_or_404(User, key, description="no such user"))
            """,
        ),
        Good(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            with app.app_context():
                db.create_all()


            @app.get("/<int:key>")
            def show(key):
                return str(db.session.get(User, key)) + str(User.query.filter_by(id=key).first())
            """,
            drive="client.get('/1')",
        ),
        Good(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy
            from flask_sqlalchemy.query import Query

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class ByProject(Query):
                def get(self, project, key):
                    return self.filter_by(project=project, id=key).first()


            class Bill(db.Model):
                query_class = ByProject
                id = db.Column(db.Integer, primary_key=True)
                project = db.Column(db.String)


            with app.app_context():
                db.create_all()


            @app.get("/<int:key>")
            def show(key):
                return str(Bill.query.get("x", key))
            """,
            drive="client.get('/1')",
        ),
    ),
)


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``Model.query.get(...)`` and ``Model.query.get_or_404(...)``."""
    get = node.func
    if not isinstance(get, ast.Attribute) or get.attr not in ("get", "get_or_404"):
        return
    ident = [*node.args, *(k for k in node.keywords if get.attr == "get" or k.arg != "description")]
    if ctx.is_older("sqlalchemy", "1.4") or len(ident) != 1:
        return
    if get.attr == "get_or_404" and ctx.is_older("flask-sqlalchemy", "3"):
        return
    model = model_of_iterated(ctx, get.value)
    if model is None or _has_own_query(model, ctx):
        return
    named = _model_named(get.value)
    better = "db.session.get()" if get.attr == "get" else "db.get_or_404()"
    yield ctx.finding(
        get,
        f"Query.{get.attr}() is legacy in SQLAlchemy 2; {better} replaces it.",
        fixes=[_modern(node, named, get.attr, ctx)] if named is not None else [],
    )


def _has_own_query(model: str, ctx: Context) -> bool:
    """Whether the model's ``query`` may have a ``get`` of its own."""
    for cls in ctx.model.mro(model):
        definition = ctx.model.names.class_(cls)
        if definition is not None and not {"query", "query_class"}.isdisjoint(
            {*definition[1].attributes, *definition[1].methods}
        ):
            return True
    return False


def _model_named(query: ast.expr) -> ast.expr | None:
    """The model of ``User.query`` and ``db.session.query(User)``; None for queries that say more."""
    if isinstance(query, ast.Attribute):
        return query.value
    is_query = isinstance(query, ast.Call) and isinstance(query.func, ast.Attribute) and query.func.attr == "query"
    return query.args[0] if isinstance(query, ast.Call) and is_query else None


def _modern(node: ast.Call, model: ast.expr, method: str, ctx: Context) -> Fix | None:
    db = extension_in_scope(ctx, node)
    if db is None or len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
        return None
    function = f"{db}.session.get" if method == "get" else f"{db}.get_or_404"
    edit = ctx.edit().replace(node.func, function).before(node.args[0], f"{ctx.text(model)}, ")
    return ctx.fix(f"Use {function}()", edit, safe=True)
