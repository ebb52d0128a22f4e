"""What needs a context: proxies, functions and attributes, each tried outside a context, in an application context and
in a request (Flask 3.1.3, 2.3.3 and 2.2.5; Flask-SQLAlchemy 3.1.1, Flask-Login 0.6.3, Flask-JWT-Extended 4.7.4,
Flask-WTF 1.3.0, Flask-Babel 4.0.0). Data only.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["app", "request", "url", "app url"]
Family = Literal["proxy", "helper", "database", "url"]


class Need(NamedTuple):
    """``app``: an application context. ``request``: a request.

    ``url``: a request, or an application context and SERVER_NAME; ``app url``: a request or SERVER_NAME. ``what`` names
    it for messages.
    """

    level: Level
    family: Family
    what: str


# werkzeug.local.LocalProxy: any attribute raises when unbound, except those below, which have an unbound answer or
# belong to the proxy itself.
PROXIES = {
    "flask.current_app": Need("app", "proxy", "current_app"),
    "flask.g": Need("app", "proxy", "g"),
    "flask.request": Need("request", "proxy", "request"),
    "flask.session": Need("request", "proxy", "session"),
    # Outside a request it is None, so any attribute raises AttributeError.
    "flask_login.current_user": Need("request", "proxy", "current_user"),
    "flask_jwt_extended.current_user": Need("app", "proxy", "current_user"),
}
_OWN_DUNDERS = frozenset("__class__ __doc__ __module__ __annotations__ __slots__ __wrapped__ __bool__ __repr__".split())


def is_own_attribute(name: str) -> bool:
    """Whether an unbound proxy answers this attribute itself."""
    return name in _OWN_DUNDERS or name.startswith("_LocalProxy")


def _helpers(level: Level, module: str, names: str) -> dict[str, Need]:
    return {f"{module}.{name}": Need(level, "helper", f"{name}()") for name in names.split()}


CALLS = {
    "flask.url_for": Need("url", "url", "url_for()"),
    **_helpers(
        "app",
        "flask",
        "render_template render_template_string stream_template stream_template_string get_template_attribute jsonify "
        "make_response",
    ),
    **_helpers(
        "request",
        "flask",
        "flash get_flashed_messages send_file send_from_directory after_this_request copy_current_request_context",
    ),
    **_helpers("request", "flask_login", "login_user logout_user confirm_login login_fresh"),
    **_helpers("app", "flask_login", "encode_cookie decode_cookie"),
    **_helpers(
        "app",
        "flask_jwt_extended",
        "create_access_token create_refresh_token decode_token get_jwt get_jwt_identity get_jwt_header "
        "get_current_user set_access_cookies set_refresh_cookies unset_jwt_cookies unset_access_cookies "
        "unset_refresh_cookies",
    ),
    **_helpers("request", "flask_jwt_extended", "verify_jwt_in_request"),
    **_helpers("request", "flask_wtf.csrf", "generate_csrf validate_csrf"),
    **_helpers("app", "flask_babel", "format_date format_datetime format_time format_timedelta get_timezone"),
}
# With a generator it needs a request at once; as a decorator only when the function is called.
STREAM_WITH_CONTEXT = Need("request", "helper", "stream_with_context()")
# Classes whose construction needs a context; subclasses too.
CONSTRUCTORS = {"flask_wtf.FlaskForm": Need("app", "helper", "a FlaskForm")}

_DATABASE = Need("app", "database", "the database")
# (class, method): the call needs it, a mere reference does not.
METHODS = {
    ("flask.Flask", "url_for"): Need("app url", "url", "url_for()"),
    ("flask.Flask", "send_static_file"): Need("request", "helper", "send_static_file()"),
    ("flask.Blueprint", "send_static_file"): Need("request", "helper", "send_static_file()"),
    **{
        ("flask_sqlalchemy.SQLAlchemy", name): _DATABASE._replace(what=f"{name}()")
        for name in ("create_all drop_all reflect paginate get_or_404 first_or_404 one_or_404 get_engine".split())
    },
}
# (class, attribute): reading it needs it.
ATTRIBUTES = {
    ("flask_sqlalchemy.SQLAlchemy", "engine"): _DATABASE._replace(what="the engine"),
    ("flask_sqlalchemy.SQLAlchemy", "engines"): _DATABASE._replace(what="the engines"),
    ("flask_sqlalchemy.SQLAlchemy.Model", "query"): _DATABASE._replace(what="Model.query"),
    **{
        ("flask_sqlalchemy.SQLAlchemy.session", name): _DATABASE._replace(what="db.session")
        for name in "bind dirty deleted new identity_map is_active autoflush no_autoflush info".split()
    },
}
# Every method of the scoped session asks its registry for the context's session, except these (orm/scoping.py).
SESSION = "flask_sqlalchemy.SQLAlchemy.session"
SESSION_NEED = _DATABASE._replace(what="db.session")
SESSION_FREE = frozenset("configure query_property registry session_factory".split())

# Names to look for, so that most operations need no look at all.
WORDS = frozenset(
    {name.rpartition(".")[2] for name in (*PROXIES, *CALLS, *CONSTRUCTORS)}
    | {method for _, method in METHODS}
    | {attribute for _, attribute in ATTRIBUTES}
    | {"session", "stream_with_context"}
)
