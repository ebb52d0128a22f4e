"""``current_app``, ``g`` or a function that needs them is used where no application context is active.

Why: ``current_app`` and ``g`` stand for something only while an application context is pushed: Flask pushes one for
each request and for each command of ``app.cli``. At import time, in the body of ``create_app()``, in WSGI middleware,
in a plain ``@click.command`` and after a request of the test client there is none, and the first attribute access
raises RuntimeError. So do ``render_template``, ``jsonify`` and ``make_response``, which use ``current_app``.

For a plain ``@click.command`` given to ``app.cli.add_command()`` the ``flask`` command pushes a context since Flask
2.2, ``app.test_cli_runner()`` pushes none: that is told for information, and only in the command itself.

Instead: Read the value inside a function that runs during a request, or push a context with the real application:
``with app.app_context():``. In a factory use the local ``app``, in a ``bp.record`` function ``state.app``.

Fix: Pushes the context around the statements where the way starts, in a factory uses the local application, puts
``@with_appcontext`` on a click command, evaluates a default when it is needed. These are safe. Unsafe, as uses in other
places change: a class attribute becomes a property, a constant of the module a function.

Quiet: For what does not look behind the proxy: assigning and passing it, ``bool()``, ``is``, ``==``, ``isinstance``,
``repr``. After ``has_app_context()`` or ``if current_app``, where RuntimeError is caught, and for functions of which no
call without a context is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.rules.ask.contexts import Lacking, lacking, problems_of, report
from flask_ls.rules.ask.late_fixes import late_default, late_value, reads_setting
from flask_ls.rules.ask.push_fixes import local_app, push_around, with_appcontext
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK101",
    severity=Severity.ERROR,
    guide=(
        "Application context / current_app only works inside a request or app context",
        "Application context / create_app() avoids circular imports",
    ),
    triggers=frozenset(),
    when=problems_of("FLK101"),
    error_text="RuntimeError: Working outside of application context.",
    examples=(
        Bad(
            """
            from flask import Flask, current_app

            app = Flask(__name__)


            def seed():
                print(current_app.name)
                #     ^^^^^^^^^^^ current_app needs an application context, but this code runs while the module is


            seed()
            """,
            fixed="""
            from flask import Flask, current_app

            app = Flask(__name__)


            def seed():
                print(current_app.name)


            with app.app_context():
                seed()
            """,
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from flask import Flask, current_app


            def create_app():
                app = Flask(__name__)
                current_app.config["GREETING"] = "Hello"
            #   ^^^^^^^^^^^ current_app needs an application context
                return app
            """,
            fixed="""
            from flask import Flask


            def create_app():
                app = Flask(__name__)
                app.config["GREETING"] = "Hello"
                return app
            """,
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            import click

            from flask import Flask, current_app

            app = Flask(__name__)


            @click.command("seed")
            def seed():
                click.echo(current_app.name)
            #              ^^^^^^^^^^^ current_app needs a context, which only `flask` pushes here


            app.cli.add_command(seed)
            """,
            fixed="""
            import click
            from flask.cli import with_appcontext

            from flask import Flask, current_app

            app = Flask(__name__)


            @click.command("seed")
            @with_appcontext
            def seed():
                click.echo(current_app.name)


            app.cli.add_command(seed)
            """,
            drive="app.test_cli_runner().invoke(args=['seed'], catch_exceptions=False)",
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from dataclasses import dataclass

            from flask import current_app


            @dataclass
            class Job:
                queue: str = current_app.config.get("QUEUE", "default")
            #                ^^^^^^^^^^^ current_app needs an application context
            """,
            fixed="""
            from dataclasses import dataclass, field

            from flask import current_app


            @dataclass
            class Job:
                queue: str = field(default_factory=lambda: current_app.config.get("QUEUE", "default"))
            """,
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from flask import Blueprint, Flask, current_app

            bp = Blueprint("shop", __name__)


            @bp.record
            def configure(state):
                current_app.config.setdefault("CURRENCY", "EUR")
            #   ^^^^^^^^^^^ current_app needs an application context


            def create_app():
                app = Flask(__name__)
                app.register_blueprint(bp)
                return app
            """,
            fixed="""
            from flask import Blueprint, Flask

            bp = Blueprint("shop", __name__)


            @bp.record
            def configure(state):
                state.app.config.setdefault("CURRENCY", "EUR")


            def create_app():
                app = Flask(__name__)
                app.register_blueprint(bp)
                return app
            """,
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from flask import current_app


            class Settings:
                name = current_app.name
                #      ^^^^^^^^^^^ current_app needs an application context
            """,
            fixed="""
            from flask import current_app


            class Settings:
                @property
                def name(self):
                    return current_app.name
            """,
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from flask import Flask, current_app

            app = Flask(__name__)
            app.config["UPLOADS"] = "/srv"
            UPLOADS = current_app.config["UPLOADS"]
            #         ^^^^^^^^^^^ current_app needs an application context


            @app.get("/")
            def index():
                return UPLOADS
            """,
            fixed="""
            from flask import Flask, current_app

            app = Flask(__name__)
            app.config["UPLOADS"] = "/srv"


            def uploads():
                return current_app.config["UPLOADS"]


            @app.get("/")
            def index():
                return uploads()
            """,
            drive="client.get('/')",
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from flask import Flask, current_app

            app = Flask(__name__)


            def greet(name=current_app.name):
                #          ^^^^^^^^^^^ current_app needs an application context
                'Say hello.'
                return f"Hello {name}"


            @app.get("/")
            def index():
                return greet()
            """,
            fixed="""
            from flask import Flask, current_app

            app = Flask(__name__)


            def greet(name=None):
                'Say hello.'
                if name is None:
                    name = current_app.name
                return f"Hello {name}"


            @app.get("/")
            def index():
                return greet()
            """,
            drive="client.get('/')",
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from flask import Flask, current_app

            app = Flask(__name__)
            with current_app.app_context():
            #    ^^^^^^^^^^^ current_app needs an application context
                print(app.name)
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            with app.app_context():
                print(app.name)
            """,
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from flask import Flask, current_app

            app = Flask(__name__)


            def test_name():
                name = "app"  # as the file is called
                assert current_app.name == name
                #      ^^^^^^^^^^^ current_app needs an application context, but this code runs in a test
            """,
            fixed="""
            from flask import Flask, current_app

            app = Flask(__name__)


            def test_name():
                name = "app"  # as the file is called
                with app.app_context():
                    assert current_app.name == name
            """,
            drive="test_name()",
            fails="RuntimeError: Working outside of application context",
        ),
        Good(
            """
            from flask import Flask, current_app, g, has_app_context

            app = Flask(__name__)
            owner = current_app
            if current_app or bool(g):
                print(current_app.name)
            name = current_app.name if has_app_context() else "app"


            @app.get("/")
            def index():
                return current_app.name
            """,
            drive="client.get('/')",
        ),
    ),
)


_FIXES = (local_app, with_appcontext, late_default, push_around, late_value)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Uses of the application context where none is active."""
    for found in lacking(ctx):
        fixes = (late_value, *_FIXES[:-1]) if reads_setting(ctx, found) else _FIXES
        yield report(ctx, found, _message(found), [fix(ctx, found) for fix in fixes])


def _message(found: Lacking) -> str:
    return f"{found.what} needs an application context, but this code {found.clause}."
