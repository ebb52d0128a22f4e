"""A deployment file starts Flask's development server.

Why: ``flask run`` and ``app.run()`` start Werkzeug's development server, which is made for one developer: it is neither
fast, nor stable under load, nor hardened against attackers, and says so in the log.

Instead: a WSGI server: ``gunicorn "shop:create_app()"`` or ``waitress-serve --call shop:create_app``.

Quiet: For other ``flask`` commands (``flask db upgrade``), for files named for development, with ``--debug`` or
FLASK_DEBUG=1, and for scripts that start another server.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator

from flask_ls.project.deploy import Command, DeploymentFile, Invocation, invocations
from flask_ls.project.index import FileIndex
from flask_ls.project.inference import Inference
from flask_ls.project.site import Site
from flask_ls.rules.ask.project import factories, module_apps
from flask_ls.rules.deployment import DeploymentContext
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
from flask_ls.rules.rule import Rule

# Options of `flask` itself that take a value (flask --help).
_WITH_VALUE = frozenset({"-A", "--app", "-e", "--env-file"})
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


@rule.on_deployment
def check(document: DeploymentFile, ctx: DeploymentContext) -> Iterator[Finding]:
    """Commands that serve the application."""
    if document.is_development or document.kind in ("dotenv", "workflow", "makefile", "toml"):
        return
    name = posixpath.basename(document.path.replace("\\", "/")).lower()
    if document.kind == "shell" and not any(part in name for part in _SCRIPT_NAMES):
        return
    for command in document.commands:
        if command.role != "run" or _is_for_development(command, document):
            continue
        for invocation in invocations(command):
            if _runs_flask(invocation):
                yield _finding(invocation, [], ctx)
            elif (run := _run_call(invocation, document, ctx)) is not None:
                yield _finding(invocation, [Related(run, "app.run() is called here")], ctx)


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


def _run_call(invocation: Invocation, document: DeploymentFile, ctx: DeploymentContext) -> Site | None:
    """Where the script that is started calls ``app.run()``; None when it does not, or cannot be read."""
    if invocation.script is None:
        return None
    wanted = "/" + invocation.script.text.removeprefix("./").lstrip("/")
    found = [f for p, f in ctx.model.files.items() if p.replace("\\", "/").endswith(wanted)]
    near = posixpath.dirname(document.path.replace("\\", "/")) + wanted
    facts = next((f for f in found if f.path.replace("\\", "/") == near), found[0] if len(found) == 1 else None)
    source = ctx.read(facts.path) if facts is not None else None
    if facts is None or source is None:
        return None
    infer = Inference(FileIndex(source.tree, facts.module, is_package=facts.is_package), ctx.model)
    for call in infer.index.nodes(ast.Call):
        if infer.member(call.func) == "flask.Flask.run" and infer.index.function_of(call) is None:
            return Site(facts.path, source.span(call))
    return None


def _finding(invocation: Invocation, related: list[Related], ctx: DeploymentContext) -> Finding:
    return ctx.finding(
        invocation.span,
        "this starts the development server: use a WSGI server such as gunicorn.",
        related=related,
        fixes=[_with_gunicorn(invocation, ctx)],
    )


def _with_gunicorn(invocation: Invocation, ctx: DeploymentContext) -> Fix | None:
    """gunicorn with the only application or factory of the project; hosts and ports are left to the user."""
    if invocation.arguments:
        return None
    apps, makers = module_apps(ctx.model), factories(ctx.model)
    if len(apps) == 1:
        module, _, name = apps[0].rpartition(".")
        target = f"{module}:{name}"
    elif not apps and len(makers) == 1 and ctx.text(invocation.span).count('"') == 0:
        target = f'"{makers[0].file.module}:{makers[0].function.qualname}()"'
    else:
        return None
    edit = ctx.edit().replace(invocation.span, f"gunicorn {target}")
    return ctx.fix(f"Start gunicorn {target}", edit, safe=False)
