"""Attributes of objects and classes: the method resolution order, descriptors and ``super()``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flask_ls.project.interp import (
    built_in_values,
    dict_methods,
    external,
    list_methods,
    reasons,
    text_methods,
    type_methods,
)
from flask_ls.project.interp.attempts import Attempt
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    Choice,
    ClassV,
    Descriptor,
    DictV,
    External,
    Function,
    Instance,
    ListV,
    Native,
    Super,
    Unknown,
    Value,
    Wrapped,
)
from flask_ls.project.interp.world import Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.frames import Frame
    from flask_ls.project.interp.machine import Machine


def from_instance(m: Machine, owner: Instance, name: str) -> Value:
    """An attribute of an object; MISSING when it is surely absent."""
    found = owner.cls.lookup(name)
    if isinstance(found, Descriptor) and found.kind == "property":
        return m.call(found.func, Args([owner]))
    value = owner.attrs.get(name, MISSING)
    if value is not MISSING:
        return value
    if found is not MISSING:
        if isinstance(found, Descriptor) and found.kind == "cached":
            made = m.call(found.func, Args([owner]))
            m.write(owner.attrs, name, made)
            return made
        return bind(m, found, owner, owner.cls)
    if name == "__class__":
        return owner.cls
    if name == "__dict__":
        view = DictV(m.serial)
        view.items.update(owner.attrs)
        return view
    if isinstance(owner.native, DictV):
        value = dict_methods.of_dict(m, owner.native, name)
    elif isinstance(owner.native, ListV):
        value = list_methods.of_list(m, owner.native, name)
    elif isinstance(owner.native, str):
        value = text_methods.of_text(m, owner.native, name)
    if value is not MISSING:
        return value
    custom = owner.cls.lookup("__getattr__")
    if isinstance(custom, Function) and (not name.startswith("__") or name in _READ_FROM_INSTANCES):
        return ask(m, custom, Args([owner, name]))
    unknown = owner.open or owner.cls.open
    if unknown is not None and not (name.startswith("__") and name.endswith("__")):
        if isinstance(unknown, External):
            made = External(f"{unknown.path.removesuffix('()')}.{name}", m.serial)
            made.held = (owner,)
            return made
        return Unknown(unknown.reason)
    return MISSING


# Attributes with double underscores that are looked up on objects, not on their classes.
_READ_FROM_INSTANCES = frozenset({"__name__", "__qualname__", "__wrapped__"})


def ask(m: Machine, custom: Function, args: Args) -> Value:
    """What ``__getattr__`` gives; MISSING where it surely raises."""
    if m.is_active(custom, 2):
        return MISSING
    m.tries.append(Attempt([{"AttributeError"}], m.fork(m.place(), "whether this attribute is there"), None))
    try:
        return m.call(custom, args)
    except Raised as error:
        if error.name == "AttributeError":
            return MISSING
        raise
    finally:
        m.tries.pop()


def bind(m: Machine, found: Value, owner: Value, cls: ClassV) -> Value:
    """What a class attribute gives when it is read from an instance."""
    if isinstance(found, (Function, Native)):
        return Bound(found, owner)
    if isinstance(found, Wrapped):
        return Bound(found, owner)
    if isinstance(found, Descriptor):
        if found.kind == "classmethod":
            return Bound(found.func, cls)
        if found.kind == "staticmethod":
            return found.func
        if found.kind == "partialmethod":
            return Bound(found.func, owner)
    if isinstance(found, Instance):
        getter = found.cls.lookup("__get__")
        if isinstance(getter, Function):
            return m.call(getter, Args([found, owner, cls]))
    if isinstance(found, Choice):
        return m.lift(found, lambda v: bind(m, v, owner, cls))
    return found


def from_class(m: Machine, owner: ClassV, name: str) -> Value:
    """An attribute of a class; MISSING when it is surely absent."""
    found = owner.lookup(name)
    if found is not MISSING:
        if isinstance(found, Descriptor):
            if found.kind == "classmethod":
                return Bound(found.func, owner)
            if found.kind == "staticmethod":
                return found.func
            return found
        if isinstance(found, Instance):
            getter = found.cls.lookup("__get__")
            if isinstance(getter, Function):
                return m.call(getter, Args([found, None, owner]))
        return found
    if owner.metaclass is not None:
        inherited = owner.metaclass.lookup(name)
        if inherited is not MISSING:
            if isinstance(inherited, Descriptor) and inherited.kind == "property":
                return m.call(inherited.func, Args([owner]))
            return bind(m, inherited, owner, owner.metaclass)
    if name == "__new__":
        return m.native("__new__", _object_new)
    if name == "__name__":
        return owner.name
    if name == "__qualname__":
        return owner.qualname
    if name == "__module__" and owner.path:
        return owner.path.rpartition(".")[0] or "builtins"
    if name == "__mro__":
        return owner.mro
    if name == "__bases__":
        return owner.bases
    if name == "__class__":
        return m.builtins.get("type", MISSING)
    if name == "__dict__":
        view = DictV(m.serial)
        view.items.update(owner.names)
        return view
    if name == "__doc__":
        return None
    if name == "mro":
        return m.native("mro", lambda m_, a: m_.new_list(list(owner.mro)))
    if name == "__subclasses__":
        return m.native("__subclasses__", lambda m_, a: m_.new_list(list(owner.subclasses)))
    if name == "register" and any("abc.ABC" in base.plain_bases for base in owner.mro):
        return m.native("register", lambda m_, args: type_methods.register(m_, owner, args))
    native = type_methods.of_type(m, owner, name)
    if native is not MISSING:
        return native
    if owner.open is not None and not (name.startswith("__") and name.endswith("__")):
        if isinstance(owner.open, External):
            return External(f"{owner.open.path}.{name}", m.serial)
        return Unknown(owner.open.reason)
    return MISSING


def from_super(m: Machine, owner: Super, name: str) -> Value:
    """An attribute of ``super()``; MISSING when it is surely absent."""
    cls = owner.self.cls if isinstance(owner.self, Instance) else owner.self
    if not isinstance(cls, ClassV):
        return Unknown("what super() stands for is not known")
    if owner.cls not in cls.mro and cls.metaclass is not None and owner.cls in cls.metaclass.mro:
        return _of_metaclass(m, owner, cls, name)
    order = list(cls.mro)
    after = order[order.index(owner.cls) + 1 :] if owner.cls in order else order[1:]
    for base in after:
        found = base.names.get(name, MISSING)
        if found is not MISSING:
            if isinstance(owner.self, Instance):
                if isinstance(found, Descriptor) and found.kind in ("property", "cached"):
                    return m.call(found.func, Args([owner.self]))
                return bind(m, found, owner.self, cls)
            if isinstance(found, Descriptor) and found.kind == "classmethod":
                return Bound(found.func, cls)
            return found.func if isinstance(found, Descriptor) and found.kind == "staticmethod" else found
    if isinstance(owner.self, Instance) and isinstance(owner.self.native, (DictV, ListV)):
        native = owner.self.native
        value = (
            dict_methods.of_dict(m, native, name)
            if isinstance(native, DictV)
            else list_methods.of_list(m, native, name)
        )
        if value is not MISSING:
            return value
    if name == "__new__":
        return m.native("__new__", _object_new)
    if name in ("__init__", "__init_subclass__", "__setattr__"):
        if name == "__setattr__":
            return m.native(name, lambda m_, a: m_.write(owner.self.attrs, a.pos[0], a.pos[1]))
        unreadable = cls.open

        def init(m_: Machine, args: Args) -> Value:
            if unreadable is not None:
                external.initialised(m_, owner.cls, unreadable, args)
            return None

        return m.native(name, init)
    if cls.open is not None:
        if isinstance(cls.open, External):
            made = External(f"{cls.open.path}.{name}", m.serial)
            made.held = (owner.self,)
            return made
        return Unknown(cls.open.reason)
    return MISSING


def _of_metaclass(m: Machine, owner: Super, cls: ClassV, name: str) -> Value:
    """An attribute of ``super()`` in a metaclass, whose instance the class is."""
    order = cls.metaclass.mro
    for base in order[order.index(owner.cls) + 1 :]:
        found = base.names.get(name, MISSING)
        if found is not MISSING:
            return bind(m, found, cls, cls.metaclass)
    if name == "__call__":
        return m.native(name, lambda m_, args: m_.call(cls, args))
    if name == "__new__":
        return m.native(name, _object_new)
    if name == "__init__":
        return m.native(name, lambda m_, args: None)
    return reasons.unknown_from(cls.metaclass.open, "what a metaclass inherits is not known")


def _object_new(m: Machine, args: Args) -> Value:
    cls = args.pos[0] if args.pos else None
    if isinstance(cls, ClassV):
        if m.creating and cls is m.creating[-1].metaclass:
            names = args.pos[3] if len(args.pos) > 3 else None
            if isinstance(names, DictV):
                m.creating[-1].names.update(names.items)
            return m.creating[-1]
        return built_in_values.filled(m, m.new_instance(cls), Args(args.pos[1:], args.kw, args.star, args.starstar))
    return Unknown("what __new__ makes is not known")


def make_super(m: Machine, frame: Frame) -> Value:
    """``super()`` without arguments."""
    scope: Frame | None = frame
    while scope is not None:
        function = scope.function
        if function is not None and function.owner is not None and not isinstance(function.node, ast.Lambda):
            spec = function.node.args
            parameters = [*spec.posonlyargs, *spec.args]
            if parameters:
                self_ = scope.names.get(parameters[0].arg, MISSING)
                if self_ is not MISSING:
                    return Super(function.owner, m.settle(self_))
        scope = scope.parent
    return Unknown("what super() stands for is not known")
