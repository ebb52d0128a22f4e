"""Attributes and namespaces by name: ``getattr`` and the like, ``vars``, ``dir``, ``globals``, ``locals``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import reasons
from flask_ls.project.interp.builtin_names.table import function
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import MISSING, Args, ClassV, DictV, External, Instance, ModuleV, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


@function
def getattr_(m: Machine, args: Args) -> Value:
    owner, default = args.get(0, "object"), args.get(2, "default")
    name = args.get(1, "name")

    def one(n: Value) -> Value:
        if not isinstance(n, str):
            return reasons.unknown_from(n, "which attribute this is is only known at run time")
        if default is MISSING:
            return m.get(owner, n)
        return m.lift(owner, lambda o: _get_or(m, o, n, default))

    return m.lift(name, one)


def _get_or(m: Machine, owner: Value, name: str, default: Value) -> Value:
    value = m.get(owner, name, MISSING)
    if value is MISSING:
        return default
    if isinstance(value, External) and isinstance(owner, (Instance, ClassV, External)) and "." in value.path:
        # An attribute of something unreadable: it may be absent.
        fork = m.fork(m.place(), value.reason)
        return m.join([((Step(fork, 0),), value), ((Step(fork, 1),), default)])
    return value


@function
def hasattr_(m: Machine, args: Args) -> Value:
    name = m.settle(args.get(1, "name"))
    if not isinstance(name, str):
        return Unknown("which attribute this is is only known at run time")

    def one(owner: Value) -> Value:
        if isinstance(owner, Unknown):
            return Unknown(owner.reason)
        value = m.get(owner, name, MISSING)
        if value is MISSING:
            return False
        if isinstance(value, External) and not isinstance(owner, ModuleV):
            unreadable = owner.open if isinstance(owner, (Instance, ClassV)) else None
            if unreadable is not None and name not in getattr(owner, "attrs", {}):
                return Unknown(unreadable.reason)
        return Unknown(value.reason) if type(value) is Unknown and value.reason.endswith("cannot be read") else True

    return m.lift(args.get(0, "object"), one)


@function
def setattr_(m: Machine, args: Args) -> Value:
    name = m.settle(args.get(1, "name"))
    owner = m.settle(args.get(0, "object"))
    if isinstance(name, str):
        m.set(owner, name, args.get(2, "value"))
    elif isinstance(owner, (Instance, ClassV)):
        owner.open = owner.open or Unknown("an attribute of unknown name was set")
    return None


@function
def delattr_(m: Machine, args: Args) -> Value:
    owner, name = m.settle(args.get(0, "object")), m.settle(args.get(1, "name"))
    if isinstance(owner, Instance):
        m.erase(owner.attrs, name)
    return None


@function
def vars_(m: Machine, args: Args) -> Value:
    if not args.pos:
        return m.new_dict(dict(m.frame.names) if m.frame else {})
    return m.get(args.pos[0], "__dict__")


@function
def globals_(m: Machine, args: Args) -> Value:
    if m.frame is None:
        return m.new_dict()
    view = DictV(m.serial)
    # The same dict as the module's names: ``globals()["x"] = y`` binds x.
    view.items = m.frame.module.names  # type: ignore[assignment]
    view.rest_cell = m.frame.module.rest_cell
    return view


@function
def locals_(m: Machine, args: Args) -> Value:
    return m.new_dict(dict(m.frame.names) if m.frame else {})


@function
def dir_(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "object"))
    names: dict[str, None] = {}
    unknown: Unknown | None = None
    if isinstance(value, Instance):
        names.update(dict.fromkeys(value.attrs))
        unknown = value.open
    cls = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, ClassV):
        for base in cls.mro:
            names.update(dict.fromkeys(base.names))
        unknown = unknown or cls.open
    elif isinstance(value, ModuleV):
        names.update(dict.fromkeys(value.names))
        unknown = value.open
    elif isinstance(value, Unknown):
        unknown = value
    return m.new_list(sorted(n for n in names if isinstance(n, str)), unknown)
