"""Calls that serve the app with Werkzeug's server: ``app.run``, ``socketio.run``, ``run_simple``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask.values import UNKNOWN, argument, constant, definition, has_unpacking, possible_values
from flask_ls.rules.ask.views import function_named, is_app
from flask_ls.rules.context import Context

# Position of each argument (flask.Flask.run, flask_socketio.SocketIO.run, werkzeug.serving.run_simple).
_RUN = {"host": 0, "port": 1, "debug": 2}
_SOCKETIO = {"host": 1, "port": 2}
_RUN_SIMPLE = {"hostname": 0, "port": 1, "use_debugger": 4, "use_evalex": 5}
_CONVERSIONS: dict[str, Callable[..., object]] = {"builtins.bool": bool, "builtins.int": int}


@dataclass(frozen=True)
class Option:
    """An argument of the call. ``node`` is what to mark and remove: a keyword, an expression, an item of ``**{...}``.

    ``is_argument`` says that it stands in the call itself.
    """

    node: ast.keyword | ast.expr
    value: ast.expr
    is_argument: bool = True


@dataclass(frozen=True)
class Server:
    """One such call. ``app`` is the expression of the app; ``debug`` is ``use_debugger`` for ``run_simple``.

    ``has_console`` is False when the call itself switches the interactive console off.
    """

    call: ast.Call
    app: ast.expr | None
    host: Option | None
    debug: Option | None
    has_console: bool
    is_run_simple: bool = False


def servers(ctx: Context) -> list[Server]:
    """Every call of this file that serves an app."""
    return ctx.once(_all)


def is_on(ctx: Context, value: ast.expr) -> bool:
    """Whether the value is true for certain, or true unless the environment says otherwise."""
    value = definition(ctx, value)
    if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
        return any(is_on(ctx, operand) for operand in value.values)
    leaves = list(possible_values(ctx, value))
    if len(leaves) > 1 and any(_is_unread(ctx, leaf) for leaf in leaves):
        return False
    # Where a condition decides between two values, it may well ask for the stage.
    known = list(_known_values(ctx, value))
    return bool(known) and all(known)


def _is_unread(ctx: Context, leaf: ast.expr) -> bool:
    """Whether a parameter or attribute decides, whose value nothing here tells."""
    return isinstance(leaf, (ast.Name, ast.Attribute)) and constant(ctx, leaf) is UNKNOWN


def _known_values(ctx: Context, value: ast.expr) -> Iterator[object]:
    """What the value may be, as far as it can be read: also through ``bool()`` and ``int()``."""
    for leaf in possible_values(ctx, value):
        known = constant(ctx, leaf)
        if known is not UNKNOWN:
            yield known
        elif isinstance(leaf, ast.Call) and len(leaf.args) == 1 and not leaf.keywords:
            convert = _CONVERSIONS.get(ctx.called(leaf) or "")
            if convert is not None:
                for given in _known_values(ctx, leaf.args[0]):
                    with suppress(ValueError, TypeError):
                        yield convert(given)


def _all(ctx: Context) -> list[Server]:
    found: list[Server] = []
    for call in ctx.index.nodes(ast.Call):
        server = _server(ctx, call, call) or _server(ctx, call, _later_call(ctx, call))
        found += _as_called(ctx, server) if server is not None else ()
    return found


def _later_call(ctx: Context, call: ast.Call) -> ast.Call | None:
    """The call that ``partial(app.run, debug=True)`` or ``Thread(target=app.run, kwargs={...})`` makes later."""
    name = ctx.called(call)
    if name == "functools.partial" and call.args:
        return ast.Call(call.args[0], call.args[1:], call.keywords)
    if name in ("threading.Thread", "multiprocessing.Process", "multiprocessing.context.Process"):
        given = {k.arg: k.value for k in call.keywords}
        positional = given.get("args")
        arguments = positional.elts if isinstance(positional, (ast.Tuple, ast.List)) else []
        keywords = [ast.keyword(None, given["kwargs"])] if "kwargs" in given else []
        return ast.Call(given["target"], arguments, keywords) if "target" in given else None
    return None


def _as_called(ctx: Context, server: Server) -> Iterator[Server]:
    """The server as each call of the function around it makes it, where its options are parameters of that function."""
    function = ctx.index.function_of(server.call)
    given = [option for option in (server.host, server.debug) if option is not None]
    if not isinstance(function, FUNCTIONS) or not any(_is_parameter(ctx, o.value) for o in given):
        yield server
        return
    calls = [c for c in ctx.index.nodes(ast.Call) if function_named(ctx, c.func) is function and not has_unpacking(c)]
    for call in calls:
        yield replace(
            server,
            host=_given(ctx, server.host, function, call),
            debug=_given(ctx, server.debug, function, call),
        )
    if not calls:
        yield server


def _is_parameter(ctx: Context, node: ast.expr) -> bool:
    bindings = ctx.index.lookup(node.id, node) if isinstance(node, ast.Name) else []
    return len(bindings) == 1 and bindings[0].kind == "param"


def _given(ctx: Context, option: Option | None, function: FunctionNode, call: ast.Call) -> Option | None:
    """The option as the call of the function gives it, or the default of the parameter."""
    if option is None or not isinstance(option.value, ast.Name) or not _is_parameter(ctx, option.value):
        return option
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    position = next((n for n, a in enumerate(named) if a.arg == option.value.id), -1)
    value = argument(call, position, option.value.id)
    if value is None:
        first = len(named) - len(arguments.defaults)
        value = arguments.defaults[position - first] if position >= first and arguments.defaults else None
        only = dict(zip((a.arg for a in arguments.kwonlyargs), arguments.kw_defaults, strict=True))
        value = value if value is not None else only.get(option.value.id)
    return Option(option.node, value, is_argument=False) if value is not None else option


def _server(ctx: Context, call: ast.Call, made: ast.Call | None) -> Server | None:
    """The server that a call starts. ``made`` is the call with the arguments, which may be one that happens later."""
    if made is None:
        return None
    server = _of_call(ctx, made)
    return replace(server, call=call) if server is not None else None


def _of_call(ctx: Context, call: ast.Call) -> Server | None:
    func = definition(ctx, call.func)
    if isinstance(func, ast.Attribute) and func.attr == "run":
        if is_app(ctx, func.value):
            return _made(ctx, call, func.value, _RUN, "host", "debug")
        if ctx.is_instance(func.value, "flask_socketio.SocketIO"):
            app = call.args[0] if call.args else None
            return _made(ctx, call, app, _SOCKETIO, "host", "debug")
    if ctx.name(func) in ("werkzeug.serving.run_simple", "werkzeug.run_simple"):
        app = call.args[2] if len(call.args) > 2 else None
        return _made(ctx, call, app, _RUN_SIMPLE, "hostname", "use_debugger")
    return None


def _made(
    ctx: Context, call: ast.Call, app: ast.expr | None, positions: dict[str, int], host: str, debug: str
) -> Server:
    off = [_option(ctx, call, n, positions) for n in ("use_evalex", "use_debugger")]
    return Server(
        call,
        app,
        _option(ctx, call, host, positions),
        _option(ctx, call, debug, positions),
        has_console=not any(o is not None and _is_off(ctx, o.value) for o in off),
        is_run_simple=debug == "use_debugger",
    )


def _is_off(ctx: Context, value: ast.expr) -> bool:
    known = constant(ctx, value)
    # What cannot be read may switch it off.
    return known is UNKNOWN or not known


def _option(ctx: Context, call: ast.Call, name: str, positions: dict[str, int]) -> Option | None:
    position = positions.get(name, -1)
    for number, given in enumerate(call.args[: position + 1]):
        if isinstance(given, ast.Starred):
            break
        if number == position:
            return Option(given, given)
    for keyword in call.keywords:
        if keyword.arg == name:
            return Option(keyword, keyword.value)
        if keyword.arg is None:
            for key, value in _items(ctx, keyword.value):
                if key == name:
                    return Option(value, value, is_argument=False)
    return None


def _items(ctx: Context, node: ast.expr) -> Iterator[tuple[object, ast.expr]]:
    node = definition(ctx, node)
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                yield key.value, value
    elif isinstance(node, ast.Call) and ctx.called(node) == "builtins.dict":
        for keyword in node.keywords:
            if keyword.arg is not None:
                yield keyword.arg, keyword.value
