"""``dataclasses`` and ``attrs``: initializers made of fields, and functions of objects that have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library.table import at
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    ClassV,
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

_FIELD = "dataclasses.field()"
_ATTRS = ("attr.s", "attr.attrs", "attr.define", "attrs.define", "attrs.frozen", "attr.dataclass", "attr.attrib")


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    default: Value = MISSING
    factory: Value = MISSING
    is_given: bool = True  # the initializer has a parameter for it
    is_positional: bool = True
    is_kept: bool = True  # it becomes an attribute; ``InitVar`` does not


@at("dataclasses.dataclass", *_ATTRS)
def _dataclass(m: Machine, args: Args) -> Value:
    cls = m.settle(args.get(0, "cls", None)) if args.pos else None
    if isinstance(cls, ClassV):
        return _make_dataclass(m, cls, Args([]))
    return m.native("dataclass", lambda m_, a: _make_dataclass(m_, m_.settle(a.get(0, "cls")), args))


def _own_fields(m: Machine, cls: ClassV, kw_only: bool) -> Iterator[_Field]:
    notes = cls.names.get("__annotations__", MISSING)
    annotated: dict[str, str] = {k: str(v) for k, v in notes.items.items()} if isinstance(notes, DictV) else {}
    # Classes of attrs may list fields without annotations.
    listed = {n: "" for n, v in cls.names.items() if isinstance(v, External) and v.path == _FIELD}
    for name, note in (annotated if all(n in annotated for n in listed) else {**listed, **annotated}).items():
        if "ClassVar" in note:
            continue
        if note.rpartition(".")[2] == "KW_ONLY":
            kw_only = True
            continue
        default, options = cls.names.get(name, MISSING), {}
        if isinstance(default, External) and default.path == _FIELD:
            options = dict(default.attrs or {})
            default = options.get("default", MISSING)
        yield _Field(
            name,
            default,
            options.get("default_factory", MISSING),
            is_given=options.get("init", True) is not False,
            is_positional=not kw_only and options.get("kw_only", False) is not True,
            is_kept="InitVar" not in note,
        )


def _make_dataclass(m: Machine, cls: Value, options: Args) -> Value:
    if not isinstance(cls, ClassV):
        return cls
    fields: dict[str, _Field] = {}
    for base in reversed(cls.mro):
        inherited = base.fields
        for field in inherited or (_own_fields(m, base, options.kw.get("kw_only") is True) if base is cls else ()):
            fields[field.name] = field
    cls.fields = tuple(fields.values())
    kept = [f.name for f in cls.fields if f.is_kept]
    cls.names["__dataclass_fields__"] = m.new_dict(dict.fromkeys(kept))
    if "__match_args__" not in cls.names:
        cls.names["__match_args__"] = tuple(f.name for f in cls.fields if f.is_given and f.is_positional)
    if "__init__" not in cls.names and options.kw.get("init") is not False:
        cls.names["__init__"] = Native("__init__", lambda m_, args: _init(m_, cls.fields, args))
    if options.kw.get("order") is True:
        for name in ("__lt__", "__le__", "__gt__", "__ge__"):
            cls.names.setdefault(name, Native(name, lambda m_, args: Unknown("the order of these objects")))
    for field in cls.fields:
        if isinstance(value := cls.names.get(field.name), External) and value.path == _FIELD:
            del cls.names[field.name]
            if field.default is not MISSING:
                cls.names[field.name] = field.default
    return cls


def _init(m: Machine, fields: tuple[_Field, ...], args: Args) -> Value:
    self_, given = args.pos[0], Args(args.pos[1:], args.kw, args.star, args.starstar)
    values: dict[str, Value] = {}
    positions = [f.name for f in fields if f.is_given and f.is_positional]
    for field in fields:
        index = positions.index(field.name) if field.name in positions else len(given.pos)
        # Private attributes of attrs are given without their underscore.
        value = given.get(index, field.name, MISSING) if field.is_given else MISSING
        if value is MISSING and field.name.startswith("_") and field.is_given:
            value = given.kw.get(field.name.lstrip("_"), MISSING)
        if value is MISSING:
            value = m.call(field.factory, Args([])) if field.factory is not MISSING else field.default
        if value is MISSING and not field.is_given:
            continue
        values[field.name] = Unknown(f"the field {field.name} is not known") if value is MISSING else value
    for field in fields:
        if field.is_kept and field.name in values:
            m.write(self_.attrs, field.name, values[field.name])
    for name in ("__post_init__", "__attrs_post_init__"):
        after = m.get(self_, name, MISSING)
        if isinstance(after, Bound):
            m.call(after, Args([values[f.name] for f in fields if not f.is_kept and f.name in values]))
    return None


@at("dataclasses.field", "attr.ib", "attr.attrib", "attr.field", "attrs.field")
def _field(m: Machine, args: Args) -> Value:
    made = External(_FIELD, m.serial)
    for name, value in (("default_factory", args.kw.get("factory", MISSING)), *args.kw.items()):
        if value is not MISSING:
            m.set(made, name, value)
    if args.pos:
        m.set(made, "default", args.pos[0])
    return made


def _fields_of(value: Value) -> list[str] | None:
    cls = value if isinstance(value, ClassV) else value.cls if isinstance(value, Instance) else None
    names = cls.lookup("__dataclass_fields__") if cls is not None else None
    return [str(n) for n in names.items] if isinstance(names, DictV) else None


@at("dataclasses.fields", "attr.fields", "attrs.fields")
def _fields(m: Machine, args: Args) -> Value:
    names = _fields_of(m.settle(args.get(0, "class_or_instance")))
    if names is None:
        return Unknown("the fields of this class are only known at run time")
    rows: list[Value] = []
    for name in names:
        row = m.new_instance(make_class(m, "dataclasses.Field"))
        row.attrs["name"] = name
        row.open = Unknown("what is said of this field is not known")
        rows.append(row)
    return tuple(rows)


@at("dataclasses.asdict", "attr.asdict", "attrs.asdict")
def _asdict(m: Machine, args: Args) -> Value:
    return _plain(m, args.get(0, "obj"), 0) if not args.kw else Unknown("this dict is only known at run time")


@at("dataclasses.astuple", "attr.astuple", "attrs.astuple")
def _astuple(m: Machine, args: Args) -> Value:
    made = _plain(m, args.get(0, "obj"), 0) if not args.kw else None
    values = list(made.items.values()) if isinstance(made, DictV) else []
    nested = any(isinstance(v, (DictV, ListV, tuple)) for v in values)
    return Unknown("this tuple is only known at run time") if nested or not values else tuple(values)


def _plain(m: Machine, value: Value, depth: int) -> Value:
    """An object with fields as a dict, with what is inside it likewise."""
    value = m.settle(value)
    names = _fields_of(value) if isinstance(value, Instance) and depth < 10 else None
    if names is not None:
        return m.new_dict({name: _plain(m, m.get(value, name), depth + 1) for name in names})
    if isinstance(value, tuple):
        return tuple(_plain(m, v, depth + 1) for v in value)
    if type(value) is ListV and value.kind == "list":
        return m.new_list([_plain(m, v, depth + 1) for v in value.items], value.rest)
    return value


@at("dataclasses.replace", "attr.evolve", "attrs.evolve", "copy.replace")
def _replace(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "obj"))
    names = _fields_of(value)
    if not isinstance(value, Instance) or names is None:
        return Unknown("a copy of an object")
    given = {f.name for f in value.cls.fields if f.is_given}
    kept = {name: m.get(value, name) for name in names if name in given and name not in args.kw}
    return m.call(value.cls, Args([], {**kept, **args.kw}, None, args.starstar))
