"""Values: constants through names, what an expression may be, reads of the environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_ls.project.scopes import Binding
from flask_ls.rules.ask.displays import item
from flask_ls.rules.context import Context

_LIMIT = 16
# Code points of a string that is put together here.
_LONGEST = 10_000


class _Unknown:
    """The value of an expression that is not known; falsy, equal to nothing."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


def argument(call: ast.Call, position: int, keyword: str = "") -> ast.expr | None:
    """The argument at a position or of a keyword; None when absent or hidden behind ``*`` or ``**``."""
    if keyword:
        for given in call.keywords:
            if given.arg == keyword:
                return given.value
    if 0 <= position < len(call.args) and not any(isinstance(a, ast.Starred) for a in call.args[: position + 1]):
        return call.args[position]
    return None


def has_unpacking(call: ast.Call) -> bool:
    """Whether the call has ``*args`` or ``**kwargs``, which may hold any argument."""
    return any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords)


def definition(ctx: Context, node: ast.expr, left: int = _LIMIT) -> ast.expr:
    """The expression behind a name: followed through single assignments of this file; the node itself otherwise.

    A name assigned several times in one block is followed to the assignment that ran last before the node, and an item
    (``settings["debug"]``) to what the display of a dict gives it that nothing changes.
    """
    if left > 0 and isinstance(node, ast.Subscript):
        value = item(ctx, node, left)
        return node if value is None else definition(ctx, value, left - 1)
    if left > 0 and isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        value = _of_class(ctx, node.value, node.attr)
        return node if value is None else definition(ctx, value, left - 1)
    if left <= 0 or not isinstance(node, ast.Name):
        return node
    bindings = ctx.index.lookup(node.id, node)
    binding = bindings[0] if len(bindings) == 1 else _last_before(ctx, node, bindings)
    if binding is None or binding.kind != "assign" or binding.value is None or binding.is_with:
        return node
    return definition(ctx, binding.value, left - 1)


def class_attribute(ctx: Context, cls: ast.ClassDef, name: str) -> ast.expr | None:
    """The value that a plain class of this file gives an attribute, in its one assignment; None when unknown."""
    if cls.keywords or any(ctx.name(b) != "builtins.object" for b in cls.bases):
        return None  # a base class may make something else of it, as Enum does
    statements = [s for s in cls.body if isinstance(s, (ast.Assign, ast.AnnAssign)) and _binds(s, name)]
    is_set_elsewhere = any(a.attr == name and isinstance(a.ctx, ast.Store) for a in ctx.index.nodes(ast.Attribute))
    return statements[0].value if len(statements) == 1 and not is_set_elsewhere else None


def _binds(statement: ast.Assign | ast.AnnAssign, name: str) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return any(isinstance(t, ast.Name) and t.id == name for t in targets)


def _of_class(ctx: Context, node: ast.Name, attribute: str) -> ast.expr | None:
    bindings = ctx.index.lookup(node.id, node)
    cls = bindings[0].node if len(bindings) == 1 else None
    return class_attribute(ctx, cls, attribute) if isinstance(cls, ast.ClassDef) else None


def constant(ctx: Context, node: ast.expr | None) -> Any:
    """The value of a literal or of a name for one, also ``-1``, ``not x``, ``"a" + "b"``; UNKNOWN otherwise."""
    if node is None:
        return UNKNOWN
    node = definition(ctx, node)
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple, ast.Dict, ast.Set)):
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError):
            return UNKNOWN
    if isinstance(node, ast.UnaryOp):
        value = constant(ctx, node.operand)
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(node.op, ast.Not):
            return not value
        if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
            return -value
        return UNKNOWN
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = constant(ctx, node.left), constant(ctx, node.right)
        if type(left) is type(right) and isinstance(left, (str, bytes)):
            return left + right
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _repeated(constant(ctx, node.left), constant(ctx, node.right))
    if isinstance(node, ast.Call) and not node.keywords:
        return _constant_call(ctx, node)
    if isinstance(node, ast.JoinedStr):
        return _formatted(ctx, node)
    return UNKNOWN


def _repeated(left: Any, right: Any) -> Any:
    """``"a" * 32``, within reason."""
    text, count = (left, right) if isinstance(left, (str, bytes)) else (right, left)
    is_short = isinstance(text, (str, bytes)) and type(count) is int and 0 <= len(text) * count <= _LONGEST
    return text * count if is_short else UNKNOWN


def _formatted(ctx: Context, node: ast.JoinedStr) -> Any:
    parts: list[str] = []
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            known = constant(ctx, value.value)
            if not isinstance(known, (str, int)) or value.conversion != -1 or value.format_spec is not None:
                return UNKNOWN
            parts.append(str(known))
        elif isinstance(value, ast.Constant):
            parts.append(str(value.value))
    return "".join(parts)


def truth(ctx: Context, node: ast.expr | None) -> bool | None:
    """The truth value of an expression; None when unknown."""
    value = constant(ctx, node)
    return None if value is UNKNOWN else bool(value)


def text(ctx: Context, node: ast.expr | None) -> str | None:
    """The string that an expression is; None when unknown or of another type."""
    value = constant(ctx, node)
    return value if isinstance(value, str) else None


