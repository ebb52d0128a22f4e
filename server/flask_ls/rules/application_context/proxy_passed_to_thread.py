"""A context proxy itself is handed to a thread, an executor, a scheduler or a task queue.

Why: ``current_app``, ``g``, ``request``, ``session`` and ``current_user`` are looked up where they are *used*, not
where they are passed. In the new thread no context is active, so the first use raises RuntimeError (``current_user`` is
None). Arguments of another process or of a Celery task are serialised, and neither a proxy nor the object behind it can
be.

Instead: Pass the data that the task needs (``current_user.id``, ``request.args.to_dict()``), or the real application
from ``current_app._get_current_object()``.

Fix: Puts ``._get_current_object()`` behind the proxy. Safe for ``current_app``; the request, session or user object
behind another proxy belongs to this request, so there it is unsafe. None where arguments are serialised.

Quiet: For attributes and method results of a proxy, for targets wrapped by ``copy_current_request_context`` or by a
decorator, for ``contextvars.copy_context().run``, and when the target uses the argument only inside a context of its
own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project import catalog
from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask.handover import Handover, handovers
from flask_ls.rules.ask.values import definition
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

_PROXIES = catalog.PROXIES | catalog.EXTENSION_PROXIES

rule = Rule(
    __name__,
    code="FLK105",
    severity=Severity.ERROR,
    guide=("Application context / background tasks need context",),
    triggers=frozenset(name.rpartition(".")[2] for name in _PROXIES),
    error_text="RuntimeError: Working outside of application context.",
    examples=(
        Bad(
            """
            from threading import Thread

            from flask import Flask, current_app

            app = Flask(__name__)


            def send(app, to):
                with app.app_context():
                    print(to)


            @app.post("/")
            def invite():
                Thread(target=send, args=(current_app, "ann@example.com")).start()
                #                         ^^^^^^^^^^^ The proxy current_app is handed to a thread
                return "", 202
            """,
            fixed="""
            from threading import Thread

            from flask import Flask, current_app

            app = Flask(__name__)


            def send(app, to):
                with app.app_context():
                    print(to)


            @app.post("/")
            def invite():
                Thread(target=send, args=(current_app._get_current_object(), "ann@example.com")).start()
                return "", 202
            """,
            drive="client.post('/')",
            fails="RuntimeError: Working outside of application context",
        ),
        Bad(
            """
            from concurrent.futures import ThreadPoolExecutor

            from flask import Flask, request

            app = Flask(__name__)
            pool = ThreadPoolExecutor()


            def log(req):
                print(req.path)


            @app.get("/")
            def index():
                pool.submit(log, request)
                #                ^^^^^^^ The proxy request is handed to a thread
                return "ok"
            """,
            drive="client.get('/')",
            fails="RuntimeError: Working outside of request context",
        ),
        Bad(
            """
            from celery import Celery
            from flask import Flask, session

            app = Flask(__name__)
            celery = Celery("app", broker="memory://")


            @celery.task
            def work(data):
                print(data)


            @app.get("/")
            def index():
                work.delay(session)
                #          ^^^^^^^ The proxy session cannot be sent to a task queue
                return "ok"
            """,
            drive="client.get('/')",
            fails="is not JSON serializable",
        ),
        Good(
            """
            from threading import Thread

            from flask import Flask, copy_current_request_context, current_app, request

            app = Flask(__name__)


            def work(app, *data):
                print(app.name, data)


            @app.get("/")
            def index():
                app = current_app._get_current_object()
                Thread(target=work, args=(app, request.path, request.args.to_dict())).start()
                Thread(target=copy_current_request_context(work), args=(current_app, request)).start()
                return "ok"
            """,
            drive="client.get('/')",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Arguments of hand-overs that are proxies."""
    for handover in handovers(ctx):
        if handover.where == "thread" and _keeps_context(ctx, handover.target):
            continue
        target = _function(ctx, handover.target)
        positional = [(str(n), n, a) for n, a in enumerate(handover.positional)]
        for name, number, value in (*positional, *((k, -1, v) for k, v in handover.named.items())):
            for proxy in _proxies(ctx, value):
                if handover.where != "thread" or _needs_context(ctx, target, name, number, proxy):
                    yield _finding(ctx, handover, proxy)
        yield from _in_partial(ctx, handover)


