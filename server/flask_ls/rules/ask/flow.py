"""Control flow inside one function: what is caught, what was tested before, which paths leave."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from flask_ls.project.index import COMPREHENSIONS, FUNCTIONS
from flask_ls.rules.context import Context

# Calls that never return.
LEAVING = frozenset(
    {"flask.abort", "werkzeug.exceptions.abort", "sys.exit", "builtins.exit", "builtins.quit", "os._exit", "os.abort"}
)
_BOUNDARIES = (*FUNCTIONS, ast.Lambda, ast.ClassDef)


def targets_of(statement: ast.AST | None) -> list[ast.expr]:
    """What an assignment with a value binds: ``a = b = 1``, ``a: int = 1``; nothing for any other statement."""
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign) and statement.value is not None else []


def assigned_value(statement: ast.AST | None) -> ast.expr | None:
    """The value of an assignment, with an annotation or without; None for any other statement."""
    return statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None


def catches(ctx: Context, handler: ast.ExceptHandler, *exceptions: str) -> bool:
    """Whether the handler catches every one of these builtin exceptions (``ValueError``), by class or base class."""
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {ctx.name(t) for t in types}
    return all(any(f"builtins.{base}" in names for base in bases_of(e)) for e in exceptions)


def is_caught(ctx: Context, node: ast.AST, *exceptions: str) -> bool:
    """Whether one of these builtin exceptions, raised at ``node``, is caught inside its function.

    With several exceptions each must be caught, by whichever ``try`` around; ``contextlib.suppress`` counts.
    """
    return all(_is_caught(ctx, node, e) for e in exceptions)


def _is_caught(ctx: Context, node: ast.AST, exception: str) -> bool:
    child = node
    for ancestor in ctx.index.ancestors(node):
        if isinstance(ancestor, _BOUNDARIES) and _is_body(ancestor, child):
            return False
        if is_try(ancestor) and child in ancestor.body:
            if any(catches(ctx, h, exception) for h in ancestor.handlers):
                return True
        elif isinstance(ancestor, ast.With) and child in ancestor.body:
            for item in ancestor.items:
                suppressed = item.context_expr
                if isinstance(suppressed, ast.Call) and ctx.called(suppressed) == "contextlib.suppress":
                    names = {ctx.name(a) for a in suppressed.args}
                    if any(f"builtins.{b}" in names for b in bases_of(exception)):
                        return True
        child = ancestor
    return False


def tests_before(ctx: Context, node: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """Conditions that were evaluated on every way to ``node`` inside its function, with the result they had.

    Around it (``if``, ``while``, conditional expressions, ``and``/``or``) and before it in its blocks
    (``if not x: return``). ``and`` that was true and ``or`` that was false are taken apart, ``not`` is removed.
    """
    child = node
    for ancestor in ctx.index.ancestors(node):
        if isinstance(ancestor, (ast.If, ast.While)):
            if child in ancestor.body:
                yield from _parts(ancestor.test, True)
            elif child in ancestor.orelse and isinstance(ancestor, ast.If):
                yield from _parts(ancestor.test, False)
        elif isinstance(ancestor, ast.IfExp):
            if child is not ancestor.test:
                yield from _parts(ancestor.test, child is ancestor.body)
        elif isinstance(ancestor, ast.BoolOp):
            truth = isinstance(ancestor.op, ast.And)
            for value in ancestor.values:
                if value is child:
                    break
                yield from _parts(value, truth)
        elif isinstance(ancestor, COMPREHENSIONS) and not isinstance(child, ast.comprehension):
            for generator in ancestor.generators:
                for test in generator.ifs:
                    yield from _parts(test, True)
        if isinstance(child, ast.stmt):
            yield from _early_exits(ctx, child)
        if isinstance(ancestor, _BOUNDARIES) and _is_body(ancestor, child):
            return
        child = ancestor


def leaves(ctx: Context, block: Sequence[ast.stmt]) -> bool:
    """Whether control never runs past the end of the block (return, raise, break, continue, ``abort()``)."""
    return any(_leaves(ctx, s) for s in block)


def falls_off(ctx: Context, block: Sequence[ast.stmt]) -> bool:
    """Whether control may run past the end of a function's body, so that it returns None."""
    return not leaves(ctx, block)


