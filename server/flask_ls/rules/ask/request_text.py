"""Text values of the request: query, form, cookies, headers. They are str or absent, whatever their default is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask_ls.project.index import COMPREHENSIONS
from flask_ls.project.scopes import Binding
from flask_ls.rules.ask.flow import tests_before
from flask_ls.rules.ask.values import UNKNOWN, argument, constant, definition, has_unpacking
from flask_ls.rules.context import Context

_KINDS = {
    "args": "query value",
    "form": "form value",
    "values": "query or form value",
    "cookies": "cookie",
    "headers": "header",
}
_STR_METHODS = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "replace", "removeprefix", "removesuffix"})
_SPLITTING = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition"})
_LIMIT = 6


@dataclass(frozen=True)
class TextValue:
    """One reading of a text value. ``mapping`` is ``args``, ``form``, ...; ``receiver`` the expression of the mapping.

    ``how``: ``get`` (``default`` is its default, None when absent), ``item`` (a missing key answers 400), ``list``,
    ``part`` (of what ``split()`` makes of the text).
    """

    node: ast.expr
    mapping: str
    receiver: ast.expr
    key: ast.expr
    how: str
    default: ast.expr | None = None

    @property
    def kind(self) -> str:
        """How a message names it."""
        return _KINDS[self.mapping]


def reading(ctx: Context, node: ast.AST | None) -> TextValue | None:
    """The reading that exactly this expression is; None when it converts (``type=int``)."""
    if isinstance(node, ast.Subscript):
        mapping = _mapping(ctx, node.value)
        return TextValue(node, mapping, node.value, node.slice, "item") if mapping is not None else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or has_unpacking(node):
        return None
    mapping = _mapping(ctx, node.func.value) if node.func.attr in ("get", "getlist") else None
    key = argument(node, 0, "key")
    if mapping is None or key is None:
        return None
    is_get = node.func.attr == "get"
    converter = argument(node, 2 if is_get else 1, "type")
    if converter is not None and ctx.name(converter) != "builtins.str":
        return None
    default = argument(node, 1, "default") if is_get else None
    return TextValue(node, mapping, node.func.value, key, "get" if is_get else "list", default)


def text_of(ctx: Context, node: ast.expr, left: int = _LIMIT) -> TextValue | None:
    """The reading that an expression has its text from: through names, ``or``, ``if``/``else`` and str methods.

    A name counts only when every value it may have at this place is text.
    """
    if left <= 0:
        return None
    found = reading(ctx, node)
    if found is not None:
        return found if found.how != "list" else None
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return next((t for v in node.values if (t := text_of(ctx, v, left - 1)) is not None), None)
    if isinstance(node, ast.IfExp):
        branches = (b for b in (node.body, node.orelse) if not _is_none_there(ctx, b, node))
        return next((t for b in branches if (t := text_of(ctx, b, left - 1)) is not None), None)
    if isinstance(node, ast.NamedExpr):
        return text_of(ctx, node.value, left - 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _STR_METHODS:
        return text_of(ctx, node.func.value, left - 1)
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
        return _part(ctx, node.value, left - 1)
    return _text_of_name(ctx, node, left) if isinstance(node, ast.Name) else None


def _is_none_there(ctx: Context, branch: ast.expr, choice: ast.IfExp) -> bool:
    """``size if size is None else int(size)``: the first is None."""
    test = choice.test
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], (ast.Is, ast.IsNot)):
        return False
    is_none = isinstance(test.comparators[0], ast.Constant) and test.comparators[0].value is None
    there = choice.body if isinstance(test.ops[0], ast.Is) else choice.orelse
    return is_none and branch is there and ctx.text(branch) == ctx.text(test.left)


def may_be_none(ctx: Context, node: ast.expr, left: int = _LIMIT) -> bool:
    """Whether text of the request may be None at ``node``: a ``get`` without a default that nothing has checked."""
    if left <= 0 or _is_known_given(ctx, node):
        return False
    text = reading(ctx, node)
    if text is not None:
        return text.how == "get" and (text.default is None or constant(ctx, text.default) is None)
    if isinstance(node, ast.Constant):
        return node.value is None
    if isinstance(node, ast.BoolOp):
        return may_be_none(ctx, node.values[-1], left - 1)
    if isinstance(node, ast.IfExp):
        return may_be_none(ctx, node.body, left - 1) or may_be_none(ctx, node.orelse, left - 1)
    if isinstance(node, ast.NamedExpr):
        return may_be_none(ctx, node.value, left - 1)
    if isinstance(node, ast.Name):
        followed = definition(ctx, node)
        if followed is not node:
            return may_be_none(ctx, followed, left - 1)
        values = [b.value for b in ctx.index.lookup(node.id, node) if b.kind == "assign" and b.value is not None]
        return len(values) == 1 and may_be_none(ctx, values[0], left - 1)
    return False


def _is_known_given(ctx: Context, node: ast.expr) -> bool:
    """Whether a condition before ``node`` says that the value is there."""
    text = reading(ctx, node)
    for test, truth in tests_before(ctx, node):
        if truth and _is_about(ctx, test, node, text):
            return True
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            is_none = isinstance(test.comparators[0], ast.Constant) and test.comparators[0].value is None
            says_given = isinstance(test.ops[0], (ast.IsNot, ast.NotEq) if truth else (ast.Is, ast.Eq))
            if is_none and says_given and _is_about(ctx, test.left, node, text):
                return True
            if truth and text is not None and isinstance(test.ops[0], ast.In) and _same(ctx, test.left, text.key):
                return True
    return False


def is_checked(ctx: Context, text: TextValue, node: ast.expr) -> bool:
    """Whether something looked at the text before ``node``: ``isdigit()``, a function it was given to, ``in``."""
    for test, _ in tests_before(ctx, node):
        for part in ast.walk(test):
            if isinstance(part, ast.Call):
                looked_at = [*part.args, *(k.value for k in part.keywords)]
                if isinstance(part.func, ast.Attribute) and part is not text.node:
                    looked_at.append(part.func.value)
                if any(_is_about(ctx, a, node, text) for a in looked_at):
                    return True
            elif isinstance(part, ast.Compare) and isinstance(part.ops[0], (ast.In, ast.Eq)):
                is_member = isinstance(part.ops[0], ast.In) or constant(ctx, part.comparators[0]) is not UNKNOWN
                if is_member and _is_about(ctx, part.left, node, text):
                    return True
    return False


def _text_of_name(ctx: Context, node: ast.Name, left: int) -> TextValue | None:
    followed = definition(ctx, node)
    if followed is not node:
        return text_of(ctx, followed, left - 1)
    bindings = ctx.index.lookup(node.id, node)
    if len(bindings) == 1 and bindings[0].kind == "target":
        return _element(ctx, bindings[0])
    found: TextValue | None = None
    for binding in bindings:
        if binding.kind != "assign" or binding.value is None or binding.is_with:
            return None
        text = text_of(ctx, binding.value, left - 1)
        if text is None and not isinstance(constant(ctx, binding.value), (str, type(None))):
            return None
        found = found or text
    return found


def _element(ctx: Context, binding: Binding) -> TextValue | None:
    """The loop variable of ``for x in request.args.getlist("ids")``, of ``for x in request.args["ids"].split(",")``."""
    node = binding.node
    if isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.target, ast.Name):
        return _of_several(ctx, node.iter)
    return None


def _of_several(ctx: Context, several: ast.expr) -> TextValue | None:
    text = reading(ctx, definition(ctx, several))
    return text if text is not None and text.how == "list" else _part(ctx, several, _LIMIT)


def _part(ctx: Context, several: ast.expr, left: int) -> TextValue | None:
    """Each part of a text that is split."""
    call = definition(ctx, several)
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr not in _SPLITTING:
        return None
    text = text_of(ctx, call.func.value, left)
    return None if text is None else replace(text, how="part")


def elements_converted(ctx: Context, call: ast.Call) -> TextValue | None:
    """``map(int, request.args.getlist("ids"))``: the list."""
    if ctx.called(call) == "builtins.map" and len(call.args) == 2:
        return _of_several(ctx, call.args[1])
    return None


def comprehension_around(ctx: Context, node: ast.AST) -> ast.expr | None:
    """The comprehension whose element ``node`` is."""
    parent = ctx.parent(node)
    if isinstance(parent, COMPREHENSIONS) and getattr(parent, "elt", None) is node:
        return parent
    return None


def uses_as_number(ctx: Context) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Operations that fail for text and a number: the operation and the operand that may be text."""
    for operation in ctx.index.nodes(ast.BinOp):
        for text, other in ((operation.left, operation.right), (operation.right, operation.left)):
            if _fails(ctx, operation.op, other, text is operation.left):
                yield operation, text
    for statement in ctx.index.nodes(ast.AugAssign):
        if isinstance(statement.target, ast.Name) and _fails(ctx, statement.op, statement.value, True):
            yield statement, statement.target
    for compare in ctx.index.nodes(ast.Compare):
        operands = [compare.left, *compare.comparators]
        for number, op in enumerate(compare.ops):
            if isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
                for text, other in (operands[number : number + 2], operands[number : number + 2][::-1]):
                    if _is_number(ctx, other):
                        yield compare, text
    for part in ctx.index.nodes(ast.Slice):
        yield from ((part, bound) for bound in (part.lower, part.upper, part.step) if bound is not None)
    for call in ctx.index.nodes(ast.Call):
        name = ctx.called(call)
        takes_numbers = name in ("builtins.range", "builtins.abs", "builtins.round")
        compares = name in ("builtins.min", "builtins.max") and any(_is_number(ctx, a) for a in call.args)
        if takes_numbers or compares:
            yield from ((call, a) for a in call.args)


