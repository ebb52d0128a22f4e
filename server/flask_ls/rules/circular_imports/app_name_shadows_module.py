"""A file of the project has the name of a library that the project imports, such as ``flask.py``, or of a package
beside it.

Why: Python looks next to the script first, so ``import flask`` finds this file: the import ends in an ImportError
("partially initialized module"), or other modules get this file instead of the library. Of ``app.py`` and a package
``app/`` in one folder, every import finds the package: ``from app import app`` fails when only the file has it.

Instead: rename the file, for example to ``main.py``.

Fix: Gives the file another name, ``flask_app.py``; unsafe, as commands and other files may name it.

Quiet: For modules inside a package (``shop/celery.py``), which are imported by another name, when nothing imports the
library, and when what is imported may come from the package.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.project.facts import FileFacts, ImportFact
from flask_ls.project.model import ProjectModel
from flask_ls.project.site import Site
from flask_ls.rules.ask.binding import may_have
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
    return {*model.each_named(_is_hidden), *model.each_named(_hides_library)}


def _is_hidden(facts: FileFacts, model: ProjectModel) -> bool:
    return _package_beside(model, facts.path) is not None


def _hides_library(facts: FileFacts, model: ProjectModel) -> bool:
    return _import_name(model, facts.path) in _LIBRARIES


def _package_beside(model: ProjectModel, path: str) -> FileFacts | None:
    """The package that has the name of this file."""
    folder, is_module, _ = path.rpartition(".py")
    return model.files.get(f"{folder}/__init__.py") if is_module else None


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
        Bad(
            """
            from flask import Flask
            #^^^^^^^^^^^^^^^^^^^^^^ the package app/ hides this file

            application = Flask(__name__)
            === app/__init__.py
            === app/views.py
            from flask import Blueprint

            bp = Blueprint("views", __name__)
            === wsgi.py
            from app import application
            """,
            drive=(
                "import subprocess, sys\n"
                "done = subprocess.run([sys.executable, '-c', 'import wsgi'], capture_output=True, text=True)\n"
                "assert not done.returncode, done.stderr"
            ),
            fails="ImportError: cannot import name 'application' from 'app'",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            === flask/__init__.py
            VERSION = "1"
            #^^^^^^^^^^^^ this file hides the library flask
            """,
            drive=(
                "import subprocess, sys\n"
                "done = subprocess.run([sys.executable, '-c', 'import app'], capture_output=True, text=True)\n"
                "assert not done.returncode, done.stderr"
            ),
            fails="ImportError: cannot import name 'Flask' from 'flask'",
        ),
        Good(
            """
            from app.views import bp
            from flask import Flask

            application = Flask(__name__)
            application.register_blueprint(bp)
            === app/__init__.py
            === app/views.py
            from flask import Blueprint

            bp = Blueprint("views", __name__)
            """,
            drive="pass",
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
    """This file, when it hides a library that a module next to it (or itself) imports, or a package hides it."""
    package = _package_beside(ctx.model, ctx.path)
    if package is not None:
        yield from _hidden_by(package, ctx)
        return
    name = _import_name(ctx.model, ctx.path)
    facts = ctx.model.files[ctx.path]
    importing = _imports_of(name, ctx.index.module, ctx.model)
    taken = [n for _, imported in importing for n in _names(imported, name)]
    if facts.is_package and (not taken or any(may_have(ctx.model, facts, n, ctx.read) for n in taken)):
        return  # a package of the project's own, a copy of the library, or the library itself
    if name not in _LIBRARIES or not importing:
        return
    yield ctx.finding(
        ctx.source.line_span(0),
        f"this file hides the library {name}: import {name} finds it instead.",
        related=[Related(site, f"{name} is imported here") for site, _ in importing if site.path != ctx.path][:3],
        fixes=[] if facts.is_package else [_renamed(name, [imported for _, imported in importing], ctx)],
    )


def _hidden_by(package: FileFacts, ctx: Context) -> Iterator[Finding]:
    """Imports that find the package, and in it not the name that this file has."""
    name = _import_name(ctx.model, ctx.path)
    failing = [
        (site, imported)
        for site, imported in _imports_of(name, package.module, ctx.model)
        if not imported.guarded and _takes_what_is_hidden(imported, name, package, ctx)
    ]
    if failing:
        yield ctx.finding(
            ctx.source.line_span(0),
            f"the package {name}/ hides this file: imports of {name} find the package, and raise ImportError.",
            related=[Related(site, f"{name} is imported here") for site, _ in failing[:3]],
        )


def _takes_what_is_hidden(imported: ImportFact, name: str, package: FileFacts, ctx: Context) -> bool:
    own = ctx.model.files[ctx.path].exports
    return any(n in own and not may_have(ctx.model, package, n, ctx.read) for n in _names(imported, name))


def _imports_of(name: str, module: str, model: ProjectModel) -> list[tuple[Site, ImportFact]]:
    """Where the name is imported, and is this module."""
    return [
        (Site(facts.path, imported.span), imported)
        for facts in model.files.values()
        for imported in facts.imports
        if imported.level != "typing"
        and (imported.module == name or imported.module.startswith(f"{name}."))
        and model.names.imported(facts.module, name) == module
    ]


def _names(imported: ImportFact, module: str) -> list[str]:
    """What the statement takes from the module itself."""
    return [name for name, _ in imported.names] if imported.module == module else []


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
