"""A column's default is called where the column is declared, so every row gets the same value.

Why: The call runs once, when the class body runs at import. All rows written by that process get that one time or
identifier; a unique column then fails on the second row.

Instead: pass the function itself: ``default=datetime.now``; with arguments a lambda: ``default=lambda: str(uuid4())``.

Fix: Passes the function itself, or a lambda where there are arguments; safe: each row gets a value of its own.

Quiet: For calls with the same result every time, such as ``int("3")`` or ``func.now()``, which the database evaluates.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.flow import returns
from flask_ls.rules.ask.values import definition
from flask_ls.rules.ask.views import function_named
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK706",
    severity=Severity.WARNING,
    guide=(),
    triggers=frozenset({"default", "onupdate", "insert_default"}),
    examples=(
        Bad(
            """
            from datetime import datetime

            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class Post(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                at = db.Column(db.DateTime, default=datetime.now())
                #                                   ^^^^^^^^^^^^^^ runs once, when the class is defined
            """,
            fixed="""
            from datetime import datetime

            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class Post(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                at = db.Column(db.DateTime, default=datetime.now)
            """,
            drive="assert not isinstance(app_module.Post.__table__.c.at.default.arg, app_module.datetime)",
            fails="AssertionError",
        ),
        Bad(
            """
            import uuid

            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class Post(db.Model):
                key = db.mapped_column(db.String, primary_key=True, default=str(uuid.uuid4()))
                #                                                           ^^^^^^^^^^^^^^^^^ runs once
            """,
            fixed="""
            import uuid

            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class Post(db.Model):
                key = db.mapped_column(db.String, primary_key=True, default=lambda: str(uuid.uuid4()))
            """,
        ),
        Good(
            """
            import uuid
            from datetime import datetime

            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class Post(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                at = db.Column(db.DateTime, default=datetime.now)
                key = db.Column(db.String, default=lambda: str(uuid.uuid4()))
                stored = db.Column(db.DateTime, default=db.func.now())
                number = db.Column(db.Integer, default=int("3"))
            """,
            drive="pass",
        ),
    ),
)

_COLUMNS = frozenset(
    {
        "sqlalchemy.Column",
        "sqlalchemy.schema.Column",
        "sqlalchemy.orm.mapped_column",
        "flask_sqlalchemy.SQLAlchemy.Column",
        "flask_sqlalchemy.SQLAlchemy.mapped_column",
    }
)
_DEFAULTS = ("default", "onupdate", "insert_default")
# Calls whose result differs from one call to the next (standard library reference).
_CHANGING = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
        "time.monotonic",
        "time.gmtime",
        "time.localtime",
        "uuid.uuid1",
        "uuid.uuid4",
        "uuid.uuid7",
        "os.urandom",
        "secrets.token_hex",
        "secrets.token_urlsafe",
        "secrets.token_bytes",
        "secrets.randbelow",
        "secrets.choice",
        "random.random",
        "random.randint",
        "random.choice",
        "random.getrandbits",
        "random.choices",
        "random.uniform",
        "random.sample",
    }
)


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """The default arguments of a column declared in a class body."""
    if not any(k.arg in _DEFAULTS for k in node.keywords):
        return
    statement = ctx.index.statement(node)
    is_in_class = statement is not None and isinstance(ctx.parent(statement), ast.ClassDef)
    if not is_in_class and ctx.index.function_of(node) is not None:
        return  # a function that makes columns
    if ctx.name(node.func) not in _COLUMNS and ctx.member(node.func) not in _COLUMNS:
        return
    for keyword in node.keywords:
        value = keyword.value
        if keyword.arg in _DEFAULTS and not isinstance(value, ast.Lambda) and (call := _changing(value, ctx)):
            yield ctx.finding(
                value,
                f"{ctx.text(call.func)}() runs once, when the class is defined: every row gets the same value.",
                fixes=[_deferred(value, call, ctx)],
            )


def _changing(value: ast.expr, ctx: Context) -> ast.Call | None:
    for node in ast.walk(value):
        if isinstance(node, ast.Lambda):
            return None
        if isinstance(node, ast.Call) and (ctx.name(node.func) in _CHANGING or _returns_changing(node, ctx)):
            return node
    return None


def _returns_changing(call: ast.Call, ctx: Context) -> bool:
    """``default=now()`` where ``now`` is a function of this file that returns another value each time."""
    function = function_named(ctx, call.func)
    return isinstance(function, FUNCTIONS) and any(
        isinstance(node, ast.Call) and ctx.name(node.func) in _CHANGING
        for statement in returns(ctx, function)
        if statement.value is not None
        for node in ast.walk(definition(ctx, statement.value))
    )


def _deferred(value: ast.expr, call: ast.Call, ctx: Context) -> Fix | None:
    # `now().date` would be the method of the one moment at which the class is defined.
    if call is value and not call.args and not call.keywords:
        return ctx.fix("Pass the function itself", ctx.edit().replace(value, ctx.text(call.func)), safe=True)
    return ctx.fix("Call it for each row", ctx.edit().before(value, "lambda: "), safe=True)
