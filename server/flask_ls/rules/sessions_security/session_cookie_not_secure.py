"""The session cookie is also sent over plain HTTP in production.

Why: ``SESSION_COOKIE_SECURE`` is False by default. One request to ``http://`` is enough for everyone on the way to read
the cookie and to be that user.

Instead: ``SESSION_COOKIE_SECURE = True`` in the production configuration. (Not in development over plain HTTP: the
browser would not send the cookie back.)

Fix: Sets the key to True where it is False, else in the production configuration or below the app; safe in production,
which HTTPS is for.

Quiet: In tests, development configuration and modules named for them, when a part of the configuration cannot be read,
when Flask-Talisman is used (it switches the attribute on), and when the project writes no session. A missing key is
reported only where production is visible: a production configuration, or a deployment file that starts a production
server.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.config.stage import stage_of_name
from flask_ls.project.deploy import DeploymentFile, invocations
from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.apps import imports_package, keeps_sessions_elsewhere, uses_sessions
from flask_ls.rules.ask.config import Write, is_config_class, writes_of
from flask_ls.rules.ask.flow import assigned_value, targets_of
from flask_ls.rules.ask.secret_key import matters
from flask_ls.rules.ask.stage import is_off_production, reaches_production, stage_of_class
from flask_ls.rules.ask.values import UNKNOWN, constant
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.fixing import EditBuilder
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

_KEY = "SESSION_COOKIE_SECURE"


def _may_leave_it_off(facts: FileFacts, model: ProjectModel) -> bool:
    if any(stage_of_name(name.rpartition(".")[2]) == "production" for name in facts.classes):
        return True
    return any(config.site.path == facts.path for config in model.configs)


rule = Rule(
    __name__,
    code="FLK406",
    severity=Severity.WARNING,
    guide=("Sessions and security / SESSION_COOKIE_SECURE=True in production",),
    triggers=frozenset({_KEY, "Flask", "from_object"}),
    when=_may_leave_it_off,
    examples=(
        Bad(
            """
            from flask import Flask, session


            class ProductionConfig:
                SESSION_COOKIE_SECURE = False
                #                       ^^^^^ the session cookie is also sent over plain HTTP


            app = Flask(__name__)
            app.config.from_object(ProductionConfig)


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            fixed="""
            from flask import Flask, session


            class ProductionConfig:
                SESSION_COOKIE_SECURE = True


            app = Flask(__name__)
            app.config.from_object(ProductionConfig)


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
        ),
        Bad(
            """
            import os

            from flask import Flask, session


            class ProductionConfig:
            #     ^^^^^^^^^^^^^^^^ leaves SESSION_COOKIE_SECURE off: the session cookie is also sent over plain HTTP
                SECRET_KEY = os.environ["HOME"]


            app = Flask(__name__)
            app.config.from_object(ProductionConfig)


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            fixed="""
            import os

            from flask import Flask, session


            class ProductionConfig:
                SECRET_KEY = os.environ["HOME"]
                SESSION_COOKIE_SECURE = True


            app = Flask(__name__)
            app.config.from_object(ProductionConfig)


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
        ),
        Bad(
            """
            import os

            from flask import Flask, session

            app = Flask(__name__)
            #     ^^^^^^^^^^^^^^^ SESSION_COOKIE_SECURE is left off, and Procfile starts gunicorn
            app.secret_key = os.environ["SECRET_KEY"]


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            === Procfile
            web: gunicorn app:app
            """,
            fixed="""
            import os

            from flask import Flask, session

            app = Flask(__name__)
            app.config["SESSION_COOKIE_SECURE"] = True
            app.secret_key = os.environ["SECRET_KEY"]


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            === Procfile
            web: gunicorn app:app
            """,
        ),
        Good(
            """
            from flask import Flask, session


            class DevelopmentConfig:
                SECRET_KEY = "only for this example"
                SESSION_COOKIE_SECURE = False


            class ProductionConfig(DevelopmentConfig):
                SESSION_COOKIE_SECURE = True


            app = Flask(__name__)
            app.config.from_object(ProductionConfig)


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            drive="client.get('/')",
        ),
    ),
)

