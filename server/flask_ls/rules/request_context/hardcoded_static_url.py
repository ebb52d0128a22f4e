"""A literal ``/static/...`` URL in HTML that a view returns.

Why: It ignores where the app is mounted (SCRIPT_NAME), ``static_url_path`` and the static folders of blueprints: behind
a mount point the file is not found.

Instead: ``url_for("static", filename="site.css")``.

Quiet: For URLs of other hosts, for text that is no HTML, outside of views, and when the static URL is another one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.rules.ask.views import handlers, registers_routes
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

rule = Rule(
    __name__,
    code="FLK207",
    severity=Severity.HINT,
    guide=("Production / static files through nginx",),
    triggers=frozenset({"add_url_rule", "MethodView"}),
    when=registers_routes,
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                return '<img src="/static/logo.png">'
                #                 ^^^^^^^^^^^^^^^^ ignores where the app is mounted
            """,
        ),
        Good(
            """
            from flask import Flask, url_for

            app = Flask(__name__)


            @app.get("/")
            def index():
                return '<img src="https://cdn.example.com/static/logo.png">' + url_for("static", filename="logo.png")
            """,
            drive="client.get('/')",
        ),
    ),
)

# An attribute of HTML that holds a URL, with a path below /static/ as its whole beginning.
_ATTRIBUTE = re.compile(r"""(?:src|href|poster|data-src)\s*=\s*\\?["'](?P<url>/static/[^"'\\\s<>{}]+)""", re.IGNORECASE)


@rule.on(ast.Constant)
def check(node: ast.Constant, ctx: Context) -> Iterator[Finding]:
    """String literals of views."""
    if not isinstance(node.value, str) or "/static/" not in node.value or isinstance(ctx.parent(node), ast.Expr):
        return
    if not handlers(ctx).answers(ctx.index.function_of(node)):
        return
    if any(app.static_url_path not in (None, "/static") for app in ctx.model.routes.apps):
        return
    whole = ctx.span(node)
    if isinstance(ctx.parent(node), ast.JoinedStr):
        # Python 3.11 and older give the parts of an f-string the place of the whole.
        parent = ctx.parent(node)
        whole = ctx.span(parent) if parent is not None else whole
    for match in _ATTRIBUTE.finditer(ctx.source.text, whole.start, whole.end):
        yield ctx.finding(
            Span(*match.span("url")),
            'this URL ignores where the app is mounted: url_for("static", filename=...) follows it.',
        )
