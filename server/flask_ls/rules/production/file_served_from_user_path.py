"""A file whose path the client chooses is sent or opened.

Why: ``send_file`` and ``open`` take any path they are given. ``../`` in the query string, in a form value or in a
``<path:...>`` variable leads out of the folder: the client reads the configuration, the source, the database. The
folder that ``send_from_directory`` is given is taken as it is, too, and so is the ``filename`` of an upload.

Instead: ``send_from_directory(folder, name)``, which answers 404 for a path outside the folder, or
``werkzeug.utils.safe_join``; for uploads ``secure_filename``.

Fix: ``send_from_directory`` with the folder and the rest of the path, for ``os.path.join`` and for f-strings. Safe: it
serves the same files, only none outside of the folder. ``secure_filename`` for an upload is unsafe: names change.

Quiet: When the value went through ``secure_filename``, ``safe_join``, ``int()`` or ``basename``, was tested before, or
is a plain ``<name>`` variable, which holds no slash, in a folder; when a function makes the file or a table holds the
path; in debug mode only; behind literal text (``f"copy_{name}"``), where no part of the path is ``..``; and where
``send_from_directory()`` checks the same value as the file's name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.rules.ask import values
from flask_ls.rules.ask.path_checks import is_tested
from flask_ls.rules.ask.request_data import path_sources
from flask_ls.rules.ask.stage import is_off_production, stage_of_conditions
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK807",
    severity=Severity.WARNING,
    guide=("Production / static files through nginx",),
    triggers=frozenset({"send_file", "send_from_directory", "open", "Path", "save"}),
    overlaps=("semgrep path-traversal-open", "semgrep python.flask.security.secure-static-file-serve", "Sonar S2083"),
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
        Bad(
            """
            from pathlib import Path

            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/file")
            def download():
                name = request.args["name"]
                return (Path(app.root_path) / "files" / name).read_text()
                #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the client chooses which file is opened
            """,
            drive="client.get('/file?name=../app.py')",
            fails="FileNotFoundError",
        ),
        Bad(
            """
            from flask import Flask, send_file

            app = Flask(__name__)


            @app.get("/file/<name>")
            def download(name):
                return send_file(name)
                #                ^^^^ the client chooses which file is sent: any file beside the app
            """,
            drive="assert client.get('/file/app.py').status_code == 404",
            fails="AssertionError|FileNotFoundError",
        ),
        Bad(
            """
            import os

            from flask import Flask, abort, request, send_file

            app = Flask(__name__)


            @app.get("/")
            def download():
                path = os.path.join("files", request.args.get("name"))
                if not os.path.exists(path):
                    abort(404)
                return send_file(path)
                #                ^^^^ the client chooses which file is sent
            """,
        ),
        Bad(
            """
            import os

            from flask import Flask, request

            app = Flask(__name__)


            @app.post("/photo")
            def save():
                photo = request.files["photo"]
                photo.save(os.path.join(app.root_path, "photos", photo.filename))
                #                                                ^^^^^^^^^^^^^^ the client chooses which file is written
                return ""
            """,
            fixed="""
            import os

            from flask import Flask, request
            from werkzeug.utils import secure_filename

            app = Flask(__name__)


            @app.post("/photo")
            def save():
                photo = request.files["photo"]
                photo.save(os.path.join(app.root_path, "photos", secure_filename(photo.filename)))
                return ""
            """,
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

# What opens a path, and the keyword of the path.
_OPENING = {
    "flask.send_file": "path_or_file",
    "flask.send_from_directory": "directory",
    "builtins.open": "file",
    "io.open": "file",
    "codecs.open": "filename",
}
_PATH_METHODS = frozenset({"open", "read_text", "read_bytes", "write_text", "write_bytes"})
_SAME_PATH = frozenset({"joinpath", "resolve", "absolute", "expanduser", "with_suffix"})
_VERBS = {"flask.send_file": "sent", "flask.send_from_directory": "sent"}
_JOINS = frozenset({"os.path.join", "posixpath.join"})


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """The path that ``send_file``, ``open`` and methods of ``pathlib.Path`` are given."""
    opener = ctx.called(node)
    path = _path_opened(node, opener, ctx)
    if path is None or _is_stream(path, ctx):
        return
    chosen = next(path_sources(ctx, path, converters=frozenset({"path"})), None)
    what = _outside(opener)
    if chosen is None:
        chosen, what = _whole_path(path, ctx), _beside(opener)
    if chosen is None or is_tested(ctx, node, chosen) or _is_safe(node, opener, chosen, ctx):
        return
    is_here = any(n is chosen for n in ast.walk(path))
    yield ctx.finding(
        chosen if is_here else path,
        f"the client chooses which file is {_VERBS.get(opener or '', 'opened')}: {what}",
        related=[] if is_here else [ctx.related(chosen, "the client's value is read here")],
        fixes=[_from_directory(node, path, ctx)] if opener == "flask.send_file" else [],
    )


@rule.on(ast.Call)
def check_upload(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``upload.save(os.path.join(folder, upload.filename))``."""
    method, path = node.func, values.argument(node, 0, "dst")
    if not isinstance(method, ast.Attribute) or method.attr != "save" or path is None:
        return
    if not _is_upload(method.value, ctx):
        return
    chosen = next(path_sources(ctx, path, converters=frozenset({"path"})), None)
    if chosen is None or is_tested(ctx, node, chosen):
        return
    named = next((n for n in ast.walk(path) if isinstance(n, ast.Attribute) and n.attr == "filename"), None)
    edit = ctx.edit()
    if named is not None:
        edit.replace(named, f"{edit.import_name('werkzeug.utils', 'secure_filename', at=node)}({ctx.text(named)})")
    yield ctx.finding(
        named or path,
        "the client chooses which file is written: ../ in the upload's name leads out of the folder.",
        fixes=[ctx.fix("Clean the name with secure_filename()", edit, safe=False)] if named is not None else [],
    )


