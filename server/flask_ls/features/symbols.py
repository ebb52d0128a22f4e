"""Applications, blueprints and routes as symbols, of one file and of the whole project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from flask_ls.features.route_text import label, methods
from flask_ls.project.routes import Route, RouteTable
from flask_ls.project.site import Site

Kind = Literal["application", "blueprint", "route"]

ROUTE_PREFIX = "@/"


@dataclass(frozen=True, slots=True)
class Symbol:
    """``site`` is the whole thing, ``name_site`` what to put the cursor on; both lie in one file."""

    kind: Kind
    name: str
    detail: str
    site: Site
    name_site: Site


def in_file(table: RouteTable, path: str) -> list[Symbol]:
    """The applications, blueprints and routes that a file makes, in source order.

    A view whose route another file adds (from a list of rules, by ``add_resource``) has its route in both.
    """
    routes = [r for r in table.routes if not r.is_static]
    symbols = [
        *(Symbol("application", app.name, "", app.site, app.site) for app in table.apps),
        *(Symbol("blueprint", b.name or "?", _prefix(b.url_prefix), b.site, b.site) for b in table.blueprints),
        *(Symbol("route", label(r), r.endpoint, r.site, r.site) for r in routes if r.site.path == path),
        *(Symbol("route", label(r), r.endpoint, r.view, r.view) for r in routes if r.view and r.site.path != path),
    ]
    return sorted(_unique(s for s in symbols if s.site.path == path), key=lambda s: (s.site.span, s.name))


def in_project(table: RouteTable, query: str) -> Iterator[Symbol]:
    """The routes and blueprints that match what was typed.

    The names of routes begin with ``@/`` so that typing that prefix lists routes only. A query matches when its
    characters occur in the name or endpoint in this order, which is how editors filter symbols.
    """
    wanted = "".join(query.split()).lower()
    only_routes = query.startswith(ROUTE_PREFIX)
    found = [] if only_routes else [_blueprint(b.name or "?", b.url_prefix, b.site) for b in table.blueprints]
    found += [_route(route) for route in table.routes if not route.is_static]
    for symbol in _unique(found):
        text = symbol.name if only_routes else f"{symbol.name} {symbol.detail}"
        if _in_order(wanted, text.lower()):
            yield symbol


def _route(route: Route) -> Symbol:
    place = route.view or route.site
    return Symbol("route", f"@{route.rule} {' '.join(methods(route))}", route.endpoint, place, place)


def _blueprint(name: str, prefix: str | None, site: Site) -> Symbol:
    return Symbol("blueprint", f"@{name}", _prefix(prefix), site, site)


def _prefix(url_prefix: str | None) -> str:
    return url_prefix or ""


def _in_order(wanted: str, text: str) -> bool:
    remaining = iter(text)
    return all(character in remaining for character in wanted)


def _unique(symbols: Iterable[Symbol]) -> Iterator[Symbol]:
    return iter(dict.fromkeys(symbols))
