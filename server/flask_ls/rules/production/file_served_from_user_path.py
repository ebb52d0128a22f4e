"""A file whose path the client chooses is sent or opened.

Why: ``send_file`` and ``open`` take any path they are given. ``../`` in the query string, in a form value or in a
``<path:...>`` variable leads out of the folder: the client reads the configuration, the source, the database.

Instead: ``send_from_directory(folder, name)``, which answers 404 for a path outside the folder, or
``werkzeug.utils.safe_join``; for uploads ``secure_filename``.

Fix: ``send_from_directory`` with the folder and the rest of the path, for ``os.path.join`` and for f-strings. Safe: it
serves the same files, only none outside of the folder.

Quiet: When the value went through ``secure_filename``, ``safe_join``, ``int()`` or ``basename``, was tested before, or
is a plain ``<name>`` variable, which holds no slash; when a function makes the file or a table holds the path.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.rules.ask import values
from flask_ls.rules.ask.flow import tests_before
from flask_ls.rules.ask.request_data import path_sources
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK807",
    severity=Severity.WARNING,
    guide=("Production / static files through nginx",),
    triggers=frozenset({"send_file", "open"}),
    overlaps=("semgrep path-traversal-open", "Sonar S2083"),
    examples=(
        Bad(
            """
            import os

            from flask import Flask, request, send_file

            app = Flask(__name__)


            @app.get("/file")
            def download():
                return send_file(os.path.join(app.root_path, "files", request.args["name"]))
                #                                                     ^^^^^^^^^^^^^^^^^^^^ the client chooses
            """,
            fixed="""
            import os

            from flask import Flask, request, send_from_directory

            app = Flask(__name__)


            @app.get("/file")
            def download():
                return send_from_directory(os.path.join(app.root_path, "files"), request.args["name"])
            """,
            drive="assert client.get('/file?name=../app.py').status_code == 404",
            fails="AssertionError|FileNotFoundError",
        ),
        Bad(
            """
            from flask import Flask, send_file

            app = Flask(__name__)


            @app.get("/file/<path:name>")
            def download(name):
                return send_file(f"files/{name}")
                #                         ^^^^ the client chooses
            """,
            fixed="""
            from flask import Flask, send_from_directory

            app = Flask(__name__)


            @app.get("/file/<path:name>")
            def download(name):
                return send_from_directory("files", name)
            """,
            drive="assert client.get('/file/%2e%2e/app.py').status_code == 404",
            fails="AssertionError|FileNotFoundError",
        ),
        Good(
            """
            import io
            import os

            from flask import Flask, request, send_file, send_from_directory
            from werkzeug.utils import secure_filename

            app = Flask(__name__)


            @app.get("/a")
            def a():
                return send_from_directory("files", request.args["name"])


            @app.get("/b")
            def b():
                return send_file(os.path.join("files", secure_filename(request.args["name"])))


            @app.get("/c/<name>")
            def c(name):
                return send_file(f"files/{name}.txt")


            @app.get("/d")
            def d():
                return send_file(export(request.args["table"]), download_name="table.csv")


            @app.get("/e")
            def e():
                return send_file(FILES[request.args["name"]])


            FILES = {"terms": "files/terms.txt"}


            def export(table):
                return io.BytesIO(table.encode())
            """,
        ),
    ),
)

_OPENING = frozenset({"flask.send_file", "builtins.open", "io.open", "codecs.open"})
_JOINS = frozenset({"os.path.join", "posixpath.join"})


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """The path argument of ``send_file`` and ``open``."""
    opener = ctx.called(node)
    if opener not in _OPENING:
        return
    path = values.argument(node, 0, "path_or_file") or values.argument(node, 0, "file")
    if path is None or _is_stream(path, ctx):
        return
    chosen = next(path_sources(ctx, path, converters=frozenset({"path"})), None)
    if chosen is None or _is_tested(node, chosen, ctx):
        return
    verb = "sent" if opener == "flask.send_file" else "opened"
    yield ctx.finding(
        chosen,
        f"the client chooses which file is {verb}: ../ in this value leads out of the folder.",
        fixes=[_from_directory(node, path, chosen, ctx)] if opener == "flask.send_file" else [],
    )


def _is_stream(path: ast.expr, ctx: Context) -> bool:
    """Uploaded content and bytes are sent as they are; no path is chosen."""
    return any(
        isinstance(n, ast.Attribute) and ctx.name(n) in ("flask.request.files", "flask.request.stream")
        for n in ast.walk(path)
    ) or ctx.called(path) in ("io.BytesIO", "io.StringIO")


def _is_tested(node: ast.Call, chosen: ast.expr, ctx: Context) -> bool:
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {ctx.text(chosen)}
    for test, _ in tests_before(ctx, node):
        text = ctx.text(test)
        if any(n.id in names for n in ast.walk(test) if isinstance(n, ast.Name)) or ctx.text(chosen) in text:
            return True
    return False


def _folder_of(path: ast.expr, chosen: ast.expr, ctx: Context) -> str | None:
    """The source of the folder, where the path is that folder and then what the client chose."""
    if isinstance(path, ast.Call):
        if ctx.called(path) not in _JOINS or path.keywords or len(path.args) < 2 or path.args[-1] is not chosen:
            return None
        first = path.args[:-1]
        return ctx.text(first[0]) if len(first) == 1 else f"{ctx.text(path.func)}({', '.join(map(ctx.text, first))})"
    if not isinstance(path, ast.JoinedStr) or len(path.values) < 2:
        return None
    last = path.values[-1]
    written = re.fullmatch(
        rf"""f(?P<quote>["'])(?P<folder>.+)/\{{{re.escape(ctx.text(chosen))}\}}(?P=quote)""", ctx.text(path), re.DOTALL
    )
    if written is None or not isinstance(last, ast.FormattedValue) or last.value is not chosen:
        return None
    prefix = "f" if any(isinstance(v, ast.FormattedValue) for v in path.values[:-1]) else ""
    return f"{prefix}{written['quote']}{written['folder']}{written['quote']}"


def _from_directory(node: ast.Call, path: ast.expr, chosen: ast.expr, ctx: Context) -> Fix | None:
    folder = _folder_of(path, chosen, ctx)
    if folder is None:
        return None
    edit = ctx.edit()
    function = edit.import_name("flask", "send_from_directory", at=node)
    edit.replace(node.func, function).replace(path, f"{folder}, {ctx.text(chosen)}").remove_unused_import("send_file")
    return ctx.fix("Use send_from_directory()", edit, safe=True)
