"""Where what stands at a place is defined, as far as only Flask knows it: a Python server knows the rest."""

from __future__ import annotations

from dataclasses import dataclass

from flask_ls.features import deployed_app, template_links
from flask_ls.features.asking import context
from flask_ls.features.config_places import places_of
from flask_ls.features.flask_text import flask_text, routes_named, template_files
from flask_ls.features.places import node_at
from flask_ls.features.references import endpoints_in_template
from flask_ls.features.snapshot import Snapshot
from flask_ls.project.site import Site
from flask_ls.rules.context import Unit
from flask_ls.syntax.span import Span


@dataclass(frozen=True, slots=True)
class Definition:
    """``origin`` is the text that was asked about, ``sites`` where it leads, the most likely place first."""

    origin: Span
    sites: tuple[Site, ...]


def definition(snapshot: Snapshot, path: str, offset: int) -> Definition | None:
    """Where what stands at an offset leads; None when it leads nowhere that is known."""
    deployed = deployed_app.definition(snapshot, path, offset)
    if deployed is not None:
        return Definition(deployed.origin, (deployed.site,))
    unit = snapshot.unit(path)
    if unit is not None:
        return _in_python(unit, offset)
    views = dict.fromkeys(r.view or r.site for r in endpoints_in_template(snapshot, path, offset))
    source = snapshot.source(path)
    if not views or source is None:
        return None
    origin = next(span for _, span in template_links.links(source.text) if span.contains(offset))
    return Definition(origin, tuple(views))


def _in_python(unit: Unit, offset: int) -> Definition | None:
    ctx = context(unit)
    node = node_at(unit.source, offset)
    found = flask_text(ctx, node)
    if found is None or node is None:
        return None
    if found.kind == "endpoint":
        sites = [r.view or r.site for r in routes_named(ctx, node, found.text)]
    elif found.kind == "template":
        sites = [Site(path, Span(0, 0)) for path in template_files(ctx, found.text)]
    else:
        sites = list(places_of(unit, found.text).set)
    return Definition(found.span, tuple(dict.fromkeys(sites))) if sites else None
