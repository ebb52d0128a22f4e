"""A small project with one finding, for the tests that talk to a server process."""

from __future__ import annotations

from pathlib import Path

import pytest

APP = """\
from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return "é𝄞" + str(int(request.args.get("page", 1)))
"""
CLEAN = APP.replace('int(request.args.get("page", 1))', 'request.args.get("page", default=1, type=int)')


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "app.py").write_text(APP, encoding="utf-8", newline="")
    return folder
