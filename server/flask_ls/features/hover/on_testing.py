"""On ``app.test_client()``, ``app.app_context()`` and ``app.test_request_context()``: which context is active when."""

from __future__ import annotations

import ast

from flask_ls.features.hover.asking import at_least
from flask_ls.features.hover.provider import Place, Section, paragraphs
from flask_ls.rules.context import Unit

_APPS = ("flask.Flask",)


def section(place: Place) -> Section | None:
    """The method of an application under the cursor."""
    unit, node = place.unit, place.node
    if not isinstance(node, ast.Attribute) or node.attr not in _TEXTS or not unit.infer.is_instance(node.value, *_APPS):
        return None
    return Section(_TEXTS[node.attr](unit), unit.source.span(node))


def _test_client(unit: Unit) -> str:
    shared = (
        "A request made inside `with app.app_context():` has a `g` of its own."
        if at_least(unit, "3.2.dev0")
        else f"In Flask {unit.flask} a request made inside `with app.app_context():` of the same app shares its `g`, "
        "and with it the logged-in user, and `db.session`: make requests outside of that block."
    )
    return paragraphs(
        "**test_client** → a client that calls the app without a server",
        "Each request brings its own contexts, and they end with it: afterwards `request`, `session` and `g` raise "
        "`RuntimeError`. Used as `with app.test_client() as client:`, the contexts of the last request stay until the "
        "next request or the end of the block.",
        shared,
        "[Flask documentation](https://flask.palletsprojects.com/en/stable/testing/)",
    )


def _app_context(unit: Unit) -> str:
    shared = (
        "A request handled inside the block has a `g` of its own."
        if at_least(unit, "3.2.dev0")
        else f"In Flask {unit.flask} a request of the same app handled inside the block shares this `g`."
    )
    return paragraphs(
        "**app_context** → makes `current_app` and `g` available, for the length of the `with` block",
        "There is no request in it: `request` and `session` raise `RuntimeError`, and `url_for` needs `SERVER_NAME`. "
        "Its `g` is new, also when it is nested in another context, and Flask-SQLAlchemy gives it a session of its "
        f"own. Functions of `teardown_appcontext` run at its end. {shared}",
        "[Flask documentation](https://flask.palletsprojects.com/en/stable/appcontext/)",
    )


def _test_request_context(unit: Unit) -> str:
    return paragraphs(
        "**test_request_context** → makes `request`, `session`, `current_app` and `g` available without a real request",
        "The arguments describe the request: path, `method`, `query_string`, `json`, `headers`. It is matched against "
        "the routes, but no `before_request` function and no view runs; `app.preprocess_request()` runs the former.",
        "[Flask "
        "documentation](https://flask.palletsprojects.com/en/stable/testing/#tests-that-depend-on-an-active-context)",
    )


_TEXTS = {
    "test_client": _test_client,
    "app_context": _app_context,
    "test_request_context": _test_request_context,
}
