"""Tests as entries: pytest functions and unittest classes, and what is pushed before one of them runs."""

from __future__ import annotations

from collections.abc import Callable

from flask_ls.project.bodies import Body, Symbol, last_name, leaves
from flask_ls.project.contexts.code import Latest
from flask_ls.project.contexts.conventions import is_test_module, is_test_path
from flask_ls.project.contexts.fixtures import Each, Fixture, Fixtures, Visible
from flask_ls.project.contexts.flow import Entering
from flask_ls.project.contexts.states import (
    IDENTITY,
    NONE,
    NOWHERE,
    TO_REQUEST,
    TO_UNKNOWN,
    UNKNOWN,
    Mask,
    Vector,
    apply,
    then,
)
from flask_ls.project.contexts.values import BodyKey, Value, Values
from flask_ls.project.facts import FileFacts
from flask_ls.project.tracking import Memo, Part, Tracker

# docs.pytest.org, "Built-in fixtures", and widespread plugins: none of them touches a Flask context.
_BUILTIN_FIXTURES = frozenset(
    "cache capfd capfdbinary caplog capsys capsysbinary doctest_namespace monkeypatch pytestconfig record_property "
    "record_testsuite_property record_xml_attribute recwarn request subtests testdir pytester tmp_path tmpdir "
    "tmp_path_factory tmpdir_factory mocker event_loop benchmark faker".split()
)
# pytest-flask, and plugins that bring it along.
_WITH_PYTEST_FLASK = ("pytest-flask", "pytest-invenio")
_XUNIT_METHODS = ("setup_class", "setup_method", "setup")
_XUNIT_FUNCTIONS = ("setup_module", "setUpModule", "setup_function")
_PYTEST_HOOKS = ("pytest_configure", "pytest_sessionstart", "pytest_runtest_setup", "pytest_runtest_call")
_UNITTEST_SETUP = ("setUpClass", "asyncSetUp", "setUp")
_UNITTEST_CLEANUP = ("tearDown", "asyncTearDown", "tearDownClass")
_UNITTEST = frozenset({"unittest.TestCase", "unittest.IsolatedAsyncioTestCase"})
# flask_testing/utils.py: `_pre_setup` pushes `self.app.test_request_context()`.
_FLASK_TESTING = frozenset({"flask_testing.TestCase", "flask_testing.utils.TestCase"})


