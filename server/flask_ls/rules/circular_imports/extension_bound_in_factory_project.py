"""An extension that the apps made by the factory do not get, or that models cannot import.

Why: An extension bound to one app object is unknown to the app that ``create_app()`` makes. A SQLAlchemy object made
inside the factory is a new one on each call, and no model can import it.

Instead: make extensions at module level without an app, and bind them in the factory with ``init_app(app)``.

Quiet: Without a factory in the same project, for an app that the factory itself made (``app = create_app()``), when
``init_app`` is called for the object as well, and for extensions other than SQLAlchemy inside the factory, where that
is usual.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.project import extension_class, factories_near, factory_of, given_app, is_made_by
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

_SQLALCHEMY = "flask_sqlalchemy.SQLAlchemy"

rule = Rule(
    __name__,
    code="FLK305",
    severity=Severity.INFORMATION,
    guide=("Circular imports / extensions use init_app(app)",),
    triggers=frozenset({"SQLAlchemy", "LoginManager", "Cache", "Mail", "JWTManager", "Babel", "Bcrypt"}),
    error_text="RuntimeError: The current Flask app is not registered with this 'SQLAlchemy' instance.",
    examples=(
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)
            #    ^^^^^^^^^^^^^^^ the apps that create_app() makes do not get "db"


            def create_app():
                made = Flask(__name__)

                @made.get("/")
                def index():
                    return str(db.session.execute(db.text("select 1")).scalar())

                return made
            """,
            drive="app_module.create_app().test_client().get('/')",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db = SQLAlchemy(app)
                #    ^^^^^^^^^^^^^^^ no model can import "db"
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
                return app
            """,
        ),
        Good(
            """
            from flask import Flask
            from flask_login import LoginManager
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(app)
                LoginManager(app)
                return app
            """,
            drive="app_module.create_app()",
        ),
        Good(
            """
            from flask import Flask
            from flask_mail import Mail


            def create_app():
                return Flask(__name__)


            app = create_app()
            mail = Mail(app)
            """,
        ),
    ),
)


@rule.on(ast.Assign)
def check(node: ast.Assign, ctx: Context) -> Iterator[Finding]:
    """``db = SQLAlchemy(app)`` at module level or inside the factory."""
    if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name) or not isinstance(node.value, ast.Call):
        return
    cls = extension_class(ctx, node.value)
    given, made = given_app(ctx, node.value), factories_near(ctx)
    if cls is None or ctx.is_test or given is None or not made:
        return
    name = node.targets[0].id
    if any(n.rpartition(".")[2] == name for f in ctx.model.files.values() for n in f.bound_extensions):
        return
    if node in ctx.tree.body:
        if any(is_made_by(ctx, given, f) for f in made):
            return
        here = next((f for f in made if f.file.path == ctx.path), made[0])
        yield ctx.finding(
            node.value, f'the apps that {here.function.qualname}() makes do not get "{name}", only this app does.'
        )
    elif cls == _SQLALCHEMY and (factory := factory_of(ctx, node)) is not None and not _escapes(name, node, ctx):
        yield ctx.finding(
            node.value,
            f'no model can import "{name}": {factory.function.qualname}() makes a new one each time it is called.',
            fixes=[_at_module_level(node, node.value, name, ctx)],
        )


def _escapes(name: str, node: ast.Assign, ctx: Context) -> bool:
    """Whether the local object is handed on, so that others may well use it."""
    function = ctx.index.function_of(node)
    if name in getattr(ctx.index.scope(node), "globals", ()) or function is None:
        return True
    for use in ast.walk(function):
        if isinstance(use, ast.Name) and use.id == name and isinstance(use.ctx, ast.Load):
            parent = ctx.parent(use)
            if not isinstance(parent, ast.Attribute):
                return True
    return False


def _at_module_level(node: ast.Assign, call: ast.Call, name: str, ctx: Context) -> Fix | None:
    function = ctx.index.function_of(node)
    given = given_app(ctx, call)
    if (
        not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        or function not in ctx.tree.body
        or given is None
    ):
        return None
    if len(call.args) + len(call.keywords) != 1 or name in ctx.index.root.bindings:
        return None
    made = f"{name} = {ctx.text(call.func)}()"
    edit = ctx.edit().replace(node, f"{name}.init_app({ctx.text(given)})")
    imports = [n for n in ctx.tree.body if isinstance(n, (ast.Import, ast.ImportFrom)) and n.lineno < function.lineno]
    if not imports:
        return None
    edit.insert_line_after(imports[-1], "").insert_line_after(imports[-1], made)
    return ctx.fix("Make it at module level, bind it here", edit, safe=False)
