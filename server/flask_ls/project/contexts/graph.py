"""Who enters which body: calls, callbacks, decorators and what they wrap, properties, constructors, generators."""

from __future__ import annotations

from collections.abc import Callable

from flask_ls.project.bodies import Op, Symbol, last_name
from flask_ls.project.contexts import roles
from flask_ls.project.contexts.carried import Carried
from flask_ls.project.contexts.code import Each
from flask_ls.project.contexts.decorators import Decorators
from flask_ls.project.contexts.flow import Flow
from flask_ls.project.contexts.giving import Giving
from flask_ls.project.contexts.handing import TO_PROCESS, Handing
from flask_ls.project.contexts.meaning import receiver_of
from flask_ls.project.contexts.reading import Reading
from flask_ls.project.contexts.receivers import Receivers, own_attribute
from flask_ls.project.contexts.sites import Site, Sites
from flask_ls.project.contexts.special import Special
from flask_ls.project.contexts.states import (
    IDENTITY,
    NONE,
    TO_APP,
    TO_REQUEST,
    UNKNOWN,
    Mask,
    Vector,
)
from flask_ls.project.contexts.targets import (
    Target,
    after,
)
from flask_ls.project.contexts.values import BodyKey, Value, Values
from flask_ls.project.tracking import Memo, Tracker

_DEPTH = 6


