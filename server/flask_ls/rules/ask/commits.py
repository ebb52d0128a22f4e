"""Whether a commit may follow what a helper writes: seen along the calls that lead to it, also those of other files."""

from __future__ import annotations

import sys

from flask_ls.project.bodies import Block, Op, Symbol, last_name, leaves
from flask_ls.project.contexts.analysis import Contexts
from flask_ls.project.contexts.sites import Site
from flask_ls.project.contexts.values import BodyKey
from flask_ls.project.index import FunctionNode
from flask_ls.rules.context import Context

# Methods of unknown objects that may well commit, or end the transaction otherwise.
MAY_COMMIT = ("commit", "save", "create", "update", "delete", "persist", "store", "add_and", "apply", "flush_and")
_ENDING = frozenset({"commit", "begin", "rollback", "expunge", "expunge_all", "make_transient"})
_KNOWN = frozenset({"builtins", "flask", "werkzeug", "sqlalchemy", "flask_sqlalchemy", *sys.stdlib_module_names})
_SOURCES = frozenset({"view", "cli", "command"})
# Functions that lead to one, and functions that are followed below a call.
_MOST_CALLERS = 40
_DEEPEST = 6


def is_left_uncommitted(ctx: Context, function: FunctionNode) -> bool:
    """Whether other files call a function, only views and commands lead to it, and none of what leads to it may commit.

    False when it is not known who calls it.
    """
    contexts = ctx.model.contexts
    start = BodyKey(ctx.path, ctx.index.qualname(function))
    seen: set[BodyKey] = set()
    todo = [start]
    is_called_from_elsewhere = is_reached = False
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        ways = contexts.entries.ways(key)
        if not key.id or ways.spawned or len(seen) > _MOST_CALLERS or _is_wrapped(contexts, key):
            return False
        if any(s.source not in _SOURCES for s in ways.starts):
            return False
        if key != start and _ends_transaction(contexts, key, (start,)):
            return False
        is_reached |= bool(ways.starts)
        is_called_from_elsewhere |= any(call.site.body.path != ctx.path for call in ways.calls)
        todo += [call.site.body for call in ways.calls]
    return is_reached and is_called_from_elsewhere


def may_commit(ctx: Context, dotted: str) -> bool:
    """Whether calling this function of the project may commit or roll back; yes when it is not known."""
    contexts = ctx.model.contexts
    value = contexts.values.named(dotted)
    if value is None or value.kind != "function" or value.key is None:
        return True
    return _is_wrapped(contexts, value.key) or _ends_transaction(contexts, value.key, ())


def _is_wrapped(contexts: Contexts, key: BodyKey) -> bool:
    """Whether a decorator of the project, which may commit, is around the function."""
    body = contexts.values.signature(key)
    for decorator in body.decorators if body is not None else ():
        symbol: Symbol | None = decorator[1] if isinstance(decorator, tuple) and decorator[0] == "()" else decorator
        value = contexts.values.of(key.path, symbol)
        if value is not None and value.kind in ("function", "class", "instance"):
            return True
    return False


def _ends_transaction(contexts: Contexts, key: BodyKey, around: tuple[BodyKey, ...]) -> bool:
    """Whether a body, or something that it calls, may commit or roll back. ``around``: what is being looked at."""
    body = contexts.values.body(key)
    if body is None:
        return False
    if len(around) > _DEEPEST or _enters_own_manager(contexts, key.path, body.block):
        return True
    for number, op in enumerate(leaves(body.block)):
        if op[0] == "c" and _call_ends_transaction(contexts, Site(key, number, op), (*around, key)):
            return True
    return False


def _call_ends_transaction(contexts: Contexts, site: Site, around: tuple[BodyKey, ...]) -> bool:
    name = last_name(site.op[1])
    if name in _ENDING:
        return True
    targets = contexts.graph.targets(site)
    if targets:
        return any(t.key not in around and _ends_transaction(contexts, t.key, around) for t in targets)
    return name.lower().startswith(MAY_COMMIT) and not _is_harmless(contexts, site)


def _is_harmless(contexts: Contexts, site: Site) -> bool:
    """Whether what is called is known: something of Python, Flask or SQLAlchemy that commits nothing by such a name."""
    value = contexts.values.of(site.body.path, site.op[1])
    return value is not None and value.name.partition(".")[0] in _KNOWN


def _enters_own_manager(contexts: Contexts, path: str, block: Block) -> bool:
    """Whether there is a ``with`` of an object of the project, which may commit at its end."""
    for op in _operations(block):
        if op[0] == "c" and op[4] == "with":
            value = contexts.values.of(path, ("()", *op[1:4]))
        elif op[0] == "with" and op[1] is not None:
            value = contexts.values.of(path, op[1])
        else:
            continue
        if value is not None and value.kind == "instance" and contexts.model.names.is_project(value.name):
            return True
    return False


def _operations(block: Block) -> list[Op]:
    found: list[Op] = []
    stack: list[Block] = [block]
    while stack:
        for op in stack.pop():
            found.append(op)
            stack += [part for part in op if op[0] in ("if", "with", "loop", "try") and _is_block(part)]
            if op[0] == "try":
                stack += [handler for _, _, handler in op[3]]
    return found


def _is_block(part: object) -> bool:
    return isinstance(part, tuple) and all(isinstance(op, tuple) for op in part)
