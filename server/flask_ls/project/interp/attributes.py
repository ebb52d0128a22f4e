"""Attribute access: which kind of owner answers, and what setting an attribute does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import (
    class_attributes,
    dict_methods,
    external,
    function_attributes,
    list_methods,
    text_methods,
)
from flask_ls.project.interp.values import (
    MISSING,
    SCALARS,
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
    Maybe,
    ModuleV,
    Namespace,
    Native,
    Partial,
    Super,
    Unknown,
    Value,
    Wrapped,
)
from flask_ls.project.interp.world import Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


class _Fail:
    pass


_FAIL = _Fail()


def get(m: Machine, owner: Value, name: str, default: Value = _FAIL) -> Value:
    """``owner.name``. Without ``default``, an attribute that is surely absent is unknown or raises where caught."""
    value = _get(m, owner, name)
    if value is MISSING:
        if default is not _FAIL:
            return default
        if m.expects("AttributeError"):
            is_object = isinstance(owner, Instance)
            message = f"'{owner.cls.name}' object has no attribute '{name}'" if is_object else None
            raise Raised("AttributeError", ("Exception",), message)
        return Unknown(f"there is no attribute {name} that can be read")
    return value.value if type(value) is Maybe else value


def _get(m: Machine, owner: Value, name: str) -> Value:
    if isinstance(owner, Instance):
        return class_attributes.from_instance(m, owner, name)
    if isinstance(owner, ModuleV):
        return _from_module(m, owner, name)
    if isinstance(owner, ClassV):
        return class_attributes.from_class(m, owner, name)
    if isinstance(owner, External):
        return external.attribute(m, owner, name)
    if isinstance(owner, Choice):
        return m.lift(owner, lambda v: _of_option(m, v, name))
    if isinstance(owner, Maybe):
        return _get(m, owner.value, name)
    if isinstance(owner, Unknown):
        return Unknown(owner.reason)
    if isinstance(owner, (str, bytes)):
        return text_methods.of_text(m, owner, name)
    if isinstance(owner, DictV):
        return dict_methods.of_dict(m, owner, name)
    if isinstance(owner, (ListV, tuple)):
        return list_methods.of_list(m, owner, name)
    if isinstance(owner, Super):
        return class_attributes.from_super(m, owner, name)
    if isinstance(owner, (Function, Native, Wrapped, Partial, Bound)):
        return function_attributes.from_function(m, owner, name)
    if isinstance(owner, Descriptor):
        return function_attributes.from_descriptor(m, owner, name)
    if isinstance(owner, SCALARS):
        return Unknown(f"{name} of a constant") if hasattr(owner, name) else MISSING
    return MISSING


def _of_option(m: Machine, owner: Value, name: str) -> Value:
    """An attribute of one of several possible values: where it is absent, the others are what happens usually."""
    try:
        return get(m, owner, name)
    except Raised as error:
        if error.name != "AttributeError" or not m.catching("AttributeError"):
            raise
        m.may_raise("AttributeError")
        return MISSING


def _from_module(m: Machine, owner: ModuleV, name: str) -> Value:
    value = owner.names.get(name, MISSING)
    if value is not MISSING:
        return value
    module = owner.module
    if name == "__name__":
        return module.import_name
    if name == "__file__":
        return module.path
    if name == "__package__":
        return module.package
    if name == "__path__" and module.is_package:
        return m.new_list([module.folder])
    if name == "__doc__":
        return None
    if name == "__dict__":
        view = DictV(m.serial)
        view.items.update(owner.names)
        return view
    custom = owner.names.get("__getattr__", MISSING)
    if isinstance(custom, Function) and not name.startswith("__"):
        try:
            return m.call(custom, Args([name]))
        except Raised as error:
            if error.name != "AttributeError":
                raise
    if owner.open is not None and not name.startswith("__"):
        return Unknown(owner.open.reason)
    if owner.is_model and not name.startswith("__"):
        return External(f"{module.import_name}.{name}")
    return MISSING


def set_(m: Machine, owner: Value, name: str, value: Value) -> None:
    """``owner.name = value``."""
    owner = m.settle(owner)
    if isinstance(owner, Instance):
        found = owner.cls.lookup(name)
        if isinstance(found, Descriptor) and found.kind == "property":
            if found.setter is not None:
                m.call(found.setter, Args([owner, value]))
            return
        custom = owner.cls.lookup("__setattr__")
        if isinstance(custom, Function) and not m.is_active(custom):
            m.call(custom, Args([owner, name, value]))
            return
        m.recorder.attribute_set(m, owner, name, value)
        m.write(owner.attrs, name, value)
    elif isinstance(owner, (ClassV, ModuleV)):
        m.write(owner.names, name, value)
    elif isinstance(owner, (Function, Native, Wrapped, Partial)):
        m.write(owner.attrs, name, value)
    elif isinstance(owner, Bound):
        set_(m, owner.func, name, value)
    elif isinstance(owner, External):
        if owner.attrs is None:
            owner.attrs = Namespace(owner.born)
        m.write(owner.attrs, name, value)
    elif isinstance(owner, Choice):
        m.each(owner, lambda v: set_(m, v, name, value))
