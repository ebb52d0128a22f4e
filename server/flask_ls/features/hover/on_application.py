"""On an application: what it serves and whether all of that is known."""

from __future__ import annotations

import ast

from flask_ls.features.documentation import code
from flask_ls.features.hover.provider import Place, Section, lines, paragraphs
from flask_ls.features.places import link
from flask_ls.features.route_text import doubts, routes_of
from flask_ls.project.routes import App, RouteTable
from flask_ls.rules.context import Unit


def section(place: Place) -> Section | None:
    """The application that the call under the cursor makes, or that the name under it is bound to."""
    node = place.node
    table = routes_of(place.unit)
    app = _app_here(place, table)
    if app is None or node is None:
        return None
    return Section(_describe(place.unit, table, app), place.unit.source.span(node))


def _app_here(place: Place, table: RouteTable) -> App | None:
    unit, node = place.unit, place.node
    call = node if isinstance(node, ast.Call) else unit.index.parent(node) if node is not None else None
    if isinstance(call, ast.Call) and place.names_callee_or_text(call):
        made = _made_at(unit, table, call)
        if made is not None:
            return made
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return None
    name = unit.infer.qualified(node)
    if name is not None:
        return next((a for a in table.apps if name == a.name or name in a.variables), None)
    value = unit.index.lookup(node.id, node) if isinstance(node, ast.Name) else []
    if len(value) == 1 and isinstance(value[0].value, ast.Call):
        return _made_at(unit, table, value[0].value)
    return None


def _made_at(unit: Unit, table: RouteTable, call: ast.Call) -> App | None:
    span = unit.source.span(call)
    return next((a for a in table.apps if a.site.path == unit.path and a.site.span == span), None)


def _describe(unit: Unit, table: RouteTable, app: App) -> str:
    routes = [r for r in table.routes if r.app == app.name and r.by_default]
    blueprints = {r.name for b in table.blueprints for r in b.registrations if r.app == app.name}
    unread = doubts(unit, app)
    return paragraphs(
        f"**Application {code(app.name)}** · {link(unit, app.site)}",
        lines(
            f"{_count(len(routes), 'route')}, {_count(len(blueprints), 'blueprint')}, Flask {unit.flask}",
            "" if app.complete else f"More routes may exist: {'; '.join(unread) or 'some code could not be read'}.",
        ),
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
