"""Fixes for functions that run in the background: a context pushed inside them, or brought along."""

from __future__ import annotations

import ast

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask.context_fixes import app_name
from flask_ls.rules.ask.contexts import Lacking
from flask_ls.rules.context import Context
from flask_ls.rules.finding import Fix


def context_inside(ctx: Context, found: Lacking) -> Fix | None:
    """``with app.app_context():`` around the body of the function that is started."""
    function = found.start_function
    if function is None or found.problem.need.level != "app":
        return None
    app = app_name(ctx, function.body[0])
    body = _statements(function)
    if app is None or app in [a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)] or not body:
        return None
    header = f"with {app}.app_context():"
    return ctx.fix(f"Push a context in {function.name}()", ctx.edit().wrap_in_with(body, header), safe=True)


def app_as_argument(ctx: Context, found: Lacking) -> Fix | None:
    """The real application handed over as first argument, and its context pushed inside the function."""
    function, call = found.start_function, found.start_node
    if function is None or not isinstance(call, ast.Call) or found.problem.need.level != "app":
        return None
    if function.args.posonlyargs or ctx.index.class_of(function) is not None or _other_uses(ctx, function):
        return None
    body = _statements(function)
    names = [a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)]
    if "app" in names or not body:
        return None
    edit = ctx.edit()
    value = f"{edit.import_name('flask', 'current_app', at=call)}._get_current_object()"
    target = next((k.value for k in call.keywords if k.arg == "target"), None)
    given = next((k.value for k in call.keywords if k.arg == "args"), None)
    if target is not None and given is None:
        edit.add_argument(call, f"args=({value},)")
    elif target is not None and isinstance(given, (ast.Tuple, ast.List)) and given.elts:
        edit.before(given.elts[0], f"{value}, ")
    elif isinstance(call.func, ast.Attribute) and call.func.attr == "submit" and call.args:
        edit.after(call.args[0], f", {value}")
    else:
        return None
    start = ctx.source.text.find("(", ctx.span(function).start) + 1
    edit.insert(start, "app, " if names else "app")
    edit.wrap_in_with(body, "with app.app_context():")
    return ctx.fix(f"Hand the application to {function.name}() and push its context there", edit, safe=False)


def copied_request(ctx: Context, found: Lacking) -> Fix | None:
    """``@copy_current_request_context`` on a function defined in the view."""
    function = found.start_function
    if function is None or ctx.index.function_of(function) is None or found.problem.need.level == "app":
        return None
    edit = ctx.edit()
    name = edit.import_name("flask", "copy_current_request_context", at=function)
    edit.add_decorator(function, name)
    return ctx.fix("Run it in a copy of the request's context", edit, safe=False)


def to_thread(ctx: Context, found: Lacking) -> Fix | None:
    """``asyncio.to_thread(f)``, which copies the context, for ``loop.run_in_executor(None, f)``."""
    call = found.start_node
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    is_default = bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value is None
    if call.func.attr != "run_in_executor" or not is_default or len(call.args) < 2 or call.keywords:
        return None
    edit = ctx.edit()
    module = edit.import_module("asyncio", at=call)
    given = ", ".join(ctx.text(a) for a in call.args[1:])
    edit.replace(call, f"{module}.to_thread({given})")
    return ctx.fix("Run it with asyncio.to_thread, which copies the context", edit, safe=True)


def _statements(function: FunctionNode) -> list[ast.stmt]:
    """The body without its docstring, when it stands on lines of its own."""
    body = function.body
    if ast.get_docstring(function, clean=False) is not None:
        body = body[1:]
    return body if body and body[0].lineno > function.lineno else []


def _other_uses(ctx: Context, function: FunctionNode) -> bool:
    """Whether the function is mentioned anywhere but where it is started."""
    contexts = ctx.model.contexts
    mentioned = [s for s in contexts.sites.mentions(function.name) if s.op[0] == "c"]
    return len(mentioned) > 1 or bool(function.decorator_list) or not isinstance(function, FUNCTIONS)
