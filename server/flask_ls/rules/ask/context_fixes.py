"""Fixes for code that lacks a context: which statement, function or default to change, and how."""

from __future__ import annotations

import ast

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.project.scopes import Binding, Scope
from flask_ls.rules.ask.contexts import Lacking
from flask_ls.rules.context import Context
from flask_ls.rules.finding import Fix

_WRAPPABLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.While, ast.Assert, ast.Delete)
_FACTORIES = {"dataclasses.dataclass"}


def app_name(ctx: Context, at: ast.AST) -> str | None:
    """The name of a Flask application that is there when the code at a node runs; local names first."""
    scope: Scope | None = ctx.index.scope(at)
    while scope is not None:
        for name, bindings in scope.bindings.items():
            if len(bindings) == 1 and _is_app(ctx, bindings[0]) and _is_bound(ctx, bindings[0], scope, at):
                return name
        scope = scope.parent
    return None


def _is_app(ctx: Context, binding: Binding) -> bool:
    return binding.kind == "assign" and ctx.is_instance(binding.value, "flask.Flask")


def _is_bound(ctx: Context, binding: Binding, scope: Scope, at: ast.AST) -> bool:
    """Whether the name has its value when ``at`` runs: assigned above it, or in a module that has run by then."""
    if not scope.is_module and scope is not ctx.index.scope(at):
        return True  # of an enclosing function
    if scope.is_module and ctx.index.function_of(at) is not None:
        return True
    return ctx.span(binding.node).end <= ctx.span(at).start


def push_around(ctx: Context, found: Lacking) -> Fix | None:
    """``with app.app_context():`` around the statement of the module that runs into the use."""
    start = _module_statement(ctx, found)
    if start is None:
        return None
    app = app_name(ctx, start)
    if app is None:
        return None
    header = f"with {app}.app_context():"
    return ctx.fix(f"Run it in `{header}`", ctx.edit().wrap_in_with([start], header), safe=True)


def _module_statement(ctx: Context, found: Lacking) -> ast.stmt | None:
    """The statement at module level, or under the main guard, from which the way to the use starts."""
    node = found.first_node if found.first_node is not None else found.node
    statement = ctx.index.statement(node)
    if statement is None or ctx.index.function_of(statement) is not None or not isinstance(statement, _WRAPPABLE):
        return None
    around = list(ctx.index.ancestors(statement))
    if any(isinstance(a, ast.ClassDef) for a in around):
        return None
    return statement


def local_app(ctx: Context, found: Lacking) -> Fix | None:
    """The application itself in the place of ``current_app``, where it has a name."""
    if found.what != "current_app" or not isinstance(found.mark, ast.Name):
        return None
    state = _setup_state(ctx, found)
    name = f"{state}.app" if state is not None else app_name(ctx, found.mark) if _is_made_here(ctx, found) else None
    if name is None:
        return None
    edit = ctx.edit().replace(found.mark, name).remove_unused_import(found.mark.id)
    return ctx.fix(f"Use {name}, which is the application here", edit, safe=True)


def _is_made_here(ctx: Context, found: Lacking) -> bool:
    if isinstance(found.function, FUNCTIONS):
        scope = ctx.index.scope_made_by(found.function)
        return any(_is_app(ctx, b) for bindings in scope.bindings.values() for b in bindings)
    # `with current_app.app_context():` cannot work where nothing is pushed; the application itself can.
    parent = ctx.parent(found.mark)
    return isinstance(parent, ast.Attribute) and parent.attr in ("app_context", "test_request_context")


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
    if found.source != "command" or not isinstance(found.function, FUNCTIONS):
        return None
    edit = ctx.edit()
    name = edit.import_name("flask.cli", "with_appcontext", at=found.function)
    edit.add_decorator(found.function, name)
    return ctx.fix("Push an application context for the command", edit, safe=True)


def late_default(ctx: Context, found: Lacking) -> Fix | None:
    """Evaluate a default later: in the function's body, or when a dataclass or form field is made."""
    return _default_in_body(ctx, found) or _field_factory(ctx, found)


def _default_in_body(ctx: Context, found: Lacking) -> Fix | None:
    child: ast.AST = found.node
    for ancestor in ctx.index.ancestors(found.node):
        if isinstance(ancestor, ast.arguments):
            function = ctx.parent(ancestor)
            if isinstance(function, FUNCTIONS) and isinstance(child, ast.expr):
                return _moved_default(ctx, function, ancestor, child)
            return None
        if isinstance(ancestor, ast.stmt):
            return None
        child = ancestor
    return None


