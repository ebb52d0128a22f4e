"""``collections``, ``types``, ``enum``, ``dataclasses``, ``itertools`` and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import mappings
from flask_ls.project.interp.flask_core import blueprint
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library.table import at, called_name
from flask_ls.project.interp.records import BlueprintState
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    ClassV,
    Descriptor,
    DictV,
    External,
    Instance,
    ListV,
    Native,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


@at("collections.defaultdict")
def _defaultdict(m: Machine, args: Args) -> Value:
    made = DictV(m.serial, None, args.get(0, "default_factory", MISSING))
    for value in args.pos[1:]:
        mappings.update_dict(m, made, value)
    return made


@at("collections.deque")
def _deque(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable", ()))
    if m.settle(args.get(1, "maxlen", None)) is not None:
        items, rest = [], Unknown("which elements a queue of limited length keeps is only known at run time")
    return m.new_list(items, rest)


@at("collections.ChainMap")
def _chainmap(m: Machine, args: Args) -> Value:
    made = m.new_dict(rest=args.star)
    for value in reversed(args.pos):
        mappings.update_dict(m, made, value)
    return made


@at("types.MappingProxyType", "werkzeug.datastructures.ImmutableDict", "werkzeug.datastructures.ImmutableList")
def _frozen(m: Machine, args: Args) -> Value:
    return args.get(0, "mapping", m.new_dict(dict(args.kw)))


@at("collections.namedtuple")
def _namedtuple(m: Machine, args: Args) -> Value:
    name, fields = m.settle(args.get(0, "typename")), m.settle(args.get(1, "field_names"))
    if isinstance(fields, str):
        listed: list[Value] = [*fields.replace(",", " ").split()]
    else:
        listed, rest = m.iterate(fields)
        if rest is not None:
            return Unknown("the fields of this tuple are only known at run time")
    return make_namedtuple(m, str(name), [str(f) for f in listed], args.kw.get("defaults"))


def make_namedtuple(m: Machine, name: str, fields: list[str], defaults: Value = None) -> ClassV:
    """A class of tuples with named fields."""
    values, _ = m.iterate(defaults) if defaults is not None else ([], None)
    first = len(fields) - len(values)
    known = {f: values[i - first] if i >= first else MISSING for i, f in enumerate(fields)}
    cls = make_class(m, f"collections.{name}")
    _become_tuple(cls, known)
    cls.path = ""
    return cls


def _become_tuple(cls: ClassV, fields: dict[str, Value]) -> None:
    """Give a class what named tuples with these fields and their defaults (or MISSING) have."""
    cls.names["__init__"] = _tuple_init(fields)
    cls.names["_fields"] = cls.names["__match_args__"] = tuple(fields)
    cls.names["_asdict"] = Native("_asdict", _tuple_as_dict)
    cls.names["_replace"] = Native("_replace", _tuple_replaced)
    cls.names["_make"] = Descriptor("classmethod", Native("_make", _tuple_made))


def _tuple_made(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(1, "iterable"))
    return m.call(args.pos[0], Args(items, {}, rest))


def _tuple_as_dict(m: Machine, args: Args) -> Value:
    self_ = args.pos[0]
    return m.new_dict({f: self_.attrs[f] for f in self_.cls.lookup("_fields")})


def _tuple_replaced(m: Machine, args: Args) -> Value:
    self_ = args.pos[0]
    return m.call(self_.cls, Args([], {**_tuple_as_dict(m, args).items, **args.kw}))


def _tuple_init(fields: dict[str, Value]) -> Native:
    """The initializer of a named tuple with these fields and their defaults (or MISSING)."""

    def init(m: Machine, args: Args) -> Value:
        self_, given = args.pos[0], Args(args.pos[1:], args.kw, args.star, args.starstar)
        for index, (field, default) in enumerate(fields.items()):
            fallback = Unknown(f"the field {field} is not known") if default is MISSING else default
            self_.attrs[field] = given.get(index, field, fallback)
        self_.native = ListV([self_.attrs[f] for f in fields], m.serial, None, "tuple")
        return None

    return Native("__init__", init)


def named_tuple(m: Machine) -> Value:
    """``typing.NamedTuple``: the annotations of a class derived from it are its fields."""

    def init_subclass(m_: Machine, args: Args) -> Value:
        cls = args.pos[0]
        notes = cls.names.get("__annotations__", MISSING)
        if isinstance(notes, DictV) and "_fields" not in cls.mro[1].names:
            fields = {name: cls.names.get(name, MISSING) for name in notes.items}
            _become_tuple(cls, fields)
        return None

    return make_class(m, "typing.NamedTuple", names={"__init_subclass__": Native("__init_subclass__", init_subclass)})


def simple_namespace(m: Machine) -> Value:
    """``types.SimpleNamespace``."""

    def init(m_: Machine, args: Args) -> Value:
        for key, value in args.kw.items():
            m_.write(args.pos[0].attrs, key, value)
        if args.starstar is not None:
            args.pos[0].open = Unknown(args.starstar.reason)
        return None

    return make_class(m, "types.SimpleNamespace", names={"__init__": Native("__init__", init)})


@at("contextlib.contextmanager", "contextlib.asynccontextmanager")
def _contextmanager(m: Machine, args: Args) -> Value:
    return args.get(0, "func")


@at("contextlib.suppress", "contextlib.nullcontext", "warnings.catch_warnings")
def _nothing(m: Machine, args: Args) -> Value:
    return External("contextlib.suppress()", m.serial)


@at("copy.copy", "copy.deepcopy")
def _copy(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "x"))
    if isinstance(value, DictV):
        made = DictV(m.serial, value.rest, value.default)
        made.items.update(value.items)
        return made
    if isinstance(value, ListV):
        return m.call(m.get(value, "copy"), Args([])) if value.kind != "tuple" else value
    if isinstance(value, Instance) and value.native is None:
        twin = m.new_instance(value.cls)
        twin.attrs.update(value.attrs)
        return twin
    if isinstance(value, Instance) and isinstance(value.native, BlueprintState):
        return blueprint.copied(m, value)
    return value if not isinstance(value, Instance) else Unknown("a copy of an object")


@at("urllib.parse.urljoin", "urllib.parse.quote", "urllib.parse.unquote")
def _url_text(m: Machine, args: Args) -> Value:
    import urllib.parse

    func = getattr(urllib.parse, called_name(m), None)
    values = [m.settle(a) for a in args.pos]
    if func is not None and values and all(isinstance(v, str) for v in values):
        try:
            return func(*values)
        except ValueError:
            pass
    return Unknown("this address is only known at run time")
