"""The session is written although the application has no SECRET_KEY.

Why: Flask signs the session cookie with SECRET_KEY. Without one nothing is sent unsigned: reading ``session`` works (it
is empty), and writing to it, also through ``flash()``, ``login_user()`` and CSRF tokens, raises RuntimeError.

Instead: set the key from outside of the source: ``app.secret_key = os.environ["SECRET_KEY"]``.

Fix: Reads the key from the environment where the app is made; unsafe, as the variable must be set: the program else
ends at its start.

Quiet: When a part of the configuration cannot be read (``from_envvar()``, ``from_prefixed_env()``, files), when the
application keeps sessions in another way (``session_interface``, Flask-Session), and in tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.config.model import AppConfig
from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.project.scopes import Binding
from flask_ls.rules.ask.apps import configs_for, may_be_set_out_of_sight
from flask_ls.rules.ask.config import writes_of
from flask_ls.rules.ask.flow import assigned_value, is_caught, targets_of, tests_before
from flask_ls.rules.ask.values import constant
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK401",
    severity=Severity.ERROR,
    guide=(
        "Sessions and security / no SECRET_KEY means unsigned cookies",
        "Sessions and security / SECRET_KEY is required: random bytes, not a weak string",
    ),
    triggers=frozenset({"session", "flash", "login_user", "CSRFProtect", "CsrfProtect", "generate_csrf", "FlaskForm"}),
    error_text="RuntimeError: The session is unavailable because no secret key was set.  Set the secret_key on the "
    "application to something unique and secret.",
    examples=(
        Bad(
            """
            import os

            from flask import Flask, session

            app = Flask(__name__)


            @app.get("/")
            def index():
                session["user"] = 1
            #   ^^^^^^^^^^^^^^^ Writing to the session raises RuntimeError: the app has no SECRET_KEY
                return "x"
            """,
            fixed="""
            import os

            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = os.environ["SECRET_KEY"]


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            title="No key at all",
        ),
        Bad(
            """
            import os

            from flask import Flask, flash


            def create_app(config=None):
                app = Flask(__name__)
                app.config["SECRET_KEY"] = ""
                if config is not None:
                    app.config.update(config)

                @app.get("/")
                def index():
                    flash("hello")
            #       ^^^^^^^^^^^^^^ flash() raises RuntimeError: SECRET_KEY of the app is empty
                    return "x"

                return app


            app = create_app()
            """,
            drive="client.get('/')",
            fails="RuntimeError: The session is unavailable because no secret key was set",
        ),
        Good(
            """
            from flask import Flask, session


            class Base:
                SECRET_KEY = "only for this example"


            class Config(Base):
                DEBUG = False


            def configure(app):
                app.config.from_object(Config)


            app = Flask(__name__)
            configure(app)


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            drive="client.get('/')",
        ),
        Good(
            """
            from flask import Flask, session

            app = Flask(__name__)


            @app.get("/")
            def index():
                return str(session.get("user")) + str("user" in session)
            """,
            drive="client.get('/')",
        ),
    ),
)

_CHANGING = frozenset({"update", "setdefault", "pop", "popitem", "clear"})
_WRITERS = {
    "flask.flash": "flash()",
    "flask_login.login_user": "login_user()",
    "flask_wtf.csrf.generate_csrf": "generate_csrf()",
}
_PROTECTION = frozenset({"flask_wtf.CSRFProtect", "flask_wtf.csrf.CSRFProtect", "flask_wtf.csrf.CsrfProtect"})
_PROTECTORS = frozenset({"CSRFProtect", "CsrfProtect"})
_UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every write, when each app that runs it is known to have no key."""
    if ctx.is_test:
        return
    writes = [*_writes(ctx), *_forms(ctx)]
    if not (writes or any(b.kind == "from" and b.attribute in _PROTECTORS for b in _imports(ctx))):
        return
    if ctx.model.once(_may_have_key):
        return
    for node, what in writes:
        configs = configs_for(ctx, node)
        if not configs or any(c.own_sessions or not c.lacks("SECRET_KEY") for c in configs):
            continue
        if is_caught(ctx, node, "RuntimeError") or _asks_for_key(ctx, node):
            continue
        yield _finding(ctx, node, what, configs[0])
    yield from _protections(ctx)


def _asks_for_key(ctx: Context, node: ast.AST) -> bool:
    """``if current_app.secret_key:``, ``if app.config.get("SECRET_KEY"):``."""
    return any(
        (isinstance(n, ast.Attribute) and n.attr == "secret_key")
        or (isinstance(n, ast.Constant) and n.value == "SECRET_KEY")
        for test, _ in tests_before(ctx, node)
        for n in ast.walk(test)
    )


def _imports(ctx: Context) -> Iterator[Binding]:
    for bindings in ctx.index.root.bindings.values():
        yield from bindings


def _may_have_key(model: ProjectModel) -> bool:
    return may_be_set_out_of_sight(model, "SECRET_KEY")


def _finding(ctx: Context, node: ast.AST, what: str, config: AppConfig) -> Finding:
    state = (
        "SECRET_KEY of the app is empty" if config.possible("SECRET_KEY") == {"false"} else "the app has no SECRET_KEY"
    )
    return ctx.finding(
        node,
        f"{what} raises RuntimeError: {state}.",
        related=[ctx.related(config.site, "the app is made here, and nothing gives it a key")],
        fixes=[_set_key(ctx, config)],
    )


def _writes(ctx: Context) -> Iterator[tuple[ast.AST, str]]:
    what = "Writing to the session"
    for subscript in ctx.index.nodes(ast.Subscript):
        if isinstance(subscript.ctx, ast.Load) or ctx.name(subscript.value) != "flask.session":
            continue
        if not isinstance(ctx.parent(subscript), ast.AugAssign):  # reads first, and finds nothing: KeyError
            yield subscript, what
    for attribute in ctx.index.nodes(ast.Attribute):
        is_set = attribute.attr == "permanent" and isinstance(attribute.ctx, ast.Store)
        if is_set and ctx.name(attribute.value) == "flask.session":
            yield attribute, what
    for call in ctx.index.nodes(ast.Call):
        name = ctx.called(call) or ""
        owner, _, method = name.rpartition(".")
        if owner == "flask.session" and method in _CHANGING:
            yield call, what
        elif name in _WRITERS:
            yield call, _WRITERS[name]


def _forms(ctx: Context) -> Iterator[tuple[ast.AST, str]]:
    """Forms with a CSRF token that are built in a function."""
    if ctx.model.each(_sets_csrf) or not ctx.model.each(_has_forms):
        return
    for call in ctx.index.nodes(ast.Call):
        if call.keywords or not ctx.is_instance(call, "flask_wtf.FlaskForm") or ctx.index.function_of(call) is None:
            continue
        classes = ctx.infer.classes_of(call)
        if not any("Meta" in (k[1].attributes if (k := ctx.model.names.class_(c)) else ()) for c in classes):
            yield call, "A form with a CSRF token"


def _has_forms(facts: FileFacts) -> bool:
    """Whether a file has to do with Flask-WTF."""
    return any(imported.module.partition(".")[0] == "flask_wtf" for imported in facts.imports)


def _sets_csrf(facts: FileFacts) -> bool:
    return any(mention.key == "WTF_CSRF_ENABLED" for mention in facts.config.mentions)


def _protections(ctx: Context) -> Iterator[Finding]:
    """``CSRFProtect(app)``: every request with a body fails."""
    for config in ctx.model.configs:
        if config.own_sessions or not config.lacks("SECRET_KEY"):
            continue
        routes = ctx.model.evaluation.table.routes
        if not any(r.app == config.app and r.methods & _UNSAFE_METHODS for r in routes):
            continue
        for start in config.starts:
            if start.extension in _PROTECTION and start.site.path == ctx.path and not start.conditional:
                yield ctx.finding(
                    start.site.span,
                    "CSRFProtect makes every POST raise RuntimeError: the app has no SECRET_KEY.",
                    related=[ctx.related(config.site, "the app is made here, and nothing gives it a key")],
                    fixes=[_set_key(ctx, config)],
                )


def _set_key(ctx: Context, config: AppConfig) -> Fix | None:
    """Set the key where the app is made, or where it is set to nothing."""
    path = config.site.path
    edit = ctx.edit(path)
    if path == ctx.path:
        empty = [w for w in writes_of(ctx, "SECRET_KEY") if not constant(ctx, w.value)]
        if len(empty) == 1 and constant(ctx, empty[0].value) in (None, "", b""):
            name = edit.import_module("os", at=empty[0].value)
            edit.replace(empty[0].value, f'{name}.environ["SECRET_KEY"]')
            return ctx.fix("Read SECRET_KEY from the environment", edit, safe=False)
        if empty:
            return None
    for statement in (*edit.index.nodes(ast.Assign), *edit.index.nodes(ast.AnnAssign)):
        targets, value = targets_of(statement), assigned_value(statement)
        if value is not None and edit.source.span(value) == config.site.span and len(targets) == 1:
            target = edit.source.segment(targets[0])
            name = edit.import_module("os", at=statement)
            edit.insert_line_after(statement, f'{target}.secret_key = {name}.environ["SECRET_KEY"]')
            return ctx.fix("Read SECRET_KEY from the environment", edit, safe=False)
    return None
