"""Flask-Themer: the static files of themes."""

from flask import Blueprint

theme_blueprint = Blueprint("\u2603", __name__)


@theme_blueprint.route("/_theme/<theme>/<path:filename>", endpoint="static")
def serve_static(theme, filename): ...


class Themer:
    def __init__(self, app=None, *, loaders=None):
        if app is not None:
            self.init_app(app, loaders=loaders)

    def init_app(self, app, *, loaders=None):
        app.register_blueprint(theme_blueprint)

    def current_theme_loader(self, loader):
        return loader


class ThemeLoader: ...


class FileSystemThemeLoader(ThemeLoader):
    def __init__(self, path, filter=None): ...


def render_template(path, **kwargs): ...
