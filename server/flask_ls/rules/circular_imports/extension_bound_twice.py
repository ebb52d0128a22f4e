"""``db.init_app(app)`` for an app that ``SQLAlchemy(app)`` was given, or a second SQLAlchemy object for one app.

Why: ``SQLAlchemy(app)`` calls ``init_app(app)`` itself. The second call raises RuntimeError: "A 'SQLAlchemy' instance
has already been registered on this Flask app."

Instead: one of the two: ``db = SQLAlchemy()`` and ``db.init_app(app)``, or ``db = SQLAlchemy(app)`` alone.

Fix: Deletes the second call, which cannot have succeeded; a second object that is used becomes another name of the
first one, which is unsafe: models of both then share one metadata.

Quiet: For different apps, for extensions that allow it, and for Flask-SQLAlchemy 2.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.site import Site
from flask_ls.rules.ask import values
from flask_ls.rules.ask.apps import imports_package
from flask_ls.rules.ask.flow import is_caught, targets_of
from flask_ls.rules.ask.project import given_app, other_file
from flask_ls.rules.ask.routing import call_at
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
from flask_ls.rules.rule import Rule

_SQLALCHEMY = "flask_sqlalchemy.SQLAlchemy"
_MESSAGE = "this app has already been registered with a SQLAlchemy object: a second time raises RuntimeError."

rule = Rule(
    __name__,
    code="FLK304",
    severity=Severity.ERROR,
    guide=("Circular imports / extensions use init_app(app)",),
    triggers=frozenset({"init_app", "SQLAlchemy"}),
    error_text="RuntimeError: A 'SQLAlchemy' instance has already been registered on this Flask app. Import and use "
    "that instance instead.",
    examples=(
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)
            db.init_app(app)
            #^^^^^^^^^^^^^^^ already been registered
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)
            """,
            fails="RuntimeError: A 'SQLAlchemy' instance has already been registered",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)
            other = SQLAlchemy(app)
            #       ^^^^^^^^^^^^^^^ already been registered
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)
            """,
            fails="RuntimeError: A 'SQLAlchemy' instance has already been registered",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)
            other = SQLAlchemy(app)
            #       ^^^^^^^^^^^^^^^ already been registered


            class User(other.Model):
                id = other.Column(other.Integer, primary_key=True)
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)
            other = db


            class User(other.Model):
                id = other.Column(other.Integer, primary_key=True)
            """,
            fails="RuntimeError: A 'SQLAlchemy' instance has already been registered",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()
            reports = SQLAlchemy()


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(app)
                reports.init_app(app)
            #   ^^^^^^^^^^^^^^^^^^^^^ this app has already been registered
                return app
            """,
            drive="app_module.create_app()",
            fails="RuntimeError: A 'SQLAlchemy' instance has already been registered",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            def register_extensions(app):
                db.init_app(app)
            #   ^^^^^^^^^^^^^^^^ this app has already been registered


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(app)
                register_extensions(app)
                return app
            """,
            drive="app_module.create_app()",
            fails="RuntimeError: A 'SQLAlchemy' instance has already been registered",
        ),
        Good(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy()
            db.init_app(app)
            """,
            drive="pass",
        ),
        Good(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            def register_extensions(app):
                if "sqlalchemy" not in app.extensions:
                    db.init_app(app)


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(app)
                register_extensions(app)
                return app
            """,
            drive="app_module.create_app()",
        ),
    ),
)


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``db.init_app(app)`` and ``SQLAlchemy(app)``."""
    if ctx.is_older("flask-sqlalchemy", "3"):
        return
    if isinstance(node.func, ast.Attribute) and node.func.attr == "init_app":
        app = values.argument(node, 0, "app")
        if app is None or not ctx.is_instance(node.func.value, _SQLALCHEMY):
            return
        first = _constructor_site(node.func.value, app, ctx)
        said = "registered here: the constructor got the app"
        is_same = first is not None
        earlier = _earlier(node, app, ctx) if first is None else None
        if earlier is not None:
            first, said = ctx.site(earlier), "registered here first"
            is_same = isinstance(earlier.func, ast.Attribute) and ctx.text(earlier.func) == ctx.text(node.func)
        if first is None:
            return
        statement = ctx.parent(node)
        fixes = []
        if isinstance(statement, ast.Expr) and is_same:
            fixes = [ctx.fix("Delete the second call", ctx.edit().delete_statement(statement), safe=True)]
        yield ctx.finding(node, _MESSAGE, related=[Related(first, said)], fixes=fixes)
    elif ctx.is_instance(node, _SQLALCHEMY):
        app = given_app(ctx, node)
        earlier = _earlier(node, app, ctx) if app is not None else None
        if earlier is not None:
            yield ctx.finding(
                node,
                _MESSAGE,
                related=[ctx.related(earlier, "registered here first")],
                fixes=[_without_second(earlier, node, ctx)],
            )


@rule.on_file
def check_across_functions(ctx: Context) -> Iterator[Finding]:
    """Two hand-overs of one app in different functions: what the evaluation of the start saw one after the other."""
    if ctx.is_older("flask-sqlalchemy", "3") or not imports_package(ctx.model, "flask_sqlalchemy"):
        return
    for config in ctx.model.configs:
        starts = [s for s in config.starts if s.extension == _SQLALCHEMY and not s.conditional]
        second = next((s for s in starts[1:] if s.site != starts[0].site), None)
        if second is None or second.site.path != ctx.path:
            continue
        call = call_at(ctx, second.site.span)
        if call is not None and not is_caught(ctx, call, "RuntimeError") and not any(check(call, ctx)):
            yield ctx.finding(call, _MESSAGE, related=[Related(starts[0].site, "registered here first")])


def _without_second(first: ast.Call, second: ast.Call, ctx: Context) -> Fix | None:
    statement, original = ctx.parent(second), ctx.parent(first)
    targets = targets_of(statement)
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or len(targets) != 1:
        return None
    target = targets[0]
    if not isinstance(target, ast.Name):
        return None
    scope = ctx.index.scope(statement).owner(target.id)
    edit = ctx.edit()
    is_used = scope is None or any(use is not target for use in edit.uses(target.id, scope))
    is_imported = any(
        imported == target.id
        for facts in ctx.model.files.values()
        for fact in facts.imports
        if ctx.model.names.imported(facts.module, fact.module) == ctx.index.module
        for imported, _ in fact.names
    )
    if not is_used and not is_imported:
        return ctx.fix("Delete the second object", edit.delete_statement(statement), safe=True)
    kept = next(iter(targets_of(original)), None)
    if not isinstance(kept, ast.Name):
        return None
    name = kept.id
    return ctx.fix(f"Use {name}", edit.replace(second, name), safe=False)


def _constructor_site(extension: ast.expr, app: ast.expr | None, ctx: Context) -> Site | None:
    """The constructor call of the extension object that got the same app; None when it got none or another."""
    name, app_name = ctx.name(extension), ctx.name(app)
    if app is None or not ctx.is_instance(extension, _SQLALCHEMY):
        return None
    made = values.definition(ctx, extension)
    if isinstance(made, ast.Call):
        given = given_app(ctx, made)
        if given is not None and _same(given, app, ctx):
            return ctx.site(made)
        return None
    facts, variable = ctx.model.names.split(name) if name is not None else (None, "")
    there = other_file(ctx, facts.path) if facts is not None and facts.path != ctx.path else None
    source = ctx.read(facts.path) if facts is not None else None
    if there is None or facts is None or source is None or app_name is None:
        return None
    for binding in there.index.root.bindings.get(variable, ()):
        if isinstance(binding.value, ast.Call):
            arguments = [*binding.value.args, *(k.value for k in binding.value.keywords if k.arg == "app")]
            if any(there.qualified(a) == app_name for a in arguments):
                return Site(facts.path, source.span(binding.value))
    return None


def _same(first: ast.expr, second: ast.expr, ctx: Context) -> bool:
    name = ctx.name(first)
    if name is not None:
        return name == ctx.name(second)
    if not (isinstance(first, ast.Name) and isinstance(second, ast.Name) and first.id == second.id):
        return False
    bindings = ctx.index.lookup(first.id, first)
    return len(bindings) == 1 and bindings == ctx.index.lookup(second.id, second)


def _earlier(node: ast.Call, app: ast.expr, ctx: Context) -> ast.Call | None:
    for other in ctx.index.nodes(ast.Call):
        if other is node:
            return None
        if ctx.index.function_of(other) is ctx.index.function_of(node):
            given = _registered(other, ctx)
            if given is not None and _same(given, app, ctx) and _always_before(other, node, ctx):
                return other
    return None


def _registered(call: ast.Call, ctx: Context) -> ast.expr | None:
    """The app that ``SQLAlchemy(app)`` or ``db.init_app(app)`` registers with."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "init_app":
        return values.argument(call, 0, "app") if ctx.is_instance(call.func.value, _SQLALCHEMY) else None
    return given_app(ctx, call) if ctx.is_instance(call, _SQLALCHEMY) else None


def _always_before(first: ast.Call, second: ast.Call, ctx: Context) -> bool:
    """Whether both run whenever the second does: the first stands in a block around the second."""
    one, two = ctx.index.statement(first), ctx.index.statement(second)
    return (
        one is not None
        and two is not None
        and any(
            one in ctx.index.block_of(s)
            for s in [two, *(a for a in ctx.index.ancestors(two) if isinstance(a, ast.stmt))]
        )
    )
