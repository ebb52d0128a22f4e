"""On ``before_request`` and its like: when the function runs, and for which requests."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from flask_ls.features.documentation import code
from flask_ls.features.hover.asking import app_of, at_least, blueprint_of, is_app
from flask_ls.features.hover.provider import Place, Section, paragraphs
from flask_ls.features.route_text import app_of as app_named
from flask_ls.features.route_text import label, routes_of
from flask_ls.project.routes import Route, RouteTable
from flask_ls.rules.context import Unit

_URL = "https://flask.palletsprojects.com/en/stable/lifecycle/"
_MAX_ROUTES = 8

Scope = Literal["own", "whole app", "context"]


@dataclass(frozen=True, slots=True)
class _Hook:
    """``whole`` is the method of a blueprint that does the same for the whole app."""

    meaning: str
    runs: str
    scope: Scope = "own"
    whole: str = ""


_BEFORE = _Hook(
    "runs a function before the view",
    "A return value that is not None becomes the response, and the view is not called. Functions of the app come "
    "first, then those of an outer blueprint, then those of a blueprint nested in it.",
    whole="before_app_request",
)
_AFTER = _Hook(
    "runs a function on the response",
    "It is given the response and has to return one. It is skipped when an exception propagates unhandled, as in debug "
    "mode and in tests: what has to be closed in any case belongs in a teardown function.",
    whole="after_app_request",
)
_TEARDOWN = _Hook(
    "runs a function when the request is over",
    "It runs in any case, and is given the exception that nothing handled, or None. What it returns is ignored.",
    whole="teardown_app_request",
)
_ERROR = _Hook(
    "answers an error with a page of your own",
    "It is given the exception. The status of what it returns is 200 unless it says otherwise: `return page, 404`.",
    whole="app_errorhandler",
)
_OF_APP = {
    "before_request": _BEFORE,
    "after_request": _AFTER,
    "teardown_request": _TEARDOWN,
    "errorhandler": _ERROR,
    "teardown_appcontext": _Hook(
        "runs a function when an application context ends",
        "That is after each request and each command, and at the end of `with app.app_context():`. It is given the "
        "exception that nothing handled, or None. Close here what was opened into `g`.",
        "context",
    ),
}
_OF_BLUEPRINT = {
    "before_request": _BEFORE,
    "after_request": _AFTER,
    "teardown_request": _TEARDOWN,
    "errorhandler": _ERROR,
    "before_app_request": _Hook(_BEFORE.meaning, _BEFORE.runs, "whole app"),
    "after_app_request": _Hook(_AFTER.meaning, _AFTER.runs, "whole app"),
    "teardown_app_request": _Hook(_TEARDOWN.meaning, _TEARDOWN.runs, "whole app"),
    "app_errorhandler": _Hook(_ERROR.meaning, _ERROR.runs, "whole app"),
}
_FIRST = "before_first_request"


def section(place: Place) -> Section | None:
    """The method of an app or blueprint under the cursor."""
    unit, node = place.unit, place.node
    if not isinstance(node, ast.Attribute):
        return None
    owner = node.value
    if node.attr == _FIRST and is_app(unit, owner):
        text = _first(unit)
    elif node.attr in _OF_APP and is_app(unit, owner):
        hook = _OF_APP[node.attr]
        text = _describe(node.attr, hook, _by_app(unit, owner) if hook.scope == "own" else "")
    elif node.attr in _OF_BLUEPRINT and unit.infer.is_instance(owner, "flask.Blueprint"):
        hook = _OF_BLUEPRINT[node.attr]
        text = _describe(node.attr, hook, _by_blueprint(unit, owner, hook))
    else:
        return None
    return Section(text, unit.source.span(node))


def _describe(name: str, hook: _Hook, covers: str) -> str:
    return paragraphs(f"**{name}** → {hook.meaning}", covers, hook.runs, f"[Flask documentation]({_URL})")


def _first(unit: Unit) -> str:
    if at_least(unit, "2.3"):
        return f"**{_FIRST}** is not in Flask {unit.flask}: it was removed in 2.3. Do its work while the app is built."
    return f"**{_FIRST}** runs before the first request only. It is deprecated in Flask {unit.flask}, removed in 2.3."


def _by_app(unit: Unit, owner: ast.expr) -> str:
    """Which requests a hook of the app covers."""
    table, app = routes_of(unit), app_of(unit, owner)
    said = "**Covers** every request of the app: all views, static files, and URLs that no route matches"
    if app is None:
        return f"{said}."
    number = sum(1 for r in table.routes if r.app == app.name and not r.is_static)
    return f"{said}. The app has {_count(number, complete=app.complete)}."


def _by_blueprint(unit: Unit, owner: ast.expr, hook: _Hook) -> str:
    table, blueprint = routes_of(unit), blueprint_of(unit, owner)
    registered = blueprint.registrations if blueprint is not None else ()
    if hook.scope == "whole app":
        return (
            "**Covers** every request of the app that the blueprint is registered on: all views, static files, and "
            "URLs that no route matches."
        )
    said = paragraphs(
        "**Covers** the requests whose route belongs to this blueprint or to one nested in it: not the rest of the "
        f"app, and no URL that no route matches. `{hook.whole}` covers the whole app."
    )
    if not registered:
        return said
    names = {(r.app, r.name) for r in registered}
    routes = [r for r in table.routes if not r.is_static and any(_is_below(r, *n) for n in names)]
    complete = all(_is_complete(table, app) for app, _ in names)
    return paragraphs(
        said, f"That is {_count(len(routes), complete=complete)}{':' if routes else '.'}", _listed(routes)
    )


def _is_below(route: Route, app: str, name: str) -> bool:
    blueprint = route.blueprint
    return route.app == app and blueprint is not None and (blueprint == name or blueprint.startswith(f"{name}."))


def _is_complete(table: RouteTable, name: str) -> bool:
    app = app_named(table, name)
    return app is not None and app.complete


def _count(number: int, *, complete: bool) -> str:
    return f"{'' if complete else 'at least '}{number} {'route' if number == 1 else 'routes'}"


def _listed(routes: list[Route]) -> str:
    shown = [f"- {code(label(r))} → {code(r.endpoint)}" for r in routes[:_MAX_ROUTES]]
    if len(routes) > _MAX_ROUTES:
        shown.append(f"- and {len(routes) - _MAX_ROUTES} more")
    return "\n".join(shown)
