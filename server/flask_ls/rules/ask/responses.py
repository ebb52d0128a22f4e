"""What a view returns: body, status and headers of each response, and whether a content type is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.flow import assigned_value, own_nodes, returns, targets_of
from flask_ls.rules.ask.values import UNKNOWN, argument, constant, definition, has_unpacking, possible_values, text
from flask_ls.rules.ask.views import function_named, is_app
from flask_ls.rules.context import Context

RESPONSES = frozenset({"flask.Response", "werkzeug.wrappers.Response", "werkzeug.Response", "flask.wrappers.Response"})
_LIMIT = 3


@dataclass(frozen=True)
class Answer:
    """One response. ``place`` is the ``return`` statement (or a lambda's body); ``value`` what it returns as a whole.

    ``maker`` is the call of ``Response`` or ``make_response`` that holds the body, if there is one. ``has_type`` says
    that the content type is given, or may be: also when headers cannot be read.
    """

    place: ast.AST
    value: ast.expr
    body: ast.expr
    status: ast.expr | None = None
    maker: ast.Call | None = None
    has_type: bool = False


def answers(ctx: Context, function: ast.AST, left: int = _LIMIT) -> Iterator[Answer]:
    """The responses that a view returns, those of helpers of this file that it returns the result of included."""
    if isinstance(function, ast.Lambda):
        yield from _of_value(ctx, function.body, function.body, function, left)
    for statement in returns(ctx, function):
        if statement.value is not None:
            yield from _of_value(ctx, statement, statement.value, function, left)


def is_response_class(ctx: Context, call: ast.Call) -> bool:
    """Whether the call makes a plain response: ``Response(...)``, ``app.response_class(...)``."""
    if ctx.called(call) in RESPONSES:
        return True
    func = call.func
    return isinstance(func, ast.Attribute) and func.attr == "response_class" and is_app(ctx, func.value)


def _of_value(ctx: Context, place: ast.AST, value: ast.expr, function: ast.AST, left: int) -> Iterator[Answer]:
    if left <= 0:
        return
    for part in possible_values(ctx, value):
        if isinstance(part, ast.Tuple):
            yield from _of_tuple(ctx, place, value, part, function, left)
        elif isinstance(part, ast.Call):
            yield from _of_call(ctx, place, value, part, function, left)
        else:
            yield Answer(place, value, part)


def _of_tuple(
    ctx: Context, place: ast.AST, value: ast.expr, given: ast.Tuple, function: ast.AST, left: int
) -> Iterator[Answer]:
    if not 2 <= len(given.elts) <= 3 or any(isinstance(e, ast.Starred) for e in given.elts):
        return
    status: ast.expr | None = given.elts[1]
    headers = given.elts[2] if len(given.elts) == 3 else None
    if headers is None:
        known = constant(ctx, status)
        if isinstance(definition(ctx, given.elts[1]), (ast.Dict, ast.List, ast.Tuple)) or isinstance(
            known, (dict, list)
        ):
            status, headers = None, given.elts[1]
    has_type = may_have_type(ctx, headers)
    for answer in _of_value(ctx, place, given.elts[0], function, left):
        yield Answer(place, value, answer.body, status, answer.maker, answer.has_type or has_type)


def _of_call(
    ctx: Context, place: ast.AST, value: ast.expr, call: ast.Call, function: ast.AST, left: int
) -> Iterator[Answer]:
    if is_response_class(ctx, call):
        body = argument(call, 0, "response")
        if body is not None:
            typed = _has_typing_argument(ctx, call) or _is_changed(ctx, call, function)
            yield Answer(place, value, body, argument(call, 1, "status"), call, typed)
    elif _is_make_response(ctx, call) and call.args:
        typed = has_unpacking(call) or _is_changed(ctx, call, function)
        if len(call.args) > 1:
            headers = call.args[2] if len(call.args) > 2 else None
            if headers is None and isinstance(definition(ctx, call.args[1]), (ast.Dict, ast.List)):
                headers = call.args[1]
            typed = typed or may_have_type(ctx, headers)
        for inner in _of_value(ctx, place, call.args[0], function, left - 1):
            yield Answer(place, value, inner.body, inner.status, inner.maker or call, inner.has_type or typed)
    else:
        helper = function_named(ctx, call.func)
        if isinstance(helper, FUNCTIONS) and not helper.decorator_list:
            for answer in answers(ctx, helper, left - 1):
                is_plain = answer.maker is None and answer.value is answer.body
                # The string that a helper makes becomes a response here; a response is made there.
                yield Answer(place, value, call, None, None, answer.has_type) if is_plain else answer
        else:
            yield Answer(place, value, call)


def _is_make_response(ctx: Context, call: ast.Call) -> bool:
    if ctx.called(call) in ("flask.make_response", "flask.current_app.make_response"):
        return True
    return isinstance(call.func, ast.Attribute) and call.func.attr == "make_response" and is_app(ctx, call.func.value)


def may_have_type(ctx: Context, headers: ast.expr | None) -> bool:
    """Whether headers hold a content type, or cannot be read."""
    if headers is None:
        return False
    headers = definition(ctx, headers)
    if isinstance(headers, ast.Constant):
        return False
    keys: list[ast.expr | None]
    if isinstance(headers, ast.Dict):
        keys = list(headers.keys)
    elif isinstance(headers, (ast.List, ast.Tuple)):
        keys = [e.elts[0] if isinstance(e, (ast.Tuple, ast.List)) and e.elts else None for e in headers.elts]
    else:
        return True
    names = [text(ctx, k) if k is not None else None for k in keys]
    return any(n is None or n.lower() == "content-type" for n in names)


def _has_typing_argument(ctx: Context, call: ast.Call) -> bool:
    if has_unpacking(call):
        return True
    if argument(call, 3, "mimetype") is not None or argument(call, 4, "content_type") is not None:
        given = argument(call, 3, "mimetype") or argument(call, 4, "content_type")
        return constant(ctx, given) is not None
    return may_have_type(ctx, argument(call, 2, "headers"))


def _is_changed(ctx: Context, call: ast.Call, function: ast.AST) -> bool:
    """Whether the response is bound to a name that the function changes or hands to other code before it returns."""
    statement = ctx.index.statement(call)
    is_bound = assigned_value(statement) is call
    names = {t.id for t in targets_of(statement) if isinstance(t, ast.Name)} if is_bound else set()
    for node in own_nodes(ctx, function):
        if not (isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load)):
            continue
        parent = ctx.parent(node)
        if isinstance(parent, ast.Attribute):
            if parent.attr in ("mimetype", "content_type") and isinstance(parent.ctx, ast.Store):
                return True
            if parent.attr == "headers" and _sets_type(ctx, parent):
                return True
        elif isinstance(parent, (ast.Call, ast.keyword)):
            return True
    return False


def _sets_type(ctx: Context, headers: ast.Attribute) -> bool:
    parent = ctx.parent(headers)
    if isinstance(parent, ast.Subscript):
        key = text(ctx, parent.slice)
        return isinstance(parent.ctx, ast.Store) and (key is None or key.lower() == "content-type")
    if isinstance(parent, ast.Attribute):
        call = ctx.parent(parent)
        if isinstance(call, ast.Call) and parent.attr in ("set", "add", "setdefault", "add_header", "__setitem__"):
            key = text(ctx, call.args[0]) if call.args else None
            return key is None or key.lower() == "content-type"
        return parent.attr in ("update", "extend")
    return constant(ctx, headers) is UNKNOWN and isinstance(headers.ctx, ast.Store)
