"""A query or form value is turned into a number without a check.

Why: Query and form values are strings or absent. ``int(None)`` raises TypeError and ``int("abc")`` ValueError, so a
missing or mistyped parameter becomes a 500 page. Without ``type=`` the value stays a string: comparing it with or adding
it to a number raises TypeError.

Instead: ``request.args.get("page", default=1, type=int)`` gives the default for a missing and for an invalid value (the
default itself is not converted).

Quiet: Inside a ``try`` that catches ValueError or TypeError, after ``isdigit()`` and the like was asked, and for values
of ``request.json``, which have types of their own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Note, Rule

rule = Rule(
    __name__,
    code="FLK905",
    severity=Severity.WARNING,
    guide=("Common mistakes / request.args.get('page', default=1, type=int)",),
    triggers=frozenset({"args", "form", "values", "cookies", "headers"}),
    error_text="ValueError: invalid literal for int() with base 10: 'abc'",
    notes=(Note("<2.3", "Up to Werkzeug 2.3 a converter that raises TypeError is a 500; only ValueError is caught."),),
    examples=(
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return str(int(request.args.get("page", 1)))
                #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ int() of a query value raises ValueError
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return str(request.args.get("page", default=1, type=int))
            """,
            drive="client.get('/?page=abc')",
            fails=r"ValueError: invalid literal for int\(\)",
        ),
        Good(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                try:
                    page = int(request.args["page"])
                except (KeyError, ValueError):
                    page = 1
                return str(page)
            """,
            drive="client.get('/?page=abc')",
        ),
    ),
)


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``int(request.args.get(...))``."""
    converter = ctx.called(node)
    if converter not in ("builtins.int", "builtins.float") or len(node.args) != 1 or node.keywords:
        return
    value = node.args[0]
    source = value.func if isinstance(value, ast.Call) else None
    if (
        isinstance(source, ast.Attribute)
        and ctx.name(source) == "flask.request.args.get"
        and isinstance(value, ast.Call)
    ):
        kind = converter.rpartition(".")[2]
        yield ctx.finding(
            node,
            f"{kind}() of a query value raises ValueError for text that is no number, and the page answers 500.",
            fixes=[_typed_get(node, value, kind, ctx)],
        )


def _typed_get(node: ast.Call, get: ast.Call, kind: str, ctx: Context) -> Fix | None:
    if len(get.args) != 2 or get.keywords:
        return None
    text = f"{ctx.text(get.func)}({ctx.text(get.args[0])}, default={ctx.text(get.args[1])}, type={kind})"
    return ctx.fix(f"Let .get() convert with type={kind}", ctx.edit().replace(node, text), safe=True)
