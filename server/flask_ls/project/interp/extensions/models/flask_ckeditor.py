"""Flask-CKEditor: a blueprint with its files."""

from flask import Blueprint


class CKEditor:
    def __init__(self, app=None):
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        folder = "/ckeditor" + app.static_url_path
        app.register_blueprint(Blueprint("ckeditor", __name__, static_folder="static", static_url_path=folder))

    def uploader(self, func):
        return func
