"""Methods of lists, tuples and sets."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import comparison, formatting, reasons, sequences
from flask_ls.project.interp.values import MISSING, Args, Function, Instance, ListV, Maybe, SetV, Unknown, Value
from flask_ls.project.interp.world import Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def of_list(m: Machine, owner: Any, name: str) -> Value:
    """A bound method of a list, tuple or set."""
    method = _LIST_METHODS.get(name) if isinstance(owner, ListV) else None
    if method is None and name in ("index", "count"):
        return m.native(name, lambda m_, a: _index(m_, owner, name, a))
    if method is None and isinstance(owner, SetV):
        method = _SET_METHODS.get(name)
    if method is None:
        if isinstance(owner, ListV) and name in _CHANGING:
            return m.native(name, lambda m_, a: sequences.forget(m_, owner, f"{name}() changes it"))
        if isinstance(owner, ListV) and owner.kind == "generator" and name in ("send", "close", "__next__", "throw"):
            return m.native(name, lambda m_, a: Unknown("what a generator gives is only known at run time"))
        return MISSING
    return m.native(name, lambda m_, a: method(m_, owner, a))


def _append(m: Machine, owner: ListV, args: Args) -> Value:
    sequences.extend_list(m, owner, [args.get(0, "object")], None)
    return None


def _extend(m: Machine, owner: ListV, args: Args) -> Value:
    for value in args.pos:
        items, rest = m.iterate(value)
        sequences.extend_list(m, owner, items, rest)
    if args.star is not None:
        sequences.extend_list(m, owner, [], args.star)
    return None


def _insert(m: Machine, owner: ListV, args: Args) -> Value:
    index, value = m.settle(args.get(0, "index")), args.get(1, "object")
    m.touch(owner)
    if isinstance(index, int):
        owner.items.insert(index, value)
    else:
        owner.items.append(value)
    return None


def _pop(m: Machine, owner: ListV, args: Args) -> Value:
    index = m.settle(args.get(0, "index", -1))
    if isinstance(index, int) and owner.rest is None and not any(isinstance(i, Maybe) for i in owner.items):
        if -len(owner.items) <= index < len(owner.items):
            m.touch(owner)
            return owner.items.pop(index)
        if m.expects("IndexError"):
            raise Raised("IndexError", ("LookupError", "Exception"))
        return Unknown("this list is empty")
    sequences.forget(m, owner, "an element was removed")
    return reasons.element_of(owner.rest or Unknown())


def _remove(m: Machine, owner: ListV, args: Args) -> Value:
    target = m.settle(args.get(0, "value"))
    for index, item in enumerate(owner.items):
        equal = comparison.equals(m.settle(item), target) if not isinstance(item, Maybe) else None
        if equal is True:
            m.touch(owner)
            del owner.items[index]
            return None
        if equal is None:
            sequences.forget(m, owner, "an element was removed")
            return None
    return None


def _clear(m: Machine, owner: ListV, args: Args) -> Value:
    m.touch(owner)
    owner.items, owner.rest = [], None
    return None


def _copy(m: Machine, owner: ListV, args: Args) -> Value:
    made = SetV([], m.serial) if isinstance(owner, SetV) else ListV([], m.serial)
    made.items, made.rest = list(owner.items), owner.rest
    return made


def _sort(m: Machine, owner: ListV, args: Args) -> Value:
    ordered = sort_values(m, owner.items, args)
    m.touch(owner)
    if ordered is not None:
        owner.items = ordered
    return None


def sort_values(m: Machine, items: list[Value], args: Args) -> list[Value] | None:
    """The sorted elements; None where the order is not known."""
    key = args.kw.get("key")
    keys: list[Any] = []
    for item in items:
        value = item.value if isinstance(item, Maybe) else item
        value = m.settle(m.call(key, Args([value]))) if key is not None else value
        value = formatting.plain(value)
        if isinstance(value, Instance) and isinstance(value.cls.lookup("__lt__"), Function):
            value = _Ordered(m, value)
        elif not isinstance(value, (str, int, float)) and not (
            isinstance(value, tuple) and all(isinstance(v, (str, int, float)) for v in value)
        ):
            return None
        keys.append(value)
    reverse = args.kw.get("reverse", False)
    if not isinstance(reverse, (bool, int)):
        return None
    try:
        order = sorted(range(len(items)), key=lambda i: keys[i], reverse=bool(reverse))
    except (TypeError, _NotKnown):
        return None
    return [items[i] for i in order]


class _NotKnown(Exception):
    """Which of two objects comes first is not known."""


class _Ordered:
    """An object whose class says what comes before what."""

    def __init__(self, m: Machine, value: Instance) -> None:
        self._m = m
        self._value = value

    def __lt__(self, other: Any) -> bool:
        if not isinstance(other, _Ordered):
            raise _NotKnown
        known = self._m.truth(self._m.call(self._m.get(self._value, "__lt__"), Args([other._value])))
        if known is None:
            raise _NotKnown
        return known


def _reverse(m: Machine, owner: ListV, args: Args) -> Value:
    m.touch(owner)
    owner.items.reverse()
    return None


def _index(m: Machine, owner: Any, name: str, args: Args) -> Value:
    items, rest = m.iterate(owner)
    target = m.settle(args.get(0, "value"))
    if rest is not None:
        return Unknown(rest.reason)
    found = [comparison.equals(m.settle(i), target) for i in items if not isinstance(i, Maybe)]
    if None in found or len(found) != len(items):
        return Unknown("which element this is is only known at run time")
    if name == "count":
        return found.count(True)
    return found.index(True) if True in found else Unknown("it is not in the list")


def _set_call(op: type[ast.operator]) -> Any:
    def run(m: Machine, owner: ListV, args: Args) -> Value:
        result: Value = owner
        for value in args.pos:
            items, rest = m.iterate(value)
            result = sequences.set_operation(m, op, result, sequences.make_set(m, items, rest))
        return result

    return run


_LIST_METHODS: dict[str, Any] = {
    "append": _append,
    "appendleft": lambda m, o, a: _insert(m, o, Args([0, *a.pos])),
    "popleft": lambda m, o, a: _pop(m, o, Args([0])),
    "add": _append,
    "extend": _extend,
    "update": _extend,
    "insert": _insert,
    "pop": _pop,
    "remove": _remove,
    "discard": _remove,
    "clear": _clear,
    "copy": _copy,
    "sort": _sort,
    "reverse": _reverse,
}
# Methods that change the elements in ways that are not followed.
_CHANGING = frozenset(
    """rotate extendleft difference_update intersection_update symmetric_difference_update __setitem__ __delitem__
    __iadd__ __imul__ __ior__ __iand__ __isub__ __ixor__""".split()
)
_SET_METHODS: dict[str, Any] = {
    "union": _set_call(ast.BitOr),
    "difference": _set_call(ast.Sub),
    "intersection": _set_call(ast.BitAnd),
}
