"""What a file hands on: which extensions it binds to an app, which objects it gives to others."""

from __future__ import annotations

import ast

from flask_ls.project.extract.refs import dotted_name
from flask_ls.project.index import FileIndex

BINDING = frozenset({"init_app", "setup_app"})
"""The methods that ``bound_extensions`` looks for; ``setup_app`` is Flask-Login's older name."""


def bound_extensions(index: FileIndex) -> frozenset[str]:
    """The receivers of ``.init_app()`` calls, as written; ``?`` stands for one that other code chooses."""
    receivers = [
        call.func.value
        for call in index.nodes(ast.Call)
        if isinstance(call.func, ast.Attribute) and call.func.attr in BINDING
    ]
    found = {name for receiver in receivers if (name := dotted_name(receiver)) is not None}
    return frozenset({*found, "?"} if any(_is_chosen_elsewhere(r, index) for r in receivers) else found)


def _is_chosen_elsewhere(receiver: ast.expr, index: FileIndex) -> bool:
    """Whether the object comes from a mapping, a function that finds it, a loop or a parameter."""
    if isinstance(receiver, ast.Call):
        function = (dotted_name(receiver.func) or "").rpartition(".")[2]
        return function != "super" and not function[:1].isupper()
    if not isinstance(receiver, ast.Name) or receiver.id in ("self", "cls"):
        return isinstance(receiver, ast.Subscript)
    bindings = index.lookup(receiver.id, receiver)
    return any(b.kind == "param" or (b.kind == "target" and not _is_over_display(b.node)) for b in bindings)


def _is_over_display(loop: ast.AST) -> bool:
    """Whether a loop goes through a display, whose elements are among what the file passes on."""
    return isinstance(loop, (ast.For, ast.comprehension)) and isinstance(loop.iter, (ast.List, ast.Tuple, ast.Set))


def passed(index: FileIndex) -> frozenset[str]:
    """The name chains handed on: arguments, elements, returned, assigned and iterated values, as written."""
    handed: list[ast.expr | None] = []
    for call in index.nodes(ast.Call):
        handed += call.args
    handed += [n.value for n in index.nodes(ast.keyword)]
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
    named = {n.id for n in handed if n.__class__ is ast.Name}
    chains = {dotted_name(n) for n in handed if n.__class__ is ast.Attribute}
    return frozenset(named.union(chain for chain in chains if chain is not None))
