"""Methods that Python itself calls: for operators and builtins, attributes that are read, classes that are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.bodies import Op
from flask_ls.project.contexts.code import Each
from flask_ls.project.contexts.targets import Target
from flask_ls.project.contexts.value import BodyKey, Value
from flask_ls.project.contexts.values import Values
from flask_ls.project.tracking import Memo, Tracker

if TYPE_CHECKING:
    from flask_ls.project.facts import ClassFacts, FileFacts

# Asked method -> what is called in its place, the first of these that the class has (Python's data model).
_INSTEAD = {
    "__str__": ("__str__", "__repr__"),
    "__contains__": ("__contains__", "__iter__", "__getitem__"),
    "__iter__": ("__iter__", "__getitem__"),
    "__reversed__": ("__reversed__", "__getitem__"),
    "__int__": ("__int__", "__index__"),
    "__enter__": ("__enter__", "__aenter__"),
    "__exit__": ("__exit__", "__aexit__"),
}
# What follows an asked method at once.
_NEXT = {"__iter__": "__next__", "__aiter__": "__anext__", "__enter__": "__exit__"}
_OBJECT = "builtins.object"


class Special:
    """Finds the special methods that an operation runs."""

    def __init__(self, values: Values, each: Each, tracker: Tracker) -> None:
        """``each``: ``ProjectModel.each``."""
        self._values = values
        self._each = each
        none: tuple[bool, frozenset[str]] = (False, frozenset())
        self._givers: Memo[None, tuple[bool, frozenset[str]]] = Memo(tracker, self._find_givers, none)

    def touched(self, path: str, op: Op) -> list[Target]:
        """``value[key]``, ``f"{value}"``, ``for x in value``: the methods of an instance of a project class."""
        value = self._values.of(path, op[1]) if op[2][:2] == "__" else None
        return self.asked(value, op[2]) if value is not None and value.kind == "instance" else []

    def asked(self, instance: Value, name: str) -> list[Target]:
        """What runs when a special method of an instance is asked."""
        found = self._first(instance, _INSTEAD.get(name, (name,)))
        after = _NEXT.get(name)
        if found is not None and after is not None:
            following = self._first(self._after(instance, name, found), _INSTEAD.get(after, (after,)))
            return [Target(found)] + ([Target(following)] if following is not None else [])
        return [Target(found)] if found is not None else []

    def _after(self, instance: Value, name: str, method: BodyKey) -> Value:
        """The object whose method is asked next: what ``__iter__`` gives."""
        given = self._values.result(method) if name in ("__iter__", "__aiter__") else None
        return given if given is not None and given.kind == "instance" else instance

    def _first(self, instance: Value, names: tuple[str, ...]) -> BodyKey | None:
        for name in names:
            for cls in self._values.mro(instance.name):
                known = self._values.model.names.class_(cls)
                if known is not None and f"{known[1].qualname}.{name}" in known[0].functions:
                    return BodyKey(known[0].path, f"{known[1].qualname}.{name}")
        return None

    def read(self, owner: Value, name: str, *, is_assigned: bool) -> list[Target]:
        """Reading or assigning ``owner.name``: descriptors, ``__getattr__``, ``__setattr__``."""
        if owner.kind == "name" and not is_assigned:
            return self.of_module(owner.name, name)
        if owner.kind not in ("instance", "class") or not self._may_give(owner.name):
            return []
        order = [(cls, self._values.model.names.class_(cls)) for cls in self._values.mro(owner.name)]
        for _, known in order:
            if known is None or not _defines(known[0], known[1], name):
                continue
            if not self._values.attributes.is_of_instances(known[0], known[1].qualname, name):
                value = self._values.attribute(owner, name)
                if value is not None and value.kind == "instance":
                    key = self._first(value, ("__set__" if is_assigned else "__get__",))
                    if key is not None:
                        return [Target(key)]
            break
        else:
            is_closed = all(known is not None or cls == _OBJECT for cls, known in order)
            if not is_assigned and is_closed and owner.kind == "instance":
                key = self._first(owner, ("__getattr__",))
                return [Target(key)] if key is not None else []
        if is_assigned and owner.kind == "instance":
            key = self._first(owner, ("__setattr__",))
            return [Target(key)] if key is not None else []
        return []

    def _may_give(self, cls: str) -> bool:
        """Whether something of the project says what reading or assigning an attribute of a class does."""
        descriptors, givers = self._givers(None)
        return descriptors or (bool(givers) and not givers.isdisjoint(self._values.mro(cls)))

    def _find_givers(self, _: None) -> tuple[bool, frozenset[str]]:
        """Whether there are descriptors; the classes with ``__getattr__`` or ``__setattr__``."""
        given = self._each(_giving)
        found = frozenset(name for names in given.values() for name in names)
        return "" in found, found - {""}

    def made(self, path: str, op: Op) -> list[Target]:
        """A class statement: its metaclass, ``__init_subclass__`` of its bases, ``__set_name__`` of its attributes."""
        cls = self._values.of(path, op[1])
        if cls is None or cls.kind != "class":
            return []
        found: list[BodyKey | None] = []
        order = self._values.mro(cls.name)
        for base in order:
            metaclass = self._metaclass(base)
            if metaclass is not None:
                made = metaclass._replace(kind="instance")
                found += [self._first(made, (name,)) for name in ("__prepare__", "__new__", "__init__")]
                break
        for symbol in op[3]:
            value = self._values.of(path, symbol)
            if value is not None and value.kind == "class":
                found.append(self._first(value, ("__set_name__",)))
        for base in order[1:]:
            known = self._values.model.names.class_(base)
            if known is not None and f"{known[1].qualname}.__init_subclass__" in known[0].functions:
                found.append(BodyKey(known[0].path, f"{known[1].qualname}.__init_subclass__"))
                break
        return [Target(key) for key in found if key is not None]

    def imported(self, path: str, op: Op) -> list[Target]:
        """``from module import name`` asks the module's ``__getattr__`` for names that it does not have."""
        names, facts = self._values.model.names, self._values.model.files[path]
        found: list[Target] = []
        for written in op[1]:
            source, colon, name = written.partition(":")
            if colon and name != "*":
                found += self.of_module(names.imported(facts.module, source), name)
        return found

    def of_module(self, module: str, name: str) -> list[Target]:
        """What asks a module for a name: its ``__getattr__``, for what it does not have."""
        modules = self._values.model.modules
        facts = self._values.model.names.module(module)
        if facts is None or "__getattr__" not in facts.functions or facts.stars:
            return []
        is_there = name in facts.exports or f"{module}.{name}" in modules or name[:2] == "__"
        return [] if is_there else [Target(BodyKey(facts.path, "__getattr__"))]

    def _metaclass(self, cls: str) -> Value | None:
        """The metaclass that a class statement names."""
        known = self._values.model.names.class_(cls)
        if known is None:
            return None
        path, named = known[0].path, self._values.code.metaclass(known[0].path, known[1].qualname)
        value = self._values.of(path, named)
        return value if value is not None and value.kind == "class" else None


def _defines(facts: FileFacts, cls: ClassFacts, name: str) -> bool:
    qualname = f"{cls.qualname}.{name}"
    return name in cls.attributes or qualname in facts.functions or qualname in facts.classes


def _giving(facts: FileFacts) -> frozenset[str]:
    """The classes of a file with ``__getattr__`` or ``__setattr__``; ``""`` stands for descriptors."""
    found: set[str] = set()
    for cls in facts.classes.values():
        if "__getattr__" in cls.methods or "__setattr__" in cls.methods:
            found.add(f"{facts.module}.{cls.qualname}")
        if "__get__" in cls.methods or "__set__" in cls.methods:
            found.add("")
    return frozenset(found)
