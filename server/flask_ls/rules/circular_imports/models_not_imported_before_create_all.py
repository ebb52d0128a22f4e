"""``db.create_all()`` runs, or Flask-Migrate is set up, without the module that defines the models being imported.

Why: ``create_all()`` and Alembic's autogenerate know only the models whose modules were imported. A module that nothing
imports adds no tables, and the first query fails.

Instead: import the models in the factory, or in the module that calls ``create_all()``.

Fix: Imports the models before the call; unsafe, as importing a module runs its code.

Quiet: When anything imports the module before, when modules are imported by computed names, and in tests. For
Flask-Migrate also where ``create_all()`` is called.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.facts import ClassFacts, FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.project.site import Site
from flask_ls.rules.ask.session import MODEL
from flask_ls.rules.ask.values import argument
from flask_ls.rules.context import Context, is_test_path
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

# A module that uses one of these may import any other.
_DYNAMIC = frozenset({"import_module", "import_string", "walk_packages", "iter_modules", "__import__", "find_modules"})

rule = Rule(
    __name__,
    code="FLK308",
    severity=Severity.WARNING,
    guide=("Circular imports / extensions use init_app(app)",),
    triggers=frozenset({"create_all", "Migrate", "init_app"}) | _DYNAMIC,
    examples=(
        Bad(
            """
            from flask import Flask

            from extensions import db


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(app)
                with app.app_context():
                    db.create_all()
            #       ^^^^^^^^^^^^^^^ nothing imports models
                    assert db.metadata.tables, "no tables"
                return app
            === extensions.py
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()
            === models.py
            from extensions import db


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)
            """,
            fixed="""
            from flask import Flask

            from extensions import db


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(app)
                with app.app_context():
                    import models  # noqa: F401
                    db.create_all()
                    assert db.metadata.tables, "no tables"
                return app
            === extensions.py
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()
            === models.py
            from extensions import db


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)
            """,
            drive="app_module.create_app()",
            fails="AssertionError: no tables",
        ),
        Bad(
            """
            from flask import Flask

            from extensions import db

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db.init_app(app)
            with app.app_context():
                db.create_all()
            #   ^^^^^^^^^^^^^^^ models is imported below
                assert db.metadata.tables, "no tables"

            import models
            === extensions.py
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()
            === models.py
            from extensions import db


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)
            """,
            fails="AssertionError: no tables",
        ),
        Good(
            """
            from flask import Flask

            from extensions import db
            import models


            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
                db.init_app(app)
                with app.app_context():
                    db.create_all()
                return app
            === extensions.py
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()
            === models.py
            from extensions import db


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)
            """,
            drive="app_module.create_app()",
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
            === other/shop.py
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()
            === other/models.py
            from shop import db


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)
            """,
            drive="pass",
        ),
    ),
)


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``db.create_all()``, ``Migrate(app, db)``, ``migrate.init_app(app, db)``."""
    if ctx.is_test:
        return
    extension = _created(node, ctx) or _migrated(node, ctx)
    reader = "create_all() does" if _created(node, ctx) else "migrations do"
    if extension is None:
        return
    for facts in ctx.model.once(_forgotten):
        models = (c for c in facts.classes.values() if _is_model(f"{facts.module}.{c.qualname}", ctx.model))
        model = next((c for c in models if extension in _extensions(c, facts, ctx.model)), None)
        if facts.path == ctx.path or model is None:
            continue
        yield ctx.finding(
            node,
            f"nothing imports {facts.module}, so {reader} not know its models.",
            related=[Related(Site(facts.path, model.name_span), f"the model {model.qualname}")],
            fixes=[_imported(node, facts, ctx)],
        )


def _created(node: ast.Call, ctx: Context) -> str | None:
    """The extension whose tables the call creates."""
    is_creating = ctx.member(node.func) == "flask_sqlalchemy.SQLAlchemy.create_all"
    return ctx.name(node.func.value) if is_creating and isinstance(node.func, ast.Attribute) else None


def _migrated(node: ast.Call, ctx: Context) -> str | None:
    """The extension whose tables Flask-Migrate compares with the database, where nothing else creates them."""
    is_set_up = ctx.called(node) == "flask_migrate.Migrate" or ctx.member(node.func) == "flask_migrate.Migrate.init_app"
    given = argument(node, 1, "db") if is_set_up and (node.args or node.keywords) else None
    return ctx.name(given) if given is not None and not ctx.model.each(_creates) else None


def _creates(facts: FileFacts) -> bool:
    return "create_all" in facts.words


@rule.on(ast.Call)
def check_order(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``db.create_all()`` at module level, above the only import of the models."""
    if ctx.member(node.func) != "flask_sqlalchemy.SQLAlchemy.create_all" or ctx.is_test:
        return
    if ctx.index.function_of(node) is not None:
        return
    here = ctx.model.files[ctx.path]
    for imported in here.imports:
        module = ctx.model.names.imported(here.module, imported.module)
        facts = ctx.model.modules.get(module)
        if facts is None or facts.path == ctx.path or imported.span.start < ctx.span(node).end:
            continue
        model = next((c for c in facts.classes.values() if _is_model(f"{module}.{c.qualname}", ctx.model)), None)
        if model is not None and imported.level == "module" and _importers(module, ctx.model) == [imported.span]:
            yield ctx.finding(
                node,
                f"{module} is imported below, so create_all() does not know its models.",
                related=[ctx.related(Site(ctx.path, imported.span), f"{module} is imported here")],
            )


