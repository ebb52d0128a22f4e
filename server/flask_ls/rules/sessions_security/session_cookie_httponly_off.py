"""The session cookie is made readable for scripts.

Why: ``SESSION_COOKIE_HTTPONLY`` is True by default, so no script sees the session cookie. Switched off, one injected
script can send the cookie away, and whoever has it is that user.

Instead: leave the key out. Writing ``True`` is harmless and says nothing new.

Fix: Removes the setting, as True is the default; safe, unless scripts of yours read the cookie.

Quiet: In tests and development configuration, and for ``0``: since Werkzeug 2.3 the cookie then still says
``HttpOnly``.
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from flask_ls.project.deploy import DeploymentFile
from flask_ls.rules.ask.config import Write, writes_of
from flask_ls.rules.ask.config_edits import without
from flask_ls.rules.ask.settings_files import settings_in_force
from flask_ls.rules.ask.stage import reaches_production
from flask_ls.rules.ask.values import UNKNOWN, constant
from flask_ls.rules.context import Context
from flask_ls.rules.deployment import DeploymentContext
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Note, Rule

_MESSAGE = "SESSION_COOKIE_HTTPONLY is off: scripts in the page can read the session cookie."

rule = Rule(
    __name__,
    code="FLK407",
    severity=Severity.WARNING,
    guide=("Sessions and security / SESSION_COOKIE_HTTPONLY=True",),
    triggers=frozenset({"SESSION_COOKIE_HTTPONLY"}),
    notes=(Note("<2.3", "With Werkzeug 2.2 the value 0 switches HttpOnly off as well."),),
    overlaps=("Sonar S3330",),
    examples=(
        Bad(
            """
            from flask import Flask, session

            app = Flask(__name__)
            app.config["SESSION_COOKIE_HTTPONLY"] = False
            #                                       ^^^^^ scripts in the page can read the session cookie
            app.config["SESSION_COOKIE_NAME"] = "shop"
            """,
            fixed="""
            from flask import Flask, session

            app = Flask(__name__)
            app.config["SESSION_COOKIE_NAME"] = "shop"
            """,
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            app.config.update(SESSION_COOKIE_HTTPONLY=False, SESSION_COOKIE_SECURE=True)
            #                                         ^^^^^ scripts in the page can read the session cookie
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            app.config.update(SESSION_COOKIE_SECURE=True)
            """,
        ),
        Bad(
            """
            from flask import Flask


            class Config:
                SESSION_COOKIE_HTTPONLY = False
                #                         ^^^^^ scripts in the page can read the session cookie


            app = Flask(__name__)
            app.config.from_object(Config)
            """,
            fixed="""
            from flask import Flask


            class Config:
                pass


            app = Flask(__name__)
            app.config.from_object(Config)
            """,
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            app.config.from_mapping(
                {
                    "SESSION_COOKIE_HTTPONLY": False,
                    #                          ^^^^^ scripts in the page can read the session cookie
                    "SESSION_COOKIE_SECURE": True,
                }
            )
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            app.config.from_mapping(
                {
                    "SESSION_COOKIE_SECURE": True,
                }
            )
            """,
        ),
        Good(
            """
            from flask import Flask


            class DevelopmentConfig:
                SESSION_COOKIE_HTTPONLY = False


            app = Flask(__name__)
            app.config.from_object(DevelopmentConfig)
            app.config["SESSION_COOKIE_HTTPONLY"] = True
            """,
            drive="client.get('/')",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every write of the key with a value that drops the attribute."""
    for write in writes_of(ctx, "SESSION_COOKIE_HTTPONLY"):
        if _is_off(ctx, write) and reaches_production(ctx, write):
            yield ctx.finding(
                write.value,
                _MESSAGE,
                fixes=[ctx.fix("Remove the setting (the default is True)", without(ctx, write), safe=True)],
            )


def _is_off(ctx: Context, write: Write) -> bool:
    value = constant(ctx, write.value)
    if value is UNKNOWN:
        return False
    # `dump_cookie` leaves out an attribute that is False or None, and before Werkzeug 2.3 one that is falsy.
    return value is False or value is None or (not value and ctx.flask < Version("2.3"))


@rule.on_deployment
def check_settings(document: DeploymentFile, ctx: DeploymentContext) -> Iterator[Finding]:
    """The key in a file that is handed to ``from_pyfile`` or ``from_file``."""
    for setting in settings_in_force(document, ctx.model):
        where = setting.value_span or setting.span
        if setting.name == "SESSION_COOKIE_HTTPONLY" and ctx.text(where).lower() in ("false", "none", "null"):
            yield ctx.finding(where, _MESSAGE)
