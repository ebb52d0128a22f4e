"""How the process starts, talks and ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from client_capabilities import ALL, NEOVIM_07, VSCODE
from language_client import SERVER, TIMEOUT, Client, ResponseError


@pytest.mark.parametrize("name", ALL)
def test_every_editor_starts_and_stops_it(name: str, project: Path) -> None:
    with Client(ALL[name], project) as client:
        assert client.server["serverInfo"]["name"] == "flask-ls"
        assert client.leave() == 0
        assert client.stderr == b""


@pytest.mark.parametrize("flags", [["--stdio"], ["--stdio", "--clientProcessId=1"], []])
def test_flags_that_clients_add_change_nothing(flags: list[str], project: Path) -> None:
    with Client(NEOVIM_07, project, command=[*SERVER, *flags]) as client:
        assert client.leave() == 0


@pytest.mark.parametrize(("name", "encoding"), [("Neovim 0.11", "utf-8"), ("VS Code", "utf-16"), ("eglot", "utf-16")])
def test_position_encoding(name: str, encoding: str, project: Path) -> None:
    with Client(ALL[name], project) as client:
        assert client.capabilities["positionEncoding"] == encoding


def test_utf_32_is_spoken_too(project: Path) -> None:
    with Client({**NEOVIM_07, "general": {"positionEncodings": ["utf-32"]}}, project) as client:
        uri = client.open(project / "app.py")
        (diagnostic,) = client.wait_for_diagnostics(uri)
        assert diagnostic["range"]["start"] == {"line": 7, "character": 22}


def test_exit_without_shutdown_is_an_error(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        client.notify("exit")
        assert client.process.wait(TIMEOUT) == 1


def test_it_ends_when_the_client_closes_its_input(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        assert client.process.stdin is not None
        client.process.stdin.close()
        client.process.wait(TIMEOUT)


def test_it_ends_when_nobody_reads_any_more(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        assert client.process.stdout is not None
        uri = client.open(project / "app.py")
        client.wait_for_diagnostics(uri)
        os.close(os.dup(client.process.stdout.fileno()))
        os.dup2(os.open(os.devnull, os.O_RDONLY), client.process.stdout.fileno())
        for _ in range(200):
            try:
                client.change(uri, (project / "app.py").read_text(encoding="utf-8"))
            except OSError:
                break
            time.sleep(0.05)
            if client.process.poll() is not None:
                break
        client.process.wait(TIMEOUT)


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_it_ends_when_the_process_of_the_client_ends(project: Path) -> None:
    editor = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with Client(NEOVIM_07, project, process_id=editor.pid) as client:
        client.settle()
        editor.send_signal(signal.SIGKILL)
        editor.wait(TIMEOUT)
        client.process.wait(TIMEOUT)


def test_a_process_that_cannot_be_seen_is_not_waited_for(project: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(TIMEOUT)
    with Client(NEOVIM_07, project, process_id=gone.pid) as client:
        client.settle()
        assert client.leave() == 0


def test_requests_before_initialize_are_refused(project: Path) -> None:
    with Client({}, initialize=False) as client:
        with pytest.raises(ResponseError) as refused:
            client.request("textDocument/hover", {})
        assert refused.value.code == -32002
        client.notify("textDocument/didOpen", {})
        client.request("initialize", {"processId": None, "rootUri": project.as_uri(), "capabilities": {}})
        with pytest.raises(ResponseError) as refused:
            client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        assert refused.value.code == -32600


def test_requests_after_shutdown_are_refused(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        client.request("shutdown")
        with pytest.raises(ResponseError) as refused:
            client.request("workspace/symbol", {"query": ""})
        assert refused.value.code == -32600
        client.notify("exit")
        assert client.process.wait(TIMEOUT) == 0


def test_messages_that_make_no_sense_cost_nothing(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        client.send_bytes(b"{")
        client.send_bytes(b"[]")
        client.send_bytes(b"\xff\xfe")
        client.send_bytes(json.dumps({"jsonrpc": "1.0", "id": 7}).encode())
        client.send({"id": 99, "result": "nobody asked"})
        client.notify("$/unknown", {"x": 1})
        client.notify("unknown/method")
        client.notify("textDocument/didChange", {"nonsense": True})
        for method, params in (("unknown/request", {}), ("textDocument/hover", {"nonsense": 1})):
            with pytest.raises(ResponseError):
                client.request(method, params)
        uri = client.open(project / "app.py")
        assert client.wait_for_diagnostics(uri)
        assert client.leave() == 0


def test_print_does_not_break_the_protocol(project: Path) -> None:
    chatty = "import os, subprocess, sys\nfrom flask_ls.lsp import server\n"
    chatty += "old = server.create_server\n"
    chatty += "def talk():\n    print('to stdout')\n    os.write(1, b'to 1')\n"
    chatty += (
        "    subprocess.run([sys.executable, '-c', 'print(input())'], stderr=subprocess.DEVNULL)\n    return old()\n"
    )
    chatty += "server.create_server = talk\nserver.main()\n"
    with Client(NEOVIM_07, project, command=[sys.executable, "-c", chatty]) as client:
        assert client.wait_for_diagnostics(client.open(project / "app.py"))
        assert client.leave() == 0
        assert b"to stdout" in client.stderr


def test_it_needs_no_folder_and_no_capabilities() -> None:
    with Client({}) as client:
        assert client.request("workspace/symbol", {"query": "@/"}) == []
        assert client.leave() == 0


def test_nothing_is_asked_of_a_client_that_cannot_answer(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        client.wait_for_diagnostics(client.open(project / "app.py"))
        client.settle()
        # It can show progress, and is asked to where the first scan takes long.
        assert {request["method"] for request in client.requests} <= {"window/workDoneProgress/create"}


def test_the_client_is_asked_to_watch_files_and_for_settings(project: Path) -> None:
    with Client(VSCODE, project) as client:
        client.pull(client.open(project / "app.py"))
        asked = {r["method"] for r in client.requests}
        assert {"workspace/configuration", "client/registerCapability"} <= asked
        registered = next(r for r in client.requests if r["method"] == "client/registerCapability")
        methods = {r["method"] for r in registered["params"]["registrations"]}
        assert methods == {"workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration"}


def test_running_it_by_hand_ends_with_the_input() -> None:
    done = subprocess.run(SERVER, input=b"", capture_output=True, timeout=TIMEOUT, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 1)
