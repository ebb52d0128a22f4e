"""On the name of an endpoint in ``url_for``: the route that it means."""

from __future__ import annotations

from flask_ls.features.asking import context
from flask_ls.features.flask_text import flask_text, routes_named
from flask_ls.features.hover.on_route import described
from flask_ls.features.hover.provider import Place, Section, paragraphs
from flask_ls.features.places import link
from flask_ls.features.route_text import routes_of


def section(place: Place) -> Section | None:
    """The endpoint under the cursor, where its routes are known."""
    ctx = context(place.unit)
    found = flask_text(ctx, place.node)
    if found is None or place.node is None or found.kind != "endpoint":
        return None
    routes = routes_named(ctx, place.node, found.text)
    if not routes:
        return None
    views = dict.fromkeys(r.view for r in routes if r.view is not None)
    shown = f"View: {', '.join(link(place.unit, view) for view in views)}" if views else ""
    return Section(paragraphs(described(place.unit, routes_of(place.unit), routes), shown), found.span)
