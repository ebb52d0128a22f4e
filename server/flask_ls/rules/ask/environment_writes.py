"""Environment variables that code sets for its own process."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flask_ls.rules.ask.values import argument, has_unpacking, text
from flask_ls.rules.ask.views import is_app
from flask_ls.rules.context import Context
from flask_ls.rules.fixing import EditBuilder

_SETTING = frozenset({"os.environ.setdefault", "os.putenv", "os.environ.__setitem__"})


@dataclass(frozen=True)
class EnvironmentWrite:
    """``os.environ[name] = value`` and alike. ``node`` is the assignment, call or keyword; ``key`` holds the name."""

    name: str
    value: ast.expr
    node: ast.AST
    key: ast.AST


def environment_writes(ctx: Context, *names: str) -> Iterator[EnvironmentWrite]:
    """Every write of these variables, in no particular order."""
    for write in ctx.once(_all):
        if write.name in names:
            yield write


def without(ctx: Context, write: EnvironmentWrite) -> EditBuilder:
    """A builder that removes the write; impossible when other code hangs on it."""
    edit = ctx.edit()
    statement = ctx.index.statement(write.node)
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return edit.delete_statement(statement)
    if isinstance(statement, ast.Expr) and statement.value is write.node:
        return edit.delete_statement(statement)
    call = ctx.parent(write.node)
    if isinstance(write.node, ast.keyword) and isinstance(call, ast.Call):
        if len(call.keywords) == 1 and not call.args and isinstance(statement, ast.Expr):
            return edit.delete_statement(statement)
        return edit.remove_argument(call, write.node)
    return edit.refuse()


def _all(ctx: Context) -> list[EnvironmentWrite]:
    return [*_assigned(ctx), *_called(ctx)]


def _assigned(ctx: Context) -> Iterator[EnvironmentWrite]:
    for node in ctx.index.nodes(ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and ctx.name(target.value) == "os.environ":
                name = text(ctx, target.slice)
                if name is not None:
                    yield EnvironmentWrite(name, node.value, node, target.slice)


def _called(ctx: Context) -> Iterator[EnvironmentWrite]:
    for call in ctx.index.nodes(ast.Call):
        name = ctx.called(call)
        if name in _SETTING and len(call.args) == 2:
            key = text(ctx, call.args[0])
            if key is not None:
                yield EnvironmentWrite(key, call.args[1], call, call.args[0])
        elif name == "os.environ.update":
            for keyword in call.keywords:
                if keyword.arg is not None:
                    yield EnvironmentWrite(keyword.arg, keyword.value, keyword, keyword)
            for mapping in call.args:
                if isinstance(mapping, ast.Dict):
                    for item, value in zip(mapping.keys, mapping.values, strict=True):
                        key = text(ctx, item)
                        if key is not None and item is not None:
                            yield EnvironmentWrite(key, value, item, item)


def made_before(ctx: Context, write: EnvironmentWrite) -> ast.AST | None:
    """The statement that made the app, above the write and in a block around it.

    None also where an ``app.run()`` of the file reads ``FLASK_DEBUG`` again.
    """
    if _is_read_again(ctx):
        return None
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


def _is_read_again(ctx: Context) -> bool:
    """Whether ``app.run()`` of this file reads ``FLASK_DEBUG`` when the server starts."""
    for call in ctx.index.nodes(ast.Call):
        is_run = isinstance(call.func, ast.Attribute) and call.func.attr == "run" and is_app(ctx, call.func.value)
        if is_run and argument(call, 2, "debug") is None and not has_unpacking(call):
            return True
    return False
