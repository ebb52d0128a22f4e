"""A deployment file starts Flask's development server.

Why: ``flask run`` and ``app.run()`` start Werkzeug's development server, which is made for one developer: it is neither
fast, nor stable under load, nor hardened against attackers, and says so in the log.

Instead: a WSGI server: ``gunicorn "shop:create_app()"`` or ``waitress-serve --call shop:create_app``.

Fix: Starts gunicorn with the only application or factory of the project, at the same host and port; unsafe, as gunicorn
must be installed and workers are processes.

Quiet: For other ``flask`` commands (``flask db upgrade``), for files, folders and scripts named for development or
tests (``.devcontainer/``, ``Procfile.windows``), with ``--debug`` or FLASK_DEBUG=1, in a branch of a shell script that
only development takes (``dev)``, ``if [ "$ENV" = development ]``), and for scripts that start another server.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from types import NoneType
from typing import NamedTuple

from flask_ls.project.deploy import Command, DeploymentFile, Invocation, invocations
from flask_ls.project.deploy.kinds import is_development_path
from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS, FileIndex
from flask_ls.project.inference import Inference
from flask_ls.project.site import Site
from flask_ls.rules.ask.command_text import written
from flask_ls.rules.ask.project import factories, module_apps
from flask_ls.rules.ask.stage import is_in_development_folder
from flask_ls.rules.deployment import DeploymentContext
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
from flask_ls.rules.rule import Rule

# Options of `flask` itself that take a value (flask --help).
_WITH_VALUE = frozenset({"-A", "--app", "-e", "--env-file"})
_OPTIONS = {
    "--host": "host",
    "-h": "host",
    "--port": "port",
    "-p": "port",
    "--app": "app",
    "-A": "app",
}
_WITHOUT_MEANING = frozenset({"run", "--no-debugger", "--no-reload", "--no-debug", "--with-threads"})
_MESSAGE = "this starts the development server: use a WSGI server such as gunicorn."
_SCRIPT_NAMES = ("entrypoint", "start", "deploy", "prod", "boot", "launch", "serve", "docker", "run")

rule = Rule(
    __name__,
    code="FLK801",
    severity=Severity.WARNING,
    guide=("Production / flask run is a development server",),
    triggers=frozenset(),
    error_text="WARNING: This is a development server. Do not use it in a production deployment.",
    examples=(
        Bad(
            """
            === Procfile
            web: flask run --host=0.0.0.0 --port=$PORT
            #    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the development server
            === app.py
            from flask import Flask

            app = Flask(__name__)
            """,
            fixed="""
            === Procfile
            web: gunicorn -b 0.0.0.0:$PORT app:app
            === app.py
            from flask import Flask

            app = Flask(__name__)
            """,
        ),
        Bad(
            """
            === Dockerfile
            FROM python:3.13
            CMD ["flask", "--app", "shop", "run", "-h", "0.0.0.0"]
            #    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the development server
            === shop/__init__.py
            from flask import Flask


            def create_app():
                return Flask(__name__)
            """,
            fixed="""
            === Dockerfile
            FROM python:3.13
            CMD ["gunicorn", "-b", "0.0.0.0:5000", "shop:create_app()"]
            === shop/__init__.py
            from flask import Flask


            def create_app():
                return Flask(__name__)
            """,
        ),
        Bad(
            """
            === Procfile
            web: python app.py
            #    ^^^^^^^^^^^^^ the development server
            === app.py
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(host="0.0.0.0")
            """,
            fixed="""
            === Procfile
            web: gunicorn app:app
            === app.py
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(host="0.0.0.0")
            """,
        ),
        Bad(
            """
            === Dockerfile
            FROM python:3.13
            CMD ["python", "app.py"]
            #    ^^^^^^^^^^^^^^^^^^ the development server
            === app.py
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(host="0.0.0.0", port=8080)
            """,
            fixed="""
            === Dockerfile
            FROM python:3.13
            CMD ["gunicorn", "-b", "0.0.0.0:8080", "app:app"]
            === app.py
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(host="0.0.0.0", port=8080)
            """,
        ),
        Good(
            """
            === Procfile
            release: flask db upgrade
            web: gunicorn app:app
            === app.py
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run()
            """,
        ),
    ),
)


# gunicorn does not run on Windows, and no platform takes such a file: it is for a developer's machine.
_OF_DESKTOPS = (".windows", ".win", ".mac", ".macos")


@rule.on_deployment
def check(document: DeploymentFile, ctx: DeploymentContext) -> Iterator[Finding]:
    """Commands that serve the application."""
    if document.is_development or document.kind in ("dotenv", "workflow", "makefile"):
        return
    name = posixpath.basename(document.path.replace("\\", "/")).lower()
    if document.kind == "procfile" and name.endswith(_OF_DESKTOPS):
        return
    if document.kind == "shell" and not any(part in name for part in _SCRIPT_NAMES):
        return
    found = list(_served(document, ctx))
    if found and not is_in_development_folder(document, ctx):
        yield from found


def _served(document: DeploymentFile, ctx: DeploymentContext) -> Iterator[Finding]:
    for command in document.commands:
        if command.role != "run" or command.is_development or _is_for_development(command, document):
            continue
        for invocation in invocations(command):
            if invocation.script is not None and is_development_path(invocation.script.text):
                continue
            if _runs_flask(invocation):
                fix = _with_gunicorn(invocation, _address(invocation), ctx)
                yield ctx.finding(invocation.span, _MESSAGE, fixes=[fix])
            elif (run := _run_call(invocation, document, ctx)) is not None:
                # The platform that reads a Procfile says the port, which gunicorn takes from the environment.
                address = [] if document.kind == "procfile" else _address_of(run.call)
                fix = _with_gunicorn(invocation, address, ctx) if not invocation.arguments else None
                related = [Related(run.site, "app.run() is called here")]
                yield ctx.finding(invocation.span, _MESSAGE, related=related, fixes=[fix])


def _is_for_development(command: Command, document: DeploymentFile) -> bool:
    variables = [*command.variables, *(v for v in document.variables if v.owner in ("", command.owner))]
    if any(v.name == "FLASK_DEBUG" and v.value not in (None, "", "0", "false", "False") for v in variables):
        return True
    return any(v.name == "FLASK_ENV" and v.value == "development" for v in variables) or any(
        w.text in ("--debug", "--reload") for w in command.words
    )


def _runs_flask(invocation: Invocation) -> bool:
    if invocation.program != "flask":
        return False
    texts = iter(invocation.texts)
    for text in texts:
        if text in _WITH_VALUE:
            next(texts, None)
        elif not text.startswith("-"):
            return text == "run"
    return False


class _Run(NamedTuple):
    """A call of ``app.run()`` and where it stands."""

    call: ast.Call
    site: Site


def _run_call(invocation: Invocation, document: DeploymentFile, ctx: DeploymentContext) -> _Run | None:
    """Where the script that is started calls ``app.run()``; None when it does not, or cannot be read."""
    if invocation.script is not None:
        facts = _file(invocation.script.text.removeprefix("./"), document, ctx)
    elif invocation.through_python:
        path = invocation.program.replace(".", "/")
        facts = _file(f"{path}.py", document, ctx) or _file(f"{path}/__main__.py", document, ctx)
    else:
        facts = None
    source = ctx.read(facts.path) if facts is not None else None
    if facts is None or source is None:
        return None
    index = FileIndex(source.tree, facts.module, is_package=facts.is_package)
    infer = Inference(index, ctx.model)
    started = {c.func.id for c in index.nodes(ast.Call) if isinstance(c.func, ast.Name) and not index.function_of(c)}
    for call in index.nodes(ast.Call):
        function = index.function_of(call)
        is_started = function is None or (isinstance(function, FUNCTIONS) and function.name in started)
        if is_started and infer.member(call.func) == "flask.Flask.run":
            return _Run(call, Site(facts.path, source.span(call)))
    return None


def _file(path: str, document: DeploymentFile, ctx: DeploymentContext) -> FileFacts | None:
    """The file of the project that a path means on the machine where it is deployed: by the longest end of the path."""
    folder = posixpath.dirname(document.path.replace("\\", "/"))
    parts = [part for part in path.split("/") if part]
    for number in range(len(parts) if path.startswith("/") else 1):
        end = "/" + "/".join(parts[number:])
        found = [f for p, f in ctx.model.files.items() if p.replace("\\", "/").endswith(end)]
        near = next((f for f in found if f.path.replace("\\", "/") == folder + end), None)
        if near is not None or len(found) == 1:
            return near or found[0]
    return None


def _with_gunicorn(invocation: Invocation, options: list[str] | None, ctx: DeploymentContext) -> Fix | None:
    """gunicorn with the only application or factory of the project."""
    target = _target(ctx)
    if options is None or target is None:
        return None
    command = written([*_gunicorn(invocation), *options, target], invocation.words, ctx)
    if command is None:
        return None
    return ctx.fix(f"Start gunicorn {target}", ctx.edit().replace(invocation.words, command), safe=False)


def _gunicorn(invocation: Invocation) -> list[str]:
    """The program in the same environment: beside a ``flask`` with a path, and through a Python with one."""
    folder = posixpath.dirname(invocation.first)
    if invocation.program == "flask" and not invocation.through_python:
        return [posixpath.join(folder, "gunicorn")]
    if invocation.through_python or folder:
        return [invocation.first, "-m", "gunicorn"]
    return ["gunicorn"]


def _target(ctx: DeploymentContext) -> str | None:
    apps, makers = module_apps(ctx.model), factories(ctx.model)
    if len(apps) == 1:
        return ":".join(apps[0].rsplit(".", 1))
    if not apps and len(makers) == 1:
        return f"{makers[0].file.module}:{makers[0].function.qualname}()"
    return None


def _address(invocation: Invocation) -> list[str] | None:
    """The options of gunicorn for those of ``flask run``; None when one of them has no counterpart."""
    given: dict[str, str] = {}
    words = iter(invocation.texts)
    for word in words:
        name, joined, value = word.partition("=")
        if name in _OPTIONS:
            given[_OPTIONS[name]] = value if joined else next(words, "")
        elif name not in _WITHOUT_MEANING:
            return None
    return _bound_to(given.get("host", "127.0.0.1"), given.get("port", "5000"))


def _address_of(run: ast.Call) -> list[str]:
    """The options of gunicorn for the address that ``app.run()`` is given; none when it is computed."""
    given: dict[str, ast.expr] = dict(zip(("host", "port"), run.args, strict=False))
    given |= {k.arg: k.value for k in run.keywords if k.arg}
    if any(isinstance(a, ast.Starred) for a in run.args) or any(k.arg is None for k in run.keywords):
        return []
    host, port = given.get("host"), given.get("port")
    if not isinstance(host, (ast.Constant, NoneType)) or not isinstance(port, (ast.Constant, NoneType)):
        return []
    return _bound_to((host and host.value) or "127.0.0.1", (port and port.value) or 5000)


def _bound_to(host: object, port: object) -> list[str]:
    return ["-b", f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"]
