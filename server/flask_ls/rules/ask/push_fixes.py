"""Fixes that push a context around code that lacks one, or use the application itself."""

from __future__ import annotations

import ast

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.app_here import app_name, is_app
from flask_ls.rules.ask.contexts import Lacking, lacking
from flask_ls.rules.context import Context
from flask_ls.rules.finding import Fix
from flask_ls.rules.fixing import EditBuilder

_WRAPPABLE = (
    ast.Expr,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.For,
    ast.While,
    ast.If,
    ast.Assert,
    ast.Delete,
    ast.With,
    ast.Return,
    ast.Try,
)
# Ways that start in a function which may well push the context itself.
_PUSHING_STARTS = frozenset({"test", "fixture", "factory", "wsgi", "script"})


def push_around(ctx: Context, found: Lacking) -> Fix | None:
    """``with app.app_context():`` around the statements where the way to the use starts."""
    if found.problem.need.level != "app" or found.problem.pushed:
        return None
    return _around(ctx, found, "app_context", safe=True)


def request_around(ctx: Context, found: Lacking) -> Fix | None:
    """``with app.test_request_context():`` around the statements that use a request in a test, script or command."""
    if found.source in ("import", "view", "stream") or found.problem.need.level == "app":
        return None
    if request_context_instead(ctx, found) is not None:
        return None  # one inside of the other would be one too many
    return _around(ctx, found, "test_request_context", safe=False)


def _around(ctx: Context, found: Lacking, method: str, *, safe: bool) -> Fix | None:
    start = _statement(ctx, found)
    if start is None:
        return None
    statements = _with_neighbours(ctx, found, start)
    app = app_name(ctx, statements[0])
    edit = ctx.edit()
    if app is None and found.problem.pushed:
        app = edit.import_name("flask", "current_app", at=start)
    if app is None:
        return None
    header = f"with {app}.{method}():"
    return ctx.fix(f"Run it in `{header}`", edit.wrap_in_with(statements, header), safe=safe)


def _statement(ctx: Context, found: Lacking) -> ast.stmt | None:
    """The statement of the module, or of the function that is started, from which the way leads to the use."""
    node = found.first_node if found.first_node is not None else found.node
    statement = ctx.index.statement(node)
    if statement is None or not isinstance(statement, _WRAPPABLE):
        return None
    function = ctx.index.function_of(statement)
    if function is None:
        is_alone = not any(isinstance(a, (ast.ClassDef, *FUNCTIONS)) for a in ctx.index.ancestors(statement))
        return statement if is_alone and not isinstance(statement, ast.Return) else None
    if function is not found.start_function:
        return None
    return statement if found.source in _PUSHING_STARTS or found.problem.pushed else None


def _with_neighbours(ctx: Context, found: Lacking, start: ast.stmt) -> list[ast.stmt]:
    """The statements from the first to the last of the block that run into such a use, to be wrapped together."""
    block = ctx.index.block_of(start)
    if ctx.index.function_of(start) is None:
        return [start]
    numbers = [block.index(start)]
    for other in lacking(ctx, found.problem.code):
        statement = _statement(ctx, other) if other.problem.pushed == found.problem.pushed else None
        if statement in block:
            numbers.append(block.index(statement))
    return block[min(numbers) : max(numbers) + 1]


def local_app(ctx: Context, found: Lacking) -> Fix | None:
    """The application itself in the place of ``current_app``, where it has a name."""
    if found.what != "current_app" or not isinstance(found.mark, (ast.Name, ast.Attribute)):
        return None
    if ctx.name(found.mark) != "flask.current_app":
        return None
    name = _name_of_app(ctx, found)
    if name is None:
        return None
    edit = ctx.edit().replace(found.mark, name)
    if isinstance(found.mark, ast.Name):
        edit.remove_unused_import(found.mark.id)
    return ctx.fix(f"Use {name}, which is the application here", edit, safe=True)


