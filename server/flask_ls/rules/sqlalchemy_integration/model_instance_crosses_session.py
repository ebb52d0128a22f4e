"""A model instance is used where its session is gone: in a thread, in a cache, after the context closed.

Why: The session is scoped to the application context. When the context ends, its objects are detached: after a commit
all attributes are expired, and reading one raises DetachedInstanceError. A thread gets a session of its own.

Instead: pass the id and load the object again, or ``db.session.merge(obj)``; in a fixture ``yield`` inside the block.

Fix: Passes the id and loads the object in the function, moves the reading into the block, yields in a fixture. Only the
last is safe: the others change what is read and when.

Quiet: For ids and other plain values, for attributes that were loaded after the commit, and for objects that were not
committed in the block.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS
from flask_ls.project.scopes import Binding
from flask_ls.rules.ask.flow import targets_of
from flask_ls.rules.ask.handover import Handover, handovers
from flask_ls.rules.ask.session import MODEL, loaded_model, session_call
from flask_ls.rules.ask.values import definition
from flask_ls.rules.ask.views import handler_around
from flask_ls.rules.context import Context
from flask_ls.rules.edits.statements import line_of
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

_HEAD = """
            from threading import Thread

            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                name = db.Column(db.String)
"""

rule = Rule(
    __name__,
    code="FLK703",
    severity=Severity.WARNING,
    guide=(
        "SQLAlchemy integration / detached object error: fetch again or merge",
        "SQLAlchemy integration / the session is scoped to the request",
    ),
    triggers=frozenset({"commit", "Thread", "Timer", "submit", "delay", "apply_async", "expire_on_commit"}),
    error_text="DetachedInstanceError: Instance <User at 0x...> is not bound to a Session; attribute refresh operation "
    "cannot proceed",
    examples=(
        Bad(
            _HEAD
            + """

            with app.app_context():
                db.create_all()
                user = User(name="ann")
                db.session.add(user)
                db.session.commit()

            print(user.name)
            #     ^^^^^^^^^ the session of this object is gone
            """,
            fixed=_HEAD
            + """

            with app.app_context():
                db.create_all()
                user = User(name="ann")
                db.session.add(user)
                db.session.commit()

                print(user.name)
            """,
            fails="DetachedInstanceError",
        ),
        Bad(
            _HEAD
            + """

            def work(user):
                with app.app_context():
                    print(user.name)


            @app.get("/<int:key>")
            def show(key):
                user = db.session.get(User, key)
                Thread(target=work, args=(user,)).start()
                #                         ^^^^ another session
                return "x"
            """,
            fixed=_HEAD
            + """

            def work(user):
                with app.app_context():
                    user = db.session.get(User, user)
                    print(user.name)


            @app.get("/<int:key>")
            def show(key):
                user = db.session.get(User, key)
                Thread(target=work, args=(user.id,)).start()
                return "x"
            """,
        ),
        Good(
            _HEAD
            + """

            with app.app_context():
                db.create_all()
                db.session.add(User(id=1, name="ann"))
                db.session.commit()
                user = db.session.get(User, 1)
                name = user.name

            print(user.name, name)
            """,
            drive="pass",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Hand-overs, blocks that push a context, and globals of this file."""
    for handover in handovers(ctx):
        for value in (*handover.positional, *handover.named.values()):
            if _model_of(value, ctx) is not None:
                yield ctx.finding(
                    value,
                    "the thread or task has another session: pass the id and load the object there.",
                    fixes=[_id_passed(handover, value, ctx)],
                )
    if ctx.model.each(_names_expiry):
        return
    for block in ctx.index.nodes(ast.With):
        if any(isinstance(i.context_expr, ast.Call) and _pushes(i.context_expr, ctx) for i in block.items):
            yield from _after_block(block, ctx)
    for statement in ctx.index.nodes(ast.Assign):
        yield from _cached(statement, ctx)
    for call in ctx.index.nodes(ast.Call):
        yield from _put_away(call, ctx)


def _names_expiry(facts: FileFacts) -> bool:
    return "expire_on_commit" in facts.words


