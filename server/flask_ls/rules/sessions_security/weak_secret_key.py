"""``SECRET_KEY`` can be guessed: a word, a placeholder, a key from a tutorial or one that is too short.

Why: Who knows the key can sign a session cookie with any content and so log in as any user. Keys from tutorials and
placeholders are in the word lists of attack tools, and short keys are found by trying. A fallback counts: where the
environment variable is missing, nobody notices.

Instead: Generate a key once with ``python -c 'import secrets; print(secrets.token_hex())'`` and load it from the
environment or from a file outside of the repository.

Fix: Reads the key from the environment and fails at start where it is missing. Unsafe: the variable must be set
wherever the app runs.

Quiet: In tests, configurations for tests or development, migrations and examples beside a library, for keys that the
program itself compares with to refuse them, and for values that are overridden in any case.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.project.deploy import DeploymentFile
from flask_ls.rules.ask.secret_key import from_environment, is_guessable, key_literals, other_files
from flask_ls.rules.ask.settings_files import settings_in_force
from flask_ls.rules.context import Context
from flask_ls.rules.deployment import DeploymentContext
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

_MESSAGE = "SECRET_KEY can be guessed here: who knows it can sign a session as any user."
_FORGE = """
from itsdangerous import URLSafeTimedSerializer
from flask.sessions import SecureCookieSessionInterface as I, session_json_serializer as json
options = dict(key_derivation=I.key_derivation, digest_method=I.digest_method)
def forged(key):
    return URLSafeTimedSerializer(key, salt=I.salt, serializer=json, signer_kwargs=options).dumps({"admin": True})
cookies = [{"Cookie": "session=" + forged(key)} for key in ("dev", b"dev", "changeme")]
assert not any(app.session_interface.open_session(app, app.test_request_context(headers=c).request) for c in cookies)
"""

rule = Rule(
    __name__,
    code="FLK402",
    severity=Severity.WARNING,
    guide=(
        "Sessions and security / SECRET_KEY is required: random bytes, not a weak string",
        "Sessions and security / no SECRET_KEY means unsigned cookies",
    ),
    triggers=frozenset({"SECRET_KEY", "secret_key", "SECRET_KEY_FALLBACKS"}),
    paths=other_files,
    overlaps=("ruff S105", "Bandit B105", "Sonar S6779", "semgrep python.flask.security.audit.hardcoded-config"),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            app.secret_key = "dev"
            #                ^^^^^ SECRET_KEY can be guessed
            """,
            fixed="""
            import os

            from flask import Flask

            app = Flask(__name__)
            app.secret_key = os.environ["SECRET_KEY"]
            """,
            drive=_FORGE,
            fails="AssertionError",
        ),
        Bad(
            """
            import os

            from flask import Flask


            class Config:
                SECRET_KEY = os.environ.get("SHOP_KEY") or "changeme"
                #                                          ^^^^^^^^^^ SECRET_KEY can be guessed


            app = Flask(__name__)
            app.config.from_object(Config)
            """,
            fixed="""
            import os

            from flask import Flask


            class Config:
                SECRET_KEY = os.environ["SHOP_KEY"]


            app = Flask(__name__)
            app.config.from_object(Config)
            """,
        ),
        Good(
            """
            import os

            from flask import Flask


            class Config:
                SECRET_KEY = os.environ["SECRET_KEY"]


            class TestConfig(Config):
                TESTING = True
                SECRET_KEY = "test"


            def create_app(config=Config):
                app = Flask(__name__)
                app.config.from_object(config)
                return app
            """,
            drive=_FORGE,
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Literals that reach the key."""
    for literal in key_literals(ctx):
        if literal.is_guessable:
            yield ctx.finding(
                literal.node,
                _MESSAGE,
                fixes=[from_environment(ctx, literal)],
            )


@rule.on_deployment
def check_settings(document: DeploymentFile, ctx: DeploymentContext) -> Iterator[Finding]:
    """The key in a file that is handed to ``from_pyfile`` or ``from_file``."""
    for setting in settings_in_force(document, ctx.model):
        if setting.name == "SECRET_KEY" and setting.value and not setting.expands and is_guessable(setting.value):
            yield ctx.finding(setting.value_span or setting.span, _MESSAGE)
