"""Flask-Rebar: registries of handlers whose routes are added when the app is initialised."""

from flask import Blueprint
from werkzeug.utils import find_modules, import_string


def _bare(prefix):
    return prefix.removeprefix("/").removesuffix("/") if prefix else prefix


class HandlerRegistry:
    def __init__(
        self,
        prefix=None,
        default_authenticators=None,
        default_headers_schema=None,
        default_mimetype=None,
        swagger_generator=None,
        spec_path="/swagger",
        spec_ui_path="/swagger/ui",
        handlers=None,
        **deprecated,
    ):
        self.prefix = _bare(prefix)
        self.spec_path = deprecated.get("swagger_path", spec_path)
        self.spec_ui_path = deprecated.get("swagger_ui_path", spec_ui_path)
        self.handlers = [handlers] if isinstance(handlers, str) else handlers or []
        self._paths = {}

    def set_default_authenticator(self, authenticator): ...

    def set_default_authenticators(self, authenticators): ...

    def set_default_headers_schema(self, headers_schema): ...

    def _prefixed(self, path):
        return f"/{self.prefix}/{path.removeprefix('/')}" if self.prefix else path

    def _named(self, endpoint):
        return f"{self.prefix}.{endpoint}" if self.prefix else endpoint

    def add_handler(self, func, rule, method="GET", endpoint=None, *args, **options):
        self._paths.setdefault(rule, {})[method] = (func, endpoint or func.__name__)

    def handles(self, rule, method="GET", endpoint=None, *args, **options):
        def wrapper(func):
            self.add_handler(func, rule, method, endpoint)
            return func

        return wrapper

    def register(self, app):
        for package in self.handlers:
            for module in find_modules(package, recursive=True):
                import_string(module)
        for rule, methods in self._paths.items():
            for method, (func, endpoint) in methods.items():
                app.add_url_rule(self._prefixed(rule), self._named(endpoint), func, methods=[method])
        if self.spec_path:
            app.add_url_rule(self._prefixed(self.spec_path), self._named("get_swagger"), self._serve)
        if self.spec_ui_path:
            url = self._prefixed(self.spec_ui_path)
            name = (self.prefix.replace(".", "_") if self.prefix else "") + "swagger_ui"
            pages = Blueprint(name, __name__, static_folder="static", url_prefix=url)
            pages.add_url_rule("", "show", self._serve)
            pages.add_url_rule("/", "show", self._serve)
            app.register_blueprint(pages, url_prefix=url)

    def _serve(self): ...


class Rebar:
    def __init__(self):
        self.handler_registries = []

    def create_handler_registry(self, prefix=None, *args, swagger_ui_path="/swagger/ui", **options):
        registry = HandlerRegistry(prefix, *args, spec_ui_path=swagger_ui_path, **options)
        self.add_handler_registry(registry)
        return registry

    def add_handler_registry(self, registry):
        self.handler_registries.append(registry)

    def add_uncaught_exception_handler(self, func): ...

    def init_app(self, app):
        for registry in self.handler_registries:
            registry.register(app)
