"""``url_for`` is called without a request, and without an application context that knows its SERVER_NAME.

Why: ``url_for`` builds from the current request. With only an application context it needs ``SERVER_NAME`` (and then
gives absolute URLs by default); without either it raises RuntimeError. ``_external=True`` does not help.

Instead: Call it in a view. In scripts and commands set ``SERVER_NAME``, or use
``with app.test_request_context(base_url=...):``.

Fix: A request context in the place of the application context, ``SERVER_NAME`` with a host to be replaced, a property
for a class attribute, a function for a constant. All unsafe: the URLs or the uses change.

Quiet: In an application context when ``SERVER_NAME`` is mentioned anywhere in the project or some configuration
cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.rules.ask.contexts import Lacking, lacking, report
from flask_ls.rules.ask.late_fixes import late_default, late_value
from flask_ls.rules.ask.push_fixes import request_around, request_context_instead, server_name
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK204",
    severity=Severity.ERROR,
    guide=("Request context / url_for needs context",),
    triggers=frozenset({"url_for", "SERVER_NAME"}),
    asks_contexts=True,
    error_text="RuntimeError: Unable to build URLs outside an active request without 'SERVER_NAME' configured.",
    examples=(
        Bad(
            """
            from flask import Flask, url_for

            app = Flask(__name__)


            @app.get("/")
            def home():
                return "x"


            with app.app_context():
                print(url_for("home"))
                #     ^^^^^^^ url_for() needs a request or SERVER_NAME, and has neither
            """,
            fixed="""
            from flask import Flask, url_for

            app = Flask(__name__)


            @app.get("/")
            def home():
                return "x"


            with app.test_request_context():
                print(url_for("home"))
            """,
            fails="RuntimeError: Unable to build URLs outside an active request",
        ),
        Bad(
            """
            from flask import Flask, url_for

            app = Flask(__name__)


            @app.get("/")
            def home():
                return "x"


            @app.cli.command("link")
            def link():
                print(url_for("home"))
                #     ^^^^^^^ url_for() needs a request or SERVER_NAME, and has neither
            """,
            fixed="""
            from flask import Flask, url_for

            app = Flask(__name__)
            app.config["SERVER_NAME"] = "example.com"


            @app.get("/")
            def home():
                return "x"


            @app.cli.command("link")
            def link():
                print(url_for("home"))
            """,
            drive="app.test_cli_runner().invoke(args=['link'], catch_exceptions=False)",
            fails="RuntimeError: Unable to build URLs outside an active request",
        ),
        Bad(
            """
            from flask import url_for


            class Menu:
                home = url_for("home")
                #      ^^^^^^^ url_for() needs a request
            """,
            fixed="""
            from flask import url_for


            class Menu:
                @property
                def home(self):
                    return url_for("home")
            """,
            fails="RuntimeError: Working outside of application context",
        ),
        Good(
            """
            from flask import Flask, url_for

            app = Flask(__name__)
            app.config["SERVER_NAME"] = "example.com"


            @app.get("/")
            def home():
                return url_for("home")


            with app.app_context():
                print(url_for("home"))
            """,
            drive="client.get('/')",
        ),
    ),
)


_FIXES = (request_context_instead, late_default, late_value, server_name, request_around)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Uses that are proven to lack their context."""
    for found in lacking(ctx):
        yield report(ctx, found, _message(found), [fix(ctx, found) for fix in _FIXES])


def _message(found: Lacking) -> str:
    if found.problem.pushed or found.problem.need.level == "app url":
        return f"{found.what} needs a request or SERVER_NAME, and has neither: this code {found.clause}."
    return f"{found.what} needs a request, but this code {found.clause}."