def _in_partial(ctx: Context, handover: Handover) -> Iterator[Finding]:
    """``target=partial(work, session)``."""
    made = definition(ctx, handover.target) if handover.target is not None else None
    if isinstance(made, ast.Call) and ctx.called(made) == "functools.partial":
        for value in (*made.args[1:], *(k.value for k in made.keywords)):
            for proxy in _proxies(ctx, value):
                yield _finding(ctx, handover, proxy)


def _finding(ctx: Context, handover: Handover, proxy: ast.expr) -> Finding:
    name = (ctx.name(proxy) or "").rpartition(".")[2]
    if handover.where == "thread":
        message = f"The proxy {name} is handed to a thread, where no context is active when it is used."
    else:
        where = "a task queue" if handover.where == "queue" else "another process"
        message = f"The proxy {name} cannot be sent to {where}: it is not serialisable."
    fixes = [_real_object(ctx, proxy, name)] if handover.where == "thread" else []
    return ctx.finding(proxy, message, fixes=fixes)


def _real_object(ctx: Context, proxy: ast.expr, name: str) -> Fix | None:
    # `the_app = current_app`: the assignment is the place to change, unless the alias is used elsewhere as a proxy.
    place = definition(ctx, proxy)
    edit = ctx.edit().after(place, "._get_current_object()")
    return ctx.fix(f"Pass {ctx.text(place)}._get_current_object()", edit, safe=name == "current_app")


def _proxies(ctx: Context, node: ast.expr) -> Iterator[ast.expr]:
    """The proxies that an argument is or holds."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        for element in node.elts:
            yield from _proxies(ctx, element)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _proxies(ctx, value)
    elif ctx.name(node) in _PROXIES:
        yield node


def _keeps_context(ctx: Context, target: ast.expr | None) -> bool:
    """Whether the target brings a context along, or may: a wrapper or decorator other than ``partial``."""
    if target is None:
        return True
    made = definition(ctx, target)
    if isinstance(made, ast.Call):
        return ctx.called(made) != "functools.partial" or not made.args or _keeps_context(ctx, made.args[0])
    if isinstance(made, ast.Attribute) and made.attr == "run":
        return ctx.called(definition(ctx, made.value)) == "contextvars.copy_context"
    function = _function(ctx, target)
    if function is not None:
        return bool(function.decorator_list)
    name = ctx.name(target)
    known = ctx.model.names.function(name) if name is not None else None
    return known is not None and bool(known[1].decorators)


def _function(ctx: Context, target: ast.expr | None) -> FunctionNode | None:
    if not isinstance(target, ast.Name):
        return None
    bindings = ctx.index.lookup(target.id, target)
    node = bindings[0].node if len(bindings) == 1 and bindings[0].kind == "def" else None
    return node if isinstance(node, FUNCTIONS) else None


def _needs_context(ctx: Context, function: FunctionNode | None, name: str, number: int, proxy: ast.expr) -> bool:
    """Whether the function uses the argument where no context of its own is active; unknown functions do."""
    if function is None:
        return True
    positional = [*function.args.posonlyargs, *function.args.args]
    if number >= 0:
        if number >= len(positional):
            return True
        name = positional[number].arg
    elif name not in [a.arg for a in (*positional, *function.args.kwonlyargs)]:
        return True
    pushing = {"test_request_context", "request_context"}
    if ctx.name(proxy) in catalog.APP_PROXIES:
        pushing.add("app_context")
    scope = ctx.index.scope_made_by(function)
    uses = [n for n in ctx.index.nodes(ast.Name) if n.id == name and ctx.index.scope(n).owner(name) is scope]
    return any(not _is_inside_context(ctx, use, name, pushing) for use in uses)


def _is_inside_context(ctx: Context, use: ast.Name, name: str, pushing: set[str]) -> bool:
    child: ast.AST = use
    for ancestor in ctx.index.ancestors(use):
        if isinstance(ancestor, ast.With) and child in ancestor.body:
            for item in ancestor.items:
                func = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
                if isinstance(func, ast.Attribute) and func.attr in pushing:
                    names = {n.id for n in ast.walk(func.value) if isinstance(n, ast.Name)}
                    if name not in names:
                        return True
        child = ancestor
    return False