def _id_passed(handover: Handover, value: ast.expr, ctx: Context) -> Fix | None:
    """``obj.id`` for ``obj``; where the function is in this file, it loads the object again."""
    edit = ctx.edit().after(value, ".id")
    name = (_model_of(value, ctx) or "").rpartition(".")[2]
    session = next((n for n, b in ctx.index.root.bindings.items() if _is_database(b, ctx)), None)
    target = handover.target
    bindings = ctx.index.lookup(target.id, target) if isinstance(target, ast.Name) else []
    function = bindings[0].node if len(bindings) == 1 and bindings[0].kind == "def" else None
    if not isinstance(function, FUNCTIONS) or value not in handover.positional or session is None:
        return ctx.fix("Pass the id", edit, safe=False)
    position = handover.positional.index(value)
    parameters = [*function.args.posonlyargs, *function.args.args]
    if position >= len(parameters) or name not in ctx.index.root.bindings:
        return ctx.fix("Pass the id", edit, safe=False)
    parameter = parameters[position].arg
    blocks = [s for s in function.body if isinstance(s, ast.With) and any(_pushes_context(i) for i in s.items)]
    first = blocks[0].body[0] if blocks else function.body[0]
    edit.insert_line_before(first, f"{parameter} = {session}.session.get({name}, {parameter})")
    return ctx.fix(f"Pass the id and load the object in {function.name}()", edit, safe=False)


def _is_database(bindings: list[Binding], ctx: Context) -> bool:
    value = bindings[0].value if len(bindings) == 1 else None
    return value is not None and ctx.is_instance(value, "flask_sqlalchemy.SQLAlchemy")


def _pushes_context(item: ast.withitem) -> bool:
    called = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in ("app_context", "test_request_context")


def _read_inside(block: ast.With, statement: ast.stmt, ctx: Context) -> Fix | None:
    """The statements up to the reading one moved into the block above them."""
    siblings = ctx.index.block_of(block)
    first = line_of(ctx.source, siblings[siblings.index(block) + 1])
    last = line_of(ctx.source, statement)
    if first is None or last is None:
        return None
    edit = ctx.edit().indent(Span(first.start, last.end))
    return ctx.fix("Read it before the context ends", edit, safe=False)


def _pushes(call: ast.Call, ctx: Context) -> bool:
    return ctx.member(call.func) in ("flask.Flask.app_context", "flask.Flask.test_request_context")


def _model_of(node: ast.expr, ctx: Context) -> str | None:
    """The model class of an expression: a model built here, or one loaded from the database."""
    if isinstance(node, ast.Name):
        bindings = ctx.index.lookup(node.id, node)
        if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None:
            return None
        node = bindings[0].value
    loaded = loaded_model(ctx, node)
    if loaded is not None:
        return loaded
    cls = ctx.infer.class_of(node) if isinstance(node, ast.Call) else None
    return cls if cls is not None and MODEL in ctx.model.mro(cls) else None


def _is_expired(name: str, block: ast.With, ctx: Context) -> bool:
    """Whether a commit is the last thing in the block that touches the object's attributes."""
    commit = -1
    touched = -1
    for node in ast.walk(block):
        if session_call(ctx, node) == "commit":
            commit = max(commit, ctx.span(node).start)
        elif (
            (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name)
            or session_call(ctx, node) in ("refresh", "expunge", "expunge_all", "merge")
            or any(isinstance(t, ast.Name) and t.id == name for t in targets_of(node))
        ):
            touched = max(touched, ctx.span(node).start)
    return commit > touched


def _after_block(block: ast.With, ctx: Context) -> Iterator[Finding]:
    names = {
        t.id
        for s in block.body
        for t in targets_of(s)
        if isinstance(t, ast.Name) and _model_of(t, ctx) is not None and _is_expired(t.id, block, ctx)
    }
    if not names:
        return
    message = "the session of this object is gone: after the commit reading it raises DetachedInstanceError."
    last = block.body[-1]
    if isinstance(last, ast.Return) and isinstance(last.value, ast.Name) and last.value.id in names:
        is_fixture = _is_fixture(block, ctx)
        if is_fixture or _result_is_read(ctx.index.function_of(block), ctx):
            yield ctx.finding(
                last,
                message,
                related=[ctx.related(block.items[0].context_expr, "the context ends with this block")],
                fixes=[_yielded(last, ctx)] if is_fixture else [],
            )
        return
    for kept in (s for s in block.body if isinstance(s, ast.Assign)):
        yield from _kept_on_self(kept, block, names, message, ctx)
    siblings = ctx.index.block_of(block)
    for statement in siblings[siblings.index(block) + 1 :] if block in siblings else []:
        if isinstance(statement, (*FUNCTIONS, ast.ClassDef, ast.With)):
            continue
        for node in ast.walk(statement):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.ctx, ast.Load)
                and isinstance(node.value, ast.Name)
                and node.value.id in names
                and not node.attr.startswith("__")
            ):
                yield ctx.finding(
                    node,
                    message,
                    related=[ctx.related(block.items[0].context_expr, "its context ended here")],
                    fixes=[_read_inside(block, statement, ctx)],
                )
                names.discard(node.value.id)


