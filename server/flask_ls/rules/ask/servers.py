"""Calls that serve the app with Werkzeug's server: ``app.run``, ``socketio.run``, ``run_simple``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from flask_ls.rules.ask.values import UNKNOWN, constant, definition, possible_values
from flask_ls.rules.ask.views import is_app
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
    # Where a condition decides between two values, it may well ask for the stage.
    known = list(_known_values(ctx, value))
    return bool(known) and all(known)


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
    return [s for call in ctx.index.nodes(ast.Call) if (s := _server(ctx, call)) is not None]


def _server(ctx: Context, call: ast.Call) -> Server | None:
    func = definition(ctx, call.func)
    if isinstance(func, ast.Attribute) and func.attr == "run":
        if is_app(ctx, func.value):
            return _made(ctx, call, func.value, _RUN, "host", "debug")
        if ctx.is_instance(func.value, "flask_socketio.SocketIO"):
            app = call.args[0] if call.args else None
            return _made(ctx, call, app, _SOCKETIO, "host", "debug")
    if ctx.called(call) in ("werkzeug.serving.run_simple", "werkzeug.run_simple"):
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
