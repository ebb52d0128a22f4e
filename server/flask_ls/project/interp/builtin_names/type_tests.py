"""Of which type a value is: ``type``, ``isinstance``, ``issubclass``, ``callable``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import packages
from flask_ls.project.interp.builtin_names import instance_checks
from flask_ls.project.interp.builtin_names.table import function
from flask_ls.project.interp.values import (
    MISSING,
    SCALARS,
    Args,
    Bound,
    Choice,
    ClassV,
    DictV,
    External,
    Function,
    Instance,
    ListV,
    Native,
    Partial,
    SetV,
    Unknown,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


@function
def isinstance_(m: Machine, args: Args) -> Value:
    value, cls = args.get(0, "object"), args.get(1, "class")
    return m.lift(value, lambda v: _known(instance_checks.has_type(m, v, cls), "this class is only known at run time"))


@function
def issubclass_(m: Machine, args: Args) -> Value:
    cls, other = m.settle(args.get(0, "cls")), m.settle(args.get(1, "class"))
    if isinstance(other, (tuple, ListV)):
        results = [issubclass_(m, Args([cls, o])) for o in m.iterate(other)[0]]
        return True if True in results else next((r for r in results if isinstance(r, Unknown)), False)
    if isinstance(cls, ClassV) and isinstance(other, ClassV):
        if other in cls.mro or other.path == "object" or instance_checks.is_registered(cls, other):
            return True
        if cls.open is None or is_foreign(m, cls.open, other):
            return False
        return Unknown("a base class of it cannot be read")
    if isinstance(cls, ClassV) and cls.open is None and isinstance(other, External):
        return False
    if isinstance(other, ClassV) and is_foreign(m, cls, other):
        return False
    return Unknown("this class is only known at run time")


def is_foreign(m: Machine, value: Value, cls: ClassV) -> bool:
    """Whether something comes from a package that surely derives nothing from a class of the workspace."""
    return (
        cls.module is not None
        and not cls.module.is_model
        and isinstance(value, External)
        and "()" not in value.path
        and (packages.is_harmless(value.package) or m.is_modelled(value.package))
    )


@function
def callable_(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "obj"))
    if isinstance(value, (Function, Bound, Native, ClassV, Partial, Wrapped)):
        return True
    if isinstance(value, Instance):
        found = m.get(value, "__call__", MISSING)
        return True if isinstance(found, Bound) else _known(None if value.open else False, "whether this can be called")
    if isinstance(value, (Unknown, Choice)):
        return Unknown("whether this can be called is only known at run time")
    return False


def type_of(m: Machine, value: Value) -> Value:
    """``type(value)``."""
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, ClassV):
        return value.metaclass or m.classes["type"]
    if isinstance(value, External) and value.path.endswith("()"):
        return External(value.path[:-2])
    if isinstance(value, Unknown):
        return Unknown(value.reason)
    for kind, name in ((SetV, "set"), (ListV, "list"), (DictV, "dict"), (tuple, "tuple")):
        if isinstance(value, kind):
            return m.classes[name]
    if isinstance(value, SCALARS) and type(value).__name__ in m.classes:
        return m.classes[type(value).__name__]
    return External(f"types.{type(value).__name__}Type")


def _known(value: bool | None, reason: str) -> Value:
    return Unknown(reason) if value is None else value
