"""Functions of one value: ``repr``, ``format``, ``abs``, ``id``, ``hash``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import formatting
from flask_ls.project.interp.builtin_names.table import FUNCTIONS, function
from flask_ls.project.interp.values import MISSING, SCALARS, Args, Bound, Function, Instance, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


@function
def repr_(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "obj"))
    if isinstance(value, Instance):
        method = m.get(value, "__repr__", MISSING)
        if isinstance(method, Bound) and isinstance(method.func, Function):
            return m.call(method, Args([]))
    return repr(value) if isinstance(value, SCALARS) else Unknown("this text is only known at run time")


@function
def format_(m: Machine, args: Args) -> Value:
    return formatting.formatted(m, args.get(0, "value")) if len(args.pos) == 1 else Unknown("this text is formatted")


@function
def abs_(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "x"))
    return abs(value) if isinstance(value, (int, float)) else Unknown("this number is only known at run time")


@function
def id_(m: Machine, args: Args) -> Value:
    return Unknown("the id of an object is only known at run time")


FUNCTIONS["hash"] = FUNCTIONS["id"]
