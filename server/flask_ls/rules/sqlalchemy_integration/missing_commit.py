"""A view or command changes the database session and ends without a commit.

Why: Nothing is written without ``db.session.commit()``: Flask-SQLAlchemy removes the session when the app context ends,
which rolls back. SQLAlchemy 2 has no autocommit, and SQLALCHEMY_COMMIT_ON_TEARDOWN is gone. ``flush()`` sends SQL but
does not commit.

Instead: ``db.session.commit()`` after the last write of each path, or ``with db.session.begin():`` around the writes.

Fix: Commits after the last write; unsafe, as you decide where a transaction ends.

Quiet: When a function that is called may commit, when a decorator, an after-request function or a teardown commits, on
paths that roll back, raise or answer an error, and for functions that the project's own code calls otherwise.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask import values
from flask_ls.rules.ask.flow import own_nodes
from flask_ls.rules.ask.queries import model_of_element, model_of_iterated
from flask_ls.rules.ask.session import RESETS, function_named, is_write, loaded_model, session_call
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

# Methods of unknown objects that may well commit.
_MAY_COMMIT = ("commit", "save", "create", "update", "delete", "persist", "store", "add_and", "apply")


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
    for function in ctx.index.functions():
        kinds = {r.kind for r in handlers(ctx).roles(function)}
        if not kinds & {"view", "cli", "resource"} or _is_wrapped(function, ctx):
            continue
        walk = _Walk(ctx)
        walk.function(function)
        for write, at in walk.lost:
            if write not in reported:
                reported.add(write)
                yield ctx.finding(
                    write,
                    "no commit follows: the change is rolled back when the request ends.",
                    related=[ctx.related(at, "the function ends here without a commit")] if at is not None else [],
                    fixes=[_committed(write, function, ctx)],
                )


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


class _Walk:
    """Follows the statements of a function: which writes are pending, which are lost at an exit."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.lost: list[tuple[ast.AST, ast.AST | None]] = []
        self._calling: list[ast.AST] = []

    def function(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Collect the writes that no commit follows before the function ends."""
        self._calling.append(function)
        pending, ends = self._block(function.body, ())
        if ends:
            self.lost += [(w, None) for w in pending]

    def _block(self, block: Sequence[ast.stmt], pending: tuple[ast.AST, ...]) -> tuple[tuple[ast.AST, ...], bool]:
        """The writes pending after the block, and whether control runs past its end."""
        for statement in block:
            pending, continues = self._statement(statement, pending)
            if not continues:
                return pending, False
        return pending, True

    def _statement(self, node: ast.stmt, pending: tuple[ast.AST, ...]) -> tuple[tuple[ast.AST, ...], bool]:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            return pending, True
        if isinstance(node, ast.Return):
            pending = self._expressions(node, pending)
            if not self._is_error(node):
                self.lost += [(w, node) for w in pending]
            return pending, False
        if isinstance(node, (ast.Raise, ast.Break, ast.Continue)):
            return pending, False
        if isinstance(node, ast.If):
            pending = self._expressions(node.test, pending)
            return self._joined([self._block(node.body, pending), self._block(node.orelse, pending)], pending)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            head = node.test if isinstance(node, ast.While) else node.iter
            pending = self._expressions(head, pending)
            inner, _ = self._block(node.body, pending)
            cleared = tuple(w for w in pending if w in inner)
            added = tuple(w for w in inner if w not in pending)
            after, ends = self._block(node.orelse, cleared + added)
            return after, ends
        if isinstance(node, ast.Try):
            inner, ends = self._block(node.body, pending)
            if ends:
                inner, ends = self._block(node.orelse, inner)
            # What a handler does after a failure is no promise to write.
            handled = [self._quietly(h.body) for h in node.handlers]
            after, final = self._block(node.finalbody, inner)
            return after, final and (ends or any(handled))
        if isinstance(node, (ast.With, ast.AsyncWith)):
            inner, ends = self._block(node.body, self._expressions_of(node.items, pending))
            commits = any(session_call(self.ctx, i.context_expr) == "begin" for i in node.items) or any(
                session_call(self.ctx, i.context_expr) is None
                and self.ctx.model.names.is_project(self.ctx.called(i.context_expr) or "")
                for i in node.items
            )
            return (() if commits else inner), ends
        if isinstance(node, ast.Match):
            arms = [self._block(case.body, pending) for case in node.cases]
            return self._joined([*arms, (pending, True)], pending)
        return self._expressions(node, pending), not self._aborts(node)

    def _quietly(self, block: Sequence[ast.stmt]) -> bool:
        kept, self.lost = self.lost, []
        _, ends = self._block(block, ())
        self.lost = kept
        return ends

    def _joined(
        self, arms: list[tuple[tuple[ast.AST, ...], bool]], before: tuple[ast.AST, ...]
    ) -> tuple[tuple[ast.AST, ...], bool]:
        """After a branch: an arm that commits is taken to be the one that wrote, so it clears for all."""
        open_arms = [pending for pending, ends in arms if ends]
        if not open_arms:
            return (), False
        everywhere = [w for w in before if all(w in pending for pending in open_arms)]
        added = [w for pending in open_arms for w in pending if w not in before]
        return tuple(dict.fromkeys(everywhere + added)), True

    def _expressions_of(self, items: list[ast.withitem], pending: tuple[ast.AST, ...]) -> tuple[ast.AST, ...]:
        for item in items:
            pending = self._expressions(item.context_expr, pending)
        return pending

    def _expressions(self, node: ast.AST, pending: tuple[ast.AST, ...]) -> tuple[ast.AST, ...]:
        """The effects of a simple statement or expression, in no particular order inside it."""
        for inner in own_nodes_of(node):
            if isinstance(inner, ast.Call):
                pending = self._call(inner, pending)
            elif (
                isinstance(inner, ast.Attribute)
                and isinstance(inner.ctx, ast.Store)
                and self._is_column(inner.value, inner.attr)
            ):
                pending = (*pending, self.ctx.index.statement(inner) or inner)
        return pending

    def _call(self, call: ast.Call, pending: tuple[ast.AST, ...]) -> tuple[ast.AST, ...]:
        if is_write(self.ctx, call) or self._sets_column(call):
            return (*pending, call)
        method = session_call(self.ctx, call)
        if method is not None:
            return () if method == "commit" or method in RESETS else pending
        member = self.ctx.member(call.func) or ""
        if member.startswith(("flask_sqlalchemy.", "sqlalchemy.")) or model_of_iterated(self.ctx, call) is not None:
            return pending  # builds a statement or a query
        name = self.ctx.called(call)
        if name is not None and self.ctx.model.names.is_project(name):
            function = function_named(self.ctx, name)
            if function is None:
                known = self.ctx.model.names.class_(name) is not None
                return pending if known else ()
            return self._inner(function, pending)
        last = call.func.attr.lower() if isinstance(call.func, ast.Attribute) else ""
        unknown = name is None and not self._is_plain(call)
        return () if unknown and last.startswith(_MAY_COMMIT) else pending

    def _is_plain(self, call: ast.Call) -> bool:
        cls = self.ctx.infer.class_of(call.func.value) if isinstance(call.func, ast.Attribute) else None
        return cls is not None and not self.ctx.model.names.is_project(cls)

    def _inner(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, pending: tuple[ast.AST, ...]
    ) -> tuple[ast.AST, ...]:
        if function in self._calling or len(self._calling) > 6:
            return ()
        nodes = list(own_nodes(self.ctx, function))
        if any(session_call(self.ctx, n) == "commit" for n in nodes):
            return ()
        self._calling.append(function)
        kept, self.lost = self.lost, []
        after, ends = self._block(function.body, pending)
        left = list(dict.fromkeys([*(after if ends else ()), *(w for w, _ in self.lost)]))
        self.lost = kept
        self._calling.pop()
        cleared = tuple(w for w in pending if w in left or not left)
        return tuple(dict.fromkeys([*cleared, *left])) if ends or left else pending

    def _sets_column(self, call: ast.Call) -> bool:
        """``setattr(user, "name", value)``."""
        if self.ctx.called(call) != "builtins.setattr" or len(call.args) != 3:
            return False
        return self._is_column(call.args[0], values.text(self.ctx, call.args[1]) or "")

    def _is_column(self, node: ast.expr, name: str) -> bool:
        """Whether ``name`` is a column of an object that was loaded from the database."""
        if not isinstance(node, ast.Name):
            return False
        bindings = self.ctx.index.lookup(node.id, node)
        models = {loaded_model(self.ctx, b.value) if b.kind == "assign" else None for b in bindings}
        model = (models.pop() if len(models) == 1 else None) or model_of_element(self.ctx, node)
        for cls in self.ctx.model.mro(model) if model is not None else ():
            known = self.ctx.model.names.class_(cls)
            value = known[1].attributes.get(name) if known is not None else None
            if value is not None:
                return value.called and value.dotted.rpartition(".")[2] in ("Column", "mapped_column")
        return False

    def _is_error(self, node: ast.Return) -> bool:
        """Whether the answer says that nothing was done: a status of 400 or more, or ``abort()``."""
        value = node.value
        if isinstance(value, ast.Tuple) and len(value.elts) > 1:
            status = values.constant(self.ctx, value.elts[1])
            return isinstance(status, int) and status >= 400
        return isinstance(value, ast.Call) and self.ctx.called(value) == "flask.abort"

    def _aborts(self, node: ast.stmt) -> bool:
        return isinstance(node, ast.Expr) and self.ctx.called(node.value) in ("flask.abort", "sys.exit")


def own_nodes_of(node: ast.AST) -> Iterator[ast.AST]:
    """A node and the nodes in it, without the bodies of functions."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        if not isinstance(current, (*FUNCTIONS, ast.Lambda)):
            stack.extend(reversed(list(ast.iter_child_nodes(current))))


def _committed(write: ast.AST, function: ast.AST, ctx: Context) -> Fix | None:
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


def _call_of(helper: ast.AST | None, function: ast.AST, ctx: Context) -> ast.stmt | None:
    """The statement of the function that calls a helper of this file, when there is one such statement."""
    found = {
        statement
        for call in own_nodes(ctx, function)
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
