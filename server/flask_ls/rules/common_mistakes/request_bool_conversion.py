"""A query or form value is turned into a bool by ``bool``.

Why: ``bool("false")`` and ``bool("0")`` are True: every text but the empty one is. A parameter that is switched off in
the URL counts as switched on.

Instead: compare the text: ``request.args.get("active", "").lower() in {"1", "true", "yes"}``, or give ``type=`` a
function that does so.

Fix: Compares the text with the words for true; unsafe, as you decide which words these are.

Quiet: For converters of your own, for ``bool`` of anything but a single query or form value, and where ``bool`` asks
whether something was sent at all: a check box (``bool(request.form.get("admin"))``), a cookie, a header, a name whose
text is used as well, a parameter that templates or the file itself only ever switch on (``?edit=1``,
``url_for("show", edit=True)``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.query_senders import only_switches_on
from flask_ls.rules.ask.request_text import reading
from flask_ls.rules.ask.values import UNKNOWN, argument, constant, definition, text
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK906",
    severity=Severity.WARNING,
    guide=("Common mistakes / request.args.get('page', default=1, type=int)",),
    triggers=frozenset({"bool"}),
    examples=(
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return str(request.args.get("active", default=False, type=bool))
                #                                                    ^^^^^^^^^ bool("false") is True
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return str(request.args.get("active", "").lower() in {"1", "true", "yes"})
            """,
            drive="assert client.get('/?active=false').text == 'False'",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                if bool(request.form["active"]):
                #  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ bool("false") is True
                    return "on"
                return "off"
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                if request.form["active"].lower() in {"1", "true", "yes"}:
                    return "on"
                return "off"
            """,
            drive="assert client.post('/', data={'active': '0'}).text == 'off'",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get('/')
            def index():
                return str(request.args.get('active', default=True, type=bool))
                #                                                   ^^^^^^^^^ bool("false") is True
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.get('/')
            def index():
                return str(request.args.get('active', '1').lower() in {'1', 'true', 'yes'})
            """,
            drive="assert (client.get('/').text, client.get('/?active=0').text) == ('True', 'False')",
            fails="AssertionError",
        ),
        Good(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                checked = bool(request.args)
                signed_in = bool(request.cookies.get("token") or request.headers.get("Authorization"))
                known = bool(request.cookies.get("token")) or bool(request.headers.get("Authorization")) or signed_in
                checked = checked or known
                return str(request.args.get("active", "").lower() in {"1", "true", "yes"} and checked)
            """,
            drive="client.get('/')",
        ),
        Good(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/")
            def index():
                return str(bool(request.form.get("admin")))
            """,
            drive="assert client.post('/').text == 'False'",
        ),
    ),
)

_TEXTS = ("args", "form", "values", "cookies", "headers")
_LISTS = frozenset(f"flask.request.{name}.getlist" for name in _TEXTS)
_GETTERS = frozenset(f"flask.request.{name}.get" for name in _TEXTS) | _LISTS
# A browser sends nothing for a check box that is off; cookies and headers are asked for presence.
_SWITCHES = frozenset({"flask.request.args.get", "flask.request.values.get"})
_MAPPINGS = frozenset({"flask.request.args", "flask.request.form", "flask.request.values"})
_MESSAGE = 'bool("false") is True: every text but the empty one counts as true here.'
_TRUE = ("1", "true", "yes")


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``.get(..., type=bool)`` and ``bool(request.args.get(...))``."""
    if ctx.name(node.func) in _GETTERS:
        converter = argument(node, 1 if ctx.name(node.func) in _LISTS else 2, "type")
        is_header = ctx.name(node.func) == "flask.request.headers.get"
        if converter is not None and ctx.name(converter) == "builtins.bool" and not is_header:
            where = next((k for k in node.keywords if k.arg == "type"), converter)
            is_list = ctx.name(node.func) in _LISTS
            yield ctx.finding(where, _MESSAGE, fixes=[] if is_list else [_compare(node, node, ctx)])
    elif ctx.name(node.func) == "builtins.bool" and len(node.args) == 1 and not node.keywords:
        if isinstance(node.args[0], ast.Name) and _is_asked_about(node.args[0], ctx):
            return
        value = definition(ctx, node.args[0])
        read = reading(ctx, value)
        if read is not None and text(ctx, read.key) is None:
            return  # of any of several keys it can only be asked whether something is there
        is_text = ctx.called(value) in _SWITCHES and reading(ctx, value) is not None and not _is_sent_as_on(value, ctx)
        if is_text or (isinstance(value, ast.Subscript) and ctx.name(value.value) in _MAPPINGS):
            yield ctx.finding(node, _MESSAGE, fixes=[_compare(node, value, ctx)])


def _is_sent_as_on(call: ast.expr, ctx: Context) -> bool:
    """Whether the project itself only ever sends a text for yes, and nothing counts as no: ``?edit=1`` or nothing."""
    read = reading(ctx, call)
    name = text(ctx, read.key) if read is not None else None
    if read is None or name is None:
        return False
    default = constant(ctx, read.default) if read.default is not None else None
    return default is not UNKNOWN and not default and only_switches_on(ctx, name)


def _is_asked_about(name: ast.Name, ctx: Context) -> bool:
    """Whether the text is used as a text elsewhere, so that ``bool`` asks whether there is one."""
    scope = ctx.index.scope(name).owner(name.id)
    return any(
        other.id == name.id and other is not name and isinstance(other.ctx, ast.Load)
        for other in ctx.index.nodes(ast.Name)
        if ctx.index.scope(other).owner(other.id) is scope
    )


def _compare(whole: ast.Call, value: ast.expr, ctx: Context) -> Fix | None:
    edit = ctx.edit()
    like = next((n for n in ast.walk(value) if isinstance(n, ast.Constant) and isinstance(n.value, str)), None)
    text = ctx.text(value)
    if isinstance(value, ast.Call):
        default = argument(value, 1, "default")
        given = constant(ctx, default) if default is not None else None
        if not value.args or given is UNKNOWN:
            return None
        missing = edit.quoted(_TRUE[0] if given else "", like=like)
        text = f"{ctx.text(value.func)}({ctx.text(value.args[0])}, {missing})"
    words = ", ".join(edit.quoted(word, like=like) for word in _TRUE)
    around = ctx.parent(whole)
    is_negated = isinstance(around, ast.UnaryOp) and isinstance(around.op, ast.Not)
    place = around if is_negated and around is not None else whole
    comparison = f"{text}.lower() {'not ' if is_negated else ''}in {{{words}}}"
    if isinstance(ctx.parent(place), (ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Compare, ast.Attribute)):
        comparison = f"({comparison})"
    return ctx.fix("Compare the text with the words for true", edit.replace(place, comparison), safe=False)
