"""One helper for all tests of the command line: a project in a folder, and a command run in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flask_ls.cli.main import run

APP = """from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return str(int(request.args.get("page", 1)))
"""
FIXED = APP.replace('int(request.args.get("page", 1))', 'request.args.get("page", default=1, type=int)')


class Result(NamedTuple):
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


class Project(NamedTuple):
    """A folder that is the current one, and the command line."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def write(self, name: str, text: str = APP) -> Path:
        """A file of the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def run(self, *arguments: str) -> Result:
        """``flask-ls`` with these arguments, in this process."""
        self.capture.readouterr()
        status = run(arguments)
        return Result(status, *self.capture.readouterr())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return Project(folder, capsys)


Runner = Callable[..., Result]
