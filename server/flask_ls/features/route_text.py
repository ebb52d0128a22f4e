"""Routes in words: the one way in which hovers, symbols and reports name a route and its parts."""

from __future__ import annotations

import re
from typing import NamedTuple

from flask_ls.features.documentation import code
from flask_ls.features.places import link
from flask_ls.project.routes import App, BlindSpot, Registration, Route, RouteTable
from flask_ls.project.site import Site
from flask_ls.rules.context import Unit

# werkzeug.routing.rules: <converter(arguments):variable>
_VARIABLE = re.compile(r"<(?:(?P<converter>[A-Za-z_]\w*)(?:\((?P<arguments>[^)]*)\))?:)?(?P<name>[A-Za-z_]\w*)>")
_METHOD_ORDER = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_CONVERTERS = {
    "string": "text without a slash",
    "default": "text without a slash",
    "path": "text, slashes included",
    "int": "int, 0 or more",
    "float": "float, 0 or more",
    "uuid": "UUID",
    "any": "one of",
}
_MAX_BLIND_SPOTS = 3
_MAX_CONDITIONS = 3
_LONGEST_TEST = 80
_SECRET = re.compile(r"secret|password|passwd|token|credential|key", re.IGNORECASE)
_STRING = re.compile(r"""(["\'])((?:(?!\1).)*)\1""")
_KEY = re.compile(r"[A-Z][A-Z0-9_]*")


class Variable(NamedTuple):
    """A variable part of a rule; ``meaning`` is what its converter accepts."""

    name: str
    meaning: str


def routes_of(unit: Unit) -> RouteTable:
    """The routes of the project that a file belongs to."""
    table = getattr(unit.model, "routes", None)
    return table if isinstance(table, RouteTable) else RouteTable()


def methods(route: Route) -> list[str]:
    """The methods in the order people say them."""
    rank = {name: number for number, name in enumerate(_METHOD_ORDER)}
    return sorted(route.methods, key=lambda m: (rank.get(m, len(rank)), m))


def label(route: Route) -> str:
    """``GET POST /users/<int:id>``, with the host or subdomain in front of the path when there is one."""
    return " ".join([*methods(route), _address(route)])


def variables(rule: str) -> list[Variable]:
    """The variable parts of a rule, in order."""
    return [Variable(m["name"], _meaning(m["converter"], m["arguments"])) for m in _VARIABLE.finditer(rule)]


def url_for_call(route: Route, *, relative: bool = False) -> str:
    """The call that builds the route's URL: ``url_for("users.show", id=...)``; ``relative``: from its blueprint."""
    endpoint = f".{route.endpoint.rpartition('.')[2]}" if relative else route.endpoint
    values = [f"{v.name}=..." for v in variables(route.rule) if v.name not in route.defaults]
    return f"url_for({', '.join([_quoted(endpoint), *values])})"


def app_of(table: RouteTable, name: str) -> App | None:
    """The app of this name."""
    return next((app for app in table.apps if app.name == name), None)


def whereabouts(unit: Unit, route: Route) -> str:
    """The parts of a rule with the place each was written at: ``/admin`` (...) + ``/users`` (here)."""
    if len(route.parts) < 2:
        return ""
    here = unit.source.position(route.site.span.start)[0] if route.site.path == unit.path else -1
    shown = []
    for part in route.parts:
        if not part.text:
            continue
        is_here = part.site.path == unit.path and unit.source.position(part.site.span.start)[0] == here
        shown.append(f"{code(part.text)} ({'here' if is_here else link(unit, part.site)})")
    return " + ".join(shown) if len(shown) > 1 else ""


def doubts(unit: Unit, app: App | None) -> list[str]:
    """Why an app's table may lack routes: one clause with its place for each blind spot, at most three."""
    if app is None or app.complete:
        return []
    shown = [_doubt(unit, spot) for spot in app.blind_spots[:_MAX_BLIND_SPOTS]]
    more = len(app.blind_spots) - len(shown)
    return [*shown, f"{more} more"] if more > 0 else shown


def may_be_absent(unit: Unit, made: Route | Registration) -> str:
    """On what it depends whether something is there, with the places; empty when it is there in any case."""
    if not made.conditional:
        return ""
    places = dict.fromkeys(condition.site for condition in made.conditions)
    shown = [_tested(unit, site) for site in list(places)[:_MAX_CONDITIONS]]
    more = len(places) - len(shown)
    also = f" and {more} more {'condition' if more == 1 else 'conditions'}" if more else ""
    reasons = dict.fromkeys(c.reason for c in made.conditions[:_MAX_CONDITIONS])
    return f"It may be absent: that depends on {', '.join(shown)}{also}, as {'; '.join(reasons)}."


def _tested(unit: Unit, site: Site) -> str:
    source = unit.source if site.path == unit.path else unit.read(site.path)
    text = source.text[site.span.start : site.span.end] if source is not None else ""
    first, *others = text.strip().splitlines() or [""]
    # What is compared with something secret may be the secret.
    if _SECRET.search(first):
        first = _STRING.sub(lambda m: m[0] if _KEY.fullmatch(m[2]) else '"…"', first)
    shown = first.rstrip(" :") if len(first) <= _LONGEST_TEST else first[:_LONGEST_TEST]
    cut = "…" if others or shown != first.rstrip(" :") else ""
    return f"{code(shown + cut)} ({link(unit, site)})" if shown else link(unit, site)


def _doubt(unit: Unit, spot: BlindSpot) -> str:
    return f"{spot.reason} ({link(unit, spot.site)})"


def _address(route: Route) -> str:
    if route.host:
        return f"{route.host}{route.rule}"
    return f"{route.subdomain}.…{route.rule}" if route.subdomain else route.rule


def _meaning(converter: str | None, arguments: str | None) -> str:
    meaning = _CONVERTERS.get(converter or "default", f"converter {converter}")
    if converter in ("int", "float") and arguments and re.search(r"signed\s*=\s*True", arguments):
        return converter
    return f"{meaning} ({arguments})" if arguments else meaning


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
