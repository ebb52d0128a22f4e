"""``request``, ``session`` or a function that needs them is used where no request is handled.

Why: ``request`` and ``session`` exist only while Flask handles a request. Module level, class bodies, default arguments
and decorator arguments are evaluated once, at import, where they raise RuntimeError; even if they did not, they would
freeze the value of one request.

Instead: Read them inside the view, or hand over a function that reads them.

Fix: Evaluates a default when the function is called or the form is made, which is safe. Unsafe, as uses in other places
change: a class attribute becomes a property, a constant of the module a function; a test gets a made-up request.

Quiet: After ``has_request_context()`` or ``if request``, where RuntimeError is caught, and for functions of which no
call without a request is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.rules.ask.contexts import Lacking, lacking, problems_of, report
from flask_ls.rules.ask.late_fixes import late_default, late_value
from flask_ls.rules.ask.push_fixes import request_around
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK201",
    severity=Severity.ERROR,
    guide=("Request context / request and session only inside a request",),
    triggers=frozenset(),
    when=problems_of("FLK201"),
    error_text="RuntimeError: Working outside of request context.",
    examples=(
        Bad(
            """
            from flask import request


            class Config:
                BASE_URL = request.host_url
                #          ^^^^^^^ request needs a request, but this code runs while the module is imported
            """,
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            def page(number=request.args.get("page", 1, type=int)):
            #               ^^^^^^^ request needs a request
                return number
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            def page(number=None):
                if number is None:
                    number = request.args.get("page", 1, type=int)
                return number
            """,
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            from flask import request


            class Visitor:
                ip = request.remote_addr
                #    ^^^^^^^ request needs a request
            """,
            fixed="""
            from flask import request


            class Visitor:
                @property
                def ip(self):
                    return request.remote_addr
            """,
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)
            LANGUAGE = request.accept_languages.best
            #          ^^^^^^^ request needs a request


            @app.get("/")
            def index():
                return str(LANGUAGE)
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            def language():
                return request.accept_languages.best


            @app.get("/")
            def index():
                return str(language())
            """,
            drive="client.get('/')",
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            from flask import request

            where = lambda path=request.path: path
            #                   ^^^^^^^ request needs a request
            """,
            fixed="""
            from flask import request

            where = lambda path=None: request.path if path is None else path
            """,
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            def test_path():
                assert request.path == "/"
                #      ^^^^^^^ request needs a request
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            def test_path():
                with app.test_request_context():
                    assert request.path == "/"
            """,
            drive="test_path()",
            fails="RuntimeError: Working outside of request context",
        ),
        Good(
            """
            from dataclasses import dataclass, field

            from flask import Flask, has_request_context, request

            app = Flask(__name__)
            ADDRESS = request.remote_addr if has_request_context() else None


            @dataclass
            class Visit:
                path: str = field(default_factory=lambda: request.path)


            @app.get("/")
            def index():
                return Visit().path
            """,
            drive="client.get('/')",
        ),
    ),
)


_FIXES = (late_default, late_value, request_around)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Uses that are proven to lack their context."""
    for found in lacking(ctx):
        yield report(ctx, found, _message(found), [fix(ctx, found) for fix in _FIXES])


def _message(found: Lacking) -> str:
    return f"{found.what} needs a request, but this code {found.clause}."
