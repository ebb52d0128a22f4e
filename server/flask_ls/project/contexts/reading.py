"""What reading a name or an attribute runs: properties, descriptors, ``__getattr__``, proxies of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.bodies import EQUALS, Op, Symbol, last_name
from flask_ls.project.contexts.attributes import is_property
from flask_ls.project.contexts.code import Each
from flask_ls.project.contexts.targets import Target
from flask_ls.project.contexts.values import BodyKey, Value
from flask_ls.project.facts import FileFacts
from flask_ls.project.tracking import Memo, Tracker

if TYPE_CHECKING:
    from flask_ls.project.contexts.graph import Graph


class Reading:
    """Finds what an operation runs by reading."""

    def __init__(self, graph: Graph, each: Each, tracker: Tracker) -> None:
        """``each``: ``ProjectModel.each``."""
        self._graph = graph
        self._each = each
        self._names: Memo[None, frozenset[str]] = Memo(tracker, self._find_names, frozenset())

    def read(self, path: str, op: Op) -> list[Target]:
        """Reading ``instance.name`` runs the property of that name, or another method that gives its value."""
        symbol = op[1]
        found: list[Target] = self.proxied(path, symbol) if op[2] not in ("", "=", "x", EQUALS) else []
        while symbol:
            if isinstance(symbol, tuple):
                if symbol[0] != ".":
                    break
                base, name = symbol[1], symbol[2]
            else:
                head, bar, rest = symbol.partition("|")
                owner, dot, name = (rest if bar else symbol).rpartition(".")
                if not dot and not (bar and rest):
                    break
                base = (f"{head}|{owner}" if owner else head) if bar else owner
            is_assigned = op[2] == "=" and symbol is op[1]
            may_be = name in self._names(None)
            methods = self._graph.receivers.methods(path, f"{base}|{name}") if may_be and isinstance(base, str) else ()
            found += [Target(key, method=name) for key in methods if self._is_property(key) and not is_assigned]
            value = self._graph.values.of(path, base) if not methods else None
            if value is not None:
                key = self._property_of(value, name, is_assigned) if may_be and value.kind == "instance" else None
                special = self._graph.special.read(value, name, is_assigned=is_assigned) if key is None else []
                found += [Target(key)] if key is not None else special
                found += self.proxied(path, base)
            symbol = base
        return found

    def _find_names(self, _: None) -> frozenset[str]:
        return frozenset[str]().union(*self._each(_property_names).values())

    def proxied(self, path: str, symbol: Symbol) -> list[Target]:
        """Using a ``LocalProxy`` of the project runs the function behind it."""
        kept = self._graph.carried.proxied(path, symbol)
        return self._graph.references(kept.path, kept.symbol) if kept is not None else []

    def _is_property(self, key: BodyKey) -> bool:
        body = self._graph.values.signature(key)
        return body is not None and is_property(body)

    def _property_of(self, instance: Value, name: str, is_assigned: bool) -> BodyKey | None:
        """The body of a property, or of its setter."""
        values = self._graph.values
        order = values.mro(instance.name)
        for cls in order[1:] if instance.extra == "super" else order:
            known = values.model.names.class_(cls)
            if known is None:
                continue
            key = BodyKey(known[0].path, f"{known[1].qualname}.{name}")
            body = values.signature(key)
            if body is not None:
                if not is_property(body):
                    return None
                return self._setter(key) if is_assigned else key
        return None

    def _setter(self, getter: BodyKey) -> BodyKey | None:
        """``@name.setter``: the second or third definition of the name."""
        for number in (2, 3):
            key = getter._replace(id=f"{getter.id}#{number}")
            body = self._graph.values.signature(key)
            if body is not None and any(last_name(d) == "setter" for d in body.decorators):
                return key
        return None


def _property_names(facts: FileFacts) -> frozenset[str]:
    return frozenset(b.name for b in facts.bodies.values() if b.decorators and is_property(b))
