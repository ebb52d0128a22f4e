"""Subscripts: items of sequences and dicts, read and written, and slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import environment_variables, mappings, reasons, sequences
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    Choice,
    ClassV,
    DictV,
    External,
    Function,
    Instance,
    ListV,
    Maybe,
    Native,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import MAX_CHOICE, Raised, known_key

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def subscript(m: Machine, owner: Value, key: Value) -> Value:
    """``owner[key]``."""
    owner = m.settle(owner)
    key = m.settle(key)
    if isinstance(owner, Choice):
        return m.lift(owner, lambda v: subscript(m, v, key))
    if isinstance(key, Choice) and not isinstance(owner, Unknown):
        return m.lift(key, lambda k: subscript(m, owner, k))
    if isinstance(owner, Instance):
        method = m.get(owner, "__getitem__", MISSING)
        if isinstance(method, Bound) and isinstance(method.func, (Function, Native)):
            return m.call(method, Args([key]))
        missing = owner.cls.lookup("__missing__")
        inside = mappings.mapping_of(owner)
        is_exact = isinstance(inside, DictV) and inside.rest is None and known_key(key)
        if isinstance(missing, Function) and is_exact and key not in inside.items:
            return m.call(Bound(missing, owner), Args([key]))
        owner = inside
    if isinstance(owner, DictV):
        return _dict_item(m, owner, key)
    if isinstance(owner, (tuple, str)) and isinstance(key, int):
        return owner[key] if -len(owner) <= key < len(owner) else Unknown("this index is out of range")
    if isinstance(owner, ListV) and isinstance(key, int):
        items = owner.items
        if _is_exact(owner) and -len(items) <= key < len(items):
            return items[key]
        if 0 <= key < len(items) and owner.rest is not None and not any(isinstance(i, Maybe) for i in items[: key + 1]):
            return items[key]
        return owner.rest or Unknown("which element this is is only known at run time")
    if isinstance(owner, ClassV):
        members = owner.names.get("__members__", MISSING)
        if isinstance(members, DictV):
            return _dict_item(m, members, key)
        item = owner.metaclass.lookup("__getitem__") if owner.metaclass is not None else MISSING
        if isinstance(item, Function):
            return m.call(Bound(item, owner), Args([key]))
        made = owner.lookup("__class_getitem__")
        if isinstance(made, Function):
            return m.call(Bound(made, owner), Args([key]))
        return owner  # a generic class with its parameters
    if isinstance(owner, External):
        if environment_variables.is_environment(owner):
            return environment_variables.item(m, key)
        made = External(f"{owner.path}[]", m.serial)
        made.held = owner.held
        return made if not owner.path[:1].isupper() else owner
    if isinstance(key, Unknown):
        return reasons.unknown_from(key, "")
    return reasons.unknown_from(owner, "this element is only known at run time")


def _dict_item(m: Machine, owner: DictV, key: Value) -> Value:
    if not known_key(key):
        if isinstance(key, Unknown) and 0 < len(owner.items) <= MAX_CHOICE and owner.rest is None:
            # Whatever the key is, the value is one of these.
            fork = m.fork(m.place(), reasons.why(key, "which key this is is only known at run time"), len(owner.items))
            return m.join([((Step(fork, arm),), value) for arm, value in enumerate(owner.items.values())])
        return reasons.unknown_from(key, "which key this is is only known at run time")
    value = owner.items.get(key, MISSING)
    if isinstance(value, Maybe):
        return mappings.unless_overridden(m, owner, value.value)
    if value is not MISSING:
        return value
    if owner.rest is not None:
        m.may_raise("KeyError")
        return owner.rest
    if owner.default is not MISSING:
        made = m.call(owner.default, Args([]))
        m.write(owner.items, key, made)
        return made
    if m.expects("KeyError"):
        raise Raised("KeyError", ("LookupError", "Exception"))
    return Unknown(f"there is no key {key!r}")


def set_item(m: Machine, owner: Value, key: Value, value: Value) -> None:
    """``owner[key] = value``."""
    owner = m.settle(owner)
    key = m.settle(key)
    if isinstance(owner, Choice):
        m.each(owner, lambda v: set_item(m, v, key, value))
        return
    if isinstance(owner, Instance):
        method = m.get(owner, "__setitem__", MISSING)
        if isinstance(method, Bound) and isinstance(method.func, (Function, Native)):
            m.call(method, Args([key, value]))
            return
        owner = mappings.mapping_of(owner)
    if environment_variables.is_environment(owner):
        environment_variables.write(m, key, value)
    elif isinstance(owner, DictV):
        if known_key(key):
            m.write(owner.items, key, value)
        else:
            mappings.open_dict(m, owner, reasons.unknown_from(key, "a key of this dict is only known at run time"))
    elif isinstance(owner, ListV):
        if isinstance(key, int) and owner.rest is None and -len(owner.items) <= key < len(owner.items):
            m.touch(owner)
            owner.items[key] = value
        elif isinstance(key, slice):
            _set_slice(m, owner, key, value)
        else:
            sequences.forget(m, owner, "an element of this list is only known at run time")


def _set_slice(m: Machine, owner: ListV, part: slice, value: Value) -> None:
    items, rest = m.iterate(value)
    if part == slice(None):
        m.touch(owner)
        owner.items, owner.rest = list(items), rest
    elif rest is None and part.step is None and _is_exact(owner):
        m.touch(owner)
        owner.items[part] = items
    else:
        sequences.forget(m, owner, "a part of this list is only known at run time")


def delete_item(m: Machine, owner: Value, key: Value) -> None:
    """``del owner[key]``."""
    owner = m.settle(owner)
    key = m.settle(key)
    if isinstance(owner, Choice):
        m.each(owner, lambda v: delete_item(m, v, key))
        return
    if isinstance(owner, Instance):
        method = m.get(owner, "__delitem__", MISSING)
        if isinstance(method, Bound) and isinstance(method.func, (Function, Native)):
            m.call(method, Args([key]))
            return
        owner = mappings.mapping_of(owner)
    if isinstance(owner, DictV):
        if known_key(key):
            m.erase(owner.items, key)
        else:
            m.write(owner.rest_cell, 0, Unknown("an unknown key of this dict was deleted"))
    elif isinstance(owner, ListV):
        is_there = isinstance(key, slice) or (isinstance(key, int) and -len(owner.items) <= key < len(owner.items))
        if is_there and _is_exact(owner):
            m.touch(owner)
            del owner.items[key]
        else:
            sequences.forget(m, owner, "an element of this list was deleted")


def _is_exact(owner: ListV) -> bool:
    """Whether it is known which element is at which index."""
    return owner.rest is None and not any(isinstance(i, Maybe) for i in owner.items)


def take_slice(m: Machine, value: Value, part: slice) -> Value:
    """``value[a:b:c]``."""
    if isinstance(value, (str, tuple, bytes)):
        try:
            return value[part]
        except ValueError:
            return Unknown("this slice is not possible")
    if isinstance(value, ListV):
        if not _is_exact(value):
            whole = part == slice(None)
            return ListV(list(value.items) if whole else [], m.serial, value.rest or Unknown("this slice is not known"))
        return ListV(value.items[part], m.serial)
    return reasons.unknown_from(value, "this slice is only known at run time")
