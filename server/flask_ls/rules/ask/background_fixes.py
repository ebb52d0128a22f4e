"""Fixes for functions that run in the background: a context pushed inside them, or brought along."""

from __future__ import annotations

import ast

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask.app_here import app_name
from flask_ls.rules.ask.contexts import Lacking
from flask_ls.rules.context import Context
from flask_ls.rules.finding import Fix
from flask_ls.rules.fixing import EditBuilder

# Calls that hand a function over: method -> (position of the function, position and name of its arguments). A
# position of None: the arguments follow one by one.
_HAND_OVERS: dict[str, tuple[str, int, int | None]] = {
    "Thread": ("target", 1, 3),
    "Process": ("target", 1, 3),
    "Timer": ("function", 1, 2),
    "add_job": ("func", 0, 2),
    "submit": ("", 0, None),
    "start_background_task": ("target", 0, None),
    "start_new_thread": ("", 0, 1),
}


def context_inside(ctx: Context, found: Lacking) -> Fix | None:
    """``with app.app_context():`` around the body of the function that is started."""
    return _inside(ctx, found, "app_context") if found.problem.need.level == "app" else None


def request_inside(ctx: Context, found: Lacking) -> Fix | None:
    """``with app.test_request_context():`` around the body, for ``url_for``, which needs a request or SERVER_NAME."""
    return _inside(ctx, found, "test_request_context") if found.problem.need.family == "url" else None


def _inside(ctx: Context, found: Lacking, method: str) -> Fix | None:
    function = found.start_function
    if function is None or found.problem.pushed:
        return None
    app = app_name(ctx, function.body[0])
    body = _statements(function)
    if app is None or not body:
        return None
    header = f"with {app}.{method}():"
    edit = ctx.edit().wrap_in_with(body, header)
    return ctx.fix(f"Push a context in {function.name}()", edit, safe=method == "app_context")


def app_as_argument(ctx: Context, found: Lacking) -> Fix | None:
    """The real application handed over as first argument, and its context pushed inside the function."""
    function, call = found.start_function, found.start_node
    if function is None or not isinstance(call, ast.Call) or found.problem.need.level != "app":
        return None
    if function.args.posonlyargs or ctx.index.class_of(function) is not None or _other_uses(ctx, function):
        return None
    body = _statements(function)
    names = [a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)]
    # Where the function is started from the module itself, there is no current application.
    if "app" in names or not body or ctx.index.function_of(call) is None:
        return None
    edit = ctx.edit()
    value = f"{edit.import_name('flask', 'current_app', at=call)}._get_current_object()"
    if not _given(ctx, edit, call, value):
        return None
    start = ctx.source.text.find("(", ctx.span(function).start) + 1
    edit.insert(start, "app, " if names else "app")
    edit.wrap_in_with(body, "with app.app_context():")
    return ctx.fix(f"Hand the application to {function.name}() and push its context there", edit, safe=False)


def _given(ctx: Context, edit: EditBuilder, call: ast.Call, value: str) -> bool:
    """Put ``value`` before the arguments that the call hands over; False for calls of another kind."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    known = _HAND_OVERS.get(name)
    if known is None:
        return False
    keyword, position, arguments = known
    target = next((k.value for k in call.keywords if k.arg == keyword), None)
    if target is None and position < len(call.args):
        target = call.args[position]
    if target is None or any(isinstance(a, ast.Starred) for a in call.args):
        return False
    if arguments is None:
        if target not in call.args:
            return False
        edit.after(target, f", {value}")
        return True
    given = next((k.value for k in call.keywords if k.arg == "args"), None)
    if given is None and arguments < len(call.args):
        given = call.args[arguments]
    if given is None:
        edit.add_argument(call, f"args=({value},)")
    elif isinstance(given, (ast.Tuple, ast.List)) and given.elts:
        edit.before(given.elts[0], f"{value}, ")
    elif isinstance(given, (ast.Tuple, ast.List)):
        edit.replace(given, f"({value},)" if isinstance(given, ast.Tuple) else f"[{value}]")
    else:
        return False
    return True


def copied_request(ctx: Context, found: Lacking) -> Fix | None:
    """``copy_current_request_context`` on a function defined in the view, or around the target."""
    function, call = found.start_function, found.start_node
    if found.problem.need.level == "app" or found.problem.pushed:
        return None
    edit = ctx.edit()
    if function is not None and ctx.index.function_of(function) is not None:
        name = edit.import_name("flask", "copy_current_request_context", at=function)
        edit.add_decorator(function, name)
    elif isinstance(call, ast.Call) and isinstance(ctx.index.function_of(call), FUNCTIONS) and function is not None:
        target = _mention(call, function.name)
        if target is None:
            return None
        name = edit.import_name("flask", "copy_current_request_context", at=call)
        edit.before(target, f"{name}(").after(target, ")")
    else:
        return None
    return ctx.fix("Run it in a copy of the request's context", edit, safe=False)


def _mention(call: ast.Call, name: str) -> ast.expr | None:
    """The argument of a call that is the function of this name."""
    for argument in (*call.args, *(k.value for k in call.keywords)):
        written = argument.attr if isinstance(argument, ast.Attribute) else getattr(argument, "id", None)
        if written == name:
            return argument
    return None


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
    _drop_loop(ctx, edit, call.func.value)
    return ctx.fix("Run it with asyncio.to_thread, which copies the context", edit, safe=True)


def _drop_loop(ctx: Context, edit: EditBuilder, loop: ast.expr) -> None:
    """``loop = asyncio.get_running_loop()`` goes when nothing else uses it."""
    owner = ctx.index.scope(loop).owner(loop.id) if isinstance(loop, ast.Name) else None
    if not isinstance(loop, ast.Name) or owner is None or owner.is_module:
        return
    bindings = owner.bindings[loop.id]
    made = bindings[0].value
    statement = ctx.index.parent(made) if made is not None else None
    is_own = ctx.called(made) in ("asyncio.get_running_loop", "asyncio.get_event_loop")
    if is_own and isinstance(statement, ast.Assign) and len(bindings) == 1 and len(edit.uses(loop.id, owner)) == 2:
        edit.delete_statement(statement)


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
