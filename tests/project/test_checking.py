"""The check of a whole workspace: the same findings whoever does the work."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from flask_ls.features import checking
from flask_ls.features.checking import check
from flask_ls.features.workspace import Workspace
from flask_ls.project import peer

APP = """from flask import Flask, request

app = Flask(__name__)


@app.get("/{n}")
def index{n}():
    return str(int(request.args.get("page", 1)))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project = tmp_path / "project"
    project.mkdir()
    for number in range(24):
        (project / f"app{number}.py").write_text(APP.replace("{n}", str(number)) + "# filler\n" * number)
    return project


def places(folder: Path, *, share: bool, use_cache: bool = False) -> list[tuple[str, str, int]]:
    workspace = Workspace([str(folder)], use_cache=use_cache)
    checked = check(workspace, share=share)
    return [(f.code, os.path.basename(f.path), f.span.start) for f in checked.findings]


forking = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="work is shared on Linux with two processors"
)


@forking
def test_two_processes_find_what_one_finds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = places(folder, share=False)
    assert len(alone) == 24
    monkeypatch.setattr(checking, "_WORTH_SHARING", 0)
    # Threads that other tests left waiting would forbid it.
    monkeypatch.setattr(checking, "can_fork", lambda: True)
    forks: list[object] = []
    monkeypatch.setattr(checking, "fork", lambda: forks.append(1) or peer.fork())
    assert places(folder, share=True) == alone
    assert forks == [1]
    for _ in range(2):
        assert places(folder, share=True, use_cache=True) == alone


@forking
@pytest.mark.parametrize("moment", ["_extract", "_findings", "_save"])
def test_the_loss_of_the_second_process_loses_no_finding(
    folder: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr(checking, "_WORTH_SHARING", 0)
    monkeypatch.setattr(checking, "can_fork", lambda: True)
    here = os.getpid()
    original = getattr(checking._Job, moment)

    def dies_elsewhere(job: object, *args: object, **keywords: object) -> object:
        if os.getpid() != here:
            os._exit(9)
        return original(job, *args, **keywords)

    monkeypatch.setattr(checking._Job, moment, dies_elsewhere)
    assert len(places(folder, share=True)) == 24


def test_only_what_is_wanted_is_checked(folder: Path) -> None:
    workspace = Workspace([str(folder)], use_cache=False)
    wanted = str(folder / "app3.py")
    checked = check(workspace, lambda path: path == wanted)
    assert [f.path for f in checked.findings] == [wanted]
    assert checked.files == 24


def test_without_flask_there_is_nothing_to_check(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\n")
    checked = check(Workspace([str(tmp_path)], use_cache=False))
    assert (checked.findings, checked.files, checked.snapshot.uses_flask) == ([], 1, False)


def test_everything_it_depends_on_is_named(folder: Path) -> None:
    (folder / ".gitignore").write_text("*.log\n")
    (folder / "Procfile").write_text("web: gunicorn app0:app\n")
    inputs = set(check(Workspace([str(folder)], use_cache=False)).inputs)
    names = ("", "app0.py", ".gitignore", "Procfile", "uv.lock")
    assert {str(folder / name) for name in names} <= inputs