_SERVERS = frozenset(
    {
        "gunicorn",
        "uwsgi",
        "waitress-serve",
        "waitress",
        "hypercorn",
        "uvicorn",
        "mod_wsgi-express",
        "gunicorn.app.wsgiapp",
    }
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Switched off, or left off where production is visible."""
    model = ctx.model
    if ctx.is_test or keeps_sessions_elsewhere(model) or imports_package(model, "flask_talisman"):
        return
    for write in writes_of(ctx, _KEY):
        if _is_off(ctx, write) and matters(ctx, write) and reaches_production(ctx, write):
            yield ctx.finding(
                write.value,
                f"{_KEY} is off: the session cookie is also sent over plain HTTP.",
                fixes=[ctx.fix("Set it to True", ctx.edit().replace(write.value, "True"), safe=True)],
            )
    if not uses_sessions(model) or model.each(_may_be_set):
        return
    yield from _missing_in_classes(ctx)
    if not model.once(_has_production_class):
        yield from _missing_in_apps(ctx)


def _is_off(ctx: Context, write: Write) -> bool:
    value = constant(ctx, write.value)
    return value is not UNKNOWN and not value


def _may_be_set(facts: FileFacts) -> bool:
    return bool(facts.config.open_sources) or any(m.key == _KEY and m.truth is not False for m in facts.config.mentions)


def _missing_in_classes(ctx: Context) -> Iterator[Finding]:
    for cls in ctx.index.nodes(ast.ClassDef):
        if not is_config_class(ctx, cls) or stage_of_class(ctx, cls) != "production":
            continue
        dotted = ctx.index.dotted(cls)
        bases = ctx.model.mro(dotted)
        if any(_defines(ctx.model, b) for b in bases) or any(_is_production(ctx.model, b) for b in bases[1:]):
            continue
        start = ctx.source.text.index(cls.name, ctx.span(cls).start + len("class"))
        fix = _set_in(ctx, cls)
        yield ctx.finding(
            Span(start, start + len(cls.name)),
            f"{cls.name} leaves {_KEY} off: the session cookie is also sent over plain HTTP.",
            fixes=[ctx.fix(f"Set {_KEY} to True", fix, safe=True)],
        )


def _set_in(ctx: Context, cls: ast.ClassDef) -> EditBuilder:
    """The setting below the others of the class, above its methods."""
    methods = [s for s in cls.body if isinstance(s, (*FUNCTIONS, ast.ClassDef))]
    above = cls.body[: cls.body.index(methods[0])] if methods else cls.body
    if above:
        return ctx.edit().insert_line_after(above[-1], f"{_KEY} = True")
    return ctx.edit().insert_line_before(methods[0], f"{_KEY} = True").insert_line_before(methods[0], "")


def _defines(model: ProjectModel, cls: str) -> bool:
    known = model.names.class_(cls)
    return known is not None and (_KEY in known[1].attributes or _KEY in known[1].methods)


def _is_production(model: ProjectModel, cls: str) -> bool:
    known = model.names.class_(cls)
    return known is not None and stage_of_name(cls.rpartition(".")[2]) == "production"


def _has_production_class(model: ProjectModel) -> bool:
    return any(_is_production(model, name) for name in model.config_objects.names)


def _missing_in_apps(ctx: Context) -> Iterator[Finding]:
    server = ctx.model.once(_production_server)
    if server is None or is_off_production(stage_of_name(ctx.index.module.rpartition(".")[2])):
        return
    for config in ctx.model.configs:
        if config.site.path != ctx.path or config.possible(_KEY) != {"absent"} or config.lacks("SECRET_KEY"):
            continue
        yield ctx.finding(
            config.site.span,
            f"{_KEY} is left off, and {server[0]} starts {server[1]}: the session cookie is also sent over plain HTTP.",
            fixes=[
                ctx.fix(f"Set {_KEY} to True", edit, safe=True)
                for statement in (*ctx.index.nodes(ast.Assign), *ctx.index.nodes(ast.AnnAssign))
                if (value := assigned_value(statement)) is not None and ctx.span(value) == config.site.span
                if len(targets := targets_of(statement)) == 1
                for edit in [ctx.edit()]
                if edit.insert_line_after(statement, f"{ctx.text(targets[0])}.config[{edit.quoted(_KEY)}] = True")
            ],
        )


def _production_server(model: ProjectModel) -> tuple[str, str] | None:
    """The deployment file that starts a production server, and which."""
    for path, document in sorted(model.deployment.items()):
        server = _server_of(document)
        if server is not None:
            return path.rpartition("/")[2], server
    return None


def _server_of(document: DeploymentFile) -> str | None:
    if document.is_development or document.kind in ("makefile", "workflow"):
        return None
    if document.kind in ("gunicorn", "uwsgi"):
        return document.kind
    for command in document.commands:
        if command.role == "run":
            for invocation in invocations(command):
                if invocation.program in _SERVERS:
                    return invocation.program
    return None
