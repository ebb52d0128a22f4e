"""A password, token or card number is put into the session.

Why: The session cookie is signed, not encrypted: its user, and everyone who gets hold of the cookie, can base64-decode
everything in it. It also lives in the browser's files and in the logs of proxies.

Instead: keep the value on the server (in the database, in a server-side session) and its id in the session.

Quiet: When sessions are kept on the server (Flask-Session, another ``session_interface``), for CSRF tokens, OAuth
states and the like, for flags and numbers *about* such a value, for what stands in the URL of the view, and in examples
beside a library.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.apps import keeps_sessions_elsewhere
from flask_ls.rules.ask.request_data import url_variables
from flask_ls.rules.ask.sessions import session_writes
from flask_ls.rules.ask.stage import is_example
from flask_ls.rules.ask.values import definition, possible_values, text
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK412",
    severity=Severity.WARNING,
    guide=("Sessions and security / no SECRET_KEY means unsigned cookies",),
    triggers=frozenset({"session"}),
    examples=(
        Bad(
            """
            from flask import Flask, request, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            @app.post("/login")
            def login():
                session["password"] = request.form["password"]
            #           ^^^^^^^^^^ The user can read the session cookie, and a password is put into it
                session["user"] = {"id": 1, "api_key": request.form["key"]}
            #                               ^^^^^^^^^ an API key
                return "x"
            """,
        ),
        Good(
            """
            import secrets

            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            @app.get("/")
            def index():
                password = "hunter2"
                session["password_length"] = len(password)
                session["csrf_token"] = secrets.token_hex()
                session["oauth_state"] = "x"
                session["has_password"] = True
                return "x"
            """,
            drive="client.get('/')",
        ),
    ),
)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# Words of a name -> what it is called in the message.
_SENSITIVE: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(words.split()), name)
    for words, name in (
        ("password", "a password"),
        ("passwd", "a password"),
        ("pwd", "a password"),
        ("passphrase", "a passphrase"),
        ("passcode", "a passcode"),
        ("api key", "an API key"),
        ("apikey", "an API key"),
        ("secret", "a secret"),
        ("private key", "a private key"),
        ("credit card", "a card number"),
        ("creditcard", "a card number"),
        ("card number", "a card number"),
        ("cardnumber", "a card number"),
        ("cvv", "a card's check number"),
        ("cvc", "a card's check number"),
        ("ssn", "a social security number"),
        ("iban", "an account number"),
        ("token", "a token"),
    )
)
# Words that turn the name into one of something else, or of a value made to be seen by the user.
_HARMLESS = frozenset(
    """csrf xsrf state nonce expires expiry expiration expired type at count attempts attempt changed change reset
    required forgot forgotten hint valid verified verify is has needs need error errors ok length len url uri email flag
    time timestamp date next id ids age strength policy field form label message msg update updated show hide visible
    enabled disabled request requested used tries created set cursor page idempotency uid public name prefix
    format session""".split()
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Keys and values with such a name, also inside dict displays."""
    if ctx.is_test or is_example(ctx) or keeps_sessions_elsewhere(ctx.model):
        return
    for write in session_writes(ctx):
        yield from _found(ctx, write.key, write.key_node, write.value)


def _found(ctx: Context, key: str | None, key_node: ast.AST, value: ast.expr, left: int = 4) -> Iterator[Finding]:
    inner = definition(ctx, value)
    if _is_of_url(ctx, value):
        return
    if isinstance(inner, ast.Dict) and left > 0:
        for item_key, item in zip(inner.keys, inner.values, strict=True):
            if item_key is not None:
                yield from _found(ctx, text(ctx, item_key), item_key, item, left - 1)
        return
    what = _sensitive(key) if key is not None and not _says_nothing(ctx, inner, key) else None
    where = key_node
    name = _name_of(ctx, value)
    if what == "a token" and _is_about(name):
        return  # `session["token"] = csrf_token`
    if what is None:
        what = _sensitive(name) if name is not None and not _is_about(key) else None
        what = None if what == "a token" else what
        where = value
    if what is None and isinstance(inner, (ast.Tuple, ast.List)) and left > 0 and not _is_about(key):
        for element in inner.elts:
            yield from _found(ctx, None, element, element, left - 1)
    if what is not None:
        yield ctx.finding(where, f"The user can read the session cookie, and {what} is put into it.")


def _sensitive(name: str) -> str | None:
    words = {w.lower() for w in _WORD.findall(name)}
    if words & _HARMLESS:
        return None
    return next((what for wanted, what in _SENSITIVE if wanted <= words), None)


def _is_about(key: str | None) -> bool:
    """Whether the key says that only something about a value is kept."""
    return key is not None and bool({w.lower() for w in _WORD.findall(key)} & _HARMLESS)


def _says_nothing(ctx: Context, value: ast.expr, key: str) -> bool:
    """Whether the value gives nothing away: a flag, a number, a comparison, a token made here."""
    if isinstance(value, ast.Constant):
        return not isinstance(value.value, (str, bytes)) or not value.value
    if isinstance(value, ast.Compare) or (isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)):
        return True
    if isinstance(value, ast.Call):
        called = ctx.called(value) or ""
        if called in ("builtins.len", "builtins.bool", "builtins.hash", "builtins.isinstance"):
            return True
        made = called.startswith(("secrets.", "uuid.", "os.urandom", "random."))
        inner = [ctx.called(n) or "" for n in ast.walk(value) if isinstance(n, ast.Call)]
        return _sensitive(key) == "a token" and (made or any(i.startswith(("secrets.", "uuid.", "os.")) for i in inner))
    return False


def _is_of_url(ctx: Context, value: ast.expr) -> bool:
    """Whether the value is a variable of the view's URL, as it is or escaped: the address shows as much."""
    values = list(possible_values(ctx, value))
    texts = [v.args[0] if isinstance(v, ast.Call) and len(v.args) == 1 and not v.keywords else v for v in values]
    texts = [t for t in texts if not (isinstance(t, ast.Constant) and t.value is None)]
    return bool(texts) and all(isinstance(t, ast.Name) and _is_url_variable(ctx, t) for t in texts)


def _is_url_variable(ctx: Context, name: ast.Name) -> bool:
    function = ctx.index.function_of(name)
    bindings = ctx.index.lookup(name.id, name)
    is_parameter = len(bindings) == 1 and bindings[0].kind == "param"
    return is_parameter and isinstance(function, FUNCTIONS) and name.id in url_variables(ctx, function)


def _name_of(ctx: Context, value: ast.expr) -> str | None:
    """The last name of what is stored: ``password``, ``form.password.data``, ``request.form["password"]``."""
    if isinstance(value, ast.Name):
        return value.id
    if isinstance(value, ast.Attribute):
        if value.attr == "data" and isinstance(value.value, ast.Attribute):
            return value.value.attr
        return value.attr
    if isinstance(value, ast.Subscript):
        return text(ctx, value.slice)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("get", "encode"):
        return text(ctx, value.args[0]) if value.args else _name_of(ctx, value.func.value)
    return None
