"""An error handler for ``Exception`` that turns every 404 into an error page, or swallows errors unseen.

Why: ``errorhandler(Exception)`` gets every HTTPException too: a 404 or 405 is answered by it.
An exception it handles is neither logged nor sent to ``got_request_exception``, so Sentry and the log see nothing.

Instead: ``errorhandler(500)`` for the error page; or return HTTPExceptions unchanged and log the rest.

Fix: Handles 500 only, or lets HTTP errors pass and logs the others; unsafe, as clients get other answers.

Quiet: When the handler treats HTTPException on its own, or reads ``e.code``, and logs or re-raises what remains.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask import values
from flask_ls.rules.ask.flow import own_nodes
from flask_ls.rules.ask.views import Role, handlers, is_app
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK805",
    severity=Severity.WARNING,
    guide=("Production / PROPAGATE_EXCEPTIONS=True for Sentry",),
    triggers=frozenset({"errorhandler", "app_errorhandler", "register_error_handler"}),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.errorhandler(Exception)
            #^^^^^^^^^^^^^^^^^^^^^^^^^^^ 404 and other HTTP errors end here too
            def on_error(error):
                return "oops", 500
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            @app.errorhandler(500)
            def on_error(error):
                return "oops", 500
            """,
            drive="assert client.get('/nope').status_code == 404",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Flask
            from werkzeug.exceptions import HTTPException

            app = Flask(__name__)


            @app.errorhandler(Exception)
            #^^^^^^^^^^^^^^^^^^^^^^^^^^^ not logged
            def on_error(error):
                if isinstance(error, HTTPException):
                    return error
                return "oops", 500
            """,
        ),
        Good(
            """
            from flask import Flask
            from werkzeug.exceptions import HTTPException

            app = Flask(__name__)


            @app.errorhandler(Exception)
            def on_error(error):
                if isinstance(error, HTTPException):
                    return error
                app.logger.exception("unhandled")
                return "oops", 500
            """,
            drive="assert client.get('/nope').status_code == 404",
        ),
        Good(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.errorhandler(404)
            def not_found(error):
                return "nothing here", 404


            @app.errorhandler(Exception)
            def on_error(error):
                app.logger.exception(error)
                return "oops", 500
            """,
            drive="assert client.get('/nope').status_code == 404",
        ),
    ),
)

