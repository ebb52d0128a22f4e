"""Who enters which body: calls, callbacks, decorators and what they wrap, properties, constructors, generators."""

from __future__ import annotations

from collections.abc import Callable

from flask_ls.project.bodies import EQUALS, Op, Symbol, last_name
from flask_ls.project.contexts import roles
from flask_ls.project.contexts.attributes import is_property
from flask_ls.project.contexts.carried import Carried
from flask_ls.project.contexts.decorators import Decorators
from flask_ls.project.contexts.flow import Flow
from flask_ls.project.contexts.giving import Giving
from flask_ls.project.contexts.meaning import receiver_of
from flask_ls.project.contexts.receivers import Receivers, own_attribute
from flask_ls.project.contexts.roles import Role
from flask_ls.project.contexts.sites import Site, Sites
from flask_ls.project.contexts.special import Special
from flask_ls.project.contexts.states import (
    APP,
    IDENTITY,
    NONE,
    NOWHERE,
    REQUEST,
    TO_APP,
    TO_REQUEST,
    UNKNOWN,
    Mask,
    Vector,
    apply,
    then,
)
from flask_ls.project.contexts.targets import (
    PARAMETER,
    Target,
    after,
    after_symbol,
    arguments_after,
    first_parameter,
    given,
    is_static,
)
from flask_ls.project.contexts.values import BodyKey, Value, Values
from flask_ls.project.lazy import lazy

# A forked process keeps the context, a spawned one does not: without a context there is none either way.
_TO_PROCESS: Vector = (NONE, UNKNOWN, UNKNOWN, UNKNOWN)
_DEPTH = 6


