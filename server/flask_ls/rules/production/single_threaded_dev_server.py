"""The development server is told to handle one request at a time, or processes and threads are mixed.

Why: With ``threaded=False`` a view that calls its own server waits for itself. ``processes`` greater than one needs
``threaded=False``: threads are on by default, and both together raise ``ValueError`` when the server starts.

Instead: leave ``threaded`` out; with ``processes=`` give ``threaded=False``. For real concurrency use a production
server.

Fix: Removes ``threaded=False``, or adds it beside ``processes``; safe for the development server.

Quiet: For ``processes=`` together with ``threaded=False``, and for values that are not constants.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.values import UNKNOWN, constant
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK803",
    severity=Severity.INFORMATION,
    guide=("Production / threaded=True for development server concurrency",),
    triggers=frozenset({"threaded", "processes"}),
    error_text="ValueError: Cannot have a multi-thread and multi-process server.",
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(threaded=False)
                #       ^^^^^^^^^^^^^^ one request at a time
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run()
            """,
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            def serve():
                app.run(port=5099, processes=2)
                #                  ^^^^^^^^^^^ raises ValueError
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            def serve():
                app.run(port=5099, processes=2, threaded=False)
            """,
        ),
        Bad(
            """
            from flask import Flask
            from werkzeug.serving import run_simple

            app = Flask(__name__)

            if __name__ == "__main__":
                run_simple("localhost", 5000, app, threaded=True, processes=2)
                #                                                 ^^^^^^^^^^^ processes=2 raises ValueError
            """,
            fixed="""
            from flask import Flask
            from werkzeug.serving import run_simple

            app = Flask(__name__)

            if __name__ == "__main__":
                run_simple("localhost", 5000, app, threaded=False, processes=2)
            """,
        ),
        Good(
            """
            from flask import Flask
            from werkzeug.serving import run_simple

            app = Flask(__name__)

            if __name__ == "__main__":
                run_simple("localhost", 5000, app, processes=2)
            """,
        ),
        Good(
            """
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(processes=2, threaded=False)
            """,
        ),
    ),
)


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``app.run(threaded=False)`` and ``app.run(processes=2)``."""
    keywords = {k.arg: k for k in node.keywords if k.arg}
    if not ({"threaded", "processes"} & keywords.keys()):
        return
    runs_simple = ctx.called(node) == "werkzeug.serving.run_simple"
    if not runs_simple and ctx.member(node.func) != "flask.Flask.run":
        return
    if any(k.arg is None for k in node.keywords):
        return
    threaded, processes = keywords.get("threaded"), keywords.get("processes")
    if runs_simple and (threaded is None or processes is None):
        return  # run_simple() itself has no threads by default
    if processes is None:
        if threaded is not None and _value(ctx, threaded) is False:
            yield ctx.finding(
                threaded,
                "threaded=False: the server handles one request at a time, a request to itself never ends.",
                fixes=[ctx.fix("Remove threaded=False", ctx.edit().remove_argument(node, threaded), safe=True)],
            )
        return
    count = _value(ctx, processes)
    if not isinstance(count, int) or count <= 1 or (threaded is not None and _value(ctx, threaded) is not True):
        return
    if threaded is None:
        edit = ctx.edit().add_argument(node, "threaded=False")
    else:
        edit = ctx.edit().replace(threaded.value, "False")
    yield ctx.finding(
        processes,
        f"processes={count} raises ValueError: threads are on by default, and both cannot be.",
        severity=Severity.ERROR,
        fixes=[ctx.fix("Switch threads off with threaded=False", edit, safe=True)],
    )


def _value(ctx: Context, keyword: ast.keyword) -> object:
    value = constant(ctx, keyword.value)
    return None if value is UNKNOWN else value
