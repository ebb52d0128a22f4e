"""An extension object that no app is ever given.

Why: An extension made without an app does nothing until ``ext.init_app(app)`` runs for the app in use. The first query
or access fails: "The current Flask app is not registered with this 'SQLAlchemy' instance".

Instead: ``db.init_app(app)`` in the factory, after the configuration; or ``SQLAlchemy(app)``.

Fix: Adds ``init_app`` below the configuration, in the factory where there is one; safe, as without it the extension
does nothing.

Quiet: In projects that make no app (libraries), for an object that nothing uses while another one of its class exists
or that works through its own methods alone (``Mail``, ``Cache``), when any ``init_app`` call could mean this object,
and when the object is handed to a function or put into a list.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.flow import assigned_value, targets_of
from flask_ls.rules.ask.project import APP, EXTENSIONS, extension_class, factories, given_app, has_app
from flask_ls.rules.ask.session import extension_in_scope
from flask_ls.rules.ask.values import has_unpacking
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK303",
    severity=Severity.ERROR,
    guide=("Circular imports / extensions use init_app(app)",),
    triggers=frozenset(c.rpartition(".")[2] for c in EXTENSIONS),
    error_text="RuntimeError: The current Flask app is not registered with this 'SQLAlchemy' instance. Did you forget "
    "to call 'init_app', or did you create multiple 'SQLAlchemy' instances?",
    examples=(
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()
            #    ^^^^^^^^^^^^ no app is ever given to "db"


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"

                @app.get("/")
                def index():
                    return str(db.session.execute(db.text("select 1")).scalar())

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

                @app.get("/")
                def index():
                    return str(db.session.execute(db.text("select 1")).scalar())

                return app
            """,
            drive="app_module.create_app().test_client().get('/')",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy()
            #    ^^^^^^^^^^^^ no app is ever given to "db"


            @app.get("/")
            def index():
                return str(db.session.execute(db.text("select 1")).scalar())
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy()
            db.init_app(app)


            @app.get("/")
            def index():
                return str(db.session.execute(db.text("select 1")).scalar())
            """,
            drive="client.get('/')",
            fails="RuntimeError: The current Flask app is not registered with this 'SQLAlchemy' instance",
        ),
        Good(
            """
            from flask import Flask
            from extensions import register

            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                register(app)
                return app
            === extensions.py
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            def register(app):
                db.init_app(app)
            """,
            drive="app_module.create_app()",
        ),
        Good(
            """
            from flask import Flask
            from flask_migrate import Migrate
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            migrator = Migrate(app, SQLAlchemy(app))
            === extensions.py
            from flask_bcrypt import Bcrypt
            from flask_migrate import Migrate

            bcrypt = Bcrypt()
            migrate = Migrate()
            """,
        ),
        Good(
            """
            from flask import Flask
            from flask_login import LoginManager

            manager = LoginManager()


            def create_app():
                app = Flask(__name__)
                manager.setup_app(app)
                return app
            """,
        ),
    ),
)

# What works through its own methods alone: one that nothing uses lacks nothing.
_ONLY_ITSELF = frozenset({"flask_mail.Mail", "flask_caching.Cache"})


@rule.on(ast.Assign, ast.AnnAssign)
def check(node: ast.stmt, ctx: Context) -> Iterator[Finding]:
    """``ext = Ext()`` at module level."""
    targets, value = targets_of(node), assigned_value(node)
    if (
        not isinstance(value, ast.Call)
        or len(targets) != 1
        or not isinstance(targets[0], ast.Name)
        or ctx.index.scope(node) is not ctx.index.root
        or ctx.is_test
    ):
        return
    cls = extension_class(ctx, value)
    if cls is None or has_unpacking(value):
        return
    if given_app(ctx, value) is not None or value.args or not has_app(ctx.model):
        return
    if any(k.arg == "message_queue" for k in value.keywords):
        return  # A SocketIO that only sends, from a process without the app.
    name = targets[0].id
    if _may_be_bound(name, ctx) or ((cls in _ONLY_ITSELF or _has_another(cls, ctx)) and not _is_used(name, ctx)):
        return
    error = EXTENSIONS[cls]
    consequence = "its first use fails" if error else "it does nothing"
    yield ctx.finding(
        value,
        f'no app is ever given to "{name}": without {name}.init_app(app) {consequence}.',
        severity=Severity.ERROR if error else Severity.WARNING,
        fixes=[_bound_in_factory(name, cls, ctx) if factories(ctx.model) else _bound_here(node, name, cls, ctx)],
    )


def _may_be_bound(name: str, ctx: Context) -> bool:
    """Whether anything in the project could give the object an app, judged by the last part of names alone."""
    for facts in ctx.model.files.values():
        if "?" in facts.bound_extensions:
            return True
        if any(n.rpartition(".")[2] == name for n in (*facts.bound_extensions, *facts.passed)):
            return True
        # Imported under another name it is lost sight of.
        for imported in facts.imports:
            if any(n == name and local != name for n, local in imported.names):
                return True
    return False


def _has_another(cls: str, ctx: Context) -> bool:
    """Whether another module of the project makes an object of the class, which may be the one in use."""
    name = cls.rpartition(".")[2]
    return any(
        ctx.model.names.in_module(facts.module, export.target) == cls
        for facts in ctx.model.files.values()
        if facts.path != ctx.path and name in facts.words
        for exports in facts.exports.values()
        for export in exports
        if export.kind == "value"
    )


def _is_used(name: str, ctx: Context) -> bool:
    """Whether the object is read in its file, or imported from it."""
    if any(use.id == name and isinstance(use.ctx, ast.Load) for use in ctx.index.nodes(ast.Name)):
        return True
    return any(
        imported in (name, "*") and ctx.model.names.imported(facts.module, fact.module) == ctx.index.module
        for facts in ctx.model.files.values()
        for fact in facts.imports
        for imported, _ in fact.names
    )


def _bound_here(node: ast.stmt, name: str, cls: str, ctx: Context) -> Fix | None:
    """``name.init_app(app)`` at module level, below the app, its configuration and the object."""
    app, statement = _configured(ctx.tree.body) if node in ctx.tree.body else (None, None)
    if app is None or statement is None:
        return None
    last = max(statement, node, key=lambda s: s.lineno)
    text = f"{name}.init_app({app}{_second_argument(cls, last, ctx)})"
    return ctx.fix(f"Add {text}", ctx.edit().insert_line_after(last, text), safe=True)


def _second_argument(cls: str, at: ast.stmt, ctx: Context) -> str:
    """``Migrate`` finds the models through the database object."""
    db = extension_in_scope(ctx, at) if cls == "flask_migrate.Migrate" else None
    return f", {db}" if db is not None else ""


def _bound_in_factory(name: str, cls: str, ctx: Context) -> Fix | None:
    """``name.init_app(app)`` after the configuration lines of the only factory."""
    made = factories(ctx.model)
    if len(made) != 1:
        return None
    factory = made[0]
    edit = ctx.edit(factory.file.path)
    function = next((f for f in edit.index.functions() if edit.index.qualname(f) == factory.function.qualname), None)
    app, statement = _configured(function.body) if function is not None else (None, None)
    if app is None or statement is None:
        return None
    if factory.file.path == ctx.path:
        local, second = name, _second_argument(cls, statement, ctx)
    else:
        local, second = edit.import_name(ctx.index.module, name, at=statement), ""
    text = f"{local}.init_app({app}{second})"
    return ctx.fix(f"Add {text} to {factory.function.qualname}()", edit.insert_line_after(statement, text), safe=True)


def _configured(body: list[ast.stmt]) -> tuple[str | None, ast.stmt | None]:
    """The local name of the app and the last statement of the block that makes or configures it.

    Where extensions are bound right below, it is the last of those: some of them build on each other.
    """
    app: str | None = None
    last: ast.stmt | None = None
    for statement in body:
        target, value = next(iter(targets_of(statement)), None), assigned_value(statement)
        if (
            isinstance(target, ast.Name)
            and isinstance(value, ast.Call)
            and app is None
            and ast.unparse(value.func).rpartition(".")[2] == APP.rpartition(".")[2]
        ):
            app, last = target.id, statement
        elif app is not None and any(_configures(n, app) for n in ast.walk(statement)):
            last = statement
        elif app is not None:
            break
    return app, last


def _configures(node: ast.AST, app: str) -> bool:
    """``app.config``, or ``extension.init_app(app)``."""
    if isinstance(node, ast.Attribute):
        return node.attr == "config" and ast.unparse(node.value) == app
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "init_app"
        and any(isinstance(a, ast.Name) and a.id == app for a in node.args)
    )
