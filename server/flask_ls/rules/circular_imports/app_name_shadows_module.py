"""A file of the project has the name of a library that the project imports, such as ``flask.py``.

Why: Python looks next to the script first, so ``import flask`` finds this file: the import ends in an ImportError
("partially initialized module"), or other modules get this file instead of the library.

Instead: rename the file, for example to ``app.py``.

Fix: Gives the file another name, ``flask_app.py``; unsafe, as commands and other files may name it.

Quiet: For modules inside a package (``shop/celery.py``), which are imported by another name, and when nothing imports
the library.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.project.facts import FileFacts, ImportFact
from flask_ls.project.model import ProjectModel
from flask_ls.project.site import Site
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import FileRename, Finding, Fix, Related, Severity
from flask_ls.rules.rule import Rule

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
            fixed="""
            import flask
            === flask_app.py
            from flask import Flask

            app = Flask(__name__)
            """,
            drive=(
                "import subprocess, sys\n"
                "done = subprocess.run([sys.executable, '-c', 'import app'], capture_output=True, text=True)\n"
                "assert not done.returncode, done.stderr"
            ),
            fails="ImportError: cannot import name 'Flask' from partially initialized module 'flask'",
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
        (Site(facts.path, imported.span), imported)
        for facts in ctx.model.files.values()
        for imported in facts.imports
        if imported.module.partition(".")[0] == name
        and ctx.model.names.imported(facts.module, name) == ctx.index.module
    ]
    if not importing:
        return
    yield ctx.finding(
        ctx.source.line_span(0),
        f"this file hides the library {name}: import {name} finds it instead.",
        related=[Related(site, f"{name} is imported here") for site, _ in importing if site.path != ctx.path][:3],
        fixes=[_renamed(name, [imported for _, imported in importing], ctx)],
    )


def _renamed(name: str, importing: list[ImportFact], ctx: Context) -> Fix | None:
    """A name that hides nothing, unless some of the imports do mean this file."""
    facts = ctx.model.files[ctx.path]
    own = {n for n, found in facts.exports.items() if any(export.kind != "alias" for export in found)}
    if any(imported in own for statement in importing for imported, _ in statement.names):
        return None
    folder = ctx.path.rpartition("/")[0]
    to = f"{folder}/{name}_app.py"
    if to in ctx.model.files:
        return None
    return ctx.fix(f"Rename the file to {name}_app.py", safe=False, rename=FileRename(ctx.path, to))
