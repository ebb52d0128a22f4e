"""Flasgger: a blueprint with the documentation, as its configuration says."""

from flask import Blueprint


def _keep(*args, **kwargs):
    return lambda func: func


class Swagger:
    DEFAULT_CONFIG = {
        "headers": [],
        "specs": [{"endpoint": "apispec_1", "route": "/apispec_1.json"}],
        "static_url_path": "/flasgger_static",
        "swagger_ui": True,
        "specs_route": "/apidocs/",
    }

    def __init__(
        self,
        app=None,
        config=None,
        sanitizer=None,
        template=None,
        template_file=None,
        decorators=None,
        validation_function=None,
        validation_error_handler=None,
        parse=False,
        format_checker=None,
        merge=False,
    ):
        self.endpoints = []
        self.decorators = decorators
        if config and merge:
            self.config = dict(self.DEFAULT_CONFIG.copy(), **config)
        elif config:
            self.config = config
        else:
            self.config = self.DEFAULT_CONFIG.copy()
        if app is not None:
            self.init_app(app)

    def init_app(self, app, decorators=None):
        self.decorators = decorators or self.decorators
        self.config.update(app.config.get("SWAGGER", {}))
        name = self.config.get("endpoint", "flasgger")
        if self.config.get("swagger_ui", True):
            version = self.config.get("uiversion", 3)
            blueprint = Blueprint(
                name,
                __name__,
                url_prefix=self.config.get("url_prefix", None),
                subdomain=self.config.get("subdomain", None),
                static_folder=self.config.get("static_folder", "static"),
                static_url_path=self.config.get("static_url_path", None),
            )
            page = self.config.get("specs_route", "/apidocs/")
            blueprint.add_url_rule(page, "apidocs", self._serve)
            redirect = page + "/o2c.html" if version < 3 else "/oauth2-redirect.html"
            blueprint.add_url_rule(self.config.get("oauth_redirect", redirect), "oauth_redirect", self._serve)
            blueprint.add_url_rule("/apidocs/index.html", view_func=lambda: None)
        else:
            blueprint = Blueprint(name, __name__)
        for spec in self.config["specs"]:
            blueprint.add_url_rule(spec["route"], spec["endpoint"], self._serve)
        app.register_blueprint(blueprint)

    def _serve(self): ...

    validate = _keep

    def definition(self, name, tags=None):
        return lambda func: func


Flasgger = Swagger


def swag_from(*args, **kwargs):
    return lambda func: func


def validate(*args, **kwargs): ...
