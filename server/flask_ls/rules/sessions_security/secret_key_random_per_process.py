"""SECRET_KEY is made at random each time the application starts.

Why: Every restart and every worker process that loads the application has another key. Sessions signed by one are
refused by the others: users are logged out by each deploy, and at random when there are several workers.

Instead: make the key once (``python -c "import secrets; print(secrets.token_hex())"``), store it outside of the source,
and read it: ``os.environ["SECRET_KEY"]``.

Fix: Reads the key from the environment; unsafe, as the variable must be set.

Quiet: In tests, development configuration, migrations and examples beside a library, right before the development
server in a script's ``__main__`` block, and when the made key is written to a file to be read again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.config import Write, writes_of
from flask_ls.rules.ask.environment import from_environment, variable_read
from flask_ls.rules.ask.flow import own_nodes, returns, tests_before
from flask_ls.rules.ask.secret_key import matters
from flask_ls.rules.ask.servers import servers
from flask_ls.rules.ask.values import environment_read, possible_values
from flask_ls.rules.ask.views import function_named
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK405",
    severity=Severity.WARNING,
    guide=("Sessions and security / SECRET_KEY is required: random bytes, not a weak string",),
    triggers=frozenset({"SECRET_KEY", "secret_key"}),
    examples=(
        Bad(
            """
            import secrets
            import sys

            from flask import Flask

            app = Flask(__name__)
            app.secret_key = secrets.token_hex()
            #                ^^^^^^^^^^^^^^^^^^^ each start and each worker process has a key of its own
            """,
            fixed="""
            import os
            import sys

            from flask import Flask

            app = Flask(__name__)
            app.secret_key = os.environ["SECRET_KEY"]
            """,
        ),
        Bad(
            """
            import os
            import uuid

            from flask import Flask


            class Config:
                SECRET_KEY = str(uuid.uuid4())
                #            ^^^^^^^^^^^^^^^^^ each start and each worker process has a key of its own


            app = Flask(__name__)
            app.config.from_object(Config)
            """,
            fixed="""
            import os

            from flask import Flask


            class Config:
                SECRET_KEY = os.environ["SECRET_KEY"]


            app = Flask(__name__)
            app.config.from_object(Config)
            """,
        ),
        Bad(
            """
            import os

            from flask import Flask


            def create_app():
                app = Flask(__name__)
                app.config["SECRET_KEY"] = os.environ.get("APP_KEY") or os.urandom(24)
                #                                                       ^^^^^^^^^^^^^^ where none is given
                return app
            """,
            fixed="""
            import os

            from flask import Flask


            def create_app():
                app = Flask(__name__)
                app.config["SECRET_KEY"] = os.environ["APP_KEY"]
                return app
            """,
        ),
        Good(
            """
            import os
            from pathlib import Path
            from tempfile import gettempdir

            from flask import Flask

            path = Path(gettempdir(), "flask-ls-example-key")
            if not path.exists():
                path.write_bytes(os.urandom(32))
            app = Flask(__name__)
            app.secret_key = path.read_bytes()
            app.config["NONCE"] = os.urandom(8)
            """,
            drive="client.get('/')",
        ),
        Good(
            """
            import os

            from flask import Flask


            class TestingConfig:
                SECRET_KEY = os.urandom(24)


            app = Flask(__name__)
            app.config.from_object(TestingConfig)
            """,
            drive="client.get('/')",
        ),
    ),
)

_RANDOM = frozenset(
    {
        "os.urandom",
        "os.getrandom",
        "os.getpid",
        "uuid.uuid1",
        "uuid.uuid4",
        "time.time",
        "time.time_ns",
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "werkzeug.security.gen_salt",
        "cryptography.fernet.Fernet.generate_key",
        "Crypto.Random.get_random_bytes",
        "nacl.utils.random",
    }
)
_RANDOM_MODULES = ("secrets.", "random.", "numpy.random.")
_STORING = frozenset({"write", "write_bytes", "write_text", "dump", "dumps", "set", "save", "writelines", "print"})


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every value that may reach SECRET_KEY and is made by a random source."""
    for write in writes_of(ctx, "SECRET_KEY"):
        if not matters(ctx, write) or _is_stored(ctx, write) or _is_for_development_server(ctx, write):
            continue
        values = list(possible_values(ctx, write.value))
        for value in values:
            made = _made_at_random(ctx, value)
            if made is None:
                continue
            is_fallback = len(values) > 1 or _is_default(ctx, made) or _is_for_a_missing_key(ctx, write)
            yield ctx.finding(
                made,
                "SECRET_KEY: where none is given, each start and each process makes a key of its own."
                if is_fallback
                else "SECRET_KEY: each start and each worker process has a key of its own.",
                severity=Severity.INFORMATION if is_fallback else None,
                fixes=[_from_environment(ctx, write, value)],
            )


