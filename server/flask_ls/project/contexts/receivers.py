"""Which method ``self.name()`` runs: that depends on the class of the instance, which the way in tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.bodies import Body, Op, Symbol, last_name
from flask_ls.project.contexts.meaning import receiver_of
from flask_ls.project.contexts.value import BodyKey, Value
from flask_ls.project.contexts.values import Values

if TYPE_CHECKING:
    from flask_ls.project.contexts.entries import Entry


class Receivers:
    """Finds the methods that subclasses put in the place of one another; every answer is remembered."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._methods: dict[tuple[str, str], tuple[BodyKey, ...]] = {}
        self._below: dict[str, list[str]] = {}

    def methods(self, path: str, symbol: Symbol | None) -> tuple[BodyKey, ...]:
        """The methods that ``self.name`` may be, when that depends on the class of ``self``; else nothing."""
        owned = own_attribute(symbol)
        if owned is None:
            return ()
        cls, name = f"{self._values.model.files[path].module}.{owned[0]}", owned[1]
        known = self._methods.get((cls, name))
        if known is None:
            self._methods[cls, name] = ()
            below = self._below.get(cls)
            if below is None:
                below = self._below[cls] = self._values.subclasses(cls)
            keys = dict.fromkeys(self.method(c, name) for c in (cls, *below)) if below else {}
            found = tuple(key for key in keys if key is not None)
            known = self._methods[cls, name] = found if len(keys) > 1 else ()
        return known

    def method(self, cls: str, name: str) -> BodyKey | None:
        """The function that an attribute of instances of a class is: a method or a property."""
        for base in self._values.mro(cls):
            definition = self._values.model.names.class_(base)
            if definition is not None and f"{definition[1].qualname}.{name}" in definition[0].functions:
                return BodyKey(definition[0].path, f"{definition[1].qualname}.{name}")
        return None

    def depends_on_self(self, key: BodyKey, body: Body, ops: list[Op]) -> bool:
        """Whether a body calls methods of ``self`` that subclasses have of their own."""
        return bool(body.cls) and any(op[0] in "ca" and self.methods(key.path, op[1]) for op in ops)

    def class_of_self(self, entry: Entry) -> str | None:
        """The class of the instance that a method is called on, in this way in; None when that is not known."""
        body = self._values.signature(entry.key)
        if body is None or not body.cls:
            return None
        if entry.at is None:
            return f"{self._values.model.files[entry.key.path].module}.{body.cls}"
        op, path = entry.at.op, entry.at.body.path
        called = self._values.of(path, op[1]) if op[0] == "c" else None
        if called is not None and called.kind == "class":
            return called.name
        for symbol in (op[1], *_handed_over(op)):
            if last_name(symbol) != body.name:
                continue
            receiver = receiver_of(symbol)
            if isinstance(receiver, str) and receiver[:1] in ("$", "&", "^") and "|" not in receiver:
                return self.class_of_self(entry.caller) if entry.caller is not None else None
            if isinstance(receiver, str) and receiver[:1] == "%":
                return None  # an annotation names a class, and an instance of any class below it may be given
            return self._name(self._values.of(path, receiver))
        return self._name(self._values.of(path, ("()", *op[1:4]))) if op[0] == "c" and op[4] == "with" else None

    @staticmethod
    def _name(value: Value | None) -> str | None:
        return value.name if value is not None and value.kind in ("instance", "class") else None


def own_attribute(symbol: Symbol | None) -> tuple[str, str] | None:
    """Class and attribute of ``self.name`` and ``cls.name``."""
    if not isinstance(symbol, str) or symbol[:1] not in ("$", "&"):
        return None
    cls, _, name = symbol[1:].partition("|")
    return (cls, name) if name and "." not in name else None


def _handed_over(op: Op) -> list[Symbol]:
    if op[0] != "c":
        return []
    return [s for s in (*op[2], *(v for _, v in op[3])) if s is not None]
