"""Debug mode is switched on in the code.

Why: Debug mode starts Werkzeug's interactive debugger: traceback pages and ``/console`` run Python for everyone who
passes the PIN (since Werkzeug 3.0.3 only for a trusted Host header: localhost, 127.0.0.1 and the host given to
``run()``). ``app.run(debug=True)`` wins even over ``FLASK_DEBUG=0``. Under a WSGI server such as gunicorn ``app.debug =
True`` starts no debugger, but exceptions then bypass the handler for 500; the ``flask`` command overwrites it.

Instead: Start with ``flask run --debug`` or set ``FLASK_DEBUG=1`` where you develop.

Fix: Removes the argument or the line, or sets False in a configuration class. Safe: production never wants it. Unsafe
where the environment has a say, because its default changes.

Quiet: In tests and in configurations, functions and conditions for tests or development, in examples beside a library,
with ``use_evalex=False`` or ``use_debugger=False``, where ``run(debug=...)`` decides otherwise, and where only WSGI
servers start the app: also in a script that listens on this machine alone, when deployment files start such a server
and not this file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.deploy import DeploymentFile
from flask_ls.rules.ask import config, config_edits
from flask_ls.rules.ask.debugging import debug_servers, debug_writes, is_developers_start, is_for_development
from flask_ls.rules.ask.servers import Server, is_on
from flask_ls.rules.ask.settings_files import settings_in_force
from flask_ls.rules.ask.stage import is_example
from flask_ls.rules.ask.values import UNKNOWN, argument, constant
from flask_ls.rules.context import Context
from flask_ls.rules.deployment import DeploymentContext
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK501",
    severity=Severity.WARNING,
    guide=(
        "Debug mode / debug=True in production is remote code execution",
        "Debug mode / use the FLASK_DEBUG environment variable",
    ),
    triggers=frozenset({"debug", "DEBUG", "use_debugger", "run", "run_simple", "DebuggedApplication"}),
    overlaps=("ruff S201", "Bandit B201", "Sonar S4507", "semgrep python.flask.security.audit.debug-enabled"),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(port=8000, debug=True)
                #                  ^^^^^^^^^^ Debug mode is switched on in the code
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(port=8000)
            """,
            drive="assert not served()['use_debugger']",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            app.config["DEBUG"] = True
            #                     ^^^^ Debug mode is switched on in the code

            if __name__ == "__main__":
                app.run()
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run()
            """,
            drive="assert not served()['use_debugger']",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Flask


            class Config:
                DEBUG = True
                #       ^^^^ Debug mode is switched on in the code


            app = Flask(__name__)
            app.config.from_object(Config)
            """,
            fixed="""
            from flask import Flask


            class Config:
                DEBUG = False


            app = Flask(__name__)
            app.config.from_object(Config)
            """,
            drive="assert not app.debug",
            fails="AssertionError",
        ),
        Good(
            """
            import os

            from flask import Flask


            class Config:
                DEBUG = False


            class DevelopmentConfig(Config):
                DEBUG = True


            app = Flask(__name__)
            app.config.from_object({"dev": DevelopmentConfig, "prod": Config}[os.environ.get("STAGE", "prod")])

            if __name__ == "__main__":
                app.run()
            """,
            drive="assert not served()['use_debugger']",
        ),
    ),
)

_MESSAGE = "Debug mode is switched on in the code: its debugger runs Python for whoever reaches it."
_WRITTEN = "Debug mode is switched on in the code: app.run() starts the debugger, 500 handlers are bypassed."


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Server calls and configuration."""
    if is_example(ctx):
        return
    told: set[ast.AST] = set()
    for server in debug_servers(ctx):
        if server.debug is not None and server.debug.node not in told and not is_developers_start(ctx, server):
            told.add(server.debug.node)
            yield ctx.finding(server.debug.node, _MESSAGE, fixes=[_without_argument(ctx, server)])
    for write in debug_writes(ctx):
        yield ctx.finding(write.value, _WRITTEN, fixes=[_without_write(ctx, write)])


@rule.on(ast.Call)
def check_middleware(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``DebuggedApplication(app, evalex=True)``."""
    if ctx.called(node) not in ("werkzeug.debug.DebuggedApplication", "werkzeug.DebuggedApplication") or ctx.is_test:
        return
    console = argument(node, 1, "evalex")
    if console is not None and constant(ctx, console) is not UNKNOWN and constant(ctx, console):
        if is_for_development(ctx, node):
            return
        where = next((k for k in node.keywords if k.arg == "evalex"), console)
        edit = ctx.edit().remove_argument(node, where)
        fix = ctx.fix("Remove the console", edit, safe=True)
        yield ctx.finding(where, "The debugger's console is on: it runs Python for whoever reaches it.", fixes=[fix])


@rule.on_deployment
def check_settings(document: DeploymentFile, ctx: DeploymentContext) -> Iterator[Finding]:
    """``DEBUG`` in a file that is handed to ``from_pyfile`` or ``from_file``."""
    for setting in settings_in_force(document, ctx.model):
        where = setting.value_span or setting.span
        if setting.name == "DEBUG" and ctx.text(where).lower() in ("true", "1"):
            yield ctx.finding(where, _WRITTEN)


def _without_argument(ctx: Context, server: Server) -> Fix | None:
    option = server.debug
    assert option is not None
    if constant(ctx, option.value) is UNKNOWN:
        return None
    edit = ctx.edit()
    positional = option.node in server.call.args and option.node is not server.call.args[-1]
    if option.is_argument and not positional:
        edit.remove_argument(server.call, option.node)
        return ctx.fix(f"Remove {_shown(ctx, option.node)}", edit, safe=True)
    edit.replace(option.value, "False")
    return ctx.fix("Switch debug mode off", edit, safe=True)


def _without_write(ctx: Context, write: config.Write) -> Fix | None:
    if constant(ctx, write.value) is UNKNOWN or not is_on(ctx, write.value):
        return None
    if write.form in ("class", "module"):
        return ctx.fix("Switch debug mode off", ctx.edit().replace(write.value, "False"), safe=True)
    return ctx.fix("Remove the switch to debug mode", config_edits.without(ctx, write), safe=True)


def _shown(ctx: Context, node: ast.AST) -> str:
    return ctx.text(node) if isinstance(node, ast.keyword) else "the debug argument"