def own_nodes(ctx: Context, function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's body without those of the functions and classes inside."""
    body = getattr(function, "body", [])
    stack = list(reversed(body)) if isinstance(body, list) else [body]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _BOUNDARIES):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def returns(ctx: Context, function: ast.AST) -> list[ast.Return]:
    """The ``return`` statements of a function itself."""
    return [n for n in own_nodes(ctx, function) if isinstance(n, ast.Return)]


def is_generator(ctx: Context, function: ast.AST) -> bool:
    """Whether the function itself has a ``yield``."""
    return any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in own_nodes(ctx, function))


def _leaves(ctx: Context, statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
        return True
    if isinstance(statement, ast.Expr):
        value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
        return ctx.called(value) in LEAVING
    if isinstance(statement, ast.If):
        return bool(statement.orelse) and leaves(ctx, statement.body) and leaves(ctx, statement.orelse)
    if is_try(statement):
        return _try_leaves(ctx, statement)
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return not _may_suppress(ctx, statement) and leaves(ctx, statement.body)
    if isinstance(statement, ast.Match):
        return _is_exhaustive(statement) and all(leaves(ctx, c.body) for c in statement.cases)
    if isinstance(statement, ast.While) and _is_true(statement.test):
        return not any(isinstance(n, ast.Break) for n in _loop_nodes(statement))
    return False


def _try_leaves(ctx: Context, statement: ast.Try) -> bool:
    if leaves(ctx, statement.finalbody):
        return True
    inside = leaves(ctx, statement.body) or leaves(ctx, statement.orelse)
    return inside and all(leaves(ctx, h.body) for h in statement.handlers)


def _may_suppress(ctx: Context, statement: ast.With | ast.AsyncWith) -> bool:
    return any(ctx.called(i.context_expr) == "contextlib.suppress" for i in statement.items)


def _is_exhaustive(statement: ast.Match) -> bool:
    last = statement.cases[-1]
    return isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None


def _is_true(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _loop_nodes(loop: ast.While | ast.For) -> Iterator[ast.AST]:
    stack: list[ast.AST] = list(loop.body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (*_BOUNDARIES, ast.For, ast.While, ast.AsyncFor)):
            stack.extend(ast.iter_child_nodes(node))


def _early_exits(ctx: Context, statement: ast.stmt) -> Iterator[tuple[ast.expr, bool]]:
    for before in ctx.index.block_of(statement):
        if before is statement:
            return
        if isinstance(before, ast.If):
            if leaves(ctx, before.body):
                yield from _parts(before.test, False)
            elif before.orelse and leaves(ctx, before.orelse):
                yield from _parts(before.test, True)
        elif isinstance(before, ast.Assert):
            yield from _parts(before.test, True)


def _parts(test: ast.expr, truth: bool) -> Iterator[tuple[ast.expr, bool]]:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _parts(test.operand, not truth)
    elif isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) == truth:
        for value in test.values:
            yield from _parts(value, truth)
    else:
        yield test, truth


def is_try(node: ast.AST) -> TypeGuard[ast.Try]:
    """Whether the node is ``try`` with ``except`` or with ``except*``, which have the same fields."""
    return isinstance(node, ast.Try) or type(node).__name__ == "TryStar"


def _is_body(boundary: ast.AST, child: ast.AST) -> bool:
    body = getattr(boundary, "body", None)
    return child is body or (isinstance(body, list) and child in body)


def bases_of(exception: str) -> list[str]:
    """The names of a builtin exception and its base classes."""
    cls = getattr(builtins, exception, Exception)
    return [base.__name__ for base in cls.__mro__]
