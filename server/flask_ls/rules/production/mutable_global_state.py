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
from dataclasses import dataclass

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


@dataclass(frozen=True)
class _Change:
    """``node`` changes what ``name`` stands for, if that is of one of the ``classes``."""

    node: ast.AST
    name: ast.expr
    classes: frozenset[str]


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """The first change that each view makes to a name."""
    told: set[tuple[ast.AST, str]] = set()
    for change in sorted(_changes(ctx), key=lambda c: ctx.span(c.node)):
        handler = handler_around(ctx, change.node)
        if isinstance(change.name, ast.Name) and handler is not None and (handler, change.name.id) not in told:
            for finding in _report(change, change.name, handler, ctx):
                told.add((handler, change.name.id))
                yield finding


def _changes(ctx: Context) -> Iterator[_Change]:
    """``items.append(...)``, ``cache[key] = ...``, ``del cache[key]``, ``hits += 1`` after ``global hits``."""
    for call in ctx.index.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in _MUTATING:
            yield _Change(call, _container(call.func.value), _CONTAINERS)
    for node, target in _targets(ctx):
        if isinstance(target, ast.Subscript):
            yield _Change(node, _container(target), _CONTAINERS)
        elif isinstance(target, ast.Name) and not _is_made_once(node, target, ctx):
            yield _Change(node, target, _NUMBERS | _CONTAINERS | _VALUES)


def _targets(ctx: Context) -> Iterator[tuple[ast.stmt, ast.expr]]:
    for assign in ctx.index.nodes(ast.Assign):
        yield from ((assign, target) for target in assign.targets)
    for delete in ctx.index.nodes(ast.Delete):
        yield from ((delete, target) for target in delete.targets)
    for augmented in ctx.index.nodes(ast.AugAssign):
        yield augmented, augmented.target


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


def _report(change: _Change, name: ast.Name, handler: ast.AST, ctx: Context) -> Iterator[Finding]:
    if not handlers(ctx).has(handler, "view", "resource", "error_handler", "before_request", "after_request"):
        return
    scope = ctx.index.scope(name).owner(name.id)
    if scope is not ctx.index.root:
        return
    first = _made_at(scope.bindings[name.id])
    if first is None or first.value is None:
        return
    if ctx.infer.class_of(first.value) not in change.classes and not (
        is_none(first.value) and change.classes >= _VALUES
    ):
        return
    yield ctx.finding(
        change.node,
        f'each worker process has its own "{name.id}": what a view puts there other requests may not see.',
        related=[ctx.related(first.node, f'"{name.id}" is made here, once for each process')],
    )


def _made_at(bindings: list[Binding]) -> Binding | None:
    made = [b for b in bindings if b.kind == "assign"]
    return made[0] if len(made) == 1 or (made and all(b.kind in ("assign", "target") for b in bindings)) else None
