"""Attributes of functions, methods and descriptors."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    Descriptor,
    DictV,
    Function,
    Partial,
    Unknown,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def from_function(m: Machine, owner: Value, name: str) -> Value:
    """An attribute of a function or method; MISSING when it is surely absent."""
    if isinstance(owner, Bound):
        if name == "__self__":
            return owner.self
        if name == "__func__":
            return owner.func
        return m.get(owner.func, name, MISSING)
    name = "__name__" if name == "func_name" else name  # its name in Python 2
    value = owner.attrs.get(name, MISSING)
    if value is not MISSING:
        return value
    if isinstance(owner, Wrapped):
        return m.get(owner.func, name, MISSING)
    if isinstance(owner, Partial):
        if name == "func":
            return owner.func
        return MISSING
    if name == "__name__":
        return owner.name
    if name == "__get__":
        return m.native("__get__", lambda m_, a: Bound(owner, a.pos[0]) if a.pos and a.pos[0] is not None else owner)
    if isinstance(owner, Function):
        if name == "__qualname__":
            return owner.qualname
        if name == "__module__":
            return owner.module.module.import_name
        if name == "__doc__":
            return _docstring(m, owner)
        if name == "__dict__":
            view = DictV(m.serial)
            view.items.update(owner.attrs)
            return view
        if name == "__call__":
            return owner
        if name == "__code__" and isinstance(owner, Function):
            return _code_of(m, owner)
        if name == "__defaults__":
            return tuple(owner.defaults) or None
        if name in ("__code__", "__annotations__", "__globals__", "__kwdefaults__", "__closure__"):
            return Unknown(f"{name} of a function")
    elif name in ("__module__", "__doc__", "__qualname__"):
        return Unknown(f"{name} of a built-in function")
    return MISSING


def _docstring(m: Machine, owner: Function) -> Value:
    return m.sources.docstring(owner.node) if not isinstance(owner.node, ast.Lambda) else None


def _code_of(m: Machine, function: Function) -> Value:
    """``__code__``: what is known of it without compiling the function."""
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    known = {
        "co_name": function.name,
        "co_argcount": len(positional),
        "co_posonlyargcount": len(spec.posonlyargs),
        "co_kwonlyargcount": len(spec.kwonlyargs),
    }
    code = m.call(m.external("types.SimpleNamespace"), Args([], known))
    code.open = Unknown("the code of a function is only known at run time")
    return code


def from_descriptor(m: Machine, owner: Descriptor, name: str) -> Value:
    """An attribute of a descriptor, as its class holds it."""
    if owner.kind == "property" and name in ("setter", "getter", "deleter"):

        def made(m_: Machine, args: Args) -> Value:
            func = args.pos[0] if args.pos else None
            if name == "setter":
                return Descriptor("property", owner.func, func)
            return Descriptor("property", func, owner.setter) if name == "getter" else owner

        return m.native(name, made)
    if name in ("__func__", "func", "fget", "__wrapped__"):
        return owner.func
    return m.get(owner.func, name, MISSING)
