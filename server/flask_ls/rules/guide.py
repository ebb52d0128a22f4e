"""The advice commonly given to Flask developers, bullet by bullet, and what Flask really does.

Observed under Flask 2.2 to 3.2. Rules name the bullets they cover (``Rule.guide``) by ``Bullet.key``; a bullet that no
rule can cover names the hover that explains it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["true", "true, with more to it", "imprecise", "outdated", "false", "a matter of style"]


@dataclass(frozen=True, slots=True)
class Bullet:
    """One advice. ``hovers`` are the names whose hover explains it: ``current_app``, ``SECRET_KEY``."""

    chapter: str
    says: str
    verdict: Verdict
    truth: str
    hovers: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """How rules name it."""
        return f"{self.chapter} / {self.says}"


_CONTEXT = "Application context"
_REQUEST = "Request context"
_IMPORTS = "Circular imports"
_SECURITY = "Sessions and security"
_DEBUG = "Debug mode"
_BLUEPRINTS = "Blueprints"
_DATABASE = "SQLAlchemy integration"
_PRODUCTION = "Production"
_MISTAKES = "Common mistakes"

GUIDE: tuple[Bullet, ...] = (
    Bullet(
        _CONTEXT,
        "current_app only works inside a request or app context",
        "true, with more to it",
        "An app context is also active in commands of `app.cli`, `bp.cli` and `@with_appcontext`, in teardown "
        "functions, signals and template helpers. It is not in the body of `create_app()`, in WSGI middleware, in "
        "`bp.record` functions, or after a request of the test client; in a plain click command given to "
        "`add_command` it is when the `flask` command runs it (since 2.2), and not when `test_cli_runner()` does. "
        "Testing the proxy itself (`bool()`, `is`, `isinstance`, `repr`) never raises; reading an attribute, "
        "`in g`, `g.get()` and `str()` do.",
        ("current_app", "g"),
    ),
    Bullet(
        _CONTEXT,
        "g is per-request storage",
        "imprecise",
        "`g` belongs to the application context: a nested `app.app_context()` has another `g`. Up to Flask 3.1 a "
        "request made inside an app context of the same app shares its `g`; in 3.2 it never does. What is opened "
        "into `g` is closed in a `teardown_appcontext` function: `after_request` is skipped when an exception "
        "propagates.",
        ("g",),
    ),
    Bullet(
        _CONTEXT,
        "background tasks need context",
        "true",
        "Threads, executors, timers, `run_in_executor`, APScheduler and Celery start without a context. Tasks of "
        "`asyncio.create_task`, `gather` and `to_thread`, `contextvars.copy_context().run` and forked processes "
        "inherit it; tasks still pending when an async view ends are cancelled. Hand over data, or the real object "
        "from `current_app._get_current_object()`: a proxy is looked up where it is used.",
        ("current_app",),
    ),
    Bullet(
        _CONTEXT,
        "create_app() avoids circular imports",
        "true, with more to it",
        "`from flask import current_app` replaces the import of `app`, and only inside functions: at module level "
        "`current_app.config` fails with a factory too.",
        ("current_app",),
    ),
    Bullet(
        _REQUEST,
        "request and session only inside a request",
        "true",
        "That includes generators: a streamed response is produced after the request unless `stream_with_context` "
        "keeps it. In Flask 3.2 the error inside a plain app context reads `There is no request in this context.`",
        ("request", "session"),
    ),
    Bullet(
        _REQUEST,
        "url_for needs context",
        "imprecise",
        "It needs a request, or an app context and `SERVER_NAME`; `_external=True` does not replace `SERVER_NAME`. "
        "In an app context with `SERVER_NAME` the result is absolute by default. `_scheme` alone implies an "
        "external URL since 2.2. Up to Flask 3.0 `SERVER_NAME` also turns requests for other hosts into 404; since "
        "3.1 it does not.",
        ("url_for",),
    ),
    Bullet(
        _REQUEST,
        "the test client provides context automatically",
        "imprecise",
        "Only during the request. Afterwards `session`, `request` and `g` raise, unless the client is used as `with"
        " client:`. A test request inside `with app.app_context():` shares `g`, the logged-in user and `db.session`"
        " with it, up to Flask 3.1.",
    ),
    Bullet(
        _IMPORTS,
        "from app import app in models is circular",
        "true, with more to it",
        "It fails when the name is not bound yet at the moment the cycle closes; an import below the definition "
        "works. `python app.py` together with `from app import app` makes two app objects, and the routes of one "
        "are 404 on the other.",
    ),
    Bullet(
        _IMPORTS,
        "import inside the function, or current_app",
        "true",
        "Both break the cycle: a function body runs when it is called, long after the modules are complete.",
    ),
    Bullet(
        _IMPORTS,
        "blueprints register at factory time",
        "true",
        "A route added to a blueprint after its registration raises AssertionError since Flask 2.3; in 2.2 it was a"
        " warning and the route a 404.",
    ),
    Bullet(
        _IMPORTS,
        "extensions use init_app(app)",
        "true",
        "`SQLAlchemy(app)` and `init_app(app)` together raise RuntimeError, and the configuration an extension "
        "reads must be set before.",
    ),
    Bullet(
        _SECURITY,
        "SECRET_KEY is required: random bytes, not a weak string",
        "true, with more to it",
        "Generate it once and load it. `os.urandom()` evaluated at start gives every process and every restart a "
        "key of its own, and all sessions are lost.",
        ("SECRET_KEY",),
    ),
    Bullet(
        _SECURITY,
        "no SECRET_KEY means unsigned cookies",
        "false",
        "Flask never sends an unsigned session. Without a key the session reads as empty, and writing to it raises "
        "`RuntimeError: The session is unavailable because no secret key was set`. To forge a cookie one needs the "
        "key, so the danger is a known or guessed one. The cookie is signed, not encrypted: the user can read it.",
        ("SECRET_KEY", "session"),
    ),
    Bullet(
        _SECURITY,
        "SESSION_COOKIE_SECURE=True in production",
        "true",
        "The default is False. With True a browser drops the cookie over plain http, which looks like a login loop "
        "in development.",
        ("SESSION_COOKIE_SECURE",),
    ),
    Bullet(
        _SECURITY,
        "SESSION_COOKIE_HTTPONLY=True",
        "outdated",
        "It is the default. Only setting it to False is a mistake.",
        ("SESSION_COOKIE_HTTPONLY",),
    ),
    Bullet(
        _DEBUG,
        "debug=True in production is remote code execution",
        "true, with more to it",
        "The debugger asks for the PIN (locked after ten tries until restart) and since Werkzeug 3.0.3 for a "
        "trusted Host header; it serves `/console` even without a traceback. Under gunicorn `app.debug = True` "
        "starts no debugger, but exceptions then bypass the error page.",
        ("app.run",),
    ),
    Bullet(
        _DEBUG,
        "use the FLASK_DEBUG environment variable",
        "true",
        "It is read by `Flask()` and again by `run()`. An explicit `run(debug=...)` wins over it, configuration "
        "does not; the `flask` command overwrites `app.debug`. `FLASK_ENV` is ignored since Flask 2.3.",
        ("app.run", "DEBUG"),
    ),
    Bullet(
        _DEBUG,
        "the debugger's PIN is in the logs",
        "true",
        "It is printed to standard error at start: who reads the logs can use the console.",
    ),
    Bullet(
        _BLUEPRINTS,
        "url_prefix set at registration",
        "a matter of style",
        "Both places work. The value given to `register_blueprint` replaces the one of the constructor; prefixes of"
        " nested blueprints are joined.",
        ("url_prefix",),
    ),
    Bullet(
        _BLUEPRINTS,
        "routes of a blueprint are relative to its prefix",
        "true",
        "A rule without a leading slash is joined to a prefix, and raises ValueError at registration where there is"
        " none.",
        ("url_prefix",),
    ),
    Bullet(
        _BLUEPRINTS,
        "blueprint.before_request only for that blueprint",
        "true, with more to it",
        "It also covers the blueprints nested in it; `before_app_request` covers the whole app. In the same way an "
        "error handler of a blueprint for 404 or 405 never sees a URL that no route matches.",
        ("before_request",),
    ),
    Bullet(
        _DATABASE,
        "call db.session.commit()",
        "true, with more to it",
        "SQLAlchemy 2 has no autocommit mode at all, and Flask-SQLAlchemy removed its commit on teardown: what is "
        "not committed is rolled back when the context ends. `with db.session.begin():` commits by itself.",
        ("db.session.commit",),
    ),
    Bullet(
        _DATABASE,
        "the session is scoped to the request",
        "imprecise",
        "Flask-SQLAlchemy scopes it to the application context: inside a request, `with app.app_context():` has "
        "another session. Outside of any context it raises RuntimeError.",
        ("db.session",),
    ),
    Bullet(
        _DATABASE,
        "detached object error: fetch again or merge",
        "true",
        "A lazy attribute of an object whose session is gone raises DetachedInstanceError; adding an object of a "
        "living session to another one raises `already attached to session`.",
    ),
    Bullet(
        _DATABASE,
        "rollback on error",
        "imprecise",
        "After a failed flush the session refuses to work (PendingRollbackError) until `rollback()`, but only for "
        "the rest of that context: the next request has a fresh session.",
        ("db.session.commit",),
    ),
    Bullet(
        _PRODUCTION,
        "flask run is a development server",
        "true",
        "The same holds for `app.run()`. Use a WSGI server.",
        ("app.run",),
    ),
    Bullet(
        _PRODUCTION,
        "threaded=True for development server concurrency",
        "outdated",
        "`app.run()` and `flask run` are threaded since Flask 1.0 (Werkzeug's own `run_simple` is not). "
        "`processes=2` next to it raises ValueError.",
        ("app.run",),
    ),
    Bullet(
        _PRODUCTION,
        "static files through nginx",
        "true",
        "It saves work, nothing breaks without it. In code, leave `/static` to Flask's own route and "
        "`send_from_directory`.",
    ),
    Bullet(
        _PRODUCTION,
        "PROPAGATE_EXCEPTIONS=True for Sentry",
        "false",
        "The Sentry SDK reports exactly one event with or without it, and with it the handler for 500 no longer "
        "runs. What does blind Sentry is `errorhandler(Exception)`.",
        ("PROPAGATE_EXCEPTIONS",),
    ),
    Bullet(
        _MISTAKES,
        "redirect(url_for('login')), not redirect('/login')",
        "true",
        "Mounted at `/mnt`, the literal still goes to `/login` and `url_for` to `/mnt/login`. `redirect()` answers "
        "302, and 303 from Flask 3.2 on.",
        ("redirect", "url_for"),
    ),
    Bullet(
        _MISTAKES,
        "return jsonify(data), not json.dumps",
        "true, with more to it",
        "A string is sent as text/html. A returned dict becomes JSON since Flask 1.1 and a list since 2.2, without "
        "`jsonify`.",
        ("jsonify",),
    ),
    Bullet(
        _MISTAKES,
        "request.form for form data, request.json for JSON",
        "true, with more to it",
        "`request.json` with another content type is 415 since Flask 2.3 (400 in 2.1 and 2.2, None before), "
        "malformed JSON is 400, and `application/*+json` is accepted. A missing form key is 400, a missing key of "
        "the JSON a 500.",
        ("request.form", "request.json"),
    ),
    Bullet(
        _MISTAKES,
        "request.args.get('page', default=1, type=int)",
        "true",
        "An invalid value gives the default, since Werkzeug 3.0 also when the converter raises TypeError; that was "
        "a 500 before, and its KeyError still is. With `type=bool` every text but the empty one is True.",
        ("request.args",),
    ),
)


def chapters() -> list[str]:
    """The chapters in order."""
    return list(dict.fromkeys(b.chapter for b in GUIDE))


def by_key() -> dict[str, Bullet]:
    """Bullets by the key rules use."""
    return {b.key: b for b in GUIDE}
