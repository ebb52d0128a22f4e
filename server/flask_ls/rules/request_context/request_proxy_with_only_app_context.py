"""``request``, ``session`` or ``flash()`` is used where only an application context is active.

Why: ``app.app_context()`` provides ``current_app`` and ``g`` only. In commands, Celery tasks with a context class,
``with app.app_context():`` blocks and ``teardown_appcontext`` functions that run for them there is no request, and
``request``, ``session`` and ``flash()`` raise RuntimeError (Flask 3.2 words it "There is no request in this context").

Instead: Pass the data in. In tests and scripts use ``with app.test_request_context():``; clean up with
``teardown_request`` what belongs to a request.

Fix: ``test_request_context()`` for ``app_context()``, or around the statements; ``teardown_request`` for
``teardown_appcontext``. Unsafe: the request is a made-up one, and the function no longer runs for commands.

Quiet: After ``has_request_context()`` or ``if request``, and where RuntimeError is caught.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.rules.ask.contexts import Lacking, lacking, problems_of, report
from flask_ls.rules.ask.push_fixes import request_around, request_context_instead
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK202",
    severity=Severity.ERROR,
    guide=("Request context / request and session only inside a request",),
    triggers=frozenset(),
    when=problems_of("FLK202"),
    error_text="RuntimeError: Working outside of request context.",
    examples=(
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.cli.command("whoami")
            def whoami():
                print(request.remote_addr)
                #     ^^^^^^^ request needs a request, but only an application context is active here
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.cli.command("whoami")
            def whoami():
                with app.test_request_context():
                    print(request.remote_addr)
            """,
            drive="app.test_cli_runner().invoke(args=['whoami'], catch_exceptions=False)",
            fails="RuntimeError: (Working outside of request context|There is no request in this context)",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)
            with app.app_context():
                print(request.path)
            #         ^^^^^^^ request needs a request
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)
            with app.test_request_context():
                print(request.path)
            """,
            fails="RuntimeError: (Working outside of request context|There is no request in this context)",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.teardown_appcontext
            def log(error):
                print(request.path)
            #         ^^^^^^^ request needs a request


            @app.cli.command("init")
            def init():
                print("done")
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.teardown_request
            def log(error):
                print(request.path)


            @app.cli.command("init")
            def init():
                print("done")
            """,
            drive="app.test_cli_runner().invoke(args=['init'], catch_exceptions=False)",
            fails="RuntimeError: (Working outside of request context|There is no request in this context)",
        ),
        Good(
            """
            from flask import Flask, has_request_context, request

            app = Flask(__name__)


            @app.teardown_appcontext
            def log(error):
                if has_request_context():
                    print(request.path)


            @app.cli.command("paths")
            def paths():
                with app.test_request_context("/x"):
                    print(request.path)
            """,
            drive="app.test_cli_runner().invoke(args=['paths'], catch_exceptions=False)",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Uses that are proven to lack their context."""
    for found in lacking(ctx):
        yield report(ctx, found, _message(found), [request_context_instead(ctx, found), request_around(ctx, found)])


def _message(found: Lacking) -> str:
    return f"{found.what} needs a request, but only an application context is active here: this code {found.clause}."
