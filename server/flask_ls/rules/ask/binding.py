"""Whether a module of the project has a name."""

from __future__ import annotations

import ast
from collections.abc import Callable

from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.syntax.source import SourceFile

_BINDERS = frozenset({"globals", "locals", "vars", "exec", "setattr"})


def may_have(model: ProjectModel, facts: FileFacts, name: str, read: Callable[[str], SourceFile | None]) -> bool:
    """Whether the module binds the name or has such a submodule, or may do so in a way that cannot be read.

    ``read`` gives the text of a file.
    """
    return _may_have(model, facts, name, read, set())


def _may_have(
    model: ProjectModel, facts: FileFacts, name: str, read: Callable[[str], SourceFile | None], seen: set[str]
) -> bool:
    if name in facts.exports or "__getattr__" in facts.exports or facts.is_broken:
        return True
    if _has_submodule(model, facts, name) or _binds_unseen(read(facts.path)):
        return True
    seen.add(facts.module)
    for star in facts.stars:
        source = model.modules.get(model.names.imported(facts.module, star))
        if source is None or (source.module not in seen and _may_have(model, source, name, read, seen)):
            return True
    return False


def _has_submodule(model: ProjectModel, facts: FileFacts, name: str) -> bool:
    module = model.index.by_path(facts.path) if model.index is not None else None
    # By folder as well: a package whose name another file has goes by another one here.
    is_there = module is not None and model.index is not None and model.index.submodule(module, name) is not None
    return is_there or f"{facts.module}.{name}" in model.modules


def _binds_unseen(source: SourceFile | None) -> bool:
    """Whether the module may bind names by their text: ``globals()["app"] = ...``, ``exec(...)``."""
    return source is None or any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in _BINDERS
        for n in ast.walk(source.tree)
    )
