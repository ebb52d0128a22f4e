"""connexion: a Flask app with a route for each operation of its specifications."""

import flask
from flask_ls_primitives import unreadable


class FlaskApp:
    def __init__(self, import_name, *args, **options):
        self.app = flask.Flask(import_name)

    def add_api(self, specification, *args, **options):
        unreadable(self.app, "connexion adds a route for each operation of a specification")

    def add_url_rule(self, rule, endpoint=None, view_func=None, **options):
        self.app.add_url_rule(rule, endpoint, view_func, **options)

    def route(self, rule, **options):
        return self.app.route(rule, **options)

    def add_error_handler(self, error_code, function): ...

    def run(self, *args, **options): ...


App = FlaskApp
