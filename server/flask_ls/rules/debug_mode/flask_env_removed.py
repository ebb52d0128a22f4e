"""FLASK_ENV, ``app.env`` or ``config["ENV"]`` is used, which Flask 2.3 removed.

Why: FLASK_ENV=development turns nothing on any more. ``app.env`` raises AttributeError, ``app.config["ENV"]`` KeyError,
and ``app.config.get("ENV")`` gives None.

Instead: FLASK_DEBUG=1 (or ``flask run --debug``) and ``app.debug``; a configuration key of your own for the name of the
environment.

Fix: FLASK_ENV=development becomes FLASK_DEBUG=1, unless the same file listens to the network, where the debugger must
not be; another value is removed: safe, as nothing reads it. Code that reads the environment asks ``app.debug`` instead,
which is unsafe.

Quiet: On Flask 2.2 and older, when the project's own code or a library like coaster reads FLASK_ENV, and when it sets
the key ENV itself; in tests that set the variable, and in deployment files of a project that does not import Flask
(Quart).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from packaging.version import Version

from flask_ls.project.deploy import DeploymentFile, Variable
from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.apps import imports_package
from flask_ls.rules.ask.config import is_config, writes_of
from flask_ls.rules.ask.config_edits import without as without_key
from flask_ls.rules.ask.environment_writes import EnvironmentWrite, environment_writes, made_before, without
from flask_ls.rules.ask.project import stored_attributes
from flask_ls.rules.ask.values import constant
from flask_ls.rules.ask.views import is_app
from flask_ls.rules.context import Context
from flask_ls.rules.deployment import DeploymentContext
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Note, Rule

rule = Rule(
    __name__,
    code="FLK503",
    severity=Severity.WARNING,
    guide=("Debug mode / use the FLASK_DEBUG environment variable",),
    triggers=frozenset({"FLASK_ENV", "ENV", "env"}),
    error_text="KeyError: 'ENV'",
    notes=(Note("<2.3", "In Flask 2.2 FLASK_ENV still works and warns; it is gone in 2.3."),),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                return app.config["ENV"]
                #      ^^^^^^^^^^^^^^^^^ Flask 2.3 removed the key ENV: reading it raises KeyError
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                return "development" if app.debug else "production"
            """,
            drive="client.get('/')",
            fails="KeyError: 'ENV'",
            flask=">=2.3",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                return str(app.env == "production")
                #          ^^^^^^^ Flask 2.3 removed the attribute env: reading it raises AttributeError
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                return str((not app.debug))
            """,
            drive="client.get('/')",
            fails="AttributeError: 'Flask' object has no attribute 'env'",
            flask=">=2.3",
        ),
        Bad(
            """
            import os

            from flask import Flask

            os.environ["FLASK_ENV"] = "development"
            #          ^^^^^^^^^^^ Flask 2.3 and newer ignore FLASK_ENV
            app = Flask(__name__)
            """,
            fixed="""
            import os

            from flask import Flask

            os.environ["FLASK_DEBUG"] = "1"
            app = Flask(__name__)
            """,
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            === Dockerfile
            FROM python:3.12
            ENV FLASK_ENV=production
            #   ^^^^^^^^^^^^^^^^^^^^ Flask 2.3 and newer ignore FLASK_ENV
            CMD ["gunicorn", "app:app"]
            === docker-compose.yml
            services:
              web:
                environment:
                  FLASK_ENV: development
            #     ^^^^^^^^^^^^^^^^^^^^^^ Flask 2.3 and newer ignore FLASK_ENV
                  PORT: 80
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            === Dockerfile
            FROM python:3.12
            CMD ["gunicorn", "app:app"]
            === docker-compose.yml
            services:
              web:
                environment:
                  FLASK_ENV: development
                  PORT: 80
            """,
        ),
        Good(
            """
            import os

            from flask import Flask

            app = Flask(__name__)
            app.config["ENV"] = os.environ.get("FLASK_ENV", "production")


            @app.get("/")
            def index():
                return app.config["ENV"]
            === .env
            FLASK_ENV=development
            """,
            drive="client.get('/')",
        ),
    ),
)