def _kept_on_self(
    statement: ast.Assign, block: ast.With, names: set[str], message: str, ctx: Context
) -> Iterator[Finding]:
    """``self.user = user``, where another method reads an attribute of it."""
    target, method = statement.targets[0], ctx.index.function_of(block)
    cls = ctx.index.class_of(method) if isinstance(method, FUNCTIONS) else None
    if cls is None or not isinstance(target, ast.Attribute) or not isinstance(statement.value, ast.Name):
        return
    written = ctx.text(target)
    is_read = any(
        isinstance(n, ast.Attribute) and ctx.text(n.value) == written and ctx.index.function_of(n) is not method
        for n in ast.walk(cls)
    )
    if statement.value.id in names and is_read:
        yield ctx.finding(
            statement,
            message,
            related=[ctx.related(block.items[0].context_expr, "the context ends with this block")],
        )


def _result_is_read(function: ast.AST | None, ctx: Context) -> bool:
    """Whether this file reads an attribute of what the function gives: ``make().name``, ``u = make(); u.name``."""
    if not isinstance(function, FUNCTIONS) or function.decorator_list:
        return False
    wanted = ctx.index.dotted(function)
    return any(ctx.called(definition(ctx, n.value)) == wanted for n in ctx.index.nodes(ast.Attribute))


def _is_fixture(block: ast.With, ctx: Context) -> bool:
    function = ctx.index.function_of(block)
    return isinstance(function, FUNCTIONS) and any(
        ctx.name(d.func if isinstance(d, ast.Call) else d) in ("pytest.fixture", "pytest_asyncio.fixture")
        for d in function.decorator_list
    )


def _yielded(statement: ast.Return, ctx: Context) -> Fix | None:
    text = ctx.text(statement).replace("return", "yield", 1)
    return ctx.fix("Yield it inside the block", ctx.edit().replace(statement, text), safe=True)


def _put_away(call: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``CACHE.append(obj)`` in a view."""
    method = call.func
    if not isinstance(method, ast.Attribute) or method.attr not in ("append", "add", "insert", "appendleft"):
        return
    holder, value = method.value, call.args[-1] if call.args else None
    if not isinstance(holder, ast.Name) or not isinstance(value, ast.Name) or handler_around(ctx, call) is None:
        return
    root = ctx.index.root
    is_global = ctx.index.scope(holder).owner(holder.id) is root and _model_of(value, ctx) is not None
    if is_global and all(_is_container(b.value) for b in root.bindings[holder.id]):
        yield ctx.finding(call, _LATER)


def _is_container(node: ast.expr | None) -> bool:
    made = node.func if isinstance(node, ast.Call) else None
    return isinstance(node, (ast.List, ast.Set)) or (isinstance(made, ast.Name) and made.id in ("list", "set", "deque"))


_LATER = "the next request finds this object detached: its session ends with this request."


def _cached(statement: ast.Assign, ctx: Context) -> Iterator[Finding]:
    """``CACHE[key] = obj`` and ``global obj`` in a view, after a commit."""
    if handler_around(ctx, statement) is None or not isinstance(statement.value, ast.Name):
        return
    if _model_of(statement.value, ctx) is None:
        return
    for target in statement.targets:
        holder = target.value if isinstance(target, ast.Subscript) else target
        if not isinstance(holder, ast.Name):
            continue
        owner = ctx.index.scope(holder).owner(holder.id)
        if owner is ctx.index.root and ctx.index.function_of(statement) is not None:
            yield ctx.finding(statement, _LATER)
