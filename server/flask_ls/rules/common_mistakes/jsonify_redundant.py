"""A view returns ``jsonify({...})`` where the dict alone gives the same response.

Why: Style only: Flask makes a JSON response of a returned dict since 1.1 and of a list since 2.2.

Instead: return the dict.

Fix: Returns the dict or list itself; safe: the response is the same.

Quiet: For ``jsonify(a=1)``, several arguments, and values that are no dict display or ``dict(...)`` call: strings,
numbers and None have no short form. Outside of views and error handlers, and with Flask 1.0 or older.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from packaging.version import Version

from flask_ls.rules.ask.views import handlers
from flask_ls.rules.context import Context
from flask_ls.rules.edits.statements import indentation
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK909",
    severity=Severity.HINT,
    default=False,
    guide=("Common mistakes / return jsonify(data), not json.dumps",),
    triggers=frozenset({"jsonify"}),
    examples=(
        Bad(
            """
            from flask import Flask, jsonify

            app = Flask(__name__)


            @app.get("/")
            def index():
                return jsonify({"a": 1})
                #      ^^^^^^^^^^^^^^^^^ returning the dict gives the same response
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                return {"a": 1}
            """,
        ),
        Good(
            """
            from flask import Flask, jsonify

            app = Flask(__name__)


            @app.get("/")
            def index():
                response = jsonify({"a": 1})
                response.headers["X-Total"] = "1"
                return response


            @app.get("/none")
            def none():
                return jsonify(None)
            """,
            drive="client.get('/'); client.get('/none')",
        ),
    ),
)


@rule.on(ast.Return)
def check(node: ast.Return, ctx: Context) -> Iterator[Finding]:
    """``return jsonify({...})``."""
    call = node.value
    if not isinstance(call, ast.Call) or ctx.name(call.func) != "flask.jsonify" or ctx.flask < Version("1.1"):
        return
    if not handlers(ctx).answers(ctx.index.function_of(node)):
        return
    if len(call.args) != 1 or call.keywords or not _is_dict(call.args[0], ctx):
        return
    edit = ctx.edit().replace(call, _moved_out(call.args[0], node, ctx))
    if isinstance(call.func, ast.Name):
        edit.remove_unused_import(call.func.id)
    yield ctx.finding(
        call,
        "jsonify() is not needed: returning the dict gives the same response.",
        fixes=[ctx.fix("Return the dict", edit, safe=True)],
        unnecessary=True,
    )


def _moved_out(argument: ast.expr, statement: ast.Return, ctx: Context) -> str:
    """The text of an argument that stands on lines of its own, as far in as the statement."""
    text = ctx.text(argument)
    start = ctx.span(argument).start
    inner = ctx.source.text[ctx.source.line_span(argument.lineno - 1).start : start]
    strings = (n for n in ast.walk(argument) if isinstance(n, (ast.Constant, ast.JoinedStr)))
    if inner.strip() or any(n.lineno != n.end_lineno for n in strings):
        return text
    return text.replace(f"\n{inner}", f"\n{indentation(ctx.source, statement)}")


def _is_dict(node: ast.expr, ctx: Context) -> bool:
    return isinstance(node, (ast.Dict, ast.DictComp)) or ctx.called(node) == "builtins.dict"
