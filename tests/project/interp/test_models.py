"""Models of extensions that do not work with what the tests install, against what they did elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from against import rows, table


def shown(program: str) -> list[str]:
    """Endpoint, methods and rule of each route of a program whose app is complete."""
    found = table({"app.py": program})
    (app,) = found.apps
    assert app.exact
    return sorted(f"{endpoint} {','.join(sorted(methods))} {rule}" for rule, endpoint, methods in rows(found.routes))


def test_flask_rebar() -> None:
    """Flask-Rebar 3.5.0 under Flask 3.1.3."""
    assert shown(
        """
        from flask import Flask
        from flask_rebar import Rebar

        rebar = Rebar()
        v1 = rebar.create_handler_registry(prefix="/v1")
        plain = rebar.create_handler_registry(swagger_ui_path=None)

        @v1.handles(rule="/todos/<int:todo_id>", method="GET")
        def get_todo(todo_id): ...

        @v1.handles("/todos", "POST", endpoint="make")
        def create_todo(): ...

        @plain.handles(rule="/health")
        @v1.handles(rule="/health")
        def health(): ...

        def late(): ...
        plain.add_handler(late, rule="/late", method="DELETE")

        app = Flask(__name__, static_folder=None)
        rebar.init_app(app)
        """
    ) == [
        "get_swagger GET /swagger",
        "health GET /health",
        "late DELETE /late",
        "v1.get_swagger GET /v1/swagger",
        "v1.get_todo GET /v1/todos/<int:todo_id>",
        "v1.health GET /v1/health",
        "v1.make POST /v1/todos",
        "v1swagger_ui.show GET /v1/swagger/ui",
        "v1swagger_ui.show GET /v1/swagger/ui/",
        "v1swagger_ui.static GET /v1/swagger/ui/static/<path:filename>",
    ]


def test_graphql_views() -> None:
    """Flask-GraphQL 2.0.1 and Strawberry 0.341.2."""
    assert shown(
        """
        from flask import Flask
        from flask_graphql import GraphQLView
        from strawberry.flask.views import AsyncGraphQLView
        from strawberry.flask.views import GraphQLView as Berry

        app = Flask(__name__, static_folder=None)
        app.add_url_rule("/graphql", view_func=GraphQLView.as_view("graphql", schema=None, graphiql=True))
        app.add_url_rule("/berry", view_func=Berry.as_view("berry", schema=None))
        app.add_url_rule("/later", view_func=AsyncGraphQLView.as_view("later", schema=None))
        """
    ) == [
        "berry GET,POST /berry",
        "graphql DELETE,GET,POST,PUT /graphql",
        "later GET,POST /later",
    ]
