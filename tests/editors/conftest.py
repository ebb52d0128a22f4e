"""What the tests of all editors share."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from boutique import FINDINGS, FIXED_ALONE, PROJECT, REPOSITORY
from code_server import build_vsix


@pytest.fixture(scope="session")
def vsix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged extension."""
    return build_vsix(tmp_path_factory.mktemp("vsix"))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of the project that an editor may write to."""
    return Path(shutil.copytree(PROJECT, tmp_path / "boutique"))


@pytest.fixture
def run_session(tmp_path: Path, workspace: Path) -> Callable[..., dict[str, Any]]:
    """Runs an editor with a script that writes what it saw to ``SESSION_OUT``, and returns that."""

    def run(command: list[str], **variables: str) -> dict[str, Any]:
        out = tmp_path / "seen.json"
        session = {
            "server": [sys.executable, "-m", "flask_ls", "server"],
            "repository": str(REPOSITORY),
            "codes": sorted(FINDINGS),
            "fix": FIXED_ALONE,
        }
        home = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
        env = {**os.environ, **home, "SESSION": json.dumps(session), "SESSION_OUT": str(out), **variables}
        run = subprocess.run(command, cwd=workspace, env=env, capture_output=True, text=True, timeout=120, check=False)
        assert out.exists(), f"the editor wrote nothing; exit code {run.returncode}\n{run.stdout}\n{run.stderr}"
        seen: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        assert "problem" not in seen, f"{seen['problem']}\nseen: {seen}\n{run.stdout}\n{run.stderr}"
        return seen

    return run
