"""Comparison: identity, equality, order and membership."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import conditions, environment_variables, formatting, iteration, mappings, reasons
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
    Maybe,
    Native,
    SetV,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import known_key, same

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

MAX_ASKED = 30  # elements whose classes are asked whether they equal something
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def compare(m: Machine, op: type[ast.cmpop], left: Value, right: Value) -> Value:
    """A comparison: True, False or unknown; a choice where the sides are choices."""
    if isinstance(left, Choice):
        return m.lift(left, lambda v: compare(m, op, v, right))
    if isinstance(right, Choice):
        return m.lift(right, lambda v: compare(m, op, left, v))
    if op is ast.Is or op is ast.IsNot:
        known = _identical(left, right)
        if known is not None:
            return known if op is ast.Is else not known
    elif op is ast.In or op is ast.NotIn:
        found = contains(m, right, left)
        if found is None or isinstance(found, Choice):
            if isinstance(found, Choice):
                return found if op is ast.In else m.lift(found, lambda v: not v)
            return Unknown(reasons.why(left, reasons.why(right, "whether this is contained is only known at run time")))
        return found if op is ast.In else not found
    elif (own := _by_method(m, op, left, right)) is not MISSING:
        return own
    elif isinstance(formatting.plain(left), SCALARS) and isinstance(formatting.plain(right), SCALARS):
        left, right = formatting.plain(left), formatting.plain(right)
        try:
            return bool(_COMPARE[op](left, right))
        except TypeError:
            return Unknown("these cannot be compared")
    elif op is ast.Eq or op is ast.NotEq:
        equal = equals(left, right)
        if equal is not None:
            return equal if op is ast.Eq else not equal
    elif isinstance(left, tuple) and isinstance(right, tuple):
        try:
            return bool(_COMPARE[op](left, right))
        except TypeError:
            pass
    return Unknown(reasons.why(left, reasons.why(right, "this comparison is only known at run time")))


_METHODS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("__eq__", "__eq__"),
    ast.NotEq: ("__ne__", "__ne__"),
    ast.Lt: ("__lt__", "__gt__"),
    ast.LtE: ("__le__", "__ge__"),
    ast.Gt: ("__gt__", "__lt__"),
    ast.GtE: ("__ge__", "__le__"),
}


def _by_method(m: Machine, op: type[ast.cmpop], left: Value, right: Value) -> Value:
    """What the class of one of the sides says; MISSING when neither says anything."""
    name, reflected = _METHODS[op]
    for method, value, other in ((name, left, right), (reflected, right, left)):
        own = value.cls.lookup(method) if isinstance(value, Instance) else MISSING
        if isinstance(own, Function):
            answer = m.settle(m.call(Bound(own, value), Args([other])))
            if not isinstance(answer, External) or answer.path != "NotImplemented":
                known = m.truth(answer)
                why = "this comparison is only known at run time"
                return reasons.unknown_from(answer, why) if known is None else known
    if op is ast.NotEq:
        equal = _by_method(m, ast.Eq, left, right)
        return not equal if isinstance(equal, bool) else equal
    return MISSING


def _identical(left: Value, right: Value) -> bool | None:
    if left is right:
        return True
    if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
        other = right if left is None or isinstance(left, bool) else left
        if isinstance(other, External):
            return False if _is_surely_something(other) else None
        return None if isinstance(other, Unknown) else False
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left, SCALARS) and isinstance(right, SCALARS):
        return True if same(left, right) else None
    if isinstance(left, SCALARS) or isinstance(right, SCALARS):
        return None if isinstance(left, Choice) or isinstance(right, Choice) else False
    if isinstance(left, Bound) or isinstance(right, Bound):
        return None
    return False


def _is_surely_something(value: External) -> bool:
    """Whether an external thing is surely not None: a class or an instance of one."""
    last = value.path.rpartition(".")[2]
    return last[:1].isupper() and not (last.isupper() and len(last) > 1)


def equals(left: Value, right: Value) -> bool | None:
    """Whether two values are equal; None when not known."""
    if type(left) is str and type(right) is str:
        return left == right
    left, right = formatting.plain(left), formatting.plain(right)
    if same(left, right):
        return True
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left, SCALARS) and isinstance(right, SCALARS):
        return bool(left == right)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return _equal_tuples(left, right)
    if isinstance(left, ListV) and type(left) is type(right):
        a, b = list(iteration.elements_of(left)), list(iteration.elements_of(right))
        if getattr(left, "rest", None) or getattr(right, "rest", None) or _has_unsure(a) or _has_unsure(b):
            return None
        if len(a) != len(b):
            return False
        results = [equals(x, y) for x, y in zip(a, b, strict=True)]
        return False if False in results else None if None in results else True
    if isinstance(left, Bound) and isinstance(right, Bound):
        return left.func is right.func and left.self is right.self
    if isinstance(left, Instance) and isinstance(right, Instance):
        if _compares_by_identity(left, right):
            return False
        if left.cls is right.cls and (fields := _compared_fields(left.cls)) is not None:
            sides = [tuple(value.attrs.get(f, MISSING) for f in fields) for value in (left, right)]
            return equals(*sides)
    if any(isinstance(side, Instance) and _may_equal_others(side) for side in (left, right)):
        return None
    if isinstance(left, (Instance, DictV)) and isinstance(right, (Instance, DictV)):
        return None
    return False


def _equal_tuples(left: tuple[Value, ...], right: tuple[Value, ...]) -> bool | None:
    if len(left) != len(right):
        return None if _has_unsure(list(left)) or _has_unsure(list(right)) else False
    known: bool | None = True
    for one, other in zip(left, right, strict=True):
        if isinstance(one, Maybe) or isinstance(other, Maybe):
            return None  # what follows may stand elsewhere
        equal = None if isinstance(one, Choice) or isinstance(other, Choice) else equals(one, other)
        if equal is False:
            return False
        known = known and equal
    return known


def _compared_fields(cls: ClassV) -> list[Value] | None:
    """The fields that make two objects of a data class equal; None where it says itself what equal means."""
    fields = cls.lookup("__dataclass_fields__")
    if not isinstance(fields, DictV) or fields.rest is not None or cls.lookup("__eq__") is not MISSING:
        return None
    return list(fields.items)


def _may_equal_others(value: Instance) -> bool:
    """Whether an object may equal one of another kind: its class says so, or is derived from a built-in type."""
    return value.native is not None or value.cls.lookup("__eq__") is not MISSING or bool(_built_in_of(value.cls))


def _built_in_of(cls: ClassV) -> bool:
    return any(base.path in ("str", "int", "float", "tuple", "bytes") for base in cls.mro)


def _compares_by_identity(left: Instance, right: Instance) -> bool:
    """Whether neither class says what equal means, so that two objects are different."""
    for value in (left, right):
        if value.open is not None or (value.native is not None and isinstance(value.native, (DictV, ListV, str))):
            return False
        if any(name in c.names for c in value.cls.mro for name in ("__eq__", "__dataclass_fields__")):
            return False
    return True


def _equal_elements(m: Machine, element: Value, item: Value) -> bool | None:
    is_plain = not isinstance(element, Instance) and not isinstance(item, Instance)
    if is_plain or isinstance(element, Choice) or isinstance(item, Choice) or element is item:
        return equals(element, item)
    own = _by_method(m, ast.Eq, element, item)
    return equals(element, item) if own is MISSING else own if isinstance(own, bool) else None


def _has_unsure(items: list[Value]) -> bool:
    """Whether an element may be absent or one of several."""
    return any(isinstance(i, (Maybe, Choice)) for i in items)


def contains(m: Machine, container: Value, item: Value) -> Any:
    """``item in container``: a bool, a choice of bools, or None."""
    container = m.settle(container)
    if environment_variables.is_environment(container):
        return environment_variables.contains(m, m.settle(item))
    if isinstance(container, Instance):
        method = m.get(container, "__contains__", MISSING)
        if isinstance(method, Bound) and isinstance(method.func, (Function, Native)):
            return m.truth(m.call(method, Args([item])))
        container = mappings.mapping_of(container)
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    if isinstance(container, DictV):
        if not known_key(item):
            return None if container.items or container.rest or isinstance(item, Unknown) else False
        value = container.items.get(item, MISSING)
        if isinstance(value, Maybe):
            return Choice(((value.path, True), (conditions.negate(m, value.path), False)))
        if value is not MISSING:
            return True
        return None if container.rest is not None else False
    if isinstance(container, ClassV):
        members = container.names.get("__members__", MISSING)
        return contains(m, members, item) if isinstance(members, DictV) else None
    if not isinstance(container, (tuple, ListV)):
        return None
    results = []
    # An iterator is read as far as this looks.
    reader = container if isinstance(container, ListV) and container.kind == "generator" else None
    elements = iteration.elements_of(container) if reader is None else list(reader.items)
    m.steps += len(elements)
    # A set asks a class only about objects with the same hash.
    asks_classes = not isinstance(container, SetV) and len(elements) <= MAX_ASKED
    for element in elements:
        if reader is not None:
            m.touch(reader)
            reader.items.pop(0)
        maybe = isinstance(element, Maybe)
        candidate = m.settle(element.value if maybe else element)
        equal = _equal_elements(m, candidate, item) if asks_classes else equals(candidate, item)
        if equal is True and not maybe:
            return True
        results.append(None if equal is True else equal)
    if reader is not None and None in results:
        reader.rest = reader.rest or Unknown("how far this was read is only known at run time")
    if None in results or (isinstance(container, ListV) and container.rest is not None):
        return None
    return False
