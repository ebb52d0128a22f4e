"""Name chains of functions, where their first name is a function's own: imported there, or made by a call there.

They are written as an absolute name then: ``flask:Flask`` after ``from flask import Flask`` in the function, and
``flask_sqlalchemy:SQLAlchemy.Model`` for ``db.Model`` after ``db = SQLAlchemy(app)``.
"""

from __future__ import annotations

import ast

from flask_ls.project.extract.refs import ref
from flask_ls.project.facts import Ref
from flask_ls.project.index import FileIndex

# How many names one chain is followed through.
_MOST = 4


def local_ref(index: FileIndex, node: ast.expr) -> Ref | None:
    """As ``ref``; None also when the first name is one of a function that is not known."""
    found = ref(node)
    if found is None:
        return None
    name = next(n for n in ast.walk(node.func if isinstance(node, ast.Call) else node) if isinstance(n, ast.Name))
    dotted = _absolute(index, name, _MOST)
    return Ref(_joined(dotted, found.dotted[len(name.id) :]), found.called) if dotted is not None else None


def _absolute(index: FileIndex, name: ast.Name, left: int) -> str | None:
    owner = index.scope(name).owner(name.id)
    if owner is None or owner.is_module:
        return name.id
    bindings = owner.bindings[name.id]
    binding = bindings[0]
    if len(bindings) != 1 or left <= 0:
        return None
    if binding.kind == "from" and binding.module:
        return f"{binding.module}:{binding.attribute}"
    if binding.kind == "import":
        return f"{binding.module}:"
    if isinstance(binding.node, ast.ClassDef):
        return index.qualname(binding.node)
    made = binding.value.func if binding.kind == "assign" and isinstance(binding.value, ast.Call) else None
    head = made
    while isinstance(head, ast.Attribute):
        head = head.value
    if made is None or not isinstance(head, ast.Name):
        return None
    start = _absolute(index, head, left - 1)
    written = ref(made)
    return _joined(start, written.dotted[len(head.id) :]) if start is not None and written is not None else None


def _joined(start: str, rest: str) -> str:
    return start + (rest.removeprefix(".") if start.endswith(":") else rest)
