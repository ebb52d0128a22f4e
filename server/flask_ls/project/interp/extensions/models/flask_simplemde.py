"""Flask-SimpleMDE: the static files of the editor."""

from flask import Blueprint


class SimpleMDE:
    def __init__(self, app=None):
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        path = app.static_url_path + "/simplemde"
        app.register_blueprint(Blueprint("simplemde", __name__, static_folder="static", static_url_path=path))
