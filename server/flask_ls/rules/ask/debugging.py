"""Where debug mode is switched on in code that may run in production, and which server calls are public."""

from __future__ import annotations

import ast
import ipaddress
from collections.abc import Iterator

from flask_ls.project.config.stage import stage_of_name
from flask_ls.rules.ask import config, stage
from flask_ls.rules.ask.flow import tests_before
from flask_ls.rules.ask.project import stored_attributes
from flask_ls.rules.ask.servers import Server, is_on, servers
from flask_ls.rules.ask.values import constant, possible_values
from flask_ls.rules.ask.views import is_app
from flask_ls.rules.context import Context

# A module of these words, one of them of the first line, is for development: ``run_dev.py``, ``debug.py``.
_DEVELOPMENT_WORDS = frozenset({"debug", "dev", "devel", "development", "local"})
_SCRIPT_WORDS = frozenset({"app", "main", "manage", "run", "runserver", "serve", "server", "start", "wsgi"})


def debug_writes(ctx: Context) -> Iterator[config.Write]:
    """Configuration writes that switch debug mode on for good, outside of tests and development."""
    if ctx.is_test:
        return
    for write in config.writes_of(ctx, "DEBUG"):
        if is_on(ctx, write.value) and not _is_harmless(ctx, write) and not _is_overridden(ctx, write):
            yield write


def debug_servers(ctx: Context) -> Iterator[Server]:
    """Server calls whose own argument switches the debugger with its console on."""
    for server in servers(ctx):
        value = server.debug.value if server.debug is not None and server.has_console else None
        is_debugging = value is not None and (is_on(ctx, value) or _is_on_in_settings(ctx, value))
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
    if server.host is None:
        return False
    hosts = [constant(ctx, v) for v in possible_values(ctx, server.host.value)]
    return any(isinstance(h, str) and h and not _is_loopback(h) for h in hosts)


def public_host(ctx: Context, server: Server) -> str:
    """The public address as a message shows it."""
    hosts = [constant(ctx, v) for v in possible_values(ctx, server.host.value)] if server.host is not None else []
    return next((h for h in hosts if isinstance(h, str) and h and not _is_loopback(h)), "public")


def is_for_development(ctx: Context, node: ast.AST) -> bool:
    """Whether the code there runs in development only, or never."""
    words = set(ctx.index.module.rpartition(".")[2].lower().split("_"))
    if words & _DEVELOPMENT_WORDS and words <= _DEVELOPMENT_WORDS | _SCRIPT_WORDS:
        return True
    if any(constant(ctx, test) is (not result) for test, result in tests_before(ctx, node)):
        return True  # `if False:`
    return stage.is_off_production(stage.stage_here(ctx, node))


def _is_on_in_settings(ctx: Context, value: ast.expr) -> bool:
    """Whether it is a name of another module of the project that is plainly true there, and not for development."""
    module, _, name = (ctx.name(value) or "").rpartition(".")
    facts = ctx.model.modules.get(module)
    if facts is None or facts.stars or len(facts.exports.get(name, ())) != 1 or stage_of_name(module) != "any":
        return False
    mentions = [m for m in facts.config.mentions if m.key == name and not m.is_loose]
    if len(mentions) != 1 or mentions[0].truth is not True or name in stored_attributes(ctx.model):
        return False
    source = ctx.read(facts.path)
    # Not one that a condition or an exception decides.
    return source is not None and any(
        source.span(s).start <= mentions[0].span.start < source.span(s).end
        and isinstance(s, (ast.Assign, ast.AnnAssign))
        for s in source.tree.body
    )


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost" or host.lower().endswith(".localhost") or host.startswith("unix://"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_harmless(ctx: Context, write: config.Write) -> bool:
    if write.owner is not None:
        name = ctx.index.dotted(write.owner)
        objects = ctx.model.config_objects
        if not objects.gives(name, write.key):
            return True
    if any(w.key == "TESTING" and is_on(ctx, w.value) for w in config.beside(ctx, write)):
        return True
    if stage.is_off_production(stage.stage_of(ctx, write)):
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
