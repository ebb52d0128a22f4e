"""healthcheck: a page that says how the application is."""


class HealthCheck:
    def __init__(self, app=None, path=None, *args, checkers=None, **options):
        if app:
            self.init_app(app, path)

    def init_app(self, app, path):
        if path:
            app.add_url_rule(path, view_func=self.check)

    def add_check(self, func): ...

    def add_section(self, name, func): ...

    def check(self): ...

    def run(self, *args): ...


class EnvironmentDump:
    def __init__(self, app=None, path=None, *args, **options):
        if app:
            self.init_app(app, path)

    def init_app(self, app, path):
        if path:
            app.add_url_rule(path, view_func=self.dump_environment)

    def add_section(self, name, func): ...

    def dump_environment(self): ...
