"""Methods of text, lists, tuples, sets and dicts."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import (
    arithmetic,
    comparison,
    conditions,
    formatting,
    mappings,
    reasons,
    sequences,
    subscripts,
)
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    MISSING,
    SCALARS,
    Args,
    Choice,
    ClassV,
    DictV,
    Instance,
    ListV,
    Maybe,
    SetV,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import Raised, known_key

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_TEXT_METHODS = frozenset(
    """capitalize casefold center count encode endswith expandtabs find index isalnum isalpha isascii isdecimal
    isdigit isidentifier islower isnumeric isprintable isspace istitle isupper ljust lower lstrip partition
    removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip
    swapcase title translate upper zfill decode hex""".split()
)


def of_text(m: Machine, owner: Any, name: str) -> Value:
    """A bound method of a text."""
    if name == "join":
        return m.native("join", lambda m_, a: _join(m_, owner, a))
    if name == "format" or name == "format_map":
        return m.native(name, lambda m_, a: _format(m_, owner, a))
    if name not in _TEXT_METHODS or not hasattr(owner, name):
        return MISSING

    def run(m_: Machine, args: Args) -> Value:
        return _text_call(m_, owner, name, [m_.settle(v) for v in args.pos], args)

    return m.native(name, run)


def _text_call(m: Machine, owner: Any, name: str, values: list[Value], args: Args) -> Value:
    plain: list[Any] = []
    for index, value in enumerate(values):
        if isinstance(value, Choice):
            before, after = values[:index], values[index + 1 :]
            return m.lift(value, lambda v: _text_call(m, owner, name, [*before, v, *after], args))  # noqa: B023
        if isinstance(value, Unknown):
            return Unknown(value.reason)
        if isinstance(value, tuple) and all(isinstance(v, str) for v in value):
            plain.append(value)
        elif isinstance(value, SCALARS):
            if name in ("center", "ljust", "rjust", "zfill", "expandtabs") and isinstance(value, int) and value > 1000:
                return Unknown("this text is too long")
            plain.append(value)
        else:
            return Unknown("this text is only known at run time")
    if args.star is not None or args.starstar is not None or not all(isinstance(v, SCALARS) for v in args.kw.values()):
        return Unknown("this text is only known at run time")
    try:
        result = getattr(owner, name)(*plain, **args.kw)
    except (TypeError, ValueError, LookupError, OverflowError, MemoryError):
        return Unknown("this text method fails")
    if isinstance(result, list):
        return m.new_list(list(result))
    if isinstance(result, str) and len(result) > formatting.MAX_TEXT:
        return Unknown("this text is too long")
    return result


def _join(m: Machine, separator: str, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable"))
    if rest is not None:
        return Unknown(rest.reason)
    parts: list[Value] = []
    for index, item in enumerate(items):
        if isinstance(item, Maybe):
            return Unknown("which elements this list has is only known at run time")
        if index:
            parts.append(separator)
        parts.append(item)
    return arithmetic.concatenate(m, parts)


def _format(m: Machine, template: str, args: Args) -> Value:
    named = dict(args.kw)
    if len(args.pos) == 1 and isinstance(args.pos[0], DictV) and not args.kw and "{}" not in template:
        named = {k: v for k, v in args.pos[0].items.items() if isinstance(k, str)}
    if args.star is not None or args.starstar is not None:
        return args.star or args.starstar
    if formatting.is_huge(template):
        return Unknown("this text is too long")
    values: list[tuple[Any, Value]] = [*enumerate(args.pos), *named.items()]
    for key, value in values:
        value = m.settle(value)
        if isinstance(value, Choice):

            def one(v: Value, key: Any = key) -> Value:
                pos = [v if key == i else p for i, p in enumerate(args.pos)]
                return _format(m, template, Args(pos, {k: v if k == key else p for k, p in named.items()}))

            return m.lift(value, one)
    try:
        safe_pos = [_formattable(m, v) for v in args.pos]
        safe = {k: _formattable(m, v) for k, v in named.items()}
        text = template.format(*safe_pos, **safe)
    except _Unformattable as error:
        return Unknown(error.reason)
    except (ValueError, IndexError, KeyError, AttributeError, TypeError, OverflowError, MemoryError):
        return Unknown("this text cannot be formatted")
    return text if len(text) <= formatting.MAX_TEXT else Unknown("this text is too long")


class _Unformattable(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


class _Lazy:
    """An argument whose text is only asked for where the template uses it."""

    def __init__(self, m: Machine, value: Value) -> None:
        self._m = m
        self._value = value

    def __format__(self, spec: str) -> str:
        text = formatting.to_str(self._m, self._value)
        if not isinstance(text, str):
            raise _Unformattable(reasons.why(text, "this text is only known at run time"))
        return format(text, spec)

    def __str__(self) -> str:
        return self.__format__("")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _formattable(self._m, self._m.get(self._value, name))


def _formattable(m: Machine, value: Value) -> Any:
    value = m.settle(value)
    return value if isinstance(value, (str, int, float)) else _Lazy(m, value)


# Lists


def of_list(m: Machine, owner: Any, name: str) -> Value:
    """A bound method of a list, tuple or set."""
    method = _LIST_METHODS.get(name) if isinstance(owner, ListV) else None
    if method is None and name in ("index", "count"):
        return m.native(name, lambda m_, a: _index(m_, owner, name, a))
    if method is None and isinstance(owner, SetV):
        method = _SET_METHODS.get(name)
    if method is None:
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
        if not isinstance(value, (str, int, float)) and not (
            isinstance(value, tuple) and all(isinstance(v, (str, int, float)) for v in value)
        ):
            return None
        keys.append(value)
    reverse = args.kw.get("reverse", False)
    if not isinstance(reverse, (bool, int)):
        return None
    try:
        order = sorted(range(len(items)), key=lambda i: keys[i], reverse=bool(reverse))
    except TypeError:
        return None
    return [items[i] for i in order]


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
_SET_METHODS: dict[str, Any] = {
    "union": _set_call(ast.BitOr),
    "difference": _set_call(ast.Sub),
    "intersection": _set_call(ast.BitAnd),
}


# Dicts


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
        return m.join([(value.path, value.value), (conditions.negate(m, value.path), default)])
    if value is not MISSING:
        return value
    if owner.rest is not None:
        fork = m.fork(m.place(), owner.rest.reason, default=0, followed=False)
        return m.join([((Step(fork, 0),), default), ((Step(fork, 1),), Unknown(owner.rest.reason))])
    return default


def _items(m: Machine, owner: DictV, args: Args) -> Value:
    pairs = [Maybe(v.path, (k, v.value)) if isinstance(v, Maybe) else (k, v) for k, v in owner.items.items()]
    return m.new_list(pairs, owner.rest)


def _keys(m: Machine, owner: DictV, args: Args) -> Value:
    return sequences.make_set(m, m.iterate(owner)[0], owner.rest)


def _values(m: Machine, owner: DictV, args: Args) -> Value:
    return m.new_list(list(owner.items.values()), owner.rest)


def _update(m: Machine, owner: DictV, args: Args) -> Value:
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


def _dict_pop(m: Machine, owner: DictV, args: Args) -> Value:
    key = m.settle(args.get(0, "key"))
    value = _get(m, owner, args)
    if known_key(key):
        if key not in owner.items and owner.rest is None and len(args.pos) < 2 and m.expects("KeyError"):
            raise Raised("KeyError", ("LookupError", "Exception"))
        m.erase(owner.items, key)
    else:
        mappings.open_dict(m, owner, Unknown("an unknown key was removed"))
    return value


def _dict_clear(m: Machine, owner: DictV, args: Args) -> Value:
    for key in list(owner.items):
        m.erase(owner.items, key)
    m.erase(owner.rest_cell, 0)
    return None


def _dict_copy(m: Machine, owner: DictV, args: Args) -> Value:
    made = DictV(m.serial, owner.rest, owner.default)
    made.items.update(owner.items)
    return made


def _popitem(m: Machine, owner: DictV, args: Args) -> Value:
    mappings.open_dict(m, owner, Unknown("an element was removed"))
    return Unknown("which element this is is only known at run time")


_DICT_METHODS: dict[str, Any] = {
    "get": _get,
    "items": _items,
    "keys": _keys,
    "values": _values,
    "update": _update,
    "setdefault": _setdefault,
    "pop": _dict_pop,
    "clear": _dict_clear,
    "copy": _dict_copy,
    "popitem": _popitem,
    "iteritems": _items,
    "itervalues": _values,
    "__contains__": lambda m, o, a: comparison.compare(m, ast.In, a.get(0, "key"), o),
    "__getitem__": lambda m, o, a: subscripts.subscript(m, o, a.get(0, "key")),
    "__setitem__": lambda m, o, a: subscripts.set_item(m, o, a.get(0, "key"), a.get(1, "value")),
    "__init__": _update,
}


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


def _fromkeys(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable"))
    value = args.get(1, "value", None)
    made = m.new_dict(rest=rest)
    for item in items:
        if known_key(item):
            made.items[item] = value
    return made
