"""The pytest fixtures that a test can see: of its file, of conftest files above it, and of plugins those name."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from flask_ls.project.bodies import Body, Symbol, last_name, leaves
from flask_ls.project.contexts.conventions import is_test_module
from flask_ls.project.contexts.values import BodyKey, Values
from flask_ls.project.facts import FileFacts

_DEPTH = 4


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

    def __init__(self, values: Values) -> None:
        self._values = values
        self._own: dict[str, tuple[Fixture, ...]] = {}
        self._visible: dict[str, Visible] = {}
        self._of_class: dict[str, Visible] = {}
        self._conftests: tuple[str, ...] | None = None
        self._of_plugins: tuple[Fixture, ...] | None = None

    def visible(self, path: str) -> Visible:
        """What the tests of a file can use."""
        known = self._visible.get(path)
        if known is None:
            found: dict[str, Fixture] = {}
            for provider in (*self.conftests(path), path):
                found.update((f.name, f) for f in self._provided(provider, _DEPTH) if not f.cls)
            known = self._visible[path] = Visible(found, tuple(f for f in found.values() if f.autouse))
        return known

    def of_class(self, cls: str) -> Visible:
        """The fixtures that a class and its bases have for their own tests."""
        known = self._of_class.get(cls)
        if known is None:
            found: dict[str, Fixture] = {}
            for base in reversed(self._values.mro(cls)):
                definition = self._values.model.names.class_(base)
                if definition is not None:
                    facts, facts_of_class = definition
                    own = (f for f in self._in_file(facts.path) if f.cls == facts_of_class.qualname)
                    found.update((f.name, f) for f in own)
            known = self._of_class[cls] = Visible(found, tuple(f for f in found.values() if f.autouse))
        return known

    def conftests(self, path: str) -> list[str]:
        """The conftest files that speak for a file, outermost first."""
        if self._conftests is None:
            files = self._values.model.files
            self._conftests = tuple(sorted((p for p in files if posixpath.basename(p) == "conftest.py"), key=len))
        return [c for c in self._conftests if c != path and path.startswith(posixpath.dirname(c).rstrip("/") + "/")]

    def of_plugins(self) -> tuple[Fixture, ...]:
        """The automatic fixtures in files that pytest reads only as plugins: how these are named to it is not known."""
        if self._of_plugins is None:
            files = self._values.model.files.values()
            readers = (f for f in files if not is_test_module(f.path) and any(i.module == "pytest" for i in f.imports))
            self._of_plugins = tuple(
                f for facts in readers for f in self._in_file(facts.path) if f.autouse and not f.cls
            )
        return self._of_plugins

    def is_fixture(self, path: str, body: Body) -> bool:
        """Whether a function is a fixture."""
        return any(self._is_decorator(path, d) for d in body.decorators)

    def _provided(self, path: str, left: int) -> list[Fixture]:
        """The fixtures of a file and those it imports."""
        found: dict[BodyKey, Fixture] = {}
        facts = self._values.model.files[path]
        module = facts.bodies.get("")
        names = self._values.model.names
        for op in leaves(module.block) if module is not None and left else ():
            for written in op[1] if op[0] == "m" else ():
                source, _, name = written.partition(":")
                other = self._values.model.modules.get(names.imported(facts.module, source))
                if other is None or other.path == path:
                    continue
                if name == "*":
                    found.update((f.key, f) for f in self._provided(other.path, left - 1))
                elif name:
                    found.update((f.key, f) for f in self._in_file(other.path) if f.key.id == name)
        found.update((f.key, f) for f in self._in_file(path))
        return list(found.values())

    def _in_file(self, path: str) -> tuple[Fixture, ...]:
        known = self._own.get(path)
        if known is None:
            facts = self._values.model.files[path]
            made = (self._fixture(facts, b) for b in facts.bodies.values() if b.decorators)
            known = self._own[path] = tuple(f for f in made if f is not None)
        return known

    def _fixture(self, facts: FileFacts, body: Body) -> Fixture | None:
        for decorator in body.decorators:
            if self._is_decorator(facts.path, decorator):
                keywords = dict(decorator[3]) if isinstance(decorator, tuple) and decorator[0] == "()" else {}
                name = keywords.get("name")
                is_named = isinstance(name, str) and name[:1] == "'"
                automatic = keywords.get("autouse") == "'True"
                written = name[1:] if is_named and isinstance(name, str) else body.name
                lasts = "scope" in keywords and keywords["scope"] != "'function"
                return Fixture(BodyKey(facts.path, body.id), written, automatic, body.cls, lasts)
        return None

    def _is_decorator(self, path: str, symbol: Symbol | None) -> bool:
        function = symbol[1] if isinstance(symbol, tuple) and symbol[0] == "()" else symbol
        if last_name(function) not in ("fixture", "yield_fixture"):
            return False
        value = self._values.of(path, function)
        return value is not None and value.name.startswith(("pytest.", "pytest_asyncio."))
