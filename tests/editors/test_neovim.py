"""Neovim, headless, with the table ``lsp/flask_ls.lua``."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from boutique import FINDINGS, FIXED_ALONE, REPOSITORY, all_fixed, fixed
from installed import EDITORS, require

SCRIPT = REPOSITORY / "tests" / "editors" / "neovim.lua"
NEWEST = max(EDITORS.glob("neovim-*/bin/nvim"), default=None)


# 0.7 knows neither vim.lsp.config nor position encodings; 0.11 prefers UTF-8 and pulls diagnostics.
@pytest.mark.parametrize(
    ("program", "oldest", "encoding"),
    [
        pytest.param(shutil.which("nvim", path="/usr/bin"), "0.7", "utf-16", id="debian"),
        pytest.param(NEWEST, "0.11", "utf-8", id="newest"),
    ],
)
def test_session(
    program: Path | None, oldest: str, encoding: str, workspace: Path, run_session: Callable[..., dict[str, Any]]
) -> None:
    nvim = require(program)
    seen = run_session([nvim, "--clean", "--headless", "-n", "-c", f"luafile {SCRIPT}", "app.py"])

    assert seen["version"].startswith(f"{oldest}.")
    assert seen["encoding"] == encoding
    assert seen["root"] == str(workspace)
    assert {code: found["text"] for code, found in seen["diagnostics"].items()} == FINDINGS
    assert {found["source"] for found in seen["diagnostics"].values()} == {"flask-ls"}
    assert FIXED_ALONE in seen["hover"]
    assert seen["fixed"] == fixed()
    assert sorted(seen["left"]) == sorted(FINDINGS.keys() - {FIXED_ALONE})
    assert seen["all_fixed"] == all_fixed()
