"""Where debug mode is switched on in code that may run in production, and which server calls are public."""

from __future__ import annotations

import ast
import ipaddress
import posixpath
from collections.abc import Iterator
from typing import Any

from flask_ls.project.config.stage import stage_of_name
from flask_ls.project.deploy import Invocation, invocations
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask import config, stage
from flask_ls.rules.ask.flow import tests_before
from flask_ls.rules.ask.project import literal_elsewhere
from flask_ls.rules.ask.servers import Server, is_on, servers
from flask_ls.rules.ask.values import UNKNOWN, constant, possible_values
from flask_ls.rules.ask.views import is_app
from flask_ls.rules.context import Context

# A module of these words, one of them of the first line, is for development: ``run_dev.py``, ``debug.py``.
_DEVELOPMENT_WORDS = frozenset("debug dev devel development devserver local profile profiling".split())
# Top-level domains that no public name has (RFC 2606, RFC 6761, RFC 6762).
_OWN_DOMAINS = frozenset({"example", "internal", "invalid", "lan", "local", "localdomain", "localhost", "test"})
# What serves an app without Werkzeug's debugger.
_SERVING = frozenset(
    {"waitress.serve", "gevent.pywsgi.WSGIServer", "eventlet.wsgi.server", "cheroot.wsgi.Server", "bjoern.run"}
    | {"meinheld.server.run", "hypercorn.asyncio.serve", "uvicorn.run", "cherrypy.wsgiserver.CherryPyWSGIServer"}
)
_PROGRAMS = frozenset({"gunicorn", "uwsgi", "waitress-serve", "hypercorn", "uvicorn"})
_SCRIPT_WORDS = frozenset("app application main manage run runserver serve server start wsgi".split())


def debug_writes(ctx: Context) -> Iterator[config.Write]:
    """Configuration writes that switch debug mode on for good, outside of tests and development."""
    if ctx.is_test or _serves_otherwise(ctx):
        return
    for write in config.writes_of(ctx, "DEBUG"):
        if is_on(ctx, write.value) and not _is_harmless(ctx, write) and not _is_overridden(ctx, write):
            yield write


def _serves_otherwise(ctx: Context) -> bool:
    """Whether only a WSGI server runs the app, which starts no debugger: one of this file, or of a deployment file."""
    if servers(ctx):
        return False
    if any(ctx.called(call) in _SERVING or ctx.member(call.func) in _SERVING for call in ctx.index.nodes(ast.Call)):
        return True
    return ctx.model.once(_is_deployed)


def _is_deployed(model: ProjectModel) -> bool:
    """Whether deployment files start WSGI servers, and no code starts one of its own."""
    if any("run" in facts.mentioned or "run_simple" in facts.mentioned for facts in model.files.values()):
        return False
    return any(invocation.program in _PROGRAMS for invocation in _started(model))


def is_developers_start(ctx: Context, server: Server) -> bool:
    """Whether a developer starts the server by hand, on the own machine: deployment files have a WSGI server."""
    if server.is_run_simple or ctx.index.function_of(server.call) is not None or not _listens_here(ctx, server):
        return False
    started = ctx.model.once(_started)
    name = posixpath.basename(ctx.path.replace("\\", "/"))
    scripts = {posixpath.basename(i.script.text) for i in started if i.script is not None}
    return any(i.program in _PROGRAMS for i in started) and name not in scripts and name != "__main__.py"


def _listens_here(ctx: Context, server: Server) -> bool:
    if server.host is None:
        return True
    host = constant(ctx, server.host.value)
    return isinstance(host, str) and not _is_public(host)


def _started(model: ProjectModel) -> tuple[Invocation, ...]:
    """What deployment files start to serve the application."""
    documents = (d for d in model.deployment.values() if not d.is_development)
    return tuple(i for d in documents for c in d.commands if c.role == "run" for i in invocations(c))


def debug_servers(ctx: Context) -> Iterator[Server]:
    """Server calls whose own argument switches the debugger with its console on."""
    for server in servers(ctx):
        value = server.debug.value if server.debug is not None and server.has_console else None
        is_debugging = value is not None and (is_on(ctx, value) or bool(_in_settings(ctx, value)))
        if is_debugging and not is_for_development(ctx, server.call):
            yield server


