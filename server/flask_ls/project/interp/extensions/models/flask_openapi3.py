"""flask-openapi3: verbs as decorators, class-based views, documentation pages under ``doc_prefix``."""

import posixpath

import flask
from flask_ls_primitives import installed, unreadable

PLUGINS = ("swagger", "redoc", "rapidoc", "rapipdf", "scalar", "elements")


class APIScaffold:
    def get(self, rule, **options):
        return self._verb("GET", rule, options)

    def post(self, rule, **options):
        return self._verb("POST", rule, options)

    def put(self, rule, **options):
        return self._verb("PUT", rule, options)

    def delete(self, rule, **options):
        return self._verb("DELETE", rule, options)

    def patch(self, rule, **options):
        return self._verb("PATCH", rule, options)

    def _verb(self, method, rule, options):
        for name in DOCUMENTATION:
            options.pop(name, None)

        def decorator(func):
            options.update({"methods": [method]})
            self.add_url_rule(rule, view_func=func, **options)
            return func

        return decorator


DOCUMENTATION = (
    "tags",
    "summary",
    "description",
    "external_docs",
    "operation_id",
    "responses",
    "extra_responses",
    "deprecated",
    "security",
    "servers",
    "openapi_extensions",
    "validate_response",
    "doc_ui",
    "extra_form",
    "extra_body",
)


class OpenAPI(APIScaffold, flask.Flask):
    def __init__(
        self,
        import_name,
        *,
        info=None,
        security_schemes=None,
        responses=None,
        servers=None,
        external_docs=None,
        operation_id_callback=None,
        openapi_extensions=None,
        validation_error_status=422,
        validation_error_model=None,
        validation_error_callback=None,
        doc_ui=True,
        doc_prefix="/openapi",
        doc_url="/openapi.json",
        validate_response=None,
        validate_response_callback=None,
        doc_expansion=None,
        api_doc_url=None,
        **kwargs,
    ):
        super().__init__(import_name, **kwargs)
        self.doc_prefix = doc_prefix
        self.doc_url = doc_url
        if doc_ui:
            self._init_doc()

    def _init_doc(self):
        for name in PLUGINS:
            if installed(f"flask_openapi3_{name}"):
                unreadable(self, "documentation plugins of flask_openapi3 add routes of their own")
        blueprint = flask.Blueprint("openapi", __name__, url_prefix=self.doc_prefix, static_folder="static")
        blueprint.add_url_rule(rule=self.doc_url, endpoint="doc_url", view_func=self._serve)
        blueprint.add_url_rule(rule="/", endpoint="openapi", view_func=self._serve)
        self.register_blueprint(blueprint)

    def _serve(self): ...

    def register_api(self, api, **options):
        url_prefix = options.get("url_prefix")
        if url_prefix:
            api.url_prefix = url_prefix
        self.register_blueprint(api, **options)

    def register_api_view(self, api_view, url_prefix=None, view_kwargs=None):
        api_view.register(self, url_prefix=url_prefix)


class APIBlueprint(APIScaffold, flask.Blueprint):
    def __init__(
        self,
        name,
        import_name,
        *,
        abp_tags=None,
        abp_security=None,
        abp_responses=None,
        doc_ui=True,
        operation_id_callback=None,
        validate_response=None,
        **kwargs,
    ):
        super().__init__(name, import_name, **kwargs)

    def register_api(self, api):
        self.register_blueprint(api)


class APIView:
    def __init__(
        self,
        url_prefix=None,
        view_tags=None,
        view_security=None,
        view_responses=None,
        doc_ui=True,
        operation_id_callback=None,
        validate_response=None,
    ):
        self.url_prefix = url_prefix
        self.views = {}

    def route(self, rule):
        def wrapper(cls):
            methods = [m for m in ("get", "post", "put", "delete", "patch") if getattr(cls, m, None)]
            full = rule
            if self.url_prefix:
                full = self.url_prefix.rstrip("/") + "/" + rule.lstrip("/")
            self.views[full.replace("{", "<").replace("}", ">")] = (cls, methods)
            return cls

        return wrapper

    def doc(self, **kwargs):
        return lambda func: func

    def register(self, app, url_prefix=None, view_kwargs=None):
        for rule, (cls, methods) in self.views.items():
            if url_prefix and self.url_prefix and url_prefix != self.url_prefix:
                rule = url_prefix + rule.removeprefix(self.url_prefix)
            elif url_prefix and not self.url_prefix:
                rule = posixpath.join(url_prefix, rule.lstrip("/"))
            for method in methods:
                endpoint = cls.__name__ + "." + method
                app.add_url_rule(rule, view_func=getattr(cls, method), endpoint=endpoint, methods=[method.upper()])
