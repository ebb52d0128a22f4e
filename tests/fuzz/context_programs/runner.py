"""Runs programs under the real Flask, each in a fork of one server, and tells where a context was missing.

As a script it is the server: one JSON line per program in, one JSON line with ``[[file, line], ...]`` out.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import subprocess
import sys
from types import TracebackType
from typing import Any

_MISSING = ("Working outside of", "Unable to build URLs", "can only be used", "There is no request in this context")


class Runner:
    """A server process that runs programs; use as a context manager."""

    def __enter__(self) -> Runner:
        self._server = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait()

    def crashes(self, files: dict[str, str], drive: list[str]) -> set[tuple[str, int]] | None:
        """The lines that raised for want of a context; None for a program that cannot run for another reason."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps([files, drive]) + "\n")
        self._server.stdin.flush()
        answer = json.loads(self._server.stdout.readline())
        if isinstance(answer, str) and "running event loop" in answer:
            return None  # a coroutine that leads to another one
        assert isinstance(answer, list), answer
        return {(file, line) for file, line in answer}


def _serve() -> None:
    for module in ("flask", "flask.testing", "click.testing", "concurrent.futures", "asyncio", "runpy"):
        __import__(module)
    for line in sys.stdin:
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read_end)
            _child(json.loads(line), write_end)
        os.close(write_end)
        with os.fdopen(read_end, encoding="utf-8") as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        print(answer or json.dumps("died"), flush=True)


def _child(program: list[Any], write_end: int) -> None:
    import shutil
    import signal
    import tempfile

    signal.alarm(30)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    folder = os.path.realpath(tempfile.mkdtemp(prefix="contexts-"))
    try:
        answer: Any = sorted(_run(folder, *program))
    except BaseException as error:
        answer = f"{type(error).__name__}: {error}"
    shutil.rmtree(folder, ignore_errors=True)
    os.write(write_end, json.dumps(answer).encode())
    os._exit(0)


def _run(folder: str, files: dict[str, str], drive: list[str]) -> set[tuple[str, int]]:
    import concurrent.futures
    import importlib
    import runpy
    import threading
    import time

    for name, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
            stream.write(text)
    os.chdir(folder)
    sys.path.insert(0, folder)
    found: set[tuple[str, int]] = set()
    clashes: list[str] = []

    def record(error: BaseException | None) -> None:
        if "running event loop" in str(error):
            clashes.append(str(error))
        if isinstance(error, RuntimeError) and any(part in str(error) for part in _MISSING):
            place = _place(error.__traceback__, folder)
            if place is not None:
                found.add(place)
        elif error is not None and not isinstance(error, SystemExit):
            raise AssertionError(f"{type(error).__name__}: {error}") from error

    threading.excepthook = lambda args: record(args.exc_value)
    original = concurrent.futures.Future.set_exception

    def set_exception(future: Any, error: BaseException | None) -> None:
        record(error)
        original(future, error)

    concurrent.futures.Future.set_exception = set_exception  # type: ignore[method-assign]
    names: dict[str, Any] = {"importlib": importlib, "runpy": runpy, "time": time, "os": os}
    names["wait"] = lambda: [t.join(2) for t in threading.enumerate() if t is not threading.current_thread()]
    try:
        names["M"] = main = importlib.import_module("main")
        app = getattr(main, "app", None)
    except BaseException as error:
        record(error)
        app = None
    if app is not None:
        app.testing = True
        client = app.test_client()
        names |= {"app": app, "client": client, "get": lambda path: client.get(path).get_data()}
        names["cli"] = lambda *args: app.test_cli_runner().invoke(args=list(args), catch_exceptions=False)

    def run(statement: str) -> None:
        try:
            exec(statement, names)
        except BaseException as error:
            record(error)

    for statement in drive:
        run(statement)
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(2)
    # Errors in threads do not come out of them.
    assert not clashes, clashes
    return found


def _place(traceback: TracebackType | None, folder: str) -> tuple[str, int] | None:
    """The innermost line of the program itself."""
    place = None
    while traceback is not None:
        path = os.path.join(folder, traceback.tb_frame.f_code.co_filename)
        if path.startswith(folder):
            place = (os.path.relpath(path, folder), _line(path, traceback))
        traceback = traceback.tb_next
    return place


def _line(path: str, traceback: TracebackType) -> int:
    """Where it went wrong. Before Python 3.11 a decorator that fails has the line of what it decorates."""
    line, function = traceback.tb_lineno, traceback.tb_frame.f_code.co_name
    if sys.version_info < (3, 11) and os.path.isfile(path):
        with open(path, encoding="utf-8") as stream:
            tree = ast.parse(stream.read())
        for node in ast.walk(tree):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or node.lineno != line:
                continue
            if node.name != function and len(node.decorator_list) == 1:
                return node.decorator_list[0].lineno
    return line


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        _serve()
