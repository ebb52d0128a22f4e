"""A view, a command or a script changes the database session, itself or in a function, and ends without a commit.

Why: Nothing is written without ``db.session.commit()``: Flask-SQLAlchemy removes the session when the app context ends,
which rolls back. SQLAlchemy 2 has no autocommit, and SQLALCHEMY_COMMIT_ON_TEARDOWN is gone. ``flush()`` sends SQL but
does not commit.

Instead: ``db.session.commit()`` after the last write of each path, or ``with db.session.begin():`` around the writes.

Fix: Commits after the last write; unsafe, as you decide where a transaction ends.

Quiet: When a function that is called may commit, when a decorator, an after-request function or a teardown commits, on
paths that roll back, raise, answer or flash an error or hand on what a check found (``if problem: return problem``) or,
where another way commits, give up with None or False, and for functions of other files that something else than views
and commands leads to.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FunctionNode
from flask_ls.rules.ask.commits import is_left_uncommitted
from flask_ls.rules.ask.detached import pushes_context
from flask_ls.rules.ask.flow import is_generator, own_nodes
from flask_ls.rules.ask.pending_writes import PendingWrites, own_nodes_of
from flask_ls.rules.ask.queries import model_of_iterated
from flask_ls.rules.ask.session import function_named, is_write, loaded_model, session_call
from flask_ls.rules.ask.views import handlers
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

_HEAD = """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///:memory:"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                name = db.Column(db.String)


            with app.app_context():
                db.create_all()
