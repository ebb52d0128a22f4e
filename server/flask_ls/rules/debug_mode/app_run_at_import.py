"""``app.run()`` runs when the module is imported.

Why: gunicorn workers, tests and every other importer start the development server and wait for it for ever. Only the
``flask`` command ignores the call, with a warning.

Instead: put the call below ``if __name__ == "__main__":``.

Fix: Puts the call under ``if __name__ == "__main__":``; safe: the script starts the server as before, an import does
not.

Quiet: In a function that nothing calls at import, in ``__main__.py``, under a condition that cannot be read, and in a
script that parses the command line or merely imports a finished app.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.flow import leaves
from flask_ls.rules.ask.values import constant, definition
from flask_ls.rules.ask.views import function_named, is_app
from flask_ls.rules.ask.wsgi import targets
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

rule = Rule(
    __name__,
    code="FLK505",
    severity=Severity.WARNING,
    guide=("Debug mode / debug=True in production is remote code execution",),
    triggers=frozenset({"run", "run_simple"}),
    overlaps=("semgrep python.flask.security.audit.app-run-security-config",),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                return "x"


            app.run(port=5001)
            #^^^^^^^^^^^^^^^^^ Importing this module starts the development server and waits for it
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                return "x"


            if __name__ == "__main__":
                app.run(port=5001)
            """,
        ),
        Bad(
            """
            from flask import Flask


            def main():
                app = Flask(__name__)
                app.run()
            #   ^^^^^^^^^ Importing this module starts the development server and waits for it


            main()
            """,
            fixed="""
            from flask import Flask


            def main():
                app = Flask(__name__)
                app.run()


            if __name__ == "__main__":
                main()
            """,
        ),
        Good(
            """
            import sys

            from flask import Flask

            app = Flask(__name__)


            def main():
                app.run()


            if "__main__" == __name__ and not sys.flags.interactive:
                sys.exit(main())
            """,
            drive="client.get('/')",
        ),
    ),
)

_CONDITIONAL = (ast.IfExp, ast.BoolOp, ast.While, ast.For, ast.AsyncFor, ast.ExceptHandler, ast.Match)
_SIMPLE = frozenset({"werkzeug.serving.run_simple", "werkzeug.run_simple"})


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every call that starts the server and that the import of the module reaches."""
    if ctx.is_test or posixpath.basename(ctx.path) == "__main__.py":
        return
    for call in ctx.index.nodes(ast.Call):
        if not _starts_server(ctx, call):
            continue
        trigger = _reached_at_import(ctx, call)
        if trigger is not None and not _is_script(ctx, call):
            yield ctx.finding(
                call,
                "Importing this module starts the development server and waits for it.",
                related=[] if trigger is call else [ctx.related(trigger, "called here, when the module is imported")],
                fixes=[_guarded(ctx, trigger)],
            )


def _starts_server(ctx: Context, call: ast.Call) -> bool:
    func = definition(ctx, call.func)
    if isinstance(func, ast.Attribute) and func.attr == "run":
        return is_app(ctx, func.value) or ctx.is_instance(func.value, "flask_socketio.SocketIO")
    return ctx.called(call) in _SIMPLE


def _reached_at_import(ctx: Context, node: ast.AST, left: int = 6) -> ast.AST | None:
    """The call at module level that the import surely executes and that leads to ``node``; None when there is none."""
    if left <= 0 or not _is_unconditional(ctx, node):
        return None
    function = ctx.index.function_of(node)
    if function is None:
        return node
    if not isinstance(function, FUNCTIONS) or function.decorator_list or _is_deferred(ctx, function):
        return None
    for call in ctx.index.nodes(ast.Call):
        if function_named(ctx, call.func) is function:
            found = _reached_at_import(ctx, call, left - 1)
            if found is not None:
                return found
    return None


def _is_deferred(ctx: Context, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether calling the function does not run its body."""
    if isinstance(function, ast.AsyncFunctionDef):
        return True
    yields = (*ctx.index.nodes(ast.Yield), *ctx.index.nodes(ast.YieldFrom))
    return any(ctx.index.function_of(y) is function for y in yields)


def _is_unconditional(ctx: Context, node: ast.AST) -> bool:
    """Whether nothing around or before the node inside its function keeps it from running at import."""
    child = node
    for ancestor in ctx.index.ancestors(node):
        if isinstance(ancestor, (*FUNCTIONS, ast.Lambda)):
            return not isinstance(ancestor, ast.Lambda) and _is_reached(ctx, child, ancestor.body)
        if isinstance(ancestor, ast.If):
            if not (child in ancestor.body and constant(ctx, ancestor.test) is True):
                return False
        elif isinstance(ancestor, _CONDITIONAL) or (isinstance(ancestor, ast.Try) and child in ancestor.orelse):
            return False
        elif isinstance(ancestor, ast.Module):
            return _is_reached(ctx, child, ancestor.body)
        child = ancestor
    return False


def _is_reached(ctx: Context, statement: ast.AST, block: list[ast.stmt]) -> bool:
    """Whether no statement before ends the block: ``if __name__ != "__main__": sys.exit()``."""
    for before in block:
        if before is statement:
            return True
        if leaves(ctx, [before]) or (isinstance(before, ast.If) and (leaves(ctx, before.body))):
            return False
    return statement not in block


def _is_script(ctx: Context, call: ast.Call) -> bool:
    """Whether the file can only be a program: it reads the command line, or starts an app that it merely imports."""
    if any(_reads_command_line(ctx, c) for c in ctx.index.nodes(ast.Call)):
        return True
    func = call.func
    if not isinstance(func, ast.Attribute) or not isinstance(func.value, ast.Name):
        return False
    bindings = ctx.index.lookup(func.value.id, func.value)
    if not bindings or any(b.kind not in ("from", "import") for b in bindings):
        return False
    module = ctx.index.module
    for facts in ctx.model.files.values():
        for imported in facts.imports:
            if imported.module == module or module in {f"{imported.module}.{n}" for n, _ in imported.names}:
                return False
    return not any(target.module == module for d in ctx.model.deployment.values() for target in targets(d))


def _reads_command_line(ctx: Context, call: ast.Call) -> bool:
    """``parser.parse_args()`` at module level: the import would end in a usage message."""
    is_parse = isinstance(call.func, ast.Attribute) and call.func.attr in ("parse_args", "parse_known_args")
    return is_parse and not call.args and ctx.index.function_of(call) is None


def _guarded(ctx: Context, trigger: ast.AST) -> Fix | None:
    """Put the statement at module level under the guard, two blank lines below what is before."""
    statement = ctx.index.statement(trigger)
    if statement is None or not isinstance(ctx.parent(statement), ast.Module):
        return None
    edit = ctx.edit()
    start = ctx.source.line_span(statement.lineno - 1).start
    end = ctx.source.line_span((statement.end_lineno or statement.lineno) - 1).end
    edit.set_apart(statement, 2, below=False)
    edit.insert(start, f'if __name__ == "__main__":{edit.newline}')
    edit.indent(Span(start, end))
    return ctx.fix("Run it only as a program", edit, safe=True)
