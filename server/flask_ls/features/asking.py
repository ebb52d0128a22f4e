"""What the questions of ``rules.ask`` are put to, outside of rules."""

from __future__ import annotations

from flask_ls.project.index import FileIndex
from flask_ls.project.inference import Inference
from flask_ls.rules.context import Context, Unit
from flask_ls.rules.registry import all_rules


def context(unit: Unit) -> Context:
    """A file as a rule sees it. The answers follow from the file, not from the rule."""
    return Context(unit, all_rules()[0])


def unit_beside(unit: Unit, path: str) -> Unit | None:
    """Another file of the same project; None when it is none or cannot be read. It is parsed for this."""
    if path == unit.path:
        return unit
    source, model = unit.read(path), unit.model
    module = model.index.by_path(path) if model.index is not None else None
    if source is None or module is None:
        return None
    index = FileIndex(source.tree, module.name, is_package=module.is_package)
    return Unit(path, source, index, model, Inference(index, model), flask=unit.flask, read=unit.read)
