"""Bootstrap-Flask (``Bootstrap4``, ``Bootstrap5``) and Flask-Bootstrap, which share the name of their module."""

from flask import Blueprint
from flask_ls_primitives import unreadable, used


class _Bootstrap:
    def __init__(self, app=None):
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        folder = f"/bootstrap{app.static_url_path}"
        app.register_blueprint(Blueprint("bootstrap", __name__, static_folder="static", static_url_path=folder))


class Bootstrap4(_Bootstrap): ...


class Bootstrap5(_Bootstrap): ...


class Bootstrap(_Bootstrap):
    def init_app(self, app):
        has_older, has_newer = used("flask-bootstrap"), used("bootstrap-flask")
        if has_newer and not has_older:
            super().init_app(app)
        elif has_older and not has_newer:
            folder, subdomain = f"{app.static_url_path}/bootstrap", app.config.get("BOOTSTRAP_LOCAL_SUBDOMAIN")
            blueprint = Blueprint(
                "bootstrap", __name__, static_folder="static", static_url_path=folder, subdomain=subdomain
            )
            app.register_blueprint(blueprint)
        else:
            unreadable(app, "two packages are called flask_bootstrap, and their files have different URLs")
