"""A failed commit or flush is handled without a rollback, and the session is used again.

Why: After a failed flush or commit the session refuses all work until ``rollback()``: the next query of the same
request raises PendingRollbackError. At the end of the request Flask-SQLAlchemy removes the session, so the next request
is not affected.

Instead: ``db.session.rollback()`` first in the handler, or ``with db.session.begin_nested():`` around the attempt.

Fix: Rolls back first in the handler; safe: before that the session can do nothing else.

Quiet: When the handler re-raises or returns without touching the session, when it goes on after some errors only and
raises the others, when a function it calls may roll back, when ``finally`` closes the session, and when the context
that the session belongs to is pushed inside the ``try``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.flow import leaves
from flask_ls.rules.ask.session import is_use, resets, session_call
from flask_ls.rules.ask.views import function_named
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

_HEAD = """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            with app.app_context():
                db.create_all()
                db.session.add(User(id=1))
                db.session.commit()
"""

rule = Rule(
    __name__,
    code="FLK704",
    severity=Severity.WARNING,
    guide=("SQLAlchemy integration / rollback on error",),
    triggers=frozenset({"commit", "flush"}),
    error_text="PendingRollbackError: This Session's transaction has been rolled back due to a previous exception "
    "during flush. To begin a new transaction with this Session, first issue Session.rollback().",
    examples=(
        Bad(
            _HEAD
            + """

            @app.post("/")
            def create():
                db.session.add(User(id=1))
                try:
                    db.session.commit()
                except Exception:
            #   ^^^^^^^^^^^^^^^^ no rollback
                    pass
                return str(User.query.count())
            """,
            fixed=_HEAD
            + """

            @app.post("/")
            def create():
                db.session.add(User(id=1))
                try:
                    db.session.commit()
                except Exception:
                    db.session.rollback()
                return str(User.query.count())
            """,
            drive="client.post('/')",
            fails="PendingRollbackError",
        ),
        Good(
            _HEAD
            + """

            @app.post("/")
            def create():
                for number in (1, 1, 2):
                    try:
                        with db.session.begin_nested():
                            db.session.add(User(id=number))
                    except Exception:
                        pass
                db.session.commit()
                return str(User.query.count())
            """,
            drive="client.post('/')",
        ),
    ),
)


@rule.on(ast.Try)
def check(node: ast.Try, ctx: Context) -> Iterator[Finding]:
    """``try`` around a commit or flush."""
    found = next(((n, a) for n in _nodes(node.body) if (a := _attempt(n, node, ctx)) is not None), None)
    if found is None or resets(ctx, _nodes(node.finalbody)):
        return
    call, attempt = found
    for handler in node.handlers:
        if not _catches_database_errors(handler, ctx) or resets(ctx, _nodes(handler.body)):
            continue
        use = next((n for n in _nodes(handler.body) if is_use(ctx, n)), None) or _later_use(node, handler, call, ctx)
        use = use or _use_of_callers(node, handler, ctx)
        if use is not None:
            yield ctx.finding(
                _header(handler, ctx),
                "no rollback after a failed commit: the next use of the session raises PendingRollbackError.",
                related=[ctx.related(use, "the session is used again here")],
                fixes=[_rolled_back(handler, attempt, ctx)],
            )


def _attempt(node: ast.AST, around: ast.Try, ctx: Context) -> ast.Call | None:
    """The commit or flush that a call in the ``try`` is, or that a function of this file makes for it."""
    if not isinstance(node, ast.Call) or _is_nested(node, around, ctx):
        return None
    if session_call(ctx, node) in ("commit", "flush"):
        return node
    function = function_named(ctx, node.func)
    if not isinstance(function, FUNCTIONS) or function.decorator_list:
        return None
    inside = _nodes(function.body)
    if any(isinstance(n, (ast.Try, ast.With, ast.AsyncWith)) for n in inside) or resets(ctx, inside):
        return None
    return next((n for n in inside if isinstance(n, ast.Call) and session_call(ctx, n) in ("commit", "flush")), None)


def _nodes(block: Sequence[ast.AST]) -> list[ast.AST]:
    """The nodes of a block without those of functions inside."""
    found: list[ast.AST] = []
    stack = list(reversed(block))
    while stack:
        node = stack.pop()
        found.append(node)
        if not isinstance(node, (*FUNCTIONS, ast.Lambda)):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))
    return found


def _is_nested(node: ast.AST, around: ast.Try, ctx: Context) -> bool:
    """Whether a savepoint, an inner ``try`` or the context that the session belongs to stands between."""
    for ancestor in ctx.index.ancestors(node):
        if ancestor is around:
            return False
        if isinstance(ancestor, ast.Try) and ancestor.handlers:
            return True
        if isinstance(ancestor, ast.With) and any(
            session_call(ctx, i.context_expr) in ("begin_nested", "begin") or _pushes(i.context_expr)
            for i in ancestor.items
        ):
            return True
    return False


def _pushes(manager: ast.expr) -> bool:
    method = manager.func if isinstance(manager, ast.Call) else None
    return isinstance(method, ast.Attribute) and method.attr in ("app_context", "test_request_context")


def _catches_database_errors(handler: ast.ExceptHandler, ctx: Context) -> bool:
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = [ctx.name(t) or "" for t in types]
    return any(n in ("builtins.Exception", "builtins.BaseException") or n.startswith("sqlalchemy.exc.") for n in names)


def _later_use(node: ast.Try, handler: ast.ExceptHandler, attempt: ast.AST, ctx: Context) -> ast.AST | None:
    """A use of the session that runs after the handler, in the same function."""
    if any(isinstance(n, ast.Raise) for n in _nodes(handler.body)):
        return None  # it goes on after some errors only, by their text: those are of a statement, not of the commit
    continues = any(isinstance(n, ast.Continue) for n in _nodes(handler.body))
    if leaves(ctx, handler.body) and not continues:
        return None
    statement: ast.stmt = node
    for ancestor in [*ctx.index.ancestors(node)]:
        if not continues or isinstance(ancestor, (ast.For, ast.While)):
            block = ctx.index.block_of(statement)
            after = [] if continues else block[block.index(statement) + 1 :] if statement in block else []
            use = next((n for n in _nodes(after) if is_use(ctx, n) or session_call(ctx, n) is not None), None)
            if use is not None:
                return use if is_use(ctx, use) else None
            if after and leaves(ctx, after):
                return None
        if isinstance(ancestor, (ast.For, ast.While, ast.AsyncFor)):
            continues = False
            use = next((n for n in _nodes(ancestor.body) if n is attempt or is_use(ctx, n)), None)
            if use is not None:
                return use
        if isinstance(ancestor, (*FUNCTIONS, ast.Lambda)):
            return None
        if isinstance(ancestor, ast.stmt):
            statement = ancestor
    return None


def _use_of_callers(node: ast.Try, handler: ast.ExceptHandler, ctx: Context) -> ast.AST | None:
    """A use of the session in a function that calls this one, and goes on whatever it returns."""
    function = ctx.index.function_of(node)
    ends = [n for n in _nodes(handler.body) if isinstance(n, (ast.Return, ast.Raise))]
    if not isinstance(function, FUNCTIONS) or not all(isinstance(n, ast.Return) for n in ends):
        return None
    for call in ctx.index.nodes(ast.Call):
        statement = ctx.parent(call)
        if not isinstance(statement, ast.Expr) or function_named(ctx, call.func) is not function:
            continue
        around = ctx.parent(statement)
        again = _nodes(around.body) if isinstance(around, ast.For) else []
        block = ctx.index.block_of(statement)
        after = _nodes(block[block.index(statement) + 1 :])
        use = next((n for n in after if session_call(ctx, n) is not None or is_use(ctx, n)), None)
        if use is not None and is_use(ctx, use):
            return use
        if call in again and use is None:
            return call
    return None


def _header(handler: ast.ExceptHandler, ctx: Context) -> Span:
    """``except ... as name`` without the colon."""
    start = ctx.span(handler).start
    end = ctx.span(handler.type).end if handler.type is not None else start + len("except")
    return Span(start, end)


def _rolled_back(handler: ast.ExceptHandler, attempt: ast.Call, ctx: Context) -> Fix | None:
    if not isinstance(attempt.func, ast.Attribute):
        return None
    text = f"{ctx.text(attempt.func.value)}.rollback()"
    first = handler.body[0]
    edit = ctx.edit()
    if isinstance(first, ast.Pass) and len(handler.body) == 1:
        edit.replace(first, text)
    else:
        edit.insert_line_before(first, text)
    return ctx.fix("Roll back first", edit, safe=True)
