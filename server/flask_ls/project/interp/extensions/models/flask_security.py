"""Flask-Security and Flask-Security-Too: the views of the features that the configuration switches on.

Which further views there are differs between versions, so the table of an app that has it is not complete.
"""

from functools import wraps

from flask import Blueprint
from flask_ls_primitives import unreadable

_DEFAULTS = {
    "BLUEPRINT_NAME": "security",
    "URL_PREFIX": None,
    "SUBDOMAIN": None,
    "LOGIN_URL": "/login",
    "LOGOUT_URL": "/logout",
    "REGISTER_URL": "/register",
    "RESET_URL": "/reset",
    "CHANGE_URL": "/change",
    "CONFIRM_URL": "/confirm",
    "CONFIRMABLE": False,
    "REGISTERABLE": False,
    "RECOVERABLE": False,
    "TRACKABLE": False,
    "PASSWORDLESS": False,
    "CHANGEABLE": False,
}


def slash_url_suffix(url, suffix):
    return f"{suffix}/" if url.endswith("/") else f"/{suffix}"


def login(): ...


def logout(): ...


def register(): ...


def send_login(): ...


def token_login(token): ...


def send_confirmation(): ...


def confirm_email(token): ...


def forgot_password(): ...


def reset_password(token): ...


def change_password(): ...


def _guard(fn):
    @wraps(fn)
    def guarded(*args, **kwargs): ...

    return guarded


def auth_required(*methods, **options):
    return _guard


roles_required = roles_accepted = permissions_required = permissions_accepted = auth_required


def login_required(fn):
    return _guard(fn)


def auth_token_required(fn):
    return _guard(fn)


def anonymous_user_required(fn):
    return _guard(fn)


def http_auth_required(realm):
    return _guard(realm) if callable(realm) else _guard


def unauth_csrf(fall_through=False):
    return _guard


def get_message(key, **values): ...


class _State:
    """What ``app.extensions["security"]`` is: the features by their names in lower case."""

    def __init__(self, app):
        self.app = app
        for name in ("confirmable", "registerable", "recoverable", "trackable", "passwordless", "changeable"):
            setattr(self, name, app.config.get(f"SECURITY_{name.upper()}"))
        for name in ("login_url", "logout_url", "register_url", "reset_url", "change_url", "confirm_url"):
            setattr(self, name, app.config.get(f"SECURITY_{name.upper()}"))
        self.blueprint_name = app.config.get("SECURITY_BLUEPRINT_NAME")
        self.url_prefix = app.config.get("SECURITY_URL_PREFIX")
        self.subdomain = app.config.get("SECURITY_SUBDOMAIN")


def _blueprint(app, state):
    config = app.config
    both = ["GET", "POST"]
    bp = Blueprint(
        config["SECURITY_BLUEPRINT_NAME"],
        __name__,
        url_prefix=config["SECURITY_URL_PREFIX"],
        subdomain=config["SECURITY_SUBDOMAIN"],
    )
    methods = config.get("SECURITY_LOGOUT_METHODS")
    if methods is not None:
        bp.route(config["SECURITY_LOGOUT_URL"], methods=methods, endpoint="logout")(logout)
    url = config["SECURITY_LOGIN_URL"]
    if state.passwordless:
        bp.route(url, methods=both, endpoint="login")(send_login)
        bp.route(url + slash_url_suffix(url, "<token>"), endpoint="token_login")(token_login)
    else:
        bp.route(url, methods=both, endpoint="login")(login)
    if state.registerable:
        bp.route(config["SECURITY_REGISTER_URL"], methods=both, endpoint="register")(register)
    if state.recoverable:
        url = config["SECURITY_RESET_URL"]
        bp.route(url, methods=both, endpoint="forgot_password")(forgot_password)
        bp.route(url + slash_url_suffix(url, "<token>"), methods=both, endpoint="reset_password")(reset_password)
    if state.changeable:
        bp.route(config["SECURITY_CHANGE_URL"], methods=both, endpoint="change_password")(change_password)
    if state.confirmable:
        url = config["SECURITY_CONFIRM_URL"]
        bp.route(url, methods=both, endpoint="send_confirmation")(send_confirmation)
        bp.route(url + slash_url_suffix(url, "<token>"), methods=both, endpoint="confirm_email")(confirm_email)
    return bp


class Security:
    def __init__(self, app=None, datastore=None, register_blueprint=True, **kwargs):
        self.app = app
        self._datastore = datastore
        self._register_blueprint = register_blueprint
        if app is not None and datastore is not None:
            self.init_app(app, datastore, register_blueprint=register_blueprint)

    def init_app(self, app, datastore=None, register_blueprint=None, **kwargs):
        self.app = app
        for name, value in _DEFAULTS.items():
            app.config.setdefault("SECURITY_" + name, value)
        state = _State(app)
        for name in ("confirmable", "registerable", "recoverable", "trackable", "passwordless", "changeable"):
            setattr(self, name, getattr(state, name))
        if self._register_blueprint if register_blueprint is None else register_blueprint:
            app.register_blueprint(_blueprint(app, state))
            unreadable(app, "flask_security adds more views, and which depends on its version")
        app.extensions["security"] = state
        return state

    def context_processor(self, fn): ...

    def login_context_processor(self, fn): ...

    def register_context_processor(self, fn): ...

    def mail_context_processor(self, fn): ...

    def send_mail_task(self, fn): ...

    def unauthorized_handler(self, fn): ...

    def unauthn_handler(self, cb): ...

    def unauthz_handler(self, cb): ...
