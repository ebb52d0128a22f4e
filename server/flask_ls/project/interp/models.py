"""Models of extensions (and of a module of the standard library that is best said in Python): what it does to routes.

They are Python files that the interpreter runs itself.

A model is a file of ``extensions/models/`` named after the import name of the package. It needs to hold only what
leads to routes; what it lacks is external. Its frames are no places of the workspace, so a route's site is the line of
the workspace that called into it.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask_ls.project.interp.extensions import ALIASES
from flask_ls.project.interp.values import MISSING, ModuleV, Value
from flask_ls.project.modules import Module
from flask_ls.syntax.parse import parse_module

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_FOLDER = Path(__file__).parent / "extensions" / "models"


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """The import names of modelled packages."""
    return frozenset(p.stem for p in _FOLDER.glob("*.py")) | frozenset(ALIASES)


@lru_cache(maxsize=64)
def tree(name: str) -> ast.Module:
    """The tree of a model."""
    return parse_module((_FOLDER / f"{name}.py").read_text(encoding="utf-8"))


def attribute(m: Machine, path: str) -> Value:
    """What a dotted name of a modelled package stands for; MISSING when the model does not say."""
    parts = path.split(".")
    top = ALIASES.get(parts[0], parts[0])
    model = load(m, top)
    if len(parts) == 1:
        return model
    value = model.names.get(parts[-1], MISSING)
    if value is not MISSING and not parts[-1].startswith("_"):
        return value
    return MISSING


def load(m: Machine, name: str) -> ModuleV:
    """The executed model of a package."""
    known = m.models.get(name)
    if known is not None:
        return known
    path = str(_FOLDER / f"{name}.py")
    made = ModuleV(Module(name, path, False, str(_FOLDER), name), is_model=True)
    m.models[name] = made
    m.run_model(made, tree(name))
    return made
