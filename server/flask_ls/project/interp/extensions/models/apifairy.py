"""APIFairy: decorators that keep the function, and pages with the documentation."""

from functools import wraps

from flask import Blueprint


def _keep(*args, **kwargs):
    return lambda func: func


def arguments(*args, **kwargs):
    def decorate(func):
        @wraps(func)
        def wrapped(*args, **kwargs): ...

        return wrapped

    return decorate


body = response = authenticate = arguments
other_responses = _keep


def webhook(*args, **kwargs):
    return args[0] if len(args) == 1 and callable(args[0]) else (lambda func: func)


class FileField: ...


class APIFairy:
    def __init__(self, app=None):
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        blueprint = Blueprint("apifairy", __name__)
        specification = app.config.get("APIFAIRY_APISPEC_PATH", "/apispec.json")
        page = app.config.get("APIFAIRY_UI_PATH", "/docs")
        if specification:
            blueprint.add_url_rule(specification, "json", self._serve)
        if page:
            blueprint.add_url_rule(page, "docs", self._serve)
        if specification or page:
            app.register_blueprint(blueprint)

    def _serve(self): ...

    def process_apispec(self, func):
        return func

    def error_handler(self, func):
        return func
