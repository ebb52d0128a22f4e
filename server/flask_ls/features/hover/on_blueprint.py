"""On a blueprint, on ``Blueprint(...)`` and on ``register_blueprint``: where it is registered and its URLs."""

from __future__ import annotations

import ast

from flask_ls.features.documentation import code
from flask_ls.features.hover.provider import Place, Section, lines, paragraphs
from flask_ls.features.places import link
from flask_ls.features.route_text import app_of, doubts, label, may_be_absent, routes_of
from flask_ls.project.routes import Blueprint, Registration, Route, RouteTable
from flask_ls.rules.context import Unit
from flask_ls.syntax.span import Span

_MAX_ROUTES = 8
_MAX_IN_FULL = 2
_MAX_NAMED = 12


def section(place: Place) -> Section | None:
    """The blueprint under the cursor, or the one that the call under the cursor registers."""
    table = routes_of(place.unit)
    if not table.blueprints or not isinstance(place.node, ast.AST):
        return None
    registered = _registered_here(place, table)
    if registered:
        return Section(_registrations(place.unit, table, registered), place.unit.source.span(place.node))
    blueprint = _blueprint_here(place, table)
    if blueprint is None:
        return None
    return Section(_blueprint(place.unit, table, blueprint), _span(place))


def _registered_here(place: Place, table: RouteTable) -> list[tuple[Blueprint, Registration]]:
    node = place.node
    owner = place.unit.index.parent(node) if node is not None else None
    if not isinstance(node, ast.Attribute) or not isinstance(owner, ast.Call) or owner.func is not node:
        return []
    span = place.unit.source.span(owner)
    return [
        (b, r)
        for b in table.blueprints
        for r in b.registrations
        if r.site.path == place.unit.path and r.site.span.overlaps(span)
    ]


def _blueprint_here(place: Place, table: RouteTable) -> Blueprint | None:
    """By the call that makes it, by the name it is bound to in its module, or by the local name it is bound to."""
    unit, node = place.unit, place.node
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Constant)):
        return None
    call = node if isinstance(node, ast.Call) else unit.index.parent(node)
    if isinstance(call, ast.Call) and place.names_callee_or_text(call):
        made = _made_at(unit, table, call)
        if made is not None:
            return made
    name = unit.infer.qualified(node)
    if name is not None:
        return next((b for b in table.blueprints if b.variable == name), None)
    if isinstance(node, ast.Name):
        values = [b.value for b in unit.index.lookup(node.id, node)]
        if len(values) == 1 and isinstance(values[0], ast.Call):
            return _made_at(unit, table, values[0])
    return None


def _made_at(unit: Unit, table: RouteTable, call: ast.Call) -> Blueprint | None:
    span = unit.source.span(call)
    return next((b for b in table.blueprints if b.site.path == unit.path and b.site.span == span), None)


def _span(place: Place) -> Span:
    return place.unit.source.span(place.node) if place.node is not None else Span(place.offset, place.offset)


def _blueprint(unit: Unit, table: RouteTable, blueprint: Blueprint) -> str:
    name = code(blueprint.name) if blueprint.name else "with an unknown name"
    routes = [r for registration in blueprint.registrations for r in _routes_of(table, registration)]
    return paragraphs(
        f"**Blueprint {name}**",
        lines(*(_registered(unit, r) for r in blueprint.registrations)) or _not_registered(table, blueprint),
        _listed(routes),
        _doubts(unit, table, {r.app for r in blueprint.registrations}),
    )


def _registrations(unit: Unit, table: RouteTable, found: list[tuple[Blueprint, Registration]]) -> str:
    """What one call registers: in a loop or a helper that may be many."""
    named = [f"- {code(r.name)} ({link(unit, b.site)}). {_prefix(r)}" for b, r in found[_MAX_IN_FULL:_MAX_NAMED]]
    if len(found) > _MAX_NAMED:
        named.append(f"- and {len(found) - _MAX_NAMED} more blueprints")
    return paragraphs(
        *(_registration(unit, table, b, r) for b, r in found[:_MAX_IN_FULL]),
        "\n".join(["Also registered here:", *named]) if named else "",
        _doubts(unit, table, {r.app for _, r in found}),
    )


def _registration(unit: Unit, table: RouteTable, blueprint: Blueprint, registration: Registration) -> str:
    return paragraphs(
        f"**Blueprint {code(registration.name)}** ({link(unit, blueprint.site)})",
        lines(_prefix(registration), may_be_absent(unit, registration)),
        _listed(_routes_of(table, registration)),
    )


def _routes_of(table: RouteTable, registration: Registration) -> list[Route]:
    name = registration.name
    return [
        r
        for r in table.routes
        if r.app == registration.app
        and r.blueprint is not None
        and (r.blueprint == name or r.blueprint.startswith(f"{name}."))
    ]


def _registered(unit: Unit, registration: Registration) -> str:
    return f"Registered as {code(registration.name)} at {link(unit, registration.site)}. " + " ".join(
        p for p in (_prefix(registration), may_be_absent(unit, registration)) if p
    )


def _prefix(registration: Registration) -> str:
    if not registration.is_prefix_known:
        return "The URL prefix is not known."
    return f"URL prefix: {code(registration.url_prefix)}." if registration.url_prefix else "No URL prefix."


def _not_registered(table: RouteTable, blueprint: Blueprint) -> str:
    if table.complete and not blueprint.escapes:
        return "Never registered: its routes cannot be reached."
    return "Where it is registered could not be read."


def _listed(routes: list[Route]) -> str:
    shown = [f"- {code(label(r))} → {code(r.endpoint)}" for r in routes[:_MAX_ROUTES]]
    if len(routes) > _MAX_ROUTES:
        shown.append(f"- and {len(routes) - _MAX_ROUTES} more")
    return "\n".join(shown)


def _doubts(unit: Unit, table: RouteTable, apps: set[str]) -> str:
    found = [d for name in sorted(apps) for d in doubts(unit, app_of(table, name))]
    return f"More routes may exist: {'; '.join(found)}." if found else ""
