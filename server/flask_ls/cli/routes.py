"""``flask-ls routes``: the URL rules of the project's applications, without running them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_ls.cli.errors import CommandError
from flask_ls.cli.formats import shown_path, write
from flask_ls.cli.setup import workspace_of
from flask_ls.cli.targets import resolve
from flask_ls.features.routes_report import AppRow, RouteRow, RoutesReport, Spot, routes_report

_TREE_END, _TREE_MIDDLE, _TREE_DOWN, _TREE_GAP = "`-- ", "|-- ", "|   ", "    "


def run(options: argparse.Namespace) -> int:
    """Print the rules; the exit status."""
    if options.config is not None and not os.path.isfile(options.config):
        raise CommandError(f"--config: {options.config}: no such file.")
    workspace = workspace_of(options, resolve([options.path]))
    workspace.survey()
    snapshot = workspace.snapshot()
    report = routes_report(snapshot, options.app, options.sort)
    if options.app is not None and not report.apps:
        known = ", ".join(app.name for app in snapshot.model.routes.apps) or "none"
        raise CommandError(f"--app: no application is called {options.app!r}. Known are: {known}.")
    write(_FORMATS[options.output_format](report), sys.stdout)
    return 0


def _json(report: RoutesReport) -> Iterator[str]:
    apps = [
        {
            "name": app.name,
            "filename": app.filename,
            "row": app.row,
            "complete": app.complete,
            # Here both are one: why the table is not complete.
            "blind_spots": [_spot(s) for s in dict.fromkeys((*app.blind_spots, *app.conditions))],
        }
        for app in report.apps
    ]
    routes = [
        {
            "rule": r.rule,
            "endpoint": r.endpoint,
            "methods": list(r.methods),
            "filename": r.filename,
            "row": r.row,
            "function": r.function,
            "app": r.app,
            "conditions": [_spot(s) for s in r.conditions],
        }
        for r in report.routes
    ]
    yield json.dumps({"apps": apps, "routes": routes}, indent=1)


def _spot(spot: Spot) -> dict[str, Any]:
    return {"filename": spot.filename, "row": spot.row, "reason": spot.reason}


def _table(report: RoutesReport) -> Iterator[str]:
    if not report.apps:
        yield "No Flask application was found."
        return
    for number, app in enumerate(report.apps):
        routes = _of(report, app)
        if number:
            yield ""
        yield _title(app, len(routes))
        head = _head(routes)
        rows = [_row(r, "Domain" in head) for r in routes]
        widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
        if rows:
            yield "  ".join(cell.ljust(width) for cell, width in zip(head, widths, strict=True)).rstrip()
            yield "  ".join("-" * width for width in widths)
        for row in rows:
            yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield from _doubts(routes, app)


def _markdown(report: RoutesReport) -> Iterator[str]:
    if not report.apps:
        yield "No Flask application was found."
        return
    for number, app in enumerate(report.apps):
        if number:
            yield ""
        yield f"## {_title(app, len(_of(report, app)))}"
        yield ""
        routes = _of(report, app)
        head = _head(routes)
        yield f"| {' | '.join(head)} |"
        yield f"| {' | '.join('---' for _ in head)} |"
        for route in routes:
            cells = (f"`{cell}`".replace("|", "\\|") if cell else "" for cell in _row(route, "Domain" in head))
            yield f"| {' | '.join(cells)} |"
        is_listed = False
        for line in _doubts(routes, app):
            is_first, is_listed = not is_listed and line.startswith("  "), line.startswith("  ")
            yield from ("",) if is_first else ()
            yield f"- {line.strip()}" if is_listed else line


def _tree(report: RoutesReport) -> Iterator[str]:
    if not report.apps:
        yield "No Flask application was found."
        return
    for number, app in enumerate(report.apps):
        if number:
            yield ""
        routes = _of(report, app)
        yield _title(app, len(routes))
        yield from _branches(_Node.of(routes), "")
        yield from _doubts(routes, app)


class _Node:
    """A part of a path: the parts that follow it, and the routes that end with it."""

    def __init__(self) -> None:
        self.parts: dict[str, _Node] = {}
        self.routes: list[RouteRow] = []

    @classmethod
    def of(cls, routes: Sequence[RouteRow]) -> _Node:
        root = cls()
        for route in routes:
            node = root
            for part in route.rule.strip("/").split("/"):
                node = node.parts.setdefault(f"/{part}", cls())
            node.routes.append(route)
        return root


def _branches(node: _Node, indent: str) -> Iterator[str]:
    children = sorted(node.parts.items())
    for number, (part, child) in enumerate(children):
        is_last = number == len(children) - 1
        label = part
        # A part that nothing but one other part follows shares its line.
        while not child.routes and len(child.parts) == 1:
            ((following, grandchild),) = child.parts.items()
            label, child = label + following, grandchild
        slash = "/" if any(r.rule.endswith("/") and r.rule != "/" for r in child.routes) else ""
        views = "; ".join(f"{', '.join(r.methods) or '-'} {r.endpoint}{_mark(r)}" for r in child.routes)
        branch = _TREE_END if is_last else _TREE_MIDDLE
        yield f"{indent}{branch}{label}{slash}{'  ' + views if views else ''}"
        yield from _branches(child, indent + (_TREE_GAP if is_last else _TREE_DOWN))


def _of(report: RoutesReport, app: AppRow) -> list[RouteRow]:
    return [r for r in report.routes if r.app == app.name]


def _title(app: AppRow, count: int) -> str:
    completeness = "" if app.complete else ", incomplete"
    rules = f"{count} rule{'' if count == 1 else 's'}"
    return f"{app.name}  ({shown_path(app.filename)}:{app.row}, {rules}{completeness})"


def _head(routes: Sequence[RouteRow]) -> list[str]:
    return ["Endpoint", "Methods", *(["Domain"] if any(r.domain for r in routes) else []), "Rule", "View"]


def _row(route: RouteRow, has_domains: bool) -> list[str]:
    view = f"{shown_path(route.filename)}:{route.row}"
    domain = [route.domain] if has_domains else []
    return [route.endpoint, ", ".join(route.methods), *domain, route.rule + _mark(route), view]


def _mark(route: RouteRow) -> str:
    return " (conditional)" if route.conditional else ""


def _doubts(routes: Sequence[RouteRow], app: AppRow) -> Iterator[str]:
    """Why the table may not be what ``app.url_map`` has; nothing for a complete one."""
    shown = dict.fromkeys(spot for route in routes for spot in route.conditions)
    others = [spot for spot in app.conditions if spot not in shown]
    if any(r.conditional for r in routes):
        yield ""
        yield "The rules marked (conditional) are there or not by conditions that are only known at run time:"
        yield from _places(shown)
    if others:
        yield ""
        yield "Further rules are there only with other settings or environment variables than the ordinary ones:"
        yield from _places(others)
    if app.blind_spots:
        yield ""
        yield "There may be more rules, as these places cannot be read without running them:"
        yield from _places(app.blind_spots)


def _places(spots: Iterable[Spot]) -> Iterator[str]:
    for spot in spots:
        yield f"  {shown_path(spot.filename)}:{spot.row}: {spot.reason}"


_FORMATS = {"table": _table, "json": _json, "tree": _tree, "markdown": _markdown}
