"""The debugger listens on a public address.

Why: Whoever can reach the port can ask for a traceback page or ``/console``. With the PIN, which is printed to the log
and can be guessed or switched off, that runs any Python as the user of the server.

Instead: Keep the default host while debugging, or switch debug mode off where the address is public.

Fix: Removes ``debug=True``, or the host. Safe: either way no public debugger is left.

Quiet: For loopback addresses, with ``use_evalex=False``, in functions and conditions for development, and for what CI
jobs and folders for development start.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.project.deploy import Command, DeploymentFile, Variable, Word
from flask_ls.rules.ask import config, config_edits
from flask_ls.rules.ask.debugging import public_debug_servers, public_host
from flask_ls.rules.ask.servers import Server
from flask_ls.rules.ask.stage import is_in_development_folder
from flask_ls.rules.ask.values import UNKNOWN, constant
from flask_ls.rules.context import Context
from flask_ls.rules.deployment import DeploymentContext
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

rule = Rule(
    __name__,
    code="FLK502",
    severity=Severity.ERROR,
    guide=("Debug mode / debug=True in production is remote code execution",),
    triggers=frozenset({"host", "hostname", "run", "run_simple"}),
    overlaps=(
        "ruff S201",
        "ruff S104",
        "Bandit B201",
        "Bandit B104",
        "semgrep python.flask.security.audit.app-run-param-config",
    ),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(host="0.0.0.0", debug=True)
                #       ^^^^^^^^^^^^^^ The debugger listens on 0.0.0.0
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(host="0.0.0.0")
            """,
            drive="got = served(); assert got['hostname'] != '0.0.0.0' or not got['use_debugger']",
            fails="AssertionError",
        ),
        Good(
            """
            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                app.run(host="localhost", debug=True)
            """,
            drive="got = served(); assert got['hostname'] != '0.0.0.0' or not got['use_debugger']",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Server calls."""
    told: set[ast.AST] = set()
    for server, write in public_debug_servers(ctx):
        if server.host is not None and server.host.node not in told:
            told.add(server.host.node)
            related = [ctx.related(write.node, "debug mode is switched on here")] if write is not None else []
            message = f"The debugger listens on {public_host(ctx, server)}: it runs Python for the whole network."
            fixes = [_without_debug(ctx, server, write), _without_host(ctx, server)]
            yield ctx.finding(server.host.node, message, related=related, fixes=fixes)


_PORT = re.compile(r"""[ \t]*-[ \t]*["']?([^"'\s#]+)""")
_OWN = ("127.0.0.1:", "localhost:", "[::1]:")


@rule.on_deployment
def check_commands(document: DeploymentFile, ctx: DeploymentContext) -> Iterator[Finding]:
    """``flask --debug run --host 0.0.0.0``, and the variables that say the same."""
    if document.is_development or document.kind == "workflow" or is_in_development_folder(document, ctx):
        return
    for command in document.commands:
        words = [w.text for w in command.words]
        is_flask_run = "flask" in [w.rpartition("/")[2] for w in words] and "run" in words
        if command.role != "run" or command.is_development or not is_flask_run:
            continue
        host, debug = _public_host(command, document), _debug(command, document)
        if host is not None and debug is not None and not _is_published_here_only(command, document, ctx):
            related = [ctx.related(debug.span, "debug mode is switched on here")] if debug in document.variables else []
            yield ctx.finding(
                command.span,
                f"The debugger listens on {host}: it runs Python for the whole network.",
                related=related,
                fixes=[_debug_removed(command, debug, ctx)],
            )


def _is_published_here_only(command: Command, document: DeploymentFile, ctx: DeploymentContext) -> bool:
    """Whether Compose gives the service's ports to this machine's own address alone: ``127.0.0.1:8000:8000``."""
    if document.kind != "compose" or not command.owner:
        return False
    published = [m.group(1) for m in map(_PORT.match, _ports(ctx.source.text, command.owner)) if m is not None]
    return bool(published) and all(port.startswith(_OWN) for port in published)


def _ports(text: str, service: str) -> Iterator[str]:
    """The lines of a service's ``ports:``, each a list item as Compose files are mostly written."""
    inside, margin, is_ports = False, 0, False
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        indent = len(line) - len(line.lstrip())
        key = line.strip().partition(":")[0].strip("\"'")
        if inside and indent <= margin:
            inside = False
        if not inside and indent and key == service and line.rstrip().endswith(":"):
            inside, margin, is_ports = True, indent, False
        elif inside and not line.lstrip().startswith("-"):
            is_ports = key == "ports"
        elif inside and is_ports:
            yield line


def _variable(command: Command, document: DeploymentFile, name: str) -> Variable | None:
    """The variable as the command has it."""
    shared = (v for v in document.variables if v.owner in ("", command.owner))
    return next((v for v in reversed([*shared, *command.variables]) if v.name == name), None)


def _public_host(command: Command, document: DeploymentFile) -> str | None:
    words = [w.text for w in command.words]
    variable = _variable(command, document, "FLASK_RUN_HOST")
    host = variable.value if variable is not None else None
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word in ("--host", "-h") or word.startswith("--host="):
            host = word[7:] if word.startswith("--host=") else following
    return host if host in ("0.0.0.0", "::", "[::]") else None


def _debug(command: Command, document: DeploymentFile) -> Word | Variable | None:
    """What switches debug mode on: the option, which decides, or the variable."""
    words = [w.text for w in command.words]
    if "--no-debug" in words or "--no-debugger" in words:
        return None
    if "--debug" in words:
        return command.words[words.index("--debug")]
    variable = _variable(command, document, "FLASK_DEBUG")
    if variable is None or variable.value is None or variable.expands:
        return None
    return variable if variable.value.lower() not in ("", "0", "false", "no") else None


def _debug_removed(command: Command, debug: Word | Variable, ctx: DeploymentContext) -> Fix | None:
    if isinstance(debug, Variable):
        return ctx.fix("Remove FLASK_DEBUG", ctx.edit().remove(debug.removal), safe=True)
    number = command.words.index(debug)
    if number + 1 < len(command.words):
        gone = Span(debug.span.start, command.words[number + 1].span.start)
    else:
        gone = Span(command.words[number - 1].span.end, debug.span.end)
    return ctx.fix("Remove --debug", ctx.edit().remove(gone), safe=True)


def _without_debug(ctx: Context, server: Server, write: config.Write | None) -> Fix | None:
    if write is not None:
        return ctx.fix("Remove the switch to debug mode", config_edits.without(ctx, write), safe=True)
    option = server.debug
    if option is None or not option.is_argument or constant(ctx, option.value) is UNKNOWN:
        return None
    if not isinstance(option.node, ast.keyword) and option.node not in server.call.args[-1:]:
        return ctx.fix("Switch debug mode off", ctx.edit().replace(option.value, "False"), safe=True)
    edit = ctx.edit().remove_argument(server.call, option.node)
    return ctx.fix("Remove the debug argument", edit, safe=True)


def _without_host(ctx: Context, server: Server) -> Fix | None:
    option = server.host
    if option is None or not isinstance(option.node, ast.keyword):
        return None
    return ctx.fix("Remove the host", ctx.edit().remove_argument(server.call, option.node), safe=True)