def public_debug_servers(ctx: Context) -> Iterator[tuple[Server, config.Write | None]]:
    """Server calls with the debugger on that listen on a public address; the write when that switches it on."""
    by_argument = list(debug_servers(ctx))
    for server in servers(ctx):
        if not server.has_console or not is_public(ctx, server):
            continue
        if server in by_argument:
            yield server, None
        elif server.debug is None and not server.is_run_simple:
            write = next((w for w in debug_writes(ctx) if _is_for(ctx, w, server)), None)
            if write is not None and not is_for_development(ctx, server.call):
                yield server, write


def is_public(ctx: Context, server: Server) -> bool:
    """Whether the server listens on an address that is not this machine's own."""
    return public_host(ctx, server) is not None


def public_host(ctx: Context, server: Server) -> str | None:
    """The public address that the server listens on; None when there is none."""
    values = possible_values(ctx, server.host.value) if server.host is not None else ()
    for value in values:
        host = constant(ctx, value)
        if host is UNKNOWN:
            host = _in_settings(ctx, value)
        if isinstance(host, str) and _is_public(host):
            return host
    return None


def is_for_development(ctx: Context, node: ast.AST) -> bool:
    """Whether the code there runs in development only, or never."""
    words = set(ctx.index.module.rpartition(".")[2].lower().split("_"))
    if words & _DEVELOPMENT_WORDS and words <= _DEVELOPMENT_WORDS | _SCRIPT_WORDS:
        return True
    if any(constant(ctx, test) is (not result) for test, result in tests_before(ctx, node)):
        return True  # `if False:`
    return stage.is_off_production(stage.stage_here(ctx, node))


def _in_settings(ctx: Context, value: ast.expr) -> Any:
    """The literal that a name of another module of the project stands for, unless for development; else UNKNOWN."""
    module = (ctx.name(value) or "").rpartition(".")[0]
    return literal_elsewhere(ctx, value) if stage_of_name(module) == "any" else UNKNOWN


def _is_public(host: str) -> bool:
    """An address that is not this machine's own, or a name of the internet: other names each machine gives itself."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        last = host.lower().rpartition(".")[2]
        return "." in host and "/" not in host and last not in _OWN_DOMAINS


def _is_harmless(ctx: Context, write: config.Write) -> bool:
    if write.owner is not None:
        name = ctx.index.dotted(write.owner)
        objects = ctx.model.config_objects
        if not objects.gives(name, write.key):
            return True
    if any(w.key == "TESTING" and is_on(ctx, w.value) for w in config.beside(ctx, write)):
        return True
    if not stage.reaches_production(ctx, write):
        return True
    # `app.run(debug=...)` decides over what the configuration says.
    runs = [s for s in servers(ctx) if not s.is_run_simple and _is_for(ctx, write, s)]
    return bool(runs) and all(_decides(ctx, s) for s in runs)


def _is_overridden(ctx: Context, write: config.Write) -> bool:
    """Whether later writes switch it off again before the app is served."""
    starts = [ctx.span(s.call).start for s in servers(ctx) if not s.is_run_simple and _is_for(ctx, write, s)]
    here = ctx.span(write.node).start
    served = min((start for start in starts if start > here), default=None)
    later = [w for w in config.overriding(ctx, write) if served is None or ctx.span(w.node).start < served]
    return bool(later) and not is_on(ctx, later[-1].value)


def _decides(ctx: Context, server: Server) -> bool:
    """Whether the call itself says whether debug mode is on, and does not ask the configuration."""
    if server.debug is None or constant(ctx, server.debug.value) is None:
        return False
    for node in ast.walk(server.debug.value):
        if isinstance(node, ast.Attribute) and node.attr == "debug" and is_app(ctx, node.value):
            return False
        if isinstance(node, ast.Constant) and node.value == "DEBUG":
            return False
    return True


def _is_for(ctx: Context, write: config.Write, server: Server) -> bool:
    """Whether the write configures the served app, as far as the text of both tells."""
    app = config.app_text(ctx, write)
    if app is None or server.app is None or isinstance(server.app, ast.Call):
        return True
    return app == ctx.text(server.app) or ctx.index.function_of(write.node) is not ctx.index.function_of(server.call)
