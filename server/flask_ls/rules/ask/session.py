"""Uses of the database session: which calls read, write, commit and roll back."""

from __future__ import annotations

import ast
import re

from flask_ls.rules.ask.flow import own_nodes
from flask_ls.rules.ask.queries import model_of_iterated
from flask_ls.rules.ask.values import definition, text
from flask_ls.rules.context import Context

MODEL = "flask_sqlalchemy.SQLAlchemy.Model"
SESSIONS = ("sqlalchemy.orm.scoped_session", "sqlalchemy.orm.Session", "flask_sqlalchemy.session.Session")
WRITES = frozenset(
    {"add", "add_all", "delete", "merge", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"}
)
# What makes a session usable again after a failure.
RESETS = frozenset({"rollback", "remove", "close", "invalidate"})
_CHANGING = frozenset({"insert", "update", "delete"})
_SQL_WRITE = re.compile(r"\s*(insert|update|delete|replace)\b", re.IGNORECASE)
_LOADING = frozenset({"get", "get_or_404", "first", "first_or_404", "one", "one_or_404", "one_or_none", "scalar_one"})


def session_call(ctx: Context, node: ast.AST) -> str | None:
    """The method that is called on a session: ``commit`` for ``db.session.commit()``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    member = ctx.member(node.func)
    return node.func.attr if member is not None and member.startswith(tuple(f"{s}." for s in SESSIONS)) else None


def is_write(ctx: Context, node: ast.AST) -> bool:
    """Whether the call changes rows: ``add``, ``User.query.delete()``, ``execute(insert(User))``."""
    method = session_call(ctx, node)
    if method in WRITES:
        return method != "merge" or not _attaches(ctx, node)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if method is not None:
        return method == "execute" and bool(node.args) and _is_changing_statement(ctx, node.args[0])
    if node.func.attr == "delete" and not node.args:
        return model_of_iterated(ctx, node.func.value) is not None
    return node.func.attr == "update" and len(node.args) == 1 and model_of_iterated(ctx, node.func.value) is not None


def _attaches(ctx: Context, merge: ast.AST) -> bool:
    """Whether ``user = session.merge(user)`` only gives an object the session: it is no new one with values to save."""
    given = definition(ctx, merge.args[0]) if isinstance(merge, ast.Call) and merge.args else None
    is_used = not isinstance(ctx.parent(merge), ast.Expr)
    return is_used and not (isinstance(given, ast.Call) and len(given.keywords) > 1)


def _is_changing_statement(ctx: Context, node: ast.expr) -> bool:
    node = definition(ctx, node)
    while isinstance(node, ast.Call):
        name = ctx.member(node.func) or ctx.called(node) or ""
        if name.startswith(("sqlalchemy.", "flask_sqlalchemy.SQLAlchemy.")):
            last = name.rpartition(".")[2]
            sql = text(ctx, node.args[0]) if last == "text" and node.args else None
            return last in _CHANGING or (sql is not None and _SQL_WRITE.match(sql) is not None)
        if not isinstance(node.func, ast.Attribute):
            return False
        node = definition(ctx, node.func.value)
    return False


def is_use(ctx: Context, node: ast.AST) -> bool:
    """Whether the node makes the session work: a session method other than a reset, or ``Model.query``."""
    method = session_call(ctx, node)
    if method is not None:
        return method not in RESETS
    if isinstance(node, ast.Attribute) and node.attr == "query":
        model = ctx.name(node.value)
        return model is not None and MODEL in ctx.model.mro(model)
    return False


def loaded_model(ctx: Context, node: ast.expr | None) -> str | None:
    """The model class that an expression loads: ``User.query.get(1)``, ``db.session.get(User, 1)``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _LOADING:
        return None
    receiver = node.func.value
    if session_call(ctx, node) == "get" or ctx.is_instance(receiver, "flask_sqlalchemy.SQLAlchemy"):
        return _model(ctx, node.args[0]) if node.args else None
    while isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Attribute):
        receiver = receiver.func.value
    return _model(ctx, receiver.value) if isinstance(receiver, ast.Attribute) and receiver.attr == "query" else None


def calls_in_project(ctx: Context, nodes: list[ast.AST]) -> list[tuple[ast.Call, str]]:
    """The calls of project functions among the nodes, with the canonical names of what they call."""
    return [
        (n, name)
        for n in nodes
        if isinstance(n, ast.Call) and (name := ctx.called(n)) is not None and ctx.model.names.is_project(name)
    ]


def function_named(ctx: Context, dotted: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The function of this file with this canonical name."""
    return next((f for f in ctx.index.functions() if ctx.index.dotted(f) == dotted), None)


def resets(ctx: Context, nodes: list[ast.AST], left: int = 4) -> bool:
    """Whether the nodes roll back, or call something that may: functions of other files count as doing so."""
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RESETS:
            return True
    for _, name in calls_in_project(ctx, nodes):
        function = function_named(ctx, name)
        if ctx.model.names.function(name) is not None and function is None:
            return True
        if function is not None and left > 0 and resets(ctx, list(own_nodes(ctx, function)), left - 1):
            return True
    return False


def _model(ctx: Context, node: ast.expr) -> str | None:
    name = ctx.name(node)
    return name if name is not None and MODEL in ctx.model.mro(name) else None


def extension_in_scope(ctx: Context, node: ast.AST) -> str | None:
    """How the project's ``SQLAlchemy`` object is written at a node; None when it has no name there."""
    for name in ctx.index.root.bindings:
        origin = ctx.infer.module_level(name) if name != "*" else None
        if origin is not None and "flask_sqlalchemy.SQLAlchemy" in ctx.model.mro(ctx.model.class_of_name(origin) or ""):
            return name if ctx.index.scope(node).owner(name) is ctx.index.root else None
    return None
