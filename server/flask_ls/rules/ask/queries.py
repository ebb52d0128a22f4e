"""Which model the rows of a query are: ``User.query``, ``db.session.scalars(select(User))`` and alike."""

from __future__ import annotations

import ast

from flask_ls.rules.ask.values import definition
from flask_ls.rules.context import Context

_MODELS = ("flask_sqlalchemy.SQLAlchemy.Model", "sqlalchemy.orm.DeclarativeBase")
_SESSIONS = ("sqlalchemy.orm.scoped_session", "sqlalchemy.orm.Session")
_ONE = frozenset({"first", "get", "one", "one_or_none", "first_or_404", "get_or_404", "one_or_404", "scalar_one"})
# Methods of a query that give the same kind of query.
_NARROWING = frozenset(
    {"filter", "filter_by", "where", "order_by", "limit", "offset", "options", "distinct", "join", "outerjoin"}
    | {"unique", "execution_options", "having", "group_by", "slice", "populate_existing", "with_for_update"}
)
_CONNECTIONS = (*_SESSIONS, "sqlalchemy.Connection", "flask_sqlalchemy.session.Session")
_FUNCTIONS = ("sqlalchemy.func.", "sqlalchemy.sql.func.")
# What asks a result for one row or for all.
_OF_ROWS = {"first": False, "one": False, "one_or_none": False, "fetchone": False}
_OF_ROWS |= {"all": True, "fetchall": True, "fetchmany": True}
_SELECTS = frozenset({"sqlalchemy.select", "sqlalchemy.sql.select", "sqlalchemy.future.select"})


def model_of_query(ctx: Context, node: ast.expr) -> str | None:
    """The model whose instance a query for one row gives: ``User.query.get(1)``, ``db.session.get(User, 1)``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _ONE:
        return None
    owner = node.func.value
    if node.func.attr == "scalar_one":
        return _selected_by(ctx, definition(ctx, owner))
    if node.args and ctx.is_instance(owner, "sqlalchemy.orm.scoped_session", "flask_sqlalchemy.SQLAlchemy"):
        return _model(ctx, node.args[0])
    while True:
        if isinstance(owner, ast.Call):
            is_query = isinstance(owner.func, ast.Attribute) and owner.func.attr == "query" and len(owner.args) == 1
            if is_query and ctx.is_instance(owner.func.value, "sqlalchemy.orm.scoped_session"):  # type: ignore[attr-defined]
                return _model(ctx, owner.args[0])
            owner = owner.func
        elif isinstance(owner, ast.Attribute):
            if owner.attr == "query":
                return _model(ctx, owner.value)
            owner = owner.value
        else:
            return None


def _model(ctx: Context, node: ast.expr) -> str | None:
    name = ctx.name(node)
    if name is None or ctx.model.names.class_(name) is None:
        return None
    return name if any(b in _MODELS for b in ctx.model.mro(name)) else None


def model_of_rows(ctx: Context, node: ast.expr) -> str | None:
    """The model of a list of rows: ``User.query.all()``, ``db.session.scalars(select(User)).all()``."""
    node = definition(ctx, node)
    if isinstance(node, ast.Attribute) and node.attr == "items":
        return _paginated(ctx, definition(ctx, node.value))
    if isinstance(node, ast.Call) and ctx.called(node) == "builtins.list" and len(node.args) == 1:
        return model_of_iterated(ctx, node.args[0])
    is_all = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "all"
    return model_of_iterated(ctx, node.func.value) if is_all else None  # type: ignore[attr-defined]


def model_of_iterated(ctx: Context, node: ast.expr) -> str | None:
    """The model whose instances come out of iterating over the expression."""
    node = definition(ctx, node)
    rows = model_of_rows(ctx, node) if isinstance(node, ast.Call) else None
    if rows is not None:
        return rows
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _NARROWING:
        node = definition(ctx, node.func.value)
    if isinstance(node, ast.Attribute) and node.attr == "query":
        return _model(ctx, node.value)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    if node.func.attr == "scalars" and not node.args:  # session.execute(...).scalars()
        return _selected_by(ctx, definition(ctx, node.func.value))
    if len(node.args) != 1 or not ctx.is_instance(node.func.value, *_SESSIONS):
        return None
    if node.func.attr == "query":
        return _model(ctx, node.args[0])
    return _selected(ctx, node.args[0]) if node.func.attr == "scalars" else None


def _paginated(ctx: Context, node: ast.expr) -> str | None:
    """The model of ``User.query.paginate()`` and ``db.paginate(select(User))``, of which ``items`` are the rows."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "paginate":
        return None
    if ctx.member(node.func) == "flask_sqlalchemy.SQLAlchemy.paginate":
        return _selected(ctx, node.args[0]) if node.args else None
    return model_of_iterated(ctx, node.func.value)


