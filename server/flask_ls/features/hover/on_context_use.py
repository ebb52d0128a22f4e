"""On calls and attributes that need a context, ``render_template``, ``db.create_all``: whether it is there."""

from __future__ import annotations

import ast

from flask_ls.features.context_here import Needs, context_at
from flask_ls.features.hover.provider import Place, Section
from flask_ls.project.contexts.needs import Level
from flask_ls.project.contexts.witness import extracted_of
from flask_ls.rules.context import Unit

_NEEDS: dict[Level, tuple[str, Needs]] = {
    "app": ("an **application context**", "application"),
    "request": ("a **request context**", "request"),
    "url": ("a **request context**, or an application context and `SERVER_NAME`", "request"),
    "app url": ("a **request context** or `SERVER_NAME`", "request"),
}


def section(place: Place) -> Section | None:
    """The use of a context under the cursor that is no proxy."""
    unit, node = place.unit, place.node
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return None
    extracted = extracted_of(unit.source, unit.index.module, unit.index.is_package, unit.index)
    for use in unit.model.contexts.uses(unit.path):
        nodes = extracted.nodes.get(use.site.body.id, [])
        if use.need.family == "proxy" or use.site.leaf >= len(nodes):
            continue
        if _names(unit, nodes[use.site.leaf], node):
            words, needs = _NEEDS[use.need.level]
            here = context_at(unit, use.site.body, use.site.leaf, needs)
            return Section(f"`{use.need.what}` needs {words}. Here: {here}.", unit.source.span(node))
    return None


def _names(unit: Unit, operation: ast.AST, node: ast.AST) -> bool:
    """Whether the cursor is on what is called or read, not on an argument."""
    target = operation.func if isinstance(operation, ast.Call) else operation
    return node is target or (isinstance(target, ast.Attribute) and node is target.value)
