"""A value that cannot fit into a cookie is put into the session.

Why: Browsers drop cookies above about 4 KB, and with it the whole session. Werkzeug only warns, at run time, when the
cookie is sent.

Instead: keep large data on the server (Flask-Session, the database) and its id in the session.

Quiet: For everything whose size is not written in the code. Off by default: sizes are rarely known before run time.
"""

from __future__ import annotations

import ast
import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any

from flask_ls.rules.ask.apps import keeps_sessions_elsewhere
from flask_ls.rules.ask.sessions import session_writes
from flask_ls.rules.ask.values import UNKNOWN, constant, definition
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK413",
    severity=Severity.INFORMATION,
    default=False,
    guide=("Sessions and security / no SECRET_KEY means unsigned cookies",),
    triggers=frozenset({"session"}),
    error_text="UserWarning: The 'session' cookie is too large: the value was 8123 bytes but the header required 26 "
    "extra bytes. The final size was 8149 bytes but the limit is 4093 bytes.",
    examples=(
        Bad(
            """
            import os

            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            @app.get("/")
            def index():
                session["blob"] = os.urandom(6000).hex()
            #                     ^^^^^^^^^^^^^^^^^^^^^^ browsers drop the session cookie
                return "x"
            """,
        ),
        Good(
            """
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            @app.get("/")
            def index():
                session["blob"] = "a" * 100_000
                return "x"
            """,
            title="Compressed, it fits",
        ),
    ),
)

# The largest cookie, with its name and attributes, that browsers are known to keep (`Response.max_cookie_size`).
_LIMIT = 4093
_MOST_NUMBERS = 20_000
_RANDOM = frozenset(
    {"os.urandom", "secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe", "random.randbytes"}
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every value whose size in the cookie is known."""
    if keeps_sessions_elsewhere(ctx.model):
        return
    for write in session_writes(ctx):
        size = _size(ctx, definition(ctx, write.value))
        if size is not None and size > _LIMIT:
            yield ctx.finding(
                write.value, f"At least {size} bytes in the cookie: browsers drop the session cookie above {_LIMIT}."
            )


def _size(ctx: Context, value: ast.expr) -> int | None:
    """At least how many bytes the value takes in the cookie; None when that is not known."""
    random = _random_bytes(ctx, value)
    if random is not None:
        return random * 4 // 3  # nothing compresses them
    known = _numbers(ctx, value)
    known = constant(ctx, value) if known is UNKNOWN else known
    if known is UNKNOWN:
        return None
    try:
        written = json.dumps(known, separators=(",", ":"), default=str).encode()
    except (TypeError, ValueError, RecursionError):
        return None
    return len(base64.urlsafe_b64encode(min(written, zlib.compress(written), key=len)))


def _numbers(ctx: Context, value: ast.expr) -> Any:
    """``list(range(n))``, within reason; UNKNOWN otherwise."""
    if ctx.called(value) not in ("builtins.list", "builtins.sorted") or not isinstance(value, ast.Call):
        return UNKNOWN
    inner = definition(ctx, value.args[0]) if len(value.args) == 1 and not value.keywords else None
    if not isinstance(inner, ast.Call) or ctx.called(inner) != "builtins.range" or inner.keywords:
        return UNKNOWN
    limits = [constant(ctx, a) for a in inner.args]
    if not 1 <= len(limits) <= 3 or any(type(n) is not int for n in limits) or limits[2:] == [0]:
        return UNKNOWN
    return list(range(*limits)[:_MOST_NUMBERS])


def _random_bytes(ctx: Context, value: ast.expr) -> int | None:
    """How many random bytes the value is made of, through the usual encodings."""
    while isinstance(value, ast.Call):
        called = ctx.called(value) or ""
        if called in _RANDOM and len(value.args) == 1:
            count = constant(ctx, value.args[0])
            return count if isinstance(count, int) and not isinstance(count, bool) else None
        if isinstance(value.func, ast.Attribute) and value.func.attr in ("hex", "decode"):
            value = value.func.value
        elif called.startswith(("base64.", "binascii.")) and len(value.args) == 1:
            value = value.args[0]
        else:
            return None
    return None