_REMOVED_IN = Version("2.3")
_IGNORED = "Flask 2.3 and newer ignore FLASK_ENV"


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Reads of the removed names, and writes of the variable that nothing reads."""
    if ctx.flask < _REMOVED_IN:
        return
    yield from _key_reads(ctx)
    yield from _attribute(ctx)
    if ctx.model.once(_is_read_by_project) or ctx.is_test:
        return
    for write in environment_writes(ctx, "FLASK_ENV"):
        yield ctx.finding(write.key, f"{_IGNORED}: this changes nothing.", fixes=[_as_debug(ctx, write)])
    for key in writes_of(ctx, "FLASK_ENV"):
        fix = ctx.fix("Remove the setting", without_key(ctx, key), safe=True)
        yield ctx.finding(key.node, "Nothing reads FLASK_ENV from the configuration.", fixes=[fix])


@rule.on_deployment
def check_deployment(document: DeploymentFile, ctx: DeploymentContext) -> Iterator[Finding]:
    """The variable in the files that start the app."""
    if ctx.flask < _REMOVED_IN or ctx.model.once(_is_read_by_project) or not ctx.model.each(_imports_flask):
        return
    for variable in document.variables:
        if variable.name == "FLASK_ENV" and variable.value is not None:
            yield ctx.finding(
                variable.span, f"{_IGNORED}: this changes nothing.", fixes=[_variable_fix(document, variable, ctx)]
            )


def _imports_flask(facts: FileFacts) -> bool:
    return any(i.module.partition(".")[0] == "flask" or i.module.startswith("flask_") for i in facts.imports)


def _key_reads(ctx: Context) -> Iterator[Finding]:
    if ctx.model.once(_may_be_own_key):
        return
    for node in ctx.index.nodes(ast.Subscript):
        if isinstance(node.ctx, ast.Load) and _is_env(node.slice) and is_config(ctx, node.value):
            yield ctx.finding(
                node,
                "Flask 2.3 removed the key ENV: reading it raises KeyError.",
                fixes=[_ask_debug(ctx, node, node.value)],
            )
    for call in ctx.index.nodes(ast.Call):
        is_get = isinstance(call.func, ast.Attribute) and call.func.attr == "get" and not call.keywords
        if is_get and len(call.args) == 1 and _is_env(call.args[0]) and is_config(ctx, call.func.value):  # type: ignore[attr-defined]
            yield ctx.finding(
                call,
                "Flask 2.3 removed the key ENV: this is always None.",
                fixes=[_ask_debug(ctx, call, call.func.value)],  # type: ignore[attr-defined]
            )


def _is_env(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "ENV"


def _may_be_own_key(model: ProjectModel) -> bool:
    """Whether the project sets the key itself, or may do so out of sight."""
    return any(
        f.config.open_sources or any(m.key == "ENV" for m in f.config.mentions) for f in model.files.values()
    ) or not (model.config_objects.complete)


def _attribute(ctx: Context) -> Iterator[Finding]:
    if ctx.model.once(_sets_attribute):
        return
    for node in ctx.index.nodes(ast.Attribute):
        if node.attr != "env" or not isinstance(node.ctx, ast.Load) or not is_app(ctx, node.value):
            continue
        cls = ctx.infer.class_of(node.value)
        if cls == "flask.Flask":
            yield ctx.finding(
                node,
                "Flask 2.3 removed the attribute env: reading it raises AttributeError.",
                fixes=[_ask_debug(ctx, node, node)],
            )


def _sets_attribute(model: ProjectModel) -> bool:
    return "env" in stored_attributes(model)


def _ask_debug(ctx: Context, read: ast.expr, attribute: ast.expr) -> Fix | None:
    """What the name meant when only FLASK_ENV set it. ``attribute`` is ``app.config`` or ``app.env``."""
    if not isinstance(attribute, ast.Attribute):
        return None
    debug = f"{ctx.text(attribute.value)}.debug"
    compare = ctx.parent(read)
    if isinstance(compare, ast.Compare) and compare.left is read and len(compare.ops) == 1:
        wanted = constant(ctx, compare.comparators[0])
        if isinstance(compare.ops[0], (ast.Eq, ast.NotEq)) and wanted in ("development", "production"):
            is_debug = (wanted == "development") == isinstance(compare.ops[0], ast.Eq)
            text = debug if is_debug else _alone(ctx, compare, f"not {debug}")
            return ctx.fix(f"Ask {debug}", ctx.edit().replace(compare, text), safe=False)
    edit = ctx.edit()
    names = edit.quoted("development"), edit.quoted("production")
    edit.replace(read, _alone(ctx, read, f"{names[0]} if {debug} else {names[1]}"))
    return ctx.fix(f"Ask {debug}", edit, safe=False)


def _alone(ctx: Context, node: ast.expr, text: str) -> str:
    """The text in the place of the node, bracketed unless the node is all there is to a statement's value."""
    return text if isinstance(ctx.parent(node), (ast.Return, ast.Assign, ast.If)) else f"({text})"


# Libraries around Flask that read FLASK_ENV themselves.
_READING = ("coaster", "canonicalwebteam")
# An address of every network interface.
_PUBLIC = re.compile(r"\b0\.0\.0\.0\b|\[::\]|[\"'\s=]::[\"'\s]")


def _is_read_by_project(model: ProjectModel) -> bool:
    """Whether the project's own code reads the variable, or a library that it builds upon."""
    if imports_package(model, *_READING):
        return True
    return any("FLASK_ENV" in f.config.reads for f in model.files.values())


def _as_debug(ctx: Context, write: EnvironmentWrite) -> Fix | None:
    value = constant(ctx, write.value)
    is_idle = _PUBLIC.search(ctx.source.text) or made_before(ctx, write) is not None
    if value == "production" or (value == "development" and is_idle):
        return ctx.fix("Remove FLASK_ENV", without(ctx, write), safe=True)
    if value != "development" or not isinstance(write.key, ast.Constant):
        return None
    edit = ctx.edit()
    edit.replace(write.key, edit.quoted("FLASK_DEBUG", like=write.key))
    edit.replace(write.value, edit.quoted("1", like=write.value))
    return ctx.fix("Set FLASK_DEBUG to 1", edit, safe=True)


def _variable_fix(document: DeploymentFile, variable: Variable, ctx: DeploymentContext) -> Fix | None:
    has_debug = any(v.name == "FLASK_DEBUG" and v.owner == variable.owner for v in document.variables)
    has_no_use = has_debug or _PUBLIC.search(ctx.source.text) is not None
    if variable.value == "production" or (variable.value == "development" and has_no_use):
        return ctx.fix("Remove FLASK_ENV", ctx.edit().remove(variable.removal), safe=True)
    if variable.value == "development" and not variable.expands:
        edit = ctx.edit().replace(variable.name_span, "FLASK_DEBUG")
        return ctx.fix(
            "Set FLASK_DEBUG to 1", edit.replace(variable.value_span, ctx.assigned(variable, "1")), safe=True
        )
    return None
