"""Flask-Avatars: a blueprint with its files."""

from flask import Blueprint


class Avatars:
    def __init__(self, app=None):
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        folder = "/avatars" + app.static_url_path
        app.register_blueprint(Blueprint("avatars", __name__, static_folder="static", static_url_path=folder))
