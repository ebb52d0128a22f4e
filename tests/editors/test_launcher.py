"""The server inside the packaged extension, with every Python of this machine that it says it supports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

SUPPORTED = [f"3.{minor}" for minor in range(10, 15)]


@pytest.fixture(scope="module")
def launcher(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extension")
    with zipfile.ZipFile(vsix) as archive:
        archive.extractall(folder)
    return folder / "extension" / "vscode-client" / "launch.py"


def find_python(version: str) -> str:
    """A Python of that version on the PATH or among pyenv's; a pyenv shim may have none behind it."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    on_path = shutil.which(f"python{version}")
    for candidate in [*([on_path] if on_path else []), *pyenv.glob(f"versions/{version}.*/bin/python")]:
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return str(candidate)
    pytest.skip(f"no Python {version} on this machine")


@pytest.mark.parametrize("version", SUPPORTED)
def test_it_starts_and_stops(launcher: Path, version: str, workspace: Path) -> None:
    python = find_python(version)
    for module in ("jedi", "logging", "sitecustomize"):
        (workspace / f"{module}.py").write_text("open('ran', 'a').write(__name__)\n")
    messages = [
        {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        {"id": 2, "method": "shutdown"},
        {"method": "exit"},
    ]
    run = subprocess.run(
        [python, "-I", "-S", "-X", "utf8", launcher, "server"],
        input=b"".join(map(frame, messages)),
        cwd=workspace,
        env={**os.environ, "PYTHONPATH": str(workspace)},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0, run.stderr.decode()
    assert b'"name": "flask-ls"' in run.stdout.replace(b'":"', b'": "')
    assert b'"error"' not in run.stdout
    assert not (workspace / "ran").exists()
    assert not list(launcher.parent.parent.rglob("__pycache__"))


def frame(message: dict[str, object]) -> bytes:
    """A message as it is sent over standard input."""
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
