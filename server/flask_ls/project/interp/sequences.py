"""Lists and sets: what is put into them, and set operations."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flask_ls.project.interp import comparison, iteration
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import Choice, ListV, Maybe, SetV, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def extend_list(m: Machine, target: ListV, items: list[Value], rest: Unknown | None) -> None:
    """Append elements in place."""
    m.touch(target)
    if len(target.items) + len(items) > iteration.MAX_ITEMS:
        target.rest = Unknown("it is too long")
        return
    if isinstance(target, SetV):
        for item in items:
            if comparison.contains(m, target, item) is not True:
                target.items.append(item)
    else:
        target.items.extend(items)
    target.rest = target.rest or rest


def forget(m: Machine, target: ListV, reason: str) -> None:
    """Something unknown happened to a list: each element may be gone."""
    m.touch(target)
    target.items = [
        i if isinstance(i, Maybe) else Maybe((Step(m.fork(m.place(), reason), 0),), i) for i in target.items
    ]
    target.rest = Unknown(reason)


def make_set(m: Machine, items: list[Value], rest: Unknown | None = None) -> SetV:
    """A fresh set."""
    made = SetV([], m.serial)
    extend_list(m, made, items, rest)
    return made


def set_operation(m: Machine, op: type[ast.operator], left: ListV, right: ListV) -> Value:
    """Union, difference, symmetric difference or intersection."""
    if op is ast.BitOr:
        return make_set(m, [*left.items, *right.items], left.rest or right.rest)
    if op is ast.BitXor:
        sides = [set_operation(m, ast.Sub, *pair) for pair in ((left, right), (right, left))]
        return set_operation(m, ast.BitOr, *(s for s in sides if isinstance(s, ListV)))
    unknown = left.rest or right.rest
    kept: list[Value] = []
    for item in left.items:
        found = comparison.contains(m, right, item)
        if found is None or isinstance(found, Choice):
            unknown = unknown or Unknown("whether this is contained is only known at run time")
        elif found is (op is ast.BitAnd):
            kept.append(item)
    if unknown is not None:
        return SetV([], m.serial, unknown)
    return make_set(m, kept)
