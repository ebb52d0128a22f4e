"""``threaded=True`` is given to ``app.run()``.

Why: It does nothing: ``app.run()`` serves each request in a thread by default since Flask 1.0.

Instead: leave the argument out.

Fix: Removes the argument; safe, as it is the default.

Quiet: For ``werkzeug.serving.run_simple``, whose own default is ``threaded=False``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK802",
    severity=Severity.HINT,
    guide=("Production / threaded=True for development server concurrency",),
    triggers=frozenset({"threaded"}),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(port=8000, threaded=True)
                #                  ^^^^^^^^^^^^^ threaded=True is the default
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(port=8000)
            """,
        ),
        Good(
            """
            from flask import Flask
            from werkzeug.serving import run_simple

            app = Flask(__name__)

            if __name__ == "__main__":
                run_simple("127.0.0.1", 5000, app, threaded=True)
            """,
        ),
    ),
)


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``app.run(threaded=True)``."""
    for keyword in node.keywords:
        if (
            keyword.arg == "threaded"
            and isinstance(keyword.value, ast.Constant)
            and keyword.value.value is True
            and ctx.member(node.func) == "flask.Flask.run"
            and not any(k.arg == "processes" for k in node.keywords)
        ):
            yield ctx.finding(
                keyword,
                "threaded=True is the default of app.run() since Flask 1.0; it does nothing.",
                fixes=[ctx.fix("Remove threaded=True", ctx.edit().remove_argument(node, keyword), safe=True)],
                unnecessary=True,
            )