def _fails(ctx: Context, op: ast.operator, other: ast.expr, text_is_left: bool) -> bool:
    if not _is_number(ctx, other):
        return False
    if isinstance(op, ast.Mult):
        return isinstance(constant(ctx, other), float)
    # `text % 1` is formatting and fails only when the text holds no placeholder, which it may.
    return isinstance(op, (ast.Sub, ast.Add, ast.Div, ast.FloorDiv, ast.Pow)) or (
        isinstance(op, ast.Mod) and not text_is_left
    )


def _is_number(ctx: Context, node: ast.expr) -> bool:
    if isinstance(constant(ctx, node), (int, float)) and not isinstance(constant(ctx, node), bool):
        return True
    return isinstance(node, ast.Call) and ctx.called(node) in ("builtins.len", "builtins.int", "builtins.float")


def _mapping(ctx: Context, node: ast.expr) -> str | None:
    name = ctx.name(node)
    if name is None or not name.startswith("flask.request."):
        return None
    last = name.removeprefix("flask.request.")
    return last if last in _KINDS else None


def _is_about(ctx: Context, tested: ast.AST, node: ast.expr, text: TextValue | None) -> bool:
    """Whether what is tested is the value at ``node``, or another reading of the same key."""
    if isinstance(tested, ast.NamedExpr):
        return _is_about(ctx, tested.target, node, text) or _is_about(ctx, tested.value, node, text)
    if _same(ctx, tested, node) or (text is not None and _same(ctx, tested, text.node)):
        return True
    other = reading(ctx, tested)
    return other is not None and text is not None and other.mapping == text.mapping and _same(ctx, other.key, text.key)


def _same(ctx: Context, a: ast.AST, b: ast.AST) -> bool:
    return a is b or (type(a) is type(b) and ctx.text(a) == ctx.text(b))
