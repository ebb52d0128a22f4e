"""``enum``: classes whose attributes become members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import comparison
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library.table import at
from flask_ls.project.interp.values import (
    MISSING,
    SCALARS,
    Args,
    Bound,
    ClassV,
    Descriptor,
    DictV,
    External,
    Function,
    Instance,
    Native,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_AUTO = "enum.auto()"
# What members are besides members: texts or numbers.
_TEXTS = frozenset({"str", "enum.StrEnum", "http.HTTPMethod"})
_NUMBERS = frozenset({"int", "enum.IntEnum", "enum.IntFlag"})
_FLAGS = frozenset({"enum.Flag", "enum.IntFlag"})


@at("enum.auto")
def _auto(m: Machine, args: Args) -> Value:
    return External(_AUTO)


def enum(m: Machine) -> Value:
    """``enum.Enum``."""
    names = {
        "__init_subclass__": Native("__init_subclass__", _make_members),
        "__new__": Descriptor("staticmethod", Native("__new__", _member_of)),
    }
    return make_class(m, "enum.Enum", names=names)


def http_method(m: Machine) -> Value:
    """``http.HTTPMethod``."""
    cls = make_class(m, "http.HTTPMethod", (m.external("enum.StrEnum"),))
    for name in ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"):
        cls.names[name] = name
    m.call(cls.lookup("__init_subclass__"), Args([cls]))
    return cls


def _make_members(m: Machine, args: Args) -> Value:
    cls = args.pos[0]
    members = m.new_dict()
    for name, value in list(cls.names.items()):
        if name.startswith("_") or isinstance(value, (Function, Descriptor, ClassV, Native)):
            continue
        if isinstance(value, External) and value.path == _AUTO:
            value = _chosen(cls, name, members)
        same = next((o for o in members.items.values() if comparison.equals(o.attrs["value"], value) is True), None)
        member = _make_member(m, cls, name, value) if same is None else same
        cls.names[name] = member
        members.items[name] = member
    cls.names["__members__"] = members
    return None


def _make_member(m: Machine, cls: ClassV, name: str, value: Value) -> Instance:
    member = m.new_instance(cls)
    kinds = {base.path for base in cls.mro}
    if (isinstance(value, str) and kinds & _TEXTS) or (isinstance(value, int) and kinds & _NUMBERS):
        member.native = value
    if isinstance(cls.lookup("__new__"), Function):
        value = Unknown("what a member of this enumeration stands for is only known at run time")
    member.attrs.update({"name": name, "value": value, "_name_": name, "_value_": value})
    init = m.get(member, "__init__", MISSING)
    if isinstance(init, Bound) and isinstance(init.func, Function):
        m.call(init, Args(list(value) if isinstance(value, tuple) else [value]))
        member.attrs["value"] = member.attrs["_value_"]
    return member


def _chosen(cls: ClassV, name: str, members: DictV) -> Value:
    """The value of a member whose value is ``auto()``."""
    kinds = {base.path for base in cls.mro}
    if cls.lookup("_generate_next_value_") is MISSING:
        if kinds & {"enum.StrEnum"}:
            return name.lower()
        before = [member.attrs["value"] for member in members.items.values()]
        numbers = [value for value in before if isinstance(value, int)]
        if len(numbers) == len(before) and not kinds & _FLAGS and "str" not in kinds:
            return max(numbers, default=0) + 1
    return Unknown("its value is chosen automatically")


def _member_of(m: Machine, args: Args) -> Value:
    """``Enumeration(value)``."""
    members = args.pos[0].names.get("__members__", MISSING)
    wanted = m.settle(args.pos[1]) if len(args.pos) > 1 else None
    if isinstance(members, DictV) and isinstance(wanted, (*SCALARS, tuple, Instance)):
        for member in members.items.values():
            if member is wanted or comparison.equals(member.attrs["value"], wanted) is True:
                return member
    return Unknown("which member of the enumeration this is is only known at run time")
