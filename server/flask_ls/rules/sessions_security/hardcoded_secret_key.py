"""``SECRET_KEY`` is a good key, but it stands in the source.

Why: Everyone who can read the repository, one of its old commits or a copy of the code can sign session cookies and so
log in as any user.

Instead: Load the key from the environment or from a configuration file outside of the repository, and replace it:
``SECRET_KEY_FALLBACKS`` (Flask 3.1) keeps the sessions signed with the old key valid meanwhile.

Fix: Reads the key from the environment and fails at start where it is missing. Unsafe: the variable must be set
wherever the app runs.

Quiet: In tests, configurations for tests or development, migrations and examples beside a library, for values that are
overridden in any case, and for one that the program compares the key with. A key that can be guessed is
weak-secret-key (FLK402).
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.rules.ask.secret_key import from_environment, key_literals, other_files
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Note, Rule

rule = Rule(
    __name__,
    code="FLK403",
    severity=Severity.WARNING,
    guide=("Sessions and security / SECRET_KEY is required: random bytes, not a weak string",),
    triggers=frozenset({"SECRET_KEY", "secret_key", "SECRET_KEY_FALLBACKS"}),
    paths=other_files,
    notes=(Note("<3.1", "``SECRET_KEY_FALLBACKS`` does not exist before Flask 3.1: a new key ends all sessions."),),
    overlaps=("ruff S105", "Bandit B105", "Sonar S6779", "semgrep python.flask.security.audit.hardcoded-config"),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            app.config.update(
                SECRET_KEY="0f2d6c5e9b7a4183a1c4f7e2d8b36590",
                #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SECRET_KEY stands in the source
            )
            """,
            fixed="""
            import os

            from flask import Flask

            app = Flask(__name__)
            app.config.update(
                SECRET_KEY=os.environ["SECRET_KEY"],
            )
            """,
            drive="assert app.secret_key not in open('app.py').read()",
            fails="AssertionError",
        ),
        Good(
            """
            import os

            from flask import Flask

            app = Flask(__name__)
            app.secret_key = os.environ["SECRET_KEY"]
            """,
            drive="assert app.secret_key not in open('app.py').read()",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Literals that reach the key."""
    for literal in key_literals(ctx):
        if not literal.is_guessable:
            yield ctx.finding(
                literal.node,
                "SECRET_KEY stands in the source: everyone who can read the code can sign sessions.",
                fixes=[from_environment(ctx, literal)],
            )
