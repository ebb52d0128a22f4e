"""Methods read from a built-in type: ``str.lower``, ``dict.fromkeys``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp.values import MISSING, Args, ClassV, Instance, Unknown, Value
from flask_ls.project.interp.world import known_key

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def of_type(m: Machine, owner: ClassV, name: str) -> Value:
    """A method of a built-in type read from the type: ``str.lower``, ``dict.fromkeys``."""
    if owner.path == "dict" and name == "fromkeys":
        return m.native(name, _fromkeys)
    if owner.path in ("str", "list", "dict", "set", "tuple"):

        def run(m_: Machine, args: Args) -> Value:
            if not args.pos:
                return Unknown("this cannot be called")
            target = m_.settle(args.pos[0])
            target = target.native if isinstance(target, Instance) and target.native is not None else target
            return m_.call(m_.get(target, name), Args(args.pos[1:], args.kw, args.star, args.starstar))

        return m.native(name, run)
    return MISSING


def register(m: Machine, cls: ClassV, args: Args) -> Value:
    """``cls.register(subclass)`` of an abstract class."""
    given = m.settle(args.get(0, "subclass"))
    if isinstance(given, ClassV):
        cls.virtual.append(given)
    return given


def _fromkeys(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable"))
    value = args.get(1, "value", None)
    made = m.new_dict(rest=rest)
    for item in items:
        if known_key(item):
            made.items[item] = value
    return made
