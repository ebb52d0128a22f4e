"""What decorators of the project and of libraries do to the context of the functions they are put on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from flask_ls.project.bodies import Body, Symbol, last_name, leaves
from flask_ls.project.contexts import roles
from flask_ls.project.contexts.roles import Role
from flask_ls.project.contexts.sites import Site
from flask_ls.project.contexts.states import (
    APP,
    IDENTITY,
    NONE,
    NOWHERE,
    REQUEST,
    TO_APP,
    TO_REQUEST,
    TO_UNKNOWN,
    Mask,
    Vector,
    apply,
    join,
    then,
)
from flask_ls.project.contexts.targets import PARAMETER, Target, after, argument_of, first_parameter, given
from flask_ls.project.contexts.values import BodyKey, Value
from flask_ls.project.tracking import Memo, Tracker

if TYPE_CHECKING:
    from flask_ls.project.contexts.graph import Graph

Passage: TypeAlias = "tuple[Vector, tuple[Target, ...]]"
_Question: TypeAlias = "tuple[BodyKey, str, bool, bool, int]"
Uses: TypeAlias = "tuple[Vector | None, tuple[Target, ...]]"


# How many functions one after the other a parameter is followed through.
_DEPTH = 3
_MASKS: dict[str, Mask] = {"none": NONE, "app": APP, "request": REQUEST}


class Decorators:
    """The way through the decorators of functions; every answer is remembered."""

    def __init__(self, graph: Graph, tracker: Tracker) -> None:
        self._graph = graph
        self._passages: Memo[tuple[BodyKey, int], Passage] = Memo(tracker, self._walk_decorators, (IDENTITY, ()))
        self._uses: Memo[_Question, Uses] = Memo(tracker, self._find_uses, (None, ()))

    def passage(self, key: BodyKey, start: int) -> Passage:
        """How the context at a call of the function's name changes on the way through its decorators."""
        return self._passages((key, start))

    def _walk_decorators(self, place: tuple[BodyKey, int]) -> Passage:
        key, start = place
        body = self._graph.values.signature(key)
        vector: Vector = IDENTITY
        extra: list[Target] = []
        for symbol in body.decorators[start:] if body is not None else ():
            step, entered = self._decorator(key.path, symbol)
            extra += [after(vector, t) for t in entered]
            vector = then(vector, step)
        return vector, tuple(extra)

    def _decorator(self, path: str, symbol: Symbol | None) -> tuple[Vector, tuple[Target, ...]]:
        if symbol is None:
            return TO_UNKNOWN, ()
        if last_name(symbol) in ("setter", "getter", "deleter"):
            return IDENTITY, ()
        value = self._graph.values.of(path, symbol)
        if value is None:
            return TO_UNKNOWN, ()
        if value.kind == "function" and value.key is not None:
            body = self._graph.values.signature(value.key)
            return self.decorating(value.key, body) if body is not None else (TO_UNKNOWN, ())
        if value.kind == "class":
            return self._replaced_by_instance(value)
        if value.kind == "instance":
            called = self._graph.carried.entered(value, is_decorator=True)
            body = self._graph.values.signature(called)
            return self.decorating(called, body) if called is not None and body is not None else (TO_UNKNOWN, ())
        if value.kind not in ("name", "called", "member"):
            return TO_UNKNOWN, ()
        name = value.name
        if name in roles.REQUEST_WRAPPERS:
            return TO_REQUEST, ()
        if name in roles.APP_WRAPPERS:
            return TO_APP, ()
        if name in roles.TRANSPARENT:
            return IDENTITY, ()
        role = self._graph.role(value, symbol)
        if role is not None and role.source == "task":
            # The task is called like the function, by way of `__call__` of its class.
            pushed = self._graph.task_mask(path, symbol)
            return {NONE: IDENTITY, APP: TO_APP}.get(pushed, TO_UNKNOWN), ()
        if role is not None:
            # Calling a task goes through its class, which may push a context as for the worker.
            pushes = role.source == "task" and self._graph.task_mask(path, symbol) != NONE
            return (TO_UNKNOWN if pushes or role.source == "cli" else IDENTITY), ()
        top = name.partition(".")[0]
        is_foreign = value.kind != "member" and not self._graph.values.model.names.is_project(name)
        return (IDENTITY if is_foreign and top in roles.TRANSPARENT_LIBRARIES else TO_UNKNOWN), ()

    def _replaced_by_instance(self, cls: Value) -> tuple[Vector, tuple[Target, ...]]:
        """``@cls``: an instance takes the place of the function, which its ``__call__`` may call."""
        values = self._graph.values
        made = self._graph.carried.entered(cls, is_decorator=True)
        called = values.attribute(cls._replace(kind="instance"), "__call__")
        body = values.body(made)
        if made is None or body is None or called is None or called.key is None:
            return TO_UNKNOWN, ()
        flow, parameter = self._graph.flow(called.key), first_parameter(body)
        vector: Vector | None = None
        for op in leaves(body.block):
            if op[0] != "a" or op[2] != "=" or op[3] != f"%{made.id}:{parameter}":
                continue
            for site in self._graph.sites.in_file(called.key.path, last_name(op[1])):
                if site.body == called.key and site.op[0] == "c" and site.op[1] == op[1] and flow is not None:
                    at = NOWHERE if site.leaf in flow.caught else flow.at[site.leaf]
                    vector = at if vector is None else join(vector, at)
        return (vector, (Target(called.key),)) if vector is not None else (TO_UNKNOWN, ())

    def decorating(self, key: BodyKey, body: Body) -> tuple[Vector, tuple[Target, ...]]:
        """What calling a function means that this project function has decorated, and the wrapper that then runs."""
        parameter = first_parameter(body)
        if self.passage(key, 0)[0] != IDENTITY:
            return TO_UNKNOWN, ()
        returned = self._graph.values.code.returned(key)
        if parameter is None or not returned:
            return TO_UNKNOWN, ()
        if all(r == f"%{body.id}:{parameter}" for r in returned):
            return IDENTITY, ()
        wrappers = [
            t.key
            for r in returned
            for t in self._graph.references(key.path, r)
            if t.key.path == key.path and t.key.id.startswith(f"{body.id}.")
        ]
        if not wrappers:
            return TO_UNKNOWN, ()
        vector, _ = self.uses(key, parameter, nested=True)
        return vector if vector is not None else NOWHERE, tuple(Target(w) for w in dict.fromkeys(wrappers))

    def uses(self, key: BodyKey, parameter: str, *, nested: bool, iterated: bool = False, left: int = _DEPTH) -> Uses:
        """Where a parameter is called, in the body itself or in functions nested in it, and to whom it is handed.

        ``iterated``: where it is run through instead, for what is given a generator. ``left``: how far it is followed
        through functions that hand it on. The starts have ``PARAMETER`` as their key, to be replaced by what is given.
        """
        return self._uses((key, parameter, nested, iterated, left))

    def _find_uses(self, question: _Question) -> Uses:
        key, parameter, nested, iterated, left = question
        wanted = f"%{key.id}:{parameter}"
        vector: Vector | None = None
        extra: list[Target] = []
        for site in self._graph.sites.in_file(key.path, parameter):
            is_own = site.body.id == key.id
            if site.op[0] not in "ca" or is_own == nested or not (is_own or site.body.id.startswith(f"{key.id}.")):
                continue
            flow = self._graph.flow(site.body)
            if flow is None:
                continue
            passed: Vector | None = None
            if site.op[0] == "a":
                passed = IDENTITY if iterated and site.op[1:3] == (wanted, "__iter__") else None
            elif site.op[1] == wanted or _is_partial(site.op[1], wanted):
                started = self._started_elsewhere(site) if not iterated and not is_own else None
                passed = None if iterated or started is not None else IDENTITY
                extra += (
                    [Target(PARAMETER, source=started[0], mask=apply(flow.at[site.leaf], started[1]))]
                    if started
                    else []
                )
            elif site.op[4] != "decorator":
                extra += self._handed_on(site, wanted) if not iterated else []
                passed, more = self._passed_on(site, wanted, iterated, left - 1) if left else (None, ())
                extra += more
            if passed is not None:
                at = NOWHERE if site.leaf in flow.caught else then(flow.at[site.leaf], passed)
                vector = at if vector is None else join(vector, at)
        return vector, tuple(extra)

    def _started_elsewhere(self, site: Site) -> tuple[str, Mask] | None:
        """How a nested function runs that is not called but handed to a thread or the like."""
        body = self._graph.values.signature(site.body)
        for other in self._graph.sites.in_file(site.body.path, body.name) if body is not None else ():
            role = self._role(other) if other.op[0] == "c" and other.op[4] != "decorator" else None
            if role is not None and role.how in _MASKS and f"@{site.body.id}" in given(other.op, role.places):
                return role.source, _MASKS[role.how]
        return None

    def kept_starts(self, key: BodyKey) -> list[Target]:
        """To whom the methods of a class hand what its constructor is given and keeps: ``Thread(target=self.fn)``."""
        body = self._graph.values.body(key)
        parameter = first_parameter(body) if body is not None else None
        found: list[Target] = []
        for op in leaves(body.block) if body is not None else ():
            if op[0] == "a" and op[2] == "=" and op[3] == f"%{key.id}:{parameter}":
                for site in self._graph.sites.in_file(key.path, last_name(op[1])):
                    if site.op[0] == "c" and site.op[4] != "decorator":
                        found += self._handed_on(site, op[1])
        return found

    def _role(self, site: Site) -> Role | None:
        return self._graph.role(self._graph.values.of(site.body.path, site.op[1]), site.op[1])

    def _passed_on(
        self, site: Site, wanted: Symbol, iterated: bool, left: int
    ) -> tuple[Vector | None, tuple[Target, ...]]:
        """What a function does with a parameter of its caller: ``retry(fn)``, ``sorted(items, key=fn)``."""
        graph, path, op = self._graph, site.body.path, site.op
        function = graph.values.of(path, op[1])
        role = graph.role(function, op[1])
        if role is not None and role.how == "caller" and not iterated:
            runs = role.source != "lazy" or op[4] == "iter"
            return (IDENTITY, ()) if runs and wanted in given(op, role.places) else (None, ())
        key = graph.carried.entered(function, is_decorator=False)
        body = graph.values.signature(key)
        if key is None or body is None or body.is_generator or (body.is_async and op[4] != "await"):
            return None, ()
        vector: Vector | None = None
        extra: tuple[Target, ...] = ()
        for parameter in body.parameters:
            if argument_of(body, parameter.name, op) == wanted:
                inner, more = self.uses(key, parameter.name, nested=False, iterated=iterated, left=left)
                extra += more
                if inner is not None:
                    inner = then(self.passage(key, 0)[0], inner)
                    vector = inner if vector is None else join(vector, inner)
        return vector, extra

    def _handed_on(self, site: Site, wanted: Symbol) -> list[Target]:
        path, op = site.body.path, site.op
        role = self._role(site)
        if role is None or role.source == "caller" or role.how not in _MASKS:
            return []
        started = []
        for symbol in given(op, role.places):
            vector: Vector = IDENTITY
            while isinstance(symbol, tuple) and symbol[0] == "()" and symbol[2]:
                wrapper = self._graph.values.of(path, symbol[1])
                name = wrapper.name if wrapper is not None else ""
                if name in roles.REQUEST_WRAPPERS:
                    vector = then(TO_REQUEST, vector)
                elif name not in roles.TRANSPARENT:
                    break
                symbol = symbol[2][0]
            if symbol == wanted:
                mask = _MASKS[role.how]
                started.append(Target(PARAMETER, source=role.source, mask=apply(vector, mask), at=site))
        return started


def _is_partial(symbol: Symbol | None, wanted: Symbol) -> bool:
    """``partial(wanted, ...)``, which is called."""
    is_call = isinstance(symbol, tuple) and symbol[0] == "()"
    return is_call and last_name(symbol[1]) == "partial" and symbol[2][:1] == (wanted,)  # type: ignore[index]
