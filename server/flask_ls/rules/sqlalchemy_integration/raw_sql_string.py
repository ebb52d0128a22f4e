"""A plain string is executed as SQL.

Why: SQLAlchemy 2 executes no strings: a session raises ArgumentError, a connection ObjectNotExecutableError.

Instead: wrap the statement in ``text("...")`` and pass values as bound parameters:
``db.session.execute(db.text("select :n"), {"n": n})``. An f-string in ``text()`` runs, and lets input rewrite the SQL.

Fix: Wraps the statement in ``text()``: safe for a literal, unsafe for everything else, as values in the text of the
statement stay open to SQL injection. With placeholders of the driver (``%s``, ``?``) and their values, a connection's
``exec_driver_sql()`` takes the place of ``execute()``, which is safe.

Quiet: For ``exec_driver_sql``, for drivers' own connections (``sqlite3``), and when the project uses SQLAlchemy 1.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.rules.ask.request_text import text_of
from flask_ls.rules.ask.values import constant, definition
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

rule = Rule(
    __name__,
    code="FLK705",
    severity=Severity.ERROR,
    guide=(),
    triggers=frozenset({"execute", "scalars", "scalar"}),
    error_text="ArgumentError: Textual SQL expression 'select 1' should be explicitly declared as text('select 1')",
    overlaps=("ruff S608", "Bandit B608"),
    examples=(
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            @app.get("/")
            def index():
                return str(db.session.execute("select 1").scalar())
                #                             ^^^^^^^^^^ SQLAlchemy 2 does not execute a plain string
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            @app.get("/")
            def index():
                return str(db.session.execute(db.text("select 1")).scalar())
            """,
            drive="client.get('/')",
            fails="ArgumentError: Textual SQL expression",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            @app.get("/<int:number>")
            def index(number):
                query = f"select {number}"
                with db.engine.connect() as connection:
                    return str(connection.execute(query).scalar())
                    #                             ^^^^^ SQLAlchemy 2 does not execute a plain string
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy
            from sqlalchemy import text

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            @app.get("/<int:number>")
            def index(number):
                query = f"select {number}"
                with db.engine.connect() as connection:
                    return str(connection.execute(text(query)).scalar())
            """,
            drive="client.get('/1')",
            fails="ObjectNotExecutableError: Not an executable object",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            @app.get("/<int:number>")
            def index(number):
                return str(db.session.execute("select %d" % number).scalar())
                #                             ^^^^^^^^^^^^^^^^^^^^ SQLAlchemy 2 does not execute a plain string
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            @app.get("/<int:number>")
            def index(number):
                return str(db.session.execute(db.text("select %d" % number)).scalar())
            """,
            drive="client.get('/1')",
            fails="ArgumentError: Textual SQL expression",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            @app.get("/<int:number>")
            def index(number):
                with db.engine.connect() as connection:
                    return str(connection.execute("select ?", (number,)).scalar())
                    #                             ^^^^^^^^^^ wrap the statement in text()
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            @app.get("/<int:number>")
            def index(number):
                with db.engine.connect() as connection:
                    return str(connection.exec_driver_sql("select ?", (number,)).scalar())
            """,
            drive="assert client.get('/7').text == '7'",
            fails="ArgumentError: List argument must consist only of dictionaries",
            title="With placeholders of the driver",
        ),
        Good(
            """
            import sqlite3

            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy
            from sqlalchemy import text

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            @app.get("/")
            def index():
                query = text("select 1")
                with db.engine.connect() as connection:
                    connection.exec_driver_sql("select 1")
                sqlite3.connect(":memory:").execute("select 1")
                return str(db.session.execute(query).scalar())
            """,
            drive="client.get('/')",
        ),
    ),
)

_EXECUTORS = frozenset(
    f"{cls}.{method}"
    for cls in (
        "sqlalchemy.orm.scoped_session",
        "sqlalchemy.orm.Session",
        "sqlalchemy.Connection",
        "flask_sqlalchemy.session.Session",
    )
    for method in ("execute", "scalars", "scalar")
)


_DRIVER_PLACEHOLDER = re.compile(r"%s|%\(|\?")
# As text() finds the names that are bound.
_BOUND_NAME = re.compile(r"(?<![:\w\\]):\w+(?!:)")
_STR_METHODS = frozenset({"format", "format_map", "join", "strip", "replace", "lower", "upper"})


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """The first argument of an executing method of a session or connection."""
    if ctx.member(node.func) not in _EXECUTORS or ctx.is_older("sqlalchemy", "2"):
        return
    if ctx.is_older("flask-sqlalchemy", "3"):  # which does not work with SQLAlchemy 2
        return
    statement = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "statement"), None)
    if statement is None or not _is_text(definition(ctx, statement), ctx):
        return
    yield ctx.finding(
        statement,
        "SQLAlchemy 2 does not execute a plain string: wrap the statement in text().",
        fixes=[_wrapped(node, statement, ctx)],
    )


def _is_text(node: ast.expr, ctx: Context) -> bool:
    """Whether the expression is a string for certain."""
    node = definition(ctx, node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        # A column on the right of `+` makes an SQL expression; `%` formats whatever is there.
        added = isinstance(node.op, ast.Mod) or _is_text(node.right, ctx) or text_of(ctx, node.right) is not None
        return added and _is_text(node.left, ctx)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _STR_METHODS:
        return _is_text(node.func.value, ctx)
    return isinstance(node, ast.JoinedStr) or ctx.is_instance(node, "builtins.str")


def _wrapped(node: ast.Call, statement: ast.expr, ctx: Context) -> Fix | None:
    session = node.func.value if isinstance(node.func, ast.Attribute) else None
    edit = ctx.edit()
    literal = constant(ctx, statement)
    has_values = len(node.args) + len(node.keywords) > 1
    if isinstance(literal, str) and has_values and _DRIVER_PLACEHOLDER.search(literal):
        return _given_to_driver(node, ctx)
    if isinstance(literal, str) and not has_values and _BOUND_NAME.search(literal):
        return None  # text() would ask for a value
    if isinstance(session, ast.Attribute) and ctx.is_instance(session.value, "flask_sqlalchemy.SQLAlchemy"):
        function = f"{ctx.text(session.value)}.text"
    else:
        function = edit.import_name("sqlalchemy", "text", at=node)
    edit.before(statement, f"{function}(").after(statement, ")")
    return ctx.fix("Wrap the statement in text()", edit, safe=isinstance(statement, ast.Constant))


def _given_to_driver(node: ast.Call, ctx: Context) -> Fix | None:
    """With the driver's own placeholders, which ``text()`` does not know: a connection can pass them on."""
    if ctx.member(node.func) != "sqlalchemy.Connection.execute" or len(node.args) != 2 or node.keywords:
        return None
    values = node.args[1]
    if not isinstance(values, (ast.Tuple, ast.Dict)) or not isinstance(node.func, ast.Attribute):
        return None
    end = ctx.span(node.func).end
    edit = ctx.edit().replace(Span(end - len(node.func.attr), end), "exec_driver_sql")
    return ctx.fix("Give it to the driver with exec_driver_sql()", edit, safe=True)
