"""Operators, truth, iteration and item access on abstract values."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import environment_variables
from flask_ls.project.interp.paths import AnyOf, Path, Step
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
    Native,
    Partial,
    SetV,
    Unknown,
    Value,
    Wrapped,
)
from flask_ls.project.interp.world import MAX_CHOICE, Limit, Raised, known_key, same

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

MAX_TEXT = 20_000
MAX_ITEMS = 5_000
MAX_WHILE = 300
MAX_ROUNDS = 60_000

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
_DUNDER: dict[type[ast.operator], str] = {
    ast.Add: "__add__",
    ast.Sub: "__sub__",
    ast.Mult: "__mul__",
    ast.Div: "__truediv__",
    ast.Mod: "__mod__",
    ast.BitOr: "__or__",
    ast.BitAnd: "__and__",
    ast.LShift: "__lshift__",
    ast.RShift: "__rshift__",
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def why(value: Value, default: str) -> str:
    """The reason a value is unknown, or a default."""
    if isinstance(value, Choice):
        return next((v.reason for _, v in value.options if isinstance(v, Unknown)), default)
    return value.reason if isinstance(value, Unknown) else default


def unknown_from(value: Value, default: str) -> Unknown:
    """An unknown with the reason of ``value``."""
    return Unknown(why(value, default))


def element_of(rest: Unknown) -> Unknown:
    """An element of an iterable that cannot be read."""
    if isinstance(rest, External):
        made = External(f"{rest.path}[]")
        made.held = rest.held
        return made
    return Unknown(rest.reason)


def count_round(m: Machine) -> None:
    """One more round of a loop: the evaluation as a whole has a limit."""
    m.rounds += 1
    if m.rounds > MAX_ROUNDS:
        m.exceeded = True
        raise Limit


# Truth


def truth(m: Machine, value: Value) -> bool | None:
    """Whether a value is true; None when not known."""
    if isinstance(value, SCALARS):
        return bool(value)
    if isinstance(value, tuple):
        return bool(value)
    if isinstance(value, DictV):
        if any(not isinstance(v, Maybe) for v in value.items.values()):
            return True
        return None if value.items or value.rest else False
    if isinstance(value, ListV):
        if any(not isinstance(v, Maybe) for v in value.items):
            return True
        return None if value.items or value.rest else False
    if isinstance(value, Instance):
        if value.native is not None and isinstance(value.native, (DictV, ListV)):
            return truth(m, value.native)
        said = _said_truth(m, value)
        return True if said is MISSING else truth(m, said)
    if isinstance(value, (ClassV, Function, ModuleV, Native, Bound, Partial, Wrapped, Descriptor)):
        return True
    if isinstance(value, External):
        last = value.path.rpartition(".")[2]
        return True if last[:1].isupper() and not last.endswith("()") and not last.isupper() else None
    if isinstance(value, Choice):
        known = {truth(m, v) for _, v in m.alternatives(value)}
        return known.pop() if len(known) == 1 else None
    return None


def _said_truth(m: Machine, value: Instance) -> Value:
    """What the class of an object says of its truth; MISSING when it says nothing."""
    for name in ("__bool__", "__len__"):
        method = value.cls.lookup(name)
        if method is not MISSING:
            said = m.call(Bound(method, value), Args([])) if isinstance(method, Function) else value
            return Unknown("whether this object is true is only known at run time") if said is value else said
    return MISSING


def condition(m: Machine, test: Value) -> Value:
    """What decides whether a value is true: what the class of an object says of it, or the value itself."""
    if isinstance(test, Instance) and not isinstance(test.native, (DictV, ListV)):
        said = _said_truth(m, test)
        return test if said is MISSING else m.settle(said)
    return test


def split(m: Machine, test: Value, node: ast.expr) -> bool | tuple[Path, Path]:
    """Whether a condition holds, or the paths of its two arms."""
    test = m.settle(test)
    m.split_assumed = False
    test = condition(m, test)
    if not isinstance(test, Choice):
        known = truth(m, test)
        if known is not None:
            return known
        fork = m.fork(m.place(), why(test, "this condition is only known at run time"))
        return (Step(fork, 0),), (Step(fork, 1),)
    sides: dict[bool | None, list[Path]] = {True: [], False: [], None: []}
    options = m.decide(test)
    assumed = len(options) < len(m.alternatives(test))
    if len(options) == 1:
        result = split(m, options[0][1], node)
        m.split_assumed = assumed
        return result
    for path, option in options:
        sides[truth(m, option)].append(path)
    if not sides[None]:
        m.split_assumed = assumed
        if not sides[False]:
            return True
        if not sides[True]:
            return False
        if len(sides[True]) == len(sides[False]) == 1:
            return sides[True][0], sides[False][0]
    fork = m.fork(m.place(), why(test, "this condition is only known at run time"))
    arms: list[Path] = []
    for arm, side in enumerate((True, False)):
        ways = sides[side] + sides[None]
        own: Path = (Step(fork, arm),)
        arms.append((AnyOf(*ways), *own) if () not in ways else own)
    return arms[0], arms[1]


# Arithmetic


def binary(m: Machine, op: type[ast.operator], left: Value, right: Value) -> Value:
    """A binary operator."""
    if isinstance(left, Choice):
        return m.lift(left, lambda v: binary(m, op, v, right))
    if isinstance(right, Choice) and not isinstance(left, Unknown):
        return m.lift(right, lambda v: binary(m, op, left, v))
    if isinstance(left, str) and op is ast.Mod:
        return _percent(m, left, right)
    if isinstance(left, SCALARS) and isinstance(right, SCALARS):
        return _scalars(op, left, right)
    if op is ast.Add and isinstance(left, (ListV, tuple)) and isinstance(right, (ListV, tuple)):
        return _add_lists(m, left, right)
    if op in (ast.BitOr, ast.Sub, ast.BitAnd) and isinstance(left, SetV) and isinstance(right, SetV):
        return set_operation(m, op, left, right)
    if op is ast.BitOr and isinstance(mapping_of(left), DictV) and isinstance(mapping_of(right), DictV):
        made = m.new_dict()
        update_dict(m, made, left)
        update_dict(m, made, right)
        return made
    if op is ast.Mult and isinstance(left, (ListV, tuple)) and isinstance(right, int):
        items = list(left) if isinstance(left, tuple) else left.items
        if right * len(items) <= MAX_ITEMS:
            return tuple(items * right) if isinstance(left, tuple) else m.new_list(items * right, left.rest)
    if isinstance(left, Instance) and op in _DUNDER:
        method = m.get(left, _DUNDER[op], MISSING)
        if isinstance(method, Bound):
            return m.call(method, Args([right]))
    if isinstance(right, Instance) and op in _DUNDER:
        method = m.get(right, _DUNDER[op].replace("__", "__r", 1), MISSING)
        if isinstance(method, Bound):
            return m.call(method, Args([left]))
    if isinstance(left, Unknown):
        return unknown_from(left, "")
    return unknown_from(right, "the result of this operation is only known at run time")


def _scalars(op: type[ast.operator], left: Any, right: Any) -> Value:
    if op is ast.Pow and (not isinstance(right, int) or abs(right) > 64):
        return Unknown("this power is too large")
    if op is ast.LShift and isinstance(right, int) and right > 256:
        return Unknown("this shift is too large")
    if op is ast.Mult:
        for text, count in ((left, right), (right, left)):
            if isinstance(text, (str, bytes)) and isinstance(count, int) and len(text) * count > MAX_TEXT:
                return Unknown("this text is too long")
    try:
        result = _BINARY[op](left, right)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, KeyError):
        return Unknown("this operation is not possible")
    if isinstance(result, (str, bytes)) and len(result) > MAX_TEXT:
        return Unknown("this text is too long")
    if isinstance(result, int) and result.bit_length() > 4096:
        return Unknown("this number is too large")
    return result


def _percent(m: Machine, template: str, right: Value) -> Value:
    arguments: Any = right
    if isinstance(right, DictV):
        if right.rest is not None:
            return right.rest
        arguments = {k: to_str(m, v) if not isinstance(v, SCALARS) else v for k, v in right.items.items()}
        values = list(arguments.values())
    elif isinstance(right, tuple):
        values = [v if isinstance(v, SCALARS) else to_str(m, v) for v in right]
        arguments = tuple(values)
    else:
        arguments = right if isinstance(right, SCALARS) else to_str(m, right)
        values = [arguments]
    for index, value in enumerate(values):
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Choice) and isinstance(right, tuple):
            before, after = right[:index], right[index + 1 :]
            return m.lift(value, lambda v: _percent(m, template, (*before, v, *after)))  # noqa: B023 - called at once
        if not isinstance(value, SCALARS):
            return Unknown("this text is only known at run time")
    if is_huge(template):
        return Unknown("this text is too long")
    try:
        text = template % arguments
    except (TypeError, ValueError, KeyError, OverflowError, MemoryError):
        return Unknown("this text cannot be formatted")
    return text if len(text) <= MAX_TEXT else Unknown("this text is too long")


def is_huge(template: str) -> bool:
    """Whether a format template may ask for a very wide field."""
    return re.search(r"\d{4,}", template) is not None and re.search(r"[%{:]", template) is not None


def unary(op: type[ast.unaryop], value: Value) -> Value:
    """A unary operator other than ``not``."""
    if isinstance(value, (int, float)):
        if op is ast.USub:
            return -value
        if op is ast.UAdd:
            return value
        if op is ast.Invert and isinstance(value, int):
            return ~int(value)
    return unknown_from(value, "the result of this operation is only known at run time")


def plain(value: Value) -> Value:
    """The text behind a member of an enumeration of texts, else the value."""
    return value.native if isinstance(value, Instance) and isinstance(value.native, str) else value


def concatenate(m: Machine, parts: list[Value]) -> Value:
    """The text of an f-string, given the texts of its parts."""
    if all(isinstance(p, str) for p in parts):
        text = "".join(parts)
        return text if len(text) <= MAX_TEXT else Unknown("this text is too long")
    result: Value = ""
    for part in parts:
        result = binary(m, ast.Add, result, part)
        if isinstance(result, Unknown):
            return unknown_from(part, result.reason) if isinstance(part, Unknown) else result
    return result


def to_str(m: Machine, value: Value) -> Value:
    """``str(value)``."""
    if isinstance(value, str):
        return value
    if isinstance(value, SCALARS):
        return str(value)
    if isinstance(value, Choice):
        return m.lift(value, lambda v: to_str(m, v))
    if isinstance(value, Instance):
        for name in ("__str__", "__repr__"):
            method = m.get(value, name, MISSING)
            if isinstance(method, Bound):
                return m.call(method, Args([]))
        if isinstance(value.native, str):
            return value.native
    return unknown_from(value, "this text is only known at run time")


# Comparison


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
            return Unknown(why(left, why(right, "whether this is contained is only known at run time")))
        return found if op is ast.In else not found
    elif isinstance(left, SCALARS) and isinstance(right, SCALARS):
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
    return Unknown(why(left, why(right, "this comparison is only known at run time")))


def _identical(left: Value, right: Value) -> bool | None:
    if left is right:
        return True
    if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
        other = right if left is None or isinstance(left, bool) else left
        if isinstance(other, External):
            return False if truth_of_external(other) else None
        return None if isinstance(other, Unknown) else False
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left, SCALARS) or isinstance(right, SCALARS):
        return True if same(left, right) else None
    if isinstance(left, Bound) or isinstance(right, Bound):
        return None
    return False


def truth_of_external(value: External) -> bool:
    """Whether an external thing is surely not None: a class or an instance of one."""
    last = value.path.rpartition(".")[2]
    return last[:1].isupper() and not (last.isupper() and len(last) > 1)


def equals(left: Value, right: Value) -> bool | None:
    """Whether two values are equal; None when not known."""
    if same(left, right):
        return True
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left, SCALARS) and isinstance(right, SCALARS):
        return bool(left == right)
    if isinstance(left, (tuple, ListV)) and type(left) is type(right):
        a, b = list(_items(left)), list(_items(right))
        if getattr(left, "rest", None) or getattr(right, "rest", None) or left_has_maybe(a) or left_has_maybe(b):
            return None
        if len(a) != len(b):
            return False
        results = [equals(x, y) for x, y in zip(a, b, strict=True)]
        return False if False in results else None if None in results else True
    if isinstance(left, Bound) and isinstance(right, Bound):
        return left.func is right.func and left.self is right.self
    if isinstance(left, Instance) and isinstance(right, Instance) and _compares_by_identity(left, right):
        return False
    if isinstance(left, (Instance, DictV)) and isinstance(right, (Instance, DictV)):
        return None if left is not right else True
    return False


def _compares_by_identity(left: Instance, right: Instance) -> bool:
    """Whether neither class says what equal means, so that two objects are different."""
    for value in (left, right):
        if value.open is not None or (value.native is not None and isinstance(value.native, (DictV, ListV, str))):
            return False
        if any(name in c.names for c in value.cls.mro for name in ("__eq__", "__dataclass_fields__")):
            return False
    return True


def left_has_maybe(items: list[Value]) -> bool:
    """Whether an element may be absent."""
    return any(isinstance(i, (Maybe, Choice)) for i in items)


def _items(value: Value) -> list[Value]:
    return list(value) if isinstance(value, tuple) else value.items


def contains(m: Machine, container: Value, item: Value) -> Any:
    """``item in container``: a bool, a choice of bools, or None."""
    container = m.settle(container)
    if environment_variables.is_environment(container):
        return environment_variables.contains(m, m.settle(item))
    if isinstance(container, Instance):
        method = m.get(container, "__contains__", MISSING)
        if isinstance(method, Bound) and isinstance(method.func, (Function, Native)):
            return m.truth(m.call(method, Args([item])))
        container = mapping_of(container)
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    if isinstance(container, DictV):
        if not known_key(item):
            return None if container.items or container.rest or isinstance(item, Unknown) else False
        value = container.items.get(item, MISSING)
        if isinstance(value, Maybe):
            return Choice(((value.path, True), (negate(m, value.path), False)))
        if value is not MISSING:
            return True
        return None if container.rest is not None else False
    if isinstance(container, ClassV):
        members = container.names.get("__members__", MISSING)
        return contains(m, members, item) if isinstance(members, DictV) else None
    if not isinstance(container, (tuple, ListV)):
        return None
    results = []
    for element in _items(container):
        maybe = isinstance(element, Maybe)
        equal = equals(m.settle(element.value if maybe else element), item)
        if equal is True and not maybe:
            return True
        results.append(None if equal is True else equal)
    if None in results or (isinstance(container, ListV) and container.rest is not None):
        return None
    return False


def negate(m: Machine, path: Path) -> Path:
    """A path that excludes ``path`` where that can be said."""
    if len(path) == 1 and isinstance(path[0], Step) and path[0].fork.arms == 2:
        return (Step(path[0].fork, 1 - path[0].arm),)
    return (Step(m.fork(m.place(), "whether this is there is only known at run time"), 1),)


# Iteration


def iterate(m: Machine, value: Value) -> tuple[list[Value], Unknown | None]:
    """The elements of an iterable (some may be ``Maybe``), and why there may be unknown ones."""
    value = m.settle(value)
    if isinstance(value, tuple):
        return list(value), None
    if isinstance(value, ListV):
        return list(value.items), value.rest
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


def extend_list(m: Machine, target: ListV, items: list[Value], rest: Unknown | None) -> None:
    """Append elements in place."""
    m.touch(target)
    if len(target.items) + len(items) > MAX_ITEMS:
        target.rest = Unknown("it is too long")
        return
    if isinstance(target, SetV):
        for item in items:
            if contains(m, target, item) is not True:
                target.items.append(item)
    else:
        target.items.extend(items)
    target.rest = target.rest or rest


def forget(m: Machine, target: ListV, reason: str) -> None:
    """Something unknown happened to a list: each element may be gone."""
    m.touch(target)
    target.items = [
        i if isinstance(i, Maybe) else Maybe((Step(m.fork(m.place(), reason), 0),), i) for i in target.items
    ]
    target.rest = Unknown(reason)


def make_set(m: Machine, items: list[Value], rest: Unknown | None = None) -> SetV:
    """A fresh set."""
    made = SetV([], m.serial)
    extend_list(m, made, items, rest)
    return made


def set_operation(m: Machine, op: type[ast.operator], left: ListV, right: ListV) -> Value:
    """Union, difference or intersection."""
    if op is ast.BitOr:
        return make_set(m, [*left.items, *right.items], left.rest or right.rest)
    unknown = left.rest or right.rest
    kept: list[Value] = []
    for item in left.items:
        found = contains(m, right, item)
        if found is None or isinstance(found, Choice):
            unknown = unknown or Unknown("whether this is contained is only known at run time")
        elif found is (op is ast.BitAnd):
            kept.append(item)
    if unknown is not None:
        return SetV([], m.serial, unknown)
    return make_set(m, kept)


def _add_lists(m: Machine, left: Value, right: Value) -> Value:
    items = [*_items(left), *_items(right)]
    if isinstance(left, tuple) and isinstance(right, tuple):
        return tuple(items)
    rest = (getattr(left, "rest", None)) or getattr(right, "rest", None)
    return ListV(items, m.serial, rest, getattr(left, "kind", "list"))


# Items


def mapping_of(value: Value) -> Value:
    """The dict inside an instance of a dict subclass, else the value."""
    if isinstance(value, Instance) and isinstance(value.native, (DictV, ListV)):
        return value.native
    return value


def update_dict(m: Machine, target: DictV, other: Value) -> None:
    """``target.update(other)``."""
    other = mapping_of(m.settle(other))
    if isinstance(other, DictV):
        if other.rest is not None:
            open_dict(m, target, other.rest)
        for key, value in list(other.items.items()):
            if isinstance(value, Maybe):
                old = target.items.get(key, MISSING)
                value = value if old is MISSING else m.join([(negate(m, value.path), old), (value.path, value.value)])
            m.write(target.items, key, value)
        return
    items, rest = iterate(m, other)
    for pair in items:
        parts, _ = iterate(m, pair)
        if len(parts) == 2 and known_key(parts[0]):
            m.write(target.items, parts[0], parts[1])
        else:
            rest = rest or Unknown("a key of this dict is only known at run time")
    if rest is not None:
        open_dict(m, target, rest)


def open_dict(m: Machine, target: DictV, rest: Unknown) -> None:
    """Unknown keys were written: each known key may have been overridden."""
    fork = m.fork(m.place(), rest.reason, default=0, followed=False)
    for key, value in list(target.items.items()):
        inner = value.value if isinstance(value, Maybe) else value
        if isinstance(inner, (*SCALARS, Choice)):
            m.write(target.items, key, m.join([((Step(fork, 0),), inner), ((Step(fork, 1),), Unknown(rest.reason))]))
    m.write(target.rest_cell, 0, rest)


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
        owner = mapping_of(owner)
    if isinstance(owner, DictV):
        return _dict_item(m, owner, key)
    if isinstance(owner, (tuple, str)) and isinstance(key, int):
        return owner[key] if -len(owner) <= key < len(owner) else Unknown("this index is out of range")
    if isinstance(owner, ListV) and isinstance(key, int):
        items = owner.items
        if owner.rest is None and not any(isinstance(i, Maybe) for i in items) and -len(items) <= key < len(items):
            return items[key]
        if 0 <= key < len(items) and owner.rest is not None and not any(isinstance(i, Maybe) for i in items[: key + 1]):
            return items[key]
        return owner.rest or Unknown("which element this is is only known at run time")
    if isinstance(owner, ClassV):
        members = owner.names.get("__members__", MISSING)
        if isinstance(members, DictV):
            return _dict_item(m, members, key)
        return owner  # a generic class with its parameters
    if isinstance(owner, External):
        if environment_variables.is_environment(owner):
            return environment_variables.item(m, key)
        made = External(f"{owner.path}[]", m.serial)
        made.held = owner.held
        return made if not owner.path[:1].isupper() else owner
    if isinstance(key, Unknown):
        return unknown_from(key, "")
    return unknown_from(owner, "this element is only known at run time")


def _dict_item(m: Machine, owner: DictV, key: Value) -> Value:
    if not known_key(key):
        if isinstance(key, Unknown) and 0 < len(owner.items) <= MAX_CHOICE and owner.rest is None:
            # Whatever the key is, the value is one of these.
            fork = m.fork(m.place(), why(key, "which key this is is only known at run time"), len(owner.items))
            return m.join([((Step(fork, arm),), value) for arm, value in enumerate(owner.items.values())])
        return unknown_from(key, "which key this is is only known at run time")
    value = owner.items.get(key, MISSING)
    if isinstance(value, Maybe):
        return value.value
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
        owner = mapping_of(owner)
    if environment_variables.is_environment(owner):
        environment_variables.write(m, key, value)
    elif isinstance(owner, DictV):
        if known_key(key):
            m.write(owner.items, key, value)
        else:
            open_dict(m, owner, unknown_from(key, "a key of this dict is only known at run time"))
    elif isinstance(owner, ListV):
        if isinstance(key, int) and owner.rest is None and -len(owner.items) <= key < len(owner.items):
            m.touch(owner)
            owner.items[key] = value
        else:
            forget(m, owner, "an element of this list is only known at run time")


def take_slice(m: Machine, value: Value, part: slice) -> Value:
    """``value[a:b:c]``."""
    if isinstance(value, (str, tuple, bytes)):
        try:
            return value[part]
        except ValueError:
            return Unknown("this slice is not possible")
    if isinstance(value, ListV):
        if value.rest is not None or any(isinstance(i, Maybe) for i in value.items):
            whole = part == slice(None)
            return ListV(list(value.items) if whole else [], m.serial, value.rest or Unknown("this slice is not known"))
        return ListV(value.items[part], m.serial)
    return unknown_from(value, "this slice is only known at run time")