_REGISTERING = frozenset({"errorhandler", "app_errorhandler", "register_error_handler"})
_ALL = frozenset({"builtins.Exception"})
_HTTP = "werkzeug.exceptions.HTTPException"
_NOT_FOUND = "werkzeug.exceptions.NotFound"
_NOT_FOUND = "werkzeug.exceptions.NotFound"
_SERVER_ERROR = "werkzeug.exceptions.InternalServerError"
# Methods and functions that make an exception known to somebody.
_REPORTING = frozenset(
    {"exception", "error", "critical", "warning", "info", "log", "log_exception", "capture_exception", "print_exc"}
    | {"format_exc", "captureException", "notify", "report_exc_info", "handle_exception", "send", "print"}
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every error handler of this file for ``Exception``."""
    for function, role in handlers(ctx).of_kind("error_handler"):
        if role.method not in _REGISTERING or role.call is None:
            continue
        caught = values.argument(role.call, 0, "code_or_exception")
        if not isinstance(function, (*FUNCTIONS, ast.Lambda)) or caught is None or ctx.name(caught) not in _ALL:
            continue
        if _hands_on(function, ctx) or _is_wrapped(function):
            continue
        if not _tells_http_errors_apart(function, ctx) and not _is_registered_for_http(ctx):
            rest = "." if _reports(function, ctx) else ", and exceptions are not logged."
            # The handler of a code goes before that of a class, whatever blueprint has it.
            which = "405" if _has_handler_for(ctx, _NOT_FOUND, 404) else "404"
            yield _finding(function, role, caught, f"{which} and other HTTP errors end here too{rest}", ctx)
        elif not _reports(function, ctx):
            yield _finding(
                function,
                role,
                caught,
                "an exception handled here is not logged and not sent to got_request_exception.",
                ctx,
            )


def _finding(function: FunctionNode | ast.Lambda, role: Role, caught: ast.expr, message: str, ctx: Context) -> Finding:
    fix = None
    if not _has_handler_for(ctx, _SERVER_ERROR, 500):
        fix = ctx.fix("Handle only unexpected errors: 500", ctx.edit().replace(caught, "500"), safe=False)
    return ctx.finding(role.site, message, fixes=[fix, _passing_on(function, role, ctx)])


def _passing_on(function: FunctionNode | ast.Lambda, role: Role, ctx: Context) -> Fix | None:
    """HTTP errors are returned as they are, everything else is logged."""
    parameter = _parameter(function)
    if not parameter or role.call is None or not isinstance(role.call.func, ast.Attribute):
        return None
    if isinstance(function, ast.Lambda):
        return None
    edit = ctx.edit()
    lines = []
    if not _tells_http_errors_apart(function, ctx) and not _is_registered_for_http(ctx):
        http = edit.import_name("werkzeug.exceptions", "HTTPException", at=function.body[0])
        lines.append(f"if isinstance({parameter}, {http}):\n    return {parameter}")
    if not _reports(function, ctx):
        receiver = role.call.func.value
        app = ctx.text(receiver) if is_app(ctx, receiver) else edit.import_name("flask", "current_app", at=function)
        lines.append(f"{app}.logger.exception({edit.quoted('unexpected error')})")
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return None
    # Behind the code that lets HTTP errors pass, where the handler has such code.
    place = first if len(lines) > 1 or _reports(function, ctx) else function.body[-1]
    edit.insert_line_before(place, "\n".join(lines))
    return ctx.fix("Let HTTP errors pass, log the others", edit, safe=False)


def _is_wrapped(function: FunctionNode | ast.Lambda) -> bool:
    """Whether a decorator of another kind may log the exception or let HTTP errors pass."""
    decorators = [] if isinstance(function, ast.Lambda) else function.decorator_list
    called = [d.func if isinstance(d, ast.Call) else d for d in decorators]
    return any(not isinstance(d, ast.Attribute) or d.attr not in _REGISTERING for d in called)


def _hands_on(function: ast.AST, ctx: Context) -> bool:
    """Whether the handler re-raises, or leaves the answer to another function that gets the exception."""
    parameter = _parameter(function)
    answers = [function.body] if isinstance(function, ast.Lambda) else []
    for node in own_nodes(ctx, function):
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.Return) and node.value is not None:
            answers.append(node.value)
    for answer in answers:
        if isinstance(answer, ast.Call):
            given = [*answer.args, *(k.value for k in answer.keywords)]
            if any(isinstance(a, ast.Name) and a.id == parameter for a in given) and ctx.called(answer) not in (
                "builtins.str",
                "builtins.repr",
                "flask.jsonify",
            ):
                return True
    return False


def _tells_http_errors_apart(function: ast.AST, ctx: Context) -> bool:
    parameter = _parameter(function)
    for node in own_nodes(ctx, function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == parameter:
            if node.attr in ("code", "get_response", "status_code"):
                return True
        elif isinstance(node, (ast.Name, ast.Attribute)):
            name = ctx.name(node)
            if name == _HTTP or (name or "").startswith("werkzeug.exceptions."):
                return True
        elif isinstance(node, ast.Constant) and node.value in ("code", "status_code"):
            return True
    return False


def _is_registered_for_http(ctx: Context) -> bool:
    """Whether the file has a handler for HTTPException or 404 as well, which Flask prefers as the nearer one."""
    return _has_handler_for(ctx, _HTTP) or _has_handler_for(ctx, _NOT_FOUND, 404)


def _has_handler_for(ctx: Context, exception: str, code: int = 0) -> bool:
    for _, role in handlers(ctx).of_kind("error_handler"):
        caught = values.argument(role.call, 0, "code_or_exception") if role.call is not None else None
        if caught is not None and (ctx.name(caught) == exception or (code and values.constant(ctx, caught) == code)):
            return True
    return False


def _reports(function: ast.AST, ctx: Context) -> bool:
    for node in own_nodes(ctx, function):
        if isinstance(node, ast.Call):
            called = node.func
            last = (
                called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            )
            if last in _REPORTING or "log" in last.lower() or ctx.model.names.is_project(ctx.name(called) or ""):
                return True
    return False


def _parameter(function: ast.AST) -> str:
    arguments = getattr(function, "args", None)
    return arguments.args[0].arg if isinstance(arguments, ast.arguments) and arguments.args else ""
