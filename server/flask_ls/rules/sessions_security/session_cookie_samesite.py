"""SESSION_COOKIE_SAMESITE has a value that browsers or Werkzeug refuse.

Why: ``"None"`` without ``SESSION_COOKIE_SECURE = True`` makes browsers drop the session cookie: nobody stays logged in.
Any other text than ``Strict``, ``Lax`` and ``None`` (upper or lower case) raises ValueError, and anything but text
raises AttributeError, each time the cookie is set.

Instead: ``"Lax"``; ``"Strict"``; or ``"None"`` together with ``SESSION_COOKIE_SECURE = True``. Python's ``None`` (the
default) leaves the attribute out.

Fix: Sets ``SESSION_COOKIE_SECURE`` beside it, or corrects the value; safe where only its case is wrong.

Quiet: When ``SESSION_COOKIE_SECURE`` is or may be set elsewhere in the project, and for values that are not literals.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.rules.ask.config import Write, app_text, writes, writes_of
from flask_ls.rules.ask.config_edits import beside
from flask_ls.rules.ask.stage import takes_effect
from flask_ls.rules.ask.values import UNKNOWN, constant, truth
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK410",
    severity=Severity.WARNING,
    guide=("Sessions and security / SESSION_COOKIE_SECURE=True in production",),
    triggers=frozenset({"SESSION_COOKIE_SAMESITE"}),
    error_text="ValueError: SameSite must be 'Strict', 'Lax', or 'None'.",
    examples=(
        Bad(
            """
            from flask import Flask, session

            app = Flask(__name__)
            app.config.update(SECRET_KEY="x", SESSION_COOKIE_SAMESITE="none")
            #                                                         ^^^^^^ browsers drop the session cookie


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            fixed="""
            from flask import Flask, session

            app = Flask(__name__)
            app.config.update(SECRET_KEY="x", SESSION_COOKIE_SAMESITE="none", SESSION_COOKIE_SECURE=True)


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
        ),
        Bad(
            """
            from flask import Flask, session


            class Config:
                SECRET_KEY = "x"
                SESSION_COOKIE_SAMESITE = "Loose"
                #                         ^^^^^^^ setting the session cookie raises ValueError


            app = Flask(__name__)
            app.config.from_object(Config)


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            fixed="""
            from flask import Flask, session


            class Config:
                SECRET_KEY = "x"
                SESSION_COOKIE_SAMESITE = "Lax"


            app = Flask(__name__)
            app.config.from_object(Config)


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            drive="client.get('/')",
            fails="ValueError: SameSite must be",
        ),
        Bad(
            """
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "x"
            app.config["SESSION_COOKIE_SAMESITE"] = False
            #                                       ^^^^^ setting the session cookie raises AttributeError


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            fixed="""
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "x"
            app.config["SESSION_COOKIE_SAMESITE"] = None


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            drive="client.get('/')",
            fails="AttributeError: 'bool' object has no attribute 'title'",
        ),
        Good(
            """
            from flask import Flask, session

            app = Flask(__name__)
            app.config.update(SECRET_KEY="x", SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
            other = Flask("other")
            other.config.update(SECRET_KEY="x", SESSION_COOKIE_SAMESITE="strict")


            @app.get("/")
            def index():
                session["user"] = 1
                return "x"
            """,
            drive="client.get('/')",
        ),
    ),
)

_ALLOWED = ("Strict", "Lax", "None")
_SECURE = "SESSION_COOKIE_SECURE"


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every literal value of the key."""
    for write in writes_of(ctx, "SESSION_COOKIE_SAMESITE"):
        value = constant(ctx, write.value)
        if value is UNKNOWN or value is None or not takes_effect(write):
            continue
        if not isinstance(value, str):
            kind = type(value).__name__
            yield ctx.finding(
                write.value,
                f"A {kind} is no SameSite value: setting the session cookie raises AttributeError.",
                fixes=[_rewritten(ctx, write, "Leave the attribute out", "None", safe=value is False)],
            )
        elif value.title() not in _ALLOWED:
            meant = next((a for a in _ALLOWED if a.lower() == value.strip().lower()), None)
            yield ctx.finding(
                write.value,
                "This is no SameSite value: setting the session cookie raises ValueError.",
                fixes=[
                    _rewritten(ctx, write, f'Use "{name}"', ctx.edit().quoted(name, like=write.value), safe=True)
                    for name in ([meant] if meant else ["Lax", "Strict"])
                ],
            )
        elif value.title() == "None" and not _may_be_secure(ctx, write):
            fix = ctx.fix("Set SESSION_COOKIE_SECURE to True", beside(ctx, write, _SECURE, "True"), safe=True)
            yield ctx.finding(
                write.value,
                'SameSite "None" without Secure: browsers drop the session cookie.',
                fixes=[_made_secure(ctx) or fix],
            )


def _rewritten(ctx: Context, write: Write, title: str, text: str, *, safe: bool) -> Fix | None:
    return ctx.fix(title, ctx.edit().replace(write.value, text), safe=safe)


def _may_be_secure(ctx: Context, write: Write) -> bool:
    """Whether Secure is, or may be, on: said in this file, or mentioned anywhere else."""
    app = app_text(ctx, write)
    here = [w for w in writes(ctx) if w.key == _SECURE and not (app and app_text(ctx, w) not in (app, None))]
    if any(truth(ctx, w.value) is not False for w in here):
        return True
    facts = ctx.model.files.values()
    if any(m.key == _SECURE and m.truth is not False for f in facts if f.path != ctx.path for m in f.config.mentions):
        return True
    return any(f.config.open_sources for f in facts)


def _made_secure(ctx: Context) -> Fix | None:
    """Where the file says False, that is what to change."""
    writes_here = [w for w in writes(ctx) if w.key == _SECURE and constant(ctx, w.value) is False]
    if len(writes_here) != 1:
        return None
    return ctx.fix("Set SESSION_COOKIE_SECURE to True", ctx.edit().replace(writes_here[0].value, "True"), safe=True)
