"""Flask-FontAwesome: the static files of the icons."""

from flask import Blueprint


class FontAwesome:
    def __init__(self, app=None):
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        path = app.static_url_path + "/fontawesome"
        app.register_blueprint(Blueprint("fontawesome", __name__, static_folder="static", static_url_path=path))
