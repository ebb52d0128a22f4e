"""Flask-DebugToolbar: its pages exist where it is enabled, which is what debug mode is unless it is set."""

from flask import Blueprint
from flask_ls_primitives import unreadable


class DebugToolbarExtension:
    def __init__(self, app=None):
        self.app = app
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        app.config.setdefault("DEBUG_TB_ENABLED", app.debug)
        app.config.setdefault("DEBUG_TB_ROUTES_HOST", None)
        if not app.config["DEBUG_TB_ENABLED"]:
            return
        host = app.config["DEBUG_TB_ROUTES_HOST"]
        app.add_url_rule(
            "/_debug_toolbar/static/<path:filename>", "_debug_toolbar.static", self.send_static_file, host=host
        )
        unreadable(app, "the panels of flask_debugtoolbar add routes of their own")

    def send_static_file(self, filename): ...
