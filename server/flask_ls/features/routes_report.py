"""The route table as rows: which applications there are, their rules in an order, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from flask_ls.features.snapshot import Snapshot
from flask_ls.project.routes import App, BlindSpot, Condition, Route, RouteTable

Sort = Literal["endpoint", "methods", "rule", "match", "domain"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that could not be read, or that decides at run time which rules there are. ``row`` is 1-based."""

    filename: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class AppRow:
    """One application. ``is_main``: the one that is meant when none is named.

    ``complete``: the rules are those of ``app.url_map``, none left unread and none that depends on a condition.
    ``blind_spots`` are the places of what was left unread, ``conditions`` those on which its rules depend, also rules
    that are there with other settings or environment variables only.
    """

    name: str
    filename: str
    row: int
    complete: bool
    blind_spots: tuple[Spot, ...]
    conditions: tuple[Spot, ...]
    is_main: bool


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One rule. ``filename`` and ``row``: where the view is defined, or where the rule is added if that is unknown."""

    rule: str
    endpoint: str
    methods: tuple[str, ...]
    filename: str
    row: int
    function: str | None
    app: str
    conditional: bool
    conditions: tuple[Spot, ...]
    domain: str


@dataclass(frozen=True, slots=True)
class RoutesReport:
    """The applications and their rules."""

    apps: tuple[AppRow, ...]
    routes: tuple[RouteRow, ...]


def routes_report(snapshot: Snapshot, app: str | None = None, sort: Sort = "endpoint") -> RoutesReport:
    """The report. ``app`` names one application as ``apps_called`` has it."""
    table = snapshot.model.routes
    apps = table.apps if app is None else apps_called(table, app)
    names = {a.name for a in apps}
    # What only an environment variable, an override or debug mode brings is not there in the ordinary run.
    routes = [r for r in table.routes if r.app in names and r.by_default]
    return RoutesReport(
        apps=tuple(_app(snapshot, a, table.main) for a in apps),
        routes=tuple(_route(snapshot, r) for r in _sorted(routes, sort)),
    )


def apps_called(table: RouteTable, name: str) -> Sequence[App]:
    """The applications of a name: their own, their variable's or factory's, the end of one, or the module it is in.

    It may be written as for ``flask --app``: ``shop``, ``shop:app``, ``shop:create_app()``.
    """
    wanted = name.partition("(")[0].removesuffix(".py").replace(":", ".").replace("/", ".")
    named = [(app, {app.name, *app.variables, *([app.factory] if app.factory else [])}) for app in table.apps]
    return (
        [app for app, names in named if wanted in names]
        or [app for app, names in named if any(n.endswith(f".{wanted}") for n in names)]
        or [app for app, names in named if any(n.rpartition(".")[0] == wanted for n in names)]
    )


def _sorted(routes: Sequence[Route], sort: Sort) -> Sequence[Route]:
    """In the order of ``flask routes --sort``; ``match`` is the order of registration."""
    if sort == "match":
        return routes
    if sort == "rule":
        return sorted(routes, key=lambda r: r.rule)
    if sort == "methods":
        return sorted(routes, key=lambda r: (sorted(r.methods), r.endpoint, r.rule))
    if sort == "domain":
        return sorted(routes, key=lambda r: (r.host or r.subdomain or "", r.endpoint, r.rule))
    return sorted(routes, key=lambda r: (r.endpoint, r.rule))


def _app(snapshot: Snapshot, app: App, main: str | None) -> AppRow:
    path, row = _place(snapshot, app.site.path, app.site.span.start)
    conditions = (c for r in snapshot.model.routes.routes if r.app == app.name for c in r.conditions)
    return AppRow(
        app.name,
        path,
        row,
        complete=app.complete and app.exact,
        blind_spots=_spots(snapshot, app.blind_spots),
        conditions=_spots(snapshot, dict.fromkeys(conditions)),
        is_main=app.name == main,
    )


def _spots(snapshot: Snapshot, found: Iterable[BlindSpot | Condition]) -> tuple[Spot, ...]:
    spots = (Spot(*_place(snapshot, s.site.path, s.site.span.start), s.reason) for s in found)
    return tuple(dict.fromkeys(spots))


def _route(snapshot: Snapshot, route: Route) -> RouteRow:
    site = route.view or route.site
    path, row = _place(snapshot, site.path, site.span.start)
    return RouteRow(
        rule=route.rule,
        endpoint=route.endpoint,
        methods=tuple(sorted(route.methods)),
        filename=path,
        row=row,
        function=route.function,
        app=route.app,
        conditional=route.conditional,
        conditions=_spots(snapshot, route.conditions),
        domain=route.host or route.subdomain or "",
    )


def _place(snapshot: Snapshot, path: str, offset: int) -> tuple[str, int]:
    source = snapshot.source(path)
    return path, source.position(offset)[0] + 1 if source is not None else 1
