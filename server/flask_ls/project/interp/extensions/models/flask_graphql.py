"""Flask-GraphQL: a view class."""

from flask.views import View


class GraphQLView(View):
    methods = ["GET", "POST", "PUT", "DELETE"]

    def __init__(self, **options): ...
