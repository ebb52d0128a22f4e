"""What a file hands on: which extensions it binds to an app, which objects it gives to others."""

from __future__ import annotations

import ast

from flask_ls.project.extract.refs import dotted_name
from flask_ls.project.index import FileIndex

BINDING = frozenset({"init_app", "setup_app"})
"""The methods that ``bound_extensions`` looks for; ``setup_app`` is Flask-Login's older name."""


def bound_extensions(index: FileIndex) -> frozenset[str]:
    """The receivers of ``.init_app()`` calls, as written."""
    return frozenset(
        receiver
        for call in index.nodes(ast.Call)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in BINDING
        and (receiver := dotted_name(call.func.value)) is not None
    )


def passed(index: FileIndex) -> frozenset[str]:
    """The name chains handed on: arguments, elements, returned, assigned and iterated values, as written."""
    handed: list[ast.expr | None] = []
    for call in index.nodes(ast.Call):
        handed += call.args
        handed += [k.value for k in call.keywords]
    for display in index.nodes(ast.List):
        handed += display.elts
    for pair in index.nodes(ast.Tuple):
        handed += pair.elts
    for group in index.nodes(ast.Set):
        handed += group.elts
    for mapping in index.nodes(ast.Dict):
        handed += mapping.values
    handed += [n.value for n in index.nodes(ast.Return)]
    handed += [n.value for n in index.nodes(ast.Assign)]
    handed += [n.value for n in index.nodes(ast.Starred)]
    handed += [n.iter for n in index.nodes(ast.For)]
    return frozenset(dotted for node in handed if node is not None and (dotted := dotted_name(node)) is not None)
