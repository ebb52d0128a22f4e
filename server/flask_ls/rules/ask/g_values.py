"""When functions that set attributes of ``g`` run, seen from a request that reads one."""

from __future__ import annotations

import ast
from typing import Literal

from flask_ls.project.contexts.values import BodyKey
from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask.views import handlers
from flask_ls.rules.context import Context

# ``start-up``: in another context than any request. ``late``: after the view. ``view``: in another view, so for another
# request. ``request``: before the view, or where the reader itself runs. ``unknown``: perhaps before.
Time = Literal["start-up", "late", "view", "request", "unknown"]
_LATE = frozenset({"after_request", "teardown_request", "teardown_appcontext"})
_EARLY = frozenset({"before_request", "url_hook"})
_START_UP = frozenset({"import", "factory", "cli", "command"})


def time_of(ctx: Context, function: FunctionNode | ast.Lambda | None, reader: ast.AST | None) -> Time:
    """When a function runs that sets a value which ``reader`` reads."""
    if function is None:
        return "start-up"
    if function is reader or not isinstance(function, FUNCTIONS):
        return "unknown"
    kinds = {role.kind for role in handlers(ctx).roles(function)}
    contexts = ctx.model.contexts
    if not kinds:
        sources = {e.source for e in contexts.entries.of(BodyKey(ctx.path, ctx.index.qualname(function)))}
        if sources and sources <= _START_UP:
            return "start-up"
        setting = _views(ctx, function)
        reading = _views(ctx, reader) if isinstance(reader, FUNCTIONS) else None
        return "view" if setting and reading and setting.isdisjoint(reading) else "unknown"
    if contexts.sites.calls(function.name):
        return "unknown"
    if kinds <= _LATE:
        return "late"
    if kinds == {"view"}:
        return "view"
    return "request" if kinds <= _EARLY else "start-up" if kinds == {"cli"} else "unknown"


def _views(ctx: Context, function: FunctionNode) -> set[BodyKey] | None:
    """The views that lead to a function, as helpers or as decorators; None when something else may lead there too."""
    entries = ctx.model.contexts.entries
    found: set[BodyKey] = set()
    seen: set[BodyKey] = set()
    todo = [BodyKey(ctx.path, ctx.index.qualname(function))]
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        ways = entries.ways(key)
        if ways.spawned or not key.id or any(s.source != "view" for s in ways.starts):
            return None
        for start in ways.starts:
            is_decorated = start.at is not None and start.at.op[4:] == ("decorator",)
            found.add(BodyKey(start.at.body.path, start.at.op[2][0][1:]) if start.at and is_decorated else key)
        todo += [call.site.body for call in ways.calls]
    return found
