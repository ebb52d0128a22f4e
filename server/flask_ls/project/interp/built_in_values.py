"""Objects of classes that are derived from texts, numbers and tuples: the value inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp.values import SCALARS, Args, Instance, ListV

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_IMMUTABLE = frozenset({"str", "int", "float", "tuple"})


def filled(m: Machine, made: Instance, args: Args) -> Instance:
    """A fresh object with the value that it is made of, where its class is derived from an immutable type."""
    base = next((c for c in made.cls.mro if c.path in _IMMUTABLE), None)
    if base is None or made.native is not None or any(c.path == "enum.Enum" for c in made.cls.mro):
        return made
    value = m.settle(m.constructors[base.path](m, args))
    if isinstance(value, tuple):
        made.native = ListV(list(value), m.serial, None, "tuple")
    elif isinstance(value, SCALARS):
        made.native = value
    return made