"""
_DRIVE = """client.post('/')
with app.app_context():
    assert app_module.User.query.count() == 1"""

rule = Rule(
    __name__,
    code="FLK701",
    severity=Severity.WARNING,
    guide=("SQLAlchemy integration / call db.session.commit()",),
    triggers=frozenset({"session", "query", "get_or_404"}),
    examples=(
        Bad(
            _HEAD
            + """

            @app.post("/")
            def create():
                db.session.add(User())
            #   ^^^^^^^^^^^^^^^^^^^^^^ no commit follows
                return "x"
            """,
            fixed=_HEAD
            + """

            @app.post("/")
            def create():
                db.session.add(User())
                db.session.commit()
                return "x"
            """,
            drive=_DRIVE,
            fails="AssertionError",
        ),
        Bad(
            _HEAD
            + """

            @app.post("/<int:key>")
            def rename(key):
                user = db.session.get(User, key)
                user.name = "new"
            #   ^^^^^^^^^^^^^^^^^ no commit follows
                return "x"
            """,
            fixed=_HEAD
            + """

            @app.post("/<int:key>")
            def rename(key):
                user = db.session.get(User, key)
                user.name = "new"
                db.session.commit()
                return "x"
            """,
        ),
        Good(
            _HEAD
            + """

            def save(user):
                db.session.add(user)
                db.session.commit()


            @app.post("/")
            def create():
                user = User()
                user.name = "a"
                save(user)
                return "x"
            """,
            drive=_DRIVE,
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """The views, hooks and commands of this file."""
    if ctx.is_test or (
        not any(is_write(ctx, n) for n in ctx.index.nodes(ast.Call))
        and not any(loaded_model(ctx, n) for n in ctx.index.nodes(ast.Call))
        and not any(model_of_iterated(ctx, n.iter) for n in ctx.index.nodes(ast.For))
    ):
        return
    if _somebody_commits_later(ctx):
        return
    reported: set[ast.AST] = set()
    helpers: list[FunctionNode] = []
    for function in ctx.index.functions():
        kinds = {r.kind for r in handlers(ctx).roles(function)}
        if not kinds:
            helpers.append(function)
        if not kinds & {"view", "cli", "resource"} or _is_wrapped(function, ctx):
            continue
        for write, at in _lost(function, ctx):
            if write not in reported:
                reported.add(write)
                yield _finding(write, at, function, ctx)
    for function in helpers:
        found = [(write, at) for write, at in _lost(function, ctx) if write not in reported]
        for write, at in found:
            if isinstance(at, ast.With):
                reported.add(write)
                yield _finding(write, at, function, ctx)
        lost = [write for write, _ in found if write not in reported]
        if not lost or is_generator(ctx, function) or not is_left_uncommitted(ctx, function):
            continue
        for write in lost:
            reported.add(write)
            yield ctx.finding(
                write,
                f"no commit follows, neither here nor in what calls {function.name}(): the change is rolled back.",
                fixes=[_committed(write, function, ctx)],
            )


@rule.on(ast.With)
def check_block(node: ast.With, ctx: Context) -> Iterator[Finding]:
    """``with app.app_context():`` outside of functions, as in a script."""
    if ctx.is_test or ctx.index.function_of(node) is not None or not pushes_context(node, ctx):
        return
    if _somebody_commits_later(ctx):
        return
    walk = PendingWrites(ctx)
    walk.block(node)
    for write, at in walk.lost:
        yield _finding(write, at, None, ctx)


def _finding(write: ast.AST, at: ast.AST | None, function: FunctionNode | None, ctx: Context) -> Finding:
    """A write that is lost: with the block ``at``, at the return ``at``, or at the end of the function."""
    if isinstance(at, ast.With):
        ending, related = "context", [ctx.related(at.items[0].context_expr, "the context ends with this block")]
    else:
        ending = "request"
        related = [ctx.related(at, "the function ends here without a commit")] if at is not None else []
    return ctx.finding(
        write,
        f"no commit follows: the change is rolled back when the {ending} ends.",
        related=related,
        fixes=[_committed(write, function, ctx)],
    )


def _lost(function: FunctionNode, ctx: Context) -> list[tuple[ast.AST, ast.AST | None]]:
    walk = PendingWrites(ctx)
    walk.function(function)
    return walk.lost


def _somebody_commits_later(ctx: Context) -> bool:
    """Whether an after-request function or teardown of the project commits for all views."""
    return bool(ctx.model.each(_commits_in_hooks))


def _commits_in_hooks(facts: FileFacts) -> bool:
    return facts.commits_in_hooks


def _is_wrapped(function: ast.FunctionDef | ast.AsyncFunctionDef, ctx: Context) -> bool:
    """Whether a decorator of the project, which may commit, is around the function."""
    sites = {r.site for r in handlers(ctx).roles(function)}
    return any(
        d not in sites
        and ctx.model.names.is_project(ctx.name(d.func if isinstance(d, ast.Call) else d) or "")
        and not isinstance(d.func if isinstance(d, ast.Call) else d, ast.Attribute)
        for d in function.decorator_list
    )


def _committed(write: ast.AST, function: ast.AST | None, ctx: Context) -> Fix | None:
    """A commit after the last write of the same block, in the function that Flask calls."""
    statement = ctx.index.statement(write)
    session = _session_text(write, ctx)
    if statement is not None and ctx.index.function_of(statement) is not function:
        statement = _call_of(ctx.index.function_of(statement), function, ctx)
    if statement is None or session is None:
        return None
    block = ctx.index.block_of(statement)
    last = statement
    for following in block[block.index(statement) :]:
        if any(is_write(ctx, n) or session_call(ctx, n) == "flush" for n in own_nodes_of(following)) and isinstance(
            following, (ast.Expr, ast.Assign)
        ):
            last = following
    edit = ctx.edit().insert_line_after(last, f"{session}.commit()")
    return ctx.fix("Commit after the last write", edit, safe=False)


def _call_of(helper: ast.AST | None, function: ast.AST | None, ctx: Context) -> ast.stmt | None:
    """The statement of the function that calls a helper of this file, when there is one such statement."""
    found = {
        statement
        for call in (own_nodes(ctx, function) if function is not None else ())
        if isinstance(call, ast.Call)
        and (name := ctx.called(call)) is not None
        and function_named(ctx, name) is helper
        and isinstance(statement := ctx.index.statement(call), (ast.Expr, ast.Assign))
    }
    return found.pop() if len(found) == 1 else None


def _session_text(write: ast.AST, ctx: Context) -> str | None:
    if session_call(ctx, write) is not None and isinstance(write, ast.Call) and isinstance(write.func, ast.Attribute):
        return ctx.text(write.func.value)
    function = ctx.index.function_of(write)
    for node in own_nodes(ctx, function) if function is not None else ():
        if session_call(ctx, node) is not None and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return ctx.text(node.func.value)
    return None
