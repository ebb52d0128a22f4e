"""The pytest fixtures that a test can see: of its file, of conftest files above it, and of plugins those name."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import NamedTuple

from flask_ls.project.bodies import Body, Symbol, last_name
from flask_ls.project.contexts.conventions import is_test_module
from flask_ls.project.contexts.values import BodyKey, Values
from flask_ls.project.facts import FileFacts
from flask_ls.project.tracking import Memo, Tracker

_DEPTH = 4
Each = Callable[[Callable[[FileFacts], bool]], Mapping[str, bool]]


class Fixture(NamedTuple):
    """A fixture function under the name that tests use. ``cls``: the class whose tests alone see it.

    ``lasts``: it ends later than the test that asked for it, so that other tests may run while it is there.
    """

    key: BodyKey
    name: str
    autouse: bool
    cls: str = ""
    lasts: bool = False


class Visible(NamedTuple):
    """What the tests of a file can use: the nearest fixture of each name, and those that run by themselves."""

    by_name: dict[str, Fixture]
    automatic: tuple[Fixture, ...]


class Fixtures:
    """Finds fixtures."""

    def __init__(self, values: Values, each: Each, tracker: Tracker) -> None:
        self._values = values
        self._each = each
        self._own: Memo[str, tuple[Fixture, ...]] = Memo(tracker, self._find_in_file, ())
        self._visible: Memo[str, Visible] = Memo(tracker, self._find_visible, Visible({}, ()))
        self._of_class: Memo[str, Visible] = Memo(tracker, self._find_of_class, Visible({}, ()))
        self._of_plugins: Memo[None, tuple[Fixture, ...]] = Memo(tracker, self._find_of_plugins, ())
        conftests = (p for p in tracker.files if posixpath.basename(p) == "conftest.py")
        self._conftests = tuple(sorted(conftests, key=len))

    def visible(self, path: str) -> Visible:
        """What the tests of a file can use."""
        return self._visible(path)

    def _find_visible(self, path: str) -> Visible:
        found: dict[str, Fixture] = {}
        for provider in (*self.conftests(path), path):
            found.update((f.name, f) for f in self._provided(provider, _DEPTH) if not f.cls)
        return Visible(found, tuple(f for f in found.values() if f.autouse))

    def of_class(self, cls: str) -> Visible:
        """The fixtures that a class and its bases have for their own tests."""
        return self._of_class(cls)

    def _find_of_class(self, cls: str) -> Visible:
        found: dict[str, Fixture] = {}
        for base in reversed(self._values.mro(cls)):
            definition = self._values.model.names.class_(base)
            if definition is not None:
                facts, facts_of_class = definition
                own = (f for f in self._own(facts.path) if f.cls == facts_of_class.qualname)
                found.update((f.name, f) for f in own)
        return Visible(found, tuple(f for f in found.values() if f.autouse))

    def conftests(self, path: str) -> list[str]:
        """The conftest files that speak for a file, outermost first."""
        return [c for c in self._conftests if c != path and path.startswith(posixpath.dirname(c).rstrip("/") + "/")]

    def of_plugins(self) -> tuple[Fixture, ...]:
        """The automatic fixtures in files that pytest reads only as plugins: how these are named to it is not known."""
        return self._of_plugins(None)

    def _find_of_plugins(self, _: None) -> tuple[Fixture, ...]:
        readers = (path for path in self._each(_imports_pytest) if not is_test_module(path))
        return tuple(f for path in readers for f in self._own(path) if f.autouse and not f.cls)

    def is_fixture(self, path: str, body: Body) -> bool:
        """Whether a function is a fixture."""
        return any(self._is_decorator(path, d) for d in body.decorators)

    def _provided(self, path: str, left: int) -> list[Fixture]:
        """The fixtures of a file and those it imports."""
        found: dict[BodyKey, Fixture] = {}
        facts = self._values.model.files[path]
        names = self._values.model.names
        for body, _, op in self._values.code.imports(path) if left else ():
            for written in op[1] if op[0] == "m" and not body else ():
                source, _, name = written.partition(":")
                other = self._values.model.modules.get(names.imported(facts.module, source))
                if other is None or other.path == path:
                    continue
                if name == "*":
                    found.update((f.key, f) for f in self._provided(other.path, left - 1))
                elif name:
                    found.update((f.key, f) for f in self._own(other.path) if f.key.id == name)
        found.update((f.key, f) for f in self._own(path))
        return list(found.values())

    def _find_in_file(self, path: str) -> tuple[Fixture, ...]:
        made = (self._fixture(path, body) for body in self._values.code.decorated(path))
        return tuple(f for f in made if f is not None)

    def _fixture(self, path: str, body: Body) -> Fixture | None:
        for decorator in body.decorators:
            if self._is_decorator(path, decorator):
                keywords = dict(decorator[3]) if isinstance(decorator, tuple) and decorator[0] == "()" else {}
                name = keywords.get("name")
                is_named = isinstance(name, str) and name[:1] == "'"
                automatic = keywords.get("autouse") == "'True"
                written = name[1:] if is_named and isinstance(name, str) else body.name
                lasts = "scope" in keywords and keywords["scope"] != "'function"
                return Fixture(BodyKey(path, body.id), written, automatic, body.cls, lasts)
        return None

    def _is_decorator(self, path: str, symbol: Symbol | None) -> bool:
        function = symbol[1] if isinstance(symbol, tuple) and symbol[0] == "()" else symbol
        if last_name(function) not in ("fixture", "yield_fixture"):
            return False
        value = self._values.of(path, function)
        return value is not None and value.name.startswith(("pytest.", "pytest_asyncio."))


def _imports_pytest(facts: FileFacts) -> bool:
    return any(i.module == "pytest" for i in facts.imports)
