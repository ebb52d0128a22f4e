"""All places of the project that mean the same endpoint, template or configuration key."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from flask_ls.features import template_links
from flask_ls.features.asking import context, unit_beside
from flask_ls.features.config_places import places_of
from flask_ls.features.flask_text import FlaskText, flask_text, routes_named, template_files
from flask_ls.features.places import node_at
from flask_ls.features.route_text import routes_of
from flask_ls.features.snapshot import Snapshot
from flask_ls.project.facts import FileFacts
from flask_ls.project.routes import Route
from flask_ls.project.site import Site
from flask_ls.rules.context import Context, Unit
from flask_ls.syntax.span import Span

_START = Span(0, 0)


class References(NamedTuple):
    """Where something is defined, and where it is used."""

    definitions: tuple[Site, ...]
    uses: tuple[Site, ...]


def references(snapshot: Snapshot, path: str, offset: int) -> References | None:
    """The references of what stands at an offset; None when only a general Python server knows what it is."""
    unit = snapshot.unit(path)
    if unit is None:
        return _of_endpoints(snapshot, endpoints_in_template(snapshot, path, offset))
    ctx, node = context(unit), node_at(unit.source, offset)
    found = flask_text(ctx, node)
    if found is None or node is None:
        return _of_endpoints(snapshot, _made_at(unit, node, offset))
    if found.kind == "endpoint":
        return _of_endpoints(snapshot, routes_named(ctx, node, found.text))
    if found.kind == "key":
        return References(*places_of(unit, found.text))
    return _of_template(snapshot, ctx, found.text)


def endpoints_in_template(snapshot: Snapshot, path: str, offset: int) -> list[Route]:
    """The routes that the endpoint at an offset of a template means."""
    source = snapshot.source(path) if path in snapshot.model.templates else None
    names = [n for n, span in template_links.links(source.text) if span.contains(offset)] if source is not None else []
    return [r for r in snapshot.model.routes.routes if r.endpoint in names]


def _made_at(unit: Unit, node: ast.AST | None, offset: int) -> list[Route]:
    """The routes whose view's name is here, or whose decorator has this text."""
    is_text = isinstance(node, ast.Constant)
    sites = [(r, r.site if is_text else r.view) for r in routes_of(unit).routes if not r.is_static]
    return [r for r, s in sites if s is not None and s.path == unit.path and s.span.contains(offset)]


def _of_endpoints(snapshot: Snapshot, routes: list[Route]) -> References | None:
    if not routes:
        return None
    views = {r.view or r.site for r in routes}

    def is_meant(ctx: Context, node: ast.Constant, found: FlaskText) -> bool:
        named = routes_named(ctx, node, found.text) if found.kind == "endpoint" else []
        return any((r.view or r.site) in views for r in named)

    endpoints = {r.endpoint for r in routes}
    relative = {f".{endpoint.rpartition('.')[2]}" for endpoint in endpoints}
    uses = [*_in_python(snapshot, endpoints | relative, is_meant), *_in_templates(snapshot, endpoints)]
    return References(tuple(dict.fromkeys(r.view or r.site for r in routes)), tuple(dict.fromkeys(uses)))


def _of_template(snapshot: Snapshot, ctx: Context, name: str) -> References | None:
    files = tuple(template_files(ctx, name))

    def is_meant(there: Context, node: ast.Constant, found: FlaskText) -> bool:
        return found.kind == "template" and found.text == name and tuple(template_files(there, name)) == files

    uses = tuple(_in_python(snapshot, {name}, is_meant))
    return References(tuple(Site(path, _START) for path in files), uses) if files or uses else None


def _in_python(
    snapshot: Snapshot, texts: Iterable[str], is_meant: Callable[[Context, ast.Constant, FlaskText], bool]
) -> Iterator[Site]:
    wanted = frozenset(texts)
    first: Unit | None = None
    for path, named in snapshot.model.each(_links).items():
        if wanted.isdisjoint(named):
            continue
        first = first or snapshot.unit(path)
        unit = unit_beside(first, path) if first is not None else None
        if unit is None:
            continue
        ctx = context(unit)
        for node in unit.index.nodes(ast.Constant):
            if node.value in wanted and (found := flask_text(ctx, node)) is not None and is_meant(ctx, node, found):
                yield Site(path, found.span)


def _links(facts: FileFacts) -> frozenset[str]:
    return facts.links


def _in_templates(snapshot: Snapshot, endpoints: set[str]) -> Iterator[Site]:
    for path in sorted(snapshot.model.templates):
        source = snapshot.source(path)
        for name, span in template_links.links(source.text) if source is not None else ():
            if name in endpoints:
                yield Site(path, span)
