"""On ``jsonify``: what it sends, and when a view does without."""

from __future__ import annotations

from flask_ls.features.hover.asking import name_here
from flask_ls.features.hover.provider import Place, Section, paragraphs

_URL = "https://flask.palletsprojects.com/en/stable/quickstart/#apis-with-json"


def section(place: Place) -> Section | None:
    """``flask.jsonify`` under the cursor, in an expression or where it is imported."""
    if place.node is None or name_here(place) != "flask.jsonify":
        return None
    returned = "A view that returns a dict (since Flask 1.1) or a list (since 2.2) sends the same without it."
    return Section(
        paragraphs(
            "**jsonify** → a response with the arguments as JSON, sent as `application/json`",
            f"{returned} It is needed for numbers, strings and `None`, and to change the response before it is "
            "returned. The result of `json.dumps` is a string, which Flask sends as `text/html`.",
            "Positional and keyword arguments together raise `TypeError`. Without an application context it raises "
            "`RuntimeError: Working outside of application context.`",
            f"[Flask documentation]({_URL})",
        ),
        place.unit.source.span(place.node),
    )
