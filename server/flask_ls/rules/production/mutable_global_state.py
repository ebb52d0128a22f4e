"""A view, or a function that it calls, changes a list, dict, set or value of a module or class.

Why: Each worker process has its own copy: a counter or cache in a module global differs between workers, threads race
on it, and a restart clears it.

Instead: the database or a cache server; ``g`` for the data of one request.

Quiet: For constants that are only read, values that are loaded when they are missing, what is put into a variable
called a cache, objects with locks or of libraries (caches, queues), locals, code that runs at start-up, in tests, in
development or in examples beside a library, and where the program is served by one process only (Waitress,
``gunicorn --workers 1``, Flask-SocketIO without a message queue).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask.flow import tests_before
from flask_ls.rules.ask.process_state import MESSAGE_QUEUE, is_one_process, process_state
from flask_ls.rules.ask.stage import is_example, is_off_production, stage_of_conditions
from flask_ls.rules.ask.views import handlers, registers_routes
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Related, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK809",
    severity=Severity.WARNING,
    guide=("Production / flask run is a development server",),
    # The last word wakes nothing by itself: `is_one_process` asks which files have it.
    triggers=frozenset({"add_url_rule", "MethodView", "before_request", "before_app_request", MESSAGE_QUEUE}),
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
_CACHES = frozenset({"cache", "caches", "cached", "memo"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
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
    """The first change that each function makes to a name."""
    if is_example(ctx):
        return
    told: set[tuple[ast.AST, str]] = set()
    for change in sorted(_changes(ctx), key=lambda c: ctx.span(c.node)):
        function, name = ctx.index.function_of(change.node), ctx.text(change.name)
        if not isinstance(function, FUNCTIONS) or (function, name) in told or _fills_a_cache(change, ctx):
            continue
        if is_off_production(stage_of_conditions(ctx, change.node)):
            continue
        state = process_state(ctx, change.name)
        if state is None or (state.cls or "builtins.str") not in change.classes:
            continue
        if _runs_for_requests(function, change, ctx):
            if ctx.model.once(is_one_process):
                return
            told.add((function, name))
            yield ctx.finding(
                change.node,
                f'each worker process has its own "{name}": what a view puts there other requests may not see.',
                related=[Related(state.site, f'"{name}" is made here, once for each process')],
            )


def _changes(ctx: Context) -> Iterator[_Change]:
    """``items.append(...)``, ``cache[key] = ...``, ``del cache[key]``, ``hits += 1`` after ``global hits``."""
    for call in ctx.index.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in _MUTATING:
            yield _Change(call, _container(call.func.value), _CONTAINERS)
    for node, target in _targets(ctx):
        if isinstance(target, ast.Subscript):
            yield _Change(node, _container(target), _CONTAINERS)
        elif isinstance(target, (ast.Name, ast.Attribute)) and not _is_made_once(node, target, ctx):
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


def _is_made_once(node: ast.stmt, target: ast.expr, ctx: Context) -> bool:
    """``if model is None: model = load()``, ``model = model or load()``: each process makes its own, all are alike.

    So is what a call makes that nothing of the request goes into.
    """
    if not isinstance(node, ast.Assign):
        return False
    tests = [test for test, _ in tests_before(ctx, node)]
    if isinstance(node.value, (ast.BoolOp, ast.IfExp)):
        tests.append(node.value)
    if any(_mentions(test, target, ctx) for test in tests):
        return True
    is_made = any(isinstance(n, ast.Call) for n in ast.walk(node.value))
    return is_made and not any(_is_of_request(n, target, ctx) for n in ast.walk(node.value))


def _fills_a_cache(change: _Change, ctx: Context) -> bool:
    """``_price_cache[key] = ...``: what one process misses there it computes again. Emptying it is another thing."""
    words = {word.lower() for word in _WORD.findall(ctx.text(change.name))}
    return isinstance(change.node, ast.Assign) and not words.isdisjoint(_CACHES)


def _mentions(node: ast.AST, name: ast.expr, ctx: Context) -> bool:
    written = ctx.text(name)
    return any(isinstance(n, type(name)) and ctx.text(n) == written for n in ast.walk(node))


def _is_of_request(node: ast.AST, target: ast.expr, ctx: Context) -> bool:
    """Whether the node reads the value before, a local of the view or something of the request."""
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return False
    if ctx.text(node) == ctx.text(target):
        return True
    owner = ctx.index.scope(node).owner(node.id) if isinstance(node, ast.Name) else None
    if owner is not None and owner is not ctx.index.root:
        return True
    return (ctx.name(node) or "").startswith(("flask.request", "flask.session", "flask.g."))


def _runs_for_requests(function: FunctionNode, change: _Change, ctx: Context) -> bool:
    """Whether Flask calls the function for a request, or only functions that it calls for one lead there."""
    if handlers(ctx).roles(function):
        return handlers(ctx).has(function, "view", "resource", "error_handler", "before_request", "after_request")
    if any(_mentions(test, change.name, ctx) for test, _ in tests_before(ctx, change.node)):
        return False  # it remembers what was computed before
    if isinstance(change.node, ast.Assign) and not isinstance(change.node.targets[0], ast.Subscript):
        return False  # whether the new value is one of a request is not followed
    return _is_called_by_views_only(function, ctx)


def _is_called_by_views_only(function: FunctionNode, ctx: Context, left: int = 3) -> bool:
    if function not in ctx.tree.body or function.decorator_list or left <= 0:
        return False
    if any(function.name in f.mentioned for f in ctx.model.files.values() if f.path != ctx.path):
        return False
    uses = [n for n in ctx.index.nodes(ast.Name) if n.id == function.name and isinstance(n.ctx, ast.Load)]
    callers = {ctx.index.function_of(n) if getattr(ctx.parent(n), "func", None) is n else None for n in uses}
    return bool(callers) and all(
        isinstance(caller, FUNCTIONS)
        and (handlers(ctx).has(caller, "view", "resource") or _is_called_by_views_only(caller, ctx, left - 1))
        for caller in callers
    )
