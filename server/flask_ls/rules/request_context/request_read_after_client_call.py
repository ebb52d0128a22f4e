"""``session``, ``request`` or ``g`` is read after a request of the test client has ended.

Why: The test client pops the context at the end of each request, so what belonged to the request cannot be read
afterwards.

Instead: Enter the client, ``with client:``, which keeps the context of the last request until the block ends; or use
``client.session_transaction()`` for the session.

Fix: Enters the client, or moves the reading into the block that enters it; safe.

Quiet: Inside ``with client:`` (also when a fixture yields the client from such a block), and in a context pushed around
the reading.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.rules.ask.client_fixes import enter_client
from flask_ls.rules.ask.contexts import Lacking, lacking, problems_of, report
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK206",
    severity=Severity.ERROR,
    guide=("Request context / the test client provides context automatically",),
    triggers=frozenset(),
    when=problems_of("FLK206"),
    error_text="RuntimeError: Working outside of request context.",
    examples=(
        Bad(
            """
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "x"


            @app.get("/login")
            def login():
                session["user"] = 1
                return "x"


            def test_login():
                client = app.test_client()
                client.get("/login")
                assert session["user"] == 1
                #      ^^^^^^^ session is read after the test client's request ended
            """,
            fixed="""
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "x"


            @app.get("/login")
            def login():
                session["user"] = 1
                return "x"


            def test_login():
                client = app.test_client()
                with client:
                    client.get("/login")
                    assert session["user"] == 1
            """,
            drive="test_login()",
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "x"


            @app.get("/login")
            def login():
                session["user"] = 1
                return "x"


            def test_login():
                with app.test_client() as client:
                    client.get("/login")
                assert session["user"] == 1
                #      ^^^^^^^ session is read after the test client's request ended
            """,
            fixed="""
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "x"


            @app.get("/login")
            def login():
                session["user"] = 1
                return "x"


            def test_login():
                with app.test_client() as client:
                    client.get("/login")
                    assert session["user"] == 1
            """,
            drive="test_login()",
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return "x"


            def test_path():
                app.test_client().get("/")
                assert request.path == "/"
                #      ^^^^^^^ request is read after the test client's request ended
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return "x"


            def test_path():
                with app.test_client() as client:
                    client.get("/")
                    assert request.path == "/"
            """,
            drive="test_path()",
            fails="RuntimeError: Working outside of request context",
        ),
        Good(
            """
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "x"


            @app.get("/login")
            def login():
                session["user"] = 1
                return "x"


            def test_login():
                with app.test_client() as client:
                    client.get("/login")
                    assert session["user"] == 1
            """,
            drive="test_login()",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Uses that are proven to lack their context."""
    for found in lacking(ctx):
        yield report(ctx, found, _message(found), [enter_client(ctx, found)])


def _message(found: Lacking) -> str:
    return f"{found.what} is read after the test client's request ended and took its context along."
