"""Flask-RESTX and Flask-RESTPlus: resources in namespaces, documentation beside them."""

from collections import namedtuple
from functools import partial

from flask import Blueprint
from flask.views import MethodView
from flask_ls_primitives import snake_case

ResourceRoute = namedtuple("ResourceRoute", "resource urls route_doc kwargs")


def keep(*args, **kwargs):
    return lambda documented: documented


class Resource(MethodView):
    method_decorators = []

    def __init__(self, api=None, *args, **kwargs):
        self.api = api


class SwaggerView(Resource):
    def get(self): ...


class Apidoc(Blueprint):
    registered = False


class Namespace:
    def __init__(
        self,
        name,
        description=None,
        path=None,
        decorators=None,
        validate=None,
        authorizations=None,
        ordered=False,
        **kwargs,
    ):
        self.name = name
        self.description = description
        self._path = path
        self.models = {}
        self.decorators = decorators or []
        self.resources = []
        self.apis = [kwargs["api"]] if "api" in kwargs else []

    @property
    def path(self):
        return (self._path or ("/" + self.name)).rstrip("/")

    def add_resource(self, resource, *urls, **kwargs):
        route_doc = kwargs.pop("route_doc", {})
        self.resources.append(ResourceRoute(resource, urls, route_doc, kwargs))
        for api in self.apis:
            api.register_resource(self, resource, *api.ns_urls(self, urls), **kwargs)

    def route(self, *urls, **kwargs):
        def wrapper(cls):
            kwargs.pop("doc", None)
            self.add_resource(cls, *urls, **kwargs)
            return cls

        return wrapper

    def hide(self, documented):
        return documented

    doc = expect = response = header = param = produces = deprecated_doc = vendor = keep
    marshal_with = marshal_list_with = errorhandler = payload = keep

    def deprecated(self, func):
        return func

    def errorhandler(self, error):
        return error if not isinstance(error, type) else (lambda func: func)

    def model(self, name=None, model=None, **kwargs):
        return model

    def schema_model(self, name=None, schema=None):
        return schema

    def inherit(self, name, *specs):
        return name

    def clone(self, name, *specs):
        return name

    def extend(self, name, *specs):
        return name

    def as_list(self, field):
        return field

    def add_model(self, name, definition):
        return definition

    def parser(self):
        import flask_restx.reqparse

        return flask_restx.reqparse.RequestParser()

    def abort(self, *args, **kwargs): ...


class Api:
    def __init__(
        self,
        app=None,
        version="1.0",
        title=None,
        description=None,
        terms_url=None,
        license=None,
        license_url=None,
        contact=None,
        contact_url=None,
        contact_email=None,
        authorizations=None,
        security=None,
        doc="/",
        default_id=None,
        default="default",
        default_label="Default namespace",
        validate=None,
        tags=None,
        prefix="",
        ordered=False,
        default_mediatype="application/json",
        decorators=None,
        catch_all_404s=False,
        serve_challenge_on_401=False,
        format_checker=None,
        url_scheme=None,
        default_swagger_filename="swagger.json",
        **kwargs,
    ):
        self._doc = doc
        self.title = title
        self.namespaces = []
        self.models = {}
        self.default_swagger_filename = default_swagger_filename
        self.ns_paths = {}
        self.representations = {}
        self.prefix = prefix
        self.decorators = decorators or []
        self.endpoints = set()
        self.resources = []
        self.blueprint_setup = None
        self.app = None
        self.blueprint = None
        self.default_namespace = self.namespace(default, default_label, api=self, path="/")
        if app is not None:
            self.app = app
            self.init_app(app)

    def __getattr__(self, name):
        return getattr(self.default_namespace, name)

    def init_app(self, app, **kwargs):
        self.app = app
        self._add_specs = kwargs.get("add_specs", True)
        self._register_specs(app)
        self._register_doc(app)
        if hasattr(app, "record"):
            app.record(self._deferred_blueprint_init)
            self.blueprint = app
        else:
            self._init_app(app)

    def _init_app(self, app):
        for resource, namespace, urls, kwargs in self.resources:
            self._register_view(app, resource, namespace, *urls, **kwargs)
        self._register_apidoc(app)

    def _register_apidoc(self, app):
        conf = app.extensions.setdefault("restx", {})
        if not conf.get("apidoc_registered", False):
            app.register_blueprint(Apidoc("restx_doc", __name__, static_folder="static", static_url_path="/swaggerui"))
        conf["apidoc_registered"] = True

    def _register_specs(self, app):
        if self._add_specs:
            url = "/" + self.default_swagger_filename
            self._register_view(app, SwaggerView, self.default_namespace, url, endpoint="specs")
            self.endpoints.add("specs")

    def _register_doc(self, app):
        if self._add_specs and self._doc:
            app.add_url_rule(self._doc, "doc", self.render_doc)
        app.add_url_rule(self.prefix or "/", "root", self.render_root)

    def render_root(self): ...

    def render_doc(self): ...

    def _deferred_blueprint_init(self, setup_state):
        self.blueprint_setup = setup_state
        setup_state.add_url_rule = partial(Api._blueprint_setup_add_url_rule_patch, setup_state)
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
        return "".join(part for part in (registration_prefix, self.prefix, url_part) if part)

    def register_resource(self, namespace, resource, *urls, **kwargs):
        endpoint = kwargs.pop("endpoint", None)
        endpoint = str(endpoint or self.default_endpoint(resource, namespace))
        kwargs["endpoint"] = endpoint
        self.endpoints.add(endpoint)
        if self.app is not None:
            self._register_view(self.app, resource, namespace, *urls, **kwargs)
        else:
            self.resources.append((resource, namespace, urls, kwargs))
        return endpoint

    def default_endpoint(self, resource, namespace):
        endpoint = snake_case(resource.__name__)
        if namespace is not self.default_namespace:
            endpoint = f"{namespace.name}_{endpoint}"
        if endpoint in self.endpoints:
            suffix = 2
            while f"{endpoint}_{suffix}" in self.endpoints:
                suffix += 1
            endpoint = f"{endpoint}_{suffix}"
        return endpoint

    def _register_view(self, app, resource, namespace, *urls, **kwargs):
        endpoint = kwargs.pop("endpoint", None) or snake_case(resource.__name__)
        args = kwargs.pop("resource_class_args", ())
        named = kwargs.pop("resource_class_kwargs", {})
        resource.endpoint = endpoint
        view = self.output(resource.as_view(endpoint, self, *args, **named))
        for decorator in [*namespace.decorators, *self.decorators]:
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

    def output(self, resource):
        return resource

    def get_ns_path(self, ns):
        return self.ns_paths.get(ns)

    def ns_urls(self, ns, urls):
        path = self.get_ns_path(ns) or ns.path
        return [path + url for url in urls]

    def add_namespace(self, ns, path=None):
        if ns not in self.namespaces:
            self.namespaces.append(ns)
            if self not in ns.apis:
                ns.apis.append(self)
            if path is not None:
                self.ns_paths[ns] = path
        for r in ns.resources:
            self.register_resource(ns, r.resource, *self.ns_urls(ns, r.urls), **r.kwargs)

    def namespace(self, *args, **kwargs):
        ns = Namespace(*args, **kwargs)
        self.add_namespace(ns)
        return ns

    def documentation(self, func):
        return func

    def representation(self, mediatype):
        return lambda func: func

    def errorhandler(self, error):
        return lambda func: func

    def handle_error(self, error): ...

    def make_response(self, data, *args, **kwargs): ...

    def mediatypes_method(self): ...


def marshal_with(*args, **kwargs):
    return lambda func: func
