"""The PIN of the debugger's console is switched off.

Why: The PIN is the only lock of the interactive console: without it everyone who sees a traceback page runs Python on
the machine. (After ten wrong PINs the console is closed until the restart.)

Instead: leave the PIN on; it is printed when the server starts. A fixed one (``WERKZEUG_DEBUG_PIN=123-456-789``) spares
typing a new one each time.

Fix: Removes the setting, so that the PIN is asked for; safe.

Quiet: When the debugger is built without ``evalex=True``: it then has no console.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.deploy import DeploymentFile
from flask_ls.rules.ask.environment_writes import environment_writes, without
from flask_ls.rules.ask.values import argument, constant, has_unpacking, truth
from flask_ls.rules.context import Context
from flask_ls.rules.deployment import DeploymentContext
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK504",
    severity=Severity.WARNING,
    guide=("Debug mode / the debugger's PIN is in the logs",),
    triggers=frozenset({"WERKZEUG_DEBUG_PIN", "pin_security", "DebuggedApplication"}),
    examples=(
        Bad(
            """
            import os

            from flask import Flask

            os.environ["WERKZEUG_DEBUG_PIN"] = "off"
            #                                  ^^^^^ The debugger's console needs no PIN
            app = Flask(__name__)
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            """,
        ),
        Bad(
            """
            from flask import Flask
            from werkzeug.debug import DebuggedApplication

            app = Flask(__name__)
            app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True, pin_security=False)
            #                                                             ^^^^^^^^^^^^^^^^^^ The debugger's console
            """,
            fixed="""
            from flask import Flask
            from werkzeug.debug import DebuggedApplication

            app = Flask(__name__)
            app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True)
            """,
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            === .flaskenv
            FLASK_DEBUG=1
            WERKZEUG_DEBUG_PIN=off
            #^^^^^^^^^^^^^^^^^^^^^ The debugger's console needs no PIN
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            === .flaskenv
            FLASK_DEBUG=1
            """,
        ),
        Good(
            """
            import os

            from flask import Flask
            from werkzeug.debug import DebuggedApplication

            os.environ["WERKZEUG_DEBUG_PIN"] = "123-456-789"
            app = Flask(__name__)
            app.wsgi_app = DebuggedApplication(app.wsgi_app, pin_security=False)
            """,
            drive="client.get('/')",
        ),
    ),
)

_MESSAGE = "The debugger's console needs no PIN: who sees a traceback page runs Python here."


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """The variable set to ``off``, and the debugger built without the PIN."""
    for write in environment_writes(ctx, "WERKZEUG_DEBUG_PIN"):
        if constant(ctx, write.value) == "off":
            fix = ctx.fix("Keep the PIN", without(ctx, write), safe=True)
            yield ctx.finding(write.value, _MESSAGE, fixes=[fix])
    for call in ctx.index.nodes(ast.Call):
        if ctx.called(call) not in ("werkzeug.debug.DebuggedApplication", "werkzeug.DebuggedApplication"):
            continue
        pin = argument(call, 6, "pin_security")
        has_console = truth(ctx, argument(call, 1, "evalex"))
        if pin is None or truth(ctx, pin) is not False or not has_console or has_unpacking(call):
            continue
        keyword = next((k for k in call.keywords if k.value is pin), None)
        fix = ctx.fix("Keep the PIN", ctx.edit().remove_argument(call, keyword or pin), safe=True)
        yield ctx.finding(keyword or pin, _MESSAGE, fixes=[fix])


@rule.on_deployment
def check_deployment(document: DeploymentFile, ctx: DeploymentContext) -> Iterator[Finding]:
    """The variable in the files that start the app."""
    for variable in document.variables:
        if variable.name == "WERKZEUG_DEBUG_PIN" and variable.value == "off":
            fix = ctx.fix("Keep the PIN", ctx.edit().remove(variable.removal), safe=True)
            yield ctx.finding(variable.span, _MESSAGE, fixes=[fix])
