"""A relative URL goes into a mail, a message or a request to another server.

Why: Inside a request ``url_for`` returns a path such as ``/reset?token=...``. Whoever reads it elsewhere has no host to
add to it.

Instead: ``url_for("reset", token=token, _external=True)``.

Quiet: With ``_external`` or ``_scheme``, in code that runs without a request, where ``url_for`` makes absolute URLs
anyway, and for calls that do not look like sending.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.rules.ask import values
from flask_ls.rules.ask.flow import assigned_value, targets_of
from flask_ls.rules.ask.views import handlers
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK205",
    severity=Severity.INFORMATION,
    guide=("Request context / url_for needs context",),
    triggers=frozenset({"url_for"}),
    examples=(
        Bad(
            """
            from flask import Flask, url_for

            app = Flask(__name__)
            sent = []


            def send_email(to, subject, body):
                sent.append(body)


            @app.get("/")
            def index():
                link = url_for("index", token="t")
                #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^ relative
                send_email("a@example.com", "Reset", f"Click {link}")
                return "x"
            """,
            fixed="""
            from flask import Flask, url_for

            app = Flask(__name__)
            sent = []


            def send_email(to, subject, body):
                sent.append(body)


            @app.get("/")
            def index():
                link = url_for("index", token="t", _external=True)
                send_email("a@example.com", "Reset", f"Click {link}")
                return "x"
            """,
            drive="client.get('/'); assert 'http' in app_module.sent[0]",
            fails="AssertionError",
        ),
        Good(
            """
            from flask import Flask, redirect, url_for

            app = Flask(__name__)


            def send_email(to, subject, body):
                pass


            @app.get("/")
            def index():
                send_email("a@example.com", "Reset", url_for("index", _external=True))
                return redirect(url_for("index"))
            """,
            drive="client.get('/')",
        ),
        Good(
            """
            from flask import Flask, url_for

            app = Flask(__name__)


            def create_notification(user, link):
                pass


            @app.get("/")
            def index():
                create_notification(1, url_for("index"))
                return "told"
            """,
            drive="client.get('/')",
        ),
    ),
)

# How many local names a value is followed through.
_NAMES = 2
_SENDING = re.compile(r"(^|_)(e?mail|mails|emails|sms|webhook|newsletter)(_|$)", re.I)
_CLASSES = frozenset({"Message", "EmailMessage", "Mail", "EmailMultiAlternatives"})
_REQUESTS = re.compile(r"^(requests|httpx)\.(post|put|patch|get|request)$")


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``url_for(...)`` inside a view, and where its value goes."""
    if ctx.called(node) != "flask.url_for" or any(k.arg in ("_external", "_scheme", None) for k in node.keywords):
        return
    if not handlers(ctx).answers(ctx.index.function_of(node)):
        return
    receiver = _sent_by(node, ctx)
    if receiver is None:
        return
    edit = ctx.edit().add_argument(node, "_external=True")
    yield ctx.finding(
        node,
        "this URL is relative: whoever gets it elsewhere needs the host, add _external=True.",
        related=[ctx.related(receiver, "it is sent here")],
        fixes=[ctx.fix("Make it absolute with _external=True", edit, safe=True)],
    )


def _sent_by(node: ast.expr, ctx: Context, left: int = _NAMES) -> ast.Call | None:
    """The call that sends the value: directly, inside a string, or through local names."""
    direct = _sending_around(node, ctx)
    if direct is not None:
        return direct
    statement = ctx.index.statement(node)
    targets = targets_of(statement)
    if len(targets) != 1 or not _is_text_around(node, ctx):
        return None
    target = targets[0]
    if isinstance(target, ast.Attribute):
        return _message(target, ctx)
    if not isinstance(target, ast.Name) or not left:
        return None
    function = ctx.index.function_of(node)
    for use in ast.walk(function) if function is not None else ():
        if isinstance(use, ast.Name) and use.id == target.id and isinstance(use.ctx, ast.Load):
            if values.definition(ctx, use) is not assigned_value(statement):
                continue
            found = _sent_by(use, ctx, left - 1)
            if found is not None:
                return found
    return None


def _message(target: ast.Attribute, ctx: Context) -> ast.Call | None:
    """The message that the text becomes part of: ``message.body = text``."""
    made = values.definition(ctx, target.value) if isinstance(target.value, ast.Name) else None
    is_message = isinstance(made, ast.Call) and ctx.text(made.func).rpartition(".")[2] in _CLASSES
    return made if is_message and isinstance(made, ast.Call) and target.attr in ("body", "html") else None


def _is_text_around(node: ast.expr, ctx: Context) -> bool:
    """Whether a value becomes part of a text as it is, and nothing such as a host stands right before it."""
    child: ast.AST = node
    for ancestor in ctx.index.ancestors(node):
        if isinstance(ancestor, ast.stmt):
            return True
        if isinstance(ancestor, (ast.JoinedStr, ast.BinOp)):
            if not _is_alone_in(child, ancestor):
                return False
        elif not isinstance(ancestor, (ast.FormattedValue, ast.Tuple)):
            return False
        child = ancestor
    return False


def _is_alone_in(part: ast.AST, text: ast.JoinedStr | ast.BinOp) -> bool:
    """Whether nothing stands right before a part of a text that it would be a continuation of."""
    if isinstance(text, ast.JoinedStr):
        before = text.values[text.values.index(part) - 1] if part in text.values[1:] else None
        return before is None or _ends_a_word(before)
    return text.right is not part or not isinstance(text.op, ast.Add) or _ends_a_word(text.left)


def _ends_a_word(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and str(node.value)[-1:] in (" ", "\n", "\t", '"', "'", ">", "(", "<", "")


def _sending_around(node: ast.AST, ctx: Context) -> ast.Call | None:
    child = node
    for ancestor in ctx.index.ancestors(node):
        if isinstance(ancestor, ast.stmt):
            return None
        if isinstance(ancestor, ast.Call) and child is not ancestor.func:
            return ancestor if _is_sending(ancestor, ctx) else None
        if isinstance(ancestor, ast.keyword) and ancestor.arg in ("headers", "timeout", "auth"):
            return None
        if isinstance(ancestor, (ast.BinOp, ast.JoinedStr)) and not _is_alone_in(child, ancestor):
            return None
        child = ancestor
    return None


def _is_sending(call: ast.Call, ctx: Context) -> bool:
    name = ctx.called(call) or ""
    last = ctx.text(call.func).rpartition(".")[2]
    if name.startswith("flask.") or last in ("redirect", "render_template", "jsonify", "flash"):
        return False
    return bool(_SENDING.search(last)) or last in _CLASSES or bool(_REQUESTS.match(name))
