"""Which functions of a file change the session, so that Flask saves it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FileIndex

_CHANGING = frozenset({"pop", "popitem", "update", "clear", "setdefault", "__setitem__"})
# Functions of others that write to the session.
_WRITERS = frozenset({"flash", "login_user", "logout_user", "login_fresh", "generate_csrf", "confirm_login"})


def session_writers(index: FileIndex) -> frozenset[str]:
    """Qualified names of the functions that change the session, directly or through functions of the same file.

    Empty-named for code at module level. Generous: a function that may write counts.
    """
    writers = {_around(index, node) for node in _writes(index)}
    if not writers:
        return frozenset()
    calls = [(_around(index, c), _called(c)) for c in index.nodes(ast.Call)]
    grown = True
    while grown:
        names = {w.rpartition(".")[2] for w in writers if w}
        more = {caller for caller, called in calls if called in names} - writers
        writers |= more
        grown = bool(more)
    return frozenset(writers)


def _writes(index: FileIndex) -> Iterator[ast.AST]:
    for subscript in index.nodes(ast.Subscript):
        if not isinstance(subscript.ctx, ast.Load) and _is_session(index, subscript.value):
            yield subscript
    for attribute in index.nodes(ast.Attribute):
        if isinstance(attribute.ctx, ast.Store) and _is_session(index, attribute.value):
            yield attribute  # `modified`, `permanent`
    for call in index.nodes(ast.Call):
        is_change = isinstance(call.func, ast.Attribute) and call.func.attr in _CHANGING
        if _called(call) in _WRITERS or (is_change and _is_session(index, call.func.value)):  # type: ignore[attr-defined]
            yield call


def _is_session(index: FileIndex, node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in ("session", "flask_session")
    if not isinstance(node, ast.Name):
        return False
    bindings = index.lookup(node.id, node)
    return node.id == "session" or any(b.attribute == "session" for b in bindings)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _around(index: FileIndex, node: ast.AST) -> str:
    function = index.function_of(node)
    while isinstance(function, ast.Lambda):
        function = index.function_of(function)
    return index.qualname(function) if function is not None else ""
