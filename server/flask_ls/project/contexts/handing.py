"""What becomes of functions that an operation hands over: to libraries, to functions of the project, to decorators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.bodies import Op, Symbol, last_name
from flask_ls.project.contexts import roles
from flask_ls.project.contexts.roles import Role
from flask_ls.project.contexts.states import (
    APP,
    IDENTITY,
    NONE,
    NOWHERE,
    REQUEST,
    UNKNOWN,
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
from flask_ls.project.contexts.values import BodyKey, Value

if TYPE_CHECKING:
    from flask_ls.project.contexts.graph import Graph

# A forked process keeps the context, a spawned one does not: without a context there is none either way.
TO_PROCESS: Vector = (NONE, UNKNOWN, UNKNOWN, UNKNOWN)


class Handing:
    """Finds who calls what is handed over, and in which context."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    # Callbacks

    def callbacks(self, path: str, op: Op) -> list[Target]:
        if not op[2] and not op[3]:
            return []
        function = self._graph.values.of(path, op[1])
        if function is not None and function.kind in ("function", "class"):
            if function.kind == "class":
                role = self._graph.role(function, op[1])
                if role is not None and not self._graph.method(function._replace(kind="instance"), "__init__"):
                    return self._by_role(path, op, role)
            return self._handed_over(path, op, function)
        role = self._graph.role(function, op[1])
        return self._by_role(path, op, role) if role is not None else []

    def _by_role(self, path: str, op: Op, role: Role) -> list[Target]:
        found: list[Target] = []
        if role.source == "lazy" and op[4] != "iter":
            return []
        for symbol in given(op, role.places):
            if role.how in ("caller", "stream"):
                found += self._consumed(path, op, role, symbol)
                continue
            value = self._graph.values.of(path, symbol)
            if value is not None and (value.name, value.extra) == ("contextvars.Context", "run"):
                # `ctx.run, f`: the copied context goes along.
                found += [t for s in after_symbol(op, symbol) for t in self._graph.references(path, s)]
                continue
            if value is not None and value.name == "asyncio.run":
                # `target=asyncio.run, args=(work(),)`: the coroutine runs there.
                symbol = next(iter(after_symbol(op, symbol)), symbol)
            found += [self._started(t, role, path, op) for t in self._graph.references(path, symbol)]
            found += self._given_along(path, op, role, symbol)
        return [t for t in found if t.mask or t.vector != NOWHERE]

    def _given_along(self, path: str, op: Op, role: Role, symbol: Symbol) -> list[Target]:
        """``Thread(target=retry, args=(work,))``: what ``retry`` does with ``work``, in the thread."""
        key = self._graph.carried.entered(self._graph.values.of(path, symbol), is_decorator=False)
        body = self._graph.values.signature(key)
        arguments = arguments_after(op, symbol)
        if key is None or body is None or not arguments:
            return []
        names = [p.name for p in body.parameters][1 if body.cls and not is_static(body) else 0 :]
        found = []
        for name, argument in zip(names, arguments, strict=False):
            given = self._graph.references(path, argument)
            vector = self._graph.decorators.uses(key, name, nested=False)[0] if given else None
            if vector is not None:
                found += [self._started(after(vector, t), role, path, op) for t in given]
        return found

    def _consumed(self, path: str, op: Op, role: Role, symbol: Symbol) -> list[Target]:
        value = self._graph.values.of(path, symbol)
        is_wrapped = isinstance(symbol, tuple) and value is not None and value.kind == "called"
        found = []
        arguments = [symbol]
        if role.source == "caller" and role.places == (0,):
            arguments = [a for a in (*op[2], *(v for _, v in op[3])) if a is not None]
        for argument in arguments:
            for target in self._graph.references(path, argument):
                body = self._graph.values.signature(target.key)
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
            mask = self._graph.task_mask(path, op[1])
            source = "context task" if mask == APP else "task"
            return target._replace(source=source, mask=apply(target.vector, mask), vector=IDENTITY)
        if role.source == "job":
            mask = self._graph.job_mask(target.key.path)
        if role.source == "command" and mask is not None:
            mask = apply(self._graph.left_by_module(target.key.path), mask)
        body = self._graph.values.signature(target.key)
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
            return target._replace(vector=then(TO_PROCESS, target.vector))
        return target._replace(source=role.source, mask=UNKNOWN, vector=IDENTITY)

    def _handed_over(self, path: str, op: Op, function: Value) -> list[Target]:
        """A function handed to a function of the project: what that one does with its parameter."""
        key = function.key
        if function.kind == "class":
            method = self._graph.values.attribute(function._replace(kind="instance"), "__init__")
            key = method.key if method is not None and method.kind == "function" else None
        body = self._graph.values.signature(key)
        if key is None or body is None:
            return []
        found: list[Target] = []
        skip = 1 if body.cls and not is_static(body) else 0
        names = [p.name for p in body.parameters][skip:]
        pairs = [*zip(names, op[2], strict=False), *op[3]]
        for name, symbol in pairs:
            if symbol is None:
                continue
            given = self._graph.references(path, symbol)
            if given and any(t.key != key for t in given):
                iterated = self._graph.values.of(path, symbol)
                vector, extra = self._graph.decorators.uses(key, name, nested=False, iterated=_is_generator(iterated))
                vector = then(self._graph.decorators.passage(key, 0)[0], vector) if vector is not None else None
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

    def decoration(self, path: str, op: Op) -> list[Target]:
        """Applying a decorator: its body runs here, and it may hand the function to somebody."""
        key = BodyKey(path, op[2][0][1:])
        body = self._graph.values.signature(key)
        decorator = self._graph.values.of(path, op[1])
        applied = self._graph.carried.entered(decorator, is_decorator=True)
        found = self._graph.entered_by_name(applied) if applied is not None else []
        if body is None:
            return found
        number = body.decorators.index(op[1]) if op[1] in body.decorators else -1
        inner = self._graph.entered_by_name(key, number + 1)
        if applied is not None:
            own = self._graph.values.signature(applied)
            parameter = first_parameter(own) if own is not None else None
            if parameter is not None:
                own_vector = self._graph.decorators.passage(applied, 0)[0]
                vector, extra = self._graph.decorators.uses(applied, parameter, nested=False)
                vector = then(own_vector, vector) if vector is not None else None
                found += [after(vector, t) for t in inner] if vector is not None else []
                found += self._starts(extra, inner)
                found += self._starts(self._graph.decorators.uses(applied, parameter, nested=True)[1], inner)
                if decorator is not None and decorator.kind == "class":
                    found += self._starts(tuple(self._graph.decorators.kept_starts(applied)), inner)
            return found
        role = self._graph.role(decorator, op[1])
        if role is not None and role.source == "command":
            if self._is_called(key, body.name):
                return found  # click calls the function in the context of that call
            role = self._command(path, op[1], role)
        if role is None or (role.source == "cli" and _says_no_context(op[1])):
            if role is not None:
                found += [self._started(t, Role("none", "command"), path, op) for t in inner]
            return found
        return found + [self._started(t, role, path, op) for t in inner]

    def _is_called(self, key: BodyKey, name: str) -> bool:
        """Whether the project itself calls a function by its name."""
        graph = self._graph
        calls = (s for s in graph.sites.mentions(name) if s.op[0] == "c" and s.op[4] != "decorator")
        values = (graph.values.of(s.body.path, s.op[1]) for s in calls if last_name(s.op[1]) == name)
        return any(v is not None and v.kind == "function" and v.key == key for v in values)

    def _command(self, path: str, decorator: Symbol, role: Role) -> Role:
        """How a command of a click group runs. Of a group that only an entry point of a package names, who runs it?"""
        method = decorator[1] if isinstance(decorator, tuple) and decorator[0] == "()" else decorator
        owner = self._graph.values.attributes.owner_function(path, method)
        body = self._graph.values.signature(owner)
        if owner is None or body is None:
            return role
        values = (self._graph.values.of(owner.path, d) for d in body.decorators)
        if any(v is not None and v.name in roles.APP_WRAPPERS for v in values):
            return Role("app", "cli")  # the group's context stays for its commands
        mentions = (s.op for s in self._graph.sites.mentions(body.name) if s.op[0] == "c" and s.op[4] != "decorator")
        is_run = any(last_name(op[1]) in (body.name, "add_command") for op in mentions)
        return role if is_run else Role("unknown", "command")

    @staticmethod
    def _starts(extra: tuple[Target, ...], inner: list[Target]) -> list[Target]:
        return [
            target._replace(
                source=started.source, mask=apply(target.vector, started.mask), vector=IDENTITY, at=started.at
            )
            for started in extra
            if started.key == PARAMETER
            for target in inner
            if not target.source
        ]


def _is_generator(value: Value | None) -> bool:
    return value is not None and value.kind == "generator"


def _says_no_context(symbol: Symbol) -> bool:
    return isinstance(symbol, tuple) and ("with_appcontext", "'False") in (symbol[3] if len(symbol) > 3 else ())
