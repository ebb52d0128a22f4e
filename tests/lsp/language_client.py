"""A language client that shares no code with the server: JSON over the pipes of a real process."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TIMEOUT = 60.0
SERVER = [sys.executable, "-c", "from flask_ls.lsp.server import main; main()"]

Message = dict[str, Any]


class ResponseError(Exception):
    def __init__(self, error: Message) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]


class Client:
    """One conversation with one server process."""

    def __init__(
        self,
        capabilities: Message,
        *folders: Path,
        options: Message | None = None,
        settings: Any = None,
        command: list[str] | None = None,
        process_id: int | None = None,
        initialize: bool = True,
    ) -> None:
        self.settings = settings
        self.messages: list[Message] = []
        self.requests: list[Message] = []
        self.answers: dict[str, Callable[[Any], Any]] = {}
        self._replies: dict[int, queue.Queue[Message]] = {}
        self.reads = threading.Event()
        self.reads.set()
        self._number = 0
        self._arrived = threading.Condition()
        self._versions: dict[str, int] = {}
        self.process = subprocess.Popen(
            command or SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.stderr = b""
        self._threads = [threading.Thread(target=self._read, daemon=True), threading.Thread(target=self._drain)]
        self._threads[1].daemon = True
        for thread in self._threads:
            thread.start()
        if initialize:
            self.server = self.request(
                "initialize",
                {
                    "processId": process_id,
                    "rootUri": folders[0].as_uri() if folders else None,
                    "capabilities": capabilities,
                    "workspaceFolders": [{"uri": f.as_uri(), "name": f.name} for f in folders] or None,
                    "initializationOptions": options,
                },
            )
            self.capabilities = self.server["capabilities"]
            self.notify("initialized", {})

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *args: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(TIMEOUT)

    # Speaking

    def send(self, message: Message) -> None:
        self.send_bytes(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def send_bytes(self, body: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"method": method, "params": params})

    def start(self, method: str, params: Any = None) -> int:
        self._number += 1
        self._replies[self._number] = queue.Queue()
        self.send({"id": self._number, "method": method, "params": params})
        return self._number

    def finish(self, number: int, timeout: float = TIMEOUT) -> Any:
        message = self._reply(number, time.monotonic() + timeout)
        if "error" in message:
            raise ResponseError(message["error"])
        return message.get("result")

    def request(self, method: str, params: Any = None, timeout: float = TIMEOUT) -> Any:
        return self.finish(self.start(method, params), timeout)

    def _reply(self, number: int, end: float) -> Message:
        replies = self._replies[number]
        while replies.empty() and time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(queue.Empty):
                return replies.get(timeout=0.2)
        if replies.empty():
            raise TimeoutError(f"no answer; exit code {self.process.poll()}, {self.stderr!r}")
        return replies.get()

    # Documents

    def open(self, path: Path, text: str | None = None, language: str = "python") -> str:
        uri = path.as_uri()
        return self.open_uri(uri, path.read_text() if text is None else text, language)

    def open_uri(self, uri: str, text: str, language: str = "python") -> str:
        self._versions[uri] = 1
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def change(self, uri: str, *changes: Message | str) -> int:
        self._versions[uri] += 1
        identifier = {"uri": uri, "version": self._versions[uri]}
        edits = [{"text": c} if isinstance(c, str) else c for c in changes]
        self.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": edits})
        return self._versions[uri]

    def close(self, uri: str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    # Listening

    def wait_for(self, wanted: Callable[[Message], bool], after: int = 0, timeout: float = TIMEOUT) -> Message:
        """The first message from number ``after`` on that is wanted, whether it came already or comes yet."""
        end = time.monotonic() + timeout
        with self._arrived:
            while True:
                for message in self.messages[after:]:
                    if wanted(message):
                        return message
                after = max(after, len(self.messages))
                left = end - time.monotonic()
                if left <= 0 or not self._arrived.wait(left):
                    raise TimeoutError(f"nothing of the kind in {len(self.messages)} messages; {self.stderr!r}")

    def wait_for_diagnostics(self, uri: str, version: int | None = None, after: int = 0) -> list[Message]:
        def wanted(message: Message) -> bool:
            params = message.get("params") or {}
            return (
                message.get("method") == "textDocument/publishDiagnostics"
                and params["uri"] == uri
                and (version is None or params.get("version") == version)
            )

        return self.wait_for(wanted, after)["params"]["diagnostics"]

    def pull(self, uri: str, previous: str | None = None) -> Message:
        params: Message = {"textDocument": {"uri": uri}}
        if previous is not None:
            params["previousResultId"] = previous
        return self.request("textDocument/diagnostic", params)

    def of(self, method: str) -> list[Any]:
        with self._arrived:
            return [m.get("params") for m in self.messages if m.get("method") == method]

    def settle(self) -> None:
        """Wait until the server has answered something that comes after all that was sent."""
        self.request("workspace/symbol", {"query": "@/nothing"})

    def actions(self, uri: str, span: Message, only: list[str] | None = None, diagnostics: Any = ()) -> list[Message]:
        context: Message = {"diagnostics": list(diagnostics)}
        if only is not None:
            context["only"] = only
        params = {"textDocument": {"uri": uri}, "range": span, "context": context}
        return self.request("textDocument/codeAction", params) or []

    def hover(self, uri: str, line: int, character: int) -> str | None:
        position = {"line": line, "character": character}
        found = self.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": position})
        return found["contents"]["value"] if found else None

    # Leaving

    def leave(self) -> int:
        """Shut down as the protocol asks for; the exit code."""
        self.request("shutdown")
        self.notify("exit")
        return self.process.wait(TIMEOUT)

    # Threads

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while self.reads.wait() and (header := stream.readline()):
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                header = stream.readline()
            self._take(json.loads(stream.read(length)))

    def _take(self, message: Message) -> None:
        if "method" not in message:
            waiting = self._replies.get(message["id"])
            if waiting is not None:
                waiting.put(message)
                return
        elif "id" in message:
            self.requests.append(message)
            answer = self.answers.get(message["method"], self._answer)(message.get("params"))
            self.send({"id": message["id"], "result": answer() if callable(answer) else answer})
        with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()

    def _answer(self, params: Any) -> Any:
        if params is not None and "items" in params:
            return [self.settings for _ in params["items"]]
        return None

    def _drain(self) -> None:
        stream = self.process.stderr
        assert stream is not None
        while data := os.read(stream.fileno(), 65536):
            self.stderr += data
