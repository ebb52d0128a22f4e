"""What an edit costs does not follow the size of the project: counted in calls and in files read, not in time."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest

from flask_ls.features.workspace import Workspace
from flask_ls.project import store
from flask_ls.project.checkpoint import no_checkpoint

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
EDITS = {
    "body": ("    return", "    typed = request.args.get('name')\n    return"),
    "import": ("from flask import", "from os import path as typed\nfrom flask import"),
    "function": ("\nbp = ", "\ndef typed():\n    return 1\n\n\nbp = "),
}


class Cost(NamedTuple):
    calls: int
    reads: int


def generated(folder: Path, files: int) -> Workspace:
    spec = spec_from_file_location("generate", BENCHMARKS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.generate(folder, files)
    workspace = Workspace([str(folder)], use_cache=False, defers=True)
    workspace.load()
    workspace.warm_up()
    return workspace


def cost_of_last(workspace: Workspace, path: str, texts: list[str], reads: list[str]) -> Cost:
    """What the last of these texts costs, the ones before being there already."""
    for text in texts[:-1]:
        workspace.set_text(path, text)
        workspace.snapshot().findings(path)
        if workspace.is_behind:
            workspace.settle(workspace.catch_up(no_checkpoint))
            workspace.snapshot().findings(path)
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    reads.clear()
    sys.setprofile(count)
    try:
        workspace.set_text(path, texts[-1])
        workspace.snapshot().findings(path)
    finally:
        sys.setprofile(None)
    return Cost(calls, len(reads))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    real = store.read_bytes

    def read_bytes(path: str) -> bytes:
        found.append(path)
        return real(path)

    monkeypatch.setattr(store, "read_bytes", read_bytes)
    return found


def test_an_edit_costs_the_same_in_a_large_project(tmp_path: Path, reads: list[str]) -> None:
    costs: dict[str, list[Cost]] = {kind: [] for kind in EDITS}
    for files in (15, 300):
        folder = tmp_path / str(files)
        folder.mkdir()
        workspace = generated(folder, files)
        path = str(folder / next(p.relative_to(tmp_path / "15") for p in (tmp_path / "15").rglob("views.py")))
        text = Path(path).read_text(encoding="utf-8")
        for kind, (old, new) in EDITS.items():
            edited = text.replace(old, new, 1)
            assert edited != text
            once_more = edited.replace("typed", "typed_on", 1)
            costs[kind].append(cost_of_last(workspace, path, [text, edited, once_more], reads))
    for kind, (small, large) in costs.items():
        assert large.calls <= 1.5 * small.calls, (kind, small, large)
        assert large.reads <= small.reads + 2, (kind, small, large)
