"""``collections``, ``types``, ``enum``, ``dataclasses``, ``itertools`` and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import comparison, external, iteration, mappings, subscripts
from flask_ls.project.interp.flask_core import blueprint
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library.table import at, called_name
from flask_ls.project.interp.records import BlueprintState
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    ClassV,
    Descriptor,
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
    return m.new_list(items, rest)


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
    cls = make_class(m, f"collections.{name}", names={"__init__": _tuple_init(known)})
    cls.names["_fields"] = tuple(fields)
    cls.names["_asdict"] = Native("_asdict", _tuple_as_dict)
    cls.names["_replace"] = Native("_replace", _tuple_replaced)
    cls.path = ""
    return cls


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
            cls.names["__init__"] = _tuple_init(fields)
            cls.names["_fields"] = tuple(fields)
            cls.names["_asdict"] = Native("_asdict", _tuple_as_dict)
            cls.names["_replace"] = Native("_replace", _tuple_replaced)
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


def http_method(m: Machine) -> Value:
    """``http.HTTPMethod``."""
    cls = make_class(m, "http.HTTPMethod", (m.external("enum.StrEnum"),))
    for name in ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"):
        cls.names[name] = name
    m.call(cls.lookup("__init_subclass__"), Args([cls]))
    return cls


def enum(m: Machine) -> Value:
    """``enum.Enum``."""

    def init_subclass(m_: Machine, args: Args) -> Value:
        cls = args.pos[0]
        members = m_.new_dict()
        for name, value in list(cls.names.items()):
            if name.startswith("_") or isinstance(value, (Function, Descriptor, ClassV, Native)):
                continue
            member = m_.new_instance(cls)
            member.attrs.update({"name": name, "value": value, "_value_": value})
            if isinstance(value, str) and any(b.path in ("str", "enum.StrEnum", "http.HTTPMethod") for b in cls.mro):
                member.native = value
            cls.names[name] = member
            members.items[name] = member
        cls.names["__members__"] = members
        return None

    def new(m_: Machine, args: Args) -> Value:
        members = args.pos[0].names.get("__members__", MISSING)
        wanted = m_.settle(args.pos[1]) if len(args.pos) > 1 else None
        if isinstance(members, DictV):
            for member in members.items.values():
                if comparison.equals(member.attrs["value"], wanted) is True:
                    return member
        return Unknown("which member of the enumeration this is is only known at run time")

    names = {
        "__init_subclass__": Native("__init_subclass__", init_subclass),
        "__new__": Descriptor("staticmethod", Native("__new__", new)),
    }
    return make_class(m, "enum.Enum", names=names)


@at("dataclasses.dataclass", "attr.s", "attr.attrs", "attr.define", "attrs.define", "attrs.frozen", "attr.dataclass")
def _dataclass(m: Machine, args: Args) -> Value:
    cls = m.settle(args.get(0, "cls", None)) if args.pos else None
    if isinstance(cls, ClassV):
        return _make_dataclass(m, cls)
    return m.native("dataclass", lambda m_, a: _make_dataclass(m_, m_.settle(a.get(0, "cls"))))


def _make_dataclass(m: Machine, cls: Value) -> Value:
    if not isinstance(cls, ClassV):
        return cls
    fields: dict[str, Value] = {}
    for base in reversed(cls.mro):
        notes = base.names.get("__annotations__", MISSING)
        for name, note in notes.items.items() if isinstance(notes, DictV) else ():
            if "ClassVar" not in str(note):
                fields[name] = base.names.get(name, MISSING)
    cls.names["__dataclass_fields__"] = m.new_dict(dict.fromkeys(fields))

    def init(m_: Machine, args: Args) -> Value:
        self_, given = args.pos[0], Args(args.pos[1:], args.kw, args.star, args.starstar)
        for index, (name, default) in enumerate(fields.items()):
            value = given.get(index, name)
            if value is MISSING:
                if isinstance(default, External) and default.path == "dataclasses.field()" and default.attrs:
                    factory = default.attrs.get("default_factory", MISSING)
                    default = (
                        m_.call(factory, Args([])) if factory is not MISSING else default.attrs.get("default", MISSING)
                    )
                value = Unknown(f"the field {name} is not known") if default is MISSING else default
            m_.write(self_.attrs, name, value)
        after = m_.get(self_, "__post_init__", MISSING)
        if isinstance(after, Bound):
            m_.call(after, Args([]))
        return None

    if "__init__" not in cls.names:
        cls.names["__init__"] = Native("__init__", init)
    return cls


@at("dataclasses.field", "attr.ib", "attr.field", "attrs.field")
def _field(m: Machine, args: Args) -> Value:
    made = External("dataclasses.field()", m.serial)
    for name, value in (("default_factory", args.kw.get("factory", MISSING)), *args.kw.items()):
        if value is not MISSING:
            m.set(made, name, value)
    return made


@at("itertools.chain")
def _chain(m: Machine, args: Args) -> Value:
    items: list[Value] = []
    rest: Unknown | None = args.star
    for value in args.pos:
        more, unknown = m.iterate(value)
        items.extend(more)
        rest = rest or unknown
    return ListV(items, m.serial, rest)


@at("itertools.chain.from_iterable")
def _chain_from(m: Machine, args: Args) -> Value:
    values, rest = m.iterate(args.get(0, "iterable"))
    if any(isinstance(v, Maybe) for v in values):
        rest = rest or Unknown("which lists are chained is only known at run time")
    return _chain(m, Args([v.value if isinstance(v, Maybe) else v for v in values], {}, rest))


@at("itertools.product")
def _product(m: Machine, args: Args) -> Value:
    rows: list[tuple[Value, ...]] = [()]
    for value in args.pos:
        items, rest = m.iterate(value)
        if rest is not None or any(isinstance(i, Maybe) for i in items) or len(rows) * len(items) > iteration.MAX_ITEMS:
            return ListV([], m.serial, Unknown("this product is only known at run time"))
        rows = [(*row, item) for row in rows for item in items]
    return m.new_list([*rows])


@at("itertools.starmap")
def _starmap(m: Machine, args: Args) -> Value:
    func = args.get(0, "function")
    rows, rest = m.iterate(args.get(1, "iterable"))
    if rest is not None or any(isinstance(r, Maybe) for r in rows):
        external.escape(m, Args([func]), "how often this runs is only known at run time")
    return ListV([m.call(func, Args(m.iterate(r)[0])) for r in rows if not isinstance(r, Maybe)], m.serial, rest)


@at("operator.attrgetter")
def _attrgetter(m: Machine, args: Args) -> Value:
    names = [m.settle(a) for a in args.pos]

    def run(m_: Machine, a: Args) -> Value:
        found: list[Value] = []
        for name in names:
            value = a.get(0, "obj")
            for part in name.split(".") if isinstance(name, str) else ():
                value = m_.get(value, part)
            found.append(value)
        return found[0] if len(found) == 1 else tuple(found)

    return m.native("attrgetter", run)


@at("operator.itemgetter")
def _itemgetter(m: Machine, args: Args) -> Value:
    keys = list(args.pos)

    def run(m_: Machine, a: Args) -> Value:
        found = [subscripts.subscript(m_, a.get(0, "obj"), k) for k in keys]
        return found[0] if len(found) == 1 else tuple(found)

    return m.native("itemgetter", run)


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


@at("re.escape")
def _re_escape(m: Machine, args: Args) -> Value:
    import re

    value = m.settle(args.get(0, "pattern"))
    return re.escape(value) if isinstance(value, str) else Unknown("this pattern is only known at run time")
