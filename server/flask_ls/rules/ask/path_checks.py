"""Whether code looked at a path that a client chooses before it is opened."""

from __future__ import annotations

import ast

from flask_ls.rules.ask import values
from flask_ls.rules.ask.flow import tests_before
from flask_ls.rules.ask.views import function_named
from flask_ls.rules.context import Context

_EXISTENCE = frozenset({"os.path.exists", "os.path.lexists", "os.path.isfile", "os.path.isdir"})
_PATH_EXISTENCE = frozenset({"exists", "is_file", "is_dir"})


def is_tested(ctx: Context, node: ast.Call, chosen: ast.expr) -> bool:
    """Whether a condition before the call may be about where the path leads that ``chosen`` is a part of."""
    names = _names_on_the_way(node, ctx)
    return any(_confines(test, names, ctx.text(chosen), ctx) for test, _ in tests_before(ctx, node))


def _confines(test: ast.expr, names: set[str], chosen: str, ctx: Context) -> bool:
    """Whether a test may be about where the path leads; that there is a file, or a value, says nothing of it."""
    if isinstance(test, ast.BoolOp):
        return any(_confines(v, names, chosen, ctx) for v in test.values)
    if isinstance(test, ast.UnaryOp):
        return _confines(test.operand, names, chosen, ctx)
    asks_for_file = isinstance(test, ast.Call) and (
        ctx.called(test) in _EXISTENCE
        or (isinstance(test.func, ast.Attribute) and test.func.attr in _PATH_EXISTENCE and not test.args)
    )
    if asks_for_value(ctx, test) or asks_for_file or (isinstance(test, ast.Call) and _asks_for_extension(test, ctx)):
        return False
    return any(n.id in names for n in ast.walk(test) if isinstance(n, ast.Name)) or chosen in ctx.text(test)


def _asks_for_extension(test: ast.Call, ctx: Context) -> bool:
    """``allowed_file(name)``, a function of this file that looks at the end of the name and not at its slashes."""
    function = function_named(ctx, test.func)
    text = ctx.text(function) if isinstance(function, ast.FunctionDef) else ""
    return "split" in text and not any(word in text for word in ('"/"', "'/'", "..", "sep", "path", "secure", "re."))


def asks_for_value(ctx: Context, test: ast.expr) -> bool:
    """Whether it asks if there is a value: ``not name``, ``name is None``, ``name == ""``, ``"x" in request.args``."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return asks_for_value(ctx, test.operand)
    if not isinstance(test, ast.Compare):
        return isinstance(test, ast.Name)
    if all(isinstance(op, (ast.Is, ast.IsNot)) for op in test.ops):
        return True
    compared = test.comparators[0]
    if isinstance(test.ops[0], (ast.In, ast.NotIn)):
        return isinstance(test.left, ast.Constant) and (ctx.name(compared) or "").startswith("flask.request.")
    return isinstance(test.ops[0], (ast.Eq, ast.NotEq)) and values.constant(ctx, compared) == ""


def _names_on_the_way(node: ast.expr, ctx: Context) -> set[str]:
    """The names in an expression and in what these stand for, without those of libraries, ``request`` among them."""
    found: set[str] = set()
    waiting: list[ast.expr] = [node]
    while waiting:
        for name in ast.walk(waiting.pop()):
            if isinstance(name, ast.Name) and name.id not in found and not _is_of_library(name, ctx):
                found.add(name.id)
                waiting.append(values.definition(ctx, name))
    return found


def _is_of_library(name: ast.Name, ctx: Context) -> bool:
    return (ctx.name(name) or "").partition(".")[0] in ("builtins", "flask", "os", "pathlib", "werkzeug")
