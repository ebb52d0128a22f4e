"""Which endpoints and templates a file names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FileIndex

_NAMING = frozenset({"url_for", "render_template", "stream_template"})
LINK_WORDS = _NAMING
"""A file that names none of these has no links."""


def links(index: FileIndex) -> frozenset[str]:
    """The texts that are given to ``url_for``, ``render_template`` and the like, under whatever name they are known."""
    local = {n for n, bindings in index.root.bindings.items() if any(b.attribute in _NAMING for b in bindings)}
    return frozenset(
        text
        for call in index.nodes(ast.Call)
        if (call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")) in local | _NAMING
        for text in _texts(call)
    )


def _texts(call: ast.Call) -> Iterator[str]:
    for given in (*call.args[:1], *(k.value for k in call.keywords if k.arg in ("endpoint", "template_name_or_list"))):
        for node in given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