def _moved_default(ctx: Context, function: FunctionNode, arguments: ast.arguments, default: ast.expr) -> Fix | None:
    positional = [*arguments.posonlyargs, *arguments.args]
    named = dict(zip(reversed(arguments.defaults), reversed(positional), strict=False))
    named |= {d: a for d, a in zip(arguments.kw_defaults, arguments.kwonlyargs, strict=True) if d is not None}
    parameter = named.get(default)
    body = function.body
    first = body[1] if len(body) > 1 and ast.get_docstring(function, clean=False) is not None else body[0]
    if parameter is None or first.lineno == function.lineno or (first is body[0] and _is_docstring(first)):
        return None
    text = f"if {parameter.arg} is None:\n    {parameter.arg} = {ctx.text(default)}"
    if "\n" in ctx.text(default):
        return None
    edit = ctx.edit().replace(default, "None").insert_line_before(first, text)
    return ctx.fix(f"Evaluate the default of {parameter.arg} when the function is called", edit, safe=True)


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _field_factory(ctx: Context, found: Lacking) -> Fix | None:
    statement = ctx.index.statement(found.node)
    owner = ctx.parent(statement) if statement is not None else None
    if not isinstance(owner, ast.ClassDef):
        return None
    if isinstance(statement, ast.AnnAssign) and statement.value is not None and _is_dataclass(ctx, owner):
        edit = ctx.edit()
        field = edit.import_name("dataclasses", "field", at=statement)
        edit.replace(statement.value, f"{field}(default_factory=lambda: {ctx.text(statement.value)})")
        return ctx.fix("Evaluate the default for each instance", edit, safe=True)
    keyword = next((a for a in ctx.index.ancestors(found.node) if isinstance(a, ast.keyword)), None)
    call = ctx.parent(keyword) if keyword is not None else None
    is_field = isinstance(call, ast.Call) and (ctx.called(call) or "").startswith(("wtforms.", "flask_wtf."))
    if keyword is not None and keyword.arg == "default" and is_field:
        edit = ctx.edit().before(keyword.value, "lambda: ")
        return ctx.fix("Evaluate the default for each form", edit, safe=True)
    return None


def _is_dataclass(ctx: Context, cls: ast.ClassDef) -> bool:
    decorators = (d.func if isinstance(d, ast.Call) else d for d in cls.decorator_list)
    return any(ctx.name(d) in _FACTORIES for d in decorators)


def request_context_instead(ctx: Context, found: Lacking) -> Fix | None:
    """``test_request_context()`` for ``app_context()``, ``teardown_request`` for ``teardown_appcontext``."""
    child: ast.AST = found.node
    for ancestor in ctx.index.ancestors(found.node):
        if isinstance(ancestor, (*FUNCTIONS, ast.Lambda)):
            break
        if isinstance(ancestor, ast.With) and child in ancestor.body:
            for item in ancestor.items:
                called = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
                if isinstance(called, ast.Attribute) and called.attr == "app_context":
                    edit = ctx.edit().replace(called, f"{ctx.text(called.value)}.test_request_context")
                    return ctx.fix("Push a request context for a made-up request", edit, safe=False)
        child = ancestor
    for decorator in found.function.decorator_list if isinstance(found.function, FUNCTIONS) else ():
        if isinstance(decorator, ast.Attribute) and decorator.attr == "teardown_appcontext":
            edit = ctx.edit().replace(decorator, f"{ctx.text(decorator.value)}.teardown_request")
            return ctx.fix("Run it only when a request ends", edit, safe=False)
    return None


def keep_stream(ctx: Context, found: Lacking) -> Fix | None:
    """``stream_with_context(...)`` around the generator that is sent."""
    node = found.start_node
    generator: ast.AST | None = node
    if isinstance(node, ast.Call) and ctx.is_instance(node, "flask.Response", "werkzeug.wrappers.Response"):
        named = next((k.value for k in node.keywords if k.arg == "response"), None)
        generator = node.args[0] if node.args else named
    if generator is None or not isinstance(generator, (ast.Call, ast.Name, ast.GeneratorExp)):
        return None
    edit = ctx.edit()
    wrapper = edit.import_name("flask", "stream_with_context", at=generator)
    # A generator expression that is the only argument is written without parentheses of its own.
    edit.before(generator, f"{wrapper}(").after(generator, ")")
    return ctx.fix("Keep the context while the response is sent", edit, safe=True)


def enter_client(ctx: Context, found: Lacking) -> Fix | None:
    """``with client:`` from the request to the reading."""
    statement = ctx.index.statement(found.node)
    if statement is None:
        return None
    block = ctx.index.block_of(statement)
    last = block.index(statement)
    for first in range(last - 1, -1, -1):
        call = next((n for n in ast.walk(block[first]) if isinstance(n, ast.Call) and _is_request(ctx, n)), None)
        if call is not None:
            assert isinstance(call.func, ast.Attribute)
            client = ctx.text(call.func.value)
            edit = ctx.edit().wrap_in_with(block[first : last + 1], f"with {client}:")
            return ctx.fix(f"Keep the request's context with `with {client}:`", edit, safe=True)
    return None


def _is_request(ctx: Context, call: ast.Call) -> bool:
    function = call.func
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, (ast.Name, ast.Attribute)):
        return False
    return function.attr in ("get", "post", "put", "delete", "patch", "head", "options", "open")
