"""Who calls a function that is handed over, and with which context. Data only.

Flask rows: flask/sansio/app.py, flask/sansio/scaffold.py, flask/cli.py, tried under 3.1.3. The others name their
source. A key is the canonical name of a callable; ``x()`` is the result of calling ``x``, as in ``@app.route("/")``.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

# How the function runs. ``caller``: at once, in the context of the call. ``process``: a forked process keeps the
# context, a spawned one does not. ``registration``: when the blueprint is registered.
How = Literal["request", "app", "teardown", "none", "caller", "process", "stream", "registration", "unknown"]
Place = int | str


class Role(NamedTuple):
    """``source`` is the kind of entry (see ``SOURCES``); ``places`` are the positions and keywords of the function."""

    how: How
    source: str
    places: tuple[Place, ...] = (0,)


class Source(NamedTuple):
    """A kind of entry. ``says`` follows a function's name in a witness, ``clause`` follows "this code" in a message.

    ``background``: it outlives requests.
    """

    says: str
    clause: str
    background: bool = False

    @property
    def is_spawned(self) -> bool:
        """Whether the operation that hands the function over is what starts it."""
        return self.background


SOURCES = {
    "unknown": Source("may be called by anything", "may be called by anything"),
    "import": Source("runs while the module is imported, before any context", "runs while the module is imported"),
    "script": Source("runs as a script, without a context", "runs as a script"),
    "factory": Source("builds the application, before any context is pushed", "runs while the application is built"),
    "view": Source("is a view: a request is active", "runs in a view"),
    "hook": Source("is called by Flask during a request", "runs during a request"),
    "handler": Source("handles an error of a request", "handles an error of a request"),
    "template": Source("is called while a template is rendered", "runs while a template is rendered"),
    "signal": Source("receives a signal of Flask", "receives a signal"),
    "extension": Source("is called by an extension during a request", "is called by an extension"),
    "teardown": Source(
        "also runs when a command or a `with app.app_context():` block ends, without a request",
        "also runs after commands and app contexts",
    ),
    "shell": Source("runs when `flask shell` starts, in an application context", "runs in `flask shell`"),
    "cli": Source("is a command of the application: only an application context is pushed", "runs as a command"),
    "command": Source("is a plain click command: it pushes no context of its own", "runs as a plain click command"),
    "wsgi": Source("is called by the WSGI server, before Flask pushes a context", "runs before Flask pushes a context"),
    "thread": Source("runs in a new thread, which starts without a context", "runs in a new thread", True),
    "timer": Source("runs in a timer's thread, which starts without a context", "runs in a timer's thread", True),
    "executor": Source("runs in an executor's thread, which has no context", "runs in an executor's thread", True),
    "process": Source("runs in a new process, without a context", "runs in a new process", True),
    "scheduler": Source("runs as a scheduled job, without a context", "runs as a scheduled job", True),
    "job": Source("runs in a worker of a queue, without a context", "runs as a queued job", True),
    "task": Source("is a Celery task, for which the worker pushes no context", "runs as a Celery task", True),
    "context task": Source(
        "is a Celery task, for which its class pushes an application context", "runs as a Celery task", True
    ),
    "exit": Source("runs when the interpreter exits, without a context", "runs at exit", True),
    "os signal": Source("runs when the process gets a signal, without a context", "runs on a signal", True),
    "stream": Source(
        "runs while the response is sent, after the view and its context ended", "runs after the view returned"
    ),
    "test": Source("is a test for which nothing pushes a context", "runs in a test that pushes none"),
    "fixture": Source("is a fixture that runs without a context", "runs in a fixture without one"),
}

_ROUTES = "route get post put delete patch".split()
ROLES: dict[str, Role] = {}


def _add(how: How, source: str, owners: str, names: str, *places: Place) -> None:
    for owner in owners.split():
        for name in names.split():
            ROLES[f"{owner}.{name}"] = Role(how, source, places or (0,))


_SCAFFOLDS = "flask.Flask flask.Blueprint"
_add("request", "view", _SCAFFOLDS, " ".join(f"{r}()" for r in _ROUTES))
_add("request", "view", _SCAFFOLDS, "endpoint()")
_add("request", "view", _SCAFFOLDS, "add_url_rule", 2, "view_func")
_add(
    "request",
    "hook",
    _SCAFFOLDS,
    "before_request after_request teardown_request url_value_preprocessor url_defaults before_first_request "
    "before_app_request after_app_request teardown_app_request app_url_value_preprocessor app_url_defaults "
    "before_app_first_request",
)
_add("request", "handler", _SCAFFOLDS, "errorhandler() app_errorhandler()")
_add("request", "handler", _SCAFFOLDS, "register_error_handler", 1)
_add(
    "request",
    "template",
    _SCAFFOLDS,
    "context_processor app_context_processor template_filter template_filter() template_test template_test() "
    "template_global template_global() app_template_filter app_template_filter() app_template_test app_template_test() "
    "app_template_global app_template_global() add_template_filter add_template_test add_template_global "
    "add_app_template_filter add_app_template_test add_app_template_global",
)
_add("teardown", "teardown", "flask.Flask", "teardown_appcontext")
_add("app", "shell", "flask.Flask", "shell_context_processor")
_add("registration", "registration", "flask.Blueprint", "record record_once")
_add("app", "cli", "flask.cli.AppGroup flask.cli.FlaskGroup", "command()")
_add("none", "command", "click", "command command()")
_add("none", "command", "click.Group", "command()")
_add("request", "hook", "flask", "after_this_request")
_add("request", "signal", "flask.request_started", "connect connect_via() connect()")
for _signal in "request_finished request_tearing_down got_request_exception message_flashed".split():
    _add("request", "signal", f"flask.{_signal}", "connect connect_via() connect()")
for _signal in "appcontext_pushed appcontext_tearing_down".split():
    _add("app", "signal", f"flask.{_signal}", "connect connect_via() connect()")
# Flask 3.1: sent after the context is gone.
_add("none", "signal", "flask.appcontext_popped", "connect connect_via() connect()")
_add("stream", "stream", "flask werkzeug.wrappers", "Response", 0, "response")
_add("stream", "stream", "flask.Flask", "response_class", 0, "response")
_add("stream", "stream", "flask flask.Flask", "make_response")
_add("request", "hook", "flask", "stream_with_context")

# Threads, executors, processes: docs.python.org. A thread begins with an empty contextvars context.
_add("none", "thread", "threading", "Thread", 1, "target")
_add("none", "thread", "_thread", "start_new_thread")
_add("none", "timer", "threading", "Timer", 1, "function")
_add("none", "executor", "concurrent.futures.ThreadPoolExecutor", "submit map")
_add(
    "none", "executor", "multiprocessing.pool.ThreadPool multiprocessing.dummy.Pool", "apply apply_async map map_async"
)
_add("none", "executor", "asyncio.AbstractEventLoop", "run_in_executor", 1)
_add("process", "process", "multiprocessing", "Process", 1, "target")
_add("process", "process", "concurrent.futures.ProcessPoolExecutor", "submit map")
_add("process", "process", "multiprocessing.Pool", "apply apply_async map map_async starmap imap imap_unordered")
_add("none", "process", "multiprocessing.spawn", "Process", 1, "target")
_add("none", "exit", "atexit", "register")
_add("none", "os signal", "signal", "signal", 1, "handler")
# asyncio copies the context into tasks, callbacks and `to_thread` (PEP 567; docs of asyncio.to_thread).
_add(
    "caller",
    "caller",
    "asyncio",
    "to_thread run create_task ensure_future gather wait_for shield run_coroutine_threadsafe",
)
_add("caller", "caller", "asyncio.AbstractEventLoop", "run_until_complete create_task call_soon")
_add("caller", "caller", "asyncio.AbstractEventLoop", "call_later call_at", 1)
_add("caller", "caller", "asyncio.TaskGroup asyncio.Runner", "create_task run")
_add("caller", "caller", "contextvars.Context", "run")
_add("caller", "caller", "contextlib.ExitStack", "callback")
# Functions that call what they are given before they return; ``lazy`` ones only when something runs through the result.
_add("caller", "caller", "builtins", "sorted min max", "key")
_add("caller", "caller", "functools", "reduce")
_add("caller", "lazy", "builtins", "map filter")
# Schedulers and queues. apscheduler.readthedocs.io: jobs run in executors; Flask-APScheduler: "job functions run
# without an application context"; schedule.readthedocs.io; python-rq.org; flask-socketio.readthedocs.io
# ("background tasks have no context"); huey.readthedocs.io.
for _module, _class in {
    "background": "BackgroundScheduler",
    "blocking": "BlockingScheduler",
    "asyncio": "AsyncIOScheduler",
    "gevent": "GeventScheduler",
    "tornado": "TornadoScheduler",
    "twisted": "TwistedScheduler",
}.items():
    _add("none", "scheduler", f"apscheduler.schedulers.{_module}.{_class}", "add_job scheduled_job()", 0, "func")
_add("none", "scheduler", "flask_apscheduler.APScheduler", "task()", 0)
_add("none", "scheduler", "flask_apscheduler.APScheduler", "add_job", 1, "func")
_add("none", "job", "rq.Queue", "enqueue enqueue_call", 0, "func")
_add("none", "job", "rq.Queue", "enqueue_at enqueue_in", 1)
_add("none", "job", "huey.Huey huey.RedisHuey huey.SqliteHuey huey.MemoryHuey", "task() periodic_task()")
_add("none", "thread", "flask_socketio.SocketIO", "start_background_task", 0, "target")
_add("unknown", "extension", "flask_executor.Executor", "submit map job")
# Celery: docs.celeryq.dev; whether a context is pushed depends on the task class of the Celery app.
_add("none", "task", "celery.Celery", "task task()")
_add("none", "task", "celery", "shared_task shared_task()")
# Extensions that call back during a request: their documentation.
_add(
    "request",
    "extension",
    "flask_login.LoginManager",
    "user_loader request_loader unauthorized_handler needs_refresh_handler header_loader",
)
_add(
    "request",
    "extension",
    "flask_socketio.SocketIO",
    "on() event event() on_error() on_error_default default_error_handler",
)
_add(
    "request",
    "extension",
    "flask_httpauth.HTTPBasicAuth",
    "verify_password get_password hash_password error_handler get_user_roles",
)
_add("request", "extension", "flask_httpauth.HTTPTokenAuth", "verify_token error_handler get_user_roles")
_add("request", "extension", "flask_babel.Babel", "localeselector timezoneselector")
_add("request", "extension", "flask_limiter.Limiter", "request_filter")
_add("request", "extension", "flask_restful.Api flask_restx.Api", "errorhandler errorhandler() representation()")
_add("request", "view", "flask_restful.Api flask_restx.Api flask_restx.Namespace flask_smorest.Blueprint", "route()")
_add(
    "request",
    "extension",
    "flask_jwt_extended.JWTManager",
    "user_identity_loader user_lookup_loader additional_claims_loader token_in_blocklist_loader expired_token_loader "
    "invalid_token_loader unauthorized_loader needs_fresh_token_loader revoked_token_loader user_lookup_error_loader",
)

# (class, method) that something outside the project calls on instances of subclasses.
CLASS_ROLES: dict[tuple[str, str], Role] = {
    ("celery.Task", "run"): Role("none", "task"),
    ("flask.views.View", "dispatch_request"): Role("request", "view"),
    ("flask_admin.base.BaseView", "is_accessible"): Role("request", "extension"),
    ("flask_admin.BaseView", "is_accessible"): Role("request", "extension"),
    **{
        ("flask.views.MethodView", method): Role("request", "view")
        for method in "get post put delete patch head options trace".split()
    },
}

# Libraries whose decorators call the function in the context of the call, each as its documentation says.
TRANSPARENT_LIBRARIES = frozenset(
    "backoff cachetools deprecated functools overrides pysnooper ratelimit retry retrying tenacity timeout_decorator "
    "typing typing_extensions warnings wrapt "
    # of tests; `mock.patch` is none of them, as what it replaces may be what needs a context
    "ddt flaky freezegun httpretty hypothesis moto parameterized pytest pytest_asyncio requests_mock responses respx "
    "time_machine vcr".split()
)
# Decorators and wrappers that change the context a function runs in, or keep it.
REQUEST_WRAPPERS = frozenset({"flask.copy_current_request_context", "flask.stream_with_context"})
APP_WRAPPERS = frozenset({"flask.cli.with_appcontext"})
TRANSPARENT = frozenset(
    {
        "builtins.staticmethod",
        "builtins.classmethod",
        "builtins.property",
        "functools.cached_property",
        "functools.lru_cache",
        "functools.lru_cache()",
        "functools.cache",
        "functools.wraps()",
        "functools.partial",
        "functools.singledispatch",
        "werkzeug.utils.cached_property",
        "abc.abstractmethod",
        "typing.overload",
        "typing.final",
        "contextlib.contextmanager",
        "contextlib.asynccontextmanager",
        "flask_login.login_required",
        "flask_login.fresh_login_required",
        "flask_jwt_extended.jwt_required()",
        "click.argument()",
        "click.option()",
        "click.pass_context",
        "click.pass_obj",
        "click.version_option()",
        "click.confirmation_option()",
        "click.password_option()",
        "pytest.fixture",
        "pytest.fixture()",
    }
)
