"""Calls that hand a function and its arguments to a thread, to another process or to a task queue."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from flask_ls.project.facts import Ref
from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.values import definition
from flask_ls.rules.context import Context

Where = Literal["thread", "process", "queue"]

_SCHEDULERS = (
    "apscheduler.schedulers.background.BackgroundScheduler",
    "apscheduler.schedulers.blocking.BlockingScheduler",
    "apscheduler.schedulers.base.BaseScheduler",
    "flask_apscheduler.APScheduler",
)
_THREAD_POOLS = ("concurrent.futures.ThreadPoolExecutor", "concurrent.futures.Executor")
_PROCESS_POOLS = ("concurrent.futures.ProcessPoolExecutor",)
_LOOPS = frozenset({"asyncio.get_event_loop", "asyncio.get_running_loop", "asyncio.new_event_loop"})
_TASK_METHODS = frozenset({"delay", "apply_async", "s", "si", "signature", "retry", "apply"})


@dataclass(frozen=True)
class Handover:
    """One such call. ``target`` is the function's expression, None when a task is known by its name only.

    ``positional`` and ``named`` are the arguments that the function will get.
    """

    where: Where
    call: ast.Call
    target: ast.expr | None
    positional: tuple[ast.expr, ...] = ()
    named: dict[str, ast.expr] = field(default_factory=dict)


def handovers(ctx: Context) -> list[Handover]:
    """Every hand-over of this file."""
    return ctx.once(_all)


def _all(ctx: Context) -> list[Handover]:
    return [h for call in ctx.index.nodes(ast.Call) for h in _of_call(ctx, call)]


def _of_call(ctx: Context, call: ast.Call) -> Iterator[Handover]:
    name = ctx.called(call)
    if name in ("threading.Thread", "threading.Timer") or _makes_thread(ctx, name):
        yield from _thread(ctx, call, name)
    elif name == "_thread.start_new_thread":
        yield from _unpacked(ctx, "thread", call, _at(call, 0), _at(call, 1), _at(call, 2))
    elif isinstance(call.func, ast.Attribute):
        yield from _method(ctx, call, call.func)


def _makes_thread(ctx: Context, name: str | None) -> bool:
    """Whether a name is that of a class of the project below ``threading.Thread``."""
    return name is not None and ctx.model.names.class_(name) is not None and "threading.Thread" in ctx.model.mro(name)


def _thread(ctx: Context, call: ast.Call, name: str | None) -> Iterator[Handover]:
    if name == "threading.Timer":
        yield from _unpacked(
            ctx, "thread", call, _at(call, 1, "function"), _at(call, 2, "args"), _at(call, 3, "kwargs")
        )
        return
    yield from _subclass(ctx, call)
    target = _at(call, 1, "target") if name == "threading.Thread" else _at(call, -1, "target")
    if target is not None:
        args, kwargs = _at(call, 3, "args"), _at(call, 4, "kwargs")
        yield from _unpacked(ctx, "thread", call, target, args, kwargs)


def _subclass(ctx: Context, call: ast.Call) -> Iterator[Handover]:
    """``Worker(app).start()``: what ``__init__`` keeps on ``self`` and ``run`` reads is handed to the thread."""
    name = ctx.called(call)
    for cls in ctx.index.nodes(ast.ClassDef):
        if ctx.index.dotted(cls) != name:
            continue
        methods = {m.name: m for m in cls.body if isinstance(m, FUNCTIONS)}
        init, run = methods.get("__init__"), methods.get("run")
        if init is None or run is None:
            return
        read = {n.attr for n in ast.walk(run) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)}
        kept = {
            n.value.id
            for n in ast.walk(init)
            if isinstance(n, ast.Assign) and isinstance(n.value, ast.Name)
            for t in n.targets
            if isinstance(t, ast.Attribute) and t.attr in read
        }
        parameters = [a.arg for a in (*init.args.posonlyargs, *init.args.args)][1:]
        positional = tuple(a for p, a in zip(parameters, call.args, strict=False) if p in kept)
        named = {k: v for k, v in _keywords(call).items() if k in kept}
        yield Handover("thread", call, call.func, positional, named)


def _method(ctx: Context, call: ast.Call, func: ast.Attribute) -> Iterator[Handover]:
    method, receiver = func.attr, func.value
    if method in ("submit", "map"):
        where: Where | None = None
        if ctx.is_instance(receiver, *_THREAD_POOLS):
            where = "thread"
        elif ctx.is_instance(receiver, *_PROCESS_POOLS):
            where = "process"
        if where is not None:
            yield _direct(ctx, where, call, spread=method == "map")
    if method in ("apply", "apply_async", "map", "map_async", "starmap"):
        pooled = _pool(ctx, receiver)
        if pooled is not None and method.startswith("apply"):
            yield from _unpacked(ctx, pooled, call, _at(call, 0, "func"), _at(call, 1, "args"), _at(call, 2, "kwds"))
        elif pooled is not None:
            yield _direct(ctx, pooled, call, spread=True)
    if method == "run_in_executor" and len(call.args) >= 2:
        loop = definition(ctx, receiver) if isinstance(receiver, ast.expr) else receiver
        if ctx.called(loop) in _LOOPS:
            yield Handover("thread", call, call.args[1], tuple(call.args[2:]))
    if method == "start_background_task" and ctx.is_instance(receiver, "flask_socketio.SocketIO"):
        yield _direct(ctx, "thread", call)
    if method == "add_job" and ctx.is_instance(receiver, *_SCHEDULERS):
        first = 1 if ctx.is_instance(receiver, "flask_apscheduler.APScheduler") else 0
        target = _at(call, first, "func")
        yield from _unpacked(ctx, "thread", call, target, _at(call, 2, "args"), _at(call, 3, "kwargs"))
    if method == "enqueue" and ctx.is_instance(receiver, "rq.Queue"):
        yield _direct(ctx, "queue", call)
    if method in _TASK_METHODS and is_celery_task(ctx, receiver):
        if method in ("apply_async", "signature", "retry", "apply"):
            yield from _unpacked(ctx, "queue", call, receiver, _at(call, 0, "args"), _at(call, 1, "kwargs"))
        else:
            yield Handover("queue", call, receiver, tuple(call.args), _keywords(call))
    if method == "send_task" and ctx.is_instance(receiver, "celery.Celery"):
        yield from _unpacked(ctx, "queue", call, None, _at(call, 1, "args"), _at(call, 2, "kwargs"))


def is_celery_task(ctx: Context, node: ast.AST) -> bool:
    """Whether the expression is a Celery task: a function decorated by ``@celery.task`` or ``@shared_task``."""
    name = ctx.name(node)
    known = ctx.model.names.function(name) if name is not None else None
    if known is None:
        return False
    facts, function = known
    return any(_makes_task(ctx, facts.module, decorator) for decorator in function.decorators)


def _makes_task(ctx: Context, module: str, decorator: Ref) -> bool:
    if ctx.model.names.in_module(module, decorator.dotted) in ("celery.shared_task", "celery.task"):
        return True
    head, _, method = decorator.dotted.rpartition(".")
    cls = ctx.model.class_of_ref(module, Ref(head)) if head and method == "task" else None
    return cls is not None and "celery.Celery" in ctx.model.mro(cls)


def _pool(ctx: Context, node: ast.expr) -> Where | None:
    if ctx.is_instance(node, "multiprocessing.pool.ThreadPool"):
        return "thread"
    if ctx.is_instance(node, "multiprocessing.Pool", "multiprocessing.pool.Pool"):
        return "process"
    return None


def _direct(ctx: Context, where: Where, call: ast.Call, *, spread: bool = False) -> Handover:
    """``submit(f, a, b, c=d)``; with ``spread`` the arguments are collections of arguments, as for ``map``."""
    given = call.args[1:]
    positional = [e for a in given for e in _elements(ctx, a)] if spread else given
    return Handover(where, call, call.args[0] if call.args else None, tuple(positional), _keywords(call))


def _unpacked(
    ctx: Context,
    where: Where,
    call: ast.Call,
    target: ast.expr | None,
    args: ast.expr | None,
    kwargs: ast.expr | None,
) -> Iterator[Handover]:
    named: dict[str, ast.expr] = {}
    mapping = definition(ctx, kwargs) if kwargs is not None else None
    if isinstance(mapping, ast.Dict):
        for key, value in zip(mapping.keys, mapping.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                named[key.value] = value
    elif isinstance(mapping, ast.Call) and ctx.called(mapping) == "builtins.dict":
        named = _keywords(mapping)
    yield Handover(where, call, target, tuple(_elements(ctx, args)) if args is not None else (), named)


def _elements(ctx: Context, node: ast.expr) -> list[ast.expr]:
    node = definition(ctx, node)
    return list(node.elts) if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else []


def _keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {k.arg: k.value for k in call.keywords if k.arg is not None}


def _at(call: ast.Call, position: int, keyword: str = "") -> ast.expr | None:
    given = next((k.value for k in call.keywords if keyword and k.arg == keyword), None)
    if given is None and 0 <= position < len(call.args):
        return call.args[position]
    return given
