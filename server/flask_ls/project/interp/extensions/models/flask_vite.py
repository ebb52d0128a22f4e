"""Flask-Vite: the files that Vite built."""


class Vite:
    def __init__(self, app=None, vite_routes_host=None):
        self.vite_routes_host = vite_routes_host
        if app is not None:
            self.init_app(app, vite_routes_host=vite_routes_host)

    def init_app(self, app, vite_routes_host=None):
        host = vite_routes_host or self.vite_routes_host
        app.route("/_vite/<path:filename>", endpoint="vite.static", host=host)(self.vite_static)

    def vite_static(self, filename): ...
