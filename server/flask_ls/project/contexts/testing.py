"""Tests as entries: pytest functions and fixtures, unittest classes, and what they push before a test runs."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import NamedTuple

from flask_ls.project.bodies import Body, Symbol, last_name, leaves
from flask_ls.project.contexts.flow import Flow
from flask_ls.project.contexts.states import (
    IDENTITY,
    NONE,
    NOWHERE,
    REQUEST,
    TO_UNKNOWN,
    UNKNOWN,
    Mask,
    Vector,
    apply,
    join,
    then,
)
from flask_ls.project.contexts.values import BodyKey, Value, Values
from flask_ls.project.facts import FileFacts

# docs.pytest.org, "Built-in fixtures": none of them touches a Flask context.
_BUILTIN_FIXTURES = frozenset(
    "cache capfd capfdbinary caplog capsys capsysbinary doctest_namespace monkeypatch pytestconfig record_property "
    "record_testsuite_property record_xml_attribute recwarn request subtests testdir pytester tmp_path tmp_path_factory "
    "tmpdir tmpdir_factory mocker event_loop benchmark faker".split()
)
_XUNIT = ("setup_method", "setup_class", "setup")
_XUNIT_MODULE = ("setup_module", "setUpModule", "setup_function")
_UNITTEST_SETUP = ("setUpClass", "asyncSetUp", "setUp")


class Fixture(NamedTuple):
    """A fixture function. ``scope_path``: the folder or file whose tests see it."""

    key: BodyKey
    name: str
    autouse: bool
    visible_in: str


class Tests:
    """What is active when a test or a fixture starts."""

    def __init__(
        self, values: Values, flow: Callable[[BodyKey], Flow | None], leaves_module: Callable[[str], Vector]
    ) -> None:
        self._values = values
        self._flow = flow
        self._leaves_module = leaves_module
        self._fixtures_of: dict[str, list[Fixture]] = {}
        self._conftests: list[str] | None = None
        self._busy: set[BodyKey] = set()
        self._depth = 0

    # Who is a test

    def is_test(self, key: BodyKey, body: Body) -> bool:
        """Whether pytest or unittest collects this function by its name."""
        if body.kind != "function" or body.owner:
            return False
        if body.cls:
            cls = self._class(key, body)
            order = self._values.mro(cls)
            if "unittest.TestCase" in order or "unittest.IsolatedAsyncioTestCase" in order:
                return body.name.startswith("test")
            return body.name.startswith("test_") and body.cls.rpartition(".")[2].startswith("Test")
        return body.name.startswith("test_") or (body.name.startswith("test") and _is_test_file(key.path))

    def is_fixture(self, key: BodyKey, body: Body) -> bool:
        """Whether the function is a pytest fixture."""
        return any(self._is_fixture_decorator(key.path, d) for d in body.decorators)

    def is_setup(self, key: BodyKey, body: Body) -> bool:
        """Whether the method prepares or cleans up after the tests of a unittest class."""
        if not body.cls or body.name not in (*_UNITTEST_SETUP, "tearDown", "tearDownClass", "asyncTearDown"):
            return False
        return "unittest.TestCase" in self._values.mro(self._class(key, body))

    # What is active

    def mask(self, key: BodyKey, body: Body) -> Mask:
        """The contexts that may be active when a test, a fixture or a set-up method starts."""
        return apply(self.vector(key, body), NONE)

    def vector(self, key: BodyKey, body: Body) -> Vector:
        """What happens to the contexts before a test, fixture or set-up method starts."""
        if key in self._busy:
            return IDENTITY
        self._busy.add(key)
        try:
            vector = self._modules(key.path)
            if body.cls and self._is_unittest(key, body):
                return then(vector, self._unittest(key, body))
            for name in _XUNIT_MODULE:
                vector = then(vector, self._left(BodyKey(key.path, name)))
            if body.cls and not self.is_fixture(key, body):
                for name in _XUNIT:
                    vector = then(vector, self._left_method(key, body, name))
            return then(vector, self._fixtures(key, body))
        finally:
            self._busy.discard(key)

    def keeps_client(self, key: BodyKey, body: Body) -> bool:
        """Whether a fixture of the test stands in ``with client:``, so that a request's context stays."""
        return any(
            (flow := self._flow(f.key)) is not None and flow.keeps_client_at_yield for f in self._requested(key, body)
        )

    def others_push(self, key: BodyKey) -> bool:
        """Whether some fixture that a test may request before this one pushes a context."""
        everywhere = {f.key: f for p in (key.path, *self._conftest_paths()) for f in self._in_file(p)}
        return any(k != key and self._after_fixture(f) != IDENTITY for k, f in everywhere.items())

    def parameter(self, key: BodyKey, name: str) -> Value | None:
        """What a fixture gives to the parameter of that name."""
        body = self._values.body(key)
        if body is None or not (self.is_test(key, body) or self.is_fixture(key, body)):
            return None
        fixture = self._find(key, body, name)
        if fixture is None or fixture.key in self._busy:
            return None
        self._busy.add(fixture.key)
        try:
            return self._value_of(fixture)
        finally:
            self._busy.discard(fixture.key)

    def _value_of(self, fixture: Fixture) -> Value | None:
        made = self._values.body(fixture.key)
        if made is None:
            return None
        given = {op[1] for op in leaves(made.block) if op[0] in ("R", "y") and op[1] is not None}
        found = {self._values.of(fixture.key.path, s) for s in given}
        return found.pop() if len(found) == 1 else None

    # Fixtures

    def _fixtures(self, key: BodyKey, body: Body) -> Vector:
        vector: Vector = IDENTITY
        names = {p.name for p in body.parameters}
        for fixture in self._requested(key, body):
            if fixture.key == key:
                continue
            names.discard(fixture.name)
            vector = then(vector, self._after_fixture(fixture))
        skip = {body.parameters[0].name} if body.cls and body.parameters else set()
        unknown = names - _BUILTIN_FIXTURES - skip - {p.name for p in body.parameters if p.has_default}
        unknown -= self._parametrized(body)
        return TO_UNKNOWN if unknown else vector

    def _requested(self, key: BodyKey, body: Body) -> list[Fixture]:
        """The fixtures that run for a test or fixture: automatic ones, then those it names."""
        found = [f for f in self._visible(key) if f.autouse and f.key != key]
        names = [p.name for p in body.parameters]
        names += self._marked(key, body)
        for name in names:
            fixture = self._find(key, body, name)
            if fixture is not None and fixture not in found:
                found.append(fixture)
        return found

    def _after_fixture(self, fixture: Fixture) -> Vector:
        """What a fixture has done to the contexts when the test runs: at its yield, or after it returned."""
        if fixture.key in self._busy:
            return IDENTITY
        body = self._values.body(fixture.key)
        flow = self._flow(fixture.key)
        if body is None or flow is None:
            return IDENTITY
        self._busy.add(fixture.key)
        try:
            before = self._fixtures(fixture.key, body)
        finally:
            self._busy.discard(fixture.key)
        if not flow.yields:
            return then(before, flow.leave if flow.leave != NOWHERE else IDENTITY)
        vector = flow.at[flow.yields[0]]
        for number in flow.yields[1:]:
            vector = join(vector, flow.at[number])
        return then(before, vector)

    def _find(self, key: BodyKey, body: Body, name: str) -> Fixture | None:
        """The nearest fixture of a name: that of the class or file, then of the conftest files upwards."""
        visible = [f for f in self._visible(key) if f.name == name and f.key != key]
        return max(visible, key=lambda f: (f.key.path == key.path, len(f.visible_in)), default=None)

    def _visible(self, key: BodyKey) -> list[Fixture]:
        found = list(self._in_file(key.path))
        for path in self._conftest_paths():
            folder = posixpath.dirname(path)
            if path != key.path and (key.path.startswith(folder.rstrip("/") + "/")):
                found += self._in_file(path)
        found += self._imported_fixtures(key.path)
        return found

    def _conftest_paths(self) -> list[str]:
        if self._conftests is None:
            paths = [p for p in self._values.model.files if posixpath.basename(p) == "conftest.py"]
            self._conftests = sorted(paths, key=len)
        return self._conftests

    def _in_file(self, path: str) -> list[Fixture]:
        known = self._fixtures_of.get(path)
        if known is None:
            facts = self._values.model.files[path]
            known = self._fixtures_of[path] = [f for b in facts.bodies.values() if (f := self._fixture(facts, b))]
        return known

    def _imported_fixtures(self, path: str) -> list[Fixture]:
        """Fixtures that a test file imports from another module."""
        facts = self._values.model.files[path]
        found = []
        for name, exports in facts.exports.items():
            if any(e.kind == "alias" for e in exports):
                value = self._values.named(self._values.model.names.canonical(f"{facts.module}:{name}"))
                if value is not None and value.kind == "function" and value.key is not None and value.key.path != path:
                    found += [f for f in self._in_file(value.key.path) if f.key == value.key]
        return found

    def _fixture(self, facts: FileFacts, body: Body) -> Fixture | None:
        for decorator in body.decorators:
            if decorator is not None and self._is_fixture_decorator(facts.path, decorator):
                keywords = dict(decorator[3]) if isinstance(decorator, tuple) and decorator[0] == "()" else {}
                folder = posixpath.dirname(facts.path)
                is_shared = posixpath.basename(facts.path) == "conftest.py"
                name = keywords.get("name")
                return Fixture(
                    BodyKey(facts.path, body.id),
                    name[1:] if isinstance(name, str) and name[:1] == "'" else body.name,
                    keywords.get("autouse") == "'True",
                    folder if is_shared else facts.path,
                )
        return None

    def _is_fixture_decorator(self, path: str, symbol: Symbol | None) -> bool:
        function = symbol[1] if isinstance(symbol, tuple) and symbol[0] == "()" else symbol
        if last_name(function) not in ("fixture", "yield_fixture"):
            return False
        value = self._values.of(path, function)
        return value is not None and value.name.startswith(("pytest.", "pytest_asyncio."))

    def _marked(self, key: BodyKey, body: Body) -> list[str]:
        """The names in ``@pytest.mark.usefixtures(...)`` of the function."""
        found = []
        for decorator in body.decorators:
            if isinstance(decorator, tuple) and last_name(decorator[1]) == "usefixtures":
                found += [a[1:] for a in decorator[2] if isinstance(a, str) and a[:1] == "'"]
        facts = self._values.model.files[key.path]
        module = facts.bodies.get("")
        for op in leaves(module.block) if module is not None else ():
            if op[0] == "c" and last_name(op[1]) == "usefixtures" and (op[4] != "decorator"):
                found += [a[1:] for a in op[2] if isinstance(a, str) and a[:1] == "'"]
        return found

    @staticmethod
    def _parametrized(body: Body) -> set[str]:
        """Parameters that are no fixtures: of ``pytest.mark.parametrize``, ``mock.patch``, ``hypothesis.given``."""
        names = ("parametrize", "patch", "object", "dict", "given", "multiple")
        marked = any(isinstance(d, tuple) and last_name(d[1]) in names for d in body.decorators)
        return {p.name for p in body.parameters} if marked else set()

    # Set-up

    def _is_unittest(self, key: BodyKey, body: Body) -> bool:
        return "unittest.TestCase" in self._values.mro(self._class(key, body))

    def _unittest(self, key: BodyKey, body: Body) -> Vector:
        cls = self._class(key, body)
        order = self._values.mro(cls)
        if "flask_testing.TestCase" in order or "flask_testing.utils.TestCase" in order:
            return (REQUEST, REQUEST, REQUEST, REQUEST)
        known = ("unittest.TestCase", "unittest.IsolatedAsyncioTestCase", "builtins.object")
        external = [c for c in order if self._values.model.names.class_(c) is None]
        if any(c not in known for c in external):
            return TO_UNKNOWN
        vector: Vector = IDENTITY
        for name in _UNITTEST_SETUP:
            if name == body.name:
                break
            vector = then(vector, self._left_method(key, body, name))
        return vector

    def _left_method(self, key: BodyKey, body: Body, name: str) -> Vector:
        method = self._values.attribute(Value("instance", self._class(key, body)), name)
        if method is None or method.kind != "function" or method.key is None:
            return IDENTITY
        return self._left(method.key)

    def _left(self, key: BodyKey) -> Vector:
        if self._values.body(key) is None:
            return IDENTITY
        flow = self._flow(key)
        return flow.leave if flow is not None and flow.leave != NOWHERE else IDENTITY

    def _modules(self, path: str) -> Vector:
        """What importing the test module and its conftest files has left pushed."""
        vector = self._leaves_module(path)
        for conftest in self._conftest_paths():
            if path.startswith(posixpath.dirname(conftest).rstrip("/") + "/"):
                vector = then(vector, self._leaves_module(conftest))
        return vector

    def _class(self, key: BodyKey, body: Body) -> str:
        return f"{self._values.model.files[key.path].module}.{body.cls}"


def _is_test_file(path: str) -> bool:
    name = posixpath.basename(path)
    return name.startswith("test_") or name.endswith("_test.py") or name in ("tests.py", "conftest.py")


__all__ = ["UNKNOWN", "Fixture", "Tests"]
