"""FLASK_DEBUG is set after the application was made.

Why: ``Flask()`` reads FLASK_DEBUG when it is created. Setting the variable afterwards does not change ``app.debug``;
only ``app.run()`` and the ``flask`` command look again.

Instead: set the variable where the program is started, or ``app.debug`` before anything reads it.

Fix: Removes the assignment; safe, as it changes nothing.

Quiet: When ``app.run()`` without ``debug=`` follows in the file, and when the variable is switched off.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.environment_writes import EnvironmentWrite, environment_writes, without
from flask_ls.rules.ask.values import UNKNOWN, argument, constant, has_unpacking
from flask_ls.rules.ask.views import is_app
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK506",
    severity=Severity.INFORMATION,
    guide=("Debug mode / use the FLASK_DEBUG environment variable",),
    triggers=frozenset({"FLASK_DEBUG"}),
    examples=(
        Bad(
            """
            import os

            from flask import Flask

            app = Flask(__name__)
            os.environ["FLASK_DEBUG"] = "1"
            #          ^^^^^^^^^^^^^ Too late: FLASK_DEBUG was read when the app was made
            app.config["ITEMS"] = 20
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            app.config["ITEMS"] = 20
            """,
        ),
        Good(
            """
            import os

            from flask import Flask

            os.environ["FLASK_DEBUG"] = "1"
            app = Flask(__name__)
            assert app.debug
            os.environ["FLASK_DEBUG"] = "0"
            """,
            drive="client.get('/')",
        ),
        Good(
            """
            import os

            from flask import Flask

            app = Flask(__name__)

            if __name__ == "__main__":
                os.environ["FLASK_DEBUG"] = "1"
                app.run()
            """,
            drive="client.get('/')",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every write that stands below the creation or import of an app, in the same block."""
    for write in environment_writes(ctx, "FLASK_DEBUG"):
        value = constant(ctx, write.value)
        if ctx.is_test or (value is not UNKNOWN and str(value).lower() in ("0", "false", "no", "")):
            continue
        made = _made_before(ctx, write)
        if made is None or _is_read_again(ctx, write):
            continue
        yield ctx.finding(
            write.key,
            "Too late: FLASK_DEBUG was read when the app was made, and app.debug does not change.",
            related=[ctx.related(made, "the app is made here")],
            fixes=[ctx.fix("Remove it", without(ctx, write), safe=True)],
        )


def _made_before(ctx: Context, write: EnvironmentWrite) -> ast.AST | None:
    """The statement that made the app, above the write and in a block around it."""
    here = ctx.index.statement(write.node)
    function = ctx.index.function_of(write.node)
    around: set[ast.AST] = set(ctx.index.ancestors(here)) if here is not None else set()
    kinds = (ast.Assign, ast.AnnAssign, ast.ImportFrom)
    for statement in (node for kind in kinds for node in ctx.index.nodes(kind)):
        if here is None or ctx.span(statement).start >= ctx.span(here).start:
            continue
        if ctx.index.function_of(statement) is not function or ctx.parent(statement) not in around:
            continue
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            if isinstance(statement.value, ast.Call) and is_app(ctx, statement.value):
                return statement
        elif isinstance(statement, ast.ImportFrom) and any(
            _is_imported_app(ctx, alias.asname or alias.name, here) for alias in statement.names
        ):
            return statement
    return None


def _is_imported_app(ctx: Context, name: str, here: ast.AST) -> bool:
    """Whether the name is an app of another module, which was made when that was imported."""
    bindings = ctx.index.lookup(name, here)
    if len(bindings) != 1 or bindings[0].kind != "from":
        return False
    dotted = ctx.model.names.canonical(f"{bindings[0].module}:{bindings[0].attribute}")
    if not ctx.model.names.is_project(dotted):
        return False
    cls = ctx.model.class_of_name(dotted)
    return cls is not None and "flask.Flask" in ctx.model.mro(cls)


def _is_read_again(ctx: Context, write: EnvironmentWrite) -> bool:
    """Whether ``app.run()`` of this file reads the variable afterwards."""
    for call in ctx.index.nodes(ast.Call):
        is_run = isinstance(call.func, ast.Attribute) and call.func.attr == "run" and is_app(ctx, call.func.value)
        if is_run and argument(call, 2, "debug") is None and not has_unpacking(call):
            return True
    return False
