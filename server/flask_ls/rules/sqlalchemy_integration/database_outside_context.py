"""Flask-SQLAlchemy is used where no application context is active.

Why: Flask-SQLAlchemy finds its engine and its session through the application context, so ``db.session``,
``db.create_all()``, ``db.engine`` and ``Model.query`` raise RuntimeError outside of one. Defining models and building
``select()`` statements needs none. ``db.create_all(app=app)`` of Flask-SQLAlchemy 2 raises TypeError since 3.0.

Instead: Wrap the code in ``with app.app_context():``, or make it a command of ``app.cli``.

Fix: Wraps the statements in ``with app.app_context():``, puts ``@with_appcontext`` on a click command; safe. A class
attribute becomes a property, a constant a function; unsafe, as uses in other places change.

Quiet: For a ``scoped_session`` of plain SQLAlchemy, which needs no context, and for functions of which no call without
a context is known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.contexts import Lacking, lacking, problems_of, report
from flask_ls.rules.ask.late_fixes import late_default, late_value
from flask_ls.rules.ask.push_fixes import push_around, with_appcontext
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK702",
    severity=Severity.ERROR,
    guide=("SQLAlchemy integration / the session is scoped to the request",),
    triggers=frozenset(),
    when=problems_of("FLK702"),
    error_text="RuntimeError: Working outside of application context.",
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


            db.create_all()
            #^^^^^^^^^^^^ create_all() needs an application context, but this code runs while the module is imported
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            with app.app_context():
                db.create_all()
            """,
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(app)
                db.create_all()
            #   ^^^^^^^^^^^^^ create_all() needs an application context
                return app
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(app)
                with app.app_context():
                    db.create_all()
                return app
            """,
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class Role(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            class RoleForm:
                choices = [role.id for role in Role.query.all()]
                #                              ^^^^^^^^^^ Model.query needs an application context
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class Role(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            class RoleForm:
                @property
                def choices(self):
                    return [role.id for role in Role.query.all()]
            """,
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            def create_tables(app):
                db.create_all(app=app)
            #   ^^^^^^^^^^^^^ create_all() takes no app since Flask-SQLAlchemy 3


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(app)
                create_tables(app)
                return app
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            def create_tables(app):
                with app.app_context():
                    db.create_all()


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(app)
                create_tables(app)
                return app
            """,
            fails="TypeError: SQLAlchemy.create_all",
        ),
        Good(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)
            with app.app_context():
                db.create_all()


            @app.cli.command("init")
            def init():
                db.create_all()
            """,
            drive="app.test_cli_runner().invoke(args=['init'], catch_exceptions=False)",
        ),
    ),
)


_FIXES = (with_appcontext, late_default, push_around, late_value)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Uses that are proven to lack their context."""
    for found in lacking(ctx):
        given = _given_app(found)
        if given is not None:
            fixes = [_pushed(ctx, found, given)]
        else:
            fixes = [fix(ctx, found) for fix in _FIXES]
        yield report(ctx, found, _message(found, given), fixes)


def _message(found: Lacking, given: ast.keyword | None) -> str:
    if given is not None:
        return f"{found.what} takes no app since Flask-SQLAlchemy 3, this raises TypeError: it needs a context."
    return f"{found.what} needs an application context, but this code {found.clause}."


def _given_app(found: Lacking) -> ast.keyword | None:
    """The argument of ``db.create_all(app=app)``, which Flask-SQLAlchemy 2 took in place of a context."""
    keywords = found.node.keywords if isinstance(found.node, ast.Call) else []
    return next((k for k in keywords if k.arg == "app"), None)


def _pushed(ctx: Context, found: Lacking, given: ast.keyword) -> Fix | None:
    statement = ctx.index.statement(found.node)
    if not isinstance(found.node, ast.Call) or not isinstance(statement, ast.Expr):
        return None
    header = f"with {ctx.text(given.value)}.app_context():"
    edit = ctx.edit().remove_argument(found.node, given).wrap_in_with([statement], header)
    return ctx.fix(f"Run it in `{header}`", edit, safe=True)
