"""Dash: the pages of a dashboard below its prefix, in the Flask app that it is given or makes."""

from flask import Blueprint, Flask
from flask_ls_primitives import unreadable


class Dash:
    def __init__(
        self,
        name=None,
        server=True,
        assets_folder="assets",
        pages_folder="pages",
        use_pages=None,
        assets_url_path="assets",
        *args,
        url_base_pathname=None,
        requests_pathname_prefix=None,
        routes_pathname_prefix=None,
        backend=None,
        health_endpoint=None,
        **options,
    ):
        self.name = name
        self.prefix = routes_pathname_prefix or url_base_pathname or "/"
        self.assets = (assets_folder, assets_url_path)
        self.health_endpoint = health_endpoint
        self.config = {}
        self.server = None
        if backend:
            return
        if server is True:
            self.server = Flask(name or "__main__")
        elif server:
            self.server = server
        if self.server is not None:
            self.init_app()

    def init_app(self, app=None, **kwargs):
        if app is not None:
            self.server = app
        folder, path = self.assets
        if self.prefix.strip("/") and not self.prefix.startswith("/"):
            unreadable(self.server, "a prefix of a Dash app must begin with a slash")
        name = self.prefix.replace("/", "_").replace(".", "_") + "dash_assets"
        static = self.prefix + path.lstrip("/")
        self.server.register_blueprint(Blueprint(name, __name__, static_folder=folder, static_url_path=static))
        self._add_url("_dash-component-suites/<string:package_name>/<path:fingerprinted_path>")
        self._add_url("_dash-layout")
        self._add_url("_dash-dependencies")
        self._add_url("_dash-update-component", "POST")
        self._add_url("_reload-hash")
        self._add_url("_favicon.ico")
        if self.health_endpoint is not None:
            self._add_url(self.health_endpoint)
        self._add_url("")
        self._add_url("<path:path>")

    def _add_url(self, name, method="GET"):
        rule = self.prefix + name
        self.server.add_url_rule(rule, view_func=lambda **values: None, endpoint=rule, methods=[method])

    def callback(self, *args, **kwargs):
        return lambda func: func

    def clientside_callback(self, *args, **kwargs): ...

    def get_asset_url(self, path): ...

    def get_relative_path(self, path): ...

    def run(self, *args, **kwargs): ...

    run_server = enable_dev_tools = run


def callback(*args, **kwargs):
    return lambda func: func


def register_page(module, **kwargs): ...
