"""Arithmetic and concatenation: the unary and binary operators."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import formatting, iteration, mappings, reasons, sequences
from flask_ls.project.interp.values import (
    MISSING,
    SCALARS,
    Args,
    Bound,
    Choice,
    DictV,
    Instance,
    ListV,
    SetV,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
_DUNDER: dict[type[ast.operator], str] = {
    ast.Add: "__add__",
    ast.Sub: "__sub__",
    ast.Mult: "__mul__",
    ast.Div: "__truediv__",
    ast.Mod: "__mod__",
    ast.BitOr: "__or__",
    ast.BitAnd: "__and__",
    ast.LShift: "__lshift__",
    ast.RShift: "__rshift__",
}


def binary(m: Machine, op: type[ast.operator], left: Value, right: Value) -> Value:
    """A binary operator."""
    if isinstance(left, Choice):
        return m.lift(left, lambda v: binary(m, op, v, right))
    if isinstance(right, Choice) and not isinstance(left, Unknown):
        return m.lift(right, lambda v: binary(m, op, left, v))
    if isinstance(left, Instance) and op in _DUNDER:
        method = m.get(left, _DUNDER[op], MISSING)
        if isinstance(method, Bound):
            return m.call(method, Args([right]))
    if isinstance(right, Instance) and op in _DUNDER:
        method = m.get(right, _DUNDER[op].replace("__", "__r", 1), MISSING)
        if isinstance(method, Bound):
            return m.call(method, Args([left]))
    if isinstance(left, str) and op is ast.Mod:
        return formatting.percent(m, left, right)
    left, right = formatting.plain(left), formatting.plain(right)
    if isinstance(left, SCALARS) and isinstance(right, SCALARS):
        return _scalars(op, left, right)
    if op is ast.Add and isinstance(left, (ListV, tuple)) and isinstance(right, (ListV, tuple)):
        return _add_lists(m, left, right)
    if op in (ast.BitOr, ast.Sub, ast.BitAnd, ast.BitXor) and isinstance(left, SetV) and isinstance(right, SetV):
        return sequences.set_operation(m, op, left, right)
    if (
        op is ast.BitOr
        and isinstance(mappings.mapping_of(left), DictV)
        and isinstance(mappings.mapping_of(right), DictV)
    ):
        made = m.new_dict()
        mappings.update_dict(m, made, left)
        mappings.update_dict(m, made, right)
        return made
    if op is ast.Mult and isinstance(left, (ListV, tuple)) and isinstance(right, int):
        items = list(left) if isinstance(left, tuple) else left.items
        if right * len(items) <= iteration.MAX_ITEMS:
            return tuple(items * right) if isinstance(left, tuple) else m.new_list(items * right, left.rest)
    if isinstance(left, Unknown):
        return reasons.unknown_from(left, "")
    return reasons.unknown_from(right, "the result of this operation is only known at run time")


def in_place(m: Machine, op: type[ast.operator], left: Value, right: Value) -> Value:
    """What ``left``'s own method for an augmented assignment gives; MISSING when it has none."""
    if not isinstance(left, Instance) or op not in _DUNDER:
        return MISSING
    method = m.get(left, _DUNDER[op].replace("__", "__i", 1), MISSING)
    return m.call(method, Args([right])) if isinstance(method, Bound) else MISSING


def _scalars(op: type[ast.operator], left: Any, right: Any) -> Value:
    if op is ast.Pow and (not isinstance(right, int) or abs(right) > 64):
        return Unknown("this power is too large")
    if op is ast.LShift and isinstance(right, int) and right > 256:
        return Unknown("this shift is too large")
    if op is ast.Mult:
        for text, count in ((left, right), (right, left)):
            if isinstance(text, (str, bytes)) and isinstance(count, int) and len(text) * count > formatting.MAX_TEXT:
                return Unknown("this text is too long")
    try:
        result = _BINARY[op](left, right)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, KeyError):
        return Unknown("this operation is not possible")
    if isinstance(result, (str, bytes)) and len(result) > formatting.MAX_TEXT:
        return Unknown("this text is too long")
    if isinstance(result, int) and result.bit_length() > 4096:
        return Unknown("this number is too large")
    return result


def _add_lists(m: Machine, left: Value, right: Value) -> Value:
    items = [*iteration.elements_of(left), *iteration.elements_of(right)]
    if len(items) > iteration.MAX_ITEMS:
        return Unknown("it is too long")
    if isinstance(left, tuple) and isinstance(right, tuple):
        return tuple(items)
    rest = (getattr(left, "rest", None)) or getattr(right, "rest", None)
    return ListV(items, m.serial, rest, getattr(left, "kind", "list"))


def concatenate(m: Machine, parts: list[Value]) -> Value:
    """The text of an f-string, given the texts of its parts."""
    if all(isinstance(p, str) for p in parts):
        text = "".join(parts)
        return text if len(text) <= formatting.MAX_TEXT else Unknown("this text is too long")
    result: Value = ""
    for part in parts:
        result = binary(m, ast.Add, result, part)
        if isinstance(result, Unknown):
            return reasons.unknown_from(part, result.reason) if isinstance(part, Unknown) else result
    return result


def unary(op: type[ast.unaryop], value: Value) -> Value:
    """A unary operator other than ``not``."""
    if isinstance(value, (int, float)):
        if op is ast.USub:
            return -value
        if op is ast.UAdd:
            return value
        if op is ast.Invert and isinstance(value, int):
            return ~int(value)
    return reasons.unknown_from(value, "the result of this operation is only known at run time")
