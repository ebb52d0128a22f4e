"""An extension that the apps made by the factory do not get, or that models cannot import.

Why: An extension bound to one app object is unknown to the app that ``create_app()`` makes. A SQLAlchemy object made
inside the factory is a new one on each call, and no model can import it.

Instead: make extensions at module level without an app, and bind them in the factory with ``init_app(app)``.

Fix: Makes the object at module level without an app and binds it where it was and in the factory; unsafe, as the
factory must have configured its app before.

Quiet: Without a factory in the same project, for an app that the factory itself made (``app = create_app()``), for an
app in another file than the factory whose extension no other module imports, when ``init_app`` is called for the object
as well, and for extensions other than SQLAlchemy inside the factory that no other module imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.config import app_text, writes_of
from flask_ls.rules.ask.flow import assigned_value, targets_of
from flask_ls.rules.ask.project import (
    Factory,
    extension_class,
    factories_near,
    factory_of,
    given_app,
    is_made_by,
)
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
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy()
            db.init_app(app)


            def create_app():
                made = Flask(__name__)

                @made.get("/")
                def index():
                    return str(db.session.execute(db.text("select 1")).scalar())

                made.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(made)
                return made
            """,
            drive="app_module.create_app().test_client().get('/')",
            fails="RuntimeError: The current Flask app is not registered with this 'SQLAlchemy' instance",
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


@rule.on(ast.Assign, ast.AnnAssign)
def check(node: ast.stmt, ctx: Context) -> Iterator[Finding]:
    """``db = SQLAlchemy(app)`` at module level or inside the factory."""
    targets, value = targets_of(node), assigned_value(node)
    if len(targets) != 1 or not isinstance(targets[0], ast.Name) or not isinstance(value, ast.Call):
        return
    cls = extension_class(ctx, value)
    given, made = given_app(ctx, value), factories_near(ctx)
    if cls is None or ctx.is_test or given is None or not made:
        return
    name = targets[0].id
    if any(n.rpartition(".")[2] == name for f in ctx.model.files.values() for n in f.bound_extensions):
        return
    if ctx.index.scope(node) is ctx.index.root:
        is_script = any(isinstance(a, ast.If) and "__name__" in ctx.text(a.test) for a in ctx.index.ancestors(node))
        if is_script or any(is_made_by(ctx, given, f) for f in made):
            return
        here = next((f for f in made if f.file.path == ctx.path), made[0])
        if here.file.path != ctx.path and (not _is_imported(name, ctx) or _is_pushed_here(given, ctx)):
            return  # an app of its own, which has what it needs
        yield ctx.finding(
            value,
            f'the apps that {here.function.qualname}() makes do not get "{name}", only this app does.',
            fixes=[_bound_in(here, node, value, name, ctx)],
        )
    elif (factory := factory_of(ctx, node)) is not None and not _escapes(name, node, ctx):
        if cls != _SQLALCHEMY and not _is_wanted(name, ctx):
            return
        who = "model" if cls == _SQLALCHEMY else "module"
        yield ctx.finding(
            value,
            f'no {who} can import "{name}": {factory.function.qualname}() makes a new one each time it is called.',
            fixes=[_at_module_level(node, value, name, ctx)],
        )


def _is_pushed_here(app: ast.expr, ctx: Context) -> bool:
    """Whether a function of this file runs in the app's context, as the tasks of a worker with an app of its own do."""
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "app_context"
        and ctx.text(call.func.value) == ctx.text(app)
        and ctx.index.function_of(call) is not None
        for call in ctx.index.nodes(ast.Call)
    )


def _is_wanted(name: str, ctx: Context) -> bool:
    """Whether another module imports the name from this one, which has it in the factory only."""
    return name not in ctx.index.root.bindings and _is_imported(name, ctx)


def _is_imported(name: str, ctx: Context) -> bool:
    """Whether another module imports the name from this one."""
    return any(
        facts.path != ctx.path and imported.module == ctx.index.module and any(n == name for n, _ in imported.names)
        for facts in ctx.model.files.values()
        for imported in facts.imports
    )


def _escapes(name: str, node: ast.stmt, ctx: Context) -> bool:
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


def _bound_in(factory: Factory, node: ast.stmt, call: ast.Call, name: str, ctx: Context) -> Fix | None:
    """``init_app`` for the app at hand and, with its database address, for the one that the factory returns."""
    function = next((f for f in ctx.index.functions() if ctx.index.dotted(f) == factory.dotted), None)
    given = given_app(ctx, call)
    if function is None or given is None or len(call.args) + len(call.keywords) != 1:
        return None
    last = function.body[-1]
    if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Name):
        return None
    made, app = last.value.id, ctx.text(given)
    lines = [f"{name}.init_app({made})"]
    config = next((c for c in ctx.model.configs if c.factory == factory.dotted or c.app == factory.dotted), None)
    if ctx.is_instance(call, _SQLALCHEMY) and (config is None or config.lacks("SQLALCHEMY_DATABASE_URI")):
        writes = [w for w in writes_of(ctx, "SQLALCHEMY_DATABASE_URI") if app_text(ctx, w) == app]
        if len(writes) != 1 or not isinstance(writes[0].value, ast.Constant) or writes[0].form != "item":
            return None
        lines.insert(0, ctx.text(writes[0].node).replace(app, made, 1))
    edit = ctx.edit().replace(call, f"{ctx.text(call.func)}()")
    edit.insert_line_after(node, f"{name}.init_app({app})").insert_line_before(last, "\n".join(lines))
    return ctx.fix(f"Bind it in {factory.function.qualname}() too", edit, safe=False)


def _at_module_level(node: ast.stmt, call: ast.Call, name: str, ctx: Context) -> Fix | None:
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
    head = next((n for n in ast.walk(call.func) if isinstance(n, ast.Name)), None)
    if head is None or ctx.index.scope(head).owner(head.id) is not ctx.index.root:
        return None  # imported in the factory itself
    made = f"{name} = {ctx.text(call.func)}()"
    edit = ctx.edit().replace(node, f"{name}.init_app({ctx.text(given)})")
    imports = [n for n in ctx.tree.body if isinstance(n, (ast.Import, ast.ImportFrom)) and n.lineno < function.lineno]
    if not imports:
        return None
    edit.insert_line_after(imports[-1], "").insert_line_after(imports[-1], made)
    return ctx.fix("Make it at module level, bind it here", edit, safe=False)
