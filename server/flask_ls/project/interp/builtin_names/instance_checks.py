"""``isinstance``: by the classes of a value, by what abstract classes ask for, by what a class says itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp.builtin_names import type_tests
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
    ModuleV,
    Native,
    Partial,
    Unknown,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


class NotChecked:
    """No class says itself what its instances are."""


def has_type(m: Machine, value: Value, cls: Value) -> bool | None:
    """``isinstance(value, cls)``; None when not known."""
    value, cls = m.settle(value), m.settle(cls)
    if isinstance(cls, (tuple, ListV)):
        results = [has_type(m, value, c) for c in m.iterate(cls)[0]]
        return True if True in results else None if None in results or getattr(cls, "rest", None) else False
    if isinstance(value, Choice):
        results = [has_type(m, v, cls) for _, v in m.alternatives(value)]
        return results[0] if len(set(results)) == 1 else None
    if isinstance(cls, External):
        return _has_external_type(m, value, cls)
    if not isinstance(cls, ClassV) or (isinstance(value, Unknown) and not isinstance(value, External)):
        return None
    if cls.path == "object":
        return True
    checked = _by_own_check(m, value, cls)
    if not isinstance(checked, NotChecked):
        return checked
    actual = type_tests.type_of(m, value)
    if isinstance(actual, ClassV):
        if (
            cls in actual.mro
            or is_registered(actual, cls)
            or (cls.path == "int" and actual.path == "bool")
            or (cls.path == "type" and isinstance(value, ClassV))
        ):
            return True
        if actual.open is None or not isinstance(value, Instance) or type_tests.is_foreign(m, actual.open, cls):
            return False
        return None
    if isinstance(actual, External):
        if not cls.path:
            return False if isinstance(value, (Function, Native, Bound, ModuleV)) else None
        return None if isinstance(value, External) else False
    return None


def is_registered(cls: ClassV, abstract: ClassV) -> bool:
    """Whether an abstract class was told that a class is one of its own."""
    return any(virtual in cls.mro for virtual in abstract.virtual)


def _by_own_check(m: Machine, value: Value, cls: ClassV) -> bool | NotChecked | None:
    """What ``__instancecheck__``, ``__subclasshook__`` or the members of a protocol say."""
    metaclass = cls.metaclass if isinstance(cls.metaclass, ClassV) else None
    check = metaclass.lookup("__instancecheck__") if metaclass is not None else MISSING
    if isinstance(check, Function):
        return m.truth(m.call(Bound(check, cls), Args([value])))
    actual = type_tests.type_of(m, value)
    hook = cls.lookup("__subclasshook__")
    hook = hook.func if isinstance(hook, Descriptor) else hook
    if isinstance(hook, Function) and isinstance(actual, ClassV):
        answer = m.settle(m.call(Bound(hook, cls), Args([actual])))
        if not isinstance(answer, External) or answer.path != "NotImplemented":
            return m.truth(answer)
    if "typing.Protocol" in cls.plain_bases or "typing_extensions.Protocol" in cls.plain_bases:
        if isinstance(actual, ClassV) and cls in actual.mro:
            return True
        if isinstance(value, Unknown) or (isinstance(value, Instance) and (value.open or value.cls.open)):
            return None
        return all(m.get(value, name, MISSING) is not MISSING for name in _members(cls))
    return NotChecked()


def _members(cls: ClassV) -> set[str]:
    """What an object must have to be an instance of a protocol."""
    names: set[str] = set()
    for base in cls.mro:
        notes = base.names.get("__annotations__", MISSING)
        annotated = notes.items if isinstance(notes, DictV) else ()
        names.update(n for n in (*base.names, *annotated) if isinstance(n, str) and n not in _NO_MEMBERS)
    return names


_KINDS: dict[str, tuple[type, ...]] = {
    "types.FunctionType": (Function, Wrapped),
    "types.LambdaType": (Function, Wrapped),
    "types.ModuleType": (ModuleV,),
    "types.MethodType": (Bound,),
    "types.GeneratorType": (ListV,),
    "collections.abc.Callable": (Function, Bound, Native, ClassV, Partial, Wrapped),
    "collections.abc.Mapping": (DictV,),
    "collections.abc.Sequence": (ListV, tuple, str),
    "collections.abc.Iterable": (ListV, tuple, str, DictV),
    "functools.partial": (Partial,),
}


def _has_external_type(m: Machine, value: Value, cls: External) -> bool | None:
    if isinstance(value, External) and value.path == f"{cls.path}()":
        return True
    path = cls.path.removesuffix("[]").replace("typing.", "collections.abc.")
    if isinstance(value, Instance):
        return _instance_has_external_type(m, value, path)
    kinds = _KINDS.get(path)
    if kinds is not None and not isinstance(value, Unknown):
        return isinstance(value, kinds)
    if isinstance(value, (SCALARS, tuple, ListV, DictV, Function, ModuleV)):
        return None if path in _ASKED_FOR else False
    return None


def _instance_has_external_type(m: Machine, value: Instance, path: str) -> bool | None:
    asked_for = _ASKED_FOR.get(path)
    if asked_for is not None and all(_has(m, value, name) for name in asked_for):
        return True
    is_open = value.cls.open is not None or value.native is not None
    return None if is_open or path == "collections.abc.Hashable" else False


def _has(m: Machine, value: Instance, name: str) -> bool:
    found = value.cls.lookup(name)
    return found is not MISSING and found is not None


# Of the abstract classes of the library, the methods that make an object an instance.
_ASKED_FOR: dict[str, tuple[str, ...]] = {
    "collections.abc.Iterable": ("__iter__",),
    "collections.abc.Iterator": ("__iter__", "__next__"),
    "collections.abc.Sized": ("__len__",),
    "collections.abc.Container": ("__contains__",),
    "collections.abc.Collection": ("__len__", "__iter__", "__contains__"),
    "collections.abc.Callable": ("__call__",),
    "collections.abc.Hashable": ("__hash__",),
    "os.PathLike": ("__fspath__",),
    "contextlib.AbstractContextManager": ("__enter__", "__exit__"),
}
_NO_MEMBERS = frozenset({"__annotations__", "__doc__", "__module__", "__qualname__", "__slots__", "__init__"})
