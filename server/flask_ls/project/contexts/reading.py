"""What reading a name or an attribute runs: properties, descriptors, ``__getattr__``, proxies of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.bodies import EQUALS, Op, Symbol
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
            is_own = isinstance(base, str) and name in self._names(None)
            methods = self._graph.receivers.methods(path, f"{base}|{name}") if is_own else ()
            found += [Target(key, method=name) for key in methods if self._is_property(key)]
            value = self._graph.values.of(path, base) if not methods else None
            if value is not None:
                may_be = name in self._names(None) and value.kind == "instance"
                key = self._property_of(value, name) if may_be else None
                is_assigned = op[2] == "=" and symbol is op[1]
                found += (
                    [Target(key)] if key is not None else self._graph.special.read(value, name, is_assigned=is_assigned)
                )
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

    def _property_of(self, instance: Value, name: str) -> BodyKey | None:
        """The body of a property."""
        for cls in self._graph.values.mro(instance.name):
            known = self._graph.values.model.names.class_(cls)
            if known is not None:
                facts, definition = known
                body = self._graph.values.signature(BodyKey(facts.path, f"{definition.qualname}.{name}"))
                if body is not None:
                    return BodyKey(facts.path, body.id) if is_property(body) else None
        return None


def _property_names(facts: FileFacts) -> frozenset[str]:
    return frozenset(b.name for b in facts.bodies.values() if b.decorators and is_property(b))
