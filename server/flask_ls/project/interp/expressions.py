"""What expressions mean, except displays and comprehensions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from flask_ls.project.interp import (
    arithmetic,
    attributes,
    calls,
    class_attributes,
    comparison,
    conditions,
    formatting,
    functions,
    iteration,
    reasons,
    subscripts,
)
from flask_ls.project.interp.frames import EVAL, Block, Frame
from flask_ls.project.interp.paths import AnyOf, Path, Step
from flask_ls.project.interp.values import MISSING, Args, Choice, DictV, External, Maybe, Unknown, Value
from flask_ls.project.interp.world import Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def lookup(m: Machine, name: str, frame: Frame) -> Value:
    """What a name stands for in a frame; MISSING when nothing binds it."""
    if name not in frame.global_names:
        scope: Frame | None = frame
        while scope is not None:
            if scope is frame or not scope.is_class:
                value = scope.names.get(name, MISSING)
                if value is not MISSING:
                    return value
            scope = scope.parent
    value = frame.module.names.get(name, MISSING)
    if value is not MISSING:
        return value
    if frame.module.open is not None:
        return m.builtins.get(name, frame.module.open)
    return m.builtins.get(name, MISSING)


def _name(m: Machine, node: ast.Name, frame: Frame) -> Value:
    value = frame.names.get(node.id, MISSING)
    if value is MISSING or frame.global_names:
        value = lookup(m, node.id, frame)
    if value is MISSING:
        if node.id == "__class__" and frame.owner is not None:
            return frame.owner
        return Unknown(f"the name {node.id} is not bound to anything that can be read")
    if type(value) is Choice and m.path:
        return m.settle(value)
    if type(value) is Maybe:
        return value.value
    return value


def _constant(m: Machine, node: ast.Constant, frame: Frame) -> Value:
    return node.value


def _attribute(m: Machine, node: ast.Attribute, frame: Frame) -> Value:
    owner = m.eval(node.value, frame)
    value = attributes.get(m, owner, node.attr)
    if type(value) is Choice and m.path:
        return m.settle(value)
    return value


def _call(m: Machine, node: ast.Call, frame: Frame) -> Value:
    func = m.eval(node.func, frame)
    if func is m.builtins["super"] and not node.args:
        return class_attributes.make_super(m, frame)
    if func is m.builtins["locals"] and not node.args:
        return m.new_dict(dict(frame.names))
    args = arguments(m, node, frame)
    frame.node = node
    return calls.call(m, func, args)


def arguments(m: Machine, node: ast.Call, frame: Frame) -> Args:
    """The evaluated arguments of a call."""
    args = Args([])
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            items, rest = iteration.iterate(m, m.eval(argument.value, frame))
            for item in items:
                if isinstance(item, Maybe) or args.star is not None:
                    args.star = rest or Unknown("whether this argument is given is only known at run time")
                else:
                    args.pos.append(item)
            args.star = args.star or rest
        elif args.star is not None:
            m.eval(argument, frame)
        else:
            args.pos.append(m.eval(argument, frame))
    for keyword in node.keywords:
        value = m.eval(keyword.value, frame)
        if keyword.arg is not None:
            args.kw[keyword.arg] = value
        elif isinstance(m.settle(value), DictV):
            mapping = m.settle(value)
            for key, item in mapping.items.items():
                if isinstance(key, str):
                    args.kw[key] = _maybe_argument(item)
            args.starstar = args.starstar or mapping.rest
        else:
            args.starstar = reasons.unknown_from(value, "these keyword arguments are only known at run time")
    return args


def _maybe_argument(item: Value) -> Value:
    if isinstance(item, Maybe):
        return Choice(((item.path, item.value), ((), Unknown("whether this argument is given is not known"))))
    return item


def _joined_str(m: Machine, node: ast.JoinedStr, frame: Frame) -> Value:
    parts: list[Value] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(part.value)
        else:
            value = m.eval(part, frame)
            parts.append(value)
    return arithmetic.concatenate(m, parts)


_CONVERSIONS: dict[int, Callable[[object], str]] = {115: str, 114: repr, 97: ascii}


def _formatted(m: Machine, node: ast.FormattedValue, frame: Frame) -> Value:
    value = m.eval(node.value, frame)
    spec = m.eval(node.format_spec, frame) if node.format_spec is not None else ""
    conversion = _CONVERSIONS.get(node.conversion)

    def one(v: Value) -> Value:
        if isinstance(v, (str, int, float, bool, type(None))) and isinstance(spec, str) and len(spec) < 6:
            try:
                return format(conversion(v) if conversion else v, spec)[:10_000]
            except (ValueError, TypeError, OverflowError, MemoryError):
                return Unknown("this cannot be formatted")
        return formatting.to_str(m, v) if conversion is str else formatting.formatted(m, v)

    return m.lift(value, one)


def _bin_op(m: Machine, node: ast.BinOp, frame: Frame) -> Value:
    left = m.eval(node.left, frame)
    right = m.eval(node.right, frame)
    frame.node = node
    return arithmetic.binary(m, type(node.op), left, right)


def _unary_op(m: Machine, node: ast.UnaryOp, frame: Frame) -> Value:
    if isinstance(node.op, ast.Not):
        value = test(m, node.operand, frame)
        return m.lift(conditions.condition(m, value), lambda v: _not(m, v))
    value = m.eval(node.operand, frame)
    return m.lift(value, lambda v: arithmetic.unary(type(node.op), v))


def _not(m: Machine, value: Value) -> Value:
    known = m.truth(value)
    return Unknown(reasons.why(value, "this condition is only known at run time")) if known is None else not known


def test(m: Machine, node: ast.expr, frame: Frame) -> Value:
    """The value of an expression of which nothing counts but whether it is true."""
    return _bool_op(m, node, frame, is_test=True) if isinstance(node, ast.BoolOp) else m.eval(node, frame)


def _bool_op(m: Machine, node: ast.BoolOp, frame: Frame, *, is_test: bool = False) -> Value:
    is_and = isinstance(node.op, ast.And)
    results: list[tuple[Path, Value]] = []
    before = m.path
    try:
        for index, operand in enumerate(node.values):
            value = m.settle(test(m, operand, frame) if is_test else m.eval(operand, frame))
            here = m.path[len(before) :]
            if index == len(node.values) - 1:
                results.append((here, value))
                break
            going: list[Path] = []
            options = m.decide(value)
            for path, option in options:
                known = m.truth(option)
                if known is is_and:
                    going.append(path)
                elif known is not None:
                    results.append(((*here, *path), option))
                else:
                    # Its own value ends the chain in one case; in the other the next operand is looked at.
                    fork = m.fork(m.place(), reasons.why(option, "this condition"))
                    results.append(((*here, *path, Step(fork, 1)), not is_and if is_test else option))
                    going.append((*path, Step(fork, 0)))
            if not going:
                break
            if len(going) > 1 and len(going) < len(results) + len(going):
                m.path = (*m.path, AnyOf(*going))
            elif len(going) == 1:
                m.path = (*m.path, *going[0])
    finally:
        m.path = before
    return m.join(results)


def _compare(m: Machine, node: ast.Compare, frame: Frame) -> Value:
    left = m.eval(node.left, frame)
    result: Value = True
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = m.eval(right_node, frame)
        one = comparison.compare(m, type(op), left, right)
        if one is False:
            return False
        if one is not True:
            result = one if result is True else Unknown("this comparison is only known at run time")
        left = right
    return result


def _if_exp(m: Machine, node: ast.IfExp, frame: Frame) -> Value:
    frame.node = node
    split = conditions.split(m, test(m, node.test, frame))
    if isinstance(split, bool):
        return m.eval(node.body if split else node.orelse, frame)
    branches = zip(split, (node.body, node.orelse), strict=True)
    arms = [m.run_arm(path, partial(m.eval, branch, frame)) for path, branch in branches]
    live = [arm for arm in arms if arm.raised is None]
    if not live:
        raise arms[0].raised or Raised("Exception")
    m.merge([(arm.path, arm.diff) for arm in live])
    return m.join([(arm.path, arm.value) for arm in live])


def _subscript(m: Machine, node: ast.Subscript, frame: Frame) -> Value:
    owner = m.eval(node.value, frame)
    key = m.eval(node.slice, frame)
    if isinstance(key, slice):
        return m.lift(owner, lambda v: subscripts.take_slice(m, v, key))
    frame.node = node
    value = subscripts.subscript(m, owner, key)
    return m.settle(value) if type(value) is Choice else value


def _slice(m: Machine, node: ast.Slice, frame: Frame) -> Value:
    parts = [m.settle(m.eval(p, frame)) if p is not None else None for p in (node.lower, node.upper, node.step)]
    if any(not isinstance(p, (int, type(None))) for p in parts):
        return Unknown("this slice is only known at run time")
    return slice(*parts)


def _lambda(m: Machine, node: ast.Lambda, frame: Frame) -> Value:
    return functions.make_function(m, node, frame)


def _named(m: Machine, node: ast.NamedExpr, frame: Frame) -> Value:
    value = m.eval(node.value, frame)
    calls.assign(m, node.target, value, frame)
    return value


def _starred(m: Machine, node: ast.Starred, frame: Frame) -> Value:
    return m.eval(node.value, frame)


def _await(m: Machine, node: ast.Await, frame: Frame) -> Value:
    value = m.eval(node.value, frame)
    return value.held[0] if isinstance(value, External) and value.path == "coroutine()" and value.held else value


def _yield(m: Machine, node: ast.Yield, frame: Frame) -> Value:
    value = m.eval(node.value, frame) if node.value is not None else None
    if frame.yields is not None:
        _give(m, Maybe(m.path, value) if m.path != frame.entry_path else value, frame)
    return Unknown("what is sent to a generator is only known at run time")


def _give(m: Machine, item: Value, frame: Frame) -> None:
    """What a generator yields goes to the block that waits for it, or is kept for later."""
    block = frame.block
    if block is None or isinstance(item, Maybe) or m.path != frame.entry_path:
        frame.yields.items.append(item)
        return
    steps = m.steps
    block.run(item)
    block.steps += m.steps - steps
    m.frame = frame


def _yield_from(m: Machine, node: ast.YieldFrom, frame: Frame) -> Value:
    block = frame.block
    if block is not None and m.path == frame.entry_path:
        # The generator behind it takes the block over, if it is one.
        frame.offered = Block(node.value, block.run)
    try:
        items, rest = iteration.iterate(m, m.eval(node.value, frame))
    finally:
        frame.offered = None
    if frame.yields is not None:
        for item in items:
            _give(m, item, frame)
        frame.yields.rest = frame.yields.rest or rest
    return Unknown("what a generator returns is only known at run time")


EVAL.update(
    {
        ast.Name: _name,
        ast.Constant: _constant,
        ast.Attribute: _attribute,
        ast.Call: _call,
        ast.JoinedStr: _joined_str,
        ast.FormattedValue: _formatted,
        ast.BinOp: _bin_op,
        ast.UnaryOp: _unary_op,
        ast.BoolOp: _bool_op,
        ast.Compare: _compare,
        ast.IfExp: _if_exp,
        ast.Subscript: _subscript,
        ast.Slice: _slice,
        ast.Lambda: _lambda,
        ast.NamedExpr: _named,
        ast.Starred: _starred,
        ast.Await: _await,
        ast.Yield: _yield,
        ast.YieldFrom: _yield_from,
    }
)
