"""What an editor waits for: a real server process, spoken to over its pipes. Used by ``run.py``.

    python benchmarks/server.py FOLDER [--json] [--open 20]

A keystroke's time is that from its ``didChange`` to the diagnostics of that version, the pause of 50 ms included that
the server makes while somebody types. The edited function starts a thread with one function or with another, which
lacks its context then: the time of such an edit ends when the diagnostics say so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from edits import kinds

from flask_ls.features.workspace import Workspace

SERVER = [sys.executable, "-c", "from flask_ls.lsp.server import main; main()"]
TIMEOUT = 120
IDLE_SECONDS = 2
LACKING = """

import threading
from flask import current_app

def typed_with():
    return current_app.name

def typed_without():
    return 1

def typed_start():
    threading.Thread(target=typed_without).start()
"""
CALLS = "calls of a function, to the context findings"
BEFORE, AFTER = "target=typed_without", "target=typed_with"


class Server:
    """One server and what it said."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._said: list[tuple[float, dict[str, Any]]] = []
        self._news = threading.Condition()
        self._number = 0
        self._versions: dict[str, int] = {}
        threading.Thread(target=self._listen, daemon=True).start()
        uri = folder.as_uri()
        self.ask("initialize", {"rootUri": uri, "capabilities": {}, "workspaceFolders": [{"uri": uri, "name": "x"}]})
        self.tell("initialized", {})

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while line := stream.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
                while stream.readline().strip():
                    pass
                message = json.loads(stream.read(length))
                with self._news:
                    self._said.append((time.perf_counter(), message))
                    self._news.notify_all()

    def _send(self, message: dict[str, Any]) -> float:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        begin = time.perf_counter()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()
        return begin

    def tell(self, method: str, params: Any) -> float:
        """Send a notification; when."""
        return self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> float:
        """Send a request and wait for its answer; how many milliseconds it took."""
        self._number += 1
        begin = self._send({"id": self._number, "method": method, "params": params})
        return (self._wait(lambda m: m.get("id") == self._number and "method" not in m) - begin) * 1000

    def _wait(self, wanted: Any) -> float:
        end, seen = time.monotonic() + TIMEOUT, 0
        with self._news:
            while True:
                for when, message in self._said[seen:]:
                    if wanted(message):
                        self._said.clear()
                        return float(when)
                seen = len(self._said)
                if not self._news.wait(end - time.monotonic()):
                    raise SystemExit("the server does not answer")

    def open(self, path: str, text: str) -> None:
        """Open a file and wait for its diagnostics."""
        uri = Path(path).as_uri()
        self._versions[uri] = 1
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        self._wait(lambda m: self._published(m, uri))

    def change(self, path: str, text: str, code: str | None = None, *, is_there: bool = True) -> float:
        """Milliseconds until the diagnostics of this text, and until they hold a code (or do not)."""
        uri = Path(path).as_uri()
        self._versions[uri] += 1
        identifier = {"uri": uri, "version": self._versions[uri]}
        begin = self.tell("textDocument/didChange", {"textDocument": identifier, "contentChanges": [{"text": text}]})

        def wanted(message: dict[str, Any]) -> bool:
            if not self._published(message, uri):
                return False
            found = {d["code"] for d in message["params"]["diagnostics"]}
            return code is None or (code in found) == is_there

        return (self._wait(wanted) - begin) * 1000

    def _published(self, message: dict[str, Any], uri: str) -> bool:
        params = message.get("params") or {}
        is_it = message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri
        return is_it and params.get("version") == self._versions[uri]

    @property
    def cpu(self) -> float:
        """Seconds that the process has used so far (Linux)."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    @property
    def memory(self) -> float:
        """MiB that the process holds now (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def row(times: list[float], cpu: float) -> dict[str, float]:
    """Median and 95th percentile in milliseconds, and the CPU time of each."""
    ordered = sorted(times)
    return {
        "median": statistics.median(ordered),
        "p95": ordered[int(len(ordered) * 0.95)],
        "cpu": cpu * 1000 / len(ordered),
    }


def measure(folder: Path, files: int) -> dict[str, Any]:
    """Everything that is measured of one workspace, with so many files open."""
    workspace = Workspace([str(folder)])
    workspace.load()
    edits = {edit.kind: edit for edit in kinds(workspace)}
    others = [p for p in workspace.snapshot().paths() if p.endswith(".py")][:files]
    server = Server(folder)
    found: dict[str, Any] = {}
    edit = edits["body of a function"]
    text = Path(edit.path).read_text(encoding="utf-8") + LACKING
    for path in others:
        if path != edit.path:
            server.open(path, Path(path).read_text(encoding="utf-8"))
    server.open(edit.path, text)
    server.change(edit.path, text.replace(BEFORE, AFTER), "FLK104")
    server.change(edit.path, text, "FLK104", is_there=False)

    def timed(name: str, times: list[float], begin: float) -> None:
        found[name] = row(times, server.cpu - begin)

    begin, times = server.cpu, []
    for number in range(20):
        there = number % 2 == 0
        changed = text.replace(BEFORE, AFTER) if there else text
        times.append(server.change(edit.path, changed, "FLK104", is_there=there))
        time.sleep(0.05)
    timed(CALLS, times, begin)
    for kind in ("body of a function", "an import", "a constant of a module"):
        begin, times = server.cpu, []
        for each in edits[kind].texts():
            times.append(server.change(edit.path, each + LACKING))
            time.sleep(0.05)
        timed(f"keystroke, {kind}", times, begin)
        server.change(edit.path, text)
        time.sleep(1)
    place = {"textDocument": {"uri": Path(edit.path).as_uri()}}
    lines = text.splitlines()
    positions = [{"line": n, "character": len(line) // 2} for n, line in enumerate(lines) if line.strip()][:100]
    for method in ("hover", "definition"):
        begin = server.cpu
        timed(method, [server.ask(f"textDocument/{method}", {**place, "position": p}) for p in positions], begin)
    time.sleep(1)
    begin = server.cpu
    time.sleep(IDLE_SECONDS)
    found["idle"] = (server.cpu - begin) / IDLE_SECONDS
    found["memory"] = server.memory
    server.stop()
    return found


def main() -> None:
    """Measure one workspace and print it."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--open", type=int, default=20, help="how many files are open")
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    found = measure(options.folder.resolve(), options.open)
    if options.json:
        print(json.dumps(found))
        return
    print(f"{options.folder}: {found['memory']:.0f} MiB, idle {found['idle']:.0%} CPU")
    for what, values in found.items():
        if isinstance(values, dict):
            print(
                f"  {what:<46} median {values['median']:6.1f} ms, p95 {values['p95']:6.1f}; CPU {values['cpu']:6.1f} ms"
            )


if __name__ == "__main__":
    main()
