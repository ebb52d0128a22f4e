"""A database URL begins with ``postgres://``.

Why: SQLAlchemy 1.4 removed the alias: the engine raises "NoSuchModuleError: Can't load plugin:
sqlalchemy.dialects:postgres" when it is made.

Instead: ``postgresql://``. Where a provider sets the variable: ``url.replace("postgres://", "postgresql://", 1)``.

Fix: Writes ``postgresql://``; safe: both name the same database.

Quiet: With SQLAlchemy 1.3 or older, in a file that replaces the scheme, and for environment files when the project
names the scheme somewhere or does not import SQLAlchemy.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from flask_ls.project.deploy import DeploymentFile
from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask import values
from flask_ls.rules.ask.config import writes_of
from flask_ls.rules.context import Context
from flask_ls.rules.deployment import DeploymentContext
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

_OLD, _NEW = "postgres://", "postgresql://"
_VARIABLES = frozenset({"DATABASE_URL", "SQLALCHEMY_DATABASE_URI", "DATABASE_URI", "FLASK_SQLALCHEMY_DATABASE_URI"})
_REPAIRING = frozenset({"replace", "startswith", "removeprefix", "sub", "partition", "split"})
_MESSAGE = "SQLAlchemy knows postgresql:// only: postgres:// raises NoSuchModuleError."

rule = Rule(
    __name__,
    code="FLK708",
    severity=Severity.ERROR,
    guide=("SQLAlchemy integration / the session is scoped to the request",),
    triggers=frozenset({"SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_BINDS", "create_engine", _OLD}),
    error_text="NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:postgres",
    examples=(
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "postgres://localhost/shop"
            #                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ postgresql:// only
            db = SQLAlchemy(app)
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql://localhost/shop"
            db = SQLAlchemy(app)
            """,
        ),
        Bad(
            """
            import os

            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "postgres://{}/shop".format(os.environ["HOST"])
            #                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ postgresql:// only
            db = SQLAlchemy(app)
            """,
            fixed="""
            import os

            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql://{}/shop".format(os.environ["HOST"])
            db = SQLAlchemy(app)
            """,
        ),
        Good(
            """
            import os

            from flask import Flask

            app = Flask(__name__)
            url = os.environ.get("DATABASE_URL", "postgresql://localhost/shop")
            app.config["SQLALCHEMY_DATABASE_URI"] = url.replace("postgres://", "postgresql://", 1)
            """,
            drive="pass",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Configured URLs and the argument of ``create_engine``."""
    if ctx.is_older("sqlalchemy", "1.4") or _is_repaired(ctx):
        return
    given: list[ast.expr | None] = [write.value for write in writes_of(ctx, "SQLALCHEMY_DATABASE_URI")]
    given += [
        values.argument(call, 0, "url")
        for call in ctx.index.nodes(ast.Call)
        if ctx.called(call) in ("sqlalchemy.create_engine", "sqlalchemy.engine.create_engine")
    ]
    for binds in writes_of(ctx, "SQLALCHEMY_BINDS"):
        given += _urls(values.definition(ctx, binds.value))
    for value in given:
        for leaf in values.possible_values(ctx, value):
            constant = _first_constant(leaf)
            if constant is not None and str(constant.value).startswith(_OLD):
                yield _finding(constant, leaf, ctx)


def _is_repaired(ctx: Context) -> bool:
    """Whether the file changes or asks for the scheme of its URLs: ``url.replace("postgres://", "postgresql://")``."""
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in _REPAIRING
        and any((values.text(ctx, given) or "").lstrip("^").startswith("postgres:") for given in call.args)
        for call in ctx.index.nodes(ast.Call)
    )


def _urls(binds: ast.expr) -> list[ast.expr]:
    """The values of ``{"users": "postgres://...", "log": {"url": "postgres://..."}}``."""
    found: list[ast.expr] = []
    for value in binds.values if isinstance(binds, ast.Dict) else []:
        if isinstance(value, ast.Dict):
            keys = [k.value if isinstance(k, ast.Constant) else None for k in value.keys]
            found += [v for k, v in zip(keys, value.values, strict=True) if k == "url"]
        else:
            found.append(value)
    return found


def _first_constant(leaf: ast.expr) -> ast.Constant | None:
    """The literal an expression begins with: itself, the head of an f-string, the left end of an operation."""
    while isinstance(leaf, ast.BinOp):
        leaf = leaf.left
    if isinstance(leaf, ast.Call) and isinstance(leaf.func, ast.Attribute) and leaf.func.attr == "format":
        leaf = leaf.func.value
    if isinstance(leaf, ast.JoinedStr) and leaf.values:
        leaf = leaf.values[0]
    return leaf if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) else None


def _finding(constant: ast.Constant, leaf: ast.expr, ctx: Context) -> Finding:
    whole = ctx.span(leaf)
    start = ctx.source.text.find(_OLD, whole.start, whole.end)
    fixes = []
    if start >= 0:
        edit = ctx.edit().replace(Span(start, start + len(_OLD)), _NEW)
        fixes = [ctx.fix(f"Change to {_NEW}", edit, safe=True)]
    return ctx.finding(leaf, _MESSAGE, fixes=fixes)


def _imports_sqlalchemy(facts: FileFacts) -> bool:
    return any(i.module.partition(".")[0] in ("sqlalchemy", "flask_sqlalchemy") for i in facts.imports)


def _is_accepted(model: ProjectModel) -> bool:
    """Whether the project's SQLAlchemy is old enough to know the scheme, or the project has none: drivers know it."""
    if not model.each(_imports_sqlalchemy):
        return True
    try:
        return Version(model.distributions.version("sqlalchemy") or "") < Version("1.4")
    except InvalidVersion:
        return False


@rule.on_deployment
def check_deployment(document: DeploymentFile, ctx: DeploymentContext) -> Iterator[Finding]:
    """``DATABASE_URL=postgres://...`` in environment files."""
    if any(_OLD in facts.words for facts in ctx.model.files.values()) or _is_accepted(ctx.model):
        return
    for variable in document.variables:
        if variable.name not in _VARIABLES or not (variable.value or "").startswith(_OLD):
            continue
        start = ctx.source.text.find(_OLD, variable.span.start, variable.span.end)
        if start < 0:
            continue
        span = Span(start, start + len(_OLD))
        fix = ctx.fix(f"Change to {_NEW}", ctx.edit().replace(span, _NEW), safe=True)
        yield ctx.finding(span, _MESSAGE, fixes=[fix])
