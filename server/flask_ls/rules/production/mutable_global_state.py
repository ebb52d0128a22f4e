"""A view changes a module-level list, dict, set or value.

Why: Each worker process has its own copy: a counter or cache in a module global differs between workers, threads race
on it, and a restart clears it.

Instead: the database or a cache server; ``g`` for the data of one request.

Quiet: For constants that are only read, values that are loaded when they are missing, objects with locks or of
libraries (caches, queues), locals, and code that runs at start-up only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.extract.refs import is_none
from flask_ls.project.scopes import Binding
from flask_ls.rules.ask.flow import tests_before
from flask_ls.rules.ask.views import handler_around, handlers, registers_routes
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK809",
    severity=Severity.WARNING,
    guide=("Production / flask run is a development server",),
    triggers=frozenset({"add_url_rule", "MethodView", "before_request", "before_app_request"}),
    when=registers_routes,
    overlaps=("ruff PLW0603", "pylint W0603"),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            items = []


            @app.post("/add")
            def add():
                items.append(1)
            #   ^^^^^^^^^^^^^^^ each worker process has its own "items"
                return "x"
            """,
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            hits = 0


            @app.get("/")
            def index():
                global hits
                hits += 1
            #   ^^^^^^^^^ each worker process has its own "hits"
                return "x"
            """,
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            announcement = None


            @app.post("/announce")
            def announce():
                global announcement
                announcement = "closed on Monday"
            #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ each worker process has its own "announcement"
                return "x"
            """,
        ),
        Good(
            """
            from flask import Flask

            app = Flask(__name__)
            table = None


            @app.get("/")
            def index():
                global table
                if table is None:
                    table = {"a": 1}
                return table
            """,
            drive="client.get('/')",
            title="Each process loads the same",
        ),
        Good(
            """
            from flask import Flask

            app = Flask(__name__)
            ITEMS = [1, 2]


            @app.post("/add")
            def add():
                items = list(ITEMS)
                items.append(1)
                return str(items)
            """,
            drive="client.post('/add')",
        ),
    ),
)

_MUTATING = frozenset(
    {"append", "extend", "insert", "remove", "pop", "clear", "add", "discard", "update", "setdefault", "popitem"}
    | {"appendleft", "popleft", "sort", "reverse"}
)
_CONTAINERS = frozenset(
    {"builtins.list", "builtins.dict", "builtins.set", "collections.defaultdict", "collections.deque"}
    | {"collections.OrderedDict", "collections.Counter"}
)
_VALUES = frozenset({"builtins.str", "builtins.bool"})
_NUMBERS = frozenset({"builtins.int", "builtins.float"})


@rule.on(ast.Call)
def on_call(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``items.append(...)``."""
    method = node.func
    if isinstance(method, ast.Attribute) and method.attr in _MUTATING:
        yield from _report(node, _container(method.value), _CONTAINERS, ctx)


@rule.on(ast.Assign, ast.AugAssign, ast.Delete)
def on_statement(node: ast.stmt, ctx: Context) -> Iterator[Finding]:
    """``cache[key] = ...``, ``del cache[key]``, ``hits += 1`` after ``global hits``."""
    targets = [node.target] if isinstance(node, ast.AugAssign) else getattr(node, "targets", [])
    for target in targets:
        if isinstance(target, ast.Subscript):
            yield from _report(node, _container(target), _CONTAINERS, ctx)
        elif isinstance(target, ast.Name) and (isinstance(node, ast.AugAssign) or not _is_made_once(node, target, ctx)):
            yield from _report(node, target, _NUMBERS | _CONTAINERS | _VALUES, ctx)


def _container(node: ast.expr) -> ast.expr:
    """The name in ``items``, ``items[key]``, ``items[key][0]``."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def _is_made_once(node: ast.stmt, target: ast.Name, ctx: Context) -> bool:
    """``if model is None: model = load()``, ``model = model or load()``: each process makes its own, all are alike.

    So is what a call makes that nothing of the request goes into.
    """
    if not isinstance(node, ast.Assign):
        return False
    tests = [test for test, _ in tests_before(ctx, node)]
    if isinstance(node.value, (ast.BoolOp, ast.IfExp)):
        tests.append(node.value)
    if any(isinstance(n, ast.Name) and n.id == target.id for test in tests for n in ast.walk(test)):
        return True
    is_made = any(isinstance(n, ast.Call) for n in ast.walk(node.value))
    return is_made and not any(_is_of_request(n, target, ctx) for n in ast.walk(node.value))


def _is_of_request(node: ast.AST, target: ast.Name, ctx: Context) -> bool:
    """Whether the node reads the value before, a local of the view or something of the request."""
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return False
    if isinstance(node, ast.Name):
        owner = ctx.index.scope(node).owner(node.id)
        if node.id == target.id or (owner is not None and owner is not ctx.index.root):
            return True
    return (ctx.name(node) or "").startswith(("flask.request", "flask.session", "flask.g."))


def _report(node: ast.AST, name: ast.expr, classes: frozenset[str], ctx: Context) -> Iterator[Finding]:
    handler = handler_around(ctx, node)
    if (
        not isinstance(name, ast.Name)
        or handler is None
        or not handlers(ctx).has(handler, "view", "resource", "error_handler", "before_request", "after_request")
    ):
        return
    scope = ctx.index.scope(name).owner(name.id)
    if scope is not ctx.index.root:
        return
    first = _made_at(scope.bindings[name.id])
    if first is None or first.value is None:
        return
    if ctx.infer.class_of(first.value) not in classes and not (is_none(first.value) and classes >= _VALUES):
        return
    yield ctx.finding(
        node,
        f'each worker process has its own "{name.id}": what a view puts there other requests may not see.',
        related=[ctx.related(first.node, f'"{name.id}" is made here, once for each process')],
    )


def _made_at(bindings: list[Binding]) -> Binding | None:
    made = [b for b in bindings if b.kind == "assign"]
    return made[0] if len(made) == 1 or (made and all(b.kind in ("assign", "target") for b in bindings)) else None
