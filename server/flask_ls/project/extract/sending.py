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
        or not _is_client(call.func, test)
        or _REFUSALS.search(source.segment(test))
    ):
        return
    if isinstance(given.get("json"), ast.Dict):
        yield SentBody(url.value, "json", source.span(call))
    if isinstance(given.get("data"), ast.Dict):
        yield SentBody(url.value, "form", source.span(call))


def _is_client(method: Any, test: FunctionNode) -> bool:
    """The fixture ``client``, or a variable of the test for ``app.test_client()``."""
    if not isinstance(method.value, ast.Name):
        return False
    name = method.value.id
    bound = [n for n in ast.walk(test) if isinstance(n, ast.Assign)]
    made: list[tuple[ast.expr | None, ast.expr]] = [(t, n.value) for n in bound for t in n.targets]
    made += [(n.optional_vars, n.context_expr) for n in ast.walk(test) if isinstance(n, ast.withitem)]
    values = [value for target, value in made if isinstance(target, ast.Name) and target.id == name]
    if not values:
        return name == "client" and any(a.arg == name for a in test.args.args)
    return all(
        isinstance(v, ast.Call) and isinstance(v.func, ast.Attribute) and v.func.attr == "test_client" for v in values
    )