def _importers(module: str, model: ProjectModel) -> list[Span]:
    """The places of all imports of a module."""
    return [
        imported.span
        for facts in model.files.values()
        for imported in facts.imports
        if (name := model.names.imported(facts.module, imported.module)) == module
        or module in {f"{name}.{attribute}" for attribute, _ in imported.names}
    ]


def _forgotten(model: ProjectModel) -> list[FileFacts]:
    """The modules with models that no module of the project imports."""
    if any(_DYNAMIC & f.words for f in model.files.values()):
        return []
    imported: set[str] = set()
    for facts in model.files.values():
        for found in facts.imports:
            module = model.names.imported(facts.module, found.module)
            if module != facts.module:
                imported.add(module)
            imported.update(f"{module}.{name}" for name, _ in found.names if f"{module}.{name}" != facts.module)
    return [
        f
        for f in model.files.values()
        if f.module not in imported
        and not f.is_package
        and not f.import_time.main
        and not is_test_path(f.path)
        and not any(e.target.endswith("Flask") for exports in f.exports.values() for e in exports if e.kind == "value")
        and not any(fn.returns and "flask.Flask" in _result(f, fn.qualname, model) for fn in f.functions.values())
        and any(_is_model(f"{f.module}.{c}", model) for c in f.classes)
    ]


def _result(facts: FileFacts, qualname: str, model: ProjectModel) -> list[str]:
    return model.mro(model.class_of_result(f"{facts.module}.{qualname}") or "")


def _extensions(cls: ClassFacts, facts: FileFacts, model: ProjectModel) -> list[str | None]:
    """The objects whose ``Model`` is a base of the class: ``extensions.db`` for ``db.Model``."""
    owners = [base.dotted.rpartition(".") for base in cls.bases if not base.called]
    return [model.names.in_module(facts.module, owner) for owner, _, name in owners if name == "Model"]


def _is_model(dotted: str, model: ProjectModel) -> bool:
    return MODEL in model.mro(dotted)


def _imported(node: ast.Call, facts: FileFacts, ctx: Context) -> Fix | None:
    statement = ctx.index.statement(node)
    if statement is None or not isinstance(statement, (ast.Expr, ast.Assign)):
        return None
    edit = ctx.edit().insert_line_before(statement, f"import {facts.module}  # noqa: F401")
    return ctx.fix(f"Import {facts.module} before", edit, safe=False)
