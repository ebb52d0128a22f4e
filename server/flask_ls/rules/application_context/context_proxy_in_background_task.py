"""A function that runs in another thread, executor, timer, scheduler or task queue uses a context that is not there.

Why: Context-local proxies do not follow into threads, executors, timers, scheduler jobs or Celery tasks: each starts
with an empty context, so ``current_app``, ``g``, ``request``, ``session``, ``url_for``, ``render_template`` and
``db.session`` raise RuntimeError. ``asyncio.create_task``, ``gather`` and ``asyncio.to_thread`` copy the context;
``loop.run_in_executor`` and ``ThreadPoolExecutor`` do not; a forked process inherits it, a spawned one does not.

Instead: Push a context inside the function with ``with app.app_context():`` on the real application object, and pass
what belongs to the request as plain arguments.

Fix: Pushes the context of the application inside the function, where the application has a name there; safe, as is
``asyncio.to_thread`` for ``run_in_executor(None, ...)``. Unsafe: the application handed over as an argument, a copy of
the request's context (which only works while the request lasts), a made-up request for ``url_for``.

Quiet: When a context is pushed around the use, when the function is wrapped by ``copy_current_request_context`` or run
by ``contextvars.copy_context().run``, and when the class of a Celery task pushes a context.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.rules.ask.background_fixes import (
    app_as_argument,
    context_inside,
    copied_request,
    request_inside,
    to_thread,
)
from flask_ls.rules.ask.contexts import Lacking, lacking, problems_of, report
from flask_ls.rules.ask.push_fixes import local_app
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK104",
    severity=Severity.ERROR,
    guide=("Application context / background tasks need context",),
    triggers=frozenset(),
    when=problems_of("FLK104"),
    error_text="RuntimeError: Working outside of application context.",
    examples=(
        Bad(
            """
            from threading import Thread

            from flask import Flask, current_app

            app = Flask(__name__)


            def work():
                print(current_app.name)
                #     ^^^^^^^^^^^ current_app has no context here: this code runs in a new thread


            @app.get("/")
            def index():
                Thread(target=work).start()
                return "ok"
            """,
            fixed="""
            from threading import Thread

            from flask import Flask, current_app

            app = Flask(__name__)


            def work():
                with app.app_context():
                    print(current_app.name)


            @app.get("/")
            def index():
                Thread(target=work).start()
                return "ok"
            """,
            drive="client.get('/')",
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from threading import Thread

            from flask import Blueprint, Flask, current_app

            bp = Blueprint("mail", __name__)


            def send(to):
                print(current_app.name, to)
            #         ^^^^^^^^^^^ current_app has no context here


            @bp.get("/")
            def index():
                Thread(target=send, args=("ann@example.com",)).start()
                return "ok"


            def create_app():
                app = Flask(__name__)
                app.register_blueprint(bp)
                return app
            """,
            fixed="""
            from threading import Thread

            from flask import Blueprint, Flask, current_app

            bp = Blueprint("mail", __name__)


            def send(app, to):
                with app.app_context():
                    print(current_app.name, to)


            @bp.get("/")
            def index():
                Thread(target=send, args=(current_app._get_current_object(), "ann@example.com",)).start()
                return "ok"


            def create_app():
                app = Flask(__name__)
                app.register_blueprint(bp)
                return app
            """,
            drive="client.get('/')",
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from threading import Thread

            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                def log():
                    print(request.path)
            #             ^^^^^^^ request has no context here

                thread = Thread(target=log)
                thread.start()
                thread.join()
                return "ok"
            """,
            fixed="""
            from threading import Thread

            from flask import Flask, copy_current_request_context, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                @copy_current_request_context
                def log():
                    print(request.path)

                thread = Thread(target=log)
                thread.start()
                thread.join()
                return "ok"
            """,
            drive="client.get('/')",
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            import asyncio

            from flask import Flask, current_app

            app = Flask(__name__)


            def work():
                return current_app.name
            #          ^^^^^^^^^^^ current_app has no context here


            @app.get("/")
            async def index():
                return await asyncio.get_running_loop().run_in_executor(None, work)
            """,
            fixed="""
            import asyncio

            from flask import Flask, current_app

            app = Flask(__name__)


            def work():
                return current_app.name


            @app.get("/")
            async def index():
                return await asyncio.to_thread(work)
            """,
            drive="client.get('/')",
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from threading import Timer

            from flask import Flask, current_app

            app = Flask(__name__)


            def work():
                with current_app.app_context():
            #        ^^^^^^^^^^^ current_app has no context here
                    print("done")


            @app.get("/")
            def index():
                Timer(0, work).start()
                return "ok"
            """,
            fixed="""
            from threading import Timer

            from flask import Flask

            app = Flask(__name__)


            def work():
                with app.app_context():
                    print("done")


            @app.get("/")
            def index():
                Timer(0, work).start()
                return "ok"
            """,
            drive="client.get('/')",
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from threading import Thread

            from flask import Flask, request

            app = Flask(__name__)


            def log():
                print(request.path)
                #     ^^^^^^^ request has no context here


            @app.get("/")
            def index():
                thread = Thread(target=log)
                thread.start()
                thread.join()
                return "ok"
            """,
            fixed="""
            from threading import Thread

            from flask import Flask, copy_current_request_context, request

            app = Flask(__name__)


            def log():
                print(request.path)


            @app.get("/")
            def index():
                thread = Thread(target=copy_current_request_context(log))
                thread.start()
                thread.join()
                return "ok"
            """,
            drive="client.get('/')",
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            import atexit

            from flask import Flask, url_for

            app = Flask(__name__)


            @app.get("/")
            def index():
                return "ok"


            @atexit.register
            def farewell():
                print(url_for("index"))
                #     ^^^^^^^ url_for() has no context here
            """,
            fixed="""
            import atexit

            from flask import Flask, url_for

            app = Flask(__name__)


            @app.get("/")
            def index():
                return "ok"


            @atexit.register
            def farewell():
                with app.test_request_context():
                    print(url_for("index"))
            """,
            drive="app_module.farewell()",
            fails="RuntimeError: Working outside of application context",
        ),
        Good(
            """
            from threading import Thread

            from flask import Flask, copy_current_request_context, current_app, request

            app = Flask(__name__)


            def work():
                with app.app_context():
                    print(current_app.name)


            def log():
                print(request.path)


            @app.get("/")
            def index():
                Thread(target=work).start()
                thread = Thread(target=copy_current_request_context(log))
                thread.start()
                thread.join()
                return "ok"
            """,
            drive="client.get('/')",
        ),
    ),
)


_FIXES = (local_app, to_thread, context_inside, app_as_argument, copied_request, request_inside)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Uses that are proven to lack their context."""
    for found in lacking(ctx):
        yield report(ctx, found, _message(found), [fix(ctx, found) for fix in _FIXES])


def _message(found: Lacking) -> str:
    return f"{found.what} has no context here: this code {found.clause}, which starts without one."
