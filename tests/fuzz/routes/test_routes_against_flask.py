"""The static table equals what Flask builds, or says that it is not all there is."""

from __future__ import annotations

import importlib
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from flask_ls.project.interp.build import build_route_table
from flask_ls.project.interp.sources import WorkspaceSources
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.routes import RouteTable
from flask_ls.syntax.source import SourceFile

sys.path.insert(0, str(Path(__file__).parent))

from registration_programs import Program

# Thousands on demand: FLASK_LS_FUZZ=5000 pytest tests/fuzz/routes
COUNT = int(os.environ.get("FLASK_LS_FUZZ", "240"))
FIRST = int(os.environ.get("FLASK_LS_FUZZ_SEED", "0"))
CHUNK = 40

Row = tuple[str, str, frozenset[str]]


def static_table(package: str, program: Program) -> RouteTable:
    files = {f"/ws/{package}/{path}": text for path, text in program.files.items()}
    sources = WorkspaceSources(ModuleIndex(files, ["/ws"]), files.get, installed=installed)
    return build_route_table(sources, lambda p: SourceFile(files[p]) if p in files else None)


def installed(name: str) -> bool:
    return name in sys.stdlib_module_names or name == "flask"


def real_rows(folder: Path, package: str, program: Program) -> set[Row]:
    root = folder / package
    root.mkdir()
    for path, text in program.files.items():
        (root / path).write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        app = importlib.import_module(package).create_app()
    finally:
        sys.path.remove(str(folder))
        for name in [n for n in sys.modules if n.partition(".")[0] == package]:
            del sys.modules[name]
    return {(r.rule, r.endpoint, frozenset(r.methods or ()) - {"HEAD", "OPTIONS"}) for r in app.url_map.iter_rules()}


def judge(seed: int, folder: Path) -> str:
    """``equal`` or ``incomplete`` or ``refused`` (Flask raises); fails where the table is wrong."""
    program = Program(seed)
    package = f"fuzzed_{seed}"
    table = static_table(package, program)
    try:
        real = real_rows(folder, package, program)
    except (AssertionError, ValueError, TypeError):
        assert not any(a.exact and not clashes(table, a.name) for a in table.apps), (
            f"seed {seed}: exact, but Flask raises"
        )
        return "refused"
    assert len(table.apps) == 1, f"seed {seed}: {[a.name for a in table.apps]}"
    app = table.apps[0]
    rows = {(r.rule, r.endpoint, r.methods - {"HEAD", "OPTIONS"}): r for r in table.routes}
    sure = {key for key, route in rows.items() if not route.conditional}
    assert sure <= real, f"seed {seed}: not real: {sorted(map(str, sure - real))}"
    if app.complete:
        assert real <= rows.keys(), f"seed {seed}: complete, but missing: {sorted(map(str, real - rows.keys()))}"
    if app.exact:
        assert real == rows.keys(), f"seed {seed}: exact, but different"
        return "equal"
    return "incomplete"


def clashes(table: RouteTable, app: str) -> bool:
    return any(d.app == app for d in (*table.duplicate_endpoints, *table.duplicate_names))


@pytest.mark.parametrize("start", range(FIRST, FIRST + COUNT, CHUNK))
def test_tables_equal_what_flask_builds(start: int, tmp_path: Path) -> None:
    verdicts = Counter(judge(seed, tmp_path) for seed in range(start, min(start + CHUNK, FIRST + COUNT)))
    # Programs with an unknown condition are incomplete by right; most have none.
    assert verdicts["incomplete"] <= sum(verdicts.values()) * 0.6, verdicts
