"""Flask-REST-JSONAPI and its successor Flask-COMBO-JSONAPI: resources with the methods of their kind."""

from flask.views import MethodView
from flask_ls_primitives import unreadable


class Resource(MethodView): ...


class ResourceList(Resource):
    def get(self, *args, **kwargs): ...

    def post(self, *args, **kwargs): ...


class ResourceDetail(Resource):
    def get(self, *args, **kwargs): ...

    def patch(self, *args, **kwargs): ...

    def delete(self, *args, **kwargs): ...


class ResourceRelationship(Resource):
    def get(self, *args, **kwargs): ...

    def post(self, *args, **kwargs): ...

    def patch(self, *args, **kwargs): ...

    def delete(self, *args, **kwargs): ...


class Api:
    def __init__(self, app=None, blueprint=None, decorators=None, plugins=None, qs_manager_class=None):
        self.app = app
        self.plugins = plugins
        self.blueprint = blueprint
        self.resources = []
        self.resource_registry = []
        self.decorators = decorators or ()
        if app is not None:
            self.init_app(app, blueprint)

    def init_app(self, app=None, blueprint=None, additional_blueprints=None):
        if app is not None:
            self.app = app
        if blueprint is not None:
            self.blueprint = blueprint
        for resource, view, urls, options in self.resources:
            self.route(resource, view, *urls, url_rule_options=options)
        if self.blueprint is not None:
            self.app.register_blueprint(self.blueprint)
        for blueprint in additional_blueprints or ():
            self.app.register_blueprint(blueprint)
        if self.plugins:
            unreadable(self.app, "plugins of flask_combo_jsonapi add routes of their own")

    def route(self, resource, view, *urls, **kwargs):
        resource.view = view
        options = kwargs.get("url_rule_options") or {}
        args = kwargs.get("resource_args", [])
        view_func = resource.as_view(view, *args, **kwargs.get("resource_kwargs", {}))
        target = kwargs["blueprint"] if "blueprint" in kwargs else self.blueprint
        if target is None:
            target = self.app
        if target is None:
            self.resources.append((resource, view, urls, options))
        for url in urls:
            if target is not None:
                target.add_url_rule(url, view_func=view_func, **options)
        self.resource_registry.append(resource)

    def oauth_manager(self, oauth_manager): ...

    def permission_manager(self, permission_manager, with_decorators=True): ...

    def has_permission(self, *args, **kwargs):
        return lambda func: func
