"""A model instance is used where its session is gone: in a thread, in a cache, after the context closed.

Why: The session is scoped to the application context. When the context ends, or ``db.session.close()`` ends the
session, its objects are detached: relationships that were not read yet, and after a commit all attributes, raise
DetachedInstanceError. A thread gets a session of its own.

Instead: pass the id and load the object again, or ``db.session.merge(obj)``; in a fixture ``yield`` inside the block.

Fix: Passes the id and loads the object in the function, moves the reading into the block, yields in a fixture. Only the
last is safe: the others change what is read and when.

Quiet: For ids and other plain values, for attributes that were loaded after the commit, and, where nothing was
committed, for all but relationships that are loaded when they are read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS
from flask_ls.project.scopes import Binding
from flask_ls.rules.ask.detached import End, ends, is_expired, model_of, objects, unreadable
from flask_ls.rules.ask.handover import Handover, handovers
from flask_ls.rules.ask.values import definition
from flask_ls.rules.ask.views import handler_around
from flask_ls.rules.context import Context
from flask_ls.rules.edits.statements import line_of
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
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
    triggers=frozenset(
        "app_context apply_async close commit delay expire_on_commit query remove session submit Thread Timer".split()
    ),
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
            if model_of(value, ctx) is not None:
                yield ctx.finding(
                    value,
                    "the thread or task has another session: pass the id and load the object there.",
                    fixes=[_id_passed(handover, value, ctx)],
                )
    if ctx.model.each(_names_expiry):
        return
    for end in ends(ctx):
        yield from _after(end, ctx)
    for statement in ctx.index.nodes(ast.Assign):
        yield from _cached(statement, ctx)
    for call in ctx.index.nodes(ast.Call):
        yield from _put_away(call, ctx)


def _names_expiry(facts: FileFacts) -> bool:
    return "expire_on_commit" in facts.words


def _id_passed(handover: Handover, value: ast.expr, ctx: Context) -> Fix | None:
    """``obj.id`` for ``obj``; where the function is in this file, it loads the object again."""
    edit = ctx.edit().after(value, ".id")
    name = (model_of(value, ctx) or "").rpartition(".")[2]
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


def _after(end: End, ctx: Context) -> Iterator[Finding]:
    names = {name for name, _ in objects(end, ctx) if is_expired(name, end.before, ctx)}
    last = end.before[-1] if end.before else None
    ending = ctx.related(end.site, "the context ends with this block")
    if isinstance(last, ast.Return) and isinstance(last.value, ast.Name) and last.value.id in names:
        is_fixture = end.block is not None and _is_fixture(end.block, ctx)
        if is_fixture or _result_is_read(ctx.index.function_of(last), ctx):
            yield ctx.finding(last, _EXPIRED, related=[ending], fixes=[_yielded(last, ctx)] if is_fixture else [])
        return
    for kept in (s for s in end.before if isinstance(s, ast.Assign)) if end.block is not None else ():
        yield from _kept_on_self(kept, names, ending, ctx)
    for read, statement, is_expiry in unreadable(end, ctx):
        inside = _read_inside(end.block, statement, ctx) if end.block is not None else None
        yield ctx.finding(
            read,
            _EXPIRED if is_expiry else f"the session of this object is gone: {read.attr} cannot be loaded any more.",
            related=[ctx.related(end.site, "its context ended here" if end.block is not None else "it ends here")],
            fixes=[inside],
        )


def _kept_on_self(statement: ast.Assign, names: set[str], ending: Related, ctx: Context) -> Iterator[Finding]:
    """``self.user = user``, where another method reads an attribute of it."""
    target, method = statement.targets[0], ctx.index.function_of(statement)
    cls = ctx.index.class_of(method) if isinstance(method, FUNCTIONS) else None
    if cls is None or not isinstance(target, ast.Attribute) or not isinstance(statement.value, ast.Name):
        return
    written = ctx.text(target)
    is_read = any(
        isinstance(n, ast.Attribute) and ctx.text(n.value) == written and ctx.index.function_of(n) is not method
        for n in ast.walk(cls)
    )
    if statement.value.id in names and is_read:
        yield ctx.finding(statement, _EXPIRED, related=[ending])


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
    is_global = ctx.index.scope(holder).owner(holder.id) is root and model_of(value, ctx) is not None
    if is_global and all(_is_container(b.value) for b in root.bindings[holder.id]):
        yield ctx.finding(call, _LATER)


def _is_container(node: ast.expr | None) -> bool:
    made = node.func if isinstance(node, ast.Call) else None
    return isinstance(node, (ast.List, ast.Set)) or (isinstance(made, ast.Name) and made.id in ("list", "set", "deque"))


_EXPIRED = "the session of this object is gone: after the commit reading it raises DetachedInstanceError."
_LATER = "the next request finds this object detached: its session ends with this request."


def _cached(statement: ast.Assign, ctx: Context) -> Iterator[Finding]:
    """``CACHE[key] = obj`` and ``global obj`` in a view, after a commit."""
    if handler_around(ctx, statement) is None or not isinstance(statement.value, (ast.Name, ast.Call)):
        return
    if model_of(statement.value, ctx) is None:
        return
    for target in statement.targets:
        holder = target.value if isinstance(target, ast.Subscript) else target
        if not isinstance(holder, ast.Name):
            continue
        is_global = ctx.index.scope(holder).owner(holder.id) is ctx.index.root
        if is_global and not (ctx.name(holder) or "").startswith("flask.") and ctx.index.function_of(statement):
            yield ctx.finding(statement, _LATER)