@dataclass(frozen=True)
class EnvironmentRead:
    """``os.environ[key]``, ``os.environ.get(key, default)``, ``os.getenv(key, default)`` and alike."""

    node: ast.expr
    key: str | None
    default: ast.expr | None
    raises: bool


def environment_read(ctx: Context, node: ast.expr | None) -> EnvironmentRead | None:
    """The reading of an environment variable that this expression is."""
    if isinstance(node, ast.Subscript) and ctx.name(node.value) == "os.environ":
        return EnvironmentRead(node, text(ctx, node.slice), None, True)
    if not isinstance(node, ast.Call) or not (node.args or node.keywords):
        return None
    name = ctx.called(node)
    if name in ("os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop"):
        default = argument(node, 1, "default")
        raises = name == "os.environ.pop" and default is None
        return EnvironmentRead(node, text(ctx, argument(node, 0, "key")), default, raises)
    if name in ("decouple.config", "environ.Env.str", "starlette.config.Config"):
        default = argument(node, 1, "default")
        return EnvironmentRead(node, text(ctx, argument(node, 0)), default, default is None)
    return None


def possible_values(ctx: Context, node: ast.expr | None, left: int = _LIMIT) -> Iterator[ast.expr]:
    """The expressions of this file that a value may come from: through names, ``or``, ``if``/``else``, defaults.

    Every leaf comes out, also those that cannot be read (calls, parameters): the caller looks at each.
    """
    if node is None or left <= 0:
        return
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        for value in node.values:
            yield from possible_values(ctx, value, left - 1)
    elif isinstance(node, ast.IfExp):
        yield from possible_values(ctx, node.body, left - 1)
        yield from possible_values(ctx, node.orelse, left - 1)
    elif isinstance(node, ast.NamedExpr):
        yield from possible_values(ctx, node.value, left - 1)
    elif isinstance(node, ast.Name):
        yield from _values_of_name(ctx, node, left)
    elif definition(ctx, node) is not node:
        yield from possible_values(ctx, definition(ctx, node), left - 1)
    else:
        yield node
        read = environment_read(ctx, node)
        if read is not None and read.default is not None:
            yield from possible_values(ctx, read.default, left - 1)


def _values_of_name(ctx: Context, node: ast.Name, left: int) -> Iterator[ast.expr]:
    bindings = ctx.index.lookup(node.id, node)
    last = _last_before(ctx, node, bindings) if len(bindings) > 1 else None
    for binding in [last] if last is not None else bindings:
        if binding.kind == "assign" and binding.value is not None and not binding.is_with:
            yield from possible_values(ctx, binding.value, left - 1)
        else:
            yield node


def _last_before(ctx: Context, node: ast.Name, bindings: list[Binding]) -> Binding | None:
    """The binding that ran last before ``node``: a plain statement of a block around it, with none in between."""
    here = ctx.index.statement(node)
    owner = ctx.index.scope(node).owner(node.id)
    if here is None or owner is None or ctx.index.scope(here) is not owner:
        return None
    before = [b for b in bindings if ctx.span(b.node).start < ctx.span(here).start]
    if not before:
        return None
    last = max(before, key=lambda b: ctx.span(b.node).start)
    statement = ctx.index.statement(last.node)
    blocks = [here, *(a for a in ctx.index.ancestors(here) if isinstance(a, ast.stmt))]
    if any(isinstance(a, (ast.For, ast.While, ast.AsyncFor)) for a in blocks if a is not here):
        # A later assignment of the loop may have run before, in the turn before.
        return None
    in_block = any(statement in ctx.index.block_of(s) for s in blocks)
    return last if in_block and isinstance(statement, (ast.Assign, ast.AnnAssign)) else None


def _constant_call(ctx: Context, node: ast.Call) -> Any:
    """``"x".encode()``, ``b"x".decode()``, ``str("x")``, ``bool(1)``, ``bytes("x", "utf-8")``, ..."""
    if ctx.called(node) == "builtins.bytes.fromhex" and len(node.args) == 1:
        digits = text(ctx, node.args[0])
        try:
            return UNKNOWN if digits is None else bytes.fromhex(digits)
        except ValueError:
            return UNKNOWN
    if ctx.called(node) == "builtins.bytes" and len(node.args) == 2:
        given = text(ctx, node.args[0])
        return UNKNOWN if given is None else given.encode("utf-8", "surrogatepass")
    if isinstance(node.func, ast.Attribute) and not node.args:
        value = constant(ctx, node.func.value)
        method = node.func.attr
        if isinstance(value, str):
            if method == "encode":
                return value.encode("utf-8", "surrogatepass")
            if method in ("strip", "lower", "upper"):
                return getattr(value, method)()
        if isinstance(value, bytes) and method == "decode":
            return value.decode("utf-8", "replace")
        return UNKNOWN
    if len(node.args) == 1 and ctx.called(node) in ("builtins.str", "builtins.bool", "builtins.int", "builtins.bytes"):
        value = constant(ctx, node.args[0])
        name = (ctx.called(node) or "").rpartition(".")[2]
        if isinstance(value, (str, int, bool)) and name in ("str", "bool"):
            return str(value) if name == "str" else bool(value)
        if name == "int" and isinstance(value, int):
            return int(value)
    return UNKNOWN
