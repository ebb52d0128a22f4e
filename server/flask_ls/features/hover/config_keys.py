"""What is said of a configuration key: its type, its default and its meaning, by Flask version. No values of projects.

Sources: ``default_config`` of Flask 2.2 to 3.2, docs/config.rst, the configuration pages of Flask-SQLAlchemy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """``since`` is the Flask version that brought the key; ``until`` the first one without it."""

    type: str
    default: str
    meaning: str
    since: str = ""
    until: str = ""


_SIZE = "int or None"

KEYS: dict[str, Key] = {
    "SECRET_KEY": Key(
        "str or bytes",
        "None",
        "Signs the session cookie and what extensions sign. Without it the session reads as empty, and writing to it "
        "raises `RuntimeError: The session is unavailable because no secret key was set`. The cookie is signed, not "
        "encrypted: its user can read it, and whoever knows the key can forge it. Make it once, with "
        '`python -c "import secrets; print(secrets.token_hex())"`, and load it: a key made at start differs in every '
        "process and ends all sessions at each restart.",
    ),
    "SECRET_KEY_FALLBACKS": Key(
        "list of keys or None",
        "None",
        "Older keys that still open session cookies, so that `SECRET_KEY` can be changed without signing everybody "
        "out. New cookies are signed with `SECRET_KEY` only; extensions may not look at these.",
        since="3.1",
    ),
    "SESSION_COOKIE_SECURE": Key(
        "bool",
        "False",
        "With True the browser sends the session cookie over HTTPS only. Right in production; over plain HTTP the "
        "cookie is then dropped, which looks like a login that never holds.",
    ),
    "SESSION_COOKIE_HTTPONLY": Key(
        "bool",
        "True",
        "Keeps the session cookie from JavaScript. It is on by default, so only setting it to False changes anything.",
    ),
    "SESSION_COOKIE_SAMESITE": Key(
        "'Lax', 'Strict', 'None' or None",
        "None",
        "Whether the cookie is sent with requests that come from other sites. With the default the attribute is not "
        "sent and browsers decide. The text 'None' allows them all, and browsers then require `SESSION_COOKIE_SECURE`.",
    ),
    "SESSION_COOKIE_NAME": Key("str", "'session'", "The name of the session cookie."),
    "SESSION_COOKIE_DOMAIN": Key("str or None", "None", "The domain that the session cookie is valid for."),
    "SESSION_COOKIE_PATH": Key(
        "str or None", "None", "The path that the session cookie is valid for; `APPLICATION_ROOT` when not set."
    ),
    "SESSION_COOKIE_PARTITIONED": Key(
        "bool", "False", "Whether the session cookie is kept apart for each embedding site (CHIPS).", since="3.1"
    ),
    "SESSION_REFRESH_EACH_REQUEST": Key(
        "bool",
        "True",
        "Whether a permanent session's cookie is sent again with each response, which renews its lifetime.",
    ),
    "PERMANENT_SESSION_LIFETIME": Key(
        "timedelta or seconds", "31 days", "How long a session lasts for which `session.permanent` is True."
    ),
    "DEBUG": Key(
        "bool",
        "what `FLASK_DEBUG` says when the app is made",
        "Debug mode. Set in the configuration it is too late for the `flask` command, which overwrites it, and it "
        "loses to `FLASK_DEBUG` in `app.run()`; an explicit `app.run(debug=...)` wins over both. Use "
        "`flask run --debug` or `FLASK_DEBUG`. Under a WSGI server no debugger starts, but exceptions bypass the "
        "error page.",
    ),
    "TESTING": Key("bool", "False", "Exceptions propagate to the test instead of becoming an error page."),
    "PROPAGATE_EXCEPTIONS": Key(
        "bool or None",
        "None",
        "None means: when `TESTING` or `DEBUG` is on. With True exceptions are raised past the app, the handler for "
        "500 does not run and the server answers without its page. Error reporters such as Sentry do not need it.",
    ),
    "SERVER_NAME": Key(
        "str or None",
        "None",
        "Host and port of the app. `url_for` needs it outside of requests. With subdomains or host matching, routes "
        "are matched by it.",
    ),
    "APPLICATION_ROOT": Key(
        "str", "'/'", "Where the app is mounted, for URLs built outside of requests. It mounts nothing by itself."
    ),
    "PREFERRED_URL_SCHEME": Key("str", "'http'", "The scheme of URLs built outside of requests."),
    "MAX_CONTENT_LENGTH": Key(_SIZE, "None", "More bytes than this in a request body are answered with 413."),
    "MAX_FORM_MEMORY_SIZE": Key(
        _SIZE, "500,000", "A form field that is not a file and larger than this is answered with 413.", since="3.1"
    ),
    "MAX_FORM_PARTS": Key(_SIZE, "1,000", "More fields than this in a form are answered with 413.", since="3.1"),
    "TRUSTED_HOSTS": Key(
        "list of str or None", "None", "Hosts that are served; others are answered with 400.", since="3.1"
    ),
    "TEMPLATES_AUTO_RELOAD": Key(
        "bool or None", "None", "Whether templates are read again when they change. None means: in debug mode."
    ),
    "SEND_FILE_MAX_AGE_DEFAULT": Key(
        "timedelta, seconds or None", "None", "How long browsers may keep static files; None lets them ask each time."
    ),
    "TRAP_HTTP_EXCEPTIONS": Key("bool", "False", "Whether errors such as 404 are raised instead of answered."),
    "TRAP_BAD_REQUEST_ERRORS": Key(
        "bool or None",
        "None",
        "Whether a missing key of the request is raised instead of answered with 400. None: in debug mode.",
    ),
    "EXPLAIN_TEMPLATE_LOADING": Key("bool", "False", "Logs where each template was looked for."),
    "ENV": Key("str or None", "None", "Read by nothing since Flask 2.3, nor is `FLASK_ENV`.", until="2.3"),
    "JSON_SORT_KEYS": Key("bool", "True", "Set `app.json.sort_keys` instead.", until="2.3"),
    "JSON_AS_ASCII": Key("bool", "True", "Set `app.json.ensure_ascii` instead.", until="2.3"),
    "SQLALCHEMY_DATABASE_URI": Key(
        "str or URL",
        "none: Flask-SQLAlchemy 3 raises `RuntimeError` without it",
        "The database of Flask-SQLAlchemy. It is read by `SQLAlchemy(app)` or `init_app(app)`, so it has to be set "
        "before. SQLAlchemy 1.4 and newer refuse `postgres://`; write `postgresql://`.",
    ),
    "SQLALCHEMY_BINDS": Key(
        "dict",
        "{}",
        "More databases by name, for models with `__bind_key__`. Read when the extension is given the app.",
    ),
    "SQLALCHEMY_ENGINE_OPTIONS": Key(
        "dict", "{}", "Arguments for SQLAlchemy's `create_engine`. Read when the extension is given the app."
    ),
    "SQLALCHEMY_ECHO": Key("bool", "False", "Logs every SQL statement, with its parameters."),
    "SQLALCHEMY_TRACK_MODIFICATIONS": Key(
        "bool", "False since Flask-SQLAlchemy 3.0", "Sends a signal for each changed object, which costs memory."
    ),
}

# Keys whose value is True or False: then it may be said.
SWITCHES = frozenset(name for name, key in KEYS.items() if key.type.startswith("bool"))
