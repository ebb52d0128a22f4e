"""The classes of values: what a name, a call or a member is an instance of.

Every answer is remembered; a question that comes back to itself (``a = b``, ``b = a``) is answered "unknown".
"""

from __future__ import annotations

from flask_ls.project import catalog
from flask_ls.project.facts import Ref
from flask_ls.project.model.names import Names
from flask_ls.project.tracking import Memo, Tracker


class Classes:
    """Answers "of which class" over the names of all modules."""

    def __init__(self, names: Names, tracker: Tracker) -> None:
        self._names = names
        self._by_name: Memo[str, str | None] = Memo(tracker, self._of_name, None)
        self._by_result: Memo[str, str | None] = Memo(tracker, self._of_result, None)
        self._by_member: Memo[tuple[str, str], str | None] = Memo(tracker, self._of_member, None)
        self._bases: Memo[str, list[str]] = Memo(tracker, self._find_bases, [])

    def mro(self, cls: str) -> list[str]:
        """A class and all its known bases, nearest first.

        A base that is an attribute of an object has the name of the object's class: ``db.Model`` of a
        ``SQLAlchemy()`` is ``flask_sqlalchemy.SQLAlchemy.Model``.
        """
        return self._bases(cls) or [cls]

    def _find_bases(self, cls: str) -> list[str]:
        order: list[str] = []
        for name in self._names.mro(cls):
            current: str | None = name
            if self._names.class_(name) is None and self._names.is_project(name):
                owner, _, attribute = name.rpartition(".")
                holder = self.of_name(owner) if owner else None
                current = self.of_member(holder, attribute) if holder else name
            while current is not None and current not in order:
                order.append(current)
                current = catalog.BASES.get(current)
        return order

    def of_name(self, name: str) -> str | None:
        """The class of the value that a canonical dotted name stands for; None when unknown."""
        return catalog.INSTANCES.get(name) or self._by_name(name)

    def of_ref(self, module: str, ref: Ref) -> str | None:
        """The class of an expression as written at module level of ``module``."""
        name = self._names.in_module(module, ref.dotted)
        if name is not None:
            found = self.of_result(name) if ref.called else self.of_name(name)
            if found is not None:
                return found
        head, _, method = ref.dotted.rpartition(".")
        if head and ref.called and ":" not in method:
            receiver = self.of_ref(module, Ref(head))
            return self.of_method_result(receiver, method) if receiver else None
        return None

    def of_result(self, function: str) -> str | None:
        """The class of what calling this canonical name gives: the class itself, or what the function returns."""
        return self._by_result(function)

    def of_method_result(self, cls: str, method: str) -> str | None:
        """The class of ``instance.method()``."""
        for base in self.mro(cls):
            result = catalog.METHOD_RETURNS.get((base, method))
            if result is not None:
                return result
            known = self._names.class_(base)
            if known is not None and method in known[1].methods:
                return self.of_result(f"{base}.{method}")
        member = self.of_member(cls, method)
        # `db.Model`-like members and class attributes are classes that can be called.
        return member if member is not None and member == f"{cls}.{method}" else None

    def of_member(self, cls: str, attribute: str) -> str | None:
        """The class of ``instance.attribute``."""
        return self._by_member((cls, attribute))

    def _of_name(self, name: str) -> str | None:
        facts, rest = self._names.split(name)
        if facts is None:
            owner, _, attribute = name.rpartition(".")
            holder = self.of_name(owner) if owner else None
            return self.of_member(holder, attribute) if holder else None
        if not rest:
            return None
        head, _, tail = rest.partition(".")
        found = {
            self.of_ref(facts.module, Ref(e.target, called=True)) if e.kind == "value" else None
            for e in facts.exports.get(head, ())
            if not e.is_none
        }
        cls = found.pop() if len(found) == 1 else None
        for attribute in tail.split(".") if tail else ():
            cls = self.of_member(cls, attribute) if cls else None
        return cls

    def _of_result(self, function: str) -> str | None:
        if self._names.class_(function) is not None:
            return function
        known = self._names.function(function)
        if known is not None:
            facts, definition = known
            if definition.is_generator:
                return "types.GeneratorType"
            found = {self.of_ref(facts.module, r) for r in definition.returns}
            if definition.opaque_return or len(found) != 1 or None in found:
                annotation = definition.annotation
                return self._names.in_module(facts.module, annotation.dotted) if annotation is not None else None
            return found.pop()
        if self._names.is_project(function):
            return None
        result = catalog.RETURNS.get(function)
        if result is not None:
            return result
        owner, _, last = function.rpartition(".")
        holder = self.of_name(owner) if owner else None
        if holder is not None:
            return self.of_method_result(holder, last)
        return function if last[:1].isupper() or function in catalog.LOWER_CASE_CLASSES else None

    def _of_member(self, member: tuple[str, str]) -> str | None:
        cls, attribute = member
        for base in self.mro(cls):
            result = catalog.ATTRIBUTES.get((base, attribute))
            if result is not None:
                return result
            known = self._names.class_(base)
            if known is not None and attribute in known[1].attributes:
                value = known[1].attributes[attribute]
                return self.of_ref(known[0].module, value) if value is not None else None
        return None
