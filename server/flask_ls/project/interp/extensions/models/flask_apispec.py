"""flask-apispec: decorators that keep the function, and pages with the specification."""

from functools import wraps

import flask
from flask.views import MethodView

Ref = object


def _activate(*args, **kwargs):
    def decorate(func):
        if isinstance(func, type):
            return func

        @wraps(func)
        def wrapped(*args, **kwargs): ...

        return wrapped

    return decorate


use_kwargs = marshal_with = doc = wrap_with = _activate


class MethodResource(MethodView): ...


class FlaskApiSpec:
    def __init__(self, app=None, document_options=True):
        self.app = None
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        self.app = app
        blueprint = flask.Blueprint(
            "flask-apispec", __name__, static_folder="./static", static_url_path="/flask-apispec/static"
        )
        json_url = app.config.get("APISPEC_SWAGGER_URL", "/swagger/")
        if json_url:
            blueprint.add_url_rule(json_url, "swagger-json", self.swagger_json)
        ui_url = app.config.get("APISPEC_SWAGGER_UI_URL", "/swagger-ui/")
        if ui_url:
            blueprint.add_url_rule(ui_url, "swagger-ui", self.swagger_ui)
        app.register_blueprint(blueprint)

    def swagger_json(self): ...

    def swagger_ui(self): ...

    def register(self, target, *args, **kwargs): ...

    def register_existing_resources(self): ...
