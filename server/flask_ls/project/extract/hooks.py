"""Whether functions that run after every view commit the database session."""

from __future__ import annotations

import ast

from flask_ls.project.index import FileIndex

_AFTER = frozenset(
    {"after_request", "after_app_request", "teardown_request", "teardown_app_request", "teardown_appcontext"}
    | {"after_this_request"}
)

_SETTING = "SQLALCHEMY_COMMIT_ON_TEARDOWN"
HOOK_WORDS = _AFTER | {_SETTING}
"""A file that names none of these commits in no hook."""


def commits_in_hooks(index: FileIndex) -> bool:
    """Judged by names alone: a function handed to one of these hooks calls ``.commit()``, or a setting does so."""
    hooked: set[str] = set()
    for attribute in index.nodes(ast.Attribute):
        if attribute.attr in _AFTER:
            parent = index.parent(attribute)
            if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
                hooked.add(parent.name)
            elif isinstance(parent, ast.Call):
                hooked.update(a.id for a in parent.args if isinstance(a, ast.Name))
    if any(c.value == _SETTING for c in index.nodes(ast.Constant)):
        return True
    return any(
        isinstance(call.func, ast.Attribute) and call.func.attr == "commit" and _name(index, call) in hooked
        for call in (index.nodes(ast.Call) if hooked else ())
    )


def _name(index: FileIndex, node: ast.AST) -> str:
    function = index.function_of(node)
    return getattr(function, "name", "")
