"""Eve: an application whose resources come from its domain."""

import flask
from flask_ls_primitives import unreadable


class Eve(flask.Flask):
    def __init__(self, import_name="eve", settings="settings.py", *args, **options):
        super().__init__(import_name)
        unreadable(self, "eve adds routes for each resource of its DOMAIN")

    def register_resource(self, resource, settings):
        unreadable(self, "eve adds routes for each resource of its DOMAIN")
