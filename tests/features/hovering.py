"""Hovers of small projects: ``<|>`` in a file marks the cursor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import dedent

from flask_ls.features.check import check_texts
from flask_ls.features.hover import hover
from flask_ls.project.extract import extract
from flask_ls.project.index import FileIndex
from flask_ls.project.inference import Inference
from flask_ls.project.model import ProjectModel
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.routes import RouteTable
from flask_ls.rules.context import Unit
from flask_ls.rules.registry import vocabulary
from flask_ls.syntax.source import SourceFile

FOLDER = "/project"
CURSOR = "<|>"


class FixedRoutes(ProjectModel):
    """A model whose routes are given instead of computed."""

    table = RouteTable()

    @property
    def routes(self) -> RouteTable:
        return self.table


def unit_of(
    files: Mapping[str, str], path: str, table: RouteTable | None = None, templates: Iterable[str] = ()
) -> Unit:
    """A file of a project; ``table`` in the place of the routes that the project has."""
    sources = {f"{FOLDER}/{name}": SourceFile(text) for name, text in files.items()}
    modules = ModuleIndex(sources, [FOLDER])
    facts = []
    for name, source in sources.items():
        module = modules.by_path(name)
        assert module is not None
        facts.append(
            extract(source, name, module.name, is_package=module.is_package, vocabulary=vocabulary(), index=None)
        )
    model: ProjectModel = ProjectModel(facts, modules, {}, templates)
    if table is not None:
        model = FixedRoutes(facts, modules)
        model.table = table
    model.read = sources.get
    here = f"{FOLDER}/{path}"
    module = modules.by_path(here)
    assert module is not None
    index = FileIndex(sources[here].tree, module.name, is_package=module.is_package)
    return Unit(here, sources[here], index, model, Inference(index, model), read=sources.get)


def hover_of(files: Mapping[str, str] | str, *, findings: bool = False) -> str | None:
    """The hover at the cursor. ``files`` by path, or the text of ``app.py``."""
    named = {"app.py": files} if isinstance(files, str) else files
    texts = {name: dedent(text).lstrip("\n") for name, text in named.items()}
    path = next(name for name, text in texts.items() if CURSOR in text)
    offset = texts[path].index(CURSOR)
    texts[path] = texts[path].replace(CURSOR, "")
    unit = unit_of(texts, path)
    found = check_texts({f"{FOLDER}/{n}": t for n, t in texts.items()}, folder=FOLDER) if findings else []
    shown = hover(unit, [f for f in found if f.path == unit.path], offset)
    return shown.markdown if shown is not None else None
