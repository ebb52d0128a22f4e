"""APIFlask: Flask with view classes in ``route`` and documentation pages."""

import flask
from flask.views import MethodView


def keep(*args, **kwargs):
    return lambda func: func


class APIScaffold:
    auth_required = input = output = doc = keep

    def add_url_rule(self, rule, endpoint=None, view_func=None, provide_automatic_options=None, **options):
        if isinstance(view_func, type):
            if endpoint is None:
                endpoint = view_func.__name__
            view_func = view_func.as_view(endpoint)
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)


class APIFlask(APIScaffold, flask.Flask):
    def __init__(
        self,
        import_name,
        title="APIFlask",
        version="0.1.0",
        spec_path="/openapi.json",
        docs_path="/docs",
        docs_oauth2_redirect_path="/docs/oauth2-redirect",
        docs_oauth2_redirect_path_external=False,
        docs_ui="swagger-ui",
        openapi_blueprint_url_prefix=None,
        json_errors=True,
        enable_openapi=True,
        spec_plugins=None,
        **kwargs,
    ):
        super().__init__(import_name, **kwargs)
        self.title = title
        self.version = version
        self.enable_openapi = enable_openapi
        bp = flask.Blueprint("openapi", __name__, url_prefix=openapi_blueprint_url_prefix)
        if spec_path:
            bp.add_url_rule(spec_path, "spec", self._serve)
        if docs_path:
            bp.add_url_rule(docs_path, "docs", self._serve)
            if docs_ui == "swagger-ui" and docs_oauth2_redirect_path:
                bp.add_url_rule(docs_oauth2_redirect_path, "swagger_ui_oauth_redirect", self._serve)
        if enable_openapi and (spec_path or docs_path):
            self.register_blueprint(bp)

    def _serve(self): ...

    def error_processor(self, func):
        return func

    def spec_processor(self, func):
        return func


class APIBlueprint(APIScaffold, flask.Blueprint):
    def __init__(self, name, import_name, tag=None, enable_openapi=True, **kwargs):
        super().__init__(name, import_name, **kwargs)


def input(*args, **kwargs):
    return lambda func: func


output = doc = auth_required = input
