"""PROPAGATE_EXCEPTIONS is on outside of tests.

Why: Unhandled exceptions then leave the WSGI application: ``errorhandler(500)`` and its friendly page never run, and
the client gets the server's bare 500. Sentry does not need it: its Flask integration listens to
``got_request_exception`` and reports the same single event either way.

Instead: leave the key out. DEBUG and TESTING imply it.

Fix: Removes the setting; safe: error reports are sent all the same, and the error page is shown.

Quiet: In tests and development configuration, in a project without a handler for 500, when ``errorhandler(Exception)``
handles everything (it still runs), and with Flask-RESTful and Flask-RESTX, whose own error handling the key decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.apps import imports_package
from flask_ls.rules.ask.config import writes_of
from flask_ls.rules.ask.config_edits import without
from flask_ls.rules.ask.secret_key import matters
from flask_ls.rules.ask.stage import reaches_production
from flask_ls.rules.ask.values import truth
from flask_ls.rules.ask.views import handlers
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK804",
    severity=Severity.WARNING,
    guide=("Production / PROPAGATE_EXCEPTIONS=True for Sentry",),
    triggers=frozenset({"PROPAGATE_EXCEPTIONS"}),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            app.config["PROPAGATE_EXCEPTIONS"] = True
            #                                    ^^^^ unhandled exceptions bypass errorhandler(500) and its page


            @app.errorhandler(500)
            def failed(error):
                return "We are sorry.", 500


            @app.get("/")
            def index():
                return 1 / 0
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            @app.errorhandler(500)
            def failed(error):
                return "We are sorry.", 500


            @app.get("/")
            def index():
                return 1 / 0
            """,
        ),
        Good(
            """
            from flask import Flask

            app = Flask(__name__)
            app.config["PROPAGATE_EXCEPTIONS"] = True


            @app.errorhandler(Exception)
            def failed(error):
                return "We are sorry.", 500


            @app.get("/")
            def index():
                return 1 / 0
            """,
            drive="client.get('/')",
        ),
        Good(
            """
            from flask import Flask


            class TestingConfig:
                TESTING = True
                PROPAGATE_EXCEPTIONS = True


            app = Flask(__name__)
            app.config.from_object(TestingConfig)
            """,
            drive="client.get('/')",
        ),
    ),
)


_PAGE = re.compile(r"(?:errorhandler|register_error_handler)\(\s*(?:500\b|[\w.]*InternalServerError\b|[\w.]*INTERNAL_)")
_EVERYTHING = re.compile(r"errorhandler\(\s*Exception|register_error_handler\(\s*Exception")


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every write that switches it on."""
    if imports_package(ctx.model, "flask_restful", "flask_restx", "flask_restplus"):
        return
    for write in writes_of(ctx, "PROPAGATE_EXCEPTIONS"):
        if not truth(ctx, write.value) or not matters(ctx, write) or not reaches_production(ctx, write):
            continue
        if _handles_everything(ctx) or ctx.model.once(_is_handled_elsewhere) or not ctx.model.once(_has_page):
            continue
        yield ctx.finding(
            write.value,
            "PROPAGATE_EXCEPTIONS: unhandled exceptions bypass errorhandler(500) and its page.",
            fixes=[ctx.fix("Remove the setting", without(ctx, write), safe=True)],
        )


def _handles_everything(ctx: Context) -> bool:
    """Whether the file has ``errorhandler(Exception)`` for the whole app."""
    for _, role in handlers(ctx).of_kind("error_handler"):
        given = role.call.args[0] if role.call is not None and role.call.args else None
        if ctx.name(given) in ("builtins.Exception", "builtins.BaseException"):
            return True
    return False


def _may_have_page(facts: FileFacts) -> bool:
    return not facts.words.isdisjoint({"errorhandler", "app_errorhandler", "register_error_handler"})


def _has_page(model: ProjectModel) -> bool:
    """Whether a handler for 500 stands in one of the files that register error handlers."""
    sources = (model.read(path) for path in model.each(_may_have_page)) if model.read is not None else ()
    return any(source is not None and _PAGE.search(source.text) for source in sources)


def _is_handled_elsewhere(model: ProjectModel) -> bool:
    """Whether another file seems to: judged by its text, because a wrong yes only keeps the rule silent."""
    read = model.read
    for path in model.files if read is not None else ():
        source = read(path) if read is not None else None
        if source is not None and _EVERYTHING.search(source.text):
            return True
    return False
