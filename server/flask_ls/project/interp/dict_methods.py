"""Methods of dicts."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import comparison, conditions, mappings, reasons, sequences, subscripts
from flask_ls.project.interp.values import MISSING, Args, Choice, DictV, Maybe, Unknown, Value
from flask_ls.project.interp.world import Raised, known_key

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def of_dict(m: Machine, owner: DictV, name: str) -> Value:
    """A bound method of a dict."""
    method = _DICT_METHODS.get(name)
    if method is None:
        return MISSING
    return m.native(name, lambda m_, a: method(m_, owner, a))


def _get(m: Machine, owner: DictV, args: Args) -> Value:
    key, default = m.settle(args.get(0, "key")), args.get(1, "default", None)
    if isinstance(key, Choice):
        return m.lift(key, lambda k: _get(m, owner, Args([k, default])))
    if not known_key(key):
        return Unknown(reasons.why(key, "which key this is is only known at run time"))
    value = owner.items.get(key, MISSING)
    if isinstance(value, Maybe):
        known = m.join([(value.path, value.value), (conditions.negate(m, value.path), default)])
        return mappings.unless_overridden(m, owner, known)
    if value is not MISSING:
        return value
    return default if owner.rest is None else mappings.unless_written(m, owner.rest, default)


def _items(m: Machine, owner: DictV, args: Args) -> Value:
    pairs = [Maybe(v.path, (k, v.value)) if isinstance(v, Maybe) else (k, v) for k, v in owner.items.items()]
    return m.new_list(pairs, owner.rest)


def _keys(m: Machine, owner: DictV, args: Args) -> Value:
    keys = sequences.make_set(m, m.iterate(owner)[0], owner.rest)
    keys.kind = "keys"  # they have an order
    return keys


def _values(m: Machine, owner: DictV, args: Args) -> Value:
    return m.new_list(list(owner.items.values()), owner.rest)


def update(m: Machine, owner: DictV, args: Args) -> Value:
    """``owner.update(...)``: mappings, pairs and keyword arguments."""
    for value in args.pos:
        mappings.update_dict(m, owner, value)
    for key, value in args.kw.items():
        m.write(owner.items, key, value)
    if args.starstar is not None:
        mappings.open_dict(m, owner, args.starstar)
    return None


def _setdefault(m: Machine, owner: DictV, args: Args) -> Value:
    key, default = m.settle(args.get(0, "key")), args.get(1, "default", None)
    if not known_key(key):
        mappings.open_dict(m, owner, reasons.unknown_from(key, "a key of this dict is only known at run time"))
        return Unknown("which key this is is only known at run time")
    value = owner.items.get(key, MISSING)
    if isinstance(value, Maybe):
        value = m.join([(value.path, value.value), (conditions.negate(m, value.path), default)])
        m.write(owner.items, key, value)
    elif value is MISSING:
        value = _get(m, owner, args)
        m.write(owner.items, key, value)
    return value


def _pop(m: Machine, owner: DictV, args: Args) -> Value:
    key = m.settle(args.get(0, "key"))
    value = _get(m, owner, args)
    if known_key(key):
        if key not in owner.items and owner.rest is None and len(args.pos) < 2 and m.expects("KeyError"):
            raise Raised("KeyError", ("LookupError", "Exception"))
        m.erase(owner.items, key)
    else:
        mappings.open_dict(m, owner, Unknown("an unknown key was removed"))
    return value


def _clear(m: Machine, owner: DictV, args: Args) -> Value:
    for key in list(owner.items):
        m.erase(owner.items, key)
    m.erase(owner.rest_cell, 0)
    return None


def _copy(m: Machine, owner: DictV, args: Args) -> Value:
    made = DictV(m.serial, owner.rest, owner.default)
    made.items.update(owner.items)
    return made


def _move_to_end(m: Machine, owner: DictV, args: Args) -> Value:
    key, last = m.settle(args.get(0, "key")), m.settle(args.get(1, "last", True))
    value = owner.items.get(key, MISSING) if known_key(key) else MISSING
    if value is MISSING or last is not True or m.path:
        mappings.open_dict(m, owner, Unknown("which order the keys have is only known at run time"))
    else:
        m.erase(owner.items, key)
        m.write(owner.items, key, value)
    return None


def _popitem(m: Machine, owner: DictV, args: Args) -> Value:
    mappings.open_dict(m, owner, Unknown("an element was removed"))
    return Unknown("which element this is is only known at run time")


_DICT_METHODS: dict[str, Any] = {
    "get": _get,
    "items": _items,
    "keys": _keys,
    "values": _values,
    "update": update,
    "setdefault": _setdefault,
    "pop": _pop,
    "clear": _clear,
    "copy": _copy,
    "popitem": _popitem,
    "move_to_end": _move_to_end,
    "iteritems": _items,
    "itervalues": _values,
    "__contains__": lambda m, o, a: comparison.compare(m, ast.In, a.get(0, "key"), o),
    "__getitem__": lambda m, o, a: subscripts.subscript(m, o, a.get(0, "key")),
    "__setitem__": lambda m, o, a: subscripts.set_item(m, o, a.get(0, "key"), a.get(1, "value")),
    "__init__": update,
}
