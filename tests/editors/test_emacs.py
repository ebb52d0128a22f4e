"""Emacs in batch mode, with eglot: no position encodings but UTF-16, no pulled diagnostics, no client information."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from boutique import FINDINGS, FIXED_ALONE, REPOSITORY, all_fixed, fixed
from installed import require

SCRIPT = REPOSITORY / "tests" / "editors" / "eglot.el"


def test_session(workspace: Path, run_session: Callable[..., dict[str, Any]]) -> None:
    emacs = require(shutil.which("emacs"))
    if not any(Path("/usr/share/emacs/site-lisp/elpa").glob("eglot-*")):
        pytest.skip("eglot is not installed: run scripts/install-editors.sh")
    seen = run_session([emacs, "-Q", "--batch", "-l", str(SCRIPT)], LC_ALL="C.UTF-8")

    assert seen["diagnostics"] == FINDINGS
    assert FIXED_ALONE in seen["hover"]
    assert seen["fixed"] == fixed()
    assert seen["all_fixed"] == all_fixed()
