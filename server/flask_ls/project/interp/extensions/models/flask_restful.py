"""Flask-RESTful: ``Api.add_resource`` makes one rule per URL, at once or when the Api gets its app."""

from functools import partial
from types import MethodType

from flask.views import MethodView


class Resource(MethodView):
    method_decorators = []


class Api:
    def __init__(
        self,
        app=None,
        prefix="",
        default_mediatype="application/json",
        decorators=None,
        catch_all_404s=False,
        serve_challenge_on_401=False,
        url_part_order="bae",
        errors=None,
    ):
        self.urls = {}
        self.representations = {}
        self.prefix = prefix
        self.decorators = decorators or []
        self.url_part_order = url_part_order
        self.errors = errors or {}
        self.endpoints = set()
        self.resources = []
        self.blueprint = None
        self.blueprint_setup = None
        self.app = None
        if app is not None:
            self.app = app
            self.init_app(app)

    def init_app(self, app):
        if hasattr(app, "record"):
            app.record(self._deferred_blueprint_init)
            self.blueprint = app
        else:
            self._init_app(app)

    def _init_app(self, app):
        for resource, urls, kwargs in self.resources:
            self._register_view(app, resource, *urls, **kwargs)

    def _deferred_blueprint_init(self, setup_state):
        self.blueprint_setup = setup_state
        # From here on every rule of the blueprint is completed by the Api, not by Flask.
        setup_state.add_url_rule = MethodType(Api._blueprint_setup_add_url_rule_patch, setup_state)
        self._init_app(setup_state.app)

    @staticmethod
    def _blueprint_setup_add_url_rule_patch(setup, rule, endpoint=None, view_func=None, **options):
        if callable(rule):
            rule = rule(setup.url_prefix)
        elif setup.url_prefix:
            rule = setup.url_prefix + rule
        options.setdefault("subdomain", setup.subdomain)
        if endpoint is None:
            endpoint = view_func.__name__
        defaults = dict(setup.url_defaults, **(options.pop("defaults", None) or {}))
        setup.app.add_url_rule(rule, f"{setup.blueprint.name}.{endpoint}", view_func, defaults=defaults, **options)

    def _complete_url(self, url_part, registration_prefix):
        parts = {"b": registration_prefix, "a": self.prefix, "e": url_part}
        return "".join(parts[key] for key in self.url_part_order if parts[key])

    def add_resource(self, resource, *urls, **kwargs):
        if self.app is not None:
            self._register_view(self.app, resource, *urls, **kwargs)
        else:
            self.resources.append((resource, urls, kwargs))

    def resource(self, *urls, **kwargs):
        def decorator(cls):
            self.add_resource(cls, *urls, **kwargs)
            return cls

        return decorator

    def output(self, resource):
        return resource

    def _register_view(self, app, resource, *urls, **kwargs):
        endpoint = kwargs.pop("endpoint", None) or resource.__name__.lower()
        self.endpoints.add(endpoint)
        args = kwargs.pop("resource_class_args", ())
        named = kwargs.pop("resource_class_kwargs", {})
        resource.endpoint = endpoint
        view = self.output(resource.as_view(endpoint, *args, **named))
        for decorator in self.decorators:
            view = decorator(view)
        for url in urls:
            if self.blueprint:
                if self.blueprint_setup:
                    self.blueprint_setup.add_url_rule(url, view_func=view, **kwargs)
                    continue
                rule = partial(self._complete_url, url)
            else:
                rule = self._complete_url(url, "")
            app.add_url_rule(rule, view_func=view, **kwargs)

    def representation(self, mediatype):
        return lambda func: func

    def handle_error(self, error): ...

    def make_response(self, data, *args, **kwargs): ...

    def unauthorized(self, response): ...

    def owns_endpoint(self, endpoint): ...

    def error_router(self, original_handler, error): ...

    def mediatypes(self): ...

    def url_for(self, resource, **values): ...


def marshal_with(*args, **kwargs):
    return lambda func: func


def marshal_with_field(*args, **kwargs):
    return lambda func: func
