"""Flask-OIDC: pages of a blueprint since version 2; before, a single one that the configuration names."""

from flask import Blueprint
from flask_ls_primitives import is_older, unreadable

auth_routes = Blueprint("oidc_auth", __name__)


@auth_routes.route("/login", endpoint="login")
def login_view(): ...


@auth_routes.route("/authorize", endpoint="authorize")
def authorize_view(): ...


@auth_routes.route("/logout", endpoint="logout")
def logout_view(): ...


def legacy_oidc_callback(): ...


class OpenIDConnect:
    def __init__(self, app=None, credentials_store=None, http=None, time=None, urandom=None, prefix=None):
        if app is not None:
            self.init_app(app, prefix=prefix)

    def init_app(self, app, prefix=None):
        if is_older("flask-oidc", 2):
            unreadable(app, "before version 2 flask_oidc adds a route of its own")
        elif not app.config.get("OIDC_RESOURCE_SERVER_ONLY", False):
            app.register_blueprint(auth_routes, url_prefix=prefix)
            app.route("/oidc_callback")(legacy_oidc_callback)
            if app.config.get("OIDC_CALLBACK_ROUTE"):
                app.route(app.config["OIDC_CALLBACK_ROUTE"])(legacy_oidc_callback)

    def require_login(self, view_func):
        return view_func

    check = custom_callback = require_login

    def accept_token(self, *args, **kwargs):
        return lambda func: func

    require_keycloak_role = accept_token

    def user_getfield(self, field, access_token=None): ...

    def user_getinfo(self, fields, access_token=None): ...

    def get_access_token(self): ...

    def redirect_to_auth_server(self, destination=None, customstate=None): ...

    def logout(self, return_to=None): ...