class Tests:
    """What is active when a test, a fixture or a set-up method starts."""

    def __init__(
        self,
        values: Values,
        left: Callable[[BodyKey], Vector | None],
        left_by_module: Callable[[str], Vector],
        after_fixture: Callable[[BodyKey], Entering],
        each: Each,
        tracker: Tracker,
    ) -> None:
        marks = Latest(_marks)
        self._values = values
        self._body_leaves = left
        self._module_leaves = left_by_module
        self._after_fixture_body = after_fixture
        self.fixtures = Fixtures(values, each, tracker)
        self._after: Memo[BodyKey, Vector] = Memo(tracker, self._find_after, IDENTITY)
        self._before: Memo[str, Vector] = Memo(tracker, self._find_before, IDENTITY)
        self._marks: Part[str, list[str]] = Part(tracker, lambda facts, owner: marks(facts).get(owner, []))

    # Who is a test

    def is_test(self, key: BodyKey, body: Body) -> bool:
        """Whether pytest or unittest collects this function by its name.

        In a file that is not named as one of tests, a function that asserts nothing may as well be called ``test_mail``
        for what it sends.
        """
        name = body.name
        if not name.startswith("test") or body.kind != "function" or body.owner:
            return False
        if body.cls and self._is_unittest(key, body):
            return True
        if not body.asserts and not is_test_path(key.path):
            return False
        if body.cls:
            return name.startswith("test_") and body.cls.rpartition(".")[2].startswith("Test")
        return name.startswith("test_") or is_test_module(key.path)

    def is_fixture(self, key: BodyKey, body: Body) -> bool:
        """Whether the function is a pytest fixture."""
        return bool(body.decorators) and self.fixtures.is_fixture(key.path, body)

    def is_setup(self, key: BodyKey, body: Body) -> bool:
        """Whether the method prepares or cleans up after the tests of a unittest class."""
        is_named = body.name in _UNITTEST_SETUP or body.name in _UNITTEST_CLEANUP
        return bool(body.cls) and is_named and self._is_unittest(key, body)

    # What is active

    def mask(self, key: BodyKey, body: Body) -> Mask:
        """The contexts that may be active when a test, a fixture or a set-up method starts."""
        vector = self._before(key.path)
        if body.cls and self._is_unittest(key, body):
            # pytest runs the automatic fixtures for them as well.
            return apply(then(then(vector, self._requested(key, body)), self._unittest(key, body)), NONE)
        if body.cls and self._has_foreign_base(key, body):
            return UNKNOWN
        if body.cls:
            # pytest runs them as automatic fixtures, so before the fixtures of the class (_pytest/python.py).
            for name in _XUNIT_METHODS:
                vector = then(vector, self._left_method(key, body, name))
            if vector == IDENTITY and self.is_fixture(key, body) and self._values.subclasses(self._class(key, body)):
                return UNKNOWN
        found = apply(then(vector, self._requested(key, body)), NONE)
        return UNKNOWN if found == NONE and self._may_be_left_over(key, body) else found

    def _may_be_left_over(self, key: BodyKey, body: Body) -> bool:
        """Whether a fixture of a wider scope, of which this test knows nothing, may still have a context pushed."""
        visible = self._visible(key, body).by_name.values()
        return any(f.lasts and f.key != key and self._after_fixture(f) != IDENTITY for f in visible)

    def keeps_client(self, key: BodyKey, body: Body) -> bool:
        """Whether a fixture of the test stands in ``with client:``, so that a request's context stays."""
        return any(self._after_fixture_body(f.key).keeps_client for f in self._fixtures_of(key, body))

    def others_push(self, key: BodyKey) -> bool:
        """Whether some fixture that a test may request before this one pushes a context."""
        visible = self.fixtures.visible(key.path).by_name
        requested = [*visible.values(), *self.fixtures.beside(key.path)]
        if any(f.name == "app" for f in requested) and self._may_have_pytest_flask():
            return True
        return any(f.key != key and self._after_fixture(f) != IDENTITY for f in requested)

    def parameter(self, key: BodyKey, name: str, values: Values) -> Value | None:
        """What a fixture gives to the parameter of that name."""
        body = self._values.signature(key)
        if body is None or not (self.is_test(key, body) or self.is_fixture(key, body)):
            return None
        fixture = self._visible(key, body).by_name.get(name)
        if fixture is None or fixture.key == key:
            return None
        code = values.code
        given = {*code.returned(fixture.key), *code.yielded(fixture.key)} - {None}
        found = {values.of(fixture.key.path, s) for s in given}
        return found.pop() if len(found) == 1 else None

    # Fixtures

    def _fixtures_of(self, key: BodyKey, body: Body) -> list[Fixture]:
        """The fixtures that run for a test or fixture: automatic ones, then those it names."""
        visible = self._visible(key, body)
        found = dict.fromkeys(f for f in visible.automatic if f.key != key)
        for name in (*(p.name for p in body.parameters), *self._marked(key, body)):
            fixture = visible.by_name.get(name)
            if fixture is not None and fixture.key != key:
                found[fixture] = None
        return list(found)

    def _visible(self, key: BodyKey, body: Body) -> Visible:
        visible = self.fixtures.visible(key.path)
        if not body.cls:
            return visible
        own = self.fixtures.of_class(self._class(key, body))
        if not own.by_name:
            return visible
        outer = (f for f in visible.automatic if f.name not in own.by_name)
        return Visible({**visible.by_name, **own.by_name}, (*outer, *own.automatic))

    def _requested(self, key: BodyKey, body: Body) -> Vector:
        """What the fixtures of a test or fixture have done when it starts."""
        visible = self._visible(key, body).by_name
        skip = {body.parameters[0].name} if body.cls and body.parameters else set()
        unknown = {p.name for p in body.parameters if p.default is None and p.name not in visible}
        unknown -= _BUILTIN_FIXTURES | skip
        if unknown and not self._are_given(body, unknown):
            return TO_UNKNOWN
        if any(n not in visible and n not in _BUILTIN_FIXTURES for n in self._marked(key, body)):
            return TO_UNKNOWN
        vector: Vector = TO_UNKNOWN if self._others_may_push(key) else IDENTITY
        for fixture in self._fixtures_of(key, body):
            vector = then(vector, self._after_fixture(fixture))
            if fixture.name == "app" and self._may_have_pytest_flask():
                # pytest_flask/plugin.py: `_push_request_context` pushes one whenever a fixture `app` is used.
                vector = TO_REQUEST
        return vector

    def _may_have_pytest_flask(self) -> bool:
        return any(map(self._values.model.distributions.may_be_used, _WITH_PYTEST_FLASK))

    def _others_may_push(self, key: BodyKey) -> bool:
        """Whether a fixture of a plugin that runs by itself may have pushed a context."""
        visible = self.fixtures.visible(key.path)
        others = [f for f in self.fixtures.of_plugins() if f not in visible.automatic]
        return any(f.key != key and self._after_fixture(f) != IDENTITY for f in others)

    def _after_fixture(self, fixture: Fixture) -> Vector:
        """What a fixture has done to the contexts when the test runs: at its yield, or after it returned."""
        return self._after(fixture.key)

    def _find_after(self, key: BodyKey) -> Vector:
        body = self._values.signature(key)
        if body is None:
            return IDENTITY
        return then(self._requested(key, body), self._after_fixture_body(key).vector)

    def _marked(self, key: BodyKey, body: Body) -> list[str]:
        """The names in ``pytest.mark.usefixtures(...)`` of the function, its class and its bases, and its module."""
        found = [n for d in body.decorators for n in _used_fixtures(d)]
        found += self._marks(key.path, "")
        for cls in self._values.mro(self._class(key, body)) if body.cls else ():
            definition = self._values.model.names.class_(cls)
            if definition is not None:
                found += self._marks(definition[0].path, definition[1].qualname)
        return found

    @staticmethod
    def _are_given(body: Body, names: set[str]) -> bool:
        """Whether parameters are no fixtures but given by ``parametrize``, ``mock.patch`` or ``hypothesis.given``."""
        mocks = 0
        for decorator in body.decorators:
            called = decorator[1] if isinstance(decorator, tuple) and decorator[0] == "()" else decorator
            name = last_name(called)
            if name == "parametrize" and isinstance(decorator, tuple):
                first = decorator[2][0] if decorator[2] else None
                written = _literals(first[1]) if isinstance(first, tuple) and first[0] == "[]" else _literals((first,))
                names = names - {n.strip() for text in written for n in text.split(",")}
            elif name == "given":
                return True
            elif name in ("patch", "object", "multiple"):
                mocks += 1
        return len(names) <= mocks

    # Set-up

    def _is_unittest(self, key: BodyKey, body: Body) -> bool:
        return not _UNITTEST.isdisjoint(self._values.mro(self._class(key, body)))

    def _has_foreign_base(self, key: BodyKey, body: Body) -> bool:
        order = self._values.mro(self._class(key, body))
        names = self._values.model.names
        return any(names.class_(c) is None and c != "builtins.object" for c in order)

    def _unittest(self, key: BodyKey, body: Body) -> Vector:
        order = self._values.mro(self._class(key, body))
        if not _FLASK_TESTING.isdisjoint(order):
            return TO_REQUEST
        for cls in order:
            known = self._values.model.names.class_(cls)
            if known is None:
                if cls not in _UNITTEST and cls != "builtins.object":
                    return TO_UNKNOWN
            elif not {"__call__", "run", "debug"}.isdisjoint(known[1].methods):
                return TO_UNKNOWN  # it runs its tests in a way of its own
        vector: Vector = IDENTITY
        for name in _UNITTEST_SETUP:
            if name == body.name:
                break
            vector = then(vector, self._left_method(key, body, name))
        return vector

    def _left_method(self, key: BodyKey, body: Body, name: str) -> Vector:
        """What a set-up method has done, with those that its ``super()`` means in this very class."""
        found = self._values.attribute(Value("instance", self._class(key, body)), name)
        if found is None or found.kind != "function" or found.key is None:
            return IDENTITY
        vector = self._left(found.key)
        known: list[str] = []  # the bases of the class whose method was last looked at: its super() is known there
        for cls in self._values.mro(self._class(key, body)):
            if cls in known:
                continue
            method = self._own_method(cls, name)
            if method is not None:
                # A mixin calls the method of a class that it does not derive from.
                vector = then(self._left(method), vector) if method != found.key else vector
                known = self._values.mro(cls)
        return vector

    def _own_method(self, cls: str, name: str) -> BodyKey | None:
        known = self._values.model.names.class_(cls)
        if known is None:
            return None
        facts, definition = known
        method = f"{definition.qualname}.{name}"
        return BodyKey(facts.path, method) if method in facts.functions else None

    def _left(self, key: BodyKey) -> Vector:
        left = self._body_leaves(key)
        return left if left not in (None, NOWHERE) else IDENTITY

    def _find_before(self, path: str) -> Vector:
        """What the test module, its conftest files and their hooks have left pushed when its tests run."""
        found = IDENTITY
        for conftest in self.fixtures.conftests(path):
            found = then(found, self._module_leaves(conftest))
            for name in _PYTEST_HOOKS:
                found = then(found, self._left(BodyKey(conftest, name)))
        found = then(found, self._module_leaves(path))
        for name in _XUNIT_FUNCTIONS:
            found = then(found, self._left(BodyKey(path, name)))
        return found

    def _class(self, key: BodyKey, body: Body) -> str:
        return f"{self._values.model.files[key.path].module}.{body.cls}"


def _marks(facts: FileFacts) -> dict[str, list[str]]:
    """Class or function -> the fixtures it is marked with; ``""`` for ``pytestmark = ...`` of the module."""
    found: dict[str, list[str]] = {}
    module = facts.bodies.get("")
    for op in leaves(module.block) if module is not None else ():
        if op[0] == "c" and op[4] == "decorator":
            found.setdefault(op[2][0][1:], []).extend(_used_fixtures(op[1]))
        elif op[0] == "a" and op[2] == "=" and last_name(op[1]) == "pytestmark":
            found.setdefault("", []).extend(_used_fixtures(op[3]))
    return found


def _literals(symbols: tuple) -> list[str]:  # type: ignore[type-arg]
    return [s[1:] for s in symbols if isinstance(s, str) and s[:1] == "'"]


def _used_fixtures(symbol: Symbol | None) -> list[str]:
    """The names in ``pytest.mark.usefixtures(...)``, also in a list of marks."""
    if isinstance(symbol, tuple) and symbol[0] == "[]":
        return [n for part in symbol[1] for n in _used_fixtures(part)]
    if isinstance(symbol, tuple) and symbol[0] == "()" and last_name(symbol[1]) == "usefixtures":
        return _literals(symbol[2])
    return []