def _is_safe(node: ast.Call, opener: str | None, chosen: ast.expr, ctx: Context) -> bool:
    """Whether only debug mode comes there, or the same value is the file's name: that one may not lead out."""
    if is_off_production(stage_of_conditions(ctx, node)):
        return True
    name = values.argument(node, 1, "path") or values.argument(node, 1, "filename")
    return opener == "flask.send_from_directory" and name is not None and ctx.text(name) == ctx.text(chosen)


def _is_upload(node: ast.expr, ctx: Context) -> bool:
    """``request.files["photo"]``, ``request.files.get("photo")``, a name for one."""
    made = values.definition(ctx, node)
    read = made.value if isinstance(made, ast.Subscript) else made.func if isinstance(made, ast.Call) else None
    return ctx.name(read) in ("flask.request.files", "flask.request.files.get")


def _outside(opener: str | None) -> str:
    if opener == "flask.send_from_directory":
        return "this value is the folder itself."
    return "../ in this value leads out of the folder."


def _whole_path(path: ast.expr, ctx: Context) -> ast.expr | None:
    """The plain variable of the URL that the whole path is: no slash, but no folder either."""
    whole = values.definition(ctx, path)
    if ctx.called(whole) in ("builtins.str", "pathlib.Path") and isinstance(whole, ast.Call) and len(whole.args) == 1:
        whole = values.definition(ctx, whole.args[0])
    chosen = next(path_sources(ctx, whole, converters=frozenset({"string", "path"})), None)
    return chosen if chosen is whole and isinstance(chosen, ast.Name) else None


def _beside(opener: str | None) -> str:
    if opener == "flask.send_from_directory":
        return "this value is the folder itself."
    if opener == "flask.send_file":
        return "any file beside the app, its source too."
    return "any file of the folder in which the server runs."


def _path_opened(node: ast.Call, opener: str | None, ctx: Context) -> ast.expr | None:
    if opener in _OPENING:
        return values.argument(node, 0, _OPENING[opener])
    if isinstance(node.func, ast.Attribute) and node.func.attr in _PATH_METHODS and _is_pathlib(node.func.value, ctx):
        return node.func.value
    return None


def _is_pathlib(node: ast.expr, ctx: Context) -> bool:
    """``Path(...)``, ``Path(...) / name``, ``Path(...).parent``, a name for one."""
    node = values.definition(ctx, node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _is_pathlib(node.left, ctx)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SAME_PATH:
        return _is_pathlib(node.func.value, ctx)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        return _is_pathlib(node.value.value, ctx)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return _is_pathlib(node.value, ctx)
    return ctx.called(node) in ("pathlib.Path", "pathlib.Path.cwd", "pathlib.Path.home")


def _is_stream(path: ast.expr, ctx: Context) -> bool:
    """Uploaded content and bytes are sent as they are; no path is chosen."""
    return any(
        isinstance(n, ast.Attribute) and ctx.name(n) in ("flask.request.files", "flask.request.stream")
        for n in ast.walk(path)
    ) or ctx.called(path) in ("io.BytesIO", "io.StringIO")


def _is_chosen(node: ast.expr, ctx: Context) -> bool:
    return next(path_sources(ctx, node, converters=frozenset({"path"})), None) is not None


def _folder_and_name(path: ast.expr, ctx: Context) -> tuple[str, ast.expr] | None:
    """The source of the folder and the rest, where the path is a folder and then what the client chose."""
    if isinstance(path, ast.Call):
        if ctx.called(path) not in _JOINS or path.keywords or len(path.args) < 2:
            return None
        first, name = path.args[:-1], path.args[-1]
        if any(_is_chosen(part, ctx) for part in first) or not _is_chosen(name, ctx):
            return None
        folder = ctx.text(first[0]) if len(first) == 1 else f"{ctx.text(path.func)}({', '.join(map(ctx.text, first))})"
        return folder, name
    last = path.values[-1] if isinstance(path, ast.JoinedStr) and len(path.values) > 1 else None
    if not isinstance(path, ast.JoinedStr) or not isinstance(last, ast.FormattedValue):
        return None
    written = re.fullmatch(
        rf"""f(?P<quote>["'])(?P<folder>.+)/\{{{re.escape(ctx.text(last.value))}\}}(?P=quote)""",
        ctx.text(path),
        re.DOTALL,
    )
    inserted = [v.value for v in path.values[:-1] if isinstance(v, ast.FormattedValue)]
    if written is None or any(_is_chosen(v, ctx) for v in inserted) or not _is_chosen(last.value, ctx):
        return None
    return f"{'f' if inserted else ''}{written['quote']}{written['folder']}{written['quote']}", last.value


def _from_directory(node: ast.Call, path: ast.expr, ctx: Context) -> Fix | None:
    parts = _folder_and_name(path, ctx)
    if parts is None:
        return None
    folder, name = parts
    edit = ctx.edit()
    function = edit.import_name("flask", "send_from_directory", at=node)
    edit.replace(node.func, function).replace(path, f"{folder}, {ctx.text(name)}")
    if isinstance(node.func, ast.Name):
        edit.remove_unused_import(node.func.id)
    return ctx.fix("Use send_from_directory()", edit, safe=True)