def _name_of_app(ctx: Context, found: Lacking) -> str | None:
    state = _setup_state(ctx, found)
    if state is not None:
        return f"{state}.app"
    # `with current_app.app_context():` cannot work where nothing is pushed; the application itself can.
    parent = ctx.parent(found.mark)
    pushes = isinstance(parent, ast.Attribute) and parent.attr in ("app_context", "test_request_context")
    return app_name(ctx, found.mark) if pushes or _has_app_of_its_own(ctx, found.function) else None


def _has_app_of_its_own(ctx: Context, function: ast.AST | None) -> bool:
    if not isinstance(function, FUNCTIONS):
        return False
    scope = ctx.index.scope_made_by(function)
    made = (b for bindings in scope.bindings.values() for b in bindings if b.kind in ("assign", "param"))
    return any(is_app(ctx, b, scope) for b in made)


def _setup_state(ctx: Context, found: Lacking) -> str | None:
    """The name of the state that a ``bp.record`` function gets."""
    if not isinstance(found.function, FUNCTIONS) or not found.function.args.args:
        return None
    for decorator in found.function.decorator_list:
        if isinstance(decorator, ast.Attribute) and decorator.attr in ("record", "record_once"):
            return found.function.args.args[0].arg
    return None


def with_appcontext(ctx: Context, found: Lacking) -> Fix | None:
    """``@with_appcontext`` on a plain click command."""
    if found.source != "command" or found.start_function is None:
        return None
    edit = ctx.edit()
    name = edit.import_name("flask.cli", "with_appcontext", at=found.start_function)
    edit.add_decorator(found.start_function, name)
    return ctx.fix("Push an application context for the command", edit, safe=True)


def request_context_instead(ctx: Context, found: Lacking) -> Fix | None:
    """``test_request_context()`` for ``app_context()``, ``teardown_request`` for ``teardown_appcontext``."""
    for node in (found.node, found.first_node):
        edit = _request_for_app(ctx, node) if node is not None else None
        if edit is not None:
            return ctx.fix("Push a request context for a made-up request", edit, safe=False)
    function = found.start_function or found.function
    for decorator in function.decorator_list if isinstance(function, FUNCTIONS) else ():
        if isinstance(decorator, ast.Attribute) and decorator.attr == "teardown_appcontext":
            edit = ctx.edit().replace(decorator, f"{ctx.text(decorator.value)}.teardown_request")
            return ctx.fix("Run it only when a request ends", edit, safe=False)
    return None


def _request_for_app(ctx: Context, node: ast.AST) -> EditBuilder | None:
    child = node
    for ancestor in ctx.index.ancestors(node):
        if isinstance(ancestor, (*FUNCTIONS, ast.Lambda)):
            return None
        if isinstance(ancestor, (ast.With, ast.AsyncWith)) and child in ancestor.body:
            for item in ancestor.items:
                called = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
                if isinstance(called, ast.Attribute) and called.attr == "app_context":
                    return ctx.edit().replace(called, f"{ctx.text(called.value)}.test_request_context")
        child = ancestor
    return None


def server_name(ctx: Context, found: Lacking) -> Fix | None:
    """``SERVER_NAME`` for the application that this file makes."""
    if not (found.problem.pushed or found.problem.need.level == "app url"):
        return None
    made = [
        s
        for s in ctx.index.nodes(ast.Assign)
        if isinstance(s.value, ast.Call) and ctx.called(s.value) == "flask.Flask" and isinstance(s.targets[0], ast.Name)
    ]
    if len(made) != 1 or len(made[0].targets) != 1:
        return None
    edit = ctx.edit()
    key, host = edit.quoted("SERVER_NAME"), edit.quoted("example.com")
    edit.insert_line_after(made[0], f"{ctx.text(made[0].targets[0])}.config[{key}] = {host}")
    return ctx.fix("Set SERVER_NAME, with your host in the place of example.com", edit, safe=False)
