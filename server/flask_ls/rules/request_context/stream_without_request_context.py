"""The body of a streamed response uses a context that has ended when it is sent.

Why: A generator runs while the server sends the response, after the view returned and its context was popped, so
``request``, ``session``, ``current_app``, ``g`` and ``db.session`` raise RuntimeError inside it and the client gets a
broken body. Only the outermost iterable of a generator *expression* is evaluated in the view.

Instead: Wrap the generator in ``stream_with_context(...)``, or read the values into locals before.

Fix: Wraps the generator in ``stream_with_context``, which is safe. A view that yields gets an inner generator; unsafe,
as its body then starts when the view returns.

Quiet: For generators wrapped or decorated by ``stream_with_context``, and for what is evaluated in the view.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.rules.ask.contexts import Lacking, lacking, problems_of, report
from flask_ls.rules.ask.stream_fixes import keep_stream, view_with_generator
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK203",
    severity=Severity.ERROR,
    guide=("Request context / request and session only inside a request",),
    triggers=frozenset(),
    when=problems_of("FLK203"),
    error_text="RuntimeError: Working outside of request context.",
    examples=(
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def stream():
                def generate():
                    yield "Hello "
                    yield request.args["name"]
                    #     ^^^^^^^ request has no context here: this code runs after the view returned

                return generate()
            """,
            fixed="""
            from flask import Flask, request, stream_with_context

            app = Flask(__name__)


            @app.get("/")
            def stream():
                def generate():
                    yield "Hello "
                    yield request.args["name"]

                return stream_with_context(generate())
            """,
            drive="client.get('/?name=ann')",
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def stream():
                yield "Hello "
                yield request.args["name"]
                #     ^^^^^^^ request has no context here
            """,
            fixed="""
            from flask import Flask, request, stream_with_context

            app = Flask(__name__)


            @app.get("/")
            def stream():
                @stream_with_context
                def generate():
                    yield "Hello "
                    yield request.args["name"]

                return generate()
            """,
            drive="client.get('/?name=ann')",
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            from flask import Flask, Response, request

            app = Flask(__name__)


            @app.get("/")
            def stream():
                return Response(request.args["name"] for _ in range(2))
                #               ^^^^^^^ request has no context here
            """,
            fixed="""
            from flask import Flask, Response, request, stream_with_context

            app = Flask(__name__)


            @app.get("/")
            def stream():
                return Response(stream_with_context(request.args["name"] for _ in range(2)))
            """,
            drive="client.get('/?name=ann')",
            fails="RuntimeError: Working outside of request context",
        ),
        Good(
            """
            from flask import Flask, Response, request, stream_with_context

            app = Flask(__name__)


            @app.get("/")
            def stream():
                @stream_with_context
                def generate():
                    yield request.args["name"]

                return Response(generate())


            @app.get("/keys")
            def keys():
                return Response(key for key in request.args.to_dict())
            """,
            drive="client.get('/?name=ann'); client.get('/keys?name=ann')",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Uses that are proven to lack their context."""
    for found in lacking(ctx):
        yield report(ctx, found, _message(found), [keep_stream(ctx, found), view_with_generator(ctx, found)])


def _message(found: Lacking) -> str:
    return f"{found.what} has no context here: this code {found.clause}, while the response is sent."
