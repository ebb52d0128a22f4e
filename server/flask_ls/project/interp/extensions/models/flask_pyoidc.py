"""Flask-pyoidc: the page that an identity provider sends its users back to."""

from urllib.parse import urlparse

from flask_ls_primitives import unreadable


class OIDCAuthentication:
    def __init__(self, provider_configurations, app=None, redirect_uri_config=None):
        self._redirect_uri_config = redirect_uri_config
        if app:
            self.init_app(app)

    def init_app(self, app):
        if self._redirect_uri_config:
            endpoint = self._redirect_uri_config.endpoint
        elif "OIDC_REDIRECT_URI" in app.config:
            endpoint = urlparse(app.config["OIDC_REDIRECT_URI"]).path.lstrip("/")
        else:
            endpoint = app.config.get("OIDC_REDIRECT_ENDPOINT", "redirect_uri").lstrip("/")
        if not isinstance(endpoint, str):
            unreadable(app, "the page that flask_pyoidc adds follows from the configuration OIDC_REDIRECT_URI")
            return
        app.add_url_rule("/" + endpoint, endpoint, self._handle, methods=["GET", "POST"])

    def _handle(self): ...

    def oidc_auth(self, *args, **kwargs):
        return lambda func: func

    token_auth = access_control = oidc_auth

    def oidc_logout(self, view_func):
        return view_func

    error_view = oidc_logout
