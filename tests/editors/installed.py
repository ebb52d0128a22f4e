"""Where ``scripts/install-editors.sh`` puts the editors; a test whose editor is missing is skipped and says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

EDITORS = Path(os.environ.get("FLASK_LS_EDITORS") or Path.home() / ".cache" / "flask-ls-editors")


def require(path: Path | str | None) -> str:
    """The path of a program; skips the test when there is none."""
    if path is None or not Path(path).exists():
        pytest.skip("not installed: run scripts/install-editors.sh")
    return str(path)