def _is_for_development_server(ctx: Context, write: Write) -> bool:
    """``if __name__ == "__main__":`` gives the key and starts the development server, which is one process."""
    blocks = [a for a in ctx.index.ancestors(write.node) if isinstance(a, ast.If) and "__name__" in ctx.text(a.test)]
    return any(block in ctx.index.ancestors(server.call) for block in blocks for server in servers(ctx))


def _made_at_random(ctx: Context, value: ast.expr, left: int = 3) -> ast.expr | None:
    """The expression that makes the value: itself, or what a function of this file returns."""
    if isinstance(value, ast.Lambda) or environment_read(ctx, value) is not None:
        return None  # the default is a value of its own
    if any(_is_random(ctx, n) for n in ast.walk(value)):
        return value
    if isinstance(value, ast.Call) and left > 0:
        function = function_named(ctx, value.func)
        if isinstance(function, FUNCTIONS) and not any(_stores(n) for n in own_nodes(ctx, function)):
            found = [r.value for r in returns(ctx, function) if r.value is not None]
            if len(found) == 1:
                inner = list(possible_values(ctx, found[0]))
                is_random = len(inner) == 1 and _made_at_random(ctx, inner[0], left - 1) is not None
                return value if is_random else None
    return None


def _is_default(ctx: Context, value: ast.expr) -> bool:
    """Whether a random value is only what a look-up falls back to: ``getattr(config, "KEY", made())``."""
    if not isinstance(value, ast.Call) or ctx.called(value) in _RANDOM:
        return False
    if ctx.called(value) == "builtins.getattr":
        return len(value.args) == 3
    return isinstance(value.func, ast.Attribute) and value.func.attr in ("get", "pop") and len(value.args) == 2


def _is_for_a_missing_key(ctx: Context, write: Write) -> bool:
    """``if not app.secret_key: app.secret_key = made()``."""
    asked = (n for test, _ in tests_before(ctx, write.node) for n in ast.walk(test))
    words = ("secret_key", ctx.text(write.target).lower() if write.target is not None else "secret_key")
    return any(
        str(word).lower() in words
        for node in asked
        for word in (getattr(node, "id", None), getattr(node, "attr", None), getattr(node, "value", None))
    )


def _is_random(ctx: Context, node: ast.AST) -> bool:
    name = ctx.called(node) or ""
    return name in _RANDOM or (name.startswith(_RANDOM_MODULES) and not name.endswith((".seed", ".compare_digest")))


def _stores(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _STORING


def _is_stored(ctx: Context, write: Write) -> bool:
    """Whether the name that carries the key is also given to something that keeps it."""
    if not isinstance(write.value, ast.Name):
        return False
    name = write.value.id
    calls = (c for c in ctx.index.nodes(ast.Call) if _stores(c))
    return any(isinstance(n, ast.Name) and n.id == name for c in calls for a in c.args for n in ast.walk(a))


def _from_environment(ctx: Context, write: Write, value: ast.expr) -> Fix | None:
    """Replace the whole of ``environ.get(...) or random`` where the parts stand together, else the random value."""
    together = write.value
    spans = ctx.span(together), ctx.span(value)
    is_inside = spans[0].start <= spans[1].start and spans[1].end <= spans[0].end
    is_choice = isinstance(together, (ast.BoolOp, ast.IfExp)) and not variable_read(ctx, together, "")
    target = together if is_inside and not is_choice else value
    if isinstance(target, ast.Call) and ctx.called(target) == "builtins.getattr" and len(target.args) == 3:
        target = target.args[2]
    variable = variable_read(ctx, target, "SECRET_KEY")
    return ctx.fix(f"Read the environment variable {variable}", from_environment(ctx, target, variable), safe=False)
