"""What is publicly known of Flask and the libraries around it: data, no logic of a rule.

Names are given the spelling users know. Sources: the packages' own ``__init__`` modules and reference docs.
"""

from __future__ import annotations

# Modules whose attributes users know under a shorter name, longest prefix first when looked up.
_PUBLIC_MODULES = {
    "flask.app": "flask",
    "flask.sansio.app": "flask",
    "flask.blueprints": "flask",
    "flask.sansio.blueprints": "flask",
    "flask.globals": "flask",
    "flask.helpers": "flask",
    "flask.templating": "flask",
    "flask.wrappers": "flask",
    "flask.json": "flask.json",
    "flask.ctx": "flask.ctx",
    "flask.config": "flask",
    "werkzeug.wrappers.response": "werkzeug.wrappers",
    "werkzeug.wrappers.request": "werkzeug.wrappers",
    "flask_sqlalchemy.extension": "flask_sqlalchemy",
    "flask_login.utils": "flask_login",
    "flask_login.login_manager": "flask_login",
    "flask_login.mixins": "flask_login",
    "concurrent.futures.thread": "concurrent.futures",
    "concurrent.futures.process": "concurrent.futures",
    "celery.app.base": "celery",
    "celery.app.task": "celery",
    "jinja2.environment": "jinja2",
    "markupsafe._native": "markupsafe",
}
_PUBLIC_NAMES = {
    "flask.json.jsonify": "flask.jsonify",
    "flask.ctx.has_app_context": "flask.has_app_context",
    "flask.ctx.has_request_context": "flask.has_request_context",
    "flask.ctx.copy_current_request_context": "flask.copy_current_request_context",
    "flask.ctx.after_this_request": "flask.after_this_request",
    "celery.current_app.task": "celery.task",
    "werkzeug.utils.redirect": "werkzeug.utils.redirect",
    "flask.Markup": "markupsafe.Markup",
    "flask.escape": "markupsafe.escape",
    "simplejson.dumps": "simplejson.dumps",
}

# What `from flask import *` binds: Flask has no `__all__`, so every public name of its `__init__`.
STAR_EXPORTS = {
    "flask": frozenset(
        [
            "Flask",
            "Blueprint",
            "Config",
            "Request",
            "Response",
            "abort",
            "after_this_request",
            "app",
            "copy_current_request_context",
            "current_app",
            "flash",
            "g",
            "get_flashed_messages",
            "get_template_attribute",
            "has_app_context",
            "has_request_context",
            "jsonify",
            "json",
            "make_response",
            "redirect",
            "render_template",
            "render_template_string",
            "request",
            "send_file",
            "send_from_directory",
            "session",
            "signals",
            "stream_template",
            "stream_template_string",
            "stream_with_context",
            "template_rendered",
            "typing",
            "url_for",
            "appcontext_popped",
            "appcontext_pushed",
            "appcontext_tearing_down",
            "before_render_template",
            "got_request_exception",
            "message_flashed",
            "request_finished",
            "request_started",
            "request_tearing_down",
        ]
    ),
    "flask.globals": frozenset({"current_app", "g", "request", "session", "app_ctx", "request_ctx"}),
    "flask_login": frozenset({"current_user", "login_user", "logout_user", "login_required", "LoginManager"}),
}

APP_PROXIES = frozenset({"flask.current_app", "flask.g"})
REQUEST_PROXIES = frozenset({"flask.request", "flask.session"})
PROXIES = APP_PROXIES | REQUEST_PROXIES
# Proxies of extensions that are werkzeug LocalProxy objects as well.
EXTENSION_PROXIES = frozenset(
    {"flask_login.current_user", "flask_security.current_user", "flask_jwt_extended.current_user"}
)

