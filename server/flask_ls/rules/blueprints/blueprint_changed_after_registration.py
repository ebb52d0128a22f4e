"""A route, hook or nested blueprint is added to a blueprint after it was registered.

Why: A blueprint is recorded when it is registered. Later ``@bp.route``, hooks and nested registrations raise
AssertionError since Flask 2.3; Flask 2.2 only warns, and the route answers 404.

Instead: import the modules that define the routes before ``register_blueprint``.

Fix: Moves the registration below the last addition, or below the import of the module that makes it; unsafe, as the
order of registrations decides which of two equal rules answers.

Quiet: When the registration stands first in the file but runs later (in a factory), and where it may not run at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from packaging.version import Version

from flask_ls.project.index import FUNCTIONS, FileIndex
from flask_ls.project.model import ProjectModel
from flask_ls.project.routes import Registration
from flask_ls.project.site import Site
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
from flask_ls.rules.rule import Note, Rule
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span


def _paths(model: ProjectModel) -> set[str]:
    return {s.path for b in model.routes.blueprints for r in b.registrations for s in r.after}


rule = Rule(
    __name__,
    code="FLK604",
    severity=Severity.ERROR,
    guide=("Circular imports / blueprints register at factory time",),
    triggers=frozenset(),
    paths=_paths,
    error_text="AssertionError: The setup method 'route' can no longer be called on the blueprint 'api'. It has "
    "already been registered at least once, any changes will not be applied consistently.",
    notes=(Note("<2.3", "Flask 2.2 only warns here, older versions say nothing; the route answers 404."),),
    examples=(
        Bad(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("api", __name__)
            app = Flask(__name__)
            app.register_blueprint(bp)


            @bp.get("/users")
            #^^^^^^^^^^^^^^^^ "api" has been registered already
            def users():
                return "x"
            """,
            fixed="""
            from flask import Blueprint, Flask

            bp = Blueprint("api", __name__)
            app = Flask(__name__)


            @bp.get("/users")
            def users():
                return "x"


            app.register_blueprint(bp)
            """,
            drive="assert client.get('/users').status_code == 200",
            fails="AssertionError: The setup method",
            flask=">=2.3",
        ),
        Bad(
            """
            from flask import Flask

            from shop.api import bp


            def create_app():
                app = Flask(__name__)
                app.register_blueprint(bp)
                from shop import users
                return app
            === shop/__init__.py
            === shop/api.py
            from flask import Blueprint

            bp = Blueprint("api", __name__)
            === shop/users.py
            from shop.api import bp


            @bp.get("/users")
            #^^^^^^^^^^^^^^^^ "api" has been registered already
            def users():
                return "x"
            """,
            fixed="""
            from flask import Flask

            from shop.api import bp


            def create_app():
                app = Flask(__name__)
                from shop import users
                app.register_blueprint(bp)
                return app
            """,
            drive="assert app_module.create_app().test_client().get('/users').status_code == 200",
            fails="AssertionError: The setup method",
            flask=">=2.3",
        ),
        Good(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("api", __name__)


            def create_app():
                app = Flask(__name__)
                app.register_blueprint(bp)
                return app


            @bp.get("/users")
            def users():
                return "x"
            """,
            drive="app_module.create_app()",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Additions in this file to blueprints that are registered by then."""
    severity = Severity.ERROR if ctx.flask >= Version("2.3") else Severity.WARNING
    raises = "this raises AssertionError." if severity is Severity.ERROR else "it is not applied."
    for blueprint in ctx.model.routes.blueprints:
        for registration in blueprint.registrations:
            for site in registration.after:
                if site.path == ctx.path and not registration.conditional:
                    yield ctx.finding(
                        site.span,
                        f'"{blueprint.name}" has been registered already when this is added: {raises}',
                        severity=severity,
                        related=[Related(registration.site, "registered here")],
                        fixes=[_moved_down(registration, ctx)],
                    )


def _moved_down(registration: Registration, ctx: Context) -> Fix | None:
    """The registration below the statements of its block that lead to the additions."""
    place = registration.site
    edit = ctx.edit(place.path)
    statement = _statement_at(place.span, edit.source, edit.index)
    if not isinstance(statement, ast.Expr):
        return None
    block = edit.index.block_of(statement)
    start = block.index(statement)
    reached = []
    for site in registration.after:
        if site.path == place.path:
            inner = _statement_at(site.span, edit.source, edit.index)
            around = [inner, *edit.index.ancestors(inner)] if inner is not None else []
            there = next((s for s in around if s in block[start + 1 :]), None)
            if isinstance(there, FUNCTIONS) and there is not inner:
                return None  # it happens where the function is called
        else:
            there = next((s for s in block[start + 1 :] if _imports(s, place, site, ctx)), None)
        if there is None:
            return None
        reached.append(block.index(there))
    edit.delete_statement(statement).insert_line_after(block[max(reached)], edit.from_margin(statement))
    return ctx.fix("Register it below", edit, safe=False)


def _statement_at(span: Span, source: SourceFile, index: FileIndex) -> ast.stmt | None:
    kinds = (ast.Call, ast.Attribute, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    node = next((n for kind in kinds for n in index.nodes(kind) if source.span(n) == span), None)
    return index.statement(node) if node is not None else None


def _imports(statement: ast.stmt, place: Site, addition: Site, ctx: Context) -> bool:
    """Whether the statement imports the module that makes the addition."""
    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
        return False
    importing, imported = ctx.model.files.get(place.path), ctx.model.files.get(addition.path)
    source = ctx.read(place.path)
    if importing is None or imported is None or source is None:
        return False
    span = source.span(statement)
    return any(
        imported.module == ctx.model.names.imported(importing.module, name)
        for fact in importing.imports
        if span.start <= fact.span.start and fact.span.end <= span.end
        for name in (fact.module, *(f"{fact.module}.{attribute}" for attribute, _ in fact.names))
    )