def is_of_rows(ctx: Context, node: ast.expr) -> bool | None:
    """Whether the expression is a list of rows of columns (True) or one such row (False); None when it is neither.

    ``session.execute(...).all()``, ``session.query(User.id, User.name).first()``. No model is in them, and no tuple.
    """
    node = definition(ctx, node)
    loop = _loop_of(ctx, node)
    if loop is not None:
        return False if _is_executed(ctx, definition(ctx, loop.iter)) or is_of_rows(ctx, loop.iter) else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _OF_ROWS:
        return None
    result = definition(ctx, node.func.value)
    while isinstance(result, ast.Call) and isinstance(result.func, ast.Attribute):
        if _is_executed(ctx, result) or _is_query_of_columns(ctx, result.func, result.args):
            return _OF_ROWS[node.func.attr]
        if result.func.attr not in _NARROWING | {"mappings"}:
            return None
        result = definition(ctx, result.func.value)
    return None


def is_query(ctx: Context, node: ast.expr) -> bool:
    """Whether the expression is a query or the result of one, of which no rows were taken yet."""
    node = definition(ctx, node)
    return _is_executed(ctx, node) or (model_of_iterated(ctx, node) is not None and model_of_rows(ctx, node) is None)


def _is_executed(ctx: Context, node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    if not isinstance(called, ast.Attribute) or called.attr != "execute":
        return False
    return ctx.is_instance(called.value, *_CONNECTIONS)


def _is_query_of_columns(ctx: Context, called: ast.Attribute, given: list[ast.expr]) -> bool:
    """``session.query(User.id)``, ``session.query(User, Post)``, ``User.query.with_entities(User.id)``."""
    if called.attr == "query":
        is_query = ctx.is_instance(called.value, *_SESSIONS)
    else:
        is_query = called.attr == "with_entities" and model_of_iterated(ctx, called.value) is not None
    if not is_query or any(isinstance(a, ast.Starred) for a in given):
        return False
    return len(given) > 1 or any(_is_column(ctx, a) for a in given)


def _is_column(ctx: Context, node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return (ctx.called(node) or "").startswith(_FUNCTIONS)
    return isinstance(node, ast.Attribute) and _model(ctx, node.value) is not None


def model_of_element(ctx: Context, node: ast.expr) -> str | None:
    """The model of a loop variable: ``user`` of ``for user in User.query``."""
    loop = _loop_of(ctx, node)
    return model_of_iterated(ctx, loop.iter) if loop is not None else None


def _loop_of(ctx: Context, node: ast.expr) -> ast.For | ast.comprehension | None:
    """The loop whose one variable a name is."""
    bindings = ctx.index.lookup(node.id, node) if isinstance(node, ast.Name) else []
    loop = bindings[0].node if len(bindings) == 1 else None
    return loop if isinstance(loop, (ast.For, ast.comprehension)) and isinstance(loop.target, ast.Name) else None


def _selected_by(ctx: Context, executed: ast.expr) -> str | None:
    """The model whose instances ``session.execute(select(User))`` gives as scalars."""
    is_execute = isinstance(executed, ast.Call) and getattr(executed.func, "attr", "") == "execute"
    return _selected(ctx, executed.args[0]) if is_execute and executed.args else None  # type: ignore[attr-defined]


def _selected(ctx: Context, node: ast.expr) -> str | None:
    """``User`` of ``select(User).where(...)``, ``db.select(User)``."""
    node = definition(ctx, node)
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _NARROWING:
        node = definition(ctx, node.func.value)
    if not isinstance(node, ast.Call) or len(node.args) != 1:
        return None
    is_select = ctx.called(node) in _SELECTS or ctx.member(node.func) == "flask_sqlalchemy.SQLAlchemy.select"
    return _model(ctx, node.args[0]) if is_select else None
