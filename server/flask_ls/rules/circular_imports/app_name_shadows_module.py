"""A file of the project has the name of a library that the project imports, such as ``flask.py``.

Why: Python looks next to the script first, so ``import flask`` finds this file: the import ends in an ImportError
("partially initialized module"), or other modules get this file instead of the library.

Instead: rename the file, for example to ``app.py``.

Quiet: For modules inside a package (``shop/celery.py``), which are imported by another name, and when nothing imports
the library.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.project.site import Site
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Related, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

_LIBRARIES = frozenset(
    """flask werkzeug jinja2 markupsafe click itsdangerous celery redis sqlalchemy flask_sqlalchemy flask_login
    flask_wtf flask_migrate flask_mail flask_caching flask_restful flask_restx flask_cors wtforms requests gunicorn
    marshmallow alembic""".split()
)


def _paths(model: ProjectModel) -> set[str]:
    return set(model.each_named(_hides_library))


def _hides_library(facts: FileFacts, model: ProjectModel) -> bool:
    return not facts.is_package and _import_name(model, facts.path) in _LIBRARIES


def _import_name(model: ProjectModel, path: str) -> str:
    module = model.index.by_path(path) if model.index is not None else None
    return module.import_name if module is not None else ""


rule = Rule(
    __name__,
    code="FLK307",
    severity=Severity.ERROR,
    guide=("Circular imports / from app import app in models is circular",),
    triggers=frozenset(),
    paths=_paths,
    error_text="ImportError: cannot import name 'Flask' from partially initialized module 'flask'",
    examples=(
        Bad(
            """
            import flask
            === flask.py
            from flask import Flask
            #^^^^^^^^^^^^^^^^^^^^^^ this file hides the library flask

            app = Flask(__name__)
            """,
        ),
        Good(
            """
            from flask import Flask

            app = Flask(__name__)
            === shop/__init__.py
            === shop/flask.py
            from flask import Blueprint

            bp = Blueprint("shop", __name__)
            """,
            drive="pass",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """This file, when it hides a library that a module next to it (or itself) imports."""
    name = _import_name(ctx.model, ctx.path)
    importing = [
        Site(facts.path, imported.span)
        for facts in ctx.model.files.values()
        for imported in facts.imports
        if imported.module.partition(".")[0] == name
        and ctx.model.names.imported(facts.module, name) == ctx.index.module
    ]
    if not importing:
        return
    first = ctx.tree.body[0] if ctx.tree.body else None
    yield ctx.finding(
        first if first is not None else Span(0, 0),
        f"this file hides the library {name}: import {name} finds it instead. Rename the file.",
        related=[Related(site, f"{name} is imported here") for site in importing if site.path != ctx.path][:3],
    )
