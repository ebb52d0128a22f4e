"""flask-smorest: blueprints whose ``route`` takes view classes too, and documentation pages by configuration."""

import flask
from flask.views import MethodView


def keep(*args, **kwargs):
    return lambda func: func


class Blueprint(flask.Blueprint):
    def __init__(self, *args, **kwargs):
        self.description = kwargs.pop("description", "")
        super().__init__(*args, **kwargs)
        self._endpoints = []
        self._docs = {}

    def add_url_rule(
        self,
        rule,
        endpoint=None,
        view_func=None,
        provide_automatic_options=None,
        *,
        parameters=None,
        tags=None,
        **options,
    ):
        if endpoint is None:
            endpoint = view_func.__name__
        if endpoint in self._endpoints:
            endpoint = f"{endpoint}_{len(self._endpoints)}"
        self._endpoints.append(endpoint)
        func = view_func
        if isinstance(view_func, type):
            func = view_func.as_view(endpoint)
        super().add_url_rule(rule, endpoint, func, **options)

    def route(self, rule, *, parameters=None, tags=None, **options):
        def decorator(func):
            endpoint = options.pop("endpoint", None)
            self.add_url_rule(rule, endpoint, func, parameters=parameters, tags=tags, **options)
            return func

        return decorator

    arguments = response = alt_response = paginate = doc = keep

    def etag(self, func):
        return func

    def check_etag(self, *args, **kwargs): ...

    def set_etag(self, *args, **kwargs): ...


def leading_slash(text):
    return text if text.startswith("/") else "/" + text


class Api:
    def __init__(self, app=None, *, spec_kwargs=None, config_prefix=""):
        self._app = app
        if config_prefix and not config_prefix.endswith("_"):
            config_prefix = config_prefix + "_"
        self.config_prefix = config_prefix.upper()
        if app is not None:
            self.init_app(app)

    def init_app(self, app, *, spec_kwargs=None):
        self._app = app
        self._register_doc_blueprint()

    def _setting(self, name, default=None):
        return self._app.config.get(self.config_prefix + name, default)

    def _register_doc_blueprint(self):
        prefix = self._setting("OPENAPI_URL_PREFIX")
        if prefix is not None:
            name = f"{self.config_prefix}api-docs".replace("_", "-").lower()
            blueprint = flask.Blueprint(name, __name__, url_prefix=leading_slash(prefix))
            path = self._setting("OPENAPI_JSON_PATH", "openapi.json")
            blueprint.add_url_rule(leading_slash(path), endpoint="openapi_json", view_func=self._serve)
            for page in ("redoc", "swagger_ui", "rapidoc"):
                path = self._setting(f"OPENAPI_{page.upper()}_PATH")
                if path is not None and self._setting(f"OPENAPI_{page.upper()}_URL") is not None:
                    blueprint.add_url_rule(leading_slash(path), endpoint=f"openapi_{page}", view_func=self._serve)
            self._app.register_blueprint(blueprint)

    def _serve(self): ...

    def register_blueprint(self, blp, *, parameters=None, **options):
        self._app.register_blueprint(blp, **options)

    def register_converter(self, converter, func): ...

    def register_field(self, field, *args): ...
