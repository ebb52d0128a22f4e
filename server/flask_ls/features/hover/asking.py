"""What several hover providers ask of the place under the cursor."""

from __future__ import annotations

import ast

from packaging.version import Version

from flask_ls.features.asking import context
from flask_ls.features.hover.provider import Place
from flask_ls.features.route_text import routes_of
from flask_ls.project.routes import App, Blueprint
from flask_ls.project.site import Site
from flask_ls.rules.ask import config
from flask_ls.rules.context import Unit


def at_least(unit: Unit, version: str) -> bool:
    """Whether the project's Flask is this version or newer; ``3.2.dev0`` counts its pre-releases in."""
    return unit.flask >= Version(version)


def is_app(unit: Unit, node: ast.expr) -> bool:
    """Whether an expression is an app, or a parameter that the project was seen to give its apps to."""
    return unit.infer.is_instance(node, "flask.Flask") or config.is_given_app(context(unit), node)


def name_here(place: Place) -> str | None:
    """The canonical name under the cursor, in an expression or where it is imported."""
    unit, node = place.unit, place.node
    if not isinstance(node, ast.alias):
        return unit.infer.qualified(node)
    statement = unit.index.parent(node)
    if not isinstance(statement, ast.ImportFrom) or not statement.module or statement.level:
        return None
    names = unit.model.names
    return names.canonical(f"{names.imported(unit.index.module, statement.module)}:{node.name}")


def keyword_here(place: Place) -> tuple[str, ast.Call] | None:
    """The name of the keyword argument under the cursor, and its call."""
    node = place.node
    call = place.unit.index.parent(node) if isinstance(node, ast.keyword) else None
    if not isinstance(node, ast.keyword) or node.arg is None or not isinstance(call, ast.Call):
        return None
    return node.arg, call


def app_of(unit: Unit, node: ast.expr) -> App | None:
    """The application of the route table that an expression stands for."""
    name, made = unit.infer.qualified(node), _made(unit, node)
    return next((a for a in routes_of(unit).apps if name in (a.name, *a.variables) or a.site == made), None)


def blueprint_of(unit: Unit, node: ast.expr) -> Blueprint | None:
    """The blueprint of the route table that an expression stands for."""
    name, made = unit.infer.qualified(node), _made(unit, node)
    found = [b for b in routes_of(unit).blueprints if (name is not None and name == b.variable) or b.site == made]
    return found[0] if len(found) == 1 else None


def _made(unit: Unit, node: ast.expr) -> Site | None:
    """Where the object is made that a call makes, or that a local name is bound to."""
    if isinstance(node, ast.Name):
        bindings = unit.index.lookup(node.id, node)
        value = bindings[0].value if len(bindings) == 1 else None
        return Site(unit.path, unit.source.span(value)) if isinstance(value, ast.Call) else None
    return Site(unit.path, unit.source.span(node)) if isinstance(node, ast.Call) else None
