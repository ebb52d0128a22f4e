"""Exceptions that never become a 500: an error handler of the project or a decorator turns them into a response."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS, FileIndex, FunctionNode
from flask_ls.project.inference import Inference
from flask_ls.rules.ask.flow import bases_of, is_caught, is_try
from flask_ls.rules.ask.project import other_file
from flask_ls.rules.context import Context

_REGISTERING = frozenset({"errorhandler", "app_errorhandler", "register_error_handler"})


def is_handled(ctx: Context, node: ast.AST, exception: str) -> bool:
    """Whether a builtin exception raised at ``node`` has a handler of its own, or what runs the function catches it.

    A handler for ``Exception`` does not count: it answers 500 like Flask itself.
    """
    if _has_handler(ctx.index, ctx.infer, exception):
        return True
    for path in ctx.model.each(_has_handlers):
        other = other_file(ctx, path) if path != ctx.path else None
        if other is not None and _has_handler(other.index, other, exception):
            return True
    function = ctx.index.function_of(node)
    if not isinstance(function, FUNCTIONS):
        return False
    return any(_catches(ctx, d, exception) for d in function.decorator_list) or _callers_catch(ctx, function, exception)


def _callers_catch(ctx: Context, function: FunctionNode, exception: str) -> bool:
    """Whether the file, or one of a base class, calls the function, and only where the exception is caught."""
    caught = [is_caught(ctx, call, exception) for call in _calls(ctx.index, function.name)]
    for infer in _files_of_bases(ctx, function):
        caught += [_is_caught_in(infer, call, exception) for call in _calls(infer.index, function.name)]
    return bool(caught) and all(caught)


def _calls(index: FileIndex, name: str) -> list[ast.Call]:
    return [call for call in index.nodes(ast.Call) if _last_name(call.func) == name]


def _files_of_bases(ctx: Context, method: FunctionNode) -> Iterator[Inference]:
    """The other files with base classes of a method's class: what they call on ``self`` may be the method."""
    cls = ctx.index.class_of(method)
    known = map(ctx.model.names.class_, ctx.model.mro(ctx.index.dotted(cls))[1:] if cls is not None else ())
    for path in dict.fromkeys(found[0].path for found in known if found is not None):
        infer = other_file(ctx, path) if path != ctx.path else None
        if infer is not None:
            yield infer


def _is_caught_in(infer: Inference, node: ast.AST, exception: str) -> bool:
    wanted = {f"builtins.{base}" for base in bases_of(exception)}
    child = node
    for ancestor in infer.index.ancestors(node):
        if isinstance(ancestor, (*FUNCTIONS, ast.Lambda)):
            return False
        if is_try(ancestor) and child in ancestor.body and any(map(_is_for(infer, wanted), ancestor.handlers)):
            return True
        child = ancestor
    return False


def _is_for(infer: Inference, wanted: set[str]) -> Callable[[ast.ExceptHandler], bool]:
    """Whether a handler is for one of the classes."""

    def check(handler: ast.ExceptHandler) -> bool:
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        return any(t is None or infer.qualified(t) in wanted for t in types)

    return check


def _last_name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _has_handlers(facts: FileFacts) -> bool:
    return any(d.dotted.rpartition(".")[2] in _REGISTERING for f in facts.functions.values() for d in f.decorators)


def _has_handler(index: FileIndex, infer: Inference, exception: str) -> bool:
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in _REGISTERING
        and call.args
        and infer.qualified(call.args[0]) == f"builtins.{exception}"
        for call in index.nodes(ast.Call)
    )


def _catches(ctx: Context, decorator: ast.expr, exception: str) -> bool:
    """Whether a function inside a project decorator calls something in a ``try`` that catches the exception."""
    name = ctx.name(decorator.func if isinstance(decorator, ast.Call) else decorator)
    known = ctx.model.names.function(name) if name is not None else None
    if known is None:
        return False
    facts, definition = known
    infer = ctx.infer if facts.path == ctx.path else other_file(ctx, facts.path)
    if infer is None:
        return True  # it cannot be read, so it may
    wanted = {f"builtins.{base}" for base in bases_of(exception)}
    for function in infer.index.functions():
        if infer.index.qualname(function) != definition.qualname:
            continue
        is_for = _is_for(infer, wanted)
        for statement in ast.walk(function):
            for handler in statement.handlers if is_try(statement) else ():
                is_raised_again = any(isinstance(n, ast.Raise) for n in ast.walk(handler))
                if not is_raised_again and is_for(handler):
                    return True
    return False
