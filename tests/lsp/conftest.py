"""A small project with one finding, for the tests that talk to a server process."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_app import APP


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "app.py").write_text(APP, encoding="utf-8", newline="")
    return folder
