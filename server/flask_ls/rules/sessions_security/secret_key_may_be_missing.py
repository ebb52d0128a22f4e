"""SECRET_KEY is read from an environment variable that may be absent.

Why: ``os.environ.get("KEY")`` gives None without a word. The application starts, and every write to the session fails
later with ``RuntimeError: The session is unavailable because no secret key was set``.

Instead: ``os.environ["KEY"]`` fails at the start with a KeyError that names the variable.

Fix: Reads the variable with ``os.environ[...]``: safe but for the earlier failure, a KeyError at the start instead of a
RuntimeError at the first write. In one of several configuration classes it is unsafe: the KeyError would come wherever
the module is imported, in development and tests too.

Quiet: In tests and development configuration, in examples beside a library, when there is a default, when the project
tests the value somewhere, and when an environment or deployment file of the project gives the variable a value.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.config.stage import stage_of_name
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.config import Write, writes_of
from flask_ls.rules.ask.environment import from_environment
from flask_ls.rules.ask.secret_key import matters
from flask_ls.rules.ask.values import EnvironmentRead, constant, definition, environment_read
from flask_ls.rules.context import Context, is_test_path
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK404",
    severity=Severity.INFORMATION,
    guide=("Sessions and security / SECRET_KEY is required: random bytes, not a weak string",),
    triggers=frozenset({"SECRET_KEY", "secret_key"}),
    error_text="RuntimeError: The session is unavailable because no secret key was set.",
    examples=(
        Bad(
            """
            import os

            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = os.environ.get("NO_SUCH_VARIABLE")
            #                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SECRET_KEY is None when the variable is absent


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            fixed="""
            import os

            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = os.environ["NO_SUCH_VARIABLE"]


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            title="None at start",
        ),
        Bad(
            """
            import os

            from flask import Flask


            class Config:
                SECRET_KEY = os.getenv("NO_SUCH_VARIABLE", None)
                #            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SECRET_KEY is None when the variable is absent


            app = Flask(__name__)
            app.config.from_object(Config)
            """,
            fixed="""
            import os

            from flask import Flask


            class Config:
                SECRET_KEY = os.environ["NO_SUCH_VARIABLE"]


            app = Flask(__name__)
            app.config.from_object(Config)
            """,
        ),
        Bad(
            """
            import os

            from flask import Flask


            class ProductionConfig:
                SECRET_KEY = os.getenv("NO_SUCH_VARIABLE")
                #            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SECRET_KEY is None when the variable is absent


            class DevelopmentConfig:
                SECRET_KEY = "dev"


            def create_app(name):
                app = Flask(__name__)
                app.config.from_object(ProductionConfig if name == "production" else DevelopmentConfig)
                return app
            """,
            title="In one of several classes",
        ),
        Good(
            """
            import os

            from flask import Flask

            app = Flask(__name__)
            key = os.environ.get("NO_SUCH_VARIABLE")
            if not key:
                key = "only for this example"
            app.secret_key = key
            """,
            drive="client.get('/')",
        ),
        Good(
            """
            import os

            from flask import Flask

            app = Flask(__name__)
            app.config["SECRET_KEY"] = os.environ.get("HOME")
            if not app.config["SECRET_KEY"]:
                raise RuntimeError("Set HOME.")
            """,
            drive="client.get('/')",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every write of the key whose value is a bare look-up in the environment."""
    if any("SECRET_KEY" in f.config.tested for f in ctx.model.files.values()):
        return
    for write in writes_of(ctx, "SECRET_KEY"):
        read = environment_read(ctx, definition(ctx, write.value))
        if read is None or not _may_be_absent(ctx, read) or not matters(ctx, write):
            continue
        if _is_tested(ctx, write) or read.key in ctx.model.once(_given_variables):
            continue
        fix = None
        if read.key:
            edit = from_environment(ctx, read.node, read.key)
            fix = ctx.fix("Fail at the start instead", edit, safe=_is_needed(ctx, write))
        yield ctx.finding(
            read.node,
            "SECRET_KEY is None when the variable is absent: sessions and tokens signed with it fail much later.",
            fixes=[fix],
        )


def _given_variables(model: ProjectModel) -> frozenset[str]:
    """The environment variables that files of the project give a value, not those of tests."""
    documents = (
        d for path, d in model.deployment.items() if not is_test_path(path) and stage_of_name(_name(path)) != "test"
    )
    return frozenset(v.name for document in documents for v in document.variables if v.value and not v.expands)


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _is_needed(ctx: Context, write: Write) -> bool:
    """Whether the value is the key of every application. A class for production is made in development as well."""
    if write.owner is None:
        return True
    objects = ctx.model.config_objects
    takers = objects.takers(ctx.index.dotted(write.owner), write.key)
    return objects.complete and bool(takers) and takers == objects.handed


def _may_be_absent(ctx: Context, read: EnvironmentRead) -> bool:
    return not read.raises and (read.default is None or constant(ctx, read.default) in (None, ""))


def _is_tested(ctx: Context, write: Write) -> bool:
    """Whether the name that carries the value stands in a condition anywhere in the file."""
    if not isinstance(write.value, ast.Name):
        return False
    for name in ctx.index.nodes(ast.Name):
        if name.id != write.value.id or not isinstance(name.ctx, ast.Load):
            continue
        for ancestor in ctx.index.ancestors(name):
            if isinstance(ancestor, (ast.If, ast.Assert, ast.IfExp, ast.While, ast.BoolOp, ast.Compare)):
                return True
            if isinstance(ancestor, ast.stmt):
                break
    return False
