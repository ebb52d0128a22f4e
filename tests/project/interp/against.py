"""The static table of a small project, and the table of the real one."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from flask_ls.project.interp.build import build_route_table
from flask_ls.project.interp.discover import Hints
from flask_ls.project.interp.sources import WorkspaceSources
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.routes import Route, RouteTable
from flask_ls.syntax.source import SourceFile

Row = tuple[str, str, frozenset[str]]


def table(
    files: Mapping[str, str],
    *,
    hints: Hints | None = None,
    version: tuple[int, int] = (3, 1),
    installed: bool | None = True,
    used: frozenset[str] = frozenset(),
    versions: Mapping[str, str] | None = None,
) -> RouteTable:
    """The static table of files by their path below the workspace folder."""
    texts = {f"/ws/{path}": dedent(text) for path, text in files.items()}
    sources = WorkspaceSources(
        ModuleIndex(texts, ["/ws"]),
        texts.get,
        installed=lambda name: installed,
        used=used.__contains__,
        version=(versions or {}).get,
    )
    return build_route_table(sources, lambda p: SourceFile(texts[p]) if p in texts else None, hints, version)


def rows(routes: tuple[Route, ...]) -> set[Row]:
    """What a table says, comparable with a URL map."""
    return {(r.rule, r.endpoint, r.methods - {"HEAD", "OPTIONS"}) for r in routes}


def real(files: Mapping[str, str], folder: Path, module: str, attribute: str = "app") -> set[Row]:
    """The URL map of the app that running the files gives. ``module`` must not be the name of an installed one."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text), encoding="utf-8")
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        app = getattr(importlib.import_module(module), attribute)
        if attribute.startswith("create"):
            app = app()
    finally:
        sys.path.remove(str(folder))
        tops = {path.partition("/")[0].removesuffix(".py") for path in files}
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in tops:
                del sys.modules[name]
    return {(r.rule, r.endpoint, frozenset(r.methods or ()) - {"HEAD", "OPTIONS"}) for r in app.url_map.iter_rules()}
