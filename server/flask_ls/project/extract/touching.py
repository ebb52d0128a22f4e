"""Which special method of a value an operator or builtin asks: a proxy must be bound then, a class runs its method."""

from __future__ import annotations

import ast
from typing import Any

from flask_ls.project.bodies import EQUALS
from flask_ls.project.index import FileIndex

# A value is looked at in a way that no single special method stands for.
TOUCHED = "u"
# Builtins and functions that look at their argument itself.
BUILTINS: dict[str, str] = {
    "bytes": "__bytes__",
    "float": "__float__",
    "format": "__str__",
    "getattr": TOUCHED,
    "hasattr": TOUCHED,
    "setattr": TOUCHED,
    "delattr": TOUCHED,
    "int": "__int__",
    "len": "__len__",
    "next": "__next__",
    "print": "__str__",
    "reversed": "__reversed__",
    "str": "__str__",
    "vars": TOUCHED,
    **dict.fromkeys("all any dict enumerate frozenset iter list max min set sorted sum tuple zip".split(), "__iter__"),
}
# Fields of a parent whose node is touched: type of parent -> field and special method.
_FIELDS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Subscript: ("value", "__getitem__"),
    ast.FormattedValue: ("value", "__str__"),
    ast.For: ("iter", "__iter__"),
    ast.AsyncFor: ("iter", "__aiter__"),
    ast.comprehension: ("iter", "__iter__"),
    ast.YieldFrom: ("value", "__iter__"),
    ast.UnaryOp: ("operand", "__neg__"),
    ast.Starred: ("value", "__iter__"),
    ast.withitem: ("context_expr", "__enter__"),
}
_SUBSCRIPTS: dict[type[ast.AST], str] = {ast.Store: "__setitem__", ast.Del: "__delitem__"}
_COMPARISONS: dict[type[ast.AST], str] = {
    ast.Lt: "__lt__",
    ast.LtE: "__le__",
    ast.Gt: "__gt__",
    ast.GtE: "__ge__",
}
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.MatMult: "matmul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.BitAnd: "and",
}


def touch(index: FileIndex, node: ast.AST, parent: Any) -> str:
    """The special method of ``node`` that its parent asks; ``""`` when it leaves the value alone."""
    kind = parent.__class__
    field = _FIELDS.get(kind)
    if field is not None:
        return field[1] if getattr(parent, field[0]) is node and _is_asked(parent) else ""
    if kind is ast.Compare:
        operands = zip(parent.ops, parent.comparators, strict=True)
        if any(right is node and isinstance(op, (ast.In, ast.NotIn)) for op, right in operands):
            return "__contains__"
        if parent.left is node and isinstance(parent.ops[0], ast.Eq | ast.NotEq):
            return EQUALS
        return next((_COMPARISONS[op.__class__] for op in parent.ops if op.__class__ in _COMPARISONS), "")
    if kind is ast.BinOp:
        if isinstance(parent.op, ast.Mod) and isinstance(parent.left, ast.Constant):
            return "" if "%r" in str(parent.left.value) else "__str__"
        name = _OPERATORS[parent.op.__class__]
        return f"__{name}__" if parent.left is node else f"__r{name}__"
    if kind is ast.Tuple:
        above: Any = index.parent(parent)
        return touch(index, parent, above) if above.__class__ is ast.BinOp and above.right is parent else ""
    if kind is ast.Dict:
        unpacked = any(key is None and value is node for key, value in zip(parent.keys, parent.values, strict=True))
        return TOUCHED if unpacked else ""
    return TOUCHED if kind is ast.keyword and parent.arg is None else ""


def subscript(method: str, parent: Any) -> str:
    """The special method when a subscript is stored to or deleted."""
    return _SUBSCRIPTS.get(parent.ctx.__class__, method) if parent.__class__ is ast.Subscript else method


def _is_asked(parent: Any) -> bool:
    if parent.__class__ is ast.FormattedValue:
        return parent.conversion not in (ord("r"), ord("a"))
    return parent.__class__ is not ast.UnaryOp or not isinstance(parent.op, ast.Not)


def instance_names(index: FileIndex) -> set[str]:
    """Names and attributes of ``self`` that this file binds to calls of what is named like a class."""
    found: set[str] = set()
    for assign in index.nodes(ast.Assign):
        if is_construction(assign.value):
            found.update(
                t.id if isinstance(t, ast.Name) else t.attr
                for t in assign.targets
                if isinstance(t, (ast.Name, ast.Attribute))
            )
    return found


def is_construction(node: ast.AST | None) -> bool:
    """Whether the expression calls what is named like a class (PEP 8)."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return bool(name[:1].isupper())