class Graph:
    """The targets of every site."""

    def __init__(
        self, values: Values, sites: Sites, flow: Callable[[BodyKey], Flow | None], each: Each, tracker: Tracker
    ) -> None:
        self.values = values
        self.sites = sites
        self.flow = flow
        self.task_mask: Callable[[str, Symbol], Mask] = lambda path, symbol: NONE
        self.job_mask: Callable[[str], Mask] = lambda path: NONE
        self.left_by_module: Callable[[str], Vector] = lambda path: IDENTITY
        self._targets: Memo[tuple[BodyKey, Op], list[Target]] = Memo(tracker, self._find, [])
        self._elements: Memo[tuple[str, Symbol, int], list[Target]] = Memo(tracker, self._find_elements, [])
        self.role = Giving(values).role
        self.decorators = Decorators(self, tracker)
        self.receivers = Receivers(values, tracker)
        self.special = Special(values, each, tracker)
        self.carried = Carried(values, sites, tracker)
        self.reading = Reading(self, each, tracker)
        self._handing = Handing(self)

    def targets(self, site: Site) -> list[Target]:
        """The bodies that running this operation enters, now or later."""
        return self._targets((site.body, site.op))

    def _find(self, key: tuple[BodyKey, Op]) -> list[Target]:
        body, op = key
        path = body.path
        if op[0] == "a":
            return [*self.reading.read(path, op), *self.special.touched(path, op)]
        if op[0] == "k":
            return self.special.made(path, op)
        if op[0] == "m":
            return self.special.imported(path, op)
        if op[0] != "c":
            return []
        if op[4] == "decorator":
            return self._handing.decoration(path, op)
        callbacks = self._handing.callbacks(path, op)
        if last_name(op[1]) == "run" and self._runs_later(body, op):
            # A copied context is the one of the place where it was copied, perhaps outside of this function.
            callbacks = [t._replace(source="unknown", mask=UNKNOWN, vector=IDENTITY) for t in callbacks]
        return [*self._executed(path, op), *callbacks, *self._made_thread(path, op)]

    def _runs_later(self, key: BodyKey, op: Op) -> bool:
        """Whether a nested function calls ``run`` of a copied context."""
        body = self.values.signature(key)
        value = self.values.of(key.path, op[1])
        is_copy = value is not None and (value.name, value.extra) == ("contextvars.Context", "run")
        return is_copy and body is not None and bool(body.owner)

    def _made_thread(self, path: str, op: Op) -> list[Target]:
        """An instance of a subclass of Thread runs its ``run``."""
        value = self.values.of(path, op[1])
        if value is None or value.kind != "class":
            return []
        order = self.values.mro(value.name)
        method = self.method(value._replace(kind="instance"), "run")
        if "threading.Thread" in order:
            return [t._replace(source="thread", mask=NONE) for t in method]
        if "multiprocessing.Process" in order:
            return [t._replace(vector=TO_PROCESS) for t in method]
        return []

    # Calls

    def _executed(self, path: str, op: Op) -> list[Target]:
        """What the call itself runs."""
        found: list[Target] = self.reading.proxied(path, op[1])
        receiver = receiver_of(op[1])
        if receiver is not None:
            found += self.reading.read(path, ("a", op[1], ""))
        for target in self.references(path, op[1]):
            body = self.values.signature(target.key)
            if target.source or body is None:
                found.append(target)
            elif body.is_generator:
                if op[4] in ("iter", "with"):
                    found.append(target)
            elif not body.is_async or op[4] == "await":
                found.append(target)
        if op[4] == "with":
            entered = self.values.of(path, ("()", *op[1:4]))
            if entered is not None and entered.kind == "instance":
                found += self.special.asked(entered, "__enter__")
        return found

    def references(self, path: str, symbol: Symbol | None, left: int = _DEPTH) -> list[Target]:
        """The bodies that run when the value of a symbol is called (or, for a generator, run through)."""
        if symbol is None or left <= 0:
            return []
        if isinstance(symbol, tuple) and symbol[0] == "|":
            return [t for part in symbol[1:] for t in self.references(path, part, left - 1)]
        is_call = isinstance(symbol, tuple) and symbol[0] == "()"
        if symbol[0] == "[" or (is_call and last_name(symbol[1]) in ("get", "pop")):
            element = self._elements((path, symbol, left))
            if element:
                return element
        if isinstance(symbol, tuple) and symbol[0] == "()":
            wrapped = self._wrapped(path, symbol, left)
            if wrapped is not None:
                return wrapped
        methods = self.receivers.methods(path, symbol)
        if methods:
            own = own_attribute(symbol)
            name = own[1] if own is not None else ""
            return [t._replace(method=name) for key in methods for t in self.entered_by_name(key)]
        value = self.values.of(path, symbol)
        if value is None:
            return []
        if value.kind == "function" and value.key is not None:
            return self.entered_by_name(value.key)
        if value.kind in ("generator", "coroutine") and value.key is not None:
            return self.entered_by_name(value.key)
        if value.kind == "class":
            instance = value._replace(kind="instance")
            found = [t for name in ("__new__", "__init__", "__post_init__") for t in self.method(instance, name)]
            return found + [t for k in self.carried.factories(value.name) for t in self.references(*k[:2], left - 1)]
        if value.kind == "instance":
            return self.method(value, "__call__") or self._kept(path, symbol, left)
        return self._kept(path, symbol, left) if value.kind in ("name", "called") else []

    def _find_elements(self, asked: tuple[str, Symbol, int]) -> list[Target]:
        """What a container gives: ``HANDLERS[name]``. Its elements may be those of others, and these of others."""
        path, symbol, left = asked
        found = []
        for kept in self.carried.elements(path, symbol):
            targets = self.references(kept.path, kept.symbol, left - 1)
            found += [t._replace(condition=kept.condition) for t in targets] if kept.condition is not None else targets
        return list(dict.fromkeys(found))

    def _kept(self, path: str, symbol: Symbol, left: int) -> list[Target]:
        """What a variable was bound to by wrapping a function: ``work = copy_current_request_context(f)``."""
        kept = self.carried.assigned(path, symbol)
        is_call = kept is not None and kept.symbol[0] == "()"
        return self.references(kept.path, kept.symbol, left - 1) if kept is not None and is_call else []

    def _wrapped(self, path: str, symbol: Symbol, left: int) -> list[Target] | None:
        """``partial(f, 1)``, ``copy_current_request_context(f)``, ``stream_with_context(rows())``, ``decorate(f)``."""
        function = self.values.of(path, symbol[1])
        if function is None:
            return []
        first = symbol[2][0] if symbol[2] else None
        if function.kind == "name":
            if function.name in roles.REQUEST_WRAPPERS or function.name in roles.APP_WRAPPERS:
                vector = TO_REQUEST if function.name in roles.REQUEST_WRAPPERS else TO_APP
                return [after(vector, t) for t in self.references(path, first, left - 1)]
            if function.name in roles.TRANSPARENT or function.name in ("functools.update_wrapper",):
                return self.references(path, first, left - 1)
            return [] if function.name in ("builtins.staticmethod",) else None
        if function.kind == "called" and function.name in roles.TRANSPARENT:
            return self.references(path, first, left - 1)
        if function.kind == "function" and function.key is not None and first is not None:
            body = self.values.signature(function.key)
            inner = self.references(path, first, left - 1) if body is not None else []
            if body is not None and inner and not body.is_generator and not body.is_async:
                vector, extra = self.decorators.decorating(function.key, body)
                return [*extra, *(after(vector, t) for t in inner)]
        return None

    def through_decorators(self, key: BodyKey) -> Vector:
        """What happens to the context between a call of a function's name and its body."""
        return self.decorators.passage(key, 0)[0]

    def entered_by_name(self, key: BodyKey, start: int = 0) -> list[Target]:
        """Calling a function by its name goes through its decorators."""
        vector, extra = self.decorators.passage(key, start)
        return [Target(key, vector), *extra]

    def method(self, instance: Value, name: str) -> list[Target]:
        method = self.values.attribute(instance, name)
        if method is not None and method.kind == "function" and method.key is not None:
            return [Target(method.key)]
        return []
