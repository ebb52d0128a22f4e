"""Functions of one value: ``repr``, ``format``, ``abs``, ``id``, ``hash``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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


def _plain(name: str, compute: Callable[..., Any]) -> None:
    """A built-in function of constants."""

    def run(m: Machine, args: Args) -> Value:
        values = [formatting.plain(m.settle(a)) for a in args.pos]
        if not args.kw and args.star is None and all(isinstance(v, (str, int, float)) for v in values):
            try:
                return compute(*values)
            except (TypeError, ValueError, ArithmeticError, OverflowError):
                pass
        return Unknown("this value is only known at run time")

    FUNCTIONS[name] = run


for _name, _compute in (("chr", chr), ("ord", ord), ("hex", hex), ("bin", bin), ("oct", oct), ("round", round)):
    _plain(_name, _compute)
_plain("divmod", divmod)
_plain("ascii", ascii)
