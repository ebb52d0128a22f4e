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
    return tuple(sent for call in calls for sent in _sent(call, source, index))


def _sent(call: ast.Call, source: SourceFile, index: FileIndex) -> Iterator[SentBody]:
    given = {k.arg: k.value for k in call.keywords}
    url = call.args[0] if call.args else None
    if not isinstance(url, ast.Constant) or not isinstance(url.value, str) or given.keys() & BODY_TYPES:
        return
    test = index.function_of(call)
    if (
        test is None
        or isinstance(test, ast.Lambda)
        or not _is_client(call.func, test, index)
        or _REFUSALS.search(source.segment(test))
    ):
        return
    if isinstance(given.get("json"), ast.Dict):
        yield SentBody(url.value, "json", source.span(call))
    if isinstance(given.get("data"), ast.Dict):
        yield SentBody(url.value, "form", source.span(call))


def _is_client(method: Any, test: FunctionNode, index: FileIndex) -> bool:
    """The fixture ``client``, or a variable of the test or of its class for ``app.test_client()``, or that itself."""
    if _is_made(method.value):
        return True
    if isinstance(method.value, ast.Attribute) and isinstance(method.value.value, ast.Name):
        cls = index.class_of(test)
        within: ast.AST = cls if cls is not None and method.value.value.id == "self" else ast.Pass()
    elif isinstance(method.value, ast.Name):
        within = test
    else:
        return False
    bound = [n for n in ast.walk(within) if isinstance(n, ast.Assign)]
    made: list[tuple[ast.expr | None, ast.expr]] = [(t, n.value) for n in bound for t in n.targets]
    made += [(n.optional_vars, n.context_expr) for n in ast.walk(within) if isinstance(n, ast.withitem)]
    values = [value for target, value in made if target is not None and _is_same(target, method.value)]
    if not values:
        name = method.value.id if isinstance(method.value, ast.Name) else ""
        return name == "client" and any(a.arg == name for a in test.args.args)
    return all(_is_made(v) for v in values)


def _is_made(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "test_client"


def _is_same(target: ast.expr, used: ast.expr) -> bool:
    """Whether both are the same name, or the same attribute of a name."""
    if isinstance(target, ast.Attribute) and isinstance(used, ast.Attribute):
        return target.attr == used.attr and _is_same(target.value, used.value)
    return isinstance(target, ast.Name) and isinstance(used, ast.Name) and target.id == used.id
