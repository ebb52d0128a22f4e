"""The bodies that tests send to URLs: ``client.post("/login", json={...})``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from flask_ls.project.contexts.conventions import is_test_path
from flask_ls.project.facts import SentBody
from flask_ls.project.index import FileIndex, FunctionNode
from flask_ls.syntax.source import SourceFile

SENDING = frozenset({"post", "put", "patch"})
BODY_TYPES = frozenset({"content_type", "mimetype", "headers"})
"""Arguments of a client that say what the body is."""
_REFUSALS = re.compile(r"\b4(00|15|22)\b")


def sent_bodies(source: SourceFile, path: str, index: FileIndex) -> tuple[SentBody, ...]:
    """Those of a file of tests, in order."""
    if not is_test_path(path):
        return ()
    calls = (c for c in index.nodes(ast.Call) if isinstance(c.func, ast.Attribute) and c.func.attr in SENDING)
    clients = _Clients(index)
    return tuple(sent for call in calls for sent in _sent(call, source, index, clients))


def _sent(call: ast.Call, source: SourceFile, index: FileIndex, clients: _Clients) -> Iterator[SentBody]:
    given = {k.arg: k.value for k in call.keywords}
    url = call.args[0] if call.args else None
    if not isinstance(url, ast.Constant) or not isinstance(url.value, str) or given.keys() & BODY_TYPES:
        return
    test = index.function_of(call)
    if (
        test is None
        or isinstance(test, ast.Lambda)
        or not clients.is_client(call.func, test)
        or _REFUSALS.search(source.segment(test))
    ):
        return
    if isinstance(given.get("json"), ast.Dict):
        yield SentBody(url.value, "json", source.span(call))
    if isinstance(given.get("data"), ast.Dict):
        yield SentBody(url.value, "form", source.span(call))


class _Clients:
    """What the names of a file are bound to, read once."""

    def __init__(self, index: FileIndex) -> None:
        self._index = index
        self._bound: dict[str, list[tuple[int, ast.expr]]] = {}  # name as written -> lines and values
        for statement in index.nodes(ast.Assign):
            for target in statement.targets:
                self._bind(target, statement.value)
        blocks: list[ast.With | ast.AsyncWith] = [*index.nodes(ast.With), *index.nodes(ast.AsyncWith)]
        for block in blocks:
            for item in block.items:
                if item.optional_vars is not None:
                    self._bind(item.optional_vars, item.context_expr)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        name = _written(target)
        if name:
            self._bound.setdefault(name, []).append((target.lineno, value))

    def is_client(self, method: Any, test: FunctionNode) -> bool:
        """The fixture ``client``, or a variable of the test or its class for ``app.test_client()``, or that itself."""
        if _is_made(method.value):
            return True
        name = _written(method.value)
        within: FunctionNode | ast.ClassDef | None = test
        if "." in name:
            within = self._index.class_of(test) if name.startswith("self.") else None
        if not name or name.count(".") > 1:
            return False
        first, last = (within.lineno, within.end_lineno or within.lineno) if within is not None else (0, 0)
        values = [value for line, value in self._bound.get(name, ()) if first <= line <= last]
        if not values:
            return name == "client" and any(a.arg == name for a in test.args.args)
        return all(_is_made(v) for v in values)


def _is_made(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "test_client"


def _written(node: ast.expr) -> str:
    """A name, or attributes of a name, as written; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(parts))) if isinstance(node, ast.Name) else ""
