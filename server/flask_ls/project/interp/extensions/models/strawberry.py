"""Strawberry: the view classes of its Flask integration."""

from flask.views import View


class GraphQLView(View):
    methods = ["GET", "POST"]

    def __init__(self, *args, **options): ...


class AsyncGraphQLView(GraphQLView): ...
