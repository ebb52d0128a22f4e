"""Who enters which body: calls, callbacks, decorators and what they wrap, properties, constructors, generators."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask_ls.project.bodies import Body, Op, Symbol, last_name, leaves
from flask_ls.project.contexts import roles
from flask_ls.project.contexts.flow import Flow
from flask_ls.project.contexts.roles import Role
from flask_ls.project.contexts.sites import Site, Sites
from flask_ls.project.contexts.states import (
    APP,
    IDENTITY,
    NONE,
    NOWHERE,
    REQUEST,
    TO_APP,
    TO_REQUEST,
    TO_UNKNOWN,
    UNKNOWN,
    Mask,
    Vector,
    apply,
    join,
    then,
)
from flask_ls.project.contexts.values import BodyKey, Value, Values, is_property

# A forked process keeps the context, a spawned one does not: without a context there is none either way.
_TO_PROCESS: Vector = (NONE, UNKNOWN, UNKNOWN, UNKNOWN)
_DEPTH = 6


class Target(NamedTuple):
    """A body that a site enters: with the context there changed by ``vector``, or with ``mask`` from ``source``."""

    key: BodyKey
    vector: Vector = IDENTITY
    source: str = ""
    mask: Mask = 0


class Graph:
    """The targets of every site."""

    def __init__(self, values: Values, sites: Sites, flow: Callable[[BodyKey], Flow | None]) -> None:
        self.values = values
        self.sites = sites
        self.flow = flow
        self.task_mask: Callable[[str, Symbol], Mask] = lambda path, symbol: NONE
        self.job_mask: Callable[[str], Mask] = lambda path: NONE
        self._targets: dict[tuple[BodyKey, int], list[Target]] = {}
        self._passages: dict[tuple[BodyKey, int], tuple[Vector, tuple[Target, ...]]] = {}

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
            return self._read(path, op)
        if op[0] != "c":
            return []
        if op[4] == "decorator":
            return self._decoration(site)
        return [*self._executed(path, op), *self._callbacks(path, op), *self._made_thread(path, op)]

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
        found: list[Target] = []
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
                for name in ("__enter__", "__exit__"):
                    found += self._method(entered, name)
        return found

    def references(self, path: str, symbol: Symbol | None, left: int = _DEPTH) -> list[Target]:
        """The bodies that run when the value of a symbol is called (or, for a generator, run through)."""
        if symbol is None or left <= 0:
            return []
        if isinstance(symbol, tuple) and symbol[0] == "|":
            return [t for part in symbol[1:] for t in self.references(path, part, left - 1)]
        if isinstance(symbol, tuple) and symbol[0] == "()":
            wrapped = self._wrapped(path, symbol, left)
            if wrapped is not None:
                return wrapped
        value = self.values.of(path, symbol)
        if value is None:
            return []
        if value.kind == "function" and value.key is not None:
            return self._through_decorators(value.key)
        if value.kind in ("generator", "coroutine") and value.key is not None:
            return self._through_decorators(value.key)
        if value.kind == "class":
            instance = value._replace(kind="instance")
            return [t for name in ("__new__", "__init__", "__post_init__") for t in self._method(instance, name)]
        if value.kind == "instance":
            return self._method(value, "__call__")
        return []

    def _wrapped(self, path: str, symbol: Symbol, left: int) -> list[Target] | None:
        """``partial(f, 1)``, ``copy_current_request_context(f)``, ``stream_with_context(rows())``, ``decorate(f)``."""
        function = self.values.of(path, symbol[1])
        if function is None:
            return []
        first = symbol[2][0] if symbol[2] else None
        if function.kind == "name":
            if function.name in roles.REQUEST_WRAPPERS or function.name in roles.APP_WRAPPERS:
                vector = TO_REQUEST if function.name in roles.REQUEST_WRAPPERS else TO_APP
                return [_after(vector, t) for t in self.references(path, first, left - 1)]
            if function.name in roles.TRANSPARENT or function.name in ("functools.update_wrapper",):
                return self.references(path, first, left - 1)
            return [] if function.name in ("builtins.staticmethod",) else None
        if function.kind == "called" and function.name in roles.TRANSPARENT:
            return self.references(path, first, left - 1)
        if function.kind == "function" and function.key is not None and first is not None:
            body = self.values.body(function.key)
            inner = self.references(path, first, left - 1) if body is not None else []
            if body is not None and inner and not body.is_generator and not body.is_async:
                vector, extra = self._decorating(function.key, body)
                return [*extra, *(_after(vector, t) for t in inner)]
        return None

    def through_decorators(self, key: BodyKey) -> Vector:
        """What happens to the context between a call of a function's name and its body."""
        return self._passage(key, 0)[0]

    def _through_decorators(self, key: BodyKey, start: int = 0) -> list[Target]:
        """Calling a function by its name goes through its decorators."""
        vector, extra = self._passage(key, start)
        return [Target(key, vector), *extra]

    def _method(self, instance: Value, name: str) -> list[Target]:
        method = self.values.attribute(instance, name)
        if method is not None and method.kind == "function" and method.key is not None:
            return [Target(method.key)]
        return []

    # Properties

    def _read(self, path: str, op: Op) -> list[Target]:
        """Reading ``instance.name`` runs the property of that name."""
        symbol = op[1]
        found: list[Target] = []
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
            value = self.values.of(path, base)
            if value is not None and value.kind == "instance":
                key = self.property_of(value, name)
                if key is not None:
                    found.append(Target(key))
            symbol = base
        return found

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

    def role(self, value: Value | None, symbol: Symbol) -> Role | None:
        """Who will call what is handed to this callable."""
        if value is None:
            return roles.ROLES["asyncio.AbstractEventLoop.run_in_executor"] if _is_executor_call(symbol) else None
        if value.kind in ("name", "called"):
            name = value.name
            if name.startswith("schedule.") and name.endswith(".do"):
                return Role("none", "scheduler")
            return roles.ROLES.get(name) or self._inherited(name)
        if value.kind == "member":
            for cls in self.values.mro(value.name):
                role = roles.ROLES.get(f"{cls}.{value.extra}")
                if role is not None:
                    return role
            return roles.ROLES["asyncio.AbstractEventLoop.run_in_executor"] if _is_executor_call(symbol) else None
        if value.kind == "class":
            for cls in self.values.mro(value.name):
                if cls in roles.ROLES:
                    return roles.ROLES[cls]
        return None

    def _inherited(self, name: str) -> Role | None:
        """``shop.MyFlask.route()`` for a subclass of Flask: the role of the inherited method."""
        head, _, last = name.rpartition(".")
        if not head or not last.endswith("()") or self.values.model.names.class_(head) is None:
            return None
        found = (roles.ROLES.get(f"{cls}.{last}") for cls in self.values.mro(head))
        return next((r for r in found if r is not None), None)

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
        for symbol in _given(op, role.places):
            if role.how in ("caller", "stream"):
                found += self._consumed(path, op, role, symbol)
                continue
            value = self.values.of(path, symbol)
            if value is not None and (value.name, value.extra) == ("contextvars.Context", "run"):
                # `ctx.run, f`: the copied context goes along.
                found += [t for s in _after_symbol(op, symbol) for t in self.references(path, s)]
                continue
            if value is not None and value.name == "asyncio.run":
                # `target=asyncio.run, args=(work(),)`: the coroutine runs there.
                symbol = next(iter(_after_symbol(op, symbol)), symbol)
            found += [self._started(t, role, path, op) for t in self.references(path, symbol)]
        return [t for t in found if t.mask or t.vector != NOWHERE]

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
        skip = 1 if body.cls and not _is_static(body) else 0
        names = [p.name for p in body.parameters][skip:]
        pairs = [*zip(names, op[2], strict=False), *op[3]]
        for name, symbol in pairs:
            if symbol is None:
                continue
            given = self.references(path, symbol)
            if given and any(t.key != key for t in given):
                vector, extra = self._uses(key, name, nested=False)
                vector = then(self._passage(key, 0)[0], vector) if vector is not None else None
                found += extra if vector is None else []
                for target in given:
                    if vector is not None:
                        found.append(_after(vector, target))
                    for started in extra:
                        if started.key == _PARAMETER:
                            mask = apply(target.vector, started.mask)
                            found.append(target._replace(source=started.source, mask=mask, vector=IDENTITY))
        return [t for t in found if t.key != _PARAMETER]

    # Decorators

    def _decoration(self, site: Site) -> list[Target]:
        """Applying a decorator: its body runs here, and it may hand the function to somebody."""
        op, path = site.op, site.body.path
        key = BodyKey(path, op[2][0][1:])
        body = self.values.body(key)
        decorator = self.values.of(path, op[1])
        found: list[Target] = []
        if decorator is not None and decorator.kind == "function" and decorator.key is not None:
            found += self._through_decorators(decorator.key)
        if body is None:
            return found
        number = body.decorators.index(op[1]) if op[1] in body.decorators else -1
        inner = self._through_decorators(key, number + 1)
        if decorator is not None and decorator.kind == "function" and decorator.key is not None:
            own = self.values.body(decorator.key)
            parameter = _first_parameter(own) if own is not None else None
            if parameter is not None:
                own_vector = self._passage(decorator.key, 0)[0]
                vector, extra = self._uses(decorator.key, parameter, nested=False)
                vector = then(own_vector, vector) if vector is not None else None
                found += [_after(vector, t) for t in inner] if vector is not None else []
                found += self._starts(extra, inner)
                found += self._starts(self._uses(decorator.key, parameter, nested=True)[1], inner)
            return found
        role = self.role(decorator, op[1])
        if role is not None and role.source == "command" and self._group_pushes(path, op[1]):
            role = Role("app", "cli")
        if role is None or (role.source == "cli" and _says_no_context(op[1])):
            if role is not None:
                found += [self._started(t, Role("none", "command"), path, op) for t in inner]
            return found
        return found + [self._started(t, role, path, op) for t in inner]

    def _group_pushes(self, path: str, decorator: Symbol) -> bool:
        """Whether a command belongs to a click group with ``@with_appcontext``, whose context stays for it."""
        method = decorator[1] if isinstance(decorator, tuple) and decorator[0] == "()" else decorator
        owner = self.values.owner_function(path, method)
        body = self.values.body(owner)
        if owner is None or body is None:
            return False
        values = (self.values.of(owner.path, d) for d in body.decorators)
        return any(v is not None and v.name in roles.APP_WRAPPERS for v in values)

    @staticmethod
    def _starts(extra: tuple[Target, ...], inner: list[Target]) -> list[Target]:
        return [
            target._replace(source=started.source, mask=apply(target.vector, started.mask), vector=IDENTITY)
            for started in extra
            if started.key == _PARAMETER
            for target in inner
            if not target.source
        ]

    def _passage(self, key: BodyKey, start: int) -> tuple[Vector, tuple[Target, ...]]:
        """How the context at a call of the function's name changes on the way through its decorators."""
        known = self._passages.get((key, start))
        if known is None:
            self._passages[key, start] = (IDENTITY, ())
            known = self._passages[key, start] = self._walk_decorators(key, start)
        return known

    def _walk_decorators(self, key: BodyKey, start: int) -> tuple[Vector, tuple[Target, ...]]:
        body = self.values.body(key)
        vector: Vector = IDENTITY
        extra: list[Target] = []
        for symbol in body.decorators[start:] if body is not None else ():
            step, entered = self._decorator(key.path, symbol)
            extra += [_after(vector, t) for t in entered]
            vector = then(vector, step)
        return vector, tuple(extra)

    def _decorator(self, path: str, symbol: Symbol | None) -> tuple[Vector, tuple[Target, ...]]:
        if symbol is None:
            return TO_UNKNOWN, ()
        if last_name(symbol) in ("setter", "getter", "deleter"):
            return IDENTITY, ()
        value = self.values.of(path, symbol)
        if value is None:
            return TO_UNKNOWN, ()
        if value.kind == "function" and value.key is not None:
            body = self.values.body(value.key)
            return self._decorating(value.key, body) if body is not None else (TO_UNKNOWN, ())
        if value.kind not in ("name", "called", "member"):
            return TO_UNKNOWN, ()
        name = value.name
        if name in roles.REQUEST_WRAPPERS:
            return TO_REQUEST, ()
        if name in roles.APP_WRAPPERS:
            return TO_APP, ()
        if name in roles.TRANSPARENT:
            return IDENTITY, ()
        role = self.role(value, symbol)
        if role is not None:
            return (TO_UNKNOWN if role.source in ("cli", "command") else IDENTITY), ()
        top = name.partition(".")[0]
        is_foreign = value.kind != "member" and not self.values.model.names.is_project(name)
        return (IDENTITY if is_foreign and top in roles.TRANSPARENT_LIBRARIES else TO_UNKNOWN), ()

    def _decorating(self, key: BodyKey, body: Body) -> tuple[Vector, tuple[Target, ...]]:
        """What calling a function means that this project function has decorated, and the wrapper that then runs."""
        parameter = _first_parameter(body)
        if self._passage(key, 0)[0] != IDENTITY:
            return TO_UNKNOWN, ()
        returned = [op[1] for op in leaves(body.block) if op[0] == "R"]
        if parameter is None or not returned:
            return TO_UNKNOWN, ()
        if all(r == f"%{body.id}:{parameter}" for r in returned):
            return IDENTITY, ()
        wrappers = [
            t.key
            for r in returned
            for t in self.references(key.path, r)
            if t.key.path == key.path and t.key.id.startswith(f"{body.id}.")
        ]
        if not wrappers:
            return TO_UNKNOWN, ()
        vector, _ = self._uses(key, parameter, nested=True)
        return vector if vector is not None else NOWHERE, tuple(Target(w) for w in dict.fromkeys(wrappers))

    def _uses(self, key: BodyKey, parameter: str, *, nested: bool) -> tuple[Vector | None, tuple[Target, ...]]:
        """Where a parameter is called, in the body itself or in functions nested in it, and to whom it is handed.

        The starts have ``_PARAMETER`` as their key, to be replaced by what is given.
        """
        wanted = f"%{key.id}:{parameter}"
        vector: Vector | None = None
        extra: list[Target] = []
        for site in self.sites.in_file(key.path).get(parameter, ()):
            is_own = site.body.id == key.id
            if site.op[0] != "c" or is_own == nested or not (is_own or site.body.id.startswith(f"{key.id}.")):
                continue
            flow = self.flow(site.body)
            if flow is None:
                continue
            if site.op[1] == wanted:
                at = NOWHERE if site.leaf in flow.caught else flow.at[site.leaf]
                vector = at if vector is None else join(vector, at)
            elif site.op[4] != "decorator":
                extra += self._handed_on(site, wanted)
        return vector, tuple(extra)

    def _handed_on(self, site: Site, wanted: Symbol) -> list[Target]:
        path, op = site.body.path, site.op
        role = self.role(self.values.of(path, op[1]), op[1])
        if role is None or role.source == "caller" or role.how not in ("none", "app", "request"):
            return []
        started = []
        for symbol in _given(op, role.places):
            vector: Vector = IDENTITY
            while isinstance(symbol, tuple) and symbol[0] == "()" and symbol[2]:
                wrapper = self.values.of(path, symbol[1])
                name = wrapper.name if wrapper is not None else ""
                if name in roles.REQUEST_WRAPPERS:
                    vector = then(TO_REQUEST, vector)
                elif name not in roles.TRANSPARENT:
                    break
                symbol = symbol[2][0]
            if symbol == wanted:
                mask = {"none": NONE, "app": APP, "request": REQUEST}[role.how]
                started.append(Target(_PARAMETER, source=role.source, mask=apply(vector, mask)))
        return started


