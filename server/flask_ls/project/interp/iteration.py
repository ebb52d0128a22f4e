"""Iteration: the elements of a value, and the limits of loops over them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    Choice,
    ClassV,
    DictV,
    Function,
    Instance,
    ListV,
    Maybe,
    Native,
    SetV,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import Limit

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

MAX_ITEMS = 5_000
MAX_ROUNDS = 60_000


def iterate(m: Machine, value: Value) -> tuple[list[Value], Unknown | None]:
    """The elements of an iterable (some may be ``Maybe``), and why there may be unknown ones."""
    value = m.settle(value)
    if isinstance(value, tuple):
        return list(value), None
    if isinstance(value, ListV):
        given = list(value.items)
        if given and value.kind == "generator":
            # It gives them once.
            m.touch(value)
            value.items = []
        return given, value.rest
    if isinstance(value, str):
        return list(value[:MAX_ITEMS]), None
    if isinstance(value, DictV):
        keys = [Maybe(v.path, k) if isinstance(v, Maybe) else k for k, v in value.items.items()]
        return keys, value.rest
    if isinstance(value, Instance):
        if isinstance(value.native, (DictV, ListV)):
            return iterate(m, value.native)
        method = m.get(value, "__iter__", MISSING)
        if isinstance(method, Bound) and isinstance(method.func, (Function, Native)):
            result = m.call(method, Args([]))
            return ([], Unknown("its elements are only known at run time")) if result is value else iterate(m, result)
    if isinstance(value, ClassV):
        members = value.names.get("__members__", MISSING)
        if isinstance(members, DictV):
            return list(members.items.values()), None
        if value.metaclass is not None and isinstance(value.metaclass.lookup("__iter__"), Function):
            return iterate(m, m.call(Bound(value.metaclass.lookup("__iter__"), value), Args([])))
    if isinstance(value, Choice):
        items: list[Value] = []
        rest: Unknown | None = None
        for path, option in m.decide(value):
            more, unknown = iterate(m, option)
            for item in more:
                inner = item if isinstance(item, Maybe) else Maybe((), item)
                items.append(Maybe((*path, *inner.path), inner.value))
            rest = rest or unknown
        return items, rest
    if isinstance(value, Unknown):
        return [], value
    return [], Unknown("its elements are only known at run time")


def live(m: Machine, value: Value) -> Iterator[Value]:
    """The elements as a loop meets them, which may change a list or read on in an iterator itself."""
    if not isinstance(value, ListV) or value.kind not in ("list", "generator"):
        yield from iterate(m, value)[0]
        return
    index = 0
    while index < len(value.items):
        if value.kind == "generator":
            m.touch(value)
            yield value.items.pop(0)
        else:
            yield value.items[index]
            index += 1


def rest_of(m: Machine, value: Value) -> Unknown | None:
    """Why an iterable may have more elements than the known ones."""
    return value.rest if isinstance(value, ListV) else iterate(m, value)[1]


def is_unordered(value: Value) -> bool:
    """Whether it is not known in which order the elements of a value come."""
    return isinstance(value, SetV) and value.kind == "set" and len(value.items) > 1


def elements_of(value: Value) -> list[Value]:
    """The elements of a tuple or list that are known."""
    return list(value) if isinstance(value, tuple) else value.items


def count_round(m: Machine) -> None:
    """One more round of a loop: the evaluation as a whole has a limit."""
    m.rounds += 1
    if m.rounds > MAX_ROUNDS:
        m.exceeded = True
        raise Limit
