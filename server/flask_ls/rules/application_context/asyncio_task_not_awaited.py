"""An async view starts a task or makes a coroutine and does not wait for it.

Why: Flask runs each async view in an event loop of its own, which stops when the view returns. Tasks that are still
pending are cancelled then; a coroutine that is never awaited does not run at all.

Instead: ``await`` it, use ``asyncio.gather`` or a ``TaskGroup``; give work that outlives the request to a thread or a
task queue.

Quiet: When the task is kept and used later in the view, and outside of functions that Flask calls.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.contexts.values import Value
from flask_ls.rules.ask.values import definition
from flask_ls.rules.ask.views import handler_around, registers_routes
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK107",
    severity=Severity.WARNING,
    guide=("Application context / background tasks need context",),
    triggers=frozenset({"create_task", "ensure_future", "add_url_rule", "MethodView"}),
    asks_contexts=True,
    when=registers_routes,
    error_text="RuntimeWarning: coroutine 'work' was never awaited",
    overlaps=("ruff RUF006", "pyright reportUnusedCoroutine"),
    examples=(
        Bad(
            """
            import asyncio

            from flask import Flask

            app = Flask(__name__)
            done = []


            async def work():
                await asyncio.sleep(0.05)
                done.append(1)


            @app.get("/")
            async def index():
                asyncio.create_task(work())
            #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ the task is cancelled
                return "ok"
            """,
            fixed="""
            import asyncio

            from flask import Flask

            app = Flask(__name__)
            done = []


            async def work():
                await asyncio.sleep(0.05)
                done.append(1)


            @app.get("/")
            async def index():
                await asyncio.create_task(work())
                return "ok"
            """,
            drive="client.get('/'); assert app_module.done",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            async def work():
                pass


            @app.get("/")
            async def index():
                work()
            #   ^^^^^^ the coroutine never runs
                return "ok"
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            async def work():
                pass


            @app.get("/")
            async def index():
                await work()
                return "ok"
            """,
        ),
        Good(
            """
            import asyncio

            from flask import Flask

            app = Flask(__name__)


            async def work():
                await asyncio.sleep(0)


            @app.get("/")
            async def index():
                task = asyncio.create_task(work())
                await task
                await asyncio.gather(work(), work())
                return "ok"
            """,
            drive="client.get('/')",
        ),
    ),
)

_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})


@rule.on(ast.Expr)
def check(node: ast.Expr, ctx: Context) -> Iterator[Finding]:
    """A call as a statement, inside an async view."""
    yield from _check(node.value, ctx)


@rule.on(ast.Assign)
def check_kept(node: ast.Assign, ctx: Context) -> Iterator[Finding]:
    """A task in a variable that nothing waits for."""
    target = node.targets[0]
    if isinstance(target, ast.Name) and isinstance(node.value, ast.Call) and _starts_task(node.value, ctx):
        owner = ctx.index.scope(target).owner(target.id)
        uses = [n for n in ctx.index.nodes(ast.Name) if n.id == target.id and ctx.index.scope(n).owner(n.id) is owner]
        if owner is not None and not owner.is_module and all(n is target or _is_callback(n, ctx) for n in uses):
            yield from _check(node.value, ctx)


def _is_callback(name: ast.Name, ctx: Context) -> bool:
    """``task.add_done_callback(...)``, which does not wait."""
    method = ctx.parent(name)
    return isinstance(method, ast.Attribute) and method.attr in ("add_done_callback", "set_name", "get_name")


def _starts_task(call: ast.Call, ctx: Context) -> bool:
    return ctx.called(call) in _TASKS or (isinstance(call.func, ast.Attribute) and _is_loop(call.func, ctx))


def _check(call: ast.expr, ctx: Context) -> Iterator[Finding]:
    if not isinstance(call, ast.Call):
        return
    handler = handler_around(ctx, call)
    if not isinstance(handler, ast.AsyncFunctionDef):
        return
    name = ctx.called(call)
    if _starts_task(call, ctx):
        message = "the task is cancelled when the view returns: nothing waits for it."
    elif _makes_coroutine(call, ctx):
        message = "the coroutine never runs: it is not awaited."
    elif name is not None and (known := ctx.model.names.function(name)) is not None:
        if not known[1].is_async or known[1].is_generator or known[1].decorators:
            return
        message = "the coroutine never runs: it is not awaited."
    else:
        return
    yield ctx.finding(
        call, message, fixes=[ctx.fix("Wait for it with await", ctx.edit().before(call, "await "), safe=False)]
    )


def _makes_coroutine(call: ast.Call, ctx: Context) -> bool:
    """``mailer.send()`` where the method is ``async``."""
    values = ctx.model.contexts.values
    cls = ctx.infer.class_of(call.func.value) if isinstance(call.func, ast.Attribute) else None
    if cls is None or not isinstance(call.func, ast.Attribute):
        return False
    method = values.attribute(Value("instance", cls), call.func.attr)
    body = values.body(method.key) if method is not None and method.kind == "function" else None
    return body is not None and body.is_async and not body.is_generator and not body.decorators


def _is_loop(method: ast.Attribute, ctx: Context) -> bool:
    loop = definition(ctx, method.value)
    return method.attr == "create_task" and ctx.called(loop) in ("asyncio.get_running_loop", "asyncio.get_event_loop")