# Functions that return an instance of a known class.
RETURNS = {
    "flask.make_response": "flask.Response",
    "flask.jsonify": "flask.Response",
    "flask.redirect": "werkzeug.wrappers.Response",
    "flask.send_file": "flask.Response",
    "flask.send_from_directory": "flask.Response",
    "threading.current_thread": "threading.Thread",
    "sqlalchemy.create_engine": "sqlalchemy.Engine",
    "sqlalchemy.engine.create_engine": "sqlalchemy.Engine",
    "sqlalchemy.orm.sessionmaker": "sqlalchemy.orm.sessionmaker",
    "flask.current_app._get_current_object": "flask.Flask",
    "connexion.FlaskApp": "connexion.FlaskApp",
}
# (class, method) -> class of the result.
METHOD_RETURNS = {
    ("flask.Flask", "test_client"): "flask.testing.FlaskClient",
    ("flask.Flask", "test_cli_runner"): "flask.testing.FlaskCliRunner",
    ("flask.Flask", "app_context"): "flask.ctx.AppContext",
    ("flask.Flask", "test_request_context"): "flask.ctx.RequestContext",
    ("flask.Flask", "request_context"): "flask.ctx.RequestContext",
    ("flask_sqlalchemy.SQLAlchemy", "create_session"): "sqlalchemy.orm.scoped_session",
    ("sqlalchemy.orm.scoped_session", "connection"): "sqlalchemy.Connection",
    ("sqlalchemy.orm.Session", "connection"): "sqlalchemy.Connection",
    ("sqlalchemy.orm.sessionmaker", "__call__"): "sqlalchemy.orm.Session",
    ("sqlalchemy.Engine", "connect"): "sqlalchemy.Connection",
    ("sqlalchemy.Engine", "begin"): "sqlalchemy.Connection",
}
# (class, attribute) -> class of the value.
ATTRIBUTES = {
    ("flask.Flask", "cli"): "flask.cli.AppGroup",
    ("flask.Blueprint", "cli"): "flask.cli.AppGroup",
    ("flask.Flask", "config"): "flask.Config",
    ("flask.Flask", "logger"): "logging.Logger",
    ("flask_sqlalchemy.SQLAlchemy", "session"): "sqlalchemy.orm.scoped_session",
    ("flask_sqlalchemy.SQLAlchemy", "engine"): "sqlalchemy.Engine",
    ("flask_sqlalchemy.SQLAlchemy", "Model"): "flask_sqlalchemy.SQLAlchemy.Model",
}
# Objects that are an instance of a class although they are looked up, not built.
INSTANCES = {
    "flask.current_app": "flask.Flask",
    "flask.request": "flask.Request",
    "flask.session": "flask.sessions.SessionMixin",
    "flask.g": "flask.ctx._AppCtxGlobals",
}
# Known subclasses outside the project: class -> its base.
BASES = {
    "apiflask.APIFlask": "flask.Flask",
    "flask_openapi3.OpenAPI": "flask.Flask",
    "quart.Quart": None,
    "apiflask.APIBlueprint": "flask.Blueprint",
    "flask_openapi3.APIBlueprint": "flask.Blueprint",
    "flask_smorest.Blueprint": "flask.Blueprint",
    "flask.views.MethodView": "flask.views.View",
    "flask_restful.Resource": "flask.views.MethodView",
    "flask_restx.Resource": "flask.views.MethodView",
    "threading.Timer": "threading.Thread",
    "flask_wtf.FlaskForm": "wtforms.Form",
}


def public_name(dotted: str) -> str:
    """The spelling users know of an external dotted name: ``flask.globals.current_app`` -> ``flask.current_app``."""
    known = _PUBLIC_NAMES.get(dotted)
    if known is not None:
        return known
    head = dotted
    while True:
        head, dot, _ = head.rpartition(".")
        if not dot:
            return dotted
        public = _PUBLIC_MODULES.get(head)
        if public is not None:
            renamed = public + dotted[len(head) :]
            return _PUBLIC_NAMES.get(renamed, renamed)


# What `with X as name` binds when it is not X itself: class of X -> class of the name.
ENTERED: dict[str, str] = {}

# External classes whose names do not begin with a capital letter.
LOWER_CASE_CLASSES = frozenset(
    {
        "sqlalchemy.orm.scoped_session",
        "functools.partial",
        "sqlalchemy.orm.sessionmaker",
        "builtins.dict",
        "builtins.list",
        "builtins.set",
        "builtins.tuple",
        "builtins.str",
        "builtins.bytes",
        "builtins.int",
        "builtins.float",
        "builtins.object",
        "collections.defaultdict",
        "collections.deque",
        "threading.local",
        "datetime.datetime",
        "datetime.date",
    }
)

# Attributes that hardly anything but an application or a blueprint has.
TELLING_ATTRIBUTES = frozenset(
    """
    add_url_rule after_app_request after_request app_context app_context_processor app_errorhandler app_template_filter
    before_app_request before_first_request before_request context_processor errorhandler jinja_env make_shell_context
    record_once register_blueprint register_error_handler route secret_key shell_context_processor teardown_app_request
    teardown_appcontext teardown_request template_filter template_global template_test test_cli_runner test_client
    test_request_context url_defaults url_map url_value_preprocessor wsgi_app
    """.split()
)
