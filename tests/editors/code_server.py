"""VS Code, as code-server, with the packaged extension installed."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from boutique import REPOSITORY
from installed import EDITORS, require

HERE = REPOSITORY / "tests" / "editors" / "vscode"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ENTRY = max(EDITORS.glob("code-server-*/node_modules/code-server/out/node/entry.js"), default=None)

SETTINGS = {
    # The web build saves by itself; the tests compare files on disk and in the editor.
    "files.autoSave": "off",
    "security.workspace.trust.startupPrompt": "never",
    "security.workspace.trust.banner": "never",
    "telemetry.telemetryLevel": "off",
    "chat.disableAIFeatures": True,
    "chat.commandCenter.enabled": False,
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
    "workbench.enableExperiments": False,
    "update.mode": "none",
    "extensions.autoUpdate": False,
    "extensions.autoCheckUpdates": False,
}


def build_vsix(folder: Path) -> Path:
    """The extension as users install it: that of ``FLASK_LS_VSIX``, else packaged now. Skips without npm's packages."""
    if given := os.environ.get("FLASK_LS_VSIX"):
        return Path(given)
    if not (REPOSITORY / "node_modules" / "@vscode" / "vsce").exists():
        pytest.skip("the extension cannot be packaged: run npm ci")
    target = folder / "flask-language-server.vsix"
    subprocess.run(["npm", "run", "--silent", "package", "--", "--out", target], cwd=REPOSITORY, check=True)
    return target


def pack(extension: Path, folder: Path) -> Path:
    """An extension of the tests, as a .vsix."""
    target = folder / f"{extension.name}.vsix"
    options = ["--no-dependencies", "--allow-missing-repository", "--skip-license", "--out", target]
    vsce = REPOSITORY / "node_modules" / ".bin" / "vsce"
    subprocess.run([vsce, "package", *options], cwd=extension, check=True, capture_output=True)
    return target


class CodeServer:
    """One installation of VS Code with its own home, settings and extensions."""

    def __init__(self, home: Path) -> None:
        self.node = require(shutil.which("node"))
        self.entry = require(ENTRY)
        self.chromium = require(CHROMIUM)
        self.home = home
        self.path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        home.mkdir(parents=True)
        (home / "config.yaml").touch()
        self.configure({})

    def configure(self, settings: dict[str, Any]) -> None:
        """Settings of the user and of the machine; the latter have a file of their own where VS Code is served."""
        for folder in (self.home / "User", self.home / "Machine"):
            folder.mkdir(exist_ok=True)
            (folder / "settings.json").write_text(json.dumps({**SETTINGS, **settings}))

    def install(self, vsix: Path) -> None:
        """Install an extension."""
        command = [*self._command(), "--install-extension", vsix]
        subprocess.run(command, env=self._env(), check=True, capture_output=True)

    def _command(self) -> list[str]:
        folders = ["--user-data-dir", str(self.home), "--extensions-dir", str(self.home / "extensions")]
        return [self.node, self.entry, "--config", str(self.home / "config.yaml"), *folders]

    def _env(self, **variables: str) -> dict[str, str]:
        home = {"HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / "xdg"), "PATH": self.path}
        # As if started from a terminal: else VS Code takes the environment of a login shell instead of this one.
        home["VSCODE_CLI"] = "1"
        modules = {"NODE_PATH": str(REPOSITORY / "node_modules"), "CHROMIUM": self.chromium}
        return {**os.environ, **home, **modules, **variables}

    @contextmanager
    def serve(self, workspace: Path, *options: str, **variables: str) -> Iterator[str]:
        """Opens a workspace; the value is the address of the window."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        listen = ["--auth", "none", "--bind-addr", f"127.0.0.1:{port}", "--disable-telemetry", "--disable-update-check"]
        command = [*self._command(), *listen, "--disable-getting-started-override", *options, str(workspace)]
        env = self._env(**variables)
        with (self.home / "code-server.log").open("ab") as log:
            process = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", process)
            yield f"http://127.0.0.1:{port}/?folder={workspace}"
        finally:
            # It stops its extension hosts itself, which takes their servers with them.
            process.terminate()
            process.wait(timeout=30)

    def drive(self, workspace: Path, session: dict[str, Any], *options: str, **variables: str) -> dict[str, Any]:
        """Runs a session of the driver extension and returns what it saw."""
        out = self.home / "seen.json"
        out.unlink(missing_ok=True)
        told = {"SESSION": json.dumps(session), "SESSION_OUT": str(out)}
        with self.serve(workspace, *options, **told, **variables) as url:
            self.browse("open.js", url, str(out))
        seen: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        assert "problem" not in seen, f"{seen}\n{self.output()}"
        return seen

    def browse(self, script: str, *arguments: str) -> None:
        """Runs a script of the folder ``vscode`` that opens a browser."""
        command = [self.node, HERE / script, *arguments]
        run = subprocess.run(command, env=self._env(), capture_output=True, text=True, timeout=240, check=False)
        assert run.returncode == 0, f"{run.stdout}\n{run.stderr}\n{self.output()}"

    def output(self) -> str:
        """What our extension wrote to its output."""
        return "\n".join(log.read_text(errors="replace") for log in self.home.rglob("*Flask Language Server.log"))


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.05)
    raise AssertionError(f"code-server does not answer (exit code {process.poll()})")
