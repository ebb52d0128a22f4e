"""Where objects of the database lose their session, and which of their attributes cannot be read any more then."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.flow import targets_of
from flask_ls.rules.ask.session import MODEL, loaded_model, session_call
from flask_ls.rules.context import Context

_PUSHING = ("flask.Flask.app_context", "flask.Flask.test_request_context")
_CLOSING = frozenset({"close", "remove", "expunge_all"})
_KEEPING = frozenset({"refresh", "expunge", "expunge_all", "merge"})
_ATTACHING = frozenset({"add", "add_all", "merge"})


@dataclass(frozen=True)
class End:
    """A place where a session ends. ``before`` are the statements of that session, ``after`` those that follow.

    ``site`` is what ends it: the context that is left, or the call of ``close``. ``block`` is the block of the context.
    """

    before: Sequence[ast.stmt]
    after: Sequence[ast.stmt]
    site: ast.AST
    block: ast.With | None = None


def ends(ctx: Context) -> Iterator[End]:
    """The ends of sessions in this file: of blocks that push a context, and ``db.session.close()`` in functions."""
    for block in ctx.index.nodes(ast.With):
        if pushes_context(block, ctx):
            yield End(block.body, _following(block, ctx), block.items[0].context_expr, block)
    for call in ctx.index.nodes(ast.Call):
        statement = ctx.parent(call)
        if isinstance(statement, ast.Expr) and session_call(ctx, call) in _CLOSING:
            around = ctx.parent(statement)
            if isinstance(around, ast.Try) and statement in around.finalbody:
                yield End(around.body, _following(around, ctx), call)
            elif isinstance(around, (*FUNCTIONS, ast.Module)):
                siblings = ctx.index.block_of(statement)
                yield End(siblings[: siblings.index(statement)], _following(statement, ctx), call)


def objects(end: End, ctx: Context) -> Iterator[tuple[str, str]]:
    """The names that stand for objects of that session, with their models."""
    for statement in end.before:
        for target in targets_of(statement):
            if isinstance(target, ast.Name) and (model := model_of(target, ctx)) is not None:
                yield target.id, model


def unreadable(end: End, ctx: Context) -> Iterator[tuple[ast.Attribute, ast.stmt, bool]]:
    """The first reading of each object after the end that fails, its statement there, and whether a commit is why."""
    if any(session_call(ctx, n) in _ATTACHING for s in end.after for n in ast.walk(s)):
        return
    models = dict(objects(end, ctx))
    expired = {name for name in models if is_expired(name, end.before, ctx)}
    for statement in end.after:
        if not models or isinstance(statement, (*FUNCTIONS, ast.ClassDef, ast.With)):
            continue
        for node in ast.walk(statement):
            name = node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""
            if name not in models or not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
                continue
            is_lazy = not node.attr.startswith("__") and _is_left_to_load(node, models[name], end, ctx)
            if is_lazy or (name in expired and not node.attr.startswith("__")):
                yield node, statement, name in expired
                del models[name]


def is_expired(name: str, statements: Sequence[ast.stmt], ctx: Context) -> bool:
    """Whether a commit is the last thing in the statements that touches the object's attributes."""
    commit = -1
    touched = -1
    for node in (n for s in statements for n in ast.walk(s)):
        if session_call(ctx, node) == "commit":
            commit = max(commit, ctx.span(node).start)
        elif (
            (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name)
            or session_call(ctx, node) in _KEEPING
            or any(isinstance(t, ast.Name) and t.id == name for t in targets_of(node))
        ):
            touched = max(touched, ctx.span(node).start)
    return commit > touched


def model_of(node: ast.expr, ctx: Context) -> str | None:
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


def _following(statement: ast.stmt, ctx: Context) -> Sequence[ast.stmt]:
    siblings = ctx.index.block_of(statement)
    return siblings[siblings.index(statement) + 1 :] if statement in siblings else ()


def pushes_context(block: ast.With, ctx: Context) -> bool:
    """Whether the block pushes an application or request context, with which its session ends."""
    calls = [i.context_expr for i in block.items if isinstance(i.context_expr, ast.Call)]
    return any(ctx.member(call.func) in _PUSHING or _is_of_fixture(call.func, ctx) for call in calls)


def _is_of_fixture(method: ast.expr, ctx: Context) -> bool:
    """``app.app_context`` in a test or fixture, where ``app`` is an application that another fixture gives."""
    app = method.value if isinstance(method, ast.Attribute) and f"flask.Flask.{method.attr}" in _PUSHING else None
    function = ctx.index.function_of(method)
    if not isinstance(app, ast.Name) or not isinstance(function, FUNCTIONS) or not ctx.is_test:
        return False
    value = ctx.model.contexts.values.of(ctx.path, f"%{ctx.index.qualname(function)}:{app.id}")
    return value is not None and value.kind == "instance" and "flask.Flask" in ctx.model.mro(value.name)


def _is_left_to_load(read: ast.Attribute, model: str, end: End, ctx: Context) -> bool:
    """Whether the attribute is a relationship that is loaded when it is first read, of an object that was loaded."""
    if not _is_lazy(read.attr, model, ctx) or not isinstance(read.value, ast.Name):
        return False
    value = next((b.value for b in ctx.index.lookup(read.value.id, read.value)), None)
    # Options of the query may load it at once, and what is touched before is loaded.
    is_plain = loaded_model(ctx, value) is not None and "options" not in ctx.text(value or read)
    before = [n for s in end.before for n in ast.walk(s)]
    return is_plain and not any(
        (isinstance(n, ast.Attribute) and n.attr == read.attr) or session_call(ctx, n) in _KEEPING - {"expunge_all"}
        for n in before
    )


def _is_lazy(attribute: str, model: str, ctx: Context) -> bool:
    for cls in ctx.model.mro(model):
        known = ctx.model.names.class_(cls)
        value = known[1].attributes.get(attribute) if known is not None else None
        if known is not None and value is not None:
            source = ctx.read(known[0].path)
            return (
                value.called
                and value.dotted.rpartition(".")[2] == "relationship"
                and source is not None
                and ("lazy" not in source.text)
            )
    return False
