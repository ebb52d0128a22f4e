"""Ways into a body from outside the project that no call shows: tests, methods that libraries call, factories, WSGI."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask_ls.project.bodies import Body
from flask_ls.project.contexts.entries import Start, Ways
from flask_ls.project.contexts.roles import CLASS_ROLES
from flask_ls.project.contexts.states import APP, NONE, REQUEST, UNKNOWN, Mask, apply
from flask_ls.project.contexts.targets import argument_of
from flask_ls.project.contexts.values import BodyKey, Value
from flask_ls.project.tracking import Memo, Tracker

if TYPE_CHECKING:
    from flask_ls.project.contexts.analysis import Contexts

_MASKS = {"request": REQUEST, "app": APP, "none": NONE}
# `flask` looks for factories of these names (flask/cli.py, find_best_app).
_FACTORY_NAMES = ("create_app", "make_app")
# A function with more calls is a general tool: what it is given differs from call to call.
_MOST_CALLS = 40
_VIEWS = frozenset({"view", "handler"})


class Outside:
    """Starts that do not show at a call, and what is known of parameters."""

    def __init__(self, contexts: Contexts, tracker: Tracker) -> None:
        self._contexts = contexts
        self._parameters: Memo[tuple[BodyKey, str], Value | None] = Memo(tracker, self._find_parameter, None)
        self._fixtures: Memo[tuple[BodyKey, str], Value | None] = Memo(tracker, self._find_fixture, None)

    def starts(self, key: BodyKey, body: Body, ways: Ways) -> Iterator[Start]:
        """The ways into a body from outside."""
        if body.kind == "function":
            yield from self._tests(key, body, ways)
            yield from self._by_class(key, body)
            if self._is_factory(key, body, ways):
                yield Start("factory", NONE)
            if self._is_wsgi(body):
                yield Start("wsgi", NONE)
        if body.is_generator:
            yield from self._streamed(key, body)

    # Tests

    def _tests(self, key: BodyKey, body: Body, ways: Ways) -> Iterator[Start]:
        tests = self._contexts.tests
        is_test = tests.is_test(key, body)
        if is_test and (ways.calls or ways.starts or ways.spawned):
            return
        if is_test or tests.is_setup(key, body):
            yield Start("test", apply(self._contexts.graph.through_decorators(key), tests.mask(key, body)))
        elif tests.is_fixture(key, body):
            yield Start("fixture", UNKNOWN if tests.others_push(key) else tests.mask(key, body))

    # Methods

    def _by_class(self, key: BodyKey, body: Body) -> Iterator[Start]:
        if not body.cls:
            return
        module = self._contexts.model.files[key.path].module
        for cls in self._contexts.values.mro(f"{module}.{body.cls}")[1:]:
            role = CLASS_ROLES.get((cls, body.name))
            if role is None:
                continue
            if role.source == "task":
                yield Start("task", self._contexts.tasks.mask(key.path, ""))
            elif role.source == "view" and body.is_generator:
                yield Start("stream", NONE)
            elif role.how in _MASKS:
                yield Start(role.source, _MASKS[role.how])
            return

    # Factories and WSGI

    def _is_factory(self, key: BodyKey, body: Body, ways: Ways) -> bool:
        """Whether the function returns a Flask application that it makes itself, and nobody else is seen to call it."""
        if body.name not in _FACTORY_NAMES and ways.calls:
            return False
        values = self._contexts.values
        if self._contexts.tests.is_fixture(key, body) or ways.starts:
            return False
        for returned in values.code.returned(key):
            if isinstance(returned, tuple) and returned[0] == "()":
                value = values.of(key.path, returned)
                maker = values.of(key.path, returned[1])
                made_here = maker is not None and maker.kind in ("name", "class")
                is_instance = made_here and value is not None and value.kind == "instance"
                if is_instance and value is not None and "flask.Flask" in values.mro(value.name):
                    return True
        return False

    @staticmethod
    def _is_wsgi(body: Body) -> bool:
        """PEP 3333: a callable that takes ``environ`` and ``start_response``, which some call ``env`` and ``start``."""
        names = [p.name for p in body.parameters]
        pairs = itertools.pairwise(names)
        return any(first in ("environ", "env") and second.startswith("start") for first, second in pairs)

    # Streams

    def _streamed(self, key: BodyKey, body: Body) -> Iterator[Start]:
        """A generator that a view returns runs after the view, without its context."""
        contexts = self._contexts
        for site in contexts.sites.in_file(key.path, body.name):
            if site.op[0] != "R" or site.body == key:
                continue
            value = contexts.values.of(key.path, site.op[1])
            if value is None or value.kind != "generator" or value.key != key:
                continue
            if any(s.source in _VIEWS for s in contexts.entries.ways(site.body).starts):
                for target in contexts.graph.references(key.path, site.op[1]):
                    if target.key == key and not target.source:
                        yield Start("stream", apply(target.vector, NONE), site)

    # Parameters

    def parameter(self, key: BodyKey, name: str) -> Value | None:
        """What every known caller gives for a parameter, or the fixture of that name."""
        return self._parameters((key, name))

    def fixture(self, key: BodyKey, name: str) -> Value | None:
        """The value of the fixture of a parameter's name, when nothing is known of parameters."""
        return self._fixtures((key, name))

    def _find_parameter(self, place: tuple[BodyKey, str]) -> Value | None:
        found = self._contexts.tests.parameter(*place, self._contexts.values)
        return found if found is not None else self._given(*place)

    def _find_fixture(self, place: tuple[BodyKey, str]) -> Value | None:
        return self._contexts.tests.parameter(*place, self._contexts.values.without_parameters)

    def _given(self, key: BodyKey, name: str) -> Value | None:
        """What the calls in the project give; None when they differ, or are too many to look at."""
        values = self._contexts.values
        body = values.signature(key)
        if body is None:
            return None
        is_constructor = body.name == "__init__"
        called = body.cls.rpartition(".")[2] if is_constructor else body.name
        sites = self._contexts.sites.calls(called)
        if len(sites) > _MOST_CALLS:
            return None
        found: set[Value | None] = set()
        for site in sites:
            function = values.without_parameters.of(site.body.path, site.op[1])
            if function is None:
                continue
            if is_constructor and function.kind == "class":
                function = values.attribute(function._replace(kind="instance"), "__init__")
            if function is not None and function.key == key:
                symbol = argument_of(body, name, site.op)
                if symbol is not None:
                    found.add(values.without_parameters.of(site.body.path, symbol))
        return found.pop() if len(found) == 1 else None


__all__ = ["Mask", "Outside"]
