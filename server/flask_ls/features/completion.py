"""What may stand in a text that only Flask gives a meaning to: endpoints, templates, configuration keys.

Elsewhere there is nothing to offer: a general Python server completes the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from flask_ls.features import template_links
from flask_ls.features.asking import context
from flask_ls.features.config_places import known_keys
from flask_ls.features.flask_text import RENDERING, URL_FOR, FlaskText, blueprints_at, flask_text, template_names
from flask_ls.features.hover.config_keys import KEYS
from flask_ls.features.places import node_at
from flask_ls.features.route_text import label, routes_of
from flask_ls.project.config.keys import EXTENSION_KEYS
from flask_ls.project.model import ProjectModel
from flask_ls.project.routes import RouteTable
from flask_ls.project.templates import apps_rendering
from flask_ls.rules.ask.apps import imported_packages
from flask_ls.rules.ask.urls import apps_of_file
from flask_ls.rules.context import Context, Unit
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

# A text that has just been begun, in a call or subscript that is not closed yet.
_BEGUN = re.compile(r"(?P<name>[A-Za-z_][\w.]*)(?P<bracket>[(\[])\s*(?P<quote>[\"'])(?P<text>[^\"'\\]*)$")
_IN_TEXT = re.compile(r"[\"'][^\"'\\]*$")


@dataclass(frozen=True, slots=True)
class Completion:
    """One proposal: ``text`` takes the place of ``span``. ``rank``: smaller ones come first."""

    kind: Literal["endpoint", "template", "key"]
    text: str
    span: Span
    detail: str = ""
    documentation: str = ""
    rank: int = 1


def may_complete(source: SourceFile, offset: int) -> bool:
    """Whether an offset may be in a text: one look at its line, for the many places where there is nothing to offer."""
    return _IN_TEXT.search(_before(source, offset)) is not None


def completions(unit: Unit, offset: int) -> list[Completion]:
    """The proposals at an offset, best first."""
    if not may_complete(unit.source, offset):
        return []
    ctx = context(unit)
    found = _text_at(ctx, offset, _before(unit.source, offset))
    if found is None:
        return []
    made = {"endpoint": _endpoints, "template": _templates, "key": _keys}[found.kind](ctx, found, offset)
    return sorted(made, key=lambda c: (c.rank, c.text))


def completions_in_template(model: ProjectModel, path: str, source: SourceFile, offset: int) -> list[Completion]:
    """The endpoints of the apps that render a template, inside of ``url_for``."""
    span = template_links.link_at(source.text, source.line_span(source.position(offset)[0]).start, offset)
    if span is None or path not in model.templates:
        return []
    apps = frozenset(app.name for app in apps_rendering(model, path)) or None
    return sorted(_proposed(model.routes, apps, span), key=lambda c: (c.rank, c.text))


def _before(source: SourceFile, offset: int) -> str:
    return source.text[source.line_span(source.position(offset)[0]).start : offset]


def _text_at(ctx: Context, offset: int, before: str) -> FlaskText | None:
    found = flask_text(ctx, node_at(ctx.source, offset))
    if found is not None and found.span.start <= offset <= found.span.end:
        return found
    begun = _BEGUN.search(before)
    if begun is None:
        return None
    span = Span(offset - len(begun["text"]), offset)
    name = ctx.model.names.in_module(ctx.index.module, begun["name"]) or ""
    if begun["bracket"] == "(" and name in URL_FOR:
        return FlaskText("endpoint", begun["text"], span)
    if begun["bracket"] == "(" and name in RENDERING:
        return FlaskText("template", begun["text"], span)
    owner = name.removesuffix(".get") if begun["bracket"] == "(" else name
    apps = {"flask.current_app", *(v for app in routes_of(ctx.unit).apps for v in app.variables)}
    is_key = owner.endswith(".config") and owner.removesuffix(".config") in apps
    return FlaskText("key", begun["text"], span) if is_key and (name != owner or begun["bracket"] == "[") else None


def _endpoints(ctx: Context, found: FlaskText, offset: int) -> Iterator[Completion]:
    table = routes_of(ctx.unit)
    own = blueprints_at(ctx, offset)
    for proposal in _proposed(table, apps_of_file(table, ctx.path), found.span):
        blueprint, _, name = proposal.text.rpartition(".")
        if not found.text.startswith("."):
            yield replace(proposal, rank=0) if blueprint in own and proposal.rank == 1 else proposal
        elif blueprint in own:
            yield replace(proposal, text=f".{name}")


def _proposed(table: RouteTable, apps: frozenset[str] | None, span: Span) -> Iterator[Completion]:
    rules: dict[str, list[str]] = {}
    for route in table.routes:
        if apps is None or route.app in apps:
            rules.setdefault(route.endpoint, []).append(label(route))
    for endpoint, labels in rules.items():
        rank = 2 if endpoint.rpartition(".")[2] == "static" else 1
        yield Completion("endpoint", endpoint, span, ", ".join(dict.fromkeys(labels)), rank=rank)


def _templates(ctx: Context, found: FlaskText, offset: int) -> Iterator[Completion]:
    for name in template_names(ctx):
        yield Completion("template", name, found.span)


def _keys(ctx: Context, found: FlaskText, offset: int) -> Iterator[Completion]:
    own = known_keys(ctx.model)
    for key in own:
        if key not in KEYS:
            yield Completion("key", key, found.span, "key of this project", rank=0)
    for key, known in KEYS.items():
        detail = f"{known.type} · default: {known.default}"
        yield Completion("key", key, found.span, detail, known.meaning, rank=0 if key in own else 1)
    for package in sorted(EXTENSION_KEYS.keys() & imported_packages(ctx.model)):
        for key in sorted(EXTENSION_KEYS[package] - own - KEYS.keys()):
            yield Completion("key", key, found.span, f"read by {package}", rank=1)
