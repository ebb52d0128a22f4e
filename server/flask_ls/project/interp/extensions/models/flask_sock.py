"""Flask-Sock: a rule for each socket, on a blueprint given with it, on the app, or on a blueprint of its own."""

from flask import Blueprint


class Sock:
    def __init__(self, app=None):
        self.app = None
        self.bp = None
        if app is not None:
            self.app = app
            self.init_app(app)

    def init_app(self, app):
        if self.bp:
            app.register_blueprint(self.bp)
        self.app = app

    def route(self, path, bp=None, **options):
        def decorator(func):
            def websocket_route(*args, **kwargs): ...

            websocket_route.__name__ = func.__name__
            options["websocket"] = True
            if bp:
                bp.route(path, **options)(websocket_route)
            elif self.app:
                self.app.route(path, **options)(websocket_route)
            else:
                if self.bp is None:
                    self.bp = Blueprint("__flask_sock", __name__)
                self.bp.route(path, **options)(websocket_route)

        return decorator