_PARAMETER = BodyKey("", "<parameter>")


def _after(vector: Vector, target: Target) -> Target:
    return target if target.source else target._replace(vector=then(vector, target.vector))


def _given(op: Op, places: tuple[roles.Place, ...]) -> list[Symbol]:
    found = []
    for place in places:
        if isinstance(place, int):
            if place < len(op[2]) and op[2][place] is not None:
                found.append(op[2][place])
        else:
            found += [value for name, value in op[3] if name == place]
    return found


def _after_symbol(op: Op, symbol: Symbol) -> list[Symbol]:
    """The function handed over next to ``ctx.run``: the next argument, or the first of ``args=``."""
    if symbol in op[2]:
        rest = op[2][op[2].index(symbol) + 1 :]
        return [s for s in rest[:1] if s is not None]
    for name, value in op[3]:
        if name == "args" and isinstance(value, tuple) and value[0] == "[]" and value[1] and value[1][0] is not None:
            return [value[1][0]]
    return []


def _is_generator(value: Value | None) -> bool:
    return value is not None and value.kind == "generator"


def _is_executor_call(symbol: Symbol) -> bool:
    return last_name(symbol) == "run_in_executor"


def _first_parameter(body: Body) -> str | None:
    skip = 1 if body.cls and not _is_static(body) else 0
    names = [p.name for p in body.parameters][skip:]
    return names[0] if names else None


def _is_static(body: Body) -> bool:
    return "staticmethod" in body.decorators


def _says_no_context(symbol: Symbol) -> bool:
    return isinstance(symbol, tuple) and ("with_appcontext", "'False") in (symbol[3] if len(symbol) > 3 else ())
