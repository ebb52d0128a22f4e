"""On the argument ``url_prefix`` of ``Blueprint`` and ``register_blueprint``: what the URLs really begin with."""

from __future__ import annotations

import ast

from flask_ls.features.documentation import code
from flask_ls.features.hover.asking import blueprint_of, is_app, keyword_here
from flask_ls.features.hover.provider import Place, Section, lines, paragraphs
from flask_ls.features.places import link
from flask_ls.features.route_text import routes_of
from flask_ls.project.routes import Registration
from flask_ls.rules.context import Unit

_URL = "https://flask.palletsprojects.com/en/stable/blueprints/#registering-blueprints"
_MAX_SHOWN = 5


def section(place: Place) -> Section | None:
    """The keyword ``url_prefix`` under the cursor."""
    unit, found = place.unit, keyword_here(place)
    if found is None or found[0] != "url_prefix" or place.node is None:
        return None
    call = found[1]
    if unit.infer.is_instance(call, "flask.Blueprint"):
        registrations, role = _of_constructor(unit, call), "The prefix given to `register_blueprint` replaces this one."
    elif _registers(unit, call.func):
        registrations, role = _of_call(unit, call), "It replaces the prefix given to `Blueprint(...)`."
    else:
        return None
    text = paragraphs(
        "**url_prefix** → what the URLs of the blueprint begin with",
        f"{role} The prefixes of nested blueprints are joined, the outer one first. A rule is joined to the prefix "
        "with one slash between them; without any prefix it has to begin with a slash itself.",
        lines(*(_effective(unit, r) for r in registrations[:_MAX_SHOWN])),
        f"And {len(registrations) - _MAX_SHOWN} more registrations." if len(registrations) > _MAX_SHOWN else "",
        f"[Flask documentation]({_URL})",
    )
    return Section(text, unit.source.span(place.node))


def _registers(unit: Unit, node: ast.expr) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr != "register_blueprint":
        return False
    return unit.infer.is_instance(node.value, "flask.Blueprint") or is_app(unit, node.value)


def _of_constructor(unit: Unit, call: ast.Call) -> list[Registration]:
    blueprint = blueprint_of(unit, call)
    return list(blueprint.registrations) if blueprint is not None else []


def _of_call(unit: Unit, call: ast.Call) -> list[Registration]:
    span = unit.source.span(call)
    registrations = (r for b in routes_of(unit).blueprints for r in b.registrations)
    return [r for r in registrations if r.site.path == unit.path and r.site.span.overlaps(span)]


def _effective(unit: Unit, registration: Registration) -> str:
    where = f"As {code(registration.name)}, registered at {link(unit, registration.site)}:"
    if not registration.is_prefix_known:
        return f"{where} the whole prefix is not known."
    return f"{where} {code(registration.url_prefix)}." if registration.url_prefix else f"{where} no prefix."
