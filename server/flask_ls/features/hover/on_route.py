"""On a route: its URLs, where each part of them was written, its endpoint and how to link to it."""

from __future__ import annotations

import ast
from dataclasses import replace

from flask_ls.features.documentation import code
from flask_ls.features.hover.provider import Place, Section, lines, paragraphs
from flask_ls.features.places import link
from flask_ls.features.route_text import (
    app_of,
    doubts,
    label,
    may_be_absent,
    routes_of,
    url_for_call,
    variables,
    whereabouts,
)
from flask_ls.project.routes import Blueprint, Route, RouteTable
from flask_ls.project.site import Site
from flask_ls.rules.context import Unit
from flask_ls.syntax.span import Span

_REGISTERS = frozenset({"route", "get", "post", "put", "patch", "delete", "add_url_rule", "add_resource"})
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_MAX_IN_FULL = 2
_MAX_NAMED = 10


def section(place: Place) -> Section | None:
    """The routes that the decorator or call under the cursor makes, or whose view's or method's name is under it."""
    table = routes_of(place.unit)
    found = [r for r in table.routes if _is_under(r, place)] or _decorated(place, table) or _answered(place, table)
    if found:
        return Section(described(place.unit, table, found), _span(place, found[0].view))
    return _unreachable(place, table)


def _is_under(route: Route, place: Place) -> bool:
    if route.view is not None and _holds(route.view, place) and _is_on_definition_name(place):
        return True
    if route.is_static or not _holds(route.site, place):
        return False
    call = _registration(place)
    return call is not None and place.unit.source.span(call).overlaps(route.site.span)


def _decorated(place: Place, table: RouteTable) -> list[Route]:
    """The routes of a decorator that only notes them: ``@namespace.route("/x")``, added where the namespace is."""
    call = _registration(place)
    view = place.unit.index.parent(call) if call is not None else None
    if call is None or not isinstance(view, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return []
    if call not in view.decorator_list or not isinstance(call.func, ast.Attribute) or call.func.attr not in _REGISTERS:
        return []
    texts = tuple(a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
    span = place.unit.source.span(view)
    routes = [r for r in table.routes if r.view and r.view.path == place.unit.path and span.contains(r.view.span.start)]
    return [r for r in routes if r.view and not r.is_static and texts and r.rule.endswith(texts)]


def _answered(place: Place, table: RouteTable) -> list[Route]:
    """The routes that a method of view classes answers, ``def get`` or ``def dispatch_request``."""
    node, unit = place.node, place.unit
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or not _is_on_definition_name(place):
        return []
    cls = unit.index.class_of(node)
    method = node.name.upper()
    if cls is None or (method not in _METHODS and node.name != "dispatch_request"):
        return []
    own = f"{unit.index.module}.{unit.index.qualname(cls)}"
    found = []
    for route in table.routes:
        methods = route.methods & {method} if method in _METHODS else route.methods
        if methods and route.function and _definer(unit, route.function, node.name) == own:
            found.append(replace(route, methods=frozenset(methods)))
    return found


def _definer(unit: Unit, cls: str, method: str) -> str | None:
    """The class, of this one and its bases, that has a method of this name first."""
    for base in unit.model.mro(cls) if unit.model.names.class_(cls) is not None else ():
        known = unit.model.names.class_(base)
        if known is not None and method in known[1].methods:
            return base
    return None


def _holds(site: Site, place: Place) -> bool:
    return site.path == place.unit.path and site.span.contains(place.offset)


def _is_on_definition_name(place: Place) -> bool:
    node = place.node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return False
    head = place.unit.source.span(node).start
    text = place.unit.source.text[head : place.offset]
    return "(" not in text and ":" not in text and "\n" not in text


def _registration(place: Place) -> ast.Call | None:
    """The call around the cursor that registers, when the cursor is on its name or on a text argument of it."""
    node = place.node
    if node is None:
        return None
    for candidate in (node, *place.unit.index.ancestors(node)):
        if isinstance(candidate, ast.stmt):
            return None
        if isinstance(candidate, ast.Call):
            return candidate if place.names_callee_or_text(candidate) else None
    return None


def _span(place: Place, view: Site | None = None) -> Span:
    if isinstance(place.node, ast.stmt) or place.node is None:
        return view.span if view is not None and _holds(view, place) else Span(place.offset, place.offset)
    return place.unit.source.span(place.node)


def described(unit: Unit, table: RouteTable, found: list[Route]) -> str:
    """Routes in words: the first ones in full."""
    shown = [_in_full(unit, table, r) for r in found[:_MAX_IN_FULL]]
    named = [f"- {code(label(r))} → {code(r.endpoint)}" for r in found[_MAX_IN_FULL:_MAX_NAMED]]
    if len(found) > _MAX_NAMED:
        named.append(f"- and {len(found) - _MAX_NAMED} more")
    return paragraphs(*shown, "\n".join(named))


def _in_full(unit: Unit, table: RouteTable, route: Route) -> str:
    app = app_of(table, route.app)
    facts = [
        whereabouts(unit, route),
        " · ".join(f"{code(v.name)}: {v.meaning}" for v in variables(route.rule)),
        _added_methods(route),
        f"Application: {code(route.app)}" if len(table.apps) > 1 else "",
        may_be_absent(unit, route),
        "Made by an extension." if route.by_extension else "",
    ]
    unread = doubts(unit, app)
    return paragraphs(
        f"**{code(label(route))}** → endpoint **{code(route.endpoint)}**",
        lines(*facts),
        _link_help(route),
        f"More routes may exist: {'; '.join(unread)}." if unread else "",
    )


def _added_methods(route: Route) -> str:
    added = ["HEAD"] if "GET" in route.methods and "HEAD" not in route.methods else []
    if route.provide_automatic_options is not False and "OPTIONS" not in route.methods:
        added.append("OPTIONS")
    return f"Flask adds {' and '.join(added)}." if added else ""


def _link_help(route: Route) -> str:
    text = f"Link: {code(url_for_call(route))}"
    if route.blueprint:
        text += f", inside its blueprint {code(url_for_call(route, relative=True))}"
    return text


def _unreachable(place: Place, table: RouteTable) -> Section | None:
    """A route decorator of a blueprint that is not in the table, and why."""
    call = _registration(place)
    if call is None or not isinstance(call.func, ast.Attribute) or call.func.attr not in _REGISTERS:
        return None
    name = place.unit.infer.qualified(call.func.value)
    blueprint = next((b for b in table.blueprints if name is not None and b.variable == name), None)
    text = _why_absent(place.unit, table, blueprint) if blueprint is not None else None
    return Section(text, _span(place)) if text else None


def _why_absent(unit: Unit, table: RouteTable, blueprint: Blueprint) -> str | None:
    title = f"Blueprint {code(blueprint.name or 'with an unknown name')} ({link(unit, blueprint.site)})"
    if blueprint.registrations:
        return None
    if table.complete and not blueprint.escapes:
        return f"**Not reachable.** {title} is never registered."
    return f"{title}: where it is registered could not be read, so its URLs are not known."
