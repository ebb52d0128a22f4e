"""Runs small programs under the real Flask, each in a process of its own, and records everything that fails.

As a script it is the server: one JSON line per program on standard input, one JSON line with the failures on standard
output. A program is a fork of the server, which has imported Flask already.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class FlaskRunner:
    """A server process that runs programs; use as a context manager."""

    def __enter__(self) -> FlaskRunner:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("FLASK_", "WERKZEUG_"))}
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", "SECRET_KEY": "5c8e1f27b1d34b6b8b4b2f5a0f8d9c17"}
        environment |= {"SQLALCHEMY_DATABASE_URI": "sqlite://"}
        self._server = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait()

    def failures(self, files: dict[str, str], drive: str) -> list[str]:
        """What failed, as ``Type: message``, when the first file was imported as ``app`` and ``drive`` was run."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps({"files": files, "drive": drive}) + "\n")
        self._server.stdin.flush()
        return list(json.loads(self._server.stdout.readline()))


def serve() -> None:
    # Imported once here, so that each fork has them already.
    for module in ("flask", "concurrent.futures", "logging", "threading", "flask_sqlalchemy", "flask_login"):
        with contextlib.suppress(ImportError):
            __import__(module)
    for line in sys.stdin:
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read_end)
            _run_child(json.loads(line), write_end)
        os.close(write_end)
        with os.fdopen(read_end, encoding="utf-8") as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        print(answer or json.dumps(["Died: the program crashed or took too long"]), flush=True)


def _run_child(program: dict[str, Any], write_end: int) -> None:
    import shutil
    import signal
    import tempfile

    signal.alarm(60)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    folder = tempfile.mkdtemp(prefix="flask-example-")
    failures: list[str] = []
    try:
        _Program(Path(folder), failures).run(program["files"], program["drive"])
    except BaseException as error:
        failures.append(f"Runner{type(error).__name__}: {error}")
    shutil.rmtree(folder, ignore_errors=True)
    os.write(write_end, json.dumps(failures).encode())
    os._exit(0)


class _Program:
    def __init__(self, folder: Path, failures: list[str]) -> None:
        self._folder = folder
        self._failures = failures
        self._main = ""

    def run(self, files: dict[str, str], drive: str) -> None:
        for name, text in files.items():
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        os.chdir(self._folder)
        sys.path.insert(0, str(self._folder))
        self._main = next(iter(files))
        self._watch()
        names: dict[str, Any] = {"served": self._served, "failed": self._failures}
        if self._main.endswith(".py") and not self._import(names):
            return
        try:
            exec(compile(drive, "<drive>", "exec"), names)
        except BaseException as error:
            self._record(error)
        self._wait()

    def _import(self, names: dict[str, Any]) -> bool:
        import importlib

        import flask

        module_name = self._main.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        try:
            module = importlib.import_module(module_name)
        except BaseException as error:
            self._record(error)
            return False
        names.update({k: v for k, v in vars(module).items() if not k.startswith("__")}, app_module=module)
        app = next((v for v in vars(module).values() if isinstance(v, flask.Flask)), None)
        create_app = getattr(module, "create_app", None)
        if app is None and create_app is not None:
            try:
                app = create_app()
            except BaseException as error:
                self._record(error)
        if app is not None:
            names["app"] = app
            names["client"] = _client(app, self._record)
        return True

    def _record(self, error: BaseException | None) -> None:
        if error is None:
            return
        for inner in getattr(error, "exceptions", ()):
            self._record(inner)
        text = f"{type(error).__name__}: {error}"
        if text not in self._failures:
            self._failures.append(text)

    def _watch(self) -> None:
        """Record what fails in views, threads, futures and whatever logs an exception; and warnings."""
        import concurrent.futures
        import logging
        import threading
        import warnings

        from flask.signals import got_request_exception

        record = self._record
        self._on_view = lambda sender, exception, **extra: record(exception)
        got_request_exception.connect(self._on_view)
        threading.excepthook = lambda args: record(args.exc_value)
        original = concurrent.futures.Future.set_exception

        def set_exception(future: Any, error: BaseException | None) -> None:
            record(error)
            original(future, error)

        concurrent.futures.Future.set_exception = set_exception  # type: ignore[method-assign]

        class Handler(logging.Handler):
            def emit(self, entry: logging.LogRecord) -> None:
                if entry.exc_info:
                    record(entry.exc_info[1])

        logging.getLogger().addHandler(Handler())
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *_, **__: record(message if isinstance(message, Warning) else None)

    def _served(self) -> dict[str, Any]:
        """Run the program as a script with Werkzeug's server replaced: the arguments it would have served with."""
        import runpy

        import werkzeug.serving

        got: dict[str, Any] = {}

        def run_simple(hostname: str, port: int, application: Any, **options: Any) -> None:
            got.update(options, hostname=hostname, port=port, application=application)

        werkzeug.serving.run_simple = run_simple
        runpy.run_path(str(self._folder / self._main), run_name="__main__")
        return got

    def _wait(self) -> None:
        import threading
        import time

        end = time.monotonic() + 5
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join(max(0.05, end - time.monotonic()))
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                thread.join(0.2)


def _client(app: Any, record: Any) -> Any:
    """A test client whose responses are read to the end, so that a stream fails here and not unseen."""
    client = app.test_client()
    opened = client.open

    def open_and_read(*args: Any, **options: Any) -> Any:
        response = opened(*args, **options)
        try:
            response.get_data()
        except Exception as error:
            record(error)
        return response

    client.open = open_and_read
    return client


if __name__ == "__main__":
    serve()