class Graph:
    """The targets of every site."""

    def __init__(self, values: Values, sites: Sites, flow: Callable[[BodyKey], Flow | None]) -> None:
        self.values = values
        self.sites = sites
        self.flow = flow
        self.task_mask: Callable[[str, Symbol], Mask] = lambda path, symbol: NONE
        self.job_mask: Callable[[str], Mask] = lambda path: NONE
        self._targets: dict[tuple[BodyKey, int], list[Target]] = {}
        self.role = Giving(values).role
        self.decorators = Decorators(self)
        self.receivers = Receivers(values)
        self.special = Special(values)
        self.carried = Carried(values, sites)

    def targets(self, site: Site) -> list[Target]:
        """The bodies that running this operation enters, now or later."""
        key = (site.body, site.leaf)
        known = self._targets.get(key)
        if known is None:
            self._targets[key] = []
            known = self._targets[key] = self._find(site)
        return known

    def _find(self, site: Site) -> list[Target]:
        op, path = site.op, site.body.path
        if op[0] == "a":
            return [*self._read(path, op), *self.special.touched(path, op)]
        if op[0] == "k":
            return self.special.made(path, op)
        if op[0] == "m":
            return self.special.imported(path, op)
        if op[0] != "c":
            return []
        if op[4] == "decorator":
            return self._decoration(site)
        callbacks = self._callbacks(path, op)
        if last_name(op[1]) == "run" and self._runs_later(site):
            # A copied context is the one of the place where it was copied, perhaps outside of this function.
            callbacks = [t._replace(source="unknown", mask=UNKNOWN, vector=IDENTITY) for t in callbacks]
        return [*self._executed(path, op), *callbacks, *self._made_thread(path, op)]

    def _runs_later(self, site: Site) -> bool:
        """Whether a nested function calls ``run`` of a copied context."""
        body = self.values.body(site.body)
        value = self.values.of(site.body.path, site.op[1])
        is_copy = value is not None and (value.name, value.extra) == ("contextvars.Context", "run")
        return is_copy and body is not None and bool(body.owner)

    def _made_thread(self, path: str, op: Op) -> list[Target]:
        """An instance of a subclass of Thread runs its ``run``."""
        value = self.values.of(path, op[1])
        if value is None or value.kind != "class":
            return []
        order = self.values.mro(value.name)
        method = self._method(value._replace(kind="instance"), "run")
        if "threading.Thread" in order:
            return [t._replace(source="thread", mask=NONE) for t in method]
        if "multiprocessing.Process" in order:
            return [t._replace(vector=_TO_PROCESS) for t in method]
        return []

    # Calls

    def _executed(self, path: str, op: Op) -> list[Target]:
        """What the call itself runs."""
        found: list[Target] = self._proxied(path, op[1])
        receiver = receiver_of(op[1])
        if receiver is not None:
            found += self._read(path, ("a", op[1], ""))
        for target in self.references(path, op[1]):
            body = self.values.body(target.key)
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
            element = self._elements(path, symbol, left)
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
            return [t._replace(method=name) for key in methods for t in self._through_decorators(key)]
        value = self.values.of(path, symbol)
        if value is None:
            return []
        if value.kind == "function" and value.key is not None:
            return self._through_decorators(value.key)
        if value.kind in ("generator", "coroutine") and value.key is not None:
            return self._through_decorators(value.key)
        if value.kind == "class":
            instance = value._replace(kind="instance")
            found = [t for name in ("__new__", "__init__", "__post_init__") for t in self._method(instance, name)]
            return found + [t for k in self.carried.factories(value.name) for t in self.references(*k[:2], left - 1)]
        if value.kind == "instance":
            return self._method(value, "__call__") or self._kept(path, symbol, left)
        return self._kept(path, symbol, left) if value.kind in ("name", "called") else []

    def _elements(self, path: str, symbol: Symbol, left: int) -> list[Target]:
        """What a container gives: ``HANDLERS[name]``."""
        found = []
        for kept in self.carried.elements(path, symbol):
            targets = self.references(kept.path, kept.symbol, left - 1)
            found += [t._replace(condition=kept.condition) for t in targets] if kept.condition is not None else targets
        return found

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
            body = self.values.body(function.key)
            inner = self.references(path, first, left - 1) if body is not None else []
            if body is not None and inner and not body.is_generator and not body.is_async:
                vector, extra = self.decorators.decorating(function.key, body)
                return [*extra, *(after(vector, t) for t in inner)]
        return None

    def through_decorators(self, key: BodyKey) -> Vector:
        """What happens to the context between a call of a function's name and its body."""
        return self.decorators.passage(key, 0)[0]

    def _through_decorators(self, key: BodyKey, start: int = 0) -> list[Target]:
        """Calling a function by its name goes through its decorators."""
        vector, extra = self.decorators.passage(key, start)
        return [Target(key, vector), *extra]

    def _method(self, instance: Value, name: str) -> list[Target]:
        method = self.values.attribute(instance, name)
        if method is not None and method.kind == "function" and method.key is not None:
            return [Target(method.key)]
        return []

    # Properties

    def _read(self, path: str, op: Op) -> list[Target]:
        """Reading ``instance.name`` runs the property of that name, or another method that gives its value."""
        symbol = op[1]
        found: list[Target] = self._proxied(path, symbol) if op[2] not in ("", "=", "x", EQUALS) else []
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
            is_own = isinstance(base, str) and name in self._properties
            methods = self.receivers.methods(path, f"{base}|{name}") if is_own else ()
            found += [Target(key, method=name) for key in methods if self._is_property(key)]
            value = self.values.of(path, base) if not methods else None
            if value is not None:
                may_be = name in self._properties and value.kind == "instance"
                key = self.property_of(value, name) if may_be else None
                is_assigned = op[2] == "=" and symbol is op[1]
                found += [Target(key)] if key is not None else self.special.read(value, name, is_assigned=is_assigned)
                found += self._proxied(path, base)
            symbol = base
        return found

    @lazy
    def _properties(self) -> frozenset[str]:
        """The names of all properties."""
        bodies = (b for facts in self.values.model.files.values() for b in facts.bodies.values() if b.decorators)
        return frozenset(b.name for b in bodies if is_property(b))

    def _proxied(self, path: str, symbol: Symbol) -> list[Target]:
        """Using a ``LocalProxy`` of the project runs the function behind it."""
        kept = self.carried.proxied(path, symbol)
        return self.references(kept.path, kept.symbol) if kept is not None else []

    def _is_property(self, key: BodyKey) -> bool:
        body = self.values.body(key)
        return body is not None and is_property(body)

    def property_of(self, instance: Value, name: str) -> BodyKey | None:
        """The body of a property."""
        for cls in self.values.mro(instance.name):
            known = self.values.model.names.class_(cls)
            if known is not None:
                facts, definition = known
                body = facts.bodies.get(f"{definition.qualname}.{name}")
                if body is not None:
                    return BodyKey(facts.path, body.id) if is_property(body) else None
        return None

    # Callbacks

    def _callbacks(self, path: str, op: Op) -> list[Target]:
        if not op[2] and not op[3]:
            return []
        function = self.values.of(path, op[1])
        if function is not None and function.kind in ("function", "class"):
            if function.kind == "class":
                role = self.role(function, op[1])
                if role is not None and not self._method(function._replace(kind="instance"), "__init__"):
                    return self._by_role(path, op, role)
            return self._handed_over(path, op, function)
        role = self.role(function, op[1])
        return self._by_role(path, op, role) if role is not None else []

    def _by_role(self, path: str, op: Op, role: Role) -> list[Target]:
        found: list[Target] = []
        if role.source == "lazy" and op[4] != "iter":
            return []
        for symbol in given(op, role.places):
            if role.how in ("caller", "stream"):
                found += self._consumed(path, op, role, symbol)
                continue
            value = self.values.of(path, symbol)
            if value is not None and (value.name, value.extra) == ("contextvars.Context", "run"):
                # `ctx.run, f`: the copied context goes along.
                found += [t for s in after_symbol(op, symbol) for t in self.references(path, s)]
                continue
            if value is not None and value.name == "asyncio.run":
                # `target=asyncio.run, args=(work(),)`: the coroutine runs there.
                symbol = next(iter(after_symbol(op, symbol)), symbol)
            found += [self._started(t, role, path, op) for t in self.references(path, symbol)]
            found += self._given_along(path, op, role, symbol)
        return [t for t in found if t.mask or t.vector != NOWHERE]

    def _given_along(self, path: str, op: Op, role: Role, symbol: Symbol) -> list[Target]:
        """``Thread(target=retry, args=(work,))``: what ``retry`` does with ``work``, in the thread."""
        key = self.carried.entered(self.values.of(path, symbol), is_decorator=False)
        body = self.values.body(key)
        arguments = arguments_after(op, symbol)
        if key is None or body is None or not arguments:
            return []
        names = [p.name for p in body.parameters][1 if body.cls and not is_static(body) else 0 :]
        found = []
        for name, argument in zip(names, arguments, strict=False):
            given = self.references(path, argument)
            vector = self.decorators.uses(key, name, nested=False)[0] if given else None
            if vector is not None:
                found += [self._started(after(vector, t), role, path, op) for t in given]
        return found

    def _consumed(self, path: str, op: Op, role: Role, symbol: Symbol) -> list[Target]:
        value = self.values.of(path, symbol)
        is_wrapped = isinstance(symbol, tuple) and value is not None and value.kind == "called"
        found = []
        arguments = [symbol]
        if role.source == "caller" and role.places == (0,):
            arguments = [a for a in (*op[2], *(v for _, v in op[3])) if a is not None]
        for argument in arguments:
            for target in self.references(path, argument):
                body = self.values.body(target.key)
                if role.how == "caller":
                    found.append(target)
                elif body is not None and body.is_generator and (is_wrapped or _is_generator(value)):
                    found.append(self._started(target, role, path, op))
        return found

    def _started(self, target: Target, role: Role, path: str, op: Op) -> Target:
        if target.source:
            return target
        mask = {"request": REQUEST, "app": APP, "teardown": APP, "none": NONE, "stream": NONE}.get(role.how)
        if role.source == "task":
            mask = self.task_mask(path, op[1])
            source = "context task" if mask == APP else "task"
            return target._replace(source=source, mask=apply(target.vector, mask), vector=IDENTITY)
        if role.source == "job":
            mask = self.job_mask(target.key.path)
        body = self.values.body(target.key)
        if role.source in ("view", "handler") and body is not None and body.is_generator:
            # A generator view only makes the generator; its body runs while the response is sent.
            return target._replace(source="stream", mask=apply(target.vector, NONE), vector=IDENTITY)
        if mask is not None:
            return target._replace(source=role.source, mask=apply(target.vector, mask), vector=IDENTITY)
        if role.how == "caller":
            return target
        if role.how == "registration":
            return target._replace(source="registration", mask=UNKNOWN)
        if role.how == "process":
            return target._replace(vector=then(_TO_PROCESS, target.vector))
        return target._replace(source=role.source, mask=UNKNOWN, vector=IDENTITY)

    def _handed_over(self, path: str, op: Op, function: Value) -> list[Target]:
        """A function handed to a function of the project: what that one does with its parameter."""
        key = function.key
        if function.kind == "class":
            method = self.values.attribute(function._replace(kind="instance"), "__init__")
            key = method.key if method is not None and method.kind == "function" else None
        body = self.values.body(key)
        if key is None or body is None:
            return []
        found: list[Target] = []
        skip = 1 if body.cls and not is_static(body) else 0
        names = [p.name for p in body.parameters][skip:]
        pairs = [*zip(names, op[2], strict=False), *op[3]]
        for name, symbol in pairs:
            if symbol is None:
                continue
            given = self.references(path, symbol)
            if given and any(t.key != key for t in given):
                iterated = self.values.of(path, symbol)
                vector, extra = self.decorators.uses(key, name, nested=False, iterated=_is_generator(iterated))
                vector = then(self.decorators.passage(key, 0)[0], vector) if vector is not None else None
                found += extra if vector is None else []
                for target in given:
                    if vector is not None:
                        found.append(after(vector, target))
                    for started in extra:
                        if started.key == PARAMETER:
                            mask = apply(target.vector, started.mask)
                            found.append(target._replace(source=started.source, mask=mask, vector=IDENTITY))
        return [t for t in found if t.key != PARAMETER]

    # Decorators

    def _decoration(self, site: Site) -> list[Target]:
        """Applying a decorator: its body runs here, and it may hand the function to somebody."""
        op, path = site.op, site.body.path
        key = BodyKey(path, op[2][0][1:])
        body = self.values.body(key)
        decorator = self.values.of(path, op[1])
        applied = self.carried.entered(decorator, is_decorator=True)
        found = self._through_decorators(applied) if applied is not None else []
        if body is None:
            return found
        number = body.decorators.index(op[1]) if op[1] in body.decorators else -1
        inner = self._through_decorators(key, number + 1)
        if applied is not None:
            own = self.values.body(applied)
            parameter = first_parameter(own) if own is not None else None
            if parameter is not None:
                own_vector = self.decorators.passage(applied, 0)[0]
                vector, extra = self.decorators.uses(applied, parameter, nested=False)
                vector = then(own_vector, vector) if vector is not None else None
                found += [after(vector, t) for t in inner] if vector is not None else []
                found += self._starts(extra, inner)
                found += self._starts(self.decorators.uses(applied, parameter, nested=True)[1], inner)
            return found
        role = self.role(decorator, op[1])
        if role is not None and role.source == "command":
            role = self._command(path, op[1], role)
        if role is None or (role.source == "cli" and _says_no_context(op[1])):
            if role is not None:
                found += [self._started(t, Role("none", "command"), path, op) for t in inner]
            return found
        return found + [self._started(t, role, path, op) for t in inner]

    def _command(self, path: str, decorator: Symbol, role: Role) -> Role:
        """How a command of a click group runs. Of a group that only an entry point of a package names, who runs it?"""
        method = decorator[1] if isinstance(decorator, tuple) and decorator[0] == "()" else decorator
        owner = self.values.attributes.owner_function(path, method)
        body = self.values.body(owner)
        if owner is None or body is None:
            return role
        values = (self.values.of(owner.path, d) for d in body.decorators)
        if any(v is not None and v.name in roles.APP_WRAPPERS for v in values):
            return Role("app", "cli")  # the group's context stays for its commands
        mentions = (s.op for s in self.sites.mentions(body.name) if s.op[0] == "c" and s.op[4] != "decorator")
        is_run = any(last_name(op[1]) in (body.name, "add_command") for op in mentions)
        return role if is_run else Role("unknown", "command")

    @staticmethod
    def _starts(extra: tuple[Target, ...], inner: list[Target]) -> list[Target]:
        return [
            target._replace(source=started.source, mask=apply(target.vector, started.mask), vector=IDENTITY)
            for started in extra
            if started.key == PARAMETER
            for target in inner
            if not target.source
        ]


def _is_generator(value: Value | None) -> bool:
    return value is not None and value.kind == "generator"


def _says_no_context(symbol: Symbol) -> bool:
    return isinstance(symbol, tuple) and ("with_appcontext", "'False") in (symbol[3] if len(symbol) > 3 else ())
