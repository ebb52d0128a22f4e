"""VS Code with the packaged extension, driven from inside its extension host."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from boutique import FINDINGS, FIXED_ALONE, all_fixed, fixed
from code_server import HERE, CodeServer, pack

SESSION = {"codes": sorted(FINDINGS), "fix": FIXED_ALONE}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, vsix: Path) -> CodeServer:
    folder = tmp_path_factory.mktemp("vscode")
    editor = CodeServer(folder / "home")
    editor.install(vsix)
    editor.install(pack(HERE / "driver", folder))
    return editor


@pytest.fixture
def vscode(installation: CodeServer) -> CodeServer:
    """VS Code without settings of its user."""
    installation.configure({})
    return installation


def test_findings_hover_fixes_and_commands(vscode: CodeServer, workspace: Path) -> None:
    steps = ["diagnostics", "hover", "quickFix", "fixAll", "restart", "crash", "documentation", "disable"]
    seen = vscode.drive(workspace, {**SESSION, "steps": steps}, "--disable-workspace-trust")

    assert {code: found["text"] for code, found in seen["diagnostics"].items()} == FINDINGS
    assert all(code in found["url"] for code, found in seen["diagnostics"].items())
    assert FIXED_ALONE in seen["hover"]
    assert sum(action["preferred"] for action in seen["actions"]) == 1
    assert seen["fixed"] == fixed()
    assert seen["allFixed"] == all_fixed()
    assert seen["restarted"] == {"before": 1, "after": 1}
    assert seen["recovered"]
    assert FIXED_ALONE in seen["documentation"]
    assert seen["configured"]
    assert {"flask-ls.restart", "flask-ls.showOutput", "flask-ls.showDocumentation"} <= set(seen["commands"])


@pytest.fixture
def trap(workspace: Path) -> Path:
    """An interpreter in the workspace, and modules there that the server imports; each says so in the file ``ran``."""
    ran = workspace / "ran"
    python = workspace / ".venv" / "bin" / "python3"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{ran}'\nexec '{sys.executable}' \"$@\"\n")
    python.chmod(0o755)
    for module in ("sitecustomize", "jedi", "logging"):
        (workspace / f"{module}.py").write_text(f"open({str(ran)!r}, 'a').write({module!r})\n")
    (workspace / ".vscode").mkdir()
    settings = {"flask-ls.interpreter": [str(python)]}
    (workspace / ".vscode" / "settings.json").write_text(json.dumps(settings))
    return python


def test_restricted_mode_runs_nothing_of_the_workspace(vscode: CodeServer, workspace: Path, trap: Path) -> None:
    path = f"{trap.parent}{os.pathsep}{vscode.path}"
    session = {**SESSION, "steps": ["diagnostics"]}
    seen = vscode.drive(workspace, session, PATH=path, PYTHONPATH=str(workspace))

    assert not seen["trusted"]
    assert {code: found["text"] for code, found in seen["diagnostics"].items()} == FINDINGS
    assert not (workspace / "ran").exists(), (workspace / "ran").read_text()


def test_a_trusted_workspace_names_the_interpreter_but_no_modules(
    vscode: CodeServer, workspace: Path, trap: Path
) -> None:
    session = {**SESSION, "steps": ["diagnostics"]}
    seen = vscode.drive(workspace, session, "--disable-workspace-trust", PYTHONPATH=str(workspace))

    assert {code: found["text"] for code, found in seen["diagnostics"].items()} == FINDINGS
    *probes, started = (workspace / "ran").read_text().splitlines()
    assert all(line.startswith(str(trap)) for line in [*probes, started])
    assert "launch.py server" in started


def test_an_old_python_gives_one_message_that_says_what_to_do(vscode: CodeServer, workspace: Path) -> None:
    old = workspace.parent / "old" / "python3"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho False 3.8.10\n")
    old.chmod(0o755)
    vscode.configure({"flask-ls.interpreter": [str(old)]})

    seen = vscode.drive(workspace, {**SESSION, "steps": ["activation"]}, "--disable-workspace-trust")

    assert seen["servers"] == 0
    assert "Python 3.10 or newer" in vscode.output()
    assert f"{old}: Python 3.8.10" in vscode.output()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param(
            {"flask-ls.path": [sys.executable, "-m", "flask_ls"]},
            "Starting the command of the setting flask-ls.path",
            id="path",
        ),
        pytest.param(
            {"flask-ls.interpreter": [sys.executable], "flask-ls.importStrategy": "fromEnvironment"},
            "Starting flask-language-server of Python",
            id="environment",
        ),
    ],
)
def test_another_server_than_the_bundled_one(
    vscode: CodeServer, workspace: Path, settings: dict[str, object], said: str
) -> None:
    vscode.configure(settings)

    seen = vscode.drive(workspace, {**SESSION, "steps": ["diagnostics"]}, "--disable-workspace-trust")

    assert {code: found["text"] for code, found in seen["diagnostics"].items()} == FINDINGS
    assert said in vscode.output()


@pytest.fixture
def vscode_with(vsix: Path, tmp_path: Path) -> Callable[[str], CodeServer]:
    def install(extension: str) -> CodeServer:
        editor = CodeServer(tmp_path / "home")
        for it in (vsix, pack(HERE / "driver", tmp_path), pack(HERE / extension, tmp_path)):
            editor.install(it)
        return editor

    return install


@pytest.mark.parametrize("extension", ["python", "vscode-python-envs"])
def test_the_python_selected_in_the_editor_runs_the_server(
    vscode_with: Callable[[str], CodeServer], extension: str, workspace: Path, tmp_path: Path
) -> None:
    editor = vscode_with(extension)
    pythons = [tmp_path / name / "bin" / "python3" for name in ("first", "second")]
    for python in pythons:
        python.parent.mkdir(parents=True)
        python.write_text(f"#!/bin/sh\nexec '{sys.executable}' \"$@\"\n")
        python.chmod(0o755)

    session = {**SESSION, "steps": ["selectPython"], "select": str(pythons[1])}
    editor.drive(workspace, session, "--disable-workspace-trust", SELECTED_PYTHON=str(pythons[0]))

    started = [line for line in editor.output().splitlines() if "Starting the bundled server" in line]
    assert len(started) == len(pythons)
    for line, python in zip(started, pythons, strict=True):
        assert f"from the Python extension: {python} -I -S" in line


def test_a_selected_python_of_the_workspace_is_not_run_where_there_is_another(
    vscode_with: Callable[[str], CodeServer], workspace: Path, trap: Path
) -> None:
    (workspace / ".vscode" / "settings.json").unlink()
    session = {**SESSION, "steps": ["diagnostics"]}
    vscode_with("python").drive(workspace, session, "--disable-workspace-trust", SELECTED_PYTHON=str(trap))

    assert not (workspace / "ran").exists(), (workspace / "ran").read_text()
